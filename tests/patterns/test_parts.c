/* SPDX-License-Identifier: ISC */
/* Groups of seats against a naive search, measures of known tables, and the book of
 * findings. */
#include "random.h"
#include "tap.h"

#include "patterns/inside.h"

#include <stdlib.h>
#include <string.h>

/* --- measures --- */

static void check(const struct measure *m, int32_t value, int32_t low, int32_t high,
                  const char *name)
{
    bool good = m->is_defined && m->value == value && m->low == low && m->high == high;
    ok(good, "%s", name);
    if (!good) {
        printf("#   got %d, %d to %d\n", (int)m->value, (int)m->low, (int)m->high);
    }
}

static void test_measures(void)
{
    /* po = 0.7, pe = 0.5: kappa 0.4. With half a case more in each cell po = 0.6923, pe =
     * 0.5, n = 52: 0.3846, 1.96 sqrt(0.2130 / 52) / 0.5 = 0.2509. */
    const struct crossed known = {20, 5, 10, 15};
    struct measure m = pair_kappa(&known);
    check(&m, 400, 134, 634, "kappa of a table that can be reckoned by hand");
    /* (20 x 15 - 5 x 10) / sqrt(25 x 25 x 30 x 20) = 0.40825; 0.39223, and
     * 1.96 (1 - 0.15385) / 7.2111 = 0.2300. */
    m = pair_phi(&known);
    check(&m, 408, 161, 621, "and phi");
    const struct crossed alike = {30, 0, 0, 20}, opposed = {0, 25, 25, 0};
    m = pair_kappa(&alike);
    check(&m, 1000, 883, 1000, "two that always agree");
    m = pair_kappa(&opposed);
    check(&m, -1000, -1000, -887, "that never do");
    m = pair_phi(&opposed);
    check(&m, -1000, -1000, -941, "by phi, too");
    const struct crossed few = {3, 0, 0, 2};
    m = pair_kappa(&few);
    check(&m, 1000, 179, 1000, "few votes that agree leave much open");
    const struct crossed one_sided = {50, 0, 0, 0}, nothing = {0, 0, 0, 0};
    ok(!pair_kappa(&one_sided).is_defined && !pair_phi(&one_sided).is_defined &&
           !pair_kappa(&nothing).is_defined && !pair_phi(&nothing).is_defined,
       "two that always say the same have no measure, nor has nothing");
    const struct crossed large = {UINT32_MAX, 1, 1, UINT32_MAX};
    m = pair_kappa(&large);
    ok(m.is_defined && m.value >= 999 && pair_phi(&large).value >= 999,
       "the largest numbers overflow nothing");
    const struct crossed half = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
    m = pair_kappa(&half);
    ok(m.is_defined && m.value == 0 && pair_phi(&half).value == 0, "whatever they are");
    size_t at = 0;
    bool good = true;
    for (uint16_t a = 1; a < 33; a++) {
        for (uint16_t b = (uint16_t)(a + 1); b <= 33; b++) {
            good = good && pair_index(33, a, b) == at++;
        }
    }
    ok(good && at == 528, "each pair has its place");
}

/* --- groups --- */

enum { N_MAX = 24 };

/* Sets as bits; the mean of all pairs is reckoned anew for each two. */
struct naive {
    uint32_t sets[N_MAX];
    unsigned n;
    const int32_t *likeness;
};

static void between(const struct naive *x, uint32_t a, uint32_t b, int64_t *sum,
                    int64_t *pairs)
{
    *sum = *pairs = 0;
    for (unsigned i = 0; i < x->n; i++) {
        for (unsigned k = 0; k < x->n; k++) {
            if ((a >> i & 1) != 0 && (b >> k & 1) != 0) {
                *sum += x->likeness[i * x->n + k];
                ++*pairs;
            }
        }
    }
}

static bool join_best(struct naive *x, int32_t least)
{
    double best = least;
    bool found = false;
    unsigned to = 0, from = 0;
    for (unsigned a = 0; a < x->n; a++) {
        for (unsigned b = a + 1; b < x->n && x->sets[a] != 0; b++) {
            int64_t sum, pairs;
            between(x, x->sets[a], x->sets[b], &sum, &pairs);
            if (pairs > 0 && (found ? (double)sum / (double)pairs > best + 1e-9
                                    : sum >= pairs * least)) {
                best = (double)sum / (double)pairs;
                found = true;
                to = a;
                from = b;
            }
        }
    }
    if (found) {
        x->sets[to] |= x->sets[from];
        x->sets[from] = 0;
    }
    return found;
}

static bool same_groups(const struct naive *x, const struct clusters *c)
{
    bool good = true;
    unsigned groups = 0, at = 0;
    uint32_t seen = 0;
    for (unsigned i = 0; i < x->n; i++) {
        unsigned size = (unsigned)__builtin_popcount(x->sets[i]);
        groups += size > 1;
        for (unsigned k = 0; k < x->n; k++) {
            bool within = (x->sets[i] >> k & 1) != 0;
            good = good && (!within || c->of[k] == (size > 1 ? groups : 0));
        }
        for (unsigned k = 0; k < size; k++, at++) {
            unsigned seat = c->order[at] - 1U;
            good = good && seat < x->n && (x->sets[i] >> seat & 1) != 0;
            seen |= good ? UINT32_C(1) << seat : 0;
        }
    }
    return good && c->count == groups && seen == (UINT32_C(1) << x->n) - 1;
}

static void test_clusters(struct rng *r)
{
    bool good = true;
    unsigned groups = 0;
    for (unsigned round = 0; round < 400 && good; round++) {
        int32_t likeness[N_MAX * N_MAX] = {0};
        unsigned n = 2 + (unsigned)rng_below(r, N_MAX - 1);
        struct naive x = {.n = n, .likeness = likeness};
        struct clusters c;
        for (unsigned i = 0; i < n; i++) {
            x.sets[i] = UINT32_C(1) << i;
            for (unsigned k = i + 1; k < n; k++) {
                bool near = i / 4 == k / 4 && !rng_chance(r, 5);
                int32_t value = (int32_t)rng_below(r, 500) + (near ? 500 : -200);
                likeness[i * n + k] = likeness[k * n + i] = value;
            }
        }
        while (join_best(&x, 600)) {
        }
        clusters_find(likeness, (uint16_t)n, 600, &c);
        good = same_groups(&x, &c);
        groups += c.count;
    }
    ok(good && groups > 400, "groups are those of a naive search, %u of them", groups);
}

/* --- the book --- */

static struct finding_change change_at(const struct book *b, size_t index)
{
    size_t count;
    const struct finding_change *changes = book_changes(b, &count);
    struct finding_change none = {0};
    return index < count ? changes[index] : none;
}

static void test_book(void)
{
    struct book *b = book_new();
    struct hash proposal = {{7}};
    size_t count;
    book_begin(b, 10, 1000);
    book_raise(b, &(struct sight){.kind = FLAG_DISSENT, .seat = 3, .text = "before"});
    book_decision(b, 0);
    book_raise(b, &(struct sight){
                      .kind = FLAG_LATE, .seat = 9, .proposal = &proposal, .text = "late"});
    book_raise(b, &(struct sight){.kind = FLAG_LATE, .seat = 2, .text = "late"});
    book_raise(b, &(struct sight){.kind = FLAG_FAULT_BOUND, .text = "loud"});
    const struct finding *const *open = book_open(b, &count);
    ok(count == 4 && open[0]->last.kind == FLAG_LATE && open[0]->last.seat == 2 &&
           open[1]->last.seat == 9 && open[2]->last.kind == FLAG_DISSENT &&
           open[3]->last.kind == FLAG_FAULT_BOUND,
       "findings are in the order of kinds and seats");
    ok(change_at(b, 0).step == FINDING_RAISED &&
           change_at(b, 0).finding.first_decision == FINDING_NO_DECISION &&
           change_at(b, 1).finding.first_decision == 0 &&
           change_at(b, 1).finding.has_proposal &&
           change_at(b, 1).finding.last.proposal == NULL,
       "and changes in that in which they came");
    book_begin(b, 11, 2000);
    (void)book_changes(b, &count);
    is((int64_t)count, 0, "changes are those of a block");
    book_decision(b, 1);
    book_raise(b, &(struct sight){.kind = FLAG_LATE, .seat = 9, .text = "again"});
    const struct finding *f = book_find(b, FLAG_LATE, 9);
    ok(f->count == 2 && f->first_decision == 0 && f->last_decision == 1 &&
           f->first_height == 10 && f->last_height == 11 && f->first_ms == 1000 &&
           f->last_ms == 2000 && f->has_proposal &&
           memcmp(&f->proposal, &proposal, sizeof(proposal)) == 0 &&
           strcmp(f->last.text, "again") == 0 && change_at(b, 0).step == FINDING_SEEN_AGAIN,
       "what is seen again counts, and keeps its proposal");
    book_calm(b, FLAG_LATE, 9, 2);
    book_raise(b, &(struct sight){.kind = FLAG_LATE, .seat = 9, .text = "again"});
    book_calm(b, FLAG_LATE, 9, 2);
    ok(book_find(b, FLAG_LATE, 9) != NULL, "calm that is broken does not clear it");
    book_begin(b, 12, 3000);
    book_calm(b, FLAG_LATE, 9, 2);
    book_calm(b, FLAG_LATE, 8, 2);
    book_clear(b, FLAG_LATE, 8);
    (void)book_open(b, &count);
    ok(book_find(b, FLAG_LATE, 9) == NULL && count == 3 &&
           change_at(b, 0).step == FINDING_CLEARED && change_at(b, 0).finding.count == 3,
       "calm that lasts does, once");
    struct book_totals late = book_totals(b, FLAG_LATE);
    ok(late.raised == 2 && late.cleared == 1, "and all is counted");
    book_raise(b, &(struct sight){.kind = FLAG_LATE, .seat = 9, .text = "anew"});
    ok(book_find(b, FLAG_LATE, 9)->count == 1 &&
           !book_find(b, FLAG_LATE, 9)->has_proposal && book_memory(b) > 0,
       "after that it is another one");
    book_free(b);
}

int main(void)
{
    struct rng r = rng_begin(2015);
    test_measures();
    test_clusters(&r);
    test_book();
    return tap_done();
}
