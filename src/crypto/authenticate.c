/* SPDX-License-Identifier: ISC */
#include "crypto/authenticate.h"

#include "crypto/authenticate_parts.h"
#include "crypto/checkpoint.h"
#include "hash/hash.h"
#include "wire/shared.h"

#include <string.h>

/* Section 6: a header that any block of this council may have. */
static int check_header(const struct authenticator *a, const struct header *h)
{
    if (h->version != PROTOCOL_VERSION) {
        return CONCLAVE_EVERSION;
    }
    /* Block 0 is the charter and never travels; only what is committed is executed. */
    if (h->height == 0 || h->executed_height >= h->height) {
        return CONCLAVE_EFORMAT;
    }
    if (h->height == 1 && !hash_equal(&h->prev_hash, &a->council_id)) {
        return CONCLAVE_ESIG;
    }
    return 0;
}

/* Section 5: one EVIDENCE convicts. More against the same seat would only be checked. */
static int check_evidence(const struct block *b)
{
    bool accused[SEATS_MAX] = {false};
    for (uint32_t i = 0; i < b->count; i++) {
        bool *seat = &accused[b->envelopes[i]->seat - 1];
        if (b->envelopes[i]->has_evidence && *seat) {
            return CONCLAVE_EFORMAT;
        }
        *seat = *seat || b->envelopes[i]->has_evidence;
    }
    return 0;
}

/* What a block consists of matches its header; its header was checked. Envelopes that were
 * found authentic before are not looked at again; signatures of the others are left out
 * where a commit certificate vouches for them. */
static int check_content(struct authenticator *a, struct block *b, bool vouched_for)
{
    int error = 0;
    for (uint32_t i = 0; i < b->count && error == 0; i++) {
        if (!b->envelopes[i]->authentic) {
            error = auth_envelope_shape(a, b->envelopes[i]);
        }
    }
    if (error == 0) {
        error = check_evidence(b);
    }
    if (error != 0) {
        return error;
    }
    struct hash ops_root = hash_block(b);
    if (!hash_equal(&ops_root, &b->header.ops_root)) {
        return CONCLAVE_ESIG;
    }
    for (uint32_t i = 0; i < b->count && error == 0 && !vouched_for; i++) {
        struct envelope *e = b->envelopes[i];
        error = auth_known(a, e) ? 0 : auth_envelope_signatures(a, e);
        e->authentic = error == 0;
    }
    return error;
}

int authenticate_block(struct authenticator *a, struct block *b)
{
    int error = check_header(a, &b->header);
    return error != 0 ? error : check_content(a, b, false);
}

int authenticate_certified_block(struct authenticator *a, struct block *b)
{
    int error = check_header(a, &b->header);
    return error != 0 ? error : check_content(a, b, true);
}

/* Section 6: the certificate that lets a replica execute as far as the primary had. It is
 * of a block below the proposed one, of no later view. */
static int check_executed(const struct authenticator *a, const struct header *h,
                          const struct certificate *c)
{
    if (h->executed_height == 0 || c == NULL) {
        return h->executed_height == 0 && c == NULL ? 0 : CONCLAVE_EFORMAT;
    }
    if (c->what.kind != CERTIFICATE_COMMIT || c->what.height < h->executed_height ||
        c->what.height >= h->height || c->what.view > h->view) {
        return CONCLAVE_EFORMAT;
    }
    return auth_certificate_shape(a, c);
}

static int check_pre_prepare(struct authenticator *a, const struct pre_prepare *p,
                             uint16_t from)
{
    struct block *b = p->block;
    const struct header *h = &b->header;
    int error = check_header(a, h);
    if (error == 0 && from != auth_primary(a, h->view)) {
        error = CONCLAVE_ESEAT;
    }
    if (error == 0) {
        error = check_executed(a, h, p->certificate);
    }
    /* The primary's own signature comes first: nobody else can make the rest worth doing.
     */
    if (error == 0) {
        b->hash = hash_header(h);
        error =
            auth_vote(a, PHASE_PREPARE, from, h->view, h->height, &b->hash, &p->signature);
    }
    if (error == 0) {
        error = check_content(a, b, false);
    }
    if (error == 0 && p->certificate != NULL) {
        error = auth_certificate_signatures(a, p->certificate);
    }
    return error;
}

static int check_vote(struct authenticator *a, const struct vote *v, enum phase phase,
                      uint16_t from)
{
    int error = auth_seat(a, v->seat);
    if (error != 0) {
        return error;
    }
    if (v->seat != from) {
        return CONCLAVE_ESEAT;
    }
    if (v->phase != phase || v->height == 0) {
        return CONCLAVE_EFORMAT;
    }
    return auth_vote(a, phase, v->seat, v->view, v->height, &v->block, &v->signature);
}

/* The next header of a RANGE: its height follows, and it names the one before. */
static int check_link(const struct authenticator *a, const struct header *h,
                      uint64_t height, const struct hash *before, struct hash *hash)
{
    int error = check_header(a, h);
    if (error != 0) {
        return error;
    }
    if (h->height != height) {
        return CONCLAVE_EFORMAT;
    }
    if (before != NULL && !hash_equal(&h->prev_hash, before)) {
        return CONCLAVE_ESIG;
    }
    *hash = hash_header(h);
    return 0;
}

/* Section 6, "Catching up": the chain leads from the first block to the certified one. */
static int check_chain(const struct authenticator *a, const struct range *r)
{
    struct hash hash;
    const struct hash *before = NULL;
    const struct header *last = NULL;
    uint64_t height = r->from;
    for (uint32_t i = 0; i < r->block_count + r->header_count; i++, height++) {
        const bool in_block = i < r->block_count;
        last = in_block ? &r->blocks[i]->header : &r->headers[i - r->block_count];
        int error = check_link(a, last, height, before, &hash);
        if (error != 0) {
            return error;
        }
        before = &hash;
    }
    const struct best *what = &r->certificate->what;
    if (what->view != last->view || what->height != last->height) {
        return CONCLAVE_EFORMAT;
    }
    return hash_equal(&what->block, &hash) ? 0 : CONCLAVE_ESIG;
}

static int check_range(struct authenticator *a, const struct range *r)
{
    if (r->block_count == 0) {
        return r->header_count == 0 && r->certificate == NULL ? 0 : CONCLAVE_EFORMAT;
    }
    if (r->certificate == NULL || r->certificate->what.kind != CERTIFICATE_COMMIT) {
        return CONCLAVE_EFORMAT;
    }
    int error = auth_certificate_shape(a, r->certificate);
    if (error == 0) {
        error = check_chain(a, r);
    }
    if (error == 0) {
        error = auth_certificate_signatures(a, r->certificate);
    }
    for (uint32_t i = 0; i < r->block_count && error == 0; i++) {
        error = check_content(a, r->blocks[i], true);
    }
    return error;
}

/* Not remembered: a seat says it once, and again over a new connection. */
static int check_checkpoint(struct authenticator *a, const struct checkpoint_vote *v,
                            uint16_t from)
{
    int error = checkpoint_check(&a->keys[from - 1], &a->council_id, v);
    a->checks++;
    a->failed += error != 0;
    return error;
}

static int check_message(struct authenticator *a, struct message *m, uint16_t from)
{
    switch (m->tag) {
    case MESSAGE_ENVELOPE:
        return authenticate_envelope(a, m->envelope);
    case MESSAGE_PRE_PREPARE:
        return check_pre_prepare(a, &m->pre_prepare, from);
    case MESSAGE_PREPARE:
        return check_vote(a, &m->vote, PHASE_PREPARE, from);
    case MESSAGE_COMMIT:
        return check_vote(a, &m->vote, PHASE_COMMIT, from);
    case MESSAGE_VIEW_CHANGE:
        if (m->view_change.change.seat != from) {
            return CONCLAVE_ESEAT;
        }
        return auth_view_change(a, &m->view_change.change, m->view_change.certificate);
    case MESSAGE_NEW_VIEW:
        return auth_new_view(a, m->new_view);
    case MESSAGE_BLOCK:
        return authenticate_block(a, m->block);
    case MESSAGE_RANGE:
        return check_range(a, &m->range);
    case MESSAGE_REPORT:
        return auth_report(a, &m->report);
    case MESSAGE_CHECKPOINT:
        return check_checkpoint(a, &m->checkpoint, from);
    case MESSAGE_HEARTBEAT:
    case MESSAGE_FETCH_BLOCK:
    case MESSAGE_FETCH_RANGE:
    case MESSAGE_FETCH_NEW_VIEW:
    case MESSAGE_ASK:
        return 0; /* hints and questions: nothing is believed of them */
    }
    return CONCLAVE_EFORMAT;
}

int authenticate(struct authenticator *a, struct message *m, uint16_t from,
                 struct authentic *out)
{
    int error = auth_seat(a, from);
    if (error == 0) {
        error = check_message(a, m, from);
    }
    if (error == 0) {
        *out = (struct authentic){.message = m, .from = from};
    }
    return error;
}
