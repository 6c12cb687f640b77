/* SPDX-License-Identifier: ISC */
/* For programs: the fields of conclave-verify(1), all of them always there. */
#include "verifier/report.h"

#include <stdlib.h>

static json_t *number(uint64_t value)
{
    /* JSON's integers end here in jansson, and no honest number comes near. */
    return json_integer((json_int_t)(value < INT64_MAX ? value : INT64_MAX));
}

static json_t *text(struct slice s)
{
    return json_stringn(s.size > 0 ? (const char *)s.data : "", s.size);
}

static json_t *hex(const uint8_t *bytes, size_t size)
{
    char digits[2 * HASH_BYTES + 1];
    hex_encode(digits, slice_of(bytes, size));
    return json_string(digits);
}

static json_t *hash(const struct hash *h)
{
    return hex(h->bytes, HASH_BYTES);
}

static json_t *moment(const struct moment *m)
{
    return json_pack("{s:o,s:o}", "height", number(m->height), "time_ms",
                     number(m->time_ms));
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
                              s->has_ballot ? hash(&s->commitment) : json_null());
    (void)json_object_set_new(out, "ballot_height",
                              s->has_ballot ? number(s->ballot_height) : json_null());
    (void)json_object_set_new(out, "choice",
                              o != NULL ? json_string(choice_name(o->ballot.choice))
                                        : json_null());
    (void)json_object_set_new(out, "confidence",
                              o != NULL ? json_integer(o->ballot.confidence) : json_null());
    (void)json_object_set_new(out, "rationale",
                              o != NULL ? text(o->ballot.rationale) : json_null());
    (void)json_object_set_new(out, "reveal_height",
                              o != NULL ? number(s->reveal_height) : json_null());
    return out;
}

static json_t *proposal(const struct judged *j)
{
    const struct propose *p = &j->proof->propose.propose;
    return json_pack(
        "{s:o,s:o,s:o,s:o,s:o,s:s,s:o}", "id", hash(&j->proof->record.proposal), "title",
        text(p->title), "text", text(p->text), "evidence", text(p->evidence), "payload",
        p->payload.size > 0 ? hex(p->payload.data, p->payload.size) : json_null(), "class",
        j->charter->classes[p->class_index].name, "proposer",
        seat_named(j, j->proof->propose.seat));
}

static json_t *decision(const struct judged *j)
{
    const struct record *r = &j->proof->record;
    json_t *seats = json_array();
    for (uint16_t i = 1; i <= r->seat_count; i++) {
        (void)json_array_append_new(seats, seat(j, i));
    }
    return json_pack("{s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "proposal",
                     proposal(j), "outcome", outcome_name(r->outcome), "reason",
                     r->reason != REASON_NONE ? json_string(reason_name(r->reason))
                                              : json_null(),
                     "threshold", number(r->threshold), "approvals_when_decided",
                     number(report_approvals(r)), "approve", number(r->approve), "reject",
                     number(r->reject), "abstain", number(r->abstain), "opened",
                     moment(&r->opened), "sealed", moment(&r->sealed), "decided",
                     moment(&r->decided), "final", moment(&r->final), "seats", seats);
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
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:b}", "height",
                     number(h->height), "time_ms", number(h->time_ms), "view",
                     number(h->view), "block_hash", hash(&j->report->header_hash),
                     "executed_height", number(h->executed_height), "state_root",
                     hash(&h->state_root), "signers", signers, "record_index",
                     number(p->index), "record_count", number(p->count), "decisions_root",
                     hash(&j->report->decisions_root), "full", (int)p->is_full);
}

static json_t *checks(const struct judged *j)
{
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

/* A file's name can be any bytes. */
static json_t *file_name(const char *file)
{
    json_t *name = json_string(file);
    return name != NULL ? name : json_string("?");
}

json_t *report_json(const struct judged *j)
{
    bool holds = j->unread == NULL && j->report->holds;
    json_t *failed = json_null(), *error = json_null();
    if (j->unread != NULL) {
        error = json_string(j->unread);
    } else if (!holds) {
        failed = json_string(verify_check_name(j->report->failed));
        error = json_string(j->report->text.text);
    }
    return json_pack(
        "{s:o,s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "file", file_name(j->file), "holds",
        (int)holds, "failed", failed, "error", error != NULL ? error : json_null(),
        "checks", checks(j), "bytes", number(j->bytes), "signatures",
        number(j->unread == NULL ? j->report->signatures : 0), "council_id",
        hash(&j->charter->council_id), "decision", holds ? decision(j) : json_null(),
        "proof", holds ? vouching(j) : json_null());
}
