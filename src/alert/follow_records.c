/* SPDX-License-Identifier: ISC */
/* Decisions: each record once, in the order of their numbers. */
#include "alert/follow_private.h"

#include "base/log.h"

enum { PAGE = 100 };

static void ask(struct follow *f, uint64_t before, uint64_t limit)
{
    link_ask(
        f->link, ASK_RECORDS, "records",
        json_pack("{s:I,s:I}", "before", (json_int_t)before, "limit", (json_int_t)limit));
}

void follow_ask_records(struct follow *f)
{
    if (!f->is_paused && !link_asks(f->link, ASK_RECORDS) &&
        f->next_record < f->known_records) {
        uint64_t left = f->known_records - f->next_record;
        json_decref(f->rows);
        f->rows = json_array();
        left = left < PAGE ? left : PAGE;
        ask(f, f->next_record + left, left);
    }
}

/* UINT64_MAX: it is no record. */
static uint64_t number_of(const json_t *record)
{
    const json_t *n = json_object_get(record, "record");
    return json_is_integer(n) && json_integer_value(n) >= 0
               ? (uint64_t)json_integer_value(n)
               : UINT64_MAX;
}

/* False: there is no room. */
static bool take(struct follow *f, const json_t *record)
{
    struct alert a;
    struct alert_source source = follow_source(f);
    if (!follow_has_room(f)) {
        return false;
    }
    alert_of_record(&source, record, &a);
    follow_add(f, &a);
    queue_set_number(f->queue, STATE_RECORDS, ++f->next_record);
    f->has_queued = true;
    return true;
}

/* An answer may have fewer than were asked for: the rest is asked for, down to the next one
 * that is wanted; then all are taken, the oldest first. */
void follow_take_records(struct follow *f, const json_t *result)
{
    const json_t *rows = json_object_get(result, "records");
    uint64_t final = follow_number(result, "final");
    if (f->rows == NULL) {
        return;
    }
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        if (number_of(row) >= f->next_record && number_of(row) != UINT64_MAX) {
            (void)json_array_append(f->rows, (json_t *)(uintptr_t)row);
        }
    }
    size_t count = json_array_size(f->rows);
    f->known_records = final;
    if (count > 0 && json_array_size(rows) > 0) {
        uint64_t oldest = number_of(json_array_get(f->rows, count - 1));
        if (oldest > f->next_record && count < PAGE) {
            ask(f, oldest, oldest - f->next_record);
            return;
        }
    }
    bool has_room = true;
    uint64_t begun = f->next_record;
    for (size_t i = count; i > 0 && has_room; i--) {
        const json_t *row = json_array_get(f->rows, i - 1);
        if (number_of(row) == f->next_record) {
            has_room = take(f, row);
        }
    }
    json_decref(f->rows);
    f->rows = NULL;
    if (f->next_record > begun) {
        follow_ask_records(f);
    }
}

void follow_take_final(struct follow *f, const json_t *params)
{
    uint64_t number = number_of(params);
    if (number == UINT64_MAX) {
        return;
    }
    if (number >= f->known_records) {
        f->known_records = number + 1;
    }
    if (number == f->next_record && f->rows == NULL && !f->is_paused) {
        (void)take(f, params);
    } else {
        follow_ask_records(f);
    }
}
