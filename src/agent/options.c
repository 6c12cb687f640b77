/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "agent/options.h"

#include "agent/descendants.h"
#include "base/text.h"
#include "control/control.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 64 };

static const char usage[] =
    "usage: conclave-agent --evaluator COMMAND [options]\n"
    "\n"
    "Attaches to a node and runs COMMAND for each proposal the node asks about: one JSON\n"
    "object on its standard input, one on its standard output. See conclave-agent(1).\n"
    "\n"
    "  --evaluator COMMAND a program and its arguments, quoted as one argument\n"
    "  --socket PATH       the node's control socket (else $CONCLAVE_SOCKET, then the\n"
    "                      usual places)\n"
    "  --timeout MS        time for one evaluation (30000)\n"
    "  --max-output BYTES  of its standard output (65536)\n"
    "  --max-memory BYTES  address space of each of its processes (1073741824; 0: any)\n"
    "  --max-processes N   of processes and threads of an evaluation at once (128; 0: "
    "any)\n"
    "  --max-files N       descriptors of each of its processes (256; 0: any)\n"
    "  --max-file-size BYTES  of each file that it writes (16777216; 0: any)\n"
    "  --confine MODE      on, require (or do not run) or off: keep it from the node's\n"
    "                      files, from writing and from Unix sockets (on)\n"
    "  --hide PATH         it cannot read this, either; may be repeated, as the next two\n"
    "  --read PATH         it can, though it is hidden\n"
    "  --write PATH        it can write this\n"
    "  --unix-sockets      it can open Unix sockets\n"
    "  --no-network        it can open no socket\n"
    "  --jobs N            evaluations at once (4)\n"
    "  --checks FILE       programs that verify a proposal before, conclave-checks(5)\n"
    "  --journal FILE      append what was asked and answered to it\n"
    "  --journal-size BYTES  after which it becomes FILE.1 (67108864)\n"
    "  --replay FILE       ask again what a journal holds, without a node, and compare\n"
    "  --proposal ID       of these only what was asked about it\n"
    "  --json              print the comparison as JSON\n"
    "  --name NAME         what the node calls this agent (agent)\n"
    "  --log-level LEVEL   debug, info, warn or error (info)\n"
    "  --log-format FORM   logfmt or json (logfmt)\n"
    "  --once              exit after the first answer that the node settled\n"
    "  --help              print this\n"
    "  --version           print the version\n";

static bool parse_number(const char *option, const char *text, uint64_t least,
                         uint64_t most, uint64_t *out)
{
    char *end = NULL;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || n < least ||
        n > most) {
        (void)fprintf(stderr, "conclave-agent: --%s is a number from %llu to %llu\n",
                      option, (unsigned long long)least, (unsigned long long)most);
        return false;
    }
    *out = n;
    return true;
}

static bool parse_count(const char *option, const char *text, uint64_t most, unsigned *out)
{
    uint64_t n;
    bool good = parse_number(option, text, 0, most, &n);
    *out = good ? (unsigned)n : *out;
    return good;
}

static bool parse_size(const char *option, const char *text, uint64_t least, uint64_t most,
                       size_t *out)
{
    uint64_t n;
    bool good = parse_number(option, text, least, most, &n);
    *out = good ? (size_t)n : *out;
    return good;
}

enum agent_option {
    OPTION_SOCKET,
    OPTION_EVALUATOR,
    OPTION_TIMEOUT,
    OPTION_OUTPUT,
    OPTION_MEMORY,
    OPTION_PROCESSES,
    OPTION_FILES,
    OPTION_FILE_SIZE,
    OPTION_CONFINE,
    OPTION_HIDE,
    OPTION_READ,
    OPTION_WRITE,
    OPTION_UNIX_SOCKETS,
    OPTION_NO_NETWORK,
    OPTION_JOBS,
    OPTION_CHECKS,
    OPTION_JOURNAL,
    OPTION_JOURNAL_SIZE,
    OPTION_REPLAY,
    OPTION_PROPOSAL,
    OPTION_JSON,
    OPTION_NAME,
    OPTION_LEVEL,
    OPTION_FORM,
    OPTION_ONCE,
    OPTION_HELP,
    OPTION_VERSION,
};

static const struct option long_options[] = {
    {"socket", required_argument, NULL, OPTION_SOCKET},
    {"evaluator", required_argument, NULL, OPTION_EVALUATOR},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"max-output", required_argument, NULL, OPTION_OUTPUT},
    {"max-memory", required_argument, NULL, OPTION_MEMORY},
    {"max-processes", required_argument, NULL, OPTION_PROCESSES},
    {"max-files", required_argument, NULL, OPTION_FILES},
    {"max-file-size", required_argument, NULL, OPTION_FILE_SIZE},
    {"confine", required_argument, NULL, OPTION_CONFINE},
    {"hide", required_argument, NULL, OPTION_HIDE},
    {"read", required_argument, NULL, OPTION_READ},
    {"write", required_argument, NULL, OPTION_WRITE},
    {"unix-sockets", no_argument, NULL, OPTION_UNIX_SOCKETS},
    {"no-network", no_argument, NULL, OPTION_NO_NETWORK},
    {"jobs", required_argument, NULL, OPTION_JOBS},
    {"checks", required_argument, NULL, OPTION_CHECKS},
    {"journal", required_argument, NULL, OPTION_JOURNAL},
    {"journal-size", required_argument, NULL, OPTION_JOURNAL_SIZE},
    {"replay", required_argument, NULL, OPTION_REPLAY},
    {"proposal", required_argument, NULL, OPTION_PROPOSAL},
    {"json", no_argument, NULL, OPTION_JSON},
    {"name", required_argument, NULL, OPTION_NAME},
    {"log-level", required_argument, NULL, OPTION_LEVEL},
    {"log-format", required_argument, NULL, OPTION_FORM},
    {"once", no_argument, NULL, OPTION_ONCE},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

static bool set_name(struct options *o, const char *name)
{
    size_t length = strlen(name);
    o->name = name;
    if (length == 0 || length > NAME_MAX_BYTES ||
        text_check(slice_of_string(name), false, NULL) != 0) {
        (void)fprintf(stderr, "conclave-agent: --name is a text of 1 to %d bytes\n",
                      NAME_MAX_BYTES);
        return false;
    }
    return true;
}

static bool set_level(struct options *o, const char *word)
{
    int level = log_level_parse(word);
    if (level < 0) {
        (void)fprintf(stderr,
                      "conclave-agent: --log-level is debug, info, warn or error\n");
    }
    o->level = level < 0 ? o->level : (enum log_level)level;
    return level >= 0;
}

static bool set_form(struct options *o, const char *word)
{
    int form = log_form_parse(word);
    if (form < 0) {
        (void)fprintf(stderr, "conclave-agent: --log-format is logfmt or json\n");
    }
    o->form = form < 0 ? o->form : (enum log_form)form;
    return form >= 0;
}

static bool set_confine(struct options *o, const char *word)
{
    if (!confine_mode_parse(word, &o->confinement.mode)) {
        (void)fprintf(stderr, "conclave-agent: --confine is on, require or off\n");
        return false;
    }
    return true;
}

static bool add_path(const char *option, char *list[CONFINEMENT_PATHS_MAX + 1], char *path)
{
    if (!confinement_add(list, path)) {
        (void)fprintf(stderr, "conclave-agent: --%s is a path, given at most %d times\n",
                      option, CONFINEMENT_PATHS_MAX);
        return false;
    }
    return true;
}

static bool set_option(struct options *o, enum agent_option which, char *value)
{
    switch (which) {
    case OPTION_SOCKET:
        o->socket = value;
        return true;
    case OPTION_EVALUATOR:
        o->evaluator = value;
        return true;
    case OPTION_TIMEOUT:
        return parse_number("timeout", value, 1, 3600000, &o->limits.time_ms);
    case OPTION_OUTPUT:
        return parse_size("max-output", value, 64, CONTROL_LINE_MAX,
                          &o->limits.output_bytes);
    case OPTION_MEMORY:
        return parse_size("max-memory", value, 0, SIZE_MAX / 2, &o->limits.memory_bytes);
    case OPTION_PROCESSES:
        return parse_count("max-processes", value, DESCENDANTS_MAX, &o->limits.processes);
    case OPTION_FILES:
        return parse_count("max-files", value, 1000000, &o->limits.files);
    case OPTION_FILE_SIZE:
        return parse_size("max-file-size", value, 0, SIZE_MAX / 2, &o->limits.file_bytes);
    case OPTION_CONFINE:
        return set_confine(o, value);
    case OPTION_HIDE:
        return add_path("hide", o->confinement.hide, value);
    case OPTION_READ:
        return add_path("read", o->confinement.read, value);
    case OPTION_WRITE:
        return add_path("write", o->confinement.write, value);
    case OPTION_UNIX_SOCKETS:
        o->limits.unix_sockets = true;
        return true;
    case OPTION_NO_NETWORK:
        o->limits.no_network = true;
        return true;
    case OPTION_JOBS:
        return parse_number("jobs", value, 1, 64, &o->jobs);
    case OPTION_CHECKS:
        o->checks = value;
        return true;
    case OPTION_JOURNAL:
        o->journal = value;
        return true;
    case OPTION_JOURNAL_SIZE:
        return parse_number("journal-size", value, 1, UINT64_MAX / 2, &o->journal_bytes);
    case OPTION_REPLAY:
        o->replay = value;
        return true;
    case OPTION_PROPOSAL:
        o->proposal = value;
        return true;
    case OPTION_JSON:
        o->json = true;
        return true;
    case OPTION_NAME:
        return set_name(o, value);
    case OPTION_LEVEL:
        return set_level(o, value);
    case OPTION_FORM:
        return set_form(o, value);
    case OPTION_ONCE:
        o->once = true;
        return true;
    case OPTION_HELP:
        (void)fputs(usage, stdout);
        exit(EXIT_SUCCESS);
    case OPTION_VERSION:
        (void)puts("conclave-agent " PACKAGE_VERSION);
        exit(EXIT_SUCCESS);
    }
    return false;
}

bool options_parse(int argc, char **argv, struct options *o)
{
    int which;
    *o = (struct options){
        .name = "agent",
        .jobs = 4,
        .journal_bytes = 64 << 20,
        .level = LOG_LEVEL_INFO,
    };
    run_limits_usual(&o->limits);
    while ((which = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (which == '?' || !set_option(o, (enum agent_option)which, optarg)) {
            return false;
        }
    }
    if (optind != argc) {
        (void)fprintf(stderr,
                      "conclave-agent: unexpected argument; put the evaluator's own "
                      "into the quotes of --evaluator\n");
        return false;
    }
    if (o->replay == NULL && (o->proposal != NULL || o->json)) {
        (void)fputs("conclave-agent: --proposal and --json are for --replay\n", stderr);
        return false;
    }
    if (o->evaluator == NULL) {
        (void)fputs("conclave-agent: --evaluator is missing\n\n", stderr);
        (void)fputs(usage, stderr);
        return false;
    }
    return true;
}
