/* SPDX-License-Identifier: ISC */
#include "conclaved/service.h"

#include "base/clock.h"
#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BEAT_MS = 1000, BEATS_PER_WATCHDOG = 3, LINES_BYTES = SERVICE_STATUS_BYTES + 64 };

void service_open(struct service *s)
{
    struct complaint why = {""};
    memset(s, 0, sizeof(*s));
    if (notify_open(&s->manager, getenv("NOTIFY_SOCKET"), &why) != 0) {
        LOG_EVENT(LOG_LEVEL_WARN, "service.unheard", LOG_S("error", why.text));
    }
    s->watchdog_ms = notify_watchdog_ms(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"));
    (void)unsetenv("NOTIFY_SOCKET");
    (void)unsetenv("WATCHDOG_USEC");
    (void)unsetenv("WATCHDOG_PID");
}

/* What a person should know first. */
static const char *state_of(const struct node *n, const struct pbft_status *status)
{
    if (status->stopped) {
        return ", votes no more, see the log";
    }
    if (n->was_lost) {
        return ", follows until it may vote again";
    }
    if (n->stall.stalled) {
        return ", the council stands still, see the log";
    }
    return status->lacks_blocks || status->far_behind ? ", catching up" : "";
}

void service_status(const struct node *n, char out[SERVICE_STATUS_BYTES])
{
    struct pbft_status status;
    replica_status(n->replica, &status);
    (void)snprintf(
        out, SERVICE_STATUS_BYTES,
        "seat %u of %u, view %" PRIu64 ", height %" PRIu64 ", %u other seats connected%s",
        (unsigned)n->seat, (unsigned)n->charter->seat_count, status.view,
        status.committed_height, net_connected_count(n->net), state_of(n, &status));
}

static int tell_status(struct service *s, const char *line)
{
    char text[SERVICE_STATUS_BYTES], lines[LINES_BYTES];
    service_status(s->node, text);
    if (strcmp(text, s->status) == 0 && line[0] == '\0') {
        return 0;
    }
    (void)snprintf(lines, sizeof(lines), "%sSTATUS=%s", line, text);
    int error = notify_send(&s->manager, lines);
    if (error == 0) {
        memcpy(s->status, text, sizeof(text));
    }
    return error;
}

/* What the manager had no room for is said again with the next beat. */
static void on_beat(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct service *s = w->data;
    (void)loop, (void)events;
    if (!s->ready) {
        s->ready = tell_status(s, "READY=1\n") == 0;
    } else {
        (void)tell_status(s, "");
    }
    if (s->watchdog_ms != 0) {
        (void)notify_send(&s->manager, "WATCHDOG=1");
    }
}

void service_begin(struct service *s, struct node *n)
{
    uint64_t beat = BEAT_MS;
    s->node = n;
    if (s->manager.fd < 0) {
        return;
    }
    if (s->watchdog_ms != 0 && s->watchdog_ms / BEATS_PER_WATCHDOG < beat) {
        beat = s->watchdog_ms / BEATS_PER_WATCHDOG + 1;
    }
    ev_timer_init(&s->timer, on_beat, 0.0, (double)beat / 1e3);
    s->timer.data = s;
    ev_timer_start(n->loop, &s->timer);
}

void service_reloading(struct service *s)
{
    char lines[LINES_BYTES];
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)snprintf(lines, sizeof(lines), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
                   (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
    (void)notify_send(&s->manager, lines);
}

void service_reloaded(struct service *s)
{
    s->ready = notify_send(&s->manager, "READY=1") == 0;
}

void service_refused(struct service *s, const struct complaint *why)
{
    char lines[sizeof(why->text) + 32];
    (void)snprintf(lines, sizeof(lines), "STOPPING=1\nSTATUS=%s", why->text);
    (void)notify_send(&s->manager, lines);
}

void service_stopping(struct service *s)
{
    if (s->node != NULL && s->manager.fd >= 0) {
        ev_timer_stop(s->node->loop, &s->timer);
    }
    (void)notify_send(&s->manager, "STOPPING=1\nSTATUS=stopping");
}

void service_close(struct service *s)
{
    notify_close(&s->manager);
}
