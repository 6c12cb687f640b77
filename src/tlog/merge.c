/* SPDX-License-Identifier: ISC */
/* Several notes over one text as one. */
#include "tlog/checkpoint.h"

#include "base/alloc.h"

#include <stdlib.h>

struct kept {
    struct slice whole; /* the line; empty where there is none */
    uint64_t seconds;   /* of a cosignature */
};

struct merge {
    const struct checkpoint_council *council;
    struct slice text;
    struct kept seats[SEATS_MAX];
    const struct vkey *witnesses;
    size_t witness_count;
    struct kept *witnessed; /* of each witness */
    struct slice unknown[NOTE_LINES_MAX];
    size_t unknown_count;
};

/* Keeps the line where it is one of these keys', and later than what is kept. True where
 * it claims to be. */
static bool take(const struct merge *m, const struct note_line *line,
                 const struct vkey *keys, size_t count, struct kept *kept)
{
    bool claimed = false;
    for (size_t i = 0; i < count; i++) {
        uint64_t seconds = 0;
        int error = vkey_verify(&keys[i], m->text, line, &seconds);
        claimed = claimed || error != CONCLAVE_ENOENT;
        if (error == 0 && (kept[i].whole.size == 0 || seconds > kept[i].seconds)) {
            kept[i] = (struct kept){line->whole, seconds};
        }
    }
    return claimed;
}

static void take_unknown(struct merge *m, struct slice whole)
{
    for (size_t i = 0; i < m->unknown_count; i++) {
        if (slice_equal(m->unknown[i], whole)) {
            return;
        }
    }
    if (m->unknown_count < NOTE_LINES_MAX) {
        m->unknown[m->unknown_count++] = whole;
    }
}

static void take_note(struct merge *m, const struct note *n)
{
    const struct checkpoint_council *c = m->council;
    for (size_t i = 0; i < n->count; i++) {
        const struct note_line *line = &n->lines[i];
        if (slice_equal(line->name, slice_of_string(c->origin))) {
            (void)take(m, line, c->vkeys, c->seats, m->seats);
        } else if (!take(m, line, m->witnesses, m->witness_count, m->witnessed)) {
            take_unknown(m, line->whole);
        }
    }
}

/* Those of the lines that are there, up to max lines in all; returns how many there are
 * then. */
static size_t write_kept(struct buffer *out, const struct kept *kept, size_t count,
                         size_t lines, size_t max)
{
    for (size_t i = 0; i < count && lines < max; i++) {
        if (kept[i].whole.size > 0) {
            buffer_append_slice(out, kept[i].whole);
            lines++;
        }
    }
    return lines;
}

static size_t count_kept(const struct kept *kept, size_t count)
{
    size_t there = 0;
    for (size_t i = 0; i < count; i++) {
        there += kept[i].whole.size > 0;
    }
    return there;
}

static int write_merged(const struct merge *m, struct buffer *out)
{
    const struct checkpoint_council *c = m->council;
    uint16_t signers = (uint16_t)count_kept(m->seats, c->seats);
    size_t witnessed = count_kept(m->witnessed, m->witness_count);
    size_t max = checkpoint_room(c, signers, witnessed + m->unknown_count);
    struct buffer body = {0};
    size_t lines = write_kept(&body, m->seats, c->seats, 0, max);
    lines = write_kept(&body, m->witnessed, m->witness_count, lines, NOTE_LINES_MAX);
    for (size_t i = 0; i < m->unknown_count && lines < NOTE_LINES_READ; i++, lines++) {
        buffer_append_slice(&body, m->unknown[i]);
    }
    if (lines > 0) {
        buffer_append_slice(out, m->text);
        note_write_separator(out);
        buffer_append_slice(out, buffer_slice(&body));
    }
    buffer_free(&body);
    return lines > 0 ? 0 : CONCLAVE_EAGAIN;
}

int checkpoint_merge(const struct checkpoint_council *c, const struct note *const *notes,
                     size_t count, const struct vkey *witnesses, size_t witness_count,
                     struct buffer *out)
{
    struct merge m = {.council = c, .witnesses = witnesses, .witness_count = witness_count};
    for (size_t i = 0; i < count; i++) {
        if (!slice_equal(notes[i]->text, notes[0]->text)) {
            return CONCLAVE_EINVAL;
        }
    }
    if (count == 0) {
        return CONCLAVE_EINVAL;
    }
    m.text = notes[0]->text;
    m.witnessed = alloc_zero(witness_count + 1, sizeof(m.witnessed[0]));
    for (size_t i = 0; i < count; i++) {
        take_note(&m, notes[i]);
    }
    int error = write_merged(&m, out);
    free(m.witnessed);
    return error;
}
