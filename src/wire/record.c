/* SPDX-License-Identifier: ISC */
#include "wire/record.h"

#include "base/error.h"
#include "wire/cbor.h"

#include <assert.h>
#include <string.h>

enum { RECORD_FIELDS = 12, SEAT_FIELDS = 7 };

/* --- encoding --- */

static void write_hash(struct buffer *out, const struct hash *h)
{
    cbor_write_bytes(out, slice_of(h->bytes, HASH_BYTES));
}

static void write_moment(struct buffer *out, const struct moment *m)
{
    cbor_write_array(out, 2);
    cbor_write_uint(out, m->height);
    cbor_write_uint(out, m->time_ms);
}

/* Section 8 point 7: a part that is absent is an empty array. */
static void write_absent(struct buffer *out, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        cbor_write_array(out, 0);
    }
}

static void write_active(struct buffer *out, const struct record *r)
{
    uint8_t bits[SEATS_MAX / 8] = {0};
    for (unsigned i = 0; i < r->seat_count; i++) {
        if (r->active[i]) {
            bits[i / 8] |= (uint8_t)(0x80 >> (i % 8));
        }
    }
    cbor_write_bytes(out, slice_of(bits, (r->seat_count + 7u) / 8));
}

static void write_seat(struct buffer *out, const struct seat_record *s)
{
    cbor_write_array(out, SEAT_FIELDS);
    cbor_write_uint(out, s->status);
    if (s->has_ballot) {
        write_hash(out, &s->commitment);
        cbor_write_uint(out, s->ballot_height);
    } else {
        write_absent(out, 2);
    }
    if (s->has_reveal) {
        cbor_write_uint(out, s->choice);
        cbor_write_uint(out, s->confidence);
        write_hash(out, &s->rationale_hash);
        cbor_write_uint(out, s->reveal_height);
    } else {
        write_absent(out, 4);
    }
}

void codec_encode_record(struct buffer *out, const struct record *r)
{
    assert(r->seat_count >= SEATS_MIN && r->seat_count <= SEATS_MAX);
    cbor_write_array(out, RECORD_FIELDS);
    write_hash(out, &r->proposal);
    cbor_write_uint(out, r->class_index);
    cbor_write_uint(out, r->threshold);
    write_moment(out, &r->opened);
    write_moment(out, &r->sealed);
    write_moment(out, &r->decided);
    write_moment(out, &r->final);
    write_active(out, r);
    cbor_write_uint(out, r->outcome);
    cbor_write_uint(out, r->reason);
    cbor_write_array(out, 3);
    cbor_write_uint(out, r->approve);
    cbor_write_uint(out, r->reject);
    cbor_write_uint(out, r->abstain);
    cbor_write_array(out, r->seat_count);
    for (unsigned i = 0; i < r->seat_count; i++) {
        write_seat(out, &r->seats[i]);
    }
}

/* --- decoding --- */

static void read_moment(struct cbor_reader *r, struct moment *m)
{
    cbor_read_array_of(r, 2);
    m->height = cbor_read_uint(r, UINT64_MAX);
    m->time_ms = cbor_read_uint(r, UINT64_MAX);
}

/* Whether the parts that follow are there; absent ones are consumed. */
static bool read_present(struct cbor_reader *r, unsigned count)
{
    if (cbor_peek(r) != CBOR_ARRAY) {
        return true;
    }
    for (unsigned i = 0; i < count; i++) {
        cbor_read_array_of(r, 0);
    }
    return false;
}

static void read_seat(struct cbor_reader *r, struct seat_record *s)
{
    cbor_read_array_of(r, SEAT_FIELDS);
    s->status = (enum seat_status)cbor_read_uint(r, STATUS_NOT_AWAITED);
    s->has_ballot = read_present(r, 2);
    if (s->has_ballot) {
        cbor_read_bytes_into(r, s->commitment.bytes, HASH_BYTES);
        s->ballot_height = cbor_read_uint(r, UINT64_MAX);
    }
    s->has_reveal = read_present(r, 4);
    if (s->has_reveal) {
        s->choice = (enum choice)cbor_read_uint(r, CHOICE_ABSTAIN);
        s->confidence = (uint8_t)cbor_read_uint(r, CONFIDENCE_MAX);
        cbor_read_bytes_into(r, s->rationale_hash.bytes, HASH_BYTES);
        s->reveal_height = cbor_read_uint(r, UINT64_MAX);
    }
    if (s->has_reveal && !s->has_ballot) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
}

/* The bit string says how many seats there are only to within seven; the bits beyond the
 * last seat must be zero, or one record would have several encodings. */
static void spread_active(struct cbor_reader *r, struct slice bits, struct record *out)
{
    if (bits.size != (out->seat_count + 7u) / 8) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
        return;
    }
    for (unsigned i = 0; i < bits.size * 8; i++) {
        bool set = (bits.data[i / 8] & (0x80 >> (i % 8))) != 0;
        if (i < out->seat_count) {
            out->active[i] = set;
        } else if (set) {
            cbor_read_fail(r, CONCLAVE_ECANON);
        }
    }
}

int codec_decode_record(struct slice input, struct record *out)
{
    struct cbor_reader r;
    memset(out, 0, sizeof *out);
    cbor_read_begin(&r, input);
    cbor_read_array_of(&r, RECORD_FIELDS);
    cbor_read_bytes_into(&r, out->proposal.bytes, HASH_BYTES);
    out->class_index = (uint32_t)cbor_read_uint(&r, CLASSES_MAX - 1);
    out->threshold = (uint32_t)cbor_read_uint(&r, SEATS_MAX);
    read_moment(&r, &out->opened);
    read_moment(&r, &out->sealed);
    read_moment(&r, &out->decided);
    read_moment(&r, &out->final);
    struct slice bits = cbor_read_bytes(&r, SEATS_MAX / 8);
    out->outcome = (enum outcome)cbor_read_uint(&r, OUTCOME_APPROVED);
    out->reason = (enum reason)cbor_read_uint(&r, REASON_THRESHOLD_UNREACHABLE);
    cbor_read_array_of(&r, 3);
    out->approve = (uint32_t)cbor_read_uint(&r, SEATS_MAX);
    out->reject = (uint32_t)cbor_read_uint(&r, SEATS_MAX);
    out->abstain = (uint32_t)cbor_read_uint(&r, SEATS_MAX);
    size_t seats = cbor_read_array(&r, SEATS_MAX);
    if (seats < SEATS_MIN) {
        cbor_read_fail(&r, CONCLAVE_EFORMAT);
    }
    if (r.error == 0) {
        out->seat_count = (uint16_t)seats;
        spread_active(&r, bits, out);
        for (size_t i = 0; i < seats && r.error == 0; i++) {
            read_seat(&r, &out->seats[i]);
        }
    }
    int error = cbor_read_end(&r);
    if (error != 0) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

/* --- names --- */

const char *choice_name(enum choice c)
{
    switch (c) {
    case CHOICE_REJECT:
        return "reject";
    case CHOICE_APPROVE:
        return "approve";
    case CHOICE_ABSTAIN:
        return "abstain";
    }
    return "unknown";
}

const char *seat_status_name(enum seat_status s)
{
    switch (s) {
    case STATUS_REVEALED:
        return "revealed";
    case STATUS_EXPELLED:
        return "expelled";
    case STATUS_WITHHELD:
        return "withheld";
    case STATUS_LATE:
        return "late";
    case STATUS_MISSED:
        return "missed";
    case STATUS_NOT_AWAITED:
        return "not-awaited";
    }
    return "unknown";
}

const char *outcome_name(enum outcome o)
{
    switch (o) {
    case OUTCOME_REJECTED:
        return "rejected";
    case OUTCOME_APPROVED:
        return "approved";
    }
    return "unknown";
}

const char *reason_name(enum reason r)
{
    switch (r) {
    case REASON_NONE:
        return "";
    case REASON_TOO_FEW_BALLOTS:
        return "too-few-ballots";
    case REASON_DEADLINE:
        return "deadline";
    case REASON_THRESHOLD_UNREACHABLE:
        return "threshold-unreachable";
    }
    return "unknown";
}

const char *verdict_name(enum verdict v)
{
    switch (v) {
    case VERDICT_EFFECT:
        return "effect";
    case VERDICT_EXPELLED:
        return "expelled";
    case VERDICT_DUPLICATE:
        return "duplicate";
    case VERDICT_UNKNOWN_PROPOSAL:
        return "unknown-proposal";
    case VERDICT_EARLY:
        return "early";
    case VERDICT_LATE:
        return "late";
    case VERDICT_CLOSED:
        return "closed";
    case VERDICT_CONFLICT:
        return "conflict";
    case VERDICT_NO_COMMITMENT:
        return "no-commitment";
    case VERDICT_BAD_OPENING:
        return "bad-opening";
    case VERDICT_QUOTA:
        return "quota";
    case VERDICT_CONVICTED:
        return "convicted";
    case VERDICT_STALE_VIEW:
        return "stale-view";
    case VERDICT_TOO_SOON:
        return "too-soon";
    }
    return "unknown";
}

const char *evidence_kind_name(enum evidence_kind k)
{
    switch (k) {
    case EVIDENCE_PREPARE:
        return "prepare";
    case EVIDENCE_COMMIT:
        return "commit";
    case EVIDENCE_NEW_VIEW:
        return "new-view";
    case EVIDENCE_BALLOT:
        return "ballot";
    }
    return "unknown";
}

const char *evidence_kind_words(enum evidence_kind k)
{
    switch (k) {
    case EVIDENCE_PREPARE:
        return "two PREPAREs of one height and view";
    case EVIDENCE_COMMIT:
        return "two COMMITs of one height and view";
    case EVIDENCE_NEW_VIEW:
        return "two NEW-VIEWs of one view";
    case EVIDENCE_BALLOT:
        return "two ballots on one proposal";
    }
    return "two statements that contradict each other";
}
