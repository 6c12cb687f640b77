/* SPDX-License-Identifier: ISC */
/*
 * Whose requests are answered when. All clients together have a few milliseconds in each
 * turn of the loop: however many there are, and whatever they ask, the council goes on in
 * between. Who has to wait is queued, and those who may do more than read come first. Whose
 * user has asked too much waits in a queue of its own, until that user may ask again; the
 * order stays, so that the clients of a user come by turns.
 */
#include "control/session.h"

#include "base/clock.h"

enum { TURN_MS = 5 };
static const double resume_s = 0.02;

static void append(struct control_session **end, struct control_session *c)
{
    c->queue = end;
    while (*end != NULL) {
        end = &(*end)->next_waiting;
    }
    *end = c;
    c->next_waiting = NULL;
    ev_io_stop(c->server->loop, &c->reader);
}

void session_wait(struct control_session *c)
{
    struct control_server *s = c->server;
    bool reads_only = (c->roles & ~(1U << ROLE_READ)) == 0;
    if (c->queue != NULL || c->doomed) {
        return;
    }
    append(&s->waiting[reads_only], c);
    if (!s->answering && !ev_is_active(&s->turns)) {
        ev_feed_event(s->loop, &s->turns, EV_CUSTOM);
    }
}

void session_slow(struct control_session *c)
{
    struct control_server *s = c->server;
    if (c->queue != NULL || c->doomed) {
        return;
    }
    append(&s->slowed, c);
    if (!ev_is_active(&s->resumer)) {
        ev_timer_again(s->loop, &s->resumer);
    }
}

void session_wait_no_more(struct control_session *c)
{
    struct control_session **at = c->queue;
    if (at == NULL) {
        return;
    }
    while (*at != c) {
        at = &(*at)->next_waiting;
    }
    *at = c->next_waiting;
    c->queue = NULL;
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

static void on_resume(struct ev_loop *loop, ev_timer *w, int revents)
{
    struct control_server *s = w->data;
    (void)revents;
    for (struct control_session *c = s->slowed, *next; c != NULL; c = next) {
        next = c->next_waiting;
        if (session_may_ask(c)) {
            session_wait_no_more(c);
            session_wait(c);
        }
    }
    if (s->slowed == NULL) {
        ev_timer_stop(loop, w);
    }
}

void server_turns_init(struct control_server *s)
{
    ev_init(&s->turns, on_turn);
    ev_timer_init(&s->resumer, on_resume, 0., resume_s);
    /* After all that has come in this turn, of the other seats first. */
    ev_set_priority(&s->turns, EV_MINPRI);
    s->turns.data = s->resumer.data = s;
}

void server_turns_stop(struct control_server *s)
{
    ev_timer_stop(s->loop, &s->turns);
    ev_timer_stop(s->loop, &s->resumer);
}
