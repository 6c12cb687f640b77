/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/completion.h"

#include <stdio.h>
#include <string.h>

static const char begin[] =
    "#compdef conclave\n"
    "# zsh completion for conclave(1), printed by conclave completion zsh\n"
    "\n"
    "# The first column of a list that the node gives.\n"
    "_conclave_ids()\n"
    "{\n"
    "    local -a socket ids\n"
    "    local at=${words[(I)--socket]}\n"
    "    (( at )) && socket=(--socket ${(Q)words[at + 1]})\n"
    "    ids=(${(f)\"$(_call_program ids ${(q)conclave} $1 --limit 100 ${(q)socket} "
    "2>/dev/null |\n"
    "        sed -n 's/^ *\\([0-9a-f]\\{1,\\}\\) .*/\\1/p')\"})\n"
    "    compadd -a ids\n"
    "}\n"
    "\n"
    "_conclave()\n"
    "{\n"
    "    local conclave=${(Q)words[1]} command\n"
    "    local -a first second\n"
    "    if (( CURRENT > 2 )) && [[ $words[2] == help ]]; then\n"
    "        shift words\n"
    "        (( CURRENT-- ))\n"
    "        (( CURRENT > 3 )) && return 1\n"
    "    fi\n"
    "    first=(\n"
    "        'help:Summary of a command'\n";

static void print_candidates(enum command_argument a)
{
    static const struct completion_sources sources = {
        .file = "_files",
        .directory = "_files -/",
        .proposal = " _conclave_ids proposals", /* the space keeps compadd's options away */
        .flag = " _conclave_ids flags",
        .any = " ",
    };
    const char *words = completion_words(a);
    if (words != NULL) {
        (void)printf("(%s)", words);
        return;
    }
    (void)fputs(completion_of(a, &sources), stdout);
}

static void print_quoted(const char *text)
{
    completion_quoted(text, "\\[]:", "'\\''");
}

static void print_spelling(const char *dashes, const char *name, int length,
                           const char *equals, const struct command_option *o)
{
    (void)printf(" \\\n            '%s%.*s%s[", dashes, length, name,
                 o->argument != ARGUMENT_NONE ? equals : "");
    print_quoted(o->help);
    (void)printf("]");
    if (o->argument != ARGUMENT_NONE) {
        (void)printf(":%s:", o->value);
        print_candidates(o->argument);
    }
    (void)printf("'");
}

static void print_option(const struct command *c, const struct command_option *o)
{
    (void)c;
    if (completion_short(o) != '\0') {
        print_spelling("-", o->name, 1, "", o);
    }
    print_spelling("--", o->name, 32, "=", o);
}

static void print_command(const struct command *c)
{
    (void)printf("    '%s')\n        ", c->name);
    if (c->raw) {
        (void)printf(
            "compadd -- ${(f)\"$($conclave %s --help | grep -o -e ' --[a-z-]*' | tr -d ' '"
            ")\"}\n        _files\n        ;;\n",
            c->name);
        return;
    }
    (void)printf("_arguments");
    completion_each(c, print_option);
    if (c->operands_max > 0) {
        (void)printf(" \\\n            '*:%s:",
                     c->operand == ARGUMENT_FILE ? "FILE" : "argument");
        print_candidates(c->operand);
        (void)printf("'");
    }
    (void)printf("\n        ;;\n");
}

static void print_item(const char *name, int length, const char *summary)
{
    (void)printf("        '%.*s:", length, name);
    print_quoted(summary);
    (void)printf("'\n");
}

/* The second words of all commands whose first is that of this one. */
static void print_family(size_t of)
{
    const char *second;
    size_t length = completion_first(commands[of], &second);
    bool any = false;
    for (size_t i = of; commands[i] != NULL; i++) {
        const char *word;
        if (completion_first(commands[i], &word) != length || word == NULL ||
            strncmp(commands[i]->name, commands[of]->name, length) != 0) {
            continue;
        }
        if (!any) {
            (void)printf("    %.*s)\n    second=(\n", (int)length, commands[of]->name);
            any = true;
        }
        print_item(word, 32, commands[i]->summary);
    }
    if (any) {
        (void)printf("    )\n    ;;\n");
    }
}

void completion_zsh(void)
{
    (void)fputs(begin, stdout);
    for (size_t i = 0; commands[i] != NULL; i++) {
        const char *second;
        size_t length = completion_first(commands[i], &second);
        if (completion_is_again(i)) {
            continue;
        }
        if (second == NULL) {
            print_item(commands[i]->name, (int)length, commands[i]->summary);
        } else {
            (void)printf("        '%.*s:", (int)length, commands[i]->name);
            completion_seconds(i);
            (void)printf("'\n");
        }
    }
    (void)printf("    )\n"
                 "    if (( CURRENT == 2 )); then\n"
                 "        _describe -t commands command first\n"
                 "        return\n"
                 "    fi\n"
                 "    command=$words[2]\n"
                 "    case $command in\n");
    for (size_t i = 0; commands[i] != NULL; i++) {
        if (!completion_is_again(i)) {
            print_family(i);
        }
    }
    (void)printf("    esac\n"
                 "    if (( CURRENT == 3 && $#second )); then\n"
                 "        _describe -t commands command second\n"
                 "    elif (( $#second )) && [[ -n ${(M)second:#$words[3]:*} ]]; then\n"
                 "        command+=\" $words[3]\"\n"
                 "        shift words\n"
                 "        (( CURRENT-- ))\n"
                 "    fi\n"
                 "    shift words\n"
                 "    (( CURRENT-- ))\n"
                 "    case $command in\n");
    for (size_t i = 0; commands[i] != NULL; i++) {
        print_command(commands[i]);
    }
    (void)printf("    esac\n"
                 "}\n"
                 "\n"
                 "_conclave \"$@\"\n");
}
