/* SPDX-License-Identifier: ISC */
/* What one of 33 nodes costs: memory, and the processor while nothing happens. Printed; the
 * limits here only catch what is badly wrong. */
#include "history.h"
#include "live.h"
#include "tap.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEATS = 33, DECISIONS = 3, WAIT_MS = 30000, IDLE_MS = 3000, LONG_IDLE_MS = 10000 };

/* A line "Name:  123 kB". */
static uint64_t memory_kb(pid_t pid, const char *name)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
    char *text = live_read(path);
    const char *at = strstr(text, name);
    uint64_t value = at != NULL ? strtoull(at + strlen(name), NULL, 10) : 0;
    free(text);
    return value;
}

static uint64_t processor_ns(pid_t pid)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
    char *text = live_read(path);
    uint64_t value = strtoull(text, NULL, 10);
    free(text);
    return value;
}

int main(void)
{
    struct live_options o = {.seats = SEATS};
    struct history h = {.count = 0};
    uint64_t before[SEATS], most_rss = 0, most_pss = 0, rss = 0, most_idle = 0, idle = 0;
    const char *is_long = getenv("CONCLAVE_LONG");
    unsigned idle_ms =
        is_long != NULL && strcmp(is_long, "1") == 0 ? LONG_IDLE_MS : IDLE_MS;
    live_limit(150);
    struct live *l = live_new(&o);
    ok(live_start_council(l), "33 nodes start");
    live_agent_set(l, 0, history_approve, NULL);
    for (unsigned i = 0; i < DECISIONS; i++) {
        (void)history_propose(&h, l, i + 1);
    }
    is(h.count, DECISIONS, "proposals");
    is(history_missing(&h, l, WAIT_MS), 0, "are decided");
    live_pump(l, 1000);
    for (unsigned i = 0; i < SEATS; i++) {
        before[i] = processor_ns(live_seat(l, i + 1)->pid);
    }
    (void)usleep(idle_ms * 1000);
    for (unsigned i = 0; i < SEATS; i++) {
        pid_t pid = live_seat(l, i + 1)->pid;
        uint64_t used = processor_ns(pid) - before[i];
        uint64_t resident = memory_kb(pid, "Rss:"), shared = memory_kb(pid, "Pss:");
        idle += used;
        rss += resident;
        most_idle = used > most_idle ? used : most_idle;
        most_rss = resident > most_rss ? resident : most_rss;
        most_pss = shared > most_pss ? shared : most_pss;
    }
    printf("# resident memory of a node of 33: mean %" PRIu64 " KiB, most %" PRIu64
           " KiB (proportional share: most %" PRIu64 " KiB)\n",
           rss / SEATS, most_rss, most_pss);
    printf("# processor while idle: mean %.3f %%, most %.3f %% of one\n",
           (double)idle / SEATS / idle_ms / 1e4, (double)most_idle / idle_ms / 1e4);
    ok(most_rss > 0 && most_rss < 64 * 1024, "no node has more than 64 MiB");
    ok(idle > 0 && most_idle / idle_ms / 10000 < 5,
       "no idle node uses 5 %% of a processor");
    ok(live_quiet(l), "no node wrote to standard error");
    live_free(l);
    return tap_done();
}
