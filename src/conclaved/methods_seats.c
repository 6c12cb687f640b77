/* SPDX-License-Identifier: ISC */
#include "conclaved/methods.h"

#include "base/clock.h"
#include "charter/diversity.h"
#include "conclaved/agents.h"
#include "conclaved/events.h"
#include "conclaved/exclusion.h"
#include "conclaved/json.h"
#include "conclaved/liveness.h"
#include "conclaved/version.h"

#include "wire/shared.h"

#include <assert.h>

static void put_charter(json_t *out, const struct charter_seat *c)
{
    json_put(out, "jurisdiction", control_text(slice_of_string(c->jurisdiction)));
    json_put(out, "speciality", control_text(slice_of_string(c->speciality)));
    json_put(out, "vendor", control_text(slice_of_string(c->vendor)));
    json_put(out, "model_family", control_text(slice_of_string(c->model_family)));
    json_put(out, "address", control_text(slice_of_string(c->address)));
    json_put(out, "key", json_hex(slice_of(c->key.bytes, sizeof(c->key.bytes))));
}

/* Since when and for what, or until when. */
static void put_exclusion(json_t *out, const struct node *n, uint16_t seat)
{
    struct council_summary summary;
    const struct council *council = replica_council(n->replica);
    uint64_t height = council_convicted_at(council, seat);
    enum evidence_kind kind;
    struct block *b = NULL;
    council_summarize(council, &summary);
    bool known = height > 0 && ledger_block(n->ledger, height, &b) == 0 &&
                 find_evidence(b, seat, &kind);
    json_put(out, "expelled_height", height > 0 ? json_number(height) : json_null());
    json_put(out, "expelled_for",
             known ? json_string(evidence_kind_name(kind)) : json_null());
    json_put(out, "suspended_until_epoch",
             council_is_suspended(council, seat) ? json_number(summary.epoch + 1)
                                                 : json_null());
    block_unref(b);
}

static void put_council(json_t *out, const struct node *n, uint16_t seat)
{
    struct seat_totals t;
    council_seat_totals(replica_council(n->replica), seat, &t);
    json_put(out, "expelled",
             json_boolean(council_is_expelled(replica_council(n->replica), seat)));
    json_put(out, "suspended",
             json_boolean(council_is_suspended(replica_council(n->replica), seat)));
    put_exclusion(out, n, seat);
    json_t *totals = json_object();
    json_put(totals, "ballots", json_number(t.ballots));
    json_put(totals, "reveals", json_number(t.reveals));
    json_put(totals, "late", json_number(t.late));
    json_put(totals, "missed", json_number(t.missed));
    json_put(totals, "withheld", json_number(t.withheld));
    json_put(totals, "with_outcome", json_number(t.with_outcome));
    json_put(totals, "against_outcome", json_number(t.against_outcome));
    json_put(totals, "abstained", json_number(t.abstained));
    json_put(out, "totals", totals);
}

/* Of another seat: what its heartbeats say, and the channel's counts. */
static void put_peer(json_t *out, const struct node *n, uint16_t seat)
{
    const struct peer_view *peer = &n->peers[seat - 1];
    bool heard = peer->heard;
    uint64_t now = clock_monotonic_ms();
    uint64_t ago = now > peer->heard_ms ? now - peer->heard_ms : 0;
    json_put(out, "connected", json_boolean(net_is_connected(n->net, seat)));
    json_put(out, "view", heard ? json_number(peer->last.view) : json_null());
    json_put(out, "height", heard ? json_number(peer->last.height) : json_null());
    json_put(out, "heard_ms_ago", heard ? json_number(ago) : json_null());
    bool measured = heard && peer->has_offset;
    json_put(out, "round_trip_ms",
             measured ? json_integer(peer->round_trip_ms) : json_null());
    json_put(out, "clock_offset_ms",
             measured ? json_integer(peer->clock_offset_ms) : json_null());
    json_put(out, "version",
             heard ? control_text(slice_of_string(peer->version)) : json_null());
    json_put(out, "instance",
             heard ? json_hex(slice_of(peer->last.instance, INSTANCE_BYTES)) : json_null());
    json_put(out, "flags", json_heartbeat_flags(heard ? peer->last.flags : 0));
    struct net_counts counts = {0};
    net_counts(n->net, seat, &counts);
    json_put(out, "bytes_in", json_number(counts.bytes_in));
    json_put(out, "bytes_out", json_number(counts.bytes_out));
    json_put(out, "bad_frames", json_number(counts.bad_frames + peer->bad_messages));
    json_put(out, "since_ms",
             peer->since_wall_ms != 0 ? json_number(peer->since_wall_ms) : json_null());
    json_put(out, "down_ms",
             peer->went_down ? json_number(peer->down_wall_ms) : json_null());
    json_put(out, "down_reason",
             peer->went_down ? json_string(net_down_reason_name(peer->down_reason))
                             : json_null());
}

uint32_t own_flags(const struct node *n, const struct pbft_status *st)
{
    uint32_t flags = agents_count(n->agents) == 0 ? HEARTBEAT_EVALUATOR_DOWN : 0;
    flags |= n->clock_is_off ? HEARTBEAT_CLOCK_SKEW : 0U;
    flags |= st->far_behind ? HEARTBEAT_CATCHING_UP : 0U;
    flags |= st->standing.lost ? HEARTBEAT_LOST_STATE : 0U;
    flags |= st->asking ? HEARTBEAT_ASKING : 0U;
    return flags;
}

/* The own row has the same members. */
static void put_self(json_t *out, const struct node *n, const struct pbft_status *st)
{
    json_put(out, "connected", json_true());
    json_put(out, "view", json_number(st->view));
    json_put(out, "height", json_number(st->committed_height));
    json_put(out, "heard_ms_ago", json_integer(0));
    json_put(out, "round_trip_ms", json_integer(0));
    json_put(out, "clock_offset_ms", json_integer(0));
    json_put(out, "version", json_string(version_software()));
    json_put(out, "instance", json_hex(slice_of(n->instance, INSTANCE_BYTES)));
    json_put(out, "flags", json_heartbeat_flags(own_flags(n, st)));
    json_put(out, "bytes_in", json_integer(0));
    json_put(out, "bytes_out", json_integer(0));
    json_put(out, "bad_frames", json_integer(0));
    json_put(out, "since_ms", json_number(n->started_wall_ms));
    json_put(out, "down_ms", json_null());
    json_put(out, "down_reason", json_null());
}

json_t *method_seats(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    struct parameters p;
    parameters_begin(&p, s, params);
    if (!parameters_end(&p)) {
        return NULL;
    }
    struct pbft_status st;
    replica_status(n->replica, &st);
    json_t *rows = json_array();
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        json_t *row = json_object();
        json_put_seat(row, "seat", n->charter, seat);
        json_put(row, "self", json_boolean(seat == n->seat));
        json_put(row, "primary", json_boolean(seat == st.primary));
        put_charter(row, &n->charter->seats[seat - 1]);
        if (seat == n->seat) {
            put_self(row, n, &st);
        } else {
            put_peer(row, n, seat);
        }
        liveness_put(row, n, seat);
        put_council(row, n, seat);
        (void)json_array_append_new(rows, row);
    }
    return rows;
}

json_t *method_charter(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    struct parameters p;
    parameters_begin(&p, s, params);
    if (!parameters_end(&p)) {
        return NULL;
    }
    json_t *charter =
        json_loadb((const char *)n->charter->json->data, n->charter->json->size, 0, NULL);
    assert(charter != NULL);
    return charter;
}

/* Kept: of a large council it may take half a second to find, while the node does nothing
 * else, and the charter stays as it is. */
json_t *method_diversity(void *context, struct control_session *s, json_t *params)
{
    struct node *n = context;
    struct parameters p;
    parameters_begin(&p, s, params);
    if (!parameters_end(&p)) {
        return NULL;
    }
    if (n->diversity == NULL) {
        n->diversity = diversity_json(n->charter);
    }
    return json_incref(n->diversity);
}
