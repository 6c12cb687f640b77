/* SPDX-License-Identifier: ISC */
/*
 * What nodes answer to the method `metrics`, as OpenMetrics 1.0 text. An exposition with
 * one bad line is worth nothing, so whatever does not fit the format is left out: another
 * node's samples stay good.
 */
#ifndef CONCLAVE_EXPORTER_OPENMETRICS_H
#define CONCLAVE_EXPORTER_OPENMETRICS_H

#include "base/bytes.h"

#include <jansson.h>

#define OPENMETRICS_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

struct openmetrics_source {
    const json_t *families; /* an array, or anything else */
    const char *node;       /* label of all its samples, or NULL */
};

/* Appends the text, with its end. Of several sources each family is told once, with the
 * samples of all. */
void openmetrics_write(struct buffer *out, const struct openmetrics_source *sources,
                       size_t count);

#endif
