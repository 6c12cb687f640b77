/* SPDX-License-Identifier: ISC */
/*
 * conclave fsck: beside a node that works, of a stopped one, of a backup; and of stores in
 * which one thing is not as the ledger says, each with a good checksum, so that only the
 * replay can tell.
 */
#define _GNU_SOURCE
#include "history.h"
#include "live.h"
#include "tap.h"

#include "base/alloc.h"
#include "hash/hash.h"
#include "ledger/store.h"
#include "ledger/values.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MS = 30000, SEATS = 4, ROUNDS = 4, CHECKED = 3 };

static struct history history;

/* Runs conclave fsck with --json; the answer is the caller's. */
static json_t *fsck(struct live *l, int status, const char *const *words)
{
    const char *argv[12] = {"conclave", "fsck", "--json"};
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[3 + i] = words[i];
    }
    struct live_output o = live_run(l, WAIT_MS, argv);
    json_t *answer = json_loads(o.out, 0, NULL);
    if (o.status != status || answer == NULL) {
        printf("# fsck: %d, expected %d\n# %s\n# %s\n", o.status, status, o.out, o.err);
        json_decref(answer);
        answer = NULL;
    }
    live_output_free(&o);
    return answer;
}

static json_int_t number(const json_t *answer, const char *name)
{
    return json_integer_value(json_object_get(answer, name));
}

static void check_beside(struct live *l)
{
    for (int i = 0; i < ROUNDS; i++) {
        for (unsigned seat = 1; seat <= SEATS; seat++) {
            (void)history_propose(&history, l, seat);
        }
        json_t *a =
            fsck(l, 0, (const char *[]){"--socket", live_seat(l, CHECKED)->socket, NULL});
        ok(json_is_true(json_object_get(a, "ok")) &&
               number(a, "blocks") == number(a, "height"),
           "beside a node that works, %lld blocks", (long long)number(a, "blocks"));
        is((int64_t)json_array_size(json_object_get(a, "notes")), 0,
           "with nothing to note");
        json_decref(a);
    }
}

/* --- stores that are not as they were --- */

struct damage {
    const char *name;
    void (*make)(struct store *s, uint64_t height);
    const char *what; /* of the difference */
    bool quick;       /* whether it is found without signatures */
    int height;       /* the difference's is this much beside the height given; -1: any */
};

static void key_of(uint8_t key[8], uint64_t number)
{
    value_key_number(key, number);
}

static void put(struct store *s, enum store_table table, uint64_t number,
                struct slice value)
{
    uint8_t key[8];
    key_of(key, number);
    store_put(s, table, slice_of(key, sizeof(key)), value);
}

static struct bytes *get(struct store *s, enum store_table table, uint64_t number)
{
    uint8_t key[8];
    struct bytes *value = NULL;
    key_of(key, number);
    (void)store_get(s, table, slice_of(key, sizeof(key)), &value);
    return value;
}

static void other_block(struct store *s, uint64_t height)
{
    struct bytes *next = get(s, STORE_BLOCKS, height + 1);
    put(s, STORE_BLOCKS, height, bytes_slice(next));
    bytes_unref(next);
}

static void no_block(struct store *s, uint64_t height)
{
    uint8_t key[8];
    key_of(key, height);
    store_delete(s, STORE_BLOCKS, slice_of(key, sizeof(key)));
}

/* The first block from there on with a signed envelope, hashed; NULL: none. */
static struct block *signed_block(struct store *s, uint64_t *height)
{
    struct block *b = NULL;
    for (struct bytes *value; (value = get(s, STORE_BLOCKS, *height)) != NULL; ++*height) {
        int error = codec_decode_block(value, bytes_slice(value), &b);
        bytes_unref(value);
        if (error == 0 && b->count > 0 && b->envelopes[0]->sort == ENVELOPE_SIGNED) {
            (void)hash_block(b);
            return b;
        }
        block_unref(b);
        b = NULL;
    }
    return NULL;
}

static void rebuild(struct store *s, struct block *b)
{
    struct header header = b->header;
    struct block *other = hash_build_block(&header, b->envelopes, b->count);
    put(s, STORE_BLOCKS, header.height, other->encoding);
    block_unref(other);
    block_unref(b);
}

/* The block is whole in itself, with another signature in it. */
static void forged_envelope(struct store *s, uint64_t height)
{
    struct block *b = signed_block(s, &height), *other = NULL;
    struct bytes *copy = bytes_copy(b->encoding);
    const struct signature *good = &b->envelopes[0]->signature;
    uint8_t *at = memmem(copy->data, copy->size, good->bytes, sizeof(good->bytes));
    at[3] ^= 1;
    if (codec_decode_block(copy, bytes_slice(copy), &other) == 0) {
        other->header.ops_root = hash_block(other);
        rebuild(s, other);
    }
    bytes_unref(copy);
    block_unref(b);
}

static void other_root(struct store *s, uint64_t height)
{
    struct block *b = signed_block(s, &height);
    b->header.state_root.bytes[0] ^= 1;
    rebuild(s, b);
}

static void other_parent(struct store *s, uint64_t height)
{
    struct block *b = signed_block(s, &height);
    b->header.prev_hash.bytes[0] ^= 1;
    rebuild(s, b);
}

/* The certificate that covers the height, with its key in *at. */
static struct certificate *certificate_at(struct store *s, uint64_t height, uint64_t *at)
{
    struct store_entry e = {0};
    struct certificate *c = NULL;
    uint8_t key[8];
    key_of(key, height);
    if (store_first(s, STORE_CERTIFICATES, slice_of(key, sizeof(key)), &e) == 0) {
        *at = value_key_read(e.key);
        (void)codec_decode_certificate(bytes_slice(e.value), &c);
    }
    store_entry_clear(&e);
    return c;
}

static void put_certificate(struct store *s, uint64_t at, struct certificate *c)
{
    struct buffer out = {NULL, 0, 0};
    codec_encode_certificate(&out, c);
    put(s, STORE_CERTIFICATES, at, buffer_slice(&out));
    buffer_free(&out);
    certificate_unref(c);
}

static void forged_certificate(struct store *s, uint64_t height)
{
    uint64_t at = 0;
    struct certificate *c = certificate_at(s, height, &at);
    c->entries[1].signature.bytes[7] ^= 1;
    put_certificate(s, at, c);
}

static void other_certificate(struct store *s, uint64_t height)
{
    uint64_t at = 0;
    struct certificate *c = certificate_at(s, height, &at);
    c->what.block.bytes[0] ^= 1;
    put_certificate(s, at, c);
}

static void no_certificates(struct store *s, uint64_t height)
{
    uint64_t at = 0;
    for (struct certificate *c; (c = certificate_at(s, height, &at)) != NULL;) {
        uint8_t key[8];
        key_of(key, at);
        store_delete(s, STORE_CERTIFICATES, slice_of(key, sizeof(key)));
        certificate_unref(c);
    }
}

static void other_record(struct store *s, uint64_t height)
{
    struct bytes *record = get(s, STORE_RECORDS, 1);
    (void)height;
    put(s, STORE_RECORDS, 0, bytes_slice(record));
    bytes_unref(record);
}

static uint64_t last_record(struct store *s)
{
    struct store_entry e = {0};
    uint64_t number = store_last(s, STORE_RECORDS, &e) == 0 ? value_key_read(e.key) : 0;
    store_entry_clear(&e);
    return number;
}

static void one_record_more(struct store *s, uint64_t height)
{
    uint64_t last = last_record(s);
    struct bytes *record = get(s, STORE_RECORDS, last);
    (void)height;
    put(s, STORE_RECORDS, last + 1, bytes_slice(record));
    bytes_unref(record);
}

/* The entry of the first proposal of the index, changed, or under another id. */
static void change_index(struct store *s, bool other_id, uint64_t opened, uint64_t final)
{
    struct store_entry e = {0};
    struct ledger_proposal p;
    struct buffer out = {NULL, 0, 0};
    if (store_first(s, STORE_PROPOSALS, SLICE_NONE, &e) == 0 &&
        value_get_proposal(bytes_slice(e.value), &p) == 0) {
        p.propose_height += opened;
        p.final_height += final;
        e.key[0] ^= other_id;
        value_put_proposal(&out, &p);
        store_put(s, STORE_PROPOSALS, slice_of(e.key, e.key_size), buffer_slice(&out));
    }
    buffer_free(&out);
    store_entry_clear(&e);
}

static void other_height(struct store *s, uint64_t height)
{
    (void)height;
    change_index(s, false, 1, 0);
}

static void other_final(struct store *s, uint64_t height)
{
    (void)height;
    change_index(s, false, 0, 1);
}

static void unknown_proposal(struct store *s, uint64_t height)
{
    (void)height;
    change_index(s, true, 0, 0);
}

static void foreign_vote(struct store *s, uint64_t height)
{
    struct vote v = {.seat = CHECKED, .view = 1, .height = height, .phase = PHASE_COMMIT};
    struct buffer out = {NULL, 0, 0};
    uint8_t key[VOTE_KEY_BYTES];
    value_key_vote(key, &v);
    value_put_vote(&out, &v);
    store_put(s, STORE_VOTES, slice_of(key, sizeof(key)), buffer_slice(&out));
    buffer_free(&out);
}

static const struct damage damages[] = {
    {"another block in its place", other_block, "block", true, 0},
    {"a block that is missing", no_block, "block", true, 0},
    {"an envelope with a bad signature", forged_envelope, "signatures", true, -1},
    {"a state root that is not so", other_root, "state", true, -1},
    {"a block that follows another one", other_parent, "parent", true, -1},
    {"a certificate with a bad signature", forged_certificate, "certificate", false, -1},
    {"a certificate of another block", other_certificate, "certificate", true, -1},
    {"no certificates from there on", no_certificates, "certificate", true, -1},
    {"another record", other_record, "record", true, -1},
    {"a record too many", one_record_more, "record", true, -1},
    {"an index that looks elsewhere", other_height, "index", true, -1},
    {"an index with another end", other_final, "index", true, -1},
    {"a proposal that was never put", unknown_proposal, "index", true, -1},
    {"a vote that the seat did not sign", foreign_vote, "own", false, -1},
};

static char *copy_store(struct live *l, const char *name)
{
    char *dir = alloc_printf("%s/%s", l->dir, name);
    const char *argv[] = {"/bin/cp", "-a", live_seat(l, CHECKED)->data, dir, NULL};
    struct live_output o = live_run(l, WAIT_MS, argv);
    ok(o.status == 0, "a copy");
    live_output_free(&o);
    return dir;
}

static void check_damage(struct live *l, const struct damage *d, uint64_t height)
{
    struct complaint why = {""};
    struct store *s = NULL;
    char *dir = copy_store(l, "damaged");
    if (store_open(dir, STORE_WRITE, &s, &why) == 0) {
        d->make(s, height);
        ok(store_commit(s) == 0, "in a copy: %s", d->name);
        store_close(s);
    }
    const char *words[] = {"--data", dir, "--charter", l->charter_path, NULL, NULL};
    json_t *a = fsck(l, 1, words);
    const json_t *difference = json_object_get(a, "difference");
    const char *what = json_string_value(json_object_get(difference, "what"));
    const char *text = json_string_value(json_object_get(difference, "text"));
    ok(what != NULL && strcmp(what, d->what) == 0 &&
           (d->height < 0 ||
            number(difference, "height") == (json_int_t)height + d->height),
       "is found: %s, height %lld: %s", what != NULL ? what : "-",
       (long long)number(difference, "height"), text != NULL ? text : "-");
    json_decref(a);
    words[4] = "--quick";
    a = fsck(l, d->quick ? 1 : 0, words);
    ok(a != NULL, "%s without signatures", d->quick ? "also" : "but not");
    json_decref(a);
    const char *remove[] = {"/bin/rm", "-r", dir, NULL};
    struct live_output o = live_run(l, WAIT_MS, remove);
    live_output_free(&o);
    free(dir);
}

static void check_text(struct live *l)
{
    char *dir = copy_store(l, "cut");
    char *data = alloc_printf("%s/data.mdb", dir);
    const char *argv[] = {"conclave", "fsck", "--config", live_seat(l, CHECKED)->config,
                          NULL};
    struct live_output o = live_run(l, WAIT_MS, argv);
    ok(o.status == 0 && strstr(o.out, "all is as the ledger says") != NULL &&
           strstr(o.out, "note") == NULL && *o.err == '\0',
       "in words, of a stopped node");
    live_output_free(&o);
    const char *copy[] = {"conclave",  "fsck",          "--data", dir,
                          "--charter", l->charter_path, NULL};
    o = live_run(l, WAIT_MS, copy);
    ok(o.status == 0 && strstr(o.out, "is not the file") != NULL,
       "a copy is good, and known for one");
    live_output_free(&o);
    ok(truncate(data, 9000) == 0, "a file is cut");
    o = live_run(l, WAIT_MS, copy);
    ok(o.status == 1 && strstr(o.err, "damaged") != NULL,
       "that is found at the opening: %s", o.err);
    live_output_free(&o);
    const char *both[] = {"conclave", "fsck", "--data", dir, NULL};
    o = live_run(l, WAIT_MS, both);
    ok(o.status == 2, "a store without a charter is no question");
    live_output_free(&o);
    free(data);
    free(dir);
}

int main(void)
{
    struct live_options o = {.seats = SEATS};
    live_limit(150);
    struct live *l = live_new(&o);
    ok(live_start_council(l), "a council of %d", SEATS);
    live_agent_set(l, 0, history_approve, NULL);
    check_beside(l);
    is(history_missing(&history, l, WAIT_MS), 0, "everything acknowledged is decided");
    uint64_t height = (uint64_t)live_number(l, CHECKED, "height") / 2;
    is(live_stop(l, CHECKED, WAIT_MS), 0, "a node is stopped");
    check_text(l);
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        check_damage(l, &damages[i], height);
    }
    if (tap_failures > 0) {
        live_show_logs(l, 5);
    }
    ok(live_quiet(l), "nothing on standard error");
    live_free(l);
    return tap_done();
}
