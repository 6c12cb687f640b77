/* SPDX-License-Identifier: ISC */
#include "conclave/export_list.h"

#include "conclave/export_rows.h"
#include "conclave/sheet.h"

#include "wire/shared.h"

#include <errno.h>
#include <string.h>

struct export_list {
    const char *name;
    const char *const *columns;
    enum decision_detail detail;
    /* The rows of a decision; NULL where they are of something else. */
    bool (*put)(const struct sheet *s, const struct charter *c, const struct decision *d);
};

static bool put_decision(const struct sheet *s, const struct charter *c,
                         const struct decision *d)
{
    return sheet_row(s, export_decision_row(c, d));
}

static bool put_ballots(const struct sheet *s, const struct charter *c,
                        const struct decision *d)
{
    bool written = true;
    for (uint16_t seat = 1; written && seat <= d->record.seat_count; seat++) {
        written = sheet_row(s, export_ballot_row(c, d, seat));
    }
    return written;
}

static bool put_record(const struct sheet *s, const struct charter *c,
                       const struct decision *d)
{
    (void)c;
    return sheet_row(s, export_record_row(d));
}

static const struct export_list lists[] = {
    {"decisions", export_decision_columns, DECISION_CONTENT, put_decision},
    {"ballots", export_ballot_columns, DECISION_BALLOTS, put_ballots},
    {"records", export_record_columns, DECISION_RECORD, put_record},
    {"convictions", export_conviction_columns, DECISION_RECORD, NULL},
};

const struct export_list *export_list_find(const char *name)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (strcmp(lists[i].name, name) == 0) {
            return &lists[i];
        }
    }
    return NULL;
}

bool export_list_has_records(const struct export_list *list)
{
    return list->put != NULL;
}

static int not_written(struct complaint *why)
{
    return complain(why, CONCLAVE_EIO, "cannot write the output: %s", strerror(errno));
}

static int write_decisions(const struct export_list *list, struct export_source *s,
                           uint64_t first, const struct sheet *sheet, struct complaint *why)
{
    int error = 0;
    for (uint64_t i = first; error == 0 && i < s->size; i++) {
        static struct decision d; /* large */
        error = export_decision(s, i, list->detail, &d, why);
        if (error == 0) {
            error = list->put(sheet, s->charter, &d) ? 0 : not_written(why);
            decision_clear(&d);
        }
    }
    return error;
}

/* The earliest one that was not written yet; 0: all were. */
static uint16_t next_conviction(const struct conviction *all, uint16_t seats)
{
    uint16_t next = 0;
    for (uint16_t seat = 1; seat <= seats; seat++) {
        const struct conviction *v = &all[seat - 1];
        if (v->operation != NULL && (next == 0 || v->height < all[next - 1].height)) {
            next = seat;
        }
    }
    return next;
}

static int write_convictions(struct export_source *s, const struct sheet *sheet,
                             struct complaint *why)
{
    struct conviction all[SEATS_MAX] = {{0, 0, NULL}};
    int error = export_convictions(s, all, why);
    uint16_t seat;
    while ((seat = next_conviction(all, s->charter->seat_count)) != 0) {
        struct conviction *v = &all[seat - 1];
        if (error == 0 && !sheet_row(sheet, export_conviction_row(s->charter, seat, v))) {
            error = not_written(why);
        }
        bytes_unref(v->operation);
        v->operation = NULL;
    }
    return error;
}

int export_list_write(const struct export_list *list, struct export_source *s,
                      uint64_t first, bool csv, FILE *out, struct complaint *why)
{
    struct sheet sheet = {out, csv, list->columns};
    sheet_begin(&sheet);
    return list->put != NULL ? write_decisions(list, s, first, &sheet, why)
                             : write_convictions(s, &sheet, why);
}
