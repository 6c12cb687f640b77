/* SPDX-License-Identifier: ISC */
/*
 * A virtual cluster: n nodes in one process, each the replica that ships
 * (replica/replica.h) around a virtual disk, network and clocks that one seed drives. The
 * same configuration and the same calls give the same trace, byte for byte.
 *
 * Nodes are numbered: 1..n are those of the seats 1..n; a twin, a second node with the key
 * of a seat, has a number above n. What a node does is asked by its number.
 *
 * A checker looks at everything a correct seat stores, sends and commits. What it finds is
 * kept in words (cluster_fault); it goes on, so that a test can show that it notices.
 *
 * Times are virtual milliseconds since the cluster's start.
 */
#ifndef CONCLAVE_TESTS_CLUSTER_H
#define CONCLAVE_TESTS_CLUSTER_H

#include "council/council.h"
#include "crypto/authenticate.h"
#include "pbft/pbft.h"

#include <stdio.h>

struct cluster;

enum trace_level { TRACE_NOTHING, TRACE_STORY, TRACE_MESSAGES };

struct cluster_config {
    uint16_t seats;
    unsigned quorum; /* 0: quorum_size(seats); others break things on purpose */
    uint64_t seed;
    bool real_signatures;
    enum trace_level trace;
    bool echo; /* the trace goes to standard output, too */

    /* network */
    uint64_t delay_ms, jitter_ms;
    unsigned loss, duplicates; /* messages of 1,000 */
    unsigned corruption;       /* likewise: the connection ends when one arrives */
    bool reorder;              /* a link need not keep the order */
    uint64_t notice_ms;        /* from a cut or crash to the end of the connection */
    bool dark;                 /* crashed nodes' hosts are silent: they refuse nobody */

    /* seats */
    uint64_t disk_ms;             /* a turn gathers this long before it is synced */
    uint64_t vote_ms;             /* agents think up to this long */
    uint64_t skew_ms;             /* wall clocks differ by up to this much, each way */
    uint32_t seat_window;         /* unordered envelopes of a sort */
    struct pbft_config core;      /* seat, genesis and the like are filled in */
    struct council_rules council; /* likewise */
};

/* 10 ms links that lose nothing, a class of 20 s + 10 s windows and 2 s of grace, the
 * charter's defaults for the rest. */
void cluster_config_defaults(struct cluster_config *c, uint16_t seats);

/* All seats are down at first. */
struct cluster *cluster_new(const struct cluster_config *config);
void cluster_free(struct cluster *c);

/* --- time --- */

uint64_t cluster_now(const struct cluster *c);
void cluster_run(struct cluster *c, uint64_t ms);
/* Until the condition holds; false when it does not within ms. */
typedef bool cluster_condition(struct cluster *c, void *context);
bool cluster_run_until(struct cluster *c, cluster_condition *condition, void *context,
                       uint64_t ms);
bool cluster_run_to_height(struct cluster *c, uint64_t height, uint64_t ms);
/* Everything pending decided everywhere, all correct seats at one height. */
bool cluster_run_to_rest(struct cluster *c, uint64_t ms);

/* --- nodes --- */

/* A second node of the seat, down at first, with an empty disk and a clock of its own: its
 * number. It and the seat's first are faulty from now on. Links go from node to node; what
 * is sent to a seat goes to all its nodes that are connected. */
uint16_t cluster_add_twin(struct cluster *c, uint16_t seat);
/* A second instance of a seat that stays correct: likewise, but whoever is connected to one
 * of the two refuses the other (conclave-protocol(7) section 4), and it is started by
 * cluster_start alone. */
uint16_t cluster_add_instance(struct cluster *c, uint16_t seat);
uint16_t cluster_nodes(const struct cluster *c); /* seats, twins and instances */
uint16_t cluster_seat_of(const struct cluster *c, uint16_t node);

/* Starts it, or starts it again. */
void cluster_start(struct cluster *c, uint16_t node);
void cluster_start_all(struct cluster *c);
void cluster_crash(struct cluster *c, uint16_t node);
/* The node crashes after so many more effects: syncs and single messages. */
void cluster_crash_after(struct cluster *c, uint16_t node, uint64_t effects);
uint64_t cluster_effects(const struct cluster *c, uint16_t node);
bool cluster_is_up(const struct cluster *c, uint16_t node);
/* The wall clock of a node, off by so much. */
void cluster_set_clock(struct cluster *c, uint16_t node, int64_t off_ms);
/* The node stands still for so long; its connections stay. */
void cluster_pause(struct cluster *c, uint16_t node, uint64_t ms);
bool cluster_is_paused(const struct cluster *c, uint16_t node);
/* Every sync in the next ms fails, and with the first the node stops. What it wrote may be
 * on the disk nevertheless (late). */
void cluster_fail_disk(struct cluster *c, uint16_t node, uint64_t ms, bool late);

/* What is durable, to be put back later, or on the disk of another node of the seat. */
struct cluster_backup;
struct cluster_backup *cluster_copy_disk(const struct cluster *c, uint16_t node);
void cluster_backup_free(struct cluster_backup *b);
/* While the node is down. Where the marks do not match, its store says that it was copied
 * or put back (ledger_open). */
void cluster_restore_disk(struct cluster *c, uint16_t node, const struct cluster_backup *b,
                          bool marks_match);
void cluster_wipe_disk(struct cluster *c, uint16_t node, bool marks_match);
/* A committed block on its disk claims another state than it was executed to. */
void cluster_spoil_disk(struct cluster *c, uint16_t node, uint64_t height);

/* From now on the checker keeps who heard what the seat says; before its disk is copied or
 * wiped, so that it knows what others can show it afterwards. */
void cluster_will_forget(struct cluster *c, uint16_t seat);
/* `recover` in the configuration, from its next start on. */
void cluster_set_recover(struct cluster *c, uint16_t node, bool recover);

/* A faulty node is not checked, nor waited for. */
void cluster_set_faulty(struct cluster *c, uint16_t node);
bool cluster_is_faulty(const struct cluster *c, uint16_t node);
/* A faulty node, while it is down, that will go on whatever it is shown of its own seat:
 * restore-safe seats do not hold it. */
void cluster_set_stubborn(struct cluster *c, uint16_t node);
/* A puppet has no node: the test speaks for it (cluster_say). Faulty, too. */
void cluster_set_puppet(struct cluster *c, uint16_t node);

/* --- network --- */

/* Nothing goes from a to b any more, or again. */
void cluster_cut(struct cluster *c, uint16_t a, uint16_t b);
void cluster_mend(struct cluster *c, uint16_t a, uint16_t b);
/* The same for a link whose state is known as a whole, with so much more delay; whoever can
 * then connects with cluster_connect. */
void cluster_set_link(struct cluster *c, uint16_t a, uint16_t b, bool cut,
                      uint64_t slow_ms);
void cluster_connect(struct cluster *c);
/* Nodes talk only to those of their own group: groups[node - 1]. */
void cluster_partition(struct cluster *c, const unsigned *groups);
void cluster_isolate(struct cluster *c, uint16_t node);
/* All links mended, loss and the like over, all clocks right, all correct nodes up. */
void cluster_heal(struct cluster *c);
void cluster_set_network(struct cluster *c, unsigned loss, unsigned duplicates,
                         uint64_t delay_ms, uint64_t jitter_ms, bool reorder);
void cluster_set_corruption(struct cluster *c, unsigned of_1000);

/* Sees every message before it leaves and says whether it may. */
typedef bool cluster_filter(struct cluster *c, void *context, uint16_t from, uint16_t to,
                            const struct message *m);
void cluster_set_filter(struct cluster *c, cluster_filter *filter, void *context);
/* Changes what a faulty seat sends: a new message with its own references in *out, true. */
typedef bool cluster_forger(struct cluster *c, void *context, uint16_t from, uint16_t to,
                            const struct message *m, struct message *out);
void cluster_set_forger(struct cluster *c, cluster_forger *forger, void *context);
/* A faulty seat refuses envelopes of another one. */
void cluster_starve(struct cluster *c, uint16_t by, uint16_t seat);

/* A puppet answers what the others asked when they connected: that it holds nothing. */
void cluster_report(struct cluster *c, uint16_t from);
/* Sends anything as a node, now or later; the message stays the caller's. */
void cluster_say(struct cluster *c, uint16_t from, uint16_t to, const struct message *m);
void cluster_say_after(struct cluster *c, uint16_t from, uint16_t to,
                       const struct message *m, uint64_t ms);
/* An envelope of operations, encoded and of one sort, signed by the seat. */
struct envelope *cluster_seal(struct cluster *c, uint16_t seat,
                              const struct slice *operations, size_t count);
/* Signs with the seat's key whatever authenticate_own would. */
void cluster_sign(struct cluster *c, uint16_t seat, struct message *m);
/* A new block like the original (NULL: an empty one) with another header, signed by the
 * seat as its PRE-PREPARE. */
void cluster_forge(struct cluster *c, uint16_t seat, const struct pre_prepare *original,
                   const struct header *header, struct message *out);

/* --- the council's work --- */

/* A proposal that the first `approvals` seats approve and the others reject; its number. */
unsigned cluster_propose(struct cluster *c, uint16_t node, unsigned approvals);
/* The same, of a class. */
unsigned cluster_propose_in(struct cluster *c, uint16_t node, uint32_t class_index,
                            unsigned approvals);
/* The record, NULL while it is not final anywhere; until the cluster is freed. */
const struct record *cluster_record(const struct cluster *c, unsigned proposal);
const struct record *cluster_record_of(const struct cluster *c, const struct hash *id);
/* How many are final. */
uint64_t cluster_decisions(const struct cluster *c);
void cluster_set_voting(struct cluster *c, uint16_t node, bool votes);
/* Signs and submits an operation of the node's seat. */
void cluster_submit(struct cluster *c, uint16_t node, const struct operation *op);

/* --- looking --- */

/* The first thing that must not be, or NULL. */
const char *cluster_fault(const struct cluster *c);
void cluster_status(const struct cluster *c, uint16_t node, struct pbft_status *out);
uint64_t cluster_height(const struct cluster *c, uint16_t node);
uint64_t cluster_view(const struct cluster *c, uint16_t node);
/* The highest committed block that anyone correct has. */
uint64_t cluster_top(const struct cluster *c);
struct block *cluster_block(const struct cluster *c, uint64_t height); /* borrowed */
const struct hash *cluster_genesis(const struct cluster *c);

struct cluster_counts {
    uint64_t sent, delivered, bytes;
    uint64_t by_tag[16];
    uint64_t turns, ticks, syncs, notices[8];
    uint64_t view_changes; /* entered views of one seat, the most */
    uint64_t disk_failures, corruptions, pauses;
};
void cluster_counts(const struct cluster *c, struct cluster_counts *out);
/* Rare branches that were reached, by name, in the order in which they first were. */
struct cluster_mark {
    char name[48];
    uint64_t count;
};
const struct cluster_mark *cluster_marks(const struct cluster *c, size_t *count);
/* Whether two correct seats that have not crashed since saw the seat equivocate. */
bool cluster_is_caught(const struct cluster *c, uint16_t seat);
/* By the state of a correct seat that is up. */
bool cluster_is_expelled(const struct cluster *c, uint16_t seat);
/* All committed blocks give, executed anew, the state roots that the seats had. */
bool cluster_replays(const struct cluster *c);
/* Borrowed: the state of a node that is up. */
const struct council *cluster_council(const struct cluster *c, uint16_t node);
/* A line of the tester's own in the trace. */
void cluster_tell(struct cluster *c, const char *words);
/* The story so far; the digest is of everything that happened. */
const char *cluster_trace(const struct cluster *c);
uint64_t cluster_digest(const struct cluster *c);
/* One line per node on standard output. */
void cluster_show(const struct cluster *c);

#endif
