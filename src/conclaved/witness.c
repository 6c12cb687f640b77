/* SPDX-License-Identifier: ISC */
#include "conclaved/witness.h"

#include "base/alloc.h"
#include "base/log.h"
#include "conclaved/json.h"
#include "conclaved/turn.h"
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

static const char *kind_name(enum evidence_kind k)
{
    switch (k) {
    case EVIDENCE_PREPARE:
        return "prepare";
    case EVIDENCE_COMMIT:
        return "commit";
    case EVIDENCE_NEW_VIEW:
        return "new-view";
    case EVIDENCE_BALLOT:
        return "ballot";
    }
    return "unknown";
}

static void accuse(struct node *n, struct buffer *evidence)
{
    struct slice encoding = buffer_slice(evidence);
    struct operation op;
    /* What was made here decodes, or the seat's statement was nothing to convict it by. */
    if (codec_decode_operation(encoding, &op) == 0 &&
        n->witness->accusations[op.seat - 1] == NULL &&
        !council_is_expelled(n->council, op.seat)) {
        struct envelope *e =
            authenticate_seal_envelope(&n->auth, n->key, op.seat, &encoding, 1);
        n->witness->accusations[op.seat - 1] = e;
        n->witness->is_new[op.seat - 1] = true;
        LOG_EVENT(LOG_LEVEL_WARN, "seat.equivocated", LOG_N("seat", op.seat),
                  LOG_S("statement", kind_name(op.evidence.kind)));
        json_t *params = json_object();
        json_put_seat(params, "seat", n->charter, op.seat);
        json_put(params, "statement", json_string(kind_name(op.evidence.kind)));
        turn_publish(n, "seat.equivocated", params);
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
    turn_send(n, to, &m);
    (void)turn_feed_envelope(n, e, n->seat);
}

void witness_progress(struct node *n)
{
    struct witness *w = n->witness;
    for (uint16_t i = 0; i < n->charter->seat_count; i++) {
        if (w->is_new[i]) {
            w->is_new[i] = false;
            send_accusation(n, 0, w->accusations[i]);
        }
    }
}

void witness_repeat(struct node *n, uint16_t seat)
{
    struct witness *w = n->witness;
    for (uint16_t i = 0; i < n->charter->seat_count; i++) {
        if (w->accusations[i] != NULL &&
            council_is_expelled(n->council, (uint16_t)(i + 1))) {
            envelope_unref(w->accusations[i]);
            w->accusations[i] = NULL;
            w->is_new[i] = false;
        }
        if (w->accusations[i] != NULL) {
            send_accusation(n, seat, w->accusations[i]);
        }
    }
}
