/* SPDX-License-Identifier: ISC */
#include "watch/phi.h"

#include <math.h>
#include <string.h>

/* A deviation below a quarter of the interval would make phi jump at the first beat that
 * is late. */
static const double least_deviation = 0.25;

uint64_t phi_clock_peek(const struct phi_clock *c, const struct phi_rules *rules,
                        uint64_t monotonic_ms)
{
    uint64_t gap = c->seen_ms != 0 ? monotonic_ms - c->seen_ms : 0;
    uint64_t blind = gap >= 2 * rules->interval_ms ? gap - rules->interval_ms : 0;
    return monotonic_ms - c->blind_ms - blind;
}

uint64_t phi_clock_at(struct phi_clock *c, const struct phi_rules *rules,
                      uint64_t monotonic_ms)
{
    uint64_t now_ms = phi_clock_peek(c, rules, monotonic_ms);
    c->seen_ms = monotonic_ms;
    c->blind_ms = monotonic_ms - now_ms;
    return now_ms;
}

const char *phi_state_name(enum phi_state s)
{
    switch (s) {
    case PHI_UNKNOWN:
        return "unknown";
    case PHI_ALIVE:
        return "alive";
    case PHI_SUSPECTED:
        return "suspected";
    case PHI_DOWN:
        return "down";
    }
    return "unknown";
}

void phi_init(struct phi *p, uint64_t now_ms)
{
    memset(p, 0, sizeof(*p));
    p->life_ms = now_ms;
}

void phi_restart(struct phi *p)
{
    p->count = p->next = 0;
    p->sum = p->squares = 0;
    p->has_sample = false;
}

void phi_heard(struct phi *p, uint64_t now_ms)
{
    p->heard = true;
    p->life_ms = now_ms;
}

static uint64_t square(uint32_t value)
{
    return (uint64_t)value * value;
}

static void learn(struct phi *p, uint32_t gap_ms)
{
    uint32_t *at = &p->gaps[p->next];
    if (p->count == PHI_WINDOW) {
        p->sum -= *at;
        p->squares -= square(*at);
    } else {
        p->count++;
    }
    *at = gap_ms;
    p->sum += gap_ms;
    p->squares += square(gap_ms);
    p->next = (p->next + 1) % PHI_WINDOW;
}

void phi_beat(struct phi *p, const struct phi_rules *rules, const struct phi_clock *c,
              uint64_t now_ms)
{
    uint64_t gap = now_ms - p->sampled_ms;
    phi_heard(p, now_ms);
    p->back += p->back < PHI_BACK;
    if (p->has_sample && gap < rules->interval_ms / 2) {
        return;
    }
    if (p->has_sample && gap < rules->dead_ms && c->blind_ms == p->blind_ms) {
        learn(p, (uint32_t)gap);
    }
    p->has_sample = true;
    p->sampled_ms = now_ms;
    p->blind_ms = c->blind_ms;
}

uint64_t phi_silence(const struct phi *p, uint64_t now_ms)
{
    return now_ms > p->life_ms ? now_ms - p->life_ms : 0;
}

double phi_value(const struct phi *p, const struct phi_rules *rules, uint64_t now_ms)
{
    if (p->count < PHI_LEAST) {
        return -1;
    }
    double mean = (double)p->sum / p->count;
    double variance = (double)p->squares / p->count - mean * mean;
    double expected = fmax(mean, (double)rules->interval_ms);
    double deviation = fmax(variance > 0 ? sqrt(variance) : 0, least_deviation * expected);
    double late = (double)phi_silence(p, now_ms) - mean - (double)rules->pause_ms;
    double tail = 0.5 * erfc(late / deviation * M_SQRT1_2);
    return tail > 0 ? fmin(-log10(tail), PHI_MOST) : PHI_MOST;
}

enum phi_state phi_judge(struct phi *p, const struct phi_rules *rules, uint64_t now_ms)
{
    double phi = phi_value(p, rules, now_ms);
    if (phi >= rules->down || phi_silence(p, now_ms) >= rules->dead_ms) {
        p->state = PHI_DOWN;
        p->back = 0;
        return p->state;
    }
    if (p->state == PHI_DOWN && p->back < PHI_BACK) {
        return p->state;
    }
    double least = p->state == PHI_ALIVE ? rules->suspect : rules->suspect / 2;
    if (phi >= least && p->state != PHI_UNKNOWN) {
        p->state = PHI_SUSPECTED;
    } else if (p->heard) {
        p->state = PHI_ALIVE;
    }
    return p->state;
}
