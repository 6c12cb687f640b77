/* SPDX-License-Identifier: ISC */
#include "base/alloc.h"
#include "byzantine_inside.h"
#include "hash/hash.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

const char *attack_name(enum attack a)
{
    switch (a) {
    case ATTACK_EQUIVOCATION:
        return "equivocation";
    case ATTACK_PARTIAL:
        return "partial PRE-PREPAREs";
    case ATTACK_STARVATION:
        return "starvation";
    case ATTACK_DELAY:
        return "delay";
    case ATTACK_WRONG_ROOT:
        return "wrong state root";
    case ATTACK_WRONG_CHAIN:
        return "wrong chain";
    case ATTACK_WRONG_TIME:
        return "wrong time";
    case ATTACK_TWO_NEW_VIEWS:
        return "two NEW-VIEWs";
    case ATTACK_DOUBLE_VOTE:
        return "double votes";
    case ATTACK_EARLY_COMMIT:
        return "early COMMITs";
    case ATTACK_OTHERS_VOTES:
        return "others' votes";
    case ATTACK_VIEW_SPAM:
        return "VIEW-CHANGE spam";
    case ATTACK_HIDDEN_BEST:
        return "hidden best";
    case ATTACK_FORGED_BEST:
        return "forged best";
    case ATTACK_DOUBLE_BALLOT:
        return "double ballots";
    case ATTACK_COPIED_COMMITMENT:
        return "copied commitments";
    case ATTACK_EARLY_REVEAL:
        return "early REVEALs";
    case ATTACK_WRONG_REVEAL:
        return "wrong REVEALs";
    case ATTACK_WITHHELD_REVEAL:
        return "withheld REVEALs";
    case ATTACK_LATE_BALLOT:
        return "late ballots";
    case ATTACK_JUNK_REVEALS:
        return "junk REVEALs";
    case ATTACK_POISON:
        return "poisoned answers";
    case ATTACK_BOAST:
        return "boasting";
    case ATTACK_REPLAY:
        return "replay";
    case ATTACK_SILENCE:
        return "silence";
    case ATTACK_FAVOURITES:
        return "favourites";
    }
    return "";
}

/* --- what all attacks need --- */

struct evil *evil_of(struct byzantine *b, uint16_t seat)
{
    return &b->seat[seat - 1];
}

bool evil_does(struct byzantine *b, uint16_t seat, enum attack a)
{
    bool does = evil_of(b, seat)->attacks[a];
    b->counts[a] += does;
    return does;
}

bool evil_second_half(const struct byzantine *b, uint16_t from, uint16_t to)
{
    return (b->seat[from - 1].halves >> to % 64 & 1) != 0;
}

void evil_say_to_half(struct byzantine *b, uint16_t from, int half, const struct message *m)
{
    for (uint16_t to = 1; to <= b->seats; to++) {
        if (to != from && (half == 2 || half == (int)evil_second_half(b, from, to))) {
            cluster_say(b->c, from, to, m);
        }
    }
}

void evil_say_to_all(struct byzantine *b, uint16_t from, const struct message *m)
{
    evil_say_to_half(b, from, 2, m);
}

struct message evil_copy(const struct message *m)
{
    struct message copy = *m;
    switch (m->tag) {
    case MESSAGE_ENVELOPE:
        envelope_ref(copy.envelope);
        break;
    case MESSAGE_PRE_PREPARE:
        block_ref(copy.pre_prepare.block);
        if (copy.pre_prepare.certificate != NULL) {
            certificate_ref(copy.pre_prepare.certificate);
        }
        break;
    case MESSAGE_VIEW_CHANGE:
        if (copy.view_change.certificate != NULL) {
            certificate_ref(copy.view_change.certificate);
        }
        break;
    case MESSAGE_NEW_VIEW:
        new_view_ref(copy.new_view);
        break;
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        break;
    case MESSAGE_HEARTBEAT:
    case MESSAGE_FETCH_BLOCK:
    case MESSAGE_BLOCK:
    case MESSAGE_FETCH_RANGE:
    case MESSAGE_RANGE:
    case MESSAGE_FETCH_NEW_VIEW:
    case MESSAGE_ASK:
    case MESSAGE_REPORT:
    case MESSAGE_CHECKPOINT:
        abort(); /* never kept */
    }
    return copy;
}

/* --- replay --- */

static bool is_worth_keeping(const struct message *m)
{
    return m->tag >= MESSAGE_ENVELOPE && m->tag <= MESSAGE_NEW_VIEW;
}

static void keep(struct byzantine *b, uint16_t from, const struct message *m)
{
    if (is_worth_keeping(m) && rng_chance(&b->rng, 20)) {
        struct kept *k = &b->kept[b->next_kept++ % KEPT];
        if (k->from != 0) {
            message_clear(&k->message);
        }
        k->from = from;
        k->message = evil_copy(m);
    }
}

static void replay(struct byzantine *b, uint16_t seat)
{
    struct kept *k = &b->kept[rng_below(&b->rng, KEPT)];
    /* What others signed may be relayed only as far as channels do not tell who speaks. */
    if (k->from != 0 && (k->from == seat || k->message.tag == MESSAGE_ENVELOPE ||
                         k->message.tag == MESSAGE_NEW_VIEW || rng_chance(&b->rng, 10))) {
        evil_say_to_all(b, seat, &k->message);
    }
}

/* --- as a peer --- */

static void boast(struct byzantine *b, uint16_t from, uint16_t to, const struct message *m)
{
    struct message lie = *m;
    lie.heartbeat.height += 1 + rng_below(&b->rng, 1000);
    lie.heartbeat.view += rng_below(&b->rng, 100);
    lie.heartbeat.wall_ms += rng_below(&b->rng, 100000);
    cluster_say(b->c, from, to, &lie);
}

static void poison_range(struct byzantine *b, uint16_t from, uint16_t to,
                         const struct message *m)
{
    struct message lie = *m;
    struct certificate *false_one = NULL;
    switch (rng_below(&b->rng, 5)) {
    case 0: /* cut */
        lie.range.block_count = (lie.range.block_count + 1) / 2;
        break;
    case 1: /* another place */
        lie.range.from += 1;
        break;
    case 2: /* nothing */
        return;
    case 3: { /* a certificate of something else */
        const struct certificate *c = m->range.certificate;
        false_one = certificate_new(c->count);
        memcpy(false_one->entries, c->entries, c->count * sizeof(c->entries[0]));
        false_one->what = c->what;
        false_one->what.block.bytes[3] ^= 1;
        lie.range.certificate = false_one;
        break;
    }
    default: /* in circles */
        for (int i = 0; i < 3; i++) {
            cluster_say(b->c, from, to, m);
        }
        return;
    }
    cluster_say(b->c, from, to, &lie);
    certificate_unref(false_one);
}

static void poison_block(struct byzantine *b, uint16_t from, uint16_t to,
                         const struct message *m)
{
    struct header h = m->block->header;
    if (rng_chance(&b->rng, 3)) {
        return;
    }
    h.time_ms ^= 1;
    for (uint32_t i = 0; i < m->block->count; i++) {
        hash_envelope(m->block->envelopes[i]);
    }
    struct message lie = {.tag = MESSAGE_BLOCK};
    lie.block = hash_build_block(&h, m->block->envelopes, m->block->count);
    cluster_say(b->c, from, to, &lie);
    message_clear(&lie);
}

static bool as_peer(struct byzantine *b, uint16_t from, uint16_t to,
                    const struct message *m)
{
    if (m->tag == MESSAGE_HEARTBEAT && evil_does(b, from, ATTACK_BOAST)) {
        boast(b, from, to, m);
        return false;
    }
    if (m->tag != MESSAGE_RANGE && m->tag != MESSAGE_BLOCK) {
        return true;
    }
    if (evil_does(b, from, ATTACK_BOAST)) {
        return false; /* and is asked, and stalls */
    }
    if (!evil_does(b, from, ATTACK_POISON)) {
        return true;
    }
    if (m->tag == MESSAGE_RANGE) {
        poison_range(b, from, to, m);
    } else {
        poison_block(b, from, to, m);
    }
    return false;
}

/* --- what every message goes through --- */

static bool say(struct byzantine *b, uint16_t from, uint16_t to, const struct message *m)
{
    if (evil_does(b, from, ATTACK_SILENCE) ||
        (!evil_second_half(b, from, to) && evil_does(b, from, ATTACK_FAVOURITES))) {
        return false;
    }
    switch (m->tag) {
    case MESSAGE_PRE_PREPARE:
        return evil_pre_prepare(b, from, to, m);
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        return evil_vote(b, from, to, m);
    case MESSAGE_VIEW_CHANGE:
        return evil_view_change(b, from, to, m);
    case MESSAGE_NEW_VIEW:
        return evil_new_view(b, from, to, m);
    case MESSAGE_HEARTBEAT:
    case MESSAGE_BLOCK:
    case MESSAGE_RANGE:
        return as_peer(b, from, to, m);
    case MESSAGE_ENVELOPE:
    case MESSAGE_FETCH_BLOCK:
    case MESSAGE_FETCH_RANGE:
    case MESSAGE_FETCH_NEW_VIEW:
    case MESSAGE_ASK:
    case MESSAGE_REPORT:
    case MESSAGE_CHECKPOINT:
        break;
    }
    return true;
}

static bool filter(struct cluster *c, void *context, uint16_t from, uint16_t to,
                   const struct message *m)
{
    struct byzantine *b = context;
    (void)c;
    if (evil_of(b, to)->any) {
        keep(b, from, m);
        if (m->tag == MESSAGE_VIEW_CHANGE) {
            evil_hear_change(b, to, m);
        }
    }
    if (!evil_of(b, from)->any) {
        return true;
    }
    keep(b, from, m);
    return say(b, from, to, m);
}

void byzantine_tick(struct byzantine *b)
{
    for (uint16_t seat = 1; seat <= b->seats; seat++) {
        struct evil *e = evil_of(b, seat);
        if (!e->any || !cluster_is_up(b->c, seat) || cluster_is_paused(b->c, seat)) {
            continue;
        }
        if (rng_chance(&b->rng, 10) && evil_does(b, seat, ATTACK_VIEW_SPAM)) {
            evil_spam_views(b, seat);
        }
        if (rng_chance(&b->rng, 10) && evil_does(b, seat, ATTACK_REPLAY)) {
            replay(b, seat);
        }
        if (rng_chance(&b->rng, 50) && evil_does(b, seat, ATTACK_OTHERS_VOTES)) {
            evil_votes_of_others(b, seat);
        }
        if (e->attacks[ATTACK_WRONG_TIME] && rng_chance(&b->rng, 30)) {
            b->counts[ATTACK_WRONG_TIME]++;
            cluster_set_clock(b->c, seat, (int64_t)rng_below(&b->rng, 200000) - 100000);
        }
        evil_ballots(b, seat);
    }
}

/* --- beginning and end --- */

struct byzantine *byzantine_new(struct cluster *c, const struct cluster_config *config,
                                uint64_t seed)
{
    struct byzantine *b = alloc_zero(1, sizeof(*b));
    b->c = c;
    b->config = *config;
    b->seats = config->seats;
    b->rng.state = seed ^ 0x6279;
    byzantine_go_on(b);
    return b;
}

void byzantine_go_on(struct byzantine *b)
{
    cluster_set_filter(b->c, filter, b);
}

void byzantine_add(struct byzantine *b, uint16_t seat, enum attack a)
{
    struct evil *e = evil_of(b, seat);
    if (!e->any) {
        /* The same for all of them, so that they tell the same story. */
        e->halves = 0x96a5c3695a3c96a5U;
        e->any = true;
        e->victim = (uint16_t)(1 + seat % b->seats);
        cluster_set_stubborn(b->c, seat);
    }
    e->attacks[a] = true;
    if (a == ATTACK_STARVATION) {
        cluster_starve(b->c, seat, e->victim);
        b->counts[a]++;
    }
    cluster_set_voting(b->c, seat, !evil_votes_by_script(e));
}

void byzantine_free(struct byzantine *b)
{
    for (size_t i = 0; i < TWINS; i++) {
        message_clear(&b->twins[i].other);
    }
    for (size_t i = 0; i < KEPT; i++) {
        if (b->kept[i].from != 0) {
            message_clear(&b->kept[i].message);
        }
    }
    for (size_t i = 0; i < SEATS_MAX; i++) {
        for (size_t j = 0; j < SEATS_MAX; j++) {
            certificate_unref(b->seat[i].changes[j].certificate);
        }
    }
    cluster_set_filter(b->c, NULL, NULL);
    free(b);
}

const uint64_t *byzantine_counts(const struct byzantine *b)
{
    return b->counts;
}
