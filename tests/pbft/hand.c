/* SPDX-License-Identifier: ISC */
#include "hand.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "hash/hash.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct hash hand_hash(uint8_t byte)
{
    struct hash h;
    memset(h.bytes, byte, HASH_BYTES);
    return h;
}

struct hash hand_root(uint64_t height)
{
    struct hash h = hand_hash(0xee);
    h.bytes[0] = (uint8_t)height;
    return h;
}

void hand_config(struct pbft_config *out, uint16_t seat, uint16_t seats)
{
    pbft_config_defaults(out);
    out->seat = seat;
    out->seats = seats;
    out->quorum = (uint16_t)quorum_size(seats);
    out->genesis = hand_hash(1);
    out->genesis_time_ms = HAND_WALL - 10;
}

void hand_saved(const struct pbft_config *config, struct pbft_saved *out)
{
    static struct hash root;
    (void)config;
    root = hand_root(0);
    *out = (struct pbft_saved){.roots = &root};
    out->executed.next_deadline_ms = UINT64_MAX;
}

struct hand *hand_new_with(const struct pbft_config *config, const struct pbft_saved *saved)
{
    struct hand *h = alloc_zero(1, sizeof(*h));
    h->config = *config;
    h->core = pbft_new(config, saved);
    h->now = HAND_START;
    h->executed.next_deadline_ms = UINT64_MAX;
    return h;
}

struct hand *hand_new(uint16_t seat, uint16_t seats)
{
    struct pbft_config config;
    struct pbft_saved saved;
    hand_config(&config, seat, seats);
    hand_saved(&config, &saved);
    struct hand *h = hand_new_with(&config, &saved);
    for (uint16_t other = 1; other <= seats; other++) {
        if (other != seat) {
            hand_connect(h, other, true);
        }
    }
    return h;
}

void hand_free(struct hand *h)
{
    hand_forget(h);
    pbft_update_free(&h->update);
    pbft_free(h->core);
    free(h);
}

/* --- blocks and certificates --- */

struct block *hand_block_of(uint64_t height, const struct hash *parent, uint64_t view,
                            uint64_t ms, uint64_t executed,
                            struct envelope *const *envelopes, size_t count)
{
    struct header header = {.version = PROTOCOL_VERSION,
                            .height = height,
                            .prev_hash = *parent,
                            .view = view,
                            .time_ms = HAND_WALL + ms,
                            .executed_height = executed,
                            .state_root = hand_root(executed)};
    return hash_build_block(&header, envelopes, count);
}

struct block *hand_block(uint64_t height, const struct hash *parent, uint64_t view,
                         uint64_t ms, uint64_t executed)
{
    return hand_block_of(height, parent, view, ms, executed, NULL, 0);
}

struct block *hand_block_like(const struct header *header)
{
    struct header copy = *header;
    return hash_build_block(&copy, NULL, 0);
}

struct envelope *hand_envelope(uint16_t seat, uint8_t number, size_t size)
{
    struct envelope *e = alloc_zero(1, sizeof(*e));
    e->references = 1;
    e->owner = bytes_new(size);
    memset(e->owner->data, number, size);
    e->encoding = bytes_slice(e->owner);
    e->seat = seat;
    e->id = hand_hash(number);
    e->id.bytes[0] = (uint8_t)seat;
    return e;
}

/* The i-th of the other seats: what a replica did not sign itself it takes for its own lost
 * word. */
static uint16_t hand_other(const struct hand *h, uint16_t i)
{
    return (uint16_t)(i + 1 < h->config.seat ? i + 1 : i + 2);
}

struct certificate *hand_certificate(const struct hand *h, enum certificate_kind kind,
                                     const struct block *b)
{
    struct certificate *c = certificate_new(h->config.quorum);
    c->what = (struct best){kind, b->header.view, b->header.height, b->hash};
    for (uint16_t i = 0; i < c->count; i++) {
        c->entries[i].seat = hand_other(h, i);
    }
    return c;
}

/* --- events --- */

static void hold(struct pbft_action *a)
{
    switch (a->kind) {
    case PBFT_SIGN:
    case PBFT_SEND:
        message_hold(&a->message);
        break;
    case PBFT_STORE_CANDIDATE:
    case PBFT_COMMIT:
        block_ref(a->block);
        break;
    case PBFT_STORE_BEST:
    case PBFT_CERTIFY:
        certificate_ref(a->certificate);
        break;
    case PBFT_STORE_NEW_VIEW:
        new_view_ref(a->new_view);
        break;
    case PBFT_STORE_STANDING:
    case PBFT_NOTICE:
        break;
    }
}

static struct pbft_judgement judge_nothing(void *context, const struct envelope *e)
{
    (void)context, (void)e;
    return (struct pbft_judgement){.deadline_ms = UINT64_MAX};
}

void hand_execute(struct hand *h, uint64_t height, const struct hash *root)
{
    struct pbft_event e = {.kind = PBFT_EXECUTED};
    e.executed = h->executed;
    e.executed.height = height;
    e.executed.state_root = *root;
    e.executed.excluded = h->excluded;
    e.executed.judge = h->executed.judge != NULL ? h->executed.judge : judge_nothing;
    h->executed.rotate = false;
    hand_event(h, &e);
}

void hand_event(struct hand *h, struct pbft_event *e)
{
    size_t from = h->count;
    e->now_ms = h->now;
    e->wall_ms = HAND_WALL + h->now - HAND_START;
    pbft_step(h->core, e, &h->update);
    for (size_t i = 0; i < h->update.count; i++) {
        assert(h->count < HAND_ACTIONS);
        h->done[h->count] = h->update.actions[i];
        hold(&h->done[h->count++]);
    }
    size_t to = h->count;
    for (size_t i = from; i < to; i++) {
        struct pbft_action *a = &h->done[i];
        if (a->kind == PBFT_SIGN && !h->keeps_unsigned) {
            hand_message(h, h->config.seat, &a->message);
        } else if (a->kind == PBFT_COMMIT && !h->holds_back) {
            struct hash root = hand_root(a->block->header.height);
            h->executed.view = a->block->header.view;
            hand_execute(h, a->block->header.height, &root);
        }
    }
}

void hand_wait(struct hand *h, uint64_t ms)
{
    struct pbft_event e = {.kind = PBFT_TICK};
    h->now += ms;
    hand_event(h, &e);
}

void hand_connect(struct hand *h, uint16_t seat, bool up)
{
    struct pbft_event e = {.kind = up ? PBFT_CONNECTED : PBFT_DISCONNECTED, .seat = seat};
    hand_event(h, &e);
    if (up) {
        struct message report = {.tag = MESSAGE_REPORT};
        struct message beat = {.tag = MESSAGE_HEARTBEAT};
        report.report.seat = h->config.seat;
        hand_message(h, seat, &report);
        hand_message(h, seat, &beat);
    }
}

void hand_message(struct hand *h, uint16_t from, const struct message *m)
{
    struct pbft_event e = {.kind = PBFT_MESSAGE};
    e.message = (struct authentic){.message = m, .from = from};
    hand_event(h, &e);
}

void hand_pre_prepare(struct hand *h, struct block *b, struct certificate *c)
{
    struct message m = {.tag = MESSAGE_PRE_PREPARE};
    m.pre_prepare.block = b;
    m.pre_prepare.certificate = c;
    hand_message(h, quorum_primary(h->config.seats, b->header.view), &m);
}

void hand_vote(struct hand *h, uint16_t seat, enum phase phase, uint64_t view,
               const struct block *b)
{
    struct message m = {.tag = phase == PHASE_PREPARE ? MESSAGE_PREPARE : MESSAGE_COMMIT};
    m.vote = (struct vote){.phase = phase,
                           .seat = seat,
                           .view = view,
                           .height = b->header.height,
                           .block = b->hash};
    m.vote.signature.bytes[0] = (uint8_t)seat;
    hand_message(h, seat, &m);
}

void hand_votes(struct hand *h, uint16_t from, uint16_t to, enum phase phase,
                const struct block *b)
{
    for (uint16_t seat = from; seat <= to; seat++) {
        if (seat != h->config.seat) {
            hand_vote(h, seat, phase, b->header.view, b);
        }
    }
}

static struct best best_of(const struct hand *h, const struct certificate *c)
{
    return c != NULL ? c->what : (struct best){CERTIFICATE_NONE, 0, 0, h->config.genesis};
}

void hand_change(struct hand *h, uint16_t seat, uint64_t view, struct certificate *best)
{
    struct message m = {.tag = MESSAGE_VIEW_CHANGE};
    m.view_change.change.seat = seat;
    m.view_change.change.view = view;
    m.view_change.change.best = best_of(h, best);
    m.view_change.certificate = best;
    hand_message(h, seat, &m);
}

void hand_new_view(struct hand *h, uint64_t view, struct certificate *best)
{
    struct new_view *v = new_view_new(h->config.quorum);
    struct message m = {.tag = MESSAGE_NEW_VIEW, .new_view = v};
    v->view = view;
    v->tip = best_of(h, best).block;
    v->certificate = best != NULL ? certificate_ref(best) : NULL;
    for (uint16_t i = 0; i < v->count; i++) {
        v->changes[i] = (struct view_change){
            .seat = hand_other(h, i), .view = view, .best = best_of(h, best)};
    }
    hand_message(h, quorum_primary(h->config.seats, view), &m);
    new_view_unref(v);
}

void hand_give_envelope(struct hand *h, struct envelope *e, uint16_t channel,
                        const struct pbft_judgement *j)
{
    static const struct pbft_judgement plain = {.deadline_ms = UINT64_MAX};
    struct pbft_event event = {.kind = PBFT_ENVELOPE};
    event.envelope.envelope = e;
    event.envelope.channel = channel;
    event.envelope.judgement = j != NULL ? *j : plain;
    hand_event(h, &event);
}

void hand_commit(struct hand *h, struct block *b, struct certificate *c)
{
    hand_pre_prepare(h, b, c);
    hand_votes(h, 1, h->config.seats, PHASE_PREPARE, b);
    hand_votes(h, 1, h->config.seats, PHASE_COMMIT, b);
}

/* --- what came of it --- */

void hand_forget(struct hand *h)
{
    struct pbft_update all = {h->done, h->count, HAND_ACTIONS, 0};
    pbft_update_clear(&all);
    h->count = 0;
}

size_t hand_count(const struct hand *h, enum pbft_action_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < h->count; i++) {
        count += h->done[i].kind == kind;
    }
    return count;
}

size_t hand_signed(const struct hand *h, enum message_tag tag)
{
    size_t count = 0;
    for (size_t i = 0; i < h->count; i++) {
        count += h->done[i].kind == PBFT_SIGN && h->done[i].message.tag == tag;
    }
    return count;
}

size_t hand_sent(const struct hand *h, enum message_tag tag, uint16_t seat)
{
    size_t count = 0;
    for (size_t i = 0; i < h->count; i++) {
        const struct pbft_action *a = &h->done[i];
        count += a->kind == PBFT_SEND && a->message.tag == tag && a->seat == seat;
    }
    return count;
}

const struct message *hand_last(const struct hand *h, enum message_tag tag)
{
    for (size_t i = h->count; i-- > 0;) {
        const struct pbft_action *a = &h->done[i];
        if ((a->kind == PBFT_SIGN || a->kind == PBFT_SEND) && a->message.tag == tag) {
            return &a->message;
        }
    }
    return NULL;
}

bool hand_noticed(const struct hand *h, enum pbft_notice_kind kind, enum pbft_cause cause)
{
    for (size_t i = 0; i < h->count; i++) {
        const struct pbft_action *a = &h->done[i];
        if (a->kind == PBFT_NOTICE && a->notice.kind == kind && a->notice.cause == cause) {
            return true;
        }
    }
    return false;
}

struct pbft_status hand_status(const struct hand *h)
{
    struct pbft_status s;
    pbft_status(h->core, &s);
    return s;
}
