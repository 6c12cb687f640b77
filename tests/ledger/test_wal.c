/* SPDX-License-Identifier: ISC */
/* The write-ahead log: what was appended is read again, of one round, whatever sectors of
 * the last record a power cut kept; a log that is damaged, or another one, is seen. */
#define _GNU_SOURCE
#include "scratch.h"

#include "ledger/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

enum { RECORDS = 9, TEARS = 200, SMALL_LOG = 5, SECTOR = 512, LOOKS_BESIDE = 1000 };

static char *dir;
static char *path;

/* --- a file system that writes through the kernel's pages alone --- */

enum { DIRECT_WORKS, DIRECT_NOT_OPENED, DIRECT_NOT_WRITTEN } direct;
static int direct_fd = -1, opened_without;

int __real_open(const char *name, int flags, ...);
ssize_t __real_pwrite(int fd, const void *data, size_t size, off_t at);
int __wrap_open(const char *name, int flags, ...);
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t at);

int __wrap_open(const char *name, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    if ((flags & O_DIRECT) != 0 && direct == DIRECT_NOT_OPENED) {
        errno = EINVAL;
        return -1;
    }
    int fd = __real_open(name, flags, mode);
    bool durable = (flags & O_DSYNC) != 0;
    direct_fd = durable && (flags & O_DIRECT) != 0 ? fd : direct_fd;
    opened_without += durable && (flags & O_DIRECT) == 0;
    return fd;
}

ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t at)
{
    if (fd == direct_fd && direct == DIRECT_NOT_WRITTEN) {
        direct_fd = -1;
        errno = EINVAL;
        return -1;
    }
    return __real_pwrite(fd, data, size, at);
}

/* --- the file --- */

static uint8_t *read_file(void)
{
    uint8_t *bytes = alloc_zero(1, WAL_BYTES);
    int fd = open(path, O_RDONLY);
    ssize_t got = read(fd, bytes, WAL_BYTES);
    close(fd);
    if (got != WAL_BYTES) {
        ok(false, "the file has its size");
    }
    return bytes;
}

static void write_file(const uint8_t *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_TRUNC);
    if (write(fd, bytes, size) != (ssize_t)size) {
        ok(false, "the file is written");
    }
    close(fd);
}

/* --- records: number i is i + 1 bytes of i, times a length that crosses sectors --- */

static size_t record_size(size_t i)
{
    return i * 313 % 1900 + 1;
}

static struct bytes *record_of(size_t i)
{
    struct bytes *b = bytes_new(record_size(i));
    memset(b->data, (int)(i + 1), b->size);
    return b;
}

static void append(struct wal *w, size_t i)
{
    struct bytes *b = record_of(i);
    int error = wal_append(w, bytes_slice(b));
    bytes_unref(b);
    if (error != 0) {
        is(error, 0, "appended");
    }
}

struct played {
    size_t first;
    size_t count;
    bool good;
};

static int play(void *context, struct slice record)
{
    struct played *p = context;
    struct bytes *expected = record_of(p->first + p->count);
    p->good = p->good && slice_equal(record, bytes_slice(expected));
    p->count++;
    bytes_unref(expected);
    return 0;
}

/* The records from number first on; the error, or how many there are. */
static int played_from(struct slice file, const struct wal_round *round, size_t first)
{
    struct played p = {first, 0, true};
    int error = wal_scan(file, round, play, &p);
    return error != 0 ? error : p.good ? (int)p.count : 1000;
}

static void test_rounds(void)
{
    struct wal *w = NULL;
    is(wal_make(dir, &w), 0, "a log is made");
    struct wal_round first = *wal_now(w);
    uint8_t *empty = read_file();
    is(played_from(slice_of(empty, WAL_BYTES), &first, 0), 0, "it is empty");
    for (size_t i = 0; i < 3; i++) {
        append(w, i);
    }
    uint8_t *three = read_file();
    is(played_from(slice_of(three, WAL_BYTES), &first, 0), 3, "three records are read");
    wal_next_round(w);
    struct wal_round second = *wal_now(w);
    is(played_from(slice_of(three, WAL_BYTES), &second, 0), 0,
       "of which none is of the next round");
    append(w, 5);
    uint8_t *one = read_file();
    is(played_from(slice_of(one, WAL_BYTES), &second, 5), 1, "and then one");
    is(played_from(slice_of(one, WAL_BYTES), &first, 0), CONCLAVE_ENOENT,
       "an environment of the round before is not its own");
    is(played_from(slice_of(empty, WAL_BYTES), &second, 0), CONCLAVE_ENOENT,
       "nor is the log as it was at first");
    struct wal_round third = second;
    third.round += 2;
    is(played_from(slice_of(one, WAL_BYTES), &third, 0), CONCLAVE_ENOENT,
       "nor one that lacks a round");
    second.number[3] ^= 1;
    is(played_from(slice_of(one, WAL_BYTES), &second, 0), CONCLAVE_ENOENT,
       "nor one of another number");
    is(played_from(slice_of(one, WAL_BYTES - 1), &third, 0), CONCLAVE_ENOENT,
       "nor one that was cut short");
    wal_close(w);
    is(wal_make(dir, &w), 0, "another log takes its place");
    is(wal_read(dir, wal_now(w), play, NULL), 0, "which is empty");
    is(wal_read(dir, &first, play, NULL), CONCLAVE_ENOENT, "and not the one of before");
    wal_close(w);
    is(unlink(path), 0, "without a file");
    is(wal_read(dir, &first, play, NULL), CONCLAVE_ENOENT, "there is none");
    free(empty);
    free(three);
    free(one);
}

static void test_room(void)
{
    struct wal *w = NULL;
    is(wal_make(dir, &w), 0, "a log is made");
    size_t count = 0;
    int error = 0;
    struct bytes *half = bytes_new(WAL_ALIGN);
    memset(half->data, 1, half->size);
    while ((error = wal_append(w, bytes_slice(half))) == 0) {
        count++;
    }
    is(error, CONCLAVE_ELIMIT, "until it is full");
    is(count, (WAL_BYTES - WAL_ALIGN) / (2 * WAL_ALIGN), "of records of two pages each");
    wal_next_round(w);
    is(wal_append(w, bytes_slice(half)), 0, "the next round has all the room");
    struct bytes *large = bytes_new(WAL_BYTES);
    memset(large->data, 1, large->size);
    is(wal_append(w, bytes_slice(large)), CONCLAVE_ELIMIT, "but none for what is larger");
    bytes_unref(half);
    bytes_unref(large);
    wal_close(w);
}

/* What was written between the two is lost, by pages. */
static void lose_written(const uint8_t *before, uint8_t *after)
{
    for (size_t at = 0; at < WAL_BYTES; at += WAL_ALIGN) {
        if (memcmp(before + at, after + at, WAL_ALIGN) != 0) {
            memset(after + at, 0x5a, WAL_ALIGN);
        }
    }
}

/* Each append torn: some sectors of it are of after it, the others of before. */
static void test_torn(void)
{
    struct wal *w = NULL;
    is(wal_make(dir, &w), 0, "a log is made");
    bool whole = true, prefix = true, kept = true, cut = false, lasted = false;
    for (int round = 0; round < 3; round++) {
        struct wal_round now = *wal_now(w);
        for (size_t i = 0; i < RECORDS; i++) {
            uint8_t *before = read_file();
            append(w, i);
            uint8_t *after = read_file();
            whole = whole && played_from(slice_of(after, WAL_BYTES), &now, 0) == (int)i + 1;
            for (int tear = 0; tear < TEARS; tear++) {
                uint8_t *torn = alloc(WAL_BYTES);
                memcpy(torn, before, WAL_BYTES);
                for (size_t at = 0; at < WAL_BYTES; at += SECTOR) {
                    if (random() % 2 == 0) {
                        memcpy(torn + at, after + at, SECTOR);
                    }
                }
                int found = played_from(slice_of(torn, WAL_BYTES), &now, 0);
                prefix = prefix && (found == (int)i || found == (int)i + 1);
                cut = cut || found == (int)i;
                lasted = lasted || found == (int)i + 1;
                free(torn);
            }
            lose_written(before, after);
            int found = played_from(slice_of(after, WAL_BYTES), &now, 0);
            /* Without its first record a log is no longer known to be this one. */
            kept = kept && found == (i > 0 ? (int)i : CONCLAVE_ENOENT);
            free(before);
            free(after);
        }
        wal_next_round(w);
    }
    ok(whole, "each append lasts");
    ok(prefix, "a torn one is there whole, or not at all, and those before it always");
    ok(cut && lasted, "both happened");
    ok(kept, "pages that are lost while they are written take no other record with them");
    wal_close(w);
}

/* Every byte of the log changed in turn. */
static void test_damage(void)
{
    struct wal *w = NULL;
    is(wal_make(dir, &w), 0, "a log is made");
    struct wal_round now = *wal_now(w);
    for (size_t i = 0; i < SMALL_LOG; i++) {
        append(w, i);
    }
    uint8_t *bytes = read_file();
    size_t end = WAL_ALIGN, last = 0;
    for (size_t i = 0; i < SMALL_LOG; i++) {
        last = end;
        end += (64 + record_size(i) + WAL_ALIGN - 1) / WAL_ALIGN * WAL_ALIGN;
    }
    bool seen = true, harmless = true;
    for (size_t at = 0; at < end; at++) {
        bytes[at] ^= 0x40;
        int found = played_from(slice_of(bytes, WAL_BYTES), &now, 0);
        if (at < last) {
            /* What is behind damage is not thrown away: the log is refused, not lost. */
            seen =
                seen && (found == SMALL_LOG ||
                         found == (at < WAL_ALIGN ? CONCLAVE_ENOENT : CONCLAVE_ECORRUPT));
        } else {
            harmless = harmless && found >= SMALL_LOG - 1 && found <= SMALL_LOG;
        }
        bytes[at] ^= 0x40;
    }
    ok(seen, "a record that others follow is never passed over");
    ok(harmless, "the last one is whole or, as after a crash, not there");
    write_file(bytes, WAL_BYTES - 1);
    is(wal_read(dir, &now, play, NULL), CONCLAVE_ENOENT, "a shorter file is none");
    uint8_t *longer = alloc_zero(1, WAL_BYTES + 1);
    memcpy(longer, bytes, WAL_BYTES);
    write_file(longer, WAL_BYTES + 1);
    is(wal_read(dir, &now, play, NULL), CONCLAVE_ENOENT, "nor is a longer one");
    free(longer);
    free(bytes);
    wal_close(w);
}

/* --- the store on it --- */

static void put(struct store *s, uint64_t number, size_t size)
{
    struct bytes *b = bytes_new(size);
    memset(b->data, (int)number, size);
    store_put(s, STORE_OWN, slice_of(&number, sizeof(number)), bytes_slice(b));
    bytes_unref(b);
}

static bool has(struct store *s, uint64_t number, size_t size)
{
    struct bytes *b = NULL;
    bool there = store_get(s, STORE_OWN, slice_of(&number, sizeof(number)), &b) == 0 &&
                 b->size == size && b->data[0] == (uint8_t)number &&
                 b->data[size - 1] == b->data[0];
    bytes_unref(b);
    return there;
}

static struct store *open_store(enum store_mode mode)
{
    struct store *s = NULL;
    struct complaint why = {""};
    if (store_open(dir, mode, &s, &why) != 0) {
        printf("# %s\n", why.text);
        exit(1);
    }
    return s;
}

static struct store *open_logged(enum store_mode mode)
{
    struct store *s = open_store(mode);
    if (mode == STORE_CREATE) {
        store_finish(s);
        is(store_commit(s), 0, "a store");
    }
    is(store_begin_log(s, dir), 0, "gets a log");
    is(store_settle(s), 0, "which is named");
    return s;
}

static void test_store(void)
{
    struct store *s = open_logged(STORE_CREATE);
    put(s, 1, 100);
    ok(store_is_dirty(s) && !store_is_unsettled(s), "a write waits");
    is(store_commit(s), 0, "it is committed");
    ok(!store_is_dirty(s) && store_is_unsettled(s), "into the log");
    put(s, 2, 200);
    uint64_t one = 1;
    store_delete(s, STORE_OWN, slice_of(&one, sizeof(one)));
    is(store_commit(s), 0, "another one");
    put(s, 3, 300);
    ok(!has(s, 1, 100) && has(s, 2, 200) && has(s, 3, 300), "reads see all of it");
    store_close(s);

    struct store *reader = open_store(STORE_READ);
    ok(!has(reader, 1, 100) && !has(reader, 2, 200),
       "who only reads sees what was settled");
    store_close(reader);
    for (int i = 0; i < 2; i++) {
        s = open_store(STORE_WRITE);
        ok(!store_log_lost(s) && !has(s, 1, 100) && has(s, 2, 200) && !has(s, 3, 300),
           "a start finds what was committed, and no more");
        store_close(s);
    }

    s = open_logged(STORE_WRITE);
    put(s, 4, 400);
    is(store_commit(s), 0, "a small commit");
    put(s, 5, 100 * 1000);
    is(store_commit(s), 0, "and a large one");
    ok(!store_is_unsettled(s), "settle both");
    put(s, 6, 600);
    is(store_commit(s), 0, "the log goes on after it");
    ok(store_is_unsettled(s), "in another round");
    store_close(s);
    s = open_store(STORE_WRITE);
    ok(has(s, 4, 400) && has(s, 5, 100 * 1000) && has(s, 6, 600), "all three are there");
    store_close(s);
}

/* More commits than there is room for, in a map that grows under them. */
static void test_many(void)
{
    enum { MANY = 4000, BYTES = 3000 };
    struct store *s = open_logged(STORE_WRITE);
    struct store_facts before, after;
    store_facts(s, &before);
    int error = 0;
    for (uint64_t i = 0; error == 0 && i < MANY; i++) {
        put(s, 1000 + i, BYTES);
        error = store_commit(s);
    }
    is(error, 0, "many commits");
    store_facts(s, &after);
    ok(after.map_bytes > before.map_bytes, "in a map that grew");
    ok(after.commits - before.commits == MANY &&
           after.settlings - before.settlings < MANY / 20,
       "were settled many at once");
    store_close(s);
    s = open_store(STORE_WRITE);
    bool all = true;
    for (uint64_t i = 0; i < MANY; i++) {
        all = all && has(s, 1000 + i, BYTES);
    }
    ok(all, "and none is lost");
    store_close(s);
}

static void commit_one(struct store *s, uint64_t number)
{
    put(s, number, 50);
    if (store_commit(s) != 0) {
        ok(false, "a commit");
    }
}

static void test_lost(void)
{
    struct complaint why = {""};
    struct store *s = open_logged(STORE_WRITE);
    commit_one(s, 7);
    commit_one(s, 8);
    uint8_t *two = read_file();
    is(store_settle(s), 0, "settled");
    commit_one(s, 9);
    store_close(s);
    uint8_t *good = read_file();

    is(unlink(path), 0, "the log is taken away");
    s = open_store(STORE_WRITE);
    ok(store_log_lost(s), "which is seen");
    store_close(s);
    s = open_store(STORE_WRITE);
    ok(store_log_lost(s), "again, until there is another one");
    store_close(s);
    close(open(path, O_WRONLY | O_CREAT, 0600));
    s = open_store(STORE_WRITE);
    ok(store_log_lost(s), "so is an empty one");
    store_close(s);

    good[WAL_ALIGN + 70] ^= 1;
    write_file(good, WAL_BYTES);
    s = open_store(STORE_WRITE);
    ok(!store_log_lost(s) && !has(s, 9, 50), "a last record that is cut short is none");
    store_close(s);
    write_file(two, WAL_BYTES);
    s = open_store(STORE_WRITE);
    ok(!store_log_lost(s) && has(s, 7, 50) && has(s, 8, 50),
       "after a start all is settled");
    store_close(s);
    s = open_logged(STORE_WRITE);
    commit_one(s, 10);
    commit_one(s, 11);
    store_close(s);
    free(good);
    good = read_file();
    good[WAL_ALIGN + 70] ^= 1;
    write_file(good, WAL_BYTES);
    struct store *none = NULL;
    is(store_open(dir, STORE_WRITE, &none, &why), CONCLAVE_ECORRUPT,
       "a record before others that is damaged is refused");
    ok(strstr(why.text, "/wal: the file is damaged") != NULL, "with the file named: %s",
       why.text);
    good[WAL_ALIGN + 70] ^= 1;
    write_file(good, WAL_BYTES);
    s = open_store(STORE_WRITE);
    ok(has(s, 10, 50) && has(s, 11, 50), "and is whole again");
    store_close(s);
    free(two);
    free(good);
}

static void test_ended(void)
{
    struct store *s = open_logged(STORE_WRITE);
    commit_one(s, 12);
    store_end_log(s);
    is(store_settle(s), 0, "a log ends");
    store_close(s);
    is(unlink(path), 0, "and may go");
    s = open_store(STORE_WRITE);
    ok(!store_log_lost(s) && has(s, 12, 50), "for all is in the environment");
    store_close(s);
}

/* --- the log as who only reads sees it --- */

struct looked {
    int error;
    uint64_t unsettled;
    struct complaint why;
};

/* How many commits wait in the log; or the error, with what there is to say of it. In a
 * process of its own, as LMDB wants it beside one that has the store open. */
static int looked(struct complaint *why)
{
    int fds[2];
    struct looked found = {.unsettled = 77};
    fflush(stdout);
    pid_t child = pipe(fds) == 0 ? fork() : -1;
    if (child == 0) {
        struct store *s = open_store(STORE_READ);
        found.error = store_check_log(s, dir, &found.unsettled, &found.why);
        store_close(s);
        _exit(write(fds[1], &found, sizeof(found)) == (ssize_t)sizeof(found) ? 0 : 1);
    }
    close(fds[1]);
    if (read(fds[0], &found, sizeof(found)) != (ssize_t)sizeof(found) ||
        waitpid(child, NULL, 0) != child) {
        ok(false, "looked at");
    }
    close(fds[0]);
    if (found.error != 0 && found.unsettled != 0) {
        ok(false, "an error counts nothing");
    }
    *why = found.why;
    return found.error != 0 ? found.error : (int)found.unsettled;
}

static void test_looked_at(void)
{
    struct complaint why = {""};
    is(looked(&why), 0, "a store that names no log has none that could lack");
    struct store *s = open_logged(STORE_WRITE);
    is(looked(&why), 0, "an empty log is whole");
    commit_one(s, 20);
    commit_one(s, 21);
    commit_one(s, 22);
    is(looked(&why), 3, "commits that are not settled are counted");
    is(store_settle(s), 0, "settled");
    is(looked(&why), 0, "they no longer are");
    commit_one(s, 23);
    commit_one(s, 24);
    is(looked(&why), 2, "those of the next round alone are");
    store_close(s);
    uint8_t *good = read_file();
    is(looked(&why), 2, "also after a crash");
    ok(*why.text == '\0', "and nothing is said of it");

    good[2 * WAL_ALIGN + 70] ^= 1;
    write_file(good, WAL_BYTES);
    is(looked(&why), 1, "a last record that is cut short is none");
    good[2 * WAL_ALIGN + 70] ^= 1;
    good[WAL_ALIGN + 70] ^= 1;
    write_file(good, WAL_BYTES);
    is(looked(&why), CONCLAVE_ECORRUPT, "one before others is damage");
    ok(strstr(why.text, "/wal: the file is damaged; do not repair") != NULL,
       "with place and cure: %s", why.text);
    good[WAL_ALIGN + 70] ^= 1;
    good[20] ^= 1;
    write_file(good, WAL_BYTES);
    is(looked(&why), CONCLAVE_ENOENT, "another log is seen");
    ok(strstr(why.text, "data.mdb and wal are not of the same time") != NULL,
       "with place and cure: %s", why.text);
    write_file(good, 0);
    is(looked(&why), CONCLAVE_ENOENT, "so is an empty file");
    is(unlink(path), 0, "and none");
    is(looked(&why), CONCLAVE_ENOENT, "is seen");
    ok(access(path, F_OK) != 0, "and not made");

    close(open(path, O_WRONLY | O_CREAT, 0600));
    good[20] ^= 1;
    write_file(good, WAL_BYTES);
    is(looked(&why), 2, "what only looked has changed nothing");
    s = open_store(STORE_WRITE);
    ok(!store_log_lost(s) && has(s, 23, 50) && has(s, 24, 50), "a start finds all");
    store_close(s);
    is(looked(&why), 0, "and leaves no log");
    free(good);
}

/* Rounds as short and records as many as can be. */
_Noreturn static void write_on(int ready)
{
    struct store *s = open_store(STORE_WRITE);
    bool good = store_begin_log(s, dir) == 0 && store_settle(s) == 0;
    good = good && write(ready, "", 1) == 1;
    for (uint64_t i = 0; good; i++) {
        put(s, 30 + i % 7, 50 + i % 5 * 1000);
        good = store_commit(s) == 0 && (i % 3 != 0 || store_settle(s) == 0);
    }
    _exit(1);
}

static void test_beside(void)
{
    int ready[2], failed = 0;
    char byte;
    struct complaint why = {""};
    (void)!pipe(ready);
    fflush(stdout);
    pid_t writer = fork();
    if (writer == 0) {
        write_on(ready[1]);
    }
    close(ready[1]);
    ok(read(ready[0], &byte, 1) == 1, "a process commits and settles");
    struct store *s = open_store(STORE_READ);
    for (int i = 0; failed == 0 && i < LOOKS_BESIDE; i++) {
        uint64_t unsettled;
        failed = store_check_log(s, dir, &unsettled, &why);
    }
    ok(failed == 0, "who looks at its log meanwhile sees nothing amiss %s", why.text);
    store_close(s);
    is(kill(writer, SIGKILL), 0, "it is killed");
    int status = 0;
    ok(waitpid(writer, &status, 0) == writer && WIFSIGNALED(status), "at work");
    close(ready[0]);
    ok(looked(&why) >= 0, "and its log is good %s", why.text);
}

static void test_without_direct(void)
{
    static const char *const what[] = {"past the kernel's pages, where that works",
                                       "through them, where no such file is opened",
                                       "through them, where none is written"};
    for (direct = DIRECT_WORKS; direct <= DIRECT_NOT_WRITTEN; direct++) {
        struct wal *w = NULL;
        opened_without = 0;
        direct_fd = -1;
        is(wal_make(dir, &w), 0, "a log is made");
        append(w, 0);
        append(w, 1);
        struct wal_round round = *wal_now(w);
        wal_close(w);
        struct played p = {.good = true};
        ok(wal_read(dir, &round, play, &p) == 0 && p.count == 2 && p.good &&
               (opened_without > 0) == (direct != DIRECT_WORKS),
           "%s", what[direct]);
    }
    direct = DIRECT_WORKS;
}

int main(void)
{
    dir = scratch_make();
    path = alloc_printf("%s/" WAL_NAME, dir);
    srandom(7);
    test_rounds();
    test_room();
    test_without_direct();
    test_torn();
    test_damage();
    test_store();
    test_many();
    test_lost();
    test_ended();
    test_looked_at();
    test_beside();
    free(path);
    scratch_remove(dir);
    return tap_done();
}
