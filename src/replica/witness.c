/* SPDX-License-Identifier: ISC */
/* Equivocation that this node sees becomes EVIDENCE, and is repeated until the seat is
 * expelled: conclave-protocol(7) section 9. */
#include "replica/inside.h"

#include "base/alloc.h"
#include "evidence/evidence.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>

struct witness {
    struct evidence_memory *memory;
    struct envelope *accusations[SEATS_MAX]; /* against seat - 1: one proof is enough */
    bool is_new[SEATS_MAX];                  /* not sent yet */
};

struct witness *witness_new(uint16_t seats)
{
    struct witness *w = alloc_zero(1, sizeof(*w));
    w->memory = evidence_new(seats);
    return w;
}

void witness_free(struct witness *w)
{
    if (w == NULL) {
        return;
    }
    for (size_t i = 0; i < SEATS_MAX; i++) {
        envelope_unref(w->accusations[i]);
    }
    evidence_free(w->memory);
    free(w);
}

static void accuse(struct replica *r, struct buffer *evidence)
{
    struct slice encoding = buffer_slice(evidence);
    struct operation op;
    /* What was made here decodes, or the seat's statement was nothing to convict it by. */
    if (codec_decode_operation(encoding, &op) == 0 &&
        r->witness->accusations[op.seat - 1] == NULL &&
        !council_is_expelled(r->council, op.seat)) {
        struct envelope *e =
            authenticate_seal_envelope(&r->auth, r->config.key, op.seat, &encoding, 1);
        r->witness->accusations[op.seat - 1] = e;
        r->witness->is_new[op.seat - 1] = true;
        if (r->observer.accused != NULL) {
            r->observer.accused(r->observer.context, op.seat, op.evidence.kind);
        }
    }
    buffer_free(evidence);
}

bool witness_suspects(const struct replica *r, const struct vote *v)
{
    return evidence_suspects(r->witness->memory, v);
}

static bool is_open(void *context, const struct hash *proposal)
{
    return council_find(context, proposal) != NULL;
}

static void witness_envelope(struct replica *r, const struct envelope *e)
{
    struct buffer evidence = {NULL, 0, 0};
    if (evidence_envelope(r->witness->memory, e, is_open, r->council, &evidence)) {
        accuse(r, &evidence);
    }
}

void witness_message(struct replica *r, const struct message *m)
{
    struct buffer evidence = {NULL, 0, 0};
    uint64_t view = pbft_place(r->core).view;
    /* Votes far ahead of this node's view would only push out what matters here. */
    if (evidence_message(r->witness->memory, m, view + 1, is_open, r->council, &evidence)) {
        accuse(r, &evidence);
    }
}

void witness_block(struct replica *r, const struct block *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
        witness_envelope(r, b->envelopes[i]);
    }
}

void witness_forget(struct replica *r, const struct hash *proposal)
{
    evidence_forget(r->witness->memory, proposal);
}

static void send_accusation(struct replica *r, uint16_t to, struct envelope *e)
{
    struct message m = {.tag = MESSAGE_ENVELOPE, .envelope = e};
    turn_send(r, to, &m);
    (void)turn_feed_envelope(r, e, r->seat);
}

void witness_progress(struct replica *r)
{
    struct witness *w = r->witness;
    for (uint16_t i = 0; i < r->seats; i++) {
        if (w->is_new[i]) {
            w->is_new[i] = false;
            send_accusation(r, 0, w->accusations[i]);
        }
    }
}

void witness_repeat(struct replica *r, uint16_t seat)
{
    struct witness *w = r->witness;
    for (uint16_t i = 0; i < r->seats; i++) {
        if (w->accusations[i] != NULL &&
            council_is_expelled(r->council, (uint16_t)(i + 1))) {
            envelope_unref(w->accusations[i]);
            w->accusations[i] = NULL;
            w->is_new[i] = false;
        }
        if (w->accusations[i] != NULL) {
            send_accusation(r, seat, w->accusations[i]);
        }
    }
}

const struct envelope *replica_accusation(const struct replica *r, uint16_t seat)
{
    return r->witness->accusations[seat - 1];
}

uint32_t witness_count(const struct replica *r)
{
    uint32_t count = 0;
    for (uint16_t i = 0; i < r->seats; i++) {
        count += r->witness->accusations[i] != NULL &&
                 !council_is_expelled(r->council, (uint16_t)(i + 1));
    }
    return count;
}
