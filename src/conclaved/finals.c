/* SPDX-License-Identifier: ISC */
#include "conclaved/finals.h"

#include "base/alloc.h"
#include "conclaved/methods.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>

void finals_begin(struct finals *f, struct ledger *ledger, uint64_t before)
{
    *f = (struct finals){.ledger = ledger, .before = before};
}

void finals_end(struct finals *f)
{
    block_unref(f->block);
    free(f->ids);
    free(f->encodings);
}

bool finals_more(const struct finals *f)
{
    return f->before > 0 && f->read < METHOD_READ_BYTES;
}

static void add(struct finals *f, struct slice encoding)
{
    if (f->count == f->capacity) {
        f->capacity = f->capacity > 0 ? 2 * f->capacity : 16;
        f->ids = alloc_resize(f->ids, f->capacity, sizeof(*f->ids));
        f->encodings = alloc_resize(f->encodings, f->capacity, sizeof(*f->encodings));
    }
    f->ids[f->count] = hash_operation(encoding);
    f->encodings[f->count++] = encoding;
}

/* Each PROPOSE is hashed once, however many records ask for one of them. */
static void list_proposes(struct finals *f)
{
    f->count = 0;
    for (uint32_t i = 0; i < f->block->count; i++) {
        const struct envelope *e = f->block->envelopes[i];
        for (uint32_t j = 0; e->sort == ENVELOPE_SIGNED && j < e->count; j++) {
            struct operation op;
            if (codec_decode_operation(e->operations[j], &op) == 0 &&
                op.kind == OPERATION_PROPOSE) {
                add(f, e->operations[j]);
            }
        }
    }
}

static int read_block(struct finals *f)
{
    if (f->block != NULL && f->block->header.height == f->record.opened.height) {
        return 0;
    }
    block_unref(f->block);
    f->block = NULL;
    /* What is taken from it has the id that the record names, so the block's own hashes,
     * which cost most, need not be computed. */
    struct bytes *encoding = NULL;
    int error = ledger_encoding(f->ledger, f->record.opened.height, &encoding);
    if (error == 0) {
        f->read += encoding->size;
        error = codec_decode_block(encoding, bytes_slice(encoding), &f->block) == 0
                    ? 0
                    : CONCLAVE_ECORRUPT;
        bytes_unref(encoding);
    }
    if (error == 0) {
        list_proposes(f);
    }
    return error;
}

int finals_next(struct finals *f)
{
    struct bytes *encoding = NULL;
    int error = ledger_record(f->ledger, f->before - 1, &encoding);
    if (error == 0) {
        error = codec_decode_record(bytes_slice(encoding), &f->record);
    }
    bytes_unref(encoding);
    if (error == 0) {
        error = read_block(f);
    }
    if (error != 0) {
        return error;
    }
    f->before--;
    f->propose = (struct operation){.kind = OPERATION_PROPOSE};
    for (size_t i = 0; i < f->count; i++) {
        if (hash_equal(&f->ids[i], &f->record.proposal)) {
            (void)codec_decode_operation(f->encodings[i], &f->propose);
            break;
        }
    }
    return 0;
}
