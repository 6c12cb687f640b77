/* SPDX-License-Identifier: ISC */
/* The method `evidence`: the proofs that seats contradicted themselves, whole, so that
 * anyone who has the charter can check them. */
#include "conclaved/methods.h"

#include "conclaved/json.h"
#include "wire/codec.h"
#include "wire/shared.h"

/* The EVIDENCE against a seat in an envelope; SLICE_NONE: there is none. */
static struct slice evidence_in(const struct envelope *e, uint16_t seat)
{
    for (uint32_t i = 0; i < e->count; i++) {
        struct operation op;
        if (codec_decode_operation(e->operations[i], &op) == 0 &&
            op.kind == OPERATION_EVIDENCE && op.seat == seat) {
            return e->operations[i];
        }
    }
    return SLICE_NONE;
}

int evidence_against(const struct node *n, uint16_t seat, struct held_evidence *out)
{
    const struct envelope *held = replica_accusation(n->replica, seat);
    *out = (struct held_evidence){
        .operation = SLICE_NONE,
        .height = council_convicted_at(replica_council(n->replica), seat)};
    if (out->height == 0) {
        out->operation = held != NULL ? evidence_in(held, seat) : SLICE_NONE;
        return 0;
    }
    /* What convicted it may be another proof than the one that this node had found. */
    int error = ledger_block(n->ledger, out->height, &out->block);
    for (uint32_t i = 0; error == 0 && out->operation.size == 0 && i < out->block->count;
         i++) {
        out->operation = evidence_in(out->block->envelopes[i], seat);
    }
    return error;
}

static json_t *proof_json(const struct node *n, uint16_t seat,
                          const struct held_evidence *held)
{
    json_t *out = operation_json(n, held->operation);
    const struct public_key *key = &n->charter->seats[seat - 1].key;
    (void)json_object_del(out, "kind");
    json_put(out, "expelled_height",
             held->height > 0 ? json_number(held->height) : json_null());
    json_put(out, "expelled_ms",
             held->block != NULL ? json_number(held->block->header.time_ms) : json_null());
    json_put(out, "key", json_hex(slice_of(key->bytes, sizeof(key->bytes))));
    json_put(out, "operation", json_hex(held->operation));
    return out;
}

json_t *method_evidence(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    struct parameters p;
    parameters_begin(&p, s, params);
    uint64_t only = parameters_number(&p, "seat", 1, n->charter->seat_count, 0);
    if (!parameters_end(&p)) {
        return NULL;
    }
    json_t *rows = json_array();
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        struct held_evidence held = {SLICE_NONE, 0, NULL};
        int error = only == 0 || only == seat ? evidence_against(n, seat, &held) : 0;
        if (error == 0 && held.operation.size > 0) {
            (void)json_array_append_new(rows, proof_json(n, seat, &held));
        }
        block_unref(held.block);
        if (error != 0) {
            json_decref(rows);
            return fail_store(s, error);
        }
    }
    json_t *out = json_object();
    json_put(out, "council_id", json_hash(&n->charter->council_id));
    json_put(out, "evidence", rows);
    return out;
}
