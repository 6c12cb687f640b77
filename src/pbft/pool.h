/* SPDX-License-Identifier: ISC */
/*
 * Envelopes that wait to be ordered: per seat and sort, first come first served,
 * emergency proposals first; found again by id; memory charged to the channel that
 * brought them (conclave-protocol(7) section 5, the pool).
 */
#ifndef CONCLAVE_PBFT_POOL_H
#define CONCLAVE_PBFT_POOL_H

#include "pbft/pbft.h"

struct pool_entry {
    struct envelope *envelope;
    struct pool_entry *next_in_queue, *previous_in_queue; /* of its seat and sort */
    struct pool_entry *next_in_bucket;                    /* of its id */
    struct pool_entry *next_in_tail;                      /* of its encoding's tail */
    struct pbft_judgement judgement;
    uint64_t arrived_ms;
    uint16_t channel;
    bool in_chain; /* in an accepted, uncommitted block */
    bool relayed;  /* to this view's primary */
    bool chosen;   /* within pool_choose */
};

struct pool_queue {
    struct pool_entry *first, *last;
    uint32_t waiting;    /* entries that are not merely kept */
    uint32_t due;        /* of these, ready ones with a deadline: ballots or reveals */
    uint64_t since_ms;   /* the request timer's start; UINT64_MAX: nothing waits */
    uint64_t ordered_ms; /* when an envelope of this seat and sort was last ordered */
};

enum { POOL_BUCKETS = 4096, POOL_KEEP_MAX = 64 /* undecidable ones of one channel */ };

struct pool {
    uint16_t seats;
    size_t channel_bytes_max;
    struct pool_queue queues[SEATS_MAX][ENVELOPE_SORTS];
    struct pool_entry *buckets[POOL_BUCKETS];
    struct pool_entry *tails[POOL_BUCKETS];
    size_t channel_bytes[SEATS_MAX];
    uint32_t channel_kept[SEATS_MAX];
    uint32_t ready; /* entries neither kept nor in the chain: to be proposed */
    size_t ready_bytes;
    uint32_t
        ready_alone; /* of these, what has no deadline: it comes alone, not in a crowd */
    uint32_t crowd;  /* queues with any that has one */
    uint16_t cursor; /* the seat whose turn is next */
};

/* Neither kept nor in the chain: to be proposed. */
static inline bool pool_is_ready(const struct pool_entry *e)
{
    return !e->judgement.keep && !e->in_chain;
}

/* p is all zero: most of its tables stay so for long. */
void pool_init(struct pool *p, uint16_t seats, size_t channel_bytes_max);
void pool_free(struct pool *p);

/* False when it is known already or the channel has used up its share. */
bool pool_add(struct pool *p, struct envelope *e, uint16_t channel,
              const struct pbft_judgement *j, uint64_t now_ms);
/* NULL where the pool does not hold it. */
struct pool_entry *pool_find(struct pool *p, const struct hash *id);
/* Likewise, by its bytes. */
struct pool_entry *pool_find_encoding(struct pool *p, struct slice encoding);
/* Calls fn for every entry; fn may drop the one it is given. */
void pool_each(struct pool *p, void (*fn)(struct pool *, struct pool_entry *, void *),
               void *context);
/* The block was accepted: its envelopes are in the chain, new ones charged to channel. */
void pool_enter_chain(struct pool *p, const struct block *b, uint16_t channel,
                      uint64_t now_ms);
/* No block is in the chain any more: everything waits again, and may be relayed again. */
void pool_leave_chain(struct pool *p);
/* The block was committed: its envelopes are done. */
void pool_ordered(struct pool *p, const struct block *b, uint64_t now_ms);
/* Judges every entry anew and drops what is refused. */
void pool_judge(struct pool *p, pbft_judge *judge, void *context, uint64_t now_ms);
/* Every running request timer begins now. */
void pool_restart_timers(struct pool *p, uint64_t now_ms);
/* When the first of those to be proposed arrived; UINT64_MAX when there is none. */
uint64_t pool_first_ready(const struct pool *p);
/* The earliest start of a running request timer; UINT64_MAX when none runs. */
uint64_t pool_oldest(const struct pool *p);

/*
 * Chooses envelopes for a block of this time and of at most bytes (at least one envelope if
 * any waits): EVIDENCE first, then what the block's time would shut out, small ones first
 * and up to room bytes, then by turns from the cursor, which moves. Returns how many of the
 * array that *out is set to (borrowed references; the caller frees the array).
 */
size_t pool_choose(struct pool *p, uint64_t time_ms, size_t bytes, size_t room,
                   struct envelope ***out);

/*
 * Whether some entry that has waited longer than patience_ms, that is not in the chain or
 * in the block, must be ordered before the block's time (section 8 point 4). One for which
 * there is no room among those that are as urgent and not larger is excused: else a block
 * that nobody can fill would be refused for ever.
 */
bool pool_is_shut_out(const struct pool *p, const struct block *b, size_t room,
                      uint64_t now_ms, uint64_t patience_ms);

/* Calls fn for each entry to be relayed: waiting since before_ms or longer, in no block and
 * not relayed in this view; marks it. Where urgent is set only those with a deadline. */
void pool_relay(struct pool *p, uint64_t before_ms, bool urgent,
                void (*fn)(void *context, struct envelope *e), void *context);
/* Calls fn for each signed envelope of a seat that waits. */
void pool_show(struct pool *p, uint16_t seat, void (*fn)(void *context, struct envelope *e),
               void *context);

#endif
