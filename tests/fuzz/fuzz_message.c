/* SPDX-License-Identifier: ISC */
/* A message, and its block once more where its envelopes are known. */
#include "fuzz.h"
#include "reencode.h"
#include "wire/shared.h"

#include <assert.h>

static struct envelope *find(void *context, struct slice encoding)
{
    const struct block *b = context;
    for (uint32_t i = 0; i < b->count; i++) {
        if (slice_equal(b->envelopes[i]->encoding, encoding)) {
            return b->envelopes[i];
        }
    }
    return NULL;
}

static void read_again(struct slice input, const struct block *b)
{
    const struct known_envelopes known = {find, (void *)(uintptr_t)b};
    struct bytes *owner = bytes_copy(input);
    struct message m;
    int error = codec_decode_message_with(owner, bytes_slice(owner), &known, &m);
    assert(error == 0);
    struct block *again = m.tag == MESSAGE_BLOCK ? m.block : m.pre_prepare.block;
    assert(again->count == b->count && slice_equal(again->encoding, b->encoding));
    for (uint32_t i = 0; i < b->count; i++) {
        assert(again->envelopes[i] ==
               find((void *)(uintptr_t)b, b->envelopes[i]->encoding));
    }
    message_clear(&m);
    bytes_unref(owner);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice input = slice_of(data, size);
    struct message m;
    if (reencode_message(input) != 0) {
        return 0;
    }
    struct bytes *owner = bytes_copy(input);
    if (codec_decode_message(owner, bytes_slice(owner), &m) == 0) {
        if (m.tag == MESSAGE_BLOCK) {
            read_again(input, m.block);
        } else if (m.tag == MESSAGE_PRE_PREPARE) {
            read_again(input, m.pre_prepare.block);
        }
        message_clear(&m);
    }
    bytes_unref(owner);
    return 0;
}
