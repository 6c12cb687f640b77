/* SPDX-License-Identifier: ISC */
/* Section 11 check 4: the header stands for a state in which the record is a decision. */
#include "verify/checks.h"

#include "hash/hash.h"
#include "wire/cbor.h"
#include "wire/shared.h"

#include <inttypes.h>

static void write_hash(struct buffer *out, const struct hash *h)
{
    cbor_write_bytes(out, slice_of(h->bytes, HASH_BYTES));
}

bool check_state(struct verification *v)
{
    const struct proof *p = v->proof;
    struct buffer state = {0};
    if (!verify_climb(p->record_encoding, p->index, p->count, p->path,
                      &v->report->decisions_root)) {
        return verify_refuse(
            v, "the path is not one of decision number %" PRIu64 " (from 0) among %" PRIu64,
            p->index, p->count);
    }
    cbor_write_array(&state, 3);
    write_hash(&state, &p->effects);
    cbor_write_uint(&state, p->count);
    write_hash(&state, &v->report->decisions_root);
    struct hash root = hash_labelled(LABEL_STATE, buffer_slice(&state));
    buffer_free(&state);
    if (!hash_equal(&root, &p->header.state_root)) {
        return verify_refuse(v,
                             "the state that the header of block %" PRIu64
                             " stands for does not hold this record: the record, its path, "
                             "index or count, the effects or the header's state_root was "
                             "changed",
                             p->header.height);
    }
    return true;
}
