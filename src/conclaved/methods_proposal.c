/* SPDX-License-Identifier: ISC */
/* The method `proposal`: everything about one of them. What is not final comes from the
 * council's state, what is final from its record and the blocks that the record names. */
#include "conclaved/methods.h"

#include "conclaved/json.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <string.h>

/* --- the parts that both kinds have --- */

static void put_content(json_t *out, const struct propose *p)
{
    json_put(out, "text", control_text(p->text));
    json_put(out, "evidence",
             p->evidence.size > 0 ? control_text(p->evidence) : json_null());
    json_put(out, "payload", p->payload.size > 0 ? json_hex(p->payload) : json_null());
    json_put(out, "nonce", json_hex(p->nonce));
}

static json_t *moment_or_null(const struct moment *m)
{
    return m->height > 0 ? json_moment(m) : json_null();
}

static void put_moments(json_t *out, const struct moment *opened,
                        const struct moment *sealed, const struct moment *decided,
                        const struct moment *final)
{
    json_put(out, "opened", moment_or_null(opened));
    json_put(out, "sealed", moment_or_null(sealed));
    json_put(out, "decided", moment_or_null(decided));
    json_put(out, "final", moment_or_null(final));
}

static json_t *deadline(uint64_t ms)
{
    return ms == UINT64_MAX ? json_null() : json_number(ms);
}

/* A seat's row; absent parts are null. */
struct row {
    const char *status;
    bool active, has_ballot, has_reveal;
    struct hash commitment;
    uint64_t ballot_height;
    enum choice choice;
    uint8_t confidence;
    uint64_t reveal_height;
};

static json_t *seat_row(const struct node *n, uint16_t seat, const struct row *r)
{
    json_t *out = json_object();
    json_put_seat(out, "seat", n->charter, seat);
    json_put(out, "status", json_string(r->status));
    json_put(out, "active", json_boolean(r->active));
    json_put(out, "commitment", r->has_ballot ? json_hash(&r->commitment) : json_null());
    json_put(out, "ballot_height",
             r->has_ballot ? json_number(r->ballot_height) : json_null());
    json_put(out, "choice",
             r->has_reveal ? json_string(choice_name(r->choice)) : json_null());
    json_put(out, "confidence", r->has_reveal ? json_integer(r->confidence) : json_null());
    json_put(out, "reveal_height",
             r->has_reveal ? json_number(r->reveal_height) : json_null());
    json_put(out, "rationale", json_null());
    return out;
}

/* --- one that is not final --- */

static const char *open_status(const struct node *n, const struct proposal *p,
                               uint16_t seat)
{
    const struct seat_ballot *ballot = &p->seats[seat - 1];
    if (ballot->revealed) {
        return seat_status_name(STATUS_REVEALED);
    }
    if (council_is_expelled(replica_council(n->replica), seat)) {
        return seat_status_name(STATUS_EXPELLED);
    }
    if (ballot->committed) {
        return "committed";
    }
    if (ballot->late) {
        return seat_status_name(STATUS_LATE);
    }
    if (!p->active[seat - 1]) {
        return seat_status_name(STATUS_NOT_AWAITED);
    }
    return p->phase == PROPOSAL_SEALED ? "awaited" : seat_status_name(STATUS_MISSED);
}

static json_t *open_proposal(const struct node *n, const struct proposal *p,
                             json_t **rationales)
{
    json_t *out = proposal_summary(n, p);
    json_t *seats = json_array();
    put_content(out, &p->content);
    put_moments(out, &p->opened, &p->sealed, &p->decided, &(struct moment){0, 0});
    json_put(out, "commit_deadline_ms", deadline(p->commit_deadline_ms));
    json_put(out, "grace_deadline_ms", deadline(p->grace_deadline_ms));
    json_put(out, "reveal_deadline_ms", deadline(p->reveal_deadline_ms));
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        const struct seat_ballot *b = &p->seats[seat - 1];
        struct row row = {
            open_status(n, p, seat), p->active[seat - 1], b->committed, b->revealed,
            b->commitment,           b->ballot_height,    b->choice,    b->confidence,
            b->reveal_height};
        (void)json_array_append_new(seats, seat_row(n, seat, &row));
        if (b->revealed) {
            rationales[seat - 1] = control_text(b->rationale);
        }
    }
    json_put(out, "seats", seats);
    return out;
}

/* --- a final one --- */

/* Takes from a block the rationales of the ballots that the record says it opened. */
static void take_rationales(const struct block *b, const struct record *r,
                            json_t **rationales)
{
    for (uint32_t i = 0; i < b->count; i++) {
        const struct envelope *e = b->envelopes[i];
        for (uint32_t j = 0; e->sort == ENVELOPE_UNSIGNED && j < e->count; j++) {
            struct operation op;
            if (codec_decode_operation(e->operations[j], &op) != 0 ||
                op.kind != OPERATION_REVEAL || op.seat < 1 || op.seat > r->seat_count ||
                !hash_equal(&op.reveal.proposal, &r->proposal)) {
                continue;
            }
            const struct seat_record *seat = &r->seats[op.seat - 1];
            struct hash hash = hash_rationale(op.reveal.ballot.rationale);
            if (seat->has_reveal && seat->reveal_height == b->header.height &&
                hash_equal(&hash, &seat->rationale_hash) &&
                rationales[op.seat - 1] == NULL) {
                rationales[op.seat - 1] = control_text(op.reveal.ballot.rationale);
            }
        }
    }
}

/* The lowest height above the last at which a wanted seat revealed; 0: no more. */
static uint64_t next_reveal(const struct record *r, const bool *wanted, uint64_t last)
{
    uint64_t next = 0;
    for (uint16_t i = 0; i < r->seat_count; i++) {
        uint64_t height =
            r->seats[i].has_reveal && wanted[i] ? r->seats[i].reveal_height : 0;
        if (height > last && (next == 0 || height < next)) {
            next = height;
        }
    }
    return next;
}

int read_rationales(const struct node *n, const struct record *r, const bool *wanted,
                    json_t **rationales)
{
    size_t read = 0;
    uint64_t height = 0;
    while ((height = next_reveal(r, wanted, height)) != 0 && read < METHOD_READ_BYTES) {
        struct block *b = NULL;
        int error = ledger_block(n->ledger, height, &b);
        if (error != 0) {
            return error;
        }
        read += b->encoding.size;
        take_rationales(b, r, rationales);
        block_unref(b);
    }
    return 0;
}

static void put_record(json_t *out, const struct node *n, const struct record *r,
                       const struct operation *propose, uint64_t index)
{
    uint32_t committed = 0, revealed = 0;
    json_t *seats = json_array();
    for (uint16_t seat = 1; seat <= r->seat_count; seat++) {
        const struct seat_record *b = &r->seats[seat - 1];
        struct row row = {seat_status_name(b->status),
                          r->active[seat - 1],
                          b->has_ballot,
                          b->has_reveal,
                          b->commitment,
                          b->ballot_height,
                          b->choice,
                          b->confidence,
                          b->reveal_height};
        (void)json_array_append_new(seats, seat_row(n, seat, &row));
        committed += b->has_ballot;
        revealed += b->has_reveal;
    }
    json_put(out, "id", json_hash(&r->proposal));
    json_put(out, "class", json_string(class_name(n->charter, r->class_index)));
    json_put(out, "title", control_text(propose->propose.title));
    json_put(out, "phase", json_string("final"));
    json_put(out, "outcome", json_string(outcome_name(r->outcome)));
    json_put(out, "reason", json_reason(r->reason));
    json_put(out, "threshold", json_integer(r->threshold));
    json_put(out, "committed", json_integer(committed));
    json_put(out, "revealed", json_integer(revealed));
    json_put(out, "approve", json_integer(r->approve));
    json_put(out, "reject", json_integer(r->reject));
    json_put(out, "abstain", json_integer(r->abstain));
    json_put(out, "opened_height", json_number(r->opened.height));
    json_put(out, "opened_ms", json_number(r->opened.time_ms));
    json_put_seat(out, "proposer", n->charter, propose->seat);
    json_put(out, "final_height", json_number(r->final.height));
    json_put(out, "record", json_number(index));
    put_content(out, &propose->propose);
    put_moments(out, &r->opened, &r->sealed, &r->decided, &r->final);
    json_put(out, "commit_deadline_ms", json_null());
    json_put(out, "grace_deadline_ms", json_null());
    json_put(out, "reveal_deadline_ms", json_null());
    json_put(out, "seats", seats);
}

static json_t *final_proposal(const struct node *n, struct control_session *s,
                              const struct found *w, const bool *wanted,
                              json_t **rationales)
{
    struct block *opened = NULL;
    struct record record;
    struct operation propose;
    json_t *out = NULL;
    int error = w->index.final_height == 0
                    ? CONCLAVE_ECORRUPT
                    : ledger_read_record(n->ledger, w->index.record_index, &record);
    if (error == 0 && !hash_equal(&record.proposal, &w->id)) {
        error = CONCLAVE_ECORRUPT;
    }
    if (error == 0) {
        error = ledger_block(n->ledger, w->index.propose_height, &opened);
    }
    if (error == 0 && !find_propose(opened, &w->id, &propose)) {
        error = CONCLAVE_ECORRUPT;
    }
    if (error == 0) {
        error = read_rationales(n, &record, wanted, rationales);
    }
    if (error == 0) {
        out = json_object();
        put_record(out, n, &record, &propose, w->index.record_index);
    }
    block_unref(opened);
    return error == 0 ? out : fail_store(s, error);
}

/* --- one that no block holds yet --- */

static json_t *waiting_proposal(const struct node *n, const struct found *w)
{
    struct operation op;
    json_t *out = json_object();
    if (codec_decode_operation(bytes_slice(w->waiting), &op) == 0) {
        json_put(out, "id", json_hash(&w->id));
        json_put(out, "class", json_string(class_name(n->charter, op.propose.class_index)));
        json_put(out, "title", control_text(op.propose.title));
        json_put(out, "phase", json_string("waiting"));
        json_put_seat(out, "proposer", n->charter, op.seat);
        put_content(out, &op.propose);
    }
    return out;
}

/* --- the method --- */

/* Moves the rationales into their rows: those of the seats asked for, as long as the line
 * has room. */
static void place_rationales(json_t *out, json_t **rationales, const bool *wanted)
{
    json_t *rows = json_object_get(out, "seats");
    size_t size = json_size(out);
    bool truncated = false;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        bool revealed = !json_is_null(json_object_get(row, "choice"));
        size_t more = rationales[i] != NULL && wanted[i] ? json_size(rationales[i]) : 0;
        if (more > 0 && size + more <= METHOD_ANSWER_BYTES) {
            size += more;
            json_put(row, "rationale", json_incref(rationales[i]));
        } else if (revealed) {
            truncated = true;
        }
        json_decref(rationales[i]);
    }
    json_put(out, "truncated", json_boolean(truncated));
}

static void read_wanted_seats(struct parameters *p, const struct node *n, bool *wanted)
{
    const json_t *list = parameters_get(p, "rationales_of");
    for (uint16_t i = 0; i < n->charter->seat_count; i++) {
        wanted[i] = list == NULL;
    }
    if (list != NULL && !json_is_array(list)) {
        parameters_fail(p, "the parameter rationales_of must be an array of seat numbers");
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *value = json_array_get(list, i);
        json_int_t seat = json_integer_value(value);
        if (!json_is_integer(value) || seat < 1 || seat > n->charter->seat_count) {
            parameters_fail(p, "rationales_of[%zu] must be a seat number from 1 to %u", i,
                            (unsigned)n->charter->seat_count);
            return;
        }
        wanted[seat - 1] = true;
    }
}

json_t *method_proposal(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    bool wanted_seats[SEATS_MAX] = {false};
    json_t *rationales[SEATS_MAX] = {NULL};
    struct parameters p;
    parameters_begin(&p, s, params);
    struct slice prefix = find_parameter(&p);
    read_wanted_seats(&p, n, wanted_seats);
    struct found w = {.open = NULL};
    if (!parameters_end(&p) || !find_proposal(n, s, prefix, &w)) {
        return NULL;
    }
    if (w.waiting != NULL) {
        json_t *out = waiting_proposal(n, &w);
        bytes_unref(w.waiting);
        return out;
    }
    json_t *out = w.open != NULL ? open_proposal(n, w.open, rationales)
                                 : final_proposal(n, s, &w, wanted_seats, rationales);
    if (out != NULL) {
        place_rationales(out, rationales, wanted_seats);
    } else {
        for (size_t i = 0; i < SEATS_MAX; i++) {
            json_decref(rationales[i]);
        }
    }
    return out;
}
