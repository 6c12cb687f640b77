/* SPDX-License-Identifier: ISC */
#include "plan.h"

#include "base/alloc.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    COUNCIL = 33,
    HONEST_DECISIONS = 1000,
    HONEST_WRITING = 3, /* one council of so many has rationales: they take the time */
    FAULTY_DECISIONS = 500,
    SWEEP_DECISIONS = 500,
    SWEEP_FAULTY = 4,
    SHORT_COUNCILS = 8,
    SHORT_DECISIONS = 200,
    SEED = 7001
};

struct row *plan_add(struct plan *p, enum section section, const char *label,
                     const struct trial *t)
{
    if (p->count == p->capacity) {
        p->capacity = p->capacity > 0 ? 2 * p->capacity : 64;
        p->rows = alloc_resize(p->rows, p->capacity, sizeof(*p->rows));
    }
    struct row *r = &p->rows[p->count++];
    memset(r, 0, sizeof(*r));
    r->section = section;
    (void)snprintf(r->label, sizeof(r->label), "%s", label);
    (void)snprintf(r->threshold, sizeof(r->threshold), "-");
    r->seats = t->seats;
    r->faulty = t->faulty;
    r->trial = *t;
    return r;
}

void plan_free(struct plan *p)
{
    free(p->rows);
    *p = (struct plan){0};
}

const struct row *plan_find(const struct plan *p, enum section section, const char *label,
                            uint16_t seats, uint16_t faulty)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct row *r = &p->rows[i];
        if (r->section == section && strcmp(r->label, label) == 0 && r->seats == seats &&
            r->faulty == faulty) {
            return r;
        }
    }
    return NULL;
}

/* --- the sections --- */

static struct trial trial_of(uint16_t seats, enum fault f, uint16_t faulty,
                             uint32_t decisions, uint32_t councils)
{
    struct trial t = {.seats = seats,
                      .fault = f,
                      .faulty = faulty,
                      .decisions = decisions,
                      .councils = councils,
                      .writing = fault_is_told_by(f, FLAG_COPIED) ||
                                         fault_is_told_by(f, FLAG_INSTRUCTIONS)
                                     ? 1
                                     : 0,
                      .seed = SEED + 1000 * (uint64_t)f + 100000 * (uint64_t)faulty};
    feed_rules(seats, &t.rules);
    return t;
}

static void add_honest(struct plan *p, uint32_t decisions, uint32_t councils)
{
    for (unsigned i = 0; i < temperament_count; i++) {
        struct trial t = trial_of(COUNCIL, FAULT_NONE, 0, decisions, councils);
        t.temperament = &temperaments[i];
        t.writing = HONEST_WRITING;
        t.seed += 10000 * i;
        plan_add(p, SECTION_HONEST, temperaments[i].name, &t);
    }
}

static void add_faulty(struct plan *p, enum section section, enum fault f, uint16_t seats,
                       uint16_t faulty, uint32_t decisions, uint32_t councils)
{
    struct trial t = trial_of(seats, f, faulty, decisions, councils);
    plan_add(p, section, fault_kinds[f].name, &t);
    if (f == FAULT_BOUGHT) {
        t.of_topic = true;
        plan_add(p, section, "bought-by-topic", &t);
    }
}

static void add_sizes(struct plan *p, uint32_t councils)
{
    static const struct {
        uint16_t seats, faulty;
    } sizes[] = {{7, 2}, {13, 4}, {100, 12}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct trial t =
            trial_of(sizes[i].seats, FAULT_NONE, 0, FAULTY_DECISIONS, councils);
        plan_add(p, SECTION_SIZES, "none", &t);
        for (int f = FAULT_CONTRARIAN; f < FAULT_COUNT; f++) {
            add_faulty(p, SECTION_SIZES, (enum fault)f, sizes[i].seats, sizes[i].faulty,
                       FAULTY_DECISIONS, councils);
        }
    }
}

/* --- other thresholds --- */

static const struct sweep {
    const char *name;
    size_t offset; /* in struct charter_watch */
    uint32_t values[5];
    enum fault faults[3]; /* that it is there for; FAULT_NONE ends them */
} sweeps[] = {{"false_alarm_ppm",
               offsetof(struct charter_watch, false_alarm_ppm),
               {10, 100, 1000, 10000, 100000},
               {FAULT_CONTRARIAN, FAULT_RANDOM, FAULT_COLLUDING}},
              {"dissent_percent",
               offsetof(struct charter_watch, dissent_percent),
               {0, 5, 10, 20, 40},
               {FAULT_CONTRARIAN, FAULT_RANDOM}},
              {"bloc_percent",
               offsetof(struct charter_watch, bloc_percent),
               {30, 45, 60, 75, 90},
               {FAULT_COLLUDING, FAULT_VENDOR}},
              {"drift_limit",
               offsetof(struct charter_watch, drift_limit),
               {4, 8, 12, 16, 24},
               {FAULT_DRIFTING, FAULT_CHANGED}},
              {"likeness_percent",
               offsetof(struct charter_watch, likeness_percent),
               {60, 70, 80, 90, 100},
               {FAULT_COPYCAT}}};

static void add_swept(struct plan *p, const struct sweep *s, uint32_t value, enum fault f,
                      uint32_t councils)
{
    uint16_t faulty = f == FAULT_NONE ? 0 : SWEEP_FAULTY;
    struct trial t = trial_of(COUNCIL, f, faulty, SWEEP_DECISIONS, councils);
    memcpy((char *)&t.rules.watch + s->offset, &value, sizeof(value));
    t.writing = s->faults[0] == FAULT_COPYCAT;
    struct row *r = plan_add(p, SECTION_THRESHOLDS, fault_kinds[f].name, &t);
    (void)snprintf(r->threshold, sizeof(r->threshold), "%s", s->name);
    r->value = value;
}

static void add_sweeps(struct plan *p, uint32_t councils)
{
    for (size_t i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++) {
        const struct sweep *s = &sweeps[i];
        for (size_t v = 0; v < sizeof(s->values) / sizeof(s->values[0]); v++) {
            add_swept(p, s, s->values[v], FAULT_NONE, 2 * councils);
            for (int f = 0; f < 3 && s->faults[f] != FAULT_NONE; f++) {
                add_swept(p, s, s->values[v], s->faults[f], councils);
            }
        }
    }
}

/* --- plans --- */

void plan_full(struct plan *p, uint32_t councils)
{
    /* As often of each temperament. */
    uint32_t rounds = councils / 3 / temperament_count;
    uint32_t fewer = (rounds > 0 ? rounds : 1) * temperament_count;
    add_honest(p, HONEST_DECISIONS, councils);
    for (int f = FAULT_CONTRARIAN; f < FAULT_COUNT; f++) {
        for (const uint8_t *faulty = fault_kinds[f].counts; *faulty != 0; faulty++) {
            add_faulty(p, SECTION_FAULTY, (enum fault)f, COUNCIL, *faulty, FAULTY_DECISIONS,
                       2 * fewer);
        }
    }
    add_sizes(p, fewer);
    add_sweeps(p, fewer);
}

void plan_short(struct plan *p)
{
    add_honest(p, SHORT_DECISIONS, 2);
    for (int f = FAULT_CONTRARIAN; f < FAULT_COUNT; f++) {
        add_faulty(p, SECTION_FAULTY, (enum fault)f, COUNCIL, SWEEP_FAULTY, SHORT_DECISIONS,
                   SHORT_COUNCILS);
    }
}
