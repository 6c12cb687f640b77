/* SPDX-License-Identifier: ISC */
/*
 * A small council whose seats' keys are all at hand, to make anything signed, rightly or
 * not. What is made here is unknown to the authenticator that judges it, so every verdict
 * is a real one.
 */
#ifndef CONCLAVE_TESTS_SIGNERS_H
#define CONCLAVE_TESTS_SIGNERS_H

#include "crypto/authenticate.h"

struct signers {
    uint16_t seats;
    uint16_t quorum;
    struct hash council_id;
    struct secret_key *secrets[SEATS_MAX];
    struct public_key keys[SEATS_MAX];
    struct authenticator judge; /* 4 decision classes */
    struct authenticator maker;
};

/* Two councils of the same number of seats differ where council does. */
void signers_init(struct signers *s, uint16_t seats, uint8_t council);
void signers_free(struct signers *s);

/* Everything below is signed by the seat named, whatever the rules say of it. */

void signers_sign(const struct signers *s, uint16_t seat, const char *label,
                  const struct buffer *body, struct signature *out);
struct vote signers_vote(const struct signers *s, enum phase phase, uint16_t seat,
                         uint64_t view, uint64_t height, const struct hash *block);
/* Of the seats first, first + 1, ... The caller unrefs it. */
struct certificate *signers_certificate(const struct signers *s, const struct best *what,
                                        uint16_t first, uint16_t count);
struct view_change signers_view_change(const struct signers *s, uint16_t seat,
                                       uint64_t view, const struct best *best);
/* Signs again what was changed. */
void signers_new_view(const struct signers *s, uint16_t seat, struct new_view *v);

/* An encoded operation; the caller frees it. */
struct buffer signers_operation(const struct operation *op);
struct operation signers_ballot(uint16_t seat, uint8_t proposal, uint8_t commitment);
/* The decoded envelope of these operations under any signature, NULL for none; ends the
 * program where the codec refuses it. */
struct envelope *signers_raw_envelope(uint16_t seat, const struct operation *ops,
                                      size_t count, const struct signature *signature);
/* The same, signed by `signer` where the operations are of a signed kind. */
struct envelope *signers_envelope(const struct signers *s, uint16_t seat, uint16_t signer,
                                  const struct operation *ops, size_t count);

/* 32 bytes of one value. */
struct hash signers_hash(uint8_t byte);

#endif
