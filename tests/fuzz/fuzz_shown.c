/* SPDX-License-Identifier: ISC */
/*
 * The commands of conclave(1) that print what a node answers. First byte: which command;
 * the rest: the node's results, one a line, until it closes. Whatever it answers, what is
 * printed cannot drive a terminal.
 */
#include "base/alloc.h"
#include "base/text.h"
#include "conclave/commands.h"
#include "conclave/node.h"
#include "fuzz.h"
#include "script.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct slice answers;

/* --- in place of the node --- */

int control_connect(const char *path, struct control_client **out, struct complaint *why)
{
    (void)path;
    (void)why;
    *out = NULL;
    return 0;
}

void control_disconnect(struct control_client *c)
{
    (void)c;
}

int control_call(struct control_client *c, const char *method, json_t *params,
                 json_t **result, int timeout_ms, struct complaint *why)
{
    (void)c;
    (void)method;
    (void)timeout_ms;
    json_decref(params);
    if (answers.size == 0) {
        return complain(why, CONCLAVE_ECLOSED, "the node closed the connection");
    }
    const uint8_t *end = memchr(answers.data, '\n', answers.size);
    size_t size = end != NULL ? (size_t)(end - answers.data) : answers.size;
    json_t *value = control_parse(script_slice(&answers, size), why);
    (void)script_byte(&answers);
    if (value == NULL) {
        return CONCLAVE_EFORMAT;
    }
    *result = value;
    return 0;
}

/* --- in place of main.c --- */

const char *command_value(const struct command_line *line, const char *option)
{
    (void)line;
    (void)option;
    return NULL;
}

bool command_flag(const struct command_line *line, const char *option)
{
    (void)line;
    (void)option;
    return false;
}

bool command_number(const struct command_line *line, const char *option, uint64_t min,
                    uint64_t max, uint64_t *out)
{
    (void)line;
    (void)option;
    (void)min;
    (void)max;
    (void)out;
    return true;
}

bool command_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
    (void)min;
    (void)max;
    *out = strtoull(text, NULL, 10);
    return true;
}

enum command_exit command_fail(const struct command_line *line, const char *format, ...)
{
    (void)line;
    (void)format;
    return COMMAND_FAILED;
}

enum command_exit command_misuse(const struct command_line *line, const char *format, ...)
{
    (void)line;
    (void)format;
    assert(!"misuse");
    return COMMAND_USAGE;
}

/* --- */

static void run(const struct command *c, char *operand, bool json)
{
    char *const operands[] = {operand, NULL};
    const struct command_line line = {.command = c,
                                      .operands = operands,
                                      .operand_count = operand != NULL,
                                      .json = json,
                                      .socket = "node"};
    char *text = NULL;
    size_t size = 0;
    FILE *kept = stdout;
    stdout = open_memstream(&text, &size);
    assert(stdout != NULL);
    enum command_exit end = c->run(&line);
    (void)fclose(stdout);
    stdout = kept;
    assert(end == COMMAND_DONE || end == COMMAND_FAILED);
    assert(text_check(slice_of(text, size), true, NULL) == 0);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char id[] = "abcdef", height[] = "2";
    static const struct {
        const struct command *command;
        char *operand;
    } cases[] = {
        {&command_show, id},          {&command_status, NULL},
        {&command_seats, NULL},       {&command_proposals, NULL},
        {&command_ledger, NULL},      {&command_ledger, height},
        {&command_flags, NULL},       {&command_flags_show, height},
        {&command_flags_ack, height},
    };
    enum { CASES = sizeof(cases) / sizeof(cases[0]) };
    struct slice script = slice_of(data, size);
    uint8_t choice = script_byte(&script);
    struct bytes *copy = bytes_copy(script);
    answers = bytes_slice(copy);
    control_library_init();
    run(cases[choice % CASES].command, cases[choice % CASES].operand, choice >= 0x80);
    bytes_unref(copy);
    return 0;
}
