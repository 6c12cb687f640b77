/* SPDX-License-Identifier: ISC */
/*
 * The console's model, told any lines: each but the last ends with a newline; an empty one
 * is a connection that is lost and comes back. What must hold of a model holds after each,
 * a frozen scene stays as it was, and jansson agrees on what is JSON.
 */
#include "../ui/model_check.h"
#include "fuzz.h"

#include "base/alloc.h"
#include "control/control.h"
#include "ui/model/value.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t now_ms;

static void must_be_null(const char *wrong)
{
    if (wrong != NULL) {
        (void)fprintf(stderr, "%s\n", wrong);
        abort();
    }
}

/* Numbers beyond 64 bits are taken here, and jansson overlooks a NUL behind a number. */
static void compare_readers(struct slice line)
{
    struct value_reader reader = {0};
    json_error_t error;
    bool taken = value_read(&reader, line) != NULL;
    if (control_depth(line) <= CONTROL_DEPTH_MAX &&
        memchr(line.data, 0, line.size) == NULL) {
        json_t *j = json_loadb((const char *)line.data, line.size, 0, &error);
        bool number = j == NULL && json_error_code(&error) == json_error_numeric_overflow;
        assert(taken == (j != NULL) || number);
        json_decref(j);
    } else if (control_depth(line) > CONTROL_DEPTH_MAX) {
        assert(!taken);
    }
    value_reader_free(&reader);
}

static void ask_for_all(struct model *m)
{
    const struct scene *s = model_scene(m);
    for (int kind = PAGE_DECISIONS; kind <= PAGE_LOG; kind++) {
        model_want_page(m, (enum page_kind)kind);
    }
    model_want_height(m, 7);
    if (s->open_count > 0) {
        model_want_detail(m, DETAIL_PROPOSAL, s->open[0]->id, now_ms);
    }
    if (s->final_count > 0) {
        model_want_detail(m, DETAIL_PROPOSAL, s->final[0]->id, now_ms);
        (void)model_detail(m, DETAIL_PROPOSAL, s->final[0]->id);
    }
    model_want_detail(m, DETAIL_BLOCK, "100", now_ms);
    model_want_detail(m, DETAIL_CHARTER, "", now_ms);
    model_want_detail(m, DETAIL_DIVERSITY, "", now_ms);
    model_want_patterns(m, PATTERNS_SEATS, now_ms);
    model_want_patterns(m, PATTERNS_PAIRS, now_ms);
    model_act(m, "flags.ack", json_pack("{s:i}", "id", 7), "acknowledged");
}

static void tell(struct model *m, struct slice line)
{
    char text[400];
    bool good;
    now_ms += 300;
    if (line.size == 0) {
        model_disconnected(m, now_ms, "lost");
        model_connected(m, now_ms + 50);
    } else {
        uint64_t nonsense = model_nonsense(m);
        int error = model_line(m, now_ms, line);
        assert(error == 0 || (error == CONCLAVE_EFORMAT && model_nonsense(m) > nonsense));
        compare_readers(line);
    }
    must_be_null(model_check(m));
    while (model_next_outcome(m, &good, text, sizeof(text))) {
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct model *m = model_new();
    struct scene frozen;
    bool is_frozen = false;
    size_t lines = 0;
    now_ms = 1773496927000;
    model_connected(m, now_ms);
    for (size_t at = 0; at < size;) {
        const uint8_t *newline = memchr(data + at, '\n', size - at);
        size_t length = newline != NULL ? (size_t)(newline - data) - at : size - at;
        uint8_t *exact = alloc(length); /* so that a sanitizer sees what is behind it */
        memcpy(exact, data + at, length);
        tell(m, slice_of(exact, length));
        free(exact);
        at += length + 1;
        if (++lines == 8) {
            scene_copy(&frozen, model_scene(m));
            is_frozen = true;
            ask_for_all(m);
        }
    }
    if (is_frozen) {
        must_be_null(scene_check(&frozen));
        scene_free(&frozen);
    }
    assert(model_bytes(m) < 16 * 1024 * 1024 + 8 * size);
    model_free(m);
    return 0;
}
