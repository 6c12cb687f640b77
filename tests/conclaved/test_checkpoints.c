/* SPDX-License-Identifier: ISC */
/* What a node signs of the public log, and what it makes of the others' signatures. */
#define _GNU_SOURCE
#include "ask.h"
#include "base/clock.h"
#include "conclaved/flagging.h"
#include "crypto/checkpoint.h"
#include "hash/merkle.h"
#include "wire/shared.h"

enum { SEAT = 1, RECORDS = 2 };

static struct checkpoints *checkpoints;

static struct hash leaf_of(uint64_t index)
{
    struct bytes *record = NULL;
    struct hash leaf = {{0}};
    if (ledger_record(hand.node.ledger, index, &record) == 0) {
        leaf = merkle_leaf(bytes_slice(record));
    }
    bytes_unref(record);
    return leaf;
}

static void test_own(void)
{
    struct hash leaves[RECORDS] = {leaf_of(0), leaf_of(1)};
    struct hash root = merkle_root(leaves, RECORDS);
    const struct checkpoint_vote *own = &checkpoints->votes[SEAT - 1];
    struct public_key key;
    key_public(hand.key, &key);
    checkpoints_turn(&hand.node);
    ok(own->size == RECORDS && hash_equal(&own->root, &root),
       "it signs the tree of both decisions");
    is(checkpoint_check(&key, &hand.node.charter->council_id, own), 0, "with its key");
    ok(checkpoints->council.size == 0, "which is no quorum");
    struct checkpoint_vote before = *own;
    checkpoints->boundary_ms = 0;
    checkpoints_turn(&hand.node);
    ok(memcmp(&before, own, sizeof(before)) == 0, "and nothing new while none is decided");
}

/* Before the interval in which they became final has passed. */
static void test_too_early(void)
{
    hand.node.charter->publish_interval_ms = UINT64_MAX;
    checkpoints_turn(&hand.node);
    is((int64_t)checkpoints->votes[SEAT - 1].size, 0, "an interval goes before");
    hand.node.charter->publish_interval_ms = 60000;
}

static void test_others(void)
{
    struct checkpoint_vote v = checkpoints->votes[SEAT - 1], other = v;
    checkpoints_note(&hand.node, 2, &v);
    is((int64_t)checkpoints->council.size, 0, "two of four are no quorum");
    checkpoints_note(&hand.node, 3, &v);
    ok(checkpoints->council.size == RECORDS && checkpoints->council.count == 3 &&
           checkpoints->council.has[0] && !checkpoints->council.has[3],
       "three are");
    checkpoints_note(&hand.node, 4, &v);
    is(checkpoints->council.count, 4, "the last one is added");
    other.size = 1;
    checkpoints_note(&hand.node, 4, &other);
    is((int64_t)checkpoints->votes[3].size, RECORDS, "an older one changes nothing");
}

/* Paths and proofs of two leaves are short enough to be known. */
static void test_methods(void)
{
    struct hash leaves[RECORDS] = {leaf_of(0), leaf_of(1)};
    struct hash root = merkle_root(leaves, RECORDS);
    char hex[2 * HASH_BYTES + 1], sibling[sizeof(hex)];
    hex_encode(hex, slice_of(root.bytes, HASH_BYTES));
    hex_encode(sibling, slice_of(leaves[1].bytes, HASH_BYTES));
    json_t *a = ask("checkpoint", NULL);
    const char *note = json_string_value(at(a, "result.note"));
    ok(is_number(a, "result.size", RECORDS) && is_number(a, "result.own_size", RECORDS) &&
           is_number(a, "result.decisions", RECORDS) && is_text(a, "result.root", hex) &&
           json_array_size(at(a, "result.seats")) == 4,
       "checkpoint tells the council's");
    ok(note != NULL && strncmp(note, "conclave/", 9) == 0 &&
           strstr(note, "\n2\n") != NULL && strstr(note, "\n\n\u2014 conclave/") != NULL,
       "with its note");
    json_decref(a);
    a = ask("log.prove", "{\"index\":0}");
    ok(is_text(a, "result.root", hex) && json_array_size(at(a, "result.hashes")) == 1 &&
           is_text(a, "result.hashes.0", sibling),
       "log.prove gives the path");
    json_decref(a);
    a = ask("log.prove", "{\"index\":1,\"size\":1}");
    ok(is_number(a, "error.code", CONTROL_NOT_NOW), "a tree without that decision");
    json_decref(a);
    a = ask("log.prove", "{\"index\":0,\"size\":3}");
    ok(is_number(a, "error.code", CONTROL_INVALID_PARAMS), "a tree that is not there yet");
    json_decref(a);
    a = ask("log.consistency", "{\"first\":1}");
    ok(is_number(a, "result.second", RECORDS) && is_text(a, "result.second_root", hex) &&
           is_text(a, "result.hashes.0", sibling),
       "log.consistency gives the proof");
    json_decref(a);
    a = ask("log.consistency", "{\"first\":2,\"second\":1}");
    ok(is_number(a, "error.code", CONTROL_INVALID_PARAMS), "a log does not shrink");
    json_decref(a);
}

static void test_longer(void)
{
    struct checkpoint_vote v = {.size = RECORDS + 3};
    memset(v.root.bytes, 7, sizeof(v.root.bytes));
    checkpoints_note(&hand.node, 2, &v);
    checkpoints_note(&hand.node, 3, &v);
    is((int64_t)checkpoints->council.size, RECORDS, "what is not a quorum's is not taken");
    checkpoints_note(&hand.node, 4, &v);
    ok(checkpoints->council.size == RECORDS + 3 && checkpoints->council.count == 3,
       "a quorum's is, though this node is not as far");
    ok(flags_open(hand.node.flagging->book, FLAG_CHECKPOINT, 2) == NULL,
       "and cannot be compared");
}

static void test_fork(void)
{
    struct checkpoint_vote v = checkpoints->votes[SEAT - 1];
    v.root.bytes[0] ^= 1;
    memset(&checkpoints->votes[1], 0, sizeof(checkpoints->votes[1]));
    checkpoints_note(&hand.node, 2, &v);
    const struct flag *flag = flags_open(hand.node.flagging->book, FLAG_CHECKPOINT, 2);
    ok(flag != NULL &&
           strcmp(flag->text, "signed another tree of 2 decisions than this node has") == 0,
       "another tree of the same size is flagged");
    json_t *evidence = NULL;
    is(flag != NULL ? flag_evidence(&hand.node, flag, &evidence) : -1, 0, "its evidence");
    ok(json_integer_value(json_object_get(evidence, "size")) == RECORDS &&
           json_is_string(json_object_get(evidence, "own_root")) &&
           !json_equal(json_object_get(evidence, "root"),
                       json_object_get(evidence, "own_root")),
       "shows both roots");
    json_decref(evidence);
}

static json_t *shown_of(uint16_t seat)
{
    json_t *evidence = NULL;
    const struct flag *flag = flags_open(hand.node.flagging->book, FLAG_CHECKPOINT, seat);
    if (flag != NULL) {
        (void)flag_evidence(&hand.node, flag, &evidence);
    }
    return evidence;
}

static bool evidence_is_of(uint16_t seat, json_int_t size)
{
    json_t *evidence = shown_of(seat);
    bool good = evidence != NULL &&
                json_integer_value(json_object_get(evidence, "size")) == size &&
                json_is_string(json_object_get(evidence, "own_root"));
    json_decref(evidence);
    return good;
}

/* A liar signs one false tree after the other, and a true one at the end. */
static void test_liar(void)
{
    struct checkpoint_vote v = {.size = RECORDS - 1};
    memset(checkpoints, 0, sizeof(*checkpoints));
    for (unsigned i = 0; i < 1000; i++) {
        memcpy(v.root.bytes, &i, sizeof(i));
        checkpoints_note(&hand.node, 4, &v);
    }
    const struct flag *flag = flags_open(hand.node.flagging->book, FLAG_CHECKPOINT, 4);
    ok(flag != NULL && flag->count == 1, "of a thousand false trees one is told");
    v.size = RECORDS;
    v.root = merkle_root((struct hash[]){leaf_of(0), leaf_of(1)}, RECORDS);
    checkpoints_note(&hand.node, 4, &v);
    is((int64_t)checkpoints->votes[3].size, RECORDS, "a true one counts again");
    ok(evidence_is_of(4, RECORDS - 1), "and the evidence of the false one stays");
}

/* It changes its mind about a tree that others sign. */
static void test_retracted(void)
{
    struct checkpoint_vote v, other;
    memset(checkpoints, 0, sizeof(*checkpoints));
    checkpoints_turn(&hand.node);
    v = other = checkpoints->votes[SEAT - 1];
    other.root.bytes[0] ^= 1;
    checkpoints_note(&hand.node, 2, &v);
    checkpoints_note(&hand.node, 2, &other);
    checkpoints_note(&hand.node, 3, &v);
    is((int64_t)checkpoints->council.size, RECORDS, "what a seat signed stays signed");
    ok(evidence_is_of(2, RECORDS), "and that it signed another tree is seen");
}

/* What lies ahead of this node is looked at when it has come so far. */
static void test_ahead(void)
{
    struct checkpoint_vote v = {.size = RECORDS}, later = {.size = UINT64_MAX};
    flagging_clear(&hand.node, FLAG_CHECKPOINT, 3);
    memset(checkpoints, 0, sizeof(*checkpoints));
    checkpoints->ahead[2] = v;
    checkpoints_note(&hand.node, 3, &later);
    is((int64_t)checkpoints->ahead[2].size, RECORDS, "the first that lies ahead is kept");
    checkpoints_turn(&hand.node);
    ok(evidence_is_of(3, RECORDS), "and compared when this node has the tree");
    is((int64_t)checkpoints->ahead[2].size, 0, "once");
    checkpoints_note(&hand.node, 2, &later);
    is((int64_t)checkpoints->ahead[1].size, -1, "any number can be signed");
}

/* The clock was a day ahead for a moment. */
static void test_clock(void)
{
    memset(checkpoints, 0, sizeof(*checkpoints));
    checkpoints->boundary_ms = clock_wall_ms() + 24 * 3600 * (uint64_t)1000;
    checkpoints_turn(&hand.node);
    is((int64_t)checkpoints->votes[SEAT - 1].size, RECORDS,
       "a clock that was ahead does not stop it");
}

int main(void)
{
    ask_begin();
    (void)log_open("stderr", LOG_LEVEL_ERROR, NULL);
    checkpoints = &hand.node.checkpoints;
    test_too_early();
    test_own();
    test_others();
    test_methods();
    test_longer();
    test_fork();
    test_liar();
    test_retracted();
    test_ahead();
    test_clock();
    ask_end();
    return tap_done();
}
