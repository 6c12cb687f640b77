/* SPDX-License-Identifier: ISC */
/*
 * Signed notes, https://c2sp.org/signed-note@v1.0.0: text that ends in a line feed, an
 * empty line, and one or more lines "— NAME BASE64(key id, 4 bytes || signature)". What is
 * parsed is well formed, and no more: nothing is said of any signature yet.
 *
 * A note is valid UTF-8 without the control characters below U+0020, line feeds excepted.
 * Other text that must not reach a terminal may be in it: show names by text_escape.
 */
#ifndef CONCLAVE_TLOG_NOTE_H
#define CONCLAVE_TLOG_NOTE_H

#include "base/error.h"
#include "wire/types.h"

/* Room for the lines of SEATS_MAX seats and as many others, some with long signatures. */
enum { NOTE_MAX = 512 * 1024, NOTE_LINES_MAX = 256, NOTE_NAME_MAX = 255 };
/* Signature lines that the much used parsers accept: what is written keeps to it where it
 * can. */
enum { NOTE_LINES_READ = 100 };

struct note_line {
    struct slice name;
    uint32_t key_id;
    struct slice signature; /* after the key id; at least one byte */
    struct slice whole;     /* the line itself, with its line feed */
};

struct note {
    struct slice text; /* with its last line feed: what is signed */
    size_t count;      /* 1..NOTE_LINES_MAX */
    struct note_line *lines;
    struct buffer decoded; /* what the signatures point into */
};

/*
 * Text, names and whole lines point into bytes. 0; CONCLAVE_ELIMIT where the note or its
 * number of lines is too large, _ETEXT for characters that no note has, _EFORMAT. why
 * names the line. The caller ends with note_clear in any case.
 */
int note_parse(struct slice bytes, struct note *out, struct complaint *why);
void note_clear(struct note *n);

/* Whether this can be a key's name: 1..NOTE_NAME_MAX bytes of UTF-8 without controls,
 * Unicode spaces or "+". */
bool note_name_is_valid(struct slice name);

/* The line that separates text and signatures, and a signature's. */
void note_write_separator(struct buffer *out);
void note_write_line(struct buffer *out, struct slice name, uint32_t key_id,
                     struct slice signature);

#endif
