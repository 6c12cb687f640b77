/* SPDX-License-Identifier: ISC */
/* A short run of make detect: that the detectors are as good as their manual says. */
#include "floors.h"
#include "tap.h"

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

int main(void)
{
    struct plan p = {0};
    test_same_seed();
    test_faults();
    plan_short(&p);
    plan_run(&p, PROCESSES);
    test_floors(&p);
    plan_free(&p);
    return tap_done();
}
