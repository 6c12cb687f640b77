/* SPDX-License-Identifier: ISC */
/* Final proposals: pages of records, and each as it becomes final. */
#include "ui/model/inside.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* Where a record is, or would be: the newest are first. */
static size_t place_of(const struct model *m, uint64_t record)
{
    size_t low = 0, high = m->scene.final_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (m->scene.final[middle]->record > record) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void drop_oldest(struct model *m)
{
    item_unref(deck_remove(&m->final, m->final.count - 1));
    free(deck_remove(&m->observed, m->observed.count - 1));
}

/* p and seen are given away. False when there is no place for it. */
static bool insert(struct model *m, struct scene_proposal *p, struct observation *seen)
{
    size_t at = place_of(m, p->record), count = m->final.count;
    bool held = at < count && m->scene.final[at]->record == p->record;
    if (held || at == DECISIONS_MAX) {
        item_unref(p);
        free(seen);
        return false;
    }
    deck_insert(&m->final, at, p);
    deck_insert(&m->observed, at, seen);
    if (m->final.count > DECISIONS_MAX) {
        drop_oldest(m);
    }
    model_sync(m);
    if (at == 0) {
        streaks_add_newest(m, p);
    } else if (at == count) {
        streaks_add_oldest(m, p);
    } else {
        streaks_count(m);
    }
    return true;
}

/* --- what a record says --- */

static uint8_t code_of(char letter)
{
    switch (letter) {
    case 'Y':
        return BALLOT_APPROVE;
    case 'N':
        return BALLOT_REJECT;
    case 'A':
        return BALLOT_ABSTAIN;
    case 'w':
        return BALLOT_WITHHELD;
    case 'l':
        return BALLOT_LATE;
    case 'm':
        return BALLOT_MISSED;
    case 'x':
        return BALLOT_EXPELLED;
    case '-':
        return BALLOT_NOT_AWAITED;
    }
    return BALLOT_UNKNOWN;
}

static void take_numbers(uint8_t *out, uint16_t seats, const struct value *array,
                         uint8_t most)
{
    uint16_t i = 0;
    VALUE_EACH(item, array)
    {
        uint64_t n = value_as_number(item);
        if (i < seats) {
            out[i++] = n == UNKNOWN ? UINT8_MAX : n > most ? most : (uint8_t)n;
        }
    }
}

static void take_count(const struct value *v, const char *name, uint32_t *out)
{
    uint64_t n = value_number(v, name);
    if (n <= UINT16_MAX) {
        *out = (uint32_t)n;
    }
}

static void take_number(const struct value *v, const char *name, uint64_t *out)
{
    uint64_t n = value_number(v, name);
    if (n != UNKNOWN) {
        *out = n;
    }
}

/* Per seat, where it is told; else as it was seen while it was open. */
static void take_ballots(struct scene_proposal *p, const struct value *v)
{
    const struct value *choices = value_get(v, "choices");
    if (value_is(choices, VALUE_STRING)) {
        for (uint16_t i = 0; i < p->seats; i++) {
            p->codes[i] = i < choices->size ? code_of(choices->text[i]) : BALLOT_UNKNOWN;
        }
    } else {
        for (uint16_t i = 0; i < p->seats; i++) {
            uint8_t *c = &p->codes[i];
            *c = *c == BALLOT_SEALED || *c == BALLOT_MISMATCH ? BALLOT_WITHHELD
                 : *c == BALLOT_NONE                          ? BALLOT_MISSED
                                                              : *c;
        }
    }
    take_numbers(p->confidence, p->seats, value_get(v, "confidence"), 100);
    take_numbers(p->ballot_blocks, p->seats, value_get(v, "ballot_blocks"),
                 BLOCKS_UNKNOWN - 1);
    take_numbers(p->reveal_blocks, p->seats, value_get(v, "reveal_blocks"),
                 BLOCKS_UNKNOWN - 1);
    uint32_t withheld = 0, revealed = 0;
    for (uint16_t i = 0; i < p->seats; i++) {
        withheld += p->codes[i] == BALLOT_WITHHELD;
        revealed += p->codes[i] == BALLOT_APPROVE || p->codes[i] == BALLOT_REJECT ||
                    p->codes[i] == BALLOT_ABSTAIN;
    }
    p->revealed = revealed;
    p->committed = revealed + withheld;
}

static void take_record(struct model *m, struct scene_proposal *p, const struct value *v)
{
    uint64_t proposer = value_number(v, "proposer");
    p->phase = UI_FINAL;
    take_number(v, "opened_height", &p->opened_height);
    take_number(v, "opened_ms", &p->opened_ms);
    take_number(v, "height", &p->final_height); /* the event's name for it */
    take_number(v, "time_ms", &p->final_ms);
    take_number(v, "final_height", &p->final_height);
    take_number(v, "final_ms", &p->final_ms);
    take_count(v, "threshold", &p->threshold);
    if (proposer <= UI_SEATS_MAX) {
        p->proposer = (uint16_t)proposer;
    }
    proposal_take_outcome(m, p, v);
    take_ballots(p, v);
    class_remember(m, p->class_name, p->threshold);
}

/* Convicted by the block that made it final. */
static bool was_convicted(const struct scene_seat *s, uint64_t height, bool now)
{
    return s->expelled && (s->expelled_height != UNKNOWN
                               ? height != UNKNOWN && s->expelled_height <= height
                               : now);
}

static void mark_convicted(const struct model *m, struct scene_proposal *p, bool now)
{
    for (uint16_t i = 0; i < p->seats; i++) {
        p->equivocated[i] = was_convicted(&m->scene.seat[i], p->final_height, now);
    }
}

void records_mark_convicted(struct model *m)
{
    for (uint16_t i = 0; i < m->scene.seats; i++) {
        const struct scene_seat *s = &m->scene.seat[i];
        for (size_t at = 0; s->expelled && at < m->final.count; at++) {
            const struct scene_proposal *p = m->scene.final[at];
            if (i < p->seats && !p->equivocated[i] &&
                was_convicted(s, p->final_height, false)) {
                proposal_own(&m->final, at)->equivocated[i] = true;
            }
        }
    }
}

/* --- pages --- */

static struct scene_proposal *new_record(const struct model *m, const struct value *v,
                                         const char *id)
{
    char class_name[UI_NAME_BYTES], title[UI_TITLE_BYTES];
    value_copy_text(class_name, sizeof(class_name), v, "class");
    value_copy_text(title, sizeof(title), v, "title");
    struct scene_proposal *p = scene_proposal_new(m->scene.seats, class_name, title);
    memcpy(p->id, id, strlen(id) + 1);
    return p;
}

static bool add_row(struct model *m, const struct value *row)
{
    const char *id = value_text(row, "id");
    uint64_t record = value_number(row, "record");
    if (!id_is_good(id) || record == UNKNOWN || m->scene.seats == 0) {
        m->nonsense++;
        return false;
    }
    size_t at = place_of(m, record);
    if (at < m->final.count && m->scene.final[at]->record == record) {
        return true;
    }
    struct scene_proposal *p = new_record(m, row, id);
    p->record = record;
    take_record(m, p, row);
    mark_convicted(m, p, false);
    item_unref(open_take(m, id));
    (void)insert(m, p, NULL);
    return true;
}

void records_apply(struct model *m, const struct value *v, uint64_t before)
{
    const struct value *rows = value_get(v, "records");
    uint64_t total = value_number(v, "final"), lowest = UNKNOWN;
    if (!value_is(rows, VALUE_ARRAY)) {
        m->nonsense++;
        return;
    }
    VALUE_EACH(row, rows)
    {
        uint64_t record = value_number(row, "record");
        if (add_row(m, row) && record < lowest) {
            lowest = record;
        }
    }
    if (total != UNKNOWN && total > m->scene.final_total) {
        m->scene.final_total = total;
    }
    m->pages_end[PAGE_DECISIONS] = value_number(v, "next") == UNKNOWN;
    /* What was loaded before and does not follow: what is between is asked for, too. */
    if (lowest != UNKNOWN && lowest > 0 && lowest < before) {
        size_t older = place_of(m, lowest) + 1;
        if (older < m->final.count && m->scene.final[older]->record != lowest - 1) {
            (void)request_add(m, ASK_RECORDS, "", lowest);
        }
    }
}

/* --- as they become final --- */

static void add_totals(struct model *m, const struct scene_proposal *p)
{
    for (uint16_t i = 0; i < p->seats; i++) {
        struct scene_seat *s = &m->scene.seat[i];
        switch ((enum ballot_code)p->codes[i]) {
        case BALLOT_APPROVE:
            *(p->approved ? &s->with_outcome : &s->against_outcome) += 1;
            break;
        case BALLOT_REJECT:
            *(p->approved ? &s->against_outcome : &s->with_outcome) += 1;
            break;
        case BALLOT_ABSTAIN:
            s->abstained++;
            break;
        case BALLOT_WITHHELD:
            s->withheld++;
            break;
        case BALLOT_LATE:
            s->late++;
            break;
        case BALLOT_MISSED:
            s->missed++;
            break;
        case BALLOT_UNKNOWN:
        case BALLOT_NONE:
        case BALLOT_SEALED:
        case BALLOT_MISMATCH:
        case BALLOT_EXPELLED:
        case BALLOT_NOT_AWAITED:
            break;
        }
    }
}

static struct scene_proposal *finished(struct model *m, const struct value *v,
                                       const char *id)
{
    struct scene_proposal *held = open_take(m, id);
    if (held == NULL) {
        return new_record(m, v, id);
    }
    struct deck one = {NULL, 0, 0, 0}; /* what a frozen scene shares stays as it is */
    deck_insert(&one, 0, held);
    struct scene_proposal *own = proposal_own(&one, 0);
    deck_free(&one);
    return own;
}

void records_final(struct model *m, const struct value *v)
{
    struct scene *s = &m->scene;
    const char *id = value_text(v, "proposal");
    uint64_t record = value_number(v, "record");
    if (!id_is_good(id) || s->seats == 0) {
        m->nonsense++;
        return;
    }
    uint64_t newest = s->final_count > 0 ? s->final[0]->record : UNKNOWN;
    struct scene_proposal *p = finished(m, v, id);
    /* A node that does not number them has just made this one. */
    p->record = record != UNKNOWN ? record : s->final_total;
    take_record(m, p, v);
    mark_convicted(m, p, true);
    if (newest != UNKNOWN && p->record > newest + 1) {
        (void)request_add(m, ASK_RECORDS, "", UNKNOWN);
        m->want_seats = true; /* for the totals */
    }
    if (p->record >= s->final_total) {
        s->final_total = p->record + 1;
        s->order.decisions = s->final_total;
        s->order.open -= s->order.open != UNKNOWN && s->order.open > 0;
        s->order.epoch_left -= s->order.epoch_left != UNKNOWN && s->order.epoch_left > 0;
        add_totals(m, p);
    }
    patterns_touch(m);
    struct observation *seen = observation_new(m);
    (void)insert(m, p, seen);
}
