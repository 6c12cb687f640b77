/* SPDX-License-Identifier: ISC */
/*
 * A live council with one evil seat or two, and the questions that each attack answers: are
 * the correct nodes up, do they agree, do they still decide, what did it cost them.
 */
#ifndef CONCLAVE_TESTS_SCENE_H
#define CONCLAVE_TESTS_SCENE_H

#include "evil.h"
#include "tap.h"

#include "../e2e/witness.h"

enum { MIB = 1024 * 1024, DECIDE_MS = 40000 };
/* The evil seat's turn as primary comes, too; it should not take long. */
#define SCENE_TIMING "{\"timing\":{\"timer_floor_ms\":100,\"timer_ceiling_ms\":2500}}"

struct scene {
    struct live *l;
    struct evil *e, *second; /* NULL where there is only one */
    struct witness *witness;
    unsigned seats;
    unsigned attacks;
    uint64_t begun_ms;              /* of the attack */
    uint64_t cpu_ms[SEATS_MAX + 1]; /* of each node when the attack began */
};

/* All nodes but the evil seat's run, and are connected; their agents approve. Bails out
 * when that fails. */
struct scene *scene_new(unsigned seats, uint16_t evil, const char *charter,
                        const char *config);
/* The same with two evil seats. */
struct scene *scene_new_pair(unsigned seats, uint16_t evil, uint16_t second,
                             const char *charter, const char *config);
void scene_free(struct scene *s);
bool scene_is_correct(const struct scene *s, unsigned seat);
/* A running correct seat; the same as long as it runs. */
unsigned scene_friend(const struct scene *s);

/* Peaks of memory and use of CPU are counted from here. */
void scene_begin(struct scene *s, const char *attack);
/* One proposal of a correct seat is decided within so long; the milliseconds, or -1. */
int64_t scene_decide(struct scene *s, int timeout_ms);
struct scene_verdict {
    bool up;         /* every correct node runs */
    int64_t took_ms; /* scene_decide */
    bool agree;      /* one chain, one state, no correct seat has voted twice */
};
struct scene_verdict scene_judge(struct scene *s);
/* Every node's peak of memory since scene_begin is below so many MiB. */
bool scene_memory(struct scene *s, unsigned mib);
/* Milliseconds of CPU of a node since scene_begin. */
uint64_t scene_cpu_ms(const struct scene *s, unsigned seat);

/* A number from `seats` at a node about another. */
json_int_t scene_peer_number(struct scene *s, unsigned at, unsigned about,
                             const char *member);
/* A hash from `status` of a node; zero where there is none. */
struct hash scene_hash(struct scene *s, unsigned at, const char *member);
bool scene_is_long(void);

/* The checks that every attack ends with. */
__attribute__((unused)) static void scene_check(struct scene *s, const char *attack,
                                                unsigned memory_mib)
{
    struct scene_verdict v = scene_judge(s);
    ok(v.up, "%s: the correct nodes stay up", attack);
    ok(v.took_ms >= 0, "%s: they decide (%lld ms)", attack, (long long)v.took_ms);
    ok(v.agree, "%s: one chain, one state, no double vote", attack);
    ok(scene_memory(s, memory_mib), "%s: memory stays below %u MiB", attack, memory_mib);
    if (!v.up || v.took_ms < 0 || !v.agree) {
        live_show_logs(s->l, 12);
    }
}

#endif
