/* SPDX-License-Identifier: ISC */
/* What this node signed or voted for: the durable half of the ordering core. */
#include "ledger/ledger_private.h"
#include "ledger/values.h"

#include "base/alloc.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char key_view_change[] = "view-change";
static const char key_new_view[] = "new-view";
static const char key_best[] = "best";
static const char key_standing[] = "standing";

void ledger_put_vote(struct ledger *l, const struct vote *v)
{
    struct store *s = ledger_writer(l);
    assert(v->seat == l->id.seat);
    uint8_t key[VOTE_KEY_BYTES];
    value_key_vote(key, v);
    struct bytes *old = NULL;
    int error = store_get(s, STORE_VOTES, slice_of(key, sizeof(key)), &old);
    if (error == 0) {
        /* The last line of defence: a seat never signs two things for one (view, height,
         * phase), section 6. Better no node than one that equivocates. */
        struct vote before;
        error = value_get_vote(bytes_slice(old), &before);
        assert(error != 0 || hash_equal(&before.block, &v->block));
    }
    bytes_unref(old);
    if (error != 0 && error != CONCLAVE_ENOENT) {
        store_fail(s, error);
        return;
    }
    struct buffer value = {0};
    value_put_vote(&value, v);
    ledger_put(l, STORE_VOTES, slice_of(key, sizeof(key)), &value);
}

void ledger_put_view_change(struct ledger *l, const struct view_change *v)
{
    assert(v->seat == l->id.seat);
    struct buffer value = {0};
    value_put_view_change(&value, v);
    ledger_put(l, STORE_META, slice_of_string(key_view_change), &value);
}

void ledger_put_new_view(struct ledger *l, const struct new_view *v)
{
    struct buffer value = {0};
    codec_encode_new_view(&value, v);
    ledger_put(l, STORE_META, slice_of_string(key_new_view), &value);
}

void ledger_put_best(struct ledger *l, const struct certificate *c)
{
    struct buffer value = {0};
    codec_encode_certificate(&value, c);
    ledger_put(l, STORE_META, slice_of_string(key_best), &value);
}

void ledger_put_standing(struct ledger *l, const struct standing *s)
{
    struct buffer value = {0};
    value_put_standing(&value, s);
    ledger_put(l, STORE_META, slice_of_string(key_standing), &value);
}

int ledger_load_standing(struct ledger *l, struct standing *out)
{
    struct bytes *value = NULL;
    *out = (struct standing){0};
    int error = store_get(l->store, STORE_META, slice_of_string(key_standing), &value);
    if (error == 0) {
        error = value_get_standing(bytes_slice(value), out);
        bytes_unref(value);
    }
    if (error == CONCLAVE_ENOENT) {
        error = store_format(l->store) < STORE_FORMAT_STANDING ? 0 : CONCLAVE_ECORRUPT;
    }
    return error;
}

void ledger_put_candidate(struct ledger *l, const struct block *b)
{
    uint8_t key[CANDIDATE_KEY_BYTES];
    value_key_candidate(key, b);
    store_put(ledger_writer(l), STORE_CANDIDATES, slice_of(key, sizeof(key)), b->encoding);
}

void ledger_prune(struct ledger *l, uint64_t view, uint64_t height)
{
    struct store *s = ledger_writer(l);
    struct store_entry e = {0};
    int error = store_first_key(s, STORE_CANDIDATES, SLICE_NONE, &e);
    while (error == 0 && value_key_read(e.key) <= height) {
        if (value_key_read(e.key + 8) <= view) {
            store_delete(s, STORE_CANDIDATES, slice_of(e.key, e.key_size));
        }
        error = store_next_key(s, STORE_CANDIDATES, &e);
    }
    store_entry_clear(&e);
    if (error == 0 || error == CONCLAVE_ENOENT) {
        error = store_first_key(s, STORE_VOTES, SLICE_NONE, &e);
    }
    while (error == 0) {
        if (value_key_read(e.key + 8) <= height) {
            store_delete(s, STORE_VOTES, slice_of(e.key, e.key_size));
        }
        error = store_next_key(s, STORE_VOTES, &e);
    }
    store_entry_clear(&e);
    if (error != 0 && error != CONCLAVE_ENOENT) {
        store_fail(s, error);
    }
}

/* --- loading --- */

static int load_meta(struct ledger *l, struct ledger_saved *out)
{
    struct bytes *value = NULL;
    int error = store_get(l->store, STORE_META, slice_of_string(key_view_change), &value);
    if (error == 0) {
        error = value_get_view_change(bytes_slice(value), &out->view_change);
        out->has_view_change = true;
        bytes_unref(value);
    }
    if (error == 0 || error == CONCLAVE_ENOENT) {
        error = store_get(l->store, STORE_META, slice_of_string(key_new_view), &value);
        if (error == 0) {
            error = codec_decode_new_view(bytes_slice(value), &out->new_view) != 0
                        ? CONCLAVE_ECORRUPT
                        : 0;
            bytes_unref(value);
        }
        if (error == 0) {
            struct new_view *v = out->new_view;
            v->changes_hash = hash_view_changes(v->changes, v->count);
        }
    }
    if (error == 0 || error == CONCLAVE_ENOENT) {
        error = store_get(l->store, STORE_META, slice_of_string(key_best), &value);
        if (error == 0) {
            error = codec_decode_certificate(bytes_slice(value), &out->best) != 0
                        ? CONCLAVE_ECORRUPT
                        : 0;
            bytes_unref(value);
        }
    }
    return error == 0 || error == CONCLAVE_ENOENT ? ledger_load_standing(l, &out->standing)
                                                  : error;
}

static int load_votes(struct ledger *l, struct ledger_saved *out)
{
    struct store_entry e = {0};
    size_t room = 0;
    int error = store_first(l->store, STORE_VOTES, SLICE_NONE, &e);
    while (error == 0) {
        if (out->vote_count == room) {
            room = room > 0 ? 2 * room : 16;
            out->votes = alloc_resize(out->votes, room, sizeof(*out->votes));
        }
        struct vote *v = &out->votes[out->vote_count];
        uint8_t key[VOTE_KEY_BYTES];
        error = value_get_vote(bytes_slice(e.value), v);
        if (error == 0) {
            value_key_vote(key, v);
            error = slice_equal(slice_of(key, sizeof(key)), slice_of(e.key, e.key_size))
                        ? 0
                        : CONCLAVE_ECORRUPT;
        }
        if (error == 0) {
            out->vote_count++;
            error = store_next(l->store, STORE_VOTES, &e);
        }
    }
    store_entry_clear(&e);
    return ledger_walked(l, STORE_VOTES, error, out->vote_count);
}

static int read_candidate(const struct store_entry *e, struct block **out)
{
    struct block *b = NULL;
    if (codec_decode_block(e->value, bytes_slice(e->value), &b) != 0) {
        return CONCLAVE_ECORRUPT;
    }
    struct hash ops_root = hash_block(b);
    uint8_t key[CANDIDATE_KEY_BYTES];
    value_key_candidate(key, b);
    if (!hash_equal(&ops_root, &b->header.ops_root) ||
        !slice_equal(slice_of(key, sizeof(key)), slice_of(e->key, e->key_size))) {
        block_unref(b);
        return CONCLAVE_ECORRUPT;
    }
    *out = b;
    return 0;
}

static int load_candidates(struct ledger *l, struct ledger_saved *out)
{
    struct store_entry e = {0};
    size_t room = 0;
    int error = store_first(l->store, STORE_CANDIDATES, SLICE_NONE, &e);
    while (error == 0) {
        if (out->candidate_count == room) {
            room = room > 0 ? 2 * room : 16;
            out->candidates = alloc_resize(out->candidates, room, sizeof(struct block *));
        }
        error = read_candidate(&e, &out->candidates[out->candidate_count]);
        if (error == 0) {
            out->candidate_count++;
            error = store_next(l->store, STORE_CANDIDATES, &e);
        }
    }
    store_entry_clear(&e);
    return ledger_walked(l, STORE_CANDIDATES, error, out->candidate_count);
}

int ledger_load_saved(struct ledger *l, struct ledger_saved *out)
{
    memset(out, 0, sizeof(*out));
    int error = store_hold(l->store);
    if (error == 0) {
        error = load_meta(l, out);
    }
    if (error == 0) {
        error = load_votes(l, out);
    }
    if (error == 0) {
        error = load_candidates(l, out);
    }
    store_release(l->store);
    if (error != 0) {
        ledger_saved_clear(out);
    }
    return error;
}

void ledger_saved_clear(struct ledger_saved *s)
{
    new_view_unref(s->new_view);
    certificate_unref(s->best);
    free(s->votes);
    for (size_t i = 0; i < s->candidate_count; i++) {
        block_unref(s->candidates[i]);
    }
    free(s->candidates);
    memset(s, 0, sizeof(*s));
}
