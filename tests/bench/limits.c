/* SPDX-License-Identifier: ISC */
/* What the machine can do: signatures on one core, synced commits of one writer and of
 * several at once, each a process of its own as daemons are. */
#define _GNU_SOURCE
#include "bench.h"

#include "base/alloc.h"
#include "conclave/files.h"

#include <lmdb.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE_BYTES = 160, VALUE_BYTES = 1024, KEYS = 64 };
static const double SECONDS = 1.0;

/* Of this process: what one core does, however many others want it meanwhile. */
static double cpu_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void measure_signatures(struct bench_limits *out)
{
    enum { BATCH = 64 };
    uint8_t public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
    uint8_t message[MESSAGE_BYTES] = {0}, signatures[BATCH][crypto_sign_BYTES];
    uint64_t count = 0;
    (void)crypto_sign_keypair(public, secret);
    double start = cpu_s(), passed = 0;
    while (passed < SECONDS / 2) {
        for (uint8_t i = 0; i < BATCH; i++) {
            message[0] = i;
            (void)crypto_sign_detached(signatures[i], NULL, message, sizeof(message),
                                       secret);
        }
        count += BATCH;
        passed = cpu_s() - start;
    }
    out->signs_per_s = (double)count / passed;
    count = 0;
    passed = 0;
    for (start = cpu_s(); passed < SECONDS; passed = cpu_s() - start) {
        for (uint8_t i = 0; i < BATCH; i++) {
            message[0] = i;
            if (crypto_sign_verify_detached(signatures[i], message, sizeof(message),
                                            public) != 0) {
                bench_fail("a good signature does not verify");
            }
        }
        count += BATCH;
    }
    out->verifies_per_s = (double)count / passed;
}

/* Commits until the time is over; how many. LMDB's default flags: each is synced. */
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

static double measure_commits(const char *base, unsigned writers)
{
    int ends[2];
    uint64_t sum = 0;
    double start = now_s();
    if (pipe(ends) != 0) {
        bench_fail("no pipe");
    }
    for (unsigned i = 0; i < writers; i++) {
        pid_t pid = fork();
        if (pid < 0) {
            bench_fail("no process");
        }
        if (pid == 0) {
            (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
            char *dir = alloc_printf("%s/%u-%u", base, writers, i);
            struct complaint why;
            uint64_t count =
                file_make_dir(dir, 0700, &why) == 0 ? commit_for(dir, start + SECONDS) : 0;
            _exit(write(ends[1], &count, sizeof(count)) == sizeof(count) ? 0 : 1);
        }
    }
    (void)close(ends[1]);
    for (unsigned i = 0; i < writers; i++) {
        uint64_t count = 0;
        if (read(ends[0], &count, sizeof(count)) != sizeof(count) || count == 0) {
            bench_fail("a writer could not commit in %s", base);
        }
        sum += count;
    }
    double passed = now_s() - start;
    (void)close(ends[0]);
    while (wait(NULL) > 0) {
    }
    return (double)sum / passed;
}

void limits_measure(struct bench_limits *out, const struct bench_options *o)
{
    const char *tmp = getenv("TMPDIR");
    char *base = alloc_printf("%s/bench-XXXXXX", tmp != NULL ? tmp : "/tmp");
    struct complaint why = {""};
    if (mkdtemp(base) == NULL) {
        bench_fail("cannot make a folder like %s", base);
    }
    measure_signatures(out);
    for (size_t i = 0; i <= o->size_count; i++) {
        unsigned writers = i == 0 ? 1 : o->sizes[i - 1];
        out->commits[i].writers = writers;
        out->commits[i].per_s = measure_commits(base, writers);
    }
    out->commit_count = o->size_count + 1;
    if (file_remove_tree(base, &why) != 0) {
        bench_fail("%s", why.text);
    }
    free(base);
}
