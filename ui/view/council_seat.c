/* SPDX-License-Identifier: ISC */
/* One seat: everything that is known of it, and its ballots. */
#include "ui/view/blocks.h"
#include "ui/view/council.h"
#include "ui/view/flags_line.h"
#include "ui/view/groups.h"
#include "ui/view/seat_row.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

uint16_t council_subject(const struct view_context *ctx)
{
    uint64_t seat = ctx->state->subject[1];
    return seat >= 1 && seat <= ctx->scene->seats ? (uint16_t)seat : 0;
}

size_t council_ballots(const struct view_context *ctx)
{
    return council_subject(ctx) > 0 ? ctx->scene->open_count + ctx->scene->final_count : 0;
}

const struct scene_proposal *council_ballot(const struct view_context *ctx, size_t i)
{
    const struct scene *s = ctx->scene;
    return i < s->open_count ? s->open[s->open_count - 1 - i] : s->final[i - s->open_count];
}

/* --- facts, in as many columns as there is room for --- */

enum { FACT = 38, FACT_NARROW = 30, FACTS = 27, LABEL = 13 };

struct facts {
    struct cells *cells;
    struct area area;
    unsigned columns, count, room;
};

static void fact(struct facts *f, const char *label, enum role role, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));

static void fact(struct facts *f, const char *label, enum role role, const char *format,
                 ...)
{
    char words[256];
    unsigned at = f->count++;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(words, sizeof(words), format, args);
    va_end(args);
    if (at >= f->room) {
        return;
    }
    unsigned width = f->area.cols / f->columns;
    struct area cell = area_cols(area_rows(f->area, at / f->columns, 1),
                                 at % f->columns * width, width - 1);
    draw_fit(f->cells, cell, 0, 0, LABEL, ROLE_QUIET, slice_of_string(label));
    struct area value = area_cols(cell, LABEL, cell.cols);
    draw_fit(f->cells, value, 0, 0, value.cols, role, slice_of_string(words));
}

static void number_fact(struct facts *f, const char *label, uint64_t n)
{
    char words[24];
    words_number(words, sizeof(words), n);
    fact(f, label, n == UNKNOWN ? ROLE_UNKNOWN : ROLE_TEXT, "%s", words);
}

static void duration_fact(struct facts *f, const char *label, uint64_t ms)
{
    char words[24];
    words_duration(words, sizeof(words), ms);
    fact(f, label, ms == UNKNOWN ? ROLE_UNKNOWN : ROLE_TEXT, "%s", words);
}

static void bytes_fact(struct facts *f, const char *label, uint64_t n)
{
    char words[24];
    words_bytes(words, sizeof(words), n);
    fact(f, label, n == UNKNOWN ? ROLE_UNKNOWN : ROLE_TEXT, "%s", words);
}

static void offset_fact(struct facts *f, int64_t offset)
{
    if (offset == INT64_MIN) {
        fact(f, "clock", ROLE_UNKNOWN, "?");
    } else {
        fact(f, "clock", ROLE_TEXT, "%+" PRId64 "ms", offset);
    }
}

static const char *life_words(enum seat_life life)
{
    switch (life) {
    case LIFE_UNKNOWN:
        break;
    case LIFE_ALIVE:
        return "alive";
    case LIFE_SUSPECTED:
        return "suspected";
    case LIFE_DOWN:
        return "down";
    }
    return "?";
}

/* How unlikely its silence is, and what the node makes of that. */
static void life_fact(struct facts *f, const struct scene_seat *at)
{
    enum role role = at->life == LIFE_DOWN        ? ROLE_BAD
                     : at->life == LIFE_SUSPECTED ? ROLE_WARNING
                                                  : ROLE_TEXT;
    if (at->phi_tenths == UNKNOWN) {
        fact(f, "phi", at->life == LIFE_UNKNOWN ? ROLE_UNKNOWN : role, "%s",
             life_words(at->life));
    } else {
        fact(f, "phi", role, "%" PRIu64 ".%" PRIu64 " %s", at->phi_tenths / 10,
             at->phi_tenths % 10, life_words(at->life));
    }
}

static void lag_fact(struct facts *f, const struct scene_seat *at)
{
    if (at->lag_height == INT64_MIN || at->lag_view == INT64_MIN) {
        fact(f, "behind", ROLE_UNKNOWN, "?");
    } else {
        fact(f, "behind", ROLE_TEXT, "%" PRId64 " blocks %" PRId64 " views", at->lag_height,
             at->lag_view);
    }
}

static void order_facts(struct facts *f, const struct view_context *ctx,
                        const struct scene_seat *at)
{
    duration_fact(f, "heard", seat_age(ctx, at));
    duration_fact(f, "round trip", at->round_trip_ms);
    number_fact(f, "view", at->view);
    number_fact(f, "height", at->height);
    if (at->asked_view != UNKNOWN) {
        number_fact(f, "asks for view", at->asked_view);
    }
    offset_fact(f, at->clock_offset_ms);
    fact(f, "says", ROLE_TEXT, "%s", at->hints[0] != '\0' ? at->hints : "-");
}

static void ballot_facts(struct facts *f, const struct scene_seat *at)
{
    uint64_t share = seat_agreement(at);
    char words[24];
    if (!at->totals_known) {
        fact(f, "ballots", ROLE_UNKNOWN, "?");
        return;
    }
    fact(f, "ballots", ROLE_TEXT, "%" PRIu32 ", opened %" PRIu32, at->ballots, at->reveals);
    words_number(words, sizeof(words), share);
    fact(f, "agreement", share == UNKNOWN ? ROLE_UNKNOWN : ROLE_TEXT,
         "%s%s with %" PRIu32 " against %" PRIu32, words, share == UNKNOWN ? "" : "%",
         at->with_outcome, at->against_outcome);
    number_fact(f, "abstained", at->abstained);
    number_fact(f, "late", at->late);
    number_fact(f, "missed", at->missed);
    number_fact(f, "withheld", at->withheld);
    number_fact(f, "streak", at->streak);
}

/* "Northwind, 3 seats", or "Northwind, 14 exceeds f 10". */
static void group_fact(struct facts *f, const struct view_context *ctx, uint16_t seat,
                       const char *kind, const char *label, const char *name)
{
    unsigned size = groups_size(ctx, kind, seat), faulty = ctx->scene->faulty;
    if (size == 0) {
        fact(f, label, ROLE_TEXT, "%s", name);
    } else if (size > faulty) {
        fact(f, label, ROLE_CRITICAL, "%s, %u exceeds f %u", name, size, faulty);
    } else {
        fact(f, label, ROLE_TEXT, "%s, %u %s", name, size, size == 1 ? "seat" : "seats");
    }
}

static void card_facts(struct facts *f, const struct view_context *ctx, uint16_t seat,
                       const struct scene_seat *at)
{
    if (ctx->scene->cards != NULL) {
        const struct seat_card *card = &ctx->scene->cards[seat - 1];
        group_fact(f, ctx, seat, "vendor", "vendor", card->vendor);
        group_fact(f, ctx, seat, "model_family", "model", card->model_family);
        group_fact(f, ctx, seat, "jurisdiction", "jurisdiction", card->jurisdiction);
        fact(f, "speciality", ROLE_TEXT, "%s", card->speciality);
        fact(f, "address", ROLE_TEXT, "%s", card->address);
    }
    fact(f, "version", at->version[0] != '\0' ? ROLE_TEXT : ROLE_UNKNOWN, "%s",
         at->version[0] != '\0' ? at->version : "?");
    bytes_fact(f, "received", at->bytes_in);
    bytes_fact(f, "sent", at->bytes_out);
    number_fact(f, "bad frames", at->bad_frames);
}

/* The rows taken. */
static unsigned draw_facts(const struct view_context *ctx, struct cells *c, struct area a,
                           uint16_t seat)
{
    const struct scene_seat *at = &ctx->scene->seat[seat - 1];
    unsigned columns = a.cols / FACT;
    if (columns * a.rows < FACTS) {
        columns = a.cols / FACT_NARROW;
    }
    columns = columns > 0 ? columns : 1;
    struct facts f = {c, a, columns, 0, columns * a.rows};
    order_facts(&f, ctx, at);
    ballot_facts(&f, at);
    life_fact(&f, at);
    lag_fact(&f, at);
    card_facts(&f, ctx, seat, at);
    if (f.count > f.room && a.rows > 0) {
        draw_glyph(c, a, a.rows - 1U, a.cols - 1U, ROLE_STRONG, GLYPH_ELLIPSIS);
    }
    unsigned rows = (f.count + columns - 1) / columns;
    return rows < a.rows ? rows : a.rows;
}

/* --- its flags --- */

static unsigned draw_flags(const struct view_context *ctx, struct cells *c, struct area a,
                           uint16_t seat)
{
    const struct scene *s = ctx->scene;
    unsigned row = 0;
    for (unsigned rank = 0; rank < FLAG_RANKS - 1; rank++) {
        for (size_t i = 0; i < s->flag_count && row < a.rows; i++) {
            const struct scene_flag *f = s->flags[i];
            if (f->seat == seat && flag_rank(f) == rank) {
                struct area line = area_rows(a, row++, 1);
                unsigned at = draw_format(c, line, 0, 0, role_of_severity(f->severity),
                                          "%s %s", f->kind, flag_state_word(f->state));
                (void)draw_string(c, line, 0, at + 1, ROLE_TEXT, f->text);
            }
        }
    }
    return row;
}

/* --- its ballots --- */

static void draw_confidence(struct cells *c, struct area line, unsigned col, uint8_t sure)
{
    if (sure == CONFIDENCE_UNKNOWN) {
        draw_right(c, line, 0, col, 4, ROLE_NOTHING, "-");
    } else {
        char words[8];
        (void)snprintf(words, sizeof(words), "%u%%", (unsigned)sure);
        draw_right(c, line, 0, col, 4, ROLE_TEXT, words);
    }
}

static void draw_ballot_row(const struct view_context *ctx, struct cells *c,
                            struct area line, size_t i)
{
    const struct scene_proposal *p = council_ballot(ctx, i);
    unsigned at = council_subject(ctx) - 1U;
    char words[24];
    words_number(words, sizeof(words), p->record);
    draw_right(c, line, 0, 0, 7, ROLE_QUIET, p->record == UNKNOWN ? "open" : words);
    if (at < p->seats) {
        char code = scene_pattern(p, (uint16_t)(at + 1));
        draw_ballot(c, line, 0, 9, p->codes[at]);
        draw_pattern(c, line, 0, 12, p->phase == UI_FINAL ? code : '?');
        draw_confidence(c, line, 14, p->confidence[at]);
    }
    bool over = p->phase == UI_FINAL || p->phase == UI_DECIDED;
    (void)draw_string(c, line, 0, 20,
                      !over         ? ROLE_QUIET
                      : p->approved ? ROLE_APPROVE
                                    : ROLE_REJECT,
                      !over         ? "-"
                      : p->approved ? "approved"
                                    : "rejected");
    struct area title = area_cols(line, 29, line.cols);
    draw_fit(c, title, 0, 0, title.cols, ROLE_TEXT, slice_of_string(p->title));
}

static unsigned draw_name(const struct view_context *ctx, struct cells *c, struct area a,
                          uint16_t seat)
{
    const struct scene_seat *at = &ctx->scene->seat[seat - 1];
    struct slice name = seat_name(ctx->scene, seat);
    char number[8];
    words_seat(number, sizeof(number), ctx->scene, seat);
    unsigned col = draw_format(c, a, 0, 0, ROLE_STRONG, "seat %s ", number);
    col += 1 + draw_text(c, area_cols(a, 0, 40), 0, col, ROLE_STRONG, name);
    seat_stage_draw(ctx, c, area_rows(a, 0, 1), col, at);
    col += 4;
    col += draw_string(c, a, 0, col, at->expelled ? ROLE_CRITICAL : ROLE_BAD,
                       seat_state(ctx, seat));
    if (at->expelled) {
        (void)draw_format(c, a, 0, col, ROLE_BAD, " for %s at height %" PRIu64,
                          at->expelled_for, at->expelled_height);
        return 1;
    }
    unsigned beats = a.cols > col + 2 + 8 ? a.cols - col - 2 : 0;
    draw_beats(c, area_rows(a, 0, 1), 0, col + 2, beats, at);
    return 1;
}

void council_seat_draw(const struct view_context *ctx, struct cells *c, struct area a,
                       struct drawn *out)
{
    uint16_t seat = council_subject(ctx);
    *out = (struct drawn){.list = a};
    if (seat == 0) {
        (void)draw_string(c, a, 0, 0, ROLE_QUIET, "this seat is not there any more");
        return;
    }
    unsigned row = draw_name(ctx, c, a, seat);
    row += draw_flags(ctx, c, area_rows(a, row, a.rows / 5U), seat);
    unsigned most = a.rows > row ? (a.rows - row) * 3U / 5U : 0;
    row += draw_facts(ctx, c, area_rows(a, row, most), seat);
    if (row + 2 < a.rows) {
        (void)draw_string(c, a, row++, 0, ROLE_TITLE, " record ballot sure outcome  title");
    }
    draw_list(ctx, c, area_rows(a, row, a.rows), 1, draw_ballot_row, out);
}
