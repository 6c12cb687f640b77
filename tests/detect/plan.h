/* SPDX-License-Identifier: ISC */
/*
 * The trials that make the table of conclave-patterns(7), and the file that holds what they
 * gave: a line each of integers.
 */
#ifndef CONCLAVE_TESTS_DETECT_PLAN_H
#define CONCLAVE_TESTS_DETECT_PLAN_H

#include "trial.h"

enum section {
    SECTION_HONEST,    /* councils of 33 without faulty seats, by temperament */
    SECTION_FAULTY,    /* with them, by kind and number */
    SECTION_SIZES,     /* of other sizes */
    SECTION_THRESHOLDS /* with other thresholds */
};

struct row {
    enum section section;
    char label[24];     /* the temperament, or the kind of faulty seats */
    char threshold[24]; /* "-": all as they are shipped */
    uint32_t value;
    uint16_t seats, faulty;
    struct trial trial; /* not in the file */
    struct score score;
};

struct plan {
    struct row *rows;
    size_t count, capacity;
};

/* So many honest councils of each temperament, and fewer of the rest. */
void plan_full(struct plan *p, uint32_t councils);
/* A part of it that a test has time for. */
void plan_short(struct plan *p);
void plan_free(struct plan *p);

struct row *plan_add(struct plan *p, enum section section, const char *label,
                     const struct trial *t);
/* The one of that section, label and number of faulty seats, or NULL. */
const struct row *plan_find(const struct plan *p, enum section section, const char *label,
                            uint16_t seats, uint16_t faulty);

/* Runs all rows in so many processes; ends the program where one fails. */
void plan_run(struct plan *p, unsigned processes);

/* Drops the rows of other sections, labels and thresholds. False: none is called so. */
bool plan_only(struct plan *p, const char *name);

void plan_write(const struct plan *p, FILE *out);
/* Ends the program with the line that it cannot read. */
void plan_read(struct plan *p, const char *path);

#endif
