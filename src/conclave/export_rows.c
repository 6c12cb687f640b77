/* SPDX-License-Identifier: ISC */
#include "conclave/export_rows.h"

#include "base/alloc.h"
#include "base/log_text.h"
#include "hash/hash.h"
#include "hash/merkle.h"
#include "wire/codec.h"

#include <sodium.h>
#include <stdlib.h>

/* --- values --- */

static void put(json_t *row, const char *name, json_t *value)
{
    (void)json_object_set_new(row, name, value);
}

static void put_number(json_t *row, const char *name, uint64_t value)
{
    put(row, name, json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value));
}

static void put_hex(json_t *row, const char *name, struct slice bytes)
{
    char *hex = alloc(2 * bytes.size + 1);
    hex_encode(hex, bytes);
    put(row, name, json_string(hex));
    free(hex);
}

static void put_hash(json_t *row, const char *name, const struct hash *h)
{
    put_hex(row, name, slice_of(h->bytes, sizeof(h->bytes)));
}

static void put_text(json_t *row, const char *name, const char *text)
{
    put(row, name, control_text(slice_of_string(text)));
}

/* NAME_ms, and NAME_time as RFC 3339 has it. */
static void put_time(json_t *row, const char *name, uint64_t ms)
{
    char member[32], text[LOG_TIME_BYTES];
    log_time(text, ms);
    (void)snprintf(member, sizeof(member), "%s_ms", name);
    put_number(row, member, ms);
    (void)snprintf(member, sizeof(member), "%s_time", name);
    put(row, member, json_string(text));
}

static void put_moment(json_t *row, const char *name, const struct moment *m)
{
    char member[32];
    (void)snprintf(member, sizeof(member), "%s_height", name);
    put_number(row, member, m->height);
    put_time(row, name, m->time_ms);
}

static void put_moments(json_t *row, const struct record *r)
{
    put_moment(row, "opened", &r->opened);
    put_moment(row, "sealed", &r->sealed);
    put_moment(row, "decided", &r->decided);
    put_moment(row, "final", &r->final);
}

static void put_outcome(json_t *row, const struct record *r)
{
    put(row, "outcome", json_string(outcome_name(r->outcome)));
    put(row, "reason",
        r->reason != REASON_NONE ? json_string(reason_name(r->reason)) : json_null());
    put_number(row, "threshold", r->threshold);
    put_number(row, "approve", r->approve);
    put_number(row, "reject", r->reject);
    put_number(row, "abstain", r->abstain);
}

static void put_class(json_t *row, const struct charter *c, const struct record *r)
{
    put_text(row, "class",
             r->class_index < c->class_count ? c->classes[r->class_index].name : "");
}

/* What a seat did; null where it did not. Without its rationale. */
static void put_ballot(json_t *row, const struct seat_record *s)
{
    put(row, "status", json_string(seat_status_name(s->status)));
    put(row, "choice", s->has_reveal ? json_string(choice_name(s->choice)) : json_null());
    put(row, "confidence", s->has_reveal ? json_integer(s->confidence) : json_null());
    if (s->has_ballot) {
        put_hash(row, "commitment", &s->commitment);
        put_number(row, "ballot_height", s->ballot_height);
    } else {
        put(row, "commitment", json_null());
        put(row, "ballot_height", json_null());
    }
    if (s->has_reveal) {
        put_number(row, "reveal_height", s->reveal_height);
        put_hash(row, "rationale_hash", &s->rationale_hash);
    } else {
        put(row, "reveal_height", json_null());
        put(row, "rationale_hash", json_null());
    }
}

/* --- decisions --- */

#define MOMENT_COLUMNS                                                                     \
    "opened_height", "opened_ms", "opened_time", "sealed_height", "sealed_ms",             \
        "sealed_time", "decided_height", "decided_ms", "decided_time", "final_height",     \
        "final_ms", "final_time"
#define OUTCOME_COLUMNS "outcome", "reason", "threshold", "approve", "reject", "abstain"
#define BALLOT_COLUMNS                                                                     \
    "status", "choice", "confidence", "commitment", "ballot_height", "reveal_height",      \
        "rationale_hash"

const char *const export_decision_columns[] = {
    "record",        "id",        "class",    "title",        "proposer", "proposer_name",
    OUTCOME_COLUMNS, "committed", "revealed", MOMENT_COLUMNS, "text",     "evidence",
    "payload",       NULL};

json_t *export_decision_row(const struct charter *c, const struct decision *d)
{
    const struct record *r = &d->record;
    json_t *row = json_object();
    uint64_t committed = 0, revealed = 0;
    for (uint16_t i = 0; i < r->seat_count; i++) {
        committed += r->seats[i].has_ballot;
        revealed += r->seats[i].has_reveal;
    }
    put_number(row, "record", d->number);
    put_hash(row, "id", &r->proposal);
    put_class(row, c, r);
    put(row, "title", json_incref(d->title));
    put_number(row, "proposer", d->proposer);
    put_text(row, "proposer_name", c->seats[d->proposer - 1].name);
    put_outcome(row, r);
    put_number(row, "committed", committed);
    put_number(row, "revealed", revealed);
    put_moments(row, r);
    put(row, "text", json_incref(d->text));
    put(row, "evidence", json_incref(d->evidence));
    put(row, "payload", json_incref(d->payload));
    return row;
}

/* --- ballots --- */

const char *const export_ballot_columns[] = {
    "record",       "id",           "class",   "outcome",   "seat",
    "name",         BALLOT_COLUMNS, "awaited", "rationale", "vendor",
    "model_family", "jurisdiction", NULL};

json_t *export_ballot_row(const struct charter *c, const struct decision *d, uint16_t seat)
{
    const struct record *r = &d->record;
    json_t *row = json_object();
    put_number(row, "record", d->number);
    put_hash(row, "id", &r->proposal);
    put_class(row, c, r);
    put(row, "outcome", json_string(outcome_name(r->outcome)));
    put_number(row, "seat", seat);
    put_text(row, "name", c->seats[seat - 1].name);
    put_ballot(row, &r->seats[seat - 1]);
    put(row, "awaited", json_boolean(r->active[seat - 1]));
    put(row, "rationale", json_incref(d->rationales[seat - 1]));
    put_text(row, "vendor", c->seats[seat - 1].vendor);
    put_text(row, "model_family", c->seats[seat - 1].model_family);
    put_text(row, "jurisdiction", c->seats[seat - 1].jurisdiction);
    return row;
}

/* --- records --- */

const char *const export_record_columns[] = {
    "record",        "id",    "class_index", MOMENT_COLUMNS, OUTCOME_COLUMNS,
    "awaited_seats", "seats", "leaf",        "encoding",     NULL};

static json_t *seats_json(const struct record *r)
{
    json_t *rows = json_array();
    for (uint16_t i = 0; i < r->seat_count; i++) {
        json_t *row = json_object();
        put_number(row, "seat", (uint64_t)i + 1);
        put_ballot(row, &r->seats[i]);
        (void)json_array_append_new(rows, row);
    }
    return rows;
}

static void put_base64(json_t *row, const char *name, struct slice bytes)
{
    size_t room = sodium_base64_encoded_len(bytes.size, sodium_base64_VARIANT_ORIGINAL);
    char *text = alloc(room);
    (void)sodium_bin2base64(text, room, bytes.data, bytes.size,
                            sodium_base64_VARIANT_ORIGINAL);
    put(row, name, json_string(text));
    free(text);
}

json_t *export_record_row(const struct decision *d)
{
    const struct record *r = &d->record;
    struct hash leaf = merkle_leaf(bytes_slice(d->encoding));
    json_t *row = json_object(), *awaited = json_array();
    for (uint16_t i = 0; i < r->seat_count; i++) {
        if (r->active[i]) {
            (void)json_array_append_new(awaited, json_integer(i + 1));
        }
    }
    put_number(row, "record", d->number);
    put_hash(row, "id", &r->proposal);
    put_number(row, "class_index", r->class_index);
    put_moments(row, r);
    put_outcome(row, r);
    put(row, "awaited_seats", awaited);
    put(row, "seats", seats_json(r));
    put_hash(row, "leaf", &leaf);
    put_base64(row, "encoding", bytes_slice(d->encoding));
    return row;
}

/* --- convictions --- */

const char *const export_conviction_columns[] = {"seat",
                                                 "name",
                                                 "expelled_height",
                                                 "expelled_ms",
                                                 "expelled_time",
                                                 "evidence",
                                                 "proposal",
                                                 "view",
                                                 "height",
                                                 "operation",
                                                 NULL};

/* What the two statements are about, as far as both say the same of it. */
static void put_about(json_t *row, const struct evidence *e)
{
    struct vote vote;
    struct new_view_body view;
    struct operation op;
    put(row, "proposal", json_null());
    put(row, "view", json_null());
    put(row, "height", json_null());
    switch (e->kind) {
    case EVIDENCE_PREPARE:
    case EVIDENCE_COMMIT:
        if (codec_decode_body_vote(e->first.body, &vote) == 0) {
            put_number(row, "view", vote.view);
            put_number(row, "height", vote.height);
        }
        break;
    case EVIDENCE_NEW_VIEW:
        if (codec_decode_body_new_view(e->first.body, &view) == 0) {
            put_number(row, "view", view.view);
        }
        break;
    case EVIDENCE_BALLOT:
        if (codec_decode_operation(e->first.ballot, &op) == 0) {
            put_hash(row, "proposal", &op.ballot.proposal);
        }
        break;
    }
}

json_t *export_conviction_row(const struct charter *c, uint16_t seat,
                              const struct conviction *v)
{
    struct operation op;
    json_t *row = json_object();
    put_number(row, "seat", seat);
    put_text(row, "name", c->seats[seat - 1].name);
    put_number(row, "expelled_height", v->height);
    put_time(row, "expelled", v->time_ms);
    (void)codec_decode_operation(bytes_slice(v->operation), &op);
    put(row, "evidence", json_string(evidence_kind_name(op.evidence.kind)));
    put_about(row, &op.evidence);
    put_hex(row, "operation", bytes_slice(v->operation));
    return row;
}
