/* SPDX-License-Identifier: ISC */
/*
 * conclave backup beside a node that works, and conclave restore of what has become old
 * meanwhile: the seat comes back by itself, and never contradicts itself.
 */
#include "history.h"
#include "live.h"
#include "tap.h"
#include "witness.h"

#include "base/alloc.h"
#include "ledger/ledger.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_MS = 30000, SEATS = 4, BACKED = 2 };

static struct history history;

static void work(struct live *l, unsigned proposals)
{
    for (unsigned i = 0; i < proposals; i++) {
        (void)history_propose(&history, l, 1 + i % SEATS);
        live_pump(l, 20);
    }
}

/* Runs conclave; its status, and its words on either channel. NULL: any. */
static void run(struct live *l, int status, const char *words, const char *const *argv)
{
    struct live_output o = live_run(l, WAIT_MS, argv);
    bool said =
        words == NULL || strstr(o.out, words) != NULL || strstr(o.err, words) != NULL;
    if (!ok(o.status == status && said, "conclave %s: %d, %s", argv[1], status,
            words != NULL ? words : "")) {
        printf("# %d\n# %s\n# %s\n", o.status, o.out, o.err);
    }
    live_output_free(&o);
}

static bool has_mode(const char *dir, const char *name, mode_t mode)
{
    struct stat st;
    char *path = alloc_printf("%s/%s", dir, name);
    bool has = stat(path, &st) == 0 && (st.st_mode & 07777) == mode;
    free(path);
    return has;
}

static bool is_there(const char *dir, const char *name)
{
    char *path = alloc_printf("%s/%s", dir, name);
    bool there = access(path, F_OK) == 0;
    free(path);
    return there;
}

static json_int_t manifest_number(const char *dir, const char *name)
{
    char *path = alloc_printf("%s/manifest.json", dir);
    json_t *manifest = json_load_file(path, 0, NULL);
    json_int_t value = json_integer_value(json_object_get(manifest, name));
    json_decref(manifest);
    free(path);
    return value;
}

static void check_backup(struct live *l, const char *dir)
{
    const char *socket = live_seat(l, BACKED)->socket;
    run(l, 0, "The key is not",
        (const char *[]){"conclave", "backup", "--socket", socket, dir, NULL});
    ok(has_mode(dir, "", 0700) && has_mode(dir, "data.mdb", 0600) &&
           has_mode(dir, "charter.json", 0600) && has_mode(dir, "conclaved.conf", 0600) &&
           has_mode(dir, "manifest.json", 0600),
       "store, charter, configuration and manifest, for nobody else");
    ok(!is_there(dir, "seat.key") && !is_there(dir, "journal") &&
           !is_there(dir, "lock.mdb"),
       "and nothing else");
    is(manifest_number(dir, "seat"), BACKED, "the manifest says whose it is");
    ok(manifest_number(dir, "height") > 0 &&
           manifest_number(dir, "height") <= live_number(l, BACKED, "height"),
       "and of which height");
    run(l, 1, "is not empty",
        (const char *[]){"conclave", "backup", "--socket", socket, dir, NULL});
    run(l, 2, "--data and --charter",
        (const char *[]){"conclave", "backup", "--data", dir, dir, NULL});
}

static void check_with_key(struct live *l)
{
    char *dir = alloc_printf("%s/with-key", l->dir);
    run(l, 0, "the key is in it",
        (const char *[]){"conclave", "backup", "--with-key", "--config",
                         live_seat(l, 1)->config, dir, NULL});
    ok(has_mode(dir, "seat.key", 0600), "the key, where it is asked for");
    free(dir);
}

static void check_refusals(struct live *l, const char *backup)
{
    char *other = alloc_printf("%s/other", l->dir);
    char *data = alloc_printf("%s/data.mdb", other);
    run(l, 1, "in use by process",
        (const char *[]){"conclave", "restore", backup, live_seat(l, BACKED)->data, NULL});
    run(l, 1, "no backup here",
        (const char *[]){"conclave", "restore", l->dir, other, NULL});
    const char *copy[] = {"/bin/cp", "-a", backup, other, NULL};
    struct live_output o = live_run(l, WAIT_MS, copy);
    live_output_free(&o);
    FILE *f = fopen(data, "r+");
    ok(f != NULL && fseek(f, 9000, SEEK_SET) == 0 && fputc('x', f) == 'x' && fclose(f) == 0,
       "a byte of a backup changes");
    char *target = alloc_printf("%s/target", l->dir);
    run(l, 1, "not as it was",
        (const char *[]){"conclave", "restore", other, target, NULL});
    ok(!is_there(target, ""), "and nothing is made of it");
    free(target);
    free(data);
    free(other);
}

static void empty(const char *dir)
{
    static const char *const names[] = {"data.mdb", "journal",  "journal.new",
                                        "lock",     "lock.mdb", "wal"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *path = alloc_printf("%s/%s", dir, names[i]);
        (void)unlink(path);
        free(path);
    }
}

/* That it may not vote is in the store before any node has opened it. */
static void check_standing(struct live *l, const char *dir)
{
    struct ledger_identity id = {l->charter->council_id, BACKED, SEATS};
    struct ledger *ledger = NULL;
    struct ledger_saved saved = {0};
    struct complaint why = {""};
    int error = ledger_open(dir, LEDGER_WRITE, &id, &ledger, &why);
    ok(error == 0, "the restored store opens: %s", why.text);
    if (error == 0) {
        ok(ledger_lost(ledger) == NULL, "its marks are of this place");
        ok(ledger_load_saved(ledger, &saved) == 0 && saved.standing.lost &&
               !saved.standing.has_view,
           "and it says by itself that the seat's state is lost");
        ledger_saved_clear(&saved);
        ledger_close(ledger);
    }
}

static void check_return(struct live *l, struct witness *w)
{
    char id[LIVE_ID_BYTES];
    json_t *p = NULL;
    live_start(l, BACKED);
    ok(live_wait_log(l, BACKED, "event=state.lost", WAIT_MS), "the seat knows of its loss");
    ok(live_wait_log(l, BACKED, "event=state.returned", WAIT_MS), "and returns by itself");
    work(l, SEATS);
    is(history_missing(&history, l, WAIT_MS), 0, "everything acknowledged is decided");
    ok(live_wait_level(l, WAIT_MS), "all are level");
    if (live_propose(l, BACKED, "test", "after the restore", NULL, id) == 0) {
        p = live_wait_final(l, BACKED, id, WAIT_MS);
    }
    is(json_integer_value(json_object_get(p, "approve")), SEATS, "it votes again");
    json_decref(p);
    witness_look(w, l, 0);
    is(witness_contradictions(w), 0, "no seat said two things");
    json_t *status = live_call(l, BACKED, "status", NULL);
    is((int64_t)json_array_size(json_object_get(status, "expelled")), 0,
       "nobody is convicted");
    json_decref(status);
}

int main(void)
{
    struct live_options o = {
        .seats = SEATS,
        .charter = "{\"ordering\":{\"return_interval_ms\":1000}}",
        .config = "heartbeat-ms = 200\ndead-peer-ms = 2000\n",
    };
    live_limit(150);
    struct live *l = live_new(&o);
    struct witness *w = witness_new();
    char *dir = alloc_printf("%s/backup", l->dir);
    ok(live_start_council(l), "a council of %d", SEATS);
    live_agent_set(l, 0, history_approve, NULL);
    work(l, 6); /* nothing waits for it: the node works while it is copied */
    check_backup(l, dir);
    check_with_key(l);
    check_refusals(l, dir);
    work(l, 8);
    is(history_missing(&history, l, WAIT_MS), 0, "the council goes on");
    witness_look(w, l, 0);
    struct live_seat *s = live_seat(l, BACKED);
    live_kill(l, BACKED);
    run(l, 1, "is not empty", (const char *[]){"conclave", "restore", dir, s->data, NULL});
    empty(s->data);
    run(l, 0, "lost its state",
        (const char *[]){"conclave", "restore", dir, s->data, NULL});
    ok(has_mode(s->data, "data.mdb", 0600), "the store is put back");
    check_standing(l, s->data);
    check_return(l, w);
    if (tap_failures > 0) {
        live_show_logs(l, 12);
    }
    ok(live_quiet(l), "nothing on standard error");
    free(dir);
    witness_free(w);
    live_free(l);
    return tap_done();
}
