/* SPDX-License-Identifier: ISC */
/*
 * Restore-safe seats, conclave-protocol(7) section 6: whether this seat may sign. It asks
 * every seat that it connects to what it is known to have said, and says nothing new before
 * q-1 others have answered over the connections they now have. A statement of its own that
 * its store knows nothing of means that the store is not the one it last ran on.
 */
#include "base/alloc.h"
#include "pbft/internal.h"
#include "wire/shared.h"

#include <string.h>

enum { ASK_RETRY_MS = 500 };

/* A correct seat's views never go down, nor its heights within a view: what it signed later
 * is above. */
static bool is_above(uint64_t view, uint64_t height, const struct position *p)
{
    return view > p->view || (view == p->view && height > p->height);
}

static void raise(struct position *p, uint64_t view, uint64_t height)
{
    if (is_above(view, height, p)) {
        *p = (struct position){view, height};
    }
}

/* --- from the store --- */

static bool is_fresh(const struct pbft_saved *s)
{
    /* Blocks and NEW-VIEWs are taken down before the seat may sign: they found nothing. */
    return !s->standing.founded && s->height == 0 && s->view_change == NULL &&
           s->best == NULL && s->vote_count == 0 && s->standing.view == 0 &&
           s->standing.height == 0;
}

/* After a loss, V known: what this seat said up to there is of before, and it cannot have
 * said more. */
static bool knows_bound(const struct standing *s)
{
    return s->has_view || s->height > 0;
}

static void raise_to_bound(struct standing_state *t)
{
    uint64_t view = t->kept.view;
    for (int phase = PHASE_PREPARE; phase <= PHASE_COMMIT; phase++) {
        raise(&t->newest[phase], view, NEVER);
    }
    t->newest_change = later_of(t->newest_change, view + 1);
    t->newest_new_view = later_of(t->newest_new_view, view);
}

void standing_restore(struct pbft *p, const struct pbft_saved *s)
{
    struct standing_state *t = &p->standing;
    t->kept = s->standing;
    t->fresh = is_fresh(s) && !s->standing.lost;
    t->ask_at = NEVER;
    /* Votes up to the committed height may be forgotten; they were of no later view. */
    uint64_t view = s->commit != NULL ? s->commit->what.view : 0;
    view = later_of(view, s->new_view != NULL ? s->new_view->view : 0);
    view = later_of(view, s->best != NULL ? s->best->what.view : 0);
    for (int phase = PHASE_PREPARE; phase <= PHASE_COMMIT; phase++) {
        t->newest[phase] = (struct position){view, s->height};
    }
    for (size_t i = 0; i < s->vote_count; i++) {
        raise(&t->newest[s->votes[i].phase], s->votes[i].view, s->votes[i].height);
    }
    t->newest_change = s->view_change != NULL ? s->view_change->view : 0;
    t->newest_new_view = s->new_view != NULL ? s->new_view->view : 0;
    if (knows_bound(&s->standing)) {
        raise_to_bound(t);
    }
    if (t->kept.lost && p->mode == MODE_CHANGING) {
        p->mode = MODE_FOLLOWING;
    }
}

/* --- what this seat may do --- */

static unsigned reports_heard(const struct pbft *p)
{
    unsigned count = 0;
    for (uint16_t i = 0; i < p->config.seats; i++) {
        count += p->standing.reports[i].heard;
    }
    return count;
}

bool standing_may_sign(const struct pbft *p)
{
    return p->standing.ready && !p->standing.kept.lost;
}

static void store(struct pbft *p)
{
    update_add(p, PBFT_STORE_STANDING)->standing = p->standing.kept;
}

static void ask(struct pbft *p, uint16_t seat)
{
    struct message m = {.tag = MESSAGE_ASK};
    update_send(p, seat, &m);
}

/* --- lost --- */

void standing_lose(struct pbft *p, enum pbft_cause cause)
{
    struct standing_state *t = &p->standing;
    if (t->fresh && (cause == PBFT_CAUSE_OWN_STATEMENT || cause == PBFT_CAUSE_OWN_BALLOT)) {
        cause = PBFT_CAUSE_FRESH; /* whatever showed it, that is why */
    }
    t->kept.lost = true;
    t->kept.has_view = false;
    t->fresh = false;
    /* What was reported before may be older than what was lost. */
    memset(t->reports, 0, sizeof(t->reports));
    t->ready = false;
    t->ask_at = p->now_ms;
    store(p);
    update_notice(p, PBFT_NOTICE_LOST, cause, p->view, p->committed, p->config.seat);
    view_give_up_change(p);
}

/* Another statement than the one that was signed here at the same place means a loss, too:
 * a machine that is put back while it runs may go on before its connections end. And one
 * above V means that V is of before another loss. */
static void see(struct pbft *p, bool above, bool differs, uint64_t view, uint64_t bound)
{
    const struct standing *s = &p->standing.kept;
    bool settled = knows_bound(s) && view <= bound;
    if ((!s->lost || s->has_view) && (above || (differs && !settled))) {
        standing_lose(p, PBFT_CAUSE_OWN_STATEMENT);
    }
}

/* It voted for another block there, as far as it knows. */
static bool votes_otherwise(const struct pbft *p, enum phase phase, uint64_t view,
                            uint64_t height, const struct hash *block)
{
    const struct vote_slot *own = votes_slot(p, p->config.seat, phase, height);
    return own->set && own->view == view && own->height == height &&
           !hash_equal(&own->block, block);
}

void standing_see_vote(struct pbft *p, enum phase phase, uint64_t view, uint64_t height,
                       const struct hash *block)
{
    see(p, is_above(view, height, &p->standing.newest[phase]),
        votes_otherwise(p, phase, view, height, block), view, p->standing.kept.view);
}

void standing_see_change(struct pbft *p, const struct view_change *c)
{
    const struct change_slot *own = &p->changes[p->config.seat - 1];
    bool differs = own->set && own->change.view == c->view &&
                   best_compare(&c->best, &own->change.best) > 0;
    see(p, c->view > p->standing.newest_change, differs, c->view,
        p->standing.kept.view + 1);
}

void standing_see_new_view(struct pbft *p, const struct new_view *v)
{
    bool differs = p->new_view != NULL && p->new_view->view == v->view &&
                   !hash_equal(&p->new_view->changes_hash, &v->changes_hash);
    see(p, v->view > p->standing.newest_new_view, differs, v->view, p->standing.kept.view);
}

static enum phase phase_of(const struct certificate *c)
{
    return c->what.kind == CERTIFICATE_PREPARED ? PHASE_PREPARE : PHASE_COMMIT;
}

void standing_see_certificate(struct pbft *p, const struct certificate *c)
{
    for (uint16_t i = 0; i < c->count; i++) {
        if (c->entries[i].seat == p->config.seat) {
            standing_see_vote(p, phase_of(c), c->what.view, c->what.height, &c->what.block);
        }
    }
}

bool standing_is_news(const struct pbft *p, const struct certificate *c)
{
    const struct best *what = &c->what;
    bool has_own = false;
    for (uint16_t i = 0; i < c->count; i++) {
        has_own = has_own || c->entries[i].seat == p->config.seat;
    }
    return has_own &&
           (is_above(what->view, what->height, &p->standing.newest[phase_of(c)]) ||
            votes_otherwise(p, phase_of(c), what->view, what->height, &what->block));
}

void standing_signed_vote(struct pbft *p, const struct vote *v)
{
    raise(&p->standing.newest[v->phase], v->view, v->height);
}

void standing_signed_change(struct pbft *p, const struct view_change *c)
{
    p->standing.newest_change = later_of(p->standing.newest_change, c->view);
}

void standing_signed_new_view(struct pbft *p, uint64_t view)
{
    p->standing.newest_new_view = later_of(p->standing.newest_new_view, view);
}

/* Once q others have shown where they stand: one of them that is correct stood in every
 * view that this seat can have entered, since that took q VIEW-CHANGEs. */
static void find_view(struct pbft *p)
{
    struct standing_state *t = &p->standing;
    unsigned proven = 0;
    uint64_t highest = 0;
    for (uint16_t i = 0; i < p->config.seats; i++) {
        proven += t->reports[i].proven;
        highest = later_of(highest, t->reports[i].proven ? t->reports[i].view : 0);
    }
    if (proven >= p->config.quorum) {
        t->kept.has_view = true;
        t->kept.view = highest;
        raise_to_bound(t);
        store(p);
    }
}

/* A certificate of a view above V: what this seat may have helped to commit is below it. */
static void come_back(struct pbft *p)
{
    struct standing_state *t = &p->standing;
    t->kept.lost = t->kept.has_view = false;
    t->kept.height = p->best->what.height;
    store(p);
    update_notice(p, PBFT_NOTICE_RETURNED, PBFT_CAUSE_NONE, t->kept.view, p->committed,
                  p->config.seat);
}

/* --- asking --- */

void standing_on_connection(struct pbft *p, uint16_t seat, bool up)
{
    p->standing.reports[seat - 1] = (struct report_note){0};
    p->standing.peer_asks[seat - 1] = true;
    if (up) {
        ask(p, seat);
    }
}

void standing_on_heartbeat(struct pbft *p, const struct heartbeat *h, uint16_t from)
{
    p->standing.peer_asks[from - 1] = (h->flags & HEARTBEAT_ASKING) != 0;
}

bool standing_others_ask(const struct pbft *p)
{
    for (uint16_t i = 0; i < p->config.seats; i++) {
        if (i + 1 != p->config.seat && (!p->connected[i] || p->standing.peer_asks[i])) {
            return true;
        }
    }
    return false;
}

bool pbft_wants_report(const struct pbft *p, uint16_t from)
{
    const struct standing_state *t = &p->standing;
    const struct report_note *n = &t->reports[from - 1];
    return p->connected[from - 1] &&
           (!n->heard || (t->kept.lost && !t->kept.has_view && !n->proven));
}

/* A report of view x counts with proof that others stood in x-1 at least; so every correct
 * one counts at once, and a lie gains one view. */
static bool is_proven(const struct pbft *p, const struct report *r)
{
    if (r->view <= 1) {
        return true;
    }
    if (r->certificate != NULL && r->certificate->what.view >= r->view - 1) {
        return true;
    }
    unsigned count = 0;
    for (uint16_t i = 0; i < r->change_count; i++) {
        count += r->changes[i].view >= r->view - 1;
    }
    return count >= p->weak;
}

void standing_on_report(struct pbft *p, const struct report *r, uint16_t from)
{
    if (r->seat != p->config.seat || !pbft_wants_report(p, from)) {
        return;
    }
    for (int phase = PHASE_PREPARE; phase <= PHASE_COMMIT; phase++) {
        if (r->has_vote[phase]) {
            standing_see_vote(p, (enum phase)phase, r->votes[phase].view,
                              r->votes[phase].height, &r->votes[phase].block);
        }
    }
    if (r->has_change) {
        standing_see_change(p, &r->change);
    }
    if (r->certificate != NULL) {
        chain_learn(p, r->certificate);
    }
    struct report_note *n = &p->standing.reports[from - 1];
    const struct best *shown = r->certificate != NULL ? &r->certificate->what : NULL;
    *n = (struct report_note){.heard = true,
                              .proven = is_proven(p, r),
                              .view = later_of(r->view, shown != NULL ? shown->view : 0),
                              .height = shown != NULL ? shown->height : 0};
}

void standing_progress(struct pbft *p)
{
    struct standing_state *t = &p->standing;
    bool may_before = standing_may_sign(p);
    if (t->fresh && (p->committed > 0 || p->best != NULL)) {
        standing_lose(p, PBFT_CAUSE_FRESH);
    }
    if (t->kept.lost && !t->kept.has_view) {
        find_view(p);
    }
    if (t->kept.lost && t->kept.has_view && p->best != NULL &&
        p->best->what.view > t->kept.view) {
        come_back(p);
    }
    t->ready = reports_heard(p) + 1U >= p->config.quorum;
    if (standing_may_sign(p) && !may_before) {
        if (t->fresh) {
            /* Whatever this seat signs from now on is in this store. */
            t->fresh = false;
            t->kept.founded = true;
            store(p);
        }
        timers_restart(p);
        view_join(p);
        view_resend(p, 0);
    }
    bool asks = t->kept.lost ? !t->kept.has_view : !t->ready;
    if (!asks) {
        t->ask_at = NEVER;
    } else if (p->now_ms >= t->ask_at) {
        t->ask_at = NEVER;
        for (uint16_t seat = 1; seat <= p->config.seats; seat++) {
            if (pbft_wants_report(p, seat)) {
                ask(p, seat);
            }
        }
    }
    if (asks && t->ask_at == NEVER) {
        t->ask_at = p->now_ms + ASK_RETRY_MS;
    }
}

uint64_t standing_wake(const struct pbft *p)
{
    return p->standing.ask_at;
}

void standing_status(const struct pbft *p, struct pbft_status *out)
{
    out->standing = p->standing.kept;
    out->asking = !p->standing.ready;
    out->reports = reports_heard(p);
    for (uint16_t i = 0; i < p->config.seats; i++) {
        out->behind = out->behind || p->standing.reports[i].height > p->executed;
    }
    for (uint16_t i = 0; i < p->config.seats; i++) {
        out->reported_by[i] = p->standing.reports[i].heard;
        out->proven_by[i] = p->standing.reports[i].proven;
    }
}

/* --- reporting --- */

void pbft_hear(struct pbft *p, const struct vote *v)
{
    struct held_votes *h = &p->standing.held[v->seat - 1];
    struct position newest = {h->votes[v->phase].view, h->votes[v->phase].height};
    if (!h->has[v->phase] || is_above(v->view, v->height, &newest)) {
        h->has[v->phase] = true;
        h->votes[v->phase] = *v;
    }
}

/* VIEW-CHANGEs of w seats for at least this view: those that wait here, or those that the
 * NEW-VIEW was made of. */
static uint16_t choose_changes(const struct pbft *p, uint64_t view, struct view_change *out)
{
    uint16_t count = 0;
    for (uint16_t i = 0; i < p->config.seats && count < p->weak; i++) {
        if (p->changes[i].set && p->changes[i].change.view >= view) {
            out[count++] = p->changes[i].change;
        }
    }
    if (count < p->weak && p->new_view != NULL && p->new_view->view >= view) {
        count = p->weak;
        memcpy(out, p->new_view->changes, count * sizeof(*out));
    }
    return count == p->weak ? count : 0;
}

/* Before the REPORT: a BALLOT that waits is known here and perhaps not there, and so is the
 * NEW-VIEW of a primary. */
static void show_envelope(void *context, struct envelope *e)
{
    struct message m = {.tag = MESSAGE_ENVELOPE, .envelope = e};
    update_send(context, e->seat, &m);
}

void standing_on_ask(struct pbft *p, uint16_t from)
{
    struct message m = {.tag = MESSAGE_REPORT};
    struct report *r = &m.report;
    struct view_change changes[SEATS_MAX];
    if (p->standing.kept.lost) {
        return; /* what it held is gone, too */
    }
    r->seat = from;
    r->view = p->view;
    r->certificate = p->best;
    bool certified = p->best != NULL && p->best->what.view + 1 >= p->view;
    if (p->view > 1 && !certified) {
        r->changes = changes;
        r->change_count = choose_changes(p, p->view - 1, changes);
    }
    pool_show(&p->pool, from, show_envelope, p);
    if (p->new_view != NULL && primary_of(p, p->new_view->view) == from) {
        struct message shown = {.tag = MESSAGE_NEW_VIEW, .new_view = p->new_view};
        update_send(p, from, &shown);
    }
    const struct held_votes *held = &p->standing.held[from - 1];
    memcpy(r->has_vote, held->has, sizeof(r->has_vote));
    memcpy(r->votes, held->votes, sizeof(r->votes));
    r->has_change = p->changes[from - 1].set;
    r->change = p->changes[from - 1].change;
    update_send(p, from, &m);
}
