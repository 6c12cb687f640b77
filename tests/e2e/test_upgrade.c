/* SPDX-License-Identifier: ISC */
/*
 * Other builds, conclaved(8) UPGRADING: a council of two builds that speak one protocol, a
 * rolling upgrade under load, and a seat that speaks another protocol.
 */
#include "history.h"
#include "live.h"
#include "tap.h"
#include "witness.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEXT         "tests/e2e/conclaved-next"
#define ALIEN        "tests/e2e/conclaved-alien"
#define NEXT_VERSION "0.99.0-next"

enum { WAIT_MS = 30000, STOP_MS = 5000, SEATS = 4, LINES_MAX = 16, SETTLE_MS = 3000 };

static struct history history;
static char *this_version;

static struct live *council(void)
{
    struct live_options o = {
        .seats = SEATS,
        .config = "heartbeat-ms = 200\ndead-peer-ms = 2000\n",
    };
    memset(&history, 0, sizeof(history));
    return live_new(&o);
}

static void work(struct live *l, unsigned proposals)
{
    for (unsigned i = 0; i < proposals; i++) {
        unsigned seat = 1 + i % SEATS;
        if (live_running(l, seat)) {
            (void)history_propose(&history, l, seat);
        }
        live_pump(l, 20);
    }
}

static char *version_of(struct live *l, unsigned seat)
{
    json_t *status = live_call(l, seat, "status", NULL);
    const char *text = json_string_value(json_object_get(status, "version"));
    char *version = alloc_string(text != NULL ? text : "");
    json_decref(status);
    return version;
}

static json_t *ask(struct live *l, unsigned seat, const char *command)
{
    struct live_output o =
        live_run(l, WAIT_MS,
                 (const char *[]){"conclave", command, "--json", "--socket",
                                  live_seat(l, seat)->socket, NULL});
    json_t *out = o.status == 0 ? json_loads(o.out, 0, NULL) : NULL;
    live_output_free(&o);
    return out;
}

/* Whether no message of seat to is bad at seat from, and its heartbeat has no flag that
 * from does not know. */
static bool understands(struct live *l, unsigned from, unsigned to)
{
    json_t *seats = ask(l, from, "seats");
    const json_t *row = json_array_get(seats, to - 1);
    bool good = json_integer_value(json_object_get(row, "seat")) == to &&
                json_integer_value(json_object_get(row, "bad_frames")) == 0 &&
                json_array_size(json_object_get(row, "flags")) == 0;
    if (!good) {
        char *text = json_dumps(row, JSON_ENCODE_ANY);
        printf("# %s\n", text);
        free(text);
    }
    json_decref(seats);
    return good;
}

/* What conclave peers says at this seat: how many of the others run that version. */
static unsigned peers_with(struct live *l, unsigned seat, const char *version)
{
    json_t *peers = ask(l, seat, "peers");
    unsigned count = 0;
    for (size_t i = 0; i < json_array_size(peers); i++) {
        const char *text =
            json_string_value(json_object_get(json_array_get(peers, i), "version"));
        count += text != NULL && strcmp(text, version) == 0;
    }
    json_decref(peers);
    return count;
}

static bool wait_peers(struct live *l, unsigned seat, const char *version, unsigned count)
{
    uint64_t until = clock_monotonic_ms() + WAIT_MS;
    while (peers_with(l, seat, version) != count) {
        if (clock_monotonic_ms() > until) {
            return false;
        }
        live_pump(l, 50);
    }
    return true;
}

static void check_decided(struct live *l, struct witness *w)
{
    is(history_missing(&history, l, WAIT_MS), 0, "everything acknowledged is decided");
    ok(live_wait_level(l, WAIT_MS), "all are level");
    witness_look(w, l, 0);
    is(witness_contradictions(w), 0, "no seat said two things");
}

/* --- two builds --- */

static void test_mixed(void)
{
    struct live *l = council();
    struct witness *w = witness_new();
    live_set_program(l, 3, NEXT);
    live_set_program(l, 4, NEXT);
    ok(live_start_council(l), "two seats of one build, two of another");
    live_agent_set(l, 0, history_approve, NULL);
    this_version = version_of(l, 1);
    work(l, 12);
    ok(history.count >= 10, "%u proposals", history.count);
    check_decided(l, w);
    json_t *status = ask(l, 3, "status");
    ok(strcmp(json_string_value(json_object_get(status, "version")), NEXT_VERSION) == 0 &&
           json_integer_value(json_object_get(status, "protocol")) == PROTOCOL_VERSION,
       "status tells version and protocol");
    json_decref(status);
    ok(wait_peers(l, 1, NEXT_VERSION, 2) && wait_peers(l, 1, this_version, 1),
       "peers shows both");
    ok(wait_peers(l, 3, NEXT_VERSION, 1) && wait_peers(l, 3, this_version, 2),
       "from the other side, too");
    ok(understands(l, 1, 3) && understands(l, 3, 1),
       "a flag and messages that one does not know are no fault");
    ok(live_wait_log(l, 1, "event=peer.software seat=3 version=" NEXT_VERSION, WAIT_MS),
       "the log has who differs");
    is(live_log_count(l, 1, "event=peer.software"), 2, "once for each");
    is(live_log_count(l, 1, "event=peer.software seat=2"), 0, "and not who does not");
    witness_free(w);
    live_free(l);
}

/* --- one after the other --- */

static void upgrade(struct live *l, unsigned seat, const char *program)
{
    is(live_stop(l, seat, STOP_MS), 0, "a seat is stopped");
    work(l, 3);
    live_set_program(l, seat, program);
    live_start(l, seat);
    work(l, 3);
    ok(live_wait_ready(l, seat, WAIT_MS) && live_wait_connected(l, WAIT_MS) &&
           live_wait_level(l, WAIT_MS),
       "seat %u is back with another build", seat);
}

static void test_rolling(void)
{
    struct live *l = council();
    struct witness *w = witness_new();
    ok(live_start_council(l), "a council of one build");
    live_agent_set(l, 0, history_approve, NULL);
    work(l, 4);
    for (unsigned seat = 1; seat <= SEATS; seat++) {
        upgrade(l, seat, NEXT);
    }
    check_decided(l, w);
    ok(history.count > SEATS * 4, "%u proposals meanwhile", history.count);
    for (unsigned seat = 1; seat <= SEATS; seat++) {
        ok(wait_peers(l, seat, NEXT_VERSION, SEATS - 1), "all have the new one at %u",
           seat);
        is(live_log_count(l, seat, "event=state.lost"), 0, "and none has lost anything");
    }
    upgrade(l, 2, NULL);
    ok(wait_peers(l, 1, this_version, 1), "one goes back");
    ok(live_wait_log(l, 1, "was=" NEXT_VERSION " ours=" NEXT_VERSION, WAIT_MS),
       "which the log has");
    check_decided(l, w);
    witness_free(w);
    live_free(l);
}

/* --- another protocol --- */

static void test_alien(void)
{
    struct live *l = council();
    struct witness *w = witness_new();
    ok(live_start_council(l), "a council of one protocol");
    live_agent_set(l, 0, history_approve, NULL);
    is(live_stop(l, 4, STOP_MS), 0, "a seat is stopped");
    live_set_program(l, 4, ALIEN);
    live_start(l, 4);
    ok(live_wait_ready(l, 4, WAIT_MS), "and comes back with another protocol");
    ok(live_wait_log(l, 4,
                     "it speaks version 1 of the protocol, this node version 2: upgrade "
                     "that node",
                     WAIT_MS),
       "it says so of the others");
    for (unsigned seat = 1; seat < 4; seat++) {
        ok(live_wait_log(l, seat,
                         "it speaks version 2 of the protocol, this node version 1: "
                         "upgrade this node",
                         WAIT_MS),
           "seat %u says so of it", seat);
        ok(live_wait_log(l, seat, "event=peer.version seat=4", WAIT_MS),
           "and which seat it is");
    }
    json_int_t height = live_number(l, 4, "height");
    for (unsigned i = 0; i < 6; i++) {
        ok(history_propose(&history, l, 1 + i % 3), "a proposal of the others");
        live_pump(l, 20);
    }
    json_t *last = live_wait_final(l, 1, history.acknowledged[5].id, WAIT_MS);
    ok(last != NULL, "they decide");
    json_decref(last);
    live_pump(l, SETTLE_MS);
    is(live_number(l, 4, "height"), height, "which the alien node knows nothing of");
    is(live_number(l, 4, "connected"), 0, "nobody is connected to it");
    for (unsigned seat = 1; seat <= SEATS; seat++) {
        unsigned lines = live_log_count(l, seat, "event=peer.version");
        ok(lines <= LINES_MAX, "%u lines of it at seat %u", lines, seat);
    }
    (void)live_stop(l, 4, STOP_MS);
    live_set_program(l, 4, NULL);
    live_start(l, 4);
    ok(live_wait_ready(l, 4, WAIT_MS) && live_wait_connected(l, WAIT_MS),
       "with the right one it is back");
    work(l, 4);
    check_decided(l, w);
    witness_free(w);
    live_free(l);
}

int main(void)
{
    live_limit(240);
    test_mixed();
    test_rolling();
    test_alien();
    free(this_version);
    return tap_done();
}
