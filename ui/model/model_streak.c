/* SPDX-License-Identifier: ISC */
/* Decisions in a row in which a seat was against the outcome or had no ballot in it. */
#include "ui/model/inside.h"

#include <string.h>

enum in_streak { STREAK_GOES_ON, STREAK_ENDS, STREAK_NEITHER };

static enum in_streak judge(const struct scene_proposal *p, uint16_t seat)
{
    switch (scene_pattern(p, seat)) {
    case '-':
    case 'w':
        return STREAK_GOES_ON;
    case '.':
        return p->codes[seat - 1] == BALLOT_MISSED ? STREAK_GOES_ON : STREAK_NEITHER;
    case '#':
    case 'a':
        return STREAK_ENDS;
    }
    return STREAK_NEITHER; /* late is never held against a seat */
}

void streaks_add_newest(struct model *m, const struct scene_proposal *p)
{
    for (uint16_t i = 0; i < m->scene.seats; i++) {
        enum in_streak how = judge(p, i + 1);
        struct scene_seat *s = &m->scene.seat[i];
        s->streak = how == STREAK_ENDS ? 0 : s->streak + (how == STREAK_GOES_ON);
        m->streak_ended[i] = m->streak_ended[i] || how == STREAK_ENDS;
    }
}

void streaks_add_oldest(struct model *m, const struct scene_proposal *p)
{
    for (uint16_t i = 0; i < m->scene.seats; i++) {
        enum in_streak how = judge(p, i + 1);
        m->scene.seat[i].streak += !m->streak_ended[i] && how == STREAK_GOES_ON;
        m->streak_ended[i] = m->streak_ended[i] || how == STREAK_ENDS;
    }
}

void streaks_count(struct model *m)
{
    for (uint16_t i = 0; i < m->scene.seats; i++) {
        m->scene.seat[i].streak = 0;
        m->streak_ended[i] = false;
    }
    for (size_t at = 0; at < m->final.count; at++) {
        streaks_add_oldest(m, m->scene.final[at]);
    }
}

uint32_t streak_of(struct scene_proposal *const *newest_first, size_t count, uint16_t seat)
{
    uint32_t streak = 0;
    for (size_t at = 0; at < count; at++) {
        enum in_streak how = judge(newest_first[at], seat);
        if (how == STREAK_ENDS) {
            break;
        }
        streak += how == STREAK_GOES_ON;
    }
    return streak;
}
