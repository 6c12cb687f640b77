/* SPDX-License-Identifier: ISC */
/*
 * Stores of other formats with the programs as they are: one that an older build wrote,
 * and those that nodes are started on, read beside, backed up and restored.
 */
#include "../ledger/older.h"
#include "history.h"
#include "live.h"
#include "tap.h"

#include "base/alloc.h"
#include "ledger/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_MS = 30000, STOP_MS = 5000, SEATS = 4, OLDER = 3, NEWER = 4 };
enum { OLD_SEAT = 1, OLD_HEIGHT = 16, OLD_DECISIONS = 8 };
enum { LATER = LEDGER_FORMAT + 1 };

static struct history history;

/* Runs a program; its status, and its words on either channel. */
static void run(struct live *l, int status, const char *words, const char *const *argv)
{
    struct live_output o = live_run(l, WAIT_MS, argv);
    bool said = strstr(o.out, words) != NULL || strstr(o.err, words) != NULL;
    if (!ok(o.status == status && said, "%s %s: %d, %s", argv[0], argv[1], status, words)) {
        printf("# %d\n# %s\n# %s\n", o.status, o.out, o.err);
    }
    live_output_free(&o);
}

/* --- what an older build wrote --- */

static char *unpack(struct live *l)
{
    const char *top = getenv("top_srcdir");
    char *dir = alloc_printf("%s/old", l->dir);
    char *command = alloc_printf("gzip -dc '%s/tests/ledger/format-1/data.mdb.gz' "
                                 ">'%s/data.mdb'",
                                 top != NULL ? top : ".", dir);
    (void)mkdir(dir, 0700);
    run(l, 0, "", (const char *[]){"/bin/sh", "-c", command, NULL});
    free(command);
    return dir;
}

static void test_written(struct live *l)
{
    struct charter *charter = NULL;
    struct ledger *ledger = NULL;
    struct complaint why = {""};
    const char *top = getenv("top_srcdir");
    char *dir = unpack(l);
    char *path =
        alloc_printf("%s/tests/ledger/format-1/charter.json", top != NULL ? top : ".");
    const char *fsck[] = {"conclave", "fsck", "--data", dir, "--charter", path, NULL};
    const char *fsck_json[] = {"conclave", "fsck",      "--data", dir,
                               "--json",   "--charter", path,     NULL};
    run(l, 0, "format 1\n", fsck);
    if (!ok(charter_load(path, &charter, &why) == 0, "its charter %s", why.text)) {
        return;
    }
    struct ledger_identity id = {charter->council_id, OLD_SEAT, charter->seat_count};
    if (ok(ledger_open(dir, LEDGER_WRITE, &id, &ledger, &why) == 0, "it opens %s",
           why.text)) {
        ok(ledger_migrated_from(ledger) == 1 && ledger_format(ledger) == LEDGER_FORMAT,
           "and is migrated");
        is((int64_t)ledger_height(ledger), OLD_HEIGHT, "with all its blocks");
        is((int64_t)ledger_record_count(ledger), OLD_DECISIONS, "and decisions");
        ok(ledger_lost(ledger) != NULL, "it knows that it is not where it was");
        ledger_close(ledger);
    }
    run(l, 0, "all is as the ledger says", fsck);
    run(l, 0, "\"format\":4", fsck_json);
    charter_free(charter);
    free(path);
    free(dir);
}

/* --- nodes --- */

static void test_older(struct live *l)
{
    struct live_seat *s = live_seat(l, OLDER);
    is(live_stop(l, OLDER, STOP_MS), 0, "a node is stopped");
    is(older_make(s->data, 1, 0), 0, "and its store is one of an older build");
    run(l, 0, "has an older format",
        (const char *[]){"conclave", "config", "check", s->config, NULL});
    char *backup = alloc_printf("%s/older-backup", l->dir);
    run(l, 0, "",
        (const char *[]){"conclave", "backup", "--config", s->config, backup, NULL});
    live_start(l, OLDER);
    ok(live_wait_ready(l, OLDER, WAIT_MS), "the node starts on it");
    ok(live_wait_log(l, OLDER, "event=store.migrated from=1 to=4", WAIT_MS),
       "migrates it and says so");
    is(live_log_count(l, OLDER, "event=state.lost"), 0, "and has lost nothing");
    is(live_number(l, OLDER, "store_format"), LEDGER_FORMAT, "status tells the format");
    (void)history_propose(&history, l, OLDER);
    is(history_missing(&history, l, WAIT_MS), 0, "it decides with the others");
    run(l, 0, "all is as the ledger says",
        (const char *[]){"conclave", "fsck", "--socket", s->socket, NULL});
    is(live_stop(l, OLDER, STOP_MS), 0, "it is stopped again");
    live_start(l, OLDER);
    ok(live_wait_ready(l, OLDER, WAIT_MS), "and started");
    is(live_log_count(l, OLDER, "event=store.migrated"), 1, "once is enough");
    char *dir = alloc_printf("%s/restored", l->dir);
    run(l, 0, "height", (const char *[]){"conclave", "restore", backup, dir, NULL});
    run(l, 0, "format 4",
        (const char *[]){"conclave", "fsck", "--data", dir, "--charter", l->charter_path,
                         NULL});
    free(dir);
    free(backup);
}

static void test_newer(struct live *l)
{
    struct live_seat *s = live_seat(l, NEWER);
    char *words = alloc_printf("%s/data.mdb: the store has format %d, and this build reads "
                               "formats 1 to %d",
                               s->data, LATER, LEDGER_FORMAT);
    char *backup = alloc_printf("%s/newer-backup", l->dir);
    is(live_stop(l, NEWER, STOP_MS), 0, "a node is stopped");
    is(older_make(s->data, LATER, OLDER_ALL), 0, "and a later build has been there");
    run(l, 1, words, (const char *[]){"conclaved", "--config", s->config, NULL});
    ok(live_log_count(l, NEWER, "event=node.refused") == 1 &&
           live_log_count(l, NEWER, "install that one again") == 1,
       "the log has it and the cure");
    run(l, 1, words, (const char *[]){"conclave", "fsck", "--config", s->config, NULL});
    run(l, 1, words, (const char *[]){"conclave", "config", "check", s->config, NULL});
    run(l, 1, words,
        (const char *[]){"conclave", "backup", "--config", s->config, backup, NULL});
    is(older_make(s->data, LEDGER_FORMAT, OLDER_ALL), 0, "the later build is told to go");
    live_start(l, NEWER);
    ok(live_wait_ready(l, NEWER, WAIT_MS), "the node starts");
    is(live_log_count(l, NEWER, "event=state.lost"), 0, "nothing was changed meanwhile");
    free(backup);
    free(words);
}

/* Changes a number of the manifest. */
static void forge(const char *backup, const char *name, int value)
{
    char *path = alloc_printf("%s/manifest.json", backup);
    json_t *manifest = json_load_file(path, 0, NULL);
    (void)json_object_set_new(manifest, name, json_integer(value));
    ok(manifest != NULL && json_dump_file(manifest, path, 0) == 0, "a later %s", name);
    json_decref(manifest);
    free(path);
}

static void test_backup(struct live *l)
{
    const char *socket = live_seat(l, 1)->socket;
    char *backup = alloc_printf("%s/backup", l->dir);
    char *dir = alloc_printf("%s/target", l->dir);
    run(l, 0, "", (const char *[]){"conclave", "backup", "--socket", socket, backup, NULL});
    forge(backup, "store_format", LATER);
    run(l, 1, "with a store of format 5, and this build reads",
        (const char *[]){"conclave", "restore", backup, dir, NULL});
    ok(access(dir, F_OK) != 0, "and nothing was made");
    forge(backup, "store_format", LEDGER_FORMAT);
    forge(backup, "format", 9);
    run(l, 1, "a backup of format 9",
        (const char *[]){"conclave", "restore", backup, dir, NULL});
    ok(access(dir, F_OK) != 0, "nor here");
    free(dir);
    free(backup);
}

int main(void)
{
    struct live_options o = {
        .seats = SEATS,
        .config = "heartbeat-ms = 200\ndead-peer-ms = 2000\n",
    };
    live_limit(150);
    struct live *l = live_new(&o);
    if (sizeof(void *) == 8 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
        test_written(l);
    } else {
        skip("the store of an older build", "it is of another kind of machine");
    }
    ok(live_start_council(l), "a council of %d", SEATS);
    live_agent_set(l, 0, history_approve, NULL);
    for (unsigned seat = 1; seat <= SEATS; seat++) {
        (void)history_propose(&history, l, seat);
    }
    is(history_missing(&history, l, WAIT_MS), 0, "decides");
    test_older(l);
    test_newer(l);
    test_backup(l);
    live_free(l);
    return tap_done();
}
