/* SPDX-License-Identifier: ISC */
/* A node that a service manager started tells it how it does. */
#include <config.h>

#include "live.h"
#include "tap.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { WAIT_MS = 20000, TEXT_BYTES = 512, WATCHDOG_MS = 300 };

static int manager;

static bool hear(struct live *l, char text[TEXT_BYTES], int timeout_ms)
{
    uint64_t until = clock_monotonic_ms() + (uint64_t)timeout_ms;
    for (;;) {
        ssize_t size = recv(manager, text, TEXT_BYTES - 1, MSG_DONTWAIT);
        if (size > 0) {
            text[size] = '\0';
            return true;
        }
        if (clock_monotonic_ms() > until) {
            return false;
        }
        live_pump(l, 10);
    }
}

/* Whatever else is said before. */
static bool hears(struct live *l, const char *part)
{
    char text[TEXT_BYTES] = "";
    uint64_t until = clock_monotonic_ms() + WAIT_MS;
    while (clock_monotonic_ms() < until && hear(l, text, WAIT_MS)) {
        if (strstr(text, part) != NULL) {
            return true;
        }
    }
    printf("#   no \"%s\"; the last word was: %s\n", part, text);
    return false;
}

static void start_with_manager(struct live *l, unsigned seat)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/manager", l->dir);
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ok(bind(manager, (const struct sockaddr *)&address, sizeof(address)) == 0,
       "a service manager");
    char *period = alloc_printf("%d", WATCHDOG_MS * 1000);
    (void)setenv("NOTIFY_SOCKET", address.sun_path, 1);
    (void)setenv("WATCHDOG_USEC", period, 1);
    live_start(l, seat);
    (void)unsetenv("NOTIFY_SOCKET");
    (void)unsetenv("WATCHDOG_USEC");
    free(period);
}

static void check_start(struct live *l)
{
    char text[TEXT_BYTES];
    ok(hear(l, text, WAIT_MS), "a node speaks");
    ok(strcmp(text, "READY=1\nSTATUS=seat 1 of 4, view 0, height 0, 0 other seats "
                    "connected") == 0,
       "first of all that it is ready, and its state");
    json_t *pong = live_call(l, 1, "ping", NULL);
    ok(pong != NULL, "its control socket answers");
    json_decref(pong);
    for (unsigned seat = 2; seat <= l->options.seats; seat++) {
        live_start(l, seat);
    }
    ok(hears(l, ", 3 other seats connected"), "it tells who is there");
}

static void check_status(struct live *l)
{
    char id[LIVE_ID_BYTES], text[TEXT_BYTES] = "";
    ok(live_propose(l, 1, "test", "is it told?", NULL, id) == 0, "a proposal");
    uint64_t until = clock_monotonic_ms() + WAIT_MS;
    bool moved = false;
    while (!moved && clock_monotonic_ms() < until && hear(l, text, WAIT_MS)) {
        moved = strstr(text, ", height ") != NULL && strstr(text, ", height 0,") == NULL;
    }
    ok(moved, "it tells its height");
}

/* Nothing is heard of a process that stands still, so the manager would notice. */
static void check_watchdog(struct live *l)
{
    char text[TEXT_BYTES];
    ok(hears(l, "WATCHDOG=1") && hears(l, "WATCHDOG=1"), "it gives signs of life");
    live_signal(l, 1, SIGSTOP);
    while (hear(l, text, WATCHDOG_MS)) {
    }
    ok(!hear(l, text, 2 * WATCHDOG_MS), "none when it stands still");
    live_signal(l, 1, SIGCONT);
    ok(hears(l, "WATCHDOG=1"), "and again when it goes on");
}

/* All tests of real nodes run under the filter; this one looks that it is there. */
static void check_filter(struct live *l)
{
#ifdef HAVE_SECCOMP
    char *path = alloc_printf("/proc/%ld/status", (long)live_seat(l, 1)->pid);
    char *text = live_read(path);
    ok(strstr(text, "\nSeccomp:\t2\n") != NULL, "its system calls are filtered");
    is(live_log_count(l, 1, "event=sandbox.entered mode=on"), 1, "which it logged");
    free(text);
    free(path);
#else
    skip("its system calls are filtered", "built without libseccomp");
    is(live_log_count(l, 1, "event=sandbox"), 0, "and nothing is said of a filter");
#endif
}

static void check_end(struct live *l)
{
    char text[TEXT_BYTES];
    live_signal(l, 1, SIGHUP);
    ok(hears(l, "RELOADING=1\nMONOTONIC_USEC="), "at SIGHUP it says that it reloads,");
    ok(hears(l, "READY=1"), "and when that is done");
    is(live_stop(l, 1, WAIT_MS), 0, "it is stopped");
    ok(hears(l, "STOPPING=1"), "which it told,");
    ok(!hear(l, text, 0), "and nothing after that");
}

/* systemctl status then shows why, too. */
static void check_refusal(struct live *l)
{
    char *store = alloc_printf("%s/data.mdb", live_seat(l, 1)->data);
    char *address = alloc_printf("%s/manager", l->dir);
    const char *argv[] = {"conclaved", "--config", live_seat(l, 1)->config, NULL};
    ok(truncate(store, 5000) == 0, "its store is cut short");
    (void)setenv("NOTIFY_SOCKET", address, 1);
    struct live_output o = live_run(l, WAIT_MS, argv);
    (void)unsetenv("NOTIFY_SOCKET");
    is(o.status, 1, "it does not start");
    ok(hears(l, "move the files away") && strstr(o.err, "move the files away") != NULL,
       "and says why, to both");
    live_output_free(&o);
    free(address);
    free(store);
}

int main(void)
{
    struct live_options options = {.seats = 4};
    live_limit(120);
    struct live *l = live_new(&options);
    start_with_manager(l, 1);
    check_start(l);
    check_status(l);
    check_watchdog(l);
    check_filter(l);
    check_end(l);
    ok(live_quiet(l), "no node wrote to its standard error");
    check_refusal(l);
    live_free(l);
    return tap_done();
}
