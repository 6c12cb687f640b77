/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "base/cores.h"

#include <sched.h>

unsigned cores_usable(unsigned most)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
    return count < 1 ? 1 : (unsigned)count < most ? (unsigned)count : most;
}
