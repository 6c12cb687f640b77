/* SPDX-License-Identifier: ISC */
#ifndef CONCLAVE_EXPORTER_OPTIONS_H
#define CONCLAVE_EXPORTER_OPTIONS_H

#include "base/log.h"

#include <stdbool.h>

enum { OPTIONS_NODES_MAX = 33 };

struct options_node {
    char *label;      /* NULL: none */
    const char *path; /* NULL: the usual places */
};

struct options {
    struct options_node nodes[OPTIONS_NODES_MAX];
    unsigned node_count;
    const char *listen;
    unsigned timeout_ms;
    enum log_level level;
};

/* False after saying what is wrong. --help and --version exit. */
bool options_parse(int argc, char **argv, struct options *o);
void options_clear(struct options *o);

#endif
