/* SPDX-License-Identifier: ISC */
/* A node's own disk and evaluator: what raises a flag, and how often a healthy one does. */
#include "book.h"
#include "random.h"
#include "watch/own.h"

#include <math.h>

enum { SEAT = 3 };

static const struct own_rules rules = {.slow_store_ms = 200, .slow_evaluator = 50};
static struct own own;

static void begin(void)
{
    book_begin();
    memset(&own, 0, sizeof(own));
}

static void syncs(unsigned count, uint64_t ms)
{
    const struct judge j = book_judge();
    for (unsigned i = 0; i < count; i++) {
        samples_add(&own.synced_us, 1000 * ms);
        own_look(&own, &rules, SEAT, &j);
    }
}

static void answers(unsigned count, uint64_t percent)
{
    const struct judge j = book_judge();
    for (unsigned i = 0; i < count; i++) {
        samples_add(&own.answered, percent);
        own_look(&own, &rules, SEAT, &j);
    }
}

static void test_samples(void)
{
    struct samples s = {{0}, 0, 0};
    is(samples_percentile(&s, 50), 0, "of none nothing is known");
    samples_add(&s, UINT64_MAX);
    is(samples_percentile(&s, 50), UINT32_MAX, "what is too large is the largest");
    for (uint64_t i = 1; i <= SAMPLES_MAX; i++) {
        samples_add(&s, 33 - i);
    }
    is(samples_percentile(&s, 50), 16, "the median of 1 to 32");
    is(samples_percentile(&s, 95), 31, "the 95th percentile");
    is(samples_percentile(&s, 100), 32, "the most");
    is(samples_percentile(&s, 0), 1, "the least");
}

static void test_disk(void)
{
    begin();
    syncs(OWN_LEAST - 1, 900);
    book_says("", "a few commits say nothing");
    syncs(1, 900);
    book_says("+slow-disk 3 ", "twenty do");
    book_says_text(FLAG_SLOW_DISK, SEAT,
                   "half of the last commits to the store took 900 ms or more");
    syncs(100, 101);
    book_says("", "it stays above half of the threshold");
    syncs(15, 100);
    book_says("", "and while the median is");
    syncs(1, 100);
    book_says("-slow-disk 3 ", "and goes with it");
    syncs(15, 5000);
    book_says("", "fifteen bad commits of 32 are the machine's");
    syncs(17, 1);
    begin();
    const struct own_rules never = {0, 0};
    const struct judge j = book_judge();
    for (int i = 0; i < 40; i++) {
        samples_add(&own.synced_us, 1000000);
        samples_add(&own.answered, 1000);
        own_look(&own, &never, SEAT, &j);
    }
    book_says("", "never, where that is said");
}

static void test_evaluator(void)
{
    begin();
    answers(OWN_LEAST - 1, 10);
    answers(1, 400);
    book_says("", "one hard question of twenty is none");
    answers(1, 50);
    book_says("+slow-evaluator 3 ", "two are");
    book_says_text(FLAG_SLOW_EVALUATOR, SEAT,
                   "the slowest of its agent's answers take 50 % of the time there is, or "
                   "more");
    answers(40, 26);
    book_says("", "it stays above half of that");
    answers(31, 25);
    book_says("-slow-evaluator 3 ", "and goes below");
}

static double uniform(struct rng *r)
{
    return ((double)(rng_next(r) >> 11) + 0.5) / 9007199254740992.0;
}

/* Healthy ones: how often in so many is a flag raised. */
static unsigned false_alarms(struct samples *of, unsigned count, double chance,
                             uint64_t bad, struct rng *rng)
{
    unsigned raised = 0;
    const struct judge j = book_judge();
    for (unsigned i = 0; i < count; i++) {
        samples_add(of, uniform(rng) < chance ? bad : 1);
        own_look(&own, &rules, SEAT, &j);
        raised += book_news[0] == '+';
        book_news[0] = '\0';
    }
    return raised;
}

static void test_false_alarms(void)
{
    struct rng rng = rng_begin(28);
    begin();
    is(false_alarms(&own.synced_us, 1000000, 0.1, 1000000, &rng), 0,
       "a million commits of which one in ten takes a second");
    begin();
    unsigned raised = false_alarms(&own.answered, 1000000, 0.001, 100, &rng);
    printf("# %u alarms in a million answers of which one in 1000 is late\n", raised);
    ok(raised < 100, "an evaluator that is late once in a thousand times");
    raised = false_alarms(&own.answered, 1000000, 0.0001, 100, &rng);
    printf("# %u alarms where it is one in 10000\n", raised);
    ok(raised <= 2, "once in ten thousand times");
}

int main(void)
{
    test_samples();
    test_disk();
    test_evaluator();
    test_false_alarms();
    flags_free(book);
    return tap_done();
}
