/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/events_run.h"
#include "conclave/events_signals.h"
#include "conclave/node.h"
#include "conclave/node_files.h"
#include "conclave/since.h"

#include <signal.h>
#include <string.h>
#include <syslog.h>

enum { SEATS_LIMIT = 128 };

/* --- the options --- */

static bool read_words(const struct command_line *line, const char *option,
                       struct events_words *out)
{
    struct complaint why = {""};
    const char *text = command_value(line, option);
    if (text == NULL || events_words_add(out, text, &why) == 0) {
        return true;
    }
    (void)command_misuse(line, "--%s: %s", option, why.text);
    return false;
}

/* RECORD, TIME or an age. */
static bool read_since(struct events *e)
{
    const char *since = command_value(e->line, "since");
    if (since == NULL || since_parse(since, &e->since_ms)) {
        return true;
    }
    bool number = command_parse_number(since, 0, INT64_MAX - 1, &e->record);
    e->since_record = number && e->record > 0;
    e->since_first = number && e->record == 0;
    if (!number) {
        (void)command_misuse(
            e->line,
            "--since is the number of a record, an age like 90s, 10m, 2h or "
            "3d, or a time of UTC like 2026-01-02 or 2026-01-02T03:04:05, "
            "not \"%s\"",
            since);
    }
    return number;
}

static bool read_filter(struct events *e)
{
    struct events_filter *f = &e->filter;
    const char *id = command_value(e->line, "proposal");
    uint64_t seat = 0;
    if (!read_words(e->line, "kind", &f->kinds) ||
        !read_words(e->line, "include", &f->include) ||
        !read_words(e->line, "exclude", &f->exclude) ||
        !command_number(e->line, "seat", 1, SEATS_LIMIT, &seat) ||
        !command_number(e->line, "limit", 1, INT64_MAX, &e->left) ||
        (id != NULL && !node_check_id(e->line, id))) {
        return false;
    }
    f->seat = (unsigned)seat;
    if (id != NULL) {
        memcpy(f->proposal, id, strlen(id) + 1);
    }
    return true;
}

static bool is_store(const struct command_line *line)
{
    return command_value(line, "config") != NULL || command_value(line, "data") != NULL ||
           command_value(line, "charter") != NULL;
}

static bool read_options(struct events *e)
{
    const char *facility = command_value(e->line, "facility");
    if (!read_filter(e) || !read_since(e)) {
        return false;
    }
    if (e->follow && is_store(e->line)) {
        (void)command_misuse(e->line, "--follow is for a node that runs");
        return false;
    }
    if (facility != NULL && events_facility(facility) < 0) {
        (void)command_misuse(e->line,
                             "--facility is daemon, user, auth or local0 to local7, not "
                             "\"%s\"",
                             facility);
        return false;
    }
    if (facility != NULL && !command_flag(e->line, "syslog")) {
        (void)command_misuse(e->line, "--facility goes with --syslog");
        return false;
    }
    return true;
}

/* --- the run --- */

static bool open_places(struct events *e)
{
    struct complaint why = {""};
    const char *path = command_value(e->line, "output");
    const char *facility = command_value(e->line, "facility");
    path = path != NULL && strcmp(path, "-") == 0 ? NULL : path;
    int error = events_cursor_open(&e->cursor, command_value(e->line, "cursor"), &why);
    e->sink.fd = -1;
    if (error == 0) {
        error = events_sink_open(&e->sink, path, command_flag(e->line, "syslog"),
                                 facility != NULL ? events_facility(facility) : LOG_DAEMON,
                                 &why);
    }
    if (error == 0) {
        error = events_cursor_look(&e->cursor, &e->sink, &why);
    }
    if (error == 0 && !events_signals_begin()) {
        error = complain(&why, CONCLAVE_EFULL, "no file descriptor is left");
    }
    if (error != 0) {
        (void)command_fail(e->line, "%s", why.text);
    }
    return error == 0;
}

/* What was told is noted; then a signal ends the process as it would have. */
static enum command_exit finish(struct events *e, enum events_course course)
{
    struct complaint why = {""};
    int error = 0;
    if (course == EVENTS_DONE && e->cursor.path != NULL && e->cursor.behind &&
        e->cursor.council[0] != '\0') {
        error = events_cursor_note(&e->cursor, &e->sink, &why);
    }
    if (error != 0) {
        (void)command_fail(e->line, "%s", why.text);
    }
    events_sink_close(&e->sink);
    if (events_signals_end() != 0 && error == 0 && course == EVENTS_DONE) {
        (void)signal(events_signals_end(), SIG_DFL);
        (void)raise(events_signals_end());
    }
    return course == EVENTS_DONE && error == 0 ? COMMAND_DONE : COMMAND_FAILED;
}

static enum command_exit run(const struct command_line *line)
{
    struct events e = {
        .line = line,
        .follow = command_flag(line, "follow"),
        .rationales = command_flag(line, "rationales"),
        .left = UINT64_MAX,
    };
    if (!read_options(&e)) {
        return COMMAND_USAGE;
    }
    if (!open_places(&e)) {
        events_sink_close(&e.sink);
        return COMMAND_FAILED;
    }
    return finish(&e, is_store(line) ? events_from_store(&e) : events_from_node(&e));
}

static const struct command_option options[] = {
    {"follow", ARGUMENT_NONE, NULL, "go on with what comes, until it is interrupted"},
    {"since", ARGUMENT_WORD, "WHEN",
     "a record's number, an age (90s, 2h), a time (2026-01-02T03:04)"},
    {"limit", ARGUMENT_NUMBER, "N", "end after N events"},
    {"proposal", ARGUMENT_PROPOSAL, "ID", "only of this one, until it is final"},
    {"seat", ARGUMENT_NUMBER, "N", "only what this seat did"},
    {"kind", ARGUMENT_WORD, "LIST", "only events whose names begin so: ballot.,flag."},
    {"include", ARGUMENT_WORD, "LIST", "these, too, of the node's own: peer.,heartbeat"},
    {"exclude", ARGUMENT_WORD, "LIST", "but not these"},
    {"rationales", ARGUMENT_NONE, NULL, "the text of rationales, not only their hashes"},
    {"cursor", ARGUMENT_FILE, "FILE", "go on where this file says, and note it there"},
    {"output", ARGUMENT_FILE, "FILE", "append to it; opened again at SIGHUP"},
    {"syslog", ARGUMENT_NONE, NULL, "to syslog, as logfmt"},
    {"facility", ARGUMENT_WORD, "NAME", "of syslog: daemon (the default), local0, .."},
    NODE_FILES_OPTIONS,
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_events = {
    .name = "events",
    .summary = "Tell every voting event, as lines of JSON, and follow them",
    .operands = "",
    .socket = true,
    .options = options,
    .details =
        "All that the ledger has, or with --follow what comes from now on; --since begins\n"
        "earlier, and nothing is missing or told twice between past and present, nor over "
        "a\n"
        "restart of the node. conclave-events(1) lists the events and their members.\n"
        "With --config, or --data and --charter, from a store or a backup, by replaying "
        "it.\n",
    .run = run,
};
