/* SPDX-License-Identifier: ISC */
/*
 * Councils of any size on virtual time: the replica that ships (replica/replica.h) and the
 * store that ships, on a disk in memory, as many of them as a council has seats, in one
 * process. Links, processors and disks are virtual; what they cost is given. So the same
 * plan with the same costs gives the same counts.
 *
 * A replica works in turns, as conclaved does: it takes everything that has arrived, ends
 * its turn, waits for the disk where something is to be synced, then sends. Meanwhile
 * messages wait. Signatures are counted, not computed.
 *
 * Virtual times are nanoseconds since the council's start.
 */
#ifndef CONCLAVE_TESTS_SCALE_H
#define CONCLAVE_TESTS_SCALE_H

#include "wire/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SCALE_TAGS = MESSAGE_CHECKPOINT + 1, SCALE_SAMPLES_MAX = 256 };
enum {
    SCALE_FLOOR_MS = 500,   /* of the request timer: the charter's default, or as many */
    SCALE_FLOOR_DELAYS = 4, /* delays as conclave-performance(7) advises */
};
#define SCALE_MS UINT64_C(1000000)
#define SCALE_S  UINT64_C(1000000000)

/* What the machine takes, nanoseconds of one core. */
struct scale_machine {
    double verify_ns, sign_ns;
    /* The encrypted channel, both ends together: for what a turn sends to one peer, for
     * each message in it, and for each byte. */
    double flush_ns, frame_ns, byte_ns;
    double turn_ns;      /* a daemon's turn besides: its loop, its clients, the kernel */
    double sync_ns;      /* a synced transaction of one writer, */
    double sync_all_ns;  /* and of one of as many as there are replicas, on one disk; */
    double disk_byte_ns; /* more for each byte of a larger one */
};

/* What a replica's own code takes besides: the means of a kind of call. */
struct scale_own {
    double receive_ns[SCALE_TAGS]; /* replica_receive, by the message's tag */
    double end_ns[2];              /* replica_end_turn: nothing to sync; something */
    double tick_ns;
    double submit_ns; /* replica_submit */
};

enum scale_kind {
    SCALE_LOAD,  /* operations, `outstanding` of them waiting at each seat */
    SCALE_ALONE, /* one operation after another */
    SCALE_ONE,   /* one decision after another */
    SCALE_MANY,  /* decisions, `at_once` of each seat from the beginning */
};

struct scale_plan {
    enum scale_kind kind;
    uint16_t seats;
    unsigned cores; /* that all share, with one disk; 0: a core and a disk for each */
    uint64_t delay_ns;
    uint64_t timer_floor_ms; /* of the request timer */
    unsigned outstanding, text_bytes;
    unsigned count;   /* blocks (SCALE_LOAD), operations or decisions to measure */
    unsigned at_once; /* SCALE_MANY: of each seat; count is that of all */
    bool quiet;       /* SCALE_ONE: the next begins once the last is provable, not final */
    struct scale_machine machine;
    struct scale_own own;
    const char *dir; /* where the stores are made, in memory if it can be */
};

/* Of all replicas together, of what was measured alone. */
struct scale_counts {
    uint64_t checks, signs;
    uint64_t frames[SCALE_TAGS], bytes[SCALE_TAGS]; /* sent, each copy counted */
    uint64_t flushes, wire_bytes; /* with the frames' heads and the channel's */
    uint64_t disk_bytes, syncs, turns;
    uint64_t submits;
    double signature_ns, channel_ns, turn_ns, own_ns; /* processor time, as given */
};

struct scale_times {
    size_t count;
    double p50_s, p99_s;
};

struct scale_result {
    struct scale_counts counts;
    double seconds; /* virtual */
    uint64_t blocks, operations, decisions, views;
    struct scale_times alone;                    /* SCALE_ALONE */
    struct scale_times outcome, final, provable; /* SCALE_ONE */
    double heap_bytes;                           /* of one replica at the end */
    bool stalled;                                /* nothing happened for too long */
    struct scale_own measured;                   /* what its calls took here */
    double process_s;                            /* that the simulation took */
};

void scale_run(const struct scale_plan *plan, struct scale_result *out);

/* flush_ns, frame_ns and byte_ns; disk_byte_ns, on the disk of a folder. */
void scale_measure_channel(struct scale_machine *out);
void scale_measure_disk(struct scale_machine *out, const char *dir);
/* A guess to begin with, until the calls were measured. */
void scale_own_guess(struct scale_own *out);

double scale_cpu_s(void); /* of this thread */
__attribute__((noreturn, format(printf, 1, 2))) void scale_fail(const char *format, ...);

#endif
