/* SPDX-License-Identifier: ISC */
#include "trial.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

const uint32_t trial_marks[MARKS] = {50, 100, 200, 500};

struct run {
    const struct trial *trial;
    struct score *score;
    struct world world;
    struct feed feed;
    struct feed_block block;
    uint32_t time;             /* decisions since faulty seats are, of those counted */
    uint32_t found[SEATS_MAX]; /* at which time; 0: not yet */
    bool is_bounded;
    uint64_t *times; /* of all that were found */
    size_t time_count;
};

/* --- a finding --- */

/* Of two rationales that are the same, nobody can say whose was first. */
static bool names(const struct sight *s, uint16_t seat)
{
    bool group =
        s->kind == FLAG_BLOC || s->kind == FLAG_FAULT_BOUND || s->kind == FLAG_COPIED;
    return s->seat == seat || (group && seat_set_has(&s->seats, seat));
}

/* Half of those that it names, at least, are faulty. */
static bool is_right(const struct run *r, const struct sight *s)
{
    unsigned named = 0, faulty = 0;
    for (uint16_t seat = 1; seat <= r->trial->seats; seat++) {
        named += names(s, seat);
        faulty += names(s, seat) && r->world.is_faulty[seat - 1];
    }
    return faulty > 0 && 2 * faulty >= named;
}

static void count_raised(struct run *r, const struct sight *s)
{
    r->score->raised[s->kind]++;
    bool tells = !flag_is_fact(s->kind) && fault_is_told_by(r->trial->fault, s->kind);
    if (flag_is_alarm(s->kind) || tells) {
        r->score->alarms++;
        r->score->right += is_right(r, s);
    }
    if (s->kind == FLAG_FAULT_BOUND && !r->is_bounded) {
        r->is_bounded = true;
        r->score->bounded++;
    }
}

static void find(struct run *r, const struct sight *s)
{
    for (uint16_t seat = 1; seat <= r->trial->seats; seat++) {
        if (r->world.is_faulty[seat - 1] && r->found[seat - 1] == 0 && names(s, seat) &&
            fault_is_told_by(r->trial->fault, s->kind)) {
            r->found[seat - 1] = r->time > 0 ? r->time : 1;
        }
    }
}

static void look(struct run *r)
{
    size_t count;
    const struct finding_change *changes = patterns_changes(r->feed.patterns, &count);
    for (size_t i = 0; i < count; i++) {
        const struct finding_change *c = &changes[i];
        if (c->step == FINDING_RAISED) {
            count_raised(r, &c->finding.last);
        }
        if (c->step != FINDING_CLEARED) {
            find(r, &c->finding.last);
        }
    }
}

/* --- a council --- */

static void run_council(struct run *r)
{
    const struct trial *t = r->trial;
    uint32_t left = t->decisions;
    feed_begin(&r->feed, &t->rules, &r->world);
    memset(r->found, 0, sizeof(r->found));
    r->is_bounded = false;
    r->time = 0;
    while (left > 0) {
        const struct decision *d = world_next(&r->world);
        bool counts = t->fault == FAULT_NONE || world_has_begun(&r->world);
        feed_make(&r->feed, d, &r->block);
        feed_apply(&r->feed, &r->block);
        if (counts) {
            left--;
            r->score->decisions++;
            r->score->written += !r->world.spec.is_mute;
            r->time += !t->of_topic || d->class_index == FAULT_TOPIC;
            look(r);
        }
    }
    feed_end(&r->feed);
}

static void count_found(struct run *r)
{
    for (uint16_t i = 0; i < r->trial->seats; i++) {
        if (!r->world.is_faulty[i]) {
            continue;
        }
        r->score->seats++;
        if (r->found[i] > 0) {
            r->times[r->time_count++] = r->found[i];
        }
        for (int m = 0; m < MARKS; m++) {
            r->score->found[m] += r->found[i] > 0 && r->found[i] <= trial_marks[m];
        }
    }
}

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

void trial_run(const struct trial *t, struct score *out)
{
    struct run *r = alloc_zero(1, sizeof(*r));
    memset(out, 0, sizeof(*out));
    r->trial = t;
    r->score = out;
    r->times = alloc_zero((size_t)t->councils * t->seats + 1, sizeof(*r->times));
    for (uint32_t i = 0; i < t->councils; i++) {
        struct world_spec spec = {.seed = (t->seed + i) * UINT64_C(0xd1342543de82ef95) + 1,
                                  .temperament = t->temperament != NULL
                                                     ? t->temperament
                                                     : &temperaments[i % temperament_count],
                                  .seats = t->seats,
                                  .fault = t->fault,
                                  .faulty = t->faulty,
                                  .is_mute = t->writing == 0 || i % t->writing != 0};
        world_begin(&r->world, &spec);
        run_council(r);
        count_found(r);
        out->councils++;
    }
    qsort(r->times, r->time_count, sizeof(*r->times), compare);
    out->median = 2 * r->time_count > out->seats ? r->times[out->seats / 2] : 0;
    buffer_free(&r->block.encoding);
    free(r->times);
    free(r);
}
