/* SPDX-License-Identifier: ISC */
#include "ui/model/inside.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a flag is, or would be: the newest are first. */
static size_t place_of(const struct model *m, uint64_t id)
{
    size_t low = 0, high = m->scene.flag_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (m->scene.flags[middle]->id > id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static const struct scene_flag *held(const struct model *m, uint64_t id)
{
    size_t at = place_of(m, id);
    return at < m->scene.flag_count && m->scene.flags[at]->id == id ? m->scene.flags[at]
                                                                    : NULL;
}

/* --- what is said of one --- */

static enum flag_state state_of(const char *name)
{
    return strcmp(name, "cleared") == 0        ? FLAG_CLEARED
           : strcmp(name, "acknowledged") == 0 ? FLAG_ACKNOWLEDGED
                                               : FLAG_NEW;
}

static enum flag_severity severity_of(const char *name)
{
    return strcmp(name, "critical") == 0  ? FLAG_CRITICAL
           : strcmp(name, "warning") == 0 ? FLAG_WARNING
                                          : FLAG_NOTICE;
}

static struct scene_flag *read_flag(const struct model *m, const struct value *v)
{
    uint64_t id = value_number(v, "id"), seat = value_number(v, "seat");
    const struct value *by = value_get(v, "acknowledged_by");
    const char *letter = value_text(v, "letter"), *proposal = value_text(v, "proposal");
    if (id == UNKNOWN) {
        return NULL;
    }
    struct scene_flag *f = alloc_zero(1, sizeof(*f));
    f->references = 1;
    f->id = id;
    f->letter = letter[0] > ' ' && letter[0] < 0x7f ? letter[0] : '?';
    f->severity = severity_of(value_text(v, "severity"));
    f->state = state_of(value_text(v, "state"));
    f->seat = seat >= 1 && seat <= m->scene.seats ? (uint16_t)seat : 0;
    f->height = value_number(v, "height");
    f->first_ms = value_number(v, "first_ms");
    f->last_ms = value_number(v, "last_ms");
    f->acknowledged_ms = value_number(v, "acknowledged_ms");
    f->cleared_ms = value_number(v, "cleared_ms");
    f->count = value_number(v, "count");
    f->acknowledged_by = value_is(by, VALUE_INTEGER) ? by->number : -1;
    f->local = value_true(v, "local");
    value_copy_text(f->kind, sizeof(f->kind), v, "kind");
    value_copy_text(f->text, sizeof(f->text), v, "text");
    if (id_is_good(proposal)) {
        (void)snprintf(f->proposal, sizeof(f->proposal), "%s", proposal);
    }
    return f;
}

/* --- the list --- */

/* The oldest cleared one, or else the oldest. */
static void give_up_one(struct model *m)
{
    size_t at = m->flags.count - 1;
    for (size_t i = m->flags.count; i-- > 0;) {
        if (m->scene.flags[i]->state == FLAG_CLEARED) {
            at = i;
            break;
        }
    }
    item_unref(deck_remove(&m->flags, at));
    model_sync(m);
}

static void put_flag(struct model *m, struct scene_flag *f)
{
    size_t at = place_of(m, f->id);
    if (at < m->flags.count && m->scene.flags[at]->id == f->id) {
        item_unref(m->scene.flags[at]);
        deck_items(&m->flags)[at] = f;
    } else {
        deck_insert(&m->flags, at, f);
    }
    model_sync(m);
    if (m->flags.count > FLAGS_MAX) {
        give_up_one(m);
    }
}

/* The bell is for what comes while somebody watches. */
static void ring(struct model *m, const struct scene_flag *f, bool quiet)
{
    if (m->flag_newest == UNKNOWN || f->id > m->flag_newest) {
        m->flag_newest = f->id;
        m->bell = m->bell || (f->state == FLAG_NEW && !quiet);
    }
}

/* Those that were open and are not among the open ones from lowest up any more. */
static void clear_others(struct model *m, const struct value *rows, uint64_t lowest)
{
    for (size_t i = 0; i < m->flags.count; i++) {
        const struct scene_flag *f = m->scene.flags[i];
        bool stays = f->state == FLAG_CLEARED || f->id < lowest;
        VALUE_EACH(row, rows)
        {
            stays = stays || value_number(row, "id") == f->id;
        }
        if (!stays) {
            struct scene_flag *cleared = alloc(sizeof(*cleared));
            *cleared = *f;
            cleared->references = 1;
            cleared->state = FLAG_CLEARED;
            put_flag(m, cleared);
        }
    }
}

static void take_counts(struct model *m, const struct value *v)
{
    uint64_t new = value_number(v, "new");
    uint64_t acknowledged = value_number(v, "acknowledged");
    if (new <= UINT32_MAX && acknowledged <= UINT32_MAX) {
        m->scene.flags_new = (uint32_t) new;
        m->scene.flags_acknowledged = (uint32_t)acknowledged;
    }
}

void flags_apply(struct model *m, const struct value *v, bool all, uint64_t before)
{
    const struct value *rows = value_get(v, "flags");
    uint64_t next = value_number(v, "next"), lowest = UNKNOWN;
    bool quiet = m->flag_newest == UNKNOWN; /* what was there before this console */
    if (!value_is(rows, VALUE_ARRAY)) {
        m->nonsense++;
        return;
    }
    take_counts(m, v);
    VALUE_EACH(row, rows)
    {
        struct scene_flag *f = read_flag(m, row);
        if (f == NULL) {
            m->nonsense++;
            continue;
        }
        lowest = f->id < lowest ? f->id : lowest;
        ring(m, f, quiet);
        put_flag(m, f);
    }
    if (!all && before == UNKNOWN) {
        clear_others(m, rows, next == UNKNOWN ? 0 : lowest);
        m->flag_newest = m->flag_newest == UNKNOWN ? 0 : m->flag_newest;
    }
    if (all) {
        m->flags_before = next;
        m->pages_end[PAGE_FLAGS] = next == UNKNOWN;
    }
}

/* --- events --- */

static uint32_t *count_of(struct model *m, enum flag_state state)
{
    switch (state) {
    case FLAG_NEW:
        return &m->scene.flags_new;
    case FLAG_ACKNOWLEDGED:
        return &m->scene.flags_acknowledged;
    case FLAG_CLEARED:
        break;
    }
    return NULL;
}

static void recount(struct model *m, enum flag_state from, enum flag_state to)
{
    uint32_t *down = count_of(m, from), *up = count_of(m, to);
    if (down != NULL && *down > 0) {
        --*down;
    }
    if (up != NULL) {
        ++*up;
    }
}

/* What the counts are to make of a flag that is not held here. */
static void recount_unknown(struct model *m, const char *event, enum flag_state state)
{
    if (strcmp(event, "flag.raised") == 0) {
        recount(m, FLAG_CLEARED, state);
    } else if (strcmp(event, "flag.acknowledged") == 0) {
        recount(m, FLAG_NEW, state);
    } else if (strcmp(event, "flag.cleared") == 0) {
        (void)request_add(m, ASK_FLAGS, "", UNKNOWN); /* it was either */
    }
}

/* All its events have the flag as it is now. */
void flags_event(struct model *m, const struct value *v)
{
    struct scene_flag *f = read_flag(m, v);
    char key[24];
    if (f == NULL) {
        m->nonsense++;
        return;
    }
    const struct scene_flag *old = held(m, f->id);
    if (old != NULL) {
        recount(m, old->state, f->state);
    } else {
        recount_unknown(m, value_text(v, "event"), f->state);
    }
    (void)snprintf(key, sizeof(key), "%" PRIu64, f->id);
    details_touch(m, DETAIL_FLAG, key);
    ring(m, f, false);
    put_flag(m, f);
}
