/* SPDX-License-Identifier: ISC */
/*
 * Asks a program many questions, as conclave-agent(1) would, without a node: by the same
 * runner, so many at a time, within the same limits.
 */
#ifndef CONCLAVE_CONCLAVE_AGENT_ASK_H
#define CONCLAVE_CONCLAVE_AGENT_ASK_H

#include "agent/answer.h"
#include "agent/run.h"

/* What came of one question. */
struct reply {
    bool answered;
    bool at_deadline;              /* it was late, and not for the time limit */
    struct answer answer;          /* where it answered */
    char failure[COMPLAINT_BYTES]; /* why it did not, in words */
    uint64_t took_ms;
    size_t output_bytes;
};

/* Of a question. */
struct asked {
    json_t *question;   /* a reference that the asker takes */
    uint64_t within_ms; /* until its deadline; UINT64_MAX: as long as the time limit */
};

struct asking {
    char *const *words; /* the program; borrowed */
    struct run_limits limits;
    unsigned jobs;
    size_t count; /* questions */
    /* The question of that number, when its turn has come, in order. False after filling
     * the complaint: nothing more is asked. */
    bool (*next)(void *context, size_t index, struct asked *out, struct complaint *why);
    /* In any order; r is borrowed but for the answer, which the callee may take by clearing
     * its rationale. */
    void (*replied)(void *context, size_t index, struct reply *r);
    void *context;
};

enum asking_end {
    ASKING_DONE,
    ASKING_INTERRUPTED, /* by SIGINT or SIGTERM: what ran was killed, and is not told */
    ASKING_FAILED,      /* with a complaint; likewise */
};

/* Returns when no process of it is left. */
enum asking_end asking_run(const struct asking *a, struct complaint *why);

#endif
