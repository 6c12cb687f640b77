/* SPDX-License-Identifier: ISC */
#include "watch/own.h"

#include <inttypes.h>
#include <stdio.h>

static void look_disk(const struct own *o, const struct own_rules *rules, uint16_t seat,
                      const struct judge *j)
{
    uint64_t least = 1000 * rules->slow_store_ms;
    uint64_t median = samples_percentile(&o->synced_us, OWN_DISK_PERCENT);
    bool known = o->synced_us.count >= OWN_LEAST;
    char text[FLAG_TEXT_BYTES];
    (void)snprintf(text, sizeof(text),
                   "half of the last commits to the store took %" PRIu64 " ms or more",
                   median / 1000);
    judge_flag(j, FLAG_SLOW_DISK, seat, known && least > 0 && median >= least,
               known && median <= least / 2, text);
}

static void look_evaluator(const struct own *o, const struct own_rules *rules,
                           uint16_t seat, const struct judge *j)
{
    unsigned least = rules->slow_evaluator;
    uint32_t slow = samples_percentile(&o->answered, OWN_EVALUATOR_PERCENT);
    bool known = o->answered.count >= OWN_LEAST;
    char text[FLAG_TEXT_BYTES];
    (void)snprintf(text, sizeof(text),
                   "the slowest of its agent's answers take %" PRIu32
                   " %% of the time there is, or more",
                   slow);
    judge_flag(j, FLAG_SLOW_EVALUATOR, seat, known && least > 0 && slow >= least,
               known && slow <= least / 2, text);
}

void own_look(const struct own *o, const struct own_rules *rules, uint16_t seat,
              const struct judge *j)
{
    look_disk(o, rules, seat, j);
    look_evaluator(o, rules, seat, j);
}
