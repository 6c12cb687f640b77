/* SPDX-License-Identifier: ISC */
#include "conclave/demo_run.h"

#include "conclave/node.h"
#include "conclave/seat_dir.h"

#include "base/clock.h"
#include "control/control.h"

#include <stdlib.h>

enum {
    POLL_MS = 50,
    START_MS = 30000,       /* for all nodes to connect, and */
    START_SEAT_MS = 1000,   /* this more for each */
    DECIDE_MS = 420000,     /* longer than the windows of any class together */
    SUBMIT_EVERY_MS = 1500, /* when somebody looks on */
    LOOK_EVERY_MS = 250,
};

static void start_agents(struct demo *d)
{
    struct complaint why = {""};
    bool ready = false;
    int error =
        demo_models_start(&d->models, &d->data, d->council.dir, &d->council.children, &why);
    while (error == 0 && d->end == DEMO_GOES_ON && !ready) {
        error = demo_models_wait(&d->models, &ready, &why);
        if (error == 0 && !ready) {
            demo_wait(d, POLL_MS);
        }
    }
    if (error == 0 && ready) {
        error = demo_council_start_agents(&d->council, &d->data, &d->models, &why);
    }
    if (error != 0) {
        demo_fail(d, "%s", why.text);
    }
}

static void start(struct demo *d)
{
    struct complaint why = {""};
    unsigned seats = d->council.charter->seat_count;
    if (demo_council_start_nodes(&d->council, &why) != 0) {
        demo_fail(d, "%s", why.text);
        return;
    }
    uint64_t until = clock_monotonic_ms() + START_MS + (uint64_t)seats * START_SEAT_MS;
    unsigned connected = 0;
    while (d->end == DEMO_GOES_ON && connected < seats) {
        demo_wait(d, POLL_MS);
        if (d->end != DEMO_GOES_ON) {
            return;
        }
        connected = demo_council_connected(&d->council);
        if (clock_monotonic_ms() > until) {
            demo_fail(
                d, "only %u of %u nodes are connected to all others; their logs are in %s",
                connected, seats, d->council.dir);
            return;
        }
    }
    demo_view_say(&d->view, "%u nodes are connected, each to all others", seats);
    start_agents(d);
}

static void say_who_judges(struct demo *d, unsigned seats)
{
    const struct demo_models *m = &d->models;
    if (m->seats > 0 && m->endpoint != NULL) {
        demo_view_say(&d->view, "%u seats ask the model %s at %s, %u follow rules",
                      m->seats, m->model, m->endpoint, seats - m->seats);
    } else if (m->seats > 0) {
        demo_view_say(&d->view,
                      "%u seats ask a stand-in on this machine, which is no language model "
                      "(--endpoint names one); %u follow rules",
                      m->seats, seats - m->seats);
    }
}

static void propose(struct demo *d, const json_t *proposal, unsigned seat)
{
    struct complaint why = {""};
    const json_t *given = json_object_get(proposal, "evidence");
    char *evidence = json_dumps(given, JSON_COMPACT | control_digits(given));
    json_t *params =
        json_pack("{s:O, s:O, s:O, s:s}", "class", json_object_get(proposal, "class"),
                  "title", json_object_get(proposal, "title"), "text",
                  json_object_get(proposal, "text"), "evidence", evidence);
    free(evidence);
    uint64_t now = clock_monotonic_ms();
    json_t *result;
    struct control_client *client = d->council.clients[seat - 1];
    if (control_call(client, "propose", params, &result, NODE_TIMEOUT_MS, &why) != 0) {
        char *log = demo_seat_path(&d->council, seat, "conclaved.log");
        if (d->view.live) {
            demo_view_say(&d->view, "the node of seat %u takes no proposal: %s", seat,
                          why.text);
        } else {
            demo_fail(d, "the node of seat %u takes no proposal: %s; its log: %s", seat,
                      why.text, log);
        }
        free(log);
        return;
    }
    demo_follow_add(&d->follow, member_text(result, "id"), member_text(proposal, "class"),
                    member_text(proposal, "title"), seat, now);
    json_decref(result);
}

/* Waits like demo_wait; where somebody looks on, the node that was watched may be gone. */
static void watch(struct demo *d, int ms)
{
    if (d->view.live && d->events == NULL && demo_subscribe(d, d->watched + 1)) {
        demo_catch_up(d);
    }
    demo_wait(d, ms);
}

/* The sample proposals, through the sockets of seats all over the council. */
static void submit_all(struct demo *d)
{
    size_t count = json_array_size(d->data.proposals);
    unsigned seats = d->council.charter->seat_count;
    for (size_t i = 0; i < count && d->end == DEMO_GOES_ON; i++) {
        unsigned seat = 1 + (unsigned)(i * seats / count + i / seats) % seats;
        propose(d, json_array_get(d->data.proposals, i), seat);
        uint64_t until = clock_monotonic_ms() + (d->view.live ? SUBMIT_EVERY_MS : 0);
        while (d->end == DEMO_GOES_ON && clock_monotonic_ms() < until) {
            watch(d, POLL_MS);
        }
    }
}

static void follow_to_the_end(struct demo *d)
{
    uint64_t until = clock_monotonic_ms() + DECIDE_MS;
    while (d->end == DEMO_GOES_ON && demo_follow_final(&d->follow) < d->follow.count) {
        demo_wait(d, POLL_MS);
        if (d->end == DEMO_GOES_ON && d->events == NULL) {
            demo_fail(d, "the node of seat %u closed its subscription; the logs are in %s",
                      d->watched, d->council.dir);
        } else if (d->end == DEMO_GOES_ON && clock_monotonic_ms() > until) {
            demo_fail(d,
                      "%zu of %zu proposals are not final after %d s; the logs are in %s",
                      d->follow.count - demo_follow_final(&d->follow), d->follow.count,
                      DECIDE_MS / 1000, d->council.dir);
        }
    }
}

/* Rejected for want of any ballot is no decision to show. */
static void check_ballots(struct demo *d)
{
    for (size_t i = 0; i < d->follow.count && d->end == DEMO_GOES_ON; i++) {
        if (d->follow.list[i].sealed == 0) {
            demo_fail(
                d,
                "no agent answered on \"%s\"; their logs are %s/seat-*/conclave-agent.log",
                d->follow.list[i].title, d->council.dir);
        }
    }
}

/* With somebody looking on: stays up until they quit. */
static void stay(struct demo *d)
{
    while (d->end == DEMO_GOES_ON) {
        watch(d, LOOK_EVERY_MS);
    }
}

static void open_console(struct demo *d)
{
    struct complaint why = {""};
    char *socket = demo_seat_path(&d->council, 1, SEAT_DIR_SOCKET);
    demo_view_say(&d->view, "in another terminal: export CONCLAVE_SOCKET=%s", socket);
    free(socket);
    if (demo_console_start(&d->council, d->program, &d->console, &why) != 0) {
        demo_fail(d, "%s", why.text);
        return;
    }
    d->console_shown = true;
    demo_view_cover(&d->view);
}

void demo_run(struct demo *d, const char *dir)
{
    struct complaint why = {""};
    unsigned seats = (unsigned)json_array_size(d->data.seats);
    demo_view_say(&d->view, "a council of %u seats in %s", seats, dir);
    say_who_judges(d, seats);
    if (demo_council_make(&d->council, dir, &d->data, &why) != 0) {
        demo_fail(d, "%s", why.text);
        return;
    }
    d->follow.charter = d->council.charter;
    start(d);
    if (d->end == DEMO_GOES_ON && !demo_subscribe(d, 1)) {
        demo_fail(d, "no node accepts a subscription; their logs are in %s", dir);
    }
    if (d->end == DEMO_GOES_ON && d->view.live) {
        open_console(d);
    }
    if (d->end == DEMO_GOES_ON) {
        d->running = true;
        submit_all(d);
    }
    if (d->view.live) {
        stay(d);
    } else {
        follow_to_the_end(d);
        check_ballots(d);
    }
}
