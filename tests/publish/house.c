/* SPDX-License-Identifier: ISC */
#include "house.h"

#include "crypto/checkpoint.h"
#include "hash/hash.h"
#include "hash/tree.h"
#include "proof/proof.h"

#include <stdio.h>
#include <string.h>

void house_begin(struct house *h, const char *name, char *dir)
{
    memset(h, 0, sizeof(*h));
    h->dir = dir;
    world_begin(&h->world, HOUSE_SEATS, name);
    h->ledger = shelf_new();
    chain_begin(&h->chain, &h->world, NULL, h->ledger);
    h->time_ms = h->world.rules.created_ms;
}

void house_end(struct house *h)
{
    chain_end(&h->chain);
    shelf_free(h->ledger);
    world_end(&h->world);
}

/* Proposes, casts and opens in three blocks, and lets the records become final. */
void house_decide(struct house *h)
{
    struct hash ids[HOUSE_ROUND];
    struct batch batch = {0};
    for (unsigned i = 0; i < HOUSE_ROUND; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "proposal %u", h->rounds * HOUSE_ROUND + i);
        struct buffer *out = batch_next(&batch);
        build_propose(out, (uint16_t)(1 + i / 8), 0, name);
        ids[i] = hash_operation(buffer_slice(out));
    }
    chain_block(&h->chain, &batch, h->time_ms += 10);
    for (unsigned i = 0; i < HOUSE_ROUND; i++) {
        for (uint16_t seat = 1; seat <= HOUSE_SEATS; seat++) {
            enum choice choice = i % 3 == 2 && seat > 2 ? CHOICE_REJECT : CHOICE_APPROVE;
            build_commit(batch_next(&batch), &h->world.rules, seat, &ids[i], choice, i);
        }
    }
    chain_block(&h->chain, &batch, h->time_ms += 10);
    for (unsigned i = 0; i < HOUSE_ROUND; i++) {
        for (uint16_t seat = 1; seat <= HOUSE_SEATS; seat++) {
            enum choice choice = i % 3 == 2 && seat > 2 ? CHOICE_REJECT : CHOICE_APPROVE;
            build_reveal(batch_next(&batch), seat, &ids[i], choice, i);
        }
    }
    for (unsigned i = 0; i < 4; i++) {
        chain_block(&h->chain, &batch, h->time_ms += 10);
    }
    batch_free(&batch);
    h->rounds++;
}

void house_note(struct house *h, uint64_t size, uint16_t seats, struct buffer *out)
{
    static struct checkpoint_council council;
    struct public_key keys[HOUSE_SEATS];
    struct tree_source tree = {ledger_tree_node, h->ledger};
    struct checkpoint_vote v = {.size = size};
    for (uint16_t i = 0; i < HOUSE_SEATS; i++) {
        keys[i] = h->world.charter->seats[i].key;
    }
    checkpoint_council_init(&council, &h->world.charter->council_id, keys, HOUSE_SEATS);
    (void)tree_root(&tree, size, &v.root);
    out->size = 0;
    checkpoint_text(out, &h->world.charter->council_id, size, &v.root);
    note_write_separator(out);
    for (uint16_t seat = 1; seat <= seats; seat++) {
        checkpoint_sign(h->world.secrets[seat - 1], &h->world.charter->council_id, &v);
        checkpoint_write_line(out, &council, seat, &v.signature);
    }
}

/* --- publishing --- */

static int entry(void *context, uint64_t index, struct bytes **out, struct complaint *why)
{
    struct house *h = context;
    bool again = index == 1 && h->asked > index;
    int error = ledger_record(h->ledger, h->swaps && again ? 0 : index, out);
    h->asked = index + 1 > h->asked ? index + 1 : h->asked;
    if (error == 0 && index + 1 == h->false_entry) {
        struct bytes *other = bytes_copy(bytes_slice(*out));
        other->data[other->size - 1] ^= 1;
        bytes_unref(*out);
        *out = other;
    }
    return error == 0 ? 0 : complain(why, error, "no such record");
}

int house_bundle(struct house *h, const struct hash *id, struct bytes **out,
                 struct complaint *why)
{
    struct buffer b = {NULL, 0, 0};
    int error = proof_build(h->ledger, &h->world.charter->council_id, id, true, &b, why);
    if (error == 0) {
        *out = bytes_copy(buffer_slice(&b));
    }
    buffer_free(&b);
    return error;
}

static int bundle(void *context, const struct hash *id, struct bytes **out,
                  struct complaint *why)
{
    struct house *h = context;
    int error = house_bundle(h, id, out, why);
    if (error == 0) {
        (*out)->data[(*out)->size - 1] ^= h->false_bundle;
        h->bundles++;
    }
    return error;
}

int house_publish(struct house *h, struct slice note, struct slice cosigned,
                  struct publish_report *report, struct complaint *why)
{
    struct publish_source source = {entry, bundle, h};
    *why = (struct complaint){""};
    int error = site_open(h->dir, &h->site, why);
    h->bundles = h->asked = 0;
    if (error == 0) {
        error =
            publish_log(h->world.charter, &h->site, note, cosigned, &source, report, why);
    }
    site_close(&h->site);
    return error;
}

int house_publish_size(struct house *h, uint64_t size, uint16_t seats,
                       struct publish_report *report, struct complaint *why)
{
    struct buffer note = {NULL, 0, 0};
    house_note(h, size, seats, &note);
    int error = house_publish(h, buffer_slice(&note), SLICE_NONE, report, why);
    buffer_free(&note);
    return error;
}
