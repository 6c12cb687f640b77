/* SPDX-License-Identifier: ISC */
/*
 * A real node in a council of four whose allocations and file calls fail: from its start to
 * its stop, once, for good, after they did their work, halfway, and for want of space. It
 * goes on, or ends in good order and says why; the others decide meanwhile; nothing that it
 * acknowledged is lost and no vote contradicted. CONCLAVE_LONG=1: many more samples.
 */
#define _GNU_SOURCE
#include "../e2e/history.h"
#include "../e2e/witness.h"
#include "live.h"
#include "random.h"
#include "tap.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { VICTIM = 4, WAIT_MS = 20000, EXCHANGE_MS = 4000, CLEAN_EVERY = 6 };
enum { FILE_SHORT = 8, FILE_LONG = 250, ALLOC_SHORT = 6, ALLOC_LONG = 200 };

static struct history history;
static char *faults_path, *count_path;
static struct rng rng;

static struct tally {
    unsigned samples, went_on, stopped, exhausted, bad;
} tally;

static void start_with(struct live *l, const char *fault)
{
    (void)setenv("CONCLAVE_FAULT", fault, 1);
    (void)setenv("CONCLAVE_FAULT_COUNT", count_path, 1);
    /* From the log on: libconfuse, which reads the configuration before, crashes without
     * memory, when nothing has been done yet. */
    (void)setenv("CONCLAVE_FAULT_FROM", "conclaved.log", 1);
    (void)setenv("LD_PRELOAD", faults_path, 1);
    live_start(l, VICTIM);
    (void)unsetenv("LD_PRELOAD");
    (void)unsetenv("CONCLAVE_FAULT");
    (void)unsetenv("CONCLAVE_FAULT_COUNT");
    (void)unsetenv("CONCLAVE_FAULT_FROM");
}

/* A proposal at the victim, while it answers, and one elsewhere that must be decided. */
static bool exchange(struct live *l)
{
    if (live_wait_ready(l, VICTIM, EXCHANGE_MS)) {
        (void)history_propose(&history, l, VICTIM);
    }
    if (!history_propose(&history, l, 1 + (unsigned)rng_below(&rng, VICTIM - 1))) {
        return false;
    }
    const char *id = history.acknowledged[history.count - 1].id;
    json_t *p = live_wait_final(l, 1, id, WAIT_MS);
    json_decref(p);
    return p != NULL;
}

static unsigned reasons(struct live *l)
{
    return live_log_count(l, VICTIM, "event=store.failed") +
           live_log_count(l, VICTIM, "event=node.refused");
}

/* NULL, or what is wrong with how it ended. */
static const char *judge(struct live *l, unsigned reasons_before, unsigned lines_before)
{
    int status = live_seat(l, VICTIM)->status;
    if (!WIFEXITED(status)) {
        return "a signal ended it";
    }
    char *errors = live_read(live_seat(l, VICTIM)->errors);
    const char *wrong = NULL;
    switch (WEXITSTATUS(status)) {
    case 0:
        tally.went_on++;
        break;
    case 1:
        tally.stopped++;
        if (reasons(l) == reasons_before && *errors == '\0') {
            wrong = "it stopped without a word";
        }
        break;
    case EX_OSERR:
        tally.exhausted++;
        if (strstr(errors, "event=memory.exhausted") == NULL ||
            live_log_count(l, VICTIM, "event=memory.exhausted") == lines_before) {
            wrong = "it ran out of memory without a word";
        }
        break;
    default:
        wrong = "it ended with another status";
    }
    free(errors);
    return wrong;
}

static void restart(struct live *l)
{
    live_start(l, VICTIM);
    if (!live_wait_ready(l, VICTIM, WAIT_MS)) {
        printf("# it does not start again\n");
        live_show_logs(l, 5);
        tally.bad++;
    }
    (void)live_stop(l, VICTIM, WAIT_MS);
}

static void sample(struct live *l, struct witness *w, const char *fault)
{
    unsigned reasons_before = reasons(l);
    unsigned lines_before = live_log_count(l, VICTIM, "event=memory.exhausted");
    (void)!truncate(live_seat(l, VICTIM)->errors, 0);
    start_with(l, fault);
    bool decided = exchange(l);
    if (live_running(l, VICTIM) && live_stop(l, VICTIM, WAIT_MS) < 0) {
        printf("# %s: it does not stop\n", fault);
        tally.bad++;
    }
    const char *wrong = judge(l, reasons_before, lines_before);
    if (wrong == NULL && !decided) {
        wrong = "the others do not decide";
    }
    if (wrong != NULL) {
        printf("# %s: %s (status %x)\n", fault, wrong,
               (unsigned)live_seat(l, VICTIM)->status);
        live_show_logs(l, 3);
        tally.bad++;
    }
    witness_look(w, l, VICTIM);
    if (++tally.samples % CLEAN_EVERY == 0) {
        restart(l);
    }
}

/* Of this class, in a run without a fault. */
static uint64_t count_calls(struct live *l, const char *class)
{
    start_with(l, "none:once:0");
    (void)exchange(l);
    (void)live_stop(l, VICTIM, WAIT_MS);
    char *text = live_read(count_path);
    const char *at = strstr(text, class);
    uint64_t count = at != NULL ? strtoull(at + strlen(class), NULL, 10) : 0;
    free(text);
    return count;
}

/* Half of the samples before the middle of the first quarter: starting is where most kinds
 * of calls are. */
static void slate(struct live *l, struct witness *w, const char *class,
                  const char *const *shapes, unsigned shape_count, unsigned samples)
{
    uint64_t calls = count_calls(l, class);
    memset(&tally, 0, sizeof(tally));
    ok(calls > 50, "a run has %d calls of class %s", (int)calls, class);
    for (unsigned i = 0; i < samples && calls > 0; i++) {
        uint64_t range = i % 2 == 0 ? calls / 8 + 1 : calls;
        char *fault = alloc_printf("%s:%s:%d", class, shapes[i / 2 % shape_count],
                                   (int)(1 + rng_below(&rng, range)));
        sample(l, w, fault);
        free(fault);
    }
    is(tally.bad, 0, "it goes on, or stops and says why");
    printf("# class %s: %u samples, %u went on, %u stopped, %u exhausted\n", class,
           tally.samples, tally.went_on, tally.stopped, tally.exhausted);
}

static void finish(struct live *l, struct witness *w)
{
    live_start_all(l);
    ok(live_wait_ready(l, 0, WAIT_MS) && live_wait_connected(l, WAIT_MS),
       "it starts without faults");
    is(history_missing(&history, l, WAIT_MS), 0, "everything acknowledged is decided");
    ok(live_wait_level(l, WAIT_MS), "the same height, tip and state everywhere");
    witness_look(w, l, 0);
    is(witness_contradictions(w), 0, "no contradiction in any store");
    ok(witness_votes(w) > 0, "of %d votes", (int)witness_votes(w));
}

#ifdef __SANITIZE_ADDRESS__
static const bool can_preload = false;
#else
static const bool can_preload = true;
#endif

int main(void)
{
    if (!can_preload) {
        skip("faults of a daemon", "the sanitizer must be loaded first");
        return tap_done();
    }
    static const char *const file_shapes[] = {"once", "good", "after", "short", "space"};
    static const char *const alloc_shapes[] = {"once", "good"};
    const char *value = getenv("CONCLAVE_LONG");
    const char *only = getenv("CONCLAVE_ONLY_FAULT"); /* to see one again: file:once:12 */
    bool all = value != NULL && strcmp(value, "1") == 0;
    rng = rng_begin((uint64_t)clock_wall_ms());
    live_limit(all ? 1800 : 200);
    faults_path = live_program("tests/errors/faults.so");
    struct live_class class = {"test", 0, 3000, 3000, 50, false};
    struct live_options o = {.seats = VICTIM, .classes = &class, .class_count = 1};
    struct live *l = live_new(&o);
    struct witness *w = witness_new();
    count_path = alloc_printf("%s/count", l->dir);
    ok(live_start_council(l), "the council starts");
    live_agent_set(l, 0, history_approve, NULL);
    (void)live_stop(l, VICTIM, WAIT_MS);
    if (only != NULL) {
        sample(l, w, only);
        is(tally.bad, 0, only);
        live_free(l);
        return tap_done();
    }
    slate(l, w, "file", file_shapes, 5, all ? FILE_LONG : FILE_SHORT);
    slate(l, w, "alloc", alloc_shapes, 2, all ? ALLOC_LONG : ALLOC_SHORT);
    finish(l, w);
    witness_free(w);
    live_free(l);
    free(count_path);
    free(faults_path);
    return tap_done();
}
