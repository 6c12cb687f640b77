/* SPDX-License-Identifier: ISC */
#include "alert/courier.h"

#include "alert/hook.h"
#include "alert/post.h"
#include "base/retry.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLUSH_AT = 64 };                /* removals */
static const double flush_after = 0.2; /* seconds */

/* One receiver. */
struct line {
    struct courier *courier;
    const struct config_receiver *receiver;
    struct receiver_state state;
    bool is_busy, is_waiting, has_changed;
    struct post *post;
    struct hook *hook;
    ev_timer timer; /* to the next attempt */
    uint64_t done;  /* the number of the last alert that it has */
    size_t removable;
    uint64_t number; /* of the one under way, */
    uint64_t queued_ms;
    char id[ALERT_ID_BYTES], type[ALERT_KIND_BYTES];
};

struct courier {
    struct ev_loop *loop;
    const struct config *config;
    struct queue *queue;
    struct courier_events events;
    void *context;
    struct poster *poster;
    ev_timer flush;
    size_t removable;
    bool is_stopping, has_failed;
    struct line lines[];
};

static void look(struct line *l);

/* --- what is durable --- */

static void flush(struct courier *c)
{
    struct complaint why = {""};
    bool freed = false;
    ev_timer_stop(c->loop, &c->flush);
    for (size_t i = 0; i < c->config->receiver_count; i++) {
        struct line *l = &c->lines[i];
        if (l->removable > 0) {
            (void)queue_remove(c->queue, l->receiver->name, l->done);
            freed = true;
        }
        if (l->removable > 0 || l->has_changed) {
            receiver_state_write(c->queue, l->receiver->name, &l->state);
        }
        l->removable = 0;
        l->has_changed = false;
    }
    c->removable = 0;
    if (!c->has_failed && queue_commit(c->queue, &why) != 0) {
        c->has_failed = true;
        c->events.failed(c->context, &why);
    } else if (freed) {
        c->events.freed(c->context);
    }
}

static void on_flush(struct ev_loop *loop, ev_timer *w, int events)
{
    (void)loop, (void)events;
    flush(w->data);
}

/* At once where there is nothing to do meanwhile. */
static void flush_soon(struct courier *c)
{
    bool is_busy = false;
    for (size_t i = 0; i < c->config->receiver_count; i++) {
        is_busy = is_busy || c->lines[i].is_busy;
    }
    if (c->removable >= FLUSH_AT || (c->removable > 0 && !is_busy)) {
        flush(c);
    } else if (c->removable > 0 && !ev_is_active(&c->flush)) {
        ev_timer_set(&c->flush, flush_after, 0);
        ev_timer_start(c->loop, &c->flush);
    }
}

/* --- what became of an attempt --- */

static void delivered(struct line *l, const struct outcome *o)
{
    LOG_EVENT(LOG_LEVEL_DEBUG, "alert.delivered", LOG_S("receiver", l->receiver->name),
              LOG_S("type", l->type), LOG_S("id", l->id), LOG_N("ms", o->took_ms),
              LOG_N("waited_ms", clock_wall_ms() - l->queued_ms));
    if (l->state.failures > 0) {
        LOG_EVENT(LOG_LEVEL_INFO, "alert.receiver-up", LOG_S("receiver", l->receiver->name),
                  LOG_N("count", l->state.failures),
                  LOG_N("down_ms", clock_wall_ms() - l->state.failing_ms));
    }
    l->done = l->number;
    l->removable++;
    l->courier->removable++;
    l->state.failures = l->state.failing_ms = l->state.next_ms = 0;
    l->state.error[0] = '\0';
    l->state.delivered++;
    l->state.delivered_ms = clock_wall_ms();
}

static void keep_error(struct line *l, const char *text)
{
    struct buffer safe = {NULL, 0, 0};
    text_escape(&safe, slice_of_string(text), "");
    (void)snprintf(l->state.error, sizeof(l->state.error), "%.*s", (int)safe.size,
                   (const char *)safe.data);
    l->state.error[text_whole(slice_of_string(l->state.error))] = '\0';
    buffer_free(&safe);
}

static void failed(struct line *l, const struct outcome *o)
{
    uint64_t wait =
        retry_delay_ms((unsigned)(l->state.failures < 64 ? l->state.failures + 1 : 64),
                       o->asked_ms, l->receiver->retry_most_ms, randombytes_random());
    uint64_t now = clock_wall_ms();
    keep_error(l, o->text);
    l->state.failing_ms = l->state.failures++ == 0 ? now : l->state.failing_ms;
    l->state.next_ms = now + wait;
    LOG_EVENT(LOG_LEVEL_WARN, "alert.failed", LOG_S("receiver", l->receiver->name),
              LOG_S("reason", o->text), LOG_N("count", l->state.failures),
              LOG_N("next_ms", wait));
    l->is_waiting = true;
    ev_timer_set(&l->timer, (double)wait / 1e3, 0);
    ev_timer_start(l->courier->loop, &l->timer);
    l->has_changed = true;
    flush(l->courier);
}

static void gone(struct line *l, const struct outcome *o)
{
    LOG_EVENT(LOG_LEVEL_ERROR, "alert.receiver-gone", LOG_S("receiver", l->receiver->name),
              LOG_S("reason", o->text));
    keep_error(l, o->text);
    l->state.is_disabled = true;
    l->has_changed = true;
    flush(l->courier);
}

static void on_outcome(void *context, const struct outcome *o)
{
    struct line *l = context;
    l->is_busy = false;
    l->post = NULL;
    l->hook = NULL;
    ev_now_update(l->courier->loop);
    switch (o->kind) {
    case OUTCOME_DELIVERED:
        delivered(l, o);
        break;
    case OUTCOME_FAILED:
        failed(l, o);
        break;
    case OUTCOME_GONE:
        gone(l, o);
        break;
    }
    look(l);
    flush_soon(l->courier);
}

/* --- the next one --- */

static void look(struct line *l)
{
    struct courier *c = l->courier;
    struct parcel p;
    if (l->is_busy || l->is_waiting || l->state.is_disabled || c->is_stopping ||
        c->has_failed || !queue_next(c->queue, l->receiver->name, l->done, &p)) {
        return;
    }
    l->is_busy = true;
    l->number = p.number;
    l->queued_ms = p.queued_ms;
    memcpy(l->id, p.id, sizeof(l->id));
    memcpy(l->type, p.type, sizeof(l->type));
    if (l->receiver->url != NULL) {
        l->post = post_start(c->poster, l->receiver, &p, on_outcome, l);
    } else {
        hook_start(c->loop, l->receiver, &p, on_outcome, l, &l->hook);
    }
    parcel_free(&p);
}

static void on_time(struct ev_loop *loop, ev_timer *w, int events)
{
    struct line *l = w->data;
    (void)loop, (void)events;
    l->is_waiting = false;
    look(l);
}

void courier_look(struct courier *c)
{
    for (size_t i = 0; i < c->config->receiver_count; i++) {
        look(&c->lines[i]);
    }
}

bool courier_wants(const struct courier *c, const char *receiver)
{
    for (size_t i = 0; i < c->config->receiver_count; i++) {
        if (strcmp(c->lines[i].receiver->name, receiver) == 0) {
            return !c->lines[i].state.is_disabled;
        }
    }
    return false;
}

void courier_reload(struct courier *c)
{
    flush(c);
    for (size_t i = 0; i < c->config->receiver_count; i++) {
        struct line *l = &c->lines[i];
        receiver_state_read(c->queue, l->receiver->name, &l->state);
        if (l->state.next_ms == 0 && l->is_waiting) {
            ev_timer_stop(c->loop, &l->timer);
            l->is_waiting = false;
        }
    }
    queue_recount(c->queue);
    c->events.freed(c->context);
    courier_look(c);
}

bool courier_stop(struct courier *c)
{
    bool is_busy = false;
    c->is_stopping = true;
    for (size_t i = 0; i < c->config->receiver_count; i++) {
        is_busy = is_busy || c->lines[i].is_busy;
    }
    return is_busy;
}

struct courier *courier_new(struct ev_loop *loop, const struct config *config,
                            struct queue *q, const struct courier_events *events,
                            void *context)
{
    struct courier *c = alloc_zero(1, sizeof(struct courier) +
                                          config->receiver_count * sizeof(struct line));
    c->loop = loop;
    c->config = config;
    c->queue = q;
    c->events = *events;
    c->context = context;
    c->poster = poster_new(loop);
    ev_init(&c->flush, on_flush);
    c->flush.data = c;
    for (size_t i = 0; i < config->receiver_count; i++) {
        struct line *l = &c->lines[i];
        l->courier = c;
        l->receiver = &config->receivers[i];
        ev_init(&l->timer, on_time);
        l->timer.data = l;
        receiver_state_read(q, l->receiver->name, &l->state);
        l->state.next_ms = 0; /* a start tries at once */
        if (l->state.is_disabled) {
            LOG_EVENT(LOG_LEVEL_ERROR, "alert.receiver-gone",
                      LOG_S("receiver", l->receiver->name),
                      LOG_S("reason", l->state.error));
        }
    }
    return c;
}

void courier_free(struct courier *c)
{
    c->is_stopping = true;
    for (size_t i = 0; i < c->config->receiver_count; i++) {
        struct line *l = &c->lines[i];
        ev_timer_stop(c->loop, &l->timer);
        if (l->post != NULL) {
            post_cancel(l->post);
        }
        if (l->hook != NULL) {
            hook_cancel(l->hook);
        }
    }
    flush(c);
    ev_timer_stop(c->loop, &c->flush);
    poster_free(c->poster);
    free(c);
}
