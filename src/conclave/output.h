/* SPDX-License-Identifier: ISC */
/*
 * Output for people and for programs: aligned tables, colours where they are wanted, JSON.
 * Whatever text comes from outside passes through base/text.h on its way to a terminal.
 */
#ifndef CONCLAVE_CONCLAVE_OUTPUT_H
#define CONCLAVE_CONCLAVE_OUTPUT_H

#include "base/bytes.h"

#include <jansson.h>
#include <stdio.h>

enum { PAGE_WIDTH = 80 }; /* columns */
/* Colours go to a terminal only, and never where NO_COLOR is set. */
enum colour { COLOUR_PLAIN, COLOUR_BOLD, COLOUR_DIM, COLOUR_GOOD, COLOUR_BAD, COLOUR_WARN };

/* Terminal columns that the text takes. */
unsigned output_width(const char *text);
/* Writes text from outside on one line: line feeds and all that could drive the terminal
 * are escaped. */
void output_text(enum colour colour, const char *text);
/* A copy of text from outside on one line, without anything that moves a cursor; the caller
 * frees. */
char *output_safe(const char *text);
/* How many bytes of it fit into so many columns: up to a space where there is one, else in
 * the middle of a word, at least one character. */
size_t output_fit(const char *text, unsigned columns);
/* Text of several lines, each indented by so many spaces. Long lines are broken: where the
 * terminal did that, what follows could look like a line of this program's own. */
void output_paragraph(unsigned indent, const char *text);
/* "2026-01-02 03:04:05.678 UTC", or "-" for 0. out has room for 32 bytes. */
void output_time(char *out, uint64_t ms);
/* "850 ms", "3.2 s", "2 min 5 s". out has room for 32 bytes. */
void output_duration(char *out, uint64_t ms);
/* "17 B", "3.4 MiB". out has room for 32 bytes. */
void output_bytes(char *out, uint64_t bytes);

/* A table; columns are separated by two spaces and as wide as their widest cell. */
struct table;
enum align { ALIGN_LEFT, ALIGN_RIGHT };
/* headings[i] and align[i] for count columns; a NULL headings prints none. */
struct table *table_new(unsigned count, const char *const *headings,
                        const enum align *align);
/* Fills the next cell; the row is complete after count cells. The text is copied and made
 * safe. */
void table_cell(struct table *t, enum colour colour, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Prints and frees. */
void table_print(struct table *t);

/* One line, ASCII. */
void output_json(const json_t *value);
/* Whether everything written so far reached standard output. */
bool output_flush(void);

#endif
