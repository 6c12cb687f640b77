/* SPDX-License-Identifier: ISC */
/*
 * Why nothing commits. stall_judge says what the ordering waits for, whether it can come,
 * and what happens next; stall_watch says when that has lasted so long that the log should
 * tell it. Both are pure: all they know is in their arguments.
 */
#ifndef CONCLAVE_CONCLAVED_STALL_H
#define CONCLAVE_CONCLAVED_STALL_H

#include "charter/charter.h"
#include "pbft/pbft.h"

/* What is looked at. Seats index arrays by seat - 1. */
struct stall_facts {
    uint16_t seat, seats;
    uint64_t now_ms; /* monotonic, as all times here */
    struct pbft_status order;
    uint64_t return_ms;        /* when RETURN is sent again; UINT64_MAX: it is not */
    bool connected[SEATS_MAX]; /* of other seats, */
    bool lost[SEATS_MAX];      /* and what their last heartbeats said, */
    uint64_t views[SEATS_MAX]; /* likewise; UINT64_MAX: nothing is known */
};

/* What the ordering waits for: the most pressing thing first. */
enum stall_phase {
    STALL_OPERATOR,     /* this node has stopped voting */
    STALL_PEERS,        /* connections to a quorum */
    STALL_VIEW_REPORTS, /* this seat has lost its state: q others say where they stand */
    STALL_RETURN,       /* likewise: for a certificate of a view above */
    STALL_REPORTS,      /* this seat asks: q-1 others say what it is known to have said */
    STALL_BLOCKS,       /* catching up */
    STALL_VIEW_CHANGES,
    STALL_APART, /* likewise, but only this seat asks, and a quorum goes on without it */
    STALL_NEW_VIEW,
    STALL_PREPARES,
    STALL_COMMITS,
    STALL_OTHER_BLOCK, /* the primary's block was refused */
    STALL_PRE_PREPARE, /* the primary's block */
    STALL_NOTHING,
};
const char *stall_phase_name(enum stall_phase p); /* "operator", "peers", ... */

/* What is pending, as bits; ordering is at rest where none is set. */
enum stall_pending {
    STALL_HAS_ENVELOPES = 1,
    STALL_HAS_BLOCK = 2,
    STALL_HAS_DEADLINE = 4,
    STALL_HAS_COVER = 8,
    STALL_HAS_VIEW_CHANGE = 16,
    STALL_HAS_NEW_VIEW = 32, /* a view that has given no block yet */
    STALL_HAS_REFUSED = 64,
    STALL_HAS_EXCLUDED = 128, /* a primary that is excluded */
};
enum { STALL_PENDING_KINDS = 8 };
const char *stall_pending_name(unsigned bit); /* of 1 << bit */

enum stall_next {
    STALL_NEXT_NONE,     /* whatever others do */
    STALL_NEXT_OPERATOR, /* nothing, without a person */
    STALL_NEXT_SEATS,    /* nothing, until more seats are there and sound */
    STALL_NEXT_ASK,      /* what others have not answered is asked again */
    STALL_NEXT_RETURN,   /* RETURN is sent again */
    STALL_NEXT_REPEAT,   /* the own VIEW-CHANGE is sent again */
    STALL_NEXT_VIEW,     /* this seat leaves for view, whose primary is primary */
};
const char *stall_next_name(enum stall_next n); /* "none", "operator", ... */

struct stall {
    unsigned pending;
    enum stall_phase phase;
    uint64_t view, height; /* that is waited for; height: the next to be committed */
    uint16_t primary;      /* of view */
    uint64_t council_view; /* STALL_APART: the one that the others are in */
    unsigned have, need;   /* seats; 0 of 0 where no seats are waited for */
    bool missing[SEATS_MAX];
    unsigned able, quorum; /* seats that are there and have not lost their state */
    bool unable[SEATS_MAX];
    bool reachable; /* able >= quorum */
    enum stall_next next;
    uint64_t next_view;    /* STALL_NEXT_VIEW */
    uint16_t next_primary; /* likewise */
    uint64_t in_ms;        /* when; UINT64_MAX: by no clock */
};
void stall_judge(const struct stall_facts *f, struct stall *out);

/* --- for people --- */

enum { STALL_TEXT_BYTES = 1024 };
/* out has room for STALL_TEXT_BYTES. Phases, but not STALL_NOTHING, as "PREPAREs of block
 * 7, 2 of 3; missing: ash (1)". */
void stall_text(const struct stall *s, const struct charter *c, char *out);
void stall_next_text(const struct stall *s, const struct charter *c, char *out);
/* "ash (1), elm (4) and 3 more" */
void stall_names(const bool *in, const struct charter *c, char *out);
/* "1,4" */
void stall_seats(const bool *in, uint16_t seats, char *out);

/* --- when to tell --- */

/*
 * A stall is when something has been pending for half as long again as the request timer at
 * its present length without a commit. After the timer the protocol itself gives up a view,
 * which takes a moment too, and a failed view doubles it: a council that lost one primary
 * and goes on with the next is not stalled, one whose second view fails is.
 */
enum { STALL_REPEAT_MS = 10000, STALL_REPEAT_MAX_MS = 600000 };

/* All zero at first. */
struct stall_watch {
    bool waiting;      /* something is pending, */
    uint64_t since_ms; /* since then, or since the last commit */
    uint64_t height;   /* committed then */
    bool stalled;
    uint64_t repeat_at, repeat_ms;
    bool is_apart;           /* as was told */
    uint64_t apart_since_ms; /* 0: it is not */
};
enum stall_news { STALL_QUIET, STALL_STALLED, STALL_MOVING };
enum stall_news stall_watch(struct stall_watch *w, const struct stall *s,
                            const struct stall_facts *f);
/*
 * Whether this seat alone asks for a view, as one does whose clock was wrong. It then votes
 * in no lower one, but follows what the others commit, and votes again from the council's
 * next view on. That is no stall while the council goes on, or has nothing to do; it is
 * told when it has lasted as long as one.
 */
enum apart_news { APART_QUIET, APART_BEGINS, APART_ENDS };
enum apart_news stall_watch_apart(struct stall_watch *w, const struct stall *s,
                                  const struct stall_facts *f);

#endif
