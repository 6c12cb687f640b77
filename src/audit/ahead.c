/* SPDX-License-Identifier: ISC */
#include "audit/ahead.h"

#include "base/alloc.h"
#include "base/conveyor.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>

/* A block has at most 2 MiB, so what is read ahead stays below some hundred. */
enum { STEPS_A_JOB = 8, STEPS_MAX = 64 };
/* In a ledger hardly a signature comes twice. */
enum { REMEMBERED = 64 };

struct ahead {
    struct ledger *ledger;
    uint64_t target, height;              /* height: the last one read */
    uint64_t covered;                     /* by the last certificate read */
    bool quick, ended;                    /* nothing more is read */
    struct authenticator *authenticators; /* one for each job */
    unsigned jobs;
    struct conveyor *conveyor;
};

static bool read_step(void *context, void *item)
{
    struct ahead *a = context;
    struct step *s = item;
    if (a->ended) {
        return false;
    }
    s->height = ++a->height;
    s->read = ledger_encoding(a->ledger, s->height, &s->encoding);
    if (s->read == 0 && a->covered < s->height) {
        s->next_read = ledger_commit_of(a->ledger, s->height, &s->next);
        a->covered = s->next_read == 0 ? s->next->what.height : a->covered;
    }
    a->ended = s->read != 0 || s->next_read != 0 || a->height == a->target;
    return true;
}

static void check_step(void *context, unsigned job, void *item)
{
    const struct ahead *a = context;
    struct authenticator *auth = &a->authenticators[job];
    struct step *s = item;
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

static void clear_step(void *context, void *item)
{
    struct step *s = item;
    (void)context;
    bytes_unref(s->encoding);
    block_unref(s->block);
    certificate_unref(s->next);
}

struct ahead *ahead_new(struct ledger *ledger, const struct authenticator *model,
                        uint64_t target, bool quick, unsigned jobs)
{
    struct ahead *a = alloc_zero(1, sizeof(*a));
    a->ledger = ledger;
    a->target = target;
    a->quick = quick;
    a->ended = target == 0;
    a->jobs = jobs;
    a->authenticators = alloc_zero(jobs, sizeof(*a->authenticators));
    for (unsigned i = 0; i < jobs; i++) {
        a->authenticators[i] = *model;
        a->authenticators[i].verified = verified_set_new(REMEMBERED);
    }
    const struct conveyor_line line = {a, sizeof(struct step), read_step, check_step,
                                       clear_step};
    size_t steps = jobs < STEPS_MAX / STEPS_A_JOB ? jobs * STEPS_A_JOB : STEPS_MAX;
    a->conveyor = conveyor_new(&line, jobs, jobs > 1 ? steps : 1);
    return a;
}

const struct step *ahead_next(struct ahead *a)
{
    return conveyor_next(a->conveyor);
}

uint64_t ahead_free(struct ahead *a)
{
    uint64_t checks = 0;
    conveyor_free(a->conveyor);
    for (unsigned i = 0; i < a->jobs; i++) {
        checks += a->authenticators[i].checks;
        verified_set_free(a->authenticators[i].verified);
    }
    free(a->authenticators);
    free(a);
    return checks;
}
