/* SPDX-License-Identifier: ISC */
/* Request and view timers, conclave-protocol(7) sections 5 to 7: when a view has failed,
 * and how long the next one gets. All on the monotonic clock. */
#include "pbft/internal.h"

#include <stdlib.h>
#include <string.h>

bool timers_quorum_connected(const struct pbft *p)
{
    return p->connected_count + 1 >= p->config.quorum;
}

uint64_t timers_request_ms(const struct pbft *p)
{
    /* Without a measured latency, a guess between the bounds. */
    uint64_t base =
        p->earlier_count > 0 ? TIMER_MULTIPLE * p->median_ms : 4 * p->config.timer_floor_ms;
    base = later_of(base, p->config.timer_floor_ms);
    base = earlier_of(base, p->config.timer_ceiling_ms);
    return earlier_of(base << p->back_off, p->config.timer_ceiling_ms);
}

uint64_t pbft_commit_latency_ms(const struct pbft *p)
{
    return p->earlier_count > 0 ? p->median_ms : 0;
}

uint64_t timers_latest_ms(const struct pbft *p)
{
    return p->sample_count > 0 ? p->samples[(p->sample_count - 1) % LATENCY_SAMPLES]
                               : pbft_commit_latency_ms(p);
}

void timers_restart(struct pbft *p)
{
    uint64_t *starts[] = {&p->chain_since, &p->refused_since, &p->deadline_since,
                          &p->cover_since, &p->view_since,    &p->excluded_since};
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        if (*starts[i] != NEVER) {
            *starts[i] = p->now_ms;
        }
    }
    pool_restart_timers(&p->pool, p->now_ms);
}

void timers_view_failed(struct pbft *p)
{
    /* A view whose primary sits out was bound to end: nothing follows from it. */
    bool excluded = p->excluded[primary_of(p, p->view) - 1];
    if (!excluded && p->back_off < BACK_OFF_MAX) {
        p->back_off++;
    }
}

void timers_on_commit(struct pbft *p, const struct block *b, const struct link *l)
{
    if (l != NULL && l->of_view && !l->restored && b->header.view == p->view) {
        uint64_t *sample = &p->samples[p->sample_count++ % LATENCY_SAMPLES];
        *sample = p->now_ms - l->accepted_ms;
    }
    /* Only what carries load proves that the load can be carried. */
    size_t bytes = 0;
    for (uint32_t i = 0; i < b->count; i++) {
        bytes += b->envelopes[i]->encoding.size;
    }
    bool full = bytes >= p->config.block_bytes >> p->back_off;
    if (b->count > 0 && p->back_off > 0 && (full || p->pool.ready == 0)) {
        p->back_off--;
    }
    if (b->header.executed_height > p->committed_executed) {
        p->cover_since = NEVER;
    }
}

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Samples of a view count only once it is over: a primary cannot talk its own timer up. */
void timers_on_leave_view(struct pbft *p)
{
    uint64_t sorted[LATENCY_SAMPLES];
    size_t fresh = p->sample_count < LATENCY_SAMPLES ? p->sample_count : LATENCY_SAMPLES;
    for (size_t i = 0; i < fresh; i++) {
        p->earlier[p->earlier_count++ % LATENCY_SAMPLES] = p->samples[i];
    }
    p->sample_count = 0;
    size_t count = p->earlier_count < LATENCY_SAMPLES ? p->earlier_count : LATENCY_SAMPLES;
    if (count > 0) {
        memcpy(sorted, p->earlier, count * sizeof(*sorted));
        qsort(sorted, count, sizeof(*sorted), compare);
        p->median_ms = sorted[count / 2];
    }
}

/* Starts and stops the timers that follow from the state. */
static void refresh(struct pbft *p)
{
    bool overdue = p->next_deadline_ms != NEVER && p->wall_ms > p->config.max_drift_ms &&
                   p->wall_ms - p->config.max_drift_ms > p->next_deadline_ms &&
                   (p->committed_time_ms < p->next_deadline_ms || p->next_deadline_ms == 0);
    p->deadline_since = overdue ? earlier_of(p->deadline_since, p->now_ms) : NEVER;
    bool owed = p->cover_height > p->committed_executed;
    p->cover_since = owed ? earlier_of(p->cover_since, p->now_ms) : NEVER;
    bool excluded = p->mode == MODE_NORMAL && p->excluded[primary_of(p, p->view) - 1];
    p->excluded_since = excluded ? earlier_of(p->excluded_since, p->now_ms) : NEVER;
    if (p->mode == MODE_FOLLOWING ||
        (p->view == 0 && p->mode == MODE_NORMAL && !p->view_works)) {
        p->view_since = earlier_of(p->view_since, p->now_ms);
    }
}

/* When the earliest reason to wait began. A replica that has left for a view, or has seen
 * that it exists, waits for that view alone. */
static uint64_t earliest_start(const struct pbft *p)
{
    uint64_t start = p->view_since;
    if (p->mode == MODE_NORMAL) {
        start = earlier_of(start, pool_oldest(&p->pool));
        start = earlier_of(start, p->chain_since);
        start = earlier_of(start, p->refused_since);
        start = earlier_of(start, p->deadline_since);
        start = earlier_of(start, p->cover_since);
        start = earlier_of(start, p->excluded_since);
    }
    return start;
}

/* A primary that is silent may be slow. One whose host refuses connections does not run: a
 * fraction of the timer is for it to come back, however long something waited before. */
static uint64_t limit(const struct pbft *p, uint64_t start)
{
    uint16_t primary = primary_of(p, p->view);
    uint64_t full = start + timers_request_ms(p);
    if (!p->gone[primary - 1]) {
        return full;
    }
    uint64_t since = later_of(start, p->down_ms[primary - 1]);
    return earlier_of(full, since + timers_request_ms(p) / GONE_FRACTION);
}

uint64_t timers_expiry(const struct pbft *p)
{
    uint64_t start = earliest_start(p);
    if (start == NEVER || p->stopped || !timers_quorum_connected(p) ||
        !standing_may_sign(p)) {
        return NEVER;
    }
    return limit(p, start);
}

static void relay_one(void *context, struct envelope *e)
{
    struct pbft *p = context;
    struct message m = {.tag = MESSAGE_ENVELOPE, .envelope = e};
    update_send(p, primary_of(p, p->view), &m);
}

/* What came later was not overlooked: a primary that is at work takes it into the block
 * after the present one. */
static uint64_t overlooked_since(const struct pbft *p, uint64_t quarter)
{
    bool at_work = p->link_count > 0 || p->moved_ms + quarter > p->now_ms;
    uint64_t late = p->now_ms - quarter;
    return at_work ? earlier_of(late, p->accepted_ms) : late;
}

static void relay(struct pbft *p)
{
    uint64_t quarter = timers_request_ms(p) / 4;
    if (p->mode != MODE_NORMAL || is_primary(p) || p->pool.ready == 0) {
        p->relay_at = NEVER;
        return;
    }
    if (p->relay_at == NEVER) {
        p->relay_at = p->now_ms + quarter;
    }
    if (p->now_ms >= p->relay_at) {
        if (p->now_ms >= quarter) {
            pool_relay(&p->pool, overlooked_since(p, quarter), false, relay_one, p);
        }
        p->relay_at = p->now_ms + (quarter + 1) / 2;
    }
}

/* The next primary begins with a block at once, which may be the last before a deadline: it
 * must know then what it would be refused for shutting out. */
void timers_relay_urgent(struct pbft *p)
{
    uint64_t quarter = timers_request_ms(p) / 4;
    if (!is_primary(p) && p->now_ms >= quarter) {
        pool_relay(&p->pool, p->now_ms - quarter, true, relay_one, p);
    }
}

/* Links lose messages when they break without a sign; what is stuck is said again. */
static void resend(struct pbft *p)
{
    uint64_t half = timers_request_ms(p) / 2;
    bool stuck = p->mode == MODE_CHANGING || p->link_count > 0;
    if (!stuck) {
        p->resend_at = NEVER;
    } else if (p->resend_at == NEVER) {
        p->resend_at = p->now_ms + half;
    } else if (p->now_ms >= p->resend_at) {
        p->resend_at = p->now_ms + half;
        if (p->mode == MODE_CHANGING || p->now_ms >= p->chain_since + half) {
            view_resend(p, 0);
        }
    }
}

static void rotate(struct pbft *p)
{
    if (p->mode == MODE_NORMAL && p->view_works &&
        p->committed >= p->new_view_height + p->config.rotate_every) {
        view_start_change(p, p->view + 1, PBFT_CAUSE_ROTATION);
    }
}

static enum pbft_cause cause_of_expiry(const struct pbft *p)
{
    uint16_t primary = primary_of(p, p->view);
    if (p->excluded[primary - 1]) {
        return PBFT_CAUSE_EXCLUDED;
    }
    return p->gone[primary - 1] ? PBFT_CAUSE_GONE : PBFT_CAUSE_TIMEOUT;
}

void timers_progress(struct pbft *p)
{
    refresh(p);
    rotate(p);
    if (p->now_ms >= timers_expiry(p)) {
        enum pbft_cause cause = cause_of_expiry(p);
        timers_view_failed(p);
        view_start_change(p, p->view + 1, cause);
    }
    relay(p);
    resend(p);
}

/* The monotonic time of a wall time, as far as the clocks now tell. */
static uint64_t monotonic_of(const struct pbft *p, uint64_t wall_ms)
{
    return wall_ms <= p->wall_ms ? p->now_ms : p->now_ms + (wall_ms - p->wall_ms);
}

uint64_t timers_wake(const struct pbft *p)
{
    uint64_t wake = timers_expiry(p);
    wake = earlier_of(wake, p->hold_until);
    wake = earlier_of(wake, p->relay_at);
    wake = earlier_of(wake, p->resend_at);
    uint64_t due = propose_due_wall(p);
    if (due != NEVER && due > p->wall_ms) {
        wake = earlier_of(wake, monotonic_of(p, due));
    }
    uint64_t gathered = propose_gathers_until(p);
    if (gathered > p->now_ms) {
        wake = earlier_of(wake, gathered);
    }
    uint64_t founds = propose_founds_at(p);
    if (founds != NEVER && founds > p->now_ms) {
        wake = earlier_of(wake, founds);
    }
    if (p->next_deadline_ms != NEVER && p->deadline_since == NEVER) {
        uint64_t overdue = p->next_deadline_ms + p->config.max_drift_ms + 1;
        if (overdue > p->wall_ms) {
            wake = earlier_of(wake, monotonic_of(p, overdue));
        }
    }
    return wake;
}
