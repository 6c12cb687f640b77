/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "agent/work_private.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "control/control.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PROPOSAL_ID_MAX = 128 }; /* bytes */

static void start_waiting(struct work *w);

struct work *work_new(struct ev_loop *loop, const struct work_config *config)
{
    struct work *w = alloc_zero(1, sizeof(*w));
    w->loop = loop;
    w->config = *config;
    return w;
}

unsigned work_running(const struct work *w)
{
    return w->running;
}

static struct ask *find(const struct work *w, const char *proposal)
{
    for (size_t i = 0; i < w->count; i++) {
        if (strcmp(w->asks[i]->proposal, proposal) == 0) {
            return w->asks[i];
        }
    }
    return NULL;
}

static void forget(struct ask *a)
{
    struct work *w = a->work;
    size_t i = 0;
    while (w->asks[i] != a) {
        i++;
    }
    w->count--;
    memmove(&w->asks[i], &w->asks[i + 1], (w->count - i) * sizeof(w->asks[0]));
    json_decref(a->input);
    answer_clear(&a->answer);
    round_free(a->round);
    free(a->proposal);
    free(a);
}

/* Makes room by forgetting the oldest answer that the node has dealt with. */
static bool has_room(struct work *w)
{
    for (size_t i = 0; w->count == ASKS_MAX && i < w->count; i++) {
        if (w->asks[i]->settled) {
            forget(w->asks[i]);
        }
    }
    return w->count < ASKS_MAX;
}

static void tell_failed(struct work *w, const char *proposal, const char *reason)
{
    json_t *params = json_object();
    (void)json_object_set_new(params, "proposal", json_string(proposal));
    (void)json_object_set_new(params, "reason", control_text(slice_of_string(reason)));
    (void)w->config.send(w->config.context, "agent.failed", params);
}

static void send_answer(struct ask *a)
{
    json_t *params = answer_params(&a->answer, a->proposal);
    a->request = a->work->config.send(a->work->config.context, "agent.answer", params);
}

static void on_done(void *context, const struct run_result *r)
{
    struct ask *a = context;
    struct work *w = a->work;
    struct complaint why;
    w->running--;
    a->run = NULL;
    ask_explain(a, r, &why);
    if (why.text[0] == '\0') {
        (void)answer_parse(r->output, &a->answer, &why);
    }
    if (why.text[0] != '\0') {
        LOG_EVENT(LOG_LEVEL_WARN, "evaluator.failed", LOG_S("proposal", a->proposal),
                  LOG_S("reason", why.text), LOG_N("ms", r->took_ms),
                  LOG_T("stderr", r->said), LOG_N("stderr_dropped", r->said_more));
        ask_record(a, r, NULL, why.text, NULL);
        if (!w->stopping) {
            tell_failed(w, a->proposal, why.text);
        }
        forget(a);
    } else {
        LOG_EVENT(LOG_LEVEL_INFO, "evaluator.answered", LOG_S("proposal", a->proposal),
                  LOG_S("choice", answer_choice_name(a->answer.choice)),
                  LOG_N("confidence", a->answer.confidence), LOG_N("ms", r->took_ms),
                  LOG_T("stderr", r->said), LOG_N("stderr_dropped", r->said_more));
        ask_settle(a, r);
        json_decref(a->input);
        a->input = NULL;
        a->state = ASK_ANSWERED;
        send_answer(a);
    }
    start_waiting(w);
}

/* A check of it has ended. */
static void on_checked(void *context)
{
    struct ask *a = context;
    a->work->running--;
    start_waiting(a->work);
}

static void start_check(struct ask *a)
{
    struct buffer input = {NULL, 0, 0};
    control_format(&input, a->input);
    if (round_start_next(a->round, buffer_slice(&input), a->deadline_ms)) {
        a->work->running++;
    }
    buffer_free(&input);
}

static void start_evaluator(struct ask *a)
{
    struct work *w = a->work;
    struct run_limits limits = w->config.limits;
    struct complaint why = {""};
    uint64_t now = clock_wall_ms();
    size_t count;
    const struct verdict *verdicts = round_verdicts(a->round, &count);
    (void)json_object_set_new(a->input, "checks", verdicts_json(verdicts, count));
    if (a->deadline_ms <= now) {
        (void)complain(&why, 0, "too late: the deadline passed before its turn came");
    } else {
        struct buffer input = {NULL, 0, 0};
        control_format(&input, a->input);
        limits.time_ms =
            a->deadline_ms - now < limits.time_ms ? a->deadline_ms - now : limits.time_ms;
        a->limit_ms = limits.time_ms;
        (void)run_start(w->loop, w->config.words, buffer_slice(&input), &limits, on_done, a,
                        &a->run, &why);
        buffer_free(&input);
    }
    if (why.text[0] != '\0') {
        LOG_EVENT(LOG_LEVEL_WARN, "evaluator.failed", LOG_S("proposal", a->proposal),
                  LOG_S("reason", why.text));
        ask_record(a, NULL, NULL, why.text, NULL);
        tell_failed(w, a->proposal, why.text);
        forget(a);
        return;
    }
    LOG_EVENT(LOG_LEVEL_DEBUG, "evaluator.started", LOG_S("proposal", a->proposal),
              LOG_N("limit_ms", limits.time_ms));
    a->state = ASK_RUNNING;
    w->running++;
}

/* Whether a check of it can be started, or the evaluator, after the last of them. */
static bool has_something_to_start(const struct ask *a)
{
    return a->state == ASK_WAITING && (round_waits(a->round) || !round_runs(a->round));
}

static void start_waiting(struct work *w)
{
    while (!w->stopping && w->running < w->config.jobs) {
        struct ask *next = NULL;
        for (size_t i = 0; i < w->count; i++) {
            struct ask *a = w->asks[i];
            if (has_something_to_start(a) &&
                (next == NULL || a->deadline_ms < next->deadline_ms)) {
                next = a;
            }
        }
        if (next == NULL) {
            return;
        }
        if (round_waits(next->round)) {
            start_check(next);
        } else {
            start_evaluator(next);
        }
    }
}

/* The id of a proposal, NULL where the ask has none that can be used. */
static const char *proposal_id(const json_t *params)
{
    const json_t *id = json_object_get(json_object_get(params, "proposal"), "id");
    struct slice text = slice_of(json_string_value(id), json_string_length(id));
    bool good =
        text.size > 0 && text.size <= PROPOSAL_ID_MAX && text_check(text, false, NULL) == 0;
    return good ? json_string_value(id) : NULL;
}

static void on_asked_again(struct ask *a)
{
    LOG_EVENT(LOG_LEVEL_DEBUG, "node.asked-again", LOG_S("proposal", a->proposal));
    if (a->state == ASK_ANSWERED && a->request == 0) {
        a->settled = false;
        send_answer(a);
    }
}

static void on_ask(struct work *w, const json_t *params)
{
    static const char *const fields[] = {"proposal", "seat", "deadline_ms"};
    const char *id = proposal_id(params);
    json_int_t deadline = json_integer_value(json_object_get(params, "deadline_ms"));
    if (id == NULL) {
        LOG_EVENT(LOG_LEVEL_WARN, "node.bad-ask",
                  LOG_S("reason", "no proposal with an id"));
        return;
    }
    struct ask *a = find(w, id);
    if (a != NULL) {
        on_asked_again(a);
        return;
    }
    if (!has_room(w)) {
        LOG_EVENT(LOG_LEVEL_WARN, "evaluator.failed", LOG_S("proposal", id),
                  LOG_S("reason", "the queue is full"));
        tell_failed(w, id, "the queue is full");
        return;
    }
    a = alloc_zero(1, sizeof(*a));
    a->work = w;
    a->state = ASK_WAITING;
    a->proposal = alloc_string(id);
    a->deadline_ms = deadline > 0 ? (uint64_t)deadline : UINT64_MAX;
    a->input = json_object();
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        json_t *value = json_object_get(params, fields[i]);
        (void)json_object_set_new(a->input, fields[i],
                                  value != NULL ? json_incref(value) : json_null());
    }
    const json_t *class = json_object_get(json_object_get(params, "proposal"), "class");
    a->round = round_new(w->loop, w->config.checks, json_string_value(class), a->proposal,
                         &w->config.limits, on_checked, a);
    w->asks[w->count++] = a;
    start_waiting(w);
}

static void on_settled(struct work *w, json_int_t request, const json_t *error)
{
    for (size_t i = 0; i < w->count; i++) {
        struct ask *a = w->asks[i];
        if (a->request != request) {
            continue;
        }
        a->request = 0;
        a->settled = true;
        if (error == NULL) {
            LOG_EVENT(LOG_LEVEL_INFO, "answer.accepted", LOG_S("proposal", a->proposal));
        } else {
            const json_t *text = json_object_get(error, "message");
            LOG_EVENT(LOG_LEVEL_WARN, "answer.refused", LOG_S("proposal", a->proposal),
                      LOG_I("code", json_integer_value(json_object_get(error, "code"))),
                      LOG_S("reason", json_string_value(text)));
        }
        w->config.settled(w->config.context, error == NULL);
        return;
    }
}

void work_message(struct work *w, const json_t *message)
{
    const char *method = json_string_value(json_object_get(message, "method"));
    const json_t *id = json_object_get(message, "id");
    if (w->stopping) {
        return;
    }
    if (method != NULL && strcmp(method, "agent.ask") == 0) {
        on_ask(w, json_object_get(message, "params"));
    } else if (method == NULL && json_is_integer(id) && json_integer_value(id) > 0) {
        on_settled(w, json_integer_value(id), json_object_get(message, "error"));
    }
}

void work_attached(struct work *w)
{
    for (size_t i = 0; i < w->count; i++) {
        struct ask *a = w->asks[i];
        if (a->state == ASK_ANSWERED && !a->settled && a->request == 0) {
            send_answer(a);
        }
    }
}

void work_lost(struct work *w)
{
    for (size_t i = 0; i < w->count; i++) {
        w->asks[i]->request = 0;
    }
}

void work_stop(struct work *w)
{
    w->stopping = true;
    for (size_t i = 0; i < w->count; i++) {
        if (w->asks[i]->state == ASK_RUNNING) {
            run_stop(w->asks[i]->run);
        }
        round_stop(w->asks[i]->round);
    }
}

void work_free(struct work *w)
{
    assert(w->running == 0);
    while (w->count > 0) {
        forget(w->asks[w->count - 1]);
    }
    free(w);
}
