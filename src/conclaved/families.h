/* SPDX-License-Identifier: ISC */
/*
 * Metric families as the method `metrics` gives them, in the terms of OpenMetrics: an array
 * of
 *
 *     {"name":"conclave_view","type":"gauge","unit":"","help":"...",
 *      "samples":[{"labels":{},"value":3}]}
 *
 * Names, types, units and labels are an interface: they stay, and stand in
 * conclave-metrics(7).
 */
#ifndef CONCLAVE_CONCLAVED_FAMILIES_H
#define CONCLAVE_CONCLAVED_FAMILIES_H

#include "base/histogram.h"

#include <jansson.h>

struct families {
    json_t *list;
    json_t *samples; /* of the family begun last */
};

/* unit is "" or the end of the name. The first one makes the list. */
void families_gauge(struct families *f, const char *name, const char *unit,
                    const char *help);
void families_counter(struct families *f, const char *name, const char *unit,
                      const char *help);
void families_histogram(struct families *f, const char *name, const char *unit,
                        const char *help);
void families_info(struct families *f, const char *name, const char *help);

/* Samples of the family begun last. Labels are pairs of name and value, then NULL; values
 * may be any text. */
void families_number(struct families *f, uint64_t value, ...) __attribute__((sentinel));
void families_real(struct families *f, double value, ...) __attribute__((sentinel));
void families_times(struct families *f, const struct histogram *h);

#endif
