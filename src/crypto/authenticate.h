/* SPDX-License-Identifier: ISC */
/*
 * Turns a decoded message into an authenticated one: fills hashes, compares roots, checks
 * ranges that need the charter, and every signature, nested ones included. After it a
 * message is valid in the sense of conclave-protocol(7) section 5; whether it has any
 * effect depends on state.
 */
#ifndef CONCLAVE_CRYPTO_AUTHENTICATE_H
#define CONCLAVE_CRYPTO_AUTHENTICATE_H

#include "crypto/sign.h"
#include "wire/message.h"

struct authenticator {
    struct hash council_id;
    uint16_t seats;
    uint32_t classes;              /* number of decision classes in the charter */
    const struct public_key *keys; /* keys[seat - 1] */
    struct verified_set *verified;
    /* for metrics: signature verifications done, those of them that failed, and those that
     * were not necessary */
    uint64_t checks, failed, remembered;
};

/*
 * m came over the channel of seat from. 0, or CONCLAVE_ESIG (a signature, hash or root),
 * CONCLAVE_ESEAT (a seat that does not exist or may not say this: a vote of another seat
 * than from, a PRE-PREPARE not from primary(view)), CONCLAVE_EFORMAT (certificate sizes,
 * order, heights and views that contradict each other), CONCLAVE_ELIMIT (class range),
 * CONCLAVE_EVERSION (a header of another version).
 * On success *out refers to m, whose hash fields are filled.
 *
 * Votes and PRE-PREPAREs must come from their own seat. Envelopes, NEW-VIEWs, BLOCKs and
 * RANGEs may be relayed by anyone. VIEW-CHANGE must come from its own seat.
 */
int authenticate(struct authenticator *a, struct message *m, uint16_t from,
                 struct authentic *out);

/* The parts, for what reaches a node by other ways (its store, its own operations). */
int authenticate_envelope(struct authenticator *a, struct envelope *e);
int authenticate_block(struct authenticator *a, struct block *b);
/* But for signatures of envelopes, where a commit certificate vouches for them. */
int authenticate_certified_block(struct authenticator *a, struct block *b);
int authenticate_certificate(struct authenticator *a, const struct certificate *c);
/* Whether the two statements exclude each other, whoever signed them: 0 or an error. */
int authenticate_conflict(uint16_t convicted, const struct evidence *v);

/*
 * Signs a vote, VIEW-CHANGE, PRE-PREPARE or NEW-VIEW of this seat in place
 * (m->...signature) and returns it as authentic: the loop back of a node's own messages.
 */
struct authentic authenticate_own(struct authenticator *a, const struct secret_key *k,
                                  uint16_t seat, struct message *m);
/* Builds and signs an envelope of this seat's operations (encoded); unsigned kinds give an
 * unsigned envelope. Mixed kinds are a programmer's error. */
struct envelope *authenticate_seal_envelope(struct authenticator *a,
                                            const struct secret_key *k, uint16_t seat,
                                            const struct slice *operations, size_t count);

#endif
