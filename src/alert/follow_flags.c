/* SPDX-License-Identifier: ISC */
/* Flags: each of their turns once. What is known of each flag is in the queue, so that it
 * does not matter whether an event or the list of all brings it, or how often. */
#include "alert/follow_private.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>

enum { PAGE = 200, LISTED_MAX = 65536 }; /* a node keeps 4096 */

void follow_drop_flags(struct follow *f)
{
    for (size_t i = 0; i < f->news_count; i++) {
        json_decref(f->news[i].flag);
    }
    free(f->news);
    free(f->ids);
    f->news = NULL;
    f->ids = NULL;
    f->news_count = f->news_capacity = f->id_count = f->id_capacity = 0;
    f->lists_flags = false;
}

static void ask(struct follow *f, json_t *before)
{
    json_t *params = json_pack("{s:s,s:i}", "state", "all", "limit", PAGE);
    if (before != NULL) {
        (void)json_object_set(params, "before", before);
    }
    link_ask(f->link, ASK_FLAGS, "flags", params);
}

void follow_ask_flags(struct follow *f)
{
    if (!f->is_paused && !link_asks(f->link, ASK_FLAGS)) {
        follow_drop_flags(f);
        f->lists_flags = true;
        f->flags_ms = clock_monotonic_ms();
        ask(f, NULL);
    }
}

/* What is known; a number may be another flag's than it was. */
static struct queue_flag known(const struct follow *f, const json_t *flag)
{
    struct queue_flag now = {follow_number(flag, "id"), follow_number(flag, "first_ms"), 0};
    struct queue_flag before;
    if (queue_flag(f->queue, now.id, &before) && before.first_ms == now.first_ms) {
        now.turns = before.turns;
    }
    return now;
}

static unsigned untold(const struct follow *f, const json_t *flag)
{
    return alert_flag_turns(flag) & ~known(f, flag).turns;
}

static const enum alert_turn turns[] = {TURN_RAISED, TURN_ACKNOWLEDGED, TURN_CLEARED};
enum { TURNS = sizeof(turns) / sizeof(turns[0]) };

/* Before the first start, as far as it is over: nobody is told. */
static bool is_history(const struct follow *f, const json_t *flag)
{
    return !f->config->history && queue_number(f->queue, STATE_FLAGS_BEGUN) == 0 &&
           (alert_flag_turns(flag) & TURN_CLEARED) != 0;
}

/* One turn of a flag that may be told already. */
static void take_turn(struct follow *f, const json_t *flag, enum alert_turn turn)
{
    struct queue_flag k = known(f, flag);
    if ((untold(f, flag) & turn) == 0 || !follow_has_room(f)) {
        return;
    }
    if (!is_history(f, flag)) {
        struct alert a;
        struct alert_source source = follow_source(f);
        alert_of_flag(&source, flag, turn, &a);
        follow_add(f, &a);
    }
    k.turns |= turn;
    queue_put_flag(f->queue, &k);
    f->has_queued = true;
}

void follow_take_flag(struct follow *f, const json_t *flag)
{
    for (int i = 0; i < TURNS && follow_number(flag, "id") != 0; i++) {
        take_turn(f, flag, turns[i]);
    }
}

/* --- the list of all --- */

static void collect(struct follow *f, json_t *flag)
{
    uint64_t id = follow_number(flag, "id"), time_ms = 0;
    unsigned left = untold(f, flag);
    if (id == 0) {
        return;
    }
    if (f->id_count == f->id_capacity) {
        f->id_capacity = f->id_capacity > 0 ? 2 * f->id_capacity : PAGE;
        f->ids = alloc_resize(f->ids, f->id_capacity, sizeof(*f->ids));
    }
    f->ids[f->id_count++] = id;
    for (int i = 0; i < TURNS; i++) {
        uint64_t at = alert_flag_time(flag, turns[i]);
        time_ms = at > time_ms ? at : time_ms; /* whatever the node's clock said */
        if ((left & turns[i]) == 0) {
            continue;
        }
        if (f->news_count == f->news_capacity) {
            f->news_capacity = f->news_capacity > 0 ? 2 * f->news_capacity : PAGE;
            f->news = alloc_resize(f->news, f->news_capacity, sizeof(*f->news));
        }
        f->news[f->news_count++] = (struct news){json_incref(flag), id, time_ms, turns[i]};
    }
}

/* In the order in which it happened. */
static int by_time(const void *a, const void *b)
{
    const struct news *x = a, *y = b;
    if (x->time_ms != y->time_ms) {
        return x->time_ms < y->time_ms ? -1 : 1;
    }
    if (x->id != y->id) {
        return x->id < y->id ? -1 : 1;
    }
    return x->turn < y->turn ? -1 : x->turn > y->turn;
}

static bool is_listed(void *context, uint64_t id)
{
    const struct follow *f = context;
    size_t low = 0, high = f->id_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (f->ids[middle] == id) {
            return true;
        }
        if (f->ids[middle] > id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return f->id_count > 0 && id > f->ids[0]; /* raised since the list was begun */
}

static void finish(struct follow *f)
{
    if (f->news_count > 0) {
        qsort(f->news, f->news_count, sizeof(*f->news), by_time);
    }
    for (size_t i = 0; i < f->news_count && !f->is_paused; i++) {
        take_turn(f, f->news[i].flag, f->news[i].turn);
    }
    if (!f->is_paused) {
        queue_keep_flags(f->queue, is_listed, f);
        queue_set_number(f->queue, STATE_FLAGS_BEGUN, 1);
        f->has_queued = true;
    }
    follow_drop_flags(f);
}

void follow_take_flags(struct follow *f, const json_t *result)
{
    const json_t *flags = json_object_get(result, "flags");
    json_t *next = json_object_get(result, "next");
    if (!f->lists_flags) {
        return;
    }
    for (size_t i = 0; i < json_array_size(flags); i++) {
        collect(f, json_array_get(flags, i));
    }
    if (json_is_integer(next) && json_array_size(flags) > 0 && f->id_count < LISTED_MAX) {
        ask(f, next);
    } else {
        finish(f);
    }
}
