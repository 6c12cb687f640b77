/* SPDX-License-Identifier: ISC */
/* The methods `flags`, `flag` and `flags.ack`. */
#include "conclaved/methods.h"

#include "conclaved/flag_json.h"
#include "conclaved/flagging.h"
#include "conclaved/json.h"

#include <inttypes.h>

enum { LIMIT_MAX = 200 };

/* --- flags --- */

struct filter {
    int state; /* of states */
    uint16_t seat;
    int kind; /* 0: all */
};

enum { OPEN, NEW, ACKNOWLEDGED, CLEARED, ALL };

static bool passes(const struct filter *filter, const struct flag *f)
{
    bool state = filter->state == ALL ||
                 (filter->state == OPEN && f->state != FLAG_CLEARED) ||
                 (filter->state == NEW && f->state == FLAG_NEW) ||
                 (filter->state == ACKNOWLEDGED && f->state == FLAG_ACKNOWLEDGED) ||
                 (filter->state == CLEARED && f->state == FLAG_CLEARED);
    return state && (filter->seat == 0 || filter->seat == f->seat) &&
           (filter->kind == 0 || filter->kind == (int)f->kind);
}

static const struct flag *next_of(const struct flags *book, const struct filter *filter,
                                  uint64_t before)
{
    const struct flag *f = flags_below(book, before);
    while (f != NULL && !passes(filter, f)) {
        f = flags_below(book, f->id);
    }
    return f;
}

/* A kind that this build does not know is asked for in vain, as are all in an empty book.
 */
static int take_kind(struct parameters *p)
{
    struct slice name = parameters_text(p, "kind", FLAG_TEXT_BYTES, false);
    int kind = flag_kind_of(name);
    return kind == 0 && name.size > 0 ? FLAG_KIND_END : kind;
}

json_t *method_flags(void *context, struct control_session *s, json_t *params)
{
    static const char *const states[] = {"open",    "new", "acknowledged",
                                         "cleared", "all", NULL};
    const struct node *n = context;
    const struct flags *book = n->flagging->book;
    struct filter filter;
    struct parameters p;
    parameters_begin(&p, s, params);
    filter.state = parameters_word(&p, "state", states, OPEN);
    filter.seat = (uint16_t)parameters_number(&p, "seat", 1, n->charter->seat_count, 0);
    filter.kind = take_kind(&p);
    uint64_t before = parameters_number(&p, "before", 0, INT64_MAX, UINT64_MAX - 1);
    size_t limit =
        (size_t)parameters_number(&p, "limit", 1, LIMIT_MAX, METHOD_LIMIT_DEFAULT);
    if (!parameters_end(&p)) {
        return NULL;
    }
    json_t *rows = json_array();
    const struct flag *f = next_of(book, &filter, before);
    while (f != NULL && json_array_size(rows) < limit) {
        (void)json_array_append_new(rows, flag_json(n->charter, f));
        before = f->id;
        f = next_of(book, &filter, before);
    }
    struct flags_counts counts;
    flags_count(book, &counts);
    json_t *out = json_object();
    json_put(out, "flags", rows);
    json_put(out, "next", f != NULL ? json_number(before) : json_null());
    json_put(out, "new", json_number(counts.by_state[FLAG_NEW]));
    json_put(out, "acknowledged", json_number(counts.by_state[FLAG_ACKNOWLEDGED]));
    json_put(out, "cleared", json_number(counts.by_state[FLAG_CLEARED]));
    return out;
}

/* --- flag --- */

static json_t *no_such_flag(struct control_session *s, uint64_t id)
{
    control_fail(s, CONTROL_NOT_FOUND,
                 "there is no flag %" PRIu64 ", or it was forgotten; flags lists those "
                 "that are kept",
                 id);
    return NULL;
}

json_t *method_flag(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    struct parameters p;
    parameters_begin(&p, s, params);
    uint64_t id = parameters_number(&p, "id", 1, INT64_MAX, PARAMETER_REQUIRED);
    if (!parameters_end(&p)) {
        return NULL;
    }
    const struct flag *f = flags_find(n->flagging->book, id);
    if (f == NULL) {
        return no_such_flag(s, id);
    }
    json_t *evidence;
    int error = flag_evidence(n, f, &evidence);
    if (error != 0) {
        return fail_store(s, error);
    }
    json_t *out = flag_json(n->charter, f);
    json_put(out, "evidence", evidence);
    return out;
}

/* --- flags.ack --- */

/* ids as an array, or one id; a new reference. */
static json_t *take_ids(struct parameters *p)
{
    const json_t *given = parameters_get(p, "ids");
    const json_t *one = parameters_get(p, "id");
    json_t *ids =
        json_is_array(given) ? json_copy((json_t *)(uintptr_t)given) : json_array();
    if ((given == NULL) == (one == NULL) || (given != NULL && !json_is_array(given)) ||
        json_array_size(given) > FLAGS_MAX) {
        parameters_fail(p,
                        "give the parameter ids, an array of at most %d flags' ids, or id",
                        FLAGS_MAX);
    } else if (one != NULL) {
        (void)json_array_append(ids, (json_t *)(uintptr_t)one);
    }
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const json_t *id = json_array_get(ids, i);
        if (!json_is_integer(id) || json_integer_value(id) < 1) {
            parameters_fail(p, "ids[%zu] must be the id of a flag, a positive integer", i);
        }
    }
    return ids;
}

static uint64_t id_at(const json_t *ids, size_t i)
{
    return (uint64_t)json_integer_value(json_array_get(ids, i));
}

json_t *method_flags_ack(void *context, struct control_session *s, json_t *params)
{
    struct node *n = context;
    uid_t uid;
    pid_t pid;
    struct parameters p;
    parameters_begin(&p, s, params);
    json_t *ids = take_ids(&p);
    if (!parameters_end(&p)) {
        json_decref(ids);
        return NULL;
    }
    /* All or none. */
    for (size_t i = 0; i < json_array_size(ids); i++) {
        if (flags_find(n->flagging->book, id_at(ids, i)) == NULL) {
            (void)no_such_flag(s, id_at(ids, i));
            json_decref(ids);
            return NULL;
        }
    }
    control_session_peer(s, &uid, &pid);
    for (size_t i = 0; i < json_array_size(ids); i++) {
        (void)flagging_acknowledge(n, id_at(ids, i), uid, pid);
    }
    json_t *out = json_object();
    json_put(out, "acknowledged", ids);
    return out;
}
