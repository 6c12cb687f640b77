/* SPDX-License-Identifier: ISC */
/* Speaking for a seat, and the council's work. */
#include "cluster/inside.h"

#include "base/alloc.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <assert.h>

/* --- speaking for a seat --- */

void cluster_report(struct cluster *c, uint16_t from)
{
    for (uint16_t to = 1; to <= c->config.seats; to++) {
        struct message m = {.tag = MESSAGE_REPORT};
        m.report.seat = to;
        if (to != from) {
            cluster_say(c, from, to, &m);
        }
    }
}

void cluster_say(struct cluster *c, uint16_t from, uint16_t to, const struct message *m)
{
    struct buffer b = {0};
    codec_encode_message(&b, m);
    struct bytes *content = bytes_copy(buffer_slice(&b));
    network_send(c, from, to, m, content);
    bytes_unref(content);
    buffer_free(&b);
}

void cluster_say_after(struct cluster *c, uint16_t from, uint16_t to,
                       const struct message *m, uint64_t ms)
{
    struct channel *l = network_link(c, from, to);
    uint64_t slow = l->slow_ms, last = l->last_at;
    l->slow_ms += ms;
    cluster_say(c, from, to, m);
    l->slow_ms = slow;
    l->last_at = last;
}

struct envelope *cluster_seal(struct cluster *c, uint16_t seat,
                              const struct slice *operations, size_t count)
{
    struct authenticator a = {.council_id = c->genesis,
                              .seats = c->config.seats,
                              .classes = c->config.council.class_count,
                              .keys = c->keys,
                              .verified = verified_set_new(16)};
    struct envelope *e =
        authenticate_seal_envelope(&a, c->secrets[seat - 1], seat, operations, count);
    verified_set_free(a.verified);
    return e;
}

void cluster_sign(struct cluster *c, uint16_t seat, struct message *m)
{
    struct authenticator a = {.council_id = c->genesis,
                              .seats = c->config.seats,
                              .classes = c->config.council.class_count,
                              .keys = c->keys,
                              .verified = verified_set_new(16)};
    (void)authenticate_own(&a, c->secrets[seat - 1], seat, m);
    verified_set_free(a.verified);
}

void cluster_forge(struct cluster *c, uint16_t seat, const struct pre_prepare *original,
                   const struct header *header, struct message *out)
{
    struct header h = *header;
    struct block *b = original->block;
    for (uint32_t i = 0; b != NULL && i < b->count; i++) {
        hash_envelope(b->envelopes[i]);
    }
    *out = (struct message){.tag = MESSAGE_PRE_PREPARE};
    out->pre_prepare.block =
        hash_build_block(&h, b != NULL ? b->envelopes : NULL, b != NULL ? b->count : 0);
    out->pre_prepare.certificate =
        original->certificate != NULL ? certificate_ref(original->certificate) : NULL;
    cluster_sign(c, seat, out);
}

/* --- the council's work --- */

struct proposal_note *cluster_proposal(struct cluster *c, const struct hash *id)
{
    for (unsigned i = c->proposal_count; i-- > 0;) {
        if (hash_equal(&c->proposals[i].id, id)) {
            return &c->proposals[i];
        }
    }
    return NULL;
}

void cluster_submit(struct cluster *c, uint16_t node, const struct operation *op)
{
    struct node *n = cluster_node(c, node);
    struct buffer encoding = {0};
    codec_encode_operation(&encoding, op);
    (void)replica_submit(n->replica, buffer_slice(&encoding), true);
    buffer_free(&encoding);
    node_settle(n);
}

unsigned cluster_propose_in(struct cluster *c, uint16_t node, uint32_t class_index,
                            unsigned approvals)
{
    char nonce[16];
    struct buffer encoding = {0};
    assert(c->proposal_count < PROPOSALS_MAX && cluster_node(c, node)->up);
    unsigned number = c->proposal_count++;
    c->proposals = alloc_resize(c->proposals, c->proposal_count, sizeof(*c->proposals));
    int length = snprintf(nonce, sizeof(nonce), "%u", number);
    struct operation op = {.kind = OPERATION_PROPOSE, .seat = cluster_node(c, node)->seat};
    op.propose.class_index = class_index;
    op.propose.title = slice_of_string("a title");
    op.propose.text = slice_of_string("what is proposed");
    op.propose.nonce = slice_of(nonce, (size_t)length);
    codec_encode_operation(&encoding, &op);
    c->proposals[number] =
        (struct proposal_note){.id = hash_operation(buffer_slice(&encoding)),
                               .seat = op.seat,
                               .approvals = approvals};
    buffer_free(&encoding);
    cluster_note(c, TRACE_STORY, "%u: proposes %u", node, number);
    cluster_submit(c, node, &op);
    return number;
}

unsigned cluster_propose(struct cluster *c, uint16_t node, unsigned approvals)
{
    return cluster_propose_in(c, node, 0, approvals);
}

const struct record *cluster_record(const struct cluster *c, unsigned proposal)
{
    assert(proposal < c->proposal_count);
    return c->proposals[proposal].final ? &c->proposals[proposal].record : NULL;
}

const struct record *cluster_record_of(const struct cluster *c, const struct hash *id)
{
    const struct proposal_note *p = cluster_proposal((struct cluster *)c, id);
    return p != NULL && p->final ? &p->record : NULL;
}

uint64_t cluster_decisions(const struct cluster *c)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < c->proposal_count; i++) {
        count += c->proposals[i].final;
    }
    return count;
}
