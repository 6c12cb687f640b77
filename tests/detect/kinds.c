/* SPDX-License-Identifier: ISC */
#include "kinds.h"

const struct temperament temperaments[] = {
    {.name = "agreeing",
     .clear = 0.85,
     .merit = 1,
     .classes = 0.2,
     .leniency = 0.15,
     .noise = 0.6,
     .shared = 0.1,
     .outages = 0.0005,
     .late = 0.0005},
    {.name = "mixed",
     .clear = 0.5,
     .merit = 0.4,
     .classes = 0.4,
     .leniency = 0.25,
     .noise = 0.8,
     .shared = 0.15,
     .outages = 0.0005,
     .late = 0.001},
    {.name = "contested",
     .clear = 0.15,
     .merit = 0.2,
     .classes = 0.4,
     .leniency = 0.3,
     .noise = 1,
     .shared = 0.15,
     .outages = 0.0005,
     .late = 0.001},
    {.name = "diverse",
     .clear = 0.4,
     .merit = 0.3,
     .classes = 0.5,
     .leniency = 0.5,
     .noise = 0.8,
     .shared = 0.1,
     .outages = 0.001,
     .late = 0.001},
    {.name = "families",
     .clear = 0.4,
     .merit = 0.4,
     .classes = 0.4,
     .leniency = 0.25,
     .noise = 0.8,
     .shared = 0.35,
     .outages = 0.0005,
     .late = 0.001},
    {.name = "unreliable",
     .clear = 0.5,
     .merit = 0.4,
     .classes = 0.4,
     .leniency = 0.25,
     .noise = 0.8,
     .shared = 0.15,
     .outages = 0.01,
     .late = 0.02},
    {.name = "turning",
     .clear = 0.5,
     .merit = 0.6,
     .classes = 0.4,
     .leniency = 0.25,
     .noise = 0.8,
     .shared = 0.15,
     .outages = 0.0005,
     .late = 0.001,
     .regime = 400,
     .is_mix_moving = true},
    {.name = "rule-files",
     .clear = 0.5,
     .merit = 0.4,
     .classes = 0.4,
     .leniency = 0.25,
     .noise = 0.7,
     .shared = 0.25,
     .outages = 0.0005,
     .late = 0.0005,
     .is_rules = true},
};
const unsigned temperament_count = sizeof(temperaments) / sizeof(temperaments[0]);

#define BIT(kind) (UINT32_C(1) << (kind))
/* One seat's votes are odd. */
#define VOTES    (BIT(FLAG_DISSENT) | BIT(FLAG_COIN_FLIP) | BIT(FLAG_RUBBER_STAMP) | TURNS)
#define TURNS    (BIT(FLAG_DRIFT) | BIT(FLAG_CHANGED))
#define TOGETHER (BIT(FLAG_BLOC) | BIT(FLAG_FAULT_BOUND))

const struct fault_kind fault_kinds[FAULT_COUNT] = {
    [FAULT_NONE] = {.name = "none"},
    [FAULT_CONTRARIAN] = {"contrarian", 0, VOTES, {1, 4, 8, 12}},
    [FAULT_RANDOM] = {"random", 0, VOTES, {1, 4, 8, 12}},
    [FAULT_RUBBER_STAMP] = {"rubber-stamp", 0, VOTES, {1, 4, 8, 12}},
    [FAULT_BOUGHT] = {"bought", 0, VOTES | TOGETHER, {1, 4, 8, 12}},
    [FAULT_COLLUDING] = {"colluding", 0, TOGETHER, {3, 4, 8, 10, 11, 12}},
    [FAULT_VENDOR] = {"vendor", 200, TOGETHER | VOTES, {4, 8, 12}},
    [FAULT_COPYCAT] = {"copycat", 0, BIT(FLAG_COPIED) | TOGETHER, {1, 4, 12}},
    [FAULT_DRIFTING] = {"drifting", 200, VOTES, {1, 4, 12}},
    [FAULT_CHANGED] = {"changed", 200, VOTES, {1, 4, 12}},
    [FAULT_SLOW] = {"slow", 100, BIT(FLAG_LATE) | BIT(FLAG_MISSED) | TURNS, {1, 4, 12}},
    [FAULT_SILENT] = {"silent", 100, BIT(FLAG_MISSED), {1, 4, 10}},
    [FAULT_WITHHOLDING] = {"withholding", 0, BIT(FLAG_WITHHELD), {1, 4, 12}},
    [FAULT_CARELESS] = {"careless",
                        0,
                        BIT(FLAG_EARLY_REVEAL) | BIT(FLAG_BAD_OPENING),
                        {1, 4, 12}},
    [FAULT_INJECTED] = {"injected", 0, BIT(FLAG_INSTRUCTIONS), {1, 4, 12}},
};

bool fault_is_told_by(enum fault f, enum flag_kind k)
{
    return (fault_kinds[f].right & BIT(k)) != 0;
}

bool flag_is_fact(enum flag_kind k)
{
    const uint32_t facts = BIT(FLAG_EQUIVOCATION) | BIT(FLAG_WITHHELD) | BIT(FLAG_MISSED) |
                           BIT(FLAG_EARLY_REVEAL) | BIT(FLAG_BAD_OPENING) | BIT(FLAG_LATE);
    return (facts & BIT(k)) != 0;
}

bool flag_is_of_texts(enum flag_kind k)
{
    return k == FLAG_COPIED || k == FLAG_INSTRUCTIONS;
}

bool flag_is_alarm(enum flag_kind k)
{
    return !flag_is_fact(k) && flag_kind_severity(k) >= FLAG_WARNING;
}
