/* SPDX-License-Identifier: ISC */
/* conclave-eval-rules(1): one proposal in, one answer out. */
#include "config.h"

#include "base/alloc.h"
#include "evaluators/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, INPUT_MAX = 1024 * 1024 };

static const char usage[] =
    "usage: conclave-eval-rules RULES < PROPOSAL\n"
    "       conclave-eval-rules --check RULES...\n"
    "\n"
    "Reads one proposal as a JSON object on standard input, judges it by the rule\n"
    "file and answers with one JSON object on standard output: choice, confidence\n"
    "and rationale. --check only checks rule files. See conclave-rules(5).\n";

static int check(char **files)
{
    int status = EXIT_SUCCESS;
    for (; *files != NULL; files++) {
        struct rules *rules = NULL;
        struct complaint why = {""};
        if (rules_load(*files, &rules, &why) != 0) {
            (void)fprintf(stderr, "conclave-eval-rules: %s\n", why.text);
            status = EXIT_USAGE;
        }
        rules_free(rules);
    }
    return status;
}

/* All numbers are read as reals, so that no integer is too large to be compared. */
static json_t *read_input(void)
{
    struct buffer text = {NULL, 0, 0};
    json_error_t error;
    json_t *input = NULL;
    buffer_reserve(&text, INPUT_MAX + 1);
    text.size = fread(text.data, 1, INPUT_MAX + 1, stdin);
    if (text.size > INPUT_MAX) {
        (void)fprintf(stderr, "conclave-eval-rules: the proposal is longer than %d bytes\n",
                      INPUT_MAX);
    } else {
        input = json_loadb(
            (const char *)text.data, text.size,
            JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
        if (input == NULL) {
            (void)fprintf(stderr, "conclave-eval-rules: standard input, line %d: %s\n",
                          error.line, error.text);
        }
    }
    buffer_free(&text);
    return input;
}

static int evaluate(const char *file)
{
    struct rules *rules = NULL;
    struct complaint why = {""};
    int status = EXIT_FAILURE;
    if (rules_load(file, &rules, &why) != 0) {
        (void)fprintf(stderr, "conclave-eval-rules: %s\n", why.text);
        return EXIT_USAGE;
    }
    json_t *input = read_input();
    json_t *proposal = json_object_get(input, "proposal");
    if (input != NULL && !json_is_object(proposal)) {
        (void)fputs("conclave-eval-rules: standard input has no object \"proposal\"; "
                    "see conclave-agent(1) for the form\n",
                    stderr);
    } else if (input != NULL) {
        struct verdict *v = alloc(sizeof(*v));
        judge(rules, proposal, json_object_get(input, "seat"), v);
        json_t *answer =
            json_pack("{s:s, s:i, s:s}", "choice", choice_name(v->choice), "confidence",
                      (int)v->confidence, "rationale", v->rationale);
        if (json_dumpf(answer, stdout, JSON_COMPACT) == 0 && putchar('\n') != EOF &&
            fflush(stdout) == 0) {
            status = EXIT_SUCCESS;
        }
        json_decref(answer);
        free(v);
    }
    json_decref(input);
    rules_free(rules);
    return status;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        (void)fputs(usage, stdout);
        return EXIT_SUCCESS;
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        (void)puts("conclave-eval-rules " PACKAGE_VERSION);
        return EXIT_SUCCESS;
    }
    if (argc >= 3 && strcmp(argv[1], "--check") == 0) {
        return check(argv + 2);
    }
    if (argc != 2 || argv[1][0] == '-') {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    return evaluate(argv[1]);
}
