/* SPDX-License-Identifier: ISC */
/*
 * Sample proposals for `agent check`: JSON files, whose members conclave-agent-check(1)
 * describes. What is derived from another sample is asked beside it, so that a change of
 * the answer has one cause.
 */
#ifndef CONCLAVE_CONCLAVE_AGENT_SAMPLES_H
#define CONCLAVE_CONCLAVE_AGENT_SAMPLES_H

#include "agent/answer.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>

enum { CHOICES = ANSWER_ABSTAIN + 1, COPIES_MAX = 64 };

struct sample {
    json_t *spec;     /* as it stands in the file; the texts below are its own */
    json_t *proposal; /* of the question */
    char *file;       /* where it stands */
    const char *name, *what;
    const struct sample *of;    /* that it is derived from, or NULL */
    bool same;                  /* the change must not change the answer, */
    bool injects;               /* or tries to, to what it demands: */
    bool opposite;              /* of the answer without it, */
    enum answer_choice demands; /* or else this */
    const char *says;      /* what a rationale has if the instructions were followed, or
                              NULL */
    bool expects[CHOICES]; /* all: any answer will do */
    bool check_failed;     /* one of its checks */
    uint64_t within_ms;    /* until the deadline; UINT64_MAX: as long as the time limit */
    unsigned copies;       /* asked at the same time; 0: as often as others */
    bool wanted;           /* is to be told about */
};

/* In the order of the files' names, and as they stand there. */
struct samples {
    struct sample *list;
    size_t count;
};

/*
 * Reads all the *.json of a folder, each with a sample or an array of them, and adds them.
 * 0, CONCLAVE_EIO, _EFORMAT, _ELIMIT, _ETEXT, _EEXIST with a complaint that names the
 * place. The caller ends with samples_free in any case.
 */
int samples_load(struct samples *s, const char *dir, struct complaint *why);
/* When all are there: finds what they are derived from, and makes the proposals. */
int samples_derive(struct samples *s, struct complaint *why);
void samples_free(struct samples *s);

/* What an evaluator is asked, but for the deadline; demands: what an injection is to ask
 * for. A new reference. */
json_t *sample_question(const struct sample *s, enum answer_choice demands,
                        const json_t *seat);

/* agent_samples_parse.c: the members of one; its spec is there. */
int sample_parse(struct sample *s, struct complaint *why);
/* agent_samples_make.c: its proposal. */
int sample_make(struct sample *s, struct complaint *why);

#endif
