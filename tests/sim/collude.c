/* SPDX-License-Identifier: ISC */
#include "collude.h"

#include "base/quorum.h"
#include "cluster/cluster.h"
#include "wire/shared.h"

#include <string.h>

#define FIRST_MS UINT64_C(1735689600000)

struct plot {
    struct cluster *c;
    struct cluster_config config;
    uint16_t seats, colluders; /* seats 1..colluders */
    struct message stories[2];
};

static struct hash genesis_root(const struct plot *p)
{
    struct council_rules rules = p->config.council;
    struct council_summary s;
    rules.seats = p->seats;
    rules.council_id = *cluster_genesis(p->c);
    struct council *council = council_new(&rules);
    council_summarize(council, &s);
    council_free(council);
    return s.state_root;
}

/* Two blocks of seat 1 at height 1, a millisecond apart. */
static void make_stories(struct plot *p)
{
    static const struct pre_prepare nothing;
    for (uint64_t i = 0; i < 2; i++) {
        struct header h = {.version = PROTOCOL_VERSION,
                           .height = 1,
                           .prev_hash = *cluster_genesis(p->c),
                           .time_ms = FIRST_MS + cluster_now(p->c) + i,
                           .state_root = genesis_root(p)};
        cluster_forge(p->c, 1, &nothing, &h, &p->stories[i]);
    }
}

static void vote(const struct plot *p, uint16_t to, const struct hash *block)
{
    for (uint16_t from = 1; from <= p->colluders; from++) {
        for (int phase = PHASE_PREPARE; phase <= PHASE_COMMIT; phase++) {
            struct message v = {.tag = phase == PHASE_PREPARE ? MESSAGE_PREPARE
                                                              : MESSAGE_COMMIT};
            v.vote = (struct vote){
                .phase = (enum phase)phase, .seat = from, .height = 1, .block = *block};
            cluster_sign(p->c, from, &v);
            cluster_say(p->c, from, to, &v);
        }
    }
}

static void tell_stories(const struct plot *p)
{
    for (uint16_t to = (uint16_t)(p->colluders + 1); to <= p->seats; to++) {
        const struct message *story = &p->stories[to % 2];
        cluster_say(p->c, 1, to, story);
        vote(p, to, &story->pre_prepare.block->hash);
    }
}

static bool disagrees(const struct cluster *c)
{
    const char *fault = cluster_fault(c);
    return fault != NULL && strstr(fault, "two different blocks are committed") != NULL;
}

bool collude(uint16_t seats, uint16_t colluders, uint64_t seed, bool trace, bool *divides)
{
    struct plot p = {.seats = seats, .colluders = colluders};
    cluster_config_defaults(&p.config, seats);
    p.config.seed = seed;
    p.config.echo = trace;
    p.config.real_signatures = seed % 2 == 0;
    p.c = cluster_new(&p.config);
    for (uint16_t seat = 1; seat <= colluders; seat++) {
        cluster_set_puppet(p.c, seat);
    }
    cluster_start_all(p.c);
    cluster_run(p.c, 250);
    for (uint16_t from = 1; from <= colluders; from++) {
        cluster_report(p.c, from);
    }
    cluster_run(p.c, 250);
    make_stories(&p);
    tell_stories(&p);
    cluster_run(p.c, 500);
    *divides = (unsigned)(seats - colluders) / 2 + colluders >= quorum_size(seats);
    bool good = disagrees(p.c) == *divides;
    if (good && !*divides) {
        cluster_propose(p.c, (uint16_t)(colluders + 1), seats);
        good = cluster_run_to_rest(p.c, 240000) && cluster_fault(p.c) == NULL;
    }
    message_clear(&p.stories[0]);
    message_clear(&p.stories[1]);
    cluster_free(p.c);
    return good;
}
