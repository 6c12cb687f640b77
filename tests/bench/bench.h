/* SPDX-License-Identifier: ISC */
/*
 * The bench: what councils of real daemons on this machine do, beside what the machine
 * itself can do. Times are seconds unless the name says otherwise.
 */
#ifndef CONCLAVE_TESTS_BENCH_H
#define CONCLAVE_TESTS_BENCH_H

#include "live.h"

enum { BENCH_SIZES_MAX = 8 };

struct bench_options {
    unsigned sizes[BENCH_SIZES_MAX]; /* seats of the councils */
    size_t size_count;
    bool limits, load, decide; /* the parts */
    unsigned seconds;          /* of load, for each council */
    unsigned text_bytes;       /* of an operation's text */
    const char *json;
};

/* The machine, without a council. */
struct bench_limits {
    double verifies_per_s, signs_per_s; /* Ed25519, one core */
    struct {
        unsigned writers; /* each with an environment of its own */
        double per_s;     /* synced commits of all together */
    } commits[BENCH_SIZES_MAX + 1];
    size_t commit_count;
};

struct bench_load {
    double seconds;
    uint64_t operations, blocks;
    double cpu_s; /* of all daemons */
    unsigned outstanding;
};

struct bench_times {
    size_t count;
    double p50, p99;
};

struct bench_decide {
    struct bench_times outcome, final; /* from propose, one proposal after another */
    double one_cpu_s;                  /* of all daemons, for one of these */
    double one_blocks;                 /* for one of these */
    unsigned many;                     /* proposals at once */
    double many_s, many_cpu_s;
};

struct bench_memory {
    double mean_bytes, max_bytes; /* resident, of one daemon */
};

struct bench_council {
    unsigned seats;
    bool has_load, has_decide;
    double start_s;  /* until every node has a channel to every other */
    double idle_cpu; /* of a core, one daemon */
    struct bench_memory idle, loaded;
    struct bench_load load;
    struct bench_times latency; /* of an operation when there is no other */
    struct bench_decide decide;
};

struct bench_report {
    struct bench_limits limits;
    struct bench_council councils[BENCH_SIZES_MAX];
    size_t council_count;
};

/* --- the parts --- */

void limits_measure(struct bench_limits *out, const struct bench_options *o);
void council_measure(struct bench_council *out, const struct bench_options *o);
void load_measure(struct bench_council *out, struct live *l, const struct bench_options *o);
void decide_measure(struct bench_council *out, struct live *l);

void report_print(const struct bench_report *r, const struct bench_options *o);
/* Exits when the file cannot be written. */
void report_write(const struct bench_report *r, const struct bench_options *o);

/* --- measuring --- */

double now_s(void);
/* Sorts the values. */
struct bench_times times_of(double *values, size_t count);
/* CPU time of all daemons so far, and their memory. */
double council_cpu(struct live *l);
struct bench_memory council_memory(struct live *l);

/* --- talking to a node; whatever fails ends the program --- */

struct control_client *bench_connect(struct live *l, unsigned seat, const char *event);
/* bench.submit, without waiting for the answer. */
void bench_send_load(struct control_client *c, unsigned operations, unsigned text_bytes);
/* The answer: operations of that seat that are not ordered yet. */
unsigned bench_waiting(struct control_client *c);
/* The next event of this name, waiting so long; NULL when none came. A new reference. */
json_t *bench_event(struct control_client *c, const char *name, int timeout_ms);
__attribute__((noreturn, format(printf, 1, 2))) void bench_fail(const char *format, ...);

#endif
