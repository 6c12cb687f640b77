/* SPDX-License-Identifier: ISC */
/*
 * Tail probabilities against what counting gives: exactly where 128 bits hold all cases,
 * else by drawing one after the other, which only ever adds and multiplies what is
 * positive, so that its own error is known.
 */
#include "random.h"
#include "tap.h"

#include "patterns/fixed.h"

#include <float.h>
#include <math.h>

__extension__ typedef unsigned __int128 wide;

enum { TRIALS_MAX = 4096, TAIL_UNITS = 16 }; /* by which a tail may be off */

/* Of any width, so that all orders of magnitude come up. */
static probability any(struct rng *r, unsigned widths)
{
    unsigned shift = 2 + (unsigned)rng_below(r, widths);
    return rng_next(r) >> shift;
}

static uint64_t apart(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

static uint64_t choose(uint64_t n, uint64_t k)
{
    uint64_t all = 1;
    for (uint64_t i = 1; i <= k; i++) {
        all = (uint64_t)((wide)all * (n - k + i) / i);
    }
    return all;
}

/* --- exactly --- */

static void test_binomial_exact(void)
{
    uint64_t worst = 0, cases = 0;
    for (uint64_t n = 1; n <= 10; n++) {
        for (uint64_t a = 0; a <= 64; a++) {
            wide sum = 0;
            for (uint64_t k = n + 1; k-- > 0;) {
                wide term = choose(n, k);
                for (uint64_t i = 0; i < n; i++) {
                    term *= i < k ? a : 64 - a;
                }
                sum += term;
                uint64_t exact = (uint64_t)(sum << (62 - 6 * n));
                uint64_t got = binomial_tail((uint32_t)n, (uint32_t)k, a << 56);
                uint64_t off = apart(got, exact);
                worst = off > worst ? off : worst;
                cases++;
            }
        }
    }
    ok(worst < TAIL_UNITS,
       "%llu binomial tails with p in 64ths are exact to %llu units of 2^-62",
       (unsigned long long)cases, (unsigned long long)worst);
}

static void test_hypergeometric_exact(void)
{
    uint64_t bad = 0, worst = 0, cases = 0;
    for (uint32_t whole = 1; whole <= 60; whole += whole < 12 ? 1 : 7) {
        for (uint32_t marked = 0; marked <= whole; marked++) {
            for (uint32_t n = 0; n <= whole; n++) {
                uint32_t least = marked + n > whole ? marked + n - whole : 0;
                uint32_t most = marked < n ? marked : n;
                wide sum = 0;
                for (uint32_t k = most + 1; k-- > least;) {
                    sum += (wide)choose(marked, k) * choose(whole - marked, n - k);
                    uint64_t exact = (uint64_t)((sum << 62) / choose(whole, n));
                    uint64_t off = apart(hypergeometric_tail(whole, marked, n, k), exact);
                    worst = off > worst ? off : worst;
                    bad += off >= TAIL_UNITS;
                    cases++;
                }
            }
        }
    }
    ok(bad == 0, "%llu hypergeometric tails are exact to %llu units",
       (unsigned long long)cases, (unsigned long long)worst);
}

/* --- one after the other --- */

static long double chances[TRIALS_MAX + 2];

static void binomial_by_trials(uint32_t n, long double p)
{
    for (uint32_t i = 0; i <= n; i++) {
        chances[i] = i == 0;
    }
    for (uint32_t trial = 0; trial < n; trial++) {
        for (uint32_t i = trial + 1; i > 0; i--) {
            chances[i] = chances[i] * (1 - p) + chances[i - 1] * p;
        }
        chances[0] *= 1 - p;
    }
}

static void hypergeometric_by_draws(uint32_t whole, uint32_t marked, uint32_t n)
{
    for (uint32_t i = 0; i <= n; i++) {
        chances[i] = i == 0;
    }
    for (uint32_t drawn = 0; drawn < n; drawn++) {
        uint32_t left = whole - drawn;
        for (uint32_t i = drawn + 2; i-- > 0;) {
            /* i marked after this draw: it was another, or it was a marked one. */
            uint32_t others = whole - marked;
            long double other =
                i <= drawn && drawn - i < others
                    ? chances[i] * (long double)(others - (drawn - i)) / left
                    : 0;
            long double one = i > 0 && i - 1 < marked
                                  ? chances[i - 1] * (long double)(marked - (i - 1)) / left
                                  : 0;
            chances[i] = other + one;
        }
    }
}

/* The units by which the worst of the tails is off beyond what long double explains. */
static uint64_t worst_of(uint32_t n, uint32_t step, uint32_t whole, uint32_t marked,
                         probability p)
{
    long double tail = 0;
    uint64_t worst = 0;
    for (uint32_t k = n + 1; k-- > 0;) {
        tail += chances[k];
        if (k % step != 0) {
            continue;
        }
        uint64_t got =
            whole > 0 ? hypergeometric_tail(whole, marked, n, k) : binomial_tail(n, k, p);
        long double off = fabsl(ldexpl(tail, 62) - (long double)got);
        long double own = ldexpl(tail, 62) * 4 * n * LDBL_EPSILON;
        uint64_t left = off > own ? (uint64_t)(off - own) : 0;
        worst = left > worst ? left : worst;
    }
    return worst;
}

static void test_by_trials(struct rng *r)
{
    const uint32_t sizes[] = {16, 33, 100, 256, 1000, TRIALS_MAX};
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        uint32_t n = sizes[s];
        uint64_t worst = 0;
        for (unsigned i = 0; i < (n > 500 ? 4 : 40); i++) {
            probability p = any(r, 12);
            p = rng_below(r, 2) == 0 ? p : PROBABILITY_ONE - p;
            binomial_by_trials(n, ldexpl((long double)p, -62));
            uint64_t off = worst_of(n, n > 500 ? 61 : 1, 0, 0, p);
            worst = off > worst ? off : worst;
        }
        ok(worst < TAIL_UNITS, "binomial tails of %u trials are within %llu units", n,
           (unsigned long long)worst);
    }
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        uint32_t n = sizes[s];
        uint64_t worst = 0;
        for (unsigned i = 0; i < (n > 500 ? 4 : 40); i++) {
            uint32_t whole = n + (uint32_t)rng_below(r, 3 * n);
            uint32_t marked = (uint32_t)rng_below(r, whole + 1);
            hypergeometric_by_draws(whole, marked, n);
            uint64_t off = worst_of(n, n > 500 ? 61 : 1, whole, marked, 0);
            worst = off > worst ? off : worst;
        }
        ok(worst < TAIL_UNITS, "hypergeometric tails of %u draws are within %llu units", n,
           (unsigned long long)worst);
    }
}

/* --- shape and edges --- */

static void test_monotonic(struct rng *r)
{
    unsigned rising = 0;
    for (unsigned i = 0; i < 300; i++) {
        uint32_t n = 1 + (uint32_t)rng_below(r, 500);
        probability p = rng_next(r) >> 2;
        uint32_t whole = n + (uint32_t)rng_below(r, 500);
        uint32_t marked = (uint32_t)rng_below(r, whole + 1);
        probability last = PROBABILITY_ONE, last_drawn = PROBABILITY_ONE;
        for (uint32_t k = 0; k <= n + 1; k++) {
            probability now = binomial_tail(n, k, p);
            probability drawn = hypergeometric_tail(whole, marked, n, k);
            rising += now > last || drawn > last_drawn;
            last = now;
            last_drawn = drawn;
        }
    }
    is(rising, 0, "a tail never rises with k");
    unsigned falling = 0;
    for (uint32_t k = 1; k <= 40; k++) {
        probability last = 0;
        for (uint64_t i = 0; i <= 1000; i++) {
            probability now = binomial_tail(40, k, probability_of(i, 1000));
            falling += now + TAIL_UNITS < last;
            last = now;
        }
    }
    is(falling, 0, "a binomial tail never falls with p by more than its error");
}

static void test_edges(void)
{
    const uint32_t million = 1 << 20;
    ok(binomial_tail(0, 0, 1) == PROBABILITY_ONE, "none of none is certain");
    ok(binomial_tail(0, 1, PROBABILITY_ONE) == 0, "one of none is impossible");
    ok(binomial_tail(7, 8, PROBABILITY_ONE) == 0, "more than all are impossible");
    ok(binomial_tail(7, 7, PROBABILITY_ONE) == PROBABILITY_ONE, "all of what is certain");
    ok(binomial_tail(7, 1, 0) == 0, "one of what is impossible");
    ok(binomial_tail(7, 0, 0) == PROBABILITY_ONE, "none of what is impossible");
    ok(binomial_tail(1, 1, 1) <= 1, "one trial of the least probability");
    ok(binomial_tail(62, 62, PROBABILITY_ONE / 2) <= 1, "62 coins in a row: one unit");
    ok(binomial_tail(million, million, PROBABILITY_ONE - 1) > PROBABILITY_ONE / 2,
       "a million trials that nearly never fail");
    ok(binomial_tail(million, 1, 1) <= million, "a million that nearly never succeed");
    uint64_t half = binomial_tail(million - 1, million / 2, PROBABILITY_ONE / 2);
    ok(apart(half, PROBABILITY_ONE / 2) < million, "half of an odd number of coins");
    ok(hypergeometric_tail(0, 0, 0, 0) == PROBABILITY_ONE, "nothing drawn of nothing");
    ok(hypergeometric_tail(10, 4, 3, 4) == 0, "more than were drawn");
    ok(hypergeometric_tail(10, 2, 3, 3) == 0, "more than are marked");
    ok(hypergeometric_tail(10, 8, 5, 3) == PROBABILITY_ONE, "what cannot be avoided");
    ok(hypergeometric_tail(10, 10, 5, 5) == PROBABILITY_ONE, "all are marked");
    ok(hypergeometric_tail(10, 20, 50, 10) == PROBABILITY_ONE, "more than all are all");
    ok(hypergeometric_tail(million, million / 2, million / 2, million / 2) == 0,
       "exactly the marked half of a million");
    ok(probability_of(3, 0) == PROBABILITY_ONE && probability_of(4, 3) == PROBABILITY_ONE,
       "a part of nothing, or of less, is one");
    ok(probability_of(UINT64_MAX - 1, UINT64_MAX) == PROBABILITY_ONE - 1, "nearly one");
    ok(probability_times(PROBABILITY_ONE, PROBABILITY_ONE) == PROBABILITY_ONE, "1 x 1");
}

static void test_surprise(struct rng *r)
{
    unsigned powers = 0, wrong = 0;
    for (unsigned bits = 0; bits < 62; bits++) {
        powers += surprise_of(PROBABILITY_ONE >> bits) == bits * 1000;
    }
    is(powers, 62, "powers of two have whole bits");
    for (unsigned i = 0; i < 20000; i++) {
        probability p = 1 + any(r, 62);
        long double exact = 1000 * (62 - log2l((long double)p));
        wrong += fabsl((long double)surprise_of(p) + 0.5L - exact) > 0.51L;
    }
    is(wrong, 0, "surprise is the logarithm, cut to thousandths");
    is(surprise_of(0), SURPRISE_MAX, "the impossible is as surprising as it gets");
    is(surprise_of(PROBABILITY_ONE), 0, "the certain is no surprise");
    is(surprise_limit(1000, 1), 9965, "a thousandth is ten bits");
    is(surprise_limit(1000, 33), 15010, "among 33, fifteen");
    is(surprise_limit(1000000, 0), 0, "no limit");
    is(surprise_of_shares(1000, 33, 33), 9965, "all the shares are the whole");
}

static void test_root(struct rng *r)
{
    unsigned wrong = 0;
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t n = rng_uint(r), root = root_of(n);
        wrong += (wide)root * root > n || (wide)(root + 1) * (root + 1) <= n;
    }
    is(wrong, 0, "roots");
    ok(root_of(0) == 0 && root_of(UINT64_MAX) == UINT32_MAX, "the least and the greatest");
}

/* FNV-1a over many results: what every machine must get. */
static void test_same_everywhere(void)
{
    struct rng r = {1997};
    uint64_t digest = UINT64_C(0xcbf29ce484222325);
    for (unsigned i = 0; i < 5000; i++) {
        uint32_t n = (uint32_t)rng_below(&r, 600);
        uint32_t k = (uint32_t)rng_below(&r, n + 1);
        uint32_t whole = n + (uint32_t)rng_below(&r, 600);
        uint32_t marked = (uint32_t)rng_below(&r, whole + 1);
        probability p = any(&r, 20);
        probability drawn = hypergeometric_tail(whole, marked, n, k);
        const uint64_t results[] = {binomial_tail(n, k, p), drawn, surprise_of(drawn),
                                    root_of(p)};
        for (size_t j = 0; j < sizeof(results) / sizeof(results[0]); j++) {
            for (unsigned byte = 0; byte < 8; byte++) {
                digest = (digest ^ (results[j] >> (8 * byte) & 0xff)) * 0x100000001b3U;
            }
        }
    }
    const uint64_t pinned = UINT64_C(0xaa03113a781ffde4);
    if (!ok(digest == pinned, "20,000 results are those of every other machine")) {
        printf("#   got %016llx\n", (unsigned long long)digest);
    }
}

int main(void)
{
    struct rng r = rng_begin(62);
    test_binomial_exact();
    test_hypergeometric_exact();
    test_by_trials(&r);
    test_monotonic(&r);
    test_edges();
    test_surprise(&r);
    test_root(&r);
    test_same_everywhere();
    return tap_done();
}
