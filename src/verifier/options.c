/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "verifier/options.h"

#include "base/error.h"
#include "base/text.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
    "usage: conclave-verify --charter FILE [OPTION]... THING...\n"
    "\n"
    "Checks what a council publishes by the charter alone, without a node or a network. A\n"
    "THING is a bundle that conclave export wrote, a checkpoint, a proof that conclave "
    "prove\n"
    "wrote, or a directory that conclave publish keeps; - is standard input.\n"
    "\n"
    "  --charter FILE   the council's charter, from somebody you trust\n"
    "  --remember FILE  compare with the newest checkpoint seen before, which FILE keeps\n"
    "  --text           show the proposal's text and evidence, too\n"
    "  --quiet          say nothing of what holds\n"
    "  --json           one JSON text a thing on standard output, for programs\n"
    "  --help           this text\n"
    "  --version        version\n"
    "\n"
    "Exit status: 0 all holds and is of one history, 1 not, 2 usage. See "
    "conclave-verify(1).\n";

enum option_number {
    OPTION_CHARTER = 256,
    OPTION_REMEMBER,
    OPTION_TEXT,
    OPTION_QUIET,
    OPTION_JSON,
    OPTION_VERSION,
};

static const struct option long_options[] = {
    {"charter", required_argument, NULL, OPTION_CHARTER},
    {"remember", required_argument, NULL, OPTION_REMEMBER},
    {"text", no_argument, NULL, OPTION_TEXT},
    {"quiet", no_argument, NULL, OPTION_QUIET},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

void options_complain(const char *format, ...)
{
    char text[2 * COMPLAINT_BYTES];
    struct buffer safe = {NULL, 0, 0};
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    text_escape(&safe, slice_of_string(text), "");
    (void)fflush(stdout);
    (void)fprintf(stderr, "conclave-verify: %.*s\n", (int)safe.size,
                  safe.data != NULL ? (const char *)safe.data : "");
    buffer_free(&safe);
}

static bool misuse(const char *text)
{
    options_complain("%s", text);
    (void)fputs("Try: conclave-verify --help\n", stderr);
    return false;
}

bool options_parse(int argc, char **argv, struct options *o)
{
    int which;
    *o = (struct options){.charter = NULL};
    while ((which = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        if (which == OPTION_CHARTER) {
            o->charter = optarg;
        } else if (which == OPTION_REMEMBER) {
            o->remember = optarg;
        } else if (which == OPTION_TEXT) {
            o->text = true;
        } else if (which == OPTION_QUIET) {
            o->quiet = true;
        } else if (which == OPTION_JSON) {
            o->json = true;
        } else if (which == 'h') {
            (void)fputs(usage, stdout);
            exit(EXIT_SUCCESS);
        } else if (which == OPTION_VERSION) {
            (void)puts("conclave-verify " PACKAGE_VERSION);
            exit(EXIT_SUCCESS);
        } else {
            (void)fputs("Try: conclave-verify --help\n", stderr);
            return false;
        }
    }
    o->files = argv + optind;
    o->file_count = argc - optind;
    if (o->charter == NULL) {
        return misuse("--charter is missing: proofs are judged by the council's charter");
    }
    if (o->file_count == 0) {
        return misuse("no THING is named; - is standard input");
    }
    return o->json && o->quiet ? misuse("--json and --quiet exclude each other") : true;
}
