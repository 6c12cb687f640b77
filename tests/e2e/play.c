/* SPDX-License-Identifier: ISC */
#include "play.h"

#include "../council/build.h"
#include "base/clock.h"
#include "council/charter_rules.h"
#include "wire/codec.h"

#include <stdlib.h>
#include <string.h>

/* --- ballots --- */

/* Of the number in the title. */
static bool decide(void *context, unsigned seat, const json_t *params,
                   struct live_ballot *out)
{
    static const char *const choices[] = {"reject", "approve", "abstain"};
    const char *title =
        json_string_value(json_object_get(json_object_get(params, "proposal"), "title"));
    unsigned round = (unsigned)strtoul(title != NULL ? title : "0", NULL, 10);
    unsigned choice = round % 4 != 1;
    (void)context;
    if (seat == 2 && round % 3 == 0) {
        choice = 1 - choice;
    } else if (seat == 4 && round % 5 == 2) {
        choice = 2;
    } else if (seat == 7) {
        choice = 1;
    } else if (seat == ABSENT && round % 3 == 2) {
        return false;
    }
    *out = (struct live_ballot){choices[choice], (int)(40 + (seat * 7 + round * 13) % 60),
                                "for reasons of its own"};
    return true;
}

static void say(struct evil *e, const struct buffer *encoding)
{
    struct operation op;
    if (codec_decode_operation(buffer_slice(encoding), &op) == 0) {
        evil_envelope(e, 0, e->seat, &op, 1);
    }
}

static void commit(struct play *p, struct evil *e, const struct hash *id)
{
    struct buffer out = {NULL, 0, 0};
    build_commit(&out, &p->rules, e->seat, id, CHOICE_APPROVE, p->round);
    say(e, &out);
    buffer_free(&out);
}

static void reveal(struct play *p, struct evil *e, const struct hash *id)
{
    struct buffer out = {NULL, 0, 0};
    build_reveal(&out, e->seat, id, CHOICE_APPROVE, p->round);
    say(e, &out);
    buffer_free(&out);
}

static void pump(struct play *p, int ms)
{
    evil_pump(p->evil[0], ms);
    evil_pump(p->evil[1], ms);
}

/* Until it is in this phase, or a later one. */
static bool wait_phase(struct play *p, const char *id, const char *phases)
{
    uint64_t end = clock_monotonic_ms() + WAIT_MS;
    bool is_so = false;
    while (!is_so && clock_monotonic_ms() < end) {
        pump(p, 5);
        json_t *a = live_call(p->l, 1, "proposal", json_pack("{s:s}", "id", id));
        const char *phase = json_string_value(json_object_get(a, "phase"));
        is_so = phase != NULL && strstr(phases, phase) != NULL;
        json_decref(a);
    }
    return is_so;
}

/* Who says nothing for a while loses its channels. */
static void connect_evil(struct play *p)
{
    for (size_t i = 0; i < 2; i++) {
        for (uint16_t seat = 1; seat <= CORRECT; seat++) {
            if (live_running(p->l, seat) && !evil_is_up(p->evil[i], seat)) {
                (void)evil_connect(p->evil[i], seat);
            }
        }
    }
}

bool play(struct play *p, enum deed first, enum deed second)
{
    const enum deed deeds[] = {first, second};
    char id[LIVE_ID_BYTES], title[32];
    struct hash hash;
    (void)snprintf(title, sizeof(title), "%u", ++p->round);
    connect_evil(p);
    if (live_propose(p->l, 1 + p->round % 2, p->round % 4 == 3 ? "other" : "test", title,
                     NULL, id) != 0 ||
        hex_decode(hash.bytes, HASH_BYTES, id, strlen(id)) != 0 ||
        !wait_phase(p, id, "sealed opening final")) {
        return false;
    }
    for (size_t i = 0; i < 2; i++) {
        if (deeds[i] == VOTES || deeds[i] == WITHHOLDS) {
            commit(p, p->evil[i], &hash);
        }
    }
    bool good = wait_phase(p, id, "opening final");
    for (size_t i = 0; i < 2; i++) {
        if (deeds[i] == IS_LATE) {
            commit(p, p->evil[i], &hash);
        } else if (deeds[i] == VOTES) {
            reveal(p, p->evil[i], &hash);
        }
    }
    return good && wait_phase(p, id, "final");
}

/* --- the council --- */

bool play_begin(struct play *p)
{
    static const struct live_class classes[] = {{"test", 0, 2000, 2000, 800, false},
                                                {"other", 6, 2000, 2000, 800, false}};
    static const struct live_options options = {
        .seats = SEATS,
        .classes = classes,
        .class_count = 2,
        .charter = "{\"timing\":{\"timer_floor_ms\":200,\"timer_ceiling_ms\":2500},"
                   "\"epoch\":{\"decisions\":1000},"
                   "\"watch\":{\"window_decisions\":16,\"recent_decisions\":8}}"};
    p->l = live_new(&options);
    for (unsigned i = 0; i < 2; i++) {
        p->evil[i] = evil_new(p->l, (uint16_t)(FIRST_EVIL + i));
    }
    for (unsigned seat = 1; seat <= CORRECT; seat++) {
        live_start(p->l, seat);
        live_agent_set(p->l, seat, decide, NULL);
    }
    bool good =
        live_wait_ready(p->l, 0, LIVE_START_MS) && live_wait_connected(p->l, LIVE_START_MS);
    p->rules = council_rules_of(p->l->charter);
    return good && evil_connect_all(p->evil[0]) == CORRECT &&
           evil_connect_all(p->evil[1]) == CORRECT;
}

void play_end(struct play *p)
{
    evil_free(p->evil[0]);
    evil_free(p->evil[1]);
    live_free(p->l);
}
