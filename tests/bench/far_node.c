/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "far_node.h"

#include "story_server.h"

#include "base/clock.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HISTORY = 100, STEPS = 5, STEP_MS = 150, FLOOD_PENDING = 4 * 1024 * 1024 };

struct far {
    struct story_server server;
    struct story *story;
    unsigned seats;
    int orders;
    bool reading;     /* FAR_HISTORY is to be answered */
    unsigned step;    /* of the decision that goes on; STEPS: none does */
    uint64_t step_ms; /* when it is due */
    unsigned proposal;
    bool flooding;
    uint64_t flood_ms, flood_told;
};

static void answer(const struct far *f, uint64_t number)
{
    (void)!write(f->orders, &number, sizeof(number));
}

/* --- what happens to the council --- */

/* A decision as it comes from a node: in bursts of events. */
static void decide(struct far *f)
{
    struct story *s = f->story;
    switch (f->step) {
    case 0:
        f->proposal = story_propose(s, "reciprocity", "One a second");
        break;
    case 1:
        for (unsigned seat = 1; seat <= f->seats; seat++) {
            story_ballot(s, f->proposal, seat);
        }
        story_block(s);
        break;
    case 2:
        story_opening(s, f->proposal);
        break;
    case 3:
        for (unsigned seat = 1; seat <= f->seats; seat++) {
            story_reveal(s, f->proposal, seat, seat % 7 == 0 ? "reject" : "approve", 80,
                         "Because.");
        }
        break;
    default:
        story_final(s, f->proposal);
        story_beat(s);
        break;
    }
    f->step++;
    f->step_ms += STEP_MS;
}

/* What a node under load has to tell: lines of its log, and operations without effect. */
static void flood(struct far *f)
{
    uint64_t due = (clock_monotonic_ms() - f->flood_ms) * FAR_FLOOD_PER_S / 1000;
    for (; f->flood_told < due && story_server_pending(&f->server) < FLOOD_PENDING;
         f->flood_told++) {
        if (f->flood_told % 2 == 0) {
            story_log(f->story, "debug", "operation.void", "seat=7 verdict=duplicate");
        } else {
            char id[65];
            story_id(1, id);
            story_tell(f->story, "operation.void",
                       json_pack("{s:i, s:s, s:s, s:s, s:s}", "seat", 7, "name", "box",
                                 "kind", "reveal", "proposal", id, "verdict", "duplicate"));
        }
    }
}

static void obey(struct far *f, enum far_order order)
{
    switch (order) {
    case FAR_BEAT:
        story_beat(f->story);
        break;
    case FAR_DECIDE:
        f->step = 0;
        f->step_ms = clock_monotonic_ms();
        break;
    case FAR_HISTORY:
        for (unsigned i = 0; i < FAR_DECISIONS; i++) {
            (void)story_decide(f->story, "One of many", 25);
            story_server_turn(&f->server);
        }
        f->reading = true;
        break;
    case FAR_FLOOD:
        f->flooding = true;
        f->flood_ms = clock_monotonic_ms();
        f->flood_told = 0;
        break;
    case FAR_DRY:
        f->flooding = false;
        answer(f, f->flood_told);
        break;
    case FAR_CLIENTS:
        answer(f, f->server.connections);
        break;
    }
}

/* --- its loop --- */

static int wait_ms(const struct far *f)
{
    if (f->flooding) {
        return 1;
    }
    uint64_t now = clock_monotonic_ms();
    return f->step == STEPS ? -1 : f->step_ms > now ? (int)(f->step_ms - now) : 0;
}

static void serve(struct far *f)
{
    for (;;) {
        bool pending = story_server_pending(&f->server) > 0;
        struct pollfd fds[] = {
            {.fd = f->orders, .events = POLLIN},
            {.fd = f->server.client >= 0 ? f->server.client : f->server.listener,
             .events = (short)(POLLIN | (pending ? POLLOUT : 0))},
        };
        char order;
        (void)poll(fds, 2, wait_ms(f));
        if (fds[0].revents != 0) {
            if (read(f->orders, &order, 1) != 1) {
                return;
            }
            obey(f, (enum far_order)order);
        }
        if (f->step < STEPS && clock_monotonic_ms() >= f->step_ms) {
            decide(f);
        }
        if (f->flooding) {
            flood(f);
        }
        story_server_turn(&f->server);
        if (f->reading && story_server_pending(&f->server) == 0) {
            f->reading = false;
            answer(f, FAR_DECISIONS);
        }
    }
}

static bool begin(struct far *f, const char *path)
{
    f->step = STEPS;
    f->story = story_new(f->seats, HISTORY);
    return story_server_open(&f->server, f->story, path);
}

bool far_node_start(struct far_node *n, const char *path, unsigned seats)
{
    int ends[2];
    uint64_t good = 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return false;
    }
    n->child = fork();
    if (n->child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)close(ends[0]);
        struct far f = {.seats = seats, .orders = ends[1]};
        bool begun = begin(&f, path);
        answer(&f, begun);
        if (begun) {
            serve(&f);
        }
        story_server_close(&f.server);
        story_free(f.story);
        _exit(0);
    }
    (void)close(ends[1]);
    n->orders = ends[0];
    return n->child > 0 && read(n->orders, &good, sizeof(good)) == sizeof(good) &&
           good != 0;
}

void far_node_end(struct far_node *n)
{
    (void)close(n->orders);
    (void)waitpid(n->child, NULL, 0);
}

void far_node_order(const struct far_node *n, enum far_order order)
{
    char byte = (char)order;
    (void)!write(n->orders, &byte, 1);
}

bool far_node_answer(const struct far_node *n, uint64_t *answer)
{
    return recv(n->orders, answer, sizeof(*answer), MSG_DONTWAIT) == sizeof(*answer);
}
