/* SPDX-License-Identifier: ISC */
#include "patterns/inside.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>

static size_t pair_count(const struct patterns *p)
{
    return (size_t)p->rules.seats * (p->rules.seats - 1U) / 2;
}

struct patterns *patterns_new(const struct pattern_rules *rules)
{
    struct patterns *p = alloc_zero(1, sizeof(*p));
    p->rules = *rules;
    window_begin(&p->window, rules);
    dissents_begin(&p->dissents, rules);
    p->classes = alloc_zero((size_t)rules->seats * rules->classes, sizeof(*p->classes));
    p->pairs = alloc_zero(pair_count(p), sizeof(*p->pairs));
    p->book = book_new();
    p->states = alloc_zero(detector_count + 1, sizeof(*p->states));
    for (size_t i = 0; i < detector_count; i++) {
        if (detectors[i]->state_size != NULL) {
            p->states[i] = alloc_zero(1, detectors[i]->state_size(rules));
        }
    }
    return p;
}

void patterns_free(struct patterns *p)
{
    if (p == NULL) {
        return;
    }
    for (size_t i = 0; i < detector_count; i++) {
        if (detectors[i]->end != NULL) {
            detectors[i]->end(p->states[i]);
        }
        free(p->states[i]);
    }
    free(p->states);
    window_end(&p->window);
    dissents_end(&p->dissents);
    free(p->classes);
    free(p->pairs);
    book_free(p->book);
    free(p);
}

/* --- a decision --- */

static void count_class(struct patterns *p, const struct record *r, uint16_t seat)
{
    const struct seat_record *s = &r->seats[seat - 1];
    struct class_tally *t =
        &p->classes[(size_t)(seat - 1) * p->rules.classes + r->class_index];
    bool voted = s->has_reveal && s->choice != CHOICE_ABSTAIN;
    bool with = (s->choice == CHOICE_APPROVE) == (r->outcome == OUTCOME_APPROVED);
    t->approve += s->has_reveal && s->choice == CHOICE_APPROVE;
    t->reject += s->has_reveal && s->choice == CHOICE_REJECT;
    t->abstain += s->has_reveal && s->choice == CHOICE_ABSTAIN;
    t->against += voted && !with;
    if (voted) {
        p->streak[seat - 1] = with ? 0 : p->streak[seat - 1] + 1;
    }
}

/* Those that voted for or against with the later seats that did. */
static void count_pairs(struct patterns *p, const struct record *r)
{
    for (uint16_t a = 1; a < p->rules.seats; a++) {
        const struct seat_record *x = &r->seats[a - 1];
        struct crossed *pair = &p->pairs[pair_index(p->rules.seats, a, (uint16_t)(a + 1))];
        if (!x->has_reveal || x->choice == CHOICE_ABSTAIN) {
            continue;
        }
        for (uint16_t b = (uint16_t)(a + 1); b <= p->rules.seats; b++, pair++) {
            const struct seat_record *y = &r->seats[b - 1];
            if (y->has_reveal && y->choice != CHOICE_ABSTAIN) {
                bool first = x->choice == CHOICE_APPROVE;
                bool second = y->choice == CHOICE_APPROVE;
                pair->both_approve += first && second;
                pair->only_first += first && !second;
                pair->only_second += !first && second;
                pair->both_reject += !first && !second;
            }
        }
    }
}

static void decide(struct patterns *p, const struct record *r)
{
    assert(r->seat_count == p->rules.seats && r->class_index < p->rules.classes);
    const struct decided *d = window_add(&p->window, p->rules.watch.recent, r);
    dissents_add(&p->dissents, r);
    book_decision(p->book, d->number);
    for (uint16_t seat = 1; seat <= p->rules.seats; seat++) {
        tally_add(&p->all[seat - 1], r, seat);
        count_class(p, r, seat);
    }
    count_pairs(p, r);
    for (size_t i = 0; i < detector_count; i++) {
        if (detectors[i]->decided != NULL) {
            detectors[i]->decided(p, p->states[i], d, r);
        }
    }
}

static void happened(struct patterns *p, const struct council_event *e)
{
    for (size_t i = 0; i < detector_count; i++) {
        if (detectors[i]->event != NULL) {
            detectors[i]->event(p, p->states[i], e);
        }
    }
}

void patterns_apply(struct patterns *p, uint64_t height, uint64_t time_ms,
                    const struct council_event *events, size_t count)
{
    p->height = height;
    p->time_ms = time_ms;
    book_begin(p->book, height, time_ms);
    for (size_t i = 0; i < count; i++) {
        if (events[i].kind == COUNCIL_FINAL) {
            decide(p, events[i].record);
        } else {
            happened(p, &events[i]);
        }
    }
}

/* --- looking --- */

const struct finding_change *patterns_changes(const struct patterns *p, size_t *count)
{
    return book_changes(p->book, count);
}

const struct finding *const *patterns_findings(const struct patterns *p, size_t *count)
{
    return book_open(p->book, count);
}

const struct finding *patterns_find(const struct patterns *p, enum flag_kind kind,
                                    uint16_t seat)
{
    return book_find(p->book, kind, seat);
}

uint64_t patterns_time_ms(const struct patterns *p)
{
    return p->time_ms;
}

size_t patterns_memory(const struct patterns *p)
{
    const struct window *w = &p->window;
    size_t bytes = sizeof(*p) + book_memory(p->book) + dissents_memory(&p->dissents);
    bytes += w->size * (sizeof(*w->decided) + w->seats * sizeof(*w->cast));
    bytes += (size_t)w->seats * PLANE_COUNT * w->words * sizeof(*w->planes);
    bytes += (size_t)w->seats * p->rules.classes * sizeof(*p->classes);
    bytes += pair_count(p) * sizeof(*p->pairs);
    for (size_t i = 0; i < detector_count; i++) {
        bytes += detectors[i]->state_size != NULL ? detectors[i]->state_size(&p->rules) : 0;
        bytes += detectors[i]->memory != NULL ? detectors[i]->memory(p, p->states[i]) : 0;
    }
    return bytes;
}
