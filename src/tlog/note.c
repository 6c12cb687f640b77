/* SPDX-License-Identifier: ISC */
#include "tlog/note.h"

#include "base/alloc.h"
#include "base/text.h"
#include "tlog/lines.h"

#include <stdlib.h>
#include <string.h>

#define DASH "\xe2\x80\x94 " /* U+2014 and a space */

enum { KEY_ID_BYTES = 4 };

/* White_Space of the Unicode character database. */
static bool is_space(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000;
}

bool note_name_is_valid(struct slice name)
{
    if (name.size == 0 || name.size > NOTE_NAME_MAX) {
        return false;
    }
    for (size_t at = 0; at < name.size;) {
        uint32_t c = 0;
        size_t length = text_decode(name, at, &c);
        if (length == 0 || c < 0x20 || c == '+' || is_space(c)) {
            return false;
        }
        at += length;
    }
    return true;
}

static int check_characters(struct slice bytes, struct complaint *why)
{
    size_t line = 1;
    for (size_t at = 0; at < bytes.size;) {
        uint32_t c = 0;
        size_t length = text_decode(bytes, at, &c);
        if (length == 0 || (c < 0x20 && c != '\n')) {
            return complain(why, CONCLAVE_ETEXT,
                            "line %zu of the note has a character that no note has: "
                            "fetch the file again, unchanged",
                            line);
        }
        line += c == '\n';
        at += length;
    }
    return 0;
}

/* The text ends where the last empty line begins. */
static bool split(struct slice bytes, struct slice *text, struct slice *lines)
{
    for (size_t at = bytes.size; at >= 2; at--) {
        if (bytes.data[at - 1] == '\n' && bytes.data[at - 2] == '\n') {
            *text = slice_of(bytes.data, at - 1);
            *lines = slice_of(bytes.data + at, bytes.size - at);
            return true;
        }
    }
    return false;
}

/* "— NAME BASE64"; the signature is appended to decoded, which has room for all. */
static int parse_line(struct slice line, struct buffer *decoded, struct note_line *out)
{
    size_t start = decoded->size;
    out->whole = slice_of(line.data, line.size + 1);
    if (!lines_skip(&line, DASH)) {
        return CONCLAVE_EFORMAT;
    }
    const uint8_t *space = line.size > 0 ? memchr(line.data, ' ', line.size) : NULL;
    if (space == NULL) {
        return CONCLAVE_EFORMAT;
    }
    size_t length = (size_t)(space - line.data);
    out->name = slice_of(line.data, length);
    if (!note_name_is_valid(out->name) ||
        lines_base64(slice_of(space + 1, line.size - length - 1), decoded) != 0 ||
        decoded->size - start <= KEY_ID_BYTES) {
        return CONCLAVE_EFORMAT;
    }
    const uint8_t *id = decoded->data + start;
    out->key_id =
        (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
    out->signature = slice_of(id + KEY_ID_BYTES, decoded->size - start - KEY_ID_BYTES);
    return 0;
}

static size_t count_lines(struct slice s)
{
    size_t count = 0;
    struct slice line;
    while (lines_next(&s, &line)) {
        count++;
    }
    return count;
}

static int parse_lines(struct slice rest, struct note *out, struct complaint *why)
{
    struct slice line;
    size_t count = count_lines(rest);
    if (count > NOTE_LINES_MAX) {
        return complain(why, CONCLAVE_ELIMIT, "the note has %zu signatures, more than %d",
                        count, NOTE_LINES_MAX);
    }
    out->lines = alloc_zero(count + 1, sizeof(out->lines[0]));
    buffer_reserve(&out->decoded, rest.size); /* so that no slice into it moves */
    while (lines_next(&rest, &line)) {
        if (parse_line(line, &out->decoded, &out->lines[out->count++]) != 0) {
            return complain(why, CONCLAVE_EFORMAT,
                            "signature line %zu of the note is not a dash, a name and "
                            "base64: fetch the file again, unchanged",
                            out->count);
        }
    }
    if (rest.size != 0 || out->count == 0) {
        return complain(why, CONCLAVE_EFORMAT,
                        "the note ends too early: fetch the whole of it");
    }
    return 0;
}

int note_parse(struct slice bytes, struct note *out, struct complaint *why)
{
    struct slice lines = SLICE_NONE;
    memset(out, 0, sizeof(*out));
    if (bytes.size > NOTE_MAX) {
        return complain(why, CONCLAVE_ELIMIT, "the note has %zu bytes, more than %d",
                        bytes.size, NOTE_MAX);
    }
    int error = check_characters(bytes, why);
    if (error != 0) {
        return error;
    }
    if (!split(bytes, &out->text, &lines)) {
        return complain(why, CONCLAVE_EFORMAT,
                        "no empty line before signatures: this is no signed note");
    }
    return parse_lines(lines, out, why);
}

void note_clear(struct note *n)
{
    free(n->lines);
    buffer_free(&n->decoded);
    memset(n, 0, sizeof(*n));
}

void note_write_separator(struct buffer *out)
{
    lines_write_text(out, "\n");
}

void note_write_line(struct buffer *out, struct slice name, uint32_t key_id,
                     struct slice signature)
{
    struct buffer b = {0};
    uint8_t id[KEY_ID_BYTES] = {(uint8_t)(key_id >> 24), (uint8_t)(key_id >> 16),
                                (uint8_t)(key_id >> 8), (uint8_t)key_id};
    buffer_append(&b, id, sizeof(id));
    buffer_append_slice(&b, signature);
    lines_write_text(out, DASH);
    buffer_append_slice(out, name);
    lines_write_text(out, " ");
    lines_write_base64(out, buffer_slice(&b));
    lines_write_text(out, "\n");
    buffer_free(&b);
}
