/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "exporter/options.h"

#include "base/alloc.h"
#include "base/text.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_MAX = 64, TIMEOUT_MAX_MS = 60000 };

static const char usage[] =
    "usage: conclave-exporter [options]\n"
    "\n"
    "Gives the metrics of nodes on this machine to Prometheus: GET /metrics. Nodes are\n"
    "asked when they are scraped; one that does not answer has conclave_up 0.\n"
    "See conclave-exporter(8).\n"
    "\n"
    "  --listen ADDRESS:PORT  where to listen (127.0.0.1:9733)\n"
    "  --socket [LABEL=]PATH  a node's control socket (else $CONCLAVE_SOCKET, then the\n"
    "                         usual places); LABEL is the value of its label node. Once\n"
    "                         for each node; several need labels\n"
    "  --timeout MS           for the answers of all nodes (5000)\n"
    "  --log-level LEVEL      debug, info, warn or error (info)\n"
    "  --help                 print this\n"
    "  --version              print the version\n";

enum option_number {
    OPTION_LISTEN,
    OPTION_SOCKET,
    OPTION_TIMEOUT,
    OPTION_LEVEL,
    OPTION_HELP,
    OPTION_VERSION,
};

static const struct option long_options[] = {
    {"listen", required_argument, NULL, OPTION_LISTEN},
    {"socket", required_argument, NULL, OPTION_SOCKET},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"log-level", required_argument, NULL, OPTION_LEVEL},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

static bool complain_of(const char *text)
{
    (void)fprintf(stderr, "conclave-exporter: %s\n", text);
    return false;
}

/* What stands before the first '=', unless a '/' comes earlier: then it is all path. */
static bool add_node(struct options *o, const char *value)
{
    size_t length = strcspn(value, "=/");
    bool labelled = value[length] == '=';
    if (o->node_count == OPTIONS_NODES_MAX) {
        return complain_of("too many nodes: at most 33 by one exporter");
    }
    struct options_node *n = &o->nodes[o->node_count++];
    n->path = labelled ? value + length + 1 : value;
    if (labelled) {
        n->label = alloc_printf("%.*s", (int)length, value);
    }
    if (n->path[0] == '\0' ||
        (labelled && (length == 0 || length > LABEL_MAX ||
                      text_check(slice_of_string(n->label), false, NULL) != 0))) {
        return complain_of("--socket wants [LABEL=]PATH, with a label of 1 to 64 bytes");
    }
    return true;
}

static bool set_timeout(struct options *o, const char *text)
{
    unsigned long ms = strtoul(text, NULL, 10);
    if (text[strspn(text, "0123456789")] != '\0' || strlen(text) > 5 || ms == 0 ||
        ms > TIMEOUT_MAX_MS) {
        return complain_of("--timeout is a number of milliseconds from 1 to 60000");
    }
    o->timeout_ms = (unsigned)ms;
    return true;
}

static bool set_level(struct options *o, const char *word)
{
    int level = log_level_parse(word);
    if (level < 0) {
        return complain_of("--log-level is debug, info, warn or error");
    }
    o->level = (enum log_level)level;
    return true;
}

static bool set_option(struct options *o, enum option_number which, const char *value)
{
    switch (which) {
    case OPTION_LISTEN:
        o->listen = value;
        return true;
    case OPTION_SOCKET:
        return add_node(o, value);
    case OPTION_TIMEOUT:
        return set_timeout(o, value);
    case OPTION_LEVEL:
        return set_level(o, value);
    case OPTION_HELP:
        (void)fputs(usage, stdout);
        exit(EXIT_SUCCESS);
    case OPTION_VERSION:
        (void)puts("conclave-exporter " PACKAGE_VERSION);
        exit(EXIT_SUCCESS);
    }
    return false;
}

/* Samples of two nodes must differ in something. */
static bool labels_are_distinct(const struct options *o)
{
    for (unsigned i = 0; o->node_count > 1 && i < o->node_count; i++) {
        if (o->nodes[i].label == NULL) {
            return complain_of("several nodes need labels: --socket LABEL=PATH");
        }
        for (unsigned j = 0; j < i; j++) {
            if (strcmp(o->nodes[i].label, o->nodes[j].label) == 0) {
                return complain_of("two nodes have the same label");
            }
        }
    }
    return true;
}

bool options_parse(int argc, char **argv, struct options *o)
{
    int which;
    *o = (struct options){
        .listen = "127.0.0.1:9733", .timeout_ms = 5000, .level = LOG_LEVEL_INFO};
    while ((which = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (which == '?') {
            (void)fputs("Try: conclave-exporter --help\n", stderr);
            return false;
        }
        if (!set_option(o, (enum option_number)which, optarg)) {
            return false;
        }
    }
    if (optind != argc) {
        return complain_of("there is an argument too many; try --help");
    }
    o->node_count += o->node_count == 0; /* of the usual places */
    return labels_are_distinct(o);
}

void options_clear(struct options *o)
{
    for (unsigned i = 0; i < o->node_count; i++) {
        free(o->nodes[i].label);
    }
}
