/* SPDX-License-Identifier: ISC */
#include "conclaved/observe.h"

#include "base/clock.h"
#include "base/log.h"
#include "conclaved/events.h"
#include "conclaved/exclusion.h"
#include "conclaved/flagging.h"
#include "conclaved/heartbeat.h"
#include "conclaved/json.h"
#include "conclaved/log_events.h"
#include "conclaved/publish.h"
#include "conclaved/rounds.h"
#include "conclaved/votes_tell.h"
#include "wire/shared.h"

static void tell_notice(struct node *n, const struct pbft_notice *x)
{
    log_notice(n, x);
    metrics_notice(&n->metrics, x);
    const char *name = event_notice_name(x->kind);
    if (name != NULL) {
        publish(n, name, event_notice(n->charter, x));
    }
    if (x->kind == PBFT_NOTICE_NEW_VIEW) {
        primaries_view(n->flagging->primaries, x->view, clock_monotonic_ms());
    }
    if (x->kind == PBFT_NOTICE_DIVERGED || x->kind == PBFT_NOTICE_FORK) {
        flagging_stopped(n, x);
    }
}

/* What this seat says itself; nothing of it is signed yet. */
static void note_own(const struct node *n, const struct message *m)
{
    uint64_t now = clock_monotonic_ms();
    struct vote v;
    switch (m->tag) {
    case MESSAGE_PRE_PREPARE:
        v = pre_prepare_vote(&m->pre_prepare, n->seat);
        rounds_vote(n->rounds, &v, now);
        break;
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        rounds_vote(n->rounds, &m->vote, now);
        break;
    case MESSAGE_VIEW_CHANGE:
        rounds_view_change(n->rounds, n->seat, m->view_change.change.view);
        break;
    case MESSAGE_NEW_VIEW:
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
        break;
    }
}

/* How long its envelopes waited, under which primary. */
static void note_waits(struct node *n, const struct block *b)
{
    struct round_times times = rounds_times(n->rounds, b->header.height);
    bool live = times.committed_ms != ROUNDS_UNKNOWN;
    uint64_t now = clock_monotonic_ms();
    for (uint32_t i = 0; i < b->count; i++) {
        primaries_ordered(n->flagging->primaries, b->envelopes[i]->seat,
                          &b->envelopes[i]->id, b->header.view, live, now);
    }
}

static void note_committed(struct node *n, const struct block *b)
{
    struct round_times times = rounds_times(n->rounds, b->header.height);
    metrics_committed(&n->metrics, &times);
}

static void on_action(void *context, const struct pbft_action *a)
{
    struct node *n = context;
    switch (a->kind) {
    case PBFT_SIGN:
        note_own(n, &a->message);
        break;
    case PBFT_STORE_CANDIDATE:
        rounds_accept(n->rounds, a->block, clock_monotonic_ms());
        break;
    case PBFT_COMMIT:
        rounds_commit(n->rounds, a->block, clock_monotonic_ms());
        note_committed(n, a->block);
        break;
    case PBFT_NOTICE:
        tell_notice(n, &a->notice);
        break;
    case PBFT_SEND:
    case PBFT_STORE_BEST:
    case PBFT_STORE_NEW_VIEW:
    case PBFT_CERTIFY:
    case PBFT_STORE_STANDING:
        break;
    }
}

/* Under load most events are wanted by no subscriber: they are numbered, but not built. */
static void publish_council_event(struct node *n, const struct council_event *e,
                                  uint64_t number)
{
    const char *name = event_council_name(e->kind);
    if (control_wants(n->control, name)) {
        publish(n, name, event_council(n->charter, replica_council(n->replica), e, number));
    } else if (control_has_subscribers(n->control)) {
        publish(n, name, NULL);
    }
}

/* The ballots with which events begin, to those who want them together; how many events. */
static size_t publish_ballots(struct node *n, const struct council_event *events,
                              size_t count)
{
    json_t *out[BALLOTS_EVENTS_MAX];
    size_t told, taken = event_ballots(events, count, out, &told);
    for (size_t i = 0; i < told; i++) {
        publish(n, "ballots", out[i]);
    }
    return taken;
}

static void on_replayed(void *context, const struct block *b,
                        const struct council_result *r)
{
    flagging_replayed(context, b, r);
}

static void on_executed(void *context, struct block *b, const struct council_result *r)
{
    struct node *n = context;
    uint64_t number = ledger_record_count(n->ledger); /* with those of this block */
    metrics_executed(&n->metrics, b, r);
    note_waits(n, b);
    for (size_t i = 0; i < r->event_count; i++) {
        number -= r->events[i].kind == COUNCIL_FINAL;
    }
    bool together = control_wants(n->control, "ballots");
    size_t told = 0; /* events, by `ballots` */
    for (size_t i = 0; i < r->event_count; i++) {
        if (together && i >= told) {
            told = i + publish_ballots(n, r->events + i, r->event_count - i);
        }
        log_council_event(n, b, &r->events[i]);
        publish_council_event(n, &r->events[i], number);
        number += r->events[i].kind == COUNCIL_FINAL;
    }
    if (r->event_count > 0) {
        exclusion_tell(n, b);
    }
    flagging_executed(n, b, r);
    if (control_has_subscribers(n->control)) {
        struct round_times times = rounds_times(n->rounds, b->header.height);
        publish(n, "block.committed", event_block(b, &times));
    }
}

static void on_received(void *context, uint16_t seat, const struct message *m)
{
    struct node *n = context;
    struct vote v;
    switch (m->tag) {
    case MESSAGE_HEARTBEAT:
        heartbeat_note(n, seat, &m->heartbeat);
        break;
    case MESSAGE_CHECKPOINT:
        checkpoints_note(n, seat, &m->checkpoint);
        break;
    case MESSAGE_PRE_PREPARE:
        v = pre_prepare_vote(&m->pre_prepare, seat);
        rounds_vote(n->rounds, &v, clock_monotonic_ms());
        break;
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        rounds_vote(n->rounds, &m->vote, clock_monotonic_ms());
        break;
    case MESSAGE_VIEW_CHANGE:
        rounds_view_change(n->rounds, m->view_change.change.seat,
                           m->view_change.change.view);
        break;
    case MESSAGE_NEW_VIEW:
    case MESSAGE_ENVELOPE:
    case MESSAGE_FETCH_BLOCK:
    case MESSAGE_BLOCK:
    case MESSAGE_FETCH_RANGE:
    case MESSAGE_RANGE:
    case MESSAGE_FETCH_NEW_VIEW:
    case MESSAGE_ASK:
    case MESSAGE_REPORT:
        break;
    }
}

static void on_offered(void *context, const struct envelope *e)
{
    struct node *n = context;
    primaries_arrived(n->flagging->primaries, e->seat, &e->id, clock_monotonic_ms());
}

static void on_heard(void *context, const struct vote *v)
{
    struct node *n = context;
    rounds_vote(n->rounds, v, clock_monotonic_ms());
    votes_touch(n);
}

static void on_stepped(void *context)
{
    votes_touch(context);
}

static void on_accused(void *context, uint16_t seat, enum evidence_kind kind)
{
    struct node *n = context;
    LOG_EVENT(LOG_LEVEL_WARN, "seat.equivocated", LOG_N("seat", seat),
              LOG_S("statement", evidence_kind_name(kind)));
    json_t *params = json_object();
    json_put_seat(params, "seat", n->charter, seat);
    json_put(params, "statement", json_string(evidence_kind_name(kind)));
    publish(n, "seat.equivocated", params);
    flagging_accused(n, seat, kind);
}

/* Everything else that the turn wrote is in. */
static void on_closing(void *context)
{
    flagging_save(context);
}

void observer_of(struct node *n, struct replica_observer *out)
{
    *out = (struct replica_observer){.context = n,
                                     .replayed = on_replayed,
                                     .action = on_action,
                                     .executed = on_executed,
                                     .received = on_received,
                                     .offered = on_offered,
                                     .heard = on_heard,
                                     .stepped = on_stepped,
                                     .accused = on_accused,
                                     .closing = on_closing};
}
