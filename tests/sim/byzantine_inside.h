/* SPDX-License-Identifier: ISC */
/* What the files of the Byzantine seats share. */
#ifndef CONCLAVE_TESTS_SIM_BYZANTINE_INSIDE_H
#define CONCLAVE_TESTS_SIM_BYZANTINE_INSIDE_H

#include "byzantine.h"

enum { TWINS = 64, KEPT = 48, SCRIPTS = 64 };

/* Two blocks for one (view, height): what the one half and what the other is told. */
struct twin {
    uint64_t view, height;
    struct hash told;     /* to the first half, and to the seat itself */
    struct message other; /* PRE-PREPARE for the second half; none where it is invented */
    struct hash other_hash;
    bool set;
};

struct kept {
    uint16_t from;
    struct message message; /* with its own references */
};

/* What an attacker does about one proposal. */
struct script {
    bool set, revealed;
    unsigned committed; /* ballots sent */
    struct hash proposal;
    uint8_t nonces[2][BALLOT_NONCE_BYTES];
};

struct change_kept {
    uint64_t view; /* 0: none */
    struct view_change change;
    struct certificate *certificate;
};

struct evil {
    bool attacks[ATTACKS];
    bool any;
    uint16_t victim;
    uint64_t halves; /* draws who belongs to which half */
    struct script scripts[SCRIPTS];
    size_t next_script;
    struct change_kept changes[SEATS_MAX]; /* that it received, by seat - 1 */
};

struct byzantine {
    struct cluster *c;
    struct cluster_config config;
    uint16_t seats;
    struct rng rng;
    struct evil seat[SEATS_MAX]; /* by seat - 1 */
    struct twin twins[TWINS];    /* of all of them */
    size_t next_twin;
    struct kept kept[KEPT];
    size_t next_kept;
    uint64_t counts[ATTACKS];
};

struct evil *evil_of(struct byzantine *b, uint16_t seat);
/* Whether the attack is of this seat; counts it. */
bool evil_does(struct byzantine *b, uint16_t seat, enum attack a);
bool evil_second_half(const struct byzantine *b, uint16_t from, uint16_t to);
void evil_say_to_all(struct byzantine *b, uint16_t from, const struct message *m);
/* Says it now or later to those of one half (0, 1), to all (2). */
void evil_say_to_half(struct byzantine *b, uint16_t from, int half,
                      const struct message *m);
struct message evil_copy(const struct message *m);

/* Each of these sees a message that a seat is about to send and says whether it may. */
bool evil_pre_prepare(struct byzantine *b, uint16_t from, uint16_t to,
                      const struct message *m);
bool evil_vote(struct byzantine *b, uint16_t from, uint16_t to, const struct message *m);
bool evil_view_change(struct byzantine *b, uint16_t from, uint16_t to,
                      const struct message *m);
bool evil_new_view(struct byzantine *b, uint16_t from, uint16_t to,
                   const struct message *m);
/* What an attacker hears. */
void evil_hear_change(struct byzantine *b, uint16_t to, const struct message *m);
void evil_spam_views(struct byzantine *b, uint16_t seat);
void evil_votes_of_others(struct byzantine *b, uint16_t seat);

void evil_ballots(struct byzantine *b, uint16_t seat);
bool evil_votes_by_script(const struct evil *e);

#endif
