/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"

#include "base/alloc.h"

#include <limits.h>
#include <stdlib.h>

static const struct command_option options[] = {
    {"charter", ARGUMENT_FILE, "FILE", "the council's charter, from somebody you trust"},
    {"remember", ARGUMENT_FILE, "FILE",
     "compare with the newest checkpoint seen before, which FILE keeps"},
    {"text", ARGUMENT_NONE, NULL, "show the proposal's text and evidence, too"},
    {"quiet", ARGUMENT_NONE, NULL, "say nothing of what holds"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

static char *word(const char *text)
{
    return (char *)(uintptr_t)text;
}

/* Becomes conclave-verify, which has none of the node's code. */
static enum command_exit run(const struct command_line *line)
{
    enum { OWN_WORDS = 8 };
    size_t files = (size_t)line->operand_count, count = 0;
    const char *charter = command_value(line, "charter");
    if (charter == NULL) {
        return command_misuse(
            line, "--charter is missing: proofs are judged by the council's charter");
    }
    char **words = alloc_zero(files + OWN_WORDS, sizeof(*words));
    words[count++] = word("--charter");
    words[count++] = word(charter);
    const char *remember = command_value(line, "remember");
    if (remember != NULL) {
        words[count++] = word("--remember");
        words[count++] = word(remember);
    }
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
    .summary = "Check proofs, checkpoints and the public log by the charter alone",
    .operands = "THING...",
    .operand = ARGUMENT_FILE,
    .operands_min = 1,
    .operands_max = INT_MAX,
    .options = options,
    .details =
        "No node and no network are needed. A THING is a bundle that conclave export\n"
        "wrote, a checkpoint, a proof that conclave prove wrote, or a directory that\n"
        "conclave publish keeps; - is standard input. See conclave-verify(1).\n",
    .run = run,
};
