/* SPDX-License-Identifier: ISC */
#include "agent/round.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"

#include <assert.h>
#include <stdlib.h>

struct turn {
    struct round *round;
    struct run *run; /* NULL: not now */
    struct run_limits limits;
};

struct round {
    struct ev_loop *loop;
    const char *proposal;
    const struct run_limits *limits;
    void (*ended)(void *context);
    void *context;
    struct turn turns[CHECKS_MAX];
    struct verdict verdicts[CHECKS_MAX];
    size_t count, next, running;
};

struct round *round_new(struct ev_loop *loop, const struct checks *checks,
                        const char *class, const char *proposal,
                        const struct run_limits *limits, void (*ended)(void *context),
                        void *context)
{
    const struct check *list[CHECKS_MAX];
    struct round *r = alloc_zero(1, sizeof(*r));
    r->loop = loop;
    r->proposal = proposal;
    r->limits = limits;
    r->ended = ended;
    r->context = context;
    r->count = checks_for(checks, class, list);
    for (size_t i = 0; i < r->count; i++) {
        r->verdicts[i].check = list[i];
        r->turns[i].round = r;
    }
    return r;
}

void round_free(struct round *r)
{
    assert(r == NULL || r->running == 0);
    for (size_t i = 0; r != NULL && i < r->count; i++) {
        verdict_clear(&r->verdicts[i]);
    }
    free(r);
}

bool round_waits(const struct round *r)
{
    return r->next < r->count;
}

bool round_runs(const struct round *r)
{
    return r->running > 0;
}

static void tell(const struct round *r, const struct verdict *v,
                 const struct run_result *result)
{
    struct slice said = result != NULL ? result->said : SLICE_NONE;
    uint64_t ms = result != NULL ? result->took_ms : 0;
    switch (v->kind) {
    case VERDICT_BROKEN:
        LOG_EVENT(LOG_LEVEL_WARN, "check.broken", LOG_S("proposal", r->proposal),
                  LOG_S("check", v->check->name), LOG_S("reason", v->detail),
                  LOG_N("ms", ms), LOG_T("stderr", said));
        break;
    case VERDICT_PASSED:
        LOG_EVENT(LOG_LEVEL_INFO, "check.passed", LOG_S("proposal", r->proposal),
                  LOG_S("check", v->check->name), LOG_N("ms", ms));
        break;
    case VERDICT_FAILED:
        LOG_EVENT(LOG_LEVEL_WARN, "check.failed", LOG_S("proposal", r->proposal),
                  LOG_S("check", v->check->name), LOG_S("detail", v->detail),
                  LOG_N("ms", ms));
        break;
    }
}

static void on_done(void *context, const struct run_result *result)
{
    struct turn *t = context;
    struct round *r = t->round;
    struct verdict *v = &r->verdicts[t - r->turns];
    t->run = NULL;
    r->running--;
    verdict_conclude(v, result, &t->limits);
    tell(r, v, result);
    r->ended(r->context);
}

bool round_start_next(struct round *r, struct slice question, uint64_t deadline_ms)
{
    struct turn *t = &r->turns[r->next];
    struct verdict *v = &r->verdicts[r->next++];
    struct complaint why = {""};
    uint64_t now = clock_wall_ms();
    t->limits = *r->limits;
    t->limits.time_ms = v->check->timeout_ms;
    t->limits.no_network = !v->check->network;
    if (deadline_ms <= now) {
        (void)complain(&why, 0, "the deadline passed before its turn came");
    } else {
        if (deadline_ms - now < t->limits.time_ms) {
            t->limits.time_ms = deadline_ms - now;
        }
        (void)run_start(r->loop, v->check->words, question, &t->limits, on_done, t, &t->run,
                        &why);
    }
    if (why.text[0] != '\0') {
        t->run = NULL;
        verdict_break(v, why.text);
        tell(r, v, NULL);
        return false;
    }
    r->running++;
    return true;
}

void round_stop(struct round *r)
{
    for (size_t i = 0; i < r->count; i++) {
        if (r->turns[i].run != NULL) {
            run_stop(r->turns[i].run);
        }
    }
}

const struct verdict *round_verdicts(const struct round *r, size_t *count)
{
    *count = r->running == 0 ? r->next : 0;
    return r->verdicts;
}
