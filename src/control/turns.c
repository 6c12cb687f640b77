/* SPDX-License-Identifier: ISC */
/*
 * Whose requests are answered when. All clients together have a few milliseconds in each
 * turn of the loop: however many there are, and whatever they ask, the council goes on in
 * between. Who has to wait is queued, and those who may do more than read come first.
 */
#include "control/session.h"

#include "base/clock.h"

enum { TURN_MS = 5 };

static struct control_session **queue_of(const struct control_session *c)
{
    bool reads_only = (c->roles & ~(1U << ROLE_READ)) == 0;
    return &c->server->waiting[reads_only];
}

void session_wait(struct control_session *c)
{
    struct control_server *s = c->server;
    if (c->waits || c->doomed) {
        return;
    }
    struct control_session **end = queue_of(c);
    while (*end != NULL) {
        end = &(*end)->next_waiting;
    }
    *end = c;
    c->waits = true;
    c->next_waiting = NULL;
    ev_io_stop(s->loop, &c->reader);
    if (!s->answering && !ev_is_active(&s->turns)) {
        ev_feed_event(s->loop, &s->turns, EV_CUSTOM);
    }
}

void session_wait_no_more(struct control_session *c)
{
    struct control_session **at = queue_of(c);
    while (c->waits && *at != c) {
        at = &(*at)->next_waiting;
    }
    if (c->waits) {
        *at = c->next_waiting;
        c->waits = false;
    }
}

static struct control_session *next_of(const struct control_server *s)
{
    return s->waiting[false] != NULL ? s->waiting[false] : s->waiting[true];
}

static void on_turn(struct ev_loop *loop, ev_timer *w, int revents)
{
    struct control_server *s = w->data;
    struct control_session *c;
    uint64_t begun = clock_monotonic_ms();
    (void)revents;
    s->answering = true;
    while ((c = next_of(s)) != NULL && clock_monotonic_ms() - begun <= TURN_MS) {
        session_wait_no_more(c);
        session_answer(c);
    }
    s->answering = false;
    if (c != NULL) {
        ev_timer_set(w, 0., 0.);
        ev_timer_start(loop, w);
    }
}

void server_turns_init(struct control_server *s)
{
    ev_init(&s->turns, on_turn);
    /* After all that has come in this turn, of the other seats first. */
    ev_set_priority(&s->turns, EV_MINPRI);
    s->turns.data = s;
}
