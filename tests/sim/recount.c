/* SPDX-License-Identifier: ISC */
#include "recount.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include "../council/naive.h"

#include <stdlib.h>
#include <string.h>

enum { OPERATIONS_MAX = 900 };

/* Hashes by number. */
struct names {
    struct hash *hashes;
    unsigned count, capacity;
};

static unsigned number_of(struct names *n, const struct hash *h)
{
    for (unsigned i = 0; i < n->count; i++) {
        if (hash_equal(&n->hashes[i], h)) {
            return i;
        }
    }
    if (n->count == n->capacity) {
        n->capacity = n->capacity > 0 ? 2 * n->capacity : 64;
        n->hashes = alloc_resize(n->hashes, n->capacity, sizeof(*n->hashes));
    }
    n->hashes[n->count] = *h;
    return n->count++;
}

struct reading {
    struct schedule s;
    struct names proposals, commitments;
    const struct hash *genesis;
    bool known; /* all that it holds is of a kind that naive.h counts */
};

static void add(struct reading *r, const struct raw *op)
{
    struct schedule *s = &r->s;
    if (s->count == s->capacity) {
        s->capacity = s->capacity > 0 ? 2 * s->capacity : 256;
        s->ops = alloc_resize(s->ops, s->capacity, sizeof(*s->ops));
    }
    s->ops[s->count++] = *op;
}

/* Of a commitment the choice is known once it is opened; until then it matters nowhere. */
static void read_operation(struct reading *r, unsigned height, struct slice encoding)
{
    struct operation op;
    struct hash h;
    if (codec_decode_operation(encoding, &op) != 0) {
        r->known = false;
        return;
    }
    struct raw raw = {.block = height, .seat = op.seat};
    switch (op.kind) {
    case OPERATION_PROPOSE:
        h = hash_operation(encoding);
        raw.kind = RAW_PROPOSE;
        raw.proposal = number_of(&r->proposals, &h);
        break;
    case OPERATION_BALLOT:
        raw.kind = RAW_BALLOT;
        raw.proposal = number_of(&r->proposals, &op.ballot.proposal);
        raw.variant = number_of(&r->commitments, &op.ballot.commitment);
        break;
    case OPERATION_REVEAL:
        h = hash_commitment(r->genesis, &op.reveal.proposal, op.seat, &op.reveal.ballot,
                            op.reveal.nonce);
        raw.kind = RAW_REVEAL;
        raw.proposal = number_of(&r->proposals, &op.reveal.proposal);
        raw.variant = number_of(&r->commitments, &h);
        raw.choice = op.reveal.ballot.choice;
        break;
    case OPERATION_EVIDENCE:
        raw.kind = RAW_EVIDENCE;
        break;
    case OPERATION_RETURN:
        return;
    }
    add(r, &raw);
}

static void read_blocks(struct reading *r, struct cluster *c)
{
    struct schedule *s = &r->s;
    for (uint64_t h = 1; h <= s->blocks; h++) {
        const struct block *b = cluster_block(c, h);
        s->time_ms[h] = b->header.time_ms;
        for (uint32_t i = 0; i < b->count; i++) {
            for (uint32_t j = 0; j < b->envelopes[i]->count; j++) {
                read_operation(r, (unsigned)h, b->envelopes[i]->operations[j]);
            }
        }
    }
    for (size_t i = 0; i < s->count; i++) {
        for (size_t j = 0; s->ops[i].kind == RAW_BALLOT && j < s->count; j++) {
            if (s->ops[j].kind == RAW_REVEAL && s->ops[j].variant == s->ops[i].variant) {
                s->ops[i].choice = s->ops[j].choice;
            }
        }
    }
    s->proposals = r->proposals.count;
}

static bool same(const struct naive_proposal *n, const struct record *r, uint16_t seats,
                 char *why, size_t size)
{
    if (n->opened != r->opened.height || n->sealed != r->sealed.height ||
        n->decided != r->decided.height || n->final != r->final.height) {
        (void)snprintf(
            why, size,
            "opened, sealed, decided, final: %u %u %u %u counted again, the "
            "record has %llu %llu %llu %llu",
            n->opened, n->sealed, n->decided, n->final,
            (unsigned long long)r->opened.height, (unsigned long long)r->sealed.height,
            (unsigned long long)r->decided.height, (unsigned long long)r->final.height);
        return false;
    }
    if (n->outcome != r->outcome || n->reason != r->reason || n->approve != r->approve ||
        n->reject != r->reject || n->abstain != r->abstain) {
        (void)snprintf(why, size, "counted again %s %u:%u:%u, the record has %s %u:%u:%u",
                       outcome_name(n->outcome), n->approve, n->reject, n->abstain,
                       outcome_name(r->outcome), r->approve, r->reject, r->abstain);
        return false;
    }
    for (uint16_t seat = 1; seat <= seats; seat++) {
        if (n->seats[seat].status != r->seats[seat - 1].status) {
            (void)snprintf(why, size, "seat %u is %s, the record says %s", seat,
                           seat_status_name(n->seats[seat].status),
                           seat_status_name(r->seats[seat - 1].status));
            return false;
        }
    }
    return true;
}

static bool compare(struct cluster *c, const struct naive *n, const struct reading *r,
                    uint64_t *proposals, char *why, size_t size)
{
    for (unsigned i = 0; i < r->proposals.count; i++) {
        const struct record *record = cluster_record_of(c, &r->proposals.hashes[i]);
        if ((record != NULL) != (n->p[i].final != 0)) {
            (void)snprintf(why, size, "a proposal is %sfinal, counted again it is not so",
                           record != NULL ? "" : "not ");
            return false;
        }
        if (record != NULL && !same(&n->p[i], record, r->s.seats, why, size)) {
            return false;
        }
        *proposals += record != NULL;
    }
    return true;
}

bool recount(struct cluster *c, const struct cluster_config *k, uint64_t *proposals,
             char *why, size_t size)
{
    const struct council_class *one = &k->council.classes[0], *two = one + 1;
    struct reading r = {.genesis = cluster_genesis(c), .known = true};
    bool good = true;
    if (one->commit_ms != two->commit_ms || one->reveal_ms != two->reveal_ms ||
        one->grace_ms != two->grace_ms || cluster_top(c) > NAIVE_BLOCKS) {
        return true;
    }
    r.s = (struct schedule){.seats = k->seats,
                            .faulty = quorum_faulty(k->seats),
                            .threshold = one->threshold,
                            .commit_ms = one->commit_ms,
                            .reveal_ms = one->reveal_ms,
                            .grace_ms = one->grace_ms,
                            .open_proposals = k->council.open_proposals,
                            .epoch_decisions = k->council.epoch_decisions,
                            .epoch_absences = k->council.epoch_absences,
                            .blocks = (unsigned)cluster_top(c)};
    read_blocks(&r, c);
    if (r.known && r.s.count <= OPERATIONS_MAX && r.s.proposals <= NAIVE_PROPOSALS) {
        struct naive *n = alloc_zero(1, sizeof(*n));
        naive_recount(n, &r.s);
        good = compare(c, n, &r, proposals, why, size);
        free(n);
    }
    free(r.s.ops);
    free(r.proposals.hashes);
    free(r.commitments.hashes);
    return good;
}
