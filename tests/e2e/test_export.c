/* SPDX-License-Identifier: ISC */
/*
 * conclave export: of a node, of its backup, after a restart, and of a store of an older
 * build. Every bundle holds for conclave verify, and none does of which a byte changed.
 */
#include "../ledger/older.h"
#include "live.h"
#include "tap.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_MS = 30000, SEATS = 4, TAMPERED = 24 };

static const char formula[] = "=1+1, \"quoted\"";
static const char *const lists[] = {"decisions", "ballots", "records", "convictions"};

struct place {
    struct live *l;
    char *folder, *backup, *charter; /* where bundles go; what was copied of seat 1 */
    char ids[2][LIVE_ID_BYTES];
};

/* Seat 4 is always against it, and seats 2 and 3 what is called bad. */
static bool decide(void *context, unsigned seat, const json_t *params,
                   struct live_ballot *out)
{
    const char *title = json_string_value(json_object_get(params, "title"));
    bool bad = title != NULL && strstr(title, "bad") != NULL;
    (void)context;
    *out = (struct live_ballot){seat == 4 || (bad && seat > 1) ? "reject" : "approve",
                                (int)seat * 10,
                                seat == 2 ? "@SUM(A1)\nand \"more\"" : "it is so"};
    return true;
}

static void propose(struct place *p, unsigned index, const char *title)
{
    json_t *params = json_pack("{s:s,s:s,s:s,s:{s:i}}", "class", "test", "title", title,
                               "text", "Line one,\nline \"two\"", "evidence", "cost", 17);
    json_t *answer = live_call(p->l, 1, "propose", params);
    const char *id = json_string_value(json_object_get(answer, "id"));
    (void)snprintf(p->ids[index], LIVE_ID_BYTES, "%s", id != NULL ? id : "?");
    json_decref(answer);
    answer = live_wait_final(p->l, 1, p->ids[index], WAIT_MS);
    ok(answer != NULL, "\"%s\" is decided", title);
    json_decref(answer);
    /* The header that vouches for it comes a moment later. */
    answer = NULL;
    for (int i = 0; answer == NULL && i < WAIT_MS / 10; i++) {
        live_pump(p->l, 10);
        answer = live_call(p->l, 1, "proof", json_pack("{s:s}", "id", p->ids[index]));
    }
    ok(answer != NULL, "and covered");
    json_decref(answer);
}

/* Runs conclave; its status, and its words on either channel. NULL: any. */
static bool run(struct place *p, int status, const char *words, const char *const *argv)
{
    struct live_output o = live_run(p->l, WAIT_MS, argv);
    bool good = o.status == status && (words == NULL || strstr(o.out, words) != NULL ||
                                       strstr(o.err, words) != NULL);
    if (!good) {
        printf("# %s %s: %d\n# %s\n# %s\n", argv[1], argv[2], o.status, o.out, o.err);
    }
    live_output_free(&o);
    return good;
}

static char *path_of(const struct place *p, const char *name)
{
    return alloc_printf("%s/%s", p->folder, name);
}

static const char *socket_of(const struct place *p, unsigned seat)
{
    return live_seat(p->l, seat)->socket;
}

/* The whole file; empty when it is not there. */
static struct buffer content(const char *path)
{
    struct buffer b = {NULL, 0, 0};
    char part[4096];
    FILE *f = fopen(path, "rb");
    size_t got;
    while (f != NULL && (got = fread(part, 1, sizeof(part), f)) > 0) {
        buffer_append(&b, part, got);
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    return b;
}

static bool same(const struct place *p, const char *one, const char *other)
{
    char *paths[] = {path_of(p, one), path_of(p, other)};
    struct buffer a = content(paths[0]), b = content(paths[1]);
    bool equal = a.size > 0 && slice_equal(buffer_slice(&a), buffer_slice(&b));
    buffer_free(&a);
    buffer_free(&b);
    free(paths[0]);
    free(paths[1]);
    return equal;
}

/* Of a node by its socket, of a store by --data. */
static bool export(struct place *p, const char *how, const char *where, const char *id,
                   bool full, const char *name)
{
    char *path = path_of(p, name);
    const char *argv[12] = {"conclave", "export", id, "-o", path, how, where};
    size_t count = 7;
    if (strcmp(how, "--data") == 0) {
        argv[count++] = "--charter";
        argv[count++] = p->charter;
    }
    argv[count] = full ? "--full" : NULL;
    bool good = run(p, 0, id, argv);
    free(path);
    return good;
}

static int verify(struct place *p, const char *name)
{
    char *path = path_of(p, name);
    const char *argv[] = {"conclave",         "verify", "--quiet", "--charter",
                          p->l->charter_path, path,     NULL};
    struct live_output o = live_run(p->l, WAIT_MS, argv);
    int status = o.status;
    if (status > 1) {
        printf("# %s", o.err);
    }
    live_output_free(&o);
    free(path);
    return status;
}

/* How many of so many copies with a changed byte, all over the bundle, are refused. */
static unsigned refused(struct place *p, const char *name)
{
    char *from = path_of(p, name), *to = path_of(p, "tampered");
    struct buffer b = content(from);
    unsigned count = 0;
    for (size_t i = 0; i < TAMPERED && b.size > 0; i++) {
        size_t at = i * (b.size - 1) / (TAMPERED - 1);
        b.data[at] ^= 1;
        FILE *f = fopen(to, "wb");
        bool written = f != NULL && fwrite(b.data, 1, b.size, f) == b.size;
        written = f != NULL && fclose(f) == 0 && written;
        b.data[at] ^= 1;
        count += written && verify(p, "tampered") == 1;
    }
    buffer_free(&b);
    free(from);
    free(to);
    return count;
}

static void check_node(struct place *p)
{
    ok(export(p, "--socket", socket_of(p, 1), p->ids[0], false, "plain") &&
           export(p, "--socket", socket_of(p, 1), p->ids[0], true, "full") &&
           export(p, "--socket", socket_of(p, 1), p->ids[1], false, "rejected"),
       "bundles of a node");
    ok(verify(p, "plain") == 0 && verify(p, "full") == 0 && verify(p, "rejected") == 0,
       "hold");
    is(refused(p, "plain"), TAMPERED, "and none of which a byte changed");
    is(refused(p, "full"), TAMPERED, "nor any of a full one");
    char *all = path_of(p, "all");
    ok(run(p, 0, "\"written\":2",
           (const char *[]){"conclave", "export", "--all", all, "--full", "--json",
                            "--socket", socket_of(p, 3), NULL}),
       "all of them, of another node");
    char *name = alloc_printf("all/%s-full.proof", p->ids[1]);
    is(verify(p, name), 0, "which hold as well");
    free(name);
    free(all);
}

/* A list to a file, of a node or of the backup. */
static bool list(struct place *p, bool online, const char *what, const char *form,
                 const char *name)
{
    char *path = path_of(p, name);
    const char *node[] = {"conclave", "export",        what, form, "-o", path,
                          "--socket", socket_of(p, 1), NULL};
    const char *store[] = {"conclave", "export",  what,        form,       "-o", path,
                           "--data",   p->backup, "--charter", p->charter, NULL};
    bool good = run(p, 0, NULL, online ? node : store);
    free(path);
    return good;
}

static void check_lists(struct place *p)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        char *names[] = {alloc_printf("node-%s.csv", lists[i]),
                         alloc_printf("store-%s.csv", lists[i]),
                         alloc_printf("node-%s.json", lists[i]),
                         alloc_printf("store-%s.json", lists[i])};
        ok(list(p, true, lists[i], "--csv", names[0]) &&
               list(p, false, lists[i], "--csv", names[1]) && same(p, names[0], names[1]),
           "%s as CSV are the same of node and backup", lists[i]);
        bool written = list(p, true, lists[i], "--json", names[2]) &&
                       list(p, false, lists[i], "--json", names[3]);
        /* Nobody was convicted: a list without rows is an empty file. */
        ok(written && (strcmp(lists[i], "convictions") == 0 || same(p, names[2], names[3])),
           "and as JSON");
        for (size_t k = 0; k < 4; k++) {
            free(names[k]);
        }
    }
}

static bool says(const struct place *p, const char *name, const char *words)
{
    char *path = path_of(p, name), *text = live_read(path);
    bool there = strstr(text, words) != NULL;
    free(text);
    free(path);
    return there;
}

static void check_text(struct place *p)
{
    ok(says(p, "node-decisions.csv", ",\"'=1+1, \"\"quoted\"\"\","),
       "what a spreadsheet would run is none in CSV");
    ok(says(p, "node-ballots.csv", ",\"'@SUM(A1)\nand \"\"more\"\"\","),
       "nor in a rationale");
    ok(says(p, "node-decisions.json", "\"title\":\"=1+1, \\\"quoted\\\"\""),
       "JSON has it as it was signed");
    ok(says(p, "node-decisions.csv",
            ",\"Line one,\nline \"\"two\"\"\",\"{\"\"cost\"\":17}\",\r\n"),
       "text of several lines stands between quotes");
}

static void check_backup(struct place *p)
{
    ok(run(p, 0, "The key is not",
           (const char *[]){"conclave", "backup", "--socket", socket_of(p, 1), p->backup,
                            NULL}),
       "a backup");
    ok(export(p, "--data", p->backup, p->ids[0], false, "stored") &&
           same(p, "plain", "stored"),
       "gives the same bundle as its node");
    ok(export(p, "--data", p->backup, p->ids[0], true, "stored-full") &&
           same(p, "full", "stored-full"),
       "and the same full one");
    ok(run(p, 1, "/nonexistent",
           (const char *[]){"conclave", "export", p->ids[0], "-o", "-", "--data", p->backup,
                            "--charter", "/nonexistent", NULL}),
       "a charter that is not there is named");
    ok(run(p, 1, "no proposal whose id begins with 00000000 here",
           (const char *[]){"conclave", "export", "00000000", "-o", "-", "--data",
                            p->backup, "--charter", p->charter, NULL}),
       "as is a proposal that is not there");
}

static void check_restart(struct place *p)
{
    (void)live_stop(p->l, 1, WAIT_MS);
    char *data = live_seat(p->l, 1)->data;
    ok(export(p, "--data", data, p->ids[0], false, "stopped") &&
           same(p, "plain", "stopped"),
       "a stopped node's store gives the same");
    ok(older_make(data, 1, OLDER_FLAGS | OLDER_STANDING) == 0, "it becomes an older one");
    live_start(p->l, 1);
    ok(live_wait_ready(p->l, 1, WAIT_MS) &&
           export(p, "--socket", socket_of(p, 1), p->ids[0], true, "restarted") &&
           same(p, "full", "restarted"),
       "and the node, started on it, gives the same again");
}

static void check_older(struct place *p)
{
    char *path = path_of(p, "older");
    is(older_make(p->backup, 1, OLDER_FLAGS | OLDER_STANDING), 0,
       "a backup by an older build");
    ok(run(p, 1, "of an older build, start the daemon of this one on it once",
           (const char *[]){"conclave", "export", p->ids[0], "-o", path, "--data",
                            p->backup, "--charter", p->charter, NULL}) &&
           access(path, F_OK) != 0,
       "has no proofs, and that is said");
    ok(list(p, false, "ballots", "--csv", "older.csv") &&
           same(p, "older.csv", "node-ballots.csv"),
       "but the same lists");
    free(path);
}

int main(void)
{
    struct live_options o = {.seats = SEATS,
                             .config = "heartbeat-ms = 200\ndead-peer-ms = 2000\n"};
    live_limit(150);
    struct place p = {.l = live_new(&o)};
    p.folder = alloc_printf("%s/bundles", p.l->dir);
    p.backup = alloc_printf("%s/backup", p.l->dir);
    p.charter = alloc_printf("%s/charter.json", p.backup);
    (void)mkdir(p.folder, 0700);
    ok(live_start_council(p.l), "a council of %d", SEATS);
    live_agent_set(p.l, 0, decide, NULL);
    propose(&p, 0, formula);
    propose(&p, 1, "a bad one");
    ok(live_wait_level(p.l, WAIT_MS), "all are level");
    check_node(&p);
    check_backup(&p);
    check_lists(&p);
    check_text(&p);
    check_restart(&p);
    check_older(&p);
    if (tap_failures > 0) {
        live_show_logs(p.l, 12);
    }
    ok(live_quiet(p.l), "nothing on standard error");
    free(p.folder);
    free(p.backup);
    free(p.charter);
    live_free(p.l);
    return tap_done();
}
