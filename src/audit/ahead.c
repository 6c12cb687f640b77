/* SPDX-License-Identifier: ISC */
#include "audit/ahead.h"

#include "base/alloc.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A block has at most 2 MiB, so what is read ahead stays below some hundred. */
enum { STEPS_A_JOB = 8, STEPS_MAX = 64 };
/* In a ledger hardly a signature comes twice. */
enum { REMEMBERED = 64 };

struct worker {
    struct ahead *ahead;
    struct authenticator authenticator;
    pthread_t thread;
};

/* Steps lie in a ring, numbered as they come: taken <= claimed <= read. */
struct ahead {
    struct ledger *ledger;
    uint64_t target, height; /* height: the last one read */
    uint64_t covered;        /* by the last certificate read */
    bool quick, ended;       /* nothing more is read */
    struct step *ring;
    size_t size;
    uint64_t taken, claimed, read;
    bool handed_out; /* the step before taken is the caller's */
    struct worker *workers;
    unsigned jobs, threads; /* threads: of these, running */
    pthread_mutex_t mutex;  /* of claimed, read, stopping and each step's done */
    pthread_cond_t work, done;
    bool stopping;
};

/* --- one step --- */

static void read_step(struct ahead *a, struct step *s)
{
    *s = (struct step){.height = ++a->height};
    s->read = ledger_encoding(a->ledger, s->height, &s->encoding);
    if (s->read == 0 && a->covered < s->height) {
        s->next_read = ledger_commit_of(a->ledger, s->height, &s->next);
        a->covered = s->next_read == 0 ? s->next->what.height : a->covered;
    }
    a->ended = s->read != 0 || s->next_read != 0 || a->height == a->target;
}

static void check_step(const struct ahead *a, struct authenticator *auth, struct step *s)
{
    if (s->read == 0) {
        s->read = codec_decode_block(s->encoding, bytes_slice(s->encoding), &s->block);
        bytes_unref(s->encoding);
        s->encoding = NULL;
    }
    if (s->read == 0 && s->block->header.height != s->height) {
        s->read = CONCLAVE_ECORRUPT;
    }
    if (s->read == 0) {
        s->authentic = a->quick ? authenticate_certified_block(auth, s->block)
                                : authenticate_block(auth, s->block);
    }
    if (s->next != NULL && !a->quick) {
        s->next_authentic = authenticate_certificate(auth, s->next);
    }
}

static void clear_step(struct step *s)
{
    bytes_unref(s->encoding);
    block_unref(s->block);
    certificate_unref(s->next);
    memset(s, 0, sizeof(*s));
}

static struct step *step_at(struct ahead *a, uint64_t number)
{
    return &a->ring[number % a->size];
}

/* --- threads --- */

static void *work(void *argument)
{
    struct worker *w = argument;
    struct ahead *a = w->ahead;
    (void)pthread_mutex_lock(&a->mutex);
    while (!a->stopping) {
        if (a->claimed == a->read) {
            (void)pthread_cond_wait(&a->work, &a->mutex);
            continue;
        }
        struct step *s = step_at(a, a->claimed++);
        (void)pthread_mutex_unlock(&a->mutex);
        check_step(a, &w->authenticator, s);
        (void)pthread_mutex_lock(&a->mutex);
        s->done = true;
        (void)pthread_cond_signal(&a->done);
    }
    (void)pthread_mutex_unlock(&a->mutex);
    return NULL;
}

/* With fewer than asked for it is slower, with none it is done by the caller. */
static void start_threads(struct ahead *a)
{
    (void)pthread_mutex_init(&a->mutex, NULL);
    (void)pthread_cond_init(&a->work, NULL);
    (void)pthread_cond_init(&a->done, NULL);
    while (a->jobs > 1 && a->threads < a->jobs &&
           pthread_create(&a->workers[a->threads].thread, NULL, work,
                          &a->workers[a->threads]) == 0) {
        a->threads++;
    }
}

static void stop_threads(struct ahead *a)
{
    (void)pthread_mutex_lock(&a->mutex);
    a->stopping = true;
    (void)pthread_cond_broadcast(&a->work);
    (void)pthread_mutex_unlock(&a->mutex);
    for (unsigned i = 0; i < a->threads; i++) {
        (void)pthread_join(a->workers[i].thread, NULL);
    }
    (void)pthread_mutex_destroy(&a->mutex);
    (void)pthread_cond_destroy(&a->work);
    (void)pthread_cond_destroy(&a->done);
}

/* What was read becomes the threads', all at once. */
static void read_ahead(struct ahead *a)
{
    uint64_t read = a->read;
    while (!a->ended && read - a->taken < a->size) {
        read_step(a, step_at(a, read++));
    }
    (void)pthread_mutex_lock(&a->mutex);
    if (read > a->read) {
        a->read = read;
        (void)pthread_cond_broadcast(&a->work);
    }
    while (a->taken < a->read && !step_at(a, a->taken)->done) {
        (void)pthread_cond_wait(&a->done, &a->mutex);
    }
    (void)pthread_mutex_unlock(&a->mutex);
}

static void read_alone(struct ahead *a)
{
    if (!a->ended) {
        struct step *s = step_at(a, a->read++);
        read_step(a, s);
        check_step(a, &a->workers[0].authenticator, s);
    }
}

/* --- all of it --- */

struct ahead *ahead_new(struct ledger *ledger, const struct authenticator *model,
                        uint64_t target, bool quick, unsigned jobs)
{
    struct ahead *a = alloc_zero(1, sizeof(*a));
    a->ledger = ledger;
    a->target = target;
    a->quick = quick;
    a->ended = target == 0;
    a->jobs = jobs > 1 ? jobs : 1;
    a->size = a->jobs < STEPS_MAX / STEPS_A_JOB ? a->jobs * STEPS_A_JOB : STEPS_MAX;
    a->ring = alloc_zero(a->size, sizeof(*a->ring));
    a->workers = alloc_zero(a->jobs, sizeof(*a->workers));
    for (unsigned i = 0; i < a->jobs; i++) {
        a->workers[i].ahead = a;
        a->workers[i].authenticator = *model;
        a->workers[i].authenticator.verified = verified_set_new(REMEMBERED);
    }
    start_threads(a);
    return a;
}

const struct step *ahead_next(struct ahead *a)
{
    if (a->handed_out) {
        clear_step(step_at(a, a->taken - 1));
        a->handed_out = false;
    }
    if (a->threads > 0) {
        read_ahead(a);
    } else {
        read_alone(a);
    }
    if (a->taken == a->read) {
        return NULL;
    }
    a->handed_out = true;
    return step_at(a, a->taken++);
}

uint64_t ahead_free(struct ahead *a)
{
    uint64_t checks = 0;
    stop_threads(a);
    for (size_t i = 0; i < a->size; i++) {
        clear_step(&a->ring[i]);
    }
    for (unsigned i = 0; i < a->jobs; i++) {
        checks += a->workers[i].authenticator.checks;
        verified_set_free(a->workers[i].authenticator.verified);
    }
    free(a->workers);
    free(a->ring);
    free(a);
    return checks;
}
