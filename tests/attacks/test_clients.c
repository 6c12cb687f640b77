/* SPDX-License-Identifier: ISC */
/* Local programs that misuse the control socket: the council's own traffic must not stop.
 */
#define _GNU_SOURCE
#include "scene.h"

#include "base/alloc.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LIMIT_S = 300,
    MEMORY_MIB = 192,
    SEATS = 4,
    EVIL = 4,
    NOBODY = 65534,
    CROWD = 2000,
    WATCHERS = 56,
    LONG = 80
};

static int dial(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    (void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

static void put(int fd, const char *data, size_t size)
{
    (void)!send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* --- what each client process does for ever --- */

typedef void misuse(const char *path);

static void crowd(const char *path)
{
    struct rlimit many = {CROWD + 64, CROWD + 64};
    static int fds[CROWD];
    (void)setrlimit(RLIMIT_NOFILE, &many);
    for (unsigned i = 0;; i = (i + 1) % CROWD) {
        if (fds[i] > 0) {
            (void)close(fds[i]);
        }
        fds[i] = dial(path);
        if (fds[i] < 0) {
            (void)usleep(1000);
        } else if (i % 3 == 0) {
            put(fds[i], "{\"jsonrpc\":\"2.0\",\"id\":1,\"met", 28); /* half a line */
        }
    }
}

static void long_lines(const char *path)
{
    char *junk = alloc_zero(1, 64 * 1024);
    memset(junk, '[', 64 * 1024);
    for (;;) {
        int fd = dial(path);
        for (unsigned i = 0; fd >= 0 && i < 40; i++) {
            struct pollfd p = {.fd = fd, .events = POLLOUT};
            (void)poll(&p, 1, 100);
            put(fd, junk, 64 * 1024);
        }
        put(fd, "\n", 1);
        (void)usleep(1000);
        (void)close(fd);
    }
}

/* Just below the limit, and as deep as it goes. */
static void deep_lines(const char *path)
{
    char *line = alloc_zero(1, MIB);
    memset(line, '[', MIB - 1);
    line[MIB - 2] = '\n';
    for (;;) {
        int fd = dial(path);
        size_t sent = 0;
        while (fd >= 0 && sent < MIB - 1) {
            struct pollfd p = {.fd = fd, .events = POLLOUT};
            ssize_t n = poll(&p, 1, 1000) > 0 ? send(fd, line + sent, MIB - 1 - sent,
                                                     MSG_NOSIGNAL | MSG_DONTWAIT)
                                              : -1;
            if (n < 0) {
                break;
            }
            sent += (size_t)n;
        }
        (void)usleep(1000);
        (void)close(fd);
    }
}

static void requests(const char *path)
{
    static const char ask[] =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"blocks\",\"params\":{\"limit\":100}}\n"
        "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"seats\"}\n"
        "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"proposals\"}\n";
    char drain[65536];
    int fds[8] = {-1, -1, -1, -1, -1, -1, -1, -1};
    for (unsigned i = 0;; i = (i + 1) % 8) {
        if (fds[i] < 0) {
            fds[i] = dial(path);
        }
        for (unsigned k = 0; k < 50; k++) {
            put(fds[i], ask, sizeof(ask) - 1);
        }
        ssize_t n = recv(fds[i], drain, sizeof(drain), MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN)) {
            (void)close(fds[i]);
            fds[i] = -1;
        }
    }
}

/* What costs a node most to answer, asked by as many as it lets in. */
static void watchers(const char *path)
{
    static const char ask[] =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"records\",\"params\":{\"limit\":200}}\n"
        "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"verify\",\"params\":{\"height\":1}}\n"
        "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"flag\",\"params\":{\"id\":1}}\n"
        "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"log\",\"params\":{\"limit\":500}}\n"
        "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"blocks\",\"params\":{\"limit\":100}}\n"
        "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"subscribe\",\"params\":{\"events\":"
        "[\"\"]}}\n";
    static char drain[MIB];
    int fds[WATCHERS];
    memset(fds, -1, sizeof(fds));
    for (;;) {
        for (unsigned i = 0; i < WATCHERS; i++) {
            if (fds[i] < 0) {
                fds[i] = dial(path);
            }
            for (unsigned k = 0; k < 4; k++) {
                put(fds[i], ask, sizeof(ask) - 1);
            }
            ssize_t n = recv(fds[i], drain, sizeof(drain), MSG_DONTWAIT);
            if (n == 0 || (n < 0 && errno != EAGAIN)) {
                (void)close(fds[i]);
                fds[i] = -1;
            }
        }
    }
}

static void deaf_subscribers(const char *path)
{
    static const char ask[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"subscribe\"}\n"
                              "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"charter\"}\n";
    int fds[64];
    for (unsigned i = 0; i < 64; i++) {
        fds[i] = dial(path);
        for (unsigned k = 0; k < 500; k++) {
            put(fds[i], ask, sizeof(ask) - 1);
        }
    }
    for (;;) {
        (void)pause();
    }
}

static pid_t begin(struct scene *s, misuse *fn, unsigned seat, uid_t uid)
{
    pid_t parent = getpid();
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        (void)alarm(0);
        if (uid != 0 && (setgid(uid) != 0 || setuid(uid) != 0)) {
            _exit(1);
        }
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)!nice(10); /* it attacks through the socket, not by taking the processor */
        if (getppid() == parent) {
            fn(live_seat(s->l, seat)->socket);
        }
        _exit(0);
    }
    return pid;
}

/* At every correct node at once; the proposal comes from one that clients can still reach,
 * since a node may turn clients away but not stop voting. */
static void run(struct scene *s, const char *name, misuse *fn)
{
    pid_t pids[SEATS];
    scene_begin(s, name);
    for (unsigned i = 0; i < 2; i++) {
        pids[i] = begin(s, fn, i + 1, 0);
    }
    live_pump(s->l, scene_is_long() ? 10000 : 500);
    json_int_t height = live_number(s->l, scene_friend(s), "height");
    char id[LIVE_ID_BYTES];
    is(live_propose(s->l, scene_friend(s), "test", name, NULL, id), 0, name);
    json_t *final = live_wait_final(s->l, scene_friend(s), id, DECIDE_MS);
    const char *outcome = json_string_value(json_object_get(final, "outcome"));
    ok(outcome != NULL && strcmp(outcome, "approved") == 0,
       "%s: decided meanwhile, with the votes of those nodes", name);
    ok(live_number(s->l, scene_friend(s), "height") > height, "%s: blocks are committed",
       name);
    json_decref(final);
    for (unsigned i = 0; i < 2; i++) {
        (void)kill(pids[i], SIGKILL);
        (void)waitpid(pids[i], NULL, 0);
    }
    live_pump(s->l, 300);
    scene_check(s, name, MEMORY_MIB);
}

static void test_stranger(struct scene *s)
{
    pid_t parent = getpid();
    const char *path = live_seat(s->l, 1)->socket;
    int status = -1;
    if (geteuid() != 0) {
        skip("another user is kept out", "only root can be another user");
        return;
    }
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        bool changed = setgid(NOBODY) == 0 && setuid(NOBODY) == 0;
        _exit(changed && getppid() == parent && dial(path) < 0 ? 0 : 1);
    }
    (void)waitpid(pid, &status, 0);
    ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "another user is kept out");
}

/* Decisions whose blocks are long. */
static void fill(struct scene *s)
{
    char *text = alloc_zero(1, 60001), id[LIVE_ID_BYTES] = "";
    memset(text, 'a', 60000);
    for (unsigned i = 0; i < LONG; i++) {
        char title[32];
        (void)snprintf(title, sizeof(title), "long %u", i);
        json_t *answer = live_call(
            s->l, 1 + i % 3, "propose",
            json_pack("{s:s,s:s,s:s}", "class", "quick", "title", title, "text", text));
        const char *now = json_string_value(json_object_get(answer, "id"));
        (void)snprintf(id, sizeof(id), "%s", now != NULL ? now : id);
        json_decref(answer);
        if (i % 4 == 3) {
            json_decref(live_wait_final(s->l, 1, id, DECIDE_MS));
        }
    }
    free(text);
    printf("# %lld blocks\n", (long long)live_number(s->l, 1, "height"));
}

int main(void)
{
    live_limit(LIMIT_S);
    struct scene *s = scene_new(SEATS, EVIL, SCENE_TIMING, NULL);
    test_stranger(s);
    run(s, "thousands of connections and half lines", crowd);
    run(s, "lines without an end", long_lines);
    run(s, "lines as deep as they are long", deep_lines);
    run(s, "a flood of requests", requests);
    run(s, "subscribers that never read", deaf_subscribers);
    fill(s);
    run(s, "watchers that ask for all", watchers);
    scene_free(s);
    return tap_done();
}
