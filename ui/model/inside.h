/* SPDX-License-Identifier: ISC */
/* What the files of the model share; nobody else includes it. */
#ifndef CONCLAVE_UI_MODEL_INSIDE_H
#define CONCLAVE_UI_MODEL_INSIDE_H

#include "ui/model/deck.h"
#include "ui/model/model.h"
#include "ui/model/value.h"

enum {
    REQUESTS_MAX = 96,
    OUTCOMES_MAX = 16,
    OPEN_MAX = 256,    /* proposals; the oldest of a node that says more are left out */
    CLASSES_MAX = 32,  /* whose threshold is remembered */
    REFRESH_MS = 1000, /* what changes is asked for again no sooner */
    FLAGS_PAGE = 200,
    RECORDS_PAGE = 100,
    LOG_PAGE = 200,
    BLOCKS_FIRST = 20,
    BLOCKS_PAGE = 50,
};

/* What can be asked of a node. An answer says by its id what it answers, so that a
 * recording can be read by a console that asked for other things. */
enum ask {
    ASK_SUBSCRIBE,
    ASK_SEATS,
    ASK_STATUS,
    ASK_VOTES,
    ASK_HEARTBEATS,
    ASK_FLAGS,   /* number: only older ones */
    ASK_RECORDS, /* number: only older ones */
    ASK_LOG,     /* number: only older ones */
    ASK_BLOCKS,  /* number: the highest */
    ASK_BALLOTS, /* of the open proposal key */
    ASK_PROPOSAL,
    ASK_FLAG,
    ASK_BLOCK, /* number: the first envelope */
    ASK_VERIFY,
    ASK_CHARTER,
    ASK_DIVERSITY,
    ASK_PATTERNS, /* key: which kind; number: the first seat */
    ASK_ACT,
    ASK_COUNT
};

struct request {
    enum ask ask;
    bool sent;
    uint64_t number; /* UNKNOWN: none */
    char key[UI_ID_BYTES];
    char *line; /* of an act; the others' are made when they are sent */
    char *what;
};

struct outcome {
    bool good;
    char text[320];
};

struct kept_detail {
    enum detail_kind kind;
    enum detail_state state;
    char key[UI_ID_BYTES];
    json_t *value;
    char *refusal;
    size_t bytes;       /* of the lines that it came in */
    uint64_t asked_ms;  /* when it was last asked for, */
    uint64_t wanted_ms; /* and wanted */
    uint64_t used;      /* the least is given up first */
    bool stale;         /* something came since that may have changed it */
};

/* A decision as it was watched, beside its record. */
struct observed_seat {
    uint8_t bits;                          /* enum observed_bit */
    uint8_t hints;                         /* of those that nodes are known to give */
    uint8_t beats[12];                     /* two in a byte, 15 for unknown */
    int16_t view, height, clock_offset_ms; /* less the observation's; INT16_MIN: unknown */
    uint16_t heard_ago, round_trip_ms;     /* the first in 10 ms; UINT16_MAX: unknown */
};

struct observation {
    uint64_t at_ms, view, height;
    uint64_t votes_view, votes_height, since_ms, prepared_ms, committed_ms;
    uint32_t connected;
    uint16_t primary, seats;
    bool votes_known, changing, idle, committed;
    struct observed_seat seat[];
};

struct class_threshold {
    char name[UI_NAME_BYTES];
    uint32_t threshold;
};

/* Voting patterns of a kind. */
struct told_patterns {
    struct deck told; /* the newest first */
    uint64_t asked_ms;
    bool asked;   /* since the connection is there */
    bool stale;   /* a decision was made final since */
    bool lacking; /* the node knows no such method */
    void *part;   /* an item of which further pages are asked for; NULL: none */
    uint64_t part_next;
};

struct model {
    struct scene scene; /* its arrays are the decks' */
    struct seat_card cards[UI_SEATS_MAX];
    struct deck open, final, flags, blocks, lines;
    struct deck observed;               /* beside final; NULL for what was not watched */
    bool streak_ended[UI_SEATS_MAX];    /* among the decisions that are loaded */
    uint64_t records_hole;              /* records below it are to be asked for; UNKNOWN */
    uint64_t browsed_low, browsed_high; /* blocks that somebody went to */
    uint64_t flag_newest;               /* the highest id there was; UNKNOWN */
    uint64_t slot;                      /* of heartbeats, the newest */
    uint64_t slot_height;               /* this node's, when that was told; UNKNOWN */
    uint64_t flags_before; /* where pages of all flags go on; UNKNOWN: at the newest */
    uint64_t log_run;      /* which of the node's starts, from 1 */
    bool pages_end[PAGE_LOG + 1]; /* there are no older ones */
    struct class_threshold classes[CLASSES_MAX];
    size_t class_count;

    struct value_reader reader;
    struct slice line; /* that is being read */
    uint64_t now_ms;   /* of the last line */
    uint64_t version, nonsense;
    bool connected, subscribed, bell;
    bool want_status, want_seats;
    uint64_t status_ms, seats_ms; /* when they were last asked for */
    uint64_t lost_ms;             /* when the connection was lost; UNKNOWN */
    char lost_why[200];

    struct request requests[REQUESTS_MAX];
    size_t request_count;
    uint64_t acts;
    struct outcome outcomes[OUTCOMES_MAX];
    size_t outcome_count;
    struct kept_detail details[DETAILS_MAX];
    size_t detail_count;
    uint64_t detail_uses;
    struct told_patterns patterns[PATTERNS_KINDS];
};

/* --- model_request.c: what is asked --- */

/* NULL when the same is asked already, there are too many, or nobody to ask. */
struct request *request_add(struct model *m, enum ask ask, const char *key,
                            uint64_t number);
struct request *request_find(struct model *m, enum ask ask, const char *key);
void request_remove(struct model *m, struct request *r);
void requests_drop(struct model *m);
/* The ask whose ids begin with a name; ASK_COUNT: none. */
enum ask ask_named(const char *name, size_t size);

/* --- model_answer.c --- */

/* Takes an answer: a result, or an error. */
void request_answered(struct model *m, const char *id, const struct value *result,
                      const struct value *error);

/* --- model_event.c --- */

void event_apply(struct model *m, const struct value *params);
/* Whether a line is an event that nothing here is made of, told by its first bytes. */
bool event_is_idle(struct slice line);

/* --- model_status.c --- */

void status_apply(struct model *m, const struct value *status);
void awaiting_apply(struct model *m, const struct value *awaiting);
void order_set_view(struct model *m, uint64_t view, bool changing);
void order_set_suspended(struct model *m, const struct value *seats);

/* --- model_seats.c --- */

enum { SEAT_HINTS = 6 };
extern const char *const seat_hints[SEAT_HINTS];
void seats_apply(struct model *m, const struct value *rows);
void heartbeats_apply(struct model *m, const struct value *v);
void heartbeats_event(struct model *m, const struct value *v);
/* The seat that a member names; NULL when there is none such. */
struct scene_seat *seat_named(struct model *m, const struct value *v, const char *member);

/* --- model_votes.c --- */

void votes_apply(struct model *m, const struct value *v);
void votes_add_latency(struct model *m, uint64_t height, uint64_t prepared_ms,
                       uint64_t committed_ms);

/* --- model_proposal.c: one of them --- */

/* The deck's item, as one that can be changed: what somebody else shares is copied. */
struct scene_proposal *proposal_own(struct deck *d, size_t at);
/* The members that a summary, an event or a record may have; choices are let through only
 * where opened. */
void proposal_take_outcome(struct model *m, struct scene_proposal *p,
                           const struct value *v);
uint32_t class_threshold(const struct model *m, const char *name);
void class_remember(struct model *m, const char *name, uint32_t threshold);
/* 'Y', 'N', 'A' for a choice's name; BALLOT_UNKNOWN for none. */
enum ballot_code choice_code(const char *name);
uint8_t blocks_between(uint64_t from, uint64_t to);

/* --- model_open.c: open proposals --- */

void open_apply(struct model *m, const struct value *summaries);
void open_ballots(struct model *m, const struct value *proposal);
/* A new one of which a summary or event has class and title. */
struct scene_proposal *open_add(struct model *m, size_t at, const char *id,
                                const struct value *v);
/* That no seat has a ballot in it yet is known. */
void open_begin_ballots(const struct model *m, struct scene_proposal *p);
/* Takes it out of the list; NULL when it is not there. The reference goes to the caller. */
struct scene_proposal *open_take(struct model *m, const char *id);
/* NULL: it is not held. One that can be changed. */
struct scene_proposal *open_find(struct model *m, const char *id);
/* Whether it is held as one whose ballots are sealed. */
bool open_is_sealed(const struct model *m, const char *id);

/* --- model_ballot.c: what happens to them --- */

void ballot_opened(struct model *m, const struct value *v);
void ballot_recorded(struct model *m, const struct value *v);
void ballot_late(struct model *m, const struct value *v);
void ballot_opening(struct model *m, const struct value *v);
void ballot_revealed(struct model *m, const struct value *v);
/* Several of these three at once. */
void ballot_together(struct model *m, const struct value *v);
void ballot_decided(struct model *m, const struct value *v);
void ballot_void(struct model *m, const struct value *v);
void ballot_convicted(struct model *m, uint16_t seat);

/* --- model_records.c: final ones --- */

void records_apply(struct model *m, const struct value *v, uint64_t before);
void records_final(struct model *m, const struct value *v);
void records_mark_convicted(struct model *m);

/* --- model_streak.c --- */

void streaks_add_newest(struct model *m, const struct scene_proposal *p);
void streaks_add_oldest(struct model *m, const struct scene_proposal *p);
void streaks_count(struct model *m);
uint32_t streak_of(struct scene_proposal *const *newest_first, size_t count, uint16_t seat);

/* --- model_observe.c --- */

struct observation *observation_new(const struct model *m);
/* Puts it into a scene in which nothing is known. */
void observation_show(const struct observation *o, struct scene *s);

/* --- model_flags.c, model_ledger.c, model_log.c --- */

/* all: a page of flags in any state below before; else the open ones. */
void flags_apply(struct model *m, const struct value *v, bool all, uint64_t before);
void flags_event(struct model *m, const struct value *v);
void blocks_apply(struct model *m, const struct value *v, uint64_t from);
void blocks_committed(struct model *m, const struct value *v);
void log_apply(struct model *m, const struct value *v);
void log_event_line(struct model *m, const struct value *v);
void log_add_gap(struct model *m);
/* Something that the node said to this console. */
void log_add_words(struct model *m, const char *event, const char *text);

/* --- model_detail.c --- */

void detail_answered(struct model *m, enum ask ask, const char *key, uint64_t number,
                     const struct value *error);
/* Something happened to what a detail shows. */
void details_touch(struct model *m, enum detail_kind kind, const char *key);
/* A block was committed: a certificate may be there now. */
void details_certify(struct model *m);
/* The connection is gone, and with it what was on its way; or the council is another. */
void details_lost(struct model *m, bool all);

/* --- model_patterns.c --- */

/* from: the seat at which a further page begins; UNKNOWN: the first one. */
void patterns_apply(struct model *m, const struct value *v, uint64_t from);
void patterns_refused(struct model *m, const struct value *error);
/* The parts of them that are asked for under a key, as members of a JSON array. */
const char *patterns_parts(const char *key);
/* A decision was made final. */
void patterns_touch(struct model *m);
void patterns_reconnected(struct model *m);
void patterns_forget(struct model *m);
/* The newest that are made of no more decisions than that; NULL: none. */
void *patterns_at(const struct model *m, enum patterns_kind kind, uint64_t decisions);
size_t patterns_bytes(const struct model *m);

/* --- model_act.c --- */

void act_answered(struct model *m, const struct request *r, const struct value *error);
void act_outcome(struct model *m, bool good, const char *text);

/* --- model.c, scene.c --- */

void item_unref(void *item);
void scene_share_patterns(struct scene *s, struct scene_tallies *t,
                          struct scene_likeness *l);
void model_forget_council(struct model *m);
/* After a deck has changed. */
void model_sync(struct model *m);
/* A lower-case hexadecimal id of at most 64 digits. */
bool id_is_good(const char *id);

#endif
