/* SPDX-License-Identifier: ISC */
#include "ui/view/seat_row.h"

#include <string.h>

enum { NAME_WISHED = 9, NAME_MOST = 12, FLAGS_MOST = 4 };
enum {
    BEATS_WISHED = 12,
    BEATS_MOST = 24,
    HEAT_SMALL = 6,
    HEAT_LEAST = 20,
    HEAT_KEPT = 60,    /* before it is told what seats are made of */
    CARD_COLUMNS = 27, /* of the three fields for that, with the blanks */
    CARD_MOST = 12,
    HEAT_WISHED = 100
};

/* Columns with the blank before them. The name has none: the mark parts it. */
static unsigned taken(enum seat_field f, unsigned width)
{
    return f == FIELD_SEAT || f == FIELD_NAME ? width : width + 1;
}

static unsigned least(const struct scene *s, enum seat_field f)
{
    static const uint8_t columns[FIELD_COUNT] = {
        [FIELD_NAME] = 6,          [FIELD_VIEW] = 5,      [FIELD_HEIGHT] = 8,
        [FIELD_STAGE] = 3,         [FIELD_BEATS] = 6,     [FIELD_AGE] = 6,
        [FIELD_TRIP] = 6,          [FIELD_AGREEMENT] = 6, [FIELD_MISSED] = 7,
        [FIELD_STREAK] = 7,        [FIELD_STATE] = 8,     [FIELD_FLAGS] = 1,
        [FIELD_HEAT] = HEAT_LEAST, [FIELD_VENDOR] = 8,    [FIELD_MODEL] = 8,
        [FIELD_JURISDICTION] = 6,
    };
    return f == FIELD_SEAT ? (s->seats > 99 ? 4 : 3) : columns[f];
}

unsigned seat_columns_least(const struct scene *s)
{
    return least(s, FIELD_SEAT) + taken(FIELD_STAGE, 3) - 1 + taken(FIELD_FLAGS, 1);
}

struct fitting {
    struct seat_layout *layout;
    const struct scene *scene;
    unsigned left;
};

static void add_wide(struct fitting *f, enum seat_field field, unsigned width)
{
    unsigned columns = taken(field, width);
    /* The mark parts the number from what follows it, whatever that is. */
    if (field == FIELD_STAGE) {
        columns--;
    }
    if (f->layout->width[field] == 0 && columns <= f->left) {
        f->layout->width[field] = (uint16_t)width;
        f->left -= columns;
    }
}

static void add(struct fitting *f, enum seat_field field)
{
    add_wide(f, field, least(f->scene, field));
}

static void grow(struct fitting *f, enum seat_field field, unsigned most)
{
    unsigned width = f->layout->width[field];
    unsigned more = width > 0 && width < most ? most - width : 0;
    more = more < f->left ? more : f->left;
    f->layout->width[field] = (uint16_t)(width + more);
    f->left -= more;
}

/* The same, with so many columns kept for others. */
static void grow_within(struct fitting *f, enum seat_field field, unsigned most,
                        unsigned kept)
{
    unsigned width = f->layout->width[field], more = f->left > kept ? f->left - kept : 0;
    grow(f, field, width + more < most ? width + more : most);
}

static enum seat_field sorted_field(const struct view_context *ctx)
{
    static const enum seat_field fields[SORT_COUNT] = {
        [SORT_SEAT] = FIELD_SEAT,
        [SORT_NAME] = FIELD_NAME,
        [SORT_VIEW] = FIELD_VIEW,
        [SORT_HEIGHT] = FIELD_HEIGHT,
        [SORT_AGE] = FIELD_AGE,
        [SORT_TRIP] = FIELD_TRIP,
        [SORT_AGREEMENT] = FIELD_AGREEMENT,
        [SORT_MISSED] = FIELD_MISSED,
        [SORT_FLAGS] = FIELD_FLAGS,
        [SORT_VENDOR] = FIELD_VENDOR,
        [SORT_MODEL] = FIELD_MODEL,
        [SORT_JURISDICTION] = FIELD_JURISDICTION,
    };
    unsigned sort = ctx->state->panes[0].sort;
    return sort < SORT_COUNT ? fields[sort] : FIELD_SEAT;
}

bool seat_rows_past(const struct scene *s)
{
    return s->past && !s->votes.known && s->final_count > 0;
}

/* What was said to each other then is not known: history takes its place. */
static void lay_past(struct fitting *f)
{
    add_wide(f, FIELD_HEAT, HEAT_SMALL);
    add(f, FIELD_AGREEMENT);
    add(f, FIELD_MISSED);
    add(f, FIELD_STREAK);
    grow(f, FIELD_NAME, NAME_WISHED);
    grow(f, FIELD_HEAT, HEAT_WISHED);
    grow(f, FIELD_NAME, NAME_MOST);
}

void seat_layout_make(struct seat_layout *out, const struct view_context *ctx,
                      unsigned cols)
{
    struct fitting f = {out, ctx->scene, cols};
    memset(out, 0, sizeof(*out));
    add(&f, FIELD_SEAT);
    add(&f, FIELD_STAGE);
    add(&f, FIELD_FLAGS);
    /* An order whose reason cannot be seen says little; a seat without a name has a number.
     */
    if (sorted_field(ctx) != FIELD_NAME) {
        add(&f, sorted_field(ctx));
    }
    /* The name takes the blank that the stage would have stood at. */
    if (f.left > least(ctx->scene, FIELD_NAME)) {
        f.left--;
        add(&f, FIELD_NAME);
    }
    if (seat_rows_past(ctx->scene)) {
        lay_past(&f);
        return;
    }
    add(&f, FIELD_BEATS);
    grow(&f, FIELD_NAME, NAME_WISHED);
    grow(&f, FIELD_BEATS, BEATS_WISHED);
    add(&f, FIELD_AGE);
    add(&f, FIELD_TRIP);
    add(&f, FIELD_HEIGHT);
    add(&f, FIELD_VIEW);
    add(&f, FIELD_AGREEMENT);
    add(&f, FIELD_MISSED);
    add(&f, FIELD_STREAK);
    grow(&f, FIELD_FLAGS, FLAGS_MOST);
    grow(&f, FIELD_BEATS, BEATS_MOST);
    if (f.left >= HEAT_KEPT + CARD_COLUMNS) {
        add(&f, FIELD_VENDOR);
        add(&f, FIELD_MODEL);
        add(&f, FIELD_JURISDICTION);
        grow_within(&f, FIELD_VENDOR, CARD_MOST, HEAT_KEPT);
        grow_within(&f, FIELD_MODEL, CARD_MOST, HEAT_KEPT);
        grow_within(&f, FIELD_JURISDICTION, CARD_MOST, HEAT_KEPT);
    }
    if (f.left > HEAT_LEAST) {
        add(&f, FIELD_HEAT);
        grow(&f, FIELD_HEAT, HEAT_WISHED);
    }
    add(&f, FIELD_STATE);
    grow(&f, FIELD_NAME, NAME_MOST);
    grow(&f, FIELD_HEAT, UINT16_MAX);
}
