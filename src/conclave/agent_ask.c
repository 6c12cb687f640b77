/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/agent_ask.h"

#include "conclave/pace.h"

#include "agent/verdict.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "control/control.h"

#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct asker {
    struct ev_loop *loop;
    const struct asking *asking;
    size_t started, ended;
    struct turn *turns; /* asking->jobs of them */
    unsigned running;
    enum asking_end end;
    struct complaint *why;
    struct pace pace;
};

struct turn {
    struct asker *asker;
    struct run *run; /* NULL: free */
    size_t index;
    bool until_deadline; /* it comes before the time limit */
};

static void start_more(struct asker *a);

static void stop(struct asker *a, enum asking_end end)
{
    if (a->end == ASKING_DONE) {
        a->end = end;
        for (unsigned i = 0; i < a->asking->jobs; i++) {
            if (a->turns[i].run != NULL) {
                run_stop(a->turns[i].run);
            }
        }
    }
}

/* Why a run gave no answer; an empty complaint where it may have given one. */
static void explain(const struct turn *t, const struct run_result *r, struct complaint *why)
{
    explain_end(r, &t->asker->asking->limits, why);
    if (r->end == RUN_LATE) {
        size_t used = strlen(why->text);
        (void)snprintf(why->text + used, sizeof(why->text) - used, ", %s",
                       t->until_deadline ? "at the deadline" : "its time limit");
    }
}

/* What it said on standard error, where that may explain a failure. */
static void quote(struct complaint *why, struct slice said)
{
    size_t used = strlen(why->text);
    while (said.size > 0 && strchr("\n\r ", said.data[said.size - 1]) != NULL) {
        said.size--;
    }
    /* The last line is the one that says it. */
    const uint8_t *line = said.size > 0 ? memrchr(said.data, '\n', said.size) : NULL;
    if (line != NULL) {
        said = slice_of(line + 1, (size_t)(said.data + said.size - line - 1));
    }
    if (said.size > 0 && used < sizeof(why->text)) {
        (void)snprintf(why->text + used, sizeof(why->text) - used, "; it said: %.*s",
                       (int)(said.size < 160 ? said.size : 160), (const char *)said.data);
    }
}

static void show_pace(struct asker *a)
{
    struct pace_line line;
    if (pace_due(&a->pace, a->ended, a->asking->count, &line)) {
        (void)fprintf(stderr, "\r\033[K%zu of %zu questions answered, %s left", a->ended,
                      a->asking->count, line.left);
    }
}

static void on_done(void *context, const struct run_result *r)
{
    struct turn *t = context;
    struct asker *a = t->asker;
    struct reply reply = {.took_ms = r->took_ms, .output_bytes = r->output.size};
    struct complaint why;
    t->run = NULL;
    a->running--;
    if (a->end != ASKING_DONE) {
        return;
    }
    explain(t, r, &why);
    if (why.text[0] == '\0') {
        reply.answered = answer_parse(r->output, &reply.answer, &why) == 0;
    }
    if (!reply.answered) {
        quote(&why, r->said);
        reply.at_deadline = r->end == RUN_LATE && t->until_deadline;
        memcpy(reply.failure, why.text, sizeof(reply.failure));
    }
    a->ended++;
    a->asking->replied(a->asking->context, t->index, &reply);
    answer_clear(&reply.answer);
    show_pace(a);
    start_more(a);
}

/* False after filling the complaint. */
static bool start(struct turn *t, size_t index)
{
    struct asker *a = t->asker;
    const struct asking *asking = a->asking;
    struct run_limits limits = asking->limits;
    struct asked asked = {NULL, UINT64_MAX};
    struct buffer input = {NULL, 0, 0};
    if (!asking->next(asking->context, index, &asked, a->why)) {
        return false;
    }
    t->index = index;
    t->until_deadline = asked.within_ms < limits.time_ms;
    limits.time_ms = t->until_deadline ? asked.within_ms : limits.time_ms;
    (void)json_object_set_new(
        asked.question, "deadline_ms",
        json_integer((json_int_t)(clock_wall_ms() + (asked.within_ms < UINT64_MAX
                                                         ? asked.within_ms
                                                         : limits.time_ms))));
    control_format(&input, asked.question);
    json_decref(asked.question);
    int error = run_start(a->loop, asking->words, buffer_slice(&input), &limits, on_done, t,
                          &t->run, a->why);
    buffer_free(&input);
    a->running += error == 0;
    return error == 0;
}

static void start_more(struct asker *a)
{
    for (unsigned i = 0;
         i < a->asking->jobs && a->started < a->asking->count && a->end == ASKING_DONE;
         i++) {
        if (a->turns[i].run == NULL && !start(&a->turns[i], a->started++)) {
            stop(a, ASKING_FAILED);
        }
    }
}

static void on_signal(struct ev_loop *loop, ev_signal *w, int events)
{
    (void)loop, (void)events;
    stop(w->data, ASKING_INTERRUPTED);
}

static void on_prepare(struct ev_loop *loop, ev_prepare *w, int events)
{
    const struct asker *a = w->data;
    (void)events;
    if (a->running == 0) {
        ev_break(loop, EVBREAK_ALL);
    }
}

/* Waits, with the signals taken, until nothing runs. */
static void attend(struct asker *a)
{
    ev_signal term, interrupt;
    ev_prepare prepare;
    ev_signal_init(&term, on_signal, SIGTERM);
    ev_signal_init(&interrupt, on_signal, SIGINT);
    ev_prepare_init(&prepare, on_prepare);
    term.data = interrupt.data = prepare.data = a;
    ev_signal_start(a->loop, &term);
    ev_signal_start(a->loop, &interrupt);
    ev_prepare_start(a->loop, &prepare);
    start_more(a);
    ev_run(a->loop, 0);
    ev_prepare_stop(a->loop, &prepare);
    ev_signal_stop(a->loop, &interrupt);
    ev_signal_stop(a->loop, &term);
}

enum asking_end asking_run(const struct asking *asking, struct complaint *why)
{
    struct asker a = {.loop = ev_default_loop(0), .asking = asking, .why = why};
    if (a.loop == NULL) {
        (void)complain(why, CONCLAVE_EIO, "there is no event loop");
        return ASKING_FAILED;
    }
    a.turns = alloc_zero(asking->jobs, sizeof(*a.turns));
    for (unsigned i = 0; i < asking->jobs; i++) {
        a.turns[i].asker = &a;
    }
    pace_begin(&a.pace);
    /* A program may answer without reading its question. */
    void (*pipe_before)(int) = signal(SIGPIPE, SIG_IGN);
    attend(&a);
    (void)signal(SIGPIPE, pipe_before);
    pace_clear(&a.pace);
    free(a.turns);
    return a.end;
}
