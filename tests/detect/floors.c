/* SPDX-License-Identifier: ISC */
#include "floors.h"

#include <string.h>

/* Of 4 faulty seats of 33, so many percent are found after 50, 100 and 200 decisions. */
static const struct floor {
    const char *label;
    unsigned found[MARKS - 1];
} floors[] = {
    {"contrarian", {50, 80, 95}},  {"random", {10, 30, 50}},
    {"rubber-stamp", {0, 30, 80}}, {"bought-by-topic", {10, 30, 30}},
    {"colluding", {0, 20, 80}},    {"vendor", {20, 50, 80}},
    {"copycat", {50, 50, 50}},     {"drifting", {0, 5, 60}},
    {"changed", {10, 25, 30}},     {"slow", {90, 95, 95}},
    {"silent", {95, 95, 95}},      {"withholding", {80, 90, 95}},
    {"careless", {50, 80, 95}},    {"injected", {80, 90, 95}},
};

/* Of alarms per 1,000 decisions of honest councils. */
enum { ALARMS_MOST = 2 };

static unsigned missed(const struct row *r, const struct floor *f)
{
    unsigned count = 0;
    for (int m = 0; m < MARKS - 1; m++) {
        uint64_t percent =
            r->score.seats > 0 ? 100 * r->score.found[m] / r->score.seats : 0;
        if (percent < f->found[m]) {
            printf("# %s: %u%% are found within %u decisions, not %u%%\n", r->label,
                   (unsigned)percent, trial_marks[m], f->found[m]);
            count++;
        }
    }
    return count;
}

static const struct floor *floor_of(const char *label)
{
    for (size_t i = 0; i < sizeof(floors) / sizeof(floors[0]); i++) {
        if (strcmp(floors[i].label, label) == 0) {
            return &floors[i];
        }
    }
    return NULL;
}

unsigned floors_missed(const struct plan *p)
{
    unsigned count = 0;
    uint64_t alarms = 0, decisions = 0, bounded = 0;
    for (size_t i = 0; i < p->count; i++) {
        const struct row *r = &p->rows[i];
        if (r->section == SECTION_HONEST) {
            alarms += r->score.alarms;
            decisions += r->score.decisions;
            bounded += r->score.bounded;
        }
        const struct floor *f = floor_of(r->label);
        count += r->section == SECTION_FAULTY && f != NULL ? missed(r, f) : 0;
    }
    if (1000 * alarms > ALARMS_MOST * decisions) {
        printf("# %u alarms in %u decisions of honest councils\n", (unsigned)alarms,
               (unsigned)decisions);
        count++;
    }
    if (bounded > 0) {
        printf("# the fault bound of %u honest councils is in doubt\n", (unsigned)bounded);
        count++;
    }
    return count;
}
