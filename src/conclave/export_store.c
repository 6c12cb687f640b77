/* SPDX-License-Identifier: ISC */
#include "conclave/export_parts.h"

#include "base/alloc.h"
#include "hash/hash.h"
#include "proof/find.h"
#include "proof/proof.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- content --- */

static json_t *hex_or_null(struct slice bytes)
{
    if (bytes.size == 0) {
        return json_null();
    }
    char *hex = alloc(2 * bytes.size + 1);
    hex_encode(hex, bytes);
    json_t *value = json_string(hex);
    free(hex);
    return value;
}

static int take_content(const struct finds *f, enum decision_detail detail,
                        struct decision *d)
{
    struct operation op;
    int error = codec_decode_operation(f->propose, &op);
    if (error != 0) {
        return error;
    }
    d->proposer = op.seat;
    d->title = control_text(op.propose.title);
    d->text = control_text(op.propose.text);
    d->evidence =
        op.propose.evidence.size > 0 ? control_text(op.propose.evidence) : json_null();
    d->payload = hex_or_null(op.propose.payload);
    for (uint16_t i = 0; i < d->record.seat_count; i++) {
        bool open = d->record.seats[i].has_reveal && detail == DECISION_BALLOTS;
        d->rationales[i] =
            open ? control_text(f->openings[i].ballot.rationale) : json_null();
    }
    return 0;
}

int export_store_content(struct export_source *s, enum decision_detail detail,
                         struct decision *d, struct complaint *why)
{
    struct finds *f = alloc_zero(1, sizeof(*f));
    int error = find_operations(s->ledger, &s->charter->council_id, &d->record, false, f);
    if (error == 0) {
        error = take_content(f, detail, d);
    }
    finds_clear(f);
    free(f);
    return error == 0
               ? 0
               : complain(why, error,
                          "the blocks of record %" PRIu64 " do not hold what it says: run "
                          "conclave fsck",
                          d->number);
}

/* --- bundles --- */

int export_store_bundle(struct export_source *s, const char *id, bool full,
                        struct buffer *out, struct complaint *why)
{
    struct hash whole;
    int error = ledger_proposal_by_prefix(s->ledger, id, strlen(id), &whole);
    if (error == CONCLAVE_ENOENT) {
        return complain(why, error, "there is no proposal whose id begins with %s here",
                        id);
    }
    if (error == CONCLAVE_EEXIST) {
        return complain(why, error,
                        "several proposals' ids begin with %s: give more digits", id);
    }
    if (error != 0) {
        return complain(why, error, "the store cannot be read: %s", error_text(error));
    }
    return proof_build(s->ledger, &s->charter->council_id, &whole, full, out, why);
}

/* --- convictions --- */

/* The first EVIDENCE against a seat convicts it: what is in a block was checked by the
 * quorum that certified it. */
static void take_evidence(const struct block *b, uint16_t seats, struct conviction *out)
{
    for (uint32_t i = 0; i < b->count; i++) {
        const struct envelope *e = b->envelopes[i];
        for (uint32_t k = 0; e->has_evidence && k < e->count; k++) {
            struct operation op;
            if (codec_decode_operation(e->operations[k], &op) == 0 &&
                op.kind == OPERATION_EVIDENCE && op.seat >= 1 && op.seat <= seats &&
                out[op.seat - 1].operation == NULL) {
                out[op.seat - 1] = (struct conviction){b->header.height, b->header.time_ms,
                                                       bytes_copy(e->operations[k])};
            }
        }
    }
}

int export_store_convictions(struct export_source *s, struct conviction *out,
                             struct complaint *why)
{
    for (uint64_t h = 1; h <= ledger_height(s->ledger); h++) {
        struct bytes *encoding = NULL;
        struct block *b = NULL;
        int error = ledger_encoding(s->ledger, h, &encoding);
        if (error == 0) {
            error = codec_decode_block(encoding, bytes_slice(encoding), &b);
            bytes_unref(encoding);
        }
        if (error != 0) {
            return complain(why, error, "block %" PRIu64 " cannot be read: %s", h,
                            error_text(error));
        }
        take_evidence(b, s->charter->seat_count, out);
        block_unref(b);
    }
    return 0;
}
