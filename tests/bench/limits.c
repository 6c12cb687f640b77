/* SPDX-License-Identifier: ISC */
/* What the machine can do: signatures on one core, synced commits of one writer and of
 * several at once, each a process of its own as daemons are. */
#define _GNU_SOURCE
#include "measure.h"

#include "base/alloc.h"
#include "conclave/files.h"
#include "ledger/wal.h"

#include <errno.h>
#include <lmdb.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MESSAGE_BYTES = 160, VALUE_BYTES = 1024, KEYS = 64 };
/* A sample each; of commits longer where there are many writers, which take turns. */
static const double SIGN_S = 0.1, VERIFY_S = 0.2, COMMIT_S = 0.3, COMMIT_OF_ONE_S = 0.02;

static void add_sample(struct bench_rate *r, double per_s)
{
    double sorted[BENCH_SAMPLES];
    if (r->count < BENCH_SAMPLES) {
        r->samples[r->count++] = per_s;
    }
    memcpy(sorted, r->samples, sizeof(sorted));
    r->per_s = times_of(sorted, r->count).p50;
}

/* --- so many processes at once --- */

typedef double work(void *context, unsigned process);

/* The sum of what they return, each more than 0. */
static double in_processes(unsigned count, work *fn, void *context)
{
    int ends[2];
    double sum = 0;
    if (pipe(ends) != 0) {
        bench_fail("no pipe");
    }
    for (unsigned i = 0; i < count; i++) {
        pid_t pid = fork();
        if (pid < 0) {
            bench_fail("no process");
        }
        if (pid == 0) {
            (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
            double result = fn(context, i);
            _exit(write(ends[1], &result, sizeof(result)) == sizeof(result) ? 0 : 1);
        }
    }
    (void)close(ends[1]);
    for (unsigned i = 0; i < count; i++) {
        double result = 0;
        if (read(ends[0], &result, sizeof(result)) != sizeof(result) || result <= 0) {
            bench_fail("a process that measured the machine failed");
        }
        sum += result;
    }
    (void)close(ends[0]);
    while (wait(NULL) > 0) {
    }
    return sum;
}

/* --- signatures --- */

enum { BATCH = 64 };

struct signed_messages {
    uint8_t public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
    uint8_t message[MESSAGE_BYTES], signatures[BATCH][crypto_sign_BYTES];
};

/* A second. By CPU time of this process, here and below: what one core does, however many
 * others want it meanwhile. */
static double sign(struct signed_messages *m)
{
    uint64_t count = 0;
    double start = own_cpu_s(), passed = 0;
    while (passed < SIGN_S) {
        for (uint8_t i = 0; i < BATCH; i++) {
            m->message[0] = i;
            (void)crypto_sign_detached(m->signatures[i], NULL, m->message,
                                       sizeof(m->message), m->secret);
        }
        count += BATCH;
        passed = own_cpu_s() - start;
    }
    return (double)count / passed;
}

static double verify(void *context, unsigned process)
{
    struct signed_messages *m = context;
    uint64_t count = 0;
    double start = own_cpu_s(), passed = 0;
    (void)process;
    while (passed < VERIFY_S) {
        for (uint8_t i = 0; i < BATCH; i++) {
            m->message[0] = i;
            if (crypto_sign_verify_detached(m->signatures[i], m->message,
                                            sizeof(m->message), m->public) != 0) {
                return 0;
            }
        }
        count += BATCH;
        passed = own_cpu_s() - start;
    }
    return (double)count / passed;
}

static void measure_signatures(struct bench_limits *out)
{
    struct signed_messages m = {.message = {0}};
    (void)crypto_sign_keypair(m.public, m.secret);
    add_sample(&out->signs, sign(&m));
    add_sample(&out->verifies, in_processes(1, verify, &m));
    add_sample(&out->all_verifies, in_processes(out->cores, verify, &m));
}

/* --- commits --- */

struct commits {
    const char *base;
    unsigned writers;
    double until;
    /* Works until then in dir; how often. */
    uint64_t (*commit_for)(const char *dir, double until);
};

/* In LMDB with its default flags: each is synced. */
static uint64_t commit_for(const char *dir, double until)
{
    uint8_t value[VALUE_BYTES];
    MDB_env *env = NULL;
    MDB_dbi dbi = 0;
    MDB_txn *txn = NULL;
    uint64_t count = 0;
    int error = mdb_env_create(&env);
    error = error != 0 ? error : mdb_env_set_mapsize(env, 16U << 20);
    error = error != 0 ? error : mdb_env_open(env, dir, 0, 0600);
    while (error == 0 && now_s() < until) {
        uint64_t key = count % KEYS;
        MDB_val k = {sizeof(key), &key}, v = {sizeof(value), value};
        memset(value, (int)count, sizeof(value));
        error = mdb_txn_begin(env, NULL, 0, &txn);
        if (error == 0 && count == 0) {
            error = mdb_dbi_open(txn, NULL, MDB_INTEGERKEY, &dbi);
        }
        error = error != 0 ? error : mdb_put(txn, dbi, &k, &v, 0);
        error = error != 0 ? error : mdb_txn_commit(txn);
        count += error == 0;
    }
    mdb_env_close(env);
    return error == 0 ? count : 0;
}

static uint64_t append_for(const char *dir, double until)
{
    uint8_t value[VALUE_BYTES];
    struct wal *w = NULL;
    uint64_t count = 0;
    int error = wal_make(dir, &w);
    while (error == 0 && now_s() < until) {
        memset(value, (int)count, sizeof(value));
        error = wal_append(w, slice_of(value, sizeof(value)));
        if (error == CONCLAVE_ELIMIT) {
            wal_next_round(w);
            error = 0;
        } else {
            count++;
        }
    }
    wal_close(w);
    return error == 0 ? count : 0;
}

static double commit(void *context, unsigned process)
{
    const struct commits *c = context;
    char *dir = alloc_printf("%s/%u-%u", c->base, c->writers, process);
    bool there = mkdir(dir, 0700) == 0 || errno == EEXIST;
    return there ? (double)c->commit_for(dir, c->until) : 0;
}

static double measure_commits(const char *base, unsigned writers,
                              uint64_t (*commit_one_for)(const char *dir, double until))
{
    double start = now_s(), least_s = writers * COMMIT_OF_ONE_S;
    struct commits c = {base, writers, start + (least_s > COMMIT_S ? least_s : COMMIT_S),
                        commit_one_for};
    double count = in_processes(writers, commit, &c);
    return count / (now_s() - start);
}

void limits_measure(struct bench_limits *out, const struct bench_options *o)
{
    const char *tmp = getenv("TMPDIR");
    char *base = alloc_printf("%s/bench-XXXXXX", tmp != NULL ? tmp : "/tmp");
    struct complaint why = {""};
    if (mkdtemp(base) == NULL) {
        bench_fail("cannot make a folder like %s", base);
    }
    out->cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    out->disk_count = o->size_count + 1;
    for (unsigned sample = 0; sample < BENCH_SAMPLES / 2; sample++) {
        measure_signatures(out);
        for (size_t i = 0; i < out->disk_count; i++) {
            struct bench_writers *d = &out->disk[i];
            d->writers = i == 0 ? 1 : o->sizes[i - 1];
            add_sample(&d->commits, measure_commits(base, d->writers, commit_for));
            add_sample(&d->appends, measure_commits(base, d->writers, append_for));
        }
    }
    if (file_remove_tree(base, &why) != 0) {
        bench_fail("%s", why.text);
    }
    free(base);
}
