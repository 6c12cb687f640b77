/* SPDX-License-Identifier: ISC */
/* Section 11 check 9: the proposer and each seat signed themselves, in a full bundle. */
#include "verify/checks.h"

#include "hash/hash.h"
#include "wire/codec.h"

static bool check_hand(struct verification *v, const struct proof_hand *h,
                       struct slice operation, const char *what)
{
    struct hash env_root;
    struct buffer body = {0};
    if (!verify_climb(operation, h->index, h->count, h->path, &env_root)) {
        return verify_refuse(v,
                             "the path of %s's %s is not one of operation number %u (from "
                             "0) among %u",
                             verify_seat(v, h->seat), what, (unsigned)h->index,
                             (unsigned)h->count);
    }
    codec_body_envelope(&body, h->count, &env_root);
    bool good =
        verify_signature(v, h->seat, LABEL_ENVELOPE, buffer_slice(&body), &h->signature);
    buffer_free(&body);
    return good || verify_refuse(v,
                                 "the signature of %s does not hold for its %s: the "
                                 "signature, index, count or path was changed",
                                 verify_seat(v, h->seat), what);
}

static bool check_ballot(struct verification *v, const struct proof_hand *h)
{
    const struct record *r = &v->proof->record;
    struct operation op = {.kind = OPERATION_BALLOT, .seat = h->seat};
    struct buffer encoding = {0};
    op.ballot.proposal = r->proposal;
    op.ballot.commitment = r->seats[h->seat - 1].commitment;
    codec_encode_operation(&encoding, &op);
    bool good = check_hand(v, h, buffer_slice(&encoding), "sealed ballot");
    buffer_free(&encoding);
    return good;
}

static bool check_ballots(struct verification *v)
{
    const struct proof *p = v->proof;
    uint16_t next = 0;
    for (uint16_t seat = 1; seat <= p->record.seat_count; seat++) {
        bool is_there = next < p->hand_count && p->hands[next].seat == seat;
        bool has_ballot = p->record.seats[seat - 1].has_ballot;
        if (is_there != has_ballot) {
            return verify_refuse(v,
                                 has_ballot
                                     ? "%s sealed a ballot, the record says, but the "
                                       "bundle lacks its signature"
                                     : "there is a signature for a sealed ballot of %s, "
                                       "which sealed none by the record",
                                 verify_seat(v, seat));
        }
        if (is_there && !check_ballot(v, &p->hands[next])) {
            return false;
        }
        next += is_there;
    }
    if (next < p->hand_count) {
        return verify_refuse(v,
                             "there is a signature of seat %u, but the record has %u seats",
                             (unsigned)p->hands[next].seat, (unsigned)p->record.seat_count);
    }
    return true;
}

bool check_hands(struct verification *v)
{
    const struct proof *p = v->proof;
    if (p->proposer.seat != p->propose.seat) {
        return verify_refuse(v, "the proposer is seat %u, but the signature is of seat %u",
                             (unsigned)p->propose.seat, (unsigned)p->proposer.seat);
    }
    return check_hand(v, &p->proposer, p->propose_encoding, "proposal") && check_ballots(v);
}
