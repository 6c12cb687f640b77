/* SPDX-License-Identifier: ISC */
#include "charter/diversity.h"

#include "base/quorum.h"
#include "charter/diversity_cover.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

_Static_assert((int)SEAT_SET_MAX == (int)SEATS_MAX, "a set has room for each seat");

const char *diversity_name(unsigned kind)
{
    static const char *const names[] = {"vendor", "model_family", "jurisdiction", "any"};
    assert(kind <= DIVERSITY_KINDS);
    return names[kind];
}

const char *diversity_words(unsigned kind)
{
    static const char *const words[] = {"vendor", "model family", "jurisdiction",
                                        "any of these"};
    assert(kind <= DIVERSITY_KINDS);
    return words[kind];
}

const char *diversity_plural(unsigned kind)
{
    static const char *const words[] = {"vendors", "model families", "jurisdictions",
                                        "vendors, model families or jurisdictions"};
    assert(kind <= DIVERSITY_KINDS);
    return words[kind];
}

static const char *said(const struct charter_seat *s, enum diversity_kind kind)
{
    switch (kind) {
    case DIVERSITY_VENDOR:
        return s->vendor;
    case DIVERSITY_FAMILY:
        return s->model_family;
    case DIVERSITY_JURISDICTION:
        return s->jurisdiction;
    }
    return "";
}

/* What stands where nobody said it; conclave charter new writes the first. */
static bool is_stated(const char *name)
{
    return name[0] != '\0' && strcasecmp(name, "unspecified") != 0 &&
           strcasecmp(name, "unknown") != 0;
}

static bool is_same(const struct diversity_group *g, const char *name)
{
    return is_stated(name) ? g->stated && strcasecmp(g->name, name) == 0 : !g->stated;
}

/* Puts the last group where its size belongs, behind those of its size. */
static void settle(struct diversity *d, size_t first, size_t last)
{
    struct diversity_group g = d->groups[last];
    size_t at = last;
    for (; at > first && d->groups[at - 1].size < g.size; at--) {
        d->groups[at] = d->groups[at - 1];
    }
    d->groups[at] = g;
}

static size_t find_kind(const struct charter *c, enum diversity_kind kind,
                        struct diversity *d, size_t first)
{
    size_t end = first;
    for (uint16_t seat = 1; seat <= c->seat_count; seat++) {
        const char *name = said(&c->seats[seat - 1], kind);
        size_t at = first;
        while (at < end && !is_same(&d->groups[at], name)) {
            at++;
        }
        if (at == end) {
            d->groups[end++] = (struct diversity_group){
                .kind = kind, .name = name, .stated = is_stated(name)};
        }
        d->groups[at].size++;
        seat_set_add(&d->groups[at].seats, seat);
    }
    for (size_t i = first; i < end; i++) {
        settle(d, first, i);
    }
    return end;
}

void diversity_find(const struct charter *c, struct diversity *out)
{
    size_t end = 0;
    *out = (struct diversity){.seats = c->seat_count};
    for (unsigned kind = 0; kind < DIVERSITY_KINDS; kind++) {
        end = find_kind(c, (enum diversity_kind)kind, out, end);
        out->first[kind + 1] = (uint16_t)end;
    }
}

bool diversity_exceeds(const struct diversity *d, const struct diversity_group *g)
{
    return g->size > quorum_faulty(d->seats);
}

/* Groups without a seat in common, the largest first. */
static void take_largest(const struct diversity *d, unsigned kind,
                         struct diversity_set *out)
{
    for (uint16_t i = d->first[kind]; out->seats < out->need; i++) {
        assert(i < d->first[kind + 1]);
        out->groups[out->count++] = i;
        out->seats = (uint16_t)(out->seats + d->groups[i].size);
    }
    out->exact = true;
    out->at_least = out->count;
}

void diversity_smallest(const struct diversity *d, unsigned kind, unsigned need,
                        struct diversity_set *out)
{
    assert(need >= 1 && need <= d->seats);
    *out = (struct diversity_set){.need = (uint16_t)need};
    if (kind < DIVERSITY_KINDS) {
        take_largest(d, kind, out);
    } else {
        diversity_cover(d, out);
    }
}

size_t diversity_thresholds(const struct charter *c, uint16_t out[DIVERSITY_THRESHOLDS])
{
    bool is_there[SEATS_MAX + 1] = {false};
    size_t count = 0;
    for (uint32_t i = 0; i < c->class_count; i++) {
        is_there[c->classes[i].threshold] = true;
    }
    for (uint16_t t = 1; t <= SEATS_MAX; t++) {
        if (is_there[t]) {
            out[count++] = t;
        }
    }
    return count;
}
