/* SPDX-License-Identifier: ISC */
/*
 * A proof bundle, conclave-protocol(7) section 11, as data: proof makes it from a ledger,
 * verify judges it. Decoding checks lengths, shape and text; what it says is judged by
 * nobody here.
 */
#ifndef CONCLAVE_WIRE_PROOF_H
#define CONCLAVE_WIRE_PROOF_H

#include "wire/record.h"

enum {
    PROOF_MAX = 1024 * 1024, /* bytes of a bundle */
    PROOF_PATH_MAX = 64,     /* hashes of a path */
};

/* That a seat signed an operation: the operation's place among count others in an envelope,
 * the path (whole hashes) to env_root, and the envelope's signature. */
struct proof_hand {
    uint16_t seat;
    uint32_t index, count;
    struct slice path;
    struct signature signature;
};

struct proof_opening {
    uint16_t seat;
    struct ballot ballot;
    uint8_t nonce[BALLOT_NONCE_BYTES];
};

/* Slices point into what was decoded. */
struct proof {
    struct hash council_id;
    struct header header;            /* whose executed_height covers the record, */
    struct certificate *certificate; /* and a quorum's word for it */
    struct hash effects;             /* with the tree of decisions, its state root */
    uint64_t count;                  /* leaves of that tree */
    uint64_t index;                  /* the record's among them, */
    struct slice path;               /* and its path: whole hashes */
    struct slice record_encoding;
    struct record record;
    struct slice propose_encoding;
    struct operation propose;
    uint16_t opening_count;
    struct proof_opening openings[SEATS_MAX]; /* ascending seats */
    bool is_full;
    struct proof_hand proposer;         /* of the PROPOSE, */
    uint16_t hand_count;                /* and of the BALLOTs, where it is full; */
    struct proof_hand hands[SEATS_MAX]; /* ascending seats */
};

/* ["conclave/1/proof", council_id, header, certificate, effects, count, index, path,
 * record, PROPOSE, [[seat, ballot, nonce], ...], hands]; hands is [] or
 * [hand, [hand, ...]], a hand [seat, index, count, path, signature]. The two encodings are
 * written as they stand. */
void codec_encode_proof(struct buffer *out, const struct proof *p);
/* 0 or an error as in wire/codec.h, *out cleared; CONCLAVE_EFORMAT also where it does not
 * begin as a bundle does. On success the caller ends with proof_clear. */
int codec_decode_proof(struct slice input, struct proof *out);
void proof_clear(struct proof *p);

#endif
