/* SPDX-License-Identifier: ISC */
/* What is told of each seat: the charter's words, its totals, its heartbeats. */
#include "ui/model/inside.h"

#include <stdlib.h>
#include <string.h>

/* In the order of their bits in an observation. */
const char *const seat_hints[SEAT_HINTS] = {"evaluator-down", "disk-low",   "clock-skew",
                                            "catching-up",    "lost-state", "asking"};

struct scene_seat *seat_named(struct model *m, const struct value *v, const char *member)
{
    uint64_t seat = value_number(v, member);
    return seat >= 1 && seat <= m->scene.seats ? &m->scene.seat[seat - 1] : NULL;
}

static uint64_t ago(const struct model *m, uint64_t ms)
{
    return ms == UNKNOWN ? UNKNOWN : ms > m->now_ms ? 0 : m->now_ms - ms;
}

static int64_t difference_of(const struct value *v)
{
    return value_is(v, VALUE_INTEGER) ? v->number : INT64_MIN;
}

static enum seat_life life_of(const struct value *v)
{
    const char *name = value_is(v, VALUE_STRING) ? v->text : "";
    return strcmp(name, "alive") == 0       ? LIFE_ALIVE
           : strcmp(name, "suspected") == 0 ? LIFE_SUSPECTED
           : strcmp(name, "down") == 0      ? LIFE_DOWN
                                            : LIFE_UNKNOWN;
}

static uint32_t count_of(const struct value *v, const char *name)
{
    uint64_t n = value_number(v, name);
    return n > UINT32_MAX ? 0 : (uint32_t)n;
}

static void take_hints(struct scene_seat *s, const struct value *array)
{
    size_t size = 0;
    s->hints[0] = '\0';
    VALUE_EACH(item, array)
    {
        /* A name that is not of letters and dashes is none. */
        const char *name = item->kind == VALUE_STRING ? item->text : "";
        size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz-");
        if (length > 0 && name[length] == '\0' && size + length + 2 < HINTS_MAX) {
            s->hints[size] = ' ';
            size += size > 0;
            memcpy(s->hints + size, name, length + 1);
            size += length;
        }
    }
}

/* --- the method seats --- */

static void take_card(struct seat_card *c, const struct value *row)
{
    value_copy_text(c->name, sizeof(c->name), row, "name");
    value_copy_text(c->jurisdiction, sizeof(c->jurisdiction), row, "jurisdiction");
    value_copy_text(c->speciality, sizeof(c->speciality), row, "speciality");
    value_copy_text(c->vendor, sizeof(c->vendor), row, "vendor");
    value_copy_text(c->model_family, sizeof(c->model_family), row, "model_family");
    value_copy_text(c->address, sizeof(c->address), row, "address");
}

static void take_totals(struct scene_seat *s, const struct value *t)
{
    s->totals_known = value_is(t, VALUE_OBJECT);
    s->ballots = count_of(t, "ballots");
    s->reveals = count_of(t, "reveals");
    s->late = count_of(t, "late");
    s->missed = count_of(t, "missed");
    s->withheld = count_of(t, "withheld");
    s->with_outcome = count_of(t, "with_outcome");
    s->against_outcome = count_of(t, "against_outcome");
    s->abstained = count_of(t, "abstained");
}

static void take_row(struct model *m, struct scene_seat *s, const struct value *row)
{
    s->told = true;
    s->self = value_true(row, "self");
    s->primary = value_true(row, "primary");
    s->connected = value_true(row, "connected");
    s->expelled = value_true(row, "expelled");
    s->suspended = value_true(row, "suspended");
    s->view = value_number(row, "view");
    s->height = value_number(row, "height");
    s->heard_ms = ago(m, value_number(row, "heard_ms_ago"));
    s->round_trip_ms = value_number(row, "round_trip_ms");
    s->clock_offset_ms = difference_of(value_get(row, "clock_offset_ms"));
    s->life = life_of(value_get(row, "state"));
    s->phi_tenths = value_number(row, "phi");
    s->lag_height = difference_of(value_get(row, "lag_height"));
    s->lag_view = difference_of(value_get(row, "lag_view"));
    s->expelled_height = value_number(row, "expelled_height");
    s->bytes_in = value_number(row, "bytes_in");
    s->bytes_out = value_number(row, "bytes_out");
    s->bad_frames = value_number(row, "bad_frames");
    value_copy_text(s->version, sizeof(s->version), row, "version");
    value_copy_text(s->expelled_for, sizeof(s->expelled_for), row, "expelled_for");
    take_hints(s, value_get(row, "flags"));
    take_totals(s, value_get(row, "totals"));
}

void seats_apply(struct model *m, const struct value *rows)
{
    if (!value_is(rows, VALUE_ARRAY)) {
        m->nonsense++;
        return;
    }
    VALUE_EACH(row, rows)
    {
        struct scene_seat *s = seat_named(m, row, "seat");
        if (s == NULL) {
            m->nonsense++;
            continue;
        }
        take_row(m, s, row);
        take_card(&m->cards[s - m->scene.seat], row);
    }
    records_mark_convicted(m);
}

/* --- heartbeats --- */

static uint8_t beat_level(const struct model *m, const struct value *gap)
{
    uint64_t ms = value_as_number(gap), timeout = m->scene.timeout_ms;
    if (value_is(gap, VALUE_NULL)) {
        return BEAT_MISSED;
    }
    if (ms == UNKNOWN) {
        return BEAT_UNKNOWN;
    }
    if (timeout == UNKNOWN || timeout == 0) {
        return 1;
    }
    return ms >= timeout ? BEAT_SLOWEST : (uint8_t)(1 + ms * BEAT_SLOWEST / timeout);
}

void heartbeats_apply(struct model *m, const struct value *v)
{
    if (!value_is(v, VALUE_OBJECT)) {
        m->nonsense++;
        return;
    }
    m->scene.heartbeat_ms = value_number(v, "interval_ms");
    m->scene.timeout_ms = value_number(v, "timeout_ms");
    m->slot = value_number(v, "slot");
    VALUE_EACH(row, value_get(v, "seats"))
    {
        struct scene_seat *s = seat_named(m, row, "seat");
        const struct value *gaps = value_get(row, "gaps");
        size_t count = 0, at = 0;
        if (s == NULL || !value_is(gaps, VALUE_ARRAY)) {
            m->nonsense++;
            continue;
        }
        VALUE_EACH(gap, gaps)
        {
            count++;
        }
        memset(s->beats, BEAT_UNKNOWN, sizeof(s->beats));
        VALUE_EACH(gap, gaps)
        {
            if (at + UI_BEATS >= count) {
                s->beats[at + UI_BEATS - count] = beat_level(m, gap);
            }
            at++;
        }
    }
}

/* Moves the beats on to a slot; those between were not told. */
static void next_slot(struct model *m, uint64_t slot)
{
    uint64_t steps =
        slot != UNKNOWN && m->slot != UNKNOWN && slot > m->slot ? slot - m->slot : 1;
    size_t gone = steps < UI_BEATS ? (size_t)steps : UI_BEATS;
    if (slot != m->slot || slot == UNKNOWN) {
        for (uint16_t i = 0; i < m->scene.seats; i++) {
            uint8_t *beats = m->scene.seat[i].beats;
            memmove(beats, beats + gone, UI_BEATS - gone);
            memset(beats + UI_BEATS - gone, BEAT_UNKNOWN, gone);
        }
    }
    m->slot = slot;
}

/* The next of an array's members for each seat in turn; NULL when there are no more. */
struct column {
    const struct value *array, *item;
};

static struct column column_of(const struct value *v, const char *name)
{
    const struct value *array = value_get(v, name);
    array = value_is(array, VALUE_ARRAY) ? array : NULL;
    return (struct column){array, value_first(array)};
}

static const struct value *column_next(struct column *c)
{
    const struct value *item = c->item;
    c->item = item != NULL ? value_after(c->array, item) : NULL;
    return item;
}

void heartbeats_event(struct model *m, const struct value *v)
{
    struct scene *scene = &m->scene;
    struct column gap = column_of(v, "gap_ms"), heard = column_of(v, "heard_ms_ago");
    struct column trip = column_of(v, "round_trip_ms");
    struct column offset = column_of(v, "clock_offset_ms");
    struct column view = column_of(v, "view"), height = column_of(v, "height");
    struct column connected = column_of(v, "connected");
    struct column phi = column_of(v, "phi"), life = column_of(v, "state");
    struct column lag = column_of(v, "lag_height"), view_lag = column_of(v, "lag_view");
    bool has_connected = connected.array != NULL;
    uint32_t others = 0;
    next_slot(m, value_number(v, "slot"));
    /* What came in the slot was said after the one before it was told. */
    scene->usual_height = m->slot_height;
    m->slot_height = scene->order.height;
    for (uint16_t i = 0; i < scene->seats; i++) {
        struct scene_seat *s = &scene->seat[i];
        s->beats[UI_BEATS - 1] = beat_level(m, column_next(&gap));
        s->heard_ms = ago(m, value_as_number(column_next(&heard)));
        s->round_trip_ms = value_as_number(column_next(&trip));
        s->clock_offset_ms = difference_of(column_next(&offset));
        s->life = life_of(column_next(&life));
        s->phi_tenths = value_as_number(column_next(&phi));
        s->lag_height = difference_of(column_next(&lag));
        s->lag_view = difference_of(column_next(&view_lag));
        s->view = value_as_number(column_next(&view));
        s->height = value_as_number(column_next(&height));
        if (has_connected) {
            s->connected = value_is(column_next(&connected), VALUE_TRUE);
            others += s->connected && i + 1 != scene->own;
        }
        s->hints[0] = '\0';
    }
    VALUE_EACH(names, value_get(v, "flags"))
    {
        size_t digits = names->key != NULL ? strspn(names->key, "0123456789") : 0;
        unsigned long seat = digits > 0 && digits < 4 ? strtoul(names->key, NULL, 10) : 0;
        if (seat >= 1 && seat <= scene->seats) {
            take_hints(&scene->seat[seat - 1], names);
        }
    }
    if (has_connected) {
        scene->order.connected = others;
    }
}
