/* SPDX-License-Identifier: ISC */
/* Checkpoints, proofs of the log and published directories, for programs. */
#include "verifier/report_values.h"

json_t *report_log_checks(const struct log_judgement *l)
{
    json_t *out = json_array();
    for (unsigned i = 0; i < l->check_count; i++) {
        const char *result = "unchecked";
        switch (l->checks[i].result) {
        case CHECK_UNCHECKED:
            break;
        case CHECK_OK:
            result = "ok";
            break;
        case CHECK_FAILED:
            result = "failed";
            break;
        }
        (void)json_array_append_new(
            out, json_pack("{s:s,s:s}", "name", l->checks[i].name, "result", result));
    }
    return out;
}

static json_t *record_seats(const struct judged *j, const struct record *r)
{
    json_t *out = json_array();
    for (uint16_t i = 0; i < r->seat_count; i++) {
        const struct seat_record *s = &r->seats[i];
        json_t *row = json_pack("{s:i,s:s,s:s,s:b,s:s?}", "seat", i + 1, "name",
                                j->charter->seats[i].name, "status",
                                seat_status_name(s->status), "awaited", (int)r->active[i],
                                "choice", s->has_reveal ? choice_name(s->choice) : NULL);
        value_put_who(row, &j->charter->seats[i]);
        (void)json_array_append_new(out, row);
    }
    return out;
}

static json_t *record_json(const struct judged *j)
{
    const struct record *r = j->log->record;
    return json_pack("{s:o,s:s,s:s,s:s?,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "id",
                     value_hash(&r->proposal), "class",
                     j->charter->classes[r->class_index].name, "outcome",
                     outcome_name(r->outcome), "reason",
                     r->reason != REASON_NONE ? reason_name(r->reason) : NULL, "threshold",
                     value_number(r->threshold), "approve", value_number(r->approve),
                     "reject", value_number(r->reject), "abstain", value_number(r->abstain),
                     "opened", value_moment(&r->opened), "sealed", value_moment(&r->sealed),
                     "decided", value_moment(&r->decided), "final", value_moment(&r->final),
                     "seats", record_seats(j, r));
}

static json_t *faults_json(const struct published *p)
{
    json_t *out = json_array();
    for (size_t i = 0; p != NULL && i < p->fault_count; i++) {
        (void)json_array_append_new(out, value_name(p->faults[i]));
    }
    return out;
}

json_t *report_log_json(const struct judged *j)
{
    const struct log_judgement *l = j->log;
    const struct checkpoint_report *r = log_note(l);
    bool is_proof = l->holds && l->site == NULL && l->kind != THING_CHECKPOINT;
    json_t *signers = json_array();
    for (int i = 0; r != NULL && i < j->charter->seat_count; i++) {
        if (r->is_signed[i]) {
            (void)json_array_append_new(signers, json_integer(i + 1));
        }
    }
    return json_pack(
        "{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "size",
        r != NULL ? value_number(r->checkpoint.size) : json_null(), "root",
        r != NULL ? value_hash(&r->checkpoint.root) : json_null(), "signers", signers,
        "others", r != NULL ? value_number(r->others) : json_null(), "old_size",
        is_proof && l->kind == THING_CONSISTENCY ? value_number(l->proof.number)
                                                 : json_null(),
        "index",
        is_proof && l->kind == THING_INCLUSION ? value_number(l->proof.number)
                                               : json_null(),
        "record", l->record != NULL ? record_json(j) : json_null(), "files",
        l->site != NULL ? value_number(l->site->files) : json_null(), "faults",
        faults_json(l->site));
}
