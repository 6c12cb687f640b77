/* SPDX-License-Identifier: ISC */
/* Whether all that was judged is of one history, for programs. */
#include "verifier/report_values.h"

#include <stdlib.h>

static json_t *point_json(const struct history_point *p)
{
    return json_pack("{s:o,s:o,s:o}", "file", value_name(p->name), "size",
                     value_number(p->size), "root", value_hash(&p->root));
}

static json_t *points_json(const struct together *t)
{
    static const char *const verdicts[] = {[HISTORY_UNCOMPARED] = "uncompared",
                                           [HISTORY_AGREES] = "agrees",
                                           [HISTORY_CONFLICTS] = "conflicts"};
    json_t *out = json_array();
    for (size_t i = t->history->has_remembered; i < t->history->count; i++) {
        const struct history_point *p = &t->history->points[i];
        json_t *point = point_json(p);
        char *fault = together_fault(t, p);
        (void)json_object_set_new(point, "verdict", json_string(verdicts[p->verdict]));
        (void)json_object_set_new(point, "error", value_name(fault));
        (void)json_array_append_new(out, point);
        free(fault);
    }
    return out;
}

static json_t *conflict_json(const struct conflict *c)
{
    bool both[SEATS_MAX];
    json_t *seats = json_array(), *files = json_array();
    (void)history_signed_both(c->first, c->second, both);
    for (int i = 0; i < SEATS_MAX; i++) {
        if (both[i]) {
            (void)json_array_append_new(seats, json_integer(i + 1));
        }
    }
    for (unsigned i = 0; i < 2; i++) {
        if (c->files[i] != NULL) {
            (void)json_array_append_new(files, value_name(c->files[i]));
        }
    }
    return json_pack("{s:o,s:o,s:o,s:o}", "first", point_json(c->first), "second",
                     point_json(c->second), "signed_both", seats, "evidence", files);
}

json_t *report_history_json(const struct together *t)
{
    const struct history *h = t->history;
    json_t *conflicts = json_array();
    for (size_t i = 0; i < t->conflict_count; i++) {
        (void)json_array_append_new(conflicts, conflict_json(&t->conflicts[i]));
    }
    return json_pack(
        "{s:o,s:s,s:b,s:o,s:o,s:o,s:b,s:o,s:o}", "file", value_name(t->remember), "kind",
        "history", "holds", (int)together_holds(t), "error", value_name(t->error),
        "remembered", h->has_remembered ? point_json(&h->points[0]) : json_null(), "newest",
        t->newest != HISTORY_NONE ? point_json(&h->points[t->newest]) : json_null(),
        "updated", (int)t->updated, "points", points_json(t), "conflicts", conflicts);
}
