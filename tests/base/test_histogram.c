/* SPDX-License-Identifier: ISC */
#include "base/histogram.h"
#include "tap.h"

int main(void)
{
    struct histogram h = {{0}, 0};
    bool ascending = true;
    for (int i = 1; i < HISTOGRAM_BOUNDS; i++) {
        ascending = ascending && histogram_bounds_us[i - 1] < histogram_bounds_us[i];
    }
    ok(ascending, "the bounds ascend");
    is((int64_t)histogram_count(&h), 0, "all zero is empty");
    histogram_add(&h, 0);
    histogram_add(&h, histogram_bounds_us[0]);
    is((int64_t)h.buckets[0], 2, "a bound belongs to its bucket");
    histogram_add(&h, histogram_bounds_us[0] + 1);
    is((int64_t)h.buckets[1], 1, "and one more to the next");
    histogram_add(&h, histogram_bounds_us[HISTOGRAM_BOUNDS - 1]);
    is((int64_t)h.buckets[HISTOGRAM_BOUNDS - 1], 1, "a day");
    histogram_add(&h, histogram_bounds_us[HISTOGRAM_BOUNDS - 1] + 1);
    is((int64_t)h.buckets[HISTOGRAM_BOUNDS], 1, "and more");
    is((int64_t)histogram_count(&h), 5, "all are counted");
    is((int64_t)h.sum_us,
       (int64_t)(2 * histogram_bounds_us[0] +
                 2 * histogram_bounds_us[HISTOGRAM_BOUNDS - 1] + 2),
       "and summed up");
    return tap_done();
}
