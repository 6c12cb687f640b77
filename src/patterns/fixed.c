/* SPDX-License-Identifier: ISC */
/*
 * Tails are summed from the most likely count outwards, by the ratio of neighbouring terms,
 * and divided by the sum of all terms: no factorials, no logarithms, and nothing that is
 * too small to be told from 0 at the start.
 */
#include "patterns/fixed.h"

#include <stdbool.h>

enum { PROBABILITY_BITS = 62, FRACTION_BITS = 32, MILLI = 1000, MILLION = 1000 * 1000 };

__extension__ typedef unsigned __int128 wide;

/* part/whole where part <= whole and whole > 0: whole is cut to 64 bits, so that it is off
 * by less than two units. */
static probability ratio(wide part, wide whole)
{
    while (whole >> 64 != 0) {
        whole >>= 1;
        part >>= 1;
    }
    return (probability)((part << PROBABILITY_BITS) / whole);
}

probability probability_of(uint64_t part, uint64_t whole)
{
    return part >= whole ? PROBABILITY_ONE : ratio(part, whole);
}

probability probability_times(probability a, probability b)
{
    return (probability)((wide)a * b >> PROBABILITY_BITS);
}

/* --- tails --- */

/* A distribution of the successes among n trials, or of the marked among n drawn from so
 * many of a whole. Its terms rise up to mode and fall after. */
struct counts {
    uint64_t least, mode, most;
    uint64_t n;
    bool is_drawn;
    uint64_t marked, whole; /* drawn */
    probability p;          /* else */
};

/* term(i + 1) / term(i) = rising / falling; at most 2^82 each. */
static wide rising(const struct counts *x, uint64_t i)
{
    return (wide)(x->n - i) * (x->is_drawn ? x->marked - i : x->p);
}

static wide falling(const struct counts *x, uint64_t i)
{
    return (wide)(i + 1) *
           (x->is_drawn ? x->whole + i + 1 - x->marked - x->n : PROBABILITY_ONE - x->p);
}

/* Terms are in units of 2^-62 of the one at mode; those that round to 0 add nothing. */
static probability tail(const struct counts *x, uint64_t k)
{
    wide all = 0, counted = 0;
    probability term = PROBABILITY_ONE;
    for (uint64_t i = x->mode; term > 0; i++) {
        all += term;
        counted += i >= k ? term : 0;
        term =
            i < x->most ? probability_times(term, ratio(rising(x, i), falling(x, i))) : 0;
    }
    term = PROBABILITY_ONE;
    for (uint64_t i = x->mode; term > 0 && i > x->least; i--) {
        term = probability_times(term, ratio(falling(x, i - 1), rising(x, i - 1)));
        all += term;
        counted += i - 1 >= k ? term : 0;
    }
    return ratio(counted, all);
}

probability binomial_tail(uint32_t n, uint32_t k, probability p)
{
    if (k == 0) {
        return PROBABILITY_ONE;
    }
    if (k > n || p == 0) {
        return 0;
    }
    if (p >= PROBABILITY_ONE) {
        return PROBABILITY_ONE;
    }
    uint64_t mode = (uint64_t)((wide)(n + UINT64_C(1)) * p >> PROBABILITY_BITS);
    return tail(&(struct counts){.mode = mode, .most = n, .n = n, .p = p}, k);
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

probability hypergeometric_tail(uint32_t whole, uint32_t marked, uint32_t n, uint32_t k)
{
    marked = smaller(marked, whole);
    n = smaller(n, whole);
    struct counts x = {.is_drawn = true, .whole = whole, .marked = marked, .n = n};
    x.least = marked + (uint64_t)n > whole ? marked + (uint64_t)n - whole : 0;
    x.most = smaller(marked, n);
    x.mode = (marked + UINT64_C(1)) * (n + UINT64_C(1)) / (whole + UINT64_C(2));
    if (k <= x.least) {
        return PROBABILITY_ONE;
    }
    return k > x.most ? 0 : tail(&x, k);
}

/* --- surprise --- */

/* log2 of x > 0, in units of 2^-32, by squaring the mantissa for one bit at a time. */
static uint64_t log_of(uint64_t x)
{
    uint64_t whole = 0;
    while (x >> whole > 1) {
        whole++;
    }
    uint64_t mantissa = x << (63 - whole), log = whole << FRACTION_BITS; /* 1 is 2^63 */
    for (unsigned bit = FRACTION_BITS; bit-- > 0;) {
        wide square = (wide)mantissa * mantissa;
        bool two = square >> 127 != 0;
        log |= (uint64_t)two << bit;
        mantissa = (uint64_t)(square >> (two ? 64 : 63));
    }
    return log;
}

uint32_t surprise_of(probability p)
{
    if (p == 0) {
        return SURPRISE_MAX;
    }
    if (p >= PROBABILITY_ONE) {
        return 0;
    }
    uint64_t bits = ((uint64_t)PROBABILITY_BITS << FRACTION_BITS) - log_of(p);
    return (uint32_t)((wide)bits * MILLI >> FRACTION_BITS);
}

uint32_t surprise_of_shares(uint32_t ppm, uint32_t shares, uint32_t tests)
{
    uint64_t whole = (uint64_t)MILLION * (tests > 0 ? tests : 1);
    return surprise_of(probability_of((uint64_t)ppm * shares, whole));
}

uint32_t surprise_limit(uint32_t ppm, uint32_t tests)
{
    return surprise_of_shares(ppm, 1, tests);
}

uint64_t root_of(uint64_t n)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit > 0; bit >>= 1) {
        uint64_t next = root | bit;
        root = next * next <= n ? next : root;
    }
    return root;
}
