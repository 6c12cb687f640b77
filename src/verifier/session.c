/* SPDX-License-Identifier: ISC */
#include "verifier/session.h"

#include "base/alloc.h"
#include "charter/charter.h"
#include "conclave/files.h"
#include "verifier/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- saying --- */

static void say(const struct judged *j, const struct options *o, bool first)
{
    if (o->json) {
        json_t *value = report_json(j);
        (void)json_dumpf(value, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
        (void)printf("\n");
        json_decref(value);
    } else if (o->quiet || j->unread != NULL) {
        bool holds =
            j->unread == NULL && (j->log != NULL ? j->log->holds : j->report->holds);
        char *fault = holds ? NULL : report_fault(j);
        if (fault != NULL) {
            options_complain("%s", fault);
        }
        free(fault);
    } else {
        struct wishes wishes = {.text = o->text};
        (void)printf("%s", first ? "" : "\n");
        report_text(j, &wishes);
    }
}

/* --- points of the history --- */

static struct history_point *add_point(struct session *s, const char *name, uint64_t size,
                                       const struct hash *root, struct bytes *evidence)
{
    struct history_point *p = history_add(&s->history, name, size, root);
    s->evidence = alloc_resize(s->evidence, s->history.count, sizeof(struct bytes *));
    s->evidence[s->history.count - 1] = evidence != NULL ? bytes_ref(evidence) : NULL;
    return p;
}

static struct history_point *add_note(struct session *s, const char *name,
                                      const struct checkpoint_report *r, struct slice note)
{
    struct bytes *evidence = bytes_copy(note);
    struct history_point *p =
        add_point(s, name, r->checkpoint.size, &r->checkpoint.root, evidence);
    bytes_unref(evidence);
    p->is_checkpoint = true;
    memcpy(p->is_signed, r->is_signed, sizeof(p->is_signed));
    return p;
}

static void add_bundle(struct session *s, const char *name, const struct proof *proof,
                       const struct verify_report *report, struct bytes *evidence)
{
    struct history_point *p =
        add_point(s, name, proof->count, &report->decisions_root, evidence);
    for (uint16_t i = 0; i < proof->certificate->count; i++) {
        p->is_signed[proof->certificate->entries[i].seat - 1] = true;
    }
}

/* --- one thing --- */

static bool judge_bundle(struct session *s, struct judged *j, struct bytes *content,
                         bool first)
{
    static struct proof proof;
    struct verify_report report;
    verify_proof(s->charter, bytes_slice(content), &proof, &report);
    j->proof = &proof;
    j->report = &report;
    say(j, s->o, first);
    if (report.holds) {
        bool is_gone = strcmp(j->file, "-") == 0;
        add_bundle(s, j->file, &proof, &report, is_gone ? content : NULL);
    }
    proof_clear(&proof);
    return report.holds;
}

static struct thing *add_thing(struct session *s, struct bytes *bytes)
{
    struct thing *t = alloc_zero(1, sizeof(*t));
    t->bytes = bytes != NULL ? bytes_ref(bytes) : NULL;
    s->things = alloc_resize(s->things, s->thing_count + 1, sizeof(struct thing *));
    s->things[s->thing_count++] = t;
    return t;
}

static bool judge_log(struct session *s, struct judged *j, struct bytes *content,
                      bool first)
{
    struct thing *t = add_thing(s, content);
    log_judge(s->charter, s->council, j->kind, bytes_slice(t->bytes), &t->log);
    j->log = &t->log;
    say(j, s->o, first);
    if (t->log.has_note) {
        bool is_whole = j->kind == THING_CHECKPOINT;
        struct history_point *p =
            add_note(s, j->file, &t->log.note.report,
                     is_whole ? bytes_slice(t->bytes) : t->log.proof.note);
        p->growth = t->log.holds && j->kind == THING_CONSISTENCY ? &t->log.proof : NULL;
    }
    return t->log.holds;
}

static void on_odd(void *context, const char *name, const struct proof *proof,
                   const struct verify_report *report)
{
    struct session *s = context;
    s->names = alloc_resize(s->names, s->name_count + 1, sizeof(char *));
    s->names[s->name_count] = file_join(s->directory, name);
    add_bundle(s, s->names[s->name_count++], proof, report, NULL);
}

static bool judge_directory(struct session *s, struct judged *j, bool first)
{
    struct thing *t = add_thing(s, NULL);
    struct published *site = alloc_zero(1, sizeof(*site));
    *site = (struct published){.charter = s->charter,
                               .council = s->council,
                               .path = j->file,
                               .odd = on_odd,
                               .progress = progress_show,
                               .context = s};
    s->directory = j->file;
    log_judge_site(site, &t->log);
    progress_clear();
    j->log = &t->log;
    j->bytes = (size_t)site->bytes;
    say(j, s->o, first);
    if (site->has_checkpoint) {
        struct history_point *p =
            add_note(s, j->file, &site->note.report, bytes_slice(site->note_bytes));
        p->tree = site->has_tree ? &site->tree : NULL;
    }
    return t->log.holds;
}

bool session_judge(struct session *s, const char *file, bool first)
{
    struct complaint why = {""};
    struct bytes *content = NULL;
    struct stat st;
    struct judged j = {.file = file, .charter = s->charter};
    const char *path = strcmp(file, "-") == 0 ? "/dev/stdin" : file;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        j.kind = THING_DIRECTORY;
        return judge_directory(s, &j, first);
    }
    if (file_read(path, PROOF_MAX, &content, &why) != 0) {
        j.unread = why.text;
        say(&j, s->o, first);
        return false;
    }
    j.bytes = content->size;
    j.kind = thing_kind_of(bytes_slice(content));
    bool holds = j.kind == THING_BUNDLE ? judge_bundle(s, &j, content, first)
                                        : judge_log(s, &j, content, first);
    bytes_unref(content);
    return holds;
}

/* --- all of them --- */

enum { CONFLICTS_MAX = 16 };

static size_t find_conflicts(const struct session *s, struct conflict *out)
{
    const struct history *h = &s->history;
    size_t count = 0;
    for (size_t i = 0; i < h->count && count < CONFLICTS_MAX; i++) {
        size_t j = h->points[i].against;
        if (h->points[i].verdict != HISTORY_CONFLICTS ||
            (j < i && h->points[j].against == i)) {
            continue;
        }
        bool in_order = h->points[i].size < h->points[j].size ||
                        (h->points[i].size == h->points[j].size && i < j);
        out[count++] = (struct conflict){.first = &h->points[in_order ? i : j],
                                         .second = &h->points[in_order ? j : i]};
    }
    return count;
}

static int keep_evidence(struct session *s, const struct history_point *p, char **out,
                         struct complaint *why)
{
    struct bytes *content = s->evidence[p - s->history.points];
    content = content != NULL ? bytes_ref(content) : NULL;
    int error = content != NULL ? 0 : file_read(p->name, PROOF_MAX, &content, why);
    if (error == 0) {
        error = memory_keep_evidence(&s->memory, p->size, &p->root, bytes_slice(content),
                                     out, why);
    }
    bytes_unref(content);
    return error;
}

/* Both sides of each conflict are kept, and what is remembered stays; else it goes forward.
 */
static void remember(struct session *s, struct together *t, struct conflict *conflicts,
                     struct complaint *why)
{
    int error = 0;
    for (size_t i = 0; i < t->conflict_count && error == 0; i++) {
        error = keep_evidence(s, conflicts[i].first, &conflicts[i].files[0], why);
        error = error == 0
                    ? keep_evidence(s, conflicts[i].second, &conflicts[i].files[1], why)
                    : error;
    }
    if (error == 0 && t->newest != HISTORY_NONE) {
        const struct history *h = &s->history;
        bool forward = h->has_remembered ? h->points[t->newest].size > h->points[0].size
                                         : together_holds(t);
        if (forward) {
            error = memory_replace(&s->memory, bytes_slice(s->evidence[t->newest]), why);
            t->updated = error == 0;
        }
    }
    t->error = error != 0 ? why->text : NULL;
}

static void say_fault(const char *text)
{
    options_complain("%s", text);
}

bool session_compare(struct session *s)
{
    struct conflict conflicts[CONFLICTS_MAX] = {{.first = NULL}};
    struct complaint why = {""};
    struct together t = {.charter = s->charter,
                         .history = &s->history,
                         .remember = s->o->remember,
                         .conflicts = conflicts};
    t.newest = history_judge(&s->history);
    t.conflict_count = find_conflicts(s, conflicts);
    if (t.remember != NULL) {
        remember(s, &t, conflicts, &why);
    }
    bool holds = together_holds(&t);
    if (together_matters(&t) && s->o->json) {
        json_t *value = report_history_json(&t);
        (void)json_dumpf(value, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
        (void)printf("\n");
        json_decref(value);
    } else if (together_matters(&t) && s->o->quiet) {
        report_history_faults(&t, say_fault);
    } else if (together_matters(&t)) {
        (void)printf("\n");
        report_history_text(&t);
    }
    for (size_t i = 0; i < t.conflict_count; i++) {
        free(conflicts[i].files[0]);
        free(conflicts[i].files[1]);
    }
    return holds;
}

/* --- begin and end --- */

int session_begin(struct session *s, const struct options *o, struct complaint *why)
{
    *s = (struct session){.o = o, .memory = {.lock_fd = -1}};
    int error = charter_load(o->charter, &s->charter, why);
    if (error != 0) {
        return error;
    }
    s->council = verify_council(s->charter);
    if (o->remember == NULL) {
        return 0;
    }
    error = memory_open(o->remember, s->council, &s->memory, why);
    if (error == 0 && s->memory.bytes != NULL) {
        (void)add_note(s, o->remember, &s->memory.note.report,
                       bytes_slice(s->memory.bytes));
        s->history.has_remembered = true;
    }
    return error;
}

void session_end(struct session *s)
{
    for (size_t i = 0; i < s->history.count; i++) {
        bytes_unref(s->evidence[i]);
    }
    for (size_t i = 0; i < s->thing_count; i++) {
        log_judgement_clear(&s->things[i]->log);
        bytes_unref(s->things[i]->bytes);
        free(s->things[i]);
    }
    for (size_t i = 0; i < s->name_count; i++) {
        free(s->names[i]);
    }
    free(s->names);
    free(s->things);
    free(s->evidence);
    history_free(&s->history);
    memory_close(&s->memory);
    free(s->council);
    charter_free(s->charter);
}
