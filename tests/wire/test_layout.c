/* SPDX-License-Identifier: ISC */
/* The layouts of conclave-protocol(7), byte by byte: an encoding that changes here is
 * another protocol. */
#include "base/alloc.h"
#include "base/error.h"
#include "reencode.h"
#include "tap.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

/* Strings of one repeated byte: hashes, a signature, an instance. */
#define H11 "5820 1111111111111111111111111111111111111111111111111111111111111111"
#define H22 "5820 2222222222222222222222222222222222222222222222222222222222222222"
#define H33 "5820 3333333333333333333333333333333333333333333333333333333333333333"
#define S44                                                                                \
    "5840 4444444444444444444444444444444444444444444444444444444444444444"                \
    "     4444444444444444444444444444444444444444444444444444444444444444"
#define I55 "50 55555555555555555555555555555555"

/* Hexadecimal digits with spaces between what belongs together. */
static struct bytes *from_hex(const char *hex)
{
    char digits[4096];
    size_t count = 0;
    for (const char *c = hex; *c != '\0' && count < sizeof(digits); c++) {
        if (*c != ' ') {
            digits[count++] = *c;
        }
    }
    struct bytes *b = bytes_new(count / 2);
    if (hex_decode(b->data, b->size, digits, count) != 0) {
        abort();
    }
    return b;
}

static struct hash hash_of(uint8_t byte)
{
    struct hash h;
    memset(h.bytes, byte, sizeof(h.bytes));
    return h;
}

static struct signature signature_of(uint8_t byte)
{
    struct signature s;
    memset(s.bytes, byte, sizeof(s.bytes));
    return s;
}

/* Empties the buffer. */
static void expect(struct buffer *b, const char *hex, const char *name)
{
    struct bytes *expected = from_hex(hex);
    if (!ok(slice_equal(buffer_slice(b), bytes_slice(expected)), "%s", name)) {
        printf("#   expected %s\n#   got      ", hex);
        for (size_t i = 0; i < b->size; i++) {
            printf("%02x", b->data[i]);
        }
        printf("\n");
    }
    bytes_unref(expected);
    buffer_free(b);
}

static void bodies(void)
{
    struct buffer b = {0};
    struct hash h1 = hash_of(0x11), h2 = hash_of(0x22), h3 = hash_of(0x33);
    struct best best = {CERTIFICATE_COMMIT, 300, 5, h1};
    struct best none = {CERTIFICATE_NONE, 0, 0, h2};
    codec_body_vote(&b, 24, 255, &h1);
    expect(&b, "83 1818 18ff" H11, "vote [view, height, block]");
    codec_encode_best(&b, &best);
    expect(&b, "84 02 19012c 05" H11, "best [kind, view, height, hash]");
    codec_body_view_change(&b, 301, &none);
    expect(&b, "82 19012d 84 00 00 00" H22, "VIEW-CHANGE [view, best]");
    codec_body_new_view(&b, 1, &h1, &h2);
    expect(&b, "83 01" H11 H22, "NEW-VIEW [view, tip, H(VIEW-CHANGEs)]");
    codec_body_envelope(&b, 1024, &h3);
    expect(&b, "82 190400" H33, "envelope [count, env_root]");

    struct envelope e = {
        .seat = 33, .count = 2, .env_root = h1, .signature = signature_of(0x44)};
    codec_envelope_leaf(&b, &e);
    expect(&b, "84 1821 02" H11 S44, "leaf [seat, count, env_root, signature]");
    e.sort = ENVELOPE_UNSIGNED;
    codec_envelope_leaf(&b, &e);
    expect(&b, "84 1821 02" H11 "40", "leaf of an unsigned envelope");

    struct ballot ballot = {CHOICE_ABSTAIN, 100, slice_of_string("no")};
    codec_encode_ballot(&b, &ballot);
    expect(&b, "83 02 1864 626e6f", "ballot [choice, confidence, rationale]");
    codec_commitment(&b, &h1, &h2, 7, &ballot, h3.bytes);
    expect(&b, "85" H11 H22 "07 83 02 1864 626e6f" H33,
           "commitment [council, proposal, seat, ballot, nonce]");

    struct view_change change = {2, 9, none, signature_of(0x44)};
    codec_view_changes(&b, &change, 1);
    expect(&b, "81 84 02 09 84 00 00 00" H22 S44,
           "VIEW-CHANGEs [[seat, view, best, signature], ...]");
}

static void view_change_back(void)
{
    struct buffer b = {0};
    struct best best = {CERTIFICATE_PREPARED, 3, 24, hash_of(0x22)};
    struct view_change change = {2, 9, best, signature_of(0x44)}, back;
    codec_encode_view_change(&b, &change);
    is(codec_decode_view_change(buffer_slice(&b), &back), 0, "a VIEW-CHANGE is read");
    ok(back.seat == 2 && back.view == 9 && back.best.kind == CERTIFICATE_PREPARED &&
           back.best.view == 3 && back.best.height == 24 &&
           hash_equal(&back.best.block, &best.block) &&
           memcmp(&back.signature, &change.signature, sizeof(change.signature)) == 0,
       "as it was written");
    buffer_append(&b, "", 1);
    is(codec_decode_view_change(buffer_slice(&b), &back), CONCLAVE_ETRAILING,
       "and nothing else");
    b.size = 0;
    change.seat = 0;
    codec_encode_view_change(&b, &change);
    ok(codec_decode_view_change(buffer_slice(&b), &back) != 0, "a seat 0 is refused");
    buffer_free(&b);
}

static void bodies_back(void)
{
    struct buffer b = {0};
    struct hash h1 = hash_of(0x11), h2 = hash_of(0x22);
    struct vote vote;
    struct new_view_body body;
    codec_body_vote(&b, 24, 255, &h1);
    is(codec_decode_body_vote(buffer_slice(&b), &vote), 0, "a vote's body is read");
    ok(vote.view == 24 && vote.height == 255 && hash_equal(&vote.block, &h1),
       "with its fields");
    is(codec_decode_body_vote(slice_of(b.data, b.size - 1), &vote), CONCLAVE_EFORMAT,
       "a vote's body cut short");
    buffer_append(&b, "", 1);
    is(codec_decode_body_vote(buffer_slice(&b), &vote), CONCLAVE_ETRAILING,
       "a vote's body and more");
    is(codec_decode_body_new_view(buffer_slice(&b), &body), CONCLAVE_EFORMAT,
       "a vote is no NEW-VIEW");
    b.size = 0;
    codec_body_new_view(&b, 7, &h1, &h2);
    is(codec_decode_body_new_view(buffer_slice(&b), &body), 0, "a NEW-VIEW's body is read");
    ok(body.view == 7 && hash_equal(&body.tip, &h1) && hash_equal(&body.changes_hash, &h2),
       "with its fields");
    is(codec_decode_body_vote(buffer_slice(&b), &vote), CONCLAVE_EFORMAT,
       "a NEW-VIEW is no vote");
    buffer_free(&b);
}

static void operations(void)
{
    struct buffer b = {0};
    struct hash h1 = hash_of(0x11), h2 = hash_of(0x22), h3 = hash_of(0x33);
    struct operation op;

    memset(&op, 0, sizeof(op));
    op.kind = OPERATION_PROPOSE;
    op.seat = 1;
    op.propose = (struct propose){.class_index = 3,
                                  .title = slice_of_string("T"),
                                  .text = slice_of_string("a\nb"),
                                  .evidence = slice_of_string("{}"),
                                  .payload = slice_of(h1.bytes, HASH_BYTES),
                                  .nonce = slice_of("\1\2", 2)};
    codec_encode_operation(&b, &op);
    expect(&b, "83 01 01 86 03 6154 63610a62 627b7d" H11 "420102",
           "PROPOSE [class, title, text, evidence, payload, nonce]");
    op.propose.payload = SLICE_NONE;
    op.propose.evidence = SLICE_NONE;
    codec_encode_operation(&b, &op);
    expect(&b, "83 01 01 86 03 6154 63610a62 60 40 420102",
           "PROPOSE without evidence and payload");

    op.kind = OPERATION_BALLOT;
    op.seat = 128;
    op.ballot = (struct ballot_commit){h1, h2};
    codec_encode_operation(&b, &op);
    expect(&b, "83 02 1880 82" H11 H22, "BALLOT [proposal, commitment]");

    op.kind = OPERATION_REVEAL;
    op.reveal = (struct reveal){
        .proposal = h1, .ballot = {CHOICE_APPROVE, 24, slice_of_string("\xc3\xbc")}};
    memcpy(op.reveal.nonce, h3.bytes, sizeof(op.reveal.nonce));
    codec_encode_operation(&b, &op);
    expect(&b, "83 03 1880 83" H11 "83 01 1818 62c3bc" H33,
           "REVEAL [proposal, ballot, nonce]");

    op.kind = OPERATION_RETURN;
    op.return_request.view = 65536;
    memset(op.return_request.instance, 0x55, INSTANCE_BYTES);
    codec_encode_operation(&b, &op);
    expect(&b, "83 05 1880 82 1a00010000" I55, "RETURN [view, instance]");
}

static void evidence(void)
{
    struct buffer b = {0}, body = {0};
    struct hash h1 = hash_of(0x11), h2 = hash_of(0x22), h3 = hash_of(0x33);
    struct operation op, ballot;
    memset(&op, 0, sizeof(op));
    memset(&ballot, 0, sizeof(ballot));
    op.kind = OPERATION_EVIDENCE;
    op.seat = 4;
    codec_body_vote(&body, 1, 2, &h1);
    op.evidence.kind = EVIDENCE_COMMIT;
    op.evidence.first.body = op.evidence.second.body = buffer_slice(&body);
    op.evidence.first.signature = op.evidence.second.signature = signature_of(0x44);
    codec_encode_operation(&b, &op);
    expect(&b, "83 04 04 83 02 82 5825 830102" H11 S44 "82 5825 830102" H11 S44,
           "EVIDENCE [kind, [body, signature], [body, signature]]");

    ballot.kind = OPERATION_BALLOT;
    ballot.seat = 4;
    ballot.ballot = (struct ballot_commit){h1, h2};
    body.size = 0;
    codec_encode_operation(&body, &ballot);
    op.evidence.kind = EVIDENCE_BALLOT;
    op.evidence.first = (struct statement){.ballot = buffer_slice(&body),
                                           .index = 1,
                                           .count = 2,
                                           .path = slice_of(h3.bytes, HASH_BYTES),
                                           .signature = signature_of(0x44)};
    op.evidence.second = op.evidence.first;
    op.evidence.second.path = SLICE_NONE;
    op.evidence.second.index = 0;
    op.evidence.second.count = 1;
    codec_encode_operation(&b, &op);
    expect(&b,
           "83 04 04 83 04 85 5848 830204 82" H11 H22 "01 02" H33 S44
           "85 5848 830204 82" H11 H22 "00 01 40" S44,
           "EVIDENCE [4, [ballot, index, count, path, signature], ...]");
    buffer_free(&body);
}

/* What is made is also decoded again. */
static void expect_message(const struct message *m, const char *hex, const char *name)
{
    struct buffer b = {0};
    codec_encode_message(&b, m);
    is(reencode_message(buffer_slice(&b)), 0, name);
    expect(&b, hex, name);
}

#define HEADER_1    "88 01 01" H11 "00 1a000f4240" H22 "00" H33
#define HEADER_2    "88 01 02" H11 "00 1a000f4240" H22 "01" H33
#define RETURN_1    "83 05 01 82 01" I55
#define ENVELOPE    "83 01 81" RETURN_1 S44
#define BLOCK_1     "82" HEADER_1 "81" ENVELOPE
#define BLOCK_2     "82" HEADER_2 "80"
#define CERTIFICATE "85 02 00 02" H11 "82 82 01" S44 "82 1821" S44

static struct block *block_of(const char *hex)
{
    struct bytes *owner = from_hex(hex);
    struct block *b = NULL;
    is(codec_decode_block(owner, bytes_slice(owner), &b), 0, "a block by hand is read");
    bytes_unref(owner);
    return b;
}

static struct envelope *envelope_of(const char *hex)
{
    struct bytes *owner = from_hex(hex);
    struct envelope *e = NULL;
    is(codec_decode_envelope(owner, bytes_slice(owner), &e), 0,
       "an envelope by hand is read");
    bytes_unref(owner);
    return e;
}

static struct certificate *certificate(void)
{
    struct bytes *b = from_hex(CERTIFICATE);
    struct certificate *c = NULL;
    is(codec_decode_certificate(bytes_slice(b), &c), 0, "a certificate by hand is read");
    bytes_unref(b);
    return c;
}

static void fields(void)
{
    struct block *b = block_of(BLOCK_1);
    struct envelope *e = b->envelopes[0];
    struct hash h1 = hash_of(0x11), h2 = hash_of(0x22), h3 = hash_of(0x33);
    struct signature s = signature_of(0x44);
    ok(b->header.version == 1 && b->header.height == 1 && b->header.view == 0 &&
           b->header.time_ms == 1000000 && b->header.executed_height == 0,
       "the header's numbers");
    ok(hash_equal(&b->header.prev_hash, &h1) && hash_equal(&b->header.ops_root, &h2) &&
           hash_equal(&b->header.state_root, &h3),
       "the header's hashes");
    ok(hash_is_zero(&b->hash) && hash_is_zero(&e->env_root) && hash_is_zero(&e->id),
       "the hashes that crypto fills are zero");
    ok(b->count == 1 && e->seat == 1 && e->count == 1 && e->sort == ENVELOPE_SIGNED &&
           !e->has_evidence && memcmp(&e->signature, &s, sizeof(s)) == 0,
       "the envelope's fields");
    is((int64_t)e->operations[0].size, 22, "the operation's encoding");
    ok(e->owner == b->owner && b->owner->references == 2, "they share their bytes");
    block_unref(b);

    struct certificate *c = certificate();
    ok(c->what.kind == CERTIFICATE_COMMIT && c->what.height == 2 && c->count == 2 &&
           c->entries[0].seat == 1 && c->entries[1].seat == 33 &&
           memcmp(&c->entries[1].signature, &s, sizeof(s)) == 0,
       "the certificate's fields");
    certificate_unref(c);
}

static void small_messages(void)
{
    struct message m;
    memset(&m, 0, sizeof(m));
    m.tag = MESSAGE_HEARTBEAT;
    m.heartbeat = (struct heartbeat){.view = 1,
                                     .height = 2,
                                     .monotonic_ms = 3,
                                     .wall_ms = 4,
                                     .echo_ms = 5,
                                     .echo_held_ms = 6,
                                     .version = slice_of_string("0.1"),
                                     .flags = 31};
    memset(m.heartbeat.tip_prefix, 0x66, 8);
    memset(m.heartbeat.instance, 0x55, INSTANCE_BYTES);
    expect_message(&m, "8b 01 01 02 48 6666666666666666 03 04 05 06" I55 "63302e31 181f",
                   "HEARTBEAT");

    memset(&m, 0, sizeof(m));
    m.tag = MESSAGE_PREPARE;
    m.vote = (struct vote){PHASE_PREPARE, 5, 6, 7, hash_of(0x11), signature_of(0x44)};
    expect_message(&m, "86 04 05 06 07" H11 S44, "PREPARE");
    m.tag = MESSAGE_COMMIT;
    m.vote.phase = PHASE_COMMIT;
    expect_message(&m, "86 05 05 06 07" H11 S44, "COMMIT");

    memset(&m, 0, sizeof(m));
    m.tag = MESSAGE_FETCH_BLOCK;
    m.fetch_block.height = 9;
    m.fetch_block.hash = hash_of(0x22);
    expect_message(&m, "83 08 09" H22, "FETCH-BLOCK");
    m.tag = MESSAGE_FETCH_RANGE;
    m.fetch_range.from = UINT64_MAX;
    expect_message(&m, "82 0a 1bffffffffffffffff", "FETCH-RANGE");
    m.tag = MESSAGE_FETCH_NEW_VIEW;
    m.fetch_new_view.view = 3;
    expect_message(&m, "82 0c 03", "FETCH-NEW-VIEW");
    memset(&m, 0, sizeof(m));
    m.tag = MESSAGE_ASK;
    expect_message(&m, "81 0d", "ASK");
    m.tag = MESSAGE_CHECKPOINT;
    m.checkpoint = (struct checkpoint_vote){300, hash_of(0x22), signature_of(0x44)};
    expect_message(&m, "84 0f 19012c" H22 S44, "CHECKPOINT");
}

static void reports(void)
{
    struct message m;
    struct best none = {CERTIFICATE_NONE, 0, 0, hash_of(0x22)};
    memset(&m, 0, sizeof(m));
    m.tag = MESSAGE_REPORT;
    m.report.seat = 5;
    m.report.view = 1;
    expect_message(&m, "88 0e 05 01 80 80 80 80 80", "REPORT of nothing");
    m.report.certificate = certificate();
    m.report.change_count = 1;
    m.report.changes = alloc_zero(1, sizeof(*m.report.changes));
    m.report.changes[0] = (struct view_change){2, 9, none, signature_of(0x44)};
    for (int phase = PHASE_PREPARE; phase <= PHASE_COMMIT; phase++) {
        m.report.has_vote[phase] = true;
        m.report.votes[phase] = (struct vote){
            (enum phase)phase, 5, 6, 7 + phase, hash_of(0x11), signature_of(0x44)};
    }
    m.report.has_change = true;
    m.report.change = (struct view_change){5, 8, none, signature_of(0x44)};
    expect_message(&m,
                   "88 0e 05 01" CERTIFICATE "81 84 02 09 84 00 00 00" H22 S44
                   "84 06 07" H11 S44 "84 06 08" H11 S44 "84 05 08 84 00 00 00" H22 S44,
                   "REPORT of everything");
    message_clear(&m);
}

static void view_messages(void)
{
    struct message m;
    struct best none = {CERTIFICATE_NONE, 0, 0, hash_of(0x22)};
    struct best best = {CERTIFICATE_COMMIT, 0, 2, hash_of(0x11)};
    memset(&m, 0, sizeof(m));
    m.tag = MESSAGE_VIEW_CHANGE;
    m.view_change.change = (struct view_change){1, 9, none, signature_of(0x44)};
    expect_message(&m, "86 06 01 09 84 00 00 00" H22 S44 "80", "VIEW-CHANGE with nothing");
    m.view_change.change.best = best;
    m.view_change.certificate = certificate();
    expect_message(&m, "86 06 01 09 84 02 00 02" H11 S44 CERTIFICATE,
                   "VIEW-CHANGE with a certificate");
    message_clear(&m);

    struct new_view *v = new_view_new(2);
    v->view = 9;
    v->tip = hash_of(0x33);
    v->signature = signature_of(0x44);
    v->changes[0] = (struct view_change){1, 9, none, signature_of(0x44)};
    v->changes[1] = (struct view_change){2, 9, best, signature_of(0x44)};
    v->certificate = certificate();
#define NEW_VIEW                                                                           \
    "09" H33 "82 84 01 09 84 00 00 00" H22 S44                                             \
    "84 02 09 84 02 00 02" H11 S44 CERTIFICATE S44
    m.tag = MESSAGE_NEW_VIEW;
    m.new_view = v;
    expect_message(&m, "86 07" NEW_VIEW, "NEW-VIEW");
    struct buffer b = {0};
    codec_encode_new_view(&b, v);
    expect(&b, "85" NEW_VIEW, "NEW-VIEW as it is stored");
    message_clear(&m);
}

static void block_messages(void)
{
    struct message m;
    memset(&m, 0, sizeof(m));
    m.tag = MESSAGE_ENVELOPE;
    m.envelope = envelope_of(ENVELOPE);
    expect_message(&m, "82 02" ENVELOPE, "ENVELOPE");
    message_clear(&m);

    m.tag = MESSAGE_BLOCK;
    m.block = block_of(BLOCK_1);
    expect_message(&m, "82 09" BLOCK_1, "BLOCK");
    message_clear(&m);

    m.tag = MESSAGE_PRE_PREPARE;
    m.pre_prepare.block = block_of(BLOCK_1);
    m.pre_prepare.signature = signature_of(0x44);
    expect_message(&m, "84 03" BLOCK_1 S44 "80", "PRE-PREPARE of the first block");
    message_clear(&m);
    m.tag = MESSAGE_PRE_PREPARE;
    m.pre_prepare.block = block_of(BLOCK_2);
    m.pre_prepare.signature = signature_of(0x44);
    m.pre_prepare.certificate = certificate();
    expect_message(&m, "84 03" BLOCK_2 S44 CERTIFICATE, "PRE-PREPARE");
    message_clear(&m);

    m.tag = MESSAGE_RANGE;
    m.range.from = 2;
    expect_message(&m, "85 0b 02 80 80 80", "RANGE of nothing");
    m.range.block_count = 2;
    m.range.blocks = calloc(2, sizeof(*m.range.blocks));
    m.range.blocks[0] = block_of(BLOCK_1);
    m.range.blocks[1] = block_of(BLOCK_2);
    m.range.header_count = 1;
    m.range.headers = calloc(1, sizeof(*m.range.headers));
    m.range.headers[0] = m.range.blocks[1]->header;
    m.range.certificate = certificate();
    expect_message(&m, "85 0b 02 82" BLOCK_1 BLOCK_2 "81" HEADER_2 CERTIFICATE, "RANGE");
    message_clear(&m);
}

int main(void)
{
    bodies();
    view_change_back();
    bodies_back();
    operations();
    evidence();
    fields();
    small_messages();
    view_messages();
    reports();
    block_messages();
    return tap_done();
}
