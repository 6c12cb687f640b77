/* SPDX-License-Identifier: ISC */
#include "pbft/internal.h"
#include "wire/shared.h"

#include <assert.h>

struct vote_slot *votes_slot(const struct pbft *p, uint16_t seat, enum phase phase,
                             uint64_t height)
{
    size_t row = (size_t)(height % p->ring) * 2 + (size_t)phase;
    return &p->votes[row * p->config.seats + seat - 1];
}

bool votes_enter(struct pbft *p, const struct vote *v)
{
    /* Messages up to one window ahead are kept (section 4). */
    if (v->height <= p->committed || v->height > accept_window_end(p) + p->config.window) {
        return false;
    }
    struct vote_slot *s = votes_slot(p, v->seat, v->phase, v->height);
    /* A seat's older vote tells nothing once it went on; a second one for the same (view,
     * height) is equivocation, and the first counts. */
    if (s->set && s->height == v->height && s->view >= v->view) {
        return false;
    }
    /* Heights share slots. A chain grows beyond the ring when view after view prepares but
     * none commits: what was said last is then what matters. */
    if (s->set && s->height > p->committed && s->height != v->height &&
        (s->view > v->view || (s->view == v->view && s->height > v->height))) {
        return false;
    }
    *s = (struct vote_slot){true, v->view, v->height, v->block, v->signature};
    return true;
}

static bool slot_is(const struct vote_slot *s, uint64_t view, uint64_t height,
                    const struct hash *block)
{
    return s->set && s->view == view && s->height == height && hash_equal(&s->block, block);
}

unsigned votes_count(const struct pbft *p, enum phase phase, uint64_t view, uint64_t height,
                     const struct hash *block)
{
    unsigned count = 0;
    for (uint16_t seat = 1; seat <= p->config.seats; seat++) {
        count += slot_is(votes_slot(p, seat, phase, height), view, height, block);
    }
    return count;
}

struct certificate *votes_certificate(const struct pbft *p, enum phase phase, uint64_t view,
                                      uint64_t height, const struct hash *block)
{
    if (votes_count(p, phase, view, height, block) < p->config.quorum) {
        return NULL;
    }
    struct certificate *c = certificate_new(p->config.quorum);
    c->what.kind = phase == PHASE_PREPARE ? CERTIFICATE_PREPARED : CERTIFICATE_COMMIT;
    c->what.view = view;
    c->what.height = height;
    c->what.block = *block;
    uint16_t filled = 0;
    for (uint16_t seat = 1; filled < c->count; seat++) {
        const struct vote_slot *s = votes_slot(p, seat, phase, height);
        if (slot_is(s, view, height, block)) {
            c->entries[filled++] = (struct certificate_entry){seat, s->signature};
        }
    }
    return c;
}

bool pbft_wants_vote(const struct pbft *p, const struct vote *v)
{
    if (v->seat < 1 || v->seat > p->config.seats || v->height <= p->committed ||
        v->height > accept_window_end(p) + p->config.window) {
        return false;
    }
    const struct vote_slot *s = votes_slot(p, v->seat, v->phase, v->height);
    if (s->set && s->height == v->height && s->view >= v->view) {
        return false;
    }
    return votes_count(p, v->phase, v->view, v->height, &v->block) < p->config.quorum;
}

/* The same certificate, but for the choice of q among those who voted. */
static struct certificate *same(const struct pbft *p, const struct best *what)
{
    struct certificate *own[] = {p->best, p->commit};
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (own[i] != NULL && own[i]->what.kind == what->kind &&
            best_compare(&own[i]->what, what) == 0 &&
            hash_equal(&own[i]->what.block, &what->block)) {
            return own[i];
        }
    }
    return NULL;
}

/* A block at the height of what is committed here, or below, is committed here; whether
 * its certificate is of a block of that chain only more than f faulty seats could ask. */
static struct certificate *covers(const struct pbft *p, const struct header *h,
                                  const struct best *what)
{
    const struct best *own = p->commit != NULL ? &p->commit->what : NULL;
    bool serves = own != NULL && what->kind == CERTIFICATE_COMMIT &&
                  own->height >= what->height && own->height >= h->executed_height &&
                  own->height < h->height && own->view <= h->view;
    bool differs =
        serves && own->height == what->height && !hash_equal(&own->block, &what->block);
    return serves && !differs ? p->commit : NULL;
}

struct certificate *pbft_stand_in(const struct pbft *p, struct message *m)
{
    struct certificate **place = message_certificate(m);
    if (place == NULL || *place == NULL || standing_is_news(p, *place)) {
        return NULL;
    }
    const struct best *what = &(*place)->what;
    return m->tag == MESSAGE_PRE_PREPARE ? covers(p, &m->pre_prepare.block->header, what)
                                         : same(p, what);
}

void votes_on_message(struct pbft *p, const struct vote *v)
{
    pbft_hear(p, v);
    if (v->seat == p->config.seat) {
        standing_signed_vote(p, v);
    }
    if (!votes_enter(p, v)) {
        return;
    }
    struct certificate *c = votes_certificate(p, v->phase, v->view, v->height, &v->block);
    if (c != NULL) {
        chain_learn(p, c);
        certificate_unref(c);
    }
}

void votes_cast(struct pbft *p, enum phase phase, const struct header *header,
                const struct hash *block)
{
    assert(header->view == p->view && p->mode == MODE_NORMAL && !p->stopped &&
           standing_may_sign(p));
    const struct vote_slot *s = votes_slot(p, p->config.seat, phase, header->height);
    /* A correct seat votes once per (view, height) and phase: what safety rests on. It may
     * have voted for a block that lost against another of the same primary. */
    if (s->set && s->height == header->height && s->view >= header->view) {
        return;
    }
    struct message m = {.tag = phase == PHASE_PREPARE ? MESSAGE_PREPARE : MESSAGE_COMMIT};
    m.vote = (struct vote){.phase = phase,
                           .seat = p->config.seat,
                           .view = header->view,
                           .height = header->height,
                           .block = *block};
    update_sign(p, &m);
}

/* The primary's PREPARE is its signature in the PRE-PREPARE. */
static void prepare(struct pbft *p, struct link *l)
{
    if (!l->prepare_sent && standing_may_sign(p)) {
        l->prepare_sent = true;
        if (!is_primary(p)) {
            votes_cast(p, PHASE_PREPARE, &l->block->header, &l->block->hash);
        }
    }
}

static void commit(struct pbft *p, struct link *l)
{
    const struct header *h = &l->block->header;
    if (!l->prepared) {
        struct certificate *c =
            votes_certificate(p, PHASE_PREPARE, h->view, h->height, &l->block->hash);
        if (c == NULL) {
            return;
        }
        l->prepared = true;
        chain_learn(p, c);
        certificate_unref(c);
    }
    if (!l->commit_sent && standing_may_sign(p)) {
        l->commit_sent = true;
        votes_cast(p, PHASE_COMMIT, h, &l->block->hash);
    }
}

void votes_progress(struct pbft *p)
{
    for (size_t i = 0; i < p->link_count && p->mode == MODE_NORMAL && !p->stopped; i++) {
        struct link *l = &p->links[i];
        if (l->of_view && !(l->prepare_sent && l->commit_sent)) {
            prepare(p, l);
            commit(p, l);
        }
    }
}
