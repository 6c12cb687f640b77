/* SPDX-License-Identifier: ISC */
/* The methods `blocks` and `block`. */
#include "conclaved/methods.h"

#include "base/quorum.h"
#include "conclaved/json.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <inttypes.h>

enum { LIMIT_MAX = 100 };

static void put_header(json_t *out, const struct node *n, const struct header *h,
                       const struct hash *hash)
{
    json_put(out, "height", json_number(h->height));
    json_put(out, "hash", json_hash(hash));
    json_put(out, "prev_hash", json_hash(&h->prev_hash));
    json_put(out, "version", json_number(h->version));
    json_put(out, "view", json_number(h->view));
    if (h->height > 0) {
        json_put_seat(out, "primary", n->charter,
                      quorum_primary(n->charter->seat_count, h->view));
    }
    json_put(out, "time_ms", json_number(h->time_ms));
    json_put(out, "ops_root", json_hash(&h->ops_root));
    json_put(out, "executed_height", json_number(h->executed_height));
    json_put(out, "state_root", json_hash(&h->state_root));
}

/* Block 0 is the charter: there is nothing of it in the store. */
static json_t *genesis_summary(const struct node *n)
{
    struct header h = charter_genesis(n->charter);
    json_t *out = json_object();
    put_header(out, n, &h, &n->charter->council_id);
    json_put_counts(out, NULL);
    return out;
}

json_t *method_blocks(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    uint64_t height = ledger_height(n->ledger);
    struct parameters p;
    parameters_begin(&p, s, params);
    uint64_t from = parameters_number(&p, "from", 0, INT64_MAX, height);
    size_t limit =
        (size_t)parameters_number(&p, "limit", 1, LIMIT_MAX, METHOD_LIMIT_DEFAULT);
    if (!parameters_end(&p)) {
        return NULL;
    }
    json_t *rows = json_array();
    size_t read = 0;
    uint64_t at = from < height ? from : height;
    bool more = true;
    while (more && json_array_size(rows) < limit && read < METHOD_READ_BYTES) {
        struct block *b = NULL;
        int error = at > 0 ? ledger_block(n->ledger, at, &b) : 0;
        if (error != 0) {
            json_decref(rows);
            return fail_store(s, error);
        }
        json_t *row = at > 0 ? json_object() : genesis_summary(n);
        if (b != NULL) {
            put_header(row, n, &b->header, &b->hash);
            json_put_counts(row, b);
            read += b->encoding.size;
            block_unref(b);
        }
        (void)json_array_append_new(rows, row);
        more = at > 0;
        at -= more;
    }
    json_t *out = json_object();
    json_put(out, "blocks", rows);
    json_put(out, "height", json_number(height));
    json_put(out, "next", more ? json_number(at) : json_null());
    return out;
}

/* --- one block with all that is in it --- */

/* What was signed, as far as it tells the two apart. */
static void put_claim(json_t *out, enum evidence_kind kind, const struct statement *st)
{
    struct vote vote;
    struct new_view_body view;
    struct operation op;
    switch (kind) {
    case EVIDENCE_PREPARE:
    case EVIDENCE_COMMIT:
        if (codec_decode_body_vote(st->body, &vote) == 0) {
            json_put(out, "view", json_number(vote.view));
            json_put(out, "height", json_number(vote.height));
            json_put(out, "block", json_hash(&vote.block));
        }
        break;
    case EVIDENCE_NEW_VIEW:
        if (codec_decode_body_new_view(st->body, &view) == 0) {
            json_put(out, "view", json_number(view.view));
            json_put(out, "tip", json_hash(&view.tip));
        }
        break;
    case EVIDENCE_BALLOT:
        if (codec_decode_operation(st->ballot, &op) == 0) {
            json_put(out, "proposal", json_hash(&op.ballot.proposal));
            json_put(out, "commitment", json_hash(&op.ballot.commitment));
        }
        break;
    }
}

static json_t *statement_json(enum evidence_kind kind, const struct statement *st)
{
    json_t *out = json_object();
    bool ballot = st->ballot.size > 0;
    json_put(out, ballot ? "ballot" : "body", json_hex(ballot ? st->ballot : st->body));
    put_claim(out, kind, st);
    json_put(out, "signature", json_hex(slice_of(st->signature.bytes, SIGNATURE_BYTES)));
    return out;
}

static void put_propose(json_t *out, const struct node *n, const struct propose *p)
{
    json_put(out, "class", json_string(class_name(n->charter, p->class_index)));
    json_put(out, "title", control_text(p->title));
    json_put(out, "text", control_text(p->text));
    json_put(out, "evidence",
             p->evidence.size > 0 ? control_text(p->evidence) : json_null());
    json_put(out, "payload", p->payload.size > 0 ? json_hex(p->payload) : json_null());
    json_put(out, "nonce", json_hex(p->nonce));
}

json_t *operation_json(const struct node *n, struct slice encoding)
{
    struct operation op;
    json_t *out = json_object();
    struct hash id = hash_operation(encoding);
    if (codec_decode_operation(encoding, &op) != 0) {
        return out; /* no block holds such a thing */
    }
    json_put(out, "kind", json_string(operation_kind_name(op.kind)));
    json_put(out, "id", json_hash(&id));
    json_put_seat(out, "seat", n->charter, op.seat);
    switch (op.kind) {
    case OPERATION_PROPOSE:
        put_propose(out, n, &op.propose);
        break;
    case OPERATION_BALLOT:
        json_put(out, "proposal", json_hash(&op.ballot.proposal));
        json_put(out, "commitment", json_hash(&op.ballot.commitment));
        break;
    case OPERATION_REVEAL:
        json_put(out, "proposal", json_hash(&op.reveal.proposal));
        json_put(out, "choice", json_string(choice_name(op.reveal.ballot.choice)));
        json_put(out, "confidence", json_integer(op.reveal.ballot.confidence));
        json_put(out, "rationale", control_text(op.reveal.ballot.rationale));
        json_put(out, "nonce", json_hex(slice_of(op.reveal.nonce, BALLOT_NONCE_BYTES)));
        break;
    case OPERATION_EVIDENCE:
        json_put(out, "evidence", json_string(evidence_kind_name(op.evidence.kind)));
        json_put(out, "first", statement_json(op.evidence.kind, &op.evidence.first));
        json_put(out, "second", statement_json(op.evidence.kind, &op.evidence.second));
        break;
    case OPERATION_RETURN:
        json_put(out, "view", json_number(op.return_request.view));
        json_put(out, "instance",
                 json_hex(slice_of(op.return_request.instance, INSTANCE_BYTES)));
        break;
    }
    return out;
}

static json_t *envelope_json(const struct node *n, const struct envelope *e)
{
    bool is_signed = e->sort == ENVELOPE_SIGNED;
    json_t *out = json_object();
    json_t *operations = json_array();
    json_put_seat(out, "seat", n->charter, e->seat);
    json_put(out, "sort", json_string(is_signed ? "signed" : "unsigned"));
    json_put(out, "id", json_hash(&e->id));
    json_put(out, "env_root", json_hash(&e->env_root));
    json_put(out, "signature",
             is_signed ? json_hex(slice_of(e->signature.bytes, SIGNATURE_BYTES))
                       : json_null());
    for (uint32_t i = 0; i < e->count; i++) {
        (void)json_array_append_new(operations, operation_json(n, e->operations[i]));
    }
    json_put(out, "operations", operations);
    return out;
}

static json_t *certificate_json(const struct node *n, uint64_t height)
{
    struct certificate *c = NULL;
    if (ledger_commit_of(n->ledger, height, &c) != 0) {
        return json_null(); /* committed in the turn that is being worked on */
    }
    json_t *out = json_object();
    json_t *seats = json_array();
    json_put(out, "height", json_number(c->what.height));
    json_put(out, "view", json_number(c->what.view));
    json_put(out, "hash", json_hash(&c->what.block));
    for (uint16_t i = 0; i < c->count; i++) {
        (void)json_array_append_new(seats, json_integer(c->entries[i].seat));
    }
    json_put(out, "seats", seats);
    certificate_unref(c);
    return out;
}

/* Envelopes from the first one on, as many as a line has room for, and at least one.
 * Returns where to go on. */
static uint32_t put_envelopes(json_t *out, const struct node *n, const struct block *b,
                              uint32_t first)
{
    json_t *list = json_array();
    size_t size = 0;
    uint32_t i = first;
    for (; i < b->count; i++) {
        json_t *envelope = envelope_json(n, b->envelopes[i]);
        size += json_size(envelope) + 1;
        if (i > first && size > METHOD_ANSWER_BYTES) {
            json_decref(envelope);
            break;
        }
        (void)json_array_append_new(list, envelope);
    }
    json_put(out, "envelopes", list);
    return i;
}

json_t *method_block(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    uint64_t newest = ledger_height(n->ledger);
    struct parameters p;
    parameters_begin(&p, s, params);
    uint64_t height = parameters_number(&p, "height", 0, INT64_MAX, PARAMETER_REQUIRED);
    uint64_t first = parameters_number(&p, "from", 0, UINT32_MAX, 0);
    if (!parameters_end(&p)) {
        return NULL;
    }
    if (height > newest) {
        control_fail(s, CONTROL_NOT_FOUND,
                     "there is no block %" PRIu64 " yet; the newest is %" PRIu64, height,
                     newest);
        return NULL;
    }
    if (height == 0) {
        json_t *out = genesis_summary(n);
        json_put(out, "envelopes", json_array());
        json_put(out, "certificate", json_null());
        json_put(out, "next", json_null());
        return out;
    }
    struct block *b = NULL;
    int error = ledger_block(n->ledger, height, &b);
    if (error != 0) {
        return fail_store(s, error);
    }
    json_t *out = json_object();
    put_header(out, n, &b->header, &b->hash);
    json_put_counts(out, b);
    uint32_t next = put_envelopes(out, n, b, first < b->count ? (uint32_t)first : b->count);
    json_put(out, "certificate", certificate_json(n, height));
    json_put(out, "next", next < b->count ? json_integer(next) : json_null());
    block_unref(b);
    return out;
}
