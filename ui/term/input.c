/* SPDX-License-Identifier: ISC */
#include "ui/term/input.h"

#include "base/text.h"
#include "ui/term/sequence.h"

#include <string.h>

/* Two clicks at one place within this are a double one. */
enum { DOUBLE_MS = 400 };
/* What has begun as a sequence may come in two packets: more patience than with an Esc. */
enum { REST_MS = 250 };
/* A paste that paused for so long has lost its end, and keys are keys again. */
enum { PASTE_MS = 2000 };

enum { ESC = 27 };

/* What a decoder works on: the state, and where its events go. */
struct reader {
    struct input *in;
    uint64_t now_ms;
    input_emit *emit;
    void *context;
};

void input_init(struct input *in)
{
    *in = (struct input){.click_row = UINT16_MAX};
}

void input_add(struct input *in, const char *bytes, uint32_t key)
{
    struct input_sequence *s = &in->sequences[in->sequence_count];
    size_t size = strlen(bytes);
    bool good = size == 1 || (size > 1 && bytes[0] == ESC && size < sizeof(s->bytes));
    if (good && in->sequence_count < SEQUENCES_MAX) {
        memcpy(s->bytes, bytes, size + 1);
        s->key = key;
        in->sequence_count++;
    }
}

/* --- events --- */

static void emit_key(struct reader *r, uint32_t key)
{
    struct input_event e = {.kind = INPUT_KEY, .key = key};
    if (r->in->pasting) {
        if (key >= KEYS_SPECIAL ||
            (key < 0x20 && key != '\n' && key != '\r' && key != '\t') ||
            key == KEYS_BACKSPACE) {
            return;
        }
        e.kind = INPUT_PASTE;
    }
    r->emit(r->context, &e);
}

static void emit_mouse(struct reader *r, const struct mouse_report *m)
{
    struct input *in = r->in;
    struct input_event e = {.row = m->row, .col = m->col};
    if (in->pasting) {
        return;
    }
    if (m->wheel != 0) {
        e.kind = INPUT_WHEEL;
        e.wheel = m->wheel;
    } else {
        e.kind = INPUT_CLICK;
        e.twice = m->row == in->click_row && m->col == in->click_col &&
                  r->now_ms - in->click_ms <= DOUBLE_MS;
        in->click_ms = r->now_ms;
        in->click_row = e.twice ? UINT16_MAX : m->row; /* a third one begins anew */
        in->click_col = m->col;
    }
    r->emit(r->context, &e);
}

static void emit_meaning(struct reader *r, const struct sequence *s)
{
    switch (s->meaning) {
    case SEQUENCE_KEY:
        emit_key(r, s->key);
        break;
    case SEQUENCE_MOUSE:
        emit_mouse(r, &s->mouse);
        break;
    case SEQUENCE_PASTE_BEGIN:
        r->in->pasting = true;
        break;
    case SEQUENCE_PASTE_END:
        r->in->pasting = false;
        break;
    case SEQUENCE_NOTHING:
    case SEQUENCE_PART:
        break;
    }
}

/* --- what is held --- */

static void drop(struct input *in, size_t count)
{
    in->held_count -= count;
    memmove(in->held, in->held + count, in->held_count);
}

/* The terminal's own sequences: the key of the one that is held, whole; part: whether what
 * is held is the beginning of one. */
static uint32_t find_own(const struct input *in, size_t *size, bool *part)
{
    uint32_t key = 0;
    *size = 0;
    *part = false;
    for (size_t i = 0; i < in->sequence_count; i++) {
        const struct input_sequence *s = &in->sequences[i];
        size_t length = strlen(s->bytes);
        size_t common = length < in->held_count ? length : in->held_count;
        if (memcmp(s->bytes, in->held, common) != 0) {
            continue;
        }
        if (length > in->held_count) {
            *part = true;
        } else if (length > *size) {
            *size = length;
            key = s->key;
        }
    }
    return key;
}

/* A character that is held: false when its rest is still to come. */
static bool take_character(struct reader *r)
{
    struct input *in = r->in;
    uint8_t first = in->held[0];
    uint32_t c = first;
    size_t size = 1;
    if (first >= 0x80) {
        size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
        for (size_t i = 1; i < size && i < in->held_count; i++) {
            size = (in->held[i] & 0xc0) == 0x80 ? size : 1;
        }
        if (size > in->held_count) {
            return false;
        }
        if (text_decode(slice_of(in->held, size), 0, &c) != size || text_is_harmful(c)) {
            c = 0;
        }
    }
    if (c != 0) {
        emit_key(r, c);
    }
    drop(in, size);
    return true;
}

/* Makes room in the middle of what is too long to be anything: its beginning tells what it
 * is, and its last byte how it goes on. */
static void swallow(struct input *in)
{
    in->swallowing = true;
    in->held[2] = in->held[in->held_count - 1];
    in->held_count = 3;
}

/* Esc and what follows it: false when the rest is still to come. */
static bool take_sequence(struct reader *r)
{
    struct input *in = r->in;
    struct sequence s = sequence_parse(slice_of(in->held, in->held_count));
    if (s.meaning == SEQUENCE_PART) {
        if (in->held_count == SEQUENCE_MAX) {
            swallow(in);
        }
        return false;
    }
    if (!in->swallowing) {
        emit_meaning(r, &s);
    }
    in->swallowing = false;
    drop(in, s.bytes);
    return true;
}

/* Of a paste nothing is a sequence but its end. */
static bool take_pasted(struct reader *r)
{
    static const char end[] = "\033[201~";
    struct input *in = r->in;
    if (in->held[0] != ESC) {
        return take_character(r);
    }
    size_t size = sizeof(end) - 1;
    size_t common = in->held_count < size ? in->held_count : size;
    if (memcmp(in->held, end, common) != 0) {
        drop(in, 1);
        return true;
    }
    if (common == size) {
        in->pasting = false;
        drop(in, size);
    }
    return common == size;
}

/* Takes one thing from the front; false when its rest is still to come. */
static bool take(struct reader *r)
{
    struct input *in = r->in;
    size_t size;
    bool part;
    if (in->pasting) {
        return take_pasted(r);
    }
    if (!in->swallowing) {
        uint32_t key = find_own(in, &size, &part);
        if (part) {
            return false;
        }
        if (size > 0) {
            emit_key(r, key);
            drop(in, size);
            return true;
        }
    }
    return in->held[0] == ESC ? take_sequence(r) : take_character(r);
}

void input_bytes(struct input *in, uint64_t now_ms, struct slice bytes, input_emit *emit,
                 void *context)
{
    struct reader r = {in, now_ms, emit, context};
    for (size_t i = 0; i < bytes.size; i++) {
        in->held[in->held_count++] = bytes.data[i];
        in->held_ms = now_ms;
        while (in->held_count > 0 && take(&r)) {
        }
    }
}

uint64_t input_wake_ms(const struct input *in)
{
    if (in->pasting) {
        return in->held_ms + PASTE_MS;
    }
    if (in->held_count == 0 || in->held[0] != ESC) {
        return UINT64_MAX;
    }
    return in->held_ms + (in->held_count == 1 ? ESCAPE_MS : REST_MS);
}

void input_time(struct input *in, uint64_t now_ms, input_emit *emit, void *context)
{
    struct reader r = {in, now_ms, emit, context};
    if (now_ms < input_wake_ms(in)) {
        return;
    }
    size_t size;
    bool part;
    if (in->pasting) {
        in->pasting = false;
        in->held_count = 0;
        return;
    }
    uint32_t key = in->swallowing ? 0 : find_own(in, &size, &part);
    in->swallowing = false;
    if (key != 0) {
        emit_key(&r, key);
        drop(in, size);
    } else {
        if (in->held_count == 1) {
            emit_key(&r, KEYS_ESCAPE);
        }
        in->held_count = 0;
    }
    while (in->held_count > 0 && take(&r)) {
    }
}
