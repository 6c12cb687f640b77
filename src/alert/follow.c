/* SPDX-License-Identifier: ISC */
#include "alert/follow_private.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STATUS_EVERY_MS = 30000,
    FLAGS_EVERY_MS = 3600000, /* so that what the node has forgotten is forgotten here */
};
static const double look_every = 1; /* second */

uint64_t follow_number(const json_t *object, const char *name)
{
    json_int_t n = json_integer_value(json_object_get(object, name));
    return n > 0 ? (uint64_t)n : 0;
}

struct alert_source follow_source(const struct follow *f)
{
    return (struct alert_source){f->council, f->council_id, f->seat, f->name};
}

void follow_fail(struct follow *f, const struct complaint *why)
{
    if (!f->has_failed) {
        f->has_failed = true;
        f->events.failed(f->context, why);
    }
}

/* --- queueing --- */

void follow_add(struct follow *f, struct alert *a)
{
    for (size_t i = 0; i < f->config->receiver_count; i++) {
        const struct config_receiver *r = &f->config->receivers[i];
        if (filter_passes(&r->filter, a) && f->events.wants(f->context, r->name)) {
            queue_add(f->queue, r->name, a);
        }
    }
    f->has_queued = true;
    alert_free(a);
}

bool follow_has_room(struct follow *f)
{
    if (f->is_paused || f->has_failed) {
        return false;
    }
    if (!queue_is_full(f->queue)) {
        return true;
    }
    f->is_paused = true;
    LOG_EVENT(LOG_LEVEL_ERROR, "alert.queue-full", LOG_N("count", queue_count(f->queue)),
              LOG_N("bytes", queue_bytes(f->queue)));
    if (queue_number(f->queue, STATE_FULL) == 0) {
        /* Once, and beyond the limit: those who take what they get should know. */
        struct alert a;
        struct alert_source source = follow_source(f);
        uint64_t now = clock_wall_ms();
        alert_of_full(&source, queue_count(f->queue), now, &a);
        queue_set_number(f->queue, STATE_FULL, now);
        follow_add(f, &a);
    }
    return false;
}

void follow_settle(struct follow *f)
{
    struct complaint why = {""};
    if (!f->has_queued || f->has_failed) {
        return;
    }
    f->has_queued = false;
    if (queue_commit(f->queue, &why) != 0) {
        follow_fail(f, &why);
    } else {
        f->events.queued(f->context);
    }
}

/* --- stalls, and whether the node is there --- */

static void take_stall(struct follow *f, bool is_stalled, const json_t *detail,
                       uint64_t for_ms)
{
    uint64_t since = queue_number(f->queue, STATE_STALLED), now = clock_wall_ms();
    if (is_stalled == (since != 0) || !follow_has_room(f)) {
        return;
    }
    struct alert a;
    struct alert_source source = follow_source(f);
    since = is_stalled ? now - (for_ms < now ? for_ms : 0) : since;
    alert_of_stall(&source, is_stalled, detail, since, now, &a);
    queue_set_number(f->queue, STATE_STALLED, is_stalled ? since : 0);
    follow_add(f, &a);
}

static void tell_reach(struct follow *f, bool is_reachable)
{
    uint64_t since = queue_number(f->queue, STATE_UNREACHABLE), now = clock_wall_ms();
    if (is_reachable == (since == 0) || !follow_has_room(f)) {
        return;
    }
    struct alert a;
    struct alert_source source = follow_source(f);
    since = is_reachable ? since : now - (clock_monotonic_ms() - f->down_since_ms);
    alert_of_reach(&source, is_reachable, is_reachable ? NULL : f->down_reason, since, now,
                   &a);
    queue_set_number(f->queue, STATE_UNREACHABLE, is_reachable ? 0 : since);
    follow_add(f, &a);
}

/* --- what the node says --- */

static void replace(char **text, const json_t *status, const char *name)
{
    const char *now = json_string_value(json_object_get(status, name));
    free(*text);
    *text = alloc_string(now != NULL ? now : "");
}

/* The queue belongs to one node: another's records and flags have other numbers. */
static bool take_identity(struct follow *f, const json_t *status)
{
    struct complaint why = {""};
    char *before_id = queue_text(f->queue, STATE_COUNCIL_ID);
    uint64_t before = queue_number(f->queue, STATE_SEAT);
    const char *id = json_string_value(json_object_get(status, "council_id"));
    uint64_t seat = follow_number(status, "seat");
    bool same =
        before_id == NULL || (id != NULL && strcmp(before_id, id) == 0 && before == seat);
    if (!same) {
        (void)complain(&why, CONCLAVE_ESTATE,
                       "%s: this queue follows seat %" PRIu64
                       " of council %.16s, and the node is seat %" PRIu64
                       " of %.16s; name its own folder in \"state\", or the other socket",
                       f->config->state, before, before_id, seat, id != NULL ? id : "?");
        follow_fail(f, &why);
    } else {
        replace(&f->council, status, "council");
        replace(&f->council_id, status, "council_id");
        replace(&f->name, status, "name");
        f->seat = (unsigned)seat;
    }
    if (same && before_id == NULL) {
        queue_set_text(f->queue, STATE_COUNCIL, f->council);
        queue_set_text(f->queue, STATE_COUNCIL_ID, f->council_id);
        queue_set_text(f->queue, STATE_NAME, f->name);
        queue_set_number(f->queue, STATE_SEAT, f->seat);
        f->has_queued = true;
    }
    free(before_id);
    return same;
}

static void take_status(struct follow *f, const json_t *status)
{
    const json_t *waiting = json_object_get(status, "awaiting");
    f->known_records = follow_number(status, "decisions");
    if (queue_number(f->queue, STATE_BEGUN) == 0) {
        f->next_record = f->config->history ? 0 : f->known_records;
        queue_set_number(f->queue, STATE_RECORDS, f->next_record);
        queue_set_number(f->queue, STATE_BEGUN, 1);
        f->has_queued = true;
    }
    json_t *detail =
        json_is_object(waiting) ? json_incref((json_t *)(uintptr_t)waiting) : json_object();
    take_stall(f, json_is_true(json_object_get(status, "stalled")), detail,
               follow_number(status, "waiting_ms"));
    json_decref(detail);
    follow_ask_records(f);
}

/* Once all that waited is gone, the next time is told again. */
static void forget_full(struct follow *f)
{
    if (queue_count(f->queue) == 0 && queue_number(f->queue, STATE_FULL) != 0) {
        queue_set_number(f->queue, STATE_FULL, 0);
        f->has_queued = true;
    }
}

static void take_subscription(struct follow *f, const json_t *result)
{
    const json_t *status = json_object_get(result, "status");
    if (!take_identity(f, status)) {
        return;
    }
    LOG_EVENT(LOG_LEVEL_INFO, "alert.node-up", LOG_S("council", f->council),
              LOG_N("seat", f->seat), LOG_N("next", f->next_record));
    f->is_subscribed = true;
    f->down_since_ms = 0;
    f->status_ms = clock_monotonic_ms();
    forget_full(f);
    tell_reach(f, true);
    take_status(f, status);
    follow_ask_flags(f);
}

static void on_answer(void *context, int tag, const json_t *result)
{
    struct follow *f = context;
    if (f->has_failed) {
        return;
    }
    switch ((enum question_tag)tag) {
    case ASK_SUBSCRIBE:
        take_subscription(f, result);
        break;
    case ASK_STATUS:
        take_status(f, result);
        break;
    case ASK_RECORDS:
        follow_take_records(f, result);
        break;
    case ASK_FLAGS:
        follow_take_flags(f, result);
        break;
    }
}

static void on_event(void *context, const char *name, const json_t *params)
{
    struct follow *f = context;
    if (!f->is_subscribed || f->has_failed) {
        return;
    }
    if (strncmp(name, "flag.", 5) == 0) {
        follow_take_flag(f, params);
    } else if (strcmp(name, "proposal.final") == 0) {
        follow_take_final(f, params);
    } else if (strcmp(name, "council.stalled") == 0) {
        take_stall(f, true, params, follow_number(params, "since_ms"));
    } else if (strcmp(name, "council.moving") == 0) {
        take_stall(f, false, params, 0);
    }
}

/* --- the connection --- */

static void on_up(void *context)
{
    struct follow *f = context;
    link_ask(f->link, ASK_SUBSCRIBE, "subscribe",
             json_pack("{s:[s,s,s,s,s]}", "events", "flag.raised", "flag.acknowledged",
                       "flag.cleared", "proposal.final", "council."));
}

static void on_down(void *context, const char *reason)
{
    struct follow *f = context;
    if (f->down_since_ms == 0 || f->is_subscribed) {
        f->down_since_ms = clock_monotonic_ms();
    }
    if (f->down_reason == NULL || strcmp(f->down_reason, reason) != 0 || f->is_subscribed) {
        LOG_EVENT(LOG_LEVEL_WARN, "alert.node-down", LOG_S("reason", reason));
        free(f->down_reason);
        f->down_reason = alloc_string(reason);
    }
    f->is_subscribed = false;
    json_decref(f->rows);
    f->rows = NULL;
    follow_drop_flags(f);
}

static void on_pause(void *context)
{
    follow_settle(context);
}

static void on_timer(struct ev_loop *loop, ev_timer *w, int events)
{
    struct follow *f = w->data;
    uint64_t now = clock_monotonic_ms();
    (void)loop, (void)events;
    if (!f->is_subscribed && f->down_since_ms != 0 && f->config->unreachable_ms != 0 &&
        now - f->down_since_ms >= f->config->unreachable_ms) {
        tell_reach(f, false);
    }
    if (f->is_subscribed && now - f->status_ms >= STATUS_EVERY_MS &&
        !link_asks(f->link, ASK_STATUS)) {
        f->status_ms = now;
        link_ask(f->link, ASK_STATUS, "status", NULL);
    }
    if (f->is_subscribed && now - f->flags_ms >= FLAGS_EVERY_MS) {
        follow_ask_flags(f);
    }
    follow_settle(f);
}

void follow_resume(struct follow *f)
{
    forget_full(f);
    /* Not at the first free place: each time all flags are listed again. */
    if (!f->is_paused || queue_is_full(f->queue) ||
        queue_count(f->queue) > f->config->limits.alerts / 10 * 9 ||
        queue_bytes(f->queue) > f->config->limits.bytes / 10 * 9) {
        follow_settle(f);
        return;
    }
    LOG_EVENT(LOG_LEVEL_INFO, "alert.queue-room", LOG_N("count", queue_count(f->queue)));
    f->is_paused = false;
    if (f->is_subscribed) {
        tell_reach(f, true);
        if (!link_asks(f->link, ASK_STATUS)) {
            link_ask(f->link, ASK_STATUS, "status", NULL);
        }
        follow_ask_flags(f);
    }
    follow_settle(f);
}

void follow_describe(const struct follow *f, char *out, size_t size)
{
    if (!f->is_subscribed) {
        (void)snprintf(out, size, "the node does not answer, %zu alerts wait",
                       queue_count(f->queue));
        return;
    }
    (void)snprintf(out, size, "follows seat %u of %s, %zu alerts wait%s", f->seat,
                   f->council, queue_count(f->queue),
                   f->is_paused ? ", the queue is full" : "");
}

struct follow *follow_new(struct ev_loop *loop, const struct config *c, struct queue *q,
                          const struct follow_events *events, void *context)
{
    static const struct link_events link_events = {on_up, on_answer, on_event, on_pause,
                                                   on_down};
    struct follow *f = alloc_zero(1, sizeof(*f));
    f->loop = loop;
    f->config = c;
    f->queue = q;
    f->events = *events;
    f->context = context;
    f->council = queue_text(q, STATE_COUNCIL);
    f->council_id = queue_text(q, STATE_COUNCIL_ID);
    f->name = queue_text(q, STATE_NAME);
    f->seat = (unsigned)queue_number(q, STATE_SEAT);
    f->next_record = queue_number(q, STATE_RECORDS);
    f->down_since_ms = clock_monotonic_ms();
    ev_timer_init(&f->timer, on_timer, look_every, look_every);
    f->timer.data = f;
    ev_timer_start(loop, &f->timer);
    f->link = link_new(loop, c->socket, &link_events, f);
    return f;
}

void follow_free(struct follow *f)
{
    ev_timer_stop(f->loop, &f->timer);
    link_free(f->link);
    json_decref(f->rows);
    follow_drop_flags(f);
    free(f->council);
    free(f->council_id);
    free(f->name);
    free(f->down_reason);
    free(f);
}
