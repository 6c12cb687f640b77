/* SPDX-License-Identifier: ISC */
/* What the replica needs of this machine. */
#include "conclaved/observe.h"

#include "base/clock.h"
#include "base/log.h"

#include <sodium.h>

static uint64_t monotonic_ms(void *context)
{
    (void)context;
    return clock_monotonic_ms();
}

static uint64_t wall_ms(void *context)
{
    (void)context;
    return clock_wall_ms();
}

static void random_bytes(void *context, void *out, size_t size)
{
    (void)context;
    randombytes_buf(out, size);
}

static void send_content(void *context, uint16_t seat, const struct message *m,
                         struct bytes *content)
{
    const struct node *n = context;
    (void)m;
    if (seat == 0) {
        net_broadcast(n->net, content);
    } else {
        net_send(n->net, seat, content);
    }
}

static size_t queued_bytes(void *context, uint16_t seat)
{
    const struct node *n = context;
    struct net_counts counts;
    net_counts(n->net, seat, &counts);
    return counts.queued_bytes;
}

static bool charge_operations(void *context, uint16_t seat, uint32_t operations)
{
    const struct node *n = context;
    return net_charge_operations(n->net, seat, operations);
}

static void note_bad(struct peer_view *peer, uint16_t seat, size_t bytes, int error)
{
    peer->bad_messages++;
    peer->bad_signatures += error == CONCLAVE_ESIG;
    LOG_EVENT(LOG_LEVEL_WARN, "peer.bad-message", LOG_N("seat", seat),
              LOG_N("bytes", bytes), LOG_S("error", error_text(error)),
              LOG_N("count", peer->bad_messages));
}

static void reject(void *context, uint16_t seat, size_t bytes, int error)
{
    struct node *n = context;
    note_bad(&n->peers[seat - 1], seat, bytes, error);
    net_reject(n->net, seat);
}

void ports_of(struct node *n, struct replica_ports *out)
{
    *out = (struct replica_ports){.context = n,
                                  .monotonic_ms = monotonic_ms,
                                  .wall_ms = wall_ms,
                                  .random_bytes = random_bytes,
                                  .send = send_content,
                                  .queued_bytes = queued_bytes,
                                  .charge_operations = charge_operations,
                                  .reject = reject};
}
