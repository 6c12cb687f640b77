/* SPDX-License-Identifier: ISC */
/* Section 11 checks 6 and 7: what was proposed, and what each seat had sealed. */
#include "verify/checks.h"

#include "hash/hash.h"
#include "wire/shared.h"

bool check_proposal(struct verification *v)
{
    const struct proof *p = v->proof;
    struct hash id = hash_operation(p->propose_encoding);
    if (!hash_equal(&id, &p->record.proposal)) {
        return verify_refuse(v, "the proposal in the bundle is not the one that the record "
                                "is about: its proposer, class, title, text, evidence, "
                                "payload or nonce was changed");
    }
    if (p->propose.seat < 1 || p->propose.seat > v->charter->seat_count) {
        return verify_refuse(v, "the proposer is seat %u, but the charter has %u seats",
                             (unsigned)p->propose.seat, (unsigned)v->charter->seat_count);
    }
    if (p->propose.propose.class_index != p->record.class_index) {
        return verify_refuse(v, "the proposal's class is %u, the record's %u",
                             (unsigned)p->propose.propose.class_index,
                             (unsigned)p->record.class_index);
    }
    return true;
}

static bool check_opening(struct verification *v, const struct proof_opening *o)
{
    const struct record *r = &v->proof->record;
    const struct seat_record *s = &r->seats[o->seat - 1];
    struct hash opened = hash_commitment(&v->charter->council_id, &r->proposal, o->seat,
                                         &o->ballot, o->nonce);
    if (!hash_equal(&opened, &s->commitment)) {
        return verify_refuse(v,
                             "the opening of %s is not what that seat had sealed: its "
                             "choice, confidence, rationale or nonce, or the record's "
                             "commitment, was changed",
                             verify_seat(v, o->seat));
    }
    struct hash rationale = hash_rationale(o->ballot.rationale);
    if (o->ballot.choice != s->choice) {
        return verify_refuse(v, "the choice of %s is %s, in the record it is %s",
                             verify_seat(v, o->seat), choice_name(o->ballot.choice),
                             choice_name(s->choice));
    }
    if (o->ballot.confidence != s->confidence) {
        return verify_refuse(v, "the confidence of %s is %u, in the record it is %u",
                             verify_seat(v, o->seat), (unsigned)o->ballot.confidence,
                             (unsigned)s->confidence);
    }
    if (!hash_equal(&rationale, &s->rationale_hash)) {
        return verify_refuse(v, "the rationale of %s is not the one of the record",
                             verify_seat(v, o->seat));
    }
    return true;
}

bool check_openings(struct verification *v)
{
    const struct proof *p = v->proof;
    uint16_t next = 0;
    for (uint16_t seat = 1; seat <= p->record.seat_count; seat++) {
        bool is_there = next < p->opening_count && p->openings[next].seat == seat;
        if (p->record.seats[seat - 1].has_reveal && !is_there) {
            return verify_refuse(v,
                                 "%s opened its ballot, the record says, but the bundle "
                                 "lacks the opening",
                                 verify_seat(v, seat));
        }
        if (is_there && !p->record.seats[seat - 1].has_reveal) {
            return verify_refuse(v,
                                 "there is an opening of %s, which opened no ballot by the "
                                 "record",
                                 verify_seat(v, seat));
        }
        if (is_there && !check_opening(v, &p->openings[next])) {
            return false;
        }
        next += is_there;
    }
    if (next < p->opening_count) {
        return verify_refuse(
            v, "there is an opening of seat %u, but the record has %u seats",
            (unsigned)p->openings[next].seat, (unsigned)p->record.seat_count);
    }
    return true;
}
