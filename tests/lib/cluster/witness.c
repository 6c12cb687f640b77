/* SPDX-License-Identifier: ISC */
/* What src/conclaved/witness.c does: equivocation becomes EVIDENCE, repeated until the seat
 * is expelled. */
#include "cluster/inside.h"

#include "base/alloc.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>

void witness_begin(struct node *n)
{
    n->witness = alloc_zero(1, sizeof(*n->witness));
    n->witness->memory = evidence_new(n->c->config.seats);
}

void witness_end(struct node *n)
{
    for (size_t i = 0; n->witness != NULL && i < SEATS_MAX; i++) {
        envelope_unref(n->witness->accusations[i]);
    }
    if (n->witness != NULL) {
        evidence_free(n->witness->memory);
    }
    free(n->witness);
    n->witness = NULL;
}

static void accuse(struct node *n, struct buffer *evidence)
{
    struct slice encoding = buffer_slice(evidence);
    struct operation op;
    int error = codec_decode_operation(encoding, &op);
    if (error == 0 && n->witness->accusations[op.seat - 1] == NULL &&
        !council_is_expelled(n->council, op.seat)) {
        n->witness->accusations[op.seat - 1] = authenticate_seal_envelope(
            &n->auth, n->c->secrets[n->seat - 1], op.seat, &encoding, 1);
        n->witness->is_new[op.seat - 1] = true;
        cluster_note(n->c, TRACE_STORY, "%u: accuses %u of kind %d", n->seat, op.seat,
                     op.evidence.kind);
        cluster_mark(n->c, "evidence of kind %d", op.evidence.kind);
    } else if (error != 0) {
        cluster_mark(n->c, "evidence that does not decode");
    }
    buffer_free(evidence);
}

bool witness_suspects(const struct node *n, const struct vote *v)
{
    return evidence_suspects(n->witness->memory, v);
}

static bool is_open(void *context, const struct hash *proposal)
{
    return council_find(context, proposal) != NULL;
}

static void witness_envelope(struct node *n, const struct envelope *e)
{
    struct buffer evidence = {NULL, 0, 0};
    if (evidence_envelope(n->witness->memory, e, is_open, n->council, &evidence)) {
        accuse(n, &evidence);
    }
}

void witness_message(struct node *n, const struct message *m)
{
    struct buffer evidence = {NULL, 0, 0};
    struct pbft_status status;
    pbft_status(n->core, &status);
    /* Votes far ahead of this node's view would only push out what matters here. */
    if (evidence_message(n->witness->memory, m, status.view + 1, is_open, n->council,
                         &evidence)) {
        accuse(n, &evidence);
    }
}

void witness_block(struct node *n, const struct block *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
        witness_envelope(n, b->envelopes[i]);
    }
}

static void send_accusation(struct node *n, uint16_t to, struct envelope *e)
{
    struct message m = {.tag = MESSAGE_ENVELOPE, .envelope = e};
    node_post(n, to, &m);
    (void)node_feed_envelope(n, e, n->seat);
}

void witness_progress(struct node *n)
{
    struct witness *w = n->witness;
    for (uint16_t i = 0; i < n->c->config.seats; i++) {
        if (w->is_new[i]) {
            w->is_new[i] = false;
            send_accusation(n, 0, w->accusations[i]);
        }
    }
}

void witness_repeat(struct node *n, uint16_t to)
{
    struct witness *w = n->witness;
    for (uint16_t i = 0; i < n->c->config.seats; i++) {
        if (w->accusations[i] != NULL &&
            council_is_expelled(n->council, (uint16_t)(i + 1))) {
            envelope_unref(w->accusations[i]);
            w->accusations[i] = NULL;
            w->is_new[i] = false;
        }
        if (w->accusations[i] != NULL) {
            send_accusation(n, to, w->accusations[i]);
        }
    }
}

bool witness_accuses(const struct node *n)
{
    for (uint16_t i = 0; i < n->c->config.seats; i++) {
        if (n->witness->accusations[i] != NULL &&
            !council_is_expelled(n->council, (uint16_t)(i + 1))) {
            return true;
        }
    }
    return false;
}
