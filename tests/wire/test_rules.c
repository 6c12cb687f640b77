/* SPDX-License-Identifier: ISC */
/* Limits and rules of what holds operations: envelopes, blocks, certificates, NEW-VIEWs
 * and messages. */
#include "base/error.h"
#include "generate.h"
#include "reencode.h"
#include "tap.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

static const struct signature some_signature = {{7}};

/* A PROPOSE whose encoding has exactly size bytes; size is at least 2,000. */
static void propose_of_size(size_t size, uint16_t seat, struct buffer *out)
{
    static uint8_t letters[TEXT_MAX];
    struct operation op;
    struct buffer trial = {0};
    memset(letters, 'a', sizeof(letters));
    memset(&op, 0, sizeof(op));
    op.kind = OPERATION_PROPOSE;
    op.seat = seat;
    op.propose.title = slice_of(letters, 1);
    op.propose.nonce = slice_of(letters, 1);
    op.propose.evidence = slice_of(letters, size > TEXT_MAX ? EVIDENCE_TEXT_MAX : 0);
    op.propose.text = slice_of(letters, 1000);
    codec_encode_operation(&trial, &op);
    op.propose.text.size += size - trial.size;
    buffer_free(&trial);
    codec_encode_operation(out, &op);
}

/* An envelope of seat 1 whose encoding has exactly size bytes, 3 to 6 full operations. */
static void envelope_of_size(size_t size, struct buffer *out)
{
    enum { HEAD = 3, TAIL = 66, EACH = 60000 };
    struct buffer all = {0};
    struct slice ops[8];
    size_t sizes[8];
    size_t count = 0;
    size_t left = size - HEAD - TAIL;
    while (left > 0) {
        sizes[count] = left > EACH + 2000 ? EACH : left;
        propose_of_size(sizes[count], 1, &all);
        left -= sizes[count++];
    }
    for (size_t i = 0, at = 0; i < count; at += sizes[i++]) {
        ops[i] = slice_of(all.data + at, sizes[i]);
    }
    codec_encode_envelope(out, 1, ops, count, &some_signature);
    buffer_free(&all);
}

static void envelope_sizes(void)
{
    struct buffer b = {0};
    envelope_of_size(ENVELOPE_MAX, &b);
    is((int64_t)b.size, ENVELOPE_MAX, "an envelope of 256 KiB");
    is(reencode_envelope(buffer_slice(&b)), 0, "is accepted");
    b.size = 0;
    envelope_of_size(ENVELOPE_MAX + 1, &b);
    is((int64_t)b.size, ENVELOPE_MAX + 1, "an envelope a byte longer");
    is(reencode_envelope(buffer_slice(&b)), CONCLAVE_ELIMIT, "is refused");
    struct buffer m = {0};
    cbor_write_array(&m, 2);
    cbor_write_uint(&m, MESSAGE_ENVELOPE);
    buffer_append_slice(&m, buffer_slice(&b));
    is(reencode_message(buffer_slice(&m)), CONCLAVE_ELIMIT, "within a message too");
    buffer_free(&m);
    buffer_free(&b);
}

/* count times the operation. */
static int decode_envelope_of(struct slice op, size_t count,
                              const struct signature *signature)
{
    struct buffer b = {0};
    struct slice *ops = calloc(count + 1, sizeof(*ops));
    if (ops == NULL) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        ops[i] = op;
    }
    codec_encode_envelope(&b, 1, ops, count, signature);
    int error = reencode_envelope(buffer_slice(&b));
    buffer_free(&b);
    free(ops);
    return error;
}

static void envelope_rules(struct rng *r)
{
    struct buffer with = {0}, without = {0}, other = {0}, b = {0};
    generate_operation(r, OPERATION_RETURN, 1, &with);
    generate_operation(r, OPERATION_EVIDENCE, 1, &without);
    generate_operation(r, OPERATION_BALLOT, 2, &other);
    struct slice a = buffer_slice(&with);
    struct slice c = buffer_slice(&without);
    struct slice d = buffer_slice(&other);
    is(decode_envelope_of(a, 0, &some_signature), CONCLAVE_EFORMAT, "no operation");
    is(decode_envelope_of(a, 1, &some_signature), 0, "one operation");
    is(decode_envelope_of(a, 1024, &some_signature), 0, "1024 operations");
    is(decode_envelope_of(a, 1025, &some_signature), CONCLAVE_ELIMIT, "1025 operations");
    is(decode_envelope_of(a, 1, NULL), CONCLAVE_EFORMAT, "a signed kind without signature");
    is(decode_envelope_of(c, 1, NULL), 0, "an unsigned kind without signature");
    is(decode_envelope_of(c, 1, &some_signature), CONCLAVE_EFORMAT,
       "an unsigned kind with one");
    is(decode_envelope_of(d, 1, &some_signature), CONCLAVE_EFORMAT,
       "an operation of another seat");

    const struct slice mixed[2][2] = {{a, c}, {c, a}};
    for (int i = 0; i < 2; i++) {
        b.size = 0;
        codec_encode_envelope(&b, 1, mixed[i], 2, &some_signature);
        int signed_error = reencode_envelope(buffer_slice(&b));
        b.size = 0;
        codec_encode_envelope(&b, 1, mixed[i], 2, NULL);
        int unsigned_error = reencode_envelope(buffer_slice(&b));
        ok(signed_error == CONCLAVE_EFORMAT && unsigned_error == CONCLAVE_EFORMAT,
           "a signed and an unsigned kind together, in order %d", i);
    }
    buffer_free(&with);
    buffer_free(&without);
    buffer_free(&other);
    buffer_free(&b);
}

/* The struct says what the envelope holds. */
static void envelope_fields(struct rng *r)
{
    static const struct {
        enum operation_kind first, second;
        enum envelope_sort sort;
        bool has_evidence;
    } cases[] = {{OPERATION_PROPOSE, OPERATION_BALLOT, ENVELOPE_SIGNED, false},
                 {OPERATION_RETURN, OPERATION_PROPOSE, ENVELOPE_SIGNED, false},
                 {OPERATION_REVEAL, OPERATION_REVEAL, ENVELOPE_UNSIGNED, false},
                 {OPERATION_EVIDENCE, OPERATION_REVEAL, ENVELOPE_UNSIGNED, true},
                 {OPERATION_REVEAL, OPERATION_EVIDENCE, ENVELOPE_UNSIGNED, true}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buffer first = {0}, second = {0}, b = {0};
        struct envelope *e = NULL;
        generate_operation(r, cases[i].first, 77, &first);
        generate_operation(r, cases[i].second, 77, &second);
        const struct slice ops[2] = {buffer_slice(&first), buffer_slice(&second)};
        codec_encode_envelope(&b, 77, ops, 2,
                              cases[i].sort == ENVELOPE_SIGNED ? &some_signature : NULL);
        struct bytes *owner = bytes_copy(buffer_slice(&b));
        ok(codec_decode_envelope(owner, bytes_slice(owner), &e) == 0 && e->seat == 77 &&
               e->count == 2 && e->sort == cases[i].sort &&
               e->has_evidence == cases[i].has_evidence &&
               slice_equal(e->operations[0], ops[0]) &&
               slice_equal(e->operations[1], ops[1]),
           "an envelope of kinds %d and %d", (int)cases[i].first, (int)cases[i].second);
        envelope_unref(e);
        bytes_unref(owner);
        buffer_free(&first);
        buffer_free(&second);
        buffer_free(&b);
    }
}

static struct envelope *envelope_made(size_t size)
{
    struct buffer b = {0};
    struct envelope *e = NULL;
    envelope_of_size(size, &b);
    struct bytes *owner = bytes_copy(buffer_slice(&b));
    if (codec_decode_envelope(owner, bytes_slice(owner), &e) != 0) {
        abort();
    }
    bytes_unref(owner);
    buffer_free(&b);
    return e;
}

static void block_sizes(struct rng *r)
{
    struct envelope *envelopes[9];
    struct header header;
    struct buffer b = {0}, m = {0};
    generate_header(r, &header);
    header.executed_height = 0;
    for (int i = 0; i < 8; i++) {
        envelopes[i] = envelope_made(ENVELOPE_MAX);
    }
    codec_encode_block(&b, &header, envelopes, 8);
    ok(b.size > BLOCK_MAX && b.size <= BLOCK_ENCODING_MAX, "2 MiB of envelopes");
    is(reencode_block(buffer_slice(&b)), 0, "are a block");

    size_t room = BLOCK_ENCODING_MAX - b.size;
    ok(room < ENVELOPE_MAX, "whose header has some room left (%zu bytes)", room);
    b.size = 0;
    envelope_unref(envelopes[7]);
    size_t last = ENVELOPE_MAX - 4000;
    envelopes[7] = envelope_made(last);
    envelopes[8] = envelope_made(4000 + room);
    codec_encode_block(&b, &header, envelopes, 9);
    is((int64_t)b.size, BLOCK_ENCODING_MAX, "a block that fills it");
    is(reencode_block(buffer_slice(&b)), 0, "is accepted");
    envelope_unref(envelopes[8]);
    envelopes[8] = envelope_made(4000 + room + 1);
    b.size = 0;
    codec_encode_block(&b, &header, envelopes, 9);
    is((int64_t)b.size, BLOCK_ENCODING_MAX + 1, "a block a byte longer");
    is(reencode_block(buffer_slice(&b)), CONCLAVE_ELIMIT, "is refused");
    cbor_write_array(&m, 2);
    cbor_write_uint(&m, MESSAGE_BLOCK);
    buffer_append_slice(&m, buffer_slice(&b));
    is(reencode_message(buffer_slice(&m)), CONCLAVE_ELIMIT, "within a message too");
    for (int i = 0; i < 9; i++) {
        envelope_unref(envelopes[i]);
    }
    buffer_free(&b);
    buffer_free(&m);
}

static void block_counts(struct rng *r)
{
    static struct envelope *envelopes[BLOCK_ENVELOPES_MAX + 1];
    struct header header;
    struct buffer b = {0};
    generate_header(r, &header);
    header.executed_height = 0;
    for (size_t i = 0; i <= BLOCK_ENVELOPES_MAX; i++) {
        envelopes[i] = envelope_made(1000);
    }
    codec_encode_block(&b, &header, envelopes, BLOCK_ENVELOPES_MAX);
    is(reencode_block(buffer_slice(&b)), 0, "a block of 1,024 envelopes");
    b.size = 0;
    codec_encode_block(&b, &header, envelopes, BLOCK_ENVELOPES_MAX + 1);
    is(reencode_block(buffer_slice(&b)), CONCLAVE_ELIMIT, "and one more is refused");
    for (size_t i = 0; i <= BLOCK_ENVELOPES_MAX; i++) {
        envelope_unref(envelopes[i]);
    }
    buffer_free(&b);
}

static int decode_header(const struct header *h)
{
    struct buffer b = {0};
    codec_encode_header(&b, h);
    int error = reencode_header(buffer_slice(&b));
    buffer_free(&b);
    return error;
}

static void header_rules(struct rng *r)
{
    struct header h;
    generate_header(r, &h);
    h.height = h.view = h.time_ms = UINT64_MAX;
    h.executed_height = UINT64_MAX - 1;
    is(decode_header(&h), 0, "a header of the largest numbers");
    h.executed_height = UINT64_MAX;
    is(decode_header(&h), CONCLAVE_EFORMAT, "a header that has executed itself");
    h.height = h.executed_height = 0;
    is(decode_header(&h), CONCLAVE_EFORMAT, "a header of block 0");
    h.height = 1;
    is(decode_header(&h), 0, "a header of block 1");
    h.version = 2;
    is(decode_header(&h), CONCLAVE_EVERSION, "a header of version 2");
    h.version = 0;
    is(decode_header(&h), CONCLAVE_EVERSION, "a header of version 0");
}

static int decode_certificate(const struct certificate *c)
{
    struct buffer b = {0};
    codec_encode_certificate(&b, c);
    int error = reencode_certificate(buffer_slice(&b));
    buffer_free(&b);
    return error;
}

static void certificate_rules(void)
{
    struct certificate *c = certificate_new(SEATS_MAX + 1);
    c->what = (struct best){.kind = CERTIFICATE_PREPARED, .view = UINT64_MAX, .height = 1};
    for (uint16_t i = 0; i <= SEATS_MAX; i++) {
        c->entries[i].seat = (uint16_t)(i + 1);
    }
    is(decode_certificate(c), CONCLAVE_ELIMIT, "129 signatures");
    c->count = SEATS_MAX;
    is(decode_certificate(c), 0, "128 signatures");
    c->count = 1;
    is(decode_certificate(c), 0, "one signature");
    c->count = 0;
    is(decode_certificate(c), CONCLAVE_EFORMAT, "no signature");
    c->count = 3;
    c->entries[2].seat = 2;
    is(decode_certificate(c), CONCLAVE_EFORMAT, "a seat twice");
    c->entries[1].seat = 3;
    is(decode_certificate(c), CONCLAVE_EFORMAT, "seats out of order");
    c->entries[0].seat = 0;
    c->count = 1;
    is(decode_certificate(c), CONCLAVE_ELIMIT, "seat 0");
    c->entries[0].seat = SEATS_MAX + 1;
    is(decode_certificate(c), CONCLAVE_ELIMIT, "seat 129");
    c->entries[0].seat = 1;
    c->what.kind = CERTIFICATE_NONE;
    is(decode_certificate(c), CONCLAVE_EFORMAT, "a certificate of nothing");
    c->what.kind = (enum certificate_kind)3;
    is(decode_certificate(c), CONCLAVE_EFORMAT, "a certificate of kind 3");
    c->what.kind = CERTIFICATE_COMMIT;
    c->what.height = 0;
    is(decode_certificate(c), CONCLAVE_EFORMAT, "a certificate over block 0");
    c->what = (struct best){.kind = CERTIFICATE_NONE};
    is(decode_certificate(c), CONCLAVE_EFORMAT, "signatures of nothing at the start");
    certificate_unref(c);
}

static int decode_new_view(const struct new_view *v)
{
    struct buffer b = {0};
    codec_encode_new_view(&b, v);
    int error = reencode_new_view(buffer_slice(&b));
    buffer_free(&b);
    return error;
}

static void new_view_rules(struct rng *r)
{
    struct new_view *v = new_view_new(SEATS_MAX + 1);
    v->view = 5;
    for (uint16_t i = 0; i <= SEATS_MAX; i++) {
        v->changes[i].seat = (uint16_t)(i + 1);
        v->changes[i].view = 5;
    }
    is(decode_new_view(v), CONCLAVE_ELIMIT, "129 VIEW-CHANGEs");
    v->count = SEATS_MAX;
    is(decode_new_view(v), 0, "128 VIEW-CHANGEs");
    v->count = 0;
    is(decode_new_view(v), CONCLAVE_EFORMAT, "no VIEW-CHANGE");
    v->count = 3;
    is(decode_new_view(v), 0, "three VIEW-CHANGEs");
    v->changes[1].view = 4;
    is(decode_new_view(v), CONCLAVE_EFORMAT, "one of them for another view");
    v->changes[1].view = 5;
    v->changes[2].seat = 2;
    is(decode_new_view(v), CONCLAVE_EFORMAT, "two of one seat");
    v->changes[2].seat = 1;
    is(decode_new_view(v), CONCLAVE_EFORMAT, "seats out of order");
    v->changes[2].seat = 3;
    v->certificate = generate_certificate(r, CERTIFICATE_PREPARED);
    is(decode_new_view(v), CONCLAVE_EFORMAT, "a certificate that nobody claims");
    v->changes[2].best = v->certificate->what;
    is(decode_new_view(v), 0, "a certificate that one claims");
    certificate_unref(v->certificate);
    v->certificate = NULL;
    is(decode_new_view(v), CONCLAVE_EFORMAT, "a claimed certificate left out");
    v->changes[2].best = (struct best){.kind = CERTIFICATE_NONE, .view = 1};
    is(decode_new_view(v), CONCLAVE_EFORMAT, "nothing known, in view 1");
    v->changes[2].best = (struct best){.kind = CERTIFICATE_NONE, .height = 1};
    is(decode_new_view(v), CONCLAVE_EFORMAT, "nothing known, at height 1");
    new_view_unref(v);
}

static int decode_message(const struct message *m)
{
    struct buffer b = {0};
    codec_encode_message(&b, m);
    int error = reencode_message(buffer_slice(&b));
    buffer_free(&b);
    return error;
}

/* A decoded empty block, its executed_height as given. */
static struct block *block_made(struct rng *r, uint64_t executed)
{
    struct buffer b = {0};
    struct header header;
    struct block *block = NULL;
    generate_header(r, &header);
    header.height = 10;
    header.executed_height = executed;
    codec_encode_block(&b, &header, NULL, 0);
    struct bytes *owner = bytes_copy(buffer_slice(&b));
    if (codec_decode_block(owner, bytes_slice(owner), &block) != 0) {
        abort();
    }
    bytes_unref(owner);
    buffer_free(&b);
    return block;
}

/* Certificates are there exactly where they are due. */
static void due_certificates(struct rng *r)
{
    struct certificate *prepared = generate_certificate(r, CERTIFICATE_PREPARED);
    struct certificate *commit = generate_certificate(r, CERTIFICATE_COMMIT);
    struct certificate *const with[] = {NULL, prepared, commit};
    static const char *const names[] = {"no", "a prepared", "a commit"};
    struct block *first = block_made(r, 0);
    struct block *later = block_made(r, 9);
    struct message m;
    for (int i = 0; i < 3; i++) {
        memset(&m, 0, sizeof(m));
        m.tag = MESSAGE_PRE_PREPARE;
        m.pre_prepare = (struct pre_prepare){.block = first, .certificate = with[i]};
        ok((decode_message(&m) == 0) == (i == 0),
           "PRE-PREPARE with nothing executed and %s certificate", names[i]);
        m.pre_prepare.block = later;
        ok((decode_message(&m) == 0) == (i == 2),
           "PRE-PREPARE with height 9 executed and %s certificate", names[i]);

        memset(&m, 0, sizeof(m));
        m.tag = MESSAGE_RANGE;
        m.range = (struct range){.certificate = with[i]};
        ok((decode_message(&m) == 0) == (i == 0), "RANGE of nothing with %s certificate",
           names[i]);
        m.range.blocks = &later;
        m.range.block_count = 1;
        ok((decode_message(&m) == 0) == (i == 2), "RANGE of a block with %s certificate",
           names[i]);
        for (int kind = 0; kind < 3; kind++) {
            memset(&m, 0, sizeof(m));
            m.tag = MESSAGE_VIEW_CHANGE;
            m.view_change.change.seat = 1;
            m.view_change.change.best.kind = (enum certificate_kind)kind;
            m.view_change.change.best.height = kind > 0;
            m.view_change.certificate = with[i];
            ok((decode_message(&m) == 0) == (i == kind),
               "VIEW-CHANGE that claims kind %d with %s certificate", kind, names[i]);
        }
    }
    memset(&m, 0, sizeof(m));
    m.tag = MESSAGE_RANGE;
    m.range.headers = &later->header;
    m.range.header_count = 1;
    is(decode_message(&m), CONCLAVE_EFORMAT, "RANGE of a header and no block");
    block_unref(first);
    block_unref(later);
    certificate_unref(prepared);
    certificate_unref(commit);
}

static void message_shapes(void)
{
    struct buffer b = {0};
    for (unsigned tag = 0; tag < 15; tag++) {
        int refused = 0;
        for (unsigned count = 0; count < 13; count++) {
            b.size = 0;
            cbor_write_array(&b, count);
            cbor_write_uint(&b, tag);
            for (unsigned i = 1; i < count; i++) {
                cbor_write_uint(&b, 1);
            }
            refused += reencode_message(buffer_slice(&b)) == CONCLAVE_EFORMAT;
        }
        bool of_numbers = tag == MESSAGE_FETCH_RANGE || tag == MESSAGE_FETCH_NEW_VIEW;
        bool of_nothing = tag == MESSAGE_ASK;
        ok(refused == (of_numbers || of_nothing ? 12 : 13), "tag %u with 0 to 12 numbers",
           tag);
    }
    buffer_free(&b);
    static uint8_t frame[FRAME_MAX + 1];
    is(reencode_message(slice_of(frame, FRAME_MAX)), CONCLAVE_EFORMAT, "a frame of zeroes");
    is(reencode_message(slice_of(frame, FRAME_MAX + 1)), CONCLAVE_ELIMIT,
       "a frame of more than 4 MiB");
}

/* Counts of far more than there are bytes, with enough bytes to be believed by a reader
 * that compares elements with bytes. */
static void false_counts(struct rng *r)
{
    struct buffer b = {0};
    struct header header;
    generate_header(r, &header);
    cbor_write_array(&b, 2);
    cbor_write_uint(&b, MESSAGE_BLOCK);
    cbor_write_array(&b, 2);
    codec_encode_header(&b, &header);
    cbor_write_array(&b, 1000000);
    buffer_reserve(&b, 2000000);
    memset(b.data + b.size, 0, 2000000);
    b.size += 2000000;
    is(reencode_message(buffer_slice(&b)), CONCLAVE_ELIMIT, "a million envelopes");
    b.size = 0;
    cbor_write_array(&b, 5);
    cbor_write_uint(&b, MESSAGE_RANGE);
    cbor_write_uint(&b, 1);
    cbor_write_array(&b, 1000000);
    b.size += 2000000;
    is(reencode_message(buffer_slice(&b)), CONCLAVE_EFORMAT, "a million blocks");
    buffer_free(&b);
}

/* Many of the smallest of their kind, one after the other. */
static void smallest(struct rng *r)
{
    enum { MANY = 300 };
    static struct header headers[MANY];
    static struct block *blocks[MANY];
    struct envelope *envelopes[MANY];
    struct buffer op = {0}, b = {0};
    struct operation reveal;
    struct header h = {.version = PROTOCOL_VERSION, .height = 1};
    memset(&reveal, 0, sizeof(reveal));
    reveal.kind = OPERATION_REVEAL;
    reveal.seat = 1;
    codec_encode_operation(&op, &reveal);
    struct slice encoded = buffer_slice(&op);
    codec_encode_envelope(&b, 1, &encoded, 1, NULL);
    struct bytes *owner = bytes_copy(buffer_slice(&b));
    struct envelope *e = NULL;
    is(codec_decode_envelope(owner, bytes_slice(owner), &e), 0, "the smallest envelope");
    bytes_unref(owner);
    for (int i = 0; i < MANY; i++) {
        envelopes[i] = e;
        headers[i] = h;
    }
    b.size = 0;
    codec_encode_block(&b, &h, envelopes, MANY);
    is(reencode_block(buffer_slice(&b)), 0, "a block of many of them");
    envelope_unref(e);

    b.size = 0;
    codec_encode_block(&b, &h, NULL, 0);
    owner = bytes_copy(buffer_slice(&b));
    is(codec_decode_block(owner, bytes_slice(owner), &blocks[0]), 0, "the smallest block");
    bytes_unref(owner);
    for (int i = 1; i < MANY; i++) {
        blocks[i] = blocks[0];
    }
    struct message m;
    memset(&m, 0, sizeof(m));
    m.tag = MESSAGE_RANGE;
    m.range = (struct range){.block_count = MANY,
                             .blocks = blocks,
                             .header_count = MANY,
                             .headers = headers,
                             .certificate = generate_certificate(r, CERTIFICATE_COMMIT)};
    m.range.certificate->count = 1;
    is(decode_message(&m), 0, "a range of many of them, and of the smallest headers");
    m.range.header_count = 0;
    is(decode_message(&m), 0, "of the blocks alone");
    m.range.header_count = MANY;
    m.range.block_count = 1;
    is(decode_message(&m), 0, "of one and many headers");
    certificate_unref(m.range.certificate);
    block_unref(blocks[0]);
    buffer_free(&op);
    buffer_free(&b);
}

int main(void)
{
    struct rng r = rng_begin(3);
    envelope_sizes();
    envelope_rules(&r);
    envelope_fields(&r);
    block_sizes(&r);
    block_counts(&r);
    header_rules(&r);
    certificate_rules();
    new_view_rules(&r);
    due_certificates(&r);
    message_shapes();
    false_counts(&r);
    smallest(&r);
    return tap_done();
}
