/* SPDX-License-Identifier: ISC */
/* Who voted for what, from votes and blocks made up here; what faulty seats cannot do. */
#include "base/alloc.h"
#include "conclaved/rounds.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

enum { SEATS = 4, VIEW = 6, HEIGHT = 40, START = 1000 };

static struct rounds *r;
static struct round_state s;

static struct hash hash_of(uint64_t view, uint64_t height, uint8_t which)
{
    struct hash h;
    memset(h.bytes, which, sizeof(h.bytes));
    h.bytes[0] = (uint8_t)view;
    h.bytes[1] = (uint8_t)height;
    return h;
}

static void votes(enum phase phase, uint16_t seat, uint64_t view, uint64_t height,
                  uint8_t which, uint64_t now_ms)
{
    struct vote v = {.phase = phase, .seat = seat, .view = view, .height = height};
    v.block = hash_of(view, height, which);
    rounds_vote(r, &v, now_ms);
}

static void prepares(uint16_t seat, uint64_t height, uint64_t now_ms)
{
    votes(PHASE_PREPARE, seat, VIEW, height, 1, now_ms);
}

static void commits(uint16_t seat, uint64_t height, uint64_t now_ms)
{
    votes(PHASE_COMMIT, seat, VIEW, height, 1, now_ms);
}

static struct block *block_at(uint64_t view, uint64_t height, uint8_t which)
{
    static struct block *b;
    if (b == NULL) {
        b = alloc_zero(1, sizeof(*b));
    }
    b->header.view = view;
    b->header.height = height;
    b->hash = hash_of(view, height, which);
    return b;
}

/* The core at rest, with HEIGHT committed. */
static struct pbft_status at_rest(void)
{
    struct pbft_status st = {.view = VIEW, .primary = 3};
    st.committed_height = st.tip_height = HEIGHT;
    st.phase_height = HEIGHT + 1;
    return st;
}

static const char *seats_of(const bool *in)
{
    static char text[8][SEATS + 1];
    static unsigned next;
    char *out = text[next++ % 8];
    size_t used = 0;
    for (unsigned i = 0; i < SEATS; i++) {
        if (in[i]) {
            out[used++] = (char)('1' + i);
        }
    }
    out[used] = '\0';
    return out;
}

/* Seats as "134". */
static void shows(const struct pbft_status *st, bool pending, enum round_phase phase,
                  uint64_t view, uint64_t height, const char *pre_prepares,
                  const char *prepared, const char *committed, const char *name)
{
    rounds_look(r, st, pending, &s);
    bool same = s.phase == phase && s.view == view && s.height == height &&
                strcmp(seats_of(s.pre_prepared), pre_prepares) == 0 &&
                strcmp(seats_of(s.prepared), prepared) == 0 &&
                strcmp(seats_of(s.committed), committed) == 0;
    if (!ok(same, "%s", name)) {
        printf("#   %s of (%llu, %llu): %s; %s; %s\n", round_phase_name(s.phase),
               (unsigned long long)s.view, (unsigned long long)s.height,
               seats_of(s.pre_prepared), seats_of(s.prepared), seats_of(s.committed));
    }
}

static void begin(void)
{
    rounds_free(r);
    r = rounds_new(SEATS, HEIGHT);
}

/* One height from its block to the votes that come late. */
static void test_height(void)
{
    struct pbft_status st = at_rest();
    begin();
    shows(&st, false, ROUND_IDLE, VIEW, HEIGHT, "", "", "", "nothing was seen yet");
    ok(s.accepted_ms == ROUNDS_UNKNOWN && s.times.committed_ms == ROUNDS_UNKNOWN,
       "  and no time is known");
    shows(&st, true, ROUND_PRE_PREPARE, VIEW, HEIGHT + 1, "", "", "",
          "something waits for a block");
    prepares(3, HEIGHT + 1, START);
    rounds_accept(r, block_at(VIEW, HEIGHT + 1, 1), START);
    prepares(1, HEIGHT + 1, START);
    st.has_block = true;
    st.tip_height = HEIGHT + 1;
    st.prepares = 2;
    shows(&st, true, ROUND_PREPARE, VIEW, HEIGHT + 1, "13", "13", "",
          "the primary's block, and the own PREPARE");
    is(s.accepted_ms, START, "  since then");
    ok(s.times.prepared_ms == ROUNDS_UNKNOWN, "  it is not prepared");
    prepares(2, HEIGHT + 1, START + 12);
    commits(4, HEIGHT + 1, START + 13);
    st.prepares = 3;
    shows(&st, true, ROUND_COMMIT, VIEW, HEIGHT + 1, "1234", "123", "4",
          "a quorum; who commits has the block");
    is(s.times.prepared_ms, 12, "  12 ms later");
    prepares(4, HEIGHT + 1, START + 20);
    is(rounds_times(r, HEIGHT + 1).prepared_ms, 12, "  one more does not change that");
    commits(1, HEIGHT + 1, START + 21);
    commits(2, HEIGHT + 1, START + 30);
    rounds_commit(r, block_at(VIEW, HEIGHT + 1, 1), START + 30);
    st = at_rest();
    st.committed_height = st.tip_height = HEIGHT + 1;
    st.phase_height = HEIGHT + 2;
    shows(&st, false, ROUND_IDLE, VIEW, HEIGHT + 1, "1234", "1234", "124", "committed");
    ok(s.times.committed_ms == 30 && s.times.prepared_ms == 12, "  after 30 ms");
    commits(3, HEIGHT + 1, START + 99);
    shows(&st, false, ROUND_IDLE, VIEW, HEIGHT + 1, "1234", "1234", "1234",
          "a late vote still counts");
    st.view = VIEW + 1;
    shows(&st, false, ROUND_IDLE, VIEW, HEIGHT + 1, "1234", "1234", "1234",
          "in the view it was committed in");
}

static void test_pipeline(void)
{
    struct pbft_status st = at_rest();
    begin();
    for (uint64_t h = HEIGHT + 1; h <= HEIGHT + 3; h++) {
        rounds_accept(r, block_at(VIEW, h, 1), START);
        prepares(3, h, START);
        prepares(2, h, START);
    }
    commits(2, HEIGHT + 1, START);
    st.has_block = true;
    st.tip_height = HEIGHT + 3;
    rounds_look(r, &st, true, &s);
    is((int64_t)s.pipeline_count, 3, "three heights are in flight");
    ok(s.pipeline[0].height == HEIGHT + 1 && s.pipeline[0].pre_prepared == 2 &&
           s.pipeline[0].prepared == 2 && s.pipeline[0].committed == 1 &&
           s.pipeline[2].height == HEIGHT + 3 && s.pipeline[2].prepared == 2,
       "  with their counts");
    st = at_rest();
    begin();
    prepares(2, HEIGHT + 2, START);
    shows(&st, false, ROUND_IDLE, VIEW, HEIGHT, "", "", "", "one vote is no block");
    prepares(4, HEIGHT + 2, START);
    shows(&st, false, ROUND_PRE_PREPARE, VIEW, HEIGHT + 1, "", "", "",
          "f+1 votes are: it is waited for");
    is((int64_t)s.pipeline_count, 2, "  up to its height");
}

static void test_views(void)
{
    struct pbft_status st = at_rest();
    begin();
    rounds_accept(r, block_at(VIEW, HEIGHT + 1, 1), START);
    prepares(3, HEIGHT + 1, START);
    prepares(2, HEIGHT + 1, START);
    st.changing = true;
    st.view = VIEW + 1;
    shows(&st, true, ROUND_PRE_PREPARE, VIEW + 1, HEIGHT + 1, "", "", "",
          "votes of a view that was left do not count in the next");
    rounds_view_change(r, 2, VIEW + 1);
    rounds_view_change(r, 4, VIEW + 3);
    rounds_view_change(r, 1, VIEW);
    rounds_view_change(r, 4, VIEW + 2);
    rounds_look(r, &st, true, &s);
    ok(strcmp(seats_of(s.asks), "24") == 0 && s.asked_view[1] == VIEW + 1 &&
           s.asked_view[3] == VIEW + 3,
       "who asks for which view");
    st.view_changed_by[0] = true;
    rounds_look(r, &st, true, &s);
    ok(s.asks[0] && s.asked_view[0] == VIEW + 1, "and whom only the core heard");
    st.changing = false;
    rounds_look(r, &st, true, &s);
    ok(strcmp(seats_of(s.asks), "4") == 0, "in the view only those above it");
    votes(PHASE_PREPARE, 4, VIEW + 1, HEIGHT + 1, 2, START + 50);
    rounds_accept(r, block_at(VIEW + 1, HEIGHT + 1, 2), START + 51);
    st.has_block = true;
    st.tip_height = HEIGHT + 1;
    shows(&st, true, ROUND_PREPARE, VIEW + 1, HEIGHT + 1, "4", "4", "",
          "the new view's block begins anew");
    ok(s.accepted_ms == START + 51 && s.times.prepared_ms == ROUNDS_UNKNOWN,
       "  and so do its times");
    prepares(1, HEIGHT + 1, START + 52);
    votes(PHASE_PREPARE, 3, VIEW + 1, HEIGHT + 1, 2, START + 60);
    votes(PHASE_PREPARE, 2, VIEW + 1, HEIGHT + 1, 2, START + 61);
    is(rounds_times(r, HEIGHT + 1).prepared_ms, 10,
       "a PREPARE of the old view is none of the new one's");
    st.prepared_by[0] = true;
    shows(&st, true, ROUND_PREPARE, VIEW + 1, HEIGHT + 1, "1234", "1234", "",
          "what the core counted is shown");
    /* Blocks of an older view under those of this one. */
    st = at_rest();
    begin();
    rounds_accept(r, block_at(VIEW - 1, HEIGHT + 1, 1), START);
    votes(PHASE_PREPARE, 2, VIEW - 1, HEIGHT + 1, 1, START);
    rounds_accept(r, block_at(VIEW, HEIGHT + 2, 1), START + 5);
    prepares(3, HEIGHT + 2, START + 5);
    st.has_block = true;
    st.tip_height = st.phase_height = HEIGHT + 2;
    shows(&st, true, ROUND_PREPARE, VIEW, HEIGHT + 2, "3", "3", "",
          "the height that is voted on is above blocks of an older view");
    ok(s.pipeline_count == 2 && s.pipeline[0].prepared == 1, "  which keep their votes");
}

static void test_latencies(void)
{
    struct round_times times[ROUNDS_LATENCIES];
    begin();
    is((int64_t)rounds_latencies(r, times), 0, "no block, no latency");
    rounds_commit(r, block_at(VIEW, HEIGHT + 1, 1), START);
    is((int64_t)rounds_latencies(r, times), 1, "one that was fetched");
    ok(times[0].height == HEIGHT + 1 && times[0].prepared_ms == ROUNDS_UNKNOWN &&
           times[0].committed_ms == ROUNDS_UNKNOWN,
       "  has none");
    rounds_accept(r, block_at(VIEW, HEIGHT + 2, 1), START);
    rounds_commit(r, block_at(VIEW, HEIGHT + 2, 2), START + 5);
    ok(rounds_times(r, HEIGHT + 2).committed_ms == ROUNDS_UNKNOWN,
       "nor one that another was accepted for");
    for (uint64_t h = HEIGHT + 3; h < HEIGHT + 203; h++) {
        rounds_accept(r, block_at(VIEW, h, 1), START);
        rounds_commit(r, block_at(VIEW, h, 1), START + h);
    }
    is((int64_t)rounds_latencies(r, times), ROUNDS_LATENCIES, "the last ones are kept");
    ok(times[0].height == HEIGHT + 139 && times[63].height == HEIGHT + 202 &&
           times[63].committed_ms == HEIGHT + 202,
       "  newest last");
    rounds_commit(r, block_at(VIEW, HEIGHT, 1), START);
    is((int64_t)rounds_times(r, HEIGHT).height, HEIGHT, "an old block changes nothing");
    ok(rounds_times(r, HEIGHT + 202).committed_ms == HEIGHT + 202, "  of the newest");
}

static void test_faulty(void)
{
    struct pbft_status st = at_rest();
    begin();
    rounds_accept(r, block_at(VIEW, HEIGHT + 1, 1), START);
    prepares(1, HEIGHT + 1, START);
    prepares(2, HEIGHT + 1, START);
    prepares(3, HEIGHT + 1, START);
    struct round_state before;
    st.has_block = true;
    st.tip_height = HEIGHT + 1;
    rounds_look(r, &st, true, &before);
    votes(PHASE_PREPARE, 4, VIEW, HEIGHT + 1, 9, START);
    rounds_look(r, &st, true, &s);
    ok(memcmp(&s, &before, sizeof(s)) == 0, "a vote for another block does not count");
    votes(PHASE_PREPARE, 4, VIEW, HEIGHT + 1, 1, START);
    rounds_look(r, &st, true, &s);
    ok(memcmp(&s, &before, sizeof(s)) == 0, "nor does its second one in the view");
    votes(PHASE_COMMIT, 4, UINT64_MAX, HEIGHT + 1, 9, START);
    rounds_look(r, &st, true, &s);
    ok(memcmp(&s, &before, sizeof(s)) == 0, "nor one from the end of all views");
    for (uint64_t i = 0; i < 200000; i++) {
        votes((enum phase)(i % 2), 4, i % 7, i * 0x9e3779b97f4a7c15U, 1, START);
        votes(PHASE_PREPARE, (uint16_t)(5 + i % 65000), VIEW, HEIGHT + 1, 1, START);
    }
    votes(PHASE_PREPARE, 0, VIEW, HEIGHT + 1, 1, START);
    votes(PHASE_PREPARE, 4, VIEW, UINT64_MAX, 1, START);
    rounds_look(r, &st, true, &s);
    ok(memcmp(&s, &before, sizeof(s)) == 0, "a flood of odd heights and seats is nothing");
    for (uint64_t h = 0; h < 200; h++) {
        votes(PHASE_PREPARE, 4, VIEW, h, 9, START);
        votes(PHASE_COMMIT, 4, VIEW, h, 9, START);
    }
    rounds_look(r, &st, true, &s);
    ok(memcmp(&s, &before, sizeof(s)) == 0, "nor are votes for all heights around");
    is(rounds_times(r, HEIGHT + 1).prepared_ms, 0, "and times stay");
    rounds_accept(r, block_at(VIEW, HEIGHT + 1000, 1), START);
    ok(rounds_times(r, HEIGHT + 1000).height == HEIGHT + 1000, "a block far above");
    rounds_view_change(r, 0, 9);
    rounds_view_change(r, SEATS + 1, 9);
    rounds_view_change(r, 4, UINT64_MAX);
    rounds_look(r, &st, true, &s);
    ok(strcmp(seats_of(s.asks), "4") == 0 && s.asked_view[3] == UINT64_MAX,
       "who asks for the last view is shown, alone");
}

int main(void)
{
    test_height();
    test_pipeline();
    test_views();
    test_latencies();
    test_faulty();
    rounds_free(r);
    free(block_at(0, 0, 0));
    return tap_done();
}
