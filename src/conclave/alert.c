/* SPDX-License-Identifier: ISC */
/* The commands of alerts, which are conclave-alert's own words. */
#include "conclave/commands.h"

#include <string.h>

static char *word(const char *text)
{
    return (char *)(uintptr_t)text;
}

/* Becomes conclave-alert, which alone knows webhooks and the queue. */
static enum command_exit become(const struct command_line *line, const char *config,
                                const char *flag)
{
    enum { WORDS = 8 };
    char *words[WORDS];
    size_t count = 0;
    words[count++] = word(strchr(line->command->name, ' ') + 1);
    if (config != NULL) {
        words[count++] = word("--config");
        words[count++] = word(config);
    }
    if (flag != NULL) {
        words[count++] = word(flag);
    }
    if (line->json) {
        words[count++] = word("--json");
    }
    words[count++] = word("--");
    if (line->operand_count > 0) {
        words[count++] = line->operands[0];
    }
    return command_become(line, "conclave-alert", words, count);
}

static enum command_exit run(const struct command_line *line)
{
    return become(line, command_value(line, "config"), NULL);
}

static enum command_exit run_keygen(const struct command_line *line)
{
    return become(line, NULL, command_flag(line, "pair") ? "--pair" : NULL);
}

static const struct command_option options[] = {
    {"config", ARGUMENT_FILE, "FILE", "that of conclave-alert, conclave-alert.conf(5)"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

static const struct command_option keygen_options[] = {
    {"pair", ARGUMENT_NONE, NULL, "a key pair instead of a shared secret"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_alert_test = {
    .name = "alert test",
    .summary = "Send a test alert now, and say what happened",
    .operands = "[RECEIVER]",
    .operand = ARGUMENT_WORD,
    .operands_max = 1,
    .options = options,
    .details = "To the receiver, or to all of the configuration, past the queue.\n",
    .run = run,
};

const struct command command_alert_queue = {
    .name = "alert queue",
    .summary = "Show what alerts wait, and how receivers do",
    .operands = "",
    .options = options,
    .run = run,
};

const struct command command_alert_retry = {
    .name = "alert retry",
    .summary = "Try a receiver again at once",
    .operands = "[RECEIVER]",
    .operand = ARGUMENT_WORD,
    .operands_max = 1,
    .options = options,
    .details = "Also one that has said that it wants no more. Without a name: all.\n",
    .run = run,
};

const struct command command_alert_drop = {
    .name = "alert drop",
    .summary = "Throw away what waits for a receiver",
    .operands = "RECEIVER",
    .operand = ARGUMENT_WORD,
    .operands_min = 1,
    .operands_max = 1,
    .options = options,
    .run = run,
};

const struct command command_alert_keygen = {
    .name = "alert keygen",
    .summary = "Make a secret that signs webhooks",
    .operands = "FILE",
    .operand = ARGUMENT_FILE,
    .operands_min = 1,
    .operands_max = 1,
    .options = keygen_options,
    .details = "A secret that the receiver gets, too (whsec_); or, with --pair, a key of\n"
               "which it gets the public part (whpk_), which is printed.\n",
    .run = run_keygen,
};
