/* SPDX-License-Identifier: ISC */
/*
 * Why q is 22 of 33 and not 21: nine faulty seats tell two groups of twelve correct ones
 * two different stories. With a quorum of 21 both groups commit, each its own block; with
 * 22 in the very same run neither does, and the council goes on.
 */
#include "story.h"
#include "wire/shared.h"

enum { SEATS = 33, FAULTY = 9, GROUP = 12 };

static bool is_faulty_here(uint16_t seat)
{
    return seat == 1 || seat > SEATS - (FAULTY - 1);
}

/* Seats 2..13 are told the one story, 14..25 the other. */
static int story_for(uint16_t seat)
{
    return seat < 2 + GROUP ? 0 : 1;
}

struct lie {
    struct message proposals[2];
};

static struct hash genesis_root(const struct cluster *c)
{
    struct cluster_config k;
    struct council_summary s;
    cluster_config_defaults(&k, SEATS);
    k.council.seats = SEATS;
    k.council.council_id = *cluster_genesis(c);
    struct council *council = council_new(&k.council);
    council_summarize(council, &s);
    council_free(council);
    return s.state_root;
}

/* Two blocks of seat 1 at height 1, a millisecond apart. */
static void make(struct cluster *c, struct lie *l)
{
    static const struct pre_prepare nothing;
    for (uint64_t i = 0; i < 2; i++) {
        struct header h = {.version = PROTOCOL_VERSION,
                           .height = 1,
                           .prev_hash = *cluster_genesis(c),
                           .time_ms = UINT64_C(1735689600000) + cluster_now(c) + i,
                           .state_root = genesis_root(c)};
        cluster_forge(c, 1, &nothing, &h, &l->proposals[i]);
    }
}

static void tell(struct cluster *c, struct lie *l)
{
    for (uint16_t to = 1; to <= SEATS; to++) {
        if (is_faulty_here(to)) {
            continue;
        }
        const struct message *p = &l->proposals[story_for(to)];
        cluster_say(c, 1, to, p);
        for (uint16_t from = 1; from <= SEATS; from++) {
            for (int phase = PHASE_PREPARE; is_faulty_here(from) && phase <= PHASE_COMMIT;
                 phase++) {
                struct message v = {.tag = phase == PHASE_PREPARE ? MESSAGE_PREPARE
                                                                  : MESSAGE_COMMIT};
                v.vote = (struct vote){.phase = (enum phase)phase,
                                       .seat = from,
                                       .height = 1,
                                       .block = p->pre_prepare.block->hash};
                cluster_sign(c, from, &v);
                cluster_say(c, from, to, &v);
            }
        }
    }
}

static void run(unsigned quorum, bool real, bool *forked, bool *decided)
{
    struct cluster_config k;
    struct lie l = {0};
    cluster_config_defaults(&k, SEATS);
    k.quorum = quorum;
    k.real_signatures = real;
    struct cluster *c = story_new(&k);
    for (uint16_t seat = 1; seat <= SEATS; seat++) {
        if (is_faulty_here(seat)) {
            cluster_set_puppet(c, seat);
        }
    }
    cluster_start_all(c);
    cluster_run(c, 500);
    make(c, &l);
    tell(c, &l);
    cluster_run(c, 500);
    *forked = cluster_fault(c) != NULL &&
              strstr(cluster_fault(c), "two different blocks are committed at height 1");
    *decided = false;
    if (!*forked) {
        unsigned p = cluster_propose(c, 2, SEATS);
        *decided = cluster_run_to_rest(c, 120000) && cluster_fault(c) == NULL &&
                   cluster_record(c, p)->approve == SEATS - FAULTY;
    }
    message_clear(&l.proposals[0]);
    message_clear(&l.proposals[1]);
    cluster_free(c);
}

int main(void)
{
    bool forked, decided;
    if (key_library_init() != 0) {
        return 99;
    }
    run(21, false, &forked, &decided);
    ok(forked, "with a quorum of 21 the checker sees two blocks at one height");
    run(0, false, &forked, &decided);
    ok(!forked, "with 22 it does not");
    ok(decided, "and the other 24 seats go on to decide");
    run(21, true, &forked, &decided);
    ok(forked, "real keys, 21: two blocks");
    run(0, true, &forked, &decided);
    ok(!forked && decided, "real keys, 22: one council");
    return tap_done();
}
