/* SPDX-License-Identifier: ISC */
#include "watch/flags.h"

#include "base/alloc.h"
#include "base/text.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    struct flag flag;
    bool unsaved;
    bool changed; /* and not told */
};

struct flags {
    struct entry *list; /* by ascending id */
    size_t count, capacity;
    uint64_t next;
    uint64_t open[FLAG_KIND_END][SEATS_MAX + 1]; /* ids by kind and seat; 0: none */
    struct flags_counts counts;                  /* without the worst */
    size_t new_ones[FLAG_CRITICAL + 1];          /* by severity */
    uint64_t *dropped;
    size_t dropped_count, dropped_capacity;
    bool urgent;           /* something is not to wait */
    bool unsaved, changed; /* any of them */
};

struct flags *flags_new(void)
{
    struct flags *b = alloc_zero(1, sizeof(*b));
    b->next = 1;
    return b;
}

void flags_free(struct flags *b)
{
    if (b == NULL) {
        return;
    }
    free(b->list);
    free(b->dropped);
    free(b);
}

/* --- the list --- */

/* The index of the first whose id is not below this one. */
static size_t place_of(const struct flags *b, uint64_t id)
{
    size_t low = 0, high = b->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (b->list[middle].flag.id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct entry *entry_of(const struct flags *b, uint64_t id)
{
    size_t at = place_of(b, id);
    return at < b->count && b->list[at].flag.id == id ? &b->list[at] : NULL;
}

static struct entry *open_entry(const struct flags *b, enum flag_kind kind, uint16_t seat)
{
    assert(seat <= SEATS_MAX && (int)kind < FLAG_KIND_END);
    uint64_t id = b->open[kind][seat];
    return id != 0 ? entry_of(b, id) : NULL;
}

/* Counts it in or out, and whether it is the open one of its kind and seat. */
static void enter(struct flags *b, const struct flag *f)
{
    b->counts.by_state[f->state]++;
    b->new_ones[flag_kind_severity(f->kind)] += f->state == FLAG_NEW;
    if (f->state != FLAG_CLEARED) {
        b->open[f->kind][f->seat] = f->id;
    }
}

static void leave(struct flags *b, const struct flag *f)
{
    b->counts.by_state[f->state]--;
    b->new_ones[flag_kind_severity(f->kind)] -= f->state == FLAG_NEW;
    if (b->open[f->kind][f->seat] == f->id) {
        b->open[f->kind][f->seat] = 0;
    }
}

/* The index of the oldest in that state, but of the newest flag, of the kind and seat of
 * which there are most: who comes and goes makes nobody else forgotten. b->count: none. */
static size_t oldest_of(const struct flags *b, enum flag_state state)
{
    size_t counts[FLAG_KIND_END][SEATS_MAX + 1] = {{0}}, most = 0;
    for (size_t i = 0; i + 1 < b->count; i++) {
        const struct flag *f = &b->list[i].flag;
        size_t count = f->state == state ? ++counts[f->kind][f->seat] : 0;
        most = count > most ? count : most;
    }
    for (size_t i = 0; i + 1 < b->count; i++) {
        const struct flag *f = &b->list[i].flag;
        if (f->state == state && counts[f->kind][f->seat] == most) {
            return i;
        }
    }
    return b->count;
}

/* The index of the one that goes first; the newest stays. */
static size_t victim(const struct flags *b)
{
    size_t at = oldest_of(b, FLAG_CLEARED);
    at = at < b->count ? at : oldest_of(b, FLAG_ACKNOWLEDGED);
    return at < b->count ? at : 0;
}

static void drop_one(struct flags *b)
{
    size_t at = victim(b);
    if (b->dropped_count == b->dropped_capacity) {
        b->dropped_capacity = b->dropped_capacity > 0 ? 2 * b->dropped_capacity : 16;
        b->dropped = alloc_resize(b->dropped, b->dropped_capacity, sizeof(*b->dropped));
    }
    b->dropped[b->dropped_count++] = b->list[at].flag.id;
    leave(b, &b->list[at].flag);
    b->count--;
    memmove(&b->list[at], &b->list[at + 1], (b->count - at) * sizeof(*b->list));
}

static struct entry *append(struct flags *b, const struct flag *f)
{
    while (b->count >= FLAGS_MAX) {
        drop_one(b);
    }
    if (b->count == b->capacity) {
        b->capacity = b->capacity > 0 ? 2 * b->capacity : 16;
        b->list = alloc_resize(b->list, b->capacity, sizeof(*b->list));
    }
    struct entry *e = &b->list[b->count++];
    *e = (struct entry){.flag = *f};
    b->next = f->id + 1;
    enter(b, f);
    return e;
}

void flags_load(struct flags *b, const struct flag *f)
{
    assert(f->id >= b->next);
    (void)append(b, f);
}

void flags_skip(struct flags *b, uint64_t id)
{
    assert(id >= b->next);
    b->next = id + 1;
}

/* --- what happens --- */

static void put_text(struct flag *f, const char *text)
{
    struct buffer safe = {NULL, 0, 0};
    text_escape(&safe, slice_of_string(text), "");
    size_t size = safe.size < sizeof(f->text) ? safe.size : sizeof(f->text) - 1;
    size = text_whole(slice_of(safe.data, size));
    memset(f->text, 0, sizeof(f->text));
    if (size > 0) {
        memcpy(f->text, safe.data, size);
    }
    buffer_free(&safe);
}

static void sight(struct flag *f, const struct sighting *s, uint64_t now_ms)
{
    f->last_ms = now_ms;
    f->is_local = s->is_local;
    if (s->proposal != NULL) {
        f->has_proposal = true;
        f->proposal = *s->proposal;
    }
    f->height = s->height != 0 ? s->height : f->height;
    put_text(f, s->text);
}

const struct flag *flags_raise(struct flags *b, const struct sighting *s, uint64_t now_ms,
                               bool *is_new)
{
    assert(flag_kind_has_seat(s->kind) == (s->seat != 0));
    struct entry *e = open_entry(b, s->kind, s->seat);
    *is_new = e == NULL;
    if (e == NULL) {
        struct flag f = {.id = b->next,
                         .kind = s->kind,
                         .state = FLAG_NEW,
                         .seat = s->seat,
                         .first_ms = now_ms,
                         .count = 1};
        e = append(b, &f);
        b->urgent = true;
    } else {
        e->flag.count++;
        e->changed = b->changed = true;
    }
    sight(&e->flag, s, now_ms);
    e->unsaved = b->unsaved = true;
    return &e->flag;
}

/* Of what the ledger says. */
static bool same_flag(const struct flag *a, const struct flag *b)
{
    bool same_proposal = a->has_proposal == b->has_proposal &&
                         (!a->has_proposal || hash_equal(&a->proposal, &b->proposal));
    return same_proposal && a->is_local == b->is_local && a->height == b->height &&
           a->first_ms == b->first_ms && a->last_ms == b->last_ms && a->count == b->count &&
           strcmp(a->text, b->text) == 0;
}

const struct flag *flags_state(struct flags *b, const struct flag *found, bool *is_new)
{
    struct entry *e = open_entry(b, found->kind, found->seat);
    *is_new = e == NULL;
    struct flag f = *found;
    f.id = e != NULL ? e->flag.id : b->next;
    f.state = e != NULL ? e->flag.state : FLAG_NEW;
    f.is_acknowledged = e != NULL && e->flag.is_acknowledged;
    f.acknowledged_by = e != NULL ? e->flag.acknowledged_by : 0;
    f.acknowledged_ms = e != NULL ? e->flag.acknowledged_ms : 0;
    f.cleared_ms = 0;
    put_text(&f, found->text);
    if (e == NULL) {
        e = append(b, &f);
        b->urgent = true;
    } else if (same_flag(&e->flag, &f)) {
        return NULL;
    } else {
        e->flag = f;
        e->changed = b->changed = true;
    }
    e->unsaved = b->unsaved = true;
    return &e->flag;
}

static void change_state(struct flags *b, struct entry *e, enum flag_state state)
{
    leave(b, &e->flag);
    e->flag.state = state;
    enter(b, &e->flag);
    e->unsaved = b->unsaved = true;
    b->urgent = true;
}

const struct flag *flags_clear(struct flags *b, enum flag_kind kind, uint16_t seat,
                               uint64_t now_ms)
{
    struct entry *e = open_entry(b, kind, seat);
    if (e == NULL) {
        return NULL;
    }
    change_state(b, e, FLAG_CLEARED);
    e->flag.cleared_ms = now_ms;
    e->changed = false; /* that it is cleared says all */
    return &e->flag;
}

const struct flag *flags_acknowledge(struct flags *b, uint64_t id, uint32_t uid,
                                     uint64_t now_ms, bool *is_first)
{
    struct entry *e = entry_of(b, id);
    *is_first = e != NULL && !e->flag.is_acknowledged;
    if (*is_first) {
        e->flag.is_acknowledged = true;
        e->flag.acknowledged_by = uid;
        e->flag.acknowledged_ms = now_ms;
        change_state(b, e, e->flag.state == FLAG_NEW ? FLAG_ACKNOWLEDGED : e->flag.state);
    }
    return e != NULL ? &e->flag : NULL;
}

/* --- looking --- */

const struct flag *flags_find(const struct flags *b, uint64_t id)
{
    const struct entry *e = entry_of(b, id);
    return e != NULL ? &e->flag : NULL;
}

const struct flag *flags_open(const struct flags *b, enum flag_kind kind, uint16_t seat)
{
    const struct entry *e = open_entry(b, kind, seat);
    return e != NULL ? &e->flag : NULL;
}

const struct flag *flags_below(const struct flags *b, uint64_t before)
{
    size_t at = place_of(b, before);
    return at > 0 ? &b->list[at - 1].flag : NULL;
}

void flags_count(const struct flags *b, struct flags_counts *out)
{
    *out = b->counts;
    out->worst = (enum flag_severity)0;
    for (int s = FLAG_NOTICE; s <= FLAG_CRITICAL; s++) {
        out->worst = b->new_ones[s] > 0 ? (enum flag_severity)s : out->worst;
    }
}

/* --- telling --- */

void flags_each_changed(struct flags *b, void (*tell)(void *context, const struct flag *f),
                        void *context)
{
    for (size_t i = 0; b->changed && i < b->count; i++) {
        if (b->list[i].changed) {
            b->list[i].changed = false;
            tell(context, &b->list[i].flag);
        }
    }
    b->changed = false;
}

bool flags_must_save(const struct flags *b)
{
    return b->urgent;
}

bool flags_may_save(const struct flags *b)
{
    return b->unsaved;
}

void flags_save(struct flags *b, const struct flags_store *store)
{
    struct buffer encoding = {NULL, 0, 0};
    for (size_t i = 0; i < b->dropped_count; i++) {
        store->drop(store->context, b->dropped[i]);
    }
    for (size_t i = 0; b->unsaved && i < b->count; i++) {
        struct entry *e = &b->list[i];
        if (e->unsaved) {
            encoding.size = 0;
            flag_encode(&encoding, &e->flag);
            store->put(store->context, e->flag.id, buffer_slice(&encoding));
            e->unsaved = false;
        }
    }
    buffer_free(&encoding);
    b->dropped_count = 0;
    b->urgent = b->unsaved = false;
}
