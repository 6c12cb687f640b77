/* SPDX-License-Identifier: ISC */
/* metrics: what the ordering and the council did. The rest of it is in metrics_peers.c and
 * metrics_machine.c. */
#include "conclaved/metrics_parts.h"

#include "base/clock.h"
#include "base/quorum.h"
#include "conclaved/agents.h"
#include "conclaved/flagging.h"
#include "conclaved/json.h"
#include "conclaved/version.h"

#include <stdio.h>

static const double ms_per_s = 1e3;

static void put_identity(struct families *f, const struct node *n)
{
    const struct charter *c = n->charter;
    char id[2 * HASH_BYTES + 1], number[8], protocol[8];
    hex_encode(id, slice_of(c->council_id.bytes, HASH_BYTES));
    (void)snprintf(number, sizeof(number), "%u", (unsigned)n->seat);
    (void)snprintf(protocol, sizeof(protocol), "%d", version_protocol());
    families_info(f, "conclave_build", "The software that runs.");
    families_number(f, 1, "version", version_software(), "protocol", protocol, NULL);
    families_info(f, "conclave_node", "Whose node this is.");
    families_number(f, 1, "council", c->name, "council_id", id, "seat", number, "name",
                    seat_name(c, n->seat), NULL);
    families_gauge(f, "conclave_seats", "", "Seats of the council.");
    families_number(f, c->seat_count, NULL);
    families_gauge(f, "conclave_quorum_seats", "seats",
                   "Seats that make a quorum: with fewer nothing is decided.");
    families_number(f, quorum_size(c->seat_count), NULL);
}

/* --- the ordering --- */

static void put_causes(struct families *f, const uint64_t *counts, enum pbft_cause first,
                       enum pbft_cause last)
{
    for (int cause = 0; cause < METRICS_CAUSES; cause++) {
        if ((cause >= (int)first && cause <= (int)last) || counts[cause] > 0) {
            families_number(f, counts[cause], "cause",
                            pbft_cause_name((enum pbft_cause)cause), NULL);
        }
    }
}

static void put_views(struct families *f, const struct node *n,
                      const struct pbft_status *st)
{
    const struct metrics *m = &n->metrics;
    families_gauge(f, "conclave_view", "", "View, or the one asked for.");
    families_number(f, st->view, NULL);
    families_gauge(f, "conclave_view_changing", "", "1 while the view is only asked for.");
    families_number(f, st->changing, NULL);
    families_gauge(f, "conclave_primary_seat", "", "Seat that is the view's primary.");
    families_number(f, st->primary, NULL);
    families_counter(f, "conclave_view_changes", "",
                     "Views that this node left, by cause.");
    put_causes(f, m->view_changes, PBFT_CAUSE_TIMEOUT, PBFT_CAUSE_CERTIFICATE);
    families_counter(f, "conclave_views_entered", "", "Views that this node entered.");
    families_number(f, m->new_views, NULL);
    families_counter(f, "conclave_blocks_refused", "",
                     "Blocks of a primary that this node did not vote for, by cause.");
    put_causes(f, m->refused, PBFT_CAUSE_STATE_ROOT, PBFT_CAUSE_CHAIN);
    families_gauge(f, "conclave_failed_views", "", "Views that failed in a row.");
    families_number(f, st->failed_views, NULL);
}

static void put_blocks(struct families *f, const struct node *n,
                       const struct pbft_status *st)
{
    const struct metrics *m = &n->metrics;
    families_gauge(f, "conclave_height", "", "Height of the last committed block.");
    families_number(f, st->committed_height, NULL);
    families_counter(f, "conclave_blocks", "", "Blocks executed since the node started.");
    families_number(f, m->blocks, NULL);
    families_counter(f, "conclave_block_bytes", "bytes", "Bytes of those blocks.");
    families_number(f, m->block_bytes, NULL);
    families_counter(f, "conclave_envelopes", "", "Envelopes in those blocks.");
    families_number(f, m->envelopes, NULL);
    families_counter(f, "conclave_operations", "",
                     "Operations in those blocks, by what became of them.");
    for (int v = 0; v < METRICS_VERDICTS; v++) {
        families_number(f, m->operations[v], "verdict", verdict_name((enum verdict)v),
                        NULL);
    }
    families_counter(f, "conclave_catch_ups", "",
                     "Times that this node asked another for blocks that it lacked.");
    families_number(f, m->catch_ups, NULL);
    families_histogram(f, "conclave_prepared_seconds", "seconds",
                       "From accepting a block to a quorum of PREPAREs.");
    families_times(f, &m->prepared);
    families_histogram(f, "conclave_committed_seconds", "seconds",
                       "From accepting a block to its commit.");
    families_times(f, &m->committed);
}

static void put_pool(struct families *f, const struct node *n, const struct pbft_status *st)
{
    struct replica_load load;
    replica_load(n->replica, &load);
    families_gauge(f, "conclave_pool_envelopes", "", "Envelopes that wait to be ordered.");
    families_number(f, st->waiting, NULL);
    families_gauge(f, "conclave_pool_bytes", "bytes", "Bytes of those envelopes.");
    families_number(f, st->waiting_bytes, NULL);
    families_gauge(f, "conclave_own_operations", "",
                   "Operations of this seat that are not executed yet.");
    families_number(f, load.operations, NULL);
}

/* --- whether it works --- */

static void put_state(struct families *f, const struct node *n,
                      const struct pbft_status *st)
{
    struct stall_facts facts;
    struct stall stall;
    node_stall(n, st, &facts, &stall);
    families_gauge(
        f, "conclave_able_seats", "seats",
        "Seats that can take part, by this node's observation, itself included.");
    families_number(f, stall.able, NULL);
    families_gauge(f, "conclave_stalled", "",
                   "1 when something waits and nothing commits for longer than the request "
                   "timer.");
    families_number(f, n->stall.stalled, NULL);
    bool waits = n->stall.waiting && stall.pending != 0;
    families_gauge(f, "conclave_waiting_seconds", "seconds",
                   "How long something waits without a commit; 0 when nothing does.");
    families_real(f, waits ? (double)(facts.now_ms - n->stall.since_ms) / ms_per_s : 0,
                  NULL);
    families_gauge(f, "conclave_stopped", "",
                   "1 when this node has stopped voting: its state is not the council's.");
    families_number(f, st->stopped, NULL);
    families_gauge(f, "conclave_state_lost", "",
                   "1 while this seat has lost what it signed, and is silent.");
    families_number(f, st->standing.lost, NULL);
    families_gauge(f, "conclave_asking", "",
                   "1 while this seat asks the others what it said before its start.");
    families_number(f, st->asking, NULL);
    families_gauge(f, "conclave_catching_up", "",
                   "1 while the others have more than a window of blocks more.");
    families_number(f, st->far_behind, NULL);
}

/* --- the council --- */

static void put_decisions(struct families *f, const struct node *n)
{
    const struct metrics *m = &n->metrics;
    struct council_summary summary;
    council_summarize(replica_council(n->replica), &summary);
    families_gauge(f, "conclave_open_proposals", "", "Proposals that are not final.");
    families_number(f, summary.open_count, NULL);
    families_gauge(f, "conclave_final_proposals", "", "Final decisions in the ledger.");
    families_number(f, summary.final_count, NULL);
    families_gauge(f, "conclave_epoch", "", "Epoch of the council, from 0.");
    families_number(f, summary.epoch, NULL);
    families_counter(f, "conclave_decisions", "",
                     "Proposals that became final since the node started.");
    for (uint32_t c = 0; c < n->charter->class_count; c++) {
        for (int o = 0; o < METRICS_OUTCOMES; o++) {
            families_number(f, m->decisions[c][o], "class", n->charter->classes[c].name,
                            "outcome", outcome_name((enum outcome)o), NULL);
        }
    }
    families_histogram(
        f, "conclave_decision_seconds", "seconds",
        "From the block that opened a proposal to the one that made it final, "
        "by their times.");
    families_times(f, &m->decided);
}

static void put_log(struct families *f, const struct node *n)
{
    const struct checkpoint_signed *council = &n->checkpoints.council;
    families_gauge(f, "conclave_checkpoint_decisions", "",
                   "Decisions that the newest checkpoint covers which a quorum signed.");
    families_number(f, council->size, NULL);
    families_gauge(f, "conclave_checkpoint_signatures", "", "Seats that signed it.");
    families_number(f, council->count, NULL);
}

static void put_flags(struct families *f, const struct node *n)
{
    size_t counts[FLAG_KIND_END][FLAG_CLEARED + 1] = {{0}};
    const struct flag *flag = flags_below(n->flagging->book, UINT64_MAX);
    for (; flag != NULL; flag = flags_below(n->flagging->book, flag->id)) {
        counts[flag->kind][flag->state]++;
    }
    families_gauge(f, "conclave_flags", "", "Flags in this node's book.");
    for (int k = 1; k < FLAG_KIND_END; k++) {
        for (int s = FLAG_NEW; s <= FLAG_CLEARED; s++) {
            families_number(f, counts[k][s], "kind", flag_kind_name((enum flag_kind)k),
                            "state", flag_state_name((enum flag_state)s), NULL);
        }
    }
}

static void put_agents(struct families *f, const struct node *n)
{
    const struct metrics *m = &n->metrics;
    families_gauge(f, "conclave_agents", "", "Agents that are attached.");
    families_number(f, agents_count(n->agents), NULL);
    families_counter(f, "conclave_evaluator_questions", "",
                     "Times that agents were asked about a proposal.");
    families_number(f, m->asked, NULL);
    families_counter(f, "conclave_evaluator_answers", "", "What agents answered.");
    families_number(f, m->answered, "result", "accepted", NULL);
    families_number(f, m->refused_answers, "result", "refused", NULL);
    families_number(f, m->failed, "result", "failed", NULL);
    families_histogram(f, "conclave_evaluator_seconds", "seconds",
                       "From the question to the first answer, or failure.");
    families_times(f, &m->evaluated);
}

json_t *method_metrics(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    struct families f = {NULL, NULL};
    struct pbft_status st;
    struct parameters p;
    parameters_begin(&p, s, params);
    if (!parameters_end(&p)) {
        return NULL;
    }
    replica_status(n->replica, &st);
    put_identity(&f, n);
    put_views(&f, n, &st);
    put_blocks(&f, n, &st);
    put_pool(&f, n, &st);
    put_state(&f, n, &st);
    put_decisions(&f, n);
    metrics_put_seats(&f, n);
    put_log(&f, n);
    put_flags(&f, n);
    put_agents(&f, n);
    metrics_put_peers(&f, n);
    metrics_put_machine(&f, n);
    json_t *out = json_object();
    json_put(out, "time_ms", json_number(clock_wall_ms()));
    json_put(out, "families", f.list);
    return out;
}
