/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/commands.h"
#include "conclave/demo_run.h"
#include "conclave/files.h"
#include "conclave/output.h"
#include "conclave/programs.h"

#include "base/alloc.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { SEATS_DEFAULT = 33 };

static const struct command_option options[] = {
    {"seats", ARGUMENT_NUMBER, "N", "seats of the council, 4 to 128 (default 33)"},
    {"agents", ARGUMENT_WORD, "KIND", "who judges: rules (default), or llm: models, too"},
    {"endpoint", ARGUMENT_WORD, "URL", "of the model; without it a stand-in answers"},
    {"model", ARGUMENT_WORD, "NAME", "the model's name there"},
    {"key-file", ARGUMENT_FILE, "FILE", "the endpoint's key"},
    {"model-seats", ARGUMENT_NUMBER, "N", "seats that ask it (default two of three)"},
    {"dir", ARGUMENT_DIRECTORY, "DIR", "where it lives, and stays; new or empty"},
    {"evaluator", ARGUMENT_WORD, "COMMAND", "whom seat 1 asks, instead of a rule file"},
    {"keep", ARGUMENT_NONE, NULL, "keep the temporary folder"},
    {"no-console", ARGUMENT_NONE, NULL, "decide the sample proposals and exit"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

/* The folder of --dir, or a temporary one; NULL after a complaint. */
static char *make_folder(const char *given, struct complaint *why)
{
    if (given != NULL) {
        if (file_make_dir(given, 0700, why) != 0) {
            return NULL;
        }
        if (!file_dir_is_empty(given)) {
            complain(why, CONCLAVE_EEXIST, "%s is not empty: choose another folder", given);
            return NULL;
        }
        char *dir = realpath(given, NULL);
        return dir != NULL ? dir : alloc_string(given);
    }
    const char *parent = getenv("TMPDIR");
    char *dir = file_join(parent != NULL && parent[0] == '/' ? parent : "/tmp",
                          "conclave-demo.XXXXXX");
    if (mkdtemp(dir) == NULL) {
        complain(why, CONCLAVE_EIO, "cannot make a folder like %s: %s", dir,
                 strerror(errno));
        free(dir);
        return NULL;
    }
    return dir;
}

static int take_signals_over(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGHUP);
    (void)sigaddset(&set, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void print_results(const struct demo *d)
{
    if (d->line->json) {
        json_t *results = demo_view_json(&d->follow);
        output_json(results);
        json_decref(results);
    } else if (d->end == DEMO_GOES_ON || d->console_shown) {
        demo_view_table(&d->follow);
    }
}

static enum command_exit run(const struct command_line *line)
{
    struct demo d = {.line = line, .signals = -1};
    struct complaint why = {""};
    uint64_t seats = SEATS_DEFAULT;
    const char *given = command_value(line, "dir");
    if (!command_number(line, "seats", SEATS_MIN, SEATS_MAX, &seats) ||
        !demo_models_parse(line, (unsigned)seats, &d.models)) {
        demo_models_free(&d.models);
        return COMMAND_USAGE;
    }
    if (key_library_init() != 0) {
        return command_fail(line, "the cryptographic library does not start");
    }
    char *dir = NULL;
    bool live = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && !line->json &&
                !command_flag(line, "no-console");
    if (demo_data_load(&d.data, (unsigned)seats, &why) != 0 ||
        demo_models_seat(&d.models, &d.data, &why) != 0 ||
        (live && program_find("conclave-console", &d.program, &why) != 0) ||
        (dir = make_folder(given, &why)) == NULL) {
        demo_data_free(&d.data);
        demo_models_free(&d.models);
        free(d.program);
        return command_fail(line, "%s", why.text);
    }
    d.data.evaluator = command_value(line, "evaluator");
    d.signals = take_signals_over();
    d.view.live = live;
    demo_run(&d, dir);
    demo_console_stop(&d.console);
    demo_view_uncover(&d.view);
    if (d.events != NULL) {
        demo_unsubscribe(&d);
    }
    demo_council_stop(&d.council);
    if (d.end == DEMO_INTERRUPTED) {
        (void)command_fail(line, "interrupted");
    } else if (d.end != DEMO_FAILED) {
        print_results(&d);
    }
    bool keep = given != NULL || command_flag(line, "keep") || d.end == DEMO_FAILED;
    if (!keep && file_remove_tree(dir, &why) != 0) {
        (void)command_fail(line, "%s", why.text);
        d.end = DEMO_FAILED;
    } else if (keep && given == NULL) {
        (void)fprintf(stderr, "The council's folder is kept: %s\n", dir);
    }
    demo_council_free(&d.council);
    demo_follow_free(&d.follow);
    demo_data_free(&d.data);
    demo_models_free(&d.models);
    (void)close(d.signals);
    free(d.program);
    free(dir);
    bool good = d.end == DEMO_GOES_ON || d.end == DEMO_QUIT;
    return good ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command command_demo = {
    .name = "demo",
    .summary = "Run a whole council on this machine and let it decide sample proposals",
    .operands = "",
    .options = options,
    .details =
        "On a terminal it opens conclave-console(1) at the node of seat 1, and ends when\n"
        "that is quit. Then, or without a terminal when all is decided, it prints a table\n"
        "of the results, leaving no process and no file behind but those of --dir or\n"
        "--keep. With --agents llm two of three seats ask one language model through\n"
        "conclave-eval-llm(1), each with a profile of its own; their proposals and votes\n"
        "leave this machine where the endpoint does.\n",
    .run = run,
};
