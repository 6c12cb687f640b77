/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "base/log.h"
#include "exporter/http.h"
#include "exporter/nodes.h"
#include "exporter/openmetrics.h"

#include <stdio.h>
#include <stdlib.h>

static volatile sig_atomic_t stopping;

static void on_stop(int number)
{
    (void)number;
    stopping = 1;
}

/* Stops come in while the server waits, and nowhere else. */
static void watch_signals(sigset_t *waiting)
{
    struct sigaction stop = {.sa_handler = on_stop}, ignore = {.sa_handler = SIG_IGN};
    sigset_t stops;
    (void)sigemptyset(&stops);
    (void)sigaddset(&stops, SIGTERM);
    (void)sigaddset(&stops, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &stops, waiting);
    (void)sigdelset(waiting, SIGTERM);
    (void)sigdelset(waiting, SIGINT);
    (void)sigaction(SIGTERM, &stop, NULL);
    (void)sigaction(SIGINT, &stop, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
}

static void write_metrics(void *context, struct buffer *out)
{
    nodes_scrape(context, out);
}

int main(int argc, char **argv)
{
    struct options options;
    struct complaint why = {""};
    struct http *http = NULL;
    sigset_t waiting;
    if (!options_parse(argc, argv, &options)) {
        options_clear(&options);
        return 2;
    }
    (void)log_open("stderr", options.level, &why);
    watch_signals(&waiting);
    struct nodes *nodes = nodes_new(&options);
    int error =
        http_start(options.listen, OPENMETRICS_TYPE, write_metrics, nodes, &http, &why);
    if (error != 0) {
        (void)fprintf(stderr, "conclave-exporter: %s\n", why.text);
    } else {
        LOG_EVENT(LOG_LEVEL_INFO, "exporter.started", LOG_S("version", PACKAGE_VERSION),
                  LOG_S("address", http_address(http)), LOG_N("nodes", options.node_count));
        while (!stopping) {
            http_turn(http, &waiting);
        }
        LOG_EVENT(LOG_LEVEL_INFO, "exporter.stopped");
    }
    http_free(http);
    nodes_free(nodes);
    options_clear(&options);
    return error != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
