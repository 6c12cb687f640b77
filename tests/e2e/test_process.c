/* SPDX-License-Identifier: ISC */
/* A node as a process: signals, its log, its store's lock and marks, its user. */
#define _GNU_SOURCE
#include "history.h"
#include "live.h"
#include "tap.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAIT_MS = 20000, QUICK_MS = 2000, REFUSAL_MS = 10000 };

static bool decides(struct live *l, unsigned seat)
{
    char id[LIVE_ID_BYTES];
    json_t *p = NULL;
    if (live_propose(l, seat, "test", "is it alive?", NULL, id) == 0) {
        p = live_wait_final(l, seat, id, WAIT_MS);
    }
    json_decref(p);
    return p != NULL;
}

static bool has(const char *text, const char *part)
{
    bool found = strstr(text, part) != NULL;
    if (!found) {
        printf("#   no \"%s\" in: %s\n", part, text);
    }
    return found;
}

static struct live_output run_node(struct live *l, const char *config)
{
    const char *argv[] = {"conclaved", "--config", config, NULL};
    return live_run(l, REFUSAL_MS, argv);
}

static void check_hangup(struct live *l)
{
    struct live_seat *s = live_seat(l, 2);
    char *moved = alloc_printf("%s.1", s->log);
    ok(live_log_count(l, 2, "event=node.started") == 1, "the log tells of the start");
    ok(rename(s->log, moved) == 0, "the log file is moved");
    live_signal(l, 2, SIGHUP);
    uint64_t until = clock_monotonic_ms() + WAIT_MS;
    while (access(s->log, F_OK) != 0 && clock_monotonic_ms() < until) {
        live_pump(l, 10);
    }
    ok(access(s->log, F_OK) == 0, "SIGHUP opens a new one");
    char *before = live_read(moved);
    ok(decides(l, 2) && live_wait_log(l, 2, "event=proposal.final", WAIT_MS),
       "which gets the next lines");
    char *after = live_read(moved);
    ok(strcmp(before, after) == 0, "and the old one none");
    free(before);
    free(after);
    free(moved);
}

static void check_second(struct live *l)
{
    struct live_seat *s = live_seat(l, 2);
    struct live_output o = run_node(l, s->config);
    is(o.status, 1, "a second daemon on the same folder is refused");
    ok(has(o.err, s->data), "it names the store");
    ok(has(o.err, "in use by process"), "and says which process has it");
    printf("# %s", o.err);
    live_output_free(&o);
    ok(live_running(l, 2) && decides(l, 2), "the first one is not disturbed");
}

static bool copy_tree(struct live *l, const char *from, const char *to)
{
    const char *argv[] = {"/bin/cp", "-a", from, to, NULL};
    struct live_output o = live_run(l, WAIT_MS, argv);
    int status = o.status;
    live_output_free(&o);
    return status == 0;
}

/* A store put back from a backup votes no more until it is safe: by itself. */
static void check_copy(struct live *l)
{
    struct live_seat *s = live_seat(l, 3);
    char *copy = alloc_printf("%s/copy", l->dir);
    is(live_stop(l, 3, QUICK_MS), 0, "a node is stopped");
    ok(copy_tree(l, s->data, copy), "its store copied");
    live_start(l, 3);
    ok(live_wait_ready(l, 3, WAIT_MS) && decides(l, 3), "and it goes on");
    is(live_stop(l, 3, QUICK_MS), 0, "it is stopped again");
    char *aside = alloc_printf("%s.aside", s->data);
    ok(rename(s->data, aside) == 0 && copy_tree(l, copy, s->data),
       "the store is restored from the copy, as from a backup");
    live_start(l, 3);
    ok(live_wait_log(l, 3, "event=state.lost", WAIT_MS), "its marks do not match");
    ok(live_wait_log(l, 3, "event=state.returned", WAIT_MS), "it comes back by itself");
    ok(live_wait_level(l, WAIT_MS) && decides(l, 3), "and decides with the others");
    ok(live_wait_log(l, 1, "view.changed", WAIT_MS), "in a view that it asked for");
    free(aside);
    free(copy);
}

/* The file size limit stands for a disk without room. The node must stop rather than go on
 * with what is not durable, and come back with nothing lost. */
static void check_full_disk(struct live *l)
{
    struct live_seat *s = live_seat(l, 4);
    struct history h = {.count = 0};
    struct stat st;
    char *store = alloc_printf("%s/data.mdb", s->data);
    ok(stat(store, &st) == 0, "the store has a size");
    struct rlimit limit = {(rlim_t)st.st_size, (rlim_t)st.st_size};
    ok(live_running(l, 4) && prlimit(s->pid, RLIMIT_FSIZE, &limit, NULL) == 0,
       "it must not grow any more");
    uint64_t until = clock_monotonic_ms() + WAIT_MS;
    while (live_running(l, 4) && clock_monotonic_ms() < until) {
        (void)history_propose(&h, l, 1 + h.count % 4);
        live_pump(l, 20);
    }
    ok(!live_running(l, 4) && WIFEXITED(s->status) && WEXITSTATUS(s->status) == 1,
       "the node stops with status 1");
    is(live_log_count(l, 4, "event=store.failed"), 1, "and says why");
    printf("# it stopped after %u proposals\n", h.count);
    ok(decides(l, 1), "the others decide on");
    live_start(l, 4);
    ok(live_wait_ready(l, 4, WAIT_MS) && live_wait_level(l, WAIT_MS),
       "with room it comes back and is level");
    is(history_missing(&h, l, WAIT_MS), 0, "everything acknowledged is decided");
    free(store);
}

static void check_termination(struct live *l)
{
    char id[LIVE_ID_BYTES];
    for (unsigned seat = 1; seat <= l->options.seats; seat++) {
        struct live_seat *s = live_seat(l, seat);
        (void)live_propose(l, seat, "test", "on the way down", NULL, id);
        uint64_t start = clock_monotonic_ms();
        int number = seat % 2 == 0 ? SIGINT : SIGTERM;
        live_signal(l, seat, number);
        int status = live_stop(l, seat, WAIT_MS);
        uint64_t took = clock_monotonic_ms() - start;
        ok(status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0,
           "%s ends seat %u with status 0", strsignal(number), seat);
        ok(took < QUICK_MS, "soon: %llu ms", (unsigned long long)took);
        ok(live_log_count(l, seat, "event=node.stopped") > 0, "and the log says so");
        ok(access(s->socket, F_OK) != 0, "its socket is gone");
        char *errors = live_read(s->errors);
        ok(*errors == '\0', "nothing on standard error");
        free(errors);
    }
    live_start_all(l);
    ok(live_wait_ready(l, 0, WAIT_MS) && decides(l, 1), "all start again, and decide");
}

static void check_user(void)
{
    static const char name[] = "nodes that run as nobody";
    const struct passwd *nobody = getpwnam("nobody");
    if (geteuid() != 0 || nobody == NULL || nobody->pw_uid == 0) {
        skip(name, "needs root, and a user nobody");
        return;
    }
    /* They must reach their programs and folder. */
    pid_t pid = fork();
    if (pid == 0) {
        char *program = live_program("conclaved");
        const char *base = getenv("TMPDIR");
        bool can = setgid(nobody->pw_gid) == 0 && setuid(nobody->pw_uid) == 0 &&
                   access(program, X_OK) == 0 &&
                   access(base != NULL ? base : "/tmp", X_OK) == 0;
        _exit(can ? 0 : 1);
    }
    int status = 1;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        skip(name, "the build or temporary folder is not open to other users");
        return;
    }
    struct live_options o = {.seats = 4, .uid = nobody->pw_uid, .gid = nobody->pw_gid};
    struct live *l = live_new(&o);
    ok(live_start_council(l), "nodes start as nobody");
    struct stat st;
    char *path = alloc_printf("/proc/%d", (int)live_seat(l, 1)->pid);
    ok(stat(path, &st) == 0 && st.st_uid == nobody->pw_uid, "and nobody is who they are");
    free(path);
    live_agent_set(l, 0, history_approve, NULL);
    ok(decides(l, 1), "and they decide");
    ok(live_quiet(l), "no node wrote to standard error");
    live_free(l);
}

int main(void)
{
    struct live_options o = {.seats = 4};
    live_limit(120);
    struct live *l = live_new(&o);
    ok(live_start_council(l), "the council starts");
    live_agent_set(l, 0, history_approve, NULL);
    ok(decides(l, 1), "and decides");
    check_hangup(l);
    check_second(l);
    check_copy(l);
    check_full_disk(l);
    check_termination(l);
    if (tap_failures > 0) {
        live_show_logs(l, 10);
    }
    ok(live_quiet(l), "no node wrote to standard error");
    live_free(l);
    check_user();
    return tap_done();
}
