/* SPDX-License-Identifier: ISC */
#include "wilson.h"

/* By Newton's method; x > 0. */
static double root(double x)
{
    double y = x > 1 ? x : 1;
    for (int i = 0; i < 60; i++) {
        y = (y + x / y) / 2;
    }
    return y;
}

struct interval wilson_of(uint64_t count, uint64_t of)
{
    const double z = 1.959964;
    if (of == 0) {
        return (struct interval){0, 1};
    }
    double n = (double)of, p = (double)count < n ? (double)count / n : 1;
    double middle = p + z * z / (2 * n);
    double reach = z * root(p * (1 - p) / n + z * z / (4 * n * n));
    double scale = 1 + z * z / n;
    double low = (middle - reach) / scale, high = (middle + reach) / scale;
    return (struct interval){low > 0 ? low : 0, high < 1 ? high : 1};
}
