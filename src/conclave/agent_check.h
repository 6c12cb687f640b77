/* SPDX-License-Identifier: ISC */
/* What `agent check` found, as it tells it. */
#ifndef CONCLAVE_CONCLAVE_AGENT_CHECK_H
#define CONCLAVE_CONCLAVE_AGENT_CHECK_H

#include "conclave/agent_program.h"
#include "conclave/agent_trial.h"

struct check_report {
    const struct agent_program *program;
    const json_t *seat;
    const struct trial *trials;
    size_t count;
    const json_t *general; /* texts about all of them together */
    bool interrupted;      /* not all was asked */
};

/* Of the trials whose samples are wanted and that were asked. */
unsigned check_report_count(const struct check_report *r, enum trial_verdict f);
void check_report_print(const struct check_report *r);
json_t *check_report_json(const struct check_report *r);

#endif
