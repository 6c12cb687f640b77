/* SPDX-License-Identifier: ISC */
/* The model and the connection at a council of real nodes: what they say makes a scene. */
#include "live.h"
#include "tap.h"

#include "base/clock.h"
#include "ui/model/connection.h"
#include "ui/model/model.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 30000, SEATS = 4 };

static struct model *m;
static struct connection *c;
static unsigned wrong; /* lines that were no JSON-RPC */
static unsigned downs;

static void drive(void)
{
    struct slice line;
    struct complaint why;
    struct buffer out = {NULL, 0, 0};
    enum connection_news news;
    while ((news = connection_turn(c, clock_wall_ms(), &line, &why)) != NEWS_NONE) {
        if (news == NEWS_UP) {
            model_connected(m, clock_wall_ms());
        } else if (news == NEWS_DOWN) {
            downs++;
            model_disconnected(m, clock_wall_ms(), why.text);
        } else {
            wrong += model_line(m, clock_wall_ms(), line) != 0;
        }
    }
    while (model_next_request(m, &out)) {
    }
    connection_send(c, buffer_slice(&out));
    buffer_free(&out);
}

/* Lets all work until the condition holds. */
static bool until(struct live *l, bool (*holds)(const struct scene *))
{
    uint64_t deadline = clock_monotonic_ms() + WAIT_MS;
    while (clock_monotonic_ms() < deadline) {
        live_pump(l, 5);
        drive();
        if (holds(model_scene(m))) {
            return true;
        }
    }
    return false;
}

static bool judge(void *context, unsigned seat, const json_t *params,
                  struct live_ballot *out)
{
    (void)context;
    (void)params;
    *out =
        (struct live_ballot){seat == 3 ? "reject" : "approve", 10 * (int)seat, "because"};
    return true;
}

static bool is_whole(const struct scene *s)
{
    return s->known && s->seats == SEATS && s->seat[3].told && s->votes.known &&
           s->timeout_ms != UNKNOWN && s->line_count > 0 && s->block_count > 0;
}

static bool all_alive(const struct scene *s)
{
    return scene_alive(s, clock_wall_ms()) == SEATS;
}

static bool has_two(const struct scene *s)
{
    return s->final_count >= 2;
}

static bool has_block_times(const struct scene *s)
{
    return s->votes.latency_count > 0 && s->votes.committed;
}

static bool is_silent(const struct scene *s)
{
    return s->flags_new > 0 && scene_worst_flag(s, 4) != NULL && !s->seat[3].connected;
}

static bool is_acknowledged(const struct scene *s)
{
    const struct scene_flag *f = scene_worst_flag(s, 4);
    return f != NULL && f->state == FLAG_ACKNOWLEDGED;
}

static bool is_gone(const struct scene *s)
{
    (void)s;
    return connection_state(c) != CONNECTION_UP;
}

static bool is_back(const struct scene *s)
{
    return connection_state(c) == CONNECTION_UP && s->gaps == 1 && s->votes.known &&
           s->final_count >= 2;
}

static char wanted_key[UI_ID_BYTES];
static enum detail_kind wanted_kind;

static bool has_detail(const struct scene *s)
{
    (void)s;
    model_want_detail(m, wanted_kind, wanted_key, clock_wall_ms());
    return model_detail(m, wanted_kind, wanted_key).state >= DETAIL_HERE;
}

static const json_t *detail(struct live *l, enum detail_kind kind, const char *key)
{
    wanted_kind = kind;
    (void)snprintf(wanted_key, sizeof(wanted_key), "%s", key);
    return until(l, has_detail) ? model_detail(m, kind, key).value : NULL;
}

static void test_decisions(struct live *l)
{
    char id[LIVE_ID_BYTES];
    const struct scene *s = model_scene(m);
    ok(live_propose(l, 2, "test", "One", NULL, id) == 0 &&
           live_propose(l, 3, "test", "Two", NULL, id) == 0 && until(l, has_two),
       "two decisions are watched");
    const struct scene_proposal *p = s->final[0];
    ok(p->seats == SEATS && p->codes[0] == BALLOT_APPROVE && p->codes[2] == BALLOT_REJECT &&
           p->confidence[1] == 20 && p->ballot_blocks[0] != BLOCKS_UNKNOWN &&
           p->reveal_blocks[3] != BLOCKS_UNKNOWN && p->approved && p->record == 1 &&
           p->final_height != UNKNOWN && p->proposer >= 2,
       "with all that a record says");
    ok(s->seat[0].with_outcome == 2 && s->seat[2].against_outcome == 2 &&
           s->seat[2].streak == 2 && s->seat[0].ballots == 2 && s->seat[0].reveals == 2,
       "and totals that are counted here");
    ok(until(l, has_block_times), "how long blocks took");
    struct scene past;
    ok(model_past(m, 0, &past) && past.past && past.final_count == 1 &&
           past.seat[0].with_outcome == 1 && past.order.view != UNKNOWN &&
           past.votes.known && past.seat[1].connected,
       "the first as it was");
    scene_free(&past);
    char height[24];
    (void)snprintf(height, sizeof(height), "%llu", (unsigned long long)p->final_height);
    const json_t *v = detail(l, DETAIL_PROPOSAL, p->id);
    ok(json_array_size(json_object_get(v, "seats")) == SEATS, "a proposal's details");
    v = detail(l, DETAIL_BLOCK, height);
    ok(json_is_array(json_object_get(v, "envelopes")), "a block's");
    v = detail(l, DETAIL_VERIFY, height);
    ok(json_is_true(json_object_get(v, "ok")), "and that it is right");
    v = detail(l, DETAIL_CHARTER, "");
    ok(json_is_object(v), "the charter");
    (void)detail(l, DETAIL_BLOCK, "999999999");
    ok(model_detail(m, DETAIL_BLOCK, "999999999").state == DETAIL_REFUSED,
       "no such block: %s", model_detail(m, DETAIL_BLOCK, "999999999").refusal);
}

static bool has_patterns(const struct scene *s)
{
    model_want_patterns(m, PATTERNS_SEATS, clock_wall_ms());
    model_want_patterns(m, PATTERNS_PAIRS, clock_wall_ms());
    return s->tallies != NULL && s->likeness != NULL && s->tallies->decisions >= 2 &&
           s->likeness->decisions >= 2;
}

/* Of two decisions that seats 1, 2 and 4 approved, and 3 did not. */
static void test_patterns(struct live *l)
{
    const struct scene *s = model_scene(m);
    ok(until(l, has_patterns) && s->patterns_refusal[0] == '\0', "voting patterns");
    const struct vote_tally *with = &s->tallies->seat[0].of[PERIOD_ALL];
    const struct vote_tally *against = &s->tallies->seat[2].of[PERIOD_WINDOW];
    ok(with->votes == 2 && with->agreement == 1000 && with->confidence == 100 &&
           with->brier == 90 * 90 && against->votes == 2 && against->agreement == 0 &&
           against->approval == 0 && against->confidence == 300 &&
           against->brier == 30 * 30,
       "of each seat");
    const struct scene_pair *same = scene_pair(s->likeness, 1, 4);
    const struct scene_pair *other = scene_pair(s->likeness, 3, 4);
    ok(same->window.votes == 2 && same->window.agreed == 2 && other->all.votes == 2 &&
           other->all.agreed == 0 && same->window.kappa == MEASURE_NONE &&
           s->likeness->held[PERIOD_WINDOW] == 2 && s->likeness->groups == 0 &&
           s->likeness->least_kappa == 600,
       "and of each pair");
}

static bool has_outcome(const struct scene *s)
{
    static char text[400];
    bool good = false;
    (void)s;
    if (!model_next_outcome(m, &good, text, sizeof(text))) {
        return false;
    }
    printf("# %s\n", text);
    return good;
}

static void test_flags(struct live *l)
{
    char key[24];
    (void)model_take_bell(m);
    live_signal(l, 4, SIGSTOP);
    ok(until(l, is_silent), "a seat that is silent is flagged");
    ok(model_take_bell(m), "with a bell");
    const struct scene_flag *f = scene_worst_flag(model_scene(m), 4);
    (void)snprintf(key, sizeof(key), "%llu", (unsigned long long)(f != NULL ? f->id : 0));
    ok(f != NULL && strcmp(f->kind, "silent") == 0 && f->letter == 'D' &&
           f->severity == FLAG_WARNING && f->local && f->first_ms != UNKNOWN &&
           f->text[0] != '\0',
       "by its kind");
    ok(json_is_object(json_object_get(detail(l, DETAIL_FLAG, key), "evidence")),
       "with evidence");
    model_act(m, "flags.ack", json_pack("{s:[I]}", "ids", (json_int_t)atoll(key)),
              "acknowledged");
    ok(until(l, has_outcome) && until(l, is_acknowledged) && model_scene(m)->flags_new == 0,
       "and is acknowledged");
    live_signal(l, 4, SIGCONT);
    ok(until(l, all_alive), "until it is back");
}

static void test_restart(struct live *l)
{
    (void)live_stop(l, 1, WAIT_MS);
    ok(until(l, is_gone) && downs > 0, "the node goes away");
    ok(model_scene(m)->final_count >= 2 && model_scene(m)->known, "what it said stays");
    live_start(l, 1);
    ok(until(l, is_back), "it comes back, and what was missed is marked");
    ok(until(l, all_alive), "with all it had");
}

int main(void)
{
    static const struct live_options options = {.seats = SEATS,
                                                .config = "heartbeat-ms = 200\n"
                                                          "dead-peer-ms = 1500\n"};
    live_limit(180);
    struct live *l = live_new(&options);
    m = model_new();
    c = connection_new(live_seat(l, 1)->socket);
    drive();
    ok(connection_state(c) == CONNECTION_WAITING, "there is no node yet");
    ok(live_start_council(l), "a council of four");
    live_agent_set(l, 0, judge, NULL);
    ok(until(l, is_whole) && until(l, all_alive), "all of it is known");
    const struct scene *s = model_scene(m);
    ok(s->own == 1 && s->order.role[0] != '\0' && s->cards[3].address[0] != '\0' &&
           s->heartbeat_ms == 200 && s->timeout_ms == 1500,
       "also who watches");
    test_decisions(l);
    test_patterns(l);
    test_flags(l);
    test_restart(l);
    is(wrong, 0, "no line was wrong");
    is((int64_t)model_nonsense(m), 0, "and nothing in them");
    model_free(m);
    connection_free(c);
    live_free(l);
    return tap_done();
}
