/* SPDX-License-Identifier: ISC */
/* Pieces that several views draw. */
#ifndef CONCLAVE_UI_VIEW_DRAW_H
#define CONCLAVE_UI_VIEW_DRAW_H

#include "ui/view/view.h"

/* Draws one row of a list at a line of an area. i is the view's index. */
typedef void draw_row(const struct view_context *, struct cells *, struct area line,
                      size_t i);
/* The list in an area, one row a line, in so many columns of equal width with a blank
 * between them, filled downwards; scrolled so that the cursor is inside; the cursor's row
 * selected, matches of the search marked, arrows in the last column where there is more.
 * When a filter leaves nothing, it says so. */
void draw_list(const struct view_context *, struct cells *, struct area, unsigned columns,
               draw_row *row, struct drawn *out);
/* A text, wrapped at words, from the pane's top on: the pager. Takes no escape from it.
 * out->top is where it begins, which is never beyond its end. */
void draw_pager(const struct view_context *, struct cells *, struct area, struct slice text,
                struct drawn *out);
/* A text wrapped at words from the area's top on, at most its rows, with an ellipsis where
 * it is cut. Returns the rows taken. */
unsigned draw_wrapped(struct cells *, struct area, enum role, struct slice text);
/* Marks what the search matches in a line that is drawn. */
void draw_found(const struct view_context *, struct cells *, struct area line);
/* The head of one column of a table. sort: its number among the view's sorts, or NO_SORT;
 * the sorted column has an arrow. right: as draw_right. */
enum { NO_SORT = -1 };
void draw_head(const struct view_context *, struct cells *, struct area, unsigned row,
               unsigned col, unsigned width, int sort, bool right, const char *text);

/* "12ms", "4.2s", "3m", "2h", "9d"; "?" for UNKNOWN. At least 8 bytes. */
void words_duration(char *out, size_t size, uint64_t ms);
/* The same of what is watched while it passes, in whole seconds: "0s", "4s", "3m". */
void words_age(char *out, size_t size, uint64_t ms);
/* The columns of a count that goes up to most: what follows it stays in its place. */
int words_width(unsigned most);
/* "14:02:07Z", and with a date "2026-01-02 14:02:07Z"; "?" for UNKNOWN. */
void words_clock(char *out, size_t size, uint64_t ms);
void words_date(char *out, size_t size, uint64_t ms);
/* "950 B", "1.2 kB", "3.4 MB"; "?" for UNKNOWN. */
void words_bytes(char *out, size_t size, uint64_t bytes);
/* A number or "?". */
void words_number(char *out, size_t size, uint64_t n);

/* "07", "007" in a council of more than 99. At least 8 bytes. */
void words_seat(char *out, size_t size, const struct scene *, uint16_t seat);
/* The charter's name of a seat; empty where there is none. */
struct slice seat_name(const struct scene *, uint16_t seat);
/* "14 fir", seat and name, in width columns. Returns width, or less at the area's edge. */
unsigned draw_seat(const struct view_context *, struct cells *, struct area, unsigned row,
                   unsigned col, unsigned width, uint16_t seat);
/* The newest count beats, oldest at the left. */
void draw_beats(struct cells *, struct area, unsigned row, unsigned col, unsigned count,
                const struct scene_seat *seat);
/* One ballot's code. */
void draw_ballot(struct cells *, struct area, unsigned row, unsigned col, uint8_t code);
enum role role_of_ballot(uint8_t code);
enum role role_of_severity(enum flag_severity s);
/* One cell of the pattern: scene_pattern's letters. */
void draw_pattern(struct cells *, struct area, unsigned row, unsigned col, char code);

/* Members of an answer that may have any shape: "" and UNKNOWN where there is none. */
const char *member_string(const json_t *object, const char *name);
uint64_t member_number(const json_t *object, const char *name);
bool member_true(const json_t *object, const char *name);

#endif
