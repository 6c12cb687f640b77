/* SPDX-License-Identifier: ISC */
/*
 * What the pages are written with. They are HTML that is XML as well: every element is
 * closed, every attribute quoted. All functions append to out.
 */
#ifndef CONCLAVE_PAGE_HTML_H
#define CONCLAVE_PAGE_HTML_H

#include "wire/record.h"

/* Markup of our own, as it is. */
void html_put(struct buffer *out, const char *markup);
/* The same with numbers and words of our own; nothing from outside. */
void html_format(struct buffer *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Text from outside. Whatever is not harmless (base/text.h) stands as \n, \xNN or \u{N};
 * line feeds and tabs stay where multiline is true. */
void html_text(struct buffer *out, struct slice text, bool multiline);
/* A text of one line, isolated from the direction of what stands around it. */
void html_name(struct buffer *out, const char *text);
/* What looks like JSON, set out on lines; other text comes out as it is, in its order. */
void html_json(struct buffer *out, struct slice text);
void html_hash(struct buffer *out, const struct hash *hash);

/* A <time> element: "1 May 2026, 12:00:00 UTC". */
void html_time(struct buffer *out, uint64_t ms);
/* "340 ms", "12.5 seconds", "3 min 20 s", "2 h 5 min", "3 days 4 h" */
void html_duration(struct buffer *out, uint64_t ms);
/* "1 seat", "4 seats" */
void html_seats(struct buffer *out, uint64_t count);
/* "812 bytes", "14.2 kB" */
void html_size(struct buffer *out, uint64_t bytes);

/* The document up to <main>, whose title is "title - council"; and its end. */
void html_begin(struct buffer *out, struct slice title, const char *council);
void html_end(struct buffer *out);

#endif
