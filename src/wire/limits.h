/* SPDX-License-Identifier: ISC */
/* Limits of conclave-protocol(7) section 3, checked before any allocation. Bytes,
 * unless the name says otherwise. */
#ifndef CONCLAVE_WIRE_LIMITS_H
#define CONCLAVE_WIRE_LIMITS_H

enum {
    PROTOCOL_VERSION = 1,

    SEATS_MIN = 4,
    SEATS_MAX = 128,

    FRAME_MAX = 4 * 1024 * 1024,
    BLOCK_MAX = 2 * 1024 * 1024,          /* of envelopes */
    BLOCK_ENCODING_MAX = BLOCK_MAX + 256, /* with room for the header */
    BLOCK_ENVELOPES_MAX = 1024,           /* envelopes in one block */
    ENVELOPE_MAX = 256 * 1024,
    OPERATION_MAX = 128 * 1024,
    ENVELOPE_OPERATIONS_MAX = 1024, /* operations in one envelope */

    TEXT_MAX = 64 * 1024,
    EVIDENCE_TEXT_MAX = 48 * 1024,
    TITLE_MAX = 200,
    RATIONALE_MAX = 4 * 1024,
    SEAT_NAME_MAX = 32,
    PROPOSE_NONCE_MAX = 32,
    CLASSES_MAX = 32,
    STATEMENT_BODY_MAX = 128, /* what a statement of EVIDENCE says */
    STATEMENT_PATH_MAX = 64,  /* hashes */

    HASH_BYTES = 32,
    SIGNATURE_BYTES = 64,
    PUBLIC_KEY_BYTES = 32,
    BALLOT_NONCE_BYTES = 32,
    INSTANCE_BYTES = 16,
    HEARTBEAT_VERSION_MAX = 32,
    CONFIDENCE_MAX = 100,
};

#endif
