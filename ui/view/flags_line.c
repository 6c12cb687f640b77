/* SPDX-License-Identifier: ISC */
#include "ui/view/flags_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *flag_state_word(enum flag_state state)
{
    switch (state) {
    case FLAG_NEW:
        return "NEW";
    case FLAG_ACKNOWLEDGED:
        return "ACK";
    case FLAG_CLEARED:
        return "CLEARED";
    }
    return "?";
}

unsigned flag_rank(const struct scene_flag *f)
{
    unsigned light = f->severity == FLAG_CRITICAL ? 0 : f->severity == FLAG_WARNING ? 1 : 2;
    switch (f->state) {
    case FLAG_NEW:
        return light;
    case FLAG_ACKNOWLEDGED:
        return 3 + light;
    case FLAG_CLEARED:
        break;
    }
    return FLAG_RANKS - 1;
}

/* Since when it is so. Of a silent seat that is when it was last heard, not when the node
 * had waited long enough to say so. */
static uint64_t begun_ms(const struct scene *s, const struct scene_flag *f)
{
    bool silent = strcmp(f->kind, "silent") == 0 && f->seat >= 1 && f->seat <= s->seats;
    uint64_t heard = silent ? s->seat[f->seat - 1].heard_ms : UNKNOWN;
    return heard != UNKNOWN && heard < f->first_ms ? heard : f->first_ms;
}

/* "D 03 silent 14.2s ACK" */
static void words_flag(char *out, size_t size, const struct view_context *ctx,
                       const struct scene_flag *f)
{
    char seat[8] = "--", age[24];
    uint64_t begun = begun_ms(ctx->scene, f);
    uint64_t since =
        begun != UNKNOWN && ctx->now_ms >= begun ? ctx->now_ms - begun : UNKNOWN;
    if (f->seat > 0) {
        words_seat(seat, sizeof(seat), ctx->scene, f->seat);
    }
    words_duration(age, sizeof(age), since);
    (void)snprintf(out, size, "%c %s %s %s %s", f->letter != '\0' ? f->letter : '?', seat,
                   f->kind, age, flag_state_word(f->state));
}

void flags_line_draw(const struct view_context *ctx, struct cells *c, struct area a)
{
    const struct scene *s = ctx->scene;
    char words[128], more[24];
    unsigned at = draw_string(c, a, 0, 0, ROLE_QUIET, "-- flags -- ");
    uint64_t left = (uint64_t)s->flags_new + s->flags_acknowledged;
    if (!s->known || s->past) {
        (void)draw_string(c, a, 0, at, ROLE_UNKNOWN, s->past ? "? of that time" : "?");
        return;
    }
    if (left == 0) {
        (void)draw_string(c, a, 0, at, ROLE_GOOD, "none");
        return;
    }
    for (unsigned rank = 0; rank < FLAG_RANKS - 1; rank++) {
        for (size_t i = 0; i < s->flag_count; i++) {
            if (flag_rank(s->flags[i]) != rank) {
                continue;
            }
            words_flag(words, sizeof(words), ctx, s->flags[i]);
            unsigned columns = text_columns(slice_of_string(words), c->ascii);
            unsigned rest = left > 1 ? 5 : 0;
            if (at + columns + rest > a.cols && at > 12) {
                rank = FLAG_RANKS;
                break;
            }
            at += draw_string(c, a, 0, at, role_of_severity(s->flags[i]->severity), words);
            at += draw_string(c, a, 0, at, ROLE_TEXT, "  ");
            left -= left > 0;
        }
    }
    if (left > 0) {
        (void)snprintf(more, sizeof(more), "+%" PRIu64, left);
        (void)draw_string(c, a, 0, at, ROLE_QUIET, more);
    }
}
