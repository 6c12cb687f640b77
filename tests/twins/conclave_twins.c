/* SPDX-License-Identifier: ISC */
/*
 * Twins: seats with two nodes of one key, in councils that are parted anew in every round
 * (scenario.h).
 *
 *     conclave-twins --all [--twins SEAT] [--rounds N] [--groups N] [--deaf N] [--clones]
 *     conclave-twins --sample N [--seats N] [--seed N] [--rounds N] [--groups N] [--clones]
 *     conclave-twins --twins SEAT,... --parted PLACES [--seats N] [--seed N] [--clones]
 *
 * --all runs every scenario of four seats: each seat in turn is the one with two nodes, and
 * in every round the five nodes are parted in every way into at most so many groups (2), of
 * one seat alone with --twins. In the first --deaf rounds each correct seat is also deaf to
 * PREPAREs, to COMMITs, to both or neither.
 * --sample draws so many, with 1 to f seats of twins. The third form repeats one and shows
 * it; a failure prints it. --clones is the other kind of scenario. Two options break the
 * rules, to show what they are for: --quorum N, and --stubborn for clones. Output is TAP.
 */
#include "base/quorum.h"
#include "random.h"
#include "scenario.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

enum { FOUR = 4, WAYS_MAX = 52 * 64, PARTED_TEXT = ROUNDS_MAX * (PARTED_MAX + 1) + 1 };

/* To place the nodes of four seats in one round. */
struct ways {
    unsigned count;
    uint8_t places[WAYS_MAX][FOUR + 1];
};

struct options {
    struct scenario base;
    bool all;
    unsigned long sample;
    unsigned groups, deaf;
    const char *twins, *parted;
};

struct totals {
    unsigned long long scenarios, runs, equivocated, expelled, failed;
    unsigned long long views, blocks, virtual_ms;
    unsigned long long longest_ms; /* of one scenario */
};

static int usage(void)
{
    fprintf(
        stderr,
        "usage: conclave-twins --all | --sample N | --twins SEAT,... --parted "
        "PLACES\n"
        "                      [--seats N] [--seed N] [--rounds N] [--groups N] [--deaf N] "
        "[--clones [--stubborn]] [--quorum N]\n");
    return 2;
}

/* --- one scenario, counted --- */

static void print_command(const struct scenario *s)
{
    char text[PARTED_TEXT];
    scenario_write(s, text, sizeof(text));
    printf("# conclave-twins --seats %u --seed %llu%s%s", s->seats,
           (unsigned long long)s->seed, s->clones ? " --clones" : "",
           s->stubborn ? " --stubborn" : "");
    if (s->quorum != 0) {
        printf(" --quorum %u", s->quorum);
    }
    for (uint16_t i = 0; i < s->twin_count; i++) {
        printf("%s%u", i == 0 ? " --twins " : ",", s->twins[i]);
    }
    printf(" --parted %s\n", text);
}

/* False when something was wrong. */
static bool run(const struct scenario *s, struct totals *t, struct finding *o)
{
    scenario_run(s, o);
    t->runs++;
    t->equivocated += o->equivocated;
    t->expelled += o->expelled;
    t->views += o->view;
    t->blocks += o->height;
    t->virtual_ms += o->ended_ms;
    t->longest_ms = o->ended_ms > t->longest_ms ? o->ended_ms : t->longest_ms;
    if (o->fault[0] != '\0') {
        t->failed++;
        printf("# %s\n", o->fault);
        print_command(s);
    }
    return o->fault[0] == '\0';
}

static void print_totals(const struct totals *t)
{
    printf("# %llu scenarios, %llu of them different; in %llu the twins contradicted each "
           "other, in %llu they were expelled\n",
           t->scenarios, t->runs, t->equivocated, t->expelled);
    printf("# %llu views, %llu blocks, %llu s of virtual time, at most %llu ms\n", t->views,
           t->blocks, t->virtual_ms / 1000, t->longest_ms);
}

/* --- all of four seats --- */

/* The ways to part the nodes into at most so many groups: of each the canonical form, in
 * which a group's number is that of the groups before its first node. */
static void list_groups(struct ways *w, unsigned most)
{
    uint8_t at[FOUR + 1] = {0};
    for (;;) {
        unsigned used = 0;
        bool canonical = true;
        for (unsigned i = 0; i < FOUR + 1 && canonical; i++) {
            canonical = at[i] <= used;
            used += at[i] == used;
        }
        if (canonical && used <= most) {
            memcpy(w->places[w->count++], at, sizeof(at));
        }
        int digit = FOUR;
        while (digit > 0 && ++at[digit] == most) {
            at[digit--] = 0;
        }
        if (digit == 0) {
            return;
        }
    }
}

/* Each of them with every correct seat deaf to PREPAREs, COMMITs, both or neither. */
static void add_deafness(struct ways *w, uint16_t twin)
{
    for (uint16_t seat = 1; seat <= FOUR; seat++) {
        unsigned before = w->count;
        for (unsigned deaf = 1; deaf < 4 && seat != twin; deaf++) {
            for (unsigned i = 0; i < before; i++) {
                uint8_t *place = w->places[w->count++];
                memcpy(place, w->places[i], FOUR + 1);
                place[seat - 1] = (uint8_t)(place[seat - 1] + deaf * DEAF_TO_PREPARES);
            }
        }
    }
}

/* Goes to the next scenario. Those that differ only in rounds on which nothing depended
 * would run alike, and are passed over; the number of scenarios that were dealt with. */
static unsigned long long advance(unsigned *digits, const struct ways *const *ways,
                                  unsigned rounds, unsigned depended, bool *more)
{
    unsigned long long same = 1;
    unsigned last = depended > 0 ? depended - 1 : 0;
    for (unsigned i = last + 1; i < rounds; i++) {
        same *= ways[i]->count;
        digits[i] = 0;
    }
    while (++digits[last] == ways[last]->count) {
        digits[last] = 0;
        if (last == 0) {
            *more = false;
            break;
        }
        last--;
    }
    return same;
}

static bool run_seat(const struct options *o, uint16_t seat, struct totals *t)
{
    static struct ways parted, deaf;
    const struct ways *ways[ROUNDS_MAX];
    struct scenario s = o->base;
    unsigned digits[ROUNDS_MAX] = {0};
    parted.count = 0;
    list_groups(&parted, o->groups);
    deaf = parted;
    add_deafness(&deaf, seat);
    s.seats = FOUR;
    s.twin_count = 1;
    s.twins[0] = seat;
    for (unsigned round = 0; round < s.rounds; round++) {
        ways[round] = round < o->deaf ? &deaf : &parted;
    }
    for (bool more = true; more;) {
        struct finding found;
        for (unsigned round = 0; round < s.rounds; round++) {
            memcpy(s.places[round], ways[round]->places[digits[round]], FOUR + 1);
        }
        if (!run(&s, t, &found)) {
            return false;
        }
        unsigned depended = s.clones ? s.rounds : found.depended;
        t->scenarios += advance(digits, ways, s.rounds, depended, &more);
    }
    return true;
}

static void run_all(const struct options *o)
{
    struct totals t = {0};
    for (uint16_t seat = 1; seat <= FOUR; seat++) {
        unsigned long long before = t.scenarios;
        if (o->base.twin_count > 0 && seat != o->base.twins[0]) {
            continue;
        }
        bool good = run_seat(o, seat, &t);
        ok(good, "twins of seat %u: %llu scenarios", seat, t.scenarios - before);
    }
    print_totals(&t);
}

/* --- drawn --- */

static void draw_twins(struct scenario *s, struct rng *r)
{
    bool chosen[SEATS_MAX] = {false};
    unsigned most = quorum_faulty(s->seats);
    uint64_t first = s->rounds < s->seats ? s->rounds : s->seats;
    bool early = rng_chance(r, 2); /* primaries while the rounds last */
    most = most < TWINS_MAX ? most : TWINS_MAX;
    s->twin_count = (uint16_t)(rng_chance(r, 2) ? most : 1 + rng_below(r, most));
    for (uint16_t i = 0; i < s->twin_count; i++) {
        uint16_t seat = (uint16_t)(1 + rng_below(r, early ? first : s->seats));
        while (chosen[seat - 1]) {
            seat = (uint16_t)(1 + seat % s->seats);
        }
        chosen[seat - 1] = true;
        s->twins[i] = seat;
    }
}

/* Half of the time the halves of each seat are on two sides, where they do most harm. */
static void draw_groups(const struct options *o, struct scenario *s, struct rng *r,
                        uint8_t *out)
{
    unsigned groups = 1 + (unsigned)rng_below(r, o->groups);
    unsigned whole = (unsigned)rng_below(r, s->seats); /* so many stay together */
    for (uint16_t i = 0; i < s->seats + s->twin_count; i++) {
        out[i] = (uint8_t)(i < s->seats && rng_below(r, s->seats) < whole
                               ? 0
                               : rng_below(r, groups));
    }
    if (groups > 1 && rng_chance(r, 2)) {
        for (uint16_t i = 0; i < s->twin_count; i++) {
            out[s->twins[i] - 1] = (uint8_t)(i % 2);
            out[s->seats + i] = (uint8_t)(1 - i % 2);
        }
    }
}

static void draw_deafness(const struct scenario *s, struct rng *r, uint8_t *out)
{
    for (uint16_t i = 0; i < s->seats; i++) {
        out[i] = (uint8_t)(out[i] + (rng_chance(r, 4) ? DEAF_TO_PREPARES : 0) +
                           (rng_chance(r, 2) ? DEAF_TO_COMMITS : 0));
    }
}

static void run_sample(const struct options *o)
{
    struct totals t = {0};
    for (unsigned long i = 0; i < o->sample; i++) {
        struct scenario s = o->base;
        struct finding outcome;
        s.seed = o->base.seed + i;
        struct rng r = {s.seed * 1000 + s.seats};
        draw_twins(&s, &r);
        for (unsigned round = 0; round < s.rounds; round++) {
            draw_groups(o, &s, &r, s.places[round]);
            if (!s.clones && rng_chance(&r, 2)) {
                draw_deafness(&s, &r, s.places[round]);
            }
        }
        (void)run(&s, &t, &outcome);
        t.scenarios++;
    }
    ok(t.failed == 0, "%u seats: %llu scenarios from seed %llu on, %llu failed",
       o->base.seats, t.scenarios, (unsigned long long)o->base.seed, t.failed);
    print_totals(&t);
}

/* --- one --- */

static bool read_twins(struct scenario *s, const char *text)
{
    for (s->twin_count = 0; *text != '\0' && s->twin_count < TWINS_MAX; s->twin_count++) {
        char *end;
        unsigned long seat = strtoul(text, &end, 10);
        if (seat < 1 || seat > s->seats || end == text) {
            return false;
        }
        s->twins[s->twin_count] = (uint16_t)seat;
        text = end + (*end == ',');
    }
    return *text == '\0';
}

static int run_one(const struct options *o)
{
    struct scenario s = o->base;
    struct totals t = {0};
    struct finding outcome;
    s.trace = true;
    if (!scenario_read(&s, o->parted)) {
        return usage();
    }
    ok(run(&s, &t, &outcome), "the scenario");
    t.scenarios++;
    print_totals(&t);
    return tap_done();
}

/* --- options --- */

static bool read_number(struct options *o, const char *name, unsigned long value)
{
    struct scenario *s = &o->base;
    if (strcmp(name, "--sample") == 0) {
        o->sample = value;
        return value > 0;
    }
    if (strcmp(name, "--seats") == 0) {
        s->seats = (uint16_t)value;
        return value >= SEATS_MIN && value <= SEATS_MAX;
    }
    if (strcmp(name, "--seed") == 0) {
        s->seed = value;
        return true;
    }
    if (strcmp(name, "--rounds") == 0) {
        s->rounds = (unsigned)value;
        return value >= 1 && value <= ROUNDS_MAX;
    }
    if (strcmp(name, "--groups") == 0) {
        o->groups = (unsigned)value;
        return value >= 1 && value <= GROUPS_MAX;
    }
    if (strcmp(name, "--deaf") == 0) {
        o->deaf = (unsigned)value;
        return value <= ROUNDS_MAX;
    }
    if (strcmp(name, "--quorum") == 0) {
        s->quorum = (unsigned)value;
        return value >= 1 && value <= SEATS_MAX;
    }
    return false;
}

static bool read_options(struct options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
        char *end;
        if (strcmp(name, "--all") == 0) {
            o->all = true;
        } else if (strcmp(name, "--clones") == 0) {
            o->base.clones = true;
        } else if (strcmp(name, "--stubborn") == 0) {
            o->base.stubborn = true;
        } else if (value != NULL && strcmp(name, "--twins") == 0) {
            o->twins = argv[++i];
        } else if (value != NULL && strcmp(name, "--parted") == 0) {
            o->parted = argv[++i];
        } else if (value != NULL) {
            unsigned long number = strtoul(value, &end, 10);
            if (*end != '\0' || end == value || !read_number(o, name, number)) {
                return false;
            }
            i++;
        } else {
            return false;
        }
    }
    if (o->twins != NULL && !read_twins(&o->base, o->twins)) {
        return false;
    }
    return o->all + (o->sample > 0) + (o->parted != NULL) == 1;
}

int main(int argc, char **argv)
{
    struct options o = {.base = {.seats = FOUR, .seed = 1, .rounds = 4}, .groups = 2};
    if (!read_options(&o, argc, argv)) {
        return usage();
    }
    if (key_library_init() != 0) {
        return 99;
    }
    if (o.parted != NULL) {
        return run_one(&o);
    }
    if (o.all) {
        run_all(&o);
    } else {
        run_sample(&o);
    }
    return tap_done();
}
