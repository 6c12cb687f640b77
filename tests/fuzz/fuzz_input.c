/* SPDX-License-Identifier: ISC */
/* Whatever a terminal sends: the events are those of the same bytes one at a time, they are
 * within their ranges, and after enough time nothing is held. The first byte chooses where
 * the rest is cut. */
#include "fuzz.h"
#include "ui/term/input.h"

#include "base/text.h"

#include <assert.h>

struct heard {
    size_t count;
    uint64_t digest;
};

static void add(struct heard *h, uint64_t n)
{
    h->digest = (h->digest ^ n) * UINT64_C(1099511628211);
}

static void hear(void *context, const struct input_event *e)
{
    struct heard *h = context;
    h->count++;
    add(h, e->kind);
    switch (e->kind) {
    case INPUT_KEY:
    case INPUT_PASTE:
        assert(e->key != 0 && e->key <= KEYS_F12 && e->key != KEYS_SPECIAL);
        assert(e->key < 0x80 || e->key > KEYS_SPECIAL || !text_is_harmful(e->key));
        assert(e->kind == INPUT_KEY || e->key < KEYS_SPECIAL);
        add(h, e->key);
        break;
    case INPUT_WHEEL:
        assert(e->wheel == 1 || e->wheel == -1);
        add(h, (uint64_t)(e->wheel + 1));
        break;
    case INPUT_CLICK:
        add(h, e->twice);
        break;
    }
    add(h, e->row);
    add(h, e->col);
}

static void begin(struct input *in)
{
    input_init(in);
    input_add(in, "\b", KEYS_BACKSPACE);
    input_add(in, "\033Ot", KEYS_F1 + 4);
    input_add(in, "\033[1", KEYS_UP); /* a part of others */
}

static void finish(struct input *in, struct heard *h)
{
    /* Less than a paste's end may be held within half a character. */
    for (int i = 0; i < 3 && input_wake_ms(in) != UINT64_MAX; i++) {
        input_time(in, input_wake_ms(in), hear, h);
    }
    assert(input_wake_ms(in) == UINT64_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input whole, single;
    struct heard a = {0, 0}, b = {0, 0};
    size_t cut = size > 0 ? data[0] % size : 0;
    begin(&whole);
    begin(&single);
    input_bytes(&whole, 1, slice_of(data, cut), hear, &a);
    input_bytes(&whole, 1, slice_of(data + cut, size - cut), hear, &a);
    for (size_t i = 0; i < size; i++) {
        input_bytes(&single, 1, slice_of(data + i, 1), hear, &b);
        assert(single.held_count < SEQUENCE_MAX);
    }
    assert(a.count <= size);
    finish(&whole, &a);
    finish(&single, &b);
    assert(a.count == b.count && a.digest == b.digest);
    return 0;
}
