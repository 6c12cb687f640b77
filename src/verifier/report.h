/* SPDX-License-Identifier: ISC */
/* What conclave-verify says of one thing that it judged, and of all together. */
#ifndef CONCLAVE_VERIFIER_REPORT_H
#define CONCLAVE_VERIFIER_REPORT_H

#include "verifier/log_check.h"
#include "verify/history.h"
#include "verify/verify.h"

#include <jansson.h>

/* One thing, judged; where it could not be read `unread` says why and nothing else is set.
 */
struct judged {
    const char *file; /* as it was named, "-" for standard input */
    const char *unread;
    enum thing_kind kind;
    size_t bytes;
    const struct charter *charter;
    /* Of a bundle. */
    const struct proof *proof;
    const struct verify_report *report;
    /* Of all else. */
    const struct log_judgement *log;
};

/* Of what people read. */
struct wishes {
    bool text; /* the proposal's text and evidence, too */
};
void report_text(const struct judged *j, const struct wishes *wishes);
/* A new reference. */
json_t *report_json(const struct judged *j);
/* One line, of a thing that does not hold; the caller frees. */
char *report_fault(const struct judged *j);

/* What report_text says after the name, of all that is no bundle. */
void report_log_text(const struct judged *j);
/* The member "log"; null where nothing of it is proved. A new reference. */
json_t *report_log_json(const struct judged *j);
/* The member "checks". A new reference. */
json_t *report_log_checks(const struct log_judgement *l);

/* Approvals that were open when the outcome was fixed. */
unsigned report_approvals(const struct record *r);

/* --- all together --- */

struct conflict {
    const struct history_point *first, *second;
    char *files[2]; /* where the evidence was saved; NULL where it was not */
};
struct together {
    const struct charter *charter;
    const struct history *history;
    const char *remember; /* the file, or NULL */
    size_t newest;        /* the point, or HISTORY_NONE */
    bool updated;         /* the file has it now */
    const struct conflict *conflicts;
    size_t conflict_count;
    const char *error; /* of the file, or NULL */
};
/* Whether there is anything to be said, and whether it is good. */
bool together_matters(const struct together *t);
bool together_holds(const struct together *t);
/* What is wrong with a point other than a conflict, or NULL; the caller frees. */
char *together_fault(const struct together *t, const struct history_point *p);
void report_history_text(const struct together *t);
json_t *report_history_json(const struct together *t);
/* A line of each thing that is wrong. */
void report_history_faults(const struct together *t, void (*say)(const char *text));

#endif
