/* SPDX-License-Identifier: ISC */
#include "agent/work_private.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"

void ask_explain(const struct ask *a, const struct run_result *r, struct complaint *why)
{
    explain_end(r, &a->work->config.limits, why);
    if (r->end == RUN_LATE) {
        (void)complain(why, 0, "too late: killed after %llu ms%s",
                       (unsigned long long)r->took_ms,
                       clock_wall_ms() >= a->deadline_ms ? ", at the proposal's deadline"
                                                         : ", its time limit");
    }
}

void ask_record(const struct ask *a, const struct run_result *r,
                const struct answer *answer, const char *reason,
                const struct verdict *overridden)
{
    struct work *w = a->work;
    struct run_limits limits = w->config.limits;
    struct complaint why = {""};
    if (w->config.journal == NULL) {
        return;
    }
    limits.time_ms = a->limit_ms;
    const struct evaluation e = {
        .proposal = a->proposal,
        .program = w->config.words[0],
        .question = a->input,
        .limits = &limits,
        .result = r,
        .answer = answer,
        .reason = reason,
        .overridden_by = overridden != NULL ? overridden->check->name : NULL,
    };
    json_t *entry = journal_entry(&e);
    if (journal_append(w->config.journal, entry, &why) != 0) {
        LOG_EVENT(LOG_LEVEL_ERROR, "journal.failed", LOG_S("proposal", a->proposal),
                  LOG_S("reason", why.text));
    }
    json_decref(entry);
}

void ask_settle(struct ask *a, const struct run_result *r)
{
    size_t count;
    const struct verdict *verdicts = round_verdicts(a->round, &count);
    struct answer own = a->answer;
    own.rationale = alloc_string(a->answer.rationale);
    const struct verdict *overridden = verdicts_override(verdicts, count, &a->answer);
    verdicts_note(verdicts, count, &a->answer);
    if (overridden != NULL) {
        LOG_EVENT(LOG_LEVEL_WARN, "check.overridden", LOG_S("proposal", a->proposal),
                  LOG_S("check", overridden->check->name),
                  LOG_S("detail", overridden->detail));
    }
    ask_record(a, r, &own, NULL, overridden);
    answer_clear(&own);
}
