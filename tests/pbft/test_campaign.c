/* SPDX-License-Identifier: ISC */
/*
 * Random campaigns: each seed draws a council, its network, clocks, disks and a series of
 * mishaps; the checker watches; then all is mended, and everything pending must decide
 * within a bound, also with f seats gone.
 *
 *     test_campaign [--seeds A-B] [--seats N] [--trace]
 */
#include "base/quorum.h"
#include "cluster/cluster.h"
#include "random.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

enum {
    TROUBLE_MS = 20000,
    LARGE_TROUBLE_MS = 6000, /* of more than ten seats, which cost so much more */
    HEALING_MS = 240000,
    LATER_MS = 240000
};

struct campaign {
    struct cluster *c;
    struct rng rng;
    uint16_t seats;
    bool partitions, crashes, clocks, storms;
    unsigned proposed;
};

static const uint16_t sizes[] = {4, 4, 4, 5, 6, 7, 7, 10, 33};

static void draw_config(struct campaign *m, struct cluster_config *k, uint64_t seed,
                        uint16_t seats, bool trace)
{
    static const uint64_t delays[] = {1, 5, 20, 80, 200};
    static const unsigned losses[] = {0, 0, 10, 50, 200};
    static const uint32_t windows[] = {1, 2, 4, 8, 8};
    m->rng.state = seed * 2654435761U + 17;
    struct rng *r = &m->rng;
    m->seats = seats != 0 ? seats : sizes[rng_below(r, sizeof(sizes) / sizeof(sizes[0]))];
    cluster_config_defaults(k, m->seats);
    k->seed = seed;
    k->echo = trace;
    k->real_signatures = m->seats <= 7 && rng_chance(r, 10);
    k->delay_ms = delays[rng_below(r, 5)];
    k->jitter_ms = rng_chance(r, 2) ? 0 : rng_below(r, 3 * k->delay_ms + 10);
    k->loss = losses[rng_below(r, 5)];
    k->duplicates = rng_chance(r, 3) ? 100 : 0;
    k->reorder = rng_chance(r, 3);
    k->notice_ms = rng_chance(r, 2) ? 50 : 3000;
    k->disk_ms = rng_chance(r, 2) ? 0 : 1 + rng_below(r, 20);
    k->vote_ms = rng_chance(r, 2) ? 50 : 5000;
    k->skew_ms = rng_chance(r, 2) ? 0 : rng_below(r, 400);
    k->core.window = windows[rng_below(r, 5)];
    k->core.rotate_every = rng_chance(r, 3) ? 1 + (uint32_t)rng_below(r, 10) : 256;
    k->core.pipeline = rng_chance(r, 2) ? 1 : k->core.window;
    k->core.block_bytes = rng_chance(r, 3) ? 500 + rng_below(r, 4000) : BLOCK_MAX;
    k->council.open_proposals = 64;
    k->council.epoch_decisions = rng_chance(r, 3) ? 3 : 100;
    k->council.epoch_absences = rng_chance(r, 2) ? 1 : 100;
    m->partitions = rng_chance(r, 2);
    m->crashes = rng_chance(r, 2);
    m->clocks = rng_chance(r, 4);
    m->storms = rng_chance(r, 4);
}

static uint16_t any_seat(struct campaign *m)
{
    return (uint16_t)(1 + rng_below(&m->rng, m->seats));
}

static void propose(struct campaign *m)
{
    uint16_t seat = any_seat(m);
    if (cluster_is_up(m->c, seat) && m->proposed < 60) {
        m->proposed++;
        cluster_propose_in(m->c, seat, rng_chance(&m->rng, 4),
                           (unsigned)rng_below(&m->rng, m->seats + 1U));
    }
}

static void partition(struct campaign *m)
{
    unsigned groups[SEATS_MAX];
    unsigned count = 1 + (unsigned)rng_below(&m->rng, 3);
    for (uint16_t i = 0; i < m->seats; i++) {
        groups[i] = (unsigned)rng_below(&m->rng, count);
    }
    cluster_partition(m->c, groups);
}

static void one_way(struct campaign *m)
{
    uint16_t a = any_seat(m), b = any_seat(m);
    if (a != b) {
        cluster_cut(m->c, a, b);
    }
}

static void crash(struct campaign *m)
{
    uint16_t seat = any_seat(m);
    if (!cluster_is_up(m->c, seat)) {
        cluster_start(m->c, seat);
    } else if (rng_chance(&m->rng, 2)) {
        cluster_crash(m->c, seat);
    } else {
        cluster_crash_after(m->c, seat, rng_below(&m->rng, 40));
    }
}

static void mishap(struct campaign *m)
{
    struct rng *r = &m->rng;
    if (rng_chance(r, 3)) {
        propose(m);
    }
    if (m->partitions && rng_chance(r, 6)) {
        partition(m);
    }
    if (m->partitions && rng_chance(r, 6)) {
        one_way(m);
    }
    if (m->crashes && rng_chance(r, 4)) {
        crash(m);
    }
    if (m->clocks && rng_chance(r, 10)) {
        cluster_set_clock(m->c, any_seat(m), (int64_t)rng_below(r, 20000) - 10000);
    }
    if (m->storms && rng_chance(r, 20)) {
        /* Everyone at once. */
        for (uint16_t seat = 1; seat <= m->seats; seat++) {
            cluster_crash(m->c, seat);
        }
        cluster_run(m->c, rng_below(r, 500));
        cluster_start_all(m->c);
    }
}

static bool fail(struct campaign *m, uint64_t seed, const char *what)
{
    printf("# seed %llu, %u seats: %s\n", (unsigned long long)seed, m->seats, what);
    cluster_show(m->c);
    return false;
}

static bool run_seed(uint64_t seed, uint16_t seats, bool trace, uint64_t *digest)
{
    struct campaign m = {0};
    struct cluster_config k;
    struct cluster_counts before, after;
    draw_config(&m, &k, seed, seats, trace);
    m.c = cluster_new(&k);
    cluster_start_all(m.c);
    uint64_t trouble = m.seats > 10 ? LARGE_TROUBLE_MS : TROUBLE_MS;
    while (cluster_now(m.c) < trouble && cluster_fault(m.c) == NULL) {
        cluster_run(m.c, rng_below(&m.rng, 400));
        mishap(&m);
    }
    uint64_t healed = cluster_now(m.c);
    cluster_heal(m.c);
    bool good = true;
    if (!cluster_run_to_rest(m.c, HEALING_MS)) {
        good = fail(&m, seed, "not everything is decided although all is mended");
    }
    uint64_t rest = cluster_now(m.c) - healed;
    /* The council must also be able to lose f seats now. */
    if (good && cluster_fault(m.c) == NULL) {
        cluster_counts(m.c, &before);
        uint64_t top = cluster_top(m.c);
        unsigned down = quorum_faulty(m.seats);
        while (down > 0) {
            uint16_t seat = any_seat(&m);
            if (cluster_is_up(m.c, seat)) {
                cluster_crash(m.c, seat);
                down--;
            }
        }
        for (uint16_t seat = 1; seat <= m.seats; seat++) {
            if (cluster_is_up(m.c, seat)) {
                cluster_propose(m.c, seat, m.seats);
                break;
            }
        }
        if (!cluster_run_to_rest(m.c, LATER_MS)) {
            good = fail(&m, seed, "nothing is decided without f seats");
        }
        cluster_counts(m.c, &after);
        if (trace) {
            printf("# rest after %llu ms, %llu messages for the last %llu blocks\n",
                   (unsigned long long)rest, (unsigned long long)(after.sent - before.sent),
                   (unsigned long long)(cluster_top(m.c) - top));
        }
    }
    if (cluster_fault(m.c) != NULL) {
        good = fail(&m, seed, cluster_fault(m.c));
    }
    *digest = cluster_digest(m.c);
    cluster_counts(m.c, &after);
    if (getenv("CAMPAIGN_STATISTICS") != NULL) {
        printf("# seed %llu n %u W %u rest %llu ms later %llu ms blocks %llu messages %llu "
               "views %llu\n",
               (unsigned long long)seed, m.seats, k.core.window, (unsigned long long)rest,
               (unsigned long long)(cluster_now(m.c) - healed - rest),
               (unsigned long long)cluster_top(m.c), (unsigned long long)after.sent,
               (unsigned long long)after.view_changes);
    }
    cluster_free(m.c);
    return good;
}

int main(int argc, char **argv)
{
    unsigned long long first = 1, last = 60;
    uint16_t seats = 0;
    bool trace = false;
    uint64_t digest, again;
    if (key_library_init() != 0) {
        return 99;
    }
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seeds") == 0 && i + 1 < argc) {
            int read = sscanf(argv[++i], "%llu-%llu", &first, &last);
            last = read == 1 ? first : last;
        } else if (strcmp(argv[i], "--seats") == 0 && i + 1 < argc) {
            seats = (uint16_t)atoi(argv[++i]);
        } else if (strcmp(argv[i], "--trace") == 0) {
            trace = true;
        } else {
            fprintf(stderr, "usage: test_campaign [--seeds A-B] [--seats N] [--trace]\n");
            return 2;
        }
    }
    for (unsigned long long seed = first; seed <= last; seed++) {
        ok(run_seed(seed, seats, trace, &digest), "seed %llu", seed);
    }
    (void)run_seed(first, seats, false, &again);
    (void)run_seed(first, seats, false, &digest);
    ok(digest == again, "seed %llu gives the same run twice", first);
    return tap_done();
}
