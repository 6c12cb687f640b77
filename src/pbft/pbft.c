/* SPDX-License-Identifier: ISC */
#include "pbft/pbft.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "pbft/internal.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void pbft_config_defaults(struct pbft_config *c)
{
    *c = (struct pbft_config){
        .window = 8,
        .rotate_every = 256,
        .max_drift_ms = 500,
        .timer_floor_ms = 500,
        .timer_ceiling_ms = 10000,
        .pipeline = 1,
        .block_bytes = BLOCK_MAX,
        .channel_bytes = 8 * 1024 * 1024,
    };
}

/* --- making a core from what the store kept --- */

static void restore_committed(struct pbft *p, const struct pbft_saved *s)
{
    p->committed = s->height;
    p->committed_hash = p->config.genesis;
    p->committed_time_ms = p->config.genesis_time_ms;
    if (s->tip != NULL) {
        p->committed_header = s->tip->header;
        p->committed_hash = s->tip->hash;
        p->committed_time_ms = s->tip->header.time_ms;
        p->committed_executed = s->tip->header.executed_height;
    }
    p->executed = s->height;
    p->next_deadline_ms = s->executed.next_deadline_ms;
    propose_expect(p, &s->executed);
    p->cover_height = s->executed.cover_height;
    if (s->executed.excluded != NULL) {
        memcpy(p->excluded, s->executed.excluded, p->config.seats * sizeof(*p->excluded));
    }
    assert(s->roots_from <= p->committed_executed);
    p->roots_from = s->roots_from;
    p->roots_count = s->height - s->roots_from + 1;
    p->roots_capacity = p->roots_count;
    p->roots = alloc_zero(p->roots_count, sizeof(*p->roots));
    memcpy(p->roots, s->roots, p->roots_count * sizeof(*p->roots));
}

/* The highest view spoken for, or proved: nothing is done in a lower one again. */
static void restore_view(struct pbft *p, const struct pbft_saved *s)
{
    uint64_t entered = s->new_view != NULL ? s->new_view->view : 0;
    uint64_t asked = s->view_change != NULL ? s->view_change->view : 0;
    uint64_t proved = p->best != NULL ? p->best->what.view : 0;
    if (s->view_change != NULL) {
        struct change_slot *own = &p->changes[p->config.seat - 1];
        *own = (struct change_slot){true, *s->view_change, NULL};
        /* The certificate that went with it is the best one, unless a better came since. */
        bool same =
            p->best != NULL && best_compare(&p->best->what, &s->view_change->best) == 0;
        own->certificate = same ? certificate_ref(p->best) : NULL;
        own->set = same || s->view_change->best.kind == CERTIFICATE_NONE;
    }
    p->view = later_of(later_of(entered, asked), proved);
    if (p->view == entered) {
        p->mode = entered == 0 ? MODE_NORMAL : MODE_FOLLOWING;
        p->new_view = s->new_view != NULL ? new_view_ref(s->new_view) : NULL;
        p->view_works = entered == 0 && p->committed > 0;
    } else {
        p->mode = p->view > proved ? MODE_CHANGING : MODE_FOLLOWING;
        p->change_signed = p->changes[p->config.seat - 1].set;
    }
}

/* Own votes of the current view say which blocks were accepted in it. */
static void restore_votes(struct pbft *p, const struct pbft_saved *s)
{
    for (size_t i = 0; i < s->vote_count; i++) {
        const struct vote *v = &s->votes[i];
        struct vote_slot *slot = votes_slot(p, v->seat, v->phase, v->height);
        if (v->height > p->committed &&
            (!slot->set || slot->height != v->height || slot->view < v->view)) {
            *slot = (struct vote_slot){true, v->view, v->height, v->block, v->signature};
        }
    }
}

void chain_restore(struct pbft *p)
{
    while (p->mode == MODE_NORMAL) {
        uint64_t height = chain_tip_height(p) + 1;
        const struct vote_slot *s = votes_slot(p, p->config.seat, PHASE_PREPARE, height);
        if (!s->set || s->height != height || s->view != p->view) {
            return;
        }
        struct block *b = chain_known(p, &s->block);
        if (b == NULL || !hash_equal(&b->header.prev_hash, chain_tip_hash(p))) {
            return;
        }
        chain_push(p, b, true);
        struct link *l = chain_link(p, height);
        const struct vote_slot *commit =
            votes_slot(p, p->config.seat, PHASE_COMMIT, height);
        l->commit_sent = commit->set && commit->height == height && commit->view == p->view;
        l->has_signature = is_primary(p);
        l->signature = s->signature;
        l->prepare_sent = l->restored = true;
    }
}

struct pbft *pbft_new(const struct pbft_config *config, const struct pbft_saved *saved)
{
    struct pbft *p = alloc_zero(1, sizeof(*p));
    assert(config->seats >= SEATS_MIN && config->seats <= SEATS_MAX);
    assert(config->seat >= 1 && config->seat <= config->seats);
    p->config = *config;
    p->weak = (uint16_t)quorum_weak(config->seats);
    p->ring = 4 * config->window;
    p->votes = alloc_zero((size_t)config->seats * 2 * p->ring, sizeof(*p->votes));
    pool_init(&p->pool, config->seats, config->channel_bytes);
    p->chain_since = p->refused_since = p->deadline_since = p->cover_since = NEVER;
    p->view_since = p->excluded_since = NEVER;
    p->resend_at = p->relay_at = p->hold_until = NEVER;
    p->new_view_wanted.retry_at = 0; /* where one is lacking it is asked for at once */
    p->range_wanted.lag_since = NEVER;

    restore_committed(p, saved);
    p->best = saved->best != NULL ? certificate_ref(saved->best) : NULL;
    if (saved->commit != NULL) {
        p->commit = certificate_ref((struct certificate *)saved->commit);
    }
    for (size_t i = 0; i < saved->candidate_count; i++) {
        chain_remember(p, saved->candidates[i]);
    }
    restore_view(p, saved);
    restore_votes(p, saved);
    standing_restore(p, saved);
    if (p->mode == MODE_FOLLOWING && p->new_view != NULL) {
        struct pbft_update entering = {NULL, 0, 0, NEVER};
        p->update = &entering;
        view_progress(p);
        pbft_update_free(&entering);
        p->update = NULL;
    }
    chain_restore(p);
    return p;
}

void pbft_free(struct pbft *p)
{
    if (p == NULL) {
        return;
    }
    for (size_t i = 0; i < p->link_count; i++) {
        block_unref(p->links[i].block);
        certificate_unref(p->links[i].executed_certificate);
    }
    for (size_t i = 0; i < p->known_count; i++) {
        block_unref(p->known[i]);
    }
    for (size_t i = 0; i < p->pending_count; i++) {
        block_unref(p->pending[i].block);
        certificate_unref(p->pending[i].certificate);
    }
    for (size_t i = 0; i < SEATS_MAX; i++) {
        certificate_unref(p->changes[i].certificate);
    }
    certificate_unref(p->best);
    certificate_unref(p->commit);
    certificate_unref(p->commit_goal);
    new_view_unref(p->new_view);
    pool_free(&p->pool);
    free(p->links);
    free(p->known);
    free(p->pending);
    free(p->roots);
    free(p->claims);
    free(p->votes);
    free(p);
}

/* --- one event --- */

static void on_message(struct pbft *p, const struct authentic *a)
{
    const struct message *m = a->message;
    switch (m->tag) {
    case MESSAGE_HEARTBEAT:
        fetch_on_heartbeat(p, &m->heartbeat, a->from);
        standing_on_heartbeat(p, &m->heartbeat, a->from);
        break;
    case MESSAGE_PRE_PREPARE:
        accept_on_pre_prepare(p, &m->pre_prepare);
        break;
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        votes_on_message(p, &m->vote);
        break;
    case MESSAGE_VIEW_CHANGE:
        view_on_change(p, &m->view_change.change, m->view_change.certificate);
        break;
    case MESSAGE_NEW_VIEW:
        view_on_new_view(p, m->new_view);
        break;
    case MESSAGE_BLOCK:
        fetch_on_block(p, m->block);
        break;
    case MESSAGE_RANGE:
        fetch_on_range(p, &m->range, a->from);
        break;
    case MESSAGE_FETCH_NEW_VIEW:
        fetch_on_fetch_new_view(p, m->fetch_new_view.view, a->from);
        break;
    case MESSAGE_ASK:
        standing_on_ask(p, a->from);
        break;
    case MESSAGE_REPORT:
        standing_on_report(p, &m->report, a->from);
        break;
    case MESSAGE_ENVELOPE:    /* comes as PBFT_ENVELOPE, with its judgement */
    case MESSAGE_FETCH_BLOCK: /* these two are answered by the caller, who has the store */
    case MESSAGE_FETCH_RANGE:
    case MESSAGE_CHECKPOINT: /* of the public log: nothing hangs on it here */
        break;
    }
}

static void on_connection(struct pbft *p, uint16_t seat, bool up)
{
    bool quorum_before = timers_quorum_connected(p);
    if (p->connected[seat - 1] == up) {
        return;
    }
    p->connected[seat - 1] = up;
    p->gone[seat - 1] = false;
    p->down_ms[seat - 1] = p->now_ms;
    p->connected_count += up ? 1U : -1U;
    p->peer_height[seat - 1] = 0;
    standing_on_connection(p, seat, up);
    if (up) {
        view_resend(p, seat);
    }
    /* Without a quorum no view can work, and leaving one would only hurt. */
    if (!quorum_before && timers_quorum_connected(p)) {
        timers_restart(p);
    }
}

static void on_executed(struct pbft *p, const struct pbft_executed *e)
{
    chain_executed(p, e);
    if (e->rotate && p->mode == MODE_NORMAL) {
        view_start_change(p, e->view + 1, PBFT_CAUSE_ROTATION);
    }
}

enum { FACTS = 7 };

/* What one part of the core can change so that another part may go on. */
static void note_facts(const struct pbft *p, uint64_t out[FACTS])
{
    const uint64_t facts[FACTS] = {p->committed,      p->link_count,  p->view,
                                   (uint64_t)p->mode, p->known_count, p->standing.kept.lost,
                                   p->standing.ready};
    memcpy(out, facts, sizeof(facts));
}

/* Whatever the new state allows, until it allows nothing more. */
static void progress(struct pbft *p)
{
    uint64_t before[FACTS], after[FACTS];
    note_facts(p, after);
    do {
        memcpy(before, after, sizeof(before));
        chain_progress(p);
        standing_progress(p);
        view_progress(p);
        accept_progress(p);
        votes_progress(p);
        note_facts(p, after);
    } while (memcmp(before, after, sizeof(before)) != 0);
    propose_progress(p);
    fetch_progress(p);
    timers_progress(p);
}

void pbft_step(struct pbft *p, const struct pbft_event *event, struct pbft_update *update)
{
    assert(event->now_ms >= p->now_ms);
    pbft_update_clear(update);
    p->update = update;
    p->now_ms = event->now_ms;
    p->wall_ms = event->wall_ms;
    switch (event->kind) {
    case PBFT_MESSAGE:
        on_message(p, &event->message);
        break;
    case PBFT_ENVELOPE:
        if (!event->envelope.judgement.refuse) {
            (void)pool_add(&p->pool, event->envelope.envelope, event->envelope.channel,
                           &event->envelope.judgement, p->now_ms);
        }
        break;
    case PBFT_EXECUTED:
        on_executed(p, &event->executed);
        break;
    case PBFT_CONNECTED:
        on_connection(p, event->seat, true);
        break;
    case PBFT_DISCONNECTED:
        on_connection(p, event->seat, false);
        break;
    case PBFT_GONE:
        p->gone[event->seat - 1] = !p->connected[event->seat - 1];
        break;
    case PBFT_SILENT:
        p->gone[event->seat - 1] = false;
        break;
    case PBFT_LOST:
        standing_lose(p, event->cause);
        break;
    case PBFT_TICK:
        break;
    }
    progress(p);
    update->wake_ms =
        earlier_of(earlier_of(timers_wake(p), fetch_wake(p)), standing_wake(p));
    p->update = NULL;
}

/* --- looking --- */

const char *pbft_cause_name(enum pbft_cause c)
{
    switch (c) {
    case PBFT_CAUSE_NONE:
        return "none";
    case PBFT_CAUSE_TIMEOUT:
        return "timeout";
    case PBFT_CAUSE_GONE:
        return "gone";
    case PBFT_CAUSE_JOINED:
        return "joined";
    case PBFT_CAUSE_ROTATION:
        return "rotation";
    case PBFT_CAUSE_EXCLUDED:
        return "excluded";
    case PBFT_CAUSE_CERTIFICATE:
        return "certificate";
    case PBFT_CAUSE_STATE_ROOT:
        return "state-root";
    case PBFT_CAUSE_TIME:
        return "time";
    case PBFT_CAUSE_CENSORED:
        return "censored";
    case PBFT_CAUSE_CHAIN:
        return "chain";
    case PBFT_CAUSE_OWN_STATEMENT:
        return "own-statement";
    case PBFT_CAUSE_OWN_BALLOT:
        return "own-ballot";
    case PBFT_CAUSE_FRESH:
        return "fresh-store";
    case PBFT_CAUSE_MARKS:
        return "marks";
    case PBFT_CAUSE_RECOVER:
        return "recover";
    }
    return "unknown";
}

static void status_of_wants(const struct pbft *p, struct pbft_status *out)
{
    out->refused = p->refused_since != NEVER;
    out->overdue = p->deadline_since != NEVER;
    out->owed = p->cover_since != NEVER;
    out->unproven = p->mode == MODE_NORMAL && p->view_since != NEVER;
    out->excluded = p->excluded_since != NEVER;
    out->following = p->mode == MODE_FOLLOWING;
    out->lacks_blocks = p->commit_goal != NULL || out->far_behind ||
                        (p->mode == MODE_FOLLOWING && p->new_view != NULL);
    out->repeat_ms = earlier_of(earlier_of(fetch_wake(p), standing_wake(p)), p->resend_at);
}

static void status_of_votes(const struct pbft *p, struct pbft_status *out)
{
    const struct link *l = chain_link(p, out->phase_height);
    out->has_block = l != NULL;
    if (l == NULL) {
        return;
    }
    const struct header *h = &l->block->header;
    for (uint16_t seat = 1; seat <= p->config.seats; seat++) {
        const struct vote_slot *prepare = votes_slot(p, seat, PHASE_PREPARE, h->height);
        const struct vote_slot *commit = votes_slot(p, seat, PHASE_COMMIT, h->height);
        out->prepared_by[seat - 1] = prepare->set && prepare->height == h->height &&
                                     hash_equal(&prepare->block, &l->block->hash);
        out->committed_by[seat - 1] = commit->set && commit->height == h->height &&
                                      hash_equal(&commit->block, &l->block->hash);
        out->prepares += out->prepared_by[seat - 1];
        out->commits += out->committed_by[seat - 1];
    }
}

struct pbft_place pbft_place(const struct pbft *p)
{
    return (struct pbft_place){p->view, p->committed, !p->standing.ready};
}

const struct standing *pbft_standing(const struct pbft *p)
{
    return &p->standing.kept;
}

void pbft_status(const struct pbft *p, struct pbft_status *out)
{
    memset(out, 0, sizeof(*out));
    out->view = p->view;
    out->changing = p->mode != MODE_NORMAL;
    out->primary = primary_of(p, p->view);
    out->committed_height = p->committed;
    out->tip_height = chain_tip_height(p);
    out->executed_height = p->executed;
    out->new_view_height = p->new_view_height;
    out->view_changes = view_changes_held(p);
    out->waiting = p->pool.ready;
    out->waiting_bytes = p->pool.ready_bytes;
    out->request_timer_ms = timers_request_ms(p);
    out->timer_expires_ms = timers_expiry(p);
    out->failed_views = p->back_off;
    out->stopped = p->stopped;
    out->far_behind = fetch_is_far_behind(p);
    standing_status(p, out);
    status_of_wants(p, out);
    for (uint16_t i = 0; i < p->config.seats; i++) {
        out->view_changed_by[i] = p->changes[i].set && p->changes[i].change.view >= p->view;
    }
    if (p->best != NULL) {
        out->best = p->best->what;
    } else {
        out->best = (struct best){CERTIFICATE_NONE, 0, 0, p->config.genesis};
    }
    /* A block of an older view is committed with the first of this one. */
    out->phase_height = p->committed + 1;
    while (chain_link(p, out->phase_height) != NULL &&
           !chain_link(p, out->phase_height)->of_view) {
        out->phase_height++;
    }
    status_of_votes(p, out);
}
