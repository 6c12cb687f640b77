/* SPDX-License-Identifier: ISC */
/* Finding a proposal by the beginning of its id, its PROPOSE in a block, and EVIDENCE. */
#include "conclaved/methods.h"

#include "conclaved/exclusion.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <string.h>

enum { ID_DIGITS = 2 * HASH_BYTES };

static bool is_id_prefix(struct slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\0' || strchr("0123456789abcdef", text.data[i]) == NULL) {
            return false;
        }
    }
    return text.size >= METHOD_ID_DIGITS_MIN && text.size <= ID_DIGITS;
}

struct slice find_parameter(struct parameters *p)
{
    struct slice id = parameters_text(p, "id", ID_DIGITS, true);
    if (!p->failed && !is_id_prefix(id)) {
        parameters_fail(p,
                        "the parameter id must be %d to %d lower-case hexadecimal digits, "
                        "the beginning of a proposal's id",
                        METHOD_ID_DIGITS_MIN, ID_DIGITS);
    }
    return id;
}

/* An own PROPOSE that is not executed yet. */
struct own_search {
    const char *prefix;
    size_t digits;
    unsigned found;
    struct hash id;
    struct bytes *operation;
};

static void match_own(void *context, const struct hash *op_id, struct slice encoding)
{
    struct own_search *s = context;
    struct operation op;
    char hex[ID_DIGITS + 1];
    hex_encode(hex, slice_of(op_id->bytes, sizeof(op_id->bytes)));
    if (memcmp(hex, s->prefix, s->digits) != 0 ||
        codec_decode_operation(encoding, &op) != 0 || op.kind != OPERATION_PROPOSE) {
        return;
    }
    s->found++;
    s->id = *op_id;
    bytes_unref(s->operation);
    s->operation = bytes_copy(encoding);
}

static bool find_waiting(const struct node *n, const char *prefix, size_t digits,
                         struct found *out, bool *several)
{
    struct own_search search = {.prefix = prefix, .digits = digits};
    if (ledger_each_own(n->ledger, match_own, &search) != 0 || search.found != 1) {
        *several = search.found > 1;
        bytes_unref(search.operation);
        return false;
    }
    out->id = search.id;
    out->waiting = search.operation;
    return true;
}

bool find_proposal(const struct node *n, struct control_session *s, struct slice id,
                   struct found *out)
{
    const char *prefix = (const char *)id.data;
    size_t digits = id.size;
    bool several = false;
    int error = ledger_proposal_by_prefix(n->ledger, prefix, digits, &out->id);
    if (error == 0) {
        error = ledger_proposal(n->ledger, &out->id, &out->index);
        out->open = council_find(replica_council(n->replica), &out->id);
    } else if (error == CONCLAVE_ENOENT && find_waiting(n, prefix, digits, out, &several)) {
        error = 0;
    }
    if (error == CONCLAVE_EEXIST || several) {
        control_fail(s, CONTROL_INVALID_PARAMS,
                     "several proposals' ids begin with %.*s: give more digits",
                     (int)digits, prefix);
    } else if (error == CONCLAVE_ENOENT) {
        control_fail(s, CONTROL_NOT_FOUND,
                     "there is no proposal whose id begins with %.*s in this node's ledger",
                     (int)digits, prefix);
    } else if (error != 0) {
        (void)fail_store(s, error);
    }
    return error == 0 && !several;
}

bool find_propose(const struct block *b, const struct hash *id, struct operation *out)
{
    for (uint32_t i = 0; i < b->count; i++) {
        const struct envelope *e = b->envelopes[i];
        for (uint32_t j = 0; e->sort == ENVELOPE_SIGNED && j < e->count; j++) {
            if (codec_decode_operation(e->operations[j], out) != 0 ||
                out->kind != OPERATION_PROPOSE) {
                continue;
            }
            struct hash op_id = hash_operation(e->operations[j]);
            if (hash_equal(&op_id, id)) {
                return true;
            }
        }
    }
    return false;
}

bool find_evidence(const struct block *b, uint16_t seat, enum evidence_kind *out)
{
    for (uint32_t i = 0; i < b->count; i++) {
        const struct envelope *e = b->envelopes[i];
        for (uint32_t j = 0; e->has_evidence && j < e->count; j++) {
            struct operation op;
            if (codec_decode_operation(e->operations[j], &op) == 0 &&
                op.kind == OPERATION_EVIDENCE && op.seat == seat) {
                *out = op.evidence.kind;
                return true;
            }
        }
    }
    return false;
}

void list_suspended(const struct node *n, bool *in)
{
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        in[seat - 1] = council_is_suspended(replica_council(n->replica), seat);
    }
}
