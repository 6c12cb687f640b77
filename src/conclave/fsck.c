/* SPDX-License-Identifier: ISC */
#include "conclave/audit_progress.h"
#include "conclave/audit_report.h"
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/node.h"
#include "conclave/node_files.h"

#include "audit/audit.h"
#include "conclaved/json.h"

#include <string.h>

/* What there is to say of the store beside its ledger. */
struct store_report {
    const char *marks;    /* of a sound ledger: why it is a copy; NULL where it is none */
    struct complaint log; /* what is wrong with the write-ahead log; "" for nothing */
    uint64_t unsettled;   /* commits that only the log holds */
};

/* A copy has no log of its time, as it has no journal. */
static void look_at_store(struct ledger *ledger, bool sound, struct store_report *out)
{
    *out = (struct store_report){.marks = sound ? ledger_marks(ledger) : NULL};
    int error = ledger_check_log(ledger, &out->unsettled, &out->log);
    if (error == CONCLAVE_ENOENT && out->marks != NULL) {
        out->log.text[0] = '\0';
    }
}

static json_t *difference_json(const struct audit_report *r, const struct store_report *s)
{
    if (!r->sound || s->log.text[0] == '\0') {
        return audit_report_difference(r);
    }
    return json_pack("{s:s,s:n,s:s}", "what", "log", "height", "text", s->log.text);
}

static json_t *report_json(const struct audit_report *r, const struct store_report *s,
                           const char *data, uint64_t format, bool quick, uint64_t took_ms)
{
    json_t *notes = audit_report_notes(r);
    json_t *difference = difference_json(r, s);
    json_t *out = json_pack(
        "{s:b,s:s,s:I,s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "ok",
        json_is_null(difference), "data", data, "format", (json_int_t)format, "quick",
        (int)quick, "height", (json_int_t)r->target, "blocks", (json_int_t)r->blocks,
        "operations", (json_int_t)r->operations, "certificates",
        (json_int_t)r->certificates, "signatures", (json_int_t)r->signatures, "records",
        (json_int_t)r->records, "proposals", (json_int_t)r->proposals, "unsettled",
        (json_int_t)s->unsettled, "took_ms", (json_int_t)took_ms);
    json_put(out, "tip", json_hash(&r->tip));
    json_put(out, "state_root", json_hash(&r->state_root));
    json_put(out, "difference", difference);
    if (s->marks != NULL) {
        struct complaint text = {""};
        (void)complain(&text, 0,
                       "it is a copy (%s): a seat that is started on it counts as one that "
                       "has lost its state",
                       s->marks);
        (void)json_array_insert_new(
            notes, 0, json_pack("{s:s,s:s}", "what", "marks", "text", text.text));
    }
    json_put(out, "notes", notes);
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
    if (member_number(r, "unsettled") > 0) {
        describe_line("log", "commits that are not settled, and were not checked: %lld",
                      (long long)member_number(r, "unsettled"));
    }
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
    audit_report_print_difference("DIFFERENCE", difference);
    if (strcmp(member_text(difference, "what"), "log") == 0) {
        return; /* its text has the cure */
    }
    (void)printf("\nStop the node, keep the directory for whoever looks into it, and start "
                 "the node with\nan empty one: the seat gets the ledger from its peers and "
                 "comes back by itself.\n");
}

static enum command_exit check(const struct command_line *line,
                               const struct node_files *files)
{
    struct charter *charter;
    struct ledger *ledger;
    audit_progress_guard(files->data);
    if (!node_files_open(line, files, false, &charter, &ledger)) {
        return COMMAND_FAILED;
    }
    struct audit_progress progress;
    struct audit_options options = {.quick = command_flag(line, "quick"),
                                    .progress = audit_progress_show,
                                    .context = &progress};
    struct audit_report report;
    struct store_report store;
    audit_progress_begin(&progress, NULL);
    audit(charter, ledger, &options, &report);
    audit_progress_clear(&progress);
    uint64_t took_ms = audit_progress_took(&progress);
    look_at_store(ledger, report.sound, &store);
    json_t *found = report_json(&report, &store, files->data, ledger_format(ledger),
                                options.quick, took_ms);
    bool good = member_true(found, "ok");
    if (line->json) {
        output_json(found);
    } else {
        print_report(found);
    }
    json_decref(found);
    ledger_close(ledger);
    charter_free(charter);
    return good ? COMMAND_DONE : COMMAND_FAILED;
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
