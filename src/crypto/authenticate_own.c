/* SPDX-License-Identifier: ISC */
#include "crypto/authenticate_parts.h"
#include "crypto/checkpoint.h"
#include "hash/hash.h"
#include "wire/codec.h"

#include <assert.h>

static void sign_vote(struct authenticator *a, const struct secret_key *k, uint16_t seat,
                      struct vote *v)
{
    assert(v->seat == seat);
    struct buffer body = {0};
    codec_body_vote(&body, v->view, v->height, &v->block);
    auth_sign(a, k, seat, v->phase == PHASE_PREPARE ? LABEL_PREPARE : LABEL_COMMIT,
              buffer_slice(&body), &v->signature);
    buffer_free(&body);
}

static void sign_pre_prepare(struct authenticator *a, const struct secret_key *k,
                             uint16_t seat, struct pre_prepare *p)
{
    const struct header *h = &p->block->header;
    assert(auth_primary(a, h->view) == seat);
    struct vote own = {.phase = PHASE_PREPARE,
                       .seat = seat,
                       .view = h->view,
                       .height = h->height,
                       .block = p->block->hash};
    sign_vote(a, k, seat, &own);
    p->signature = own.signature;
}

static void sign_view_change(struct authenticator *a, const struct secret_key *k,
                             uint16_t seat, struct view_change *c)
{
    assert(c->seat == seat);
    struct buffer body = {0};
    codec_body_view_change(&body, c->view, &c->best);
    auth_sign(a, k, seat, LABEL_VIEW_CHANGE, buffer_slice(&body), &c->signature);
    buffer_free(&body);
}

static void sign_new_view(struct authenticator *a, const struct secret_key *k,
                          uint16_t seat, struct new_view *v)
{
    assert(auth_primary(a, v->view) == seat);
    v->changes_hash = hash_view_changes(v->changes, v->count);
    struct buffer body = {0};
    codec_body_new_view(&body, v->view, &v->tip, &v->changes_hash);
    auth_sign(a, k, seat, LABEL_NEW_VIEW, buffer_slice(&body), &v->signature);
    buffer_free(&body);
}

struct authentic authenticate_own(struct authenticator *a, const struct secret_key *k,
                                  uint16_t seat, struct message *m)
{
    bool has_signature = true;
    switch (m->tag) {
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        assert((m->tag == MESSAGE_PREPARE) == (m->vote.phase == PHASE_PREPARE));
        sign_vote(a, k, seat, &m->vote);
        break;
    case MESSAGE_PRE_PREPARE:
        sign_pre_prepare(a, k, seat, &m->pre_prepare);
        break;
    case MESSAGE_VIEW_CHANGE:
        sign_view_change(a, k, seat, &m->view_change.change);
        break;
    case MESSAGE_NEW_VIEW:
        sign_new_view(a, k, seat, m->new_view);
        break;
    case MESSAGE_CHECKPOINT:
        checkpoint_sign(k, &a->council_id, &m->checkpoint);
        break;
    case MESSAGE_HEARTBEAT:
    case MESSAGE_ENVELOPE:
    case MESSAGE_FETCH_BLOCK:
    case MESSAGE_BLOCK:
    case MESSAGE_FETCH_RANGE:
    case MESSAGE_RANGE:
    case MESSAGE_FETCH_NEW_VIEW:
    case MESSAGE_ASK:
    case MESSAGE_REPORT:
        has_signature = false;
        break;
    }
    assert(has_signature);
    return (struct authentic){.message = m, .from = seat};
}
