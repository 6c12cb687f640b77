/* SPDX-License-Identifier: ISC */
/* Which alerts a receiver gets. Pure. */
#ifndef CONCLAVE_ALERT_FILTER_H
#define CONCLAVE_ALERT_FILTER_H

#include "alert/alert.h"

/* What is empty lets all pass. */
struct filter {
    char **events; /* prefixes of types: "flag.", "proposal.final" */
    size_t event_count;
    enum alert_severity least;
    char **kinds; /* of flags; what is no flag passes, */
    size_t kind_count;
    unsigned *seats; /* likewise, and flags that are about no seat */
    size_t seat_count;
};

bool filter_passes(const struct filter *f, const struct alert *a);
void filter_free(struct filter *f);

#endif
