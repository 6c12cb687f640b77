/* SPDX-License-Identifier: ISC */
/*
 * A seat that sends too much of everything: what is cheap to ask and dear to answer, what
 * is cheap to sign and dear to check, and what is to be remembered.
 */
#include "scene.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

enum { LIMIT_S = 600, FLOOD_MS = 300, QUEUED_MAX = 2 * MIB, MEMORY_MIB = 256 };

static int flood_ms(void)
{
    return scene_is_long() ? 15000 : FLOOD_MS;
}

/* The flood runs while a proposal is decided. */
static void flood(struct scene *s, const char *name, evil_step *step, void *context,
                  unsigned memory_mib)
{
    scene_begin(s, name);
    unsigned connected = evil_connect_all(s->e);
    ok(connected == s->seats - 1, "%s: connected to everyone", name);
    pid_t pid = evil_fork(s->e, step, context);
    live_pump(s->l, flood_ms());
    scene_check(s, name, memory_mib);
    evil_stop(s->e, pid);
}

static bool has_room(struct evil *e, uint16_t victim)
{
    return evil_is_up(e, victim) && evil_unsent(e, victim) < QUEUED_MAX;
}

/* Closed channels are opened again, as fast as the victim lets it. */
static void reopen(struct evil *e, uint16_t victim)
{
    if (!evil_is_up(e, victim) && victim != e->seat) {
        (void)evil_connect(e, victim);
    }
}

/* --- questions --- */

/* The same small message again and again. */
struct question {
    struct message message;
    unsigned at_once;
};

static void ask(struct evil *e, void *context, uint64_t round)
{
    const struct question *q = context;
    struct buffer content = {0}, many = {0};
    (void)round;
    codec_encode_message(&content, &q->message);
    uint8_t head[] = {0, 0, (uint8_t)(content.size >> 8), (uint8_t)content.size};
    for (unsigned i = 0; i < q->at_once; i++) {
        buffer_append(&many, head, sizeof(head));
        buffer_append_slice(&many, buffer_slice(&content));
    }
    for (uint16_t v = 1; v <= e->seats; v++) {
        reopen(e, v);
        if (has_room(e, v)) {
            evil_bytes(e, v, buffer_slice(&many));
        }
    }
    buffer_free(&many);
    buffer_free(&content);
}

/* A few MiB of ledger, so that answers are long. */
static void fill_ledger(struct scene *s)
{
    char *text = alloc_zero(1, 60001);
    memset(text, 'a', 60000);
    for (unsigned i = 0; i < (scene_is_long() ? 40 : 12); i++) {
        char title[32];
        (void)snprintf(title, sizeof(title), "long %u", i);
        json_decref(live_call(
            s->l, 1 + i % (s->seats - 1), "propose",
            json_pack("{s:s,s:s,s:s}", "class", "test", "title", title, "text", text)));
        live_pump(s->l, 30);
    }
    free(text);
    live_pump(s->l, 1000);
    printf("# the ledger has %lld blocks\n",
           (long long)live_number(s->l, scene_friend(s), "height"));
}

static void test_fetch_range(struct scene *s)
{
    struct question q = {{.tag = MESSAGE_FETCH_RANGE, .fetch_range = {1}}, 2000};
    flood(s, "a storm of FETCH_RANGE", ask, &q, MEMORY_MIB);
}

static void test_fetch_block(struct scene *s)
{
    unsigned at = scene_friend(s);
    json_t *blocks = live_call(s->l, at, "blocks", json_pack("{s:i}", "limit", 100));
    json_t *row, *list = json_object_get(blocks, "blocks");
    struct question q = {{.tag = MESSAGE_FETCH_BLOCK}, 2000};
    json_int_t most = -1;
    size_t i;
    json_array_foreach(list, i, row)
    {
        json_int_t bytes = json_integer_value(json_object_get(row, "bytes"));
        if (bytes > most) {
            const char *hex = json_string_value(json_object_get(row, "hash"));
            most = bytes;
            q.message.fetch_block.height =
                (uint64_t)json_integer_value(json_object_get(row, "height"));
            (void)hex_decode(q.message.fetch_block.hash.bytes, HASH_BYTES, hex,
                             strlen(hex));
        }
    }
    printf("# the largest block has %lld bytes\n", (long long)most);
    json_decref(blocks);
    flood(s, "a storm of FETCH_BLOCK", ask, &q, MEMORY_MIB);
}

static void test_fetch_new_view(struct scene *s)
{
    struct question q = {{.tag = MESSAGE_FETCH_NEW_VIEW, .fetch_new_view = {0}}, 8000};
    flood(s, "a storm of FETCH_NEW_VIEW", ask, &q, MEMORY_MIB);
}

/* --- heartbeats, votes, view changes --- */

static void beat(struct evil *e, void *context, uint64_t round)
{
    (void)context;
    for (uint16_t v = 1; v <= e->seats; v++) {
        reopen(e, v);
        for (unsigned i = 0; i < 500 && has_room(e, v); i++) {
            evil_heartbeat(e, v, round, (uint64_t)1 << 63);
        }
    }
}

static void vote(struct evil *e, void *context, uint64_t round)
{
    const struct hash block = signers_hash((uint8_t)round);
    (void)context;
    for (uint16_t v = 1; v <= e->seats; v++) {
        reopen(e, v);
    }
    for (uint64_t i = 0; i < 100; i++) {
        uint64_t n = round * 100 + i;
        uint64_t height = i % 4 == 0 ? (uint64_t)1 << 63 : i % 4 == 1 ? UINT64_MAX : n;
        uint64_t view = i % 3 == 0 ? ((uint64_t)1 << 63) + n : i % 3 == 1 ? n : UINT64_MAX;
        if (evil_unsent(e, 0) < QUEUED_MAX) {
            evil_vote(e, 0, (enum phase)(i % 2), view, height, &block);
        }
    }
}

static void leave_view(struct evil *e, void *context, uint64_t round)
{
    (void)context;
    for (uint16_t v = 1; v <= e->seats; v++) {
        reopen(e, v);
    }
    for (uint64_t i = 0; i < 100 && evil_unsent(e, 0) < QUEUED_MAX; i++) {
        evil_view_change(e, 0, 1 + round * 100 + i + (round % 2 ? (uint64_t)1 << 63 : 0));
    }
}

/* --- what costs to check --- */

static void accuse(struct evil *e, void *context, uint64_t round)
{
    enum { COUNT = 1000 };
    (void)context;
    for (uint16_t v = 1; v <= e->seats; v++) {
        reopen(e, v);
    }
    for (uint64_t i = 0; i < COUNT && evil_unsent(e, 0) < QUEUED_MAX; i++) {
        struct operation op = evil_evidence(e, round * COUNT + i);
        evil_envelope(e, 0, e->seat, &op, 1);
    }
}

/* Blocks that nobody asked for, full of the seat's own signatures. */
static void push_blocks(struct evil *e, void *context, uint64_t round)
{
    enum { ENVELOPES = BLOCK_ENVELOPES_MAX };
    static struct envelope *envelopes[ENVELOPES];
    (void)context;
    for (uint16_t v = 1; v <= e->seats; v++) {
        reopen(e, v);
    }
    if (evil_unsent(e, 0) > QUEUED_MAX) {
        return;
    }
    for (unsigned i = 0; i < ENVELOPES; i++) {
        struct operation op = signers_ballot(e->seat, (uint8_t)i, (uint8_t)(i >> 8));
        op.ballot.commitment.bytes[3] = (uint8_t)round;
        envelopes[i] = signers_envelope(&e->signers, e->seat, e->seat, &op, 1);
        hash_envelope(envelopes[i]);
    }
    struct header h = {.version = PROTOCOL_VERSION, .height = 1000, .time_ms = 1};
    struct message m = {.tag = MESSAGE_BLOCK};
    m.block = hash_build_block(&h, envelopes, ENVELOPES);
    evil_send(e, 0, &m);
    block_unref(m.block);
    for (unsigned i = 0; i < ENVELOPES; i++) {
        envelope_unref(envelopes[i]);
    }
}

/* --- what would be remembered --- */

/* REVEALs of unknown proposals in another seat's name, as many as fit. */
static void junk_reveals(struct evil *e, void *context, uint64_t round)
{
    static struct operation ops[ENVELOPE_OPERATIONS_MAX];
    uint16_t name = (uint16_t)(1 + round % e->seats);
    (void)context;
    for (uint16_t v = 1; v <= e->seats; v++) {
        reopen(e, v);
    }
    for (unsigned i = 0; i < ENVELOPE_OPERATIONS_MAX; i++) {
        ops[i] = (struct operation){.kind = OPERATION_REVEAL, .seat = name};
        memcpy(ops[i].reveal.proposal.bytes, &round, sizeof(round));
        memcpy(ops[i].reveal.nonce, &i, sizeof(i));
        ops[i].reveal.ballot.choice = CHOICE_APPROVE;
    }
    if (evil_unsent(e, 0) < QUEUED_MAX) {
        evil_envelope(e, 0, name, ops, ENVELOPE_OPERATIONS_MAX);
    }
}

static void unknown_ballots(struct evil *e, void *context, uint64_t round)
{
    static struct operation ops[ENVELOPE_OPERATIONS_MAX];
    (void)context;
    for (uint16_t v = 1; v <= e->seats; v++) {
        reopen(e, v);
    }
    for (unsigned i = 0; i < ENVELOPE_OPERATIONS_MAX; i++) {
        ops[i] = signers_ballot(e->seat, (uint8_t)i, 1);
        memcpy(ops[i].ballot.proposal.bytes, &round, sizeof(round));
        memcpy(ops[i].ballot.commitment.bytes, &i, sizeof(i));
    }
    if (evil_unsent(e, 0) < QUEUED_MAX) {
        evil_envelope(e, 0, e->seat, ops, ENVELOPE_OPERATIONS_MAX);
    }
}

/* Proposals far beyond the quota, the largest there are. */
static void proposals(struct evil *e, void *context, uint64_t round)
{
    static uint8_t text[TEXT_MAX];
    (void)context;
    for (uint16_t v = 1; v <= e->seats; v++) {
        reopen(e, v);
    }
    if (evil_unsent(e, 0) > QUEUED_MAX) {
        return;
    }
    memset(text, 'x', sizeof(text));
    struct operation op = {.kind = OPERATION_PROPOSE, .seat = e->seat};
    op.propose.title = slice_of_string("flood");
    op.propose.text = slice_of(text, sizeof(text));
    op.propose.nonce = slice_of(&round, sizeof(round));
    evil_envelope(e, 0, e->seat, &op, 1);
}

static const struct {
    const char *name;
    evil_step *step;
    bool is_long;
} floods[] = {
    {"heartbeats that claim 2^63", beat, false},
    {"absurd votes", vote, false},
    {"ever higher VIEW-CHANGEs", leave_view, false},
    {"blocks that nobody wants", push_blocks, false},
    {"junk REVEALs in others' names", junk_reveals, false},
    {"ballots on unknown proposals", unknown_ballots, false},
    {"proposals beyond the quota", proposals, true},
    {"EVIDENCE by the thousand", accuse, false}, /* the last: it ends in a conviction */
};

/* With an argument: only the floods whose names hold it. */
int main(int argc, char **argv)
{
    const char *only = argc > 1 ? argv[1] : "";
    live_limit(LIMIT_S);
    struct scene *s = scene_new(4, 4, SCENE_TIMING, NULL);
    if (strstr("FETCH", only) != NULL) {
        fill_ledger(s);
        test_fetch_range(s);
        test_fetch_block(s);
        test_fetch_new_view(s);
    }
    for (size_t i = 0; i < sizeof(floods) / sizeof(floods[0]); i++) {
        if (strstr(floods[i].name, only) != NULL &&
            (scene_is_long() || argc > 1 || !floods[i].is_long)) {
            flood(s, floods[i].name, floods[i].step, NULL, MEMORY_MIB);
        }
    }
    scene_free(s);
    return tap_done();
}
