/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "alert/serve.h"

#include "alert/courier.h"
#include "alert/follow.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/notify.h"

#include <ev.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STATUS_BYTES = 256 };
/* Seconds: between looks at the clock; for what is under way when it is told to stop. */
static const double beat = 1, patience = 3;

struct server {
    struct ev_loop *loop;
    const char *path;
    struct config *config;
    struct queue *queue;
    struct follow *follow;
    struct courier *courier;
    uint64_t generation; /* of what other processes change */
    ev_signal term, interrupt, hangup;
    ev_timer beat, patience;
    struct notify manager;
    uint64_t watchdog_ms;
    char status[STATUS_BYTES]; /* as the manager knows it */
    bool is_ready, is_stopping;
    int exit_status;
};

static void refuse(struct server *s, const struct complaint *why)
{
    char lines[COMPLAINT_BYTES + 32];
    LOG_EVENT(LOG_LEVEL_ERROR, "alert.refused", LOG_S("error", why->text));
    (void)snprintf(lines, sizeof(lines), "STATUS=%s", why->text);
    (void)notify_send(&s->manager, lines);
    s->exit_status = EXIT_FAILURE;
}

/* --- between the parts --- */

static void on_queued(void *context)
{
    courier_look(((struct server *)context)->courier);
}

static void on_freed(void *context)
{
    follow_resume(((struct server *)context)->follow);
}

static bool wants(void *context, const char *receiver)
{
    return courier_wants(((struct server *)context)->courier, receiver);
}

static void on_failed(void *context, const struct complaint *why)
{
    struct server *s = context;
    refuse(s, why);
    ev_break(s->loop, EVBREAK_ALL);
}

/* --- with one configuration --- */

/* What waits for receivers that the configuration has no more. */
static void tell_orphans(struct server *s)
{
    struct queue_waiting w;
    char above[QUEUE_NAME_BYTES] = "";
    while (queue_waiting(s->queue, above, &w)) {
        if (config_find(s->config, w.receiver) == NULL) {
            LOG_EVENT(LOG_LEVEL_WARN, "alert.orphans", LOG_S("receiver", w.receiver),
                      LOG_N("count", w.alerts));
        }
        memcpy(above, w.receiver, sizeof(above));
    }
}

/* Takes over the configuration. */
static bool start(struct server *s, struct config *c)
{
    static const struct follow_events follow_events = {on_queued, on_failed, wants};
    static const struct courier_events courier_events = {on_freed, on_failed};
    struct complaint why = {""};
    s->config = c;
    log_form_set(c->form);
    (void)log_open("stderr", c->level, &why);
    if (queue_open(c->state, QUEUE_SERVE, &c->limits, &s->queue, &why) != 0) {
        s->queue = NULL;
        refuse(s, &why);
        return false;
    }
    s->generation = queue_number(s->queue, QUEUE_GENERATION);
    tell_orphans(s);
    s->courier = courier_new(s->loop, c, s->queue, &courier_events, s);
    s->follow = follow_new(s->loop, c, s->queue, &follow_events, s);
    LOG_EVENT(LOG_LEVEL_INFO, "alert.started", LOG_S("version", PACKAGE_VERSION),
              LOG_N("receivers", c->receiver_count), LOG_N("count", queue_count(s->queue)));
    courier_look(s->courier);
    return true;
}

static void stop(struct server *s)
{
    if (s->queue != NULL) {
        courier_free(s->courier);
        follow_free(s->follow);
        queue_close(s->queue);
    }
    s->queue = NULL;
    config_free(s->config);
    s->config = NULL;
}

/* --- signals and time --- */

static void tell_manager(struct server *s)
{
    char text[STATUS_BYTES], lines[STATUS_BYTES + 32];
    follow_describe(s->follow, text, sizeof(text));
    if (!s->is_ready || strcmp(text, s->status) != 0) {
        (void)snprintf(lines, sizeof(lines), "%sSTATUS=%s", s->is_ready ? "" : "READY=1\n",
                       text);
        if (notify_send(&s->manager, lines) == 0) {
            s->is_ready = true;
            memcpy(s->status, text, sizeof(text));
        }
    }
    if (s->watchdog_ms != 0) {
        (void)notify_send(&s->manager, "WATCHDOG=1");
    }
}

static void end_if_idle(struct server *s)
{
    if (s->is_stopping && !courier_stop(s->courier)) {
        ev_break(s->loop, EVBREAK_ALL);
    }
}

static void on_beat(struct ev_loop *loop, ev_timer *w, int events)
{
    struct server *s = w->data;
    (void)loop, (void)events;
    log_tick();
    uint64_t generation = queue_number(s->queue, QUEUE_GENERATION);
    if (generation != s->generation) {
        s->generation = generation;
        courier_reload(s->courier);
    }
    tell_manager(s);
}

static void on_patience(struct ev_loop *loop, ev_timer *w, int events)
{
    (void)w, (void)events;
    ev_break(loop, EVBREAK_ALL);
}

static void on_prepare(struct ev_loop *loop, ev_prepare *w, int events)
{
    (void)loop, (void)events;
    end_if_idle(w->data);
}

static void on_stop(struct ev_loop *loop, ev_signal *w, int events)
{
    struct server *s = w->data;
    (void)events;
    if (!s->is_stopping) {
        s->is_stopping = true;
        (void)notify_send(&s->manager, "STOPPING=1\nSTATUS=stopping");
        ev_timer_init(&s->patience, on_patience, patience, 0);
        ev_timer_start(loop, &s->patience);
    }
}

/* A configuration that is wrong changes nothing. */
static void on_hangup(struct ev_loop *loop, ev_signal *w, int events)
{
    struct server *s = w->data;
    struct complaint why = {""};
    struct config *c = NULL;
    struct timespec now;
    char lines[64];
    (void)events;
    if (s->is_stopping) {
        return;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)snprintf(lines, sizeof(lines), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
                   (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
    (void)notify_send(&s->manager, lines);
    s->is_ready = false;
    if (config_load(s->path, true, &c, &why) != 0) {
        LOG_EVENT(LOG_LEVEL_ERROR, "alert.not-reloaded", LOG_S("error", why.text));
    } else {
        stop(s);
        if (!start(s, c)) {
            ev_break(loop, EVBREAK_ALL);
            return;
        }
    }
    tell_manager(s);
}

static void watch(struct server *s)
{
    static ev_prepare prepare;
    ev_signal_init(&s->term, on_stop, SIGTERM);
    ev_signal_init(&s->interrupt, on_stop, SIGINT);
    ev_signal_init(&s->hangup, on_hangup, SIGHUP);
    ev_timer_init(&s->beat, on_beat, 0, beat);
    ev_prepare_init(&prepare, on_prepare);
    s->term.data = s->interrupt.data = s->hangup.data = s->beat.data = prepare.data = s;
    ev_signal_start(s->loop, &s->term);
    ev_signal_start(s->loop, &s->interrupt);
    ev_signal_start(s->loop, &s->hangup);
    ev_timer_start(s->loop, &s->beat);
    ev_prepare_start(s->loop, &prepare);
}

int serve(const char *config_path)
{
    static struct server s;
    struct complaint why = {""};
    struct config *c = NULL;
    s = (struct server){.path = config_path, .manager = {.fd = -1}};
    (void)log_open("stderr", LOG_LEVEL_INFO, &why);
    if (config_load(config_path, true, &c, &why) != 0) {
        (void)fprintf(stderr, "conclave-alert: %s\n", why.text);
        return EXIT_FAILURE;
    }
    (void)notify_open(&s.manager, getenv("NOTIFY_SOCKET"), &why);
    s.watchdog_ms = notify_watchdog_ms(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"));
    (void)signal(SIGPIPE, SIG_IGN);
    s.loop = ev_default_loop(0);
    if (s.loop == NULL) {
        alloc_exhausted();
    }
    if (start(&s, c)) {
        watch(&s);
        (void)ev_run(s.loop, 0);
    }
    stop(&s);
    LOG_EVENT(LOG_LEVEL_INFO, "alert.stopped", LOG_I("status", s.exit_status));
    notify_close(&s.manager);
    log_close();
    return s.exit_status;
}
