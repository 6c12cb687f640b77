/* SPDX-License-Identifier: ISC */
/* A short run of make detect: that the detectors are as good as their manual says. */
#include "floors.h"
#include "tap.h"
#include "wilson.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

enum { PROCESSES = 2 };

/* --- the synthetic councils --- */

static struct world *world_of(enum fault f, uint16_t faulty)
{
    struct world *w = alloc_zero(1, sizeof(*w));
    struct world_spec spec = {.seed = 5,
                              .temperament = &temperaments[1],
                              .seats = 33,
                              .fault = f,
                              .faulty = faulty};
    world_begin(w, &spec);
    return w;
}

static void test_same_seed(void)
{
    struct world *a = world_of(FAULT_COPYCAT, 5), *b = world_of(FAULT_COPYCAT, 5);
    bool same = true;
    for (int i = 0; i < 50; i++) {
        same = same && memcmp(world_next(a), world_next(b), sizeof(a->decision)) == 0;
    }
    ok(same, "the same seed gives the same council");
    free(a);
    free(b);
}

/* Of 500 votes each on clear proposals, how many percent go against the merit. */
static unsigned against_merit(enum fault f, bool faulty)
{
    struct world *w = world_of(f, 6);
    unsigned votes = 0, against = 0;
    for (int i = 0; i < 600; i++) {
        const struct decision *d = world_next(w);
        for (uint16_t s = 0; s < 33; s++) {
            bool counts = w->is_faulty[s] == faulty &&
                          d->acts[s].status == STATUS_REVEALED &&
                          (d->merit > 1 || d->merit < -1);
            votes += counts;
            against += counts && (d->acts[s].choice == CHOICE_APPROVE) != (d->merit > 0);
        }
    }
    free(w);
    return votes > 0 ? 100 * against / votes : 100;
}

static void test_faults(void)
{
    ok(against_merit(FAULT_NONE, false) < 10, "who is honest votes by the merit");
    ok(against_merit(FAULT_CONTRARIAN, true) > 90, "a contrarian does not");
    ok(against_merit(FAULT_CONTRARIAN, false) < 10,
       "and the others do, beside contrarians");
    unsigned coin = against_merit(FAULT_RANDOM, true);
    ok(coin > 40 && coin < 60, "a coin is right half of the time");
}

/* --- what is found --- */

static void test_floors(const struct plan *p)
{
    ok(floors_missed(p) == 0,
       "what must be found is found, and honest councils have peace");
}

static bool overlap(struct interval a, struct interval b)
{
    return a.low <= b.high && b.low <= a.high;
}

/* Found within 100 decisions, or alarms of an honest council. */
static bool agrees(const struct row *now, const struct row *kept)
{
    const struct score *a = &now->score, *b = &kept->score;
    bool same =
        overlap(wilson_of(a->alarms, a->decisions), wilson_of(b->alarms, b->decisions));
    if (now->section == SECTION_FAULTY) {
        same = overlap(wilson_of(a->found[1], a->seats), wilson_of(b->found[1], b->seats));
    }
    if (!same) {
        printf("# %s: not as it was measured\n", now->label);
    }
    return same;
}

static void test_measured(const struct plan *p)
{
    struct plan kept = {0};
    char *path = alloc_printf("%s/tests/detect/measured", getenv("top_srcdir"));
    plan_read(&kept, path);
    bool same = true;
    for (size_t i = 0; i < p->count; i++) {
        const struct row *r = &p->rows[i];
        const struct row *k = plan_find(&kept, r->section, r->label, r->seats, r->faulty);
        same = k != NULL && agrees(r, k) && same;
    }
    ok(same, "the figures are those of the manual; if not: make detect-page");
    plan_free(&kept);
    free(path);
}

/* --- that it can fail --- */

/* Finds next to nothing, though it looks the same. */
static void deafen(struct charter_watch *w)
{
    w->false_alarm_ppm = 1;
    w->dissent_percent = 100;
    w->bloc_percent = 100;
    w->drift_limit = 1000;
    w->likeness_percent = 100;
    w->copied_decisions = CHARTER_WINDOW_MAX;
}

/* Finds everybody. */
static void alarm(struct charter_watch *w)
{
    w->false_alarm_ppm = 1000000;
    w->dissent_percent = 0;
    w->bloc_percent = 1;
    w->drift_limit = 1;
    w->likeness_percent = 50;
    w->copied_decisions = 1;
}

static unsigned missed_with(void (*change)(struct charter_watch *w))
{
    struct plan p = {0};
    plan_short(&p);
    for (size_t i = 0; i < p.count; i++) {
        change(&p.rows[i].trial.rules.watch);
        p.rows[i].trial.councils = 2;
    }
    plan_run(&p, PROCESSES);
    unsigned missed = floors_missed(&p);
    plan_free(&p);
    return missed;
}

static void test_can_fail(void)
{
    ok(missed_with(deafen) >= 5, "detectors that hear nothing are caught");
    ok(missed_with(alarm) >= 1, "and so are those that blame everybody");
}

int main(void)
{
    struct plan p = {0};
    test_same_seed();
    test_faults();
    plan_short(&p);
    plan_run(&p, PROCESSES);
    test_floors(&p);
    test_measured(&p);
    plan_free(&p);
    test_can_fail();
    return tap_done();
}
