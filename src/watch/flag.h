/* SPDX-License-Identifier: ISC */
/*
 * A flag: something about a seat, or about the council, that a person should look at.
 * Either every node finds it in the ledger (patterns/patterns.h), or this one observed it;
 * none of them excludes anybody. Kinds are one table; a later one is a row more.
 */
#ifndef CONCLAVE_WATCH_FLAG_H
#define CONCLAVE_WATCH_FLAG_H

#include "wire/types.h"

/* The numbers are kept in the store: they stay. */
enum flag_kind {
    FLAG_EQUIVOCATION = 1,
    FLAG_WITHHELD = 2,
    FLAG_MISSED = 3,
    FLAG_SILENT = 4,
    FLAG_LAGGING = 5,
    FLAG_CLOCK_SKEW = 6,
    FLAG_EVALUATOR_FAILED = 7,
    FLAG_STALLED = 8,
    FLAG_DIVERGED = 9,
    FLAG_CHECKPOINT = 10,
    FLAG_APART = 11,
    FLAG_EARLY_REVEAL = 12,
    FLAG_BAD_OPENING = 13,
    FLAG_LATE = 14,
    FLAG_DISSENT = 15,
    FLAG_COIN_FLIP = 16,
    FLAG_RUBBER_STAMP = 17,
    FLAG_DRIFT = 18,
    FLAG_CHANGED = 19,
    FLAG_BLOC = 20,
    FLAG_FAULT_BOUND = 21,
    FLAG_COPIED = 22,
    FLAG_INSTRUCTIONS = 23,
    FLAG_FLOODING = 24,
    FLAG_BAD_FRAMES = 25,
    FLAG_BAD_SIGNATURE = 26,
    FLAG_RECONNECTS = 27,
    FLAG_SLOW_EVALUATOR = 28,
    FLAG_SLOW_DISK = 29,
    FLAG_SLOW_PRIMARY = 30,
};
enum { FLAG_KIND_END = FLAG_SLOW_PRIMARY + 1 };

enum flag_severity { FLAG_NOTICE = 1, FLAG_WARNING = 2, FLAG_CRITICAL = 3 };
enum flag_state { FLAG_NEW = 1, FLAG_ACKNOWLEDGED = 2, FLAG_CLEARED = 3 };

const char *flag_kind_name(enum flag_kind k); /* "equivocation", ... */
char flag_kind_letter(enum flag_kind k);
enum flag_severity flag_kind_severity(enum flag_kind k);
/* Whether its flags are each about one seat. */
bool flag_kind_has_seat(enum flag_kind k);
/* The kind of that name; 0: none has it. */
int flag_kind_of(struct slice name);
const char *flag_severity_name(enum flag_severity s); /* "notice", ... */
const char *flag_state_name(enum flag_state s);       /* "new", ... */

enum { FLAG_TEXT_BYTES = 192 };

struct flag {
    uint64_t id; /* from 1, never used again */
    enum flag_kind kind;
    enum flag_state state;
    uint16_t seat; /* 0: the node itself, or the council */
    bool is_local; /* not from the ledger, where all find it */
    bool has_proposal;
    struct hash proposal;
    uint64_t height;            /* 0: none */
    uint64_t first_ms, last_ms; /* wall clock; from the ledger: block time; as cleared_ms */
    uint64_t count;
    bool is_acknowledged;     /* by acknowledged_by, also where it is cleared since */
    uint32_t acknowledged_by; /* a uid */
    uint64_t acknowledged_ms;
    uint64_t cleared_ms;        /* FLAG_CLEARED */
    char text[FLAG_TEXT_BYTES]; /* harmless by base/text.h */
};

/* For the store, without the id, which is the key there. */
void flag_encode(struct buffer *out, const struct flag *f);
/* 0, or an error of the CBOR cursor, or CONCLAVE_EVERSION for a kind that is not known. */
int flag_decode(struct slice input, struct flag *out);

#endif
