/* SPDX-License-Identifier: ISC */
/* VIEW-CHANGE, NEW-VIEW and entering a view, conclave-protocol(7) section 6. */
#include "base/error.h"
#include "hash/hash.h"
#include "pbft/internal.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>

/* Leaves the present view for one above it, or for learning the present one's chain. */
static void leave(struct pbft *p, uint64_t view, enum mode mode)
{
    assert(view > p->view || (view == p->view && mode == MODE_FOLLOWING));
    timers_on_leave_view(p);
    p->view = view;
    p->mode = mode;
    p->view_works = false;
    p->proposing = false;
    p->change_signed = false;
    p->view_since = NEVER;
    accept_forget_refused(p);
    p->excluded_since = NEVER;
    new_view_unref(p->new_view);
    p->new_view = NULL;
    chain_clear(p);
    accept_forget_pending(p);
    p->new_view_wanted.retry_at = NEVER;
    p->block_wanted.wanted = false;
}

static struct best best_of(const struct pbft *p)
{
    if (p->best != NULL) {
        return p->best->what;
    }
    return (struct best){CERTIFICATE_NONE, 0, 0, p->config.genesis};
}

static void send_change(struct pbft *p, uint16_t seat)
{
    const struct change_slot *own = &p->changes[p->config.seat - 1];
    if (p->mode != MODE_CHANGING || !own->set || own->change.view != p->view) {
        return;
    }
    struct message m = {.tag = MESSAGE_VIEW_CHANGE};
    m.view_change.change = own->change;
    m.view_change.certificate = own->certificate;
    update_send(p, seat, &m);
}

static void sign_change(struct pbft *p)
{
    struct message m = {.tag = MESSAGE_VIEW_CHANGE};
    m.view_change.change.seat = p->config.seat;
    m.view_change.change.view = p->view;
    m.view_change.change.best = best_of(p);
    m.view_change.certificate = p->best;
    p->change_signed = true;
    update_sign(p, &m);
}

void view_start_change(struct pbft *p, uint64_t view, enum pbft_cause cause)
{
    if (p->stopped || view <= p->view || !standing_may_sign(p)) {
        return;
    }
    leave(p, view, MODE_CHANGING);
    update_notice(p, PBFT_NOTICE_VIEW_CHANGE, cause, view, p->committed,
                  primary_of(p, view));
    timers_relay_urgent(p);
    sign_change(p);
}

void view_follow(struct pbft *p, uint64_t view)
{
    bool awaited = view == p->view && p->mode == MODE_CHANGING;
    if (view < p->view || (view == p->view && !awaited)) {
        return;
    }
    leave(p, view, MODE_FOLLOWING);
    update_notice(p, PBFT_NOTICE_VIEW_CHANGE, PBFT_CAUSE_CERTIFICATE, view, p->committed,
                  primary_of(p, view));
    p->view_since = p->now_ms;
    fetch_want_new_view(p, primary_of(p, view));
}

/* --- counting VIEW-CHANGEs --- */

unsigned view_changes_held(const struct pbft *p)
{
    unsigned count = 0;
    for (uint16_t i = 0; i < p->config.seats; i++) {
        count += p->changes[i].set && p->changes[i].change.view >= p->view;
    }
    return count;
}

void view_give_up_change(struct pbft *p)
{
    if (p->mode == MODE_CHANGING) {
        leave(p, p->view, MODE_FOLLOWING);
        p->new_view_wanted.retry_at = p->now_ms;
    }
}

/* w others left for views above this one's: at least one of them is correct. */
void view_join(struct pbft *p)
{
    unsigned count = 0;
    uint64_t smallest = NEVER;
    for (uint16_t i = 0; i < p->config.seats; i++) {
        const struct change_slot *s = &p->changes[i];
        if (s->set && s->change.view > p->view) {
            count++;
            smallest = earlier_of(smallest, s->change.view);
        }
    }
    if (count >= p->weak && standing_may_sign(p)) {
        if (!p->view_works) {
            timers_view_failed(p);
        }
        view_start_change(p, smallest, PBFT_CAUSE_JOINED);
    }
}

/* Whether this replica has the chain that the VIEW-CHANGE speaks of; asks for it if not.
 * Where its own VIEW-CHANGE names a later certificate that chain does not matter. */
static bool has_chain_of(struct pbft *p, const struct change_slot *s)
{
    const struct change_slot *own = &p->changes[p->config.seat - 1];
    if (s != own && best_compare(&s->change.best, &own->change.best) <= 0) {
        return true;
    }
    uint64_t height = s->change.best.height;
    struct hash hash = s->change.best.block;
    struct block **path = NULL;
    if (height <= p->committed) {
        return true; /* one certificate in each view and height: it is the committed one */
    }
    int error = chain_path(p, &height, &hash, &path);
    if (error == CONCLAVE_ENOENT) {
        fetch_want_chain(p, height, &hash, s->change.seat);
    }
    free(path);
    return error == 0;
}

/* The new primary's part: NEW-VIEW from exactly q VIEW-CHANGEs whose chain it has. */
static void announce(struct pbft *p)
{
    const struct change_slot *chosen[SEATS_MAX] = {NULL};
    uint16_t count = 0;
    if (p->mode != MODE_CHANGING || !is_primary(p) || p->proposing ||
        !p->changes[p->config.seat - 1].set || !standing_may_sign(p)) {
        return;
    }
    /* Its own is always among them, so that the tip is not below what it committed. */
    bool own_chosen = false;
    for (uint16_t i = 0; i < p->config.seats && count < p->config.quorum; i++) {
        const struct change_slot *s = &p->changes[i];
        bool own = i + 1 == p->config.seat;
        bool room = count + 1 < p->config.quorum || own_chosen || own;
        if (s->set && s->change.view == p->view && room && has_chain_of(p, s)) {
            chosen[count++] = s;
            own_chosen = own_chosen || own;
        }
    }
    if (count < p->config.quorum) {
        return;
    }
    assert(own_chosen);
    struct new_view *v = new_view_new(count);
    const struct change_slot *highest = chosen[0];
    v->view = p->view;
    for (uint16_t i = 0; i < count; i++) {
        v->changes[i] = chosen[i]->change;
        if (best_compare(&chosen[i]->change.best, &highest->change.best) > 0) {
            highest = chosen[i];
        }
    }
    v->tip = highest->change.best.block;
    v->certificate =
        highest->certificate != NULL ? certificate_ref(highest->certificate) : NULL;
    v->changes_hash = hash_view_changes(v->changes, count);
    p->proposing = true;
    standing_signed_new_view(p, v->view);
    struct message m = {.tag = MESSAGE_NEW_VIEW, .new_view = v};
    update_sign(p, &m);
    new_view_unref(v);
}

void view_on_change(struct pbft *p, const struct view_change *c,
                    struct certificate *certificate)
{
    struct change_slot *s = &p->changes[c->seat - 1];
    if (c->seat == p->config.seat) {
        standing_signed_change(p, c);
    }
    if (certificate != NULL) {
        chain_learn(p, certificate);
    }
    /* Whoever asks for a view that this replica has entered is told how it began: by the
     * primary, and by everyone where that was not enough and it asks again. */
    bool again = s->set && s->change.view >= c->view;
    if (c->view <= p->view && p->mode == MODE_NORMAL && p->new_view != NULL &&
        c->seat != p->config.seat && (again || is_primary(p))) {
        struct message m = {.tag = MESSAGE_NEW_VIEW, .new_view = p->new_view};
        update_send(p, c->seat, &m);
    }
    if (s->set && s->change.view >= c->view) {
        return;
    }
    certificate_unref(s->certificate);
    *s = (struct change_slot){true, *c,
                              certificate != NULL ? certificate_ref(certificate) : NULL};
    view_join(p);
}

/* --- NEW-VIEW --- */

void view_on_new_view(struct pbft *p, struct new_view *v)
{
    if (v->view == p->view && primary_of(p, v->view) == p->config.seat) {
        p->proposing = false;
    }
    if (primary_of(p, v->view) == p->config.seat) {
        standing_see_new_view(p, v);
    }
    if (v->view < p->view || p->stopped ||
        (v->view == p->view && (p->mode == MODE_NORMAL || p->new_view != NULL))) {
        return;
    }
    for (uint16_t i = 0; i < v->count; i++) {
        if (v->changes[i].seat == p->config.seat) {
            standing_see_change(p, &v->changes[i]);
        }
    }
    if (v->certificate != NULL) {
        chain_learn(p, v->certificate);
    }
    /* q VIEW-CHANGEs prove that the view exists: from now on no lower one. */
    if (v->view > p->view || p->mode == MODE_CHANGING) {
        uint64_t since = v->view == p->view ? p->view_since : NEVER;
        leave(p, v->view, MODE_FOLLOWING);
        p->view_since = since != NEVER ? since : p->now_ms;
    }
    p->new_view = new_view_ref(v);
    p->new_view_wanted.retry_at = NEVER;
}

static void enter(struct pbft *p, uint64_t tip_height)
{
    p->mode = MODE_NORMAL;
    p->new_view_height = tip_height;
    p->view_works = p->committed > tip_height && p->committed_header.view == p->view;
    p->view_since = p->view_works ? NEVER : earlier_of(p->view_since, p->now_ms);
    update_add(p, PBFT_STORE_NEW_VIEW)->new_view = new_view_ref(p->new_view);
    update_notice(p, PBFT_NOTICE_NEW_VIEW, PBFT_CAUSE_NONE, p->view, tip_height,
                  primary_of(p, p->view));
    timers_restart(p);
}

/* Goes on from the NEW-VIEW's tip as soon as its chain is here. */
static void try_enter(struct pbft *p)
{
    if (p->mode != MODE_FOLLOWING || p->new_view == NULL || p->stopped) {
        return;
    }
    const struct certificate *c = p->new_view->certificate;
    uint64_t tip_height = c != NULL ? c->what.height : 0;
    uint64_t height = tip_height;
    struct hash hash = p->new_view->tip;
    struct block **path = NULL;
    if (tip_height > p->committed) {
        int error = chain_path(p, &height, &hash, &path);
        if (error == CONCLAVE_ENOENT) {
            fetch_want_chain(p, height, &hash, primary_of(p, p->view));
            return;
        }
        if (error != 0) {
            chain_fork_found(p, p->view, tip_height);
            return;
        }
    } else if (tip_height == p->committed && !hash_equal(&hash, &p->committed_hash)) {
        chain_fork_found(p, p->view, tip_height);
        return;
    }
    enter(p, tip_height);
    for (uint64_t i = p->committed; i < tip_height; i++) {
        chain_push(p, path[i - p->committed], false);
    }
    chain_restore(p);
    free(path);
}

void view_progress(struct pbft *p)
{
    /* After a restart the certificate that went with the VIEW-CHANGE may have given way to
     * a better one: this seat then asks again with that. */
    if (p->mode == MODE_CHANGING && !p->change_signed && !p->stopped &&
        standing_may_sign(p)) {
        sign_change(p);
    }
    if (p->mode == MODE_CHANGING && p->view_since == NEVER &&
        view_changes_held(p) >= p->config.quorum) {
        p->view_since = p->now_ms; /* only now does the timer for this view start */
    }
    announce(p);
    try_enter(p);
}

/* --- sending again --- */

/* The commit certificate that a PRE-PREPARE of this link must bring; false when there is
 * none at hand. After a restart, or where the block came by its hash, a later one serves.
 */
static bool find_proof(const struct pbft *p, const struct link *l, struct certificate **out)
{
    const struct header *h = &l->block->header;
    *out = l->executed_certificate;
    if (h->executed_height == 0 || *out != NULL) {
        return true;
    }
    *out = p->commit;
    return p->commit != NULL && p->commit->what.height >= h->executed_height &&
           p->commit->what.height < h->height && p->commit->what.view <= h->view;
}

static void resend_votes(struct pbft *p, const struct link *l, uint16_t seat)
{
    const struct header *h = &l->block->header;
    struct message m = {.tag = MESSAGE_PRE_PREPARE};
    struct certificate *proof = NULL;
    if (is_primary(p) && l->has_signature && find_proof(p, l, &proof)) {
        m.pre_prepare.block = l->block;
        m.pre_prepare.signature = l->signature;
        m.pre_prepare.certificate = proof;
        update_send(p, seat, &m);
    }
    for (int phase = PHASE_PREPARE; phase <= PHASE_COMMIT; phase++) {
        const struct vote_slot *s =
            votes_slot(p, p->config.seat, (enum phase)phase, h->height);
        if (!s->set || s->height != h->height || s->view != p->view ||
            (phase == PHASE_PREPARE && is_primary(p))) {
            continue;
        }
        m.tag = phase == PHASE_PREPARE ? MESSAGE_PREPARE : MESSAGE_COMMIT;
        m.vote = (struct vote){.phase = (enum phase)phase,
                               .seat = p->config.seat,
                               .view = s->view,
                               .height = s->height,
                               .block = s->block,
                               .signature = s->signature};
        update_send(p, seat, &m);
    }
}

void view_resend(struct pbft *p, uint16_t seat)
{
    if (!standing_may_sign(p)) {
        return; /* what it said once may not be what it stands by */
    }
    send_change(p, seat);
    if (p->mode != MODE_NORMAL) {
        return;
    }
    if (is_primary(p) && p->new_view != NULL) {
        struct message m = {.tag = MESSAGE_NEW_VIEW, .new_view = p->new_view};
        update_send(p, seat, &m);
    }
    for (size_t i = 0; i < p->link_count; i++) {
        if (p->links[i].of_view) {
            resend_votes(p, &p->links[i], seat);
        }
    }
}
