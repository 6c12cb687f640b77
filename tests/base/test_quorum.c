/* SPDX-License-Identifier: ISC */
/* The table of conclave-protocol(7) section 1, and what makes its numbers safe and live,
 * for every size of a council. */
#include "base/quorum.h"
#include "tap.h"

static void table(void)
{
    static const struct {
        unsigned n, f, q, w, threshold;
    } rows[] = {{4, 1, 3, 2, 3},       {5, 1, 4, 2, 4},      {6, 1, 4, 2, 4},
                {7, 2, 5, 3, 5},       {10, 3, 7, 4, 7},     {33, 10, 22, 11, 22},
                {100, 33, 67, 34, 67}, {128, 42, 86, 43, 86}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned n = rows[i].n;
        ok(quorum_faulty(n) == rows[i].f, "n = %u: f = %u", n, rows[i].f);
        ok(quorum_size(n) == rows[i].q, "n = %u: q = %u", n, rows[i].q);
        ok(quorum_weak(n) == rows[i].w, "n = %u: w = %u", n, rows[i].w);
        ok(quorum_default_threshold(n) == rows[i].threshold, "n = %u: T = %u", n,
           rows[i].threshold);
    }
}

/* The fewest seats that two sets of size seats among n must share. */
static unsigned shared(unsigned n, unsigned size)
{
    return 2 * size > n ? 2 * size - n : 0;
}

static void properties(void)
{
    bool most_faults = true, safe = true, least = true, live = true, weak = true;
    bool threshold = true;
    for (unsigned n = 4; n <= 128; n++) {
        unsigned f = quorum_faulty(n);
        unsigned q = quorum_size(n);
        unsigned t = quorum_default_threshold(n);
        most_faults = most_faults && 3 * f + 1 <= n && 3 * (f + 1) + 1 > n;
        safe = safe && shared(n, q) > f;
        least = least && shared(n, q - 1) <= f;
        live = live && n - f >= q;
        weak = weak && quorum_weak(n) == f + 1;
        threshold =
            threshold && 3 * t >= 2 * n && 3 * (t - 1) < 2 * n && t > f && t <= n - f;
    }
    ok(most_faults, "f is the most that n > 3f allows");
    ok(safe, "two quorums share a correct seat");
    ok(least, "two smaller sets need not");
    ok(live, "the correct seats alone are a quorum");
    ok(weak, "a weak quorum holds a correct seat");
    ok(threshold, "the default threshold is ceil(2n/3), within f+1..n-f");
    bool stop = true, fork = true, veto = true;
    for (unsigned n = 4; n <= 128; n++) {
        unsigned f = quorum_faulty(n), q = quorum_size(n), t = quorum_default_threshold(n);
        unsigned s = quorum_stop(n), k = quorum_fork(n), v = quorum_veto(n, t);
        stop = stop && s > f && n - s < q && n - (s - 1) >= q;
        /* Two quorums that share liars only: all others are in one of them. */
        fork = fork && k > f && 2 * (q - k) + k <= n && 2 * (q - (k - 1)) + (k - 1) > n;
        veto = veto && v > f && n - v < t && n - (v - 1) >= t;
    }
    ok(stop, "the fewest silent seats that leave no quorum are more than f");
    ok(fork, "so are the fewest liars that two quorums can have alone in common");
    ok(veto, "and the fewest without which a threshold cannot be reached");
    ok(shared(33, 21) == 9 && shared(33, 22) == 11, "at 33, 21 share 9 and 22 share 11");
}

int main(void)
{
    table();
    properties();
    return tap_done();
}
