/* SPDX-License-Identifier: ISC */
/* Primaries that lie, votes for two blocks, view changes that mislead. */
#include "base/quorum.h"
#include "byzantine_inside.h"
#include "wire/shared.h"

#include <string.h>

/* --- twins --- */

static struct twin *find_twin(struct byzantine *b, uint64_t view, uint64_t height)
{
    for (size_t i = 0; i < TWINS; i++) {
        struct twin *t = &b->twins[i];
        if (t->set && t->view == view && t->height == height) {
            return t;
        }
    }
    return NULL;
}

static struct twin *new_twin(struct byzantine *b, uint64_t view, uint64_t height,
                             const struct hash *told)
{
    struct twin *t = &b->twins[b->next_twin++ % TWINS];
    message_clear(&t->other);
    *t = (struct twin){.set = true, .view = view, .height = height, .told = *told};
    return t;
}

/* The second block of this height; it differs by a millisecond. */
static struct twin *twin_of(struct byzantine *b, uint16_t from, const struct message *m)
{
    const struct block *block = m->pre_prepare.block;
    struct header h = block->header;
    struct twin *t = find_twin(b, h.view, h.height);
    if (t == NULL) {
        t = new_twin(b, h.view, h.height, &block->hash);
        h.time_ms++;
        cluster_forge(b->c, from, &m->pre_prepare, &h, &t->other);
        t->other_hash = t->other.pre_prepare.block->hash;
    }
    return t->other.tag == MESSAGE_PRE_PREPARE ? t : NULL;
}

/* --- PRE-PREPARE --- */

static void say_forged(struct byzantine *b, uint16_t from, uint16_t to,
                       const struct message *m, const struct header *h)
{
    struct message lie;
    cluster_forge(b->c, from, &m->pre_prepare, h, &lie);
    cluster_say(b->c, from, to, &lie);
    message_clear(&lie);
}

bool evil_pre_prepare(struct byzantine *b, uint16_t from, uint16_t to,
                      const struct message *m)
{
    struct header h = m->pre_prepare.block->header;
    bool second = evil_second_half(b, from, to);
    /* Not every block, or it would be nothing but a primary to be replaced. */
    unsigned turn = (unsigned)((h.height * 7 + h.view * 3 + from) % 4);
    if (second && turn <= 1 && evil_does(b, from, ATTACK_EQUIVOCATION)) {
        struct twin *t = twin_of(b, from, m);
        if (t != NULL) {
            cluster_say(b->c, from, to, &t->other);
            return false;
        }
    }
    if (second && turn != 2 && evil_does(b, from, ATTACK_PARTIAL)) {
        return false;
    }
    if (turn == 3 && evil_does(b, from, ATTACK_WRONG_ROOT)) {
        h.state_root.bytes[0] ^= 1;
        say_forged(b, from, to, m, &h);
        return false;
    }
    if (turn == 2 && evil_does(b, from, ATTACK_WRONG_CHAIN)) {
        if (second) {
            h.prev_hash.bytes[9] ^= 1;
        } else {
            h.height += 2;
        }
        say_forged(b, from, to, m, &h);
        return false;
    }
    if (evil_does(b, from, ATTACK_DELAY)) {
        struct pbft_status s;
        cluster_status(b->c, from, &s);
        uint64_t late = s.request_timer_ms * 9 / 10;
        uint64_t slow = 3 * b->config.delay_ms;
        cluster_say_after(b->c, from, to, m, late > slow ? late - slow : 0);
        return false;
    }
    return true;
}

/* --- PREPARE and COMMIT --- */

static void say_vote_for(struct byzantine *b, uint16_t from, uint16_t to,
                         const struct message *m, const struct hash *block)
{
    struct message v = {.tag = m->tag, .vote = m->vote};
    v.vote.block = *block;
    cluster_sign(b->c, from, &v);
    cluster_say(b->c, from, to, &v);
}

bool evil_vote(struct byzantine *b, uint16_t from, uint16_t to, const struct message *m)
{
    const struct vote *v = &m->vote;
    bool second = evil_second_half(b, from, to);
    bool mine = true;
    if (evil_of(b, from)->attacks[ATTACK_DOUBLE_VOTE]) {
        struct twin *t = find_twin(b, v->view, v->height);
        bool shown = (v->view + v->height) % 3 == 0;
        if (t == NULL && shown) {
            t = new_twin(b, v->view, v->height, &v->block);
            t->other_hash = v->block;
            t->other_hash.bytes[1] ^= 1;
        }
        if (t != NULL) {
            b->counts[ATTACK_DOUBLE_VOTE]++;
            bool for_told = hash_equal(&v->block, &t->told);
            const struct hash *other = for_told ? &t->other_hash : &t->told;
            if (shown || second == for_told) {
                say_vote_for(b, from, to, m, other);
            }
            mine = shown || second != for_told;
        }
    }
    if (m->tag == MESSAGE_PREPARE && evil_does(b, from, ATTACK_EARLY_COMMIT)) {
        struct message c = {.tag = MESSAGE_COMMIT, .vote = *v};
        c.vote.phase = PHASE_COMMIT;
        say_vote_for(b, from, to, &c, &v->block);
    }
    return mine;
}

/* Its own signature under another's number. */
void evil_votes_of_others(struct byzantine *b, uint16_t seat)
{
    struct pbft_status s;
    cluster_status(b->c, seat, &s);
    struct message m = {.tag = MESSAGE_PREPARE};
    m.vote = (struct vote){.phase = PHASE_PREPARE,
                           .seat = seat,
                           .view = s.view,
                           .height = s.committed_height + 1,
                           .block = s.best.block};
    cluster_sign(b->c, seat, &m);
    m.vote.seat = (uint16_t)(1 + rng_below(&b->rng, b->seats));
    evil_say_to_all(b, seat, &m);
}

/* --- VIEW-CHANGE --- */

static void say_change(struct byzantine *b, uint16_t from, uint16_t to, uint64_t view,
                       const struct best *best, struct certificate *certificate)
{
    struct message m = {.tag = MESSAGE_VIEW_CHANGE};
    m.view_change.change = (struct view_change){.seat = from, .view = view, .best = *best};
    m.view_change.certificate = certificate;
    cluster_sign(b->c, from, &m);
    cluster_say(b->c, from, to, &m);
}

static struct best nothing_best(const struct byzantine *b)
{
    return (struct best){.kind = CERTIFICATE_NONE, .block = *cluster_genesis(b->c)};
}

void evil_spam_views(struct byzantine *b, uint16_t seat)
{
    struct best nothing = nothing_best(b);
    uint64_t now = cluster_view(b->c, seat);
    uint64_t views[] = {now + 1, now + 2, now + 1 + rng_below(&b->rng, 1000),
                        (UINT64_C(1) << 63) + rng_below(&b->rng, 9), UINT64_MAX};
    uint64_t view = views[rng_below(&b->rng, 5)];
    for (uint16_t to = 1; to <= b->seats; to++) {
        if (to != seat) {
            say_change(b, seat, to, view, &nothing, NULL);
        }
    }
}

bool evil_view_change(struct byzantine *b, uint16_t from, uint16_t to,
                      const struct message *m)
{
    const struct view_change *v = &m->view_change.change;
    struct best best = v->best;
    if (evil_does(b, from, ATTACK_HIDDEN_BEST)) {
        best = nothing_best(b);
        say_change(b, from, to, v->view, &best, NULL);
        return false;
    }
    if (!evil_does(b, from, ATTACK_FORGED_BEST)) {
        return true;
    }
    struct certificate *forged = NULL;
    best.kind = CERTIFICATE_PREPARED;
    best.view = v->view > 0 ? v->view - 1 : 0;
    best.height += 1 + rng_below(&b->rng, 3);
    best.block.bytes[2] ^= 1;
    if (rng_chance(&b->rng, 2)) {
        /* Real signatures, of something else. */
        uint16_t q = b->config.core.quorum != 0 ? b->config.core.quorum
                                                : (uint16_t)quorum_size(b->seats);
        const struct certificate *real = m->view_change.certificate;
        forged = certificate_new(real != NULL ? real->count : q);
        for (uint16_t i = 0; i < forged->count; i++) {
            forged->entries[i].seat = (uint16_t)(i + 1);
            if (real != NULL) {
                forged->entries[i] = real->entries[i];
            }
        }
        forged->what = best;
    }
    say_change(b, from, to, v->view, &best, forged);
    certificate_unref(forged);
    return false;
}

/* --- NEW-VIEW --- */

void evil_hear_change(struct byzantine *b, uint16_t to, const struct message *m)
{
    const struct view_change *v = &m->view_change.change;
    struct change_kept *k = &evil_of(b, to)->changes[v->seat - 1];
    if (!evil_of(b, to)->attacks[ATTACK_TWO_NEW_VIEWS]) {
        return;
    }
    certificate_unref(k->certificate);
    *k = (struct change_kept){.view = v->view, .change = *v};
    if (m->view_change.certificate != NULL) {
        k->certificate = certificate_ref(m->view_change.certificate);
    }
}

/* The q VIEW-CHANGEs that know least: another NEW-VIEW for the same view, with all that it
 * must have. NULL when there are too few. */
static struct new_view *second_new_view(struct byzantine *b, uint16_t from,
                                        const struct new_view *v)
{
    struct evil *e = evil_of(b, from);
    const struct change_kept *chosen[SEATS_MAX] = {NULL};
    struct change_kept own = {.view = v->view};
    unsigned count = 0;
    struct message mine = {.tag = MESSAGE_VIEW_CHANGE};
    mine.view_change.change =
        (struct view_change){.seat = from, .view = v->view, .best = nothing_best(b)};
    cluster_sign(b->c, from, &mine);
    own.change = mine.view_change.change;
    for (uint16_t i = 0; i < b->seats; i++) {
        struct change_kept *k = i + 1 == from ? &own : &e->changes[i];
        if (k->view == v->view) {
            chosen[i] = k;
            count++;
        }
    }
    if (count < v->count) {
        return NULL;
    }
    while (count > v->count) {
        uint16_t most = 0;
        for (uint16_t i = 0; i < b->seats; i++) {
            if (chosen[i] != NULL &&
                (chosen[most] == NULL ||
                 best_compare(&chosen[i]->change.best, &chosen[most]->change.best) > 0)) {
                most = i;
            }
        }
        chosen[most] = NULL;
        count--;
    }
    struct new_view *other = new_view_new(v->count);
    const struct change_kept *highest = NULL;
    uint16_t at = 0;
    other->view = v->view;
    for (uint16_t i = 0; i < b->seats; i++) {
        if (chosen[i] != NULL) {
            other->changes[at++] = chosen[i]->change;
            if (highest == NULL ||
                best_compare(&chosen[i]->change.best, &highest->change.best) > 0) {
                highest = chosen[i];
            }
        }
    }
    other->tip = highest->change.best.block;
    if (highest->certificate != NULL) {
        other->certificate = certificate_ref(highest->certificate);
    }
    return other;
}

bool evil_new_view(struct byzantine *b, uint16_t from, uint16_t to, const struct message *m)
{
    if (m->new_view->view % b->seats != (uint64_t)(from - 1) ||
        !evil_does(b, from, ATTACK_TWO_NEW_VIEWS)) {
        return true;
    }
    struct message other = {.tag = MESSAGE_NEW_VIEW};
    other.new_view = second_new_view(b, from, m->new_view);
    if (other.new_view == NULL) {
        return true;
    }
    cluster_sign(b->c, from, &other);
    bool different = !hash_equal(&other.new_view->tip, &m->new_view->tip);
    bool second = evil_second_half(b, from, to);
    bool both = m->new_view->view % 2 == 0;
    if (second || both) {
        cluster_say(b->c, from, to, &other);
    }
    message_clear(&other);
    return both || !second || !different;
}
