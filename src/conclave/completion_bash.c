/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/completion.h"

#include <stdio.h>

static const char begin[] =
    "# bash completion for conclave(1), printed by conclave completion bash\n"
    "\n"
    "# The first column of a list that the node gives.\n"
    "_conclave_ids()\n"
    "{\n"
    "    local i socket=()\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        [[ ${COMP_WORDS[i]} == --socket ]] && socket=(--socket \"${COMP_WORDS[i + "
    "1]}\")\n"
    "    done\n"
    "    \"$@\" --limit 100 \"${socket[@]}\" 2>/dev/null | sed -n 's/^ "
    "*\\([0-9a-f]\\{1,\\}\\) "
    ".*/\\1/p'\n"
    "}\n"
    "\n"
    "_conclave()\n"
    "{\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local command=${COMP_WORDS[1]} at=2 options kind words second list\n"
    "    COMPREPLY=()\n"
    "    # --option=argument comes as three words.\n"
    "    if [[ $cur == = ]]; then\n"
    "        cur=''\n"
    "    elif [[ $prev == = ]]; then\n"
    "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    if [[ $command == help && $COMP_CWORD -gt 1 ]]; then\n"
    "        command=${COMP_WORDS[2]} at=3\n"
    "    fi\n"
    "    if [[ $COMP_CWORD -lt $at ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W 'help --help --version";

static const char end[] = "    esac\n"
                          "    if [[ $at == 3 ]]; then\n"
                          "        options='' kind=''\n"
                          "    fi\n"
                          "    if [[ $cur == -* || $kind == any ]]; then\n"
                          "        list=$options\n"
                          "    fi\n"
                          "    if [[ $COMP_CWORD == \"$at\" ]]; then\n"
                          "        list+=\" $second\"\n"
                          "    fi\n"
                          "    case $kind in\n"
                          "    proposal) list+=\" $(_conclave_ids \"$1\" proposals)\" ;;\n"
                          "    flag) list+=\" $(_conclave_ids \"$1\" flags)\" ;;\n"
                          "    words) list+=\" $words\" ;;\n"
                          "    esac\n"
                          "    mapfile -t COMPREPLY < <(compgen -W \"$list\" -- \"$cur\")\n"
                          "    if [[ $kind == file || $kind == directory ]]; then\n"
                          "        compopt -o filenames 2>/dev/null\n"
                          "        mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < "
                          "<(compgen -A \"$kind\" -- \"$cur\")\n"
                          "    fi\n"
                          "}\n"
                          "complete -F _conclave conclave\n";

static void print_kind(enum command_argument a)
{
    static const struct completion_sources sources = {
        .file = "kind=file",
        .directory = "kind=directory",
        .proposal = "kind=proposal",
        .flag = "kind=flag",
        .any = "kind=any",
    };
    const char *words = completion_words(a);
    if (words != NULL) {
        (void)printf("kind=words words='%s'", words);
        return;
    }
    (void)fputs(completion_of(a, &sources), stdout);
}

static void print_name(const struct command *c, const struct command_option *o)
{
    char letter = completion_short(o);
    (void)c;
    if (letter != '\0') {
        (void)printf("-%c ", letter);
    }
    (void)printf("--%s ", o->name);
}

static void print_argument(const struct command *c, const struct command_option *o)
{
    char letter = completion_short(o);
    (void)c;
    if (o->argument == ARGUMENT_NONE) {
        return;
    }
    (void)printf("        --%s", o->name);
    if (letter != '\0') {
        (void)printf(" | -%c", letter);
    }
    (void)printf(") options='' second='' ");
    print_kind(o->argument);
    (void)printf(" ;;\n");
}

static void print_command(const struct command *c)
{
    (void)printf("    '%s')\n", c->name);
    if (c->raw) {
        (void)printf(
            "        options=$(\"$1\" %s --help | grep -o -e ' --[a-z-]*') kind=file\n"
            "        ;;\n",
            c->name);
        return;
    }
    (void)printf("        options='");
    completion_each(c, print_name);
    (void)printf("'\n        case $prev in\n");
    completion_each(c, print_argument);
    (void)printf("        *) ");
    print_kind(c->operand);
    (void)printf(" ;;\n        esac\n        ;;\n");
}

/* What follows the first word of commands of two words. */
static void print_families(void)
{
    (void)printf("    case $command in\n");
    for (size_t i = 0; commands[i] != NULL; i++) {
        const char *second;
        size_t length = completion_first(commands[i], &second);
        if (second != NULL) {
            (void)printf("    %.*s) second+=' %s' ;;&\n", (int)length, commands[i]->name,
                         second);
        }
    }
    (void)printf("    esac\n    if [[ $COMP_CWORD -gt $at ]]; then\n"
                 "        case \"$command ${COMP_WORDS[at]}\" in\n");
    for (size_t i = 0; commands[i] != NULL; i++) {
        const char *second;
        (void)completion_first(commands[i], &second);
        if (second != NULL) {
            (void)printf("        '%s') command='%s' second='' ;;\n", commands[i]->name,
                         commands[i]->name);
        }
    }
    (void)printf("        esac\n    fi\n");
}

void completion_bash(void)
{
    (void)fputs(begin, stdout);
    for (size_t i = 0; commands[i] != NULL; i++) {
        const char *second;
        size_t length = completion_first(commands[i], &second);
        if (!completion_is_again(i)) {
            (void)printf(" %.*s", (int)length, commands[i]->name);
        }
    }
    (void)printf("' -- \"$cur\")\n        return\n    fi\n");
    print_families();
    (void)printf("    case $command in\n");
    for (size_t i = 0; commands[i] != NULL; i++) {
        print_command(commands[i]);
    }
    (void)fputs(end, stdout);
}
