/* SPDX-License-Identifier: ISC */
#include "proof/proof.h"

#include "base/alloc.h"
#include "hash/hash.h"
#include "hash/tree.h"
#include "proof/find.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <inttypes.h>
#include <stdlib.h>

/* What a bundle under construction holds on to. */
struct maker {
    struct ledger *ledger;
    struct proof proof;
    struct bytes *record;
    struct hash path[MERKLE_PATH_MAX];
    struct finds finds;
    struct complaint *why;
};

int proof_cover(struct ledger *l, uint64_t height, struct header *header,
                struct certificate **certificate)
{
    /* No header covers its own height. */
    uint64_t from = height + 1;
    for (;;) {
        struct certificate *c = NULL;
        struct hash hash;
        int error = ledger_commit_of(l, from, &c);
        if (error == 0) {
            error = ledger_header(l, c->what.height, header, &hash);
        }
        if (error == 0 && header->executed_height >= height) {
            *certificate = c;
            return 0;
        }
        from = error == 0 ? c->what.height + 1 : from;
        certificate_unref(c);
        if (error != 0) {
            return error == CONCLAVE_ENOENT ? CONCLAVE_ESTATE : error;
        }
    }
}

static int load_record(struct maker *m, const struct hash *id, uint64_t *final_height)
{
    struct ledger_proposal p;
    int error = ledger_proposal(m->ledger, id, &p);
    if (error == CONCLAVE_ENOENT) {
        return complain(m->why, error, "the ledger has no such proposal");
    }
    if (error == 0 && p.final_height == 0) {
        return complain(m->why, CONCLAVE_ESTATE,
                        "the proposal is not final yet: wait until it is, conclave watch "
                        "tells");
    }
    if (error == 0) {
        m->proof.index = p.record_index;
        *final_height = p.final_height;
        error = ledger_record(m->ledger, p.record_index, &m->record);
    }
    if (error == 0) {
        m->proof.record_encoding = bytes_slice(m->record);
        error = codec_decode_record(m->proof.record_encoding, &m->proof.record);
    }
    return error == 0 ? 0
                      : complain(m->why, CONCLAVE_ECORRUPT, "the record cannot be read: %s",
                                 error_text(error));
}

/* How many records the state after that height has: few are made in the blocks between. */
static int count_records(struct maker *m, uint64_t height)
{
    uint64_t count = m->proof.index + 1;
    uint64_t all = ledger_record_count(m->ledger);
    bool more = count < all;
    while (more) {
        struct bytes *stored = NULL;
        struct record next;
        int error = ledger_record(m->ledger, count, &stored);
        error = error == 0 ? codec_decode_record(bytes_slice(stored), &next) : error;
        bytes_unref(stored);
        if (error != 0) {
            return error;
        }
        more = next.final.height <= height && ++count < all;
    }
    m->proof.count = count;
    return 0;
}

static int add_state(struct maker *m, uint64_t final_height)
{
    struct tree_source tree = {ledger_tree_node, m->ledger};
    struct proof *p = &m->proof;
    size_t length = 0;
    int error = proof_cover(m->ledger, final_height, &p->header, &p->certificate);
    if (error == CONCLAVE_ESTATE) {
        return complain(m->why, error,
                        "no certificate covers the decision of block %" PRIu64
                        " yet: try again in a moment, and see conclave status when it "
                        "stays so",
                        final_height);
    }
    uint64_t covered = p->header.executed_height;
    if (error == 0) {
        error = ledger_effects(m->ledger, covered, &p->effects);
    }
    if (error == 0) {
        error = count_records(m, covered);
    }
    if (error == 0) {
        error = tree_path(&tree, p->index, p->count, m->path, &length);
    }
    if (error == CONCLAVE_ENOENT) {
        return complain(m->why, error,
                        "the store does not keep what a proof needs: it is of an older "
                        "build, start the daemon of this one on it once");
    }
    p->path = slice_of(m->path, length * sizeof(m->path[0]));
    return error == 0 ? 0
                      : complain(m->why, error, "the state of block %" PRIu64 ": %s",
                                 covered, error_text(error));
}

static int add_operations(struct maker *m, bool full)
{
    int error =
        find_operations(m->ledger, &m->proof.council_id, &m->proof.record, full, &m->finds);
    if (error != 0) {
        return complain(m->why, error,
                        "the blocks of the proposal do not hold what its record says: run "
                        "conclave fsck");
    }
    m->proof.propose_encoding = m->finds.propose;
    m->proof.is_full = full;
    m->proof.proposer = m->finds.proposer;
    for (uint16_t i = 0; i < m->proof.record.seat_count; i++) {
        const struct seat_record *s = &m->proof.record.seats[i];
        if (s->has_reveal) {
            m->proof.openings[m->proof.opening_count++] = m->finds.openings[i];
        }
        if (s->has_ballot && full) {
            m->proof.hands[m->proof.hand_count++] = m->finds.hands[i];
        }
    }
    return 0;
}

int proof_build(struct ledger *l, const struct hash *council_id, const struct hash *id,
                bool full, struct buffer *out, struct complaint *why)
{
    struct maker *m = alloc_zero(1, sizeof(*m));
    uint64_t final_height = 0;
    m->ledger = l;
    m->why = why;
    m->proof.council_id = *council_id;
    int error = load_record(m, id, &final_height);
    if (error == 0) {
        error = add_state(m, final_height);
    }
    if (error == 0) {
        error = add_operations(m, full);
    }
    if (error == 0) {
        codec_encode_proof(out, &m->proof);
    }
    finds_clear(&m->finds);
    certificate_unref(m->proof.certificate);
    bytes_unref(m->record);
    free(m);
    return error;
}
