/* SPDX-License-Identifier: ISC */
#include "watch/samples.h"

#include <stdlib.h>
#include <string.h>

void samples_add(struct samples *s, uint64_t value)
{
    s->values[s->next] = value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
    s->next = (s->next + 1) % SAMPLES_MAX;
    s->count += s->count < SAMPLES_MAX;
}

static int compare(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

uint32_t samples_percentile(const struct samples *s, unsigned percent)
{
    uint32_t sorted[SAMPLES_MAX];
    if (s->count == 0) {
        return 0;
    }
    memcpy(sorted, s->values, s->count * sizeof(*sorted));
    qsort(sorted, s->count, sizeof(*sorted), compare);
    uint32_t rank = (s->count * percent + 99) / 100;
    return sorted[rank > 0 ? rank - 1 : 0];
}
