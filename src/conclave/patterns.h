/* SPDX-License-Identifier: ISC */
/* What conclave-patterns(1) is made of. */
#ifndef CONCLAVE_CONCLAVE_PATTERNS_H
#define CONCLAVE_CONCLAVE_PATTERNS_H

#include "conclave/command.h"

#include <jansson.h>

/* patterns_recompute.c: from the copy of a ledger that the command names. NULL after saying
 * what is wrong; *status is the exit status then. */
json_t *patterns_recompute(const struct command_line *line, enum command_exit *status);

/* patterns_print.c; period: "window", "recent" or "all". */
void patterns_print_seats(const json_t *patterns, const char *period);
void patterns_print_pairs(const json_t *patterns, const char *period, size_t limit);
void patterns_print_clusters(const json_t *patterns);
void patterns_print_findings(const json_t *patterns);

/* patterns_seat.c; seat: one that is there. */
void patterns_print_seat(const json_t *patterns, unsigned seat);

/* patterns_cells.c: numbers as people read them. */
struct table;
/* Thousandths as percent, "97.5", or "-" for null. */
void patterns_percent(struct table *t, const json_t *object, const char *member);
/* Confidence above agreement, in points of percent, "+3.0". */
void patterns_calibration(struct table *t, const json_t *tally);
/* In so many parts of one, with so many digits. */
void patterns_fraction(struct table *t, const json_t *value, int parts, int digits);
void patterns_count(struct table *t, const json_t *object, const char *member);
/* The row of a seat, or NULL. */
const json_t *patterns_seat(const json_t *patterns, unsigned seat);
/* "name (seat)"; out has room for 96 bytes. */
void patterns_name(char *out, const json_t *patterns, unsigned seat);
/* The number in the column of that name; NULL: it is null there. */
const json_t *patterns_column(const json_t *pairs, const json_t *row, const char *column);
/* "height 17, 5 decisions", with what they are of. */
void patterns_print_heading(const json_t *patterns, const char *period);

#endif
