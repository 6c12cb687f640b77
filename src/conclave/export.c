/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/export_bundles.h"
#include "conclave/export_list.h"
#include "conclave/help.h"
#include "conclave/new_file.h"
#include "conclave/node_files.h"

#include <string.h>
#include <unistd.h>

/* What the options ask for. */
struct wanted {
    const struct export_list *list; /* or else */
    const char *dir;                /* or else */
    const char *id;
    bool full, csv;
    uint64_t first;
    const char *file; /* NULL: standard output */
};

/* NULL: they fit together. */
static const char *misfit(const struct command_line *line, const struct wanted *w)
{
    bool first = command_flag(line, "first");
    if (w->dir != NULL && line->operand_count > 0) {
        return "--all is of every decision: leave the other out";
    }
    if (w->list == NULL && w->id == NULL && w->dir == NULL) {
        return "name a proposal, or what to list, or give --all DIR";
    }
    if (w->list != NULL && w->csv == line->json) {
        return "a list is either for --csv or for --json";
    }
    if (w->list == NULL && w->csv) {
        return "--csv is for decisions, ballots, records and convictions";
    }
    if (w->list != NULL && w->full) {
        return "--full is for proof bundles";
    }
    if (first && (w->list != NULL ? !export_list_has_records(w->list) : w->dir == NULL)) {
        return "--first is for --all, decisions, ballots and records";
    }
    if (w->dir != NULL && w->file != NULL) {
        return "--all makes a folder, and --output a file: give one of them";
    }
    if (w->id != NULL && line->json && w->file == NULL) {
        return "--json tells about the file that --output names";
    }
    return NULL;
}

/* Neither a list nor digits of an id. */
static bool check_operand(const struct command_line *line, const char *word)
{
    static const char hexadecimal[] = "0123456789abcdef";
    static const char *const names[] = {"decisions", "ballots", "records", "convictions",
                                        NULL};
    if (word[strspn(word, hexadecimal)] == '\0') {
        return node_check_id(line, word);
    }
    const char *near = help_nearest_word(word, names);
    (void)command_misuse(
        line,
        "there is no list \"%s\"; %s%s%sgive decisions, ballots, records or "
        "convictions, or 6 to 64 lower-case digits of a proposal's id",
        word, near != NULL ? "did you mean \"" : "", near != NULL ? near : "",
        near != NULL ? "\"? Else " : "");
    return false;
}

static bool read_wanted(const struct command_line *line, struct wanted *w)
{
    const char *operand = line->operand_count > 0 ? line->operands[0] : NULL;
    *w = (struct wanted){.dir = command_value(line, "all"),
                         .full = command_flag(line, "full"),
                         .csv = command_flag(line, "csv"),
                         .file = command_value(line, "output")};
    if (w->file != NULL && strcmp(w->file, "-") == 0) {
        w->file = NULL;
    }
    w->list = operand != NULL ? export_list_find(operand) : NULL;
    w->id = w->list == NULL ? operand : NULL;
    if (w->id != NULL && !check_operand(line, w->id)) {
        return false;
    }
    const char *wrong = misfit(line, w);
    if (wrong != NULL) {
        (void)command_misuse(line, "%s", wrong);
        return false;
    }
    return command_number(line, "first", 0, INT64_MAX, &w->first);
}

static enum command_exit write_list(const struct command_line *line,
                                    struct export_source *s, const struct wanted *w)
{
    struct complaint why = {""};
    struct new_file file;
    int error = new_file_open(&file, w->file, &why);
    if (error == 0) {
        error = export_list_write(w->list, s, w->first, w->csv, file.stream, &why);
        if (error == 0) {
            error = new_file_close(&file, &why);
        } else {
            new_file_drop(&file);
        }
    }
    return error == 0 ? COMMAND_DONE : command_fail(line, "%s", why.text);
}

static enum command_exit run(const struct command_line *line)
{
    struct wanted w;
    struct export_source source;
    enum command_exit status;
    if (!read_wanted(line, &w)) {
        return COMMAND_USAGE;
    }
    if (w.id != NULL && w.file == NULL && isatty(STDOUT_FILENO)) {
        return command_fail(line,
                            "a bundle is nothing for a terminal: name a file, -o FILE");
    }
    if (!export_open(line, &source, &status)) {
        return status;
    }
    if (w.list != NULL) {
        status = write_list(line, &source, &w);
    } else if (w.dir != NULL) {
        status = export_all(line, &source, w.first, w.full, w.dir);
    } else {
        status = export_one(line, &source, w.id, w.full, w.file);
    }
    export_close(&source);
    return status;
}

static const struct command_option options[] = {
    NODE_FILES_OPTIONS,
    {"output", ARGUMENT_FILE, "FILE", "a new file; by default standard output"},
    {"full", ARGUMENT_NONE, NULL, "with each seat's own signed ballot"},
    {"all", ARGUMENT_DIRECTORY, "DIR", "the bundles of all decisions, into this folder"},
    {"csv", ARGUMENT_NONE, NULL, "a list as CSV; --json: as a line of JSON a row"},
    {"first", ARGUMENT_NUMBER, "N", "begin with index N, from 0 (the default)"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_export = {
    .name = "export",
    .summary = "Write proofs of decisions, or lists of what was decided, for others",
    .operands = "[ID|decisions|ballots|records|convictions]",
    .operand = ARGUMENT_PROPOSAL,
    .operands_max = 1,
    .socket = true,
    .options = options,
    .details =
        "With the ID of a final proposal: the proof bundle, which convinces whoever has\n"
        "the charter. With one of the words: a list, with --csv or --json.\n"
        "Of the node that runs here; of a store or a backup with --config, or with\n"
        "--data and --charter, which is then read as it is.\n",
    .run = run,
};
