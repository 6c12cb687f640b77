/* SPDX-License-Identifier: ISC */
/* What there is to see behind a flag, by its kind. */
#include "conclaved/methods.h"

#include "base/clock.h"
#include "conclaved/events.h"
#include "conclaved/flagging.h"
#include "conclaved/heartbeat.h"
#include "conclaved/json.h"
#include "conclaved/liveness.h"
#include "hash/tree.h"
#include "wire/codec.h"
#include "wire/shared.h"

/* --- equivocation --- */

static void put_statements(json_t *out, const struct node *n, struct slice operation)
{
    json_t *all = operation.size > 0 ? operation_json(n, operation) : json_object();
    static const char *const names[][2] = {
        {"statement", "evidence"}, {"first", "first"}, {"second", "second"}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        json_t *value = json_object_get(all, names[i][1]);
        json_put(out, names[i][0], value != NULL ? json_incref(value) : json_null());
    }
    json_decref(all);
}

static int equivocation(json_t *out, const struct node *n, uint16_t seat)
{
    struct held_evidence held;
    int error = evidence_against(n, seat, &held);
    json_put(out, "expelled_height",
             held.height > 0 ? json_number(held.height) : json_null());
    put_statements(out, n, held.operation);
    block_unref(held.block);
    return error;
}

/* --- what is observed now --- */

static void observed(json_t *out, const struct node *n, uint16_t seat)
{
    const struct peer_view *peer = &n->peers[seat - 1];
    uint64_t now = clock_monotonic_ms();
    bool own = seat == n->seat, heard = own || peer->heard;
    uint64_t ago = own || now < peer->heard_ms ? 0 : now - peer->heard_ms;
    int64_t offset = peer->clock_offset_ms;
    bool measured = own ? heartbeat_clock_offset(n, &offset) : peer->has_offset;
    struct pbft_status st;
    replica_status(n->replica, &st);
    json_put(out, "connected", json_boolean(own || net_is_connected(n->net, seat)));
    json_put(out, "heard_ms_ago", heard ? json_number(ago) : json_null());
    json_put(out, "height",
             heard ? json_number(own ? st.committed_height : peer->last.height)
                   : json_null());
    json_put(out, "own_height", json_number(st.committed_height));
    json_put(out, "clock_offset_ms", measured ? json_integer(offset) : json_null());
    json_put(out, "round_trip_ms",
             measured && !own ? json_number(peer->round_trip_ms) : json_null());
    uint32_t flags = heard ? peer->last.flags : 0;
    json_put(out, "flags", json_heartbeat_flags(own ? own_flags(n, &st) : flags));
    json_put(out, "gaps", gaps_json(n, seat));
    liveness_put(out, n, seat);
}

/* The counters since this node's start, and what of them is recent. */
static void traffic(json_t *out, const struct node *n, uint16_t seat)
{
    const struct peer_view *peer = &n->peers[seat - 1];
    struct traffic_seat *t = &n->flagging->traffic.of[seat - 1];
    uint64_t now = clock_monotonic_ms(), slot_ms = n->config->traffic.slot_ms;
    struct net_counts c = {0};
    net_counts(n->net, seat, &c);
    observed(out, n, seat);
    json_put(out, "bytes_in", json_number(c.bytes_in));
    json_put(out, "frames_in", json_number(c.frames_in));
    json_put(out, "throttled", json_number(c.throttled));
    json_put(out, "refused_operations", json_number(c.refused_operations));
    json_put(out, "overflows", json_number(c.overflows));
    json_put(out, "flood_seconds", json_integer(recent_busy(&t->flood, slot_ms, now)));
    json_put(out, "bad_frames", json_number(c.bad_frames));
    json_put(out, "bad_messages", json_number(peer->bad_messages));
    json_put(out, "bad_signatures", json_number(peer->bad_signatures));
    json_put(out, "bad_handshakes", json_number(c.bad_handshakes));
    json_put(out, "connects", json_number(c.connects));
    json_put(out, "lost", json_number(peer->lost));
    json_put(out, "lost_lately",
             json_number(recent_sum(&t->losses, TRAFFIC_MINUTE_MS, now)));
    json_put(out, "down_reason",
             peer->went_down ? json_string(net_down_reason_name(peer->down_reason))
                             : json_null());
}

static void measured(json_t *out, const struct samples *s, unsigned percent,
                     const char *name)
{
    bool known = s->count > 0;
    json_put(out, "samples", json_integer(s->count));
    json_put(out, name, known ? json_integer(samples_percentile(s, percent)) : json_null());
    json_put(out, "worst", known ? json_integer(samples_percentile(s, 100)) : json_null());
}

static void slow_disk(json_t *out, const struct node *n)
{
    measured(out, &n->flagging->own.synced_us, OWN_DISK_PERCENT, "median_us");
    json_put(out, "slow_store_ms", json_number(n->config->slow_store_ms));
}

static void slow_evaluator(json_t *out, const struct node *n)
{
    measured(out, &n->flagging->own.answered, OWN_EVALUATOR_PERCENT, "slow_percent");
    json_put(out, "abandoned", json_number(n->flagging->own.abandoned));
    json_put(out, "slow_evaluator", json_integer(n->config->own.slow_evaluator));
}

static json_t *seats_ordered_last(const struct node *n, uint16_t primary)
{
    const struct primaries *p = n->flagging->primaries;
    json_t *rows = json_array();
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        struct primaries_share s = primaries_share(p, primary, seat);
        if (s.of > 0) {
            json_t *row = json_object();
            json_put_seat(row, "seat", n->charter, seat);
            json_put(row, "last", json_integer(s.last));
            json_put(row, "of", json_integer(s.of));
            json_put(row, "last_elsewhere", json_integer(s.last_elsewhere));
            json_put(row, "of_elsewhere", json_integer(s.of_elsewhere));
            json_put(row, "beyond_chance",
                     json_boolean(primaries_is_last(p, primary, seat)));
            (void)json_array_append_new(rows, row);
        }
    }
    return rows;
}

static void slow_primary(json_t *out, const struct node *n, uint16_t primary)
{
    json_t *rows = json_array();
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        const struct samples *s = primaries_waits(n->flagging->primaries, seat);
        json_t *row = json_object();
        json_put_seat(row, "primary", n->charter, seat);
        measured(row, s, 50, "median_ms");
        (void)json_array_append_new(rows, row);
    }
    json_put(out, "waits", rows);
    json_put(out, "seats", seats_ordered_last(n, primary));
    json_put(out, "slow_primary", json_integer(n->config->primary.slow_primary));
}

static void ordering(json_t *out, const struct node *n)
{
    struct pbft_status st;
    replica_status(n->replica, &st);
    json_put(out, "stopped", json_boolean(st.stopped));
    json_put(out, "view", json_number(st.view));
    json_put(out, "height", json_number(st.committed_height));
    json_put(out, "awaiting", awaiting_json(n, &st));
}

/* The other tree that the seat signed, and what this node's ledger has for one of that
 * size. */
static void checkpoint(json_t *out, const struct node *n, uint16_t seat)
{
    const struct checkpoint_vote *v = &n->checkpoints.differing[seat - 1];
    struct tree_source tree = {ledger_tree_node, n->ledger};
    struct hash own;
    bool here = v->size > 0 && v->size <= ledger_record_count(n->ledger) &&
                tree_root(&tree, v->size, &own) == 0;
    char signature[2 * SIGNATURE_BYTES + 1];
    hex_encode(signature, slice_of(v->signature.bytes, SIGNATURE_BYTES));
    json_put(out, "size", v->size > 0 ? json_number(v->size) : json_null());
    json_put(out, "root", v->size > 0 ? json_hash(&v->root) : json_null());
    json_put(out, "signature", v->size > 0 ? json_string(signature) : json_null());
    json_put(out, "own_root", here ? json_hash(&own) : json_null());
}

int flag_evidence(const struct node *n, const struct flag *f, json_t **out)
{
    int error = 0;
    *out = json_object();
    switch (f->kind) {
    case FLAG_EQUIVOCATION:
        error = equivocation(*out, n, f->seat);
        break;
    case FLAG_WITHHELD:
    case FLAG_MISSED:
    case FLAG_LATE:
    case FLAG_EARLY_REVEAL:
    case FLAG_BAD_OPENING:
    case FLAG_DISSENT:
    case FLAG_COIN_FLIP:
    case FLAG_RUBBER_STAMP:
    case FLAG_DRIFT:
    case FLAG_CHANGED:
    case FLAG_BLOC:
    case FLAG_FAULT_BOUND:
    case FLAG_COPIED:
    case FLAG_INSTRUCTIONS:
        error = finding_evidence(*out, n, f);
        break;
    case FLAG_SILENT:
    case FLAG_LAGGING:
    case FLAG_CLOCK_SKEW:
    case FLAG_EVALUATOR_FAILED:
        observed(*out, n, f->seat);
        break;
    case FLAG_SLOW_PRIMARY:
        slow_primary(*out, n, f->seat);
        break;
    case FLAG_FLOODING:
    case FLAG_BAD_FRAMES:
    case FLAG_BAD_SIGNATURE:
    case FLAG_RECONNECTS:
        traffic(*out, n, f->seat);
        break;
    case FLAG_SLOW_EVALUATOR:
        slow_evaluator(*out, n);
        break;
    case FLAG_SLOW_DISK:
        slow_disk(*out, n);
        break;
    case FLAG_CHECKPOINT:
        checkpoint(*out, n, f->seat);
        break;
    case FLAG_STALLED:
    case FLAG_DIVERGED:
    case FLAG_APART:
        ordering(*out, n);
        break;
    }
    if (error != 0) {
        json_decref(*out);
        *out = NULL;
    }
    return error;
}
