/* SPDX-License-Identifier: ISC */
/* What `status` says: which council, how its order stands, and what is waited for. */
#include "ui/model/inside.h"

#include "base/quorum.h"

#include <string.h>

static uint32_t small(uint64_t number)
{
    return number == UNKNOWN ? 0 : number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
}

static uint64_t from_now(const struct model *m, uint64_t in_ms)
{
    return in_ms > UINT64_MAX / 2 ? UNKNOWN : m->now_ms + in_ms;
}

/* in[seat - 1] for each seat that an array names. */
static void take_seats(const struct model *m, const struct value *array, bool *in)
{
    memset(in, 0, UI_SEATS_MAX * sizeof(*in));
    VALUE_EACH(item, array)
    {
        uint64_t seat = value_as_number(item);
        if (seat >= 1 && seat <= m->scene.seats) {
            in[seat - 1] = true;
        }
    }
}

void awaiting_apply(struct model *m, const struct value *v)
{
    struct scene_awaiting *a = &m->scene.awaiting;
    const struct value *next = value_get(v, "next");
    if (!value_is(v, VALUE_OBJECT)) {
        return;
    }
    value_copy_text(a->what, sizeof(a->what), v, "what");
    value_copy_text(a->text, sizeof(a->text), v, "text");
    value_copy_text(a->next_text, sizeof(a->next_text), next, "text");
    a->next_ms = from_now(m, value_number(next, "in_ms"));
    a->have = small(value_number(v, "have"));
    a->need = small(value_number(v, "need"));
    a->reachable = value_true(v, "reachable");
    a->old = false;
    take_seats(m, value_get(v, "missing"), a->missing);
    take_seats(m, value_get(v, "unable"), a->unable);
}

void order_set_view(struct model *m, uint64_t view, bool changing)
{
    struct scene *s = &m->scene;
    if (view == UNKNOWN || s->seats == 0) {
        return;
    }
    s->order.view = view;
    s->order.changing = changing;
    s->order.primary = quorum_primary(s->seats, view);
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        s->seat[seat - 1].primary = seat == s->order.primary;
    }
    if (s->own >= 1) {
        s->seat[s->own - 1].view = view;
    }
}

void order_set_suspended(struct model *m, const struct value *seats)
{
    bool in[UI_SEATS_MAX];
    if (value_is(seats, VALUE_ARRAY)) {
        take_seats(m, seats, in);
        for (uint16_t seat = 1; seat <= m->scene.seats; seat++) {
            m->scene.seat[seat - 1].suspended = in[seat - 1];
        }
    }
}

/* False when the council is not one that can be shown. */
static bool take_identity(struct model *m, const struct value *v)
{
    struct scene *s = &m->scene;
    char id[UI_ID_BYTES];
    uint64_t seats = value_number(v, "seats"), own = value_number(v, "seat");
    value_copy_text(id, sizeof(id), v, "council_id");
    if (seats < 1 || seats > UI_SEATS_MAX) {
        return false;
    }
    if (s->known && (seats != s->seats || strcmp(id, s->council_id) != 0)) {
        model_forget_council(m); /* another node's socket, by now */
    }
    uint64_t started = value_number(v, "started_ms");
    if (s->known && started != s->order.started_ms) {
        m->log_run++; /* it counts its lines anew */
    }
    s->known = true;
    s->seats = (uint16_t)seats;
    s->own = own >= 1 && own <= seats ? (uint16_t)own : 0;
    s->faulty = (uint16_t)quorum_faulty(s->seats);
    s->quorum = (uint16_t)quorum_size(s->seats);
    s->order.started_ms = started;
    memcpy(s->council_id, id, sizeof(id));
    value_copy_text(s->council, sizeof(s->council), v, "council");
    value_copy_text(s->order.version, sizeof(s->order.version), v, "version");
    value_copy_text(s->order.role, sizeof(s->order.role), v, "role");
    if (value_get(v, "heartbeat_ms") != NULL) {
        s->heartbeat_ms = value_number(v, "heartbeat_ms");
        s->timeout_ms = value_number(v, "dead_peer_ms");
    }
    if (s->own >= 1) {
        s->seat[s->own - 1].self = s->seat[s->own - 1].connected = true;
    }
    return true;
}

static void take_order(struct model *m, const struct value *v)
{
    struct scene_order *o = &m->scene.order;
    order_set_view(m, value_number(v, "view"), value_true(v, "changing"));
    o->height = value_number(v, "height");
    o->epoch = value_number(v, "epoch");
    o->epoch_left = value_number(v, "epoch_left");
    o->decisions = value_number(v, "decisions");
    o->open = value_number(v, "open");
    o->block_time_ms = value_number(v, "time_ms");
    o->timer_ms = from_now(m, value_number(v, "timer_expires_in_ms"));
    o->failed_views = value_number(v, "failed_views");
    o->waiting_envelopes = value_number(v, "waiting_envelopes");
    o->store_bytes = value_number(v, "store_bytes");
    o->free_disk_bytes = value_number(v, "free_disk_bytes");
    o->connected = small(value_number(v, "connected"));
    o->agents = small(value_number(v, "agents"));
    o->stalled = value_true(v, "stalled");
    o->stopped = value_true(v, "stopped");
    o->halted = value_true(v, "halted");
    value_copy_text(o->standing, sizeof(o->standing), value_get(v, "standing"), "state");
    value_copy_text(o->state_root, sizeof(o->state_root), v, "state_root");
    value_copy_text(o->tip, sizeof(o->tip), v, "tip");
}

void status_apply(struct model *m, const struct value *v)
{
    struct scene *s = &m->scene;
    bool expelled[UI_SEATS_MAX];
    const struct value *flags = value_get(v, "flags");
    if (!take_identity(m, v)) {
        m->nonsense++;
        return;
    }
    take_order(m, v);
    if (s->order.decisions != UNKNOWN && s->order.decisions > s->final_total) {
        s->final_total = s->order.decisions;
    }
    take_seats(m, value_get(v, "expelled"), expelled);
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        s->seat[seat - 1].expelled = expelled[seat - 1];
    }
    order_set_suspended(m, value_get(v, "suspended"));
    if (value_is(flags, VALUE_OBJECT)) {
        s->flags_new = small(value_number(flags, "new"));
        s->flags_acknowledged = small(value_number(flags, "acknowledged"));
    }
    awaiting_apply(m, value_get(v, "awaiting"));
}
