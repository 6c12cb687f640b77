/* SPDX-License-Identifier: ISC */
/* Primaries that lie, delay, starve or say nothing: it costs them their view, and nobody
 * else anything. */
#include "story.h"
#include "wire/shared.h"

enum trick {
    TRICK_PAST,
    TRICK_FALSE_ROOT,
    TRICK_EQUIVOCATES,
    TRICK_JUMPS,
    TRICK_FORGETS_PARENT,
};

struct liar {
    enum trick trick;
    uint64_t from_height;
};

static bool forge(struct cluster *c, void *context, uint16_t from, uint16_t to,
                  const struct message *m, struct message *out)
{
    const struct liar *l = context;
    if (m->tag != MESSAGE_PRE_PREPARE ||
        m->pre_prepare.block->header.height < l->from_height) {
        return false;
    }
    struct header h = m->pre_prepare.block->header;
    switch (l->trick) {
    case TRICK_PAST:
        h.time_ms -= 60000;
        break;
    case TRICK_FALSE_ROOT:
        h.state_root.bytes[0] ^= 1;
        break;
    case TRICK_EQUIVOCATES:
        h.time_ms += to % 2;
        break;
    case TRICK_JUMPS:
        h.height += 3;
        break;
    case TRICK_FORGETS_PARENT:
        h.prev_hash.bytes[5] ^= 1;
        break;
    }
    cluster_forge(c, from, &m->pre_prepare, &h, out);
    return true;
}

static void test_liar(uint16_t seats, enum trick trick, const char *name)
{
    struct liar l = {trick, 2};
    struct cluster *c = story_of(seats);
    cluster_set_faulty(c, 1);
    cluster_run(c, 120000); /* so that a minute ago is after the parent */
    cluster_set_forger(c, forge, &l);
    unsigned p = cluster_propose(c, 2, seats);
    (void)cluster_run_to_rest(c, 60000);
    ok(cluster_record(c, p) != NULL, "%s: the others decide", name);
    /* Of 4 seats three got the same block: that is a quorum. */
    ok(cluster_view(c, 2) >= 1 || (trick == TRICK_EQUIVOCATES && seats == 4),
       "%s: it loses its view", name);
    story_end(c, 1000, name);
}

static bool mute(struct cluster *c, void *context, uint16_t from, uint16_t to,
                 const struct message *m)
{
    const bool *spared = context;
    (void)c;
    return !(from == 1 && m->tag == MESSAGE_PRE_PREPARE && !spared[to - 1]);
}

static void test_mute(void)
{
    bool spared[4] = {false};
    struct cluster *c = story_of(4);
    cluster_set_faulty(c, 1);
    cluster_set_filter(c, mute, spared);
    cluster_propose(c, 2, 4);
    ok(cluster_run_to_rest(c, 20000) && cluster_view(c, 2) == 1,
       "a primary that proposes nothing is replaced");
    story_end(c, 1000, "a mute primary");
}

static void test_partial(void)
{
    bool spared[7] = {false, true, true, true, true, false, false};
    struct cluster *c = story_of(7);
    cluster_set_faulty(c, 1);
    cluster_set_filter(c, mute, spared);
    cluster_propose(c, 2, 7);
    ok(cluster_run_to_rest(c, 20000) && cluster_view(c, 2) == 0,
       "a PRE-PREPARE for five of seven is enough: the others fetch the block");
    spared[4] = spared[3] = false;
    cluster_propose(c, 2, 7);
    ok(cluster_run_to_rest(c, 20000) && cluster_view(c, 2) >= 1,
       "one for three of seven costs the view");
    story_end(c, 1000, "a partial PRE-PREPARE");
}

static void test_starves(void)
{
    struct cluster *c = story_of(4);
    cluster_starve(c, 1, 3);
    unsigned p = cluster_propose(c, 3, 4);
    for (int i = 0; i < 8; i++) {
        cluster_propose(c, 2, 4); /* others are served all the time */
        cluster_run(c, 500);
    }
    ok(cluster_view(c, 2) == 1, "a primary that starves a seat is replaced");
    (void)cluster_run_to_rest(c, 20000);
    ok(cluster_record(c, p) != NULL, "and the seat is served");
    story_end(c, 1000, "a starved seat");
}

static void test_future(void)
{
    struct cluster *c = story_of(4);
    cluster_set_faulty(c, 1);
    cluster_set_clock(c, 1, 60000);
    cluster_propose(c, 2, 4);
    ok(cluster_run_to_rest(c, 20000) && cluster_view(c, 2) == 1,
       "a primary a minute ahead is not waited for");
    story_end(c, 1000, "the future");
}

/* Time stands still at the primary, and a proposal waits for its deadline. */
static void test_frozen(void)
{
    struct cluster *c = story_of(4);
    cluster_set_faulty(c, 1);
    cluster_set_voting(c, 3, false);
    cluster_set_voting(c, 4, false);
    unsigned p = cluster_propose(c, 2, 4);
    cluster_run(c, 500);
    cluster_set_clock(c, 1, -1000000);
    ok(cluster_run_to_rest(c, 60000), "deadlines pass although the primary's clock stands");
    ok(cluster_record(c, p) != NULL &&
           cluster_record(c, p)->reason == REASON_TOO_FEW_BALLOTS,
       "too few ballots came");
    ok(cluster_view(c, 2) >= 1, "the primary lost its view");
    story_end(c, 1000, "frozen time");
}

/* A ballot that the primary will not take until the deadline costs it its view, and counts.
 */
static void test_censors(void)
{
    struct cluster_config k;
    cluster_config_defaults(&k, 4);
    k.council.classes[0].commit_ms = 5000;
    k.council.classes[0].grace_ms = 1000;
    struct cluster *c = story_begin(&k);
    cluster_starve(c, 1, 4);
    unsigned p = cluster_propose(c, 2, 4);
    (void)cluster_run_to_rest(c, 60000);
    ok(cluster_record(c, p) != NULL && cluster_record(c, p)->approve == 4,
       "the ballot of the starved seat counts");
    ok(cluster_view(c, 2) >= 1, "the primary lost its view");
    story_end(c, 1000, "censorship until the deadline");
}

/* All was at a stand while a deadline passed; the ballots that wait are not shut out,
 * though blocks have become too small for them. */
static void test_stall_across_deadline(void)
{
    struct cluster_config k;
    cluster_config_defaults(&k, 4);
    k.core.block_bytes = 600;
    k.council.open_proposals = 64;
    k.vote_ms = 1500;
    struct cluster *c = story_begin(&k);
    for (int i = 0; i < 12; i++) {
        cluster_propose(c, (uint16_t)(1 + i % 4), 4);
    }
    cluster_run(c, 1200);
    cluster_isolate(c, 1);
    cluster_isolate(c, 2);
    cluster_run(c, 40000);
    cluster_heal(c);
    story_end(c, 60000, "a stall across deadlines");
}

int main(void)
{
    if (key_library_init() != 0) {
        return 99;
    }
    test_mute();
    test_partial();
    test_starves();
    test_liar(4, TRICK_PAST, "a block of the past");
    test_liar(4, TRICK_FALSE_ROOT, "a false state root");
    test_liar(4, TRICK_EQUIVOCATES, "two blocks at one height, 4 seats");
    test_liar(7, TRICK_EQUIVOCATES, "two blocks at one height, 7 seats");
    test_liar(4, TRICK_JUMPS, "a height beyond the next");
    test_liar(4, TRICK_FORGETS_PARENT, "another parent");
    test_future();
    test_frozen();
    test_censors();
    test_stall_across_deadline();
    return tap_done();
}
