/* SPDX-License-Identifier: ISC */
/*
 * A store whose file is cut short or has changed bytes. Who opens it to vote is told that
 * it is damaged, or finds everything as it was, and never finds other votes. The file is
 * cut at every page and within some, and bytes change all over it, and over the write-ahead
 * log. The header of the file and the numbers that link its pages have no checksum: what a
 * changed one of these does unseen is counted and shown. The last record of the log cannot
 * be told from one that a crash cut short.
 */
#include "../ledger/scratch.h"

#include "life.h"

#include "../ledger/turn.h"
#include "faults.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { TURNS = 12, VOTES = 6, SALT = 1, PAGE = 4096, HEADER = 2 * PAGE, FLIPS_SHORT = 250 };
enum { LOGGED = 4 * PAGE /* bytes of the log: where its records are */ };
enum {
    DEATHS = 500 /* one and one in so many */,
    CHILD_SECONDS = 20,
    ROOM = 4 * 1024 * 1024
};

static char *dir;

/* A file as it was. */
struct original {
    char *path;
    uint8_t *data;
    size_t size;
};
static struct original data, journal, wal;

enum finding {
    FOUND_REFUSED, /* at opening, as damaged */
    FOUND_LATER,   /* by who reads everything, as a daemon does at its start */
    FOUND_WHOLE,   /* everything is as it was */
    FOUND_OLDER,   /* a whole ledger, but of an earlier turn */
    FOUND_OTHER,   /* something is missing or different, and nothing was said */
    FOUND_VOTES,   /* so are votes */
    FOUND_DEATH,   /* a signal */
    FINDINGS,
};

/* Whatever a look made new is taken for the old file. */
static void same_mark(const char *name, struct statx *st)
{
    (void)name;
    st->stx_ino = 1;
    st->stx_mask &= ~(unsigned)STATX_BTIME;
}

static void put_back_one(const struct original *o)
{
    int fd = open(o->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, o->data, o->size) != (ssize_t)o->size) {
        printf("Bail out! the store cannot be put back\n");
        exit(1);
    }
    (void)close(fd);
}

static void put_back(void)
{
    put_back_one(&data);
    put_back_one(&journal);
    put_back_one(&wal);
}

static void take(struct original *o, const char *name)
{
    o->path = alloc_printf("%s/%s", dir, name);
    o->data = alloc(ROOM);
    int fd = open(o->path, O_RDONLY);
    ssize_t got = fd < 0 ? -1 : read(fd, o->data, ROOM);
    o->size = got > 0 ? (size_t)got : 0;
    (void)close(fd);
}

static void drop(struct original *o)
{
    free(o->path);
    free(o->data);
}

static void ignore(void *ctx, const struct hash *op_id, struct slice operation)
{
    (void)ctx;
    (void)op_id;
    (void)operation;
}

/* Whether anything that can be read is an error. */
static bool complains(struct ledger *l)
{
    struct ledger_saved saved;
    int error = ledger_load_saved(l, &saved);
    if (error == 0) {
        ledger_saved_clear(&saved);
        error = ledger_each_own(l, ignore, NULL);
    }
    for (uint64_t h = 1; error == 0 && h <= ledger_height(l); h++) {
        struct block *b = NULL;
        struct certificate *c = NULL;
        struct bytes *record = NULL;
        error = ledger_block(l, h, &b);
        error = error == 0 ? ledger_commit_of(l, h, &c) : error;
        error = error == 0 ? ledger_record(l, h - 1, &record) : error;
        block_unref(b);
        certificate_unref(c);
        bytes_unref(record);
    }
    return error != 0;
}

/* Whether the votes are those of the last turns. */
static bool same_votes(struct ledger *l)
{
    struct ledger_saved saved;
    if (ledger_load_saved(l, &saved) != 0) {
        return false;
    }
    bool same = saved.vote_count == VOTES;
    for (size_t i = 0; same && i < VOTES; i++) {
        same = saved.votes[i].height == TURNS - VOTES + 2 + i;
    }
    ledger_saved_clear(&saved);
    return same;
}

static enum finding look(enum ledger_mode mode)
{
    struct ledger *l = NULL;
    struct complaint why = {""};
    uint64_t salt;
    int error = life_open(dir, mode, &l, &why);
    if (error != 0) {
        return strlen(why.text) > 20 ? FOUND_REFUSED : FOUND_OTHER;
    }
    enum finding found = FOUND_OTHER;
    if (turn_is_whole(l, TURNS, TURNS, &salt) && salt == SALT) {
        found = FOUND_WHOLE;
    } else if (complains(l)) {
        found = FOUND_LATER;
    } else if (turn_is_whole(l, ledger_height(l), TURNS, &salt)) {
        found = FOUND_OLDER;
    } else if (!same_votes(l)) {
        found = FOUND_VOTES;
    }
    ledger_free(l);
    return found;
}

/* In a child, since a signal may end it. */
static enum finding look_apart(enum ledger_mode mode)
{
    int status = -1;
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        (void)alarm(CHILD_SECONDS);
        _exit((int)look(mode));
    }
    (void)waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) < FINDINGS
               ? (enum finding)WEXITSTATUS(status)
               : FOUND_DEATH;
}

static const char *const words[FINDINGS] = {
    "refused", "seen when read", "harmless", "an older state",
    "unseen",  "other votes",    "a signal"};

static void show(const char *what, const unsigned *count)
{
    printf("# %s:", what);
    for (int i = 0; i < FINDINGS; i++) {
        printf(" %u %s%s", count[i], words[i], i + 1 < FINDINGS ? "," : "\n");
    }
}

/* --- cut short --- */

static void check_cuts(enum ledger_mode mode, const char *who)
{
    unsigned count[FINDINGS] = {0};
    for (size_t size = 0; size < data.size; size += size % PAGE == 0 ? 700 : PAGE - 700) {
        put_back();
        if (truncate(data.path, (off_t)size) != 0) {
            count[FOUND_OTHER]++;
        }
        count[look_apart(mode)]++;
    }
    show("cut short", count);
    ok(count[FOUND_OLDER] + count[FOUND_OTHER] + count[FOUND_VOTES] + count[FOUND_DEATH] ==
           0,
       "%s is told that the file is cut short", who);
    ok(count[FOUND_REFUSED] > 0, "at opening where that can be known");
}

/* --- changed bytes --- */

static void change(const struct original *o, size_t at, uint8_t mask)
{
    uint8_t byte = o->data[at] ^ mask;
    int fd = open(o->path, O_WRONLY);
    if (fd < 0 || pwrite(fd, &byte, 1, (off_t)at) != 1) {
        printf("Bail out! a byte cannot be changed\n");
        exit(1);
    }
    (void)close(fd);
}

static void check_bytes(const struct original *o, size_t from, size_t to, size_t step,
                        const char *where)
{
    unsigned count[FINDINGS] = {0};
    for (size_t at = from; at < to; at += step) {
        put_back();
        change(o, at, (uint8_t)(1U << at % 8));
        enum finding f = look_apart(LEDGER_WRITE);
        if (f >= FOUND_OLDER) {
            printf("# byte %d of page %d: %s\n", (int)(at % PAGE), (int)(at / PAGE),
                   words[f]);
        }
        count[f]++;
    }
    show(where, count);
    unsigned tries = 0;
    for (int i = 0; i < FINDINGS; i++) {
        tries += count[i];
    }
    ok(count[FOUND_VOTES] == 0 && count[FOUND_DEATH] <= 1 + tries / DEATHS,
       "bytes changed in %s change no vote, and hardly ever end the process", where);
}

int main(void)
{
    const char *value = getenv("CONCLAVE_LONG");
    bool all = value != NULL && strcmp(value, "1") == 0;
    struct ledger *l = NULL;
    struct complaint why = {""};
    fault_statx = same_mark;
    dir = life_dir();
    if (life_open(dir, LEDGER_CREATE, &l, &why) != 0) {
        printf("Bail out! %s\n", why.text);
        return 1;
    }
    for (int i = 0; i < TURNS; i++) {
        turn_write(l, SALT);
        (void)ledger_commit(l);
    }
    ledger_free(l);
    take(&data, "data.mdb");
    take(&journal, "journal");
    take(&wal, "wal");
    ok(data.size > HEADER && journal.size > 0 && wal.size > 0, "a store");
    printf("# %d bytes, %d pages\n", (int)data.size, (int)(data.size / PAGE));
    check_cuts(LEDGER_WRITE, "the daemon");
    check_cuts(LEDGER_READ, "a reader");
    check_bytes(&data, 0, HEADER, all ? 1 : 29, "the header");
    check_bytes(&data, HEADER, data.size, all ? 11 : data.size / FLIPS_SHORT, "the pages");
    check_bytes(&wal, 0, LOGGED, all ? 1 : LOGGED / FLIPS_SHORT, "the log");
    put_back();
    is(look_apart(LEDGER_WRITE), FOUND_WHOLE, "put right it is whole");
    drop(&data);
    drop(&journal);
    drop(&wal);
    scratch_remove(dir);
    return tap_done();
}
