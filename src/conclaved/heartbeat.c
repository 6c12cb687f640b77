/* SPDX-License-Identifier: ISC */
#include "conclaved/heartbeat.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/quorum.h"
#include "conclaved/agents.h"
#include "conclaved/beats.h"
#include "conclaved/disk.h"
#include "conclaved/events.h"
#include "conclaved/liveness.h"
#include "conclaved/publish.h"
#include "conclaved/version.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN_EVERY_MS = 100 };

static void tell_clock(const struct node *n, bool off, int64_t offset)
{
    if (off) {
        LOG_EVENT(LOG_LEVEL_WARN, "clock.skewed", LOG_I("offset_ms", offset),
                  LOG_N("max_drift_ms", n->charter->max_drift_ms),
                  LOG_S("cure", offset > 0
                                    ? "this machine's clock is behind the others': "
                                      "set it, and let NTP keep it"
                                    : "this machine's clock is ahead of the others': "
                                      "set it, and let NTP keep it"));
    } else {
        LOG_EVENT(LOG_LEVEL_INFO, "clock.good", LOG_I("offset_ms", offset),
                  LOG_N("max_drift_ms", n->charter->max_drift_ms));
    }
}

static uint32_t flags_of(struct node *n)
{
    struct ledger_facts facts;
    uint32_t flags = 0;
    int64_t offset = 0;
    ledger_facts(n->ledger, &facts);
    flags |= agents_count(n->agents) == 0 ? HEARTBEAT_EVALUATOR_DOWN : 0U;
    flags |= facts.free_disk_bytes < DISK_LOW_BYTES ? HEARTBEAT_DISK_LOW : 0U;
    disk_look(n, facts.free_disk_bytes);
    bool off = heartbeat_clock_is_off(n, &offset);
    flags |= off ? HEARTBEAT_CLOCK_SKEW : 0U;
    /* Said once when it begins and once when it ends. */
    if (off != n->clock_is_off) {
        n->clock_is_off = off;
        tell_clock(n, off, offset);
    }
    struct pbft_status status;
    replica_status(n->replica, &status);
    flags |= status.far_behind ? HEARTBEAT_CATCHING_UP : 0U;
    return flags;
}

void heartbeat_begin(struct node *n)
{
    uint64_t now = phi_clock_at(&n->awake, &n->config->phi, clock_monotonic_ms());
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        phi_init(&n->peers[seat - 1].phi, now);
    }
}

static void send_to(struct node *n, uint16_t seat, struct heartbeat *h)
{
    const struct peer_view *peer = &n->peers[seat - 1];
    h->monotonic_ms = clock_monotonic_ms();
    h->echo_ms = peer->heard ? peer->last.monotonic_ms : 0;
    h->echo_held_ms = h->echo_ms != 0 ? h->monotonic_ms - peer->last_beat_ms : 0;
    replica_send_heartbeat(n->replica, seat, h);
}

void heartbeat_send(struct node *n, uint16_t to)
{
    struct heartbeat h = {.wall_ms = clock_wall_ms(),
                          .version = slice_of_string(version_software()),
                          .flags = flags_of(n)};
    memcpy(h.instance, n->instance, sizeof(h.instance));
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        if ((to == 0 || to == seat) && net_is_connected(n->net, seat)) {
            send_to(n, seat, &h);
        }
    }
}

/* When it is another one than before, or at first than this node's: its words, so counted
 * when they repeat themselves. */
static void note_version(struct peer_view *peer, uint16_t seat, struct slice version)
{
    char was[sizeof(peer->version)];
    memcpy(was, peer->version, sizeof(was));
    size_t length = version.size < sizeof(was) - 1 ? version.size : sizeof(was) - 1;
    memcpy(peer->version, version.data, length);
    peer->version[length] = '\0';
    peer->last.version = slice_of(peer->version, length);
    if (strcmp(was[0] != '\0' ? was : version_software(), peer->version) != 0) {
        LOG_OUTSIDE(LOG_LEVEL_INFO, "peer.software", LOG_N("seat", seat),
                    LOG_S("version", peer->version), LOG_S("was", was),
                    LOG_S("ours", version_software()));
    }
}

/* NTP's arithmetic: the echo tells when we sent, and how long it was held there. What was
 * sent before this start may be of another boot, with another zero of time. */
static void measure(const struct node *n, struct peer_view *peer, const struct heartbeat *h,
                    uint64_t now)
{
    if (h->echo_ms == 0 || h->echo_ms < n->metrics.started_ms || h->echo_ms > now ||
        h->echo_held_ms > now - h->echo_ms) {
        return;
    }
    uint64_t wall = clock_wall_ms();
    peer->round_trip_ms = (uint32_t)(now - h->echo_ms - h->echo_held_ms);
    offset_add(&peer->offset,
               &(struct offset_sample){
                   (int64_t)(h->wall_ms + peer->round_trip_ms / 2 - wall),
                   peer->round_trip_ms, wall, now, h->wall_ms, h->monotonic_ms});
    uint32_t round_trip_ms;
    peer->has_offset = offset_best(&peer->offset, &peer->clock_offset_ms, &round_trip_ms);
    peer->offset_error_ms = round_trip_ms / 2;
}

/* How far it is behind this node, by what it said just now. */
static void note_lag(const struct node *n, struct peer_view *peer)
{
    struct pbft_status status;
    replica_status(n->replica, &status);
    peer->lag_height = (int64_t)(status.committed_height - peer->last.height);
    peer->lag_view = (int64_t)(status.view - peer->last.view);
}

void heartbeat_note(struct node *n, uint16_t seat, const struct heartbeat *h)
{
    struct peer_view *peer = &n->peers[seat - 1];
    uint64_t now = clock_monotonic_ms();
    const struct phi_rules *rules = &n->config->phi;
    peer->last = *h;
    peer->last_beat_ms = now;
    beats_came(n->beats, seat, now);
    phi_beat(&peer->phi, rules, &n->awake, phi_clock_at(&n->awake, rules, now));
    note_lag(n, peer);
    note_version(peer, seat, h->version);
    measure(n, peer, h, now);
    /* However often a peer sends one: its own clock sets the pace, not ours. */
    if (control_has_subscribers(n->control) &&
        now - peer->beat_shown_ms >= SHOWN_EVERY_MS) {
        peer->beat_shown_ms = now;
        json_t *event = event_heartbeat(n->charter, seat, peer);
        liveness_put(event, n, seat);
        publish(n, "heartbeat", event);
    }
}

void heartbeat_turn(struct node *n)
{
    beats_turn(n->beats, clock_monotonic_ms());
    if (control_wants(n->control, "heartbeats")) {
        publish(n, "heartbeats", event_heartbeats(n));
    }
}

static int compare(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

bool heartbeat_clock_offset(const struct node *n, int64_t *offset_ms)
{
    int64_t offsets[SEATS_MAX];
    size_t count = 0, weak = quorum_weak(n->charter->seat_count);
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        const struct peer_view *peer = &n->peers[seat - 1];
        if (peer->has_offset && net_is_connected(n->net, seat)) {
            offsets[count++] = peer->clock_offset_ms;
        }
    }
    if (count < weak) {
        return false;
    }
    qsort(offsets, count, sizeof(*offsets), compare);
    if (count < 2 * weak - 1) {
        /* Most of them may lie: the least that w of them say, so a correct one among them.
         */
        int64_t least = offsets[count - weak], most = offsets[weak - 1];
        *offset_ms = least > 0 ? least : most < 0 ? most : 0;
    } else {
        *offset_ms = offsets[count / 2];
    }
    return true;
}

bool heartbeat_clock_is_off(const struct node *n, int64_t *offset_ms)
{
    int64_t drift = (int64_t)n->charter->max_drift_ms;
    return heartbeat_clock_offset(n, offset_ms) &&
           (*offset_ms > drift || *offset_ms < -drift);
}
