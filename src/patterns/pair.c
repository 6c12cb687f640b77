/* SPDX-License-Identifier: ISC */
#include "patterns/inside.h"

#include "patterns/fixed.h"

/* So many decisions of a pair keep every product below within 64 bits. */
enum { PAIR_MAX = 1 << 18, ROOT_DIGITS_MAX = 20 };
/* Of the normal distribution, in thousandths: 95 % lie within. */
enum { NORMAL_95 = 1960 };

size_t pair_index(uint16_t seats, uint16_t a, uint16_t b)
{
    size_t i = a - 1U, j = b - 1U;
    return i * seats - i * (i + 1) / 2 + j - i - 1;
}

struct crossed pair_window(const struct window *w, uint16_t a, uint16_t b)
{
    return (struct crossed){
        .both_approve = window_both(w, a, PLANE_APPROVE, b, PLANE_APPROVE, NULL),
        .only_first = window_both(w, a, PLANE_APPROVE, b, PLANE_REJECT, NULL),
        .only_second = window_both(w, a, PLANE_REJECT, b, PLANE_APPROVE, NULL),
        .both_reject = window_both(w, a, PLANE_REJECT, b, PLANE_REJECT, NULL)};
}

/* Numbers that are too large are halved until they fit: it is their ratios that matter. */
struct counts {
    uint64_t aa, ar, ra, rr, n;
};

static struct counts counts_of(const struct crossed *x)
{
    struct counts c = {x->both_approve, x->only_first, x->only_second, x->both_reject, 0};
    while (c.aa + c.ar + c.ra + c.rr > PAIR_MAX) {
        c.aa /= 2;
        c.ar /= 2;
        c.ra /= 2;
        c.rr /= 2;
    }
    c.n = c.aa + c.ar + c.ra + c.rr;
    return c;
}

/* Twice the counts, each with half a case more: what the intervals are made of, so that few
 * votes that all agree are not taken for certainty (Haldane 1956). */
static struct counts eased(const struct counts *c)
{
    return (struct counts){2 * c->aa + 1, 2 * c->ar + 1, 2 * c->ra + 1, 2 * c->rr + 1,
                           2 * c->n + 4};
}

static struct measure within(int64_t value, int64_t middle, uint64_t half)
{
    int64_t low = middle - (int64_t)half, high = middle + (int64_t)half;
    low = low < value ? low : value;
    high = high > value ? high : value;
    return (struct measure){.is_defined = true,
                            .value = (int32_t)value,
                            .low = (int32_t)(low < -1000 ? -1000 : low),
                            .high = (int32_t)(high > 1000 ? 1000 : high)};
}

/* --- kappa --- */

/* n^2 times the agreement that chance gives. */
static uint64_t chance_of(const struct counts *c)
{
    return (c->aa + c->ar) * (c->aa + c->ra) + (c->rr + c->ra) * (c->rr + c->ar);
}

static int64_t kappa_of(const struct counts *c)
{
    uint64_t chance = chance_of(c);
    int64_t above = (int64_t)(c->n * (c->aa + c->rr)) - (int64_t)chance;
    return 1000 * above / (int64_t)(c->n * c->n - chance);
}

/* 1.96 sqrt(po (1 - po) / n) / (1 - pe), of counts that are twice as large; of the root as
 * many binary digits as fit. */
static uint64_t kappa_half(const struct counts *twice)
{
    uint64_t agree = twice->aa + twice->rr, room = twice->n * twice->n - chance_of(twice);
    uint64_t square = 2 * agree * (twice->n - agree) * twice->n;
    unsigned digits = 3;
    while (digits < ROOT_DIGITS_MAX && square >> (60 - 2 * digits) == 0) {
        digits++;
    }
    return NORMAL_95 * root_of(square << 2 * digits) / (room << digits);
}

struct measure pair_kappa(const struct crossed *x)
{
    struct counts c = counts_of(x), e = eased(&c);
    return chance_of(&c) == c.n * c.n ? (struct measure){.is_defined = false}
                                      : within(kappa_of(&c), kappa_of(&e), kappa_half(&e));
}

/* --- phi --- */

static bool phi_of(const struct counts *c, int64_t *out)
{
    /* Of the roots as many binary digits as fit. */
    unsigned digits = c->n <= CHARTER_WINDOW_MAX ? 14 : 6;
    uint64_t rows = root_of((c->aa + c->ar) * (c->ra + c->rr) << 2 * digits);
    uint64_t columns = root_of((c->aa + c->ra) * (c->ar + c->rr) << 2 * digits);
    if (rows == 0 || columns == 0) {
        return false;
    }
    int64_t cross = (int64_t)(c->aa * c->rr) - (int64_t)(c->ar * c->ra);
    int64_t value = cross * (INT64_C(1000) << 2 * digits) / (int64_t)(rows * columns);
    *out = value > 1000 ? 1000 : value < -1000 ? -1000 : value;
    return true;
}

struct measure pair_phi(const struct crossed *x)
{
    struct counts c = counts_of(x), e = eased(&c);
    int64_t value, middle;
    if (!phi_of(&c, &value) || !phi_of(&e, &middle)) {
        return (struct measure){.is_defined = false};
    }
    uint64_t rest = (uint64_t)(1000000 - middle * middle);
    return within(value, middle,
                  NORMAL_95 * rest / (1000 * root_of(e.n / 2 * UINT64_C(1000000))));
}
