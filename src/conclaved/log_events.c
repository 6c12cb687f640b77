/* SPDX-License-Identifier: ISC */
#include "conclaved/log_events.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/quorum.h"
#include "conclaved/exclusion.h"
#include "conclaved/json.h"
#include "conclaved/node.h"
#include "wire/shared.h"

/* --- views and blocks --- */

static void tell_leaving(struct node *n, const struct pbft_notice *x)
{
    struct views_told *v = &n->views_told;
    if (!v->is_leaving) {
        v->is_leaving = true;
        v->since_ms = clock_monotonic_ms();
        v->cause = x->cause;
    }
    LOG_EVENT(LOG_LEVEL_INFO, "view.change-started", LOG_N("view", x->view),
              LOG_N("height", x->height), LOG_N("seat", x->seat),
              LOG_N("left", quorum_primary(n->charter->seat_count, v->view)),
              LOG_S("cause", pbft_cause_name(x->cause)));
    v->view = x->view;
}

/* How long it took from leaving the last view, and why that was left: attempts in between
 * had causes of their own. */
static void tell_entered(struct node *n, const struct pbft_notice *x)
{
    struct views_told *v = &n->views_told;
    struct log_field cause = LOG_S("cause", pbft_cause_name(v->cause));
    struct log_field took = LOG_N("ms", clock_monotonic_ms() - v->since_ms);
    if (!v->is_leaving) {
        cause.kind = took.kind = LOG_END;
    }
    v->is_leaving = false;
    v->view = x->view;
    LOG_EVENT(LOG_LEVEL_INFO, "view.changed", LOG_N("view", x->view),
              LOG_N("height", x->height), LOG_N("seat", x->seat), cause, took);
}

static void tell_other(const struct pbft_notice *x)
{
    static const char *const names[] = {
        [PBFT_NOTICE_REFUSED] = "block.refused",
        [PBFT_NOTICE_DIVERGED] = "state.diverged",
        [PBFT_NOTICE_FORK] = "chain.forked",
        [PBFT_NOTICE_LOST] = "state.lost",
        [PBFT_NOTICE_RETURNED] = "state.returned",
    };
    static const enum log_level levels[] = {
        [PBFT_NOTICE_REFUSED] = LOG_LEVEL_WARN,  [PBFT_NOTICE_DIVERGED] = LOG_LEVEL_ERROR,
        [PBFT_NOTICE_FORK] = LOG_LEVEL_ERROR,    [PBFT_NOTICE_LOST] = LOG_LEVEL_WARN,
        [PBFT_NOTICE_RETURNED] = LOG_LEVEL_INFO,
    };
    struct log_field cause = LOG_S("cause", pbft_cause_name(x->cause));
    if (x->cause == PBFT_CAUSE_NONE) {
        cause.kind = LOG_END;
    }
    LOG_EVENT(levels[x->kind], names[x->kind], LOG_N("view", x->view),
              LOG_N("height", x->height), LOG_N("seat", x->seat), cause);
}

void log_notice(struct node *n, const struct pbft_notice *x)
{
    switch (x->kind) {
    case PBFT_NOTICE_VIEW_CHANGE:
        tell_leaving(n, x);
        break;
    case PBFT_NOTICE_NEW_VIEW:
        tell_entered(n, x);
        break;
    case PBFT_NOTICE_CATCHING_UP:
        catchup_begin(n, x);
        break;
    case PBFT_NOTICE_REFUSED:
    case PBFT_NOTICE_DIVERGED:
    case PBFT_NOTICE_FORK:
    case PBFT_NOTICE_LOST:
    case PBFT_NOTICE_RETURNED:
        tell_other(x);
        break;
    }
}

/* --- the council --- */

static const char *evidence_of(const struct block *b, uint16_t seat)
{
    enum evidence_kind kind;
    return find_evidence(b, seat, &kind) ? evidence_kind_name(kind) : "unknown";
}

static void log_opened(const struct node *n, enum log_level level, const struct block *b,
                       const struct council_event *e)
{
    const struct proposal *p = council_find(replica_council(n->replica), &e->proposal);
    struct slice title = p != NULL ? p->content.title : SLICE_NONE;
    const char *class =
        p != NULL ? class_name(n->charter, p->content.class_index) : "unknown";
    LOG_EVENT(level, "proposal.opened",
              LOG_X("proposal", slice_of(e->proposal.bytes, HASH_BYTES)),
              LOG_N("seat", e->seat), LOG_N("height", b->header.height),
              LOG_S("class", class), LOG_T("title", title));
}

void log_council_event(struct node *n, const struct block *b, const struct council_event *e)
{
    enum log_level level = catchup_is_quiet(n) ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
    struct slice id = slice_of(e->proposal.bytes, HASH_BYTES);
    switch (e->kind) {
    case COUNCIL_OPENED:
        log_opened(n, level, b, e);
        break;
    case COUNCIL_SEALED:
        LOG_EVENT(level, "proposal.opening", LOG_X("proposal", id),
                  LOG_N("height", b->header.height));
        break;
    case COUNCIL_FINAL:
        LOG_EVENT(level, "proposal.final", LOG_X("proposal", id),
                  LOG_S("outcome", outcome_name(e->record->outcome)),
                  LOG_S("reason", reason_name(e->record->reason)),
                  LOG_N("approve", e->record->approve), LOG_N("reject", e->record->reject),
                  LOG_N("abstain", e->record->abstain), LOG_N("height", b->header.height),
                  LOG_N("ms", e->record->final.time_ms - e->record->opened.time_ms),
                  LOG_T("title", e->title));
        catchup_count(n);
        break;
    case COUNCIL_CONVICTED:
        LOG_EVENT(LOG_LEVEL_WARN, "seat.convicted", LOG_N("seat", e->seat),
                  LOG_S("statement", evidence_of(b, e->seat)),
                  LOG_N("height", b->header.height));
        break;
    case COUNCIL_EPOCH:
        LOG_EVENT(level, "epoch.changed", LOG_N("epoch", e->number),
                  LOG_N("height", b->header.height));
        break;
    case COUNCIL_VOID:
        LOG_EVENT(LOG_LEVEL_DEBUG, "operation.void", LOG_N("seat", e->seat),
                  LOG_S("verdict", verdict_name(e->verdict)),
                  LOG_N("height", b->header.height));
        break;
    case COUNCIL_BALLOT:
    case COUNCIL_LATE:
    case COUNCIL_REVEALED:
    case COUNCIL_DECIDED:
        break;
    }
}
