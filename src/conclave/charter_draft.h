/* SPDX-License-Identifier: ISC */
/* New charters: the decision classes and windows to begin with, conclave-charter(5). */
#ifndef CONCLAVE_CONCLAVE_CHARTER_DRAFT_H
#define CONCLAVE_CONCLAVE_CHARTER_DRAFT_H

#include <jansson.h>
#include <stdint.h>

enum charter_pace {
    PACE_COUNCIL, /* seats on machines of their own, agents that take their time */
    PACE_DEMO,    /* all on one machine, answering at once */
};

/* The JSON of a charter with the default classes; seats (an array) is stolen. */
json_t *charter_draft(const char *name, uint64_t created_ms, json_t *seats,
                      enum charter_pace pace);

#endif
