/* SPDX-License-Identifier: ISC */
/*
 * conclave fsck: beside a node that works, of a stopped one, of a backup; and of stores in
 * which one thing is not as the ledger says, each with a good checksum, so that only the
 * replay can tell; and of logs that are damaged or gone, which config check says, too.
 */
#define _GNU_SOURCE
#include "damage.h"
#include "history.h"
#include "leave_log.h"
#include "live.h"
#include "tap.h"

#include "base/alloc.h"
#include "ledger/store.h"
#include "ledger/wal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MS = 30000, SEATS = 4, ROUNDS = 4, CHECKED = 3 };

static struct history history;

/* Runs conclave fsck with --json; the answer is the caller's. */
static json_t *fsck(struct live *l, int status, const char *const *words)
{
    const char *argv[12] = {"conclave", "fsck", "--json"};
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[3 + i] = words[i];
    }
    struct live_output o = live_run(l, WAIT_MS, argv);
    json_t *answer = json_loads(o.out, 0, NULL);
    if (o.status != status || answer == NULL) {
        printf("# fsck: %d, expected %d\n# %s\n# %s\n", o.status, status, o.out, o.err);
        json_decref(answer);
        answer = NULL;
    }
    live_output_free(&o);
    return answer;
}

static json_int_t number(const json_t *answer, const char *name)
{
    return json_integer_value(json_object_get(answer, name));
}

static void check_beside(struct live *l)
{
    for (int i = 0; i < ROUNDS; i++) {
        for (unsigned seat = 1; seat <= SEATS; seat++) {
            (void)history_propose(&history, l, seat);
        }
        json_t *a =
            fsck(l, 0, (const char *[]){"--socket", live_seat(l, CHECKED)->socket, NULL});
        ok(json_is_true(json_object_get(a, "ok")) &&
               number(a, "blocks") == number(a, "height"),
           "beside a node that works, %lld blocks", (long long)number(a, "blocks"));
        is((int64_t)json_array_size(json_object_get(a, "notes")), 0,
           "with nothing to note");
        ok(json_is_integer(json_object_get(a, "unsettled")), "and %lld commits in its log",
           (long long)number(a, "unsettled"));
        json_decref(a);
    }
}

/* --- stores that are not as they were --- */

static char *copy_store(struct live *l, const char *name)
{
    char *dir = alloc_printf("%s/%s", l->dir, name);
    const char *argv[] = {"/bin/cp", "-a", live_seat(l, CHECKED)->data, dir, NULL};
    struct live_output o = live_run(l, WAIT_MS, argv);
    /* A node that runs renames this one meanwhile. */
    ok(o.status == 0 || strstr(o.err, "journal.new") != NULL, "a copy %s", o.err);
    live_output_free(&o);
    return dir;
}

static void check_damage(struct live *l, const struct damage *d, uint64_t height)
{
    struct complaint why = {""};
    struct store *s = NULL;
    char *dir = copy_store(l, "damaged");
    if (store_open(dir, STORE_WRITE, &s, &why) == 0) {
        d->make(s, height);
        ok(store_commit(s) == 0, "in a copy: %s", d->name);
        store_close(s);
    }
    const char *words[] = {"--data", dir, "--charter", l->charter_path, NULL, NULL};
    json_t *a = fsck(l, 1, words);
    const json_t *difference = json_object_get(a, "difference");
    const char *what = json_string_value(json_object_get(difference, "what"));
    const char *text = json_string_value(json_object_get(difference, "text"));
    ok(what != NULL && strcmp(what, d->what) == 0 &&
           (d->height < 0 ||
            number(difference, "height") == (json_int_t)height + d->height),
       "is found: %s, height %lld: %s", what != NULL ? what : "-",
       (long long)number(difference, "height"), text != NULL ? text : "-");
    json_decref(a);
    words[4] = "--quick";
    a = fsck(l, d->quick ? 1 : 0, words);
    ok(a != NULL, "%s without signatures", d->quick ? "also" : "but not");
    json_decref(a);
    const char *remove[] = {"/bin/rm", "-r", dir, NULL};
    struct live_output o = live_run(l, WAIT_MS, remove);
    live_output_free(&o);
    free(dir);
}

static void check_text(struct live *l)
{
    char *dir = copy_store(l, "cut");
    char *data = alloc_printf("%s/data.mdb", dir);
    const char *argv[] = {"conclave", "fsck", "--config", live_seat(l, CHECKED)->config,
                          NULL};
    struct live_output o = live_run(l, WAIT_MS, argv);
    ok(o.status == 0 && strstr(o.out, "all is as the ledger says") != NULL &&
           strstr(o.out, "note") == NULL && *o.err == '\0',
       "in words, of a stopped node");
    live_output_free(&o);
    const char *copy[] = {"conclave",  "fsck",          "--data", dir,
                          "--charter", l->charter_path, NULL};
    o = live_run(l, WAIT_MS, copy);
    ok(o.status == 0 && strstr(o.out, "is not the file") != NULL,
       "a copy is good, and known for one");
    live_output_free(&o);
    ok(truncate(data, 9000) == 0, "a file is cut");
    o = live_run(l, WAIT_MS, copy);
    ok(o.status == 1 && strstr(o.err, "damaged") != NULL,
       "that is found at the opening: %s", o.err);
    live_output_free(&o);
    const char *both[] = {"conclave", "fsck", "--data", dir, NULL};
    o = live_run(l, WAIT_MS, both);
    ok(o.status == 2, "a store without a charter is no question");
    live_output_free(&o);
    free(data);
    free(dir);
}

/* --- its write-ahead log --- */

static void change_byte(const char *path, off_t at)
{
    uint8_t byte = 0;
    int fd = open(path, O_RDWR);
    bool good = pread(fd, &byte, 1, at) == 1;
    byte ^= 1;
    good = good && pwrite(fd, &byte, 1, at) == 1;
    close(fd);
    if (!good) {
        ok(false, "a byte is changed");
    }
}

/* What is wrong with the log, in words, and so says config check, in a line of this level.
 */
static void finds_log(struct live *l, const char *words, const char *level)
{
    const char *config = live_seat(l, CHECKED)->config;
    json_t *a = fsck(l, 1, (const char *[]){"--config", config, NULL});
    const json_t *difference = json_object_get(a, "difference");
    const char *what = json_string_value(json_object_get(difference, "what"));
    const char *text = json_string_value(json_object_get(difference, "text"));
    ok(json_is_false(json_object_get(a, "ok")) && what != NULL &&
           strcmp(what, "log") == 0 &&
           json_is_null(json_object_get(difference, "height")) &&
           strstr(text, words) != NULL && strstr(text, "conclaved(8)") != NULL,
       "is found, with its cure: %s", text != NULL ? text : "-");
    json_decref(a);
    const char *fsck_argv[] = {"conclave", "fsck", "--config", config, NULL};
    struct live_output o = live_run(l, WAIT_MS, fsck_argv);
    ok(o.status == 1 && strstr(o.out, "DIFFERENCE") != NULL &&
           strstr(o.out, "Stop the node") == NULL,
       "and no other cure");
    live_output_free(&o);
    const char *check_argv[] = {"conclave", "config", "check", "--offline", config, NULL};
    o = live_run(l, WAIT_MS, check_argv);
    const char *line = strstr(o.out, words);
    while (line != NULL && line > o.out && line[-1] != '\n') {
        line--;
    }
    ok(line != NULL && strncmp(line, level, strlen(level)) == 0 &&
           (o.status == 1) == (strcmp(level, "error") == 0),
       "config check has it as %s", level);
    live_output_free(&o);
}

static json_int_t unsettled(struct live *l)
{
    json_t *a = fsck(
        l, 0, (const char *[]){"--config", live_seat(l, CHECKED)->config, "--quick", NULL});
    json_int_t count = a != NULL ? number(a, "unsettled") : -1;
    json_decref(a);
    return count;
}

/* Of a node that is stopped, and is not started again. */
static void check_log(struct live *l)
{
    const char *dir = live_seat(l, CHECKED)->data;
    struct complaint why = {""};
    char *wal = alloc_printf("%s/" WAL_NAME, dir);
    char *aside = alloc_printf("%s/aside", dir);
    is(unsettled(l), 0, "after a stop nothing is in the log");
    ok(leave_log(dir, 3, &why) == 0, "a node is killed after some commits %s", why.text);
    is(unsettled(l), 3, "what is in it is counted");
    const char *argv[] = {"conclave", "fsck", "--config", live_seat(l, CHECKED)->config,
                          NULL};
    struct live_output o = live_run(l, WAIT_MS, argv);
    ok(o.status == 0 && strstr(o.out, "were not checked: 3") != NULL, "and said");
    live_output_free(&o);

    change_byte(wal, WAL_ALIGN + 70);
    finds_log(l, "/wal: the file is damaged; do not repair", "error");
    change_byte(wal, WAL_ALIGN + 70);
    change_byte(wal, 20);
    finds_log(l, "data.mdb and wal are not of the same time", "warning");
    change_byte(wal, 20);
    is(rename(wal, aside), 0, "the log is taken away");
    finds_log(l, "data.mdb and wal are not of the same time", "warning");
    char *copy = copy_store(l, "without");
    const char *words[] = {"--data", copy, "--charter", l->charter_path, "--quick", NULL};
    json_t *a = fsck(l, 0, words);
    is((int64_t)json_array_size(json_object_get(a, "notes")), 1,
       "a copy is none the worse for that");
    json_decref(a);
    is(rename(aside, wal), 0, "and brought back");
    is(unsettled(l), 3, "as it was: nobody wrote to it");
    free(copy);
    free(aside);
    free(wal);
}

/* An auditor at the store itself, which a node goes on writing, and at a copy of it made
 * by cp, which may be torn: then it says so. */
static void check_audit(struct live *l)
{
    const char *argv[] = {"conclave",  "audit",         "--json",
                          "--charter", l->charter_path, live_seat(l, CHECKED)->data,
                          NULL};
    for (int i = 0; i < ROUNDS; i++) {
        (void)history_propose(&history, l, CHECKED);
        struct live_output o = live_run(l, WAIT_MS, argv);
        json_t *a = json_loads(o.out, 0, NULL);
        ok(o.status == 0 && json_is_true(json_object_get(a, "ok")),
           "audited while its node goes on: %s", o.err);
        json_decref(a);
        live_output_free(&o);
        char *copy = copy_store(l, "torn");
        argv[5] = copy;
        o = live_run(l, WAIT_MS, argv);
        ok(o.status == 0 || o.status == 1, "a copy that cp made meanwhile: %d %s", o.status,
           o.err);
        live_output_free(&o);
        argv[5] = live_seat(l, CHECKED)->data;
        const char *remove[] = {"/bin/rm", "-r", copy, NULL};
        o = live_run(l, WAIT_MS, remove);
        live_output_free(&o);
        free(copy);
    }
}

int main(void)
{
    struct live_options o = {.seats = SEATS};
    live_limit(150);
    struct live *l = live_new(&o);
    ok(live_start_council(l), "a council of %d", SEATS);
    live_agent_set(l, 0, history_approve, NULL);
    check_beside(l);
    check_audit(l);
    is(history_missing(&history, l, WAIT_MS), 0, "everything acknowledged is decided");
    uint64_t height = (uint64_t)live_number(l, CHECKED, "height") / 2;
    is(live_stop(l, CHECKED, WAIT_MS), 0, "a node is stopped");
    check_text(l);
    for (const struct damage *d = damages; d->name != NULL; d++) {
        check_damage(l, d, height);
    }
    check_log(l);
    if (tap_failures > 0) {
        live_show_logs(l, 5);
    }
    ok(live_quiet(l), "nothing on standard error");
    live_free(l);
    return tap_done();
}
