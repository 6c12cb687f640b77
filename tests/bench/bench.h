/* SPDX-License-Identifier: ISC */
/*
 * The bench: what councils of real daemons on this machine do, beside what the machine
 * itself can do. Times are seconds and sizes bytes unless the name says otherwise; what was
 * not measured is NAN or 0.
 */
#ifndef CONCLAVE_TESTS_BENCH_H
#define CONCLAVE_TESTS_BENCH_H

#include "live.h"

enum { BENCH_SIZES_MAX = 8 };

/* Each can be left out; bench.c has their words. */
enum bench_part {
    PART_LIMITS, /* the machine's yardsticks */
    PART_START,  /* from nothing to the first decision */
    PART_IDLE,
    PART_DECIDE,
    PART_ALONE, /* one operation at a time */
    PART_LOAD,
    PART_SINGLE, /* the same, with each operation in an envelope of its own */
    PART_VIEWCHANGE,
    PART_CATCHUP, /* and the replay of a ledger */
    PARTS
};

struct bench_options {
    unsigned sizes[BENCH_SIZES_MAX]; /* seats of the councils */
    size_t size_count;
    bool parts[PARTS];
    unsigned seconds;     /* of load, for each council */
    unsigned text_bytes;  /* of an operation's text */
    unsigned envelope;    /* operations in one at most; 0: as a council has it */
    unsigned outstanding; /* operations of one seat; 0: by the council's size */
    const char *json;
};

enum { BENCH_SAMPLES = 10 };

/* Measured several times, at the beginning and at the end: what else the machine does
 * meanwhile shows in the spread. */
struct bench_rate {
    double samples[BENCH_SAMPLES];
    size_t count;
    double per_s; /* their median */
};

/* The machine, without a council. */
struct bench_limits {
    unsigned cores;
    struct bench_rate verifies, signs; /* Ed25519, one core */
    struct bench_rate all_verifies;    /* all cores at once, which may share much */
    struct bench_writers {
        unsigned writers;          /* each with an environment of its own */
        struct bench_rate commits; /* synced ones of all together */
        struct bench_rate appends; /* to a write-ahead log each */
    } disk[BENCH_SIZES_MAX + 1];
    size_t disk_count;
};

struct bench_times {
    size_t count;
    double p50, p99;
};

/* What daemons did, all of them together: by their own metrics, and by the kernel's. */
struct bench_counts {
    double cpu_s;
    double operations, blocks;      /* executed: each daemon executes all of them */
    double checked, remembered;     /* signatures */
    double sent_bytes, block_bytes; /* to peers; of blocks executed */
    double written_bytes;           /* to the disk; NAN where the kernel does not tell */
};

struct bench_share {
    double mean, max; /* over the daemons */
};

/* Resident: anonymous, of files, and of those the store's map. The kernel may tell no one
 * else what is mapped; the map is NAN then. */
struct bench_memory {
    struct bench_share resident, anonymous, file, map;
    struct bench_share own; /* resident without the map */
};

struct bench_load {
    double seconds;
    uint64_t operations, blocks;
    uint64_t envelopes, in_envelopes; /* seen in blocks, and the operations in them */
    struct bench_counts counts;
    struct bench_times latency; /* of an operation, at most: by when it was asked for */
    unsigned outstanding;       /* of all seats */
    double own_cpu_s;           /* of this program */
    struct bench_memory memory; /* at the end of the load */
};

struct bench_alone {
    struct bench_times latency;
    struct bench_counts counts;
};

struct bench_decide {
    struct bench_times outcome, final; /* from propose, one proposal after another */
    unsigned one, many;                /* proposals one after another, and at once */
    double one_s, many_s;
    struct bench_counts one_counts, many_counts;
    double many_own_cpu_s; /* of this program, whose agents they are */
};

enum { BENCH_VIEWCHANGES = 5 };

struct bench_viewchange {
    size_t count;
    double elapsed_s[BENCH_VIEWCHANGES]; /* from the primary's end to a block */
    double timer_s[BENCH_VIEWCHANGES];   /* the request timer in force then */
    double over_s[BENCH_VIEWCHANGES];    /* the first beyond the second */
};

struct bench_catchup {
    double operations, block_bytes; /* that the replica lacked */
    /* Until it had them: from its start, its first channel, its first new block. */
    struct bench_times whole_s, connected_s, transfer_s;
};

struct bench_replay {
    double operations, block_bytes; /* of the ledger */
    double start_s;                 /* of a node with that ledger, until it answers */
    double replay_s;                /* of that, what it did before it was ready */
    double start_cpu_s;             /* its CPU time until it answered */
    double store_bytes;             /* of the store's file */
    /* CPU time: reading that file; the operations' ids; the trees of their envelopes */
    double read_s, blake2b_s, sha256_s;
};

struct bench_council {
    unsigned seats;
    bool done[PARTS];
    bool ran;                          /* for more than its first decision */
    double start_s;                    /* until every node has a channel to every other */
    struct bench_times first_decision; /* from the start of the first process */
    double idle_cpu;                   /* of a core, one daemon */
    struct bench_memory idle, loaded;
    struct bench_load load, single;
    struct bench_alone alone;
    struct bench_decide decide;
    struct bench_viewchange killed, frozen;
    struct bench_catchup catchup;
    struct bench_replay replay;
};

struct bench_report {
    struct bench_limits limits;
    struct bench_council councils[BENCH_SIZES_MAX];
    size_t council_count;
};

/* --- the parts --- */

/* Called twice: half of the samples each time. */
void limits_measure(struct bench_limits *out, const struct bench_options *o);
/* Each of these has a council of its own, with so many seats. */
void council_measure(struct bench_council *out, const struct bench_options *o);
void start_measure(struct bench_council *out, const struct bench_options *o);
void viewchange_measure(struct bench_viewchange *killed, struct bench_viewchange *frozen,
                        unsigned seats, const struct bench_options *o);
void catchup_measure(struct bench_council *out, const struct bench_options *o);
/* The start of a seat that runs, with all the ledger that it has. */
void replay_measure(struct bench_replay *out, struct live *l, unsigned seat);
/* These have one that runs. */
void alone_measure(struct bench_council *out, struct live *l,
                   const struct bench_options *o);
void load_measure(struct bench_load *out, struct live *l, const struct bench_options *o);
void decide_measure(struct bench_council *out, struct live *l);

/* The files of a council that may be loaded; nothing runs yet. */
struct live *council_new(unsigned seats, const struct bench_options *o);
/* Until every node has a channel to every other. */
void council_start(struct live *l);
/* Has the first so many seats order so many operations. */
void load_order(struct live *l, const struct bench_options *o, unsigned seats,
                uint64_t operations);

/* --- the report --- */

void report_print(const struct bench_report *r, const struct bench_options *o);
/* Exits when the file cannot be written. */
void report_write(const struct bench_report *r, const struct bench_options *o);

/* Ends the program. */
__attribute__((noreturn, format(printf, 1, 2))) void bench_fail(const char *format, ...);

#endif
