/* SPDX-License-Identifier: ISC */
/* What others check without believing a node: the methods `proof`, a decision's bundle,
 * and `log.entries`, the leaves of the tree of decisions. */
#include "conclaved/methods.h"

#include "conclaved/json.h"
#include "proof/proof.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <string.h>

enum {
    PAGE_BYTES = METHOD_ANSWER_BYTES / 4 * 3, /* that base64 makes an answer of */
    ENTRIES_MAX = 1000,
};

/* --- a bundle --- */

static json_t *fail_proof(struct control_session *s, int error, const struct complaint *why)
{
    control_fail(s, error == CONCLAVE_ESTATE ? CONTROL_NOT_NOW : CONTROL_INTERNAL, "%s",
                 why->text);
    return NULL;
}

/* The height of the header that vouches for the record: first what a bundle is made of. */
static int find_cover(const struct node *n, uint64_t final_height, uint64_t *height)
{
    struct header header;
    struct certificate *certificate = NULL;
    int error = proof_cover(n->ledger, final_height, &header, &certificate);
    *height = header.height;
    certificate_unref(certificate);
    return error;
}

static json_t *bundle_json(const struct node *n, struct control_session *s,
                           const struct found *w, bool full, uint64_t from)
{
    struct complaint why = {""};
    struct buffer bundle = {NULL, 0, 0};
    uint64_t covered = 0;
    json_t *out = NULL;
    int error =
        proof_build(n->ledger, &n->charter->council_id, &w->id, full, &bundle, &why);
    if (error != 0) {
        return fail_proof(s, error, &why);
    }
    error = find_cover(n, w->index.final_height, &covered);
    if (error != 0) {
        (void)fail_store(s, error);
    } else if (from > bundle.size) {
        control_fail(s, CONTROL_INVALID_PARAMS,
                     "the parameter from is %llu, the bundle has %zu bytes",
                     (unsigned long long)from, bundle.size);
    } else {
        size_t left = bundle.size - from;
        size_t size = left < PAGE_BYTES ? left : PAGE_BYTES;
        out = json_object();
        json_put(out, "id", json_hash(&w->id));
        json_put(out, "record", json_number(w->index.record_index));
        json_put(out, "final_height", json_number(w->index.final_height));
        json_put(out, "covered_height", json_number(covered));
        json_put(out, "full", json_boolean(full));
        json_put(out, "bytes", json_number(bundle.size));
        json_put(out, "proof", json_base64(slice_of(bundle.data + from, size)));
        json_put(out, "next", size < left ? json_number(from + size) : json_null());
    }
    buffer_free(&bundle);
    return out;
}

json_t *method_proof(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    struct parameters p;
    parameters_begin(&p, s, params);
    struct slice prefix = find_parameter(&p);
    bool full = parameters_flag(&p, "full");
    uint64_t from = parameters_number(&p, "from", 0, PROOF_MAX, 0);
    struct found w = {.open = NULL};
    if (!parameters_end(&p) || !find_proposal(n, s, prefix, &w)) {
        return NULL;
    }
    bool waits = w.waiting != NULL;
    bytes_unref(w.waiting);
    if (waits) {
        control_fail(s, CONTROL_NOT_NOW,
                     "the proposal is in no block yet: wait until it is final, conclave "
                     "watch tells");
        return NULL;
    }
    return bundle_json(n, s, &w, full, from);
}

/* --- the tree's leaves --- */

json_t *method_log_entries(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    struct parameters p;
    uint64_t count = ledger_record_count(n->ledger);
    parameters_begin(&p, s, params);
    uint64_t from = parameters_number(&p, "from", 0, INT64_MAX, 0);
    size_t limit = (size_t)parameters_number(&p, "limit", 1, ENTRIES_MAX, ENTRIES_MAX);
    if (!parameters_end(&p)) {
        return NULL;
    }
    json_t *entries = json_array();
    size_t size = 0;
    int error = 0;
    for (uint64_t i = from;
         i < count && json_array_size(entries) < limit && error == 0 && size < PAGE_BYTES;
         i++) {
        struct bytes *encoding = NULL;
        error = ledger_record(n->ledger, i, &encoding);
        if (error == 0) {
            size += encoding->size;
            (void)json_array_append_new(entries, json_base64(bytes_slice(encoding)));
        }
        bytes_unref(encoding);
    }
    if (error != 0) {
        json_decref(entries);
        return fail_store(s, error);
    }
    json_t *out = json_object();
    json_put(out, "size", json_number(count));
    json_put(out, "entries", entries);
    return out;
}
