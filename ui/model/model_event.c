/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
/* Events by their names. */
#include "ui/model/inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the order --- */

static void view_asked(struct model *m, const struct value *v)
{
    order_set_view(m, value_number(v, "view"), true);
}

static void view_entered(struct model *m, const struct value *v)
{
    order_set_view(m, value_number(v, "view"), false);
}

static void stalled(struct model *m, const struct value *v)
{
    m->scene.order.stalled = true;
    awaiting_apply(m, v);
}

static void moving(struct model *m, const struct value *v)
{
    (void)v;
    m->scene.order.stalled = false;
}

static void set_standing(struct model *m, const char *standing)
{
    struct scene_order *o = &m->scene.order;
    (void)snprintf(o->standing, sizeof(o->standing), "%s", standing);
}

static void state_lost(struct model *m, const struct value *v)
{
    (void)v;
    set_standing(m, "lost");
}

static void state_returned(struct model *m, const struct value *v)
{
    (void)v;
    set_standing(m, "sound");
}

static void stopped(struct model *m, const struct value *v)
{
    (void)v;
    m->scene.order.stopped = true;
}

static void epoch_changed(struct model *m, const struct value *v)
{
    uint64_t epoch = value_number(v, "epoch");
    if (epoch != UNKNOWN) {
        m->scene.order.epoch = epoch;
    }
    order_set_suspended(m, value_get(v, "suspended"));
}

static void agent_came(struct model *m, const struct value *v)
{
    (void)v;
    m->scene.order.agents++;
}

static void agent_went(struct model *m, const struct value *v)
{
    (void)v;
    m->scene.order.agents -= m->scene.order.agents > 0;
}

/* --- seats --- */

static void connect_peer(struct model *m, const struct value *v, bool connected)
{
    struct scene_seat *s = seat_named(m, v, "seat");
    if (s == NULL) {
        m->nonsense++;
        return;
    }
    uint32_t *count = &m->scene.order.connected;
    if (s->connected != connected) {
        *count = connected ? *count + 1 : *count - (*count > 0);
        s->connected = connected;
    }
}

static void peer_up(struct model *m, const struct value *v)
{
    connect_peer(m, v, true);
}

static void peer_down(struct model *m, const struct value *v)
{
    connect_peer(m, v, false);
}

static void convicted(struct model *m, const struct value *v)
{
    struct scene_seat *s = seat_named(m, v, "seat");
    if (s == NULL) {
        m->nonsense++;
        return;
    }
    s->expelled = true;
    s->suspended = false;
    ballot_convicted(m, (uint16_t)(s - m->scene.seat + 1));
}

static void suspended(struct model *m, const struct value *v)
{
    struct scene_seat *s = seat_named(m, v, "seat");
    if (s != NULL) {
        s->suspended = true;
    }
}

static void reinstated(struct model *m, const struct value *v)
{
    struct scene_seat *s = seat_named(m, v, "seat");
    if (s != NULL) {
        s->suspended = false;
    }
}

static void nothing(struct model *m, const struct value *v)
{
    (void)m;
    (void)v;
}

/* --- the table --- */

/* What has changed that the event does not tell; MOVES: what was waited for came. */
enum { STATUS = 1, SEATS = 2, MOVES = 4 | STATUS };

static const struct event_entry {
    const char *name;
    void (*apply)(struct model *m, const struct value *v);
    unsigned asks;
} events[] = {
    /* in the order of strcmp */
    {"agent.attached", agent_came, 0},
    {"agent.detached", agent_went, 0},
    {"agent.failed", nothing, 0},
    {"ballot.late", ballot_late, 0},
    {"ballot.recorded", ballot_recorded, MOVES},
    {"ballot.revealed", ballot_revealed, MOVES},
    {"ballots", ballot_together, MOVES},
    {"block.committed", blocks_committed, MOVES},
    {"council.moving", moving, STATUS},
    {"council.stalled", stalled, STATUS},
    {"epoch.changed", epoch_changed, STATUS},
    {"flag.acknowledged", flags_event, 0},
    {"flag.changed", flags_event, 0},
    {"flag.cleared", flags_event, 0},
    {"flag.raised", flags_event, 0},
    {"heartbeats", heartbeats_event, 0},
    {"log.line", log_event_line, 0},
    {"node.stopped", stopped, STATUS},
    {"operation.void", ballot_void, 0},
    {"peer.down", peer_down, STATUS},
    {"peer.up", peer_up, STATUS},
    {"proposal.decided", ballot_decided, 0},
    {"proposal.final", records_final, MOVES},
    {"proposal.opened", ballot_opened, MOVES},
    {"proposal.opening", ballot_opening, MOVES},
    {"seat.convicted", convicted, STATUS | SEATS},
    {"seat.equivocated", nothing, SEATS},
    {"seat.reinstated", reinstated, SEATS},
    {"seat.suspended", suspended, SEATS},
    {"state.lost", state_lost, STATUS},
    {"state.returned", state_returned, STATUS},
    {"view.change-started", view_asked, STATUS},
    {"view.changed", view_entered, STATUS},
    {"votes", votes_apply, 0},
};

static int by_name(const void *name, const void *entry)
{
    return strcmp(name, ((const struct event_entry *)entry)->name);
}

void event_apply(struct model *m, const struct value *v)
{
    const struct event_entry *e =
        bsearch(value_text(v, "event"), events, sizeof(events) / sizeof(events[0]),
                sizeof(events[0]), by_name);
    m->scene.events++;
    if (e == NULL) {
        return; /* of a newer node */
    }
    e->apply(m, v);
    m->scene.awaiting.old = m->scene.awaiting.old || (e->asks & MOVES) == MOVES;
    m->want_status = m->want_status || (e->asks & STATUS) != 0;
    m->want_seats = m->want_seats || (e->asks & SEATS) != 0;
    const char *proposal = value_text(v, "proposal");
    if (proposal[0] != '\0') {
        details_touch(m, DETAIL_PROPOSAL, proposal);
    }
}

static bool begins(struct slice line, const char *with)
{
    size_t size = strlen(with);
    return line.size >= size && memcmp(line.data, with, size) == 0;
}

/* A node under load tells of thousands of operations without effect in a second. Only a
 * REVEAL among them means something here, and a line without that word, and without escapes
 * that could spell it, is none. */
bool event_is_idle(struct slice line)
{
    static const char head[] =
        "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"seq\":";
    if (!begins(line, head)) {
        return false;
    }
    struct slice rest =
        slice_of(line.data + sizeof(head) - 1, line.size - sizeof(head) + 1);
    while (rest.size > 0 && rest.data[0] >= '0' && rest.data[0] <= '9') {
        rest = slice_of(rest.data + 1, rest.size - 1);
    }
    return begins(rest, ",\"event\":\"operation.void\",") &&
           memmem(rest.data, rest.size, "reveal", 6) == NULL &&
           memchr(rest.data, '\\', rest.size) == NULL;
}
