/* SPDX-License-Identifier: ISC */
/* How the council looked when a decision became final, in some 24 bytes a seat. */
#include "ui/model/inside.h"

#include "base/alloc.h"

#include <string.h>

enum observed_bit {
    SEEN_STAGES = STAGE_PRE_PREPARE | STAGE_PREPARE | STAGE_COMMIT,
    SEEN_STAGES_KNOWN = 8,
    SEEN_CONNECTED = 16,
    SEEN_SUSPENDED = 32,
    SEEN_TOLD = 64,
};

enum { BEAT_UNSEEN = 15, HEARD_UNIT_MS = 10, OBSERVED_BEATS = 24 };

/* Of a view or height that is further off only that is kept. */
static int16_t less(uint64_t n, uint64_t base)
{
    if (n == UNKNOWN || base == UNKNOWN) {
        return INT16_MIN;
    }
    if (n >= base) {
        return n - base < INT16_MAX ? (int16_t)(n - base) : INT16_MAX;
    }
    return base - n < INT16_MAX ? (int16_t) - (int16_t)(base - n) : -INT16_MAX;
}

static uint64_t more(int16_t n, uint64_t base)
{
    if (n == INT16_MIN || base == UNKNOWN) {
        return UNKNOWN;
    }
    return n >= 0 || base > (uint64_t)-n ? base + (uint64_t)(int64_t)n : 0;
}

static uint16_t small(uint64_t n)
{
    return n == UNKNOWN ? UINT16_MAX : n < UINT16_MAX ? (uint16_t)n : UINT16_MAX - 1;
}

static uint64_t large(uint16_t n)
{
    return n == UINT16_MAX ? UNKNOWN : n;
}

static uint8_t beat_bits(uint8_t level)
{
    return level <= BEAT_SLOWEST ? level : BEAT_UNSEEN;
}

static uint8_t hint_bits(const char *hints)
{
    uint8_t bits = 0;
    while (*hints != '\0') {
        size_t size = strcspn(hints, " ");
        for (unsigned i = 0; i < SEAT_HINTS; i++) {
            if (strlen(seat_hints[i]) == size && strncmp(seat_hints[i], hints, size) == 0) {
                bits |= (uint8_t)(1U << i);
            }
        }
        hints += size + (hints[size] == ' ');
    }
    return bits;
}

static void see_seat(const struct model *m, const struct scene_seat *s,
                     const struct observation *o, struct observed_seat *out)
{
    out->bits =
        (uint8_t)((s->stages & SEEN_STAGES) | (s->stages_known ? SEEN_STAGES_KNOWN : 0) |
                  (s->connected ? SEEN_CONNECTED : 0) |
                  (s->suspended ? SEEN_SUSPENDED : 0) | (s->told ? SEEN_TOLD : 0));
    out->hints = hint_bits(s->hints);
    for (size_t i = 0; i < OBSERVED_BEATS / 2; i++) {
        const uint8_t *two = s->beats + UI_BEATS - OBSERVED_BEATS + 2 * i;
        out->beats[i] = (uint8_t)(beat_bits(two[0]) | beat_bits(two[1]) << 4);
    }
    out->view = less(s->view, o->view);
    out->height = less(s->height, o->height);
    bool measured = s->clock_offset_ms > INT16_MIN && s->clock_offset_ms <= INT16_MAX;
    out->clock_offset_ms = measured ? (int16_t)s->clock_offset_ms : INT16_MIN;
    uint64_t ago = s->heard_ms == UNKNOWN     ? UNKNOWN
                   : s->heard_ms >= m->now_ms ? 0
                                              : (m->now_ms - s->heard_ms) / HEARD_UNIT_MS;
    out->heard_ago = small(ago);
    out->round_trip_ms = small(s->round_trip_ms);
}

struct observation *observation_new(const struct model *m)
{
    const struct scene *s = &m->scene;
    struct observation *o = alloc_zero(1, sizeof(*o) + s->seats * sizeof(o->seat[0]));
    o->at_ms = m->now_ms;
    o->view = s->order.view;
    o->height = s->order.height;
    o->changing = s->order.changing;
    o->primary = s->order.primary;
    o->connected = s->order.connected;
    o->seats = s->seats;
    o->votes_known = s->votes.known;
    o->idle = s->votes.idle;
    o->committed = s->votes.committed;
    o->votes_view = s->votes.view;
    o->votes_height = s->votes.height;
    o->since_ms = s->votes.since_ms;
    o->prepared_ms = s->votes.prepared_ms;
    o->committed_ms = s->votes.committed_ms;
    for (uint16_t i = 0; i < s->seats; i++) {
        see_seat(m, &s->seat[i], o, &o->seat[i]);
    }
    return o;
}

static void put_hints(struct scene_seat *s, uint8_t bits)
{
    size_t size = 0;
    s->hints[0] = '\0';
    for (unsigned i = 0; i < SEAT_HINTS; i++) {
        size_t length = strlen(seat_hints[i]);
        if ((bits & 1U << i) != 0 && size + length + 2 < HINTS_MAX) {
            s->hints[size] = ' ';
            size += size > 0;
            memcpy(s->hints + size, seat_hints[i], length + 1);
            size += length;
        }
    }
}

static void show_seat(const struct observation *o, const struct observed_seat *from,
                      struct scene_seat *s)
{
    s->told = (from->bits & SEEN_TOLD) != 0;
    s->stages = from->bits & SEEN_STAGES;
    s->stages_known = (from->bits & SEEN_STAGES_KNOWN) != 0;
    s->connected = (from->bits & SEEN_CONNECTED) != 0;
    s->suspended = (from->bits & SEEN_SUSPENDED) != 0;
    for (size_t i = 0; i < OBSERVED_BEATS; i++) {
        uint8_t level = from->beats[i / 2] >> (i % 2 * 4) & 15;
        s->beats[UI_BEATS - OBSERVED_BEATS + i] =
            level <= BEAT_SLOWEST ? level : BEAT_UNKNOWN;
    }
    put_hints(s, from->hints);
    s->view = more(from->view, o->view);
    s->height = more(from->height, o->height);
    s->clock_offset_ms =
        from->clock_offset_ms == INT16_MIN ? INT64_MIN : from->clock_offset_ms;
    uint64_t ago = large(from->heard_ago);
    s->heard_ms = ago == UNKNOWN || ago * HEARD_UNIT_MS > o->at_ms
                      ? UNKNOWN
                      : o->at_ms - ago * HEARD_UNIT_MS;
    s->round_trip_ms = large(from->round_trip_ms);
}

void observation_show(const struct observation *o, struct scene *s)
{
    s->at_ms = o->at_ms;
    s->order.view = o->view;
    s->order.height = o->height;
    s->order.changing = o->changing;
    s->order.primary = o->primary;
    s->order.connected = o->connected;
    s->votes.known = o->votes_known;
    s->votes.idle = o->idle;
    s->votes.committed = o->committed;
    s->votes.view = o->votes_view;
    s->votes.height = o->votes_height;
    s->votes.since_ms = o->since_ms;
    s->votes.prepared_ms = o->prepared_ms;
    s->votes.committed_ms = o->committed_ms;
    for (uint16_t i = 0; i < s->seats && i < o->seats; i++) {
        struct scene_seat *seat = &s->seat[i];
        seat->primary = i + 1 == o->primary;
        show_seat(o, &o->seat[i], seat);
        s->votes.pre_prepares += (seat->stages & STAGE_PRE_PREPARE) != 0;
        s->votes.prepares += (seat->stages & STAGE_PREPARE) != 0;
        s->votes.commits += (seat->stages & STAGE_COMMIT) != 0;
    }
}
