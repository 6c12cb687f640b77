/* SPDX-License-Identifier: ISC */
/*
 * One replica's core fed by hand: no council, no signatures, no network. What it asks for
 * is kept in lists until hand_forget; what it signs is given back to it at once, and what
 * it commits counts as executed, with the root hand_root(height), unless held back.
 */
#ifndef CONCLAVE_TESTS_HAND_H
#define CONCLAVE_TESTS_HAND_H

#include "pbft/pbft.h"

/* The monotonic clock begins at HAND_START, where the wall clock shows HAND_WALL. */
enum { HAND_ACTIONS = 256, HAND_START = 100000, HAND_WALL = 1000000 };

struct hand {
    struct pbft_config config;
    struct pbft *core;
    struct pbft_update update;
    struct pbft_action done[HAND_ACTIONS]; /* in the order asked for, with references */
    size_t count;
    uint64_t now;
    bool holds_back;               /* commits are not executed */
    bool keeps_unsigned;           /* what is to be signed is not given back */
    struct pbft_executed executed; /* what the next execution says */
    bool excluded[SEATS_MAX];
};

/* Seat `seat` of n at genesis, every other seat connected. Window 8, drift 500, timer 500
 * to 10000: so the first request timer is 2000. */
struct hand *hand_new(uint16_t seat, uint16_t seats);
struct hand *hand_new_with(const struct pbft_config *config,
                           const struct pbft_saved *saved);
void hand_config(struct pbft_config *out, uint16_t seat, uint16_t seats);
void hand_free(struct hand *h);
/* What the store of a replica at block 0 has. */
void hand_saved(const struct pbft_config *config, struct pbft_saved *out);

struct hash hand_root(uint64_t height);
struct hash hand_hash(uint8_t byte);

/* A block of height `height` in view `view`, ms after HAND_WALL, with the right root of
 * height executed. The caller owns it. */
struct block *hand_block(uint64_t height, const struct hash *parent, uint64_t view,
                         uint64_t ms, uint64_t executed);
struct block *hand_block_like(const struct header *header);
/* One that holds these envelopes, too. */
struct block *hand_block_of(uint64_t height, const struct hash *parent, uint64_t view,
                            uint64_t ms, uint64_t executed,
                            struct envelope *const *envelopes, size_t count);
struct envelope *hand_envelope(uint16_t seat, uint8_t number, size_t size);
/* A certificate of q other seats. The caller owns it. */
struct certificate *hand_certificate(const struct hand *h, enum certificate_kind kind,
                                     const struct block *b);

/* --- events; b and c stay the caller's --- */
void hand_event(struct hand *h, struct pbft_event *e);
void hand_wait(struct hand *h, uint64_t ms); /* and ticks */
/* Where it comes up the seat reports that it holds nothing, and asks nothing itself. */
void hand_connect(struct hand *h, uint16_t seat, bool up);
void hand_message(struct hand *h, uint16_t from, const struct message *m);
void hand_pre_prepare(struct hand *h, struct block *b, struct certificate *c);
void hand_vote(struct hand *h, uint16_t seat, enum phase phase, uint64_t view,
               const struct block *b);
/* Votes of the seats from..to but this one. */
void hand_votes(struct hand *h, uint16_t from, uint16_t to, enum phase phase,
                const struct block *b);
void hand_change(struct hand *h, uint16_t seat, uint64_t view, struct certificate *best);
/* The NEW-VIEW of q other seats that all name this certificate. */
void hand_new_view(struct hand *h, uint64_t view, struct certificate *best);
void hand_give_envelope(struct hand *h, struct envelope *e, uint16_t channel,
                        const struct pbft_judgement *j);
void hand_execute(struct hand *h, uint64_t height, const struct hash *root);
/* The whole way of a block: PRE-PREPARE and everyone's votes. */
void hand_commit(struct hand *h, struct block *b, struct certificate *c);

/* --- what came of it --- */
void hand_forget(struct hand *h);
/* How many actions of this kind. */
size_t hand_count(const struct hand *h, enum pbft_action_kind kind);
/* How many messages with this tag were signed, or sent. */
size_t hand_signed(const struct hand *h, enum message_tag tag);
size_t hand_sent(const struct hand *h, enum message_tag tag, uint16_t seat);
/* The latest such message, signed or sent; NULL: none. */
const struct message *hand_last(const struct hand *h, enum message_tag tag);
bool hand_noticed(const struct hand *h, enum pbft_notice_kind kind, enum pbft_cause cause);
struct pbft_status hand_status(const struct hand *h);

#endif
