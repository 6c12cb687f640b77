/* SPDX-License-Identifier: ISC */
/* For programs: the fields of conclave-verify(1), all of them always there. */
#include "verifier/report_values.h"

#include <stdlib.h>

static json_t *text(struct slice s)
{
    return json_stringn(s.size > 0 ? (const char *)s.data : "", s.size);
}

static json_t *seat_named(const struct judged *j, uint16_t seat)
{
    return json_pack("{s:i,s:s}", "seat", (int)seat, "name",
                     j->charter->seats[seat - 1].name);
}

/* --- the decision --- */

static const struct proof_opening *opening_of(const struct proof *p, uint16_t seat)
{
    for (uint16_t i = 0; i < p->opening_count; i++) {
        if (p->openings[i].seat == seat) {
            return &p->openings[i];
        }
    }
    return NULL;
}

static json_t *seat(const struct judged *j, uint16_t number_of_seat)
{
    const struct record *r = &j->proof->record;
    const struct seat_record *s = &r->seats[number_of_seat - 1];
    const struct proof_opening *o = opening_of(j->proof, number_of_seat);
    json_t *out = seat_named(j, number_of_seat);
    (void)json_object_set_new(out, "status", json_string(seat_status_name(s->status)));
    (void)json_object_set_new(out, "awaited", json_boolean(r->active[number_of_seat - 1]));
    (void)json_object_set_new(out, "commitment",
                              s->has_ballot ? value_hash(&s->commitment) : json_null());
    (void)json_object_set_new(out, "ballot_height",
                              s->has_ballot ? value_number(s->ballot_height) : json_null());
    (void)json_object_set_new(out, "choice",
                              o != NULL ? json_string(choice_name(o->ballot.choice))
                                        : json_null());
    (void)json_object_set_new(out, "confidence",
                              o != NULL ? json_integer(o->ballot.confidence) : json_null());
    (void)json_object_set_new(out, "rationale",
                              o != NULL ? text(o->ballot.rationale) : json_null());
    (void)json_object_set_new(out, "reveal_height",
                              o != NULL ? value_number(s->reveal_height) : json_null());
    value_put_who(out, &j->charter->seats[number_of_seat - 1]);
    return out;
}

static json_t *proposal(const struct judged *j)
{
    const struct propose *p = &j->proof->propose.propose;
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:s,s:o}", "id",
                     value_hash(&j->proof->record.proposal), "title", text(p->title),
                     "text", text(p->text), "evidence", text(p->evidence), "payload",
                     p->payload.size > 0 ? value_hex(p->payload.data, p->payload.size)
                                         : json_null(),
                     "class", j->charter->classes[p->class_index].name, "proposer",
                     seat_named(j, j->proof->propose.seat));
}

static json_t *decision(const struct judged *j)
{
    const struct record *r = &j->proof->record;
    json_t *seats = json_array();
    for (uint16_t i = 1; i <= r->seat_count; i++) {
        (void)json_array_append_new(seats, seat(j, i));
    }
    return json_pack(
        "{s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "proposal", proposal(j),
        "outcome", outcome_name(r->outcome), "reason",
        r->reason != REASON_NONE ? json_string(reason_name(r->reason)) : json_null(),
        "threshold", value_number(r->threshold), "approvals_when_decided",
        value_number(report_approvals(r)), "approve", value_number(r->approve), "reject",
        value_number(r->reject), "abstain", value_number(r->abstain), "opened",
        value_moment(&r->opened), "sealed", value_moment(&r->sealed), "decided",
        value_moment(&r->decided), "final", value_moment(&r->final), "seats", seats);
}

/* --- the proof --- */

static json_t *vouching(const struct judged *j)
{
    const struct proof *p = j->proof;
    const struct header *h = &p->header;
    json_t *signers = json_array();
    for (uint16_t i = 0; i < p->certificate->count; i++) {
        (void)json_array_append_new(signers, json_integer(p->certificate->entries[i].seat));
    }
    return json_pack(
        "{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:b}", "height", value_number(h->height),
        "time_ms", value_number(h->time_ms), "view", value_number(h->view), "block_hash",
        value_hash(&j->report->header_hash), "executed_height",
        value_number(h->executed_height), "state_root", value_hash(&h->state_root),
        "signers", signers, "record_index", value_number(p->index), "record_count",
        value_number(p->count), "decisions_root", value_hash(&j->report->decisions_root),
        "full", (int)p->is_full);
}

static json_t *checks(const struct judged *j)
{
    if (j->log != NULL) {
        return report_log_checks(j->log);
    }
    json_t *out = json_array();
    for (unsigned i = 0; i < VERIFY_CHECKS; i++) {
        const char *result = "unchecked";
        if (j->unread != NULL) {
            result = "unchecked";
        } else if (i < j->report->passed) {
            result = "ok";
        } else if (j->report->holds) {
            result = "absent";
        } else if (i == (unsigned)j->report->failed) {
            result = "failed";
        }
        (void)json_array_append_new(out, json_pack("{s:s,s:s}", "name",
                                                   verify_check_name((enum verify_check)i),
                                                   "result", result));
    }
    return out;
}

json_t *report_json(const struct judged *j)
{
    bool is_read = j->unread == NULL, is_log = is_read && j->log != NULL;
    bool holds = is_read && (is_log ? j->log->holds : j->report->holds);
    bool has_decision = holds && !is_log;
    const char *failed = NULL, *error = j->unread;
    uint64_t signatures = 0;
    if (is_read) {
        signatures = is_log ? j->log->signatures : j->report->signatures;
    }
    if (is_read && !holds) {
        failed = is_log ? log_failed(j->log) : verify_check_name(j->report->failed);
        error = is_log ? j->log->why.text : j->report->text.text;
    }
    return json_pack(
        "{s:o,s:o,s:b,s:s?,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "file", value_name(j->file),
        "kind", is_read ? json_string(thing_kind_name(j->kind)) : json_null(), "holds",
        (int)holds, "failed", failed, "error", value_name(error), "checks", checks(j),
        "bytes", value_number(j->bytes), "signatures", value_number(signatures),
        "council_id", value_hash(&j->charter->council_id), "decision",
        has_decision ? decision(j) : json_null(), "proof",
        has_decision ? vouching(j) : json_null(), "log",
        is_log ? report_log_json(j) : json_null());
}
