/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/node.h"
#include "conclave/output.h"
#include "exporter/openmetrics.h"

static enum command_exit run(const struct command_line *line)
{
    json_t *metrics = node_ask(line, "metrics", NULL);
    if (metrics == NULL) {
        return COMMAND_FAILED;
    }
    if (line->json) {
        output_json(metrics);
    } else {
        struct openmetrics_source source = {json_object_get(metrics, "families"), NULL};
        struct buffer text = {NULL, 0, 0};
        openmetrics_write(&text, &source, 1);
        (void)fwrite(text.data, 1, text.size, stdout);
        buffer_free(&text);
    }
    json_decref(metrics);
    return COMMAND_DONE;
}

const struct command command_metrics = {
    .name = "metrics",
    .summary = "Counters, gauges and histograms of the node, as OpenMetrics text",
    .operands = "",
    .operand = ARGUMENT_NONE,
    .socket = true,
    .details =
        "The metrics are listed in conclave-metrics(7); conclave-exporter(8) gives them\n"
        "to Prometheus over HTTP.\n",
    .run = run,
};
