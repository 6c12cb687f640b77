/* SPDX-License-Identifier: ISC */
#include "base/quorum.h"

unsigned quorum_faulty(unsigned n)
{
    return (n - 1) / 3;
}

unsigned quorum_size(unsigned n)
{
    return (n + quorum_faulty(n)) / 2 + 1;
}

unsigned quorum_weak(unsigned n)
{
    return quorum_faulty(n) + 1;
}

unsigned quorum_default_threshold(unsigned n)
{
    return (2 * n + 2) / 3;
}

unsigned quorum_stop(unsigned n)
{
    return n - quorum_size(n) + 1;
}

unsigned quorum_fork(unsigned n)
{
    return 2 * quorum_size(n) - n;
}

unsigned quorum_veto(unsigned n, unsigned threshold)
{
    return n - threshold + 1;
}

uint16_t quorum_primary(unsigned n, uint64_t view)
{
    return (uint16_t)(1 + view % n);
}
