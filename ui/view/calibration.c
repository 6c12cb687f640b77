/* SPDX-License-Identifier: ISC */
#include "ui/view/calibration.h"
#include "ui/view/list.h"
#include "ui/view/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

const struct vote_tally *calibration_tally(const struct scene *s, uint16_t seat,
                                           enum period period)
{
    const struct scene_tallies *t = s->tallies;
    return t != NULL && seat >= 1 && seat <= t->seats ? &t->seat[seat - 1].of[period]
                                                      : NULL;
}

int32_t calibration_gap(const struct vote_tally *t)
{
    return t == NULL || t->confidence == SHARE_UNKNOWN || t->agreement == SHARE_UNKNOWN
               ? INT32_MIN
               : (int32_t)t->confidence - t->agreement;
}

void words_share(char *out, size_t size, uint16_t permille)
{
    if (permille == SHARE_UNKNOWN) {
        (void)snprintf(out, size, "?");
    } else {
        (void)snprintf(out, size, "%d%%", (permille + 5) / 10);
    }
}

void words_gap(char *out, size_t size, int32_t gap)
{
    if (gap == INT32_MIN) {
        (void)snprintf(out, size, "?");
    } else {
        int points = (abs(gap) + 5) / 10;
        (void)snprintf(out, size, "%s%d", points == 0 ? "" : gap < 0 ? "-" : "+", points);
    }
}

void words_brier(char *out, size_t size, uint16_t brier)
{
    if (brier == SHARE_UNKNOWN) {
        (void)snprintf(out, size, "?");
    } else if (brier >= BRIER_MAX - 5) {
        (void)snprintf(out, size, "1.0");
    } else {
        (void)snprintf(out, size, ".%03d", (brier + 5) / 10);
    }
}

void calibration_put(struct buffer *out, const struct scene *s, uint16_t seat,
                     enum period period)
{
    const struct vote_tally *t = calibration_tally(s, seat, period);
    char sure[8] = "?", with[8] = "?", brier[8] = "?";
    if (t != NULL) {
        words_share(sure, sizeof(sure), t->confidence);
        words_share(with, sizeof(with), t->agreement);
        words_brier(brier, sizeof(brier), t->brier);
    }
    words_format(out, "sure %s with %s Brier %s", sure, with, brier);
}

static uint64_t fit(const struct vote_tally *t)
{
    int32_t gap = calibration_gap(t);
    return gap == INT32_MIN ? UNKNOWN : (uint64_t)(1000 - abs(gap));
}

int calibration_compare_gap(const struct scene *s, uint16_t a, uint16_t b)
{
    return order_numbers(fit(calibration_tally(s, a, PERIOD_ALL)),
                         fit(calibration_tally(s, b, PERIOD_ALL)));
}

static uint64_t score(const struct vote_tally *t)
{
    return t == NULL || t->brier == SHARE_UNKNOWN ? UNKNOWN
                                                  : BRIER_MAX - (uint64_t)t->brier;
}

int calibration_compare_brier(const struct scene *s, uint16_t a, uint16_t b)
{
    return order_numbers(score(calibration_tally(s, a, PERIOD_ALL)),
                         score(calibration_tally(s, b, PERIOD_ALL)));
}
