/* SPDX-License-Identifier: ISC */
/*
 * The ordering core's state, shared by the files of this folder and nobody else.
 *
 *   pbft.c        step: one handler per event, then progress()
 *   update.c      what a step asks of the caller
 *   pool.c        waiting envelopes, and request timers per seat and sort
 *   choose.c      which of them go into a block
 *   votes.c       PREPARE and COMMIT votes, certificates made of them
 *   chain.c       accepted blocks, commit, state roots
 *   accept.c      PRE-PREPARE: the rules for preparing a block
 *   propose.c     the primary's part
 *   view_change.c VIEW-CHANGE, NEW-VIEW, entering a view
 *   fetch.c       blocks by hash, ranges, NEW-VIEWs: whatever this replica lacks
 *   timers.c      when a view has failed
 *   standing.c    whether this seat may sign: restore-safe seats
 */
#ifndef CONCLAVE_PBFT_INTERNAL_H
#define CONCLAVE_PBFT_INTERNAL_H

#include "pbft/pbft.h"
#include "pbft/pool.h"

#define NEVER UINT64_MAX

enum mode {
    MODE_NORMAL,    /* takes part in view */
    MODE_CHANGING,  /* sent a VIEW-CHANGE for view, waits for its NEW-VIEW */
    MODE_FOLLOWING, /* knows that view exists, lacks its NEW-VIEW or blocks of its chain */
};

/* The latest vote of one seat for one height (modulo the ring), of one phase. */
struct vote_slot {
    bool set;
    uint64_t view, height;
    struct hash block;
    struct signature signature;
};

/* An accepted block of the current view's chain, not committed. */
struct link {
    struct block *block;
    uint64_t accepted_ms;
    bool of_view;  /* proposed in this view: votes are about it */
    bool restored; /* by a restart: when it was accepted is not known */
    bool prepare_sent;
    bool prepared; /* q PREPAREs are here */
    bool commit_sent;
    bool has_signature;
    struct signature signature; /* the primary's, to send the PRE-PREPARE again */
    struct certificate *executed_certificate; /* that the PRE-PREPARE brought */
};

/* A PRE-PREPARE of the current view that cannot be accepted yet. */
struct pending {
    struct block *block;
    struct certificate *certificate;
    bool has_signature;
    struct signature signature;
    uint64_t arrived_wall_ms;
    uint64_t timer_ms; /* the request timer when it arrived */
};

/* How many blocks of a view this replica remembers to have refused: more than w seats at a
 * time can stand behind. */
enum { REFUSED_MAX = 8 };

struct change_slot {
    bool set;
    struct view_change change;
    struct certificate *certificate;
};

/* A root that a committed header claims, to be compared when its height is executed. */
struct root_claim {
    uint64_t height;
    struct hash root;
};

/* --- restore-safe seats --- */

struct position {
    uint64_t view, height;
};

/* What another seat answered since its connection came up. */
struct report_note {
    bool heard;
    bool proven;
    uint64_t view;
    uint64_t height; /* of the certificate that it showed */
};

struct held_votes {
    bool has[2]; /* by phase */
    struct vote votes[2];
};

struct standing_state {
    struct standing kept;      /* as the store has it */
    bool ready;                /* q-1 others have reported */
    bool fresh;                /* the store was empty, and nothing was signed since */
    struct position newest[2]; /* of own votes, by phase: nothing above was signed here */
    uint64_t newest_change;    /* likewise, the view of the last own VIEW-CHANGE */
    uint64_t newest_new_view;  /* likewise, of the last own NEW-VIEW */
    uint64_t ask_at;           /* monotonic: when to ask again; NEVER: nothing to ask */
    struct report_note reports[SEATS_MAX];
    bool peer_asks[SEATS_MAX];         /* by its heartbeats; true while none came */
    struct held_votes held[SEATS_MAX]; /* the newest of every seat, perhaps unchecked */
};

enum { LATENCY_SAMPLES = 64, TIMER_MULTIPLE = 10, BACK_OFF_MAX = 12, GONE_FRACTION = 4 };

struct pbft {
    struct pbft_config config;
    uint16_t weak; /* w */
    struct pbft_update *update;
    uint64_t now_ms, wall_ms;

    /* where this replica stands */
    uint64_t view;
    enum mode mode;
    bool stopped;
    struct new_view *new_view; /* of view, when NORMAL; the one to enter, when FOLLOWING */
    uint64_t new_view_height;  /* the tip that view began with */
    bool view_works;           /* a block of view is committed */
    bool change_signed;        /* CHANGING: the VIEW-CHANGE for view is signed */

    /* the committed chain */
    uint64_t committed;
    struct header committed_header; /* undefined at height 0 */
    struct hash committed_hash;
    uint64_t committed_time_ms;
    uint64_t committed_executed;     /* the header's executed_height */
    struct certificate *commit;      /* of committed */
    struct certificate *commit_goal; /* a higher one whose blocks are not here yet */

    /* the chain above it */
    struct link *links; /* links[i] has height committed + 1 + i */
    size_t link_count, link_capacity;
    struct block **known; /* voted for, or fetched; what links point to and more */
    size_t known_count, known_capacity;
    struct pending *pending;
    size_t pending_count, pending_capacity;
    struct hash refused[REFUSED_MAX]; /* blocks of this view, the latest ones */
    size_t refused_count;             /* since the view began */
    uint64_t refused_height;          /* of the last */

    /* execution */
    uint64_t executed;
    struct hash *roots; /* roots[i] is of height roots_from + i */
    uint64_t roots_from;
    size_t roots_count, roots_capacity;
    struct root_claim *claims;
    size_t claim_count, claim_capacity;
    uint64_t next_deadline_ms, cover_height;
    uint8_t owed[SEATS_MAX]; /* [seat - 1], envelopes of ballots and reveals */
    bool excluded[SEATS_MAX];

    /* votes */
    struct vote_slot *votes; /* [height % ring][phase][seat - 1] */
    uint32_t ring;
    struct certificate *best; /* NULL: kind 0 */
    struct change_slot changes[SEATS_MAX];

    /* the primary's */
    bool proposing; /* a PRE-PREPARE or NEW-VIEW is being signed */
    struct pool pool;
    struct standing_state standing;

    /* timers: monotonic times at which each reason to wait began; NEVER: none */
    uint64_t chain_since, refused_since, deadline_since, cover_since, view_since,
        excluded_since;
    uint64_t resend_at, relay_at, hold_until;
    uint64_t accepted_ms, moved_ms; /* when the last block was accepted; or one committed */
    uint32_t back_off;              /* failed views not yet undone */
    uint64_t samples[LATENCY_SAMPLES], earlier[LATENCY_SAMPLES];
    size_t sample_count, earlier_count;
    uint64_t median_ms; /* of earlier */

    /* peers */
    bool connected[SEATS_MAX];
    unsigned connected_count;          /* other seats */
    bool gone[SEATS_MAX];              /* nobody listens there any more */
    uint64_t down_ms[SEATS_MAX];       /* when the channel came up or went down last */
    uint64_t peer_height[SEATS_MAX];   /* as it claims */
    unsigned peer_doubts[SEATS_MAX];   /* questions in a row of which nothing came */
    uint64_t doubted_until[SEATS_MAX]; /* its claim does not count before */

    /* what was asked for */
    struct {
        bool wanted;
        uint64_t height;
        struct hash hash;
        uint16_t seat;  /* last asked */
        unsigned asked; /* how often */
        uint64_t retry_at;
    } block_wanted;
    struct {
        uint16_t seat;  /* 0: nothing outstanding */
        uint64_t claim; /* its height as it said when asked; 0: it gave something */
        uint64_t retry_at;
        uint64_t lag_since; /* when a peer was first seen ahead without progress since */
    } range_wanted;
    struct {
        uint16_t seat;
        uint64_t retry_at; /* NEVER: not wanted */
    } new_view_wanted;
};

/* --- update.c --- */
struct pbft_action *update_add(struct pbft *p, enum pbft_action_kind kind);
void update_send(struct pbft *p, uint16_t seat, const struct message *m);
void update_sign(struct pbft *p, const struct message *m);
void update_notice(struct pbft *p, enum pbft_notice_kind kind, enum pbft_cause cause,
                   uint64_t view, uint64_t height, uint16_t seat);

/* --- votes.c --- */
struct vote_slot *votes_slot(const struct pbft *p, uint16_t seat, enum phase phase,
                             uint64_t height);
/* Enters a vote; false when it is out of range, or the seat has a newer or another one. */
bool votes_enter(struct pbft *p, const struct vote *v);
unsigned votes_count(const struct pbft *p, enum phase phase, uint64_t view, uint64_t height,
                     const struct hash *block);
/* A certificate of exactly q votes, or NULL when there are fewer. The caller owns it. */
struct certificate *votes_certificate(const struct pbft *p, enum phase phase, uint64_t view,
                                      uint64_t height, const struct hash *block);
void votes_on_message(struct pbft *p, const struct vote *v);
/* Signs a vote of this seat. */
void votes_cast(struct pbft *p, enum phase phase, const struct header *header,
                const struct hash *block);
/* Sends the COMMITs, and commits, that the votes at hand allow. */
void votes_progress(struct pbft *p);

/* --- chain.c --- */
uint64_t chain_tip_height(const struct pbft *p);
const struct hash *chain_tip_hash(const struct pbft *p);
uint64_t chain_tip_time(const struct pbft *p);
uint64_t chain_tip_executed(const struct pbft *p);
struct link *chain_link(const struct pbft *p, uint64_t height);
void chain_push(struct pbft *p, struct block *b, bool of_view);
/* After a restart: the blocks that this replica voted for in its view, as far as they
 * extend the tip. */
void chain_restore(struct pbft *p);
/* Forgets the links (not the known blocks); their envelopes wait again. */
void chain_clear(struct pbft *p);
struct block *chain_known(const struct pbft *p, const struct hash *hash);
void chain_remember(struct pbft *p, struct block *b);
/*
 * The known blocks from height committed + 1 to the one named, in ascending order, in a new
 * array. 0; CONCLAVE_ENOENT with the first that is missing in *height and *hash;
 * CONCLAVE_ESTATE when the path does not lead to the committed block.
 */
int chain_path(const struct pbft *p, uint64_t *height, struct hash *hash,
               struct block ***out);
/* What a certificate says: a better best, a higher view, a commit. */
void chain_learn(struct pbft *p, struct certificate *c);
/* Tries again to commit up to commit_goal. */
void chain_progress(struct pbft *p);
/* Commits the next blocks; c certifies the last of them or a descendant of it. */
void chain_commit_blocks(struct pbft *p, struct block *const *blocks, size_t count,
                         struct certificate *c);
void chain_executed(struct pbft *p, const struct pbft_executed *e);
/* A certified chain contradicts the committed one: more than f seats are faulty. Stops. */
void chain_fork_found(struct pbft *p, uint64_t view, uint64_t height);
/* NULL when this replica no longer, or not yet, has the root of that height. */
const struct hash *chain_root(const struct pbft *p, uint64_t height);

/* --- accept.c --- */
void accept_on_pre_prepare(struct pbft *p, const struct pre_prepare *m);
void accept_progress(struct pbft *p);
void accept_forget_pending(struct pbft *p);
/* A refused block is judged once in a view; a commit may change what it was judged by. */
void accept_forget_refused(struct pbft *p);
bool accept_is_refused(const struct pbft *p, const struct hash *block);
void accept_add_pending(struct pbft *p, struct block *b, struct certificate *c,
                        const struct signature *signature);
/* The highest height that may be accepted now. */
uint64_t accept_window_end(const struct pbft *p);

/* --- propose.c --- */
uint16_t primary_of(const struct pbft *p, uint64_t view);
bool is_primary(const struct pbft *p);
void propose_progress(struct pbft *p);
/* Wall time at which the primary must propose, NEVER: none. */
uint64_t propose_due_wall(const struct pbft *p);
/* Notes what the executed state waits for. */
void propose_expect(struct pbft *p, const struct pbft_executed *e);
/* Monotonic time until which the primary gathers, NEVER: it does not. */
uint64_t propose_gathers_until(const struct pbft *p);
/* Monotonic time until which the first primary waits for seats that are not there, NEVER:
 * it does not. */
uint64_t propose_founds_at(const struct pbft *p);

/* --- view_change.c --- */
void view_start_change(struct pbft *p, uint64_t view, enum pbft_cause cause);
void view_on_change(struct pbft *p, const struct view_change *c,
                    struct certificate *certificate);
void view_on_new_view(struct pbft *p, struct new_view *v);
/* A certificate of a higher view is known: no lower one may be taken part in. */
void view_follow(struct pbft *p, uint64_t view);
void view_progress(struct pbft *p);
/* Sends this seat's own messages of the current view to a seat (0: all). */
void view_resend(struct pbft *p, uint16_t seat);
/* Joins the smallest view above its own that w others ask for, where there is one. */
void view_join(struct pbft *p);
/* No VIEW-CHANGE of this seat counts any more: the view asked for is only followed. */
void view_give_up_change(struct pbft *p);
/* VIEW-CHANGEs held for views >= view. */
unsigned view_changes_held(const struct pbft *p);

/* --- fetch.c --- */
/* A block that is on its way, as others' votes for it say: asked for when it has not come
 * in the time that a block takes. */
void fetch_expect_block(struct pbft *p, uint64_t height, const struct hash *hash,
                        uint16_t hint);
void fetch_want_block(struct pbft *p, uint64_t height, const struct hash *hash,
                      uint16_t hint);
/* The missing block of a certified chain: by its hash, or, where it is far above what is
 * committed and ranges may bring it, by them. */
void fetch_want_chain(struct pbft *p, uint64_t height, const struct hash *hash,
                      uint16_t hint);
void fetch_on_block(struct pbft *p, struct block *b);
void fetch_on_range(struct pbft *p, const struct range *r, uint16_t from);
void fetch_on_heartbeat(struct pbft *p, const struct heartbeat *h, uint16_t from);
void fetch_on_fetch_new_view(struct pbft *p, uint64_t view, uint16_t from);
void fetch_want_new_view(struct pbft *p, uint16_t hint);
/* Peers of whose claims nothing speaks against are more than a window ahead. */
bool fetch_is_far_behind(const struct pbft *p);
void fetch_progress(struct pbft *p);
uint64_t fetch_wake(const struct pbft *p);

/* --- timers.c --- */
uint64_t timers_request_ms(const struct pbft *p);
/* Request timers begin anew: a view was entered, or a quorum is connected again. */
void timers_restart(struct pbft *p);
void timers_on_commit(struct pbft *p, const struct block *b, const struct link *l);
void timers_on_leave_view(struct pbft *p);
void timers_view_failed(struct pbft *p);
/* The latest block's latency from acceptance to commit; 0 while none is known. */
uint64_t timers_latest_ms(const struct pbft *p);
/* Enough seats are connected for any view to work. */
bool timers_quorum_connected(const struct pbft *p);
/* When the earliest running timer expires; NEVER when none runs. */
uint64_t timers_expiry(const struct pbft *p);
void timers_progress(struct pbft *p);
uint64_t timers_wake(const struct pbft *p);
/* Tells the primary of the view just asked for what has a deadline and waits. */
void timers_relay_urgent(struct pbft *p);

/* --- standing.c --- */
void standing_restore(struct pbft *p, const struct pbft_saved *s);
/* Whether this seat may sign anything new now. */
bool standing_may_sign(const struct pbft *p);
void standing_lose(struct pbft *p, enum pbft_cause cause);
/* A statement of this seat was shown, its signature being good. */
void standing_see_vote(struct pbft *p, enum phase phase, uint64_t view, uint64_t height,
                       const struct hash *block);
void standing_see_change(struct pbft *p, const struct view_change *c);
void standing_see_new_view(struct pbft *p, const struct new_view *v);
void standing_see_certificate(struct pbft *p, const struct certificate *c);
/* A statement of this seat was signed here. */
void standing_signed_vote(struct pbft *p, const struct vote *v);
void standing_signed_change(struct pbft *p, const struct view_change *c);
void standing_signed_new_view(struct pbft *p, uint64_t view);
void standing_on_connection(struct pbft *p, uint16_t seat, bool up);
/* Whether a certificate has a vote of this seat that it knows nothing of. */
bool standing_is_news(const struct pbft *p, const struct certificate *c);
void standing_on_heartbeat(struct pbft *p, const struct heartbeat *h, uint16_t from);
void standing_on_ask(struct pbft *p, uint16_t from);
void standing_on_report(struct pbft *p, const struct report *r, uint16_t from);
/* Whether another seat is away, or still asks. */
bool standing_others_ask(const struct pbft *p);
void standing_progress(struct pbft *p);
uint64_t standing_wake(const struct pbft *p);
void standing_status(const struct pbft *p, struct pbft_status *out);

static inline uint64_t earlier_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t later_of(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

#endif
