/* SPDX-License-Identifier: ISC */
/* A store that was copied, restored or cloned opens as lost; one that crashed anywhere, or
 * was moved within its file system, as it was. Two processes never have it at once. */
#include "scratch.h"

#include "ledger/values.h"

#include <fcntl.h>
#include <sys/wait.h>

static char *base, *dir;

struct opening {
    int error;
    bool noticed; /* that the marks did not match */
    bool lost;    /* by the standing kept in the store */
};

static struct opening look(const struct ledger_options *options)
{
    struct ledger_identity id = scratch_identity();
    static const struct ledger_options usual = {MACHINE_ID_PATH, JOURNAL_COMMITS};
    struct opening o = {0};
    struct complaint why = {""};
    struct ledger *l = NULL;
    struct ledger_saved saved = {0};
    o.error = ledger_open_with(dir, LEDGER_WRITE, &id, options != NULL ? options : &usual,
                               &l, &why);
    if (o.error != 0) {
        printf("#   %s\n", why.text);
        return o;
    }
    o.noticed = ledger_lost(l) != NULL;
    o.error = ledger_load_saved(l, &saved);
    o.lost = saved.standing.lost;
    ledger_saved_clear(&saved);
    ledger_free(l);
    return o;
}

static int try_open(enum ledger_mode mode, const struct ledger_options *options,
                    struct complaint *why)
{
    struct ledger_identity id = scratch_identity();
    static const struct ledger_options usual = {MACHINE_ID_PATH, JOURNAL_COMMITS};
    struct ledger *l = NULL;
    int error =
        ledger_open_with(dir, mode, &id, options != NULL ? options : &usual, &l, why);
    if (error == 0) {
        ledger_free(l);
    }
    return error;
}

static void opens(const char *name)
{
    struct opening o = look(NULL);
    ok(o.error == 0 && !o.noticed && !o.lost, "%s", name);
}

static void is_lost_with(const struct ledger_options *options, const char *name)
{
    struct opening first = look(options);
    ok(first.error == 0 && first.noticed && first.lost, "%s", name);
    /* The store is taken over once; that the seat has lost its state stays. */
    struct opening second = look(options);
    ok(second.error == 0 && !second.noticed && second.lost, "and the next start knows");
}

static void is_lost(const char *name)
{
    is_lost_with(NULL, name);
}

static char *in(const char *folder, const char *name)
{
    return alloc_printf("%s/%s/%s", base, folder, name);
}

/* Copies a file's content; over the old file, whose inode stays, or into a new one. */
static void copy_file(const char *from_folder, const char *to_folder, const char *name,
                      bool over)
{
    char *from = in(from_folder, name);
    char *to = in(to_folder, name);
    if (!over) {
        /* Beside the old one first, or the new file may get its inode. */
        char *aside = alloc_printf("%s.aside", to);
        (void)rename(to, aside);
        free(aside);
    }
    int in_fd = open(from, O_RDONLY);
    int out_fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    char block[65536];
    ssize_t size;
    bool good = in_fd >= 0 && out_fd >= 0;
    while (good && (size = read(in_fd, block, sizeof(block))) > 0) {
        good = write(out_fd, block, (size_t)size) == size;
    }
    close(in_fd);
    close(out_fd);
    if (!good) {
        ok(false, "copying %s to %s", from, to);
    }
    free(from);
    free(to);
}

static void back_up(const char *folder)
{
    char *path = in(folder, "");
    mkdir(path, 0700);
    free(path);
    copy_file("node", folder, "data.mdb", true);
    copy_file("node", folder, "journal", true);
    /* Birth times have the grain of the kernel's clock tick, and inodes are used again: a
     * backup is older than a tick before it is put back. */
    usleep(30000);
}

static bool has_birth_times(void)
{
    struct file_mark mark = {0, 0};
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    int error = file_mark_read(fd, "journal", &mark);
    close(fd);
    return error == 0 && mark.birth_ns != 0;
}

static void write_some(struct ledger *l, int commits)
{
    for (int i = 0; i < commits; i++) {
        struct block *b = scratch_next(l, 1, 20);
        ledger_append(l, b);
        block_unref(b);
        if (ledger_commit(l) != 0) {
            ok(false, "commit");
        }
    }
}

static void create(void)
{
    struct ledger *l = scratch_open(dir, LEDGER_CREATE);
    ok(l != NULL, "created");
    write_some(l, 3);
    ledger_close(l);
}

static void destroy(void)
{
    scratch_remove(dir);
    dir = alloc_printf("%s/node", base);
}

/* --- opening at all --- */

static void test_open(void)
{
    struct complaint why = {""};
    is(try_open(LEDGER_WRITE, NULL, &why), CONCLAVE_ENOENT, "no directory");
    ok(strstr(why.text, dir) != NULL && strstr(why.text, "conclave init") != NULL,
       "the complaint names place and cure");
    mkdir(dir, 0700);
    is(try_open(LEDGER_WRITE, NULL, &why), CONCLAVE_ENOENT, "an empty one");
    ok(strstr(why.text, "conclave init") != NULL, "the complaint names the cure");
    is(try_open(LEDGER_READ, NULL, &why), CONCLAVE_ENOENT, "not for reading either");

    struct store *s = NULL;
    is(store_open(dir, STORE_CREATE, &s, &why), 0, "a creation begins");
    struct slice value = slice_of_string("x");
    store_put(s, STORE_META, slice_of_string("identity"), value);
    is(store_commit(s), 0, "and crashes before it is finished");
    store_close(s);
    is(try_open(LEDGER_WRITE, NULL, &why), CONCLAVE_ENOENT, "that left no store");
    create();
    is(try_open(LEDGER_CREATE, NULL, &why), CONCLAVE_EEXIST, "a second creation");
    ok(strstr(why.text, dir) != NULL, "is refused by name");
    opens("and changed nothing");

    struct ledger *l = NULL;
    struct ledger_identity id = scratch_identity();
    id.seat = 3;
    is(ledger_open(dir, LEDGER_WRITE, &id, &l, &why), CONCLAVE_ESEAT, "another seat");
    ok(strstr(why.text, "seat 2 of 4") != NULL, "the complaint names the right one");
    id = scratch_identity();
    id.council_id.bytes[0] ^= 1;
    is(ledger_open(dir, LEDGER_WRITE, &id, &l, &why), CONCLAVE_ESEAT, "another council");
    is(ledger_open(dir, LEDGER_READ, &id, &l, &why), CONCLAVE_ESEAT, "for reading too");
    is(ledger_open(dir, LEDGER_READ, NULL, &l, &why), 0, "a reader that does not know");
    ok(l->id.seat == SCRATCH_SEAT && l->id.seats == SCRATCH_SEATS && ledger_height(l) == 3,
       "is told");
    ledger_close(l);

    is(store_open(dir, STORE_WRITE, &s, &why), 0, "the format is changed");
    store_put(s, STORE_META, slice_of_string("format"), slice_of("\x18\x63", 2));
    is(store_commit(s), 0, "to one of later");
    store_close(s);
    is(try_open(LEDGER_WRITE, NULL, &why), CONCLAVE_EVERSION, "which is not for us");
    ok(strstr(why.text, "format 6243") != NULL, "and says so");
    destroy();
}

/* --- copies --- */

static void test_copies(void)
{
    create();
    opens("as it was");
    opens("after a crash");
    copy_file("node", "node", "lock", true);
    opens("an old lock file says nothing");

    char *moved = in("moved", "");
    char *here = in("node", "");
    moved[strlen(moved) - 1] = here[strlen(here) - 1] = '\0';
    ok(rename(here, moved) == 0, "the directory gets another name");
    free(dir);
    dir = alloc_string(moved);
    opens("and is the same store");
    ok(rename(moved, here) == 0, "and its old one back");
    free(dir);
    dir = alloc_string(here);
    opens("still the same");

    back_up("copy");
    free(dir);
    dir = in("copy", "");
    is_lost("a copy elsewhere");
    free(dir);
    dir = alloc_string(here);

    copy_file("copy", "node", "data.mdb", false);
    is_lost("data.mdb copied to a new file");
    free(moved);
    free(here);
    destroy();
}

static void test_old_directory(void)
{
    create();
    back_up("backup");
    char *here = in("node", ""), *aside = in("aside", ""), *backup = in("backup", "");
    here[strlen(here) - 1] = aside[strlen(aside) - 1] = backup[strlen(backup) - 1] = '\0';
    ok(rename(here, aside) == 0 && rename(backup, here) == 0, "an old copy is put back");
    is_lost("the whole directory");
    ok(rename(here, backup) == 0 && rename(aside, here) == 0, "and the right one again");
    opens("which opens");
    free(here);
    free(aside);
    free(backup);
    destroy();
}

/* Content put over the files that are there: inode and birth time stay. */
static void test_in_place(void)
{
    static const char *const names[] = {"the same time", "an earlier start",
                                        "before a clean stop", "before a crash"};
    for (int when = 0; when < 4; when++) {
        for (int what = 1; what < 4; what++) {
            struct ledger_identity id = scratch_identity();
            struct ledger_options options = {MACHINE_ID_PATH, 4};
            struct ledger *l = NULL;
            create();
            if (when >= 2) {
                /* Taken while the node runs: nothing but the journal changes later. */
                ledger_open_with(dir, LEDGER_WRITE, &id, &options, &l, NULL);
                write_some(l, 1);
                if (when == 3) {
                    back_up("backup");
                    write_some(l, 9);
                    ledger_free(l);
                } else {
                    back_up("backup");
                    ledger_close(l);
                }
            } else {
                back_up("backup");
                if (when == 1) {
                    l = scratch_open(dir, LEDGER_WRITE);
                    write_some(l, 1);
                    ledger_close(l);
                }
            }
            if ((what & 1) != 0) {
                copy_file("backup", "node", "data.mdb", true);
            }
            if ((what & 2) != 0) {
                copy_file("backup", "node", "journal", true);
            }
            const char *parts = what == 1 ? "data.mdb" : what == 2 ? "journal" : "both";
            char *name = alloc_printf("%s of %s, put over the files", parts, names[when]);
            if (when == 0) {
                opens(name);
            } else if (what == 3 && !has_birth_times()) {
                skip(name, "this file system keeps no birth times");
            } else {
                is_lost(name);
            }
            free(name);
            destroy();
        }
    }
}

static void test_journal_file(void)
{
    create();
    char *path = in("node", "journal");
    char *away = in("node", "away");
    ok(rename(path, away) == 0, "the journal is taken away");
    is_lost("no journal");
    destroy();
    create();
    int fd = open(path, O_WRONLY | O_TRUNC);
    close(fd);
    is_lost("an empty journal");
    destroy();
    create();
    fd = open(path, O_WRONLY);
    ok(write(fd, "garbage garbage garbage garbage gar", 33) == 33, "garbage of its length");
    close(fd);
    is_lost("a journal that is garbage");
    free(path);
    free(away);
    destroy();
}

static void test_machine(void)
{
    char *path = alloc_printf("%s/machine-id", base);
    struct ledger_options options = {path, JOURNAL_COMMITS};
    struct ledger_identity id = scratch_identity();
    struct ledger *l = NULL;
    struct complaint why = {""};
    is(ledger_open_with(dir, LEDGER_CREATE, &id, &options, &l, &why), 0,
       "created on a machine without an id");
    ledger_close(l);
    is(try_open(LEDGER_WRITE, &options, &why), 0, "opens there");
    FILE *f = fopen(path, "w");
    fputs("0123456789abcdef0123456789abcdef\n", f);
    fclose(f);
    is_lost_with(&options, "not on one with an id");
    destroy();
    is(ledger_open_with(dir, LEDGER_CREATE, &id, &options, &l, &why), 0, "created here");
    ledger_close(l);
    is(try_open(LEDGER_WRITE, &options, &why), 0, "opens here");
    f = fopen(path, "w");
    fputs("0123456789abcdef0123456789abcdee\n", f);
    fclose(f);
    is_lost_with(&options, "not on another machine");
    unlink(path);
    is_lost_with(&options, "nor on one without an id");
    free(path);
    destroy();
}

/* --- a crash at each step of a change of incarnation --- */

static void put_incarnations(struct ledger *l, const struct incarnation *list, size_t count)
{
    struct buffer value = {0};
    value_put_incarnations(&value, list, count);
    ledger_put(l, STORE_META, slice_of_string("journal"), &value);
}

enum { CRASH_STEPS = 8 };

static void crash_at(int step)
{
    struct ledger *l = scratch_open(dir, LEDGER_WRITE);
    struct journal *j = &l->journal;
    for (int i = 0; i <= step; i++) {
        int error = 0;
        switch (i) {
        case 0:
            break;
        case 1:
            error = journal_draw(j, l->dir_fd);
            break;
        case 2:
            put_incarnations(l, (struct incarnation[]){j->now, j->next}, 2);
            break;
        case 3:
            error = store_commit(l->store);
            break;
        case 4:
            error = journal_switch(j, l->dir_fd);
            break;
        case 5:
            put_incarnations(l, &j->next, 1);
            break;
        case 6:
            error = store_commit(l->store);
            break;
        case 7:
            journal_settle(j);
            break;
        }
        if (error != 0) {
            _exit(1);
        }
    }
    _exit(0);
}

static void test_crashes(void)
{
    create();
    for (int turn = 0; turn < 2; turn++) {
        for (int first = 0; first < CRASH_STEPS; first++) {
            for (int then = 0; then < CRASH_STEPS; then += 1 + turn) {
                int status[2] = {1, 1};
                for (int i = 0; i < 2; i++) {
                    pid_t child = fork();
                    if (child == 0) {
                        crash_at(i == 0 ? first : then);
                    }
                    waitpid(child, &status[i], 0);
                }
                struct complaint why = {""};
                int error = try_open(LEDGER_WRITE, NULL, &why);
                if (status[0] != 0 || status[1] != 0 || error != 0) {
                    ok(false, "crash at %d, then at %d: %s", first, then, why.text);
                }
            }
        }
    }
    opens("a crash at any step of a change of incarnation, twice running, is no mismatch");
    destroy();
}

/* --- two processes --- */

static void test_lock(void)
{
    create();
    int ready[2], done[2];
    if (pipe(ready) != 0 || pipe(done) != 0) {
        ok(false, "pipes");
        return;
    }
    pid_t child = fork();
    if (child == 0) {
        char byte = 'x';
        struct ledger *l = scratch_open(dir, LEDGER_WRITE);
        bool good =
            l != NULL && write(ready[1], &byte, 1) == 1 && read(done[0], &byte, 1) == 1;
        ledger_close(l);
        _exit(good ? 0 : 1);
    }
    char byte;
    ok(read(ready[0], &byte, 1) == 1, "another process has it open");
    struct complaint why = {""};
    is(try_open(LEDGER_WRITE, NULL, &why), CONCLAVE_EAGAIN, "a second one is kept out");
    char *pid = alloc_printf("process %ld;", (long)child);
    ok(strstr(why.text, pid) != NULL && strstr(why.text, dir) != NULL,
       "and told which process it is");
    free(pid);
    is(try_open(LEDGER_CREATE, NULL, &why), CONCLAVE_EAGAIN, "so is a creation");
    is(try_open(LEDGER_READ, NULL, &why), 0, "a reader may look on");
    int status = 1;
    ok(write(done[1], "x", 1) == 1 && waitpid(child, &status, 0) == child && status == 0,
       "the first one ends");
    opens("the next may have it");
    for (int i = 0; i < 2; i++) {
        close(ready[i]);
        close(done[i]);
    }
    destroy();
}

int main(void)
{
    base = scratch_make();
    dir = alloc_printf("%s/node", base);
    test_open();
    test_copies();
    test_old_directory();
    test_in_place();
    test_journal_file();
    test_machine();
    test_crashes();
    test_lock();
    free(dir);
    scratch_remove(base);
    return tap_done();
}
