/* SPDX-License-Identifier: ISC */
#include "conclaved/methods.h"

#include "conclaved/finals.h"
#include "conclaved/json.h"

enum { LIMIT_MAX = 200 };

static const char *phase_name(enum proposal_phase phase)
{
    switch (phase) {
    case PROPOSAL_SEALED:
        return "sealed";
    case PROPOSAL_OPENING:
        return "opening";
    case PROPOSAL_FINAL:
        return "final";
    }
    return "unknown";
}

static void put_counts(json_t *out, uint32_t committed, uint32_t revealed, uint32_t approve,
                       uint32_t reject, uint32_t abstain)
{
    json_put(out, "committed", json_integer(committed));
    json_put(out, "revealed", json_integer(revealed));
    json_put(out, "approve", json_integer(approve));
    json_put(out, "reject", json_integer(reject));
    json_put(out, "abstain", json_integer(abstain));
}

static void put_opened(json_t *out, const struct node *n, const struct moment *opened,
                       uint16_t proposer)
{
    json_put(out, "opened_height", json_number(opened->height));
    json_put(out, "opened_ms", json_number(opened->time_ms));
    json_put_seat(out, "proposer", n->charter, proposer);
}

json_t *proposal_summary(const struct node *n, const struct proposal *p)
{
    json_t *out = json_object();
    uint32_t revealed = 0;
    for (uint16_t i = 0; i < n->charter->seat_count; i++) {
        revealed += p->seats[i].revealed;
    }
    json_put(out, "id", json_hash(&p->id));
    json_put(out, "class", json_string(class_name(n->charter, p->content.class_index)));
    json_put(out, "title", control_text(p->content.title));
    json_put(out, "phase", json_string(phase_name(p->phase)));
    json_put(out, "outcome",
             p->is_decided ? json_string(outcome_name(p->outcome)) : json_null());
    json_put(out, "reason", p->is_decided ? json_reason(p->reason) : json_null());
    json_put(out, "threshold", json_integer(p->threshold));
    put_counts(out, p->committed, revealed, p->approve, p->reject, p->abstain);
    put_opened(out, n, &p->opened, p->proposer);
    json_put(out, "final_height", json_null());
    json_put(out, "record", json_null());
    return out;
}

json_t *open_summaries(const struct node *n, size_t limit)
{
    json_t *out = json_array();
    size_t count = 0;
    while (council_at(replica_council(n->replica), count) != NULL) {
        count++;
    }
    while (count > 0 && json_array_size(out) < limit) {
        (void)json_array_append_new(
            out, proposal_summary(n, council_at(replica_council(n->replica), --count)));
    }
    return out;
}

/* A final one: its numbers from the record, its words from the block that opened it. */
static json_t *final_summary(const struct node *n, const struct finals *f)
{
    const struct record *r = &f->record;
    json_t *out = json_object();
    uint32_t committed = 0, revealed = 0;
    for (uint16_t i = 0; i < r->seat_count; i++) {
        committed += r->seats[i].has_ballot;
        revealed += r->seats[i].has_reveal;
    }
    json_put(out, "id", json_hash(&r->proposal));
    json_put(out, "class", json_string(class_name(n->charter, r->class_index)));
    json_put(out, "title", control_text(f->propose.propose.title));
    json_put(out, "phase", json_string(phase_name(PROPOSAL_FINAL)));
    json_put(out, "outcome", json_string(outcome_name(r->outcome)));
    json_put(out, "reason", json_reason(r->reason));
    json_put(out, "threshold", json_integer(r->threshold));
    put_counts(out, committed, revealed, r->approve, r->reject, r->abstain);
    put_opened(out, n, &r->opened, f->propose.seat);
    json_put(out, "final_height", json_number(r->final.height));
    json_put(out, "record", json_number(f->before));
    return out;
}

json_t *known_summary(const struct node *n, const struct hash *id)
{
    const struct proposal *open = council_find(replica_council(n->replica), id);
    if (open != NULL) {
        return proposal_summary(n, open);
    }
    struct ledger_proposal index;
    struct finals f;
    json_t *out = NULL;
    if (ledger_proposal(n->ledger, id, &index) == 0 && index.final_height > 0) {
        finals_begin(&f, n->ledger, index.record_index + 1);
        out = finals_next(&f) == 0 ? final_summary(n, &f) : NULL;
        finals_end(&f);
    }
    return out;
}

/* Appends final ones below *before, newest first, until there are limit rows or enough
 * blocks were read; *before is where to go on. */
static int append_final(const struct node *n, json_t *rows, size_t limit, uint64_t *before)
{
    struct finals f;
    int error = 0;
    finals_begin(&f, n->ledger, *before);
    while (error == 0 && finals_more(&f) && json_array_size(rows) < limit) {
        error = finals_next(&f);
        if (error == 0) {
            (void)json_array_append_new(rows, final_summary(n, &f));
        }
    }
    *before = f.before;
    finals_end(&f);
    return error;
}

json_t *method_proposals(void *context, struct control_session *s, json_t *params)
{
    static const char *const states[] = {"open", "final", "all", NULL};
    enum { OPEN, FINAL, ALL };
    const struct node *n = context;
    struct parameters p;
    parameters_begin(&p, s, params);
    int state = parameters_word(&p, "state", states, ALL);
    size_t limit =
        (size_t)parameters_number(&p, "limit", 1, LIMIT_MAX, METHOD_LIMIT_DEFAULT);
    uint64_t count = ledger_record_count(n->ledger);
    bool continued = !json_is_null(json_object_get(params, "before")) &&
                     json_object_get(params, "before") != NULL;
    uint64_t before = parameters_number(&p, "before", 0, count, count);
    if (!parameters_end(&p)) {
        return NULL;
    }
    json_t *rows = state == FINAL || continued ? json_array() : open_summaries(n, limit);
    int error = state == OPEN ? 0 : append_final(n, rows, limit, &before);
    if (error != 0) {
        json_decref(rows);
        return fail_store(s, error);
    }
    struct council_summary summary;
    council_summarize(replica_council(n->replica), &summary);
    json_t *out = json_object();
    json_put(out, "proposals", rows);
    json_put(out, "open", json_number(summary.open_count));
    json_put(out, "final", json_number(count));
    json_put(out, "next", state == OPEN || before == 0 ? json_null() : json_number(before));
    return out;
}
