/* SPDX-License-Identifier: ISC */
#include "conclaved/stall.h"

#include "base/quorum.h"

#include <assert.h>
#include <string.h>

/* --- what is pending --- */

static unsigned pending_of(const struct pbft_status *o)
{
    unsigned out = 0;
    out |= o->waiting > 0 ? STALL_HAS_ENVELOPES : 0U;
    out |= o->tip_height > o->committed_height || o->has_block ? STALL_HAS_BLOCK : 0U;
    out |= o->overdue ? STALL_HAS_DEADLINE : 0U;
    out |= o->owed ? STALL_HAS_COVER : 0U;
    out |= o->changing ? STALL_HAS_VIEW_CHANGE : 0U;
    out |= o->unproven ? STALL_HAS_NEW_VIEW : 0U;
    out |= o->refused ? STALL_HAS_REFUSED : 0U;
    out |= o->excluded ? STALL_HAS_EXCLUDED : 0U;
    return out;
}

/* --- what is waited for --- */

/* Whether nobody else asks for the view that this seat asks for, and so many others to be a
 * quorum are in lower ones; the highest of these is the council's. */
static bool find_apart(const struct stall_facts *f, struct stall *s)
{
    const struct pbft_status *o = &f->order;
    unsigned below = 0;
    if (!o->changing || o->following || o->view_changes >= quorum_weak(f->seats)) {
        return false;
    }
    for (uint16_t i = 0; i < f->seats; i++) {
        if (i + 1 != f->seat && f->connected[i] && f->views[i] < o->view) {
            below++;
            s->council_view = f->views[i] > s->council_view ? f->views[i] : s->council_view;
        }
    }
    return below >= s->quorum;
}

static enum stall_phase phase_of(const struct stall_facts *f, struct stall *s,
                                 unsigned connected)
{
    const struct pbft_status *o = &f->order;
    if (o->stopped) {
        return STALL_OPERATOR;
    }
    if (connected < s->quorum) {
        return STALL_PEERS;
    }
    if (o->standing.lost) {
        return o->standing.has_view ? STALL_RETURN : STALL_VIEW_REPORTS;
    }
    if (o->asking) {
        return STALL_REPORTS;
    }
    if (o->lacks_blocks) {
        return STALL_BLOCKS;
    }
    if (find_apart(f, s)) {
        return STALL_APART;
    }
    if (o->changing) {
        return o->following || o->view_changes >= s->quorum ? STALL_NEW_VIEW
                                                            : STALL_VIEW_CHANGES;
    }
    if (o->has_block) {
        return o->prepares < s->quorum ? STALL_PREPARES : STALL_COMMITS;
    }
    if (o->refused) {
        return STALL_OTHER_BLOCK;
    }
    return s->pending != 0 ? STALL_PRE_PREPARE : STALL_NOTHING;
}

/* So many have done it; the others are missing. */
static void count(struct stall *s, const struct stall_facts *f, const bool *by,
                  unsigned need)
{
    s->have = 0;
    s->need = need;
    for (uint16_t i = 0; i < f->seats; i++) {
        s->have += by[i];
        s->missing[i] = !by[i];
    }
}

static void await_one(struct stall *s, uint16_t seat)
{
    s->have = 0;
    s->need = 1;
    s->missing[seat - 1] = true;
}

static void count_phase(struct stall *s, const struct stall_facts *f, const bool *there)
{
    const struct pbft_status *o = &f->order;
    switch (s->phase) {
    case STALL_PEERS:
        count(s, f, there, s->quorum);
        break;
    case STALL_VIEW_REPORTS:
        count(s, f, o->proven_by, s->quorum);
        s->missing[f->seat - 1] = false;
        break;
    case STALL_REPORTS:
        count(s, f, o->reported_by, s->quorum - 1);
        s->missing[f->seat - 1] = false;
        break;
    case STALL_VIEW_CHANGES:
        count(s, f, o->view_changed_by, s->quorum);
        break;
    case STALL_APART: /* nobody is missing */
        s->have = o->view_changes;
        s->need = s->quorum;
        break;
    case STALL_PREPARES:
        count(s, f, o->prepared_by, s->quorum);
        break;
    case STALL_COMMITS:
        count(s, f, o->committed_by, s->quorum);
        break;
    case STALL_NEW_VIEW:
    case STALL_OTHER_BLOCK:
    case STALL_PRE_PREPARE:
        await_one(s, o->primary);
        break;
    case STALL_OPERATOR:
    case STALL_RETURN:
    case STALL_BLOCKS:
    case STALL_NOTHING:
        break;
    }
}

/* --- what happens next --- */

static uint64_t until(const struct stall_facts *f, uint64_t at_ms)
{
    if (at_ms == UINT64_MAX) {
        return UINT64_MAX;
    }
    return at_ms > f->now_ms ? at_ms - f->now_ms : 0;
}

static void find_next(struct stall *s, const struct stall_facts *f)
{
    const struct pbft_status *o = &f->order;
    s->next = STALL_NEXT_NONE;
    s->in_ms = UINT64_MAX;
    if (s->phase == STALL_OPERATOR) {
        s->next = STALL_NEXT_OPERATOR;
    } else if (s->phase == STALL_VIEW_REPORTS || s->phase == STALL_REPORTS ||
               s->phase == STALL_BLOCKS) {
        s->next = STALL_NEXT_ASK;
        s->in_ms = until(f, o->repeat_ms);
    } else if (!s->reachable) {
        s->next = STALL_NEXT_SEATS;
    } else if (s->phase == STALL_RETURN) {
        s->next = STALL_NEXT_RETURN;
        s->in_ms = until(f, f->return_ms);
    } else if (o->timer_expires_ms != UINT64_MAX) {
        s->next = STALL_NEXT_VIEW;
        s->next_view = o->view + 1;
        s->next_primary = quorum_primary(f->seats, s->next_view);
        s->in_ms = until(f, o->timer_expires_ms);
    } else if (s->phase == STALL_VIEW_CHANGES || s->phase == STALL_APART) {
        s->next = STALL_NEXT_REPEAT;
        s->in_ms = until(f, o->repeat_ms);
    }
}

void stall_judge(const struct stall_facts *f, struct stall *out)
{
    bool there[SEATS_MAX] = {false};
    unsigned connected = 0;
    memset(out, 0, sizeof(*out));
    out->pending = pending_of(&f->order);
    out->view = f->order.view;
    out->height = f->order.phase_height;
    out->primary = f->order.primary;
    out->quorum = quorum_size(f->seats);
    for (uint16_t i = 0; i < f->seats; i++) {
        bool own = i + 1 == f->seat;
        there[i] = own || f->connected[i];
        connected += there[i];
        bool sound = own ? !f->order.standing.lost && !f->order.stopped : !f->lost[i];
        out->able += there[i] && sound;
        out->unable[i] = !there[i] || !sound;
    }
    out->reachable = out->able >= out->quorum;
    out->phase = phase_of(f, out, connected);
    count_phase(out, f, there);
    find_next(out, f);
}

/* --- names --- */

const char *stall_phase_name(enum stall_phase p)
{
    switch (p) {
    case STALL_OPERATOR:
        return "operator";
    case STALL_PEERS:
        return "peers";
    case STALL_VIEW_REPORTS:
        return "view-reports";
    case STALL_RETURN:
        return "return";
    case STALL_REPORTS:
        return "reports";
    case STALL_BLOCKS:
        return "blocks";
    case STALL_VIEW_CHANGES:
        return "view-changes";
    case STALL_APART:
        return "apart";
    case STALL_NEW_VIEW:
        return "new-view";
    case STALL_PREPARES:
        return "prepares";
    case STALL_COMMITS:
        return "commits";
    case STALL_OTHER_BLOCK:
        return "other-block";
    case STALL_PRE_PREPARE:
        return "pre-prepare";
    case STALL_NOTHING:
        return "nothing";
    }
    return "unknown";
}

const char *stall_pending_name(unsigned bit)
{
    static const char *const names[STALL_PENDING_KINDS] = {
        "envelopes",   "block",    "deadline", "cover",
        "view-change", "new-view", "refused",  "excluded"};
    assert(bit < STALL_PENDING_KINDS);
    return names[bit];
}

const char *stall_next_name(enum stall_next n)
{
    switch (n) {
    case STALL_NEXT_NONE:
        return "none";
    case STALL_NEXT_OPERATOR:
        return "operator";
    case STALL_NEXT_SEATS:
        return "seats";
    case STALL_NEXT_ASK:
        return "ask";
    case STALL_NEXT_RETURN:
        return "return";
    case STALL_NEXT_REPEAT:
        return "repeat";
    case STALL_NEXT_VIEW:
        return "view-change";
    }
    return "unknown";
}

/* --- when to tell --- */

static uint64_t patience_ms(const struct stall_facts *f)
{
    return f->order.request_timer_ms + f->order.request_timer_ms / 2;
}

static enum stall_news go_on(struct stall_watch *w)
{
    bool was_stalled = w->stalled;
    w->stalled = false;
    return was_stalled ? STALL_MOVING : STALL_QUIET;
}

enum stall_news stall_watch(struct stall_watch *w, const struct stall *s,
                            const struct stall_facts *f)
{
    uint64_t height = f->order.committed_height;
    /* What others do not wait for. */
    const unsigned own = STALL_HAS_VIEW_CHANGE | STALL_HAS_DEADLINE;
    if (s->pending == 0 || (s->phase == STALL_APART && (s->pending & ~own) == 0)) {
        w->waiting = false;
        w->height = height;
        return go_on(w);
    }
    if (!w->waiting || height != w->height) {
        w->waiting = true;
        w->since_ms = f->now_ms;
        w->height = height;
        return go_on(w);
    }
    if (!w->stalled) {
        if (f->now_ms - w->since_ms <= patience_ms(f)) {
            return STALL_QUIET;
        }
        w->stalled = true;
        w->repeat_ms = STALL_REPEAT_MS;
    } else if (f->now_ms < w->repeat_at) {
        return STALL_QUIET;
    } else {
        w->repeat_ms =
            2 * w->repeat_ms < STALL_REPEAT_MAX_MS ? 2 * w->repeat_ms : STALL_REPEAT_MAX_MS;
    }
    w->repeat_at = f->now_ms + w->repeat_ms;
    return STALL_STALLED;
}

enum apart_news stall_watch_apart(struct stall_watch *w, const struct stall *s,
                                  const struct stall_facts *f)
{
    bool was_apart = w->is_apart;
    if (s->phase != STALL_APART) {
        /* Who waits for a connection to hear of the others is as far as it was. */
        if (was_apart && f->order.changing && !f->order.following) {
            return APART_QUIET;
        }
        w->is_apart = false;
        w->apart_since_ms = 0;
        return was_apart ? APART_ENDS : APART_QUIET;
    }
    if (w->apart_since_ms == 0) {
        w->apart_since_ms = f->now_ms;
    }
    w->is_apart = was_apart || f->now_ms - w->apart_since_ms > patience_ms(f);
    return w->is_apart && !was_apart ? APART_BEGINS : APART_QUIET;
}
