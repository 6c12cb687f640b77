/* SPDX-License-Identifier: ISC */
#include "wire/deeds.h"

#include "base/alloc.h"
#include "base/error.h"
#include "wire/cbor.h"

#include <stdlib.h>
#include <string.h>

enum { DEEDS_FIELDS = 5, STEPS_MAX = 1 << 20 };

/* An array for each envelope, of a code for each operation. */
static void read_verdicts(struct cbor_reader *r, const struct block *b, struct deeds *out)
{
    size_t total = 0;
    for (uint32_t i = 0; i < b->count; i++) {
        total += b->envelopes[i]->count;
    }
    out->verdicts = alloc(total + 1);
    cbor_read_array_of(r, b->count);
    for (uint32_t i = 0; i < b->count && r->error == 0; i++) {
        cbor_read_array_of(r, b->envelopes[i]->count);
        for (uint32_t j = 0; j < b->envelopes[i]->count; j++) {
            out->verdicts[out->verdict_count++] =
                (uint8_t)cbor_read_uint(r, VERDICT_TOO_SOON);
        }
    }
}

static void read_steps(struct cbor_reader *r, struct deeds *out)
{
    size_t count = cbor_read_array(r, STEPS_MAX);
    out->steps = alloc_zero(count + 1, sizeof(*out->steps));
    for (size_t i = 0; i < count && r->error == 0; i++) {
        struct deed *d = &out->steps[out->step_count++];
        cbor_read_array_of(r, 2);
        cbor_read_bytes_into(r, d->proposal.bytes, HASH_BYTES);
        d->step = (enum proposal_step)cbor_read_uint(r, STEP_FINAL);
        if (d->step == STEP_NONE) {
            cbor_read_fail(r, CONCLAVE_EFORMAT);
        }
    }
}

static void read_epoch(struct cbor_reader *r, struct deeds *out)
{
    size_t parts = cbor_read_array(r, 2);
    if (parts == 0) {
        return;
    }
    if (parts != 2) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
    out->has_epoch = true;
    out->epoch = cbor_read_uint(r, UINT64_MAX);
    out->suspended_count = cbor_read_array(r, SEATS_MAX);
    for (size_t i = 0; i < out->suspended_count; i++) {
        out->suspended[i] = (uint16_t)cbor_read_uint(r, SEATS_MAX);
    }
}

int deeds_decode(struct slice input, const struct block *b, struct deeds *out)
{
    struct cbor_reader r;
    struct hash before;
    memset(out, 0, sizeof(*out));
    cbor_read_begin(&r, input);
    cbor_read_array_of(&r, DEEDS_FIELDS);
    cbor_read_bytes_into(&r, before.bytes, HASH_BYTES);
    out->height = cbor_read_uint(&r, UINT64_MAX);
    if (out->height != b->header.height) {
        cbor_read_fail(&r, CONCLAVE_EFORMAT);
    }
    read_verdicts(&r, b, out);
    read_steps(&r, out);
    read_epoch(&r, out);
    int error = cbor_read_end(&r);
    if (error != 0) {
        deeds_clear(out);
    }
    return error;
}

void deeds_clear(struct deeds *d)
{
    free(d->verdicts);
    free(d->steps);
    memset(d, 0, sizeof(*d));
}
