/* SPDX-License-Identifier: ISC */
/* Two seats of seven that collude: the primary of the first view and that of the second. */
#include "scene.h"

#include "base/clock.h"
#include "hash/hash.h"
#include "wire/shared.h"

#include <stdlib.h>

enum {
    LIMIT_S = 200,
    MEMORY_MIB = 128,
    SEATS = 7,
    FIRST = 1,
    SECOND = 2,
    NOTICE_MS = 20000
};

static void pump(struct scene *s, int ms)
{
    for (int i = 0; i < ms; i += 10) {
        evil_pump(s->e, 5);
        evil_pump(s->second, 5);
    }
}

/* A block of the given primary, signed by it, and the votes of both for it. */
static void tell(struct scene *s, uint16_t victim, struct header *h)
{
    struct evil *seats[] = {s->e, s->second};
    uint16_t primary = (uint16_t)(1 + h->view % SEATS);
    struct message m = {.tag = MESSAGE_PRE_PREPARE};
    m.pre_prepare.block = hash_build_block(h, NULL, 0);
    struct hash hash = m.pre_prepare.block->hash;
    for (size_t i = 0; i < 2; i++) {
        if (seats[i]->seat == primary) {
            m.pre_prepare.signature = signers_vote(&seats[i]->signers, PHASE_PREPARE,
                                                   primary, h->view, h->height, &hash)
                                          .signature;
            evil_send(seats[i], victim, &m);
        } else {
            evil_vote(seats[i], victim, PHASE_PREPARE, h->view, h->height, &hash);
        }
        evil_vote(seats[i], victim, PHASE_COMMIT, h->view, h->height, &hash);
    }
    block_unref(m.pre_prepare.block);
}

/* Seats 3 and 4 hear one story, 5 to 7 another, and then everyone both. */
static void test_two_stories(void)
{
    struct scene *s = scene_new_pair(SEATS, FIRST, SECOND, SCENE_TIMING, NULL);
    char id[LIVE_ID_BYTES];
    scene_begin(s, "two colluding seats");
    is(evil_connect_all(s->e) + evil_connect_all(s->second), 2 * (SEATS - 2),
       "two evil seats are connected to everyone");
    struct header a = {.version = PROTOCOL_VERSION,
                       .height = 1,
                       .prev_hash = s->l->charter->council_id,
                       .time_ms = clock_wall_ms(),
                       .state_root = scene_hash(s, 3, "state_root")};
    struct header b = a;
    b.time_ms++;
    for (uint16_t victim = 3; victim <= SEATS; victim++) {
        tell(s, victim, victim <= 4 ? &a : &b);
    }
    pump(s, 200);
    for (uint16_t victim = 3; victim <= SEATS; victim++) {
        tell(s, victim, victim <= 4 ? &b : &a);
    }
    is(live_propose(s->l, 5, "quick", "two stories", NULL, id), 0, "a proposal");
    json_t *final = NULL;
    uint64_t until = clock_monotonic_ms() + DECIDE_MS;
    while (final == NULL && clock_monotonic_ms() < until) {
        pump(s, 20);
        final = live_wait_final(s->l, 5, id, 0);
    }
    ok(final != NULL, "is decided, past both of them as primaries");
    json_decref(final);
    bool both = false;
    until = clock_monotonic_ms() + NOTICE_MS;
    while (!both && clock_monotonic_ms() < until) {
        pump(s, 50);
        both = live_log_count(s->l, 3, "seat.convicted") >= 2;
    }
    ok(both, "both are convicted");
    evil_drop(s->e, 0);
    evil_drop(s->second, 0);
    scene_check(s, "two colluding seats", MEMORY_MIB);
    scene_free(s);
}

int main(void)
{
    live_limit(LIMIT_S);
    test_two_stories();
    return tap_done();
}
