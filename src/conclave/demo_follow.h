/* SPDX-License-Identifier: ISC */
/* What became of the demo's proposals, by the events of conclave-control(7). No I/O. */
#ifndef CONCLAVE_CONCLAVE_DEMO_FOLLOW_H
#define CONCLAVE_CONCLAVE_DEMO_FOLLOW_H

#include "charter/charter.h"

#include <jansson.h>

struct demo_outcome {
    char *id; /* hexadecimal */
    char *class_name;
    char *title;
    unsigned proposer;
    unsigned threshold;
    bool decided, final;
    bool approved;
    char *reason;                      /* or NULL */
    unsigned sealed, opened;           /* ballots recorded, and revealed */
    unsigned approve, reject, abstain; /* once it is final */
    uint64_t proposed_ms, decided_ms;  /* monotonic, of this process */
};

struct demo_follow {
    const struct charter *charter;
    struct demo_outcome *list;
    size_t count;
};

/* A proposal of ours, before its first event. Copies the strings. */
void demo_follow_add(struct demo_follow *f, const char *id, const char *class_name,
                     const char *title, unsigned proposer, uint64_t now_ms);
/* Takes an event in; the proposals of others are added as they open. */
void demo_follow_event(struct demo_follow *f, const char *event, const json_t *params,
                       uint64_t now_ms);
/* The proposal with this id, or NULL. */
struct demo_outcome *demo_follow_find(const struct demo_follow *f, const char *id);
size_t demo_follow_final(const struct demo_follow *f);
void demo_follow_free(struct demo_follow *f);

#endif
