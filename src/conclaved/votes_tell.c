/* SPDX-License-Identifier: ISC */
#include "conclaved/votes_tell.h"

#include "base/clock.h"
#include "conclaved/methods.h"
#include "conclaved/publish.h"

#include <string.h>

void votes_touch(struct node *n)
{
    n->votes.touched = true;
}

void votes_tell_anew(struct node *n)
{
    n->votes.touched = true;
    n->votes.any = false;
}

static void on_timer(struct ev_loop *loop, struct ev_timer *w, int events)
{
    (void)loop, (void)events;
    votes_touch(w->data); /* the turn that this begins ends with telling it */
}

static void wait(struct node *n, uint64_t ms)
{
    struct votes_watch *v = &n->votes;
    ev_timer_init(&v->timer, on_timer, (double)ms / 1e3, 0.);
    v->timer.data = n;
    ev_timer_start(n->loop, &v->timer);
}

void votes_tell(struct node *n)
{
    struct votes_watch *v = &n->votes;
    if (!v->touched || ev_is_active(&v->timer)) {
        return;
    }
    v->touched = false;
    if (!control_wants(n->control, "votes")) {
        return;
    }
    struct round_state now;
    votes_state(n, &now);
    if (v->any && memcmp(&now, &v->told, sizeof(now)) == 0) {
        return;
    }
    uint64_t ms = clock_monotonic_ms(), due = v->at_ms + VOTES_EVERY_MS;
    if (v->at_ms != 0 && ms < due) {
        wait(n, due - ms);
        return;
    }
    v->any = true;
    v->at_ms = ms;
    v->told = now;
    publish(n, "votes", votes_json(n, &now));
}

void votes_tell_stop(struct node *n)
{
    ev_timer_stop(n->loop, &n->votes.timer);
}
