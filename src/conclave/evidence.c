/* SPDX-License-Identifier: ISC */
/* `evidence`: what the node says is not believed, but computed anew. */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/node.h"

#include "base/alloc.h"
#include "crypto/authenticate.h"
#include "hash/hash.h"
#include "hash/merkle.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

enum { SEATS_LIMIT = 128, PROOF_BYTES_MAX = 65536 };

/* One of the two statements as it was signed: byte length of label || label || council_id
 * || body, for any program that checks Ed25519. */
struct signed_text {
    struct buffer bytes;
    struct signature signature;
    bool good;
};

static const char *label_of(enum evidence_kind kind)
{
    switch (kind) {
    case EVIDENCE_PREPARE:
        return LABEL_PREPARE;
    case EVIDENCE_COMMIT:
        return LABEL_COMMIT;
    case EVIDENCE_NEW_VIEW:
        return LABEL_NEW_VIEW;
    case EVIDENCE_BALLOT:
        return LABEL_ENVELOPE;
    }
    return "";
}

/* A BALLOT was signed as a leaf under the root of its envelope. */
static int ballot_body(const struct statement *s, struct buffer *out)
{
    struct hash path[MERKLE_PATH_MAX], root;
    struct hash leaf = merkle_leaf(s->ballot);
    if (s->path.size > sizeof(path)) {
        return CONCLAVE_EFORMAT;
    }
    if (s->path.size > 0) {
        memcpy(path, s->path.data, s->path.size);
    }
    int error =
        merkle_climb(&leaf, s->index, s->count, path, s->path.size / HASH_BYTES, &root);
    if (error == 0) {
        codec_body_envelope(out, s->count, &root);
    }
    return error;
}

static void check_statement(enum evidence_kind kind, const struct statement *s,
                            const struct hash *council_id, const struct public_key *key,
                            struct signed_text *out)
{
    struct buffer body = {NULL, 0, 0};
    const char *label = label_of(kind);
    uint8_t size = (uint8_t)strlen(label);
    int error = 0;
    if (kind == EVIDENCE_BALLOT) {
        error = ballot_body(s, &body);
    } else {
        buffer_append_slice(&body, s->body);
    }
    out->signature = s->signature;
    buffer_append(&out->bytes, &size, 1);
    buffer_append(&out->bytes, label, size);
    buffer_append(&out->bytes, council_id->bytes, sizeof(council_id->bytes));
    buffer_append_slice(&out->bytes, buffer_slice(&body));
    out->good = error == 0 && sign_verify(key, label, council_id, buffer_slice(&body),
                                          &s->signature) == 0;
    buffer_free(&body);
}

static bool read_hex(const json_t *object, const char *name, uint8_t *out, size_t size)
{
    const char *text = member_text(object, name);
    return strlen(text) == 2 * size && hex_decode(out, size, text, 2 * size) == 0;
}

/* --- one proof --- */

struct proof {
    struct signed_text first, second;
    bool good;
};

static bool check_operation(struct slice encoding, uint16_t seat,
                            const struct hash *council_id, const struct public_key *key,
                            struct proof *out)
{
    struct operation op;
    if (codec_decode_operation(encoding, &op) != 0 || op.kind != OPERATION_EVIDENCE ||
        op.seat != seat || authenticate_conflict(op.seat, &op.evidence) != 0) {
        return false;
    }
    check_statement(op.evidence.kind, &op.evidence.first, council_id, key, &out->first);
    check_statement(op.evidence.kind, &op.evidence.second, council_id, key, &out->second);
    return out->first.good && out->second.good;
}

static void check_proof(const json_t *row, const struct hash *council_id, struct proof *out)
{
    struct public_key key;
    const char *hex = member_text(row, "operation");
    size_t size = strlen(hex) / 2;
    memset(out, 0, sizeof(*out));
    if (size == 0 || size > PROOF_BYTES_MAX ||
        !read_hex(row, "key", key.bytes, sizeof(key.bytes))) {
        return;
    }
    uint8_t *bytes = alloc(size);
    if (read_hex(row, "operation", bytes, size)) {
        out->good =
            check_operation(slice_of(bytes, size), (uint16_t)member_number(row, "seat"),
                            council_id, &key, out);
    }
    free(bytes);
}

static void proof_clear(struct proof *p)
{
    buffer_free(&p->first.bytes);
    buffer_free(&p->second.bytes);
}

/* --- showing --- */

static void set_hex(json_t *object, const char *name, struct slice bytes)
{
    char *hex = alloc(2 * bytes.size + 1);
    hex_encode(hex, bytes);
    (void)json_object_set_new(object, name, json_string(hex));
    free(hex);
}

/* What was found goes into the node's row. */
static void put_proof(json_t *row, const struct proof *p)
{
    const struct signed_text *texts[] = {&p->first, &p->second};
    static const char *const names[] = {"first", "second"};
    for (size_t i = 0; i < 2; i++) {
        json_t *statement = json_object_get(row, names[i]);
        set_hex(statement, "signed", buffer_slice(&texts[i]->bytes));
        (void)json_object_set_new(statement, "verified", json_boolean(texts[i]->good));
    }
    (void)json_object_set_new(row, "verified", json_boolean(p->good));
}

static void print_statement(const char *label, const json_t *statement)
{
    static const char *const claims[] = {"view",     "height", "block",
                                         "proposal", "tip",    "commitment"};
    describe_coloured(label, member_true(statement, "verified") ? COLOUR_GOOD : COLOUR_BAD,
                      member_true(statement, "verified") ? "the signature is good"
                                                         : "the signature is NOT good");
    for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        const json_t *value = json_object_get(statement, claims[i]);
        if (json_is_integer(value)) {
            describe_line("", "%s %lld", claims[i], (long long)json_integer_value(value));
        } else if (json_is_string(value)) {
            describe_line("", "%s %s", claims[i], json_string_value(value));
        }
    }
    describe_line("", "signed %s", member_text(statement, "signed"));
    describe_line("", "signature %s", member_text(statement, "signature"));
}

static void print_proof(const json_t *row)
{
    char seat[96];
    describe_seat(seat, row, "seat");
    output_text(COLOUR_BOLD, seat);
    (void)printf(" signed two different %s statements.\n", member_text(row, "evidence"));
    if (member_is_number(row, "expelled_height")) {
        describe_line("expelled", "by block %lld",
                      (long long)member_number(row, "expelled_height"));
    } else {
        describe_line("expelled", "not yet: this node holds the proof");
    }
    describe_line("key", "%s", member_text(row, "key"));
    print_statement("first", json_object_get(row, "first"));
    print_statement("second", json_object_get(row, "second"));
}

/* The node's answer with what was found; the number of proofs that are none, or -1 when it
 * is no answer. */
static int check_all(json_t *answer)
{
    struct hash council_id;
    json_t *rows = json_object_get(answer, "evidence");
    int bad = 0;
    if (!json_is_array(rows) ||
        !read_hex(answer, "council_id", council_id.bytes, sizeof(council_id.bytes))) {
        return -1;
    }
    for (size_t i = 0; i < json_array_size(rows); i++) {
        struct proof proof;
        check_proof(json_array_get(rows, i), &council_id, &proof);
        put_proof(json_array_get(rows, i), &proof);
        bad += !proof.good;
        proof_clear(&proof);
    }
    return bad;
}

static void print_all(const json_t *answer)
{
    const json_t *rows = json_object_get(answer, "evidence");
    if (json_array_size(rows) == 0) {
        (void)printf("There is no evidence against a seat.\n");
        return;
    }
    describe_line("council", "%s", member_text(answer, "council_id"));
    for (size_t i = 0; i < json_array_size(rows); i++) {
        (void)printf("\n");
        print_proof(json_array_get(rows, i));
    }
}

static enum command_exit run(const struct command_line *line)
{
    uint64_t seat = 0;
    json_t *params = json_object();
    if (line->operand_count > 0 &&
        !command_parse_number(line->operands[0], 1, SEATS_LIMIT, &seat)) {
        json_decref(params);
        return command_misuse(line, "\"%s\" is no seat's number", line->operands[0]);
    }
    if (key_library_init() != 0) {
        json_decref(params);
        return command_fail(line, "the cryptographic library does not start");
    }
    if (seat > 0) {
        (void)json_object_set_new(params, "seat", json_integer((json_int_t)seat));
    }
    json_t *answer = node_ask(line, "evidence", params);
    if (answer == NULL) {
        return COMMAND_FAILED;
    }
    int bad = check_all(answer);
    if (bad >= 0 && line->json) {
        output_json(answer);
    } else if (bad >= 0) {
        print_all(answer);
    }
    json_decref(answer);
    if (bad != 0) {
        return command_fail(line, "%s",
                            bad < 0 ? "the node's answer cannot be read"
                                    : "not all of it proves what it says");
    }
    return COMMAND_DONE;
}

const struct command command_evidence = {
    .name = "evidence",
    .summary = "Show the proofs that seats contradicted themselves",
    .operands = "[SEAT]",
    .operand = ARGUMENT_NUMBER,
    .operands_max = 1,
    .socket = true,
    .details =
        "Every proof is checked here: that the two statements exclude each other, and\n"
        "that the seat's key signed both. What is called signed are the bytes that the\n"
        "signature is of, for any program that knows Ed25519.\n",
    .run = run,
};
