/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/demo_turn.h"

#include "conclave/node.h"
#include "conclave/seat_dir.h"

#include "base/clock.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { LOG_TAIL_BYTES = 2000 };

void demo_fail(struct demo *d, const char *format, ...)
{
    char text[2 * COMPLAINT_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    demo_console_stop(&d->console);
    demo_view_uncover(&d->view);
    (void)command_fail(d->line, "%s", text);
    d->end = DEMO_FAILED;
}

static void show_log(const char *path)
{
    FILE *file = fopen(path, "rbe");
    char text[LOG_TAIL_BYTES];
    if (file == NULL) {
        return;
    }
    if (fseek(file, -(long)sizeof(text), SEEK_END) != 0) {
        rewind(file);
    }
    size_t size = fread(text, 1, sizeof(text), file);
    (void)fclose(file);
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end != NULL ? (size_t)(end - text) - at : size - at;
        struct demo_view plain = {.live = false};
        demo_view_say(&plain, "    %.*s", (int)length, text + at);
        at += length + 1;
    }
}

static void take_deaths(struct demo *d)
{
    const struct child *child;
    while ((child = children_reap(&d->council.children)) != NULL) {
        char how[64];
        child_describe_end(child, how);
        if (d->running && d->view.live) { /* the operator may have killed it */
            demo_view_say(&d->view, "%s ended: %s; its log: %s", child->name, how,
                          child->log);
        } else if (d->end == DEMO_GOES_ON) {
            demo_fail(d, "%s ended: %s; its log: %s", child->name, how, child->log);
            show_log(child->log);
        }
    }
}

static void take_end_of_console(struct demo *d)
{
    bool good = true;
    if (!demo_console_ended(&d->console, &good) || d->end != DEMO_GOES_ON) {
        return;
    }
    if (good) {
        d->end = DEMO_QUIT;
    } else {
        demo_fail(d, "the console failed; --no-console decides without it");
    }
}

static void take_signals(struct demo *d)
{
    struct signalfd_siginfo info;
    while (read(d->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGCHLD) {
            take_deaths(d);
            take_end_of_console(d);
        } else if (d->end == DEMO_GOES_ON) {
            d->end = d->view.live ? DEMO_QUIT : DEMO_INTERRUPTED;
        }
    }
}

void demo_unsubscribe(struct demo *d)
{
    control_disconnect(d->events);
    d->events = NULL;
}

/* The watched seat's agent: what breaks one of the demo's breaks all of them. */
static void take_agent_failure(struct demo *d, const json_t *params)
{
    char *log = demo_seat_path(&d->council, d->watched, "conclave-agent.log");
    const char *reason = member_text(params, "reason");
    if (d->view.live) {
        demo_view_say(&d->view, "the agent of seat %u failed: %s; its log: %s", d->watched,
                      reason, log);
    } else {
        demo_fail(d, "the agent of seat %u failed: %s; its log: %s", d->watched, reason,
                  log);
    }
    free(log);
}

static void take_event(struct demo *d, const char *event, const json_t *params)
{
    demo_follow_event(&d->follow, event, params, clock_monotonic_ms());
    demo_view_event(&d->view, &d->follow, event, params);
}

static void take_events(struct demo *d)
{
    json_t *message;
    int error = 0;
    while (d->events != NULL && (error = control_next(d->events, &message, 0)) == 0) {
        const json_t *params = json_object_get(message, "params");
        const char *event = member_text(params, "event");
        take_event(d, event, params);
        if (d->end == DEMO_GOES_ON && strcmp(event, "agent.failed") == 0) {
            take_agent_failure(d, params);
        }
        json_decref(message);
    }
    if (d->events != NULL && error != CONCLAVE_EAGAIN) {
        demo_unsubscribe(d);
    }
}

void demo_wait(struct demo *d, int ms)
{
    struct pollfd fds[] = {
        {d->signals, POLLIN, 0},
        {d->events != NULL ? control_client_fd(d->events) : -1, POLLIN, 0},
    };
    (void)poll(fds, sizeof(fds) / sizeof(fds[0]), ms);
    take_signals(d);
    if (d->end == DEMO_GOES_ON) {
        take_events(d);
    }
}

bool demo_subscribe(struct demo *d, unsigned first)
{
    unsigned seats = d->council.charter->seat_count;
    for (unsigned i = 0; i < seats; i++) {
        unsigned seat = 1 + (first - 1 + i) % seats;
        char *socket = demo_seat_path(&d->council, seat, SEAT_DIR_SOCKET);
        json_t *snapshot = NULL;
        bool connected = control_connect(socket, &d->events, NULL) == 0;
        free(socket);
        if (connected &&
            control_call(d->events, "subscribe", NULL, &snapshot, ANSWER_MS, NULL) == 0) {
            json_decref(snapshot);
            d->watched = seat;
            return true;
        }
        if (connected) {
            demo_unsubscribe(d);
        }
        d->events = NULL;
    }
    return false;
}

void demo_catch_up(struct demo *d)
{
    json_t *result;
    if (control_call(d->events, "proposals", NULL, &result, ANSWER_MS, NULL) != 0) {
        return;
    }
    /* The newest come, the newest first. */
    const json_t *list = json_object_get(result, "proposals");
    for (size_t i = json_array_size(list); i-- > 0;) {
        json_t *row = json_array_get(list, i);
        const char *id = member_text(row, "id");
        const struct demo_outcome *o = demo_follow_find(&d->follow, id);
        if (o != NULL && o->final) {
            continue;
        }
        json_object_set(row, "proposal", json_object_get(row, "id"));
        if (o == NULL) {
            take_event(d, "proposal.opened", row);
        }
        if (strcmp(member_text(row, "phase"), "final") == 0) {
            take_event(d, "proposal.final", row);
        }
    }
    json_decref(result);
}
