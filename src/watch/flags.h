/* SPDX-License-Identifier: ISC */
/*
 * The book of flags. Pure: time is an argument, and what has to reach the store is told by
 * flags_save. There is at most one flag that is not cleared for each kind and seat: what is
 * seen again counts there, and what comes again after it was cleared is a new flag.
 */
#ifndef CONCLAVE_WATCH_FLAGS_H
#define CONCLAVE_WATCH_FLAGS_H

#include "watch/flag.h"

/* So many are kept: cleared ones go first, then acknowledged ones, the oldest of the kind
 * and seat that has most of them, then the oldest. The newest stays, so that no id comes
 * again. */
enum { FLAGS_MAX = 4096 };

struct flags;
struct flags *flags_new(void);
void flags_free(struct flags *b);

/* --- from the store, before anything else, with ascending ids --- */

void flags_load(struct flags *b, const struct flag *f);
/* One that this build cannot read: its id is taken. */
void flags_skip(struct flags *b, uint64_t id);

/* --- what happens; a flag returned is valid until the next change --- */

struct sighting {
    enum flag_kind kind;
    uint16_t seat; /* 0: none */
    bool is_local;
    const struct hash *proposal; /* or NULL */
    uint64_t height;             /* or 0 */
    const char *text; /* what base/text.h forbids is escaped, what is too long is cut */
};
/* *is_new: whether it was raised, or else was there and changed. */
const struct flag *flags_raise(struct flags *b, const struct sighting *s, uint64_t now_ms,
                               bool *is_new);
/* What is found in the ledger: the open flag of its kind and seat, or else a new one, is
 * made to say all of it but id, state and who acknowledged it, which stay the book's. NULL:
 * it says so already. */
const struct flag *flags_state(struct flags *b, const struct flag *found, bool *is_new);
/* The flag that was cleared; NULL where there was none. */
const struct flag *flags_clear(struct flags *b, enum flag_kind kind, uint16_t seat,
                               uint64_t now_ms);
/* The flag, or NULL where there is none. *is_first: nobody acknowledged it before. One that
 * was cleared stays cleared, and keeps who has seen it. */
const struct flag *flags_acknowledge(struct flags *b, uint64_t id, uint32_t uid,
                                     uint64_t now_ms, bool *is_first);

/* --- looking --- */

const struct flag *flags_find(const struct flags *b, uint64_t id);
/* The one that is not cleared, or NULL. */
const struct flag *flags_open(const struct flags *b, enum flag_kind kind, uint16_t seat);
/* The newest with an id below before; NULL: none. */
const struct flag *flags_below(const struct flags *b, uint64_t before);

struct flags_counts {
    size_t by_state[FLAG_CLEARED + 1];
    enum flag_severity worst; /* of the new ones; 0: there is none */
};
void flags_count(const struct flags *b, struct flags_counts *out);

/* --- what others are to be told --- */

/* Calls tell for each flag that changed since the last call but is neither new nor cleared
 * nor acknowledged by that change: it was seen again. */
void flags_each_changed(struct flags *b, void (*tell)(void *context, const struct flag *f),
                        void *context);

/* Whether the store lacks something that must not be lost; being seen again may wait until
 * something else is written. */
bool flags_must_save(const struct flags *b);
bool flags_may_save(const struct flags *b); /* it lacks anything */
struct flags_store {
    void (*put)(void *context, uint64_t id, struct slice encoding);
    void (*drop)(void *context, uint64_t id);
    void *context;
};
/* Gives all that the store lacks. */
void flags_save(struct flags *b, const struct flags_store *store);

#endif
