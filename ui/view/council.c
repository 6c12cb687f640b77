/* SPDX-License-Identifier: ISC */
/* The view Council: every seat of the council, and one of them in detail. */
#include "ui/view/council.h"
#include "ui/view/groups.h"
#include "ui/view/list.h"
#include "ui/view/seat_row.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_groups(const struct view_context *ctx)
{
    return ctx->state->groups;
}

static bool is_list(const struct view_context *ctx)
{
    return ctx->state->depth == 0 && !is_groups(ctx);
}

static const char *const *sorts(const struct view_context *ctx)
{
    return is_list(ctx) ? seat_sorts : NULL;
}

static size_t count(const struct view_context *ctx)
{
    return is_groups(ctx) ? 0 : is_list(ctx) ? ctx->scene->seats : council_ballots(ctx);
}

/* Of an open proposal there is no number yet: its id, in short. */
static uint64_t key_of_id(const char *id)
{
    uint64_t key = UINT64_C(14695981039346656037);
    for (; *id != '\0'; id++) {
        key = (key ^ (uint8_t)*id) * UINT64_C(1099511628211);
    }
    return key | UINT64_C(1) << 63;
}

static uint64_t key(const struct view_context *ctx, size_t i)
{
    if (is_list(ctx)) {
        return i + 1;
    }
    const struct scene_proposal *p = council_ballot(ctx, i);
    return p->record != UNKNOWN ? p->record : key_of_id(p->id);
}

static uint16_t seat(const struct view_context *ctx, size_t i)
{
    return is_list(ctx) ? (uint16_t)(i + 1) : council_subject(ctx);
}

static void put(struct buffer *out, const char *words)
{
    buffer_append(out, words, strlen(words));
    buffer_append(out, " ", 1);
}

static void put_number(struct buffer *out, const char *label, uint64_t n)
{
    char words[24];
    words_number(words, sizeof(words), n);
    put(out, label);
    put(out, words);
}

static void seat_text(const struct view_context *ctx, uint16_t number, struct buffer *out)
{
    const struct scene *s = ctx->scene;
    const struct scene_seat *at = &s->seat[number - 1];
    char words[24];
    words_seat(words, sizeof(words), s, number);
    put(out, words);
    buffer_append_slice(out, seat_name(s, number));
    put(out, "");
    put_number(out, "view", at->view);
    put_number(out, "height", at->height);
    words_duration(words, sizeof(words), seat_age(ctx, at));
    put(out, "heard");
    put(out, words);
    words_duration(words, sizeof(words), at->round_trip_ms);
    put(out, "trip");
    put(out, words);
    put_number(out, "agreement", seat_agreement(at));
    put_number(out, "missed", at->totals_known ? at->missed : UNKNOWN);
    put(out, seat_state(ctx, number));
    put(out, at->hints);
    if (s->cards != NULL) {
        put(out, s->cards[number - 1].jurisdiction);
        put(out, s->cards[number - 1].vendor);
        put(out, s->cards[number - 1].model_family);
    }
    for (size_t i = 0; i < s->flag_count; i++) {
        if (s->flags[i]->seat == number && s->flags[i]->state != FLAG_CLEARED) {
            put(out, s->flags[i]->kind);
        }
    }
}

static void ballot_text(const struct view_context *ctx, size_t i, struct buffer *out)
{
    const struct scene_proposal *p = council_ballot(ctx, i);
    put_number(out, "record", p->record);
    put(out, p->phase != UI_FINAL ? "open" : p->approved ? "approved" : "rejected");
    put(out, p->class_name);
    put(out, p->title);
}

static void text(const struct view_context *ctx, size_t i, struct buffer *out)
{
    if (is_list(ctx)) {
        seat_text(ctx, (uint16_t)(i + 1), out);
    } else {
        ballot_text(ctx, i, out);
    }
}

static int compare(const struct view_context *ctx, size_t i, size_t j)
{
    return is_list(ctx) ? seat_compare(ctx, (uint16_t)(i + 1), (uint16_t)(j + 1)) : 0;
}

static void draw(const struct view_context *ctx, struct cells *c, struct area a,
                 struct drawn *out)
{
    if (is_groups(ctx)) {
        struct buffer page = {NULL, 0, 0};
        groups_body(ctx, &page);
        draw_pager(ctx, c, a, buffer_slice(&page), out);
        buffer_free(&page);
    } else if (is_list(ctx)) {
        council_seats_draw(ctx, c, a, out);
    } else {
        council_seat_draw(ctx, c, a, out);
    }
}

static bool opens(const struct view_context *ctx)
{
    return is_list(ctx) && ctx->rows->count > 0;
}

/* Decisions beside the seats of a wide screen. */
enum { DECISIONS_WISHED = 100 };

static void want(const struct view_context *ctx, struct model *m, uint64_t now_ms)
{
    if (is_groups(ctx) || ctx->state->depth > 0) {
        groups_want(m, now_ms);
    }
    if (is_groups(ctx)) {
        return;
    }
    if (is_list(ctx) ? ctx->scene->final_count < DECISIONS_WISHED : list_is_near_end(ctx)) {
        model_want_page(m, PAGE_DECISIONS);
    }
}

const struct view view_council = {
    .name = "Council",
    .sorts = sorts,
    .count = count,
    .key = key,
    .seat = seat,
    .text = text,
    .compare = compare,
    .draw = draw,
    .opens = opens,
    .pages = is_groups,
    .body = groups_body,
    .want = want,
};
