/* SPDX-License-Identifier: ISC */
/* One seat's node: what src/conclaved/turn.c and replay.c do, around a virtual disk. */
#include "cluster/inside.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define WALL_EPOCH UINT64_C(1735689600000)

uint64_t node_monotonic(const struct node *n)
{
    return n->c->now + n->monotonic_off_ms;
}

uint64_t node_wall(const struct node *n)
{
    return (uint64_t)((int64_t)(WALL_EPOCH + n->c->now) + n->clock_off_ms);
}

/* --- the turn's queues --- */

static struct follow_up *follow_up_add(struct node *n, enum pbft_event_kind kind)
{
    if (n->queued == n->queue_capacity) {
        n->queue_capacity = n->queue_capacity > 0 ? 2 * n->queue_capacity : 16;
        n->queue = alloc_resize(n->queue, n->queue_capacity, sizeof(*n->queue));
    }
    struct follow_up *f = alloc_zero(1, sizeof(*f));
    f->event.kind = kind;
    n->queue[n->queued++] = f;
    return f;
}

static void follow_up_free(struct follow_up *f)
{
    message_clear(&f->message);
    free(f);
}

static struct bytes *encode(const struct message *m)
{
    struct buffer b = {0};
    codec_encode_message(&b, m);
    struct bytes *content = bytes_copy(buffer_slice(&b));
    buffer_free(&b);
    return content;
}

/* What the message holds lives on in its encoding: a decoded copy is what is looked at. */
void node_post(struct node *n, uint16_t to, const struct message *m)
{
    if (n->parcel_count == n->parcel_capacity) {
        n->parcel_capacity = n->parcel_capacity > 0 ? 2 * n->parcel_capacity : 16;
        n->parcels = alloc_resize(n->parcels, n->parcel_capacity, sizeof(*n->parcels));
    }
    struct parcel *p = &n->parcels[n->parcel_count++];
    p->to = to;
    p->content = encode(m);
    int error = codec_decode_message(p->content, bytes_slice(p->content), &p->message);
    if (error != 0) {
        check_fail(n->c, "seat %u sends tag %d, which its own decoder refuses: %s", n->seat,
                   m->tag, error_text(error));
        bytes_unref(p->content);
        n->parcel_count--;
    }
}

/* --- actions --- */

static void store_signed(struct node *n, const struct message *m)
{
    switch (m->tag) {
    case MESSAGE_PRE_PREPARE: {
        struct vote v = pre_prepare_vote(&m->pre_prepare, n->seat);
        disk_put_vote(&n->disk, &v);
        break;
    }
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        disk_put_vote(&n->disk, &m->vote);
        break;
    case MESSAGE_VIEW_CHANGE:
        disk_put_view_change(&n->disk, &m->view_change.change);
        break;
    case MESSAGE_NEW_VIEW:
        disk_put_new_view(&n->disk, m->new_view);
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
}

static void carry_out_sign(struct node *n, struct message *m)
{
    struct follow_up *f = follow_up_add(n, PBFT_MESSAGE);
    f->event.message = authenticate_own(&n->auth, n->c->secrets[n->seat - 1], n->seat, m);
    store_signed(n, m);
    check_signed(n, m);
    node_post(n, 0, m);
    f->message = *m;
    f->event.message.message = &f->message;
    memset(m, 0, sizeof(*m)); /* its references went along */
}

static struct pbft_judgement translate(const struct node *n, const struct envelope *e,
                                       const struct judgement *j)
{
    return (struct pbft_judgement){.refuse = j->kind == JUDGEMENT_REFUSE ||
                                             (n->starves != 0 && e->seat == n->starves),
                                   .keep = j->kind == JUDGEMENT_KEEP,
                                   .emergency = j->emergency,
                                   .deadline_ms = j->deadline_ms};
}

static struct pbft_judgement judge_envelope(void *context, const struct envelope *e)
{
    struct node *n = context;
    struct judgement j = council_judge(n->council, e, node_wall(n));
    return translate(n, e, &j);
}

static void describe_executed(struct node *n, const struct block *b,
                              const struct council_result *r, struct pbft_executed *out)
{
    for (uint16_t seat = 1; seat <= n->c->config.seats; seat++) {
        n->excluded[seat - 1] =
            council_is_expelled(n->council, seat) || council_is_suspended(n->council, seat);
    }
    *out = (struct pbft_executed){.height = b->header.height,
                                  .view = b->header.view,
                                  .state_root = r->state_root,
                                  .next_deadline_ms = r->next_deadline_ms,
                                  .cover_height = r->cover_height,
                                  .rotate = r->rotate,
                                  .excluded = n->excluded,
                                  .judge = judge_envelope,
                                  .judge_context = n};
}

static void note_council_event(struct node *n, const struct block *b,
                               const struct council_event *e)
{
    struct proposal_note *p = cluster_proposal(n->c, &e->proposal);
    if (p == NULL || n->faulty) {
        return;
    }
    if (e->kind == COUNCIL_SEALED) {
        p->sealed_ended = true;
        watch_sealed_ended(n->c, &p->id);
    } else if (e->kind == COUNCIL_VOID && e->operation == OPERATION_PROPOSE &&
               e->verdict == VERDICT_QUOTA) {
        p->voided = true;
    } else if (e->kind == COUNCIL_FINAL && !p->final) {
        p->final = true;
        p->record = *e->record;
        cluster_note(
            n->c, TRACE_STORY, "%u: proposal %u %s%s%s %u:%u at height %llu", n->seat,
            (unsigned)(p - n->c->proposals), outcome_name(e->record->outcome),
            e->record->reason == REASON_NONE ? "" : " ", reason_name(e->record->reason),
            e->record->approve, e->record->reject, (unsigned long long)b->header.height);
    }
}

static void carry_out_commit(struct node *n, struct block *b)
{
    struct council_result r;
    disk_append(&n->disk, b);
    disk_prune(&n->disk, b->header.view, b->header.height);
    council_apply(n->council, b, &r);
    for (size_t i = 0; i < r.event_count; i++) {
        note_council_event(n, b, &r.events[i]);
    }
    check_committed(n, b, &r.state_root);
    watch_executed(n, r.events, r.event_count);
    witness_block(n, b);
    outbox_on_block(n, b);
    struct follow_up *f = follow_up_add(n, PBFT_EXECUTED);
    describe_executed(n, b, &r, &f->event.executed);
}

static void carry_out_notice(struct node *n, const struct pbft_notice *x)
{
    static const char *const words[] = {
        [PBFT_NOTICE_VIEW_CHANGE] = "wants view",
        [PBFT_NOTICE_NEW_VIEW] = "enters view",
        [PBFT_NOTICE_REFUSED] = "refuses a block of view",
        [PBFT_NOTICE_DIVERGED] = "HAS DIVERGED in view",
        [PBFT_NOTICE_FORK] = "SEES A FORK in view",
        [PBFT_NOTICE_CATCHING_UP] = "catches up in view",
    };
    static const char *const marks[] = {
        [PBFT_NOTICE_VIEW_CHANGE] = "view left",
        [PBFT_NOTICE_NEW_VIEW] = "view entered",
        [PBFT_NOTICE_REFUSED] = "block refused",
        [PBFT_NOTICE_DIVERGED] = "diverged",
        [PBFT_NOTICE_FORK] = "fork seen",
        [PBFT_NOTICE_CATCHING_UP] = "range asked for",
    };
    n->c->counts.notices[x->kind]++;
    if (x->kind == PBFT_NOTICE_NEW_VIEW) {
        n->entered++;
        if (n->entered > n->c->counts.view_changes) {
            n->c->counts.view_changes = n->entered;
        }
    }
    bool has_cause = x->cause != PBFT_CAUSE_NONE;
    cluster_note(n->c, TRACE_STORY, "%u: %s %llu at height %llu%s%s", n->seat,
                 words[x->kind], (unsigned long long)x->view, (unsigned long long)x->height,
                 has_cause ? ", " : "", has_cause ? pbft_cause_name(x->cause) : "");
    cluster_mark(n->c, "%s%s%s", marks[x->kind], has_cause ? ": " : "",
                 has_cause ? pbft_cause_name(x->cause) : "");
    if ((x->kind == PBFT_NOTICE_DIVERGED || x->kind == PBFT_NOTICE_FORK) && !n->faulty) {
        check_fail(n->c, "seat %u stopped: %s %llu, height %llu", n->seat, words[x->kind],
                   (unsigned long long)x->view, (unsigned long long)x->height);
    }
}

static void carry_out(struct node *n, struct pbft_action *a)
{
    switch (a->kind) {
    case PBFT_SIGN:
        carry_out_sign(n, &a->message);
        break;
    case PBFT_SEND:
        node_post(n, a->seat, &a->message);
        break;
    case PBFT_STORE_CANDIDATE:
        disk_put_candidate(&n->disk, a->block);
        break;
    case PBFT_STORE_BEST:
        check_certificate(n, a->certificate);
        disk_put_best(&n->disk, a->certificate);
        break;
    case PBFT_STORE_NEW_VIEW:
        disk_put_new_view(&n->disk, a->new_view);
        break;
    case PBFT_COMMIT:
        carry_out_commit(n, a->block);
        break;
    case PBFT_CERTIFY:
        check_certificate(n, a->certificate);
        disk_put_commit(&n->disk, a->certificate);
        break;
    case PBFT_NOTICE:
        carry_out_notice(n, &a->notice);
        break;
    }
}

static void step(struct node *n, struct pbft_event *event)
{
    event->now_ms = node_monotonic(n);
    event->wall_ms = node_wall(n);
    pbft_step(n->core, event, &n->update);
    n->wake_ms = n->update.wake_ms;
    for (size_t i = 0; i < n->update.count; i++) {
        carry_out(n, &n->update.actions[i]);
    }
    check_stepped(n);
}

void node_feed(struct node *n, struct pbft_event *event)
{
    assert(!n->feeding && n->up);
    n->feeding = true;
    step(n, event);
    while (n->taken < n->queued) {
        struct follow_up *f = n->queue[n->taken++];
        step(n, &f->event);
        follow_up_free(f);
    }
    n->taken = n->queued = 0;
    n->feeding = false;
}

struct judgement node_feed_envelope(struct node *n, struct envelope *e, uint16_t channel)
{
    struct judgement j = council_judge(n->council, e, node_wall(n));
    struct pbft_event event = {.kind = PBFT_ENVELOPE};
    event.envelope.envelope = e;
    event.envelope.channel = channel;
    event.envelope.judgement = translate(n, e, &j);
    node_feed(n, &event);
    return j;
}

/* --- the end of the turn --- */

/* Counts an effect; false when the seat crashes instead of having it. */
static bool effect(struct node *n)
{
    if (n->effects++ < n->crash_at) {
        return true;
    }
    n->crash_at = UINT64_MAX;
    cluster_crash(n->c, n->seat);
    return false;
}

static bool send_one(struct node *n, const struct parcel *p, uint16_t to)
{
    struct cluster *c = n->c;
    struct message forged;
    if (!network_link(c, n->seat, to)->connected) {
        return true;
    }
    if (!effect(n)) {
        return false;
    }
    if (c->filter != NULL && !c->filter(c, c->filter_context, n->seat, to, &p->message)) {
        return true;
    }
    if (n->faulty && c->forger != NULL &&
        c->forger(c, c->forger_context, n->seat, to, &p->message, &forged)) {
        struct bytes *content = encode(&forged);
        network_send(c, n->seat, to, &forged, content);
        bytes_unref(content);
        message_clear(&forged);
        return true;
    }
    network_send(c, n->seat, to, &p->message, p->content);
    return true;
}

/* False when the seat crashed while sending. */
static bool send_parcel(struct node *n, const struct parcel *p)
{
    check_sent(n, &p->message);
    watch_content(n, bytes_slice(p->content));
    if (p->to != 0) {
        return send_one(n, p, p->to);
    }
    for (uint16_t to = 1; to <= n->c->config.seats; to++) {
        if (to != n->seat && !send_one(n, p, to)) {
            return false;
        }
    }
    return true;
}

static void parcels_free(struct parcel *parcels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        message_clear(&parcels[i].message);
        bytes_unref(parcels[i].content);
    }
    free(parcels);
}

static void arm(struct node *n)
{
    if (n->wake_ms == UINT64_MAX) {
        return;
    }
    uint64_t now = node_monotonic(n);
    uint64_t at = n->c->now + (n->wake_ms > now ? n->wake_ms - now : 1);
    if (at < n->tick_at) {
        n->tick_at = at;
        network_push(n->c, at, EVENT_TICK, 0, n->seat);
    }
}

/* False when the disk fails: the node stops, and whether the writes are there is unknown
 * until it starts again. */
static bool sync_disk(struct node *n)
{
    struct cluster *c = n->c;
    if (!effect(n)) {
        return false;
    }
    bool fails = n->disk_fails_until > c->now;
    if (!fails || n->disk_fails_late) {
        c->counts.syncs++;
        if (!disk_sync(&n->disk) && !n->faulty) {
            check_fail(c, "seat %u votes twice for one view, height and phase", n->seat);
        }
    }
    if (fails) {
        cluster_note(c, TRACE_STORY, "%u: its disk fails", n->seat);
        c->counts.disk_failures++;
        cluster_crash(c, n->seat);
    }
    return !fails;
}

/* Persist, then send; what is sent is taken away first, since a crash may end it. */
void node_end_turn(struct node *n)
{
    n->turn_open = false;
    agents_progress(n);
    outbox_progress(n);
    witness_progress(n);
    watch_queues(n);
    struct parcel *parcels = n->parcels;
    size_t count = n->parcel_count;
    n->parcels = NULL;
    n->parcel_count = n->parcel_capacity = 0;
    n->c->counts.turns++;
    bool alive = true;
    if (n->disk.write_count > 0) {
        alive = sync_disk(n);
    }
    for (size_t i = 0; i < count && alive; i++) {
        alive = send_parcel(n, &parcels[i]);
    }
    parcels_free(parcels, count);
    if (alive) {
        arm(n);
    }
}

void node_settle(struct node *n)
{
    uint64_t disk_ms = n->c->config.disk_ms;
    if (!n->up || n->puppet) {
        return;
    }
    if (disk_ms == 0) {
        node_end_turn(n);
    } else if (!n->turn_open) {
        n->turn_open = true;
        network_push(n->c, n->c->now + 1 + rng_below(&n->c->rng, disk_ms), EVENT_TURN_END,
                     0, n->seat);
    }
}

void node_tick(struct node *n)
{
    struct pbft_event event = {.kind = PBFT_TICK};
    n->tick_at = UINT64_MAX;
    if (n->wake_ms > node_monotonic(n)) {
        arm(n); /* it was put off meanwhile */
        return;
    }
    n->c->counts.ticks++;
    node_feed(n, &event);
    if (n->wake_ms <= node_monotonic(n) && !n->faulty) {
        check_fail(n->c, "seat %u wants a tick at %llu although it is %llu: it would spin",
                   n->seat, (unsigned long long)n->wake_ms,
                   (unsigned long long)node_monotonic(n));
    }
    node_settle(n);
}

static void send_heartbeats(struct node *n)
{
    static const char version[] = "0";
    struct pbft_status status;
    struct message m = {.tag = MESSAGE_HEARTBEAT};
    pbft_status(n->core, &status);
    m.heartbeat.view = status.view;
    m.heartbeat.height = status.committed_height;
    m.heartbeat.monotonic_ms = node_monotonic(n);
    m.heartbeat.wall_ms = node_wall(n);
    m.heartbeat.version = slice_of(version, sizeof(version) - 1);
    node_post(n, 0, &m);
}

void node_beat(struct node *n)
{
    network_push(n->c, n->c->now + BEAT_MS, EVENT_BEAT, 0, n->seat);
    send_heartbeats(n);
    outbox_repeat(n, 0);
    witness_repeat(n, 0);
    node_settle(n);
}

/* --- starting and crashing --- */

static void replay(struct node *n)
{
    struct cluster *c = n->c;
    struct disk *d = &n->disk;
    struct pbft_config config = c->config.core;
    struct hash *roots = alloc_zero(d->height + 1, sizeof(*roots));
    struct council_result last = {.next_deadline_ms = UINT64_MAX};
    struct council_summary summary;
    council_summarize(n->council, &summary);
    roots[0] = summary.state_root;
    for (size_t i = 0; i < d->height; i++) {
        const struct header *h = &d->blocks[i]->header;
        if (!hash_equal(&roots[h->executed_height], &h->state_root)) {
            check_fail(c, "seat %u: replay gives another state root at height %llu",
                       n->seat, (unsigned long long)h->executed_height);
        }
        council_apply(n->council, d->blocks[i], &last);
        roots[i + 1] = last.state_root;
    }
    struct block *tip = d->height > 0 ? d->blocks[d->height - 1] : NULL;
    config.seat = n->seat;
    struct pbft_saved saved = {
        .height = d->height,
        .tip = tip,
        .executed = {.next_deadline_ms = UINT64_MAX},
        .roots = roots,
        .roots_from = 0,
        .view_change = d->has_view_change ? &d->view_change : NULL,
        .new_view = d->new_view,
        .best = d->best,
        .commit = disk_commit_of(d, d->height > 0 ? d->height : 1),
        .votes = d->votes,
        .vote_count = d->vote_count,
        .candidates = d->candidates,
        .candidate_count = d->candidate_count,
    };
    if (tip != NULL) {
        /* The store gives the roots that headers to come may name, as conclaved does. */
        saved.roots_from = tip->header.executed_height;
        saved.roots = roots + saved.roots_from;
        describe_executed(n, tip, &last, &saved.executed);
        saved.executed.rotate = false;
    }
    n->core = pbft_new(&config, &saved);
    free(roots);
}

void node_start(struct node *n)
{
    struct cluster *c = n->c;
    struct pbft_event begin = {.kind = PBFT_TICK};
    assert(!n->up);
    n->up = true;
    n->life++;
    if (n->puppet) {
        return;
    }
    n->auth = (struct authenticator){.council_id = c->genesis,
                                     .seats = c->config.seats,
                                     .classes = c->config.council.class_count,
                                     .keys = c->keys,
                                     .verified = verified_set_new(4096)};
    n->council = council_new(&c->config.council);
    witness_begin(n);
    n->tick_at = n->wake_ms = UINT64_MAX;
    n->view_seen = n->view_signed = 0;
    replay(n);
    outbox_restore(n);
    network_push(c, c->now + 1 + rng_below(&c->rng, BEAT_MS), EVENT_BEAT, 0, n->seat);
    node_feed(n, &begin);
    node_settle(n);
}

void node_crash(struct node *n)
{
    n->up = false;
    n->life++;
    n->turn_open = n->feeding = false;
    disk_crash(&n->disk);
    while (n->taken < n->queued) {
        follow_up_free(n->queue[n->taken++]);
    }
    n->taken = n->queued = 0;
    parcels_free(n->parcels, n->parcel_count);
    n->parcels = NULL;
    n->parcel_count = n->parcel_capacity = 0;
    free(n->queue);
    n->queue = NULL;
    n->queue_capacity = 0;
    outbox_clear(n);
    witness_end(n);
    n->paused_until = 0;
    pbft_update_free(&n->update);
    pbft_free(n->core);
    council_free(n->council);
    verified_set_free(n->auth.verified);
    n->core = NULL;
    n->council = NULL;
    n->auth.verified = NULL;
}
