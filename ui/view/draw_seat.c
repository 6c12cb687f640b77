/* SPDX-License-Identifier: ISC */
#include "ui/view/draw.h"

#include <stdio.h>
#include <string.h>

struct slice seat_name(const struct scene *s, uint16_t seat)
{
    if (seat == 0 || seat > s->seats || seat > UI_SEATS_MAX || s->cards == NULL) {
        return SLICE_NONE;
    }
    return slice_of_string(s->cards[seat - 1].name);
}

void words_seat(char *out, size_t size, const struct scene *s, uint16_t seat)
{
    (void)snprintf(out, size, s->seats > 99 ? "%03u" : "%02u", (unsigned)seat);
}

unsigned draw_seat(const struct view_context *ctx, struct cells *c, struct area a,
                   unsigned row, unsigned col, unsigned width, uint16_t seat)
{
    struct area field = area_cols(a, col, width);
    char number[8] = "-";
    if (seat > 0) {
        words_seat(number, sizeof(number), ctx->scene, seat);
    }
    draw_fit(c, field, row, 0, field.cols, ROLE_QUIET, slice_of_string(number));
    unsigned at = (unsigned)strlen(number) + 1;
    if (at < field.cols) {
        draw_fit(c, field, row, at, field.cols - at, ROLE_TEXT,
                 seat_name(ctx->scene, seat));
    }
    return field.cols;
}

void draw_beats(struct cells *c, struct area a, unsigned row, unsigned col, unsigned count,
                const struct scene_seat *seat)
{
    unsigned shown = count < UI_BEATS ? count : UI_BEATS;
    for (unsigned i = 0; i < shown; i++) {
        uint8_t beat = seat->beats[UI_BEATS - shown + i];
        if (beat == BEAT_UNKNOWN) {
            draw_string(c, area_cols(a, col + i, 1), row, 0, ROLE_UNKNOWN, "?");
        } else {
            draw_level(c, a, row, col + i,
                       beat > LEVEL_MAX / 2 ? ROLE_BEAT_LATE : ROLE_BEAT, beat);
        }
    }
}

/* What is no code of ours is as good as unknown. */
static uint8_t known_ballot(uint8_t code)
{
    return code != '\0' && strchr(".cYNAxwlme-", code) != NULL ? code : BALLOT_UNKNOWN;
}

enum role role_of_ballot(uint8_t code)
{
    switch ((enum ballot_code)known_ballot(code)) {
    case BALLOT_UNKNOWN:
        return ROLE_UNKNOWN;
    case BALLOT_NONE:
    case BALLOT_NOT_AWAITED:
        return ROLE_NOTHING;
    case BALLOT_SEALED:
        return ROLE_SEALED;
    case BALLOT_APPROVE:
        return ROLE_APPROVE;
    case BALLOT_REJECT:
        return ROLE_REJECT;
    case BALLOT_ABSTAIN:
        return ROLE_ABSTAIN;
    case BALLOT_LATE:
    case BALLOT_MISSED:
        return ROLE_NOTICE;
    case BALLOT_WITHHELD:
    case BALLOT_EXPELLED:
        return ROLE_WARNING;
    case BALLOT_MISMATCH:
        return ROLE_CRITICAL;
    }
    return ROLE_UNKNOWN;
}

void draw_ballot(struct cells *c, struct area a, unsigned row, unsigned col, uint8_t code)
{
    const char text[] = {(char)known_ballot(code), '\0'};
    draw_string(c, a, row, col, role_of_ballot(code), text);
}

void draw_pattern(struct cells *c, struct area a, unsigned row, unsigned col, char code)
{
    static const struct {
        char code;
        uint8_t role;
    } roles[] = {
        {'#', ROLE_APPROVE}, {'-', ROLE_REJECT},  {'a', ROLE_ABSTAIN},  {'.', ROLE_NOTHING},
        {'l', ROLE_NOTICE},  {'w', ROLE_WARNING}, {'!', ROLE_CRITICAL},
    };
    char text[] = "?";
    enum role role = ROLE_UNKNOWN;
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (roles[i].code == code) {
            text[0] = code;
            role = (enum role)roles[i].role;
        }
    }
    draw_string(c, a, row, col, role, text);
}

enum role role_of_severity(enum flag_severity s)
{
    switch (s) {
    case FLAG_NOTICE:
        return ROLE_NOTICE;
    case FLAG_WARNING:
        return ROLE_WARNING;
    case FLAG_CRITICAL:
        return ROLE_CRITICAL;
    }
    return ROLE_UNKNOWN;
}
