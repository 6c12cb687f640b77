/* SPDX-License-Identifier: ISC */
/* Views: how they change, rotate, double the timer; and what must not change them. */
#include "hash/hash.h"
#include "story.h"
#include "wire/codec.h"
#include "wire/shared.h"

#define STARTS                                                                             \
    "0 1: starts at height 0\n"                                                            \
    "0 2: starts at height 0\n"                                                            \
    "0 3: starts at height 0\n"                                                            \
    "0 4: starts at height 0\n"                                                            \
    "160 1: commits 1 of view 0, 0 envelopes\n"                                            \
    "1000 1: crashes\n"                                                                    \
    "1000 3: proposes 0\n"

/* The story of one primary's crash, as the trace tells it; times in ms. */
static void test_story(bool dark, const char *expected, const char *name)
{
    struct cluster_config k;
    cluster_config_defaults(&k, 4);
    k.vote_ms = 0;
    k.dark = dark;
    struct cluster *c = story_begin(&k);
    cluster_crash(c, 1);
    cluster_propose(c, 3, 4);
    (void)cluster_run_to_rest(c, 20000);
    bool same = strcmp(cluster_trace(c), expected) == 0;
    ok(same, "%s: as told", name);
    if (!same) {
        printf("# expected:\n%s# got:\n%s", expected, cluster_trace(c));
    }
    story_end(c, 1000, name);
}

static void test_stories(void)
{
    test_story(true,
               STARTS "3000 3: wants view 1 at height 1, timeout\n"
                      "3010 2: wants view 1 at height 1, timeout\n"
                      "3010 4: wants view 1 at height 1, timeout\n"
                      "3020 2: enters view 1 at height 1\n"
                      "3030 3: enters view 1 at height 1\n"
                      "3030 4: enters view 1 at height 1\n"
                      "3050 3: commits 2 of view 1, 1 envelopes\n"
                      "3090 3: commits 3 of view 1, 3 envelopes\n"
                      "5090 3: commits 4 of view 1, 0 envelopes\n"
                      "5130 3: commits 5 of view 1, 3 envelopes\n"
                      "5160 3: proposal 0 approved 3:0 at height 6\n"
                      "5160 3: commits 6 of view 1, 0 envelopes\n",
               "the primary's machine is dead, and the next one does its work");
    test_story(false,
               STARTS "1150 2: 1 is gone\n"
                      "1150 3: 1 is gone\n"
                      "1150 4: 1 is gone\n"
                      "1550 3: wants view 1 at height 1, gone\n"
                      "1550 2: wants view 1 at height 1, gone\n"
                      "1550 4: wants view 1 at height 1, gone\n"
                      "1560 2: enters view 1 at height 1\n"
                      "1570 3: enters view 1 at height 1\n"
                      "1570 4: enters view 1 at height 1\n"
                      "1590 3: commits 2 of view 1, 1 envelopes\n"
                      "1630 3: commits 3 of view 1, 3 envelopes\n"
                      "3630 3: commits 4 of view 1, 0 envelopes\n"
                      "3670 3: commits 5 of view 1, 3 envelopes\n"
                      "3700 3: proposal 0 approved 3:0 at height 6\n"
                      "3700 3: commits 6 of view 1, 0 envelopes\n",
               "nobody listens where the primary did: it loses its view sooner");
}

static bool loses_commits(struct cluster *c, void *context, uint16_t from, uint16_t to,
                          const struct message *m)
{
    (void)c, (void)context, (void)from, (void)to;
    return m->tag != MESSAGE_COMMIT;
}

static bool loses_first_commits(struct cluster *c, void *context, uint16_t from,
                                uint16_t to, const struct message *m)
{
    (void)c, (void)context, (void)from, (void)to;
    return m->tag != MESSAGE_COMMIT || m->vote.view > 0;
}

static bool window_is_full(struct cluster *c, void *context)
{
    const uint32_t *window = context;
    for (uint16_t seat = 1; seat <= 4; seat++) {
        struct pbft_status s;
        cluster_status(c, seat, &s);
        if (s.best.height < s.committed_height + *window) {
            return false;
        }
    }
    return true;
}

/* A full window is prepared, its COMMITs are all lost, and the primary crashes. */
static void test_full_window(uint32_t window)
{
    struct cluster_config k;
    struct pbft_status s;
    cluster_config_defaults(&k, 4);
    k.core.window = k.core.pipeline = window;
    k.core.block_bytes = 1;
    k.council.open_proposals = 64;
    k.seat_window = 64;
    struct cluster *c = story_begin(&k);
    cluster_set_filter(c, loses_first_commits, NULL);
    for (uint32_t i = 0; i < window; i++) {
        cluster_propose(c, (uint16_t)(2 + i % 3), 4);
        cluster_run(c, 15);
    }
    ok(cluster_run_until(c, window_is_full, &window, 1500), "a window of %u is prepared",
       window);
    cluster_status(c, 2, &s);
    ok(cluster_top(c) == 1, "nothing of it is committed");
    cluster_crash(c, 1);
    ok(cluster_run_to_height(c, s.best.height, 30000), "the next view commits all of it");
    ok(cluster_view(c, 2) >= 1, "in a view of its own");
    ok(memcmp(&cluster_block(c, s.best.height)->hash, &s.best.block, HASH_BYTES) == 0,
       "the very same blocks");
    story_end(c, 30000, "a full window without COMMITs");
}

/* View after view prepares and none commits, until the chain is longer than any buffer. */
static void test_many_windows(void)
{
    struct cluster_config k;
    cluster_config_defaults(&k, 4);
    k.core.window = k.core.pipeline = 1;
    struct cluster *c = story_begin(&k);
    cluster_set_filter(c, loses_commits, NULL);
    cluster_propose(c, 2, 4);
    cluster_run(c, 120000);
    struct pbft_status s;
    cluster_status(c, 3, &s);
    ok(s.best.height > s.committed_height + 5, "%llu blocks hang over height %llu",
       (unsigned long long)(s.best.height - s.committed_height),
       (unsigned long long)s.committed_height);
    cluster_set_filter(c, NULL, NULL);
    story_end(c, 30000, "many windows without COMMITs");
}

struct mixed {
    unsigned prepares_to, commits_to; /* bit seat */
    bool over;
};

static bool mixes(struct cluster *c, void *context, uint16_t from, uint16_t to,
                  const struct message *m)
{
    const struct mixed *x = context;
    (void)c, (void)from;
    if (x->over) {
        return true;
    }
    if (m->tag == MESSAGE_PREPARE) {
        return x->prepares_to >> to & 1;
    }
    return m->tag != MESSAGE_COMMIT || (x->commits_to >> to & 1);
}

/* Whoever has prepared or committed what, the next view begins with the right tip. */
static void test_mixed_certificates(void)
{
    unsigned bad = 0;
    for (unsigned i = 0; i < 256; i++) {
        struct mixed x = {(i & 15) << 1, (i >> 4 & 15) << 1, false};
        struct cluster *c = story_of(4);
        cluster_set_filter(c, mixes, &x);
        cluster_propose(c, 2, 4);
        cluster_run(c, 300);
        x.over = true;
        cluster_crash(c, 1);
        cluster_run(c, 5000);
        cluster_heal(c);
        if (!cluster_run_to_rest(c, 30000) || cluster_fault(c) != NULL) {
            bad++;
            printf("# PREPAREs to %x, COMMITs to %x: %s\n", x.prepares_to, x.commits_to,
                   cluster_fault(c) != NULL ? cluster_fault(c) : "no end");
        }
        cluster_free(c);
    }
    ok(bad == 0, "a new view from every mixture of certificates");
}

struct losing {
    uint16_t to;
    unsigned left;
};

static bool loses_new_views(struct cluster *c, void *context, uint16_t from, uint16_t to,
                            const struct message *m)
{
    struct losing *l = context;
    (void)c, (void)from;
    if (m->tag == MESSAGE_NEW_VIEW && to == l->to && l->left > 0) {
        l->left--;
        return false;
    }
    return true;
}

static void test_lost_new_view(void)
{
    struct losing l = {3, 4};
    struct cluster *c = story_of(4);
    cluster_set_filter(c, loses_new_views, &l);
    cluster_propose(c, 2, 4);
    cluster_crash(c, 1);
    ok(cluster_run_to_rest(c, 20000), "a NEW-VIEW lost four times is asked for again");
    ok(l.left == 0, "all four were lost");
    ok(cluster_view(c, 3) == cluster_view(c, 2), "all are in one view");
    story_end(c, 1000, "a lost NEW-VIEW");
}

static struct message view_change(struct cluster *c, uint16_t seat, uint64_t view)
{
    struct message m = {.tag = MESSAGE_VIEW_CHANGE};
    m.view_change.change.seat = seat;
    m.view_change.change.view = view;
    m.view_change.change.best.block = *cluster_genesis(c);
    cluster_sign(c, seat, &m);
    return m;
}

static void say_to_all(struct cluster *c, uint16_t from, const struct message *m)
{
    for (uint16_t to = 1; to <= 7; to++) {
        if (to != from && cluster_is_up(c, to)) {
            cluster_say(c, from, to, m);
        }
    }
}

static struct cluster *with_puppets(uint16_t first)
{
    struct cluster_config k;
    cluster_config_defaults(&k, 7);
    struct cluster *c = story_new(&k);
    for (uint16_t seat = first; seat <= 7; seat++) {
        cluster_set_puppet(c, seat);
    }
    cluster_start_all(c);
    cluster_run(c, 100);
    /* Puppets answer what the seats ask at their start. */
    for (uint16_t seat = first; seat <= 7; seat++) {
        cluster_report(c, seat);
    }
    cluster_run(c, 900);
    return c;
}

static void test_huge_views(void)
{
    struct cluster *c = with_puppets(6);
    for (uint64_t i = 0; i < 50; i++) {
        struct message a = view_change(c, 6, (UINT64_C(1) << 63) + i);
        struct message b = view_change(c, 7, UINT64_MAX - 100 + i);
        say_to_all(c, 6, &a);
        say_to_all(c, 7, &b);
        cluster_run(c, 20);
    }
    cluster_propose(c, 2, 7);
    ok(cluster_run_to_rest(c, 20000) && cluster_view(c, 2) == 0,
       "f seats asking for huge views move nobody");
    cluster_crash(c, 1);
    (void)cluster_run_to_rest(c, 1000);
    story_end(c, 1000, "huge views");
}

/* w = 3 of 7: the smallest of the views that they ask for. */
static void test_weak_quorum_joins(void)
{
    struct cluster *c = with_puppets(5);
    struct message a = view_change(c, 5, 9), b = view_change(c, 6, 4),
                   d = view_change(c, 7, UINT64_MAX - 1);
    say_to_all(c, 5, &a);
    say_to_all(c, 6, &b);
    cluster_run(c, 1000);
    ok(cluster_view(c, 2) == 0, "two of seven move nobody");
    say_to_all(c, 7, &d);
    cluster_run(c, 100);
    bool joined = true;
    for (uint16_t seat = 1; seat <= 4; seat++) {
        joined = joined && cluster_view(c, seat) == 4;
    }
    ok(joined, "three are joined, in the smallest of their views");
    ok(cluster_fault(c) == NULL, "joining");
    cluster_free(c);
}

struct recorder {
    struct message kept[64];
    uint16_t from[64];
    size_t count;
};

static bool records_changes(struct cluster *c, void *context, uint16_t from, uint16_t to,
                            const struct message *m)
{
    struct recorder *r = context;
    (void)c;
    if (m->tag == MESSAGE_VIEW_CHANGE && to == 4 && r->count < 64) {
        struct message *k = &r->kept[r->count];
        *k = *m;
        if (k->view_change.certificate != NULL) {
            certificate_ref(k->view_change.certificate);
        }
        r->from[r->count++] = from;
    }
    return true;
}

static void test_stale_changes(void)
{
    struct recorder r = {.count = 0};
    struct cluster *c = story_of(4);
    cluster_set_filter(c, records_changes, &r);
    cluster_crash(c, 1);
    cluster_propose(c, 2, 4);
    (void)cluster_run_to_rest(c, 20000);
    cluster_start(c, 1);
    cluster_run(c, 2000);
    uint64_t view = cluster_view(c, 4);
    ok(r.count > 0 && view > 0, "%zu VIEW-CHANGEs were sent", r.count);
    for (size_t i = 0; i < r.count; i++) {
        cluster_say(c, r.from[i], 4, &r.kept[i]);
        message_clear(&r.kept[i]);
    }
    cluster_run(c, 5000);
    cluster_set_filter(c, NULL, NULL);
    ok(cluster_view(c, 4) == view, "once more they do nothing");
    cluster_propose(c, 3, 4);
    story_end(c, 20000, "stale VIEW-CHANGEs");
}

static void test_rotation(void)
{
    struct cluster_config k;
    cluster_config_defaults(&k, 7);
    k.core.rotate_every = 5;
    struct cluster *c = story_begin(&k);
    for (int i = 0; i < 12; i++) {
        cluster_propose(c, (uint16_t)(1 + i % 7), 7);
        cluster_run(c, 500);
    }
    ok(cluster_view(c, 1) >= 7, "the office goes round: view %llu after %llu blocks",
       (unsigned long long)cluster_view(c, 1), (unsigned long long)cluster_top(c));
    ok(!story_tells(c, "timeout"), "in good order");
    ok(story_failed_views(c, 3) == 0, "no view counts as failed");
    story_end(c, 20000, "rotation");
}

static void test_return(void)
{
    struct cluster *c = story_of(4);
    struct operation op = {.kind = OPERATION_RETURN, .seat = 3};
    cluster_submit(c, 3, &op);
    cluster_run(c, 2000);
    ok(cluster_view(c, 2) == 1, "a RETURN brings the next view");
    op.return_request.view = 1;
    cluster_submit(c, 3, &op);
    cluster_run(c, 2000);
    ok(cluster_view(c, 2) == 1, "a second one within the interval does not");
    ok(story_failed_views(c, 2) == 0 && !story_tells(c, "timeout"), "no view has failed");
    cluster_run(c, 10000);
    op.return_request.instance[0] = 1;
    cluster_submit(c, 3, &op);
    cluster_run(c, 2000);
    ok(cluster_view(c, 2) == 2, "after it one does");
    cluster_propose(c, 1, 4);
    story_end(c, 20000, "RETURN");
}

static void say_return(struct cluster *c, uint16_t seat, uint8_t number)
{
    struct operation op = {.kind = OPERATION_RETURN, .seat = seat};
    struct buffer encoding = {0};
    op.return_request.view = UINT64_MAX;
    op.return_request.instance[0] = number;
    codec_encode_operation(&encoding, &op);
    struct slice operation = buffer_slice(&encoding);
    struct message m = {.tag = MESSAGE_ENVELOPE};
    m.envelope = cluster_seal(c, seat, &operation, 1);
    say_to_all(c, seat, &m);
    envelope_unref(m.envelope);
    buffer_free(&encoding);
}

static unsigned envelopes_of(const struct cluster *c, uint16_t seat)
{
    unsigned count = 0;
    for (uint64_t height = 1; height <= cluster_top(c); height++) {
        const struct block *b = cluster_block(c, height);
        for (uint32_t i = 0; i < b->count; i++) {
            count += b->envelopes[i]->seat == seat;
        }
    }
    return count;
}

/* Within the interval they would all be void: nobody orders them. */
static void test_return_flood(void)
{
    struct cluster *c = with_puppets(7);
    say_return(c, 7, 0);
    cluster_run(c, 1000);
    ok(cluster_view(c, 2) == 1, "one RETURN brings the next view");
    for (unsigned i = 1; i <= 200; i++) {
        say_return(c, 7, (uint8_t)i);
        if (i % 10 == 0) {
            cluster_propose(c, (uint16_t)(1 + i / 10 % 6), 7);
            cluster_run(c, 200);
        }
    }
    is(envelopes_of(c, 7), 1, "of 200 more in the interval none lies in a block");
    ok(cluster_view(c, 2) == 1, "nor brings another view");
    story_end(c, 20000, "a flood of RETURNs");
}

/* Failed views double the timer; an empty block does not undo it, one with load does. */
static void test_back_off(void)
{
    struct cluster_config k;
    struct pbft_status before, after;
    cluster_config_defaults(&k, 7);
    struct cluster *c = story_new(&k);
    for (uint16_t seat = 3; seat <= 7; seat++) {
        cluster_start(c, seat);
    }
    cluster_run(c, 100);
    cluster_status(c, 4, &before);
    ok(cluster_run_to_height(c, 1, 30000), "without seats 1 and 2 view 2 is the first");
    cluster_status(c, 4, &after);
    ok(after.failed_views == 2, "two views failed");
    ok(after.request_timer_ms == 4 * before.request_timer_ms ||
           after.request_timer_ms == k.core.timer_ceiling_ms,
       "the timer doubled twice, or has reached its ceiling");
    ok(cluster_block(c, 1)->count == 0, "the first block, an empty one, undid nothing");
    cluster_propose(c, 3, 7);
    (void)cluster_run_to_rest(c, 30000);
    ok(story_failed_views(c, 4) == 0, "blocks with envelopes did");
    story_end(c, 1000, "back-off");
}

/* EVIDENCE against the primary: two PREPAREs of it for one height. */
static void test_expelled_primary(void)
{
    struct cluster *c = story_of(4);
    struct operation op = {.kind = OPERATION_EVIDENCE, .seat = 1};
    struct buffer bodies[2] = {{0}}, encoding = {0}, whole = {0};
    op.evidence.kind = EVIDENCE_PREPARE;
    for (int i = 0; i < 2; i++) {
        struct hash h;
        memset(h.bytes, 7 + i, HASH_BYTES);
        struct message v = {.tag = MESSAGE_PREPARE};
        v.vote = (struct vote){.seat = 1, .view = 0, .height = 9, .block = h};
        cluster_sign(c, 1, &v);
        codec_body_vote(&bodies[i], 0, 9, &h);
        struct statement *s = i == 0 ? &op.evidence.first : &op.evidence.second;
        s->body = buffer_slice(&bodies[i]);
        s->signature = v.vote.signature;
    }
    codec_encode_operation(&encoding, &op);
    struct slice operation = buffer_slice(&encoding);
    codec_encode_envelope(&whole, 1, &operation, 1, NULL);
    struct bytes *owner = bytes_copy(buffer_slice(&whole));
    struct message m = {.tag = MESSAGE_ENVELOPE};
    int error = codec_decode_envelope(owner, bytes_slice(owner), &m.envelope);
    ok(error == 0, "evidence is made");
    cluster_set_faulty(c, 1);
    for (uint16_t to = 1; to <= 4; to++) {
        if (to != 2) {
            cluster_say(c, 2, to, &m);
        }
    }
    cluster_run(c, 8000);
    ok(story_tells(c, "excluded"), "the expelled primary's view is left");
    ok(cluster_view(c, 2) >= 1, "another is primary");
    ok(story_failed_views(c, 2) == 0 && story_failed_views(c, 3) == 0,
       "the view does not count as failed");
    envelope_unref(m.envelope);
    bytes_unref(owner);
    for (int i = 0; i < 2; i++) {
        buffer_free(&bodies[i]);
    }
    buffer_free(&encoding);
    buffer_free(&whole);
    cluster_propose(c, 3, 4);
    story_end(c, 20000, "an expelled primary");
}

/* The first f seats do not vote and sit out the next epoch: f primaries in a row. */
static void test_suspended_primaries(uint16_t seats, uint16_t faulty)
{
    struct cluster_config k;
    cluster_config_defaults(&k, seats);
    k.council.epoch_decisions = 1;
    k.council.epoch_absences = 0;
    struct cluster *c = story_begin(&k);
    for (uint16_t seat = 1; seat <= faulty; seat++) {
        cluster_set_voting(c, seat, false);
    }
    cluster_propose(c, seats, seats);
    ok(cluster_run_to_rest(c, 60000), "a decision without the first %u seats", faulty);
    cluster_run(c, 7500 * faulty);
    uint16_t at = (uint16_t)(faulty + 2);
    is((int64_t)cluster_view(c, at), faulty, "their views are left");
    ok(story_failed_views(c, at) == 0, "and do not count as failed");
    cluster_propose(c, seats, seats);
    story_end(c, 60000,
              faulty == 10 ? "ten suspended primaries in a row" : "suspended primaries");
}

int main(void)
{
    if (key_library_init() != 0) {
        return 99;
    }
    test_stories();
    test_full_window(8);
    test_full_window(2);
    test_many_windows();
    test_mixed_certificates();
    test_lost_new_view();
    test_huge_views();
    test_weak_quorum_joins();
    test_stale_changes();
    test_rotation();
    test_return();
    test_return_flood();
    test_back_off();
    test_expelled_primary();
    test_suspended_primaries(7, 2);
    test_suspended_primaries(33, 10);
    return tap_done();
}
