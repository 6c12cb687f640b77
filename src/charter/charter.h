/* SPDX-License-Identifier: ISC */
/*
 * The charter: who sits in the council and by which rules it decides. A JSON file,
 * conclave-charter(5); its identity is council_id (conclave-protocol(7) section 2).
 */
#ifndef CONCLAVE_CHARTER_CHARTER_H
#define CONCLAVE_CHARTER_CHARTER_H

#include "base/error.h"
#include "crypto/key.h"
#include "wire/types.h"

enum { CHARTER_MAX = 1024 * 1024 }; /* bytes of a charter file */

struct charter_seat {
    struct public_key key;
    char *address; /* host:port or [v6]:port */
    char *name;    /* 1..32 bytes, unique */
    char *jurisdiction;
    char *speciality;
    char *vendor;
    char *model_family;
};

struct charter_class {
    char *name;
    uint32_t threshold; /* T, approvals of all n seats */
    uint64_t commit_ms; /* the commit window, from the block that opens the proposal */
    uint64_t reveal_ms; /* the reveal window, from the block that ends SEALED */
    uint64_t grace_ms;
    bool emergency; /* goes first within a seat's turn */
};

/* The thresholds of findings from the ledger, conclave-patterns(7). */
struct charter_watch {
    uint32_t window;           /* decisions that a sliding window holds, */
    uint32_t recent;           /* and the newest of them, at most half */
    uint32_t false_alarm_ppm;  /* of the findings of a test, so many may be false */
    uint32_t dissent_percent;  /* of decisions, tolerated beyond twice the others' */
    uint32_t bloc_percent;     /* common dissent, of all of either, that makes a bloc */
    uint32_t drift_limit;      /* of the cumulative sums, in standard deviations */
    uint32_t likeness_percent; /* from which a rationale is a copy, */
    uint32_t copied_decisions; /* in so many of the window */
};

enum { CHARTER_WINDOW_MAX = 4096 };

struct charter {
    struct hash council_id;
    struct bytes *json; /* the text it was read from, whose tree council_id hashes */
    char *name;
    uint64_t created_ms;        /* the time of block 0 */
    uint16_t seat_count;        /* n */
    struct charter_seat *seats; /* seats[seat - 1] */
    uint32_t class_count;
    struct charter_class *classes;

    uint64_t max_drift_ms;   /* section 7 */
    uint64_t timer_floor_ms; /* of the request timer, section 6 */
    uint64_t timer_ceiling_ms;
    uint32_t window;             /* W */
    uint32_t rotate_every;       /* blocks of a view */
    uint64_t return_interval_ms; /* of block time between RETURNs that have an effect */
    uint32_t seat_window;        /* own unordered envelopes of each sort */
    uint32_t open_proposals;     /* of one seat at once */
    uint32_t epoch_decisions;    /* final decisions in an epoch, section 9 */
    uint32_t epoch_absences;     /* withheld + missed a seat may have in an epoch */
    uint64_t publish_interval_ms;
    struct charter_watch watch;
};

/* From JSON text. 0, or an error with a complaint that names the place (seats[3].key) and
 * the cure. The caller frees with charter_free. */
int charter_parse(struct slice json, struct charter **out, struct complaint *why);
int charter_load(const char *path, struct charter **out, struct complaint *why);
void charter_free(struct charter *c);

/* Calls say with each thing that is allowed but unwise: windows below
 * 2 x (max_drift + timer ceiling), more than f seats of one vendor, model family or
 * jurisdiction, or of which the charter does not say that. */
void charter_warnings(const struct charter *c, void (*say)(void *context, const char *text),
                      void *context);

/* The index of a class by name; -1 where there is none. */
int charter_class_index(const struct charter *c, const char *name);

/* The seat, 1..n, whose public key this is; 0 where there is none. */
uint16_t charter_seat_of(const struct charter *c, const struct public_key *key);

/* Block 0's header: height 0, hash council_id (not of the header), time created_ms. */
struct header charter_genesis(const struct charter *c);

/* The charter's tree as deterministic CBOR, what council_id hashes. Appends to out. */
int charter_encode(struct slice json, struct buffer *out, struct complaint *why);

#endif
