/* SPDX-License-Identifier: ISC */
/* One run: judges each thing, says what it is, and compares them all. */
#ifndef CONCLAVE_VERIFIER_SESSION_H
#define CONCLAVE_VERIFIER_SESSION_H

#include "verifier/memory.h"
#include "verifier/options.h"
#include "verifier/report.h"

/* What stays until all things are compared. */
struct thing {
    struct bytes *bytes;
    struct log_judgement log;
};

struct session {
    const struct options *o;
    struct charter *charter;
    struct checkpoint_council *council;
    struct memory memory;
    struct history history;
    struct bytes **evidence; /* by point; NULL: the file of its name has it */
    struct thing **things;
    size_t thing_count;
    char **names; /* of points in directories */
    size_t name_count;
    const char *directory; /* that is being judged */
};

/* 0, or an error after complaining; the caller ends with session_end in any case. */
int session_begin(struct session *s, const struct options *o, struct complaint *why);
/* Whether it holds. */
bool session_judge(struct session *s, const char *file, bool first);
/* Whether all of them are of one history, and what was remembered is kept up. */
bool session_compare(struct session *s);
void session_end(struct session *s);

#endif
