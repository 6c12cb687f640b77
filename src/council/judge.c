/* SPDX-License-Identifier: ISC */
/* What waits in a pool, judged by the executed state: conclave-protocol(7) section 5. */
#include "council/state.h"

/* A REVEAL while its proposal is SEALED: one that opens the commitment is early; one whose
 * commitment is not executed yet may still open it; any other never will. */
static enum judgement_kind judge_early(const struct council *c, const struct subject *s,
                                       struct judgement *j)
{
    if (!s->live->p.seats[s->seat - 1].committed) {
        return JUDGEMENT_KEEP;
    }
    if (!operation_opens(c, s)) {
        return JUDGEMENT_REFUSE;
    }
    j->early = true;
    return JUDGEMENT_KEEP;
}

static enum judgement_kind judge_verdict(const struct council *c, const struct subject *s,
                                         enum verdict verdict, struct judgement *j)
{
    switch (verdict) {
    case VERDICT_EFFECT:
        return JUDGEMENT_ADMIT;
    case VERDICT_QUOTA: /* one of the seat's may become final first */
        j->over_quota = true;
        return JUDGEMENT_KEEP;
    case VERDICT_LATE:
        /* Void, but the first one still marks its seat. */
        return s->live->p.seats[s->seat - 1].late ? JUDGEMENT_REFUSE : JUDGEMENT_ADMIT;
    case VERDICT_EARLY:
        return judge_early(c, s, j);
    case VERDICT_UNKNOWN_PROPOSAL:
    case VERDICT_TOO_SOON: /* its seat repeats it, and the interval passes */
        return JUDGEMENT_KEEP;
    case VERDICT_EXPELLED:
    case VERDICT_DUPLICATE:
    case VERDICT_CLOSED:
    case VERDICT_CONFLICT:
    case VERDICT_NO_COMMITMENT: /* SEALED is over: none can come */
    case VERDICT_BAD_OPENING:
    case VERDICT_CONVICTED:
    case VERDICT_STALE_VIEW: /* views of blocks never go back */
        return JUDGEMENT_REFUSE;
    }
    return JUDGEMENT_REFUSE;
}

/* What only an operation that may have an effect says about its envelope. */
static void note_admitted(const struct council *c, const struct subject *s,
                          enum verdict verdict, struct judgement *j)
{
    switch (s->brief->kind) {
    case OPERATION_PROPOSE:
        j->emergency |= c->rules.classes[s->brief->class_index].emergency;
        break;
    case OPERATION_BALLOT:
    case OPERATION_REVEAL:
        /* Section 8 point 4: only what would take effect by the executed state. */
        if (verdict == VERDICT_EFFECT &&
            proposal_phase_deadline(s->live) < j->deadline_ms) {
            j->deadline_ms = proposal_phase_deadline(s->live);
        }
        break;
    case OPERATION_EVIDENCE:
    case OPERATION_RETURN:
        break;
    }
}

static bool more_favourable(enum judgement_kind a, enum judgement_kind b)
{
    return a == JUDGEMENT_ADMIT || (a == JUDGEMENT_KEEP && b == JUDGEMENT_REFUSE);
}

struct judgement council_judge(const struct council *c, const struct envelope *e,
                               uint64_t time_ms)
{
    /* It can be in the next block at the earliest. */
    struct now now = {.height = c->height + 1,
                      .time_ms = time_ms > c->time_ms ? time_ms : c->time_ms + 1,
                      .view = c->view};
    struct judgement j = {.kind = JUDGEMENT_REFUSE, .deadline_ms = UINT64_MAX};
    for (uint32_t i = 0; i < e->count; i++) {
        struct subject s;
        operation_read(c, e, i, &s);
        enum verdict verdict = operation_verdict(c, &now, &s);
        enum judgement_kind kind = judge_verdict(c, &s, verdict, &j);
        if (kind == JUDGEMENT_ADMIT) {
            note_admitted(c, &s, verdict, &j);
        }
        if (more_favourable(kind, j.kind)) {
            j.kind = kind;
        }
    }
    return j;
}
