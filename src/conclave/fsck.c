/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/node.h"
#include "conclave/node_files.h"

#include "audit/audit.h"
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHOW_MS = 200 };

/* --- how far it is, on a terminal --- */

struct progress {
    uint64_t begun_ms, shown_ms;
    bool drawn;
};

static bool show_progress(void *context, uint64_t height, uint64_t target)
{
    struct progress *p = context;
    uint64_t now = clock_monotonic_ms(), took = now - p->begun_ms;
    char left[32];
    if (now - p->shown_ms < SHOW_MS || took == 0) {
        return true;
    }
    p->shown_ms = now;
    p->drawn = true;
    uint64_t rate = height * 1000 / took;
    output_duration(left, rate > 0 ? (target - height) * 1000 / rate : 0);
    (void)fprintf(stderr, "\r\033[Kblock %llu of %llu, %llu%%, %llu a second, %s left",
                  (unsigned long long)height, (unsigned long long)target,
                  (unsigned long long)(target > 0 ? 100 * height / target : 100),
                  (unsigned long long)rate, rate > 0 ? left : "?");
    return true;
}

static bool is_terminal(void)
{
    const char *terminal = getenv("TERM");
    return isatty(STDERR_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0;
}

/* --- what was found --- */

static json_t *hash_json(const struct hash *h)
{
    char hex[2 * HASH_BYTES + 1];
    hex_encode(hex, slice_of(h->bytes, HASH_BYTES));
    return json_string(hex);
}

static json_t *difference_json(const struct audit_report *r)
{
    if (r->sound) {
        return json_null();
    }
    json_t *out = json_object();
    (void)json_object_set_new(out, "what", json_string(audit_part_name(r->part)));
    (void)json_object_set_new(
        out, "height", r->height > 0 ? json_integer((json_int_t)r->height) : json_null());
    (void)json_object_set_new(out, "text", json_string(r->text.text));
    return out;
}

static json_t *report_json(const struct audit_report *r, const char *data, uint64_t format,
                           bool quick, uint64_t took_ms)
{
    const struct complaint *notes[] = {&r->marks, &r->standing, &r->ballots};
    static const char *const names[] = {"marks", "standing", "ballots"};
    json_t *out = json_pack(
        "{s:b,s:s,s:I,s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "ok", (int)r->sound, "data",
        data, "format", (json_int_t)format, "quick", (int)quick, "height",
        (json_int_t)r->target, "blocks", (json_int_t)r->blocks, "operations",
        (json_int_t)r->operations, "certificates", (json_int_t)r->certificates,
        "signatures", (json_int_t)r->signatures, "records", (json_int_t)r->records,
        "proposals", (json_int_t)r->proposals, "took_ms", (json_int_t)took_ms);
    (void)json_object_set_new(out, "tip", hash_json(&r->tip));
    (void)json_object_set_new(out, "state_root", hash_json(&r->state_root));
    (void)json_object_set_new(out, "difference", difference_json(r));
    json_t *list = json_array();
    for (size_t i = 0; i < 3; i++) {
        if (notes[i]->text[0] != '\0') {
            (void)json_array_append_new(
                list, json_pack("{s:s,s:s}", "what", names[i], "text", notes[i]->text));
        }
    }
    (void)json_object_set_new(out, "notes", list);
    return out;
}

static void print_report(const json_t *r)
{
    const json_t *difference = json_object_get(r, "difference");
    const json_t *notes = json_object_get(r, "notes");
    char took[32];
    output_duration(took, (uint64_t)member_number(r, "took_ms"));
    describe_line("store", "%s, format %lld", member_text(r, "data"),
                  (long long)member_number(r, "format"));
    describe_line("blocks", "%lld of %lld, with %lld operations",
                  (long long)member_number(r, "blocks"),
                  (long long)member_number(r, "height"),
                  (long long)member_number(r, "operations"));
    describe_line("signatures", "%lld, and %lld certificates%s",
                  (long long)member_number(r, "signatures"),
                  (long long)member_number(r, "certificates"),
                  member_true(r, "quick") ? "; none was checked (--quick)" : "");
    describe_line("proposals", "%lld, of which %lld are final",
                  (long long)member_number(r, "proposals"),
                  (long long)member_number(r, "records"));
    describe_line("tip", "%s", member_text(r, "tip"));
    describe_line("state root", "%s", member_text(r, "state_root"));
    describe_line("time", "%s", took);
    for (size_t i = 0; i < json_array_size(notes); i++) {
        const json_t *note = json_array_get(notes, i);
        describe_wrapped(i == 0 ? "note" : "", COLOUR_WARN, member_text(note, "text"));
    }
    if (json_is_null(difference)) {
        describe_coloured("result", COLOUR_GOOD, "all is as the ledger says");
        return;
    }
    char text[sizeof(struct complaint) + 64];
    if (member_is_number(difference, "height")) {
        (void)snprintf(text, sizeof(text), "at height %lld: %s",
                       (long long)member_number(difference, "height"),
                       member_text(difference, "text"));
    } else {
        (void)snprintf(text, sizeof(text), "%s", member_text(difference, "text"));
    }
    describe_wrapped("DIFFERENCE", COLOUR_BAD, text);
    (void)printf("\nStop the node, keep the directory for whoever looks into it, and start "
                 "the node with\nan empty one: the seat gets the ledger from its peers and "
                 "comes back by itself.\n");
}

static enum command_exit check(const struct command_line *line,
                               const struct node_files *files)
{
    struct charter *charter;
    struct ledger *ledger;
    if (!node_files_open(line, files, &charter, &ledger)) {
        return COMMAND_FAILED;
    }
    struct progress progress = {.begun_ms = clock_monotonic_ms()};
    struct audit_options options = {.quick = command_flag(line, "quick"),
                                    .progress = is_terminal() ? show_progress : NULL,
                                    .context = &progress};
    struct audit_report report;
    audit(charter, ledger, &options, &report);
    if (progress.drawn) {
        (void)fprintf(stderr, "\r\033[K");
    }
    json_t *found = report_json(&report, files->data, ledger_format(ledger), options.quick,
                                clock_monotonic_ms() - progress.begun_ms);
    if (line->json) {
        output_json(found);
    } else {
        print_report(found);
    }
    json_decref(found);
    ledger_close(ledger);
    charter_free(charter);
    return report.sound ? COMMAND_DONE : COMMAND_FAILED;
}

static enum command_exit run(const struct command_line *line)
{
    struct node_files files;
    enum command_exit status;
    if (node_files_find(line, &files, &status)) {
        status = check(line, &files);
        node_files_clear(&files);
    }
    return status;
}

static const struct command_option options[] = {
    NODE_FILES_OPTIONS,
    {"quick", ARGUMENT_NONE, NULL, "check no signatures: faster"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_fsck = {
    .name = "fsck",
    .summary = "Replay a node's ledger and compare it with all that its store says",
    .operands = "",
    .socket = true,
    .options = options,
    .details =
        "Of a stopped node, or beside a running one, which goes on meanwhile: without\n"
        "--config or --data, the one that runs here, which is not changed. The exit\n"
        "status is 1 where something is not as the ledger says.\n",
    .run = run,
};
