/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/commands.h"
#include "conclave/findings.h"
#include "conclave/node.h"
#include "conclave/output.h"

#include "control/control.h"

#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WHAT_WIDTH = 10 };

/* --- the list --- */

static void add(struct findings *f, const char *level, const char *what, const char *format,
                va_list args)
{
    struct complaint text;
    (void)vsnprintf(text.text, sizeof(text.text), format, args);
    json_t *row = json_object();
    (void)json_object_set_new(row, "level", json_string(level));
    (void)json_object_set_new(row, "what", json_string(what));
    (void)json_object_set_new(row, "text", control_text(slice_of_string(text.text)));
    (void)json_array_append_new(f->list, row);
}

void findings_good(struct findings *f, const char *what, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(f, "ok", what, format, args);
    va_end(args);
}

void findings_warn(struct findings *f, const char *what, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(f, "warning", what, format, args);
    va_end(args);
    f->warnings++;
}

void findings_fail(struct findings *f, const char *what, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(f, "error", what, format, args);
    va_end(args);
    f->errors++;
}

/* --- as whom --- */

/*
 * What root may do says nothing of the node: where its store belongs to another user, the
 * rest is looked at as that user.
 */
static void become_node(struct findings *f, const struct config *c)
{
    struct stat st;
    if (geteuid() != 0 || stat(c->data, &st) != 0 || st.st_uid == 0) {
        return;
    }
    const struct passwd *user = getpwuid(st.st_uid);
    bool done = user != NULL ? initgroups(user->pw_name, user->pw_gid) == 0 &&
                                   setgid(user->pw_gid) == 0
                             : setgroups(0, NULL) == 0 && setgid(st.st_gid) == 0;
    if (!done || setuid(st.st_uid) != 0) {
        findings_warn(f, "user",
                      "cannot become user %lu, whose the store is: rights are "
                      "those of root",
                      (unsigned long)st.st_uid);
    } else {
        findings_good(f, "user", "%s, whose the store is",
                      user != NULL ? user->pw_name : "without a name");
    }
}

/* --- the command --- */

static void look(struct findings *f, const struct command_line *line)
{
    const char *path = line->operands[0];
    struct complaint why = {""};
    struct config *config = NULL;
    if (config_load(path, &config, &why) != 0) {
        findings_fail(f, "file", "%s", why.text);
        return;
    }
    findings_good(f, "file", "%s", config->path);
    struct key_look key;
    key_look(path, config, &key);
    become_node(f, config);
    uint16_t seat = 0;
    struct charter *charter = check_files(f, config, &key, &seat);
    check_names(f, config, charter, seat, !command_flag(line, "offline"));
    if (config->recover) {
        findings_warn(
            f, "recover",
            "the seat loses its state at every start: take recover out of %s once "
            "state.returned is logged",
            path);
    }
    if (config->allow_bench) {
        findings_warn(f, "allow-bench",
                      "the council may be loaded with operations that do nothing: take "
                      "allow-bench out of %s in a council that decides anything",
                      path);
    }
    charter_free(charter);
    config_free(config);
}

static void print(const struct findings *f)
{
    for (size_t i = 0; i < json_array_size(f->list); i++) {
        const json_t *row = json_array_get(f->list, i);
        const char *level = member_text(row, "level");
        enum colour colour = strcmp(level, "ok") == 0        ? COLOUR_GOOD
                             : strcmp(level, "warning") == 0 ? COLOUR_WARN
                                                             : COLOUR_BAD;
        output_text(colour, level);
        (void)printf("%*s  %-*s  ", (int)(7 - strlen(level)), "", WHAT_WIDTH,
                     member_text(row, "what"));
        output_text(COLOUR_PLAIN, member_text(row, "text"));
        (void)printf("\n");
    }
    (void)printf("%u error%s, %u warning%s\n", f->errors, f->errors == 1 ? "" : "s",
                 f->warnings, f->warnings == 1 ? "" : "s");
}

static enum command_exit run(const struct command_line *line)
{
    struct findings f = {.list = json_array()};
    if (key_library_init() != 0) {
        json_decref(f.list);
        return command_fail(line, "the cryptographic library does not start");
    }
    look(&f, line);
    if (line->json) {
        json_t *out =
            json_pack("{s:b,s:i,s:i,s:O}", "ok", (int)(f.errors == 0), "errors",
                      (int)f.errors, "warnings", (int)f.warnings, "findings", f.list);
        output_json(out);
        json_decref(out);
    } else {
        print(&f);
    }
    json_decref(f.list);
    return f.errors == 0 ? COMMAND_DONE : COMMAND_FAILED;
}

static const struct command_option options[] = {
    {"offline", ARGUMENT_NONE, NULL, "resolve no addresses of other seats"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_config_check = {
    .name = "config check",
    .summary = "Check a node's configuration, and all that it names",
    .operands = "FILE",
    .operand = ARGUMENT_FILE,
    .operands_min = 1,
    .operands_max = 1,
    .options = options,
    .details =
        "Run it as the node's user, or as root, who looks at what it names as the user\n"
        "that owns the store. Nothing is changed. Each finding has the place and the\n"
        "cure; the exit status is 1 where there are errors.\n",
    .run = run,
};
