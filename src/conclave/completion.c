/* SPDX-License-Identifier: ISC */
#include "conclave/completion.h"
#include "conclave/commands.h"

#include <stdio.h>
#include <string.h>

void completion_each(const struct command *c, completion_option *fn)
{
    static const struct command_option socket = {"socket", ARGUMENT_FILE, "PATH",
                                                 "the node's control socket"};
    static const struct command_option json = {"json", ARGUMENT_NONE, NULL,
                                               "one JSON text, for programs"};
    static const struct command_option help = {"help", ARGUMENT_NONE, NULL,
                                               "what the command is about"};
    for (int i = 0; c->options != NULL && c->options[i].name != NULL; i++) {
        fn(c, &c->options[i]);
    }
    if (c->socket) {
        fn(c, &socket);
    }
    fn(c, &json);
    fn(c, &help);
}

char completion_short(const struct command_option *o)
{
    return strcmp(o->name, "output") == 0 || strcmp(o->name, "follow") == 0 ? o->name[0]
                                                                            : '\0';
}

const char *completion_words(enum command_argument a)
{
    switch (a) {
    case ARGUMENT_PROPOSAL_STATE:
        return "open final all";
    case ARGUMENT_FLAG_STATE:
        return "open new acknowledged cleared all";
    case ARGUMENT_LEVEL:
        return "debug info warn error";
    case ARGUMENT_SHELL:
        return "bash fish zsh";
    case ARGUMENT_NONE:
    case ARGUMENT_WORD:
    case ARGUMENT_NUMBER:
    case ARGUMENT_FILE:
    case ARGUMENT_DIRECTORY:
    case ARGUMENT_PROPOSAL:
    case ARGUMENT_FLAG:
        break;
    }
    return NULL;
}

const char *completion_of(enum command_argument a, const struct completion_sources *s)
{
    switch (a) {
    case ARGUMENT_FILE:
        return s->file;
    case ARGUMENT_DIRECTORY:
        return s->directory;
    case ARGUMENT_PROPOSAL:
        return s->proposal;
    case ARGUMENT_FLAG:
        return s->flag;
    case ARGUMENT_NONE:
    case ARGUMENT_WORD:
    case ARGUMENT_NUMBER:
    case ARGUMENT_PROPOSAL_STATE:
    case ARGUMENT_FLAG_STATE:
    case ARGUMENT_LEVEL:
    case ARGUMENT_SHELL:
        break;
    }
    return s->any;
}

size_t completion_first(const struct command *c, const char **second)
{
    const char *space = strchr(c->name, ' ');
    *second = space != NULL ? space + 1 : NULL;
    return space != NULL ? (size_t)(space - c->name) : strlen(c->name);
}

static bool is_of_family(const struct command *a, const struct command *b)
{
    const char *second;
    size_t length = completion_first(a, &second);
    return completion_first(b, &second) == length && strncmp(a->name, b->name, length) == 0;
}

bool completion_is_again(size_t command)
{
    for (size_t i = 0; i < command; i++) {
        if (is_of_family(commands[i], commands[command])) {
            return true;
        }
    }
    return false;
}

void completion_seconds(size_t command)
{
    const char *second, *comma = "";
    for (size_t i = command; commands[i] != NULL; i++) {
        (void)completion_first(commands[i], &second);
        if (second != NULL && is_of_family(commands[i], commands[command])) {
            (void)printf("%s%s", comma, second);
            comma = ", ";
        }
    }
}

void completion_quoted(const char *text, const char *special, const char *quote)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            (void)fputs(quote, stdout);
            continue;
        }
        if (strchr(special, *text) != NULL) {
            (void)putchar('\\');
        }
        (void)putchar(*text);
    }
}

static enum command_exit run(const struct command_line *line)
{
    const char *shell = line->operands[0];
    if (line->json) {
        return command_misuse(line, "what a shell reads is no JSON; leave out --json");
    }
    if (strcmp(shell, "bash") == 0) {
        completion_bash();
    } else if (strcmp(shell, "fish") == 0) {
        completion_fish();
    } else if (strcmp(shell, "zsh") == 0) {
        completion_zsh();
    } else {
        return command_misuse(line, "there is no completion for \"%s\": bash, fish or zsh",
                              shell);
    }
    return COMMAND_DONE;
}

const struct command command_completion = {
    .name = "completion",
    .summary = "Print what a shell needs to complete command lines",
    .operands = "SHELL",
    .operand = ARGUMENT_SHELL,
    .operands_min = 1,
    .operands_max = 1,
    .details =
        "SHELL is bash, fish or zsh. make install puts what is printed where the shell\n"
        "looks; by hand, in bash: eval \"$(conclave completion bash)\"\n",
    .run = run,
};
