/* SPDX-License-Identifier: ISC */
/*
 * Application messages between nodes: one CBOR array [tag, ...] in one frame.
 * Layouts are in conclave-protocol(7); wire/codec.h turns bytes into these and back.
 */
#ifndef CONCLAVE_WIRE_MESSAGE_H
#define CONCLAVE_WIRE_MESSAGE_H

#include "wire/types.h"

enum message_tag {
    MESSAGE_HEARTBEAT = 1,
    MESSAGE_ENVELOPE = 2,
    MESSAGE_PRE_PREPARE = 3,
    MESSAGE_PREPARE = 4,
    MESSAGE_COMMIT = 5,
    MESSAGE_VIEW_CHANGE = 6,
    MESSAGE_NEW_VIEW = 7,
    MESSAGE_FETCH_BLOCK = 8,
    MESSAGE_BLOCK = 9,
    MESSAGE_FETCH_RANGE = 10,
    MESSAGE_RANGE = 11,
    MESSAGE_FETCH_NEW_VIEW = 12,
    MESSAGE_ASK = 13,
    MESSAGE_REPORT = 14,
    MESSAGE_CHECKPOINT = 15,
};

enum heartbeat_flag {
    HEARTBEAT_EVALUATOR_DOWN = 1 << 0,
    HEARTBEAT_DISK_LOW = 1 << 1,
    HEARTBEAT_CLOCK_SKEW = 1 << 2,
    HEARTBEAT_CATCHING_UP = 1 << 3,
    HEARTBEAT_LOST_STATE = 1 << 4,
    HEARTBEAT_ASKING = 1 << 5, /* waits for reports before it votes */
};

/* Unsigned hints about the sender (section 10). */
struct heartbeat {
    uint64_t view;
    uint64_t height;       /* committed */
    uint8_t tip_prefix[8]; /* first bytes of the committed tip's hash */
    uint64_t monotonic_ms; /* the sender's */
    uint64_t wall_ms;      /* the sender's */
    uint64_t echo_ms;      /* the receiver's last monotonic_ms that the sender saw, */
    uint64_t echo_held_ms; /* and how long ago that was when this was sent */
    uint8_t instance[INSTANCE_BYTES];
    struct slice version; /* of the software, at most HEARTBEAT_VERSION_MAX */
    uint32_t flags;       /* enum heartbeat_flag */
};

struct pre_prepare {
    struct block *block;
    struct signature signature;      /* the primary's PREPARE on the block */
    struct certificate *certificate; /* a commit certificate that covers executed_height;
                                        NULL where that is 0 */
};

/* A run of committed blocks from height `from`, and proof that they are committed:
 * headers lead from the last block to the certified one where they differ. */
struct range {
    uint64_t from;
    uint32_t block_count;
    struct block **blocks;
    uint32_t header_count;
    struct header *headers;
    struct certificate *certificate; /* kind 2; NULL when block_count is 0 */
};

/*
 * The answer to ASK: where the reporting seat stands, with proof that others stand there,
 * and the newest of what it holds by the seat that asked (Restore-safe seats). The proof is
 * a certificate or VIEW-CHANGEs of w seats; a NEW-VIEW is shown by the VIEW-CHANGEs in it.
 */
struct report {
    uint16_t seat;                   /* that asked */
    uint64_t view;                   /* the reporter's */
    struct certificate *certificate; /* the highest known, or NULL */
    uint16_t change_count;           /* of other seats, ascending, at most w */
    struct view_change *changes;
    bool has_vote[2];
    struct vote votes[2]; /* by phase, of the seat that asked */
    bool has_change;
    struct view_change change; /* likewise */
};

/* A seat's word for the tree of decisions with so many leaves: the signature of the note
 * that crypto/checkpoint.h makes of it. */
struct checkpoint_vote {
    uint64_t size;
    struct hash root;
    struct signature signature;
};

struct message {
    enum message_tag tag;
    union {
        struct heartbeat heartbeat;
        struct envelope *envelope;
        struct pre_prepare pre_prepare;
        struct vote vote; /* PREPARE and COMMIT */
        struct {
            struct view_change change;
            struct certificate *certificate; /* of change.best; NULL for kind 0 */
        } view_change;
        struct new_view *new_view;
        struct {
            uint64_t height;
            struct hash hash;
        } fetch_block;
        struct block *block;
        struct {
            uint64_t from;
        } fetch_range;
        struct range range;
        struct {
            uint64_t view;
        } fetch_new_view;
        struct report report;
        struct checkpoint_vote checkpoint;
    };
};

/*
 * A message whose signatures, hashes and limits were checked by crypto/authenticate.c
 * against the charter, or that was signed by this seat itself. The ordering core takes
 * nothing else; nothing but that file (and its double in tests/lib) makes one.
 */
struct authentic {
    const struct message *message;
    uint16_t from; /* the seat at the other end of the channel, or this seat */
};

#endif
