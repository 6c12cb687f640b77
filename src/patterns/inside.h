/* SPDX-License-Identifier: ISC */
/*
 * What the files of src/patterns do for each other. Seats index arrays by seat - 1.
 */
#ifndef CONCLAVE_PATTERNS_INSIDE_H
#define CONCLAVE_PATTERNS_INSIDE_H

#include "patterns/dissents.h"
#include "patterns/patterns.h"

/* --- window.c: the last decisions --- */

/* One bit a decision and seat: in the slot of the decision, its number modulo the window.
 */
enum plane {
    PLANE_AWAITED, /* active, or took part: neither expelled nor suspended and silent */
    PLANE_APPROVE,
    PLANE_REJECT,
    PLANE_ABSTAIN,
    PLANE_AGAINST,  /* for or against, other than the outcome */
    PLANE_MINORITY, /* on the smaller side of a contested decision */
    PLANE_WITHHELD,
    PLANE_MISSED,
    PLANE_LATE,
    PLANE_COUNT
};

/* So many votes on the smaller side make a decision contested; at least, and no tie. */
enum { CONTESTED_LEAST = 2 };

struct decided {
    struct hash proposal;
    uint64_t number, height, time_ms; /* of the record, from 0; where it became final */
    uint32_t class_index;
    enum outcome outcome;
    uint16_t approve, reject, abstain; /* open ballots, those after the outcome included */
    bool is_contested;
    enum choice smaller; /* the smaller side, where it is */
};

/* What a seat's open or sealed ballot said beside its choice. */
struct cast {
    uint8_t confidence;
    uint16_t ballot_blocks, reveal_blocks; /* CAST_NONE: there was none */
};
enum { CAST_NONE = UINT16_MAX };

/* Sets of slots. */
#define WINDOW_WORDS_MAX (CHARTER_WINDOW_MAX / 64)
struct slots {
    uint64_t words[WINDOW_WORDS_MAX];
};

struct window {
    uint16_t seats;
    uint32_t size, words;
    uint64_t count;          /* of decisions, those that left it included */
    struct decided *decided; /* by slot */
    struct cast *cast;       /* [slot * seats + seat - 1] */
    uint64_t *planes;        /* [((seat - 1) * PLANE_COUNT + plane) * words] */
    struct slots contested, recent;
    struct slots class[CLASSES_MAX];
};

void window_begin(struct window *w, const struct pattern_rules *rules);
void window_end(struct window *w);
/* The next decision; the oldest leaves when there is no room. */
const struct decided *window_add(struct window *w, uint32_t recent, const struct record *r);
/* Of the newest: 0, of the one before it: 1, ... NULL where there is none. */
const struct decided *window_back(const struct window *w, uint64_t back);
uint32_t window_slot(const struct window *w, uint64_t number);
const uint64_t *window_plane(const struct window *w, uint16_t seat, enum plane plane);
bool window_bit(const struct window *w, uint16_t seat, enum plane plane, uint32_t slot);
/* How many of a seat's bits are set, among some slots; NULL: among all. */
uint32_t window_count(const struct window *w, uint16_t seat, enum plane plane,
                      const struct slots *among);
/* In how many both have theirs set. */
uint32_t window_both(const struct window *w, uint16_t a, enum plane plane_a, uint16_t b,
                     enum plane plane_b, const struct slots *among);

/* --- tally.c: what a seat did over a period --- */

struct tally {
    uint64_t awaited, revealed, withheld, missed, late;
    uint64_t approve, reject, abstain, with, against;
    uint64_t ballots, ballot_blocks; /* from the opening to the ballot, in sum */
    uint64_t reveal_blocks; /* from the sealing to the reveal, in sum, of revealed */
    uint64_t confidence;    /* in sum, of revealed */
    uint64_t brier;         /* in sum, of with + against: (confidence - 100 or 0)^2 */
};

/* What a record says of a seat is added. */
void tally_add(struct tally *t, const struct record *r, uint16_t seat);
/* Of the window, or of its recent part. */
void tally_window(const struct window *w, uint16_t seat, bool recent, struct tally *out);
uint32_t record_ballot_blocks(const struct record *r, uint16_t seat);
uint32_t record_reveal_blocks(const struct record *r, uint16_t seat);

struct class_tally {
    uint64_t approve, reject, abstain, against;
};

/* --- pair.c: two seats --- */

/* How often they chose what, of the decisions in which both voted for or against. */
struct crossed {
    uint32_t both_approve, only_first, only_second, both_reject;
};

/* In thousandths, with the ends of the 95 % interval. */
struct measure {
    bool is_defined;
    int32_t value, low, high;
};

/* Of the window, or of all time. */
struct crossed pair_window(const struct window *w, uint16_t a, uint16_t b);
/* Cohen 1960, and the coefficient of correlation of two yes-or-no variables; standard
 * errors are that of the former paper, and (1 - phi^2) / sqrt(n). */
struct measure pair_kappa(const struct crossed *x);
struct measure pair_phi(const struct crossed *x);
size_t pair_index(uint16_t seats, uint16_t a, uint16_t b); /* a < b */

/* --- cluster.c --- */

/* Groups by average linkage: the two most alike are joined, as long as the mean likeness
 * between them is at least this one. likeness[(a - 1) * n + b - 1], symmetric. */
struct clusters {
    uint16_t of[SEATS_MAX];    /* the number of its group, from 1 in the order of below; 0:
                                  it is alone */
    uint16_t order[SEATS_MAX]; /* seats, alike ones beside each other */
    uint16_t count;            /* of groups */
};
void clusters_find(const int32_t *likeness, uint16_t n, int32_t least,
                   struct clusters *out);

/* --- book.c: open findings --- */

struct book;
struct book *book_new(void);
void book_free(struct book *b);
/* Changes from here on are those of another block. */
void book_begin(struct book *b, uint64_t height, uint64_t time_ms);
/* The decision that is being judged; what comes after it was seen after that one. */
void book_decision(struct book *b, uint64_t number);
/* Raises it, or counts that it was seen again. */
void book_raise(struct book *b, const struct sight *s);
void book_clear(struct book *b, enum flag_kind kind, uint16_t seat);
/* It was looked for and not seen; cleared when that comes so many times in a row. */
void book_calm(struct book *b, enum flag_kind kind, uint16_t seat, uint32_t times);
const struct finding *book_find(const struct book *b, enum flag_kind kind, uint16_t seat);
const struct finding_change *book_changes(const struct book *b, size_t *count);
const struct finding *const *book_open(const struct book *b, size_t *count);
struct book_totals {
    uint64_t raised, cleared;
};
struct book_totals book_totals(const struct book *b, enum flag_kind kind);
size_t book_memory(const struct book *b);

/* --- the detectors, detect_*.c: one after the other, with a state of its own each --- */

struct detector {
    size_t (*state_size)(const struct pattern_rules *rules); /* NULL: none; zero at first */
    void (*end)(void *state);                                /* NULL: nothing to do */
    /* Bytes beside the state itself; NULL: none worth counting. */
    size_t (*memory)(const struct patterns *p, const void *state);
    /* Each event of a block but COUNCIL_FINAL; NULL: none concerns it. */
    void (*event)(struct patterns *p, void *state, const struct council_event *e);
    /* A decision became final; window, tallies and pairs have it already. */
    void (*decided)(struct patterns *p, void *state, const struct decided *d,
                    const struct record *r);
};
/* In the order in which they run. */
extern const struct detector *const detectors[];
extern const size_t detector_count;

/* --- patterns.c --- */

struct patterns {
    struct pattern_rules rules;
    uint64_t height, time_ms;
    struct window window;
    struct dissents dissents;
    struct tally all[SEATS_MAX];
    struct class_tally *classes; /* [(seat - 1) * rules.classes + class], all time */
    struct crossed *pairs;       /* by pair_index, all time */
    uint32_t streak[SEATS_MAX];  /* votes in a row against the outcome, up to now */
    struct book *book;
    void **states; /* of the detectors */
};

#endif
