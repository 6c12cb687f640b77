/* SPDX-License-Identifier: ISC */
/*
 * Files that may be recordings. Either the complaint says what is wrong, or all of it is
 * played, twice the same, within the bounds it tells; and what is written anew from it is
 * the same recording.
 */
#include "place.h"

#include "fuzz.h"

#include "control/control.h"
#include "ui/model/recording.h"

#include <assert.h>
#include <string.h>

static char *path, *copy;

static uint64_t mix(uint64_t hash, struct slice bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        hash = (hash ^ bytes.data[i]) * 1099511628211U;
    }
    return hash;
}

/* Plays all of it, into the recorder where there is one. */
static uint64_t play(struct player *p, struct recorder *r, bool bounded)
{
    uint64_t hash = 14695981039346656037U, last_ms = 0;
    struct recorded what;
    for (; player_peek(p, &what); player_take(p)) {
        assert(what.time_ms >= last_ms && what.text.size <= CONTROL_LINE_MAX);
        assert(memchr(what.text.data, '\n', what.text.size) == NULL);
        assert(!bounded ||
               (what.socket < player_sockets(p) && what.time_ms >= player_begin_ms(p) &&
                what.time_ms <= player_end_ms(p)));
        last_ms = what.time_ms;
        uint64_t numbers[] = {what.time_ms, what.socket, what.kind};
        hash = mix(mix(hash, slice_of(numbers, sizeof(numbers))), what.text);
        if (r != NULL) {
            int error = recorder_write(r, &what);
            assert(error == 0);
        }
    }
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct player *p = NULL;
    struct recorder *r = NULL;
    struct complaint why = {""};
    if (path == NULL) {
        path = alloc_printf("%s/recording", place());
        copy = alloc_printf("%s/copy", place());
    }
    place_write(path, slice_of(data, size));
    int error = player_open(path, &p, &why);
    assert((error == 0) == (p != NULL) && (error == 0) == (why.text[0] == '\0'));
    if (error != 0) {
        return 0;
    }
    (void)unlink(copy);
    error = recorder_open(copy, &r, &why);
    assert(error == 0);
    uint64_t hash = play(p, NULL, true);
    player_rewind(p);
    uint64_t again = play(p, r, true);
    assert(hash == again);
    error = recorder_close(r);
    assert(error == 0);
    player_close(p);
    error = player_open(copy, &p, &why);
    assert(error == 0);
    again = play(p, NULL, true);
    assert(hash == again);
    player_close(p);
    return 0;
}
