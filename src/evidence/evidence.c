/* SPDX-License-Identifier: ISC */
#include "evidence/evidence.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "hash/merkle.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct vote_kept {
    bool set;
    uint64_t view, height;
    struct hash block;
    struct signature signature;
};

/* One BALLOT with its way to the signed env_root. Its encoding follows from these. */
struct ballot_kept {
    struct hash proposal;
    struct hash commitment;
    struct signature signature;
    uint32_t index, count; /* in its envelope */
    uint16_t seat;
    uint16_t path_length;
    struct hash path[];
};

struct evidence_memory {
    uint16_t seats;
    struct vote_kept *votes; /* [height % EVIDENCE_HEIGHTS][phase][seat - 1] */
    struct new_view *views[EVIDENCE_VIEWS];
    struct ballot_kept **ballots; /* by seat and proposal; a newcomer takes the place */
};

struct evidence_memory *evidence_new(uint16_t seats)
{
    struct evidence_memory *m = alloc_zero(1, sizeof(*m));
    m->seats = seats;
    m->votes = alloc_zero((size_t)seats * 2 * EVIDENCE_HEIGHTS, sizeof(*m->votes));
    m->ballots = alloc_zero(EVIDENCE_BALLOTS, sizeof(struct ballot_kept *));
    return m;
}

void evidence_free(struct evidence_memory *m)
{
    if (m == NULL) {
        return;
    }
    for (size_t i = 0; i < EVIDENCE_VIEWS; i++) {
        new_view_unref(m->views[i]);
    }
    for (size_t i = 0; i < EVIDENCE_BALLOTS; i++) {
        free(m->ballots[i]);
    }
    free(m->votes);
    free(m->ballots);
    free(m);
}

static void write_evidence(struct buffer *out, uint16_t seat, enum evidence_kind kind,
                           const struct statement *first, const struct statement *second)
{
    struct operation op = {.kind = OPERATION_EVIDENCE, .seat = seat};
    op.evidence.kind = kind;
    op.evidence.first = *first;
    op.evidence.second = *second;
    codec_encode_operation(out, &op);
}

/* --- votes --- */

static struct vote_kept *vote_slot(const struct evidence_memory *m, const struct vote *v)
{
    assert(v->seat >= 1 && v->seat <= m->seats);
    size_t row = (size_t)(v->height % EVIDENCE_HEIGHTS) * 2 + (size_t)v->phase;
    return &m->votes[row * m->seats + v->seat - 1];
}

static bool conflicts(const struct vote_kept *k, const struct vote *v)
{
    return k->set && k->view == v->view && k->height == v->height &&
           !hash_equal(&k->block, &v->block);
}

bool evidence_suspects(const struct evidence_memory *m, const struct vote *v)
{
    return v->seat >= 1 && v->seat <= m->seats && conflicts(vote_slot(m, v), v);
}

bool evidence_vote(struct evidence_memory *m, const struct vote *v, struct buffer *out)
{
    struct vote_kept *k = vote_slot(m, v);
    if (!conflicts(k, v)) {
        /* A seat that goes on leaves its older votes behind. */
        if (!k->set || v->view > k->view || (v->view == k->view && v->height > k->height)) {
            *k = (struct vote_kept){true, v->view, v->height, v->block, v->signature};
        }
        return false;
    }
    struct buffer first = {NULL, 0, 0}, second = {NULL, 0, 0};
    codec_body_vote(&first, k->view, k->height, &k->block);
    codec_body_vote(&second, v->view, v->height, &v->block);
    struct statement a = {.body = buffer_slice(&first), .signature = k->signature};
    struct statement b = {.body = buffer_slice(&second), .signature = v->signature};
    write_evidence(out, v->seat,
                   v->phase == PHASE_PREPARE ? EVIDENCE_PREPARE : EVIDENCE_COMMIT, &a, &b);
    buffer_free(&first);
    buffer_free(&second);
    return true;
}

/* --- NEW-VIEWs --- */

static struct statement new_view_statement(const struct new_view *v, struct buffer *body)
{
    codec_body_new_view(body, v->view, &v->tip, &v->changes_hash);
    return (struct statement){.body = buffer_slice(body), .signature = v->signature};
}

bool evidence_new_view(struct evidence_memory *m, uint16_t primary,
                       const struct new_view *v, struct buffer *out)
{
    struct new_view **kept = &m->views[v->view % EVIDENCE_VIEWS];
    if (*kept == NULL || (*kept)->view < v->view) {
        new_view_unref(*kept);
        *kept = new_view_ref((struct new_view *)v);
        return false;
    }
    if ((*kept)->view != v->view || hash_equal(&(*kept)->tip, &v->tip)) {
        return false;
    }
    struct buffer first = {NULL, 0, 0}, second = {NULL, 0, 0};
    struct statement a = new_view_statement(*kept, &first);
    struct statement b = new_view_statement(v, &second);
    write_evidence(out, primary, EVIDENCE_NEW_VIEW, &a, &b);
    buffer_free(&first);
    buffer_free(&second);
    return true;
}

/* --- BALLOTs --- */

static struct ballot_kept **ballot_slot(const struct evidence_memory *m, uint16_t seat,
                                        const struct hash *proposal)
{
    /* Proposal ids are hashes: any bytes of them are evenly spread. */
    size_t at = (size_t)proposal->bytes[0] << 16 | (size_t)proposal->bytes[1] << 8 |
                proposal->bytes[2];
    return &m->ballots[(at * 131 + seat) % EVIDENCE_BALLOTS];
}

static bool is_about(const struct ballot_kept *b, uint16_t seat,
                     const struct hash *proposal)
{
    return b != NULL && b->seat == seat && hash_equal(&b->proposal, proposal);
}

/*
 * The whole tree over an envelope's operations, level by level from the leaves, each
 * level's last node going up alone where it has no sibling: the tree of RFC 6962. Built
 * once for an envelope, so that a path costs only its length.
 */
struct tree {
    struct hash *nodes; /* NULL until it is needed */
    size_t starts[MERKLE_PATH_MAX], sizes[MERKLE_PATH_MAX];
    size_t levels;
};

static void tree_build(struct tree *t, const struct envelope *e)
{
    size_t start = 0, size = e->count;
    t->nodes = alloc_zero(2 * (size_t)e->count + MERKLE_PATH_MAX, sizeof(*t->nodes));
    for (uint32_t i = 0; i < e->count; i++) {
        t->nodes[i] = merkle_leaf(e->operations[i]);
    }
    for (;;) {
        t->starts[t->levels] = start;
        t->sizes[t->levels++] = size;
        if (size == 1) {
            return;
        }
        struct hash *from = t->nodes + start, *to = from + size;
        for (size_t i = 0; i < size; i += 2) {
            to[i / 2] = i + 1 < size ? merkle_node(&from[i], &from[i + 1]) : from[i];
        }
        start += size;
        size = (size + 1) / 2;
    }
}

static uint16_t path_of(struct tree *t, const struct envelope *e, size_t index,
                        struct hash path[MERKLE_PATH_MAX])
{
    uint16_t length = 0;
    if (t->nodes == NULL) {
        tree_build(t, e);
    }
    for (size_t level = 0; level + 1 < t->levels; level++, index /= 2) {
        if ((index ^ 1) < t->sizes[level]) {
            path[length++] = t->nodes[t->starts[level] + (index ^ 1)];
        }
    }
    return length;
}

static struct ballot_kept *ballot_new(struct tree *t, const struct envelope *e,
                                      uint32_t index, const struct ballot_commit *commit)
{
    struct hash path[MERKLE_PATH_MAX];
    uint16_t length = path_of(t, e, index, path);
    struct ballot_kept *b = alloc_zero(1, sizeof(*b) + length * sizeof(path[0]));
    b->proposal = commit->proposal;
    b->commitment = commit->commitment;
    b->signature = e->signature;
    b->index = index;
    b->count = e->count;
    b->seat = e->seat;
    b->path_length = length;
    memcpy(b->path, path, length * sizeof(path[0]));
    return b;
}

static struct statement ballot_statement(const struct ballot_kept *b,
                                         struct buffer *encoding)
{
    struct operation op = {.kind = OPERATION_BALLOT, .seat = b->seat};
    op.ballot.proposal = b->proposal;
    op.ballot.commitment = b->commitment;
    codec_encode_operation(encoding, &op);
    return (struct statement){.ballot = buffer_slice(encoding),
                              .index = b->index,
                              .count = b->count,
                              .path =
                                  slice_of(b->path, b->path_length * sizeof(b->path[0])),
                              .signature = b->signature};
}

static bool note_ballot(struct evidence_memory *m, const struct envelope *e, uint32_t index,
                        const struct ballot_commit *commit, struct tree *tree,
                        struct buffer *out)
{
    struct ballot_kept **kept = ballot_slot(m, e->seat, &commit->proposal);
    bool same = is_about(*kept, e->seat, &commit->proposal);
    if (same && hash_equal(&(*kept)->commitment, &commit->commitment)) {
        return false;
    }
    struct ballot_kept *now = ballot_new(tree, e, index, commit);
    if (!same) {
        free(*kept);
        *kept = now;
        return false;
    }
    struct buffer first = {NULL, 0, 0}, second = {NULL, 0, 0};
    struct statement a = ballot_statement(*kept, &first),
                     b = ballot_statement(now, &second);
    write_evidence(out, e->seat, EVIDENCE_BALLOT, &a, &b);
    buffer_free(&first);
    buffer_free(&second);
    free(now);
    return true;
}

bool evidence_envelope(struct evidence_memory *m, const struct envelope *e,
                       bool (*is_open)(void *context, const struct hash *proposal),
                       void *context, struct buffer *out)
{
    struct tree tree = {.nodes = NULL};
    bool found = false;
    for (uint32_t i = 0; e->sort == ENVELOPE_SIGNED && i < e->count && !found; i++) {
        struct operation op;
        found = e->briefs[i].kind == OPERATION_BALLOT &&
                is_open(context, &e->briefs[i].proposal) &&
                codec_decode_operation(e->operations[i], &op) == 0 &&
                note_ballot(m, e, i, &op.ballot, &tree, out);
    }
    free(tree.nodes);
    return found;
}

void evidence_forget(struct evidence_memory *m, const struct hash *proposal)
{
    for (uint16_t seat = 1; seat <= m->seats; seat++) {
        struct ballot_kept **kept = ballot_slot(m, seat, proposal);
        if (is_about(*kept, seat, proposal)) {
            free(*kept);
            *kept = NULL;
        }
    }
}

/* --- whatever comes --- */

static bool note_vote(struct evidence_memory *m, const struct vote *v,
                      uint64_t highest_view, struct buffer *out)
{
    return v->view <= highest_view && evidence_vote(m, v, out);
}

bool evidence_message(struct evidence_memory *m, const struct message *message,
                      uint64_t highest_view,
                      bool (*is_open)(void *context, const struct hash *proposal),
                      void *context, struct buffer *out)
{
    switch (message->tag) {
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        return note_vote(m, &message->vote, highest_view, out);
    case MESSAGE_PRE_PREPARE: {
        const struct pre_prepare *p = &message->pre_prepare;
        struct vote v =
            pre_prepare_vote(p, quorum_primary(m->seats, p->block->header.view));
        return note_vote(m, &v, highest_view, out);
    }
    case MESSAGE_NEW_VIEW: {
        const struct new_view *v = message->new_view;
        return evidence_new_view(m, quorum_primary(m->seats, v->view), v, out);
    }
    case MESSAGE_ENVELOPE:
        return evidence_envelope(m, message->envelope, is_open, context, out);
    case MESSAGE_HEARTBEAT:
    case MESSAGE_VIEW_CHANGE:
    case MESSAGE_FETCH_BLOCK:
    case MESSAGE_BLOCK:
    case MESSAGE_FETCH_RANGE:
    case MESSAGE_RANGE:
    case MESSAGE_FETCH_NEW_VIEW:
    case MESSAGE_ASK:
    case MESSAGE_REPORT:
    case MESSAGE_CHECKPOINT:
        return false;
    }
    return false;
}
