/* SPDX-License-Identifier: ISC */
/*
 * What the evaluator was asked and what it answered, one JSON object a line, as
 * conclave-agent(1) describes it. No environment, no standard error and no argument of the
 * evaluator is in it: there secrets may be.
 */
#ifndef CONCLAVE_AGENT_JOURNAL_H
#define CONCLAVE_AGENT_JOURNAL_H

#include "agent/answer.h"
#include "agent/run.h"

#include <stdbool.h>

enum { JOURNAL_LINE_MAX = 4 * 1024 * 1024 };

struct journal;

/* Appends to the file, which nobody else may read. When it would grow beyond max_bytes, it
 * becomes FILE.1, in the place of an older one. CONCLAVE_EPERM, _EIO with a complaint. */
int journal_open(const char *path, uint64_t max_bytes, struct journal **out,
                 struct complaint *why);
void journal_close(struct journal *j);
/* One line; entry is borrowed. */
int journal_append(struct journal *j, const json_t *entry, struct complaint *why);

/* One evaluation as it ended. */
struct evaluation {
    const char *proposal, *program;
    json_t *question; /* borrowed */
    const struct run_limits *limits;
    const struct run_result *result;
    const struct answer *answer; /* the evaluator's own; NULL: none */
    const char *reason;          /* why there is none */
    const char *overridden_by;   /* a check; NULL: none */
};
json_t *journal_entry(const struct evaluation *e);

/* What a line says of an evaluation. */
struct record {
    char *proposal;
    uint64_t time_ms;
    json_t *question;
    bool answered;
    struct answer answer; /* with an empty rationale where there is none */
    char *reason;         /* empty where it answered */
};
/* CONCLAVE_EFORMAT with a complaint. The caller frees with record_clear. */
int journal_decode(struct slice line, struct record *out, struct complaint *why);
void record_clear(struct record *r);

#endif
