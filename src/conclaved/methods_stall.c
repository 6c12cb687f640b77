/* SPDX-License-Identifier: ISC */
/* What the ordering of a node waits for, as JSON. */
#include "conclaved/methods.h"

#include "base/clock.h"
#include "base/quorum.h"
#include "conclaved/json.h"

#include <string.h>

void node_stall(const struct node *n, const struct pbft_status *st, struct stall_facts *f,
                struct stall *out)
{
    memset(f, 0, sizeof(*f));
    f->seat = n->seat;
    f->seats = n->charter->seat_count;
    f->now_ms = clock_monotonic_ms();
    f->order = *st;
    f->return_ms = replica_return_ms(n->replica);
    for (uint16_t seat = 1; seat <= f->seats; seat++) {
        bool other = seat != n->seat;
        f->connected[seat - 1] = other && net_is_connected(n->net, seat);
        f->lost[seat - 1] =
            other && (n->peers[seat - 1].last.flags & HEARTBEAT_LOST_STATE) != 0;
        f->views[seat - 1] = other && n->peers[seat - 1].last_beat_ms != 0
                                 ? n->peers[seat - 1].last.view
                                 : UINT64_MAX;
    }
    stall_judge(f, out);
}

static json_t *text_of(const struct stall *s, const struct charter *c,
                       void (*write)(const struct stall *, const struct charter *, char *))
{
    char text[STALL_TEXT_BYTES];
    write(s, c, text);
    return control_text(slice_of_string(text));
}

static json_t *milliseconds(uint64_t ms)
{
    return ms == UINT64_MAX ? json_null() : json_number(ms);
}

static json_t *next_json(const struct stall *s, const struct charter *c)
{
    json_t *out = json_object();
    json_put(out, "what", json_string(stall_next_name(s->next)));
    if (s->next == STALL_NEXT_VIEW) {
        json_put(out, "view", json_number(s->next_view));
        json_put_seat(out, "primary", c, s->next_primary);
    }
    json_put(out, "in_ms", milliseconds(s->in_ms));
    json_put(out, "text", text_of(s, c, stall_next_text));
    return out;
}

void put_reach(json_t *out, const struct stall *s, uint16_t seats)
{
    json_put(out, "able", json_integer(s->able));
    json_put(out, "unable", json_seats(s->unable, seats));
    json_put(out, "reachable", json_boolean(s->reachable));
}

json_t *stall_json(const struct stall *s, const struct charter *c)
{
    json_t *out = json_object();
    json_put(out, "what", json_string(stall_phase_name(s->phase)));
    json_put(out, "view", json_number(s->view));
    json_put(out, "height", json_number(s->height));
    json_put_seat(out, "primary", c, s->primary);
    json_put(out, "have", json_integer(s->have));
    json_put(out, "need", json_integer(s->need));
    json_put(out, "missing", json_seats(s->missing, c->seat_count));
    put_reach(out, s, c->seat_count);
    json_put(out, "next", next_json(s, c));
    json_put(out, "text", text_of(s, c, stall_text));
    return out;
}

json_t *pending_json(const struct stall *s)
{
    json_t *out = json_array();
    for (unsigned bit = 0; bit < STALL_PENDING_KINDS; bit++) {
        if ((s->pending & 1U << bit) != 0) {
            (void)json_array_append_new(out, json_string(stall_pending_name(bit)));
        }
    }
    return out;
}

/* --- whether this seat may sign --- */

json_t *standing_json(const struct node *n, const struct pbft_status *st)
{
    uint16_t seats = n->charter->seat_count;
    unsigned quorum = quorum_size(seats), have = 0;
    bool lost = st->standing.lost, asks = lost ? !st->standing.has_view : st->asking;
    bool missing[SEATS_MAX] = {false};
    const bool *by = lost ? st->proven_by : st->reported_by;
    for (uint16_t seat = 1; asks && seat <= seats; seat++) {
        have += by[seat - 1];
        missing[seat - 1] = seat != n->seat && !by[seat - 1];
    }
    json_t *out = json_object();
    json_put(out, "state", json_string(lost ? "lost" : st->asking ? "asking" : "sound"));
    json_put(out, "have", asks ? json_integer(have) : json_null());
    json_put(out, "need", asks ? json_integer(lost ? quorum : quorum - 1) : json_null());
    json_put(out, "missing", json_seats(missing, seats));
    json_put(out, "above_view",
             lost && st->standing.has_view ? json_number(st->standing.view) : json_null());
    return out;
}
