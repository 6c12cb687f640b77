/* SPDX-License-Identifier: ISC */
/* What conclave-verify says of one file. */
#ifndef CONCLAVE_VERIFIER_REPORT_H
#define CONCLAVE_VERIFIER_REPORT_H

#include "verify/verify.h"

#include <jansson.h>

/* One bundle, judged; where it could not be read `unread` says why and nothing else is set.
 */
struct judged {
    const char *file; /* as it was named, "-" for standard input */
    const char *unread;
    size_t bytes;
    const struct charter *charter;
    const struct proof *proof;
    const struct verify_report *report;
};

/* Of what people read. */
struct wishes {
    bool text; /* the proposal's text and evidence, too */
};
void report_text(const struct judged *j, const struct wishes *wishes);
/* A new reference. */
json_t *report_json(const struct judged *j);
/* One line, of a file that does not hold; the caller frees. */
char *report_fault(const struct judged *j);

/* Approvals that were open when the outcome was fixed. */
unsigned report_approvals(const struct record *r);

#endif
