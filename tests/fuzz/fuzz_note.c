/* SPDX-License-Identifier: ISC */
/* A note is refused with a reason that is harmless to print, or is what is written of its
 * parts; nothing in it counts as a seat's signature that was not made by one. */
#include "base/text.h"
#include "fuzz.h"
#include "tlog/checkpoint.h"

#include <assert.h>
#include <string.h>

enum { SEATS = 4 };

static const struct checkpoint_council *council(void)
{
    static struct checkpoint_council c;
    static const struct hash id = {{'c'}};
    if (c.seats == 0) {
        struct public_key keys[SEATS];
        for (uint8_t i = 0; i < SEATS; i++) {
            uint8_t seed[32] = {i};
            (void)key_library_init();
            struct secret_key *k = key_from_seed(seed);
            key_public(k, &keys[i]);
            key_free(k);
        }
        checkpoint_council_init(&c, &id, keys, SEATS);
    }
    return &c;
}

static void check_written(const struct note *n, struct slice bytes)
{
    struct buffer again = {0};
    buffer_append_slice(&again, n->text);
    note_write_separator(&again);
    for (size_t i = 0; i < n->count; i++) {
        const struct note_line *line = &n->lines[i];
        assert(note_name_is_valid(line->name) && line->signature.size > 0);
        size_t before = again.size;
        note_write_line(&again, line->name, line->key_id, line->signature);
        assert(
            slice_equal(line->whole, slice_of(again.data + before, again.size - before)));
    }
    assert(slice_equal(buffer_slice(&again), bytes));
    buffer_free(&again);
}

/* What is merged is a note again, over the same text, that says no less of the seats. */
static void check_merged(const struct note *n, const struct checkpoint_report *report)
{
    struct buffer merged = {0};
    struct note again;
    struct checkpoint_report r;
    if (checkpoint_merge(council(), &n, 1, NULL, 0, &merged) != 0) {
        assert(merged.size == 0 && report->count == 0);
        return;
    }
    int error = note_parse(buffer_slice(&merged), &again, NULL);
    assert(error == 0 && slice_equal(again.text, n->text) && again.count <= n->count);
    (void)checkpoint_verify(council(), &again, &r, NULL);
    assert(r.count == report->count);
    note_clear(&again);
    buffer_free(&merged);
}

static void check_vkey(struct slice text)
{
    struct vkey v;
    struct complaint why = {""};
    struct buffer again = {0};
    if (vkey_parse(text, &v, &why) == 0) {
        vkey_encode(&again, &v);
        assert(slice_equal(buffer_slice(&again), text));
        buffer_free(&again);
    }
    assert(text_check(slice_of_string(why.text), false, NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes *copy = bytes_copy(slice_of(data, size));
    struct complaint why = {""};
    struct checkpoint_report report = {0};
    struct note n;
    int error = note_parse(bytes_slice(copy), &n, &why);
    assert((error == 0) == (why.text[0] == '\0'));
    if (error == 0) {
        check_written(&n, bytes_slice(copy));
        error = checkpoint_verify(council(), &n, &report, &why);
        assert(error != 0 || report.count >= council()->quorum);
        check_merged(&n, &report);
    }
    check_vkey(bytes_slice(copy));
    assert(text_check(slice_of_string(why.text), false, NULL) == 0);
    note_clear(&n);
    bytes_unref(copy);
    return 0;
}
