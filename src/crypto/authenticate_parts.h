/* SPDX-License-Identifier: ISC */
/*
 * Private to src/crypto: what the files of authenticate.h share. All return 0 or an error
 * as authenticate does. A "shape" is what can be judged without hash or signature; it is
 * always judged first.
 */
#ifndef CONCLAVE_CRYPTO_AUTHENTICATE_PARTS_H
#define CONCLAVE_CRYPTO_AUTHENTICATE_PARTS_H

#include "crypto/authenticate.h"

int auth_seat(const struct authenticator *a, uint16_t seat);
uint16_t auth_primary(const struct authenticator *a, uint64_t view);
/* Of an existing seat over body; remembered and counted. */
int auth_signature(struct authenticator *a, uint16_t seat, const char *label,
                   struct slice body, const struct signature *signature);
/* Of a vote's body: a single one, a certificate's entry, a PRE-PREPARE's statement. */
int auth_vote(struct authenticator *a, enum phase phase, uint16_t seat, uint64_t view,
              uint64_t height, const struct hash *block, const struct signature *signature);
/* Of this seat, which thereby counts as verified. */
void auth_sign(struct authenticator *a, const struct secret_key *k, uint16_t seat,
               const char *label, struct slice body, struct signature *out);

/* Whether this envelope was found authentic before; its signature counts as remembered. */
bool auth_known(struct authenticator *a, const struct envelope *e);
/* Seats, sorts and ranges of the operations; the conflict that EVIDENCE claims. */
int auth_envelope_shape(const struct authenticator *a, const struct envelope *e);
/* The envelope's signature and those inside EVIDENCE, its hashes being computed. */
int auth_envelope_signatures(struct authenticator *a, const struct envelope *e);

int auth_evidence_shape(uint16_t convicted, const struct evidence *v);
int auth_evidence_signatures(struct authenticator *a, uint16_t convicted,
                             const struct evidence *v);

int auth_certificate_shape(const struct authenticator *a, const struct certificate *c);
/* Where they were found good once, that stands. */
int auth_certificate_signatures(struct authenticator *a, struct certificate *c);

int auth_view_change(struct authenticator *a, const struct view_change *change,
                     struct certificate *certificate);
int auth_new_view(struct authenticator *a, struct new_view *v);
int auth_report(struct authenticator *a, struct report *r);

#endif
