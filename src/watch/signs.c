/* SPDX-License-Identifier: ISC */
#include "watch/signs.h"

#include "base/quorum.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct look {
    struct signs *signs;
    const struct signs_facts *facts;
    const struct judge *judge;
    uint64_t heights[SEATS_MAX]; /* of other seats, the highest first */
    size_t height_count;
};

/* --- silent --- */

static void look_silent(const struct look *l, uint16_t seat)
{
    const struct signs_facts *f = l->facts;
    const struct seat_signs *of = &f->of[seat - 1];
    char text[FLAG_TEXT_BYTES] = "never heard since this node started";
    if (of->heard) {
        uint64_t ms = f->now_ms - of->heard_ms;
        (void)snprintf(text, sizeof(text), "nothing heard for %" PRIu64 ".%" PRIu64 " s",
                       ms / 1000, ms % 1000 / 100);
    }
    judge_flag(l->judge, FLAG_SILENT, seat, of->state == PHI_DOWN,
               of->state == PHI_ALIVE && of->connected, text);
}

/* --- lagging --- */

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x < *y) - (*x > *y);
}

static bool is_known(const struct look *l, uint16_t seat)
{
    const struct seat_signs *of = &l->facts->of[seat - 1];
    return seat == l->facts->seat || (of->connected && of->has_beat);
}

static void sort_heights(struct look *l)
{
    const struct signs_facts *f = l->facts;
    for (uint16_t seat = 1; seat <= f->seats; seat++) {
        if (seat != f->seat && is_known(l, seat)) {
            l->heights[l->height_count++] = f->of[seat - 1].height;
        }
    }
    qsort(l->heights, l->height_count, sizeof(*l->heights), compare);
}

/* A height that w seats other than this one have reached, so that at least one of them does
 * not lie; this node believes itself. 0: none. */
static uint64_t height_of_others(const struct look *l, uint16_t seat)
{
    const struct signs_facts *f = l->facts;
    size_t at = quorum_weak(f->seats) - 1;
    bool is_own = seat == f->seat;
    /* The one looked at does not count. */
    if (!is_own && is_known(l, seat) && at < l->height_count &&
        f->of[seat - 1].height >= l->heights[at]) {
        at++;
    }
    uint64_t others = at < l->height_count ? l->heights[at] : 0;
    uint64_t own = is_own ? 0 : f->of[f->seat - 1].height;
    return own > others ? own : others;
}

static void look_lagging(const struct look *l, uint16_t seat, bool is_beat)
{
    const struct signs_facts *f = l->facts;
    unsigned *behind = &l->signs->of[seat - 1].behind;
    uint64_t *then = l->signs->of[seat - 1].others;
    uint64_t height = f->of[seat - 1].height, others = then[1];
    uint64_t lag = others > height ? others - height : 0;
    char text[FLAG_TEXT_BYTES];
    then[1] = then[0];
    then[0] = height_of_others(l, seat);
    if (is_beat) {
        *behind = lag > f->window ? *behind + 1 : 0;
    }
    (void)snprintf(text, sizeof(text), "at height %" PRIu64 ", %" PRIu64 " blocks behind",
                   height, lag);
    judge_flag(l->judge, FLAG_LAGGING, seat, *behind >= SIGNS_BEATS,
               is_beat && lag <= f->window / 2, text);
}

/* --- clocks --- */

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

/* A clock is judged by the others' where this node's is the one that is off. */
static int64_t common_offset(const struct signs_facts *f)
{
    const struct seat_signs *own = &f->of[f->seat - 1];
    bool is_off = own->has_offset && magnitude(own->offset_ms) > f->max_drift_ms;
    return is_off ? own->offset_ms : 0;
}

static void look_clock(const struct look *l, uint16_t seat, bool is_beat)
{
    const struct signs_facts *f = l->facts;
    const struct seat_signs *of = &f->of[seat - 1];
    unsigned *off = &l->signs->of[seat - 1].off;
    if (!is_beat || !of->has_offset) {
        return;
    }
    bool is_own = seat == f->seat;
    int64_t common = is_own ? 0 : common_offset(f);
    /* Seen from the others, the own one is off the other way round. */
    int64_t offset = is_own ? (int64_t)(0 - (uint64_t)of->offset_ms)
                            : (int64_t)((uint64_t)of->offset_ms - (uint64_t)common);
    uint64_t least = f->max_drift_ms + (is_own ? 0 : of->offset_error_ms);
    *off = magnitude(offset) > least ? *off + 1 : 0;
    char text[FLAG_TEXT_BYTES];
    (void)snprintf(text, sizeof(text), "%s clock is %" PRIu64 " ms %s %s",
                   is_own ? "this node's" : "its", magnitude(offset),
                   offset < 0 ? "behind" : "ahead of",
                   is_own || common != 0 ? "those of most seats" : "this node's");
    judge_flag(l->judge, FLAG_CLOCK_SKEW, seat, *off >= SIGNS_BEATS,
               magnitude(offset) < f->max_drift_ms / 2, text);
}

/* --- evaluators --- */

/* A seat that starts has no agent at first. */
static void look_evaluator(const struct look *l, uint16_t seat, bool is_beat)
{
    const struct signs_facts *f = l->facts;
    uint64_t *down = &l->signs->of[seat - 1].down_ms;
    bool is_own = seat == f->seat;
    bool is_down = f->of[seat - 1].evaluator_down;
    if (!is_beat) {
        return;
    }
    if (!is_down) {
        *down = 0;
    } else if (*down == 0) {
        *down = f->now_ms;
    }
    judge_flag(l->judge, FLAG_EVALUATOR_FAILED, seat,
               is_down && f->now_ms - *down >= f->dead_peer_ms && (!is_own || f->is_asked),
               !is_down,
               is_own ? "no agent is attached, and a proposal is open"
                      : "its heartbeats say that no agent is attached");
}

/* --- the look --- */

/* Whether this seat said something new of itself since the last look. */
static bool is_new_beat(const struct look *l, uint16_t seat)
{
    const struct seat_signs *of = &l->facts->of[seat - 1];
    uint64_t *last = &l->signs->of[seat - 1].beat_ms;
    bool is_new = is_known(l, seat) && of->beat_ms != *last;
    *last = of->beat_ms;
    return is_new;
}

void signs_look(struct signs *s, const struct signs_facts *f, const struct judge *j)
{
    struct look l = {s, f, j, {0}, 0};
    sort_heights(&l);
    for (uint16_t seat = 1; s->looked_ms == 0 && seat <= f->seats; seat++) {
        uint64_t *then = s->of[seat - 1].others;
        then[0] = then[1] = height_of_others(&l, seat);
    }
    /* A process that was stopped has heard nobody, and that is its own fault. */
    if (s->looked_ms == 0 ||
        f->now_ms - s->looked_ms >= f->heartbeat_ms + f->dead_peer_ms / 2) {
        s->awake_ms = f->now_ms;
    }
    s->looked_ms = f->now_ms;
    for (uint16_t seat = 1; seat <= f->seats; seat++) {
        bool is_own = seat == f->seat;
        bool is_beat = is_own || is_new_beat(&l, seat);
        if (!is_own) {
            look_silent(&l, seat);
        }
        look_clock(&l, seat, is_beat);
        look_lagging(&l, seat, is_beat);
        look_evaluator(&l, seat, is_beat);
    }
}
