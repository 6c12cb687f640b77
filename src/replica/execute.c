/* SPDX-License-Identifier: ISC */
/* Between ordering and council: a committed block goes into the store and the council, and
 * what came of it back to the core. */
#include "replica/inside.h"

struct pbft_judgement execute_judgement(const struct replica *r, const struct envelope *e,
                                        const struct judgement *j)
{
    bool load = j->over_quota && r->config.order_load;
    bool held_back = e->seat == r->seat && recover_holds_back(r, e);
    return (struct pbft_judgement){.refuse = j->kind == JUDGEMENT_REFUSE || held_back,
                                   .keep = j->kind == JUDGEMENT_KEEP && !load,
                                   .emergency = j->emergency,
                                   .deadline_ms = j->deadline_ms};
}

static struct pbft_judgement judge_envelope(void *context, const struct envelope *e)
{
    const struct replica *r = context;
    struct judgement j = council_judge(r->council, e, replica_wall(r));
    return execute_judgement(r, e, &j);
}

void execute_describe(struct replica *r, const struct block *b,
                      const struct council_result *result, struct pbft_executed *out)
{
    for (uint16_t seat = 1; seat <= r->seats; seat++) {
        r->excluded[seat - 1] =
            council_is_expelled(r->council, seat) || council_is_suspended(r->council, seat);
    }
    council_owed(r->council, r->owed);
    *out = (struct pbft_executed){.height = b->header.height,
                                  .view = b->header.view,
                                  .state_root = result->state_root,
                                  .next_deadline_ms = result->next_deadline_ms,
                                  .cover_height = result->cover_height,
                                  .rotate = result->rotate,
                                  .owed = r->owed,
                                  .excluded = r->excluded,
                                  .judge = judge_envelope,
                                  .judge_context = r};
}

void execute_keep_effects(struct replica *r, uint64_t height,
                          const struct council_result *result)
{
    struct council_summary now;
    council_summarize(r->council, &now);
    ledger_put_effects(r->ledger, height, &now.effects);
    ledger_put_deeds(r->ledger, height, result->deeds);
}

/* Writes down where proposals and records are found; what only open ones need is forgotten.
 */
static void index_event(struct replica *r, const struct block *b,
                        const struct council_event *e)
{
    if (e->kind == COUNCIL_OPENED) {
        ledger_put_proposal(r->ledger, &e->proposal, b->header.height);
    } else if (e->kind == COUNCIL_FINAL) {
        ledger_put_record(r->ledger, ledger_record_count(r->ledger), &e->proposal,
                          b->header.height, e->record_encoding);
        witness_forget(r, &e->proposal);
    }
}

void execute_block(struct replica *r, struct block *b, struct pbft_executed *out)
{
    struct council_result result;
    ledger_append(r->ledger, b);
    ledger_prune(r->ledger, b->header.view, b->header.height);
    council_apply(r->council, b, &result);
    execute_keep_effects(r, b->header.height, &result);
    r->tip_hash = b->hash;
    for (size_t i = 0; i < result.event_count; i++) {
        index_event(r, b, &result.events[i]);
    }
    if (r->observer.executed != NULL) {
        r->observer.executed(r->observer.context, b, &result);
    }
    outbox_on_block(r, b);
    witness_block(r, b);
    recover_block(r, b);
    execute_describe(r, b, &result, out);
}
