/* SPDX-License-Identifier: ISC */
/*
 * One seat's node: a replica (replica/replica.h) between the network, the control socket,
 * the clocks and the store of this machine.
 */
#ifndef CONCLAVE_CONCLAVED_NODE_H
#define CONCLAVE_CONCLAVED_NODE_H

#include "charter/charter.h"
#include "conclaved/catchup.h"
#include "conclaved/checkpoints.h"
#include "conclaved/config.h"
#include "conclaved/descriptors.h"
#include "conclaved/disk.h"
#include "conclaved/log_events.h"
#include "conclaved/metrics.h"
#include "conclaved/stall.h"
#include "conclaved/votes_tell.h"
#include "control/server.h"
#include "net/net.h"
#include "replica/replica.h"
#include "watch/offset.h"

/* What this node knows of another seat from its heartbeats: local observation. */
struct peer_view {
    bool heard;
    uint64_t heard_ms; /* monotonic, of the last frame of any kind */
    struct heartbeat last;
    uint64_t last_beat_ms;        /* monotonic, when it came */
    struct phi phi;               /* whether it is alive, by them */
    int64_t lag_height, lag_view; /* this node's minus its, then */
    char version[HEARTBEAT_VERSION_MAX + 1];
    bool has_offset;          /* the next are measured */
    uint32_t round_trip_ms;   /* the last */
    struct offset offset;     /* of its wall clock: of the last ones */
    int64_t clock_offset_ms;  /* the best: its clock minus this node's, */
    uint32_t offset_error_ms; /* wrong by no more than this */
    uint64_t bad_messages;
    uint64_t bad_signatures; /* of these */
    uint64_t lost;           /* connections that ended of themselves */
    uint64_t beat_shown_ms;  /* monotonic, when the subscribers last were */
    uint64_t since_wall_ms;  /* when its connection last came up or went down; 0: it has
                                not been up since the start */
    bool went_down;          /* at least once, the last time */
    uint64_t down_wall_ms;   /* then, */
    enum net_down_reason down_reason; /* for this */
};

struct beats;
struct log_ring;
struct agents;    /* attached agents and what they were asked */
struct published; /* events that wait for the end of the turn */
struct flagging;  /* the book of flags */
struct patterns;  /* what the ledger says of the seats */

struct node {
    struct ev_loop *loop;
    struct config *config;
    struct charter *charter;
    struct secret_key *key;
    uint16_t seat;
    uint8_t instance[INSTANCE_BYTES];
    uint64_t started_wall_ms;

    struct public_key *keys; /* what the replica borrows */
    struct ledger *ledger;
    struct replica *replica;
    struct net *net;
    struct control_server *control;
    struct agents *agents;
    struct published *published;
    struct flagging *flagging;
    struct patterns *patterns;
    json_t *diversity; /* of the charter, as it is answered; NULL: nobody has asked */
    struct peer_view peers[SEATS_MAX]; /* peers[seat - 1] */
    struct phi_clock awake;            /* by which they are judged */
    struct rounds *rounds;             /* votes for recent blocks, */
    struct votes_watch votes;          /* and what of them was told */
    struct beats *beats;               /* recent heartbeats */
    struct checkpoints checkpoints;    /* of the public log */
    struct metrics metrics;
    struct log_ring *log; /* recent lines, */
    uint64_t log_told;    /* up to this one were told */
    bool stopping;
    bool failed;               /* stops by itself, with an error */
    bool clock_is_off;         /* by the measure of the others */
    bool was_asking, was_lost; /* what the other seats were last told */
    struct descriptors descriptors;
    struct stall_watch stall;
    struct disk_watch disk;
    struct catchup catchup;
    struct views_told views_told;
    uint64_t heap_ms;          /* monotonic, when unused memory was last given back */
    bool suspended[SEATS_MAX]; /* of seat - 1, as the log was told */

    struct ev_prepare turn_watcher; /* ends the turn before the loop sleeps */
    struct ev_timer tick_watcher;   /* when the replica wants a tick */
    struct ev_timer beat_watcher;   /* heartbeats */
    struct ev_timer settle_watcher; /* from the first commit that is only logged */
    uint64_t settle_wait_ms;        /* for so long */
};

/* What the charter says, in the replica's terms; keys and key are left out. */
void node_replica_config(const struct charter *c, uint16_t seat,
                         struct replica_config *out);
/* The seat of the charter whose key this is; the files are named in the complaint. */
int node_find_seat(const struct config *config, const struct charter *charter,
                   const struct secret_key *key, uint16_t *seat, struct complaint *why);
/* n is all zero. */
int node_start(struct node *n, struct ev_loop *loop, struct config *config,
               struct complaint *why);
void node_stop(struct node *n);

/*
 * Queues so many PROPOSEs of this seat with new nonces and so many bytes of text, nothing
 * of it durable: a load for measuring. *waiting is how many wait now. 0, or CONCLAVE_ESTATE
 * when that would be more than NODE_LOAD_MAX; *waiting is then how many wait already.
 */
enum { NODE_LOAD_MAX = 16384 };
int node_load(struct node *n, uint32_t operations, size_t size, uint32_t *waiting);

/* The control methods, conclave-control(7); handlers get the struct node. */
extern const struct control_method node_methods[];
/* Events for those alone who name them. */
extern const char *const node_quiet_events[];

#endif
