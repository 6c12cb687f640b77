/* SPDX-License-Identifier: ISC */
/*
 * The statistics against a recount from all records, naive and in other arithmetic, after
 * each decision: what is kept by increments is what a fresh count over the last of them
 * gives.
 */
#include "records.h"
#include "tap.h"

#include "base/alloc.h"
#include "patterns/inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DECISIONS = 700, CLASSES = 3 };

struct history {
    struct pattern_rules rules;
    struct patterns *engine;
    struct record *records;
    uint64_t count;
};

/* --- seats --- */

static uint64_t square(int64_t x)
{
    return (uint64_t)(x * x);
}

static void count_vote(struct tally *t, const struct record *r, const struct seat_record *s)
{
    enum choice outcome = r->outcome == OUTCOME_APPROVED ? CHOICE_APPROVE : CHOICE_REJECT;
    t->revealed++;
    t->confidence += s->confidence;
    t->reveal_blocks += s->reveal_height - r->sealed.height;
    switch (s->choice) {
    case CHOICE_APPROVE:
        t->approve++;
        break;
    case CHOICE_REJECT:
        t->reject++;
        break;
    case CHOICE_ABSTAIN:
        t->abstain++;
        return;
    }
    if (s->choice == outcome) {
        t->with++;
        t->brier += square(100 - s->confidence);
    } else {
        t->against++;
        t->brier += square(s->confidence);
    }
}

/* Of the records from a number on. */
static struct tally recount(const struct history *h, uint64_t from, uint16_t seat)
{
    struct tally t = {0};
    for (uint64_t i = from; i < h->count; i++) {
        const struct record *r = &h->records[i];
        const struct seat_record *s = &r->seats[seat - 1];
        switch (s->status) {
        case STATUS_REVEALED:
            t.awaited++;
            break;
        case STATUS_WITHHELD:
            t.awaited++;
            t.withheld++;
            break;
        case STATUS_LATE:
            t.awaited++;
            t.late++;
            break;
        case STATUS_MISSED:
            t.awaited++;
            t.missed++;
            break;
        case STATUS_EXPELLED:
        case STATUS_NOT_AWAITED:
            break;
        }
        if (s->has_ballot) {
            t.ballots++;
            t.ballot_blocks += s->ballot_height - r->opened.height;
        }
        if (s->has_reveal) {
            count_vote(&t, r, s);
        }
    }
    return t;
}

static uint64_t last(const struct history *h, uint64_t size)
{
    return h->count > size ? h->count - size : 0;
}

static uint32_t streak(const struct history *h, uint16_t seat)
{
    uint32_t row = 0;
    for (uint64_t i = h->count; i-- > 0;) {
        const struct seat_record *s = &h->records[i].seats[seat - 1];
        bool approved = h->records[i].outcome == OUTCOME_APPROVED;
        if (s->has_reveal && s->choice != CHOICE_ABSTAIN) {
            if ((s->choice == CHOICE_APPROVE) == approved) {
                break;
            }
            row++;
        }
    }
    return row;
}

static bool same(const struct tally *a, const struct tally *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static bool same_classes(const struct history *h, uint16_t seat)
{
    bool good = true;
    for (uint32_t class = 0; class < h->rules.classes; class ++) {
        struct class_tally t = {0};
        for (uint64_t i = 0; i < h->count; i++) {
            const struct seat_record *s = &h->records[i].seats[seat - 1];
            if (s->has_reveal && h->records[i].class_index == class) {
                bool approved = h->records[i].outcome == OUTCOME_APPROVED;
                t.approve += s->choice == CHOICE_APPROVE;
                t.reject += s->choice == CHOICE_REJECT;
                t.abstain += s->choice == CHOICE_ABSTAIN;
                t.against += s->choice == (approved ? CHOICE_REJECT : CHOICE_APPROVE);
            }
        }
        const struct class_tally *kept =
            &h->engine->classes[(size_t)(seat - 1) * h->rules.classes + class];
        good = good && memcmp(kept, &t, sizeof(t)) == 0;
    }
    return good;
}

static bool same_seat(const struct history *h, uint16_t seat)
{
    struct tally all = recount(h, 0, seat);
    struct tally window = recount(h, last(h, h->rules.watch.window), seat);
    struct tally recent = recount(h, last(h, h->rules.watch.recent), seat);
    struct tally kept_window, kept_recent;
    tally_window(&h->engine->window, seat, false, &kept_window);
    tally_window(&h->engine->window, seat, true, &kept_recent);
    return same(&h->engine->all[seat - 1], &all) && same(&kept_window, &window) &&
           same(&kept_recent, &recent) && h->engine->streak[seat - 1] == streak(h, seat) &&
           same_classes(h, seat);
}

/* --- pairs --- */

static struct crossed recount_pair(const struct history *h, uint64_t from, uint16_t a,
                                   uint16_t b)
{
    uint32_t cells[2][2] = {{0}};
    for (uint64_t i = from; i < h->count; i++) {
        const struct seat_record *x = &h->records[i].seats[a - 1];
        const struct seat_record *y = &h->records[i].seats[b - 1];
        if (x->has_reveal && y->has_reveal && x->choice != CHOICE_ABSTAIN &&
            y->choice != CHOICE_ABSTAIN) {
            cells[x->choice == CHOICE_REJECT][y->choice == CHOICE_REJECT]++;
        }
    }
    return (struct crossed){cells[0][0], cells[0][1], cells[1][0], cells[1][1]};
}

/* Within two thousandths, the intervals within three, of what real numbers give; middle and
 * half are of the table with half a case more in each cell. */
static bool near(const struct measure *m, double value, double middle, double half)
{
    double low = fmax(fmin(value, middle - half), -1);
    double high = fmin(fmax(value, middle + half), 1);
    bool good = m->is_defined && fabs(m->value - 1000 * value) <= 2 &&
                fabs(m->low - 1000 * low) <= 3 && fabs(m->high - 1000 * high) <= 3;
    if (!good) {
        printf("#   got %d, %d to %d, expected %.1f, %.1f to %.1f\n", (int)m->value,
               (int)m->low, (int)m->high, 1000 * value, 1000 * low, 1000 * high);
    }
    return good;
}

struct table {
    double aa, ar, ra, rr, n;
};

static struct table table_of(const struct crossed *x, double more)
{
    struct table t = {x->both_approve + more, x->only_first + more, x->only_second + more,
                      x->both_reject + more, 0};
    t.n = t.aa + t.ar + t.ra + t.rr;
    return t;
}

static double chance_of(const struct table *t)
{
    double chance = (t->aa + t->ar) * (t->aa + t->ra) + (t->ra + t->rr) * (t->ar + t->rr);
    return t->n > 0 ? chance / (t->n * t->n) : 1;
}

static double kappa_of(const struct table *t)
{
    double chance = chance_of(t);
    return ((t->aa + t->rr) / t->n - chance) / (1 - chance);
}

static bool kappa_fits(const struct crossed *x)
{
    struct measure m = pair_kappa(x);
    struct table t = table_of(x, 0), e = table_of(x, 0.5);
    double agree = (e.aa + e.rr) / e.n;
    if (chance_of(&t) > 1 - 1e-12) {
        return !m.is_defined;
    }
    return near(&m, kappa_of(&t), kappa_of(&e),
                1.96 * sqrt(agree * (1 - agree) / e.n) / (1 - chance_of(&e)));
}

static double product_of(const struct table *t)
{
    return (t->aa + t->ar) * (t->ra + t->rr) * (t->aa + t->ra) * (t->ar + t->rr);
}

static double phi_of(const struct table *t)
{
    return (t->aa * t->rr - t->ar * t->ra) / sqrt(product_of(t));
}

static bool phi_fits(const struct crossed *x)
{
    struct measure m = pair_phi(x);
    struct table t = table_of(x, 0), e = table_of(x, 0.5);
    if (product_of(&t) < 0.5) {
        return !m.is_defined;
    }
    double phi = phi_of(&e);
    return near(&m, phi_of(&t), phi, 1.96 * (1 - phi * phi) / sqrt(e.n));
}

static bool same_pair(const struct history *h, uint16_t a, uint16_t b)
{
    struct crossed all = recount_pair(h, 0, a, b);
    struct crossed window = recount_pair(h, last(h, h->rules.watch.window), a, b);
    struct crossed kept = pair_window(&h->engine->window, a, b);
    const struct crossed *kept_all = &h->engine->pairs[pair_index(h->rules.seats, a, b)];
    return memcmp(kept_all, &all, sizeof(all)) == 0 &&
           memcmp(&kept, &window, sizeof(window)) == 0 && kappa_fits(&window) &&
           phi_fits(&window) && kappa_fits(&all);
}

/* --- the window --- */

static bool same_window(const struct history *h)
{
    const struct window *w = &h->engine->window;
    bool good = true;
    for (uint64_t back = 0; back < h->rules.watch.window; back++) {
        const struct decided *d = window_back(w, back);
        const struct record *r = back < h->count ? &h->records[h->count - 1 - back] : NULL;
        if (d == NULL || r == NULL) {
            good = good && d == NULL && r == NULL;
            continue;
        }
        uint32_t slot = window_slot(w, d->number);
        uint32_t less = r->approve < r->reject ? r->approve : r->reject;
        bool contested = less >= CONTESTED_LEAST && r->approve != r->reject;
        good =
            good && d->number == h->count - 1 - back &&
            memcmp(&d->proposal, &r->proposal, sizeof(r->proposal)) == 0 &&
            d->is_contested == contested &&
            (w->contested.words[slot / 64] >> slot % 64 & 1) == contested &&
            (w->recent.words[slot / 64] >> slot % 64 & 1) == (back < h->rules.watch.recent);
        for (uint32_t class = 0; class < h->rules.classes; class ++) {
            good = good && (w->class[class].words[slot / 64] >> slot % 64 & 1) ==
                               (class == r->class_index);
        }
        for (uint16_t seat = 1; seat <= h->rules.seats; seat++) {
            const struct seat_record *s = &r->seats[seat - 1];
            bool smaller =
                s->has_reveal &&
                s->choice == (r->approve < r->reject ? CHOICE_APPROVE : CHOICE_REJECT);
            good =
                good && window_bit(w, seat, PLANE_MINORITY, slot) == (contested && smaller);
        }
    }
    return good;
}

/* --- histories --- */

static void history_begin(struct history *h, uint16_t seats, uint32_t window,
                          uint32_t recent)
{
    h->rules = records_rules(seats, CLASSES, window, recent);
    h->engine = patterns_new(&h->rules);
    h->records = alloc_zero(DECISIONS, sizeof(*h->records));
    h->count = 0;
}

static void history_end(struct history *h)
{
    patterns_free(h->engine);
    free(h->records);
}

static bool is_recounted(const struct history *h)
{
    bool good = same_window(h);
    for (uint16_t a = 1; a <= h->rules.seats && good; a++) {
        good = same_seat(h, a);
        for (uint16_t b = (uint16_t)(a + 1); b <= h->rules.seats && good; b++) {
            good = same_pair(h, a, b);
        }
    }
    return good;
}

static void test_history(struct rng *r, uint16_t seats, uint32_t window, uint32_t recent,
                         uint64_t every, uint64_t decisions)
{
    struct history h;
    struct habits habits = records_habits(r, seats, CLASSES);
    bool good = true;
    history_begin(&h, seats, window, recent);
    for (uint64_t i = 0; i < decisions && good; i++) {
        if (rng_chance(r, 100)) {
            habits = records_habits(r, seats, CLASSES);
        }
        records_next(r, &habits, i, &h.records[i]);
        records_apply(h.engine, &h.records[i]);
        h.count++;
        good = i % every > 0 || is_recounted(&h);
    }
    ok(good, "%u seats, window %u, recent %u: all of %llu decisions are recounted",
       (unsigned)seats, (unsigned)window, (unsigned)recent, (unsigned long long)h.count);
    history_end(&h);
}

/* --- what it costs --- */

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void show_cost(struct rng *r)
{
    enum { TURNS = 20 };
    struct history h;
    struct habits habits = records_habits(r, 33, CLASSES);
    habits.absence = 2;
    history_begin(&h, 33, 256, 32);
    for (uint64_t i = 0; i < DECISIONS; i++) {
        records_next(r, &habits, i, &h.records[i]);
    }
    double start = now_s();
    for (unsigned turn = 0; turn < TURNS; turn++) {
        for (uint64_t i = 0; i < DECISIONS; i++) {
            records_apply(h.engine, &h.records[i]);
        }
    }
    double took = now_s() - start;
    printf("# 33 seats: %.1f us a decision, %zu bytes\n", 1e6 * took / (TURNS * DECISIONS),
           patterns_memory(h.engine));
    history_end(&h);
}

int main(void)
{
    struct rng r = rng_begin(1960);
    test_history(&r, 4, 16, 8, 1, DECISIONS);
    test_history(&r, 5, 100, 33, 1, DECISIONS);
    test_history(&r, 7, 64, 32, 1, DECISIONS);
    test_history(&r, 33, 128, 16, 1, 300);
    test_history(&r, 128, 256, 32, 90, 300);
    show_cost(&r);
    return tap_done();
}
