/* SPDX-License-Identifier: ISC */
/*
 * The text rules of conclave-protocol(7) section 3, and their use on text that
 * has not been checked yet.
 */
#ifndef CONCLAVE_BASE_TEXT_H
#define CONCLAVE_BASE_TEXT_H

#include "base/bytes.h"

/*
 * Valid UTF-8 (RFC 3629) without C0, DEL, C1 and the bidirectional controls
 * U+061C, U+200E, U+200F, U+202A-U+202E, U+2066-U+2069. Line feed and tab are
 * allowed where multiline is true. Returns 0 or CONCLAVE_ETEXT; where, when not
 * NULL, gets the offset of the first offending byte.
 */
int text_check(struct slice text, bool multiline, size_t *where);

/*
 * Appends text with everything that text_check(text, false) would refuse, and the
 * ASCII characters in also, escaped as \n, \t, \xNN or \u{N}.
 */
void text_escape(struct buffer *out, struct slice text, const char *also);
/* Decodes the character at an offset inside text. Returns its length in bytes, 0 where the
 * bytes are not valid UTF-8 (overlong forms, surrogates and values over U+10FFFF included).
 */
size_t text_decode(struct slice text, size_t at, uint32_t *character);
/* The character, at most U+10FFFF, as UTF-8; returns its length in bytes, 1 to 4. */
enum { TEXT_CHARACTER_MAX = 4 };
size_t text_encode(uint32_t character, char out[TEXT_CHARACTER_MAX]);
/* Whether it is one of those that text_check refuses. */
bool text_is_harmful(uint32_t character);
/* The length of a text that was cut, without a character that is only half there. */
size_t text_whole(struct slice text);

#endif
