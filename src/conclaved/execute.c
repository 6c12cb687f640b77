/* SPDX-License-Identifier: ISC */
#include "conclaved/execute.h"

#include "base/log.h"
#include "conclaved/events.h"
#include "conclaved/outbox.h"
#include "conclaved/turn.h"
#include "conclaved/witness.h"

struct pbft_judgement execute_judgement(const struct node *n, const struct judgement *j)
{
    /* A node that takes part in a bench orders its load, although it is void. */
    bool load = j->over_quota && n->config->allow_bench;
    return (struct pbft_judgement){.refuse = j->kind == JUDGEMENT_REFUSE,
                                   .keep = j->kind == JUDGEMENT_KEEP && !load,
                                   .emergency = j->emergency,
                                   .evidence = j->evidence,
                                   .deadline_ms = j->deadline_ms};
}

static struct pbft_judgement judge_envelope(void *context, const struct envelope *e)
{
    const struct node *n = context;
    struct judgement j = council_judge(n->council, e);
    return execute_judgement(n, &j);
}

void execute_describe(struct node *n, const struct block *b, const struct council_result *r,
                      struct pbft_executed *out)
{
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        n->excluded[seat - 1] =
            council_is_expelled(n->council, seat) || council_is_suspended(n->council, seat);
    }
    *out = (struct pbft_executed){.height = b->header.height,
                                  .view = b->header.view,
                                  .state_root = r->state_root,
                                  .next_deadline_ms = r->next_deadline_ms,
                                  .cover_height = r->cover_height,
                                  .rotate = r->rotate,
                                  .excluded = n->excluded,
                                  .judge = judge_envelope,
                                  .judge_context = n};
}

/* Writes down where proposals and records are found, and tells the log. */
static void note_council_event(struct node *n, const struct block *b,
                               const struct council_event *e)
{
    struct slice id = slice_of(e->proposal.bytes, HASH_BYTES);
    switch (e->kind) {
    case COUNCIL_OPENED:
        ledger_put_proposal(n->ledger, &e->proposal, b->header.height);
        LOG_EVENT(LOG_LEVEL_INFO, "proposal.opened", LOG_X("proposal", id),
                  LOG_N("seat", e->seat), LOG_N("height", b->header.height));
        break;
    case COUNCIL_SEALED:
        LOG_EVENT(LOG_LEVEL_INFO, "proposal.opening", LOG_X("proposal", id),
                  LOG_N("height", b->header.height));
        break;
    case COUNCIL_FINAL:
        ledger_put_record(n->ledger, ledger_record_count(n->ledger), &e->proposal,
                          b->header.height, e->record_encoding);
        LOG_EVENT(LOG_LEVEL_INFO, "proposal.final", LOG_X("proposal", id),
                  LOG_S("outcome", outcome_name(e->record->outcome)),
                  LOG_S("reason", reason_name(e->record->reason)),
                  LOG_N("approve", e->record->approve), LOG_N("reject", e->record->reject),
                  LOG_N("abstain", e->record->abstain), LOG_N("height", b->header.height));
        break;
    case COUNCIL_CONVICTED:
        LOG_EVENT(LOG_LEVEL_WARN, "seat.convicted", LOG_N("seat", e->seat),
                  LOG_N("height", b->header.height));
        break;
    case COUNCIL_EPOCH:
        LOG_EVENT(LOG_LEVEL_INFO, "epoch.changed", LOG_N("epoch", e->number),
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

/* Under load most events are wanted by no subscriber: they are numbered, but not built. */
static void publish_council_event(struct node *n, const struct council_event *e)
{
    const char *name = event_council_name(e->kind);
    if (control_wants(n->control, name)) {
        turn_publish(n, name, event_council(n->charter, n->council, e));
    } else if (control_has_subscribers(n->control)) {
        turn_publish(n, name, NULL);
    }
}

void execute_block(struct node *n, struct block *b, struct pbft_executed *out)
{
    struct council_result r;
    ledger_append(n->ledger, b);
    ledger_prune(n->ledger, b->header.view, b->header.height);
    council_apply(n->council, b, &r);
    n->tip_hash = b->hash;
    for (size_t i = 0; i < r.event_count; i++) {
        note_council_event(n, b, &r.events[i]);
        publish_council_event(n, &r.events[i]);
    }
    if (control_has_subscribers(n->control)) {
        turn_publish(n, "block.committed", event_block(b));
    }
    outbox_on_block(n, b);
    witness_block(n, b);
    execute_describe(n, b, &r, out);
}
