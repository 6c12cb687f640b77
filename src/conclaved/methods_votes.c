/* SPDX-License-Identifier: ISC */
/* The methods `votes` and `heartbeats`, and the events of these names. */
#include "conclaved/methods.h"

#include "base/clock.h"
#include "base/quorum.h"
#include "conclaved/beats.h"
#include "conclaved/events.h"
#include "conclaved/json.h"
#include "conclaved/liveness.h"
#include "conclaved/rounds.h"

#include <stdio.h>

static void append(json_t *array, json_t *value)
{
    (void)json_array_append_new(array, value);
}

/* --- votes --- */

void votes_state(const struct node *n, struct round_state *out)
{
    struct pbft_status order;
    struct stall_facts facts;
    struct stall stall;
    replica_status(n->replica, &order);
    node_stall(n, &order, &facts, &stall);
    rounds_look(n->rounds, &order, stall.pending != 0, out);
}

static json_t *milliseconds(uint64_t ms)
{
    return ms == ROUNDS_UNKNOWN ? json_null() : json_number(ms);
}

void put_round_times(json_t *out, const struct round_times *t)
{
    json_put(out, "prepared_ms", milliseconds(t->prepared_ms));
    json_put(out, "committed_ms", milliseconds(t->committed_ms));
}

static json_t *pipeline_json(const struct round_state *s)
{
    json_t *out = json_array();
    for (size_t i = 0; i < s->pipeline_count; i++) {
        const struct round_counts *c = &s->pipeline[i];
        json_t *row = json_object();
        json_put(row, "height", json_number(c->height));
        json_put(row, "pre_prepared", json_number(c->pre_prepared));
        json_put(row, "prepares", json_number(c->prepared));
        json_put(row, "commits", json_number(c->committed));
        append(out, row);
    }
    return out;
}

static json_t *view_changes_json(const struct round_state *s, uint16_t seats)
{
    json_t *out = json_array();
    for (uint16_t seat = 1; seat <= seats; seat++) {
        if (s->asks[seat - 1]) {
            json_t *row = json_object();
            json_put(row, "seat", json_integer(seat));
            json_put(row, "view", json_number(s->asked_view[seat - 1]));
            append(out, row);
        }
    }
    return out;
}

json_t *votes_json(const struct node *n, const struct round_state *s)
{
    uint16_t seats = n->charter->seat_count;
    uint64_t now = clock_monotonic_ms();
    bool accepted = s->accepted_ms != ROUNDS_UNKNOWN;
    json_t *out = json_object();
    json_put(out, "view", json_number(s->view));
    json_put(out, "height", json_number(s->height));
    json_put_seat(out, "primary", n->charter, quorum_primary(seats, s->view));
    json_put(out, "phase", json_string(round_phase_name(s->phase)));
    json_put(out, "committed", json_boolean(s->phase == ROUND_IDLE));
    json_put(out, "since_ms", accepted ? json_number(now - s->accepted_ms) : json_null());
    put_round_times(out, &s->times);
    json_put(out, "pre_prepares", json_seats(s->pre_prepared, seats));
    json_put(out, "prepares", json_seats(s->prepared, seats));
    json_put(out, "commits", json_seats(s->committed, seats));
    json_put(out, "pipeline", pipeline_json(s));
    json_put(out, "view_changes", view_changes_json(s, seats));
    return out;
}

json_t *method_votes(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    struct parameters p;
    parameters_begin(&p, s, params);
    if (!parameters_end(&p)) {
        return NULL;
    }
    struct round_state state;
    struct round_times times[ROUNDS_LATENCIES];
    votes_state(n, &state);
    json_t *out = votes_json(n, &state);
    json_t *latencies = json_array();
    size_t count = rounds_latencies(n->rounds, times);
    for (size_t i = 0; i < count; i++) {
        json_t *row = json_array();
        append(row, json_number(times[i].height));
        append(row, milliseconds(times[i].prepared_ms));
        append(row, milliseconds(times[i].committed_ms));
        append(latencies, row);
    }
    json_put(out, "latencies", latencies);
    return out;
}

/* --- heartbeats --- */

static json_t *gap_json(uint32_t gap_ms)
{
    return gap_ms == BEATS_MISSED ? json_null() : json_integer(gap_ms);
}

json_t *gaps_json(const struct node *n, uint16_t seat)
{
    uint32_t gaps[BEATS_SLOTS];
    size_t count = beats_gaps(n->beats, seat, gaps);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        append(list, gap_json(gaps[i]));
    }
    return list;
}

json_t *method_heartbeats(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    struct parameters p;
    parameters_begin(&p, s, params);
    if (!parameters_end(&p)) {
        return NULL;
    }
    json_t *rows = json_array();
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        json_t *row = json_object();
        json_put_seat(row, "seat", n->charter, seat);
        json_put(row, "gaps", gaps_json(n, seat));
        append(rows, row);
    }
    json_t *out = json_object();
    json_put(out, "interval_ms", json_number(n->config->heartbeat_ms));
    json_put(out, "timeout_ms", json_number(n->config->dead_peer_ms));
    json_put(out, "slot", json_number(beats_slot(n->beats)));
    json_put(out, "slots", json_integer(BEATS_SLOTS));
    json_put(out, "seats", rows);
    return out;
}

/* Of the own seat, as others get it, and nothing between it and itself. */
static struct peer_view own_view(const struct node *n, uint64_t now_ms)
{
    struct pbft_status st;
    replica_status(n->replica, &st);
    struct peer_view own = {.heard = true, .heard_ms = now_ms, .has_offset = true};
    own.last.view = st.view;
    own.last.height = st.committed_height;
    own.last.flags = own_flags(n, &st);
    return own;
}

json_t *event_heartbeats(const struct node *n)
{
    uint64_t now = clock_monotonic_ms();
    struct peer_view own = own_view(n, now);
    json_t *gaps = json_array(), *ago = json_array(), *trips = json_array();
    json_t *offsets = json_array(), *views = json_array(), *heights = json_array();
    json_t *flags = json_object(), *connected = json_array();
    json_t *phis = json_array(), *states = json_array();
    json_t *lags = json_array(), *view_lags = json_array();
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        const struct peer_view *peer = seat == n->seat ? &own : &n->peers[seat - 1];
        bool heard = peer->heard, measured = heard && peer->has_offset;
        append(gaps, gap_json(beats_gap(n->beats, seat)));
        append(ago, heard ? json_number(now - peer->heard_ms) : json_null());
        append(trips, measured ? json_integer(peer->round_trip_ms) : json_null());
        append(offsets, measured ? json_integer(peer->clock_offset_ms) : json_null());
        append(views, heard ? json_number(peer->last.view) : json_null());
        append(heights, heard ? json_number(peer->last.height) : json_null());
        struct liveness l = liveness_of(n, seat);
        append(phis, liveness_phi(&l));
        append(states, liveness_state(&l));
        append(lags, liveness_lag_height(&l));
        append(view_lags, liveness_lag_view(&l));
        append(connected, json_boolean(seat == n->seat || net_is_connected(n->net, seat)));
        if (heard && peer->last.flags != 0) {
            char key[8];
            (void)snprintf(key, sizeof(key), "%u", (unsigned)seat);
            json_put(flags, key, json_heartbeat_flags(peer->last.flags));
        }
    }
    json_t *out = json_object();
    json_put(out, "slot", json_number(beats_slot(n->beats)));
    json_put(out, "gap_ms", gaps);
    json_put(out, "heard_ms_ago", ago);
    json_put(out, "round_trip_ms", trips);
    json_put(out, "clock_offset_ms", offsets);
    json_put(out, "view", views);
    json_put(out, "height", heights);
    json_put(out, "flags", flags);
    json_put(out, "connected", connected);
    json_put(out, "phi", phis);
    json_put(out, "state", states);
    json_put(out, "lag_height", lags);
    json_put(out, "lag_view", view_lags);
    return out;
}
