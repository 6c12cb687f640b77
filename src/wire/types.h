/* SPDX-License-Identifier: ISC */
/*
 * What the nodes say to each other and keep, as plain structs without code:
 * conclave-protocol(7) sections 3, 5 and 6. Seats are numbered 1..n, 0 is none.
 *
 * Envelopes, blocks, certificates and NEW-VIEWs are immutable once made and shared
 * by counting references (wire/shared.h). Slices in them point into bytes that the
 * object itself keeps alive.
 */
#ifndef CONCLAVE_WIRE_TYPES_H
#define CONCLAVE_WIRE_TYPES_H

#include "base/bytes.h"
#include "wire/limits.h"

#include <stdbool.h>
#include <stdint.h>

struct hash {
    uint8_t bytes[HASH_BYTES];
};

struct signature {
    uint8_t bytes[SIGNATURE_BYTES];
};

/* --- operations (section 5) --- */

enum operation_kind {
    OPERATION_PROPOSE = 1,
    OPERATION_BALLOT = 2,
    OPERATION_REVEAL = 3,
    OPERATION_EVIDENCE = 4,
    OPERATION_RETURN = 5,
};

enum choice { CHOICE_REJECT = 0, CHOICE_APPROVE = 1, CHOICE_ABSTAIN = 2 };

struct ballot {
    enum choice choice;
    uint8_t confidence; /* 0..100 */
    struct slice rationale;
};

struct propose {
    uint32_t class_index; /* into the charter's classes, from 0 */
    struct slice title;
    struct slice text;
    struct slice evidence; /* a JSON object as text, or empty; never judged */
    struct slice payload;  /* a 32-byte digest, or empty */
    struct slice nonce;    /* 1..32 bytes, the proposer's */
};

struct ballot_commit {
    struct hash proposal;
    struct hash commitment;
};

struct reveal {
    struct hash proposal;
    struct ballot ballot;
    uint8_t nonce[BALLOT_NONCE_BYTES];
};

enum evidence_kind {
    EVIDENCE_PREPARE = 1,
    EVIDENCE_COMMIT = 2,
    EVIDENCE_NEW_VIEW = 3,
    EVIDENCE_BALLOT = 4,
};

/* One of the two conflicting statements. */
struct statement {
    struct slice body;   /* kinds 1-3: the signed CBOR body as it was signed */
    struct slice ballot; /* kind 4: the encoded BALLOT operation, */
    uint32_t index;      /*         its place in the envelope, */
    uint32_t count;      /*         the envelope's number of operations, */
    struct slice path;   /*         the Merkle path to env_root, whole hashes */
    struct signature signature;
};

struct evidence {
    enum evidence_kind kind;
    struct statement first, second;
};

struct return_request {
    uint64_t view;
    uint8_t instance[INSTANCE_BYTES];
};

struct operation {
    enum operation_kind kind;
    uint16_t seat;
    union {
        struct propose propose;
        struct ballot_commit ballot;
        struct reveal reveal;
        struct evidence evidence;
        struct return_request return_request;
    };
};

enum envelope_sort { ENVELOPE_SIGNED = 0, ENVELOPE_UNSIGNED = 1 };
enum { ENVELOPE_SORTS = 2 };

/* What most questions about an operation need, so that it is decoded once. */
struct brief {
    enum operation_kind kind;
    uint32_t class_index; /* of a PROPOSE */
    struct hash proposal; /* of a PROPOSE its own id, filled in by hash_envelope(); of a
                             BALLOT or REVEAL the one that it names; else zero */
};

struct envelope {
    size_t references;
    struct bytes *owner;   /* what the slices point into */
    struct slice encoding; /* [seat, [operation, ...], signature] */
    uint16_t seat;
    enum envelope_sort sort;
    bool has_evidence;          /* holds an EVIDENCE operation */
    bool authentic;             /* says crypto/authenticate.h, and nobody else */
    struct signature signature; /* zero when unsigned */
    struct hash env_root;       /* MTH of the operations' encodings */
    struct hash id; /* RFC 6962 leaf hash of [seat, count, env_root, signature] */
    uint32_t count;
    struct slice *operations; /* each one's encoding, its shape and text checked */
    struct brief *briefs;     /* [count], behind this struct as the operations are */
};

/* --- blocks (section 6) --- */

struct header {
    uint64_t version;
    uint64_t height;
    struct hash prev_hash;
    uint64_t view;
    uint64_t time_ms; /* since the epoch */
    struct hash ops_root;
    uint64_t executed_height;
    struct hash state_root;
};

struct block {
    size_t references;
    struct bytes *owner;
    struct slice encoding; /* [header, [envelope, ...]] */
    struct header header;
    struct hash hash;
    uint32_t count;
    struct envelope *envelopes[]; /* references held */
};

/* --- votes and certificates (section 6) --- */

enum phase { PHASE_PREPARE = 0, PHASE_COMMIT = 1 };

/* A PREPARE or COMMIT: signed over [view, height, block]. */
struct vote {
    enum phase phase;
    uint16_t seat;
    uint64_t view;
    uint64_t height;
    struct hash block;
    struct signature signature;
};

enum certificate_kind {
    CERTIFICATE_NONE = 0,
    CERTIFICATE_PREPARED = 1,
    CERTIFICATE_COMMIT = 2
};

/* What a certificate certifies; ordered by (view, height). */
struct best {
    enum certificate_kind kind;
    uint64_t view;
    uint64_t height;
    struct hash block;
};

struct certificate_entry {
    uint16_t seat;
    struct signature signature;
};

struct certificate {
    size_t references;
    bool authentic; /* says crypto/authenticate.h, and nobody else */
    struct best what;
    uint16_t count;                     /* exactly q, checked by crypto */
    struct certificate_entry entries[]; /* ascending seats */
};

/*
 * Whether a seat lost what it signed (Restore-safe seats), as its store keeps it. All zero:
 * it never did.
 */
struct standing {
    bool founded;    /* this store was here before the council's first block was */
    bool lost;       /* until it holds a certificate of a view above `view`; */
    bool has_view;   /* which is known */
    uint64_t view;   /* V: it can have voted in no view above this one */
    uint64_t height; /* of that certificate, once there was one: it casts no ballot on
                        proposals opened up to here */
};

/* Signed over [view, best]. */
struct view_change {
    uint16_t seat;
    uint64_t view;
    struct best best;
    struct signature signature;
};

struct new_view {
    size_t references;
    uint64_t view;
    struct hash tip;
    struct signature signature;      /* the primary's, over [view, tip, changes_hash] */
    struct hash changes_hash;        /* H("conclave/1/view-changes", changes) */
    struct certificate *certificate; /* of the highest best; NULL when all are kind 0 */
    uint16_t count;                  /* exactly q */
    struct view_change changes[];    /* ascending seats, each for this view */
};

#endif
