/* SPDX-License-Identifier: ISC */
/* The answer of the method `diversity`, conclave-control(7). */
#include "charter/diversity.h"

#include "base/alloc.h"
#include "base/quorum.h"

#include <stdlib.h>

/* Steals. */
static void put(json_t *object, const char *name, json_t *value)
{
    (void)json_object_set_new(object, name, value);
}

static json_t *class_json(const struct charter_class *k, unsigned seats)
{
    json_t *out = json_object();
    put(out, "name", json_string(k->name));
    put(out, "threshold", json_integer(k->threshold));
    put(out, "veto", json_integer(quorum_veto(seats, k->threshold)));
    return out;
}

static json_t *named(const struct diversity_group *g)
{
    json_t *out = json_object();
    put(out, "kind", json_string(diversity_name(g->kind)));
    put(out, "name", g->stated ? json_string(g->name) : json_null());
    return out;
}

static json_t *group_json(const struct diversity *d, const struct diversity_group *g)
{
    json_t *out = named(g), *seats = json_array();
    for (uint16_t seat = 1; seat <= d->seats; seat++) {
        if (seat_set_has(&g->seats, seat)) {
            (void)json_array_append_new(seats, json_integer(seat));
        }
    }
    put(out, "exceeds_f", json_boolean(diversity_exceeds(d, g)));
    put(out, "seats", seats);
    return out;
}

static json_t *set_json(const struct diversity *d, unsigned kind, const char *reaches,
                        unsigned need)
{
    struct diversity_set set;
    json_t *out = json_object(), *groups = json_array();
    diversity_smallest(d, kind, need, &set);
    for (uint16_t i = 0; i < set.count; i++) {
        (void)json_array_append_new(groups, named(&d->groups[set.groups[i]]));
    }
    put(out, "kind", json_string(diversity_name(kind)));
    put(out, "reaches", json_string(reaches));
    put(out, "need", json_integer(need));
    put(out, "groups", groups);
    put(out, "seats", json_integer(set.seats));
    put(out, "exact", json_boolean(set.exact));
    put(out, "at_least", json_integer(set.at_least));
    return out;
}

static json_t *sets_json(const struct charter *c, const struct diversity *d)
{
    json_t *out = json_array();
    uint16_t thresholds[DIVERSITY_THRESHOLDS];
    size_t count = diversity_thresholds(c, thresholds);
    for (unsigned kind = 0; kind <= DIVERSITY_KINDS; kind++) {
        (void)json_array_append_new(out, set_json(d, kind, "w", quorum_weak(d->seats)));
        for (size_t i = 0; i < count; i++) {
            (void)json_array_append_new(out, set_json(d, kind, "T", thresholds[i]));
        }
    }
    return out;
}

json_t *diversity_json(const struct charter *c)
{
    struct diversity *d = alloc(sizeof(*d));
    json_t *out = json_object(), *classes = json_array(), *groups = json_array();
    diversity_find(c, d);
    for (uint32_t i = 0; i < c->class_count; i++) {
        (void)json_array_append_new(classes, class_json(&c->classes[i], d->seats));
    }
    for (uint16_t i = 0; i < d->first[DIVERSITY_KINDS]; i++) {
        (void)json_array_append_new(groups, group_json(d, &d->groups[i]));
    }
    put(out, "seats", json_integer(d->seats));
    put(out, "f", json_integer(quorum_faulty(d->seats)));
    put(out, "w", json_integer(quorum_weak(d->seats)));
    put(out, "q", json_integer(quorum_size(d->seats)));
    put(out, "stop", json_integer(quorum_stop(d->seats)));
    put(out, "fork", json_integer(quorum_fork(d->seats)));
    put(out, "classes", classes);
    put(out, "groups", groups);
    put(out, "smallest", sets_json(c, d));
    free(d);
    return out;
}
