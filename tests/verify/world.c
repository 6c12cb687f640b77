/* SPDX-License-Identifier: ISC */
#include "world.h"

#include "../council/script.h"
#include "base/alloc.h"
#include "base/quorum.h"
#include "council/charter_rules.h"
#include "crypto/sign.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((noreturn)) static void give_up(const char *what, const char *why)
{
    printf("Bail out! %s: %s\n", what, why);
    exit(99);
}

static void append(struct buffer *out, char *text)
{
    buffer_append(out, text, strlen(text));
    free(text);
}

static void write_seats(struct world *w, uint16_t seats)
{
    for (uint16_t seat = 1; seat <= seats; seat++) {
        uint8_t seed[32] = {0xd0, (uint8_t)seat};
        struct public_key key;
        char hex[2 * PUBLIC_KEY_BYTES + 1];
        w->secrets[seat - 1] = key_from_seed(seed);
        key_public(w->secrets[seat - 1], &key);
        hex_encode(hex, slice_of(key.bytes, sizeof(key.bytes)));
        append(&w->json,
               alloc_printf("%s{\"key\":\"%s\",\"address\":\"192.0.2.%u:1\",\"name\":"
                            "\"Delegate %u\",\"jurisdiction\":\"a\",\"speciality\":\"a\","
                            "\"vendor\":\"v%u\",\"model_family\":\"m%u\"}",
                            seat > 1 ? ",\n" : "", hex, seat, seat, seat % 4, seat % 4));
    }
}

void world_begin(struct world *w, uint16_t seats, const char *name)
{
    struct complaint why = {""};
    memset(w, 0, sizeof(*w));
    if (key_library_init() != 0) {
        give_up("sodium", "does not start");
    }
    append(&w->json, alloc_printf("{\"name\":\"%s\",\"created_ms\":1767225600000,"
                                  "\"timing\":{\"max_drift_ms\":10},\"seats\":[",
                                  name));
    write_seats(w, seats);
    append(&w->json,
           alloc_printf("],\"classes\":[{\"name\":\"reciprocity\",\"commit_ms\":1000,"
                        "\"reveal_ms\":500,\"grace_ms\":100},{\"name\":\"emergency\","
                        "\"commit_ms\":100,\"reveal_ms\":50,\"grace_ms\":10,"
                        "\"emergency\":true}]}\n"));
    if (charter_parse(buffer_slice(&w->json), &w->charter, &why) != 0) {
        give_up("the charter", why.text);
    }
    w->rules = council_rules_of(w->charter);
}

void world_end(struct world *w)
{
    for (uint16_t i = 0; i < w->charter->seat_count; i++) {
        key_free(w->secrets[i]);
    }
    charter_free(w->charter);
    buffer_free(&w->json);
}

void world_sign(const struct world *w, uint16_t seat, const char *label, struct slice body,
                struct signature *out)
{
    sign_body(w->secrets[seat - 1], label, &w->charter->council_id, body, out);
}

struct certificate *world_certificate(const struct world *w, const struct header *h,
                                      const struct hash *hash, uint16_t first)
{
    uint16_t seats = w->charter->seat_count, made = 0;
    uint16_t quorum = (uint16_t)quorum_size(seats);
    struct certificate *c = certificate_new(quorum);
    struct buffer body = {0};
    c->what = (struct best){CERTIFICATE_COMMIT, h->view, h->height, *hash};
    codec_body_vote(&body, h->view, h->height, hash);
    for (uint16_t seat = 1; seat <= seats; seat++) {
        if ((seat + seats - first) % seats < quorum) {
            c->entries[made].seat = seat;
            world_sign(w, seat, LABEL_COMMIT, buffer_slice(&body),
                       &c->entries[made++].signature);
        }
    }
    buffer_free(&body);
    return c;
}

/* --- a chain of blocks --- */

static void sign_envelope(void *context, uint16_t seat, const struct slice *operations,
                          size_t count, struct signature *out)
{
    struct buffer body = {0};
    struct hash root = hash_operations(operations, count);
    codec_body_envelope(&body, count, &root);
    world_sign(context, seat, LABEL_ENVELOPE, buffer_slice(&body), out);
    buffer_free(&body);
}

void chain_begin(struct chain *c, const struct world *w, const struct council_rules *rules,
                 struct ledger *ledger)
{
    struct council_summary now;
    memset(c, 0, sizeof(*c));
    c->world = w;
    c->ledger = ledger;
    c->council = council_new(rules != NULL ? rules : &w->rules);
    c->every = 1;
    c->is_signed = true;
    c->packing = PACKING_JOINED;
    c->tip = w->charter->council_id;
    council_summarize(c->council, &now);
    c->roots[0] = now.state_root;
}

void chain_end(struct chain *c)
{
    council_free(c->council);
}

static void index_events(struct chain *c)
{
    struct council_summary now;
    council_summarize(c->council, &now);
    c->roots[c->height] = now.state_root;
    ledger_put_effects(c->ledger, c->height, &now.effects);
    ledger_put_deeds(c->ledger, c->height, c->last.deeds);
    for (size_t i = 0; i < c->last.event_count; i++) {
        const struct council_event *e = &c->last.events[i];
        if (e->kind == COUNCIL_OPENED) {
            ledger_put_proposal(c->ledger, &e->proposal, c->height);
        } else if (e->kind == COUNCIL_FINAL) {
            ledger_put_record(c->ledger, c->records++, &e->proposal, c->height,
                              e->record_encoding);
        }
    }
}

/* An EVIDENCE of tests/council/build.h, whose two PREPAREs nobody has signed. */
static void sign_evidence(const struct world *w, struct buffer *encoding)
{
    struct operation op;
    struct buffer anew = {0};
    if (codec_decode_operation(buffer_slice(encoding), &op) != 0 ||
        op.kind != OPERATION_EVIDENCE) {
        return;
    }
    struct statement *const both[] = {&op.evidence.first, &op.evidence.second};
    for (size_t i = 0; i < 2; i++) {
        world_sign(w, op.seat, LABEL_PREPARE, both[i]->body, &both[i]->signature);
    }
    codec_encode_operation(&anew, &op);
    buffer_free(encoding);
    *encoding = anew;
}

void chain_block(struct chain *c, struct batch *batch, uint64_t time_ms)
{
    uint64_t covered = c->height > c->lag ? c->height - c->lag : 0;
    struct header header = {.height = c->height + 1,
                            .prev_hash = c->tip,
                            .view = c->view,
                            .time_ms = time_ms,
                            .executed_height = covered,
                            .state_root = c->roots[covered]};
    if (c->height == CHAIN_BLOCKS) {
        give_up("a chain", "too long");
    }
    batch->sign = c->is_signed ? sign_envelope : NULL;
    batch->context = (void *)(uintptr_t)c->world;
    for (size_t i = 0; i < batch->count && c->is_signed; i++) {
        sign_evidence(c->world, &batch->operations[i]);
    }
    struct block *b = batch_build(batch, header, c->packing);
    c->height++;
    c->tip = b->hash;
    ledger_append(c->ledger, b);
    council_apply(c->council, b, &c->last);
    index_events(c);
    if (c->height % c->every == 0) {
        uint16_t first = (uint16_t)(1 + c->height % c->world->charter->seat_count);
        struct certificate *k = world_certificate(c->world, &b->header, &b->hash, first);
        ledger_put_commit(c->ledger, k);
        certificate_unref(k);
    }
    block_unref(b);
}

void chain_tell(struct chain *c, const struct line *lines)
{
    struct script *s = alloc_zero(1, sizeof(*s));
    struct batch batch = {0};
    uint64_t time_ms = c->world->rules.created_ms;
    script_begin(s, &c->world->rules);
    for (; lines->block != NULL; lines++) {
        const char *colon = strchr(lines->block, ':');
        time_ms = c->world->rules.created_ms + strtoull(lines->block, NULL, 10);
        script_operations(s, colon + 1, &batch);
        chain_block(c, &batch, time_ms);
    }
    for (unsigned i = 0; i < 2 + c->lag; i++) {
        chain_block(c, &batch, ++time_ms);
    }
    script_end(s);
    free(s);
}
