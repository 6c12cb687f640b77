/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/completion.h"

#include <stdio.h>

static const char begin[] =
    "# fish completion for conclave(1), printed by conclave completion fish\n"
    "\n"
    "# The first column of a list that the node gives.\n"
    "function __conclave_ids\n"
    "    set -l words (commandline -opc)\n"
    "    set -l socket\n"
    "    set -l at (contains -i -- --socket $words)\n"
    "    and set socket --socket $words[(math $at + 1)]\n"
    "    $words[1] $argv --limit 100 $socket 2>/dev/null | string match -r '^ "
    "*[0-9a-f]+(?= )' | "
    "string trim\n"
    "end\n"
    "\n"
    "# Whether the words so far make this command, or, without one, none yet.\n"
    "function __conclave_at\n"
    "    set -l words (commandline -opc)\n"
    "    set -l command $words[2]\n"
    "    if test \"$command\" = help\n"
    "        test (count $words) -eq 2; and test -z \"$argv[1]\"\n"
    "        return\n"
    "    end\n"
    "    if contains -- \"$words[2] $words[3]\"";

static const char rest[] =
    "\n"
    "        set command \"$words[2] $words[3]\"\n"
    "    end\n"
    "    test \"$command\" = \"$argv[1]\"\n"
    "end\n"
    "\n"
    "# Whether the second word of a command is to come.\n"
    "function __conclave_after\n"
    "    set -l words (commandline -opc)\n"
    "    test \"$words[2]\" = help; and set -e words[2]\n"
    "    test (count $words) -eq 2; and test \"$words[2]\" = "
    "\"$argv[1]\"\n"
    "end\n"
    "\n"
    "complete -c conclave -f\n"
    "complete -c conclave -n '__conclave_at \"\"' -l help -d Summary\n"
    "complete -c conclave -n '__conclave_at \"\"' -l version -d Version\n"
    "complete -c conclave -n '__conclave_at \"\"' -a help -d Summary\n";

static void print_candidates(enum command_argument a)
{
    static const struct completion_sources sources = {
        .file = " -F",
        .directory = " -a '(__fish_complete_directories (commandline -ct))'",
        .proposal = " -a '(__conclave_ids proposals)'",
        .flag = " -a '(__conclave_ids flags)'",
        .any = "",
    };
    const char *words = completion_words(a);
    if (words != NULL) {
        (void)printf(" -a '%s'", words);
        return;
    }
    (void)fputs(completion_of(a, &sources), stdout);
}

static void print_description(const char *text)
{
    (void)printf(" -d '");
    completion_quoted(text, "\\", "\\'");
    (void)printf("'\n");
}

static void print_option(const struct command *c, const struct command_option *o)
{
    char letter = completion_short(o);
    (void)printf("complete -c conclave -n '__conclave_at \"%s\"' -l %s", c->name, o->name);
    if (letter != '\0') {
        (void)printf(" -s %c", letter);
    }
    if (o->argument != ARGUMENT_NONE) {
        (void)printf(o->argument == ARGUMENT_FILE ? " -r" : " -x");
        print_candidates(o->argument);
    }
    print_description(o->help);
}

static void print_command(size_t i)
{
    const struct command *c = commands[i];
    const char *second;
    size_t length = completion_first(c, &second);
    if (second != NULL) {
        (void)printf("complete -c conclave -n '__conclave_after %.*s' -a %s", (int)length,
                     c->name, second);
        print_description(c->summary);
    }
    if (!completion_is_again(i)) {
        (void)printf("complete -c conclave -n '__conclave_at \"\"' "
                     "-a %.*s",
                     (int)length, c->name);
        if (second == NULL) {
            print_description(c->summary);
        } else {
            (void)printf(" -d '");
            completion_seconds(i);
            (void)printf("'\n");
        }
    }
    if (c->raw) {
        (void)printf(
            "complete -c conclave -n '__conclave_at \"%s\"' -F -a '(conclave %s --help | "
            "string match -r -a -- \"(?<= )--[a-z-]+\")'\n",
            c->name, c->name);
        return;
    }
    completion_each(c, print_option);
    if (c->operands_max > 0) {
        (void)printf("complete -c conclave -n '__conclave_at \"%s\"'", c->name);
        print_candidates(c->operand);
        (void)printf("\n");
    }
}

void completion_fish(void)
{
    (void)fputs(begin, stdout);
    for (size_t i = 0; commands[i] != NULL; i++) {
        const char *second;
        (void)completion_first(commands[i], &second);
        if (second != NULL) {
            (void)printf(" '%s'", commands[i]->name);
        }
    }
    (void)fputs(rest, stdout);
    for (size_t i = 0; commands[i] != NULL; i++) {
        print_command(i);
    }
}
