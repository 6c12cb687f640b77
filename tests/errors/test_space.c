/* SPDX-License-Identifier: ISC */
/*
 * A ledger that finds no room: on small disks that fill at any point, from before the store
 * is made, and in an address space where its map cannot grow. It says so; nothing
 * acknowledged is lost; with room again it goes on.
 */
#define _GNU_SOURCE
#include "../ledger/scratch.h"

#include "life.h"

#include "../ledger/turn.h"
#include "tmpfs.h"

#include <sys/resource.h>
#include <sys/wait.h>

enum {
    DISK = 4 * 1024 * 1024,
    PAGE = 4096,
    PAGES = 400, /* more than the log has */
    TURNS = 30,
    ENVELOPES = 6,
    TEXT = 30000
};
enum { MAP_ROOM = 4 * 1024 * 1024, LIMIT_TURNS = 200, SALT = 3 };

static char *dir;

struct tally {
    unsigned full, went_on, bad;
};

/* A life on a disk with so much room; then the same store with room again. */
static void live_with(size_t room, bool creates, struct tally *t)
{
    struct life life = {.creates = creates, .turns = TURNS, .salt = SALT};
    struct life first = {.creates = true, .turns = 3, .salt = SALT};
    struct life_end before = {0}, end;
    if (!tmpfs_mount(dir, DISK)) {
        t->bad++;
        return;
    }
    if (!creates) {
        life_run(dir, &first, &before);
    }
    (void)tmpfs_fill(dir, room);
    life_run(dir, &life, &end);
    tmpfs_free(dir);
    bool full = WIFEXITED(end.status) && WEXITSTATUS(end.status) == 1 &&
                end.error == CONCLAVE_EFULL &&
                (end.opened || strstr(end.why.text, "no space on disk; free some") != NULL);
    bool went_on = end.status == 0 && end.error == 0;
    const char *wrong = full || went_on
                            ? life_check(dir, &life, &end, before.height, before.salt)
                            : "it did not say that the disk is full";
    if (wrong != NULL) {
        printf("# %s store, room for %d pages: %s (status %x, %s) %s\n",
               creates ? "a new" : "a", (int)(room / PAGE), wrong, (unsigned)end.status,
               error_text(end.error), end.why.text);
        t->bad++;
    }
    t->full += full;
    t->went_on += went_on;
    tmpfs_unmount(dir);
}

static void check_disk(bool creates)
{
    struct tally t = {0};
    for (size_t pages = 0; pages < PAGES; pages += pages < 12 ? 1 : 23) {
        live_with(pages * PAGE, creates, &t);
    }
    ok(t.bad == 0 && t.full > 10,
       "%s store on a disk that fills: %u times it said so, %u "
       "times there was room",
       creates ? "a new" : "a", t.full, t.went_on);
}

/* --- the map --- */

static size_t address_space(void)
{
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL || fscanf(file, "%zu", &pages) != 1) {
        return 0;
    }
    (void)fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

struct growth {
    uint64_t height; /* committed */
    int error, again;
    struct ledger_facts facts;
};

/* Big blocks until the map must grow, which it cannot. */
__attribute__((noreturn)) static void grow(int out)
{
    struct growth g = {0};
    struct ledger *l = scratch_open(dir, LEDGER_WRITE);
    size_t space = address_space() + MAP_ROOM;
    struct rlimit limit = {space, space};
    if (l == NULL || setrlimit(RLIMIT_AS, &limit) != 0) {
        _exit(2);
    }
    for (int i = 0; i < LIMIT_TURNS && g.error == 0; i++) {
        struct block *b = scratch_next(l, ENVELOPES, TEXT);
        ledger_append(l, b);
        block_unref(b);
        ledger_facts(l, &g.facts); /* status may be asked before the turn ends */
        g.error = ledger_commit(l);
        g.height = g.error == 0 ? ledger_height(l) : g.height;
    }
    g.again = ledger_commit(l);
    struct block *b = NULL;
    g.again = g.again == g.error ? ledger_block(l, 1, &b) : 0;
    ledger_facts(l, &g.facts);
    ledger_close(l);
    _exit(write(out, &g, sizeof(g)) == sizeof(g) ? 0 : 3);
}

static void check_map(void)
{
    int ends[2];
    struct growth g = {0};
    int status = -1;
    ledger_close(scratch_open(dir, LEDGER_CREATE));
    if (pipe(ends) != 0) {
        ok(false, "a pipe");
        return;
    }
    pid_t child = fork();
    if (child == 0) {
        grow(ends[1]);
    }
    (void)close(ends[1]);
    ssize_t size = read(ends[0], &g, sizeof(g));
    (void)close(ends[0]);
    (void)waitpid(child, &status, 0);
    ok(status == 0 && size == sizeof(g),
       "a process whose map cannot grow ends in good order: %x", (unsigned)status);
    ok(g.error != 0 && g.again == g.error && g.height > 0,
       "it says so, and goes on saying: %s", error_text(g.error));
    struct ledger *l = scratch_open(dir, LEDGER_WRITE);
    ok(l != NULL && ledger_height(l) == g.height, "all %d blocks are there", (int)g.height);
    struct block *b = scratch_next(l, ENVELOPES, TEXT);
    ledger_append(l, b);
    block_unref(b);
    is(ledger_commit(l), 0, "and the map grows where it may");
    ledger_close(l);
}

int main(void)
{
    bool mounts = tmpfs_begin();
    dir = life_dir();
    if (mounts) {
        check_disk(false);
        check_disk(true);
    } else {
        skip("a disk that fills", "this machine does not let the test mount one");
    }
#ifdef __SANITIZE_ADDRESS__
    const bool has_room = false;
#else
    const bool has_room = true;
#endif
    if (has_room) {
        check_map();
    } else {
        skip("a map that cannot grow", "the sanitizer takes the address space");
    }
    scratch_remove(dir);
    return tap_done();
}
