/* SPDX-License-Identifier: ISC */
/* Who has voted for the block at hand, and how long the ones before took. */
#include "fixture.h"

/* Seats in the order in which their votes come: own and primary first, then mixed. */
static void grant(struct scene *s, enum fixture_state state, enum stage stage,
                  unsigned count)
{
    unsigned given = 0;
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < s->seats && given < count; i++) {
            uint16_t number = (uint16_t)(1 + (i * 37 + 5) % s->seats);
            bool first = number == s->own || number == s->order.primary;
            if (first == (round == 0) && !fixture_is_dead(s, state, number)) {
                s->seat[number - 1].stages |= (uint8_t)stage;
                given++;
            }
        }
    }
}

void fixture_votes(struct scene *s, enum fixture_state state, unsigned prepares,
                   unsigned commits)
{
    struct scene_votes *v = &s->votes;
    unsigned dead = 0;
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        s->seat[seat - 1].stages_known = true;
        dead += fixture_is_dead(s, state, seat);
    }
    v->known = true;
    v->view = s->order.view;
    v->pre_prepares = s->seats - dead;
    v->prepares = prepares < s->seats - dead ? prepares : s->seats - dead;
    v->commits = commits < v->prepares ? commits : v->prepares;
    grant(s, state, STAGE_PRE_PREPARE, v->pre_prepares);
    grant(s, state, STAGE_PREPARE, v->prepares);
    grant(s, state, STAGE_COMMIT, v->commits);
    v->prepared_ms = v->prepares >= s->quorum ? 41 : UNKNOWN;
    v->committed_ms = v->commits >= s->quorum ? 68 : UNKNOWN;
    for (unsigned i = 0; i < LATENCIES_MAX; i++) {
        unsigned ms = 28 + fixture_random(i, 11, 30) + (i % 23 == 9 ? 240 : 0);
        v->latencies[i].height = s->order.height - LATENCIES_MAX + 1 + i;
        v->latencies[i].prepared_ms = i % 29 == 4 ? UNKNOWN : ms;
        v->latencies[i].committed_ms =
            i % 29 == 4 ? UNKNOWN : ms + 14 + fixture_random(i, 12, 25);
    }
    v->latency_count = LATENCIES_MAX;
}
