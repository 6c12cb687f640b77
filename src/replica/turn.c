/* SPDX-License-Identifier: ISC */
/* Events go into the ordering core, and what its updates ask for is carried out: now, what
 * is written and executed; at the end of the turn, after it is durable, what is sent. */
#include "replica/inside.h"

#include "base/alloc.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* An event for the core that came of another one in this turn. */
struct follow_up {
    struct pbft_event event;
    struct message message; /* what event.message points to */
};

struct parcel {
    uint16_t seat; /* 0: all others */
    struct message message;
    struct bytes *content;
};

struct turn {
    struct follow_up **queue; /* a ring would save nothing: it is empty again each turn */
    size_t queued, taken, queue_capacity;
    struct parcel *parcels;
    size_t parcel_count, parcel_capacity;
    size_t parcel_bytes[SEATS_MAX]; /* [seat - 1], of those for one seat alone */
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

static void drop_parcels(struct turn *t)
{
    for (size_t i = 0; i < t->parcel_count; i++) {
        message_clear(&t->parcels[i].message);
        bytes_unref(t->parcels[i].content);
    }
    t->parcel_count = 0;
    memset(t->parcel_bytes, 0, sizeof(t->parcel_bytes));
}

void turn_free(struct turn *t)
{
    if (t == NULL) {
        return;
    }
    while (t->taken < t->queued) {
        follow_up_free(t->queue[t->taken++]);
    }
    drop_parcels(t);
    pbft_update_free(&t->update);
    free(t->queue);
    free(t->parcels);
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

/* --- sending waits for the end of the turn --- */

void turn_give(struct replica *r, uint16_t seat, struct message *m)
{
    struct turn *t = r->turn;
    struct buffer b = {NULL, 0, 0};
    codec_encode_message(&b, m);
    if (t->parcel_count == t->parcel_capacity) {
        t->parcel_capacity = t->parcel_capacity > 0 ? 2 * t->parcel_capacity : 16;
        t->parcels = alloc_resize(t->parcels, t->parcel_capacity, sizeof(*t->parcels));
    }
    t->parcels[t->parcel_count++] = (struct parcel){seat, *m, bytes_copy(buffer_slice(&b))};
    if (seat != 0) {
        t->parcel_bytes[seat - 1] += b.size;
    }
    buffer_free(&b);
    memset(m, 0, sizeof(*m)); /* its references went along */
}

void turn_send(struct replica *r, uint16_t seat, const struct message *m)
{
    struct message copy = *m;
    message_hold(&copy);
    turn_give(r, seat, &copy);
}

size_t turn_queued(const struct replica *r, uint16_t seat)
{
    return r->turn->parcel_bytes[seat - 1];
}

/* --- actions --- */

/* Signs a message of this seat, keeps what it binds this seat to, sends it to all and gives
 * it back to the core. */
static void carry_out_sign(struct replica *r, struct message *m)
{
    struct follow_up *f = follow_up_add(r->turn, PBFT_MESSAGE);
    f->event.message = authenticate_own(&r->auth, r->config.key, r->seat, m);
    switch (m->tag) {
    case MESSAGE_PRE_PREPARE: {
        struct vote v = pre_prepare_vote(&m->pre_prepare, r->seat);
        ledger_put_vote(r->ledger, &v);
        break;
    }
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        ledger_put_vote(r->ledger, &m->vote);
        break;
    case MESSAGE_VIEW_CHANGE:
        ledger_put_view_change(r->ledger, &m->view_change.change);
        break;
    case MESSAGE_NEW_VIEW:
        ledger_put_new_view(r->ledger, m->new_view);
        break;
    case MESSAGE_HEARTBEAT:
    case MESSAGE_ENVELOPE:
    case MESSAGE_FETCH_BLOCK:
    case MESSAGE_BLOCK:
    case MESSAGE_FETCH_RANGE:
    case MESSAGE_RANGE:
    case MESSAGE_FETCH_NEW_VIEW:
    case MESSAGE_ASK:
    case MESSAGE_REPORT:
    case MESSAGE_CHECKPOINT:
        assert(!"the core signs no such message");
    }
    turn_send(r, 0, m);
    f->message = *m;
    f->event.message.message = &f->message;
    memset(m, 0, sizeof(*m)); /* its references went along */
}

static void carry_out(struct replica *r, struct pbft_action *a)
{
    if (r->observer.action != NULL) {
        r->observer.action(r->observer.context, a);
    }
    switch (a->kind) {
    case PBFT_SIGN:
        carry_out_sign(r, &a->message);
        break;
    case PBFT_SEND:
        /* Its own are relayed, too. */
        if (a->message.tag != MESSAGE_ENVELOPE || a->message.envelope->seat != r->seat ||
            !recover_holds_back(r, a->message.envelope)) {
            turn_give(r, a->seat, &a->message);
        }
        break;
    case PBFT_STORE_CANDIDATE:
        ledger_put_candidate(r->ledger, a->block);
        break;
    case PBFT_STORE_BEST:
        ledger_put_best(r->ledger, a->certificate);
        break;
    case PBFT_STORE_NEW_VIEW:
        ledger_put_new_view(r->ledger, a->new_view);
        break;
    case PBFT_COMMIT: {
        struct follow_up *f = follow_up_add(r->turn, PBFT_EXECUTED);
        execute_block(r, a->block, &f->event.executed);
        break;
    }
    case PBFT_CERTIFY:
        ledger_put_commit(r->ledger, a->certificate);
        break;
    case PBFT_STORE_STANDING:
        ledger_put_standing(r->ledger, &a->standing);
        break;
    case PBFT_NOTICE:
        break; /* the observer's alone */
    }
}

static void step(struct replica *r, struct pbft_event *event)
{
    struct turn *t = r->turn;
    event->now_ms = replica_now(r);
    event->wall_ms = replica_wall(r);
    pbft_step(r->core, event, &t->update);
    t->wake_ms = t->update.wake_ms;
    for (size_t i = 0; i < t->update.count; i++) {
        carry_out(r, &t->update.actions[i]);
    }
    if (r->observer.stepped != NULL) {
        r->observer.stepped(r->observer.context);
    }
}

void turn_lose(struct replica *r, enum pbft_cause cause)
{
    if (r->turn->feeding) {
        follow_up_add(r->turn, PBFT_LOST)->event.cause = cause;
    } else {
        struct pbft_event event = {.kind = PBFT_LOST, .cause = cause};
        turn_feed(r, &event);
    }
}

void turn_feed(struct replica *r, struct pbft_event *event)
{
    struct turn *t = r->turn;
    assert(!t->feeding && !r->failed);
    t->feeding = true;
    step(r, event);
    while (t->taken < t->queued) {
        struct follow_up *f = t->queue[t->taken++];
        step(r, &f->event);
        follow_up_free(f);
    }
    t->taken = t->queued = 0;
    t->feeding = false;
}

struct judgement turn_feed_envelope(struct replica *r, struct envelope *e, uint16_t channel)
{
    struct judgement j = council_judge(r->council, e, replica_wall(r));
    struct pbft_event event = {.kind = PBFT_ENVELOPE};
    event.envelope.envelope = e;
    event.envelope.channel = channel;
    event.envelope.judgement = execute_judgement(r, e, &j);
    if (r->observer.offered != NULL && !event.envelope.judgement.refuse &&
        !event.envelope.judgement.keep) {
        r->observer.offered(r->observer.context, e);
    }
    turn_feed(r, &event);
    return j;
}

/* --- the end of the turn --- */

int replica_end_turn(struct replica *r)
{
    struct turn *t = r->turn;
    assert(!r->failed);
    ballots_progress(r);
    recover_progress(r);
    outbox_progress(r);
    witness_progress(r);
    if (r->observer.closing != NULL) {
        r->observer.closing(r->observer.context);
    }
    int error = ledger_commit(r->ledger);
    if (error != 0) {
        /* What was to be sent depends on what is not durable: nothing goes out. */
        r->failed = true;
        drop_parcels(t);
        return error;
    }
    for (size_t i = 0; i < t->parcel_count; i++) {
        struct parcel *p = &t->parcels[i];
        r->ports.send(r->ports.context, p->seat, &p->message, p->content);
    }
    drop_parcels(t);
    return 0;
}

uint64_t turn_wake_ms(const struct replica *r)
{
    return r->turn->wake_ms;
}
