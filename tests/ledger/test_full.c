/* SPDX-License-Identifier: ISC */
/* A disk that fills up: the commit says CONCLAVE_EFULL, nothing of it is there, and what
 * was committed before is. The limit on the size of a file stands for the disk, in pages as
 * on one. */
#include "scratch.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static char *dir;

struct result {
    uint64_t committed; /* the last height whose commit succeeded */
    int error;          /* of the one that did not */
    int again;          /* of the commit after it */
    int read;           /* of a read after it */
};

static void fill(int out, off_t limit, size_t text_size)
{
    struct rlimit r = {(rlim_t)limit, (rlim_t)limit};
    struct result result = {0, 0, 0, 0};
    signal(SIGXFSZ, SIG_IGN);
    struct ledger *l = scratch_open(dir, LEDGER_WRITE);
    if (l == NULL || setrlimit(RLIMIT_FSIZE, &r) != 0) {
        _exit(1);
    }
    result.committed = ledger_height(l);
    for (int i = 0; i < 10000 && result.error == 0; i++) {
        for (int j = 0; j < 3; j++) {
            struct block *b = scratch_next(l, 2, text_size);
            ledger_append(l, b);
            block_unref(b);
        }
        result.error = ledger_commit(l);
        if (result.error == 0) {
            result.committed = ledger_height(l);
        }
    }
    struct block *b = scratch_next(l, 0, 0);
    ledger_append(l, b);
    block_unref(b);
    b = NULL;
    result.again = ledger_commit(l);
    result.read = ledger_block(l, 1, &b);
    ledger_close(l);
    _exit(write(out, &result, sizeof(result)) == sizeof(result) ? 0 : 1);
}

static bool all_there(struct ledger *l)
{
    struct hash prev = l->id.council_id;
    for (uint64_t h = 1; h <= ledger_height(l); h++) {
        struct block *b = NULL;
        if (ledger_block(l, h, &b) != 0 || !hash_equal(&prev, &b->header.prev_hash)) {
            return false;
        }
        prev = b->hash;
        block_unref(b);
    }
    return true;
}

static void test_limit(off_t room, size_t text_size)
{
    char *path = alloc_printf("%s/data.mdb", dir);
    struct stat st;
    int fds[2];
    if (stat(path, &st) != 0 || pipe(fds) != 0) {
        ok(false, "%s", path);
        return;
    }
    free(path);
    pid_t child = fork();
    if (child == 0) {
        fill(fds[1], st.st_size + room, text_size);
    }
    close(fds[1]);
    struct result result = {0};
    int status = 1;
    ssize_t size = read(fds[0], &result, sizeof(result));
    close(fds[0]);
    ok(waitpid(child, &status, 0) == child && status == 0 && size == sizeof(result),
       "room for %d bytes, blocks of %d", (int)room, 2 * (int)text_size);
    is(result.error, CONCLAVE_EFULL, "a commit says that the disk is full");
    is(result.again, CONCLAVE_EFULL, "so does the next");
    is(result.read, CONCLAVE_EFULL, "and a read");
    struct ledger *l = scratch_open(dir, LEDGER_WRITE);
    ok(l != NULL && ledger_height(l) == result.committed && all_there(l),
       "with room again: %d blocks, as committed", (int)result.committed);
    struct block *b = scratch_next(l, 1, 10);
    ledger_append(l, b);
    block_unref(b);
    is(ledger_commit(l), 0, "and it goes on");
    ledger_close(l);
}

int main(void)
{
    dir = scratch_make();
    ledger_close(scratch_open(dir, LEDGER_CREATE));
    static const off_t rooms[] = {0, 4096, 8192, 20480, 98304, 999424};
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        test_limit(rooms[i], 100);
        test_limit(rooms[i], 30000);
    }
    scratch_remove(dir);
    return tap_done();
}
