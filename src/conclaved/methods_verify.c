/* SPDX-License-Identifier: ISC */
/* The method `verify`: what speaks for a block, computed anew from the bytes in the store
 * and the charter, whatever was found before. */
#include "conclaved/methods.h"

#include "base/quorum.h"
#include "conclaved/json.h"
#include "crypto/authenticate.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum {
    /* Blocks from this one to its certificate: more than a RANGE brings with one. */
    CHAIN_HEIGHTS = 4096,
    SHOWN_BYTES = 8, /* of a hash */
};

struct verifier {
    const struct node *n;
    uint64_t height;
    json_t *checks;
    bool good; /* so far */
};

static void say(struct verifier *v, const char *what, bool good, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void say(struct verifier *v, const char *what, bool good, const char *format, ...)
{
    struct complaint text;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text.text, sizeof(text.text), format, args);
    va_end(args);
    json_t *row = json_object();
    json_put(row, "what", json_string(what));
    json_put(row, "ok", json_boolean(good));
    json_put(row, "text", control_text(slice_of_string(text.text)));
    (void)json_array_append_new(v->checks, row);
    v->good = v->good && good;
}

/* "0123456789abcdef..." */
struct shown {
    char text[2 * SHOWN_BYTES + 4];
};

static struct shown show(const struct hash *h)
{
    struct shown s;
    hex_encode(s.text, slice_of(h->bytes, SHOWN_BYTES));
    (void)snprintf(s.text + 2 * SHOWN_BYTES, 4, "...");
    return s;
}

/* --- the block itself --- */

/* Who knows its hash from elsewhere: the block after it, or what this node works with. */
static void check_header(struct verifier *v, const struct block *b)
{
    bool newest = v->height == ledger_height(v->n->ledger);
    struct header next = {.prev_hash = *replica_tip(v->n->replica)};
    struct hash unused;
    int error = newest ? 0 : ledger_header(v->n->ledger, v->height + 1, &next, &unused);
    bool right = b->header.height == v->height && b->header.version == PROTOCOL_VERSION;
    if (!right) {
        say(v, "header", false, "it is of height %" PRIu64 " and version %" PRIu64,
            b->header.height, b->header.version);
    } else if (error != 0) {
        say(v, "header", false, "block %" PRIu64 " after it cannot be read: %s",
            v->height + 1, error_text(error));
    } else if (!hash_equal(&b->hash, &next.prev_hash)) {
        say(v, "header", false, "its hash is %s, but %s says %s", show(&b->hash).text,
            newest ? "this node" : "the block after it", show(&next.prev_hash).text);
    } else {
        say(v, "header", true, "its hash is %s, as %s says", show(&b->hash).text,
            newest ? "this node" : "the block after it");
    }
}

static void check_operations(struct verifier *v, const struct block *b,
                             const struct hash *ops_root)
{
    if (hash_equal(ops_root, &b->header.ops_root)) {
        say(v, "operations", true, "its envelopes (%u) give the header's ops_root %s",
            (unsigned)b->count, show(ops_root).text);
    } else {
        say(v, "operations", false,
            "its envelopes (%u) give %s, but the header's ops_root is %s",
            (unsigned)b->count, show(ops_root).text, show(&b->header.ops_root).text);
    }
}

static void check_parent(struct verifier *v, const struct block *b)
{
    struct header header;
    struct hash hash = v->n->charter->council_id;
    int error =
        v->height > 1 ? ledger_header(v->n->ledger, v->height - 1, &header, &hash) : 0;
    if (error != 0) {
        say(v, "parent", false, "block %" PRIu64 " cannot be read: %s", v->height - 1,
            error_text(error));
    } else if (!hash_equal(&hash, &b->header.prev_hash)) {
        say(v, "parent", false, "prev_hash is %s, but %s is %s",
            show(&b->header.prev_hash).text,
            v->height > 1 ? "the block before it" : "the council_id", show(&hash).text);
    } else {
        say(v, "parent", true, "prev_hash is %s, that of %s", show(&hash).text,
            v->height > 1 ? "the block before it" : "block 0, the council_id");
    }
}

/* --- what the council signed --- */

/* From the block up to the certified one, each names the one before it. NULL, or what is
 * wrong. */
static const char *what_breaks(const struct verifier *v, const struct block *b,
                               const struct certificate *c)
{
    struct hash last = b->hash;
    if (c->what.height > ledger_height(v->n->ledger)) {
        return "is of a block that is not here yet";
    }
    if (c->what.height - v->height > CHAIN_HEIGHTS) {
        return "is too far above to be followed";
    }
    for (uint64_t height = v->height + 1; height <= c->what.height; height++) {
        struct header header;
        struct hash hash;
        if (ledger_header(v->n->ledger, height, &header, &hash) != 0 ||
            !hash_equal(&header.prev_hash, &last)) {
            return "is of a block that does not follow from this one";
        }
        last = hash;
    }
    return hash_equal(&last, &c->what.block) ? NULL : "is of another block";
}

static int check_signatures(const struct charter *charter, const struct public_key *keys,
                            const struct certificate *c)
{
    /* A memory of its own, and empty: every signature is checked. */
    struct authenticator a = {.council_id = charter->council_id,
                              .seats = charter->seat_count,
                              .classes = charter->class_count,
                              .keys = keys,
                              .verified = verified_set_new(1)};
    int error = authenticate_certificate(&a, c);
    verified_set_free(a.verified);
    return error;
}

static void check_certificate(struct verifier *v, const struct block *b)
{
    struct public_key keys[SEATS_MAX];
    struct certificate *c = NULL;
    const struct charter *charter = v->n->charter;
    for (uint16_t i = 0; i < charter->seat_count; i++) {
        keys[i] = charter->seats[i].key;
    }
    int error = ledger_commit_of(v->n->ledger, v->height, &c);
    if (error != 0) {
        say(v, "certificate", false, "%s",
            error == CONCLAVE_ENOENT ? "there is none that covers it" : error_text(error));
        return;
    }
    error = check_signatures(charter, keys, c);
    const char *broken = error == 0 ? what_breaks(v, b, c) : NULL;
    unsigned quorum = quorum_size(charter->seat_count);
    if (error != 0) {
        say(v, "certificate", false, "that of height %" PRIu64 ", view %" PRIu64 ": %s",
            c->what.height, c->what.view,
            error == CONCLAVE_ESIG ? "a signature is not good"
                                   : "it is not of a quorum of different seats");
    } else if (broken != NULL) {
        say(v, "certificate", false, "that of height %" PRIu64 ", view %" PRIu64 " %s",
            c->what.height, c->what.view, broken);
    } else {
        say(v, "certificate", true,
            "%u different seats, %u needed, committed height %" PRIu64 " in view %" PRIu64
            "%s",
            (unsigned)c->count, quorum, c->what.height, c->what.view,
            c->what.height > v->height ? ", which follows from this block" : "");
    }
    certificate_unref(c);
}

static void check_block(struct verifier *v)
{
    struct bytes *encoding = NULL;
    struct block *b = NULL;
    int error = ledger_encoding(v->n->ledger, v->height, &encoding);
    if (error == 0) {
        error = codec_decode_block(encoding, bytes_slice(encoding), &b);
    }
    bytes_unref(encoding);
    if (error != 0) {
        say(v, "header", false, "what is stored is no block: %s", error_text(error));
        return;
    }
    struct hash ops_root = hash_block(b);
    check_header(v, b);
    check_operations(v, b, &ops_root);
    check_parent(v, b);
    check_certificate(v, b);
    block_unref(b);
}

/* Block 0 is the charter. */
static void check_genesis(struct verifier *v)
{
    const struct charter *c = v->n->charter;
    struct buffer encoding = {NULL, 0, 0};
    struct complaint why = {""};
    int error = charter_encode(bytes_slice(c->json), &encoding, &why);
    struct hash hash = hash_labelled(LABEL_CHARTER, buffer_slice(&encoding));
    buffer_free(&encoding);
    if (error != 0) {
        say(v, "genesis", false, "the charter cannot be encoded: %s", why.text);
    } else {
        bool same = hash_equal(&hash, &c->council_id);
        say(v, "genesis", same, "the charter's tree gives %s, the council_id is %s",
            show(&hash).text, show(&c->council_id).text);
    }
}

json_t *method_verify(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    uint64_t newest = ledger_height(n->ledger);
    struct parameters p;
    parameters_begin(&p, s, params);
    uint64_t height = parameters_number(&p, "height", 0, INT64_MAX, PARAMETER_REQUIRED);
    if (!parameters_end(&p)) {
        return NULL;
    }
    if (height > newest) {
        control_fail(s, CONTROL_NOT_FOUND,
                     "there is no block %" PRIu64 " yet; the newest is %" PRIu64, height,
                     newest);
        return NULL;
    }
    struct verifier v = {.n = n, .height = height, .checks = json_array(), .good = true};
    if (height == 0) {
        check_genesis(&v);
    } else {
        check_block(&v);
    }
    json_t *out = json_object();
    json_put(out, "height", json_number(height));
    json_put(out, "ok", json_boolean(v.good));
    json_put(out, "checks", v.checks);
    return out;
}
