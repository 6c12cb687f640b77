/* SPDX-License-Identifier: ISC */
#include "patterns/bloc.h"

#include "patterns/fixed.h"

#include <string.h>

/* Decisions are told apart by the direction in which a dissenter goes, and by how hard they
 * were: the outsiders' minority in 64ths. One in which all agree is not beyond all doubt:
 * a dissent weighs so many 64ths more. */
enum { STEPS = 64, LEVELS = STEPS / 2 + 1, DOUBT = 4 };
/* No member is surer to dissent than this, in 64ths. */
enum { SUREST = 48 };

/* What is enough for any group, however many there are of its size; surprises end soon
 * after. */
enum { LIMIT_MOST = 60000 };

struct count {
    uint16_t seats[SEATS_MAX], size;
    uint32_t decisions[DIRECTIONS][LEVELS];
    uint32_t dissents[DIRECTIONS]; /* of all members */
    uint32_t met[SEATS_MAX + 1];   /* decisions, by how many members were so */
    uint32_t all;
};

static bool votes(const struct window *w, uint16_t seat, enum choice c, uint32_t slot)
{
    return window_bit(w, seat, c == CHOICE_APPROVE ? PLANE_APPROVE : PLANE_REJECT, slot);
}

/* One decision: the outsiders' majority, and how many members were against it, which is
 * returned. */
static uint32_t count_slot(const struct window *w, struct count *c, uint32_t slot)
{
    const struct decided *d = &w->decided[slot];
    uint32_t own[DIRECTIONS] = {0, 0};
    for (uint16_t i = 0; i < c->size; i++) {
        own[CHOICE_APPROVE] += votes(w, c->seats[i], CHOICE_APPROVE, slot);
        own[CHOICE_REJECT] += votes(w, c->seats[i], CHOICE_REJECT, slot);
    }
    uint32_t approve = d->approve - own[CHOICE_APPROVE];
    uint32_t reject = d->reject - own[CHOICE_REJECT];
    if (approve + reject < DISSENT_OTHERS || approve == reject) {
        return 0;
    }
    enum choice side = approve < reject ? CHOICE_APPROVE : CHOICE_REJECT;
    uint32_t fewer = approve < reject ? approve : reject;
    c->decisions[side][fewer * STEPS / (approve + reject)]++;
    c->dissents[side] += own[side];
    c->met[own[side]]++;
    c->all++;
    return own[side];
}

/* Decisions in which chance has enough members together, in units of 2^-42. */
static uint64_t expected_on(const struct count *c, enum choice side, uint16_t enough)
{
    uint64_t weight = 0, sum = 0;
    for (uint64_t level = 0; level < LEVELS; level++) {
        weight += c->decisions[side][level] * (level + DOUBT);
    }
    for (uint64_t level = 0; weight > 0 && level < LEVELS; level++) {
        if (c->decisions[side][level] > 0) {
            uint64_t part = c->dissents[side] * (level + DOUBT);
            probability one = probability_of(part, weight * c->size);
            probability most = probability_of(SUREST, STEPS);
            probability all = binomial_tail(c->size, enough, one < most ? one : most);
            sum += (all >> 20) * c->decisions[side][level];
        }
    }
    return sum;
}

/* Groups of that size that there are: the sum of the logarithms of (n - i) / (i + 1). */
static uint32_t groups_surprise(uint32_t seats, uint32_t size)
{
    uint32_t sum = 0;
    size = 2 * size > seats ? seats - size : size;
    for (uint32_t i = 0; i < size; i++) {
        sum += surprise_of(probability_of(i + 1, seats - i));
    }
    return sum;
}

static void list_members(struct bloc *b, struct count *c, uint16_t seats)
{
    for (uint16_t seat = 1; seat <= seats; seat++) {
        if (seat_set_has(&b->seats, seat)) {
            c->seats[c->size++] = seat;
        }
    }
    b->size = c->size;
    b->lowest = c->seats[0];
}

/* The test for so many together; what surprises more than the last is kept. */
static void judge_with(const struct count *c, uint16_t enough, struct bloc *b)
{
    uint64_t expected =
        expected_on(c, CHOICE_REJECT, enough) + expected_on(c, CHOICE_APPROVE, enough);
    uint32_t together = 0;
    for (uint16_t k = enough; k <= c->size; k++) {
        together += c->met[k];
    }
    probability chance = (expected / c->all) << 20;
    uint32_t surprise = surprise_of(binomial_tail(c->all, together, chance));
    if (surprise >= b->surprise) {
        b->enough = enough;
        b->together = together;
        b->expected_milli = expected / 1000 * 1000000 >> 42;
        b->surprise = surprise;
    }
}

void bloc_judge(const struct patterns *p, struct bloc *b)
{
    const struct window *w = &p->window;
    struct count c = {.size = 0};
    uint32_t last = 0;
    list_members(b, &c, w->seats);
    uint64_t held = w->count < w->size ? w->count : w->size;
    for (uint64_t back = held; back-- > 0;) {
        last = count_slot(w, &c, window_slot(w, w->count - 1 - back));
    }
    b->decisions = c.all;
    b->surprise = 0;
    b->enough = b->size;
    uint32_t limit = surprise_limit(p->rules.watch.false_alarm_ppm, 2) +
                     groups_surprise(w->seats, b->size);
    b->limit = limit < LIMIT_MOST ? limit : LIMIT_MOST;
    if (c.all > 0) {
        judge_with(&c, (uint16_t)(b->size - b->size / 5), b);
        judge_with(&c, b->size, b);
    }
    b->met_last = last >= b->enough;
}

/* --- whose they are --- */

static void extend(const uint16_t *of, uint16_t seats, const struct bloc *b,
                   struct seat_set *out)
{
    uint16_t all[SEATS_MAX] = {0}, inside[SEATS_MAX] = {0};
    for (uint16_t seat = 1; seat <= seats; seat++) {
        uint16_t first = of[seat - 1];
        all[first - 1]++;
        inside[first - 1] = (uint16_t)(inside[first - 1] + seat_set_has(&b->seats, seat));
    }
    for (uint16_t seat = 1; seat <= seats; seat++) {
        uint16_t i = (uint16_t)(of[seat - 1] - 1);
        if (inside[i] >= 2 && 2 * inside[i] >= all[i]) {
            seat_set_add(out, seat);
        }
    }
}

void bloc_extend(const struct pattern_rules *rules, const struct bloc *b,
                 struct seat_set *out)
{
    *out = b->seats;
    extend(rules->vendor, rules->seats, b, out);
    extend(rules->family, rules->seats, b, out);
}
