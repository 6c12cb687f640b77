/* SPDX-License-Identifier: ISC */
/* What the seat keeps for itself: votes, certificates, ballots, flags. */
#include "audit/audit_private.h"

#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <inttypes.h>
#include <stdio.h>

static bool is_own_vote(const struct audit *a, const struct vote *v)
{
    struct buffer body = {NULL, 0, 0};
    uint16_t seat = ledger_identity(a->ledger)->seat;
    codec_body_vote(&body, v->view, v->height, &v->block);
    bool good =
        v->seat == seat &&
        sign_verify(&a->keys[seat - 1],
                    v->phase == PHASE_PREPARE ? LABEL_PREPARE : LABEL_COMMIT,
                    &a->charter->council_id, buffer_slice(&body), &v->signature) == 0;
    buffer_free(&body);
    return good;
}

static bool check_saved(struct audit *a, const struct ledger_saved *s)
{
    for (size_t i = 0; i < s->vote_count && !a->options->quick; i++) {
        if (!is_own_vote(a, &s->votes[i])) {
            return audit_differs(a, AUDIT_OWN, s->votes[i].height,
                                 "a vote is kept that this seat did not sign");
        }
    }
    if (s->best != NULL && !a->options->quick &&
        authenticate_certificate(&a->authenticator, s->best) != 0) {
        return audit_differs(a, AUDIT_OWN, s->best->what.height,
                             "the best certificate known is not of a quorum");
    }
    if (s->standing.lost) {
        (void)snprintf(a->report->standing.text, sizeof(a->report->standing.text),
                       "the seat counts as one that has lost its state; it votes again "
                       "when its node has found that safe");
    }
    return true;
}

/* Whether the ballot opens what the seat has committed itself to. */
static bool opens(const struct audit *a, const struct proposal *p, uint16_t seat)
{
    struct own_ballot own;
    if (ledger_get_ballot(a->ledger, &p->id, &own) != 0) {
        return false;
    }
    struct hash commitment =
        hash_commitment(&a->charter->council_id, &p->id, seat, &own.ballot, own.nonce);
    return hash_equal(&commitment, &p->seats[seat - 1].commitment);
}

static void look_at_ballots(struct audit *a)
{
    uint16_t seat = ledger_identity(a->ledger)->seat;
    const struct proposal *p;
    unsigned closed = 0;
    for (size_t i = 0; (p = council_at(a->council, i)) != NULL; i++) {
        const struct seat_ballot *b = &p->seats[seat - 1];
        closed += b->committed && !b->revealed && !opens(a, p, seat);
    }
    if (closed > 0) {
        (void)snprintf(a->report->ballots.text, sizeof(a->report->ballots.text),
                       "the store lacks this seat's ballot on %u open proposals: the seat "
                       "will withhold it",
                       closed);
    }
}

static void count_own(void *context, const struct hash *id, struct slice operation)
{
    struct operation op;
    unsigned *bad = context;
    (void)id;
    *bad += codec_decode_operation(operation, &op) != 0;
}

static void ignore_flag(void *context, uint64_t id, struct slice encoding)
{
    (void)context, (void)id, (void)encoding;
}

bool audit_own(struct audit *a)
{
    struct ledger_saved saved;
    unsigned bad = 0;
    int error = ledger_load_saved(a->ledger, &saved);
    if (error != 0) {
        return audit_differs(a, AUDIT_OWN, 0, "what the seat signed cannot be read: %s",
                             error_text(error));
    }
    bool good = check_saved(a, &saved);
    ledger_saved_clear(&saved);
    error = good ? ledger_each_own(a->ledger, count_own, &bad) : 0;
    if (error != 0 || bad > 0) {
        return audit_differs(a, AUDIT_OWN, 0,
                             "the seat's own operations cannot be read: %s",
                             error_text(error != 0 ? error : CONCLAVE_EFORMAT));
    }
    error = good ? ledger_each_flag(a->ledger, ignore_flag, NULL) : 0;
    if (error != 0) {
        return audit_differs(a, AUDIT_FLAGS, 0, "the flags cannot be read: %s",
                             error_text(error));
    }
    if (good) {
        look_at_ballots(a);
    }
    return good;
}
