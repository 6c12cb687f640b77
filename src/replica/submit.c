/* SPDX-License-Identifier: ISC */
/* What the seat's clients ask for: proposals, ballots, other operations. */
#include "replica/inside.h"

#include "hash/hash.h"
#include "wire/codec.h"

#include <sodium.h>

static uint32_t open_of_seat(const struct replica *r)
{
    struct replica_load load;
    const struct proposal *p;
    replica_load(r, &load);
    uint32_t count = load.proposals;
    for (size_t i = 0; (p = council_at(r->council, i)) != NULL; i++) {
        count += p->proposer == r->seat;
    }
    return count;
}

int replica_propose(struct replica *r, const struct propose *p, struct hash *id,
                    struct complaint *why)
{
    struct buffer encoding = {NULL, 0, 0};
    struct operation op = {.kind = OPERATION_PROPOSE, .seat = r->seat, .propose = *p};
    struct operation check;
    codec_encode_operation(&encoding, &op);
    /* The decoder's rules are the council's: what it refuses would never be ordered. */
    int error = codec_decode_operation(buffer_slice(&encoding), &check);
    *id = hash_operation(buffer_slice(&encoding));
    if (error != 0) {
        (void)complain(why, error,
                       "the proposal is %s: see the limits in "
                       "conclave-protocol(7)",
                       error_text(error));
    } else if (p->class_index >= r->config.council.class_count) {
        error = complain(why, CONCLAVE_EINVAL, "there is no such decision class");
    } else if (council_knows(r->council, id) || outbox_holds(r, id)) {
        error = 0;
    } else if (open_of_seat(r) >= r->config.council.open_proposals) {
        error =
            complain(why, CONCLAVE_ELIMIT,
                     "this seat has %u undecided proposals, the most the charter allows: "
                     "wait for one to be decided",
                     (unsigned)r->config.council.open_proposals);
    } else {
        /* Durable at the end of the turn, before the client has its answer. */
        outbox_add(r, buffer_slice(&encoding), true);
    }
    buffer_free(&encoding);
    return error;
}

static bool same_ballot(const struct ballot *a, const struct ballot *b)
{
    return a->choice == b->choice && a->confidence == b->confidence &&
           slice_equal(a->rationale, b->rationale);
}

int replica_answer(struct replica *r, const struct hash *proposal, const struct ballot *b,
                   struct complaint *why)
{
    const struct proposal *p = council_find(r->council, proposal);
    struct own_ballot mine;
    struct ballot held;
    if (replica_own_ballot(r, proposal, &held)) {
        return same_ballot(&held, b)
                   ? 0
                   : complain(why, CONCLAVE_EEXIST,
                              "this seat holds another ballot already: %s, confidence %u",
                              choice_name(held.choice), (unsigned)held.confidence);
    }
    if (p == NULL) {
        bool known = council_knows(r->council, proposal);
        return complain(why, known ? CONCLAVE_ESTATE : CONCLAVE_ENOENT,
                        known ? "the proposal is final, without a ballot of this seat"
                              : "there is no such proposal");
    }
    if (p->phase != PROPOSAL_SEALED) {
        return complain(why, CONCLAVE_ESTATE, "ballots are no longer taken");
    }
    if (!replica_may_answer(r, p)) {
        return complain(why, CONCLAVE_ESTATE,
                        "this seat has lost its state, and may have voted on it before");
    }
    mine = (struct own_ballot){.proposal = *proposal, .ballot = *b};
    r->ports.random_bytes(r->ports.context, mine.nonce, sizeof(mine.nonce));
    /* The end of the turn makes the ballot and its nonce durable, then lets the commitment
     * leave; the client's answer is later still. */
    ballots_keep(r, &mine);
    sodium_memzero(&mine, sizeof(mine));
    return 0;
}

int replica_submit(struct replica *r, struct slice operation, bool durable)
{
    struct operation op;
    int error = codec_decode_operation(operation, &op);
    if (error == 0) {
        outbox_add(r, operation, durable);
    }
    return error;
}
