/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/commands.h"
#include "conclave/help.h"
#include "conclave/output.h"

#include "base/alloc.h"
#include "base/text.h"
#include "control/control.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what commands use --- */

static int option_index(const struct command *c, const char *name)
{
    for (int i = 0; c->options != NULL && c->options[i].name != NULL; i++) {
        if (strcmp(c->options[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

const char *command_value(const struct command_line *line, const char *option)
{
    int index = option_index(line->command, option);
    assert(index >= 0);
    return line->values[index];
}

bool command_flag(const struct command_line *line, const char *option)
{
    return command_value(line, option) != NULL;
}

bool command_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
    /* strtoull would take signs and spaces. */
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0') {
        return false;
    }
    errno = 0;
    unsigned long long value = strtoull(text, NULL, 10);
    if (errno != 0 || value < min || value > max) {
        return false;
    }
    *out = value;
    return true;
}

bool command_number(const struct command_line *line, const char *option, uint64_t min,
                    uint64_t max, uint64_t *out)
{
    const char *text = command_value(line, option);
    if (text == NULL || command_parse_number(text, min, max, out)) {
        return true;
    }
    (void)command_misuse(line, "--%s wants a number from %llu to %llu, not \"%s\"", option,
                         (unsigned long long)min, (unsigned long long)max, text);
    return false;
}

static void say(const struct command_line *line, const char *format, va_list args)
{
    char *text = NULL;
    int length = vasprintf(&text, format, args);
    assert(length >= 0);
    struct buffer safe = {NULL, 0, 0};
    text_escape(&safe, slice_of(text, (size_t)length), "");
    (void)output_flush();
    (void)fprintf(stderr, "conclave%s%s: %.*s\n", line->command != NULL ? " " : "",
                  line->command != NULL ? line->command->name : "", (int)safe.size,
                  safe.data != NULL ? (const char *)safe.data : "");
    buffer_free(&safe);
    free(text);
}

enum command_exit command_fail(const struct command_line *line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(line, format, args);
    va_end(args);
    return COMMAND_FAILED;
}

enum command_exit command_misuse(const struct command_line *line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(line, format, args);
    va_end(args);
    (void)fprintf(stderr, "Try: conclave%s%s --help\n", line->command != NULL ? " " : "",
                  line->command != NULL ? line->command->name : "");
    return COMMAND_USAGE;
}

/* --- reading the command line --- */

enum { OPTION_HELP = 256, OPTION_JSON, OPTION_SOCKET, OPTION_FIRST };

static size_t build_options(const struct command *c, struct option *out)
{
    size_t count = 0;
    out[count++] = (struct option){"help", no_argument, NULL, OPTION_HELP};
    out[count++] = (struct option){"json", no_argument, NULL, OPTION_JSON};
    if (c->socket) {
        out[count++] = (struct option){"socket", required_argument, NULL, OPTION_SOCKET};
    }
    for (int i = 0; c->options != NULL && c->options[i].name != NULL; i++) {
        assert(i < COMMAND_OPTIONS_MAX);
        out[count++] = (struct option){
            c->options[i].name,
            c->options[i].argument != ARGUMENT_NONE ? required_argument : no_argument, NULL,
            OPTION_FIRST + i};
    }
    out[count] = (struct option){NULL, 0, NULL, 0};
    return count;
}

/* getopt's complaint about argv[optind - 1], in our words. */
static enum command_exit bad_option(const struct command_line *line, int answer,
                                    char **argv)
{
    const char *given = argv[optind - 1];
    if (answer == ':') {
        return command_misuse(line, "%s wants an argument", given);
    }
    if (optopt >= OPTION_HELP) {
        return command_misuse(line, "%s takes no argument", given);
    }
    const char *near = help_nearest_option(line->command, given);
    if (near != NULL) {
        return command_misuse(line, "there is no option %s; did you mean --%s?", given,
                              near);
    }
    return command_misuse(line, "there is no option %s, or it could mean several", given);
}

static enum command_exit run(const struct command *c, int argc, char **argv)
{
    struct option options[COMMAND_OPTIONS_MAX + 4];
    struct command_line line = {.command = c};
    int answer;
    if (c->raw) {
        line.operands = argv + 1;
        line.operand_count = argc - 1;
        return c->run(&line);
    }
    (void)build_options(c, options);
    int output = option_index(c, "output"), follow = option_index(c, "follow");
    char shorts[8];
    /* The plus: no option comes after an operand. */
    (void)snprintf(shorts, sizeof(shorts), "%s:h%s%s", c->program ? "+" : "",
                   output >= 0 ? "o:" : "", follow >= 0 ? "f" : "");
    opterr = 0;
    optind = 0; /* GNU: begin anew */
    while ((answer = getopt_long(argc, argv, shorts, options, NULL)) != -1) {
        answer = answer == 'o' ? OPTION_FIRST + output : answer;
        answer = answer == 'f' ? OPTION_FIRST + follow : answer;
        if (answer == OPTION_HELP || answer == 'h') {
            help_command(c);
            return COMMAND_DONE;
        } else if (answer == OPTION_JSON) {
            line.json = true;
        } else if (answer == OPTION_SOCKET) {
            line.socket = optarg;
        } else if (answer >= OPTION_FIRST) {
            if (line.values[answer - OPTION_FIRST] != NULL) {
                return command_misuse(&line, "--%s is given twice",
                                      c->options[answer - OPTION_FIRST].name);
            }
            line.values[answer - OPTION_FIRST] = optarg != NULL ? optarg : "";
        } else {
            return bad_option(&line, answer, argv);
        }
    }
    line.operands = argv + optind;
    line.operand_count = argc - optind;
    if (line.operand_count < c->operands_min) {
        return command_misuse(&line, "%s is missing", c->operands);
    }
    if (line.operand_count > c->operands_max && c->operands_max == 0 &&
        help_is_family(c->name)) {
        char *words[] = {(char *)(uintptr_t)c->name, line.operands[0]};
        const char *near = help_nearest_command(2, words);
        if (near != NULL && strcmp(near, c->name) != 0) {
            return command_misuse(&line,
                                  "there is no command \"%s %s\"; did you mean \"%s\"?",
                                  c->name, line.operands[0], near);
        }
    }
    if (line.operand_count > c->operands_max) {
        return command_misuse(&line, "\"%s\" is one argument too many",
                              line.operands[c->operands_max]);
    }
    return c->run(&line);
}

/* Finds the longest command that the words begin with; *words is how many make its name. */
static const struct command *find_command(int argc, char **argv, int *words)
{
    const struct command *found = NULL;
    for (int i = 0; commands[i] != NULL; i++) {
        const char *name = commands[i]->name;
        const char *space = strchr(name, ' ');
        size_t first = space != NULL ? (size_t)(space - name) : strlen(name);
        if (argc < 1 || strlen(argv[0]) != first || strncmp(argv[0], name, first) != 0) {
            continue;
        }
        if (space != NULL && argc > 1 && strcmp(argv[1], space + 1) == 0) {
            *words = 2;
            return commands[i];
        }
        if (space == NULL) {
            *words = 1;
            found = commands[i];
        }
    }
    return found;
}

static enum command_exit unknown_command(int argc, char **argv)
{
    struct command_line line = {NULL};
    bool asks_help =
        argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
    if (help_is_family(argv[0]) && (argc == 1 || asks_help)) {
        help_family(argv[0], asks_help ? stdout : stderr);
        return asks_help ? COMMAND_DONE : COMMAND_USAGE;
    }
    if (argv[0][0] == '-') {
        return command_misuse(&line, "there is no option %s before the command", argv[0]);
    }
    bool two = help_is_family(argv[0]) && argv[1][0] != '-';
    const char *near = help_nearest_command(argc, argv);
    if (near != NULL) {
        return command_misuse(&line, "there is no command \"%s%s%s\"; did you mean \"%s\"?",
                              argv[0], two ? " " : "", two ? argv[1] : "", near);
    }
    return command_misuse(&line, "there is no command \"%s%s%s\"", argv[0], two ? " " : "",
                          two ? argv[1] : "");
}

static enum command_exit dispatch(int argc, char **argv)
{
    if (argc < 2) {
        help_overview(stderr);
        return COMMAND_USAGE;
    }
    bool asks_help = strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
                     strcmp(argv[1], "help") == 0;
    if (asks_help && argc == 2) {
        help_overview(stdout);
        return COMMAND_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)printf("conclave %s\n", help_version());
        return COMMAND_DONE;
    }
    int words = 0;
    int skip = asks_help ? 2 : 1;
    const struct command *c = find_command(argc - skip, argv + skip, &words);
    if (c == NULL && asks_help && help_is_family(argv[skip]) && argc == skip + 1) {
        help_family(argv[skip], stdout);
        return COMMAND_DONE;
    }
    if (c == NULL) {
        return unknown_command(argc - skip, argv + skip);
    }
    if (asks_help) {
        help_command(c);
        return COMMAND_DONE;
    }
    /* getopt takes the word before the options for the program's name. */
    return run(c, argc - skip - words + 1, argv + skip + words - 1);
}

int main(int argc, char **argv)
{
    /* Only how characters are spelt: numbers and messages are the same everywhere. */
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) {
        (void)setlocale(LC_CTYPE, "");
    }
    control_library_init();
    enum command_exit status = dispatch(argc, argv);
    if (!output_flush() && status == COMMAND_DONE) {
        (void)fprintf(stderr, "conclave: cannot write the output: %s\n", strerror(errno));
        return COMMAND_FAILED;
    }
    return (int)status;
}
