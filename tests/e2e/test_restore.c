/* SPDX-License-Identifier: ISC */
/*
 * Restore-safe seats with real daemons and real files: whatever an honest operator does to
 * a store, the seat never contradicts itself and comes back by itself.
 */
#include "history.h"
#include "live.h"
#include "tap.h"
#include "witness.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/quorum.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAIT_MS = 30000, STOP_MS = 5000, DEAD_PEER_MS = 2000, TAKEN_MS = 15000 };

static struct history history;

/* One RETURN a second may have an effect. */
static struct live *council(unsigned seats)
{
    struct live_options o = {
        .seats = seats,
        .charter = "{\"ordering\":{\"return_interval_ms\":1000}}",
        .config = "heartbeat-ms = 200\ndead-peer-ms = 2000\n",
    };
    struct live *l = live_new(&o);
    memset(&history, 0, sizeof(history));
    ok(live_start_council(l), "a council of %u", seats);
    live_agent_set(l, 0, history_approve, NULL);
    return l;
}

static void work(struct live *l, unsigned proposals)
{
    for (unsigned i = 0; i < proposals; i++) {
        (void)history_propose(&history, l, 1 + i % l->options.seats);
        live_pump(l, 20);
    }
}

/* The content of the files goes over the files that are there, so that inodes
 * and birth times stay: what a snapshot of the file system or a careless copy does. */
static void copy_over(struct live *l, const char *from, const char *to)
{
    static const char *const names[] = {"data.mdb", "journal", "wal"};
    (void)l;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *source = alloc_printf("%s/%s", from, names[i]);
        char *target = alloc_printf("%s/%s", to, names[i]);
        int in = open(source, O_RDONLY), out = open(target, O_WRONLY | O_CREAT, 0600);
        char bytes[65536];
        ssize_t got = 1;
        bool good = in >= 0 && out >= 0 && ftruncate(out, 0) == 0;
        while (good && (got = read(in, bytes, sizeof(bytes))) > 0) {
            good = write(out, bytes, (size_t)got) == got;
        }
        ok(good && got == 0, "%s is copied", names[i]);
        close(in);
        close(out);
        free(source);
        free(target);
    }
}

static void empty(const char *dir)
{
    static const char *const names[] = {"data.mdb", "journal",  "journal.new",
                                        "lock",     "lock.mdb", "wal"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *path = alloc_printf("%s/%s", dir, names[i]);
        (void)unlink(path);
        free(path);
    }
}

/* The seat is back: it says so, decides with the others, and nobody was convicted. */
static void back(struct live *l, struct witness *w, unsigned seat, const char *how)
{
    ok(live_wait_log(l, seat, "event=state.returned", WAIT_MS), "%s: it returns", how);
    work(l, 4);
    is(history_missing(&history, l, WAIT_MS), 0, "everything acknowledged is decided");
    ok(live_wait_level(l, WAIT_MS), "all are level");
    char id[LIVE_ID_BYTES];
    json_t *p = NULL;
    if (live_propose(l, seat, "test", how, NULL, id) == 0) {
        p = live_wait_final(l, seat, id, WAIT_MS);
    }
    is(json_integer_value(json_object_get(p, "approve")), l->options.seats,
       "and it votes again");
    json_decref(p);
    witness_look(w, l, 0);
    is(witness_contradictions(w), 0, "no seat said two things");
    json_t *status = live_call(l, seat, "status", NULL);
    is((int64_t)json_array_size(json_object_get(status, "expelled")), 0,
       "nobody is convicted");
    json_decref(status);
}

static void test_old_store_in_place(void)
{
    struct live *l = council(4);
    struct witness *w = witness_new();
    struct live_seat *s = live_seat(l, 2);
    char *old = alloc_printf("%s/old", l->dir);
    ok(mkdir(old, 0700) == 0, "a folder for the backup");
    work(l, 3);
    live_signal(l, 2, SIGSTOP);
    copy_over(l, s->data, old);
    live_signal(l, 2, SIGCONT);
    work(l, 1); /* few commits: the marks change with every so many */
    is(history_missing(&history, l, WAIT_MS), 0, "the council goes on");
    witness_look(w, l, 0);
    live_kill(l, 2);
    copy_over(l, old, s->data);
    live_start(l, 2);
    ok(live_wait_log(l, 2, "event=state.lost", WAIT_MS),
       "a copy of the same start over the same files: others tell it");
    ok(live_log_count(l, 2, "cause=own-statement") +
               live_log_count(l, 2, "cause=own-ballot") >
           0,
       "by what they hold of it, since its marks match");
    back(l, w, 2, "an old store in place");
    ok(live_quiet(l), "nothing on standard error");
    free(old);
    witness_free(w);
    live_free(l);
}

static void test_empty_disks(void)
{
    struct live *l = council(7);
    struct witness *w = witness_new();
    work(l, 7);
    is(history_missing(&history, l, WAIT_MS), 0, "the council decides");
    witness_look(w, l, 0);
    json_int_t view = live_number(l, 1, "view");
    unsigned primary = quorum_primary(7, (uint64_t)view);
    unsigned other = primary % 7 + 1;
    live_kill(l, primary);
    live_kill(l, other);
    empty(live_seat(l, primary)->data);
    empty(live_seat(l, other)->data);
    live_start(l, primary);
    live_start(l, other);
    for (int i = 0; i < 2; i++) {
        unsigned seat = i == 0 ? primary : other;
        ok(live_wait_log(l, seat, "event=store.created", WAIT_MS),
           "an empty disk gets a store");
        ok(live_wait_log(l, seat, "event=state.lost", WAIT_MS), "which is known to be new");
        back(l, w, seat, i == 0 ? "the primary with an empty disk" : "a second such seat");
    }
    ok(live_quiet(l), "nothing on standard error");
    witness_free(w);
    live_free(l);
}

static void test_recover(void)
{
    struct live *l = council(4);
    struct witness *w = witness_new();
    struct live_seat *s = live_seat(l, 3);
    work(l, 3);
    is(live_stop(l, 3, STOP_MS), 0, "a node is stopped");
    FILE *f = fopen(s->config, "a");
    ok(f != NULL && fputs("recover = yes\n", f) >= 0 && fclose(f) == 0,
       "its state is declared lost");
    live_start(l, 3);
    ok(live_wait_log(l, 3, "cause=recover", WAIT_MS), "it does as it is told");
    back(l, w, 3, "recover");
    witness_free(w);
    live_free(l);
}

static unsigned free_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&a, size) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &size) != 0) {
        a.sin_port = 0;
    }
    close(fd);
    return ntohs(a.sin_port);
}

/* A second daemon with the same key, on a copy of the store, while the first one runs. */
static void test_twice(void)
{
    struct live *l = council(4);
    struct witness *w = witness_new();
    struct live_seat *s = live_seat(l, 4);
    char *twin = alloc_printf("%s/twin", l->dir);
    char *config = alloc_printf("%s/conclaved.conf", twin);
    char *log = alloc_printf("%s/log", twin);
    work(l, 4);
    const char *copy[] = {"/bin/cp", "-a", s->dir, twin, NULL};
    struct live_output o = live_run(l, WAIT_MS, copy);
    is(o.status, 0, "the folder of a node is copied");
    live_output_free(&o);
    FILE *f = fopen(config, "a");
    ok(f != NULL &&
           fprintf(f, "listen = \"127.0.0.1:%u\"\nlog = \"%s\"\n", free_port(), log) > 0 &&
           fclose(f) == 0,
       "the copy gets an address of its own");
    const char *argv[] = {"conclaved", "--config", config, NULL};
    uint64_t begin = clock_monotonic_ms();
    o = live_run(l, TAKEN_MS, argv);
    is(o.status, 1, "and stops by itself");
    printf("# after %llu ms: %s\n", (unsigned long long)(clock_monotonic_ms() - begin),
           o.err);
    ok(clock_monotonic_ms() - begin > DEAD_PEER_MS, "not before its peers can be sure");
    char *text = live_read(log);
    ok(strstr(text, "event=seat.taken") != NULL, "the log says that the seat is taken");
    ok(strstr(text, "event=state.lost") != NULL, "and that its store is a copy");
    live_output_free(&o);
    free(text);
    work(l, 4);
    is(history_missing(&history, l, WAIT_MS), 0, "the first one is not disturbed");
    witness_look(w, l, 0);
    is(witness_contradictions(w), 0, "no seat said two things");
    ok(live_running(l, 4) && live_log_count(l, 4, "event=state.lost") == 0,
       "nor has it lost anything");
    free(log);
    free(config);
    free(twin);
    witness_free(w);
    live_free(l);
}

/* All at once, in the middle of the work; nobody's hand is needed. */
static void test_power_cut(void)
{
    struct live *l = council(7);
    struct witness *w = witness_new();
    for (int cut = 0; cut < 3; cut++) {
        work(l, 4);
        for (unsigned seat = 1; seat <= 7; seat++) {
            live_signal(l, seat, SIGKILL);
        }
        for (unsigned seat = 1; seat <= 7; seat++) {
            live_kill(l, seat);
        }
        witness_look(w, l, 0);
        for (unsigned seat = 7; seat >= 1; seat--) {
            live_start(l, seat);
        }
        ok(live_wait_ready(l, 0, LIVE_START_MS) && live_wait_connected(l, LIVE_START_MS),
           "all are up again");
        is(history_missing(&history, l, WAIT_MS), 0, "everything acknowledged is decided");
    }
    unsigned lost = 0;
    for (unsigned seat = 1; seat <= 7; seat++) {
        lost += live_log_count(l, seat, "event=state.lost");
    }
    is(lost, 0, "no seat takes its state for lost");
    ok(live_wait_level(l, WAIT_MS), "all are level");
    witness_look(w, l, 0);
    is(witness_contradictions(w), 0, "no seat said two things");
    witness_free(w);
    live_free(l);
}

int main(void)
{
    live_limit(300);
    test_old_store_in_place();
    test_empty_disks();
    test_recover();
    test_twice();
    test_power_cut();
    return tap_done();
}
