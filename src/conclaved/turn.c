/* SPDX-License-Identifier: ISC */
#include "conclaved/turn.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "conclaved/agents.h"
#include "conclaved/events.h"
#include "conclaved/execute.h"
#include "conclaved/outbox.h"
#include "conclaved/witness.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An event for the core that came of another one in this turn. */
struct follow_up {
    struct pbft_event event;
    struct message message; /* what event.message points to */
};

struct parcel {
    uint16_t seat; /* 0: all others */
    struct bytes *content;
};

struct notice {
    const char *name;
    json_t *params;
};

struct turn {
    struct follow_up **queue; /* a ring would save nothing: it is empty again each turn */
    size_t queued, taken, queue_capacity;
    struct parcel *parcels;
    size_t parcel_count, parcel_capacity;
    size_t parcel_bytes[SEATS_MAX]; /* [seat - 1], of those for one seat alone */
    struct notice *notices;
    size_t notice_count, notice_capacity;
    struct pbft_update update;
    uint64_t wake_ms;
    bool feeding; /* inside the loop that empties the queue */
};

struct turn *turn_new(void)
{
    struct turn *t = alloc_zero(1, sizeof(*t));
    t->wake_ms = UINT64_MAX;
    return t;
}

static void follow_up_free(struct follow_up *f)
{
    message_clear(&f->message);
    free(f);
}

void turn_free(struct turn *t)
{
    if (t == NULL) {
        return;
    }
    while (t->taken < t->queued) {
        follow_up_free(t->queue[t->taken++]);
    }
    for (size_t i = 0; i < t->parcel_count; i++) {
        bytes_unref(t->parcels[i].content);
    }
    for (size_t i = 0; i < t->notice_count; i++) {
        json_decref(t->notices[i].params);
    }
    pbft_update_free(&t->update);
    free(t->queue);
    free(t->parcels);
    free(t->notices);
    free(t);
}

static struct follow_up *follow_up_add(struct turn *t, enum pbft_event_kind kind)
{
    if (t->queued == t->queue_capacity) {
        t->queue_capacity = t->queue_capacity > 0 ? 2 * t->queue_capacity : 16;
        t->queue = alloc_resize(t->queue, t->queue_capacity, sizeof(*t->queue));
    }
    struct follow_up *f = alloc_zero(1, sizeof(*f));
    f->event.kind = kind;
    t->queue[t->queued++] = f;
    return f;
}

/* --- sending and publishing wait for the end of the turn --- */

static void parcel_add(struct turn *t, uint16_t seat, const struct message *m)
{
    struct buffer b = {NULL, 0, 0};
    codec_encode_message(&b, m);
    if (t->parcel_count == t->parcel_capacity) {
        t->parcel_capacity = t->parcel_capacity > 0 ? 2 * t->parcel_capacity : 16;
        t->parcels = alloc_resize(t->parcels, t->parcel_capacity, sizeof(*t->parcels));
    }
    t->parcels[t->parcel_count++] = (struct parcel){seat, bytes_copy(buffer_slice(&b))};
    if (seat != 0) {
        t->parcel_bytes[seat - 1] += b.size;
    }
    buffer_free(&b);
}

void turn_send(struct node *n, uint16_t seat, const struct message *m)
{
    parcel_add(n->turn, seat, m);
}

size_t turn_queued(const struct node *n, uint16_t seat)
{
    return n->turn->parcel_bytes[seat - 1];
}

void turn_publish(struct node *n, const char *name, json_t *params)
{
    struct turn *t = n->turn;
    if (t->notice_count == t->notice_capacity) {
        t->notice_capacity = t->notice_capacity > 0 ? 2 * t->notice_capacity : 16;
        t->notices = alloc_resize(t->notices, t->notice_capacity, sizeof(*t->notices));
    }
    t->notices[t->notice_count++] = (struct notice){name, params};
}

/* --- actions --- */

/* Signs a message of this seat, keeps what it binds this seat to, sends it to all and gives
 * it back to the core. */
static void carry_out_sign(struct node *n, struct message *m)
{
    struct follow_up *f = follow_up_add(n->turn, PBFT_MESSAGE);
    f->event.message = authenticate_own(&n->auth, n->key, n->seat, m);
    switch (m->tag) {
    case MESSAGE_PRE_PREPARE: {
        struct vote v = pre_prepare_vote(&m->pre_prepare, n->seat);
        ledger_put_vote(n->ledger, &v);
        break;
    }
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        ledger_put_vote(n->ledger, &m->vote);
        break;
    case MESSAGE_VIEW_CHANGE:
        ledger_put_view_change(n->ledger, &m->view_change.change);
        break;
    case MESSAGE_NEW_VIEW:
        ledger_put_new_view(n->ledger, m->new_view);
        break;
    case MESSAGE_HEARTBEAT:
    case MESSAGE_ENVELOPE:
    case MESSAGE_FETCH_BLOCK:
    case MESSAGE_BLOCK:
    case MESSAGE_FETCH_RANGE:
    case MESSAGE_RANGE:
    case MESSAGE_FETCH_NEW_VIEW:
        assert(!"the core signs no such message");
    }
    parcel_add(n->turn, 0, m);
    f->message = *m;
    f->event.message.message = &f->message;
    memset(m, 0, sizeof(*m)); /* its references went along */
}

static void carry_out_notice(struct node *n, const struct pbft_notice *x)
{
    static const char *const names[] = {
        [PBFT_NOTICE_VIEW_CHANGE] = "view.change-started",
        [PBFT_NOTICE_NEW_VIEW] = "view.changed",
        [PBFT_NOTICE_REFUSED] = "block.refused",
        [PBFT_NOTICE_DIVERGED] = "state.diverged",
        [PBFT_NOTICE_FORK] = "chain.forked",
        [PBFT_NOTICE_CATCHING_UP] = "node.catching-up",
    };
    bool loud = x->kind == PBFT_NOTICE_DIVERGED || x->kind == PBFT_NOTICE_FORK;
    enum log_level level = loud                             ? LOG_LEVEL_ERROR
                           : x->kind == PBFT_NOTICE_REFUSED ? LOG_LEVEL_WARN
                                                            : LOG_LEVEL_INFO;
    struct log_field cause = LOG_S("cause", pbft_cause_name(x->cause));
    if (x->cause == PBFT_CAUSE_NONE) {
        cause.kind = LOG_END;
    }
    LOG_EVENT(level, names[x->kind], LOG_N("view", x->view), LOG_N("height", x->height),
              LOG_N("seat", x->seat), cause);
    const char *name = event_notice_name(x->kind);
    if (name != NULL) {
        turn_publish(n, name, event_notice(n->charter, x));
    }
}

static void carry_out(struct node *n, struct pbft_action *a)
{
    switch (a->kind) {
    case PBFT_SIGN:
        carry_out_sign(n, &a->message);
        break;
    case PBFT_SEND:
        parcel_add(n->turn, a->seat, &a->message);
        break;
    case PBFT_STORE_CANDIDATE:
        ledger_put_candidate(n->ledger, a->block);
        break;
    case PBFT_STORE_BEST:
        ledger_put_best(n->ledger, a->certificate);
        break;
    case PBFT_STORE_NEW_VIEW:
        ledger_put_new_view(n->ledger, a->new_view);
        break;
    case PBFT_COMMIT: {
        struct follow_up *f = follow_up_add(n->turn, PBFT_EXECUTED);
        execute_block(n, a->block, &f->event.executed);
        break;
    }
    case PBFT_CERTIFY:
        ledger_put_commit(n->ledger, a->certificate);
        break;
    case PBFT_NOTICE:
        carry_out_notice(n, &a->notice);
        break;
    }
}

static void step(struct node *n, struct pbft_event *event)
{
    struct turn *t = n->turn;
    event->now_ms = clock_monotonic_ms();
    event->wall_ms = clock_wall_ms();
    pbft_step(n->core, event, &t->update);
    t->wake_ms = t->update.wake_ms;
    for (size_t i = 0; i < t->update.count; i++) {
        carry_out(n, &t->update.actions[i]);
    }
}

void turn_feed(struct node *n, struct pbft_event *event)
{
    struct turn *t = n->turn;
    assert(!t->feeding);
    t->feeding = true;
    step(n, event);
    while (t->taken < t->queued) {
        struct follow_up *f = t->queue[t->taken++];
        step(n, &f->event);
        follow_up_free(f);
    }
    t->taken = t->queued = 0;
    t->feeding = false;
}

struct judgement turn_feed_envelope(struct node *n, struct envelope *e, uint16_t channel)
{
    struct judgement j = council_judge(n->council, e);
    struct pbft_event event = {.kind = PBFT_ENVELOPE};
    event.envelope.envelope = e;
    event.envelope.channel = channel;
    event.envelope.judgement = execute_judgement(n, &j);
    turn_feed(n, &event);
    return j;
}

/* --- the end of the turn --- */

static void persist(struct node *n)
{
    int error = ledger_commit(n->ledger);
    if (error != 0) {
        LOG_EVENT(LOG_LEVEL_ERROR, "store.failed", LOG_S("error", error_text(error)),
                  LOG_S("cure", "free space or mend the disk, then start the node again"));
        /* What was to be sent depends on what is not durable: nothing goes out. */
        _exit(EXIT_FAILURE);
    }
}

static void send_parcels(struct node *n)
{
    struct turn *t = n->turn;
    for (size_t i = 0; i < t->parcel_count; i++) {
        struct parcel *p = &t->parcels[i];
        if (p->seat == 0) {
            net_broadcast(n->net, p->content);
        } else {
            net_send(n->net, p->seat, p->content);
        }
        bytes_unref(p->content);
    }
    t->parcel_count = 0;
    memset(t->parcel_bytes, 0, sizeof(t->parcel_bytes));
    net_flush(n->net);
}

static void publish(struct node *n)
{
    struct turn *t = n->turn;
    for (size_t i = 0; i < t->notice_count; i++) {
        control_publish(n->control, t->notices[i].name, t->notices[i].params);
    }
    t->notice_count = 0;
}

void turn_end(struct node *n)
{
    agents_progress(n);
    outbox_progress(n);
    witness_progress(n);
    persist(n);
    send_parcels(n);
    publish(n);
}

uint64_t turn_wake_ms(const struct node *n)
{
    return n->turn->wake_ms;
}
