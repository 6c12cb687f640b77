/* SPDX-License-Identifier: ISC */
/*
 * The ordering core: PBFT over hash-chained blocks, conclave-protocol(7) sections 5 (the
 * pool), 6 and 7. Sans-I/O and pure: pbft_step(core, event, update) takes one event, whose
 * times are fields, and says in the update what must be done about it. No clock, no
 * randomness, no keys. It never looks into an operation.
 *
 * The caller carries out an update in this order, and the order is part of its meaning:
 * (1) everything to be stored is made durable, own signatures included; (2) then messages
 * leave. Committed blocks may be executed, and their PBFT_EXECUTED events be given, before
 * (1): what comes of that joins the same turn. A message that the core signs (PBFT_SIGN)
 * is signed by the caller, stored, sent to everyone, and given back as a PBFT_MESSAGE from
 * the own seat in the same turn.
 */
#ifndef CONCLAVE_PBFT_PBFT_H
#define CONCLAVE_PBFT_PBFT_H

#include "wire/message.h"

struct pbft_config {
    uint16_t seat;
    uint16_t seats;      /* n */
    uint16_t quorum;     /* quorum_size(n); a test shows what a smaller one breaks */
    struct hash genesis; /* council_id */
    uint64_t genesis_time_ms;
    uint32_t window;       /* W */
    uint32_t rotate_every; /* blocks */
    uint64_t max_drift_ms;
    uint64_t timer_floor_ms;
    uint64_t timer_ceiling_ms;
    uint32_t pipeline;    /* blocks in flight above which only full ones are proposed */
    size_t block_bytes;   /* of envelopes in one block, at most BLOCK_MAX */
    size_t channel_bytes; /* of waiting envelopes that one channel may bring */
};

/* The defaults of everything that no charter sets. */
void pbft_config_defaults(struct pbft_config *c);

/* --- events --- */

/* What the council says of a waiting envelope (council/council.h, struct judgement). */
struct pbft_judgement {
    bool refuse; /* drop it */
    bool keep;   /* hold it, but do not propose or wait for it yet */
    bool emergency;
    uint64_t deadline_ms; /* no block of this time or later may be prepared while this has
                             long waited (section 8 point 4); UINT64_MAX: none */
};
typedef struct pbft_judgement pbft_judge(void *context, const struct envelope *e);

struct pbft_executed {
    uint64_t height;
    uint64_t view; /* the block's */
    struct hash state_root;
    uint64_t next_deadline_ms; /* block time; 0: at once, UINT64_MAX: none */
    uint64_t cover_height;     /* a committed header with executed_height >= this is owed */
    bool rotate;               /* a RETURN took effect */
    const uint8_t *owed;       /* owed[seat - 1]: 1 where a ballot is to come, 1 more for a
                                  reveal; NULL: nothing is */
    const bool *excluded;      /* excluded[seat - 1]: expelled or suspended */
    pbft_judge *judge;         /* judges every waiting envelope anew */
    void *judge_context;
};

/* Why something happened, for people. */
enum pbft_cause {
    PBFT_CAUSE_NONE,
    PBFT_CAUSE_TIMEOUT,       /* something waited too long, or a view gave no block */
    PBFT_CAUSE_GONE,          /* likewise, and nobody listens where the primary did */
    PBFT_CAUSE_JOINED,        /* w others left for higher views */
    PBFT_CAUSE_ROTATION,      /* rotate-every, or a RETURN */
    PBFT_CAUSE_EXCLUDED,      /* the primary is expelled or suspended */
    PBFT_CAUSE_CERTIFICATE,   /* a certificate of a higher view was seen */
    PBFT_CAUSE_STATE_ROOT,    /* the header's state root differs from the own */
    PBFT_CAUSE_TIME,          /* its time is too far in the past */
    PBFT_CAUSE_CENSORED,      /* a ballot waits that the block's time would shut out */
    PBFT_CAUSE_CHAIN,         /* it does not extend the tip, or is out of the window */
    PBFT_CAUSE_OWN_STATEMENT, /* others hold what the own store knows nothing of */
    PBFT_CAUSE_OWN_BALLOT,    /* likewise a BALLOT */
    PBFT_CAUSE_FRESH,         /* an empty store, and the council is past block 0 */
    PBFT_CAUSE_MARKS,         /* the store's marks do not match */
    PBFT_CAUSE_RECOVER,       /* the configuration says so */
};

enum pbft_event_kind {
    PBFT_MESSAGE,      /* an authentic message, from another seat or this one */
    PBFT_ENVELOPE,     /* an authentic envelope with its judgement */
    PBFT_EXECUTED,     /* a committed block was executed; in height order */
    PBFT_CONNECTED,    /* a channel to a seat came up */
    PBFT_DISCONNECTED, /* a channel went down */
    PBFT_GONE,         /* a seat whose channel went down: its host refuses connections */
    PBFT_SILENT,       /* one that was gone: an attempt to reach it ended in another way */
    PBFT_LOST,         /* the caller found that the seat has lost state: cause */
    PBFT_TICK,         /* time went on; also after a restart, to begin */
};

struct pbft_event {
    enum pbft_event_kind kind;
    uint64_t now_ms;  /* monotonic; never goes back */
    uint64_t wall_ms; /* since 1970, may jump */
    union {
        struct authentic message;
        struct {
            struct envelope *envelope;
            uint16_t channel; /* the seat whose channel brought it, or this seat */
            struct pbft_judgement judgement;
        } envelope;
        struct pbft_executed executed;
        uint16_t seat;         /* connected, disconnected, gone, silent */
        enum pbft_cause cause; /* lost */
    };
};

/* --- updates --- */

enum pbft_action_kind {
    PBFT_SIGN,            /* message: sign, store, send to all, give back */
    PBFT_SEND,            /* message to seat; 0: to all others */
    PBFT_STORE_CANDIDATE, /* block: the block about to be voted for */
    PBFT_STORE_BEST,      /* certificate: the highest known */
    PBFT_STORE_NEW_VIEW,  /* new_view: accepted */
    PBFT_COMMIT,          /* block: the next committed one; append, then execute */
    PBFT_CERTIFY, /* certificate: commits the blocks before it; of the last of them, or
                     of a descendant that this replica does not have yet */
    PBFT_STORE_STANDING, /* standing: whether this seat has lost its state */
    PBFT_NOTICE,         /* notice: something worth a log line */
};

enum pbft_notice_kind {
    PBFT_NOTICE_VIEW_CHANGE, /* left a view: cause, view = the one asked for */
    PBFT_NOTICE_NEW_VIEW,    /* entered a view */
    PBFT_NOTICE_REFUSED,     /* a block of the primary was refused: cause */
    PBFT_NOTICE_DIVERGED,    /* certified state differs from the own: stops voting */
    PBFT_NOTICE_FORK, /* certified chain contradicts a committed block: stops voting */
    PBFT_NOTICE_CATCHING_UP, /* asks seat for blocks from height */
    PBFT_NOTICE_LOST,        /* this seat has lost its state: cause */
    PBFT_NOTICE_RETURNED,    /* and takes part again, above view */
};

struct pbft_notice {
    enum pbft_notice_kind kind;
    enum pbft_cause cause;
    uint64_t view;
    uint64_t height;
    uint16_t seat;
};

const char *pbft_cause_name(enum pbft_cause c); /* "timeout", "state-root", ... */

struct pbft_action {
    enum pbft_action_kind kind;
    uint16_t seat;
    union {
        struct message message; /* holds references */
        struct block *block;    /* these hold a reference, too */
        struct certificate *certificate;
        struct new_view *new_view;
        struct standing standing;
        struct pbft_notice notice;
    };
};

/* Reused between steps: pbft_step empties it first. All zero is a new one. */
struct pbft_update {
    struct pbft_action *actions;
    size_t count, capacity;
    uint64_t wake_ms; /* monotonic time at which a PBFT_TICK is wanted; UINT64_MAX: never */
};
void pbft_update_clear(struct pbft_update *u);
void pbft_update_free(struct pbft_update *u);

/* --- the core --- */

struct pbft;

/* What the store kept: everything this seat signed or relied upon (ledger/ledger.h). */
struct pbft_saved {
    uint64_t height;               /* committed and, by the caller, executed up to here */
    const struct block *tip;       /* the block there; NULL at genesis */
    struct pbft_executed executed; /* of that height */
    const struct hash *roots;      /* state roots of heights roots_from..height */
    uint64_t roots_from;           /* the tip header's executed_height */
    const struct view_change *view_change; /* NULL: none sent */
    struct new_view *new_view;             /* NULL: none accepted */
    struct certificate *best;              /* NULL: none */
    const struct certificate *commit;      /* of the tip or above; NULL at genesis */
    const struct vote *votes;
    size_t vote_count;
    struct block *const *candidates;
    size_t candidate_count;
    struct standing standing;
};

struct pbft *pbft_new(const struct pbft_config *config, const struct pbft_saved *saved);
void pbft_free(struct pbft *p);
void pbft_step(struct pbft *p, const struct pbft_event *event, struct pbft_update *update);

/* Whether a vote's signature is worth checking: false for votes beyond a quorum, of the
 * past, or known already (conclave-protocol(7) section 6). */
bool pbft_wants_vote(const struct pbft *p, const struct vote *v);
/* A vote that came over the channel of its own seat and whose signature nobody checked: it
 * is never counted, but shown to that seat when it asks what it is known to have said. */
void pbft_hear(struct pbft *p, const struct vote *v);
/* The certificate of this replica that can stand in a message of another seat for the one
 * there, whose signatures then need no check: it proves as much, and that one tells nothing
 * new. Borrowed; NULL: none can. */
struct certificate *pbft_stand_in(const struct pbft *p, struct message *m);
/* Whether a REPORT of this seat is worth checking. */
bool pbft_wants_report(const struct pbft *p, uint16_t from);
/* Whether the core has asked for the block of this hash. */
bool pbft_wants_block(const struct pbft *p, const struct hash *hash);

/* A block that is accepted or fetched but not committed, borrowed; NULL: not here. */
struct block *pbft_find_block(const struct pbft *p, const struct hash *hash);
/* An envelope of these bytes that waits to be ordered or stands in an accepted block,
 * borrowed; NULL: none does. */
struct envelope *pbft_find_envelope(struct pbft *p, struct slice encoding);

/* --- looking, for status and metrics --- */

struct pbft_status {
    uint64_t view;
    bool changing; /* a view change is under way; view is the one asked for */
    uint16_t primary;
    uint64_t committed_height;
    uint64_t tip_height;
    uint64_t executed_height;
    uint64_t new_view_height; /* the tip that this view began with */
    uint32_t view_changes;    /* VIEW-CHANGEs held for views >= view */
    uint32_t waiting;         /* envelopes in the pool that are not in the chain */
    size_t waiting_bytes;
    uint64_t request_timer_ms; /* its present length */
    uint64_t timer_expires_ms; /* monotonic; UINT64_MAX when none runs */
    uint32_t failed_views;     /* the exponent of the back-off */
    bool stopped;              /* diverged or forked */
    bool far_behind; /* peers have more than a window more, as far as they are believed */
    struct standing standing;
    bool asking;      /* says nothing: fewer than q-1 others have reported */
    uint32_t reports; /* of others, over the connections they now have */
    bool behind;      /* has not executed all that they held certified by then */
    bool reported_by[SEATS_MAX], proven_by[SEATS_MAX]; /* those; those that prove a view */
    /* what is due, beside envelopes that wait and blocks that are accepted */
    bool refused;       /* a block of this view was refused, and none accepted since */
    bool overdue;       /* a deadline has passed that no block has reached */
    bool owed;          /* a header that covers an executed block */
    bool unproven;      /* the view has not given a block yet */
    bool excluded;      /* the primary is expelled or suspended */
    bool following;     /* changing: it is known that view exists */
    bool lacks_blocks;  /* of a chain that is certified, or begins the view */
    uint64_t repeat_ms; /* monotonic: when what is asked of others is asked again;
                           UINT64_MAX: nothing is */
    /* the height next to be committed */
    uint64_t phase_height;
    bool has_block;
    uint32_t prepares, commits;
    bool prepared_by[SEATS_MAX], committed_by[SEATS_MAX];
    bool view_changed_by[SEATS_MAX];
    struct best best;
};
void pbft_status(const struct pbft *p, struct pbft_status *out);
/* Of it what is asked for at every message and turn, at next to no cost. */
struct pbft_place {
    uint64_t view, committed_height;
    bool asking;
};
struct pbft_place pbft_place(const struct pbft *p);
/* The seat's standing, which pbft_step may change. */
const struct standing *pbft_standing(const struct pbft *p);
/* The median latency from accepting a block to its commit in earlier views, 0: unknown. */
uint64_t pbft_commit_latency_ms(const struct pbft *p);

#endif
