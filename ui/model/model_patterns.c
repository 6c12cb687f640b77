/* SPDX-License-Identifier: ISC */
/* Voting patterns, for who looks at them: those of seats and those of pairs, each with some
 * older ones for scenes of the past. */
#include "ui/model/inside.h"

#include "base/alloc.h"
#include "control/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PATTERNS_MS = 5000,              /* they are asked for again no sooner */
    PATTERNS_BYTES_MAX = 256 * 1024, /* of the older ones of a kind */
};

static const char *const keys[PATTERNS_KINDS] = {
    [PATTERNS_SEATS] = "seats", [PATTERNS_PAIRS] = "pairs"};

static const char *const periods[PERIODS] = {
    [PERIOD_ALL] = "all", [PERIOD_WINDOW] = "window", [PERIOD_RECENT] = "recent"};

/* --- asking --- */

const char *patterns_parts(const char *key)
{
    return strcmp(key, keys[PATTERNS_SEATS]) == 0 ? "\"seats\"" : "\"pairs\",\"clusters\"";
}

void model_want_patterns(struct model *m, enum patterns_kind kind, uint64_t now_ms)
{
    struct told_patterns *t = &m->patterns[kind];
    bool soon = now_ms >= t->asked_ms && now_ms - t->asked_ms < PATTERNS_MS;
    bool due = !t->asked || (t->stale && !soon);
    if (due && !t->lacking && m->scene.seats > 0 &&
        request_add(m, ASK_PATTERNS, keys[kind], UNKNOWN) != NULL) {
        t->asked = true;
        t->stale = false;
        t->asked_ms = now_ms;
        m->scene.patterns_asked = true;
        m->version += t->told.count == 0; /* that it is asked can be seen */
    }
}

void patterns_touch(struct model *m)
{
    for (int kind = 0; kind < PATTERNS_KINDS; kind++) {
        m->patterns[kind].stale = true;
    }
}

void patterns_reconnected(struct model *m)
{
    for (int kind = 0; kind < PATTERNS_KINDS; kind++) {
        m->patterns[kind].asked = m->patterns[kind].lacking = false;
    }
    m->scene.patterns_refusal[0] = '\0';
    m->scene.patterns_asked = false;
}

void patterns_refused(struct model *m, const struct value *error)
{
    const struct value *code = value_get(error, "code");
    m->scene.patterns_asked = false;
    bool lacking = value_is(code, VALUE_INTEGER) && code->number == CONTROL_UNKNOWN_METHOD;
    for (int kind = 0; kind < PATTERNS_KINDS; kind++) {
        m->patterns[kind].lacking = m->patterns[kind].lacking || lacking;
    }
    if (lacking) {
        (void)snprintf(m->scene.patterns_refusal, sizeof(m->scene.patterns_refusal),
                       "this node does not tell of voting patterns: it is older");
    } else {
        value_copy_text(m->scene.patterns_refusal, sizeof(m->scene.patterns_refusal), error,
                        "message");
    }
}

/* --- how many are kept: the newest, and older ones within limits --- */

static uint64_t decisions_of(enum patterns_kind kind, const void *item)
{
    switch (kind) {
    case PATTERNS_SEATS:
        return ((const struct scene_tallies *)item)->decisions;
    case PATTERNS_PAIRS:
        return ((const struct scene_likeness *)item)->decisions;
    case PATTERNS_KINDS:
        break;
    }
    return 0;
}

static size_t bytes_each(const struct model *m, enum patterns_kind kind)
{
    return kind == PATTERNS_SEATS ? scene_tallies_bytes(m->scene.seats)
                                  : scene_likeness_bytes(m->scene.seats);
}

static void keep(struct model *m, enum patterns_kind kind, void *item)
{
    struct deck *d = &m->patterns[kind].told;
    size_t most = PATTERNS_BYTES_MAX / bytes_each(m, kind);
    while (d->count > 0 &&
           decisions_of(kind, deck_items(d)[0]) >= decisions_of(kind, item)) {
        item_unref(deck_remove(d, 0));
    }
    deck_insert(d, 0, item);
    while (d->count > 1 && d->count > most) {
        item_unref(deck_remove(d, d->count - 1));
    }
}

void *patterns_at(const struct model *m, enum patterns_kind kind, uint64_t decisions)
{
    const struct deck *d = &m->patterns[kind].told;
    for (size_t i = 0; i < d->count; i++) {
        void *item = deck_items(d)[i];
        if (decisions_of(kind, item) <= decisions) {
            return item;
        }
    }
    return NULL;
}

void patterns_forget(struct model *m)
{
    for (int kind = 0; kind < PATTERNS_KINDS; kind++) {
        struct deck *d = &m->patterns[kind].told;
        for (size_t i = 0; i < d->count; i++) {
            item_unref(deck_items(d)[i]);
        }
        deck_free(d);
        item_unref(m->patterns[kind].part);
        m->patterns[kind] = (struct told_patterns){.asked = false};
    }
}

size_t patterns_bytes(const struct model *m)
{
    size_t bytes = 0;
    for (int kind = 0; kind < PATTERNS_KINDS; kind++) {
        const struct deck *d = &m->patterns[kind].told;
        size_t count = d->count + (m->patterns[kind].part != NULL);
        bytes +=
            d->capacity * sizeof(void *) + count * bytes_each(m, (enum patterns_kind)kind);
    }
    return bytes;
}

/* --- what is told --- */

static uint16_t share_of(const struct value *v, const char *name, uint16_t most)
{
    uint64_t n = value_number(v, name);
    return n > most ? SHARE_UNKNOWN : (uint16_t)n;
}

static uint32_t small(uint64_t n)
{
    return n > UINT32_MAX ? 0 : (uint32_t)n;
}

static void take_held(uint64_t held[PERIODS], const struct value *v)
{
    held[PERIOD_ALL] = value_number(v, "decisions");
    held[PERIOD_WINDOW] = value_number(value_get(v, "window"), "decisions");
    held[PERIOD_RECENT] = value_number(value_get(v, "recent"), "decisions");
}

static void take_tally(struct vote_tally *t, const struct value *v)
{
    uint64_t votes = (uint64_t)small(value_number(v, "with_outcome")) +
                     small(value_number(v, "against_outcome"));
    t->awaited = small(value_number(v, "awaited"));
    t->votes = small(votes);
    t->participation = share_of(v, "participation_permille", 1000);
    t->agreement = share_of(v, "agreement_permille", 1000);
    t->approval = share_of(v, "approval_permille", 1000);
    t->confidence = share_of(v, "confidence_permille", 1000);
    t->brier = share_of(v, "brier", BRIER_MAX);
}

/* What an answer goes into: new, or what the page before it has begun, if it is still of as
 * many decisions. NULL: it goes on with nothing, and all is asked for anew. */
static void *begin_page(struct model *m, enum patterns_kind kind, const struct value *v,
                        uint64_t from)
{
    struct told_patterns *t = &m->patterns[kind];
    void *part = t->part;
    t->part = NULL;
    if (from == UNKNOWN) {
        item_unref(part);
        return kind == PATTERNS_SEATS ? (void *)scene_tallies_new(m->scene.seats)
                                      : (void *)scene_likeness_new(m->scene.seats);
    }
    if (part != NULL && (decisions_of(kind, part) != value_number(v, "decisions") ||
                         t->part_next != from)) {
        item_unref(part);
        part = NULL;
        t->stale = true;
    }
    return part;
}

static void end_page(struct model *m, enum patterns_kind kind, void *item,
                     const struct value *v, uint64_t from)
{
    struct told_patterns *t = &m->patterns[kind];
    uint64_t next = value_number(v, "next");
    bool more = next != UNKNOWN && next <= m->scene.seats &&
                (from == UNKNOWN || next > from) &&
                request_add(m, ASK_PATTERNS, keys[kind], next) != NULL;
    if (more) {
        t->part = item;
        t->part_next = next;
    } else {
        keep(m, kind, item);
    }
}

static void take_seats(struct model *m, const struct value *v, const struct value *rows,
                       uint64_t from)
{
    struct scene_tallies *t = begin_page(m, PATTERNS_SEATS, v, from);
    if (t == NULL) {
        return;
    }
    t->decisions = value_number(v, "decisions");
    take_held(t->held, v);
    VALUE_EACH(row, rows)
    {
        uint64_t seat = value_number(row, "seat");
        if (seat < 1 || seat > t->seats) {
            m->nonsense++;
            continue;
        }
        for (int p = 0; p < PERIODS; p++) {
            take_tally(&t->seat[seat - 1].of[p], value_get(row, periods[p]));
        }
    }
    end_page(m, PATTERNS_SEATS, t, v, from);
}

/* Where the columns that are of use stand in a row. */
enum pair_column {
    COLUMN_A,
    COLUMN_B,
    COLUMN_VOTES,
    COLUMN_AGREED,
    COLUMN_KAPPA,
    COLUMN_LOW,
    COLUMN_HIGH,
    COLUMN_ALL_VOTES,
    COLUMN_ALL_AGREED,
    COLUMN_ALL_KAPPA,
    COLUMN_ALL_LOW,
    COLUMN_ALL_HIGH,
    PAIR_COLUMNS
};
static const char *const column_names[PAIR_COLUMNS] = {
    [COLUMN_A] = "a",
    [COLUMN_B] = "b",
    [COLUMN_VOTES] = "votes",
    [COLUMN_AGREED] = "agreed",
    [COLUMN_KAPPA] = "kappa",
    [COLUMN_LOW] = "kappa_low",
    [COLUMN_HIGH] = "kappa_high",
    [COLUMN_ALL_VOTES] = "all_votes",
    [COLUMN_ALL_AGREED] = "all_agreed",
    [COLUMN_ALL_KAPPA] = "all_kappa",
    [COLUMN_ALL_LOW] = "all_kappa_low",
    [COLUMN_ALL_HIGH] = "all_kappa_high",
};

/* The column of each place in a row, PAIR_COLUMNS for one of no use. */
enum { PLACES_MAX = 32 };
struct places {
    uint8_t column[PLACES_MAX];
    size_t count;
};

static void find_places(struct places *p, const struct value *names)
{
    p->count = 0;
    VALUE_EACH(name, names)
    {
        uint8_t column = 0;
        const char *text = name->kind == VALUE_STRING ? name->text : "";
        while (column < PAIR_COLUMNS && strcmp(column_names[column], text) != 0) {
            column++;
        }
        if (p->count < PLACES_MAX) {
            p->column[p->count++] = column;
        }
    }
}

static int16_t measure_of(const struct value *v)
{
    if (v == NULL || v->kind != VALUE_INTEGER || v->number < -1000 || v->number > 1000) {
        return value_is(v, VALUE_NULL) ? MEASURE_NONE : MEASURE_UNKNOWN;
    }
    return (int16_t)v->number;
}

static void put_votes(struct pair_votes *out, const struct value *const *at)
{
    out->votes = small(value_as_number(at[0]));
    out->agreed = small(value_as_number(at[1]));
    out->agreed = out->agreed <= out->votes ? out->agreed : out->votes;
    out->kappa = measure_of(at[2]);
    out->low = measure_of(at[3]);
    out->high = measure_of(at[4]);
}

static bool take_pair(struct scene_likeness *l, const struct places *places,
                      const struct value *row)
{
    const struct value *at[PAIR_COLUMNS + 1] = {NULL};
    size_t place = 0;
    VALUE_EACH(item, row)
    {
        if (place < places->count) {
            at[places->column[place++]] = item;
        }
    }
    uint64_t a = value_as_number(at[COLUMN_A]), b = value_as_number(at[COLUMN_B]);
    struct scene_pair *pair = a <= UI_SEATS_MAX && b <= UI_SEATS_MAX
                                  ? scene_pair(l, (uint16_t)a, (uint16_t)b)
                                  : NULL;
    if (pair != NULL) {
        put_votes(&pair->window, at + COLUMN_VOTES);
        put_votes(&pair->all, at + COLUMN_ALL_VOTES);
    }
    return pair != NULL;
}

/* Every seat once; those that the node leaves out come last. */
static void take_order(struct scene_likeness *l, const struct value *order)
{
    bool placed[UI_SEATS_MAX] = {false};
    uint16_t count = 0;
    VALUE_EACH(item, order)
    {
        uint64_t seat = value_as_number(item);
        if (seat >= 1 && seat <= l->seats && !placed[seat - 1]) {
            placed[seat - 1] = true;
            l->order[count++] = (uint16_t)seat;
        }
    }
    for (uint16_t seat = 1; seat <= l->seats; seat++) {
        if (!placed[seat - 1]) {
            l->order[count++] = seat;
        }
    }
}

static void take_clusters(struct scene_likeness *l, const struct value *clusters)
{
    l->least_kappa = measure_of(value_get(clusters, "least_kappa"));
    take_order(l, value_get(clusters, "order"));
    VALUE_EACH(members, value_get(clusters, "groups"))
    {
        if (l->groups == l->seats) {
            return;
        }
        l->groups++;
        VALUE_EACH(item, members)
        {
            uint64_t seat = value_as_number(item);
            if (seat >= 1 && seat <= l->seats) {
                l->group[seat - 1] = l->groups;
            }
        }
    }
}

static void take_pairs(struct model *m, const struct value *v, const struct value *pairs,
                       uint64_t from)
{
    struct scene_likeness *l = begin_page(m, PATTERNS_PAIRS, v, from);
    struct places places;
    if (l == NULL) {
        return;
    }
    l->decisions = value_number(v, "decisions");
    take_held(l->held, v);
    find_places(&places, value_get(pairs, "columns"));
    VALUE_EACH(row, value_get(pairs, "rows"))
    {
        m->nonsense += !take_pair(l, &places, row);
    }
    if (from == UNKNOWN) {
        take_clusters(l, value_get(v, "clusters"));
    }
    end_page(m, PATTERNS_PAIRS, l, v, from);
}

void patterns_apply(struct model *m, const struct value *v, uint64_t from)
{
    const struct value *seats = value_get(v, "seats"), *pairs = value_get(v, "pairs");
    if (value_number(v, "decisions") == UNKNOWN || m->scene.seats == 0) {
        m->nonsense++;
        return;
    }
    if (value_is(seats, VALUE_ARRAY)) {
        take_seats(m, v, seats, from);
    }
    if (value_is(pairs, VALUE_OBJECT)) {
        take_pairs(m, v, pairs, from);
    }
    m->scene.patterns_refusal[0] = '\0';
    m->scene.patterns_asked = false;
    m->scene.tallies = patterns_at(m, PATTERNS_SEATS, UNKNOWN);
    m->scene.likeness = patterns_at(m, PATTERNS_PAIRS, UNKNOWN);
}
