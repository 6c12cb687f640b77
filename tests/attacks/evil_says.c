/* SPDX-License-Identifier: ISC */
/* What the evil seat says, signed with its real key. */
#include "evil.h"

#include "base/clock.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <string.h>

void evil_vote(struct evil *e, uint16_t victim, enum phase phase, uint64_t view,
               uint64_t height, const struct hash *block)
{
    struct message m = {.tag = phase == PHASE_PREPARE ? MESSAGE_PREPARE : MESSAGE_COMMIT};
    m.vote = signers_vote(&e->signers, phase, e->seat, view, height, block);
    evil_send(e, victim, &m);
}

void evil_view_change(struct evil *e, uint16_t victim, uint64_t view)
{
    struct best none = {CERTIFICATE_NONE, 0, 0, e->signers.council_id};
    struct message m = {.tag = MESSAGE_VIEW_CHANGE};
    m.view_change.change = signers_view_change(&e->signers, e->seat, view, &none);
    evil_send(e, victim, &m);
}

void evil_heartbeat(struct evil *e, uint16_t victim, uint64_t view, uint64_t height)
{
    static const char version[] = "evil";
    struct message m = {.tag = MESSAGE_HEARTBEAT};
    struct heartbeat *h = &m.heartbeat;
    h->view = view;
    h->height = height;
    h->monotonic_ms = clock_monotonic_ms();
    h->wall_ms = clock_wall_ms();
    memcpy(h->instance, e->instance, INSTANCE_BYTES);
    h->version = slice_of(version, sizeof(version) - 1);
    evil_send(e, victim, &m);
}

void evil_envelope(struct evil *e, uint16_t victim, uint16_t seat,
                   const struct operation *ops, size_t count)
{
    struct message m = {.tag = MESSAGE_ENVELOPE};
    m.envelope = signers_envelope(&e->signers, seat, e->seat, ops, count);
    evil_send(e, victim, &m);
    envelope_unref(m.envelope);
}

enum { EVIDENCE_SLOTS = ENVELOPE_OPERATIONS_MAX };
static struct buffer bodies[EVIDENCE_SLOTS][2];

struct operation evil_evidence(struct evil *e, uint64_t number)
{
    struct operation op = {.kind = OPERATION_EVIDENCE, .seat = e->seat};
    struct buffer *pair = bodies[number % EVIDENCE_SLOTS];
    struct statement *statements[] = {&op.evidence.first, &op.evidence.second};
    op.evidence.kind = EVIDENCE_PREPARE;
    for (uint8_t i = 0; i < 2; i++) {
        struct hash block = signers_hash(i);
        pair[i].size = 0;
        codec_body_vote(&pair[i], number / 1000, 1 + number % 1000, &block);
        signers_sign(&e->signers, e->seat, LABEL_PREPARE, &pair[i],
                     &statements[i]->signature);
        statements[i]->body = buffer_slice(&pair[i]);
    }
    return op;
}
