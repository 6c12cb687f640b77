/* SPDX-License-Identifier: ISC */
/* Whose conversation ends by the node's will: who is too slow, or idle where others wait.
 */
#include "control/session.h"

#include "base/clock.h"

enum { DRAIN_STALLS = 2 }; /* times stall_ms, to take what was left unread */

/* Whether it needs too long for what it left unread: a byte now and then is not enough. */
static bool is_too_slow(struct control_session *c, uint64_t now_ms)
{
    uint64_t stall_ms = c->server->config.stall_ms;
    if (c->sent >= c->due) {
        c->due = c->sent + session_unsent(c);
        c->due_ms = now_ms;
    }
    return session_unsent(c) > 0 && (now_ms - c->progress_ms >= stall_ms ||
                                     now_ms - c->due_ms >= DRAIN_STALLS * stall_ms);
}

void session_sweep(struct control_session *c, uint64_t now_ms)
{
    if (c->doomed) {
        return;
    }
    if (is_too_slow(c, now_ms)) {
        session_drop(c, "does-not-read");
    } else if (c->begun_ms != 0 && c->queue == NULL && !c->closing && !c->ended &&
               now_ms - c->begun_ms >= c->server->config.stall_ms) {
        session_give_up(c, CONTROL_PARSE_ERROR,
                        "the line that was begun does not end; closing", "half-line");
    } else if (c->ended && c->queue == NULL && session_hung_up(c->fd)) {
        session_drop(c, NULL);
    }
}

bool server_make_room(struct control_server *s, const struct control_user *of)
{
    struct control_session *oldest = NULL;
    for (struct control_session *c = s->sessions; c != NULL; c = c->next) {
        bool reads_only = (c->roles & ~(1U << ROLE_READ)) == 0;
        bool is_idle = !c->subscribed && c->queue == NULL && session_unsent(c) == 0;
        if (!c->doomed && reads_only && is_idle && (of == NULL || c->user == of) &&
            (oldest == NULL || c->asked_ms <= oldest->asked_ms)) {
            oldest = c;
        }
    }
    if (oldest == NULL || clock_monotonic_ms() - oldest->asked_ms < s->config.idle_ms) {
        return false;
    }
    session_drop(oldest, "made-room");
    return true;
}
