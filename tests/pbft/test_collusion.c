/* SPDX-License-Identifier: ISC */
/* Byzantine seats at work with those who are slow, or with the same story told twice: views
 * change, and nobody is led apart. */
#include "hash/hash.h"
#include "story.h"
#include "wire/shared.h"

static void say_to_all(struct cluster *c, uint16_t seats, uint16_t from,
                       const struct message *m)
{
    for (uint16_t to = 1; to <= seats; to++) {
        if (to != from && cluster_is_up(c, to)) {
            cluster_say(c, from, to, m);
        }
    }
}

/* --- VIEW-CHANGEs --- */

static bool hides_from_five(struct cluster *c, void *context, uint16_t from, uint16_t to,
                            const struct message *m)
{
    (void)c, (void)context;
    return to != 5 || m->tag != MESSAGE_PRE_PREPARE || from % 2 == 0;
}

/* f seats ask for the next view all the time, and a correct one that hears no other primary
 * makes it w: views come and go, and still everything decides. */
static void test_storm(void)
{
    struct cluster_config k;
    cluster_config_defaults(&k, 7);
    struct cluster *c = story_new(&k);
    cluster_set_puppet(c, 6);
    cluster_set_puppet(c, 7);
    cluster_start_all(c);
    cluster_run(c, 500);
    cluster_set_filter(c, hides_from_five, NULL);
    unsigned proposals = 0;
    for (unsigned i = 0; i < 300; i++) {
        for (uint16_t seat = 6; seat <= 7; seat++) {
            struct message m = {.tag = MESSAGE_VIEW_CHANGE};
            m.view_change.change.seat = seat;
            m.view_change.change.view = cluster_view(c, 2) + 1;
            m.view_change.change.best.block = *cluster_genesis(c);
            cluster_sign(c, seat, &m);
            say_to_all(c, 7, seat, &m);
        }
        if (i % 30 == 0) {
            cluster_propose(c, (uint16_t)(1 + i / 30 % 5), 7);
            proposals++;
        }
        cluster_run(c, 100);
    }
    ok(cluster_view(c, 2) >= 1,
       "f that storm and one that is cut off change views: to %llu",
       (unsigned long long)cluster_view(c, 2));
    (void)cluster_run_to_rest(c, 60000);
    is((int64_t)cluster_decisions(c), proposals, "all is decided in the midst of it");
    story_end(c, 1000, "a storm of VIEW-CHANGEs");
}

/* --- two NEW-VIEWs --- */

struct changes {
    struct message of[5]; /* by seat: its VIEW-CHANGE for view 1 */
};

static bool only_three_prepares(struct cluster *c, void *context, uint16_t from,
                                uint16_t to, const struct message *m)
{
    struct changes *l = context;
    (void)c;
    if (m->tag == MESSAGE_VIEW_CHANGE && m->view_change.change.view == 1 && to == 2 &&
        l->of[from].tag == 0) {
        l->of[from] = *m;
        if (m->view_change.certificate != NULL) {
            certificate_ref(m->view_change.certificate);
        }
    }
    if (m->tag == MESSAGE_PREPARE && m->vote.height >= 2 && m->vote.view == 0) {
        return to == 3;
    }
    return true;
}

/* Of seat 2 and two others, with the tip that follows. */
static struct message new_view(struct cluster *c, const struct changes *l, uint16_t a,
                               uint16_t b)
{
    struct message m = {.tag = MESSAGE_NEW_VIEW};
    struct new_view *v = m.new_view = new_view_new(3);
    const uint16_t seats[] = {a < 2 ? a : 2, a < 2 ? 2 : a, b};
    const struct message *highest = &l->of[2];
    v->view = 1;
    for (uint16_t i = 0; i < 3; i++) {
        const struct message *one = &l->of[seats[i]];
        v->changes[i] = one->view_change.change;
        if (best_compare(&one->view_change.change.best, &highest->view_change.change.best) >
            0) {
            highest = one;
        }
    }
    v->tip = highest->view_change.change.best.block;
    if (highest->view_change.certificate != NULL) {
        v->certificate = certificate_ref(highest->view_change.certificate);
    }
    cluster_sign(c, 2, &m);
    return m;
}

/* Block 2 is prepared at seat 3 alone; seat 2, the next primary, has VIEW-CHANGEs that tell
 * of it and enough that do not, and uses both. */
static void test_two_new_views(void)
{
    struct changes l = {.of = {{0}}};
    struct cluster_config k;
    cluster_config_defaults(&k, 4);
    struct cluster *c = story_new(&k);
    cluster_set_puppet(c, 2);
    cluster_start_all(c);
    cluster_run(c, 1000);
    cluster_set_filter(c, only_three_prepares, &l);
    cluster_propose(c, 4, 4);
    while (cluster_now(c) < 20000 &&
           (l.of[1].tag == 0 || l.of[3].tag == 0 || l.of[4].tag == 0)) {
        cluster_run(c, 10);
    }
    l.of[2].tag = MESSAGE_VIEW_CHANGE;
    l.of[2].view_change.change = (struct view_change){.seat = 2, .view = 1};
    l.of[2].view_change.change.best.block = *cluster_genesis(c);
    cluster_sign(c, 2, &l.of[2]);
    say_to_all(c, 4, 2, &l.of[2]);
    struct message without = new_view(c, &l, 1, 4), with = new_view(c, &l, 3, 4);
    ok(!hash_equal(&without.new_view->tip, &with.new_view->tip),
       "two good NEW-VIEWs for one view, with different tips");
    cluster_say(c, 2, 1, &without);
    cluster_say(c, 2, 3, &with);
    cluster_say(c, 2, 4, &without);
    cluster_run(c, 200);
    ok(cluster_view(c, 1) == 1 && cluster_view(c, 3) == 1,
       "each enters the one it was told");
    say_to_all(c, 4, 2, &with);
    say_to_all(c, 4, 2, &without);
    cluster_set_filter(c, NULL, NULL);
    (void)cluster_run_to_rest(c, 60000);
    ok(cluster_is_expelled(c, 2), "their seat is expelled for it");
    for (uint16_t seat = 1; seat <= 4; seat++) {
        message_clear(&l.of[seat]);
    }
    message_clear(&with);
    message_clear(&without);
    story_end(c, 30000, "two NEW-VIEWs");
}

/* --- a primary that is only just quick enough --- */

static bool dawdles(struct cluster *c, void *context, uint16_t from, uint16_t to,
                    const struct message *m)
{
    struct pbft_status s;
    unsigned *count = context;
    cluster_status(c, 2, &s);
    if (from != 1 || m->tag != MESSAGE_PRE_PREPARE) {
        return true;
    }
    ++*count;
    cluster_say_after(c, from, to, m, s.request_timer_ms * 8 / 10);
    return false;
}

/* What it gains is time in its own view, never a longer timer. */
static void test_dawdles(void)
{
    unsigned delayed = 0;
    struct pbft_status before, after;
    struct cluster *c = story_of(4);
    cluster_set_faulty(c, 1);
    cluster_status(c, 3, &before);
    cluster_set_filter(c, dawdles, &delayed);
    for (unsigned i = 0; i < 4; i++) {
        cluster_propose(c, 2, 4);
        cluster_run(c, 10000);
    }
    cluster_status(c, 3, &after);
    ok(delayed > 0 && cluster_decisions(c) > 0,
       "a primary that waits almost for the timer gets %llu decisions done",
       (unsigned long long)cluster_decisions(c));
    ok(after.view > 0 || after.request_timer_ms <= before.request_timer_ms,
       "and does not talk its own timer up");
    cluster_set_filter(c, NULL, NULL);
    story_end(c, 60000, "a primary that dawdles");
}

/* --- junk before what matters --- */

/* Seat 7 queues so much that its last waits far longer than a request timer; each block has
 * its next one, and the primary that does its work is not deposed. */
static void test_junk_before(void)
{
    struct cluster_config k;
    struct pbft_status s;
    cluster_config_defaults(&k, 7);
    k.core.block_bytes = 1;
    k.core.pipeline = 1;
    k.delay_ms = 40;
    k.seat_window = 64;
    k.council.open_proposals = 64;
    struct cluster *c = story_begin(&k);
    for (unsigned i = 0; i < 40; i++) {
        cluster_propose(c, 7, 7);
        cluster_run(c, 1); /* an envelope each */
    }
    cluster_status(c, 2, &s);
    cluster_run(c, s.request_timer_ms * 3 / 2);
    cluster_status(c, 2, &s);
    ok(s.waiting > 0, "%u envelopes of one seat still wait", s.waiting);
    ok(s.view == 0, "what it queued before an operation deposes nobody");
    story_end(c, 60000, "a long queue of one seat");
}

int main(void)
{
    if (key_library_init() != 0) {
        return 99;
    }
    test_storm();
    test_two_new_views();
    test_dawdles();
    test_junk_before();
    return tap_done();
}
