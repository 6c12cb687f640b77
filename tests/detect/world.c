/* SPDX-License-Identifier: ISC */
#include "world.h"

#include "words.h"

#include <string.h>

enum { FAMILIES = 6, PLACES = 8, EPOCH = 16, EPOCH_ABSENCES = 3, MIX_PERIOD = 800 };

/* --- the council --- */

static void draw_mind(struct world *w, struct mind *m)
{
    struct rng *r = &w->rng;
    const struct temperament *t = w->spec.temperament;
    m->leniency = t->leniency * chance_normal(r);
    for (int c = 0; c < DETECT_CLASSES; c++) {
        m->class_leniency[c] = 0.5 * t->leniency * chance_normal(r);
        m->class_noise[c] = chance_between(r, 0.7, 1.3);
    }
    m->doubt = chance_of(r, 0.7) ? 0.02 : 0.1;
    m->assurance = chance_between(r, 0.5, 2);
    m->rounds = chance_of(r, 0.5);
    m->slowness = chance_between(r, 0.1, 0.5);
    m->style = rng_next(r);
}

/* A family of models is one vendor's, and a vendor has one or more. None is meant to have
 * more than f seats. */
static const struct {
    double share;
    uint16_t vendor;
} families[FAMILIES] = {{0.22, 0}, {0.2, 1}, {0.18, 2}, {0.16, 3}, {0.12, 4}, {0.12, 2}};

static uint16_t draw_family(struct world *w)
{
    double x = chance_uniform(&w->rng);
    uint16_t family = 0;
    while (family + 1 < FAMILIES && x >= families[family].share) {
        x -= families[family++].share;
    }
    return family;
}

/* What fails together is the first family. */
static void draw_origin(struct world *w, uint16_t seat)
{
    uint16_t i = (uint16_t)(seat - 1), family = draw_family(w);
    if (w->spec.fault == FAULT_VENDOR) {
        family = w->is_faulty[i] ? 0 : (uint16_t)(1 + family % (FAMILIES - 1));
    }
    w->family[i] = family;
    w->vendor[i] = families[family].vendor;
    w->place[i] = (uint16_t)rng_below(&w->rng, PLACES);
}

static void draw_faulty(struct world *w)
{
    for (uint16_t left = w->spec.faulty; left > 0;) {
        uint64_t i = rng_below(&w->rng, w->spec.seats);
        left = (uint16_t)(left - !w->is_faulty[i]);
        w->is_faulty[i] = true;
    }
}

static void draw_classes(struct world *w)
{
    const struct temperament *t = w->spec.temperament;
    for (int k = 0; k < 2; k++) {
        double sum = 0;
        for (int c = 0; c < DETECT_CLASSES; c++) {
            double mean = k == 0 ? t->merit : -0.5 * t->merit;
            w->class_merit[k][c] = mean + t->classes * chance_normal(&w->rng);
            w->class_share[k][c] = chance_between(&w->rng, 0.2, 1);
            sum += w->class_share[k][c];
        }
        for (int c = 0; c < DETECT_CLASSES; c++) {
            w->class_share[k][c] /= sum;
        }
    }
}

void world_begin(struct world *w, const struct world_spec *spec)
{
    memset(w, 0, sizeof(*w));
    w->spec = *spec;
    w->rng.state = spec->seed;
    w->decision.number = UINT64_MAX;
    w->turn = chance_of(&w->rng, 0.5) ? 1 : -1;
    draw_faulty(w);
    draw_classes(w);
    for (uint16_t seat = 1; seat <= spec->seats; seat++) {
        draw_origin(w, seat);
        draw_mind(w, &w->minds[seat - 1]);
        draw_mind(w, &w->other[seat - 1]);
        w->other[seat - 1].leniency += w->turn;
    }
}

bool world_has_begun(const struct world *w)
{
    return w->spec.fault != FAULT_NONE &&
           w->decision.number >= fault_kinds[w->spec.fault].onset;
}

/* Decisions since faulty seats are. */
static double since(const struct world *w)
{
    return (double)(w->decision.number - fault_kinds[w->spec.fault].onset);
}

static bool acts_as(const struct world *w, uint16_t i, enum fault f)
{
    return w->spec.fault == f && w->is_faulty[i] && world_has_begun(w);
}

/* --- a proposal --- */

static uint32_t draw_class(struct world *w)
{
    double at = (double)w->decision.number / MIX_PERIOD, x = chance_uniform(&w->rng);
    at = !w->spec.temperament->is_mix_moving ? 0 : at < 1 ? at : 1;
    uint32_t c = 0;
    for (; c + 1 < DETECT_CLASSES; c++) {
        x -= (1 - at) * w->class_share[0][c] + at * w->class_share[1][c];
        if (x < 0) {
            break;
        }
    }
    return c;
}

static void draw_decision(struct world *w)
{
    const struct temperament *t = w->spec.temperament;
    struct decision *d = &w->decision;
    d->number++;
    bool turned = t->regime != 0 && d->number >= t->regime;
    bool clear = chance_of(&w->rng, t->clear);
    d->class_index = draw_class(w);
    d->merit = w->class_merit[turned][d->class_index] + chance_normal(&w->rng);
    d->merit *= clear ? 1.5 : 0.6;
    d->noise = clear ? 0.3 * t->noise : t->noise;
    d->features = rng_next(&w->rng);
    words_proposal(d, &w->rng);
}

/* Errors that seats share. */
struct errors {
    double family[FAMILIES], place[PLACES];
};

static void draw_errors(struct world *w, struct errors *out)
{
    for (int i = 0; i < FAMILIES; i++) {
        out->family[i] = chance_normal(&w->rng);
    }
    for (int i = 0; i < PLACES; i++) {
        out->place[i] = chance_normal(&w->rng);
    }
}

/* For x in 0..1, by Newton's method. */
static double root(double x)
{
    double y = 1;
    for (int i = 0; i < 30; i++) {
        y = (y + x / y) / 2;
    }
    return y;
}

/* --- a seat's judgement --- */

static const struct mind *mind_of(const struct world *w, uint16_t i)
{
    return acts_as(w, i, FAULT_CHANGED) ? &w->other[i] : &w->minds[i];
}

/* What it takes the merit for. */
static double see(struct world *w, uint16_t i, const struct errors *e)
{
    const struct decision *d = &w->decision;
    const struct mind *m = mind_of(w, i);
    double shared = w->spec.temperament->shared, place = 0.05;
    double error = root(shared) * e->family[w->family[i]] +
                   root(place) * e->place[w->place[i]] +
                   root(1 - shared - place) * chance_normal(&w->rng);
    double seen = d->merit + m->leniency + m->class_leniency[d->class_index] +
                  d->noise * m->class_noise[d->class_index] * error;
    if (acts_as(w, i, FAULT_DRIFTING)) {
        double part = since(w) / 250;
        seen += 3 * w->turn * (part < 1 ? part : 1);
    }
    if (acts_as(w, i, FAULT_VENDOR)) {
        seen = 0.3 * seen + 2 * e->family[w->family[i]];
    }
    return seen;
}

static void judge(struct world *w, uint16_t i, double seen)
{
    struct act *a = &w->decision.acts[i];
    const struct mind *m = mind_of(w, i);
    double distance = seen < 0 ? -seen : seen;
    double sure = distance * m->assurance / (0.6 + distance * m->assurance);
    double percent = 50 + 50 * sure + 5 * chance_normal(&w->rng);
    percent = percent < 0 ? 0 : percent > 100 ? 100 : percent;
    a->confidence = (uint8_t)(m->rounds ? (int)(percent / 10) * 10 : (int)percent);
    a->choice = seen > 0 ? CHOICE_APPROVE : CHOICE_REJECT;
    if (distance < m->doubt) {
        a->choice = CHOICE_ABSTAIN;
    }
}

static void be_prompt(struct world *w, uint16_t i)
{
    struct act *a = &w->decision.acts[i];
    a->ballot_blocks = (uint16_t)(1 + chance_run(&w->rng, mind_of(w, i)->slowness, 20));
    a->reveal_blocks = (uint16_t)(1 + chance_run(&w->rng, 0.1, 10));
    a->status = STATUS_REVEALED;
    if (w->outage[i] > 0) {
        w->outage[i]--;
        a->status = STATUS_MISSED;
    } else if (chance_of(&w->rng, w->spec.temperament->outages)) {
        w->outage[i] = 1 + chance_run(&w->rng, 0.5, 8);
        a->status = chance_of(&w->rng, 0.1) ? STATUS_WITHHELD : STATUS_MISSED;
    } else if (chance_of(&w->rng, w->spec.temperament->late)) {
        a->status = STATUS_LATE;
    }
}

/* --- a faulty seat's act --- */

static void vote(struct act *a, enum choice c)
{
    a->choice = c;
    a->confidence = a->confidence < 70 ? 70 : a->confidence;
}

static void collude(struct world *w, uint16_t i)
{
    const struct decision *d = &w->decision;
    bool matters = d->features % 10 < 3;
    if (matters && chance_of(&w->rng, 0.95)) {
        vote(&w->decision.acts[i], d->merit > 0 ? CHOICE_REJECT : CHOICE_APPROVE);
    }
}

static void be_slow(struct world *w, uint16_t i)
{
    struct act *a = &w->decision.acts[i];
    a->ballot_blocks = (uint16_t)(4 * a->ballot_blocks);
    if (a->status == STATUS_REVEALED && chance_of(&w->rng, 0.25)) {
        a->status = STATUS_LATE;
    }
}

static void withhold(struct world *w, uint16_t i)
{
    struct act *a = &w->decision.acts[i];
    bool loses = (a->choice == CHOICE_APPROVE) != (w->decision.merit > 0);
    if (a->status == STATUS_REVEALED && chance_of(&w->rng, loses ? 0.5 : 0.02)) {
        a->status = STATUS_WITHHELD;
    }
}

static void blunder(struct world *w, uint16_t i)
{
    if (chance_of(&w->rng, 0.05)) {
        bool early = chance_of(&w->rng, 0.5);
        w->decision.acts[i].blunder = early ? VERDICT_EARLY : VERDICT_BAD_OPENING;
        if (!early) {
            w->decision.acts[i].status = STATUS_WITHHELD;
        }
    }
}

/* After all have judged: from the seat whose number follows, of those that are honest. */
static void copy(struct world *w, uint16_t i)
{
    uint16_t from = i;
    do {
        from = (uint16_t)((from + 1) % w->spec.seats);
    } while (from != i && w->is_faulty[from]);
    const struct act *source = &w->decision.acts[from];
    struct act *a = &w->decision.acts[i];
    a->choice = source->choice;
    a->confidence = source->confidence;
    if (a->status == STATUS_REVEALED && source->status == STATUS_REVEALED) {
        words_copy(a, source, &w->rng);
    }
}

static void spoil(struct world *w, uint16_t i)
{
    struct act *a = &w->decision.acts[i];
    switch (w->spec.fault) {
    case FAULT_CONTRARIAN:
        vote(a, a->choice == CHOICE_APPROVE ? CHOICE_REJECT : CHOICE_APPROVE);
        break;
    case FAULT_RANDOM:
        vote(a, chance_of(&w->rng, 0.5) ? CHOICE_APPROVE : CHOICE_REJECT);
        break;
    case FAULT_RUBBER_STAMP:
        vote(a, CHOICE_APPROVE);
        break;
    case FAULT_BOUGHT:
        if (w->decision.class_index == FAULT_TOPIC) {
            vote(a, CHOICE_APPROVE);
        }
        break;
    case FAULT_COLLUDING:
        collude(w, i);
        break;
    case FAULT_SLOW:
        be_slow(w, i);
        break;
    case FAULT_SILENT:
        a->status = STATUS_MISSED;
        break;
    case FAULT_WITHHOLDING:
        withhold(w, i);
        break;
    case FAULT_CARELESS:
        blunder(w, i);
        break;
    case FAULT_NONE:
    case FAULT_VENDOR:   /* sees falsely */
    case FAULT_DRIFTING: /* likewise */
    case FAULT_CHANGED:  /* has another mind */
    case FAULT_COPYCAT:  /* when all have written */
    case FAULT_INJECTED: /* when it has written */
    case FAULT_COUNT:
        break;
    }
}

/* Who is suspended is not awaited; one that is there takes part nevertheless. */
static void count_absence(struct world *w, uint16_t i)
{
    struct act *a = &w->decision.acts[i];
    w->absences[i] += a->status == STATUS_MISSED || a->status == STATUS_WITHHELD;
    if (a->status == STATUS_MISSED && w->is_suspended[i]) {
        a->status = STATUS_NOT_AWAITED;
    }
    if (w->decision.number % EPOCH == EPOCH - 1) {
        w->is_suspended[i] = w->absences[i] > EPOCH_ABSENCES;
        w->absences[i] = 0;
    }
}

const struct decision *world_next(struct world *w)
{
    struct errors e;
    struct decision *d = &w->decision;
    draw_decision(w);
    draw_errors(w, &e);
    for (uint16_t i = 0; i < w->spec.seats; i++) {
        d->acts[i].blunder = VERDICT_EFFECT;
        be_prompt(w, i);
        judge(w, i, see(w, i, &e));
        if (w->is_faulty[i] && world_has_begun(w)) {
            spoil(w, i);
        }
        words_rationale(w, i);
    }
    for (uint16_t i = 0; i < w->spec.seats; i++) {
        if (acts_as(w, i, FAULT_COPYCAT)) {
            copy(w, i);
        }
        if (acts_as(w, i, FAULT_INJECTED) && chance_of(&w->rng, 0.1)) {
            words_inject(&d->acts[i], &w->rng);
        }
        count_absence(w, i);
    }
    return d;
}
