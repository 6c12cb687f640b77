/* SPDX-License-Identifier: ISC */
#include "conclaved/checkpoints.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/quorum.h"
#include "conclaved/events.h"
#include "conclaved/flagging.h"
#include "conclaved/publish.h"
#include "hash/tree.h"
#include "proof/proof.h"
#include "wire/shared.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- what the seats signed --- */

static struct slice hash_slice(const struct hash *h)
{
    return slice_of(h->bytes, sizeof(h->bytes));
}

static bool is_same(const struct checkpoint_vote *a, const struct checkpoint_vote *b)
{
    return a->size == b->size && hash_equal(&a->root, &b->root);
}

static void gather(const struct node *n, const struct checkpoint_vote *v,
                   struct checkpoint_signed *out)
{
    *out = (struct checkpoint_signed){.size = v->size, .root = v->root};
    for (uint16_t i = 0; i < n->charter->seat_count; i++) {
        const struct checkpoint_vote *other = &n->checkpoints.votes[i];
        if (other->size > 0 && is_same(other, v)) {
            out->has[i] = true;
            out->signatures[i] = other->signature;
            out->count++;
        }
    }
}

static void count_signatures(struct node *n, const struct checkpoint_vote *v)
{
    struct checkpoint_signed *council = &n->checkpoints.council;
    struct checkpoint_signed now;
    if (v->size < council->size) {
        return;
    }
    gather(n, v, &now);
    bool is_new = now.size > council->size;
    if (now.count < quorum_size(n->charter->seat_count) ||
        (!is_new && now.count <= council->count)) {
        return;
    }
    *council = now;
    if (is_new) {
        LOG_EVENT(LOG_LEVEL_INFO, "checkpoint.complete", LOG_N("size", now.size),
                  LOG_N("signatures", now.count), LOG_X("root", hash_slice(&now.root)));
    }
    publish(n, "checkpoint", event_checkpoint(council));
}

/* Once of each seat: it could sign false trees without end. */
static void tell_difference(struct node *n, uint16_t seat, const struct checkpoint_vote *v,
                            const struct hash *own)
{
    char text[FLAG_TEXT_BYTES];
    n->checkpoints.differing[seat - 1] = *v;
    LOG_EVENT(LOG_LEVEL_ERROR, "checkpoint.differs", LOG_N("seat", seat),
              LOG_N("size", v->size), LOG_X("root", hash_slice(&v->root)),
              LOG_X("own", hash_slice(own)));
    (void)snprintf(text, sizeof(text),
                   "signed another tree of %" PRIu64 " decisions than this node has",
                   v->size);
    flagging_raise(
        n, &(struct sighting){
               .kind = FLAG_CHECKPOINT, .seat = seat, .is_local = true, .text = text});
}

/* A quorum's certificates are behind this node's tree: one of the two is wrong, and which
 * is for people to find out. */
static void compare(struct node *n, uint16_t seat, const struct checkpoint_vote *v)
{
    struct tree_source tree = {ledger_tree_node, n->ledger};
    struct hash root;
    if (n->checkpoints.differing[seat - 1].size == 0 &&
        tree_root(&tree, v->size, &root) == 0 && !hash_equal(&root, &v->root)) {
        tell_difference(n, seat, v, &root);
    }
}

/* What was ahead of this node's tree when it came. Of each seat that is the smallest, as a
 * smaller one than its newest is not looked at. */
static void compare_ahead(struct node *n)
{
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        struct checkpoint_vote *ahead = &n->checkpoints.ahead[seat - 1];
        if (ahead->size > 0 && ahead->size <= ledger_record_count(n->ledger)) {
            compare(n, seat, ahead);
            ahead->size = 0;
        }
    }
}

void checkpoints_note(struct node *n, uint16_t seat, const struct checkpoint_vote *v)
{
    struct checkpoint_vote *kept = &n->checkpoints.votes[seat - 1];
    struct checkpoint_vote *ahead = &n->checkpoints.ahead[seat - 1];
    if (v->size < kept->size || is_same(v, kept)) {
        return;
    }
    if (v->size <= ledger_record_count(n->ledger)) {
        compare(n, seat, v);
    } else if (ahead->size == 0) {
        *ahead = *v;
    }
    /* What was signed stays signed, whatever else is signed of that size. */
    if (v->size > kept->size) {
        *kept = *v;
        count_signatures(n, v);
    }
}

/* --- what this seat signs --- */

/* Blocks with a time below the boundary can no longer come: correct seats' clocks differ by
 * no more than max-drift, and none of them prepares a block that far behind its own. */
static uint64_t last_boundary(const struct node *n)
{
    uint64_t now = clock_wall_ms(), drift = n->charter->max_drift_ms;
    uint64_t settled = now > drift ? now - drift : 0;
    return settled - settled % n->charter->publish_interval_ms;
}

static int read_final(const struct node *n, uint64_t index, struct moment *out)
{
    struct record r;
    int error = ledger_read_record(n->ledger, index, &r);
    *out = error == 0 ? r.final : (struct moment){0};
    return error;
}

/* How many decisions were final before the boundary, which are the first ones;
 * *final_height: of the last of those that this seat has not signed yet. */
static int count_before(const struct node *n, uint64_t boundary_ms, uint64_t *count,
                        uint64_t *final_height)
{
    uint64_t end = ledger_record_count(n->ledger);
    int error = 0;
    *count = n->checkpoints.votes[n->seat - 1].size;
    while (error == 0 && *count < end) {
        uint64_t middle = *count + (end - *count) / 2;
        struct moment final;
        error = read_final(n, middle, &final);
        if (final.time_ms < boundary_ms) {
            *count = middle + 1;
            *final_height = final.height;
        } else {
            end = middle;
        }
    }
    return error;
}

/* A quorum's certificate is behind the state with that record in it. */
static bool is_covered(const struct node *n, uint64_t final_height)
{
    struct header header;
    struct certificate *c = NULL;
    bool covered = proof_cover(n->ledger, final_height, &header, &c) == 0;
    certificate_unref(c);
    return covered;
}

void checkpoints_turn(struct node *n)
{
    struct checkpoints *p = &n->checkpoints;
    struct checkpoint_vote *own = &p->votes[n->seat - 1];
    struct tree_source tree = {ledger_tree_node, n->ledger};
    struct checkpoint_vote v = {0};
    uint64_t boundary = last_boundary(n), final_height = 0;
    compare_ahead(n);
    /* A clock that was ahead comes back to boundaries that are below the last one. */
    if (boundary == p->boundary_ms || ledger_record_count(n->ledger) == own->size) {
        return;
    }
    int error = count_before(n, boundary, &v.size, &final_height);
    bool is_due = error == 0 && v.size > own->size;
    if (is_due && !is_covered(n, final_height)) {
        return; /* the block that covers it is on its way */
    }
    p->boundary_ms = boundary;
    if (is_due && tree_root(&tree, v.size, &v.root) == 0) {
        replica_send_checkpoint(n->replica, 0, &v);
        *own = v;
        count_signatures(n, own);
    }
}

void checkpoints_connected(struct node *n, uint16_t seat)
{
    struct checkpoint_vote own = n->checkpoints.votes[n->seat - 1];
    if (own.size > 0) {
        replica_send_checkpoint(n->replica, seat, &own);
    }
}
