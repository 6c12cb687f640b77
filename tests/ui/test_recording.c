/* SPDX-License-Identifier: ISC */
/* Recordings: written, cut, played, and files that are none. */
#define _GNU_SOURCE
#include "tap.h"

#include "base/alloc.h"
#include "control/control.h"
#include "ui/model/recording.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/conclave-XXXXXX";
static char path[64];

static void put_file(const char *data, size_t size)
{
    (void)unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd) != 0) {
        abort();
    }
}

static int write_one(struct recorder *r, uint64_t time_ms, unsigned socket,
                     enum record_kind kind, struct slice text)
{
    struct recorded what = {time_ms, socket, kind, text};
    return recorder_write(r, &what);
}

static bool is_one(const struct player *p, uint64_t time_ms, unsigned socket,
                   enum record_kind kind, struct slice text)
{
    struct recorded what;
    return player_peek(p, &what) && what.time_ms == time_ms && what.socket == socket &&
           what.kind == kind && slice_equal(what.text, text);
}

#define TEXT(s) slice_of_string(s)

static void test_there_and_back(void)
{
    struct recorder *r = NULL;
    struct player *p = NULL;
    struct complaint why = {""};
    struct stat st;
    struct recorded what;
    char *longest = alloc(CONTROL_LINE_MAX);
    memset(longest, 'y', CONTROL_LINE_MAX);
    is(recorder_open(path, &r, &why), 0, "a new file");
    ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "for its owner alone");
    (void)write_one(r, 1000, 0, RECORD_UP, TEXT("/run/a.sock"));
    (void)write_one(r, 1001, 0, RECORD_LINE, TEXT("{\"a\":1}"));
    (void)write_one(r, 1002, 1, RECORD_LINE, TEXT(""));
    (void)write_one(r, 1002, 0, RECORD_LINE, slice_of(longest, CONTROL_LINE_MAX));
    (void)write_one(r, 990, 3, RECORD_DOWN, TEXT("two\nlines"));
    is(recorder_close(r), 0, "closed");
    is(player_open(path, &p, &why), 0, "opened");
    ok(player_sockets(p) == 4 && player_begin_ms(p) == 1000 && player_end_ms(p) == 1002,
       "what is in it");
    for (int round = 0; round < 2; round++) {
        ok(is_one(p, 1000, 0, RECORD_UP, TEXT("/run/a.sock")), "up");
        player_take(p);
        ok(is_one(p, 1001, 0, RECORD_LINE, TEXT("{\"a\":1}")), "a line");
        player_take(p);
        ok(is_one(p, 1002, 1, RECORD_LINE, TEXT("")), "an empty one");
        player_take(p);
        ok(is_one(p, 1002, 0, RECORD_LINE, slice_of(longest, CONTROL_LINE_MAX)),
           "as long as they may be");
        player_take(p);
        ok(is_one(p, 1002, 3, RECORD_DOWN, TEXT("two lines")), "a time that goes back");
        player_take(p);
        ok(!player_peek(p, &what), "the end");
        player_take(p);
        ok(!player_peek(p, &what), "which stays it");
        player_rewind(p);
    }
    ok(truncate(path, 30) == 0, "a file that is cut under the player");
    unsigned count = 0;
    for (player_rewind(p); player_peek(p, &what) && count < 10; count++) {
        player_take(p);
    }
    ok(count < 2, "ends there");
    player_close(p);
    is(recorder_open(path, &r, &why), CONCLAVE_EEXIST, "a file is not written over");
    ok(strstr(why.text, path) != NULL, "and named: %s", why.text);
    free(longest);
}

/* Whole at any cut, but for the line that it went through. */
static void test_cuts(void)
{
    static const char whole[] = "conclave-record 1\n1 0 up a\n2 0 + {}\n3 1 down b c\n";
    unsigned wrong = 0;
    for (size_t cut = 0; cut < sizeof(whole); cut++) {
        struct player *p = NULL;
        struct complaint why = {""};
        struct recorded what;
        put_file(whole, cut);
        unsigned lines = 0, count = 0;
        for (size_t i = 0; i < cut; i++) {
            lines += whole[i] == '\n';
        }
        int error = player_open(path, &p, &why);
        if (error == 0) {
            for (; player_peek(p, &what); player_take(p)) {
                count++;
            }
        }
        wrong += lines == 0 ? error == 0 || why.text[0] == '\0'
                            : error != 0 || count != lines - 1;
        player_close(p);
    }
    is(wrong, 0, "a recording may be cut anywhere");
}

static void test_wrong_files(void)
{
    static const char *const files[] = {
        "",
        "\n",
        "conclave-record 2\n",
        "conclave-record 1",
        "conclave-record 1 \n",
        "conclave-record 1\n\n",
        "conclave-record 1\nx 0 + a\n",
        "conclave-record 1\n1 0 +a\n",
        "conclave-record 1\n1 0 - a\n",
        "conclave-record 1\n1 0 up\n",
        "conclave-record 1\n1  + a\n",
        "conclave-record 1\n1 64 + a\n",
        "conclave-record 1\n1 -1 + a\n",
        "conclave-record 1\n-1 0 + a\n",
        "conclave-record 1\n123456789012345 0 + a\n",
        "conclave-record 1\n1 0 + a\n2 0 + b\n3\n",
    };
    struct complaint why = {""};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct player *p = NULL;
        why.text[0] = '\0';
        put_file(files[i], strlen(files[i]));
        ok(player_open(path, &p, &why) == CONCLAVE_EFORMAT && p == NULL &&
               why.text[0] != '\0',
           "%zu: %s", i, why.text);
    }
    ok(strstr(why.text, "line 4 ") != NULL, "the line is named");
    size_t size = 3 * CONTROL_LINE_MAX;
    char *much = alloc(size);
    memset(much, 'x', size);
    struct player *p = NULL;
    put_file(much, size);
    is(player_open(path, &p, &why), CONCLAVE_EFORMAT, "one long line");
    memcpy(much, "conclave-record 1\n1 0 + ", 24);
    much[size - 1] = '\n';
    put_file(much, size);
    is(player_open(path, &p, &why), CONCLAVE_EFORMAT, "a line too long");
    free(much);
    (void)unlink(path);
    is(player_open(path, &p, &why), CONCLAVE_ENOENT, "no file");
    is(player_open(dir, &p, &why), CONCLAVE_EINVAL, "a directory");
    ok(mkfifo(path, 0600) == 0 && player_open(path, &p, &why) == CONCLAVE_EINVAL,
       "a pipe is not waited for");
    (void)unlink(path);
    put_file("conclave-record 1\n", 18);
    struct recorded what;
    ok(player_open(path, &p, &why) == 0 && !player_peek(p, &what) &&
           player_sockets(p) == 0 && player_end_ms(p) == 0,
       "nothing was recorded");
    player_close(p);
    player_close(NULL);
}

/* Where nothing can be written: the first error is told from then on. */
static void test_full(void)
{
    struct recorder *r = NULL;
    struct complaint why = {""};
    if (symlink("/dev/full", path) != 0) {
        skip("a full disk", "no symbolic links");
        return;
    }
    ok(recorder_open(path, &r, &why) == CONCLAVE_EEXIST, "a link is not followed");
    (void)unlink(path);
    ok(recorder_open("/dev/full/x", &r, &why) == CONCLAVE_EIO, "no such place: %s",
       why.text);
    struct rlimit small = {.rlim_cur = 100, .rlim_max = RLIM_INFINITY};
    struct rlimit none = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    int errors[4];
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)setrlimit(RLIMIT_FSIZE, &small);
    errors[0] = recorder_open(path, &r, &why);
    for (int i = 0; i < 100000 && errors[0] == 0; i++) {
        errors[0] = write_one(r, 1, 0, RECORD_LINE, TEXT("{}"));
    }
    errors[1] = write_one(r, 1, 0, RECORD_LINE, TEXT("{}"));
    errors[2] = recorder_flush(r);
    errors[3] = recorder_close(r);
    (void)unlink(path);
    small.rlim_cur = 10;
    (void)setrlimit(RLIMIT_FSIZE, &small);
    int error = recorder_open(path, &r, &why);
    (void)setrlimit(RLIMIT_FSIZE, &none);
    is(errors[0], CONCLAVE_EIO, "what cannot be written is told");
    is(errors[1], CONCLAVE_EIO, "again");
    is(errors[2], CONCLAVE_EIO, "and again");
    is(errors[3], CONCLAVE_EIO, "to the end");
    ok(error == CONCLAVE_EIO && strstr(why.text, path) != NULL, "at once: %s", why.text);
}

int main(void)
{
    if (mkdtemp(dir) == NULL) {
        abort();
    }
    (void)snprintf(path, sizeof(path), "%s/record", dir);
    test_there_and_back();
    test_cuts();
    test_wrong_files();
    (void)unlink(path);
    test_full();
    (void)unlink(path);
    (void)rmdir(dir);
    return tap_done();
}
