/* SPDX-License-Identifier: ISC */
#include "fixture.h"

#include "base/quorum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VIEW = 12, HEIGHT = 48212 };

unsigned fixture_random(uint64_t a, uint64_t b, unsigned below)
{
    uint64_t x =
        (a + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ (b + 7) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 30) * UINT64_C(0x94d049bb133111eb);
    x ^= x >> 31;
    return (unsigned)(x % below);
}

const char *fixture_name(enum fixture_state state)
{
    static const char *const names[FIXTURE_STATES] = {
        [FIXTURE_IDLE] = "idle",
        [FIXTURE_BALLOTS] = "ballots",
        [FIXTURE_DECIDING] = "deciding",
        [FIXTURE_VIEW_CHANGE] = "view-change",
        [FIXTURE_DEAD] = "dead",
        [FIXTURE_STALLED] = "stalled",
        [FIXTURE_EQUIVOCATION] = "equivocation",
        [FIXTURE_LOST] = "lost",
        [FIXTURE_FROZEN] = "frozen",
        [FIXTURE_PAST] = "past",
        [FIXTURE_EMPTY] = "empty",
    };
    return names[state];
}

uint64_t fixture_clock(enum fixture_state state)
{
    switch (state) {
    case FIXTURE_IDLE:
    case FIXTURE_BALLOTS:
    case FIXTURE_DECIDING:
    case FIXTURE_VIEW_CHANGE:
    case FIXTURE_DEAD:
    case FIXTURE_STALLED:
    case FIXTURE_EQUIVOCATION:
    case FIXTURE_LOST:
    case FIXTURE_EMPTY:
    case FIXTURE_STATES:
        break;
    case FIXTURE_FROZEN:
        return FIXTURE_NOW - 10000;
    case FIXTURE_PAST:
        return FIXTURE_NOW - 3600000;
    }
    return FIXTURE_NOW;
}

/* --- what is waited for --- */

static void await(struct scene *s, const char *what, const char *noun, unsigned have,
                  enum stage stage)
{
    struct scene_awaiting *w = &s->awaiting;
    (void)snprintf(w->what, sizeof(w->what), "%s", what);
    w->have = have;
    w->need = s->quorum;
    int size = snprintf(w->text, sizeof(w->text), "%s, %u of %u; missing: ", noun, have,
                        (unsigned)s->quorum);
    unsigned shown = 0, more = 0;
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        bool missing = stage == 0 ? s->seat[seat - 1].asked_view == UNKNOWN
                                  : (s->seat[seat - 1].stages & stage) == 0;
        w->missing[seat - 1] = missing;
        if (missing && shown < 8) {
            size +=
                snprintf(w->text + size, sizeof(w->text) - (size_t)size, "%s%s (%u)",
                         shown++ > 0 ? ", " : "", s->cards[seat - 1].name, (unsigned)seat);
        } else {
            more += missing;
        }
    }
    if (more > 0) {
        (void)snprintf(w->text + size, sizeof(w->text) - (size_t)size, " and %u more",
                       more);
    }
}

static void next_view(struct scene *s)
{
    uint16_t primary = quorum_primary(s->seats, s->order.view + 1);
    s->order.timer_ms = s->at_ms + 4200;
    s->awaiting.next_ms = s->order.timer_ms;
    (void)snprintf(s->awaiting.next_text, sizeof(s->awaiting.next_text),
                   "view %u, primary %s (%u), in 4.2 s", VIEW + 1,
                   s->cards[primary - 1].name, (unsigned)primary);
}

static void make_pipeline(struct scene_votes *v)
{
    v->pipeline_count = 3;
    v->pipeline[0] = (struct pipeline_height){v->height, true, v->prepares, v->commits};
    v->pipeline[1] = (struct pipeline_height){v->height + 1, true, v->commits / 2, 0};
    v->pipeline[2] = (struct pipeline_height){v->height + 2, false, 1, 0};
}

static void make_idle(struct scene *s, enum fixture_state state)
{
    fixture_votes(s, state, s->seats, s->seats);
    s->votes.height = s->order.height;
    s->votes.idle = s->votes.committed = true;
    s->votes.since_ms = s->at_ms - 72000;
    s->awaiting.next_ms = UNKNOWN;
    (void)snprintf(s->awaiting.what, sizeof(s->awaiting.what), "nothing");
    (void)snprintf(s->awaiting.text, sizeof(s->awaiting.text),
                   "nothing: no proposal is open");
}

/* Every third one still thinks. */
static void make_ballots(struct scene *s)
{
    struct scene_awaiting *w = &s->awaiting;
    make_idle(s, FIXTURE_BALLOTS);
    s->votes.since_ms = s->at_ms - 4300;
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        w->missing[seat - 1] = seat % 3 == 0;
        w->have += seat % 3 != 0;
    }
    w->need = s->seats;
    w->next_ms = s->at_ms + 34000;
    (void)snprintf(w->what, sizeof(w->what), "ballots");
    (void)snprintf(
        w->text, sizeof(w->text),
        "ballots on \"Publish every seat's reasons within seven days\", %u of %u", w->have,
        w->need);
    (void)snprintf(w->next_text, sizeof(w->next_text),
                   "without those who are missing in 34.0 s");
}

static void make_deciding(struct scene *s, enum fixture_state state)
{
    unsigned lacking = s->seats > 10 ? 3 : 1;
    fixture_votes(s, state, s->seats * 27 / 33, s->quorum - lacking);
    s->votes.height = HEIGHT + 1;
    s->votes.since_ms = s->at_ms - 53;
    make_pipeline(&s->votes);
    await(s, "commits", "COMMITs of block 48213", s->votes.commits, STAGE_COMMIT);
    next_view(s);
}

static void make_view_change(struct scene *s)
{
    unsigned asked = 0, wanted = s->quorum * 2U / 3;
    fixture_votes(s, FIXTURE_VIEW_CHANGE, 0, 0);
    s->votes.height = HEIGHT + 1;
    s->votes.since_ms = UNKNOWN;
    s->votes.pre_prepares = 0;
    s->order.changing = true;
    s->order.failed_views = 1;
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        s->seat[seat - 1].stages = 0;
        if (asked < wanted && !fixture_is_dead(s, FIXTURE_VIEW_CHANGE, seat)) {
            s->seat[seat - 1].asked_view = s->seat[seat - 1].view = VIEW + 1;
            asked++;
        }
    }
    await(s, "view-changes", "VIEW-CHANGEs for view 13", asked, (enum stage)0);
    s->order.timer_ms = s->awaiting.next_ms = s->at_ms + 4200;
    (void)snprintf(s->awaiting.next_text, sizeof(s->awaiting.next_text),
                   "this seat sends its VIEW-CHANGE again in 4.2 s");
}

static void make_stalled(struct scene *s)
{
    make_deciding(s, FIXTURE_STALLED);
    s->awaiting.reachable = false;
    s->awaiting.next_ms = UNKNOWN;
    s->order.stalled = true;
    (void)snprintf(s->awaiting.next_text, sizeof(s->awaiting.next_text),
                   "nothing, until 1 more can take part; unable now: %u seats",
                   s->seats - s->quorum + 1U);
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        s->awaiting.unable[seat - 1] = fixture_is_dead(s, FIXTURE_STALLED, seat);
    }
}

static void make_expelled(struct scene *s)
{
    struct scene_seat *liar = &s->seat[fixture_liar(s) - 1];
    liar->expelled = true;
    liar->expelled_height = 48201;
    (void)snprintf(liar->expelled_for, sizeof(liar->expelled_for), "equivocation");
}

/* What a console knows of a decision that it did not watch. */
static void make_past(struct scene *s)
{
    s->past = true;
    s->at_ms = fixture_clock(FIXTURE_PAST);
    s->order.height = 47000;
    s->usual_height = UNKNOWN;
    s->order.view = UNKNOWN;
    s->order.primary = 0;
    s->order.block_time_ms = s->at_ms;
    s->awaiting.next_ms = UNKNOWN;
    s->votes.height = 47000;
    s->votes.view = s->votes.since_ms = s->votes.prepared_ms = s->votes.committed_ms =
        UNKNOWN;
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        struct scene_seat *at = &s->seat[seat - 1];
        at->primary = false;
        at->stages = 0;
        at->stages_known = at->connected = false;
        at->view = at->height = at->heard_ms = at->round_trip_ms = UNKNOWN;
        at->clock_offset_ms = at->lag_height = at->lag_view = INT64_MIN;
        at->phi_tenths = UNKNOWN;
        at->life = LIFE_UNKNOWN;
        memset(at->beats, BEAT_UNKNOWN, sizeof(at->beats));
        at->hints[0] = '\0';
    }
}

static void make_state(struct scene *s, enum fixture_state state)
{
    switch (state) {
    case FIXTURE_IDLE:
        make_idle(s, state);
        break;
    case FIXTURE_BALLOTS:
        make_ballots(s);
        break;
    case FIXTURE_DECIDING:
    case FIXTURE_DEAD:
    case FIXTURE_LOST:
    case FIXTURE_FROZEN:
        make_deciding(s, state);
        break;
    case FIXTURE_VIEW_CHANGE:
        make_view_change(s);
        break;
    case FIXTURE_STALLED:
        make_stalled(s);
        break;
    case FIXTURE_EQUIVOCATION:
        make_deciding(s, state);
        make_expelled(s);
        break;
    case FIXTURE_PAST:
        make_past(s);
        break;
    case FIXTURE_EMPTY:
    case FIXTURE_STATES:
        break;
    }
}

static void make_nothing(struct scene *s)
{
    s->order.view = s->order.height = s->order.timer_ms = UNKNOWN;
    s->usual_height = UNKNOWN;
    s->order.block_time_ms = s->order.started_ms = UNKNOWN;
    s->order.epoch = s->order.epoch_left = UNKNOWN;
    s->votes.since_ms = s->votes.prepared_ms = s->votes.committed_ms = UNKNOWN;
    s->awaiting.next_ms = UNKNOWN;
}

void fixture_scene(struct scene *out, unsigned seats, enum fixture_state state)
{
    memset(out, 0, sizeof(*out));
    out->at_ms = state == FIXTURE_LOST ? FIXTURE_NOW - 63000 : fixture_clock(state);
    if (state == FIXTURE_EMPTY) {
        make_nothing(out);
        return;
    }
    fixture_council(out, seats);
    fixture_order(out, state);
    out->awaiting.reachable = true;
    for (uint16_t seat = 1; seat <= seats; seat++) {
        fixture_seat(out, state, seat);
        out->order.connected += out->seat[seat - 1].connected;
    }
    make_state(out, state);
    fixture_decisions(out, state);
    fixture_open(out, state);
    out->order.open = out->open_count;
    fixture_flags(out, state);
    fixture_ledger(out);
    fixture_log(out, state);
    if (state != FIXTURE_PAST) {
        fixture_patterns(out);
    }
}

void fixture_free(struct scene *s)
{
    scene_free(s);
}
