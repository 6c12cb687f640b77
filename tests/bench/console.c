/* SPDX-License-Identifier: ISC */
/*
 * What the console costs beside htop, on the same terminal in the same run: time to the
 * first frame, processor time and bytes a second, memory, from a key to its paint, and ten
 * thousand events a second. `make bench-console`.
 */
#define _GNU_SOURCE
#include "far_node.h"
#include "live.h"
#include "number.h"
#include "pty.h"

#include "base/alloc.h"
#include "conclave/files.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    FIRST_FRAMES = 21,
    KEYS = 100,
    SECONDS = 15,
    SEATS = 33,
    SETTLE_MS = 1500,
    TURN_MS = 20,
    REPEAT_MS = 33, /* between keys when one is held down */
};

static unsigned seconds = SECONDS; /* that each steady state is measured for */

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- what the kernel says of a process --- */

struct cost {
    double cpu_s;
    uint64_t switches; /* voluntary: how often it slept */
    uint64_t bytes;    /* to the terminal */
};

static uint64_t member_of(const char *path, const char *name)
{
    uint64_t value = 0;
    char line[256];
    FILE *f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            value = strtoull(line + strlen(name), NULL, 10);
        }
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    return value;
}

static struct cost cost_of(const struct pty *p)
{
    struct cost c = {.bytes = p->bytes};
    char path[64], line[128] = "";
    (void)snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)p->child);
    FILE *f = fopen(path, "re");
    if (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        c.cpu_s = (double)strtoull(line, NULL, 10) / 1e9;
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)p->child);
    c.switches = member_of(path, "voluntary_ctxt_switches:");
    return c;
}

struct memory {
    double rss_mb, pss_mb, private_mb;
};

static struct memory memory_of(const struct pty *p)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)p->child);
    return (struct memory){
        (double)member_of(path, "Rss:") / 1024, (double)member_of(path, "Pss:") / 1024,
        (double)(member_of(path, "Private_Clean:") + member_of(path, "Private_Dirty:")) /
            1024};
}

/* --- running one --- */

static int run_program(void *context)
{
    char *const *arguments = context;
    (void)execvp(arguments[0], arguments);
    return 127;
}

static bool start(struct pty *p, const char *const *arguments, unsigned rows, unsigned cols)
{
    return pty_start(p, "xterm-256color", rows, cols, run_program,
                     (void *)(uintptr_t)arguments);
}

/* Reads the terminal for so long, or until done says so. */
static void turn(struct pty *p, double for_s, bool (*done)(const struct pty *))
{
    double end = now_s() + for_s, now;
    do {
        pty_turn(p, -1, TURN_MS);
        now = now_s();
    } while (now < end && (done == NULL || !done(p)));
}

static uint64_t wait_for(struct pty *p, const struct far_node *node)
{
    uint64_t answer = 0;
    while (!far_node_answer(node, &answer)) {
        pty_turn(p, -1, TURN_MS);
    }
    return answer;
}

static bool is_on_screen(const struct pty *p, const char *words)
{
    for (unsigned row = 0; row < p->screen.rows; row++) {
        if (strstr(vt_row(&p->screen, row), words) != NULL) {
            return true;
        }
    }
    return false;
}

/* The last seat's name is there: the screen is whole. */
static bool console_is_whole(const struct pty *p)
{
    return is_on_screen(p, "rowan") && is_on_screen(p, "LIVE");
}

static bool htop_is_whole(const struct pty *p)
{
    return is_on_screen(p, "F10Quit") || is_on_screen(p, "F10");
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double percentile(double *values, size_t count, double at)
{
    qsort(values, count, sizeof(*values), compare);
    return count > 0 ? values[(size_t)((double)(count - 1) * at + 0.5)] : 0;
}

/* --- the measurements --- */

struct figures {
    bool there;
    double first_ms;
    double idle_cpu, idle_bytes, idle_wakes; /* per second; cpu in percent of a core */
    double busy_cpu, busy_bytes, busy_wakes;
    double alike_cpu, alike_bytes, alike_wakes; /* Pattern's second page looked at */
    double quiet_wakes, quiet_cpu;              /* no clock, no events */
    double key_ms, key_p99_ms;
    double flood_cpu, flood_key_ms, flood_key_p99_ms, flood_rate, flood_bytes;
    struct memory memory, loaded;
};

static double first_frame_ms(const char *const *arguments,
                             bool (*whole)(const struct pty *))
{
    double times[FIRST_FRAMES];
    for (unsigned i = 0; i < FIRST_FRAMES; i++) {
        struct pty p;
        double begin = now_s();
        if (!start(&p, arguments, 24, 80)) {
            return -1;
        }
        turn(&p, 2, whole);
        times[i] = (now_s() - begin) * 1e3;
        pty_end(&p);
    }
    return percentile(times, FIRST_FRAMES, 0.5);
}

/* Costs a second while something goes on: what the node is ordered to do in each. */
static void steady(struct pty *p, const struct far_node *node, enum far_order order,
                   double *cpu, double *bytes, double *wakes)
{
    struct cost before = cost_of(p);
    double begin = now_s();
    for (unsigned s = 0; s < seconds; s++) {
        if (node != NULL) {
            far_node_order(node, order);
        }
        turn(p, begin + s + 1 - now_s(), NULL);
    }
    struct cost after = cost_of(p);
    double took = now_s() - begin;
    *cpu = (after.cpu_s - before.cpu_s) / took * 100;
    *bytes = (double)(after.bytes - before.bytes) / took;
    *wakes = (double)(after.switches - before.switches) / took;
}

static uint64_t bytes_seen;
static bool has_painted(const struct pty *p)
{
    return p->bytes > bytes_seen;
}

/* From a key to the first byte painted; the keys go down and up. */
static void keys(struct pty *p, unsigned count, const char *const *pair, double *p50,
                 double *p99)
{
    double times[KEYS];
    for (unsigned i = 0; i < count; i++) {
        turn(p, 0.06, NULL);
        bytes_seen = p->bytes;
        double begin = now_s();
        pty_type(p, pair[i / 8 % 2]);
        turn(p, 1, has_painted);
        times[i] = (now_s() - begin) * 1e3;
    }
    *p50 = percentile(times, count, 0.5);
    *p99 = percentile(times, count, 0.99);
}

/* Where the operator's row is: its characters are bold, and little else below the tabs.
 * What is painted for an event meanwhile is no answer to a key. */
static uint64_t cursor_of(const struct pty *p)
{
    const struct vt *t = &p->screen;
    uint64_t sum = 0;
    for (unsigned row = 5; row < t->rows; row++) {
        for (unsigned col = 0; col < t->cols; col++) {
            sum = sum * 31 + t->at[row][col].bold;
        }
    }
    return sum;
}

static uint64_t cursor_seen;
static bool has_moved(const struct pty *p)
{
    return cursor_of(p) != cursor_seen;
}

/* As many events as the rate asks for, however the console takes them; keys meanwhile. */
static void flood(struct pty *p, const struct far_node *node, struct figures *f)
{
    static const char *const pair[] = {"j", "k"};
    double times[KEYS];
    struct cost before = cost_of(p);
    double begin = now_s();
    far_node_order(node, FAR_FLOOD);
    for (unsigned i = 0; i < KEYS; i++) {
        turn(p, REPEAT_MS / 1e3, NULL);
        cursor_seen = cursor_of(p);
        double typed = now_s();
        pty_type(p, pair[i / 8 % 2]);
        turn(p, 1, has_moved);
        times[i] = (now_s() - typed) * 1e3;
    }
    struct cost after = cost_of(p);
    double took = now_s() - begin;
    far_node_order(node, FAR_DRY);
    f->flood_rate = (double)wait_for(p, node) / took;
    f->flood_cpu = (after.cpu_s - before.cpu_s) / took * 100;
    f->flood_bytes = (double)(after.bytes - before.bytes) / took;
    f->flood_key_ms = percentile(times, KEYS, 0.5);
    f->flood_key_p99_ms = percentile(times, KEYS, 0.99);
}

static void measure_idle(const char *const *arguments, unsigned rows, unsigned cols,
                         struct figures *f)
{
    struct pty p;
    /* Frozen, so that the silence itself is no news. */
    (void)start(&p, arguments, rows, cols);
    turn(&p, SETTLE_MS / 1e3, NULL);
    pty_type(&p, "z");
    turn(&p, SETTLE_MS / 1e3, NULL);
    struct cost before = cost_of(&p);
    turn(&p, seconds, NULL);
    struct cost after = cost_of(&p);
    f->quiet_wakes = (double)(after.switches - before.switches) / seconds;
    f->quiet_cpu = (after.cpu_s - before.cpu_s) / seconds * 100;
    pty_end(&p);
}

static void measure_console(struct figures *f, const char *dir, unsigned rows,
                            unsigned cols)
{
    static const char *const pair[] = {"j", "k"};
    char *program = live_program("conclave-console"), *path = file_join(dir, "node.sock");
    const char *arguments[] = {program, "--socket", path, "--config", "/dev/null", NULL};
    const char *quiet[] = {program,     "--socket",   path, "--config",
                           "/dev/null", "--no-clock", NULL};
    struct far_node node;
    struct pty p;
    if (!far_node_start(&node, path, SEATS)) {
        printf("no socket at %s: %s\n", path, strerror(errno));
        exit(1);
    }
    f->there = true;
    f->first_ms = first_frame_ms(arguments, console_is_whole);
    (void)start(&p, arguments, rows, cols);
    turn(&p, SETTLE_MS / 1e3, NULL);
    f->memory = memory_of(&p);
    steady(&p, &node, FAR_BEAT, &f->idle_cpu, &f->idle_bytes, &f->idle_wakes);
    steady(&p, &node, FAR_DECIDE, &f->busy_cpu, &f->busy_bytes, &f->busy_wakes);
    turn(&p, SETTLE_MS / 1e3, NULL);
    keys(&p, KEYS, pair, &f->key_ms, &f->key_p99_ms);
    pty_type(&p, "4p");
    turn(&p, SETTLE_MS / 1e3, NULL);
    steady(&p, &node, FAR_DECIDE, &f->alike_cpu, &f->alike_bytes, &f->alike_wakes);
    pty_type(&p, "p1");
    far_node_order(&node, FAR_HISTORY);
    (void)wait_for(&p, &node);
    turn(&p, SETTLE_MS / 1e3, NULL);
    f->loaded = memory_of(&p);
    flood(&p, &node, f);
    far_node_order(&node, FAR_CLIENTS);
    if (!is_on_screen(&p, "LIVE") || wait_for(&p, &node) != FIRST_FRAMES + 1) {
        printf("the console lost its node under the flood\n");
        exit(1);
    }
    pty_end(&p);
    measure_idle(quiet, rows, cols, f);
    far_node_end(&node);
    free(path);
    free(program);
}

static void measure_htop(struct figures *f, unsigned rows, unsigned cols)
{
    static const char *const arguments[] = {"htop", NULL};
    static const char *const pair[] = {"\033OB", "\033OA"};
    struct pty p;
    f->first_ms = first_frame_ms(arguments, htop_is_whole);
    (void)start(&p, arguments, rows, cols);
    turn(&p, SETTLE_MS / 1e3, NULL);
    f->there = htop_is_whole(&p);
    if (f->there) {
        f->memory = memory_of(&p);
        steady(&p, NULL, FAR_BEAT, &f->idle_cpu, &f->idle_bytes, &f->idle_wakes);
        keys(&p, KEYS / 2, pair, &f->key_ms, &f->key_p99_ms);
    }
    pty_end(&p);
}

/* --- the table --- */

static void line(const char *what, const char *unit, double console, double htop,
                 bool has_htop)
{
    printf("%-46s %10.3f", what, console);
    if (has_htop) {
        printf(" %10.3f", htop);
    } else {
        printf(" %10s", "-");
    }
    printf("  %s\n", unit);
}

static void print(const struct figures *c, const struct figures *h, unsigned rows,
                  unsigned cols)
{
    printf("\n%ux%u, %d seats%46s %10s\n", cols, rows, SEATS, "console", "htop");
    line("first whole frame, 24x80, median of 21", "ms", c->first_ms, h->first_ms,
         h->there);
    line("heartbeats and clock: processor", "% of a core", c->idle_cpu, h->idle_cpu,
         h->there);
    line("heartbeats and clock: terminal", "B/s", c->idle_bytes, h->idle_bytes, h->there);
    line("heartbeats and clock: wake-ups", "/s", c->idle_wakes, h->idle_wakes, h->there);
    line("one decision a second: processor", "% of a core", c->busy_cpu, 0, false);
    line("one decision a second: terminal", "B/s", c->busy_bytes, 0, false);
    line("one decision a second: wake-ups", "/s", c->busy_wakes, 0, false);
    line("... while seeing who votes alike: processor", "% of a core", c->alike_cpu, 0,
         false);
    line("... while seeing who votes alike: terminal", "B/s", c->alike_bytes, 0, false);
    line("no clock, no events: wake-ups", "/s", c->quiet_wakes, 0, false);
    line("key to paint, median", "ms", c->key_ms, h->key_ms, h->there);
    line("key to paint, 99 %", "ms", c->key_p99_ms, h->key_p99_ms, h->there);
    line("memory, resident", "MiB", c->memory.rss_mb, h->memory.rss_mb, h->there);
    line("memory, proportional", "MiB", c->memory.pss_mb, h->memory.pss_mb, h->there);
    line("memory, private", "MiB", c->memory.private_mb, h->memory.private_mb, h->there);
    line("with 1,024 decisions: resident", "MiB", c->loaded.rss_mb, 0, false);
    line("with 1,024 decisions: proportional", "MiB", c->loaded.pss_mb, 0, false);
    line("with 1,024 decisions: private", "MiB", c->loaded.private_mb, 0, false);
    line("flood: events", "/s", c->flood_rate, 0, false);
    line("flood: processor", "% of a core", c->flood_cpu, 0, false);
    line("flood: terminal", "B/s", c->flood_bytes, 0, false);
    line("flood: key to paint, median", "ms", c->flood_key_ms, 0, false);
    line("flood: key to paint, 99 %", "ms", c->flood_key_p99_ms, 0, false);
}

int main(int argc, char **argv)
{
    static const struct {
        unsigned rows, cols;
    } sizes[] = {{24, 80}, {60, 200}};
    const char *parent = getenv("TMPDIR");
    char *dir = file_join(parent != NULL ? parent : "/tmp", "conclave-bench.XXXXXX");
    if (argc > 1 && (argc != 3 || strcmp(argv[1], "--seconds") != 0 ||
                     !number_read(argv[2], 1, 3600, &seconds))) {
        (void)fprintf(stderr, "usage: console [--seconds 1..3600]\n");
        return 2;
    }
    (void)setenv("LANG", "C.UTF-8", 1);
    (void)setlocale(LC_CTYPE, "C.UTF-8"); /* for the columns of what is on the screen */
    if (mkdtemp(dir) == NULL) {
        printf("no folder like %s: %s\n", dir, strerror(errno));
        return 1;
    }
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct figures console = {.there = false}, htop = {.there = false};
        measure_htop(&htop, sizes[i].rows, sizes[i].cols);
        measure_console(&console, dir, sizes[i].rows, sizes[i].cols);
        print(&console, &htop, sizes[i].rows, sizes[i].cols);
        (void)fflush(stdout);
    }
    (void)rmdir(dir);
    free(dir);
    return 0;
}
