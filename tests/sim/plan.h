/* SPDX-License-Identifier: ISC */
/*
 * What happens in a run, drawn from its seed before it begins: a council, its network, and
 * items: proposals, mishaps with a beginning and an end, attacks of Byzantine seats. Every
 * item can be switched off without changing the others, which is how a failing run is made
 * smaller.
 */
#ifndef CONCLAVE_TESTS_SIM_PLAN_H
#define CONCLAVE_TESTS_SIM_PLAN_H

#include "cluster/cluster.h"
#include "random.h"

enum item_kind {
    ITEM_PROPOSE, /* a: the seat; value: approvals */

    /* of the whole network */
    ITEM_LOSS,
    ITEM_DUPLICATES,
    ITEM_REORDER,
    ITEM_JITTER,
    ITEM_CORRUPTION,

    ITEM_SLOW_LINK, /* a to b; value: ms */
    ITEM_PARTITION, /* value: draws the groups */
    ITEM_ONE_WAY,   /* a to b */
    ITEM_ISOLATION, /* a */

    ITEM_CRASH,       /* a; b: after so many effects, 0: at once */
    ITEM_RESTART_ALL, /* value: how long all are down */
    ITEM_PAUSE,       /* a */
    ITEM_CLOCK,       /* a; value: 10,000 more than it is off */
    ITEM_DISK,        /* a; value: 1: what was written is there */
    ITEM_MUTE_AGENT,  /* a */
    ITEM_RETURN,      /* a asks for the next view */

    ITEM_ATTACK, /* a: the seat; value: enum attack (byzantine.h) */

    /* a: the seat (forget.h) */
    ITEM_BACKUP,   /* copied first, put back last; b: ms that it is down before; value:
                      even: its marks match */
    ITEM_SNAPSHOT, /* likewise, the whole machine while it runs */
    ITEM_WIPE,     /* down meanwhile; value: even: as a new store is */
    ITEM_INSTANCE, /* runs twice; value % 3: 0 an empty disk, 1 a copy, 2 with its marks;
                      from 3 on the second stays */
    ITEM_RECOVERY, /* `recover` in its configuration meanwhile */

    ITEM_POWER, /* all crash at once and start in any order; value: draws it */
};
enum { ITEM_KINDS = ITEM_POWER + 1 };

struct item {
    enum item_kind kind;
    bool off;
    uint64_t at_ms, until_ms;
    uint16_t a, b;
    uint64_t value;
};

struct plan {
    uint64_t seed;
    struct cluster_config config;
    uint64_t trouble_ms;
    struct item *items; /* in the order of at_ms */
    size_t count, capacity;
};

/* seats 0: drawn, too. */
void plan_draw(struct plan *p, uint64_t seed, uint16_t seats);
/* Instead of the Byzantine seats that were drawn: f of them, which do the one thing and the
 * other in turn (enum attack; twice the same: all do it). Seats 1 to f / 2 are among them,
 * so that primaries are. */
void plan_set_mix(struct plan *p, uint64_t one, uint64_t other);
struct item *plan_add(struct plan *p, enum item_kind kind, uint64_t at_ms,
                      uint64_t length_ms);
void plan_free(struct plan *p);
const char *item_name(enum item_kind k);
/* One line. */
void plan_describe(const struct item *i, char *out, size_t size);
bool plan_is_byzantine(const struct plan *p, uint16_t seat);
/* "3,5-9": those are switched off. False when it makes no sense. */
bool plan_switch_off(struct plan *p, const char *list);
/* The same list for the items that are off now. */
void plan_list_off(const struct plan *p, struct buffer *out);

#endif
