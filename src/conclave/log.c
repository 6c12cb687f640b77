/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/log_source.h"
#include "conclave/node.h"
#include "conclave/output.h"
#include "conclave/since.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

enum { LAST_DEFAULT = 100, LAST_MAX = 1000000, SEATS_LIMIT = 128, PAGE = 500 };

#define JOURNAL_UNIT "conclaved*"

/* --- from the node --- */

/* All that it kept, oldest first. The number of the newest; -1 after saying why not. */
static json_int_t read_kept(const struct log_source *s, struct control_client *c)
{
    json_t *all = json_array(), *before = NULL;
    json_int_t newest = 0;
    bool more = true, good = true;
    while (good && more) {
        json_t *params = json_object();
        (void)json_object_set_new(params, "limit", json_integer(PAGE));
        (void)json_object_set_new(params, "level", json_string(log_rank_name(s->least)));
        if (before != NULL) {
            (void)json_object_set_new(params, "before", before);
        }
        json_t *page = node_call(s->line, c, "log", params);
        (void)json_array_extend(all, json_object_get(page, "lines"));
        before = json_object_get(page, "next");
        more = json_is_integer(before);
        before = more ? json_incref(before) : NULL;
        good = page != NULL;
        json_decref(page);
    }
    json_decref(before);
    for (size_t i = json_array_size(all); good && i > 0; i--) {
        const json_t *line = json_array_get(all, i - 1);
        struct log_entry e;
        json_int_t n = member_number(line, "n");
        newest = n > newest ? n : newest;
        log_entry_take(&e, line);
        log_view_add(s->view, &e);
    }
    json_decref(all);
    return good ? newest : -1;
}

static enum command_exit follow_node(const struct log_source *s, struct control_client *c,
                                     json_int_t newest)
{
    for (;;) {
        json_t *message = NULL;
        if (!output_flush()) {
            return COMMAND_DONE; /* nobody reads any more */
        }
        if (control_next(c, &message, -1) != 0) {
            return command_fail(s->line, "the node stopped");
        }
        const json_t *line = json_object_get(json_object_get(message, "params"), "line");
        if (member_number(line, "n") > newest) {
            struct log_entry e;
            log_entry_take(&e, line);
            log_view_add(s->view, &e);
        }
        json_decref(message);
    }
}

enum command_exit log_from_node(const struct log_source *s)
{
    struct control_client *c;
    if (!node_open(s->line, &c)) {
        return COMMAND_FAILED;
    }
    bool good = true;
    if (s->follow) {
        /* Before looking, so that no line is missed. */
        json_t *snapshot =
            node_call(s->line, c, "subscribe", json_pack("{s:[s]}", "events", "log.line"));
        good = snapshot != NULL;
        json_decref(snapshot);
    }
    json_int_t newest = good ? read_kept(s, c) : -1;
    enum command_exit status = newest >= 0 ? COMMAND_DONE : COMMAND_FAILED;
    log_view_live(s->view);
    if (status == COMMAND_DONE && s->follow) {
        status = follow_node(s, c, newest);
    }
    control_disconnect(c);
    return status;
}

/* --- the command --- */

static enum command_exit read_from(const struct log_source *s)
{
    const char *file = command_value(s->line, "file");
    if (file != NULL) {
        return log_from_file(s, file);
    }
    if (command_flag(s->line, "journal")) {
        const char *unit = command_value(s->line, "unit");
        return log_from_journal(s, unit != NULL ? unit : JOURNAL_UNIT);
    }
    return log_from_node(s);
}

static enum command_exit check_sources(const struct command_line *line)
{
    int sources = (command_value(line, "file") != NULL) + command_flag(line, "journal") +
                  (line->socket != NULL);
    if (sources > 1) {
        return command_misuse(line, "give one of --file, --journal and --socket");
    }
    if (command_value(line, "unit") != NULL && !command_flag(line, "journal")) {
        return command_misuse(line, "--unit goes with --journal");
    }
    return COMMAND_DONE;
}

static enum command_exit run(const struct command_line *line)
{
    uint64_t last = LAST_DEFAULT, seat = 0;
    struct log_filter filter = {.event = command_value(line, "event"),
                                .least = LOG_RANK_DEBUG};
    const char *since = command_value(line, "since");
    const char *level = command_value(line, "level");
    if (!command_number(line, "lines", 0, LAST_MAX, &last) ||
        !command_number(line, "seat", 1, SEATS_LIMIT, &seat) ||
        check_sources(line) != COMMAND_DONE) {
        return COMMAND_USAGE;
    }
    if (level != NULL && log_rank_parse(level) < 0) {
        return command_misuse(line, "--level is debug, info, warn or error, not \"%s\"",
                              level);
    }
    if (since != NULL && !since_parse(since, &filter.since_ms)) {
        return command_misuse(line,
                              "--since is an age like 90s, 10m, 2h or 3d, or a time of UTC "
                              "like 2026-01-02 or 2026-01-02T03:04:05, not \"%s\"",
                              since);
    }
    if (since != NULL && command_value(line, "lines") == NULL) {
        last = LAST_MAX;
    }
    filter.least = level != NULL ? (enum log_rank)log_rank_parse(level) : LOG_RANK_DEBUG;
    filter.seat = (unsigned)seat;
    struct log_source source = {line, log_view_new(&filter, (size_t)last, line->json),
                                command_flag(line, "follow"), filter.least,
                                filter.since_ms};
    enum command_exit status = read_from(&source);
    log_view_free(source.view);
    return status;
}

static const struct command_option options[] = {
    {"follow", ARGUMENT_NONE, NULL, "go on with what comes, until it is interrupted"},
    {"lines", ARGUMENT_NUMBER, "N", "begin with the last N (default 100; --since: all)"},
    {"event", ARGUMENT_WORD, "PREFIX", "only events whose name begins so: peer."},
    {"level", ARGUMENT_LEVEL, "LEVEL", "only this and above: debug, info, warn, error"},
    {"seat", ARGUMENT_NUMBER, "N", "only lines that name this seat"},
    {"since", ARGUMENT_WORD, "WHEN",
     "an age (90s, 10m, 2h, 3d) or a time (2026-01-02T03:04)"},
    {"file", ARGUMENT_FILE, "FILE", "from a log file; - is standard input"},
    {"journal", ARGUMENT_NONE, NULL, "from the system's journal, by journalctl"},
    {"unit", ARGUMENT_WORD, "UNIT", "of this unit of the journal (default conclaved*)"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_log = {
    .name = "log",
    .summary = "Show the node's log, or follow it",
    .operands = "",
    .socket = true,
    .options = options,
    .details =
        "From the running node, which keeps its last 1024 lines, from a file or from\n"
        "the journal: the lines look the same, as conclave-log(7) describes them.\n",
    .run = run,
};
