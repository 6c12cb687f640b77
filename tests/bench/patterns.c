/* SPDX-License-Identifier: ISC */
/*
 * What statistics and findings cost a council of 33 on one core: a start, which replays the
 * ledger, and conclave patterns --recompute, with and without them; a decision; the
 * operations of a load that decides nothing; an answer.
 */
#include "bare.h"

#include "../audit/place.h"
#include "../patterns/records.h"
#include "audit/retrace.h"
#include "council/charter_rules.h"
#include "patterns/patterns_json.h"

#include <stdio.h>
#include <time.h>

enum {
    SEATS = 33,
    ROUNDS = 40,
    DECISIONS = 100000,
    OPERATIONS = 1024,
    BLOCKS = 2000,
    ANSWERS = 200
};

/* Of this process: others may want the machine meanwhile. */
static double cpu_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void feed(void *context, const struct block *b, const struct council_result *r)
{
    if (context != NULL) {
        patterns_apply(context, b->header.height, b->header.time_ms, r->events,
                       r->event_count);
    }
}

static double replay_s(const struct world *w, struct ledger *l, struct patterns *p)
{
    const struct retrace told = {.block = feed, .context = p};
    struct complaint why = {""};
    double start = cpu_s();
    if (retrace(w->charter, l, ledger_height(l), &told, &why) != 0) {
        bare_give_up(why.text);
    }
    return cpu_s() - start;
}

static void measure_replay(const struct world *w)
{
    struct pattern_rules rules;
    struct complaint why = {""};
    struct place p;
    struct ledger *l = NULL;
    pattern_rules_of(w->charter, &rules);
    struct patterns *engine = patterns_new(&rules);
    place_open(&p, w, NULL);
    for (unsigned i = 0; i < ROUNDS; i++) {
        place_round(&p, SEATS, SEATS - i % 14);
    }
    place_finish(&p);
    if (ledger_open(p.dir, LEDGER_COPY, NULL, &l, &why) != 0) {
        bare_give_up(why.text);
    }
    (void)replay_s(w, l, NULL); /* the file is in memory then */
    double without = replay_s(w, l, NULL), with = replay_s(w, l, engine);
    double count = (double)ledger_record_count(l);
    printf("replay of %.0f decisions: %.0f a second, %.0f without statistics\n", count,
           count / with, count / without);
    ledger_close(l);
    place_remove(&p);
    patterns_free(engine);
}

static void measure_decisions(const struct world *w)
{
    struct rng r = rng_begin(33);
    struct pattern_rules rules;
    struct habits habits = records_habits(&r, SEATS, 1);
    pattern_rules_of(w->charter, &rules);
    rules.classes = 1;
    struct patterns *engine = patterns_new(&rules);
    double passed = 0;
    habits.absence = 1;
    for (uint16_t seat = 1; seat <= SEATS; seat++) {
        habits.approval[seat - 1] = (uint8_t)(60 + seat);
    }
    for (uint64_t i = 0; i < DECISIONS; i++) {
        struct record record;
        records_next(&r, &habits, i, &record);
        double start = cpu_s();
        records_apply(engine, &record);
        passed += cpu_s() - start;
    }
    printf("%d decisions: %.1f us each, %.1f s; %zu bytes of memory\n", DECISIONS,
           1e6 * passed / DECISIONS, passed, patterns_memory(engine));
    patterns_free(engine);
}

/* Proposals beyond what a seat may have open, as conclave bench sends them. */
static void measure_load(const struct world *w)
{
    static struct council_event events[OPERATIONS];
    struct pattern_rules rules;
    pattern_rules_of(w->charter, &rules);
    struct patterns *engine = patterns_new(&rules);
    for (size_t i = 0; i < OPERATIONS; i++) {
        events[i] = (struct council_event){.kind = COUNCIL_VOID,
                                           .seat = (uint16_t)(1 + i % SEATS),
                                           .operation = OPERATION_PROPOSE,
                                           .verdict = VERDICT_QUOTA};
    }
    double start = cpu_s();
    for (uint64_t height = 1; height <= BLOCKS; height++) {
        patterns_apply(engine, height, height, events, OPERATIONS);
    }
    printf("operations of a load: %.1f ns each\n",
           1e9 * (cpu_s() - start) / OPERATIONS / BLOCKS);
    start = cpu_s();
    for (unsigned i = 0; i < ANSWERS; i++) {
        json_decref(patterns_json(engine, w->charter));
    }
    printf("all of it as JSON: %.2f ms\n", 1e3 * (cpu_s() - start) / ANSWERS);
    patterns_free(engine);
}

int main(void)
{
    struct world w;
    printf("voting patterns of %d seats on one core\n", SEATS);
    world_begin(&w, SEATS, "bench");
    measure_replay(&w);
    measure_decisions(&w);
    measure_load(&w);
    world_end(&w);
    return 0;
}
