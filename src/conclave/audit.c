/* SPDX-License-Identifier: ISC */
/* For whoever has a charter and a copy of a ledger, and nothing else. */
#include "conclave/audit_progress.h"
#include "conclave/audit_report.h"
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/files.h"
#include "conclave/manifest.h"
#include "conclave/node.h"
#include "conclave/node_files.h"

#include "base/alloc.h"
#include "base/cores.h"
#include "conclaved/json.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { COPIES_MAX = 2 };

struct copy {
    const char *path;
    char *dir; /* where a node would run on it */
    struct ledger *ledger;
    struct stat found;
    struct audit_report report;
    json_t *answer;
};

struct task {
    const struct command_line *line;
    struct charter *charter;
    struct audit_options options;
    struct audit_progress progress;
    json_t *decisions; /* of the copy at hand, where they are listed */
    struct copy copies[COPIES_MAX];
    size_t count;
};

/* --- one copy --- */

static struct stat stat_store(const struct copy *c)
{
    struct stat st = {0};
    if (c->dir != NULL) {
        char *data = file_join(c->dir, MANIFEST_DATA);
        (void)stat(data, &st);
        free(data);
    } else {
        (void)stat(c->path, &st);
    }
    return st;
}

static bool open_copy(struct task *t, struct copy *c)
{
    struct complaint why = {""};
    const char *charter = command_value(t->line, "charter");
    bool in_use;
    audit_progress_guard(c->path);
    c->dir = node_files_directory(c->path);
    c->found = stat_store(c);
    int error = node_files_open_copy(c->path, c->dir, &in_use, &c->ledger, &why);
    if (error != 0) {
        (void)command_fail(t->line, "%s%s", why.text,
                           in_use ? "; a node runs on it: audit a copy, which conclave "
                                    "backup makes"
                                  : "");
        return false;
    }
    if (node_files_match(t->charter, c->ledger, c->path, charter, &why) != 0) {
        (void)command_fail(t->line, "%s", why.text);
        return false;
    }
    return true;
}

static bool show_progress(void *context, uint64_t height, uint64_t target)
{
    struct task *t = context;
    return audit_progress_show(&t->progress, height, target);
}

static void take_decision(void *context, uint64_t number, const struct record *record,
                          struct slice title)
{
    struct task *t = context;
    json_t *d = audit_report_decision(t->charter, number, record, title);
    if (t->line->json) {
        (void)json_array_append_new(t->decisions, d);
    } else {
        audit_progress_clear(&t->progress);
        audit_report_print_decision(d);
        json_decref(d);
    }
}

/* What LMDB read while somebody wrote may be anything: it says nothing of the ledger. */
static void check_still(struct copy *c)
{
    struct stat now = stat_store(c);
    struct audit_report *r = &c->report;
    bool same = now.st_ino == c->found.st_ino && now.st_size == c->found.st_size &&
                now.st_mtim.tv_sec == c->found.st_mtim.tv_sec &&
                now.st_mtim.tv_nsec == c->found.st_mtim.tv_nsec;
    if (!r->sound && !same) {
        (void)complain(&r->text, 0,
                       "the file was written to while it was read, so nothing can be said "
                       "of it: audit a copy, which conclave backup makes");
    }
}

static void audit_copy(struct task *t, struct copy *c)
{
    static const char *const names[COPIES_MAX] = {"first", "second"};
    uint16_t seat = ledger_identity(c->ledger)->seat;
    if (command_flag(t->line, "decisions")) {
        t->decisions = t->line->json ? json_array() : NULL;
    }
    audit_progress_begin(&t->progress, t->count > 1 ? names[c - t->copies] : NULL);
    audit(t->charter, c->ledger, &t->options, &c->report);
    audit_progress_clear(&t->progress);
    check_still(c);
    uint64_t took = audit_progress_took(&t->progress);
    json_t *a = audit_report_json(t->charter, &c->report);
    json_put(a, "path", json_string(c->path));
    json_put_seat(a, "seat", t->charter, seat);
    json_put(a, "quick", json_boolean(t->options.quick));
    json_put(a, "jobs", json_number(t->options.jobs));
    json_put(a, "took_ms", json_number(took));
    json_put(a, "signatures_per_s",
             json_number(took > 0 ? c->report.signatures * 1000 / took : 0));
    if (t->decisions != NULL) {
        json_put(a, "list", t->decisions);
        t->decisions = NULL;
    }
    c->answer = a;
}

/* --- all of it --- */

static json_t *answer_of(const struct task *t, bool *ok)
{
    json_t *out = json_object(), *copies = json_array(), *comparison = json_null();
    *ok = true;
    for (size_t i = 0; i < t->count; i++) {
        *ok = *ok && t->copies[i].report.sound;
        (void)json_array_append(copies, t->copies[i].answer);
    }
    if (t->count == COPIES_MAX) {
        struct comparison found;
        struct audited both[COPIES_MAX];
        for (size_t i = 0; i < COPIES_MAX; i++) {
            both[i] = (struct audited){t->copies[i].ledger, &t->copies[i].report};
        }
        compare(both, &found);
        *ok = *ok && (found.kind == COMPARISON_SAME || found.kind == COMPARISON_SHORTER);
        comparison = audit_report_comparison(t->charter, &found);
    }
    json_put(out, "ok", json_boolean(*ok));
    json_put(out, "council", json_string(t->charter->name));
    json_put(out, "council_id", json_hash(&t->charter->council_id));
    json_put(out, "seats", json_number(t->charter->seat_count));
    json_put(out, "copies", copies);
    json_put(out, "comparison", comparison);
    return out;
}

static void print_answer(const struct task *t, const json_t *answer)
{
    (void)printf("%s", command_flag(t->line, "decisions") ? "\n" : "");
    describe_line("council", "%s, %u seats", t->charter->name,
                  (unsigned)t->charter->seat_count);
    describe_line("", "%s", member_text(answer, "council_id"));
    for (size_t i = 0; i < t->count; i++) {
        (void)printf("%s", i > 0 ? "\n" : "");
        audit_report_print(t->copies[i].answer);
    }
    if (t->count == COPIES_MAX) {
        audit_report_print_comparison(answer);
    }
}

static enum command_exit audit_all(struct task *t)
{
    bool ok;
    for (size_t i = 0; i < t->count; i++) {
        if (!open_copy(t, &t->copies[i])) {
            return COMMAND_FAILED;
        }
    }
    for (size_t i = 0; i < t->count; i++) {
        audit_progress_guard(t->copies[i].path);
        audit_copy(t, &t->copies[i]);
    }
    json_t *answer = answer_of(t, &ok);
    if (t->line->json) {
        output_json(answer);
    } else {
        print_answer(t, answer);
    }
    json_decref(answer);
    return ok ? COMMAND_DONE : COMMAND_FAILED;
}

static enum command_exit run(const struct command_line *line)
{
    struct task t = {.line = line, .count = (size_t)line->operand_count};
    struct complaint why = {""};
    uint64_t jobs = cores_usable(AUDIT_JOBS_MAX);
    const char *charter = command_value(line, "charter");
    if (charter == NULL) {
        return command_misuse(line, "give the council's charter: --charter FILE");
    }
    if (!command_number(line, "jobs", 1, AUDIT_JOBS_MAX, &jobs)) {
        return COMMAND_USAGE;
    }
    if (key_library_init() != 0) {
        return command_fail(line, "the cryptographic library does not start");
    }
    if (charter_load(charter, &t.charter, &why) != 0) {
        return command_fail(line, "%s", why.text);
    }
    t.options = (struct audit_options){
        .quick = command_flag(line, "quick"),
        .strict = true,
        .jobs = (unsigned)jobs,
        .progress = show_progress,
        .decided = command_flag(line, "decisions") ? take_decision : NULL,
        .context = &t};
    for (size_t i = 0; i < t.count; i++) {
        t.copies[i].path = line->operands[i];
    }
    enum command_exit status = audit_all(&t);
    for (size_t i = 0; i < t.count; i++) {
        json_decref(t.copies[i].answer);
        ledger_close(t.copies[i].ledger);
        free(t.copies[i].dir);
    }
    charter_free(t.charter);
    return status;
}

static const struct command_option options[] = {
    {"charter", ARGUMENT_FILE, "FILE", "the council's charter"},
    {"decisions", ARGUMENT_NONE, NULL, "list each decision"},
    {"jobs", ARGUMENT_NUMBER, "N", "threads that check signatures; as many as cores"},
    {"quick", ARGUMENT_NONE, NULL, "check no signatures: a first look"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_audit = {
    .name = "audit",
    .summary = "Check a copy of a ledger by the charter alone, or compare two",
    .operands = "DIR|FILE [DIR|FILE]",
    .operand = ARGUMENT_FILE,
    .operands_min = 1,
    .operands_max = COPIES_MAX,
    .options = options,
    .details =
        "DIR is a data directory or a backup, FILE the data.mdb of one. Every block,\n"
        "certificate, operation and state root is checked and each decision recounted;\n"
        "nothing is changed, and neither key nor configuration is needed. The exit\n"
        "status is 0 only where all of it holds.\n",
    .run = run,
};
