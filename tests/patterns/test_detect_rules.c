/* SPDX-License-Identifier: ISC */
/*
 * Whatever a charter may ask for, and whatever seats do: the engine goes on, findings have
 * their numbers in order, and a second engine has the same.
 */
#include "story.h"
#include "tap.h"

#include <string.h>

enum { COUNCILS = 24, LETTERS = 8 };

static void draw_rules(struct rng *r, struct pattern_rules *rules)
{
    static const uint32_t rates[] = {1, 1000, 500000, 1000000};
    struct charter_watch *w = &rules->watch;
    w->window = 16 + (uint32_t)rng_below(r, rng_chance(r, 4) ? 4081 : 100);
    w->recent = 8 + (uint32_t)rng_below(r, w->window / 2 - 7);
    w->false_alarm_ppm = rates[rng_below(r, 4)];
    w->dissent_percent = (uint32_t)rng_below(r, 101);
    w->bloc_percent = 1 + (uint32_t)rng_below(r, 100);
    w->drift_limit = 1 + (uint32_t)rng_below(r, rng_chance(r, 2) ? 3 : 1000);
    rules->classes = 1 + (uint32_t)rng_below(r, CLASSES_MAX);
    for (uint16_t i = 0; i < rules->seats; i++) {
        rules->vendor[i] = rules->vendor[rng_below(r, i + 1U)];
    }
}

static void draw_votes(struct rng *r, struct story *s, unsigned percent, char *votes)
{
    bool none = rng_chance(r, 5);
    (void)story_draw(r, s->rules.seats, percent, votes);
    for (uint16_t i = 0; i < s->rules.seats; i++) {
        unsigned letter = (unsigned)rng_below(r, none ? 5 : LETTERS);
        if (none || rng_chance(r, 8)) {
            votes[i] = "WMLXNRA-"[letter];
        }
        s->confidence[i] = (uint8_t)rng_below(r, 101);
        s->delay[i] = (uint16_t)(rng_chance(r, 2) ? rng_below(r, 8) : rng_next(r));
    }
}

static bool in_order(const struct finding *f, uint16_t seats)
{
    const struct sight *s = &f->last;
    return s->statistic >= s->threshold && s->seat <= seats && f->count > 0 &&
           f->first_height <= f->last_height && memchr(s->text, '\0', sizeof(s->text));
}

/* Returns a digest of all findings after every decision. */
static uint64_t play(uint64_t seed, unsigned *wrong, uint64_t *seen)
{
    static const uint16_t sizes[] = {4, 5, 7, 10, 33, SEATS_MAX};
    struct rng r = {seed};
    struct story s;
    char votes[SEATS_MAX + 1];
    story_begin(&s, sizes[seed % 6]);
    draw_rules(&r, &s.rules);
    uint64_t digest = seed;
    unsigned percent = (unsigned)rng_below(&r, 101);
    for (unsigned i = 0; i < (s.rules.seats > 33 ? 150 : 400); i++) {
        percent = rng_chance(&r, 100) ? (unsigned)rng_below(&r, 101) : percent;
        draw_votes(&r, &s, percent, votes);
        story_decide(&s, (uint32_t)rng_below(&r, s.rules.classes), votes);
        size_t count;
        const struct finding *const *open = patterns_findings(s.patterns, &count);
        for (size_t k = 0; k < count; k++) {
            *wrong += !in_order(open[k], s.rules.seats);
            digest = digest * 31 + open[k]->last.kind + open[k]->last.seat * 64U +
                     open[k]->last.statistic * 8192;
        }
        *seen += count;
    }
    story_end(&s);
    return digest;
}

int main(void)
{
    unsigned wrong = 0, other = 0;
    uint64_t seen = 0;
    for (uint64_t seed = 1; seed <= COUNCILS; seed++) {
        uint64_t first = play(seed, &wrong, &seen);
        other += play(seed, &wrong, &seen) != first;
    }
    is(wrong, 0, "findings have their numbers in order, whatever the charter asks for");
    is(other, 0, "and are the same again");
    ok(seen > 10000, "of %llu", (unsigned long long)seen);
    return tap_done();
}
