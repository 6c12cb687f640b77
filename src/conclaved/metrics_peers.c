/* SPDX-License-Identifier: ISC */
/* Metrics by seat. Nothing that a peer says of itself is a label: it could make up any
 * number of them. */
#include "conclaved/metrics_parts.h"

#include "base/clock.h"
#include "conclaved/heartbeat.h"
#include "conclaved/json.h"
#include "conclaved/liveness.h"

#include <stdio.h>

static const double ms_per_s = 1e3;

struct seat_text {
    char text[8];
};

static struct seat_text text_of(uint16_t seat)
{
    struct seat_text out;
    (void)snprintf(out.text, sizeof(out.text), "%u", (unsigned)seat);
    return out;
}

/* --- the ledger's --- */

static void put_ballots(struct families *f, const struct node *n)
{
    families_counter(f, "conclave_ballots", "",
                     "What each seat did about proposals, since the first block.");
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        struct seat_text s = text_of(seat);
        struct seat_totals t;
        council_seat_totals(replica_council(n->replica), seat, &t);
        families_number(f, t.ballots, "seat", s.text, "kind", "recorded", NULL);
        families_number(f, t.reveals, "seat", s.text, "kind", "revealed", NULL);
        families_number(f, t.late, "seat", s.text, "kind", "late", NULL);
        families_number(f, t.withheld, "seat", s.text, "kind", "withheld", NULL);
        families_number(f, t.missed, "seat", s.text, "kind", "missed", NULL);
    }
}

void metrics_put_seats(struct families *f, const struct node *n)
{
    const struct council *council = replica_council(n->replica);
    uint16_t seats = n->charter->seat_count;
    families_info(f, "conclave_seat", "The charter's names of the seats.");
    for (uint16_t seat = 1; seat <= seats; seat++) {
        families_number(f, 1, "seat", text_of(seat).text, "name",
                        seat_name(n->charter, seat), NULL);
    }
    families_gauge(f, "conclave_seat_expelled", "", "1 for a seat that was convicted.");
    for (uint16_t seat = 1; seat <= seats; seat++) {
        families_number(f, council_is_expelled(council, seat), "seat", text_of(seat).text,
                        NULL);
    }
    families_gauge(f, "conclave_seat_suspended", "",
                   "1 for a seat that no proposal of this epoch waits for.");
    for (uint16_t seat = 1; seat <= seats; seat++) {
        families_number(f, council_is_suspended(council, seat), "seat", text_of(seat).text,
                        NULL);
    }
    put_ballots(f, n);
}

/* --- this node's --- */

/* A family with one sample for each other seat. */
static void each_peer(struct families *f, const struct node *n,
                      void (*put)(struct families *f, const struct node *n, uint16_t seat,
                                  const char *label))
{
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        if (seat != n->seat) {
            put(f, n, seat, text_of(seat).text);
        }
    }
}

static struct net_counts counts_of(const struct node *n, uint16_t seat)
{
    struct net_counts counts = {0};
    net_counts(n->net, seat, &counts);
    return counts;
}

static void put_connected(struct families *f, const struct node *n, uint16_t seat,
                          const char *label)
{
    families_number(f, net_is_connected(n->net, seat), "seat", label, NULL);
}

static void put_connects(struct families *f, const struct node *n, uint16_t seat,
                         const char *label)
{
    families_number(f, counts_of(n, seat).connects, "seat", label, NULL);
}

static void put_bytes_in(struct families *f, const struct node *n, uint16_t seat,
                         const char *label)
{
    families_number(f, counts_of(n, seat).bytes_in, "seat", label, NULL);
}

static void put_bytes_out(struct families *f, const struct node *n, uint16_t seat,
                          const char *label)
{
    families_number(f, counts_of(n, seat).bytes_out, "seat", label, NULL);
}

static void put_frames_in(struct families *f, const struct node *n, uint16_t seat,
                          const char *label)
{
    families_number(f, counts_of(n, seat).frames_in, "seat", label, NULL);
}

static void put_frames_out(struct families *f, const struct node *n, uint16_t seat,
                           const char *label)
{
    families_number(f, counts_of(n, seat).frames_out, "seat", label, NULL);
}

static void put_bad(struct families *f, const struct node *n, uint16_t seat,
                    const char *label)
{
    uint64_t messages = n->peers[seat - 1].bad_messages;
    families_number(f, counts_of(n, seat).bad_frames + messages, "seat", label, NULL);
}

static void put_queued(struct families *f, const struct node *n, uint16_t seat,
                       const char *label)
{
    families_number(f, counts_of(n, seat).queued_bytes, "seat", label, NULL);
}

static void put_overflows(struct families *f, const struct node *n, uint16_t seat,
                          const char *label)
{
    families_number(f, counts_of(n, seat).overflows, "seat", label, NULL);
}

static void put_throttled(struct families *f, const struct node *n, uint16_t seat,
                          const char *label)
{
    families_number(f, counts_of(n, seat).throttled, "seat", label, NULL);
}

/* One that was never heard is as old as this node. */
static void put_age(struct families *f, const struct node *n, uint16_t seat,
                    const char *label)
{
    uint64_t now = clock_monotonic_ms(), last = n->peers[seat - 1].last_beat_ms;
    uint64_t since = last != 0 ? last : n->metrics.started_ms;
    families_real(f, (double)(now - since) / ms_per_s, "seat", label, NULL);
}

static void put_height(struct families *f, const struct node *n, uint16_t seat,
                       const char *label)
{
    if (n->peers[seat - 1].last_beat_ms != 0) {
        families_number(f, n->peers[seat - 1].last.height, "seat", label, NULL);
    }
}

static void put_round_trip(struct families *f, const struct node *n, uint16_t seat,
                           const char *label)
{
    if (n->peers[seat - 1].has_offset) {
        families_real(f, n->peers[seat - 1].round_trip_ms / ms_per_s, "seat", label, NULL);
    }
}

static void put_offset(struct families *f, const struct node *n, uint16_t seat,
                       const char *label)
{
    if (n->peers[seat - 1].has_offset) {
        families_real(f, (double)n->peers[seat - 1].clock_offset_ms / ms_per_s, "seat",
                      label, NULL);
    }
}

static void put_phi(struct families *f, const struct node *n, uint16_t seat,
                    const char *label)
{
    struct liveness l = liveness_of(n, seat);
    if (l.has_phi) {
        families_real(f, l.phi_tenths / 10.0, "seat", label, NULL);
    }
}

static void put_down(struct families *f, const struct node *n, uint16_t seat,
                     const char *label)
{
    families_number(f, n->peers[seat - 1].phi.state == PHI_DOWN, "seat", label, NULL);
}

static void put_clock(struct families *f, const struct node *n)
{
    int64_t offset = 0;
    bool known = heartbeat_clock_offset(n, &offset);
    families_gauge(f, "conclave_clock_offset_seconds", "seconds",
                   "The others' clocks minus this node's, as most of them say.");
    if (known) {
        families_real(f, (double)offset / ms_per_s, NULL);
    }
    families_gauge(f, "conclave_clock_skewed", "",
                   "1 when that is more than the charter allows.");
    families_number(f, n->clock_is_off, NULL);
    families_gauge(f, "conclave_clock_drift_max_seconds", "seconds",
                   "What the charter allows.");
    families_real(f, (double)n->charter->max_drift_ms / ms_per_s, NULL);
}

void metrics_put_peers(struct families *f, const struct node *n)
{
    static const struct {
        void (*begin)(struct families *f, const char *name, const char *unit,
                      const char *help);
        const char *name, *unit, *help;
        void (*put)(struct families *f, const struct node *n, uint16_t seat,
                    const char *label);
    } rows[] = {
        {families_gauge, "conclave_peer_connected", "",
         "1 for a seat that is connected to this node.", put_connected},
        {families_counter, "conclave_peer_connects", "", "Connections that came to be.",
         put_connects},
        {families_counter, "conclave_peer_received_bytes", "bytes",
         "Bytes that came from a seat.", put_bytes_in},
        {families_counter, "conclave_peer_sent_bytes", "bytes", "Bytes sent to a seat.",
         put_bytes_out},
        {families_counter, "conclave_peer_received_frames", "",
         "Frames that came from a seat.", put_frames_in},
        {families_counter, "conclave_peer_sent_frames", "", "Frames sent to a seat.",
         put_frames_out},
        {families_counter, "conclave_peer_bad_frames", "",
         "Frames of a seat that were rubbish.", put_bad},
        {families_gauge, "conclave_peer_queued_bytes", "bytes",
         "Bytes that wait to be sent to a seat.", put_queued},
        {families_counter, "conclave_peer_overflows", "",
         "Connections that were dropped because that was too much.", put_overflows},
        {families_counter, "conclave_peer_throttled", "",
         "Times that a seat was not read because it sent too fast.", put_throttled},
        {families_gauge, "conclave_peer_heartbeat_age_seconds", "seconds",
         "Since the last heartbeat of a seat, or since this node's start.", put_age},
        {families_gauge, "conclave_peer_phi", "",
         "How unlikely a seat's silence is, -log10 of the probability.", put_phi},
        {families_gauge, "conclave_peer_down", "",
         "1 for a seat that is taken for dead by that.", put_down},
        {families_gauge, "conclave_peer_height", "",
         "Committed height by a seat's last heartbeat.", put_height},
        {families_gauge, "conclave_peer_round_trip_seconds", "seconds",
         "Round trip, by heartbeats.", put_round_trip},
        {families_gauge, "conclave_peer_clock_offset_seconds", "seconds",
         "A seat's clock minus this node's, by heartbeats.", put_offset},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        rows[i].begin(f, rows[i].name, rows[i].unit, rows[i].help);
        each_peer(f, n, rows[i].put);
    }
    families_counter(f, "conclave_strangers", "",
                     "Connections that were closed before a seat was known.");
    families_number(f, net_strangers(n->net), NULL);
    put_clock(f, n);
}
