/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"

#include "base/alloc.h"

#include <limits.h>
#include <stdlib.h>

static const struct command_option options[] = {
    {"charter", ARGUMENT_FILE, "FILE", "the council's charter, from somebody you trust"},
    {"text", ARGUMENT_NONE, NULL, "show the proposal's text and evidence, too"},
    {"quiet", ARGUMENT_NONE, NULL, "say nothing of files that hold"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

static char *word(const char *text)
{
    return (char *)(uintptr_t)text;
}

/* Becomes conclave-verify, which has none of the node's code. */
static enum command_exit run(const struct command_line *line)
{
    enum { OWN_WORDS = 6 };
    size_t files = (size_t)line->operand_count, count = 0;
    const char *charter = command_value(line, "charter");
    if (charter == NULL) {
        return command_misuse(
            line, "--charter is missing: proofs are judged by the council's charter");
    }
    char **words = alloc_zero(files + OWN_WORDS, sizeof(*words));
    words[count++] = word("--charter");
    words[count++] = word(charter);
    const char *const flags[] = {"text", "quiet"};
    const char *const spelt[] = {"--text", "--quiet"};
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (command_flag(line, flags[i])) {
            words[count++] = word(spelt[i]);
        }
    }
    if (line->json) {
        words[count++] = word("--json");
    }
    words[count++] = word("--");
    for (size_t i = 0; i < files; i++) {
        words[count++] = line->operands[i];
    }
    enum command_exit status = command_become(line, "conclave-verify", words, count);
    free(words);
    return status;
}

const struct command command_verify = {
    .name = "verify",
    .summary = "Check proofs of decisions by the charter alone",
    .operands = "FILE...",
    .operand = ARGUMENT_FILE,
    .operands_min = 1,
    .operands_max = INT_MAX,
    .options = options,
    .details = "No node and no network are needed. A FILE is a bundle that conclave export "
               "wrote,\n- is standard input. See conclave-verify(1).\n",
    .run = run,
};
