/* SPDX-License-Identifier: ISC */
#include "alert/hook.h"

#include "agent/run.h"
#include "base/alloc.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hook {
    struct run *run;
    outcome_done *done; /* NULL: nobody waits any more */
    void *context;
    ev_timer late; /* where it could not even be started, that is told from the loop */
    struct ev_loop *loop;
    struct complaint why;
};

/* What it said first, for people. */
static void describe(const struct run_result *r, struct outcome *o)
{
    size_t length = 0;
    while (length < r->said.size && length < 120 && r->said.data[length] != '\n') {
        length++;
    }
    int used = 0;
    switch (r->end) {
    case RUN_EXITED:
        used = snprintf(o->text, sizeof(o->text), "it exited with status %d", r->code);
        break;
    case RUN_SIGNALED:
        used = snprintf(o->text, sizeof(o->text), "it was killed by signal %d", r->code);
        break;
    case RUN_NOT_STARTED:
        used =
            snprintf(o->text, sizeof(o->text), "it cannot be run: %s", strerror(r->code));
        break;
    case RUN_LATE:
        used = snprintf(o->text, sizeof(o->text), "it took too long and was killed");
        break;
    case RUN_TOO_LONG:
        used = snprintf(o->text, sizeof(o->text), "it wrote too much and was killed");
        break;
    case RUN_TOO_MANY:
    case RUN_STOPPED:
    case RUN_LOST:
        used = snprintf(o->text, sizeof(o->text), "it was killed");
        break;
    }
    if (length > 0) {
        (void)snprintf(o->text + used, sizeof(o->text) - (size_t)used, ": %.*s",
                       (int)length, (const char *)r->said.data);
    }
}

static void finish(struct hook *h, const struct outcome *o)
{
    if (h->done != NULL) {
        h->done(h->context, o);
    }
    free(h);
}

static void on_done(void *context, const struct run_result *r)
{
    bool good = r->end == RUN_EXITED && r->code == 0;
    struct outcome o = {.kind = good ? OUTCOME_DELIVERED : OUTCOME_FAILED,
                        .took_ms = r->took_ms};
    describe(r, &o);
    finish(context, &o);
}

static void on_late(struct ev_loop *loop, ev_timer *w, int events)
{
    struct hook *h = w->data;
    struct outcome o = {.kind = OUTCOME_FAILED};
    (void)loop, (void)events;
    (void)snprintf(o.text, sizeof(o.text), "%.*s", OUTCOME_TEXT_BYTES - 1, h->why.text);
    finish(h, &o);
}

void hook_start(struct ev_loop *loop, const struct config_receiver *r,
                const struct parcel *parcel, outcome_done *done, void *context,
                struct hook **out)
{
    enum { PATH, LANGUAGE, RECEIVER, ID, TYPE, TEXT, VARIABLES };
    char *text = alert_text(buffer_slice(&parcel->body));
    char *environment[VARIABLES + 1] = {
        [PATH] = alloc_string(
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        [LANGUAGE] = alloc_string("LANG=C.UTF-8"),
        [RECEIVER] = alloc_printf("CONCLAVE_ALERT_RECEIVER=%s", r->name),
        [ID] = alloc_printf("CONCLAVE_ALERT_ID=%s", parcel->id),
        [TYPE] = alloc_printf("CONCLAVE_ALERT_TYPE=%s", parcel->type),
        [TEXT] = alloc_printf("CONCLAVE_ALERT_TEXT=%s", text),
    };
    free(text);
    struct run_limits limits = {.time_ms = r->timeout_ms,
                                .output_bytes = HOOK_OUTPUT_MAX,
                                .files = RUN_FILES_USUAL,
                                .environment = environment};
    struct hook *h = alloc_zero(1, sizeof(*h));
    struct buffer input = {NULL, 0, 0};
    h->loop = loop;
    h->done = done;
    h->context = context;
    buffer_append_slice(&input, buffer_slice(&parcel->body));
    buffer_append(&input, "\n", 1);
    if (run_start(loop, r->command, buffer_slice(&input), &limits, on_done, h, &h->run,
                  &h->why) != 0) {
        h->run = NULL;
        ev_timer_init(&h->late, on_late, 0, 0);
        h->late.data = h;
        ev_timer_start(loop, &h->late);
    }
    buffer_free(&input);
    for (int i = 0; i < VARIABLES; i++) {
        free(environment[i]);
    }
    *out = h;
}

void hook_cancel(struct hook *h)
{
    h->done = NULL;
    if (h->run != NULL) {
        run_stop(h->run);
        return;
    }
    ev_timer_stop(h->loop, &h->late);
    free(h);
}
