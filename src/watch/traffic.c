/* SPDX-License-Identifier: ISC */
#include "watch/traffic.h"

#include "base/quorum.h"

#include <inttypes.h>
#include <stdio.h>

struct look {
    struct traffic *traffic;
    const struct traffic_rules *rules;
    const struct traffic_facts *facts;
    const struct judge *judge;
};

static uint64_t grown(uint64_t is, uint64_t was)
{
    return is > was ? is - was : 0;
}

/* --- flooding --- */

static void look_flood(const struct look *l, uint16_t seat, struct traffic_seat *s,
                       const struct traffic_counts *is)
{
    uint64_t now = l->facts->now_ms, least = l->rules->flood_seconds;
    uint64_t slot_ms = l->rules->slot_ms;
    uint64_t more =
        grown(is->held_back, s->seen.held_back) + grown(is->overflows, s->seen.overflows);
    if (more > 0) {
        recent_add(&s->flood, slot_ms, now, more);
        s->flood_ms = now;
    }
    unsigned busy = recent_busy(&s->flood, slot_ms, now);
    uint64_t since = s->flood_ms != 0 ? s->flood_ms : l->traffic->started_ms;
    bool raise = least > 0 && busy >= least;
    char text[FLAG_TEXT_BYTES] = "";
    if (raise) {
        (void)snprintf(text, sizeof(text),
                       "sends more than it may: held back in %u of %d parts of the last "
                       "%" PRIu64 " s",
                       busy, RECENT_SLOTS, RECENT_SLOTS * slot_ms / 1000);
    }
    judge_flag(l->judge, FLAG_FLOODING, seat, raise, now - since >= TRAFFIC_QUIET_MS, text);
}

/* --- what is counted in ten minutes --- */

static void look_count(const struct look *l, enum flag_kind kind, uint16_t seat,
                       struct recent *w, uint64_t more, unsigned least, const char *what)
{
    uint64_t now = l->facts->now_ms;
    recent_add(w, TRAFFIC_MINUTE_MS, now, more);
    uint64_t sum = recent_sum(w, TRAFFIC_MINUTE_MS, now);
    uint64_t age = now - l->traffic->started_ms;
    bool raise = least > 0 && sum >= least;
    char text[FLAG_TEXT_BYTES] = "";
    if (raise) {
        (void)snprintf(text, sizeof(text), "%" PRIu64 " %s in ten minutes", sum, what);
    }
    judge_flag(l->judge, kind, seat, raise,
               sum == 0 && age >= (uint64_t)RECENT_SLOTS * TRAFFIC_MINUTE_MS, text);
}

/* --- connections that come and go --- */

/* Where more seats than may be faulty lose their connections together, it is this node's
 * link, and says nothing about them. */
static void find_own_fault(const struct look *l)
{
    const struct traffic_facts *f = l->facts;
    struct traffic *t = l->traffic;
    unsigned together = 0;
    for (uint16_t seat = 1; seat <= f->seats; seat++) {
        together += seat != f->seat && t->of[seat - 1].pending > 0;
    }
    if (together >= quorum_weak(f->seats)) {
        t->own_ms = f->now_ms;
    }
    bool is_own = t->own_ms != 0 && f->now_ms - t->own_ms < l->rules->together_ms;
    for (uint16_t seat = 1; is_own && seat <= f->seats; seat++) {
        t->of[seat - 1].pending = 0;
    }
}

static void note_losses(const struct look *l)
{
    const struct traffic_facts *f = l->facts;
    for (uint16_t seat = 1; seat <= f->seats; seat++) {
        struct traffic_seat *s = &l->traffic->of[seat - 1];
        uint64_t more = grown(f->of[seat - 1].lost, s->seen.lost);
        s->pending_ms = s->pending == 0 ? f->now_ms : s->pending_ms;
        s->pending += seat != f->seat ? more : 0;
    }
}

static void look_losses(const struct look *l, uint16_t seat, struct traffic_seat *s)
{
    uint64_t more = 0;
    if (l->facts->now_ms - s->pending_ms >= l->rules->together_ms) {
        more = s->pending;
        s->pending = 0;
    }
    look_count(l, FLAG_RECONNECTS, seat, &s->losses, more, l->rules->reconnects,
               "connections lost");
}

/* --- the look --- */

void traffic_look(struct traffic *t, const struct traffic_rules *rules,
                  const struct traffic_facts *f, const struct judge *j)
{
    const struct look l = {t, rules, f, j};
    t->started_ms = t->started_ms != 0 ? t->started_ms : f->now_ms;
    note_losses(&l);
    find_own_fault(&l);
    for (uint16_t seat = 1; seat <= f->seats; seat++) {
        struct traffic_seat *s = &t->of[seat - 1];
        const struct traffic_counts *is = &f->of[seat - 1];
        if (seat == f->seat) {
            continue;
        }
        look_flood(&l, seat, s, is);
        look_count(&l, FLAG_BAD_FRAMES, seat, &s->frames,
                   grown(is->bad_frames, s->seen.bad_frames), rules->bad_frames,
                   "messages that break the protocol");
        look_count(&l, FLAG_BAD_SIGNATURE, seat, &s->signatures,
                   grown(is->bad_signatures, s->seen.bad_signatures), rules->bad_signatures,
                   "messages whose signature is wrong");
        look_losses(&l, seat, s);
        s->seen = *is;
    }
}
