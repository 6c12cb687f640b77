/* SPDX-License-Identifier: ISC */
/*
 * What an input claims to hold allocates no more than the input's own length justifies:
 * the decoders' allocations are counted (alloc and alloc_zero are wrapped by the linker).
 */
#include "base/error.h"
#include "generate.h"
#include "tap.h"
#include "wire/shared.h"

#include <string.h>

void *__real_alloc(size_t size);
void *__real_alloc_zero(size_t count, size_t size);
void *__wrap_alloc(size_t size);
void *__wrap_alloc_zero(size_t count, size_t size);

static size_t allocated;

void *__wrap_alloc(size_t size)
{
    allocated += size;
    return __real_alloc(size);
}

void *__wrap_alloc_zero(size_t count, size_t size)
{
    allocated += count * size;
    return __real_alloc_zero(count, size);
}

/* A struct is at most this many times its shortest encoding. */
enum { TIMES = 4, CONSTANT = 512 };

/* Decodes; false where that took more memory than the length justifies. */
static bool modest(struct slice input)
{
    struct bytes *owner = bytes_copy(input);
    struct message m;
    allocated = 0;
    if (codec_decode_message(owner, bytes_slice(owner), &m) == 0) {
        message_clear(&m);
    }
    bytes_unref(owner);
    return allocated <= TIMES * input.size + CONSTANT;
}

/* Ends what claims to be count elements with zeroes, as many bytes as elements. */
static void claim(struct buffer *b, size_t count, const char *name)
{
    cbor_write_array(b, count);
    buffer_reserve(b, count);
    memset(b->data + b->size, 0, count);
    b->size += count;
    ok(modest(buffer_slice(b)), "%s (%zu bytes allocated for %zu)", name, allocated,
       b->size);
    b->size = 0;
}

static void begin(struct buffer *b, enum message_tag tag, size_t elements)
{
    cbor_write_array(b, elements);
    cbor_write_uint(b, tag);
}

static void claims(struct rng *r)
{
    struct buffer b = {0};
    struct header header;
    struct best best = {.kind = CERTIFICATE_COMMIT, .height = 1};
    generate_header(r, &header);

    begin(&b, MESSAGE_ENVELOPE, 2);
    cbor_write_array(&b, 3);
    cbor_write_uint(&b, 1);
    claim(&b, ENVELOPE_OPERATIONS_MAX, "1024 operations");

    begin(&b, MESSAGE_BLOCK, 2);
    cbor_write_array(&b, 2);
    codec_encode_header(&b, &header);
    claim(&b, BLOCK_ENVELOPES_MAX, "1024 envelopes");

    begin(&b, MESSAGE_RANGE, 5);
    cbor_write_uint(&b, 1);
    claim(&b, 1000000, "a million blocks");

    begin(&b, MESSAGE_RANGE, 5);
    cbor_write_uint(&b, 1);
    cbor_write_array(&b, 0);
    claim(&b, 1000000, "a million headers");

    begin(&b, MESSAGE_NEW_VIEW, 6);
    cbor_write_uint(&b, 1);
    cbor_write_bytes(&b, slice_of(header.ops_root.bytes, HASH_BYTES));
    claim(&b, SEATS_MAX, "128 VIEW-CHANGEs");

    begin(&b, MESSAGE_VIEW_CHANGE, 6);
    cbor_write_uint(&b, 1);
    cbor_write_uint(&b, 1);
    codec_encode_best(&b, &best);
    cbor_write_bytes(&b, slice_of((uint8_t[SIGNATURE_BYTES]){0}, SIGNATURE_BYTES));
    cbor_write_array(&b, 5);
    cbor_write_uint(&b, CERTIFICATE_COMMIT);
    cbor_write_uint(&b, 0);
    cbor_write_uint(&b, 1);
    cbor_write_bytes(&b, slice_of(header.ops_root.bytes, HASH_BYTES));
    claim(&b, SEATS_MAX, "128 signatures");
    buffer_free(&b);
}

/* Valid messages, and the same cut and damaged. */
static void random_messages(struct rng *r)
{
    enum { ROUNDS = 200 };
    size_t most = 0;
    int good = 0;
    for (int i = 0; i < ROUNDS; i++) {
        for (int tag = MESSAGE_HEARTBEAT; tag <= MESSAGE_CHECKPOINT; tag++) {
            struct buffer b = {0};
            generate_message(r, (enum message_tag)tag, &b);
            bool all = modest(buffer_slice(&b));
            most = allocated > most ? allocated : most;
            all = all && modest(slice_of(b.data, rng_below(r, b.size)));
            b.data[rng_below(r, b.size)] = (uint8_t)rng_next(r);
            good += all && modest(buffer_slice(&b));
            buffer_free(&b);
        }
    }
    is(good, MESSAGE_CHECKPOINT * ROUNDS, "messages, cut and damaged ones");
    ok(most > 1000, "up to %zu bytes were counted", most);
}

int main(void)
{
    struct rng r = rng_begin(8);
    claims(&r);
    random_messages(&r);
    return tap_done();
}
