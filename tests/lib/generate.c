/* SPDX-License-Identifier: ISC */
#include "generate.h"

#include "base/alloc.h"
#include "base/text.h"
#include "wire/shared.h"

#include <assert.h>
#include <string.h>

static uint32_t random_character(struct rng *r, bool multiline)
{
    switch (rng_below(r, 8)) {
    case 0:
        return (uint32_t)(0xa0 + rng_below(r, 0x400));
    case 1:
        return (uint32_t)(0x3000 + rng_below(r, 0x1000));
    case 2:
        return (uint32_t)(0x10000 + rng_below(r, 0x100000));
    case 3:
        return multiline ? (rng_chance(r, 2) ? '\n' : '\t') : ' ';
    }
    return (uint32_t)(0x20 + rng_below(r, 0x5f));
}

void generate_text(struct rng *r, size_t max, bool multiline, struct buffer *out)
{
    size_t wanted = rng_below(r, (rng_chance(r, 8) || max < 40 ? max : 40) + 1);
    size_t used = 0;
    while (used < wanted) {
        char bytes[TEXT_CHARACTER_MAX];
        size_t size = text_encode(random_character(r, multiline), bytes);
        if (size > wanted - used) {
            bytes[0] = 'a';
            size = 1;
        }
        buffer_append(out, bytes, size);
        used += size;
    }
}

static struct slice random_text(struct rng *r, size_t max, bool multiline, struct buffer *b)
{
    generate_text(r, max, multiline, b);
    return buffer_slice(b);
}

static struct hash random_hash(struct rng *r)
{
    struct hash h;
    rng_fill(r, h.bytes, sizeof(h.bytes));
    return h;
}

static struct signature random_signature(struct rng *r)
{
    struct signature s;
    rng_fill(r, s.bytes, sizeof(s.bytes));
    return s;
}

static uint16_t random_seat(struct rng *r)
{
    return (uint16_t)(1 + rng_below(r, SEATS_MAX));
}

static void generate_propose(struct rng *r, struct operation *op, struct buffer *out)
{
    struct buffer title = {0};
    struct buffer text = {0};
    struct buffer evidence = {0};
    uint8_t random[HASH_BYTES + PROPOSE_NONCE_MAX];
    rng_fill(r, random, sizeof(random));
    buffer_append(&title, "T", 1);
    op->propose = (struct propose){
        .class_index = (uint32_t)rng_below(r, CLASSES_MAX),
        .title = random_text(r, TITLE_MAX - 1, false, &title),
        .text = random_text(r, rng_chance(r, 16) ? TEXT_MAX : 600, true, &text),
        .evidence =
            random_text(r, rng_chance(r, 16) ? EVIDENCE_TEXT_MAX : 300, true, &evidence),
        .payload = slice_of(random, rng_chance(r, 2) ? HASH_BYTES : 0),
        .nonce = slice_of(random + HASH_BYTES, 1 + rng_below(r, PROPOSE_NONCE_MAX)),
    };
    codec_encode_operation(out, op);
    buffer_free(&title);
    buffer_free(&text);
    buffer_free(&evidence);
}

static void generate_reveal(struct rng *r, struct operation *op, struct buffer *out)
{
    struct buffer rationale = {0};
    op->reveal = (struct reveal){
        .proposal = random_hash(r),
        .ballot = {.choice = (enum choice)rng_below(r, 3),
                   .confidence = (uint8_t)rng_below(r, CONFIDENCE_MAX + 1),
                   .rationale = random_text(r, RATIONALE_MAX, true, &rationale)},
    };
    rng_fill(r, op->reveal.nonce, BALLOT_NONCE_BYTES);
    codec_encode_operation(out, op);
    buffer_free(&rationale);
}

static void random_body(struct rng *r, enum evidence_kind kind, uint16_t seat,
                        struct buffer *out)
{
    struct hash hash = random_hash(r);
    struct hash other = random_hash(r);
    switch (kind) {
    case EVIDENCE_PREPARE:
    case EVIDENCE_COMMIT:
        codec_body_vote(out, rng_uint(r), rng_uint(r), &hash);
        break;
    case EVIDENCE_NEW_VIEW:
        codec_body_new_view(out, rng_uint(r), &hash, &other);
        break;
    case EVIDENCE_BALLOT:
        generate_operation(r, OPERATION_BALLOT, seat, out);
        break;
    }
}

static struct statement random_statement(struct rng *r, enum evidence_kind kind,
                                         uint16_t seat, struct buffer *body,
                                         uint8_t path[STATEMENT_PATH_MAX * HASH_BYTES])
{
    struct statement s = {.signature = random_signature(r)};
    random_body(r, kind, seat, body);
    if (kind == EVIDENCE_BALLOT) {
        size_t hashes = rng_below(r, rng_chance(r, 8) ? STATEMENT_PATH_MAX + 1 : 5);
        rng_fill(r, path, hashes * HASH_BYTES);
        s.ballot = buffer_slice(body);
        s.count = (uint32_t)(1 + rng_below(r, ENVELOPE_OPERATIONS_MAX));
        s.index = (uint32_t)rng_below(r, s.count);
        s.path = slice_of(path, hashes * HASH_BYTES);
    } else {
        s.body = buffer_slice(body);
    }
    return s;
}

static void generate_evidence(struct rng *r, struct operation *op, struct buffer *out)
{
    struct buffer bodies[2] = {{0}};
    uint8_t paths[2][STATEMENT_PATH_MAX * HASH_BYTES];
    enum evidence_kind kind = (enum evidence_kind)(1 + rng_below(r, 4));
    op->evidence.kind = kind;
    op->evidence.first = random_statement(r, kind, op->seat, &bodies[0], paths[0]);
    op->evidence.second = random_statement(r, kind, op->seat, &bodies[1], paths[1]);
    codec_encode_operation(out, op);
    buffer_free(&bodies[0]);
    buffer_free(&bodies[1]);
}

void generate_operation(struct rng *r, enum operation_kind kind, uint16_t seat,
                        struct buffer *out)
{
    struct operation op;
    memset(&op, 0, sizeof(op));
    op.kind = kind;
    op.seat = seat;
    switch (kind) {
    case OPERATION_PROPOSE:
        generate_propose(r, &op, out);
        break;
    case OPERATION_BALLOT:
        op.ballot.proposal = random_hash(r);
        op.ballot.commitment = random_hash(r);
        codec_encode_operation(out, &op);
        break;
    case OPERATION_REVEAL:
        generate_reveal(r, &op, out);
        break;
    case OPERATION_EVIDENCE:
        generate_evidence(r, &op, out);
        break;
    case OPERATION_RETURN:
        op.return_request.view = rng_uint(r);
        rng_fill(r, op.return_request.instance, INSTANCE_BYTES);
        codec_encode_operation(out, &op);
        break;
    }
}

static enum operation_kind random_kind(struct rng *r, enum envelope_sort sort)
{
    static const enum operation_kind with[] = {OPERATION_PROPOSE, OPERATION_BALLOT,
                                               OPERATION_RETURN};
    static const enum operation_kind without[] = {OPERATION_REVEAL, OPERATION_EVIDENCE};
    return sort == ENVELOPE_SIGNED ? with[rng_below(r, 3)] : without[rng_below(r, 2)];
}

void generate_envelope(struct rng *r, enum envelope_sort sort, size_t operations_max,
                       struct buffer *out)
{
    struct buffer all = {0};
    size_t ends[ENVELOPE_OPERATIONS_MAX];
    struct slice operations[ENVELOPE_OPERATIONS_MAX];
    size_t wanted = 1 + rng_below(r, operations_max);
    size_t count = 0;
    uint16_t seat = random_seat(r);
    struct signature signature = random_signature(r);
    assert(operations_max <= ENVELOPE_OPERATIONS_MAX);
    while (count < wanted &&
           (count == 0 || all.size < ENVELOPE_MAX - OPERATION_MAX - 128)) {
        generate_operation(r, random_kind(r, sort), seat, &all);
        ends[count++] = all.size;
    }
    for (size_t i = 0; i < count; i++) {
        size_t start = i > 0 ? ends[i - 1] : 0;
        operations[i] = slice_of(all.data + start, ends[i] - start);
    }
    codec_encode_envelope(out, seat, operations, count,
                          sort == ENVELOPE_SIGNED ? &signature : NULL);
    buffer_free(&all);
}

void generate_header(struct rng *r, struct header *out)
{
    uint64_t height = 1 + (rng_uint(r) >> 1);
    *out = (struct header){
        .version = PROTOCOL_VERSION,
        .height = height,
        .prev_hash = random_hash(r),
        .view = rng_uint(r),
        .time_ms = rng_uint(r),
        .ops_root = random_hash(r),
        .executed_height = rng_chance(r, 3) ? 0 : rng_below(r, height),
        .state_root = random_hash(r),
    };
}

static struct envelope *make_envelope(struct rng *r)
{
    struct buffer b = {0};
    struct envelope *e = NULL;
    generate_envelope(r, rng_chance(r, 2) ? ENVELOPE_SIGNED : ENVELOPE_UNSIGNED, 4, &b);
    struct bytes *owner = bytes_copy(buffer_slice(&b));
    int error = codec_decode_envelope(owner, bytes_slice(owner), &e);
    assert(error == 0);
    bytes_unref(owner);
    buffer_free(&b);
    return e;
}

void generate_block(struct rng *r, size_t envelopes_max, struct buffer *out)
{
    enum { ROOM = 16 };
    struct envelope *envelopes[ROOM] = {NULL};
    struct header header;
    size_t wanted = rng_below(r, (envelopes_max < ROOM ? envelopes_max : ROOM) + 1);
    size_t size = 0;
    size_t count = 0;
    generate_header(r, &header);
    while (count < wanted && size < BLOCK_MAX - ENVELOPE_MAX) {
        envelopes[count] = make_envelope(r);
        size += envelopes[count++]->encoding.size;
    }
    codec_encode_block(out, &header, envelopes, count);
    for (size_t i = 0; i < count; i++) {
        envelope_unref(envelopes[i]);
    }
}

static struct block *make_block(struct rng *r)
{
    struct buffer b = {0};
    struct block *block = NULL;
    generate_block(r, 3, &b);
    struct bytes *owner = bytes_copy(buffer_slice(&b));
    int error = codec_decode_block(owner, bytes_slice(owner), &block);
    assert(error == 0);
    bytes_unref(owner);
    buffer_free(&b);
    return block;
}

static struct best random_best(struct rng *r, enum certificate_kind kind)
{
    struct best b = {.kind = kind, .block = random_hash(r)};
    if (kind != CERTIFICATE_NONE) {
        b.view = rng_uint(r);
        b.height = 1 + (rng_uint(r) >> 1);
    }
    return b;
}

/* How many seats sign, and each one's number in ascending order. */
static uint16_t random_seats(struct rng *r, uint16_t seats[SEATS_MAX])
{
    uint16_t count = 0;
    uint64_t density = 1 + rng_below(r, 40);
    for (uint16_t seat = 1; seat <= SEATS_MAX; seat++) {
        if (rng_chance(r, density)) {
            seats[count++] = seat;
        }
    }
    if (count == 0) {
        seats[count++] = random_seat(r);
    }
    return count;
}

struct certificate *generate_certificate(struct rng *r, enum certificate_kind kind)
{
    uint16_t seats[SEATS_MAX];
    uint16_t count = random_seats(r, seats);
    struct certificate *c = certificate_new(count);
    c->what = random_best(r, kind);
    for (uint16_t i = 0; i < count; i++) {
        c->entries[i].seat = seats[i];
        c->entries[i].signature = random_signature(r);
    }
    return c;
}

static enum certificate_kind random_certificate_kind(struct rng *r)
{
    return (enum certificate_kind)rng_below(r, 3);
}

struct new_view *generate_new_view(struct rng *r)
{
    uint16_t seats[SEATS_MAX];
    uint16_t count = random_seats(r, seats);
    struct new_view *v = new_view_new(count);
    enum certificate_kind highest = CERTIFICATE_NONE;
    v->view = rng_uint(r);
    v->tip = random_hash(r);
    v->signature = random_signature(r);
    for (uint16_t i = 0; i < count; i++) {
        enum certificate_kind kind = random_certificate_kind(r);
        v->changes[i] = (struct view_change){.seat = seats[i],
                                             .view = v->view,
                                             .best = random_best(r, kind),
                                             .signature = random_signature(r)};
        highest = kind > highest ? kind : highest;
    }
    if (highest != CERTIFICATE_NONE) {
        v->certificate = generate_certificate(r, highest);
    }
    return v;
}

static void make_heartbeat(struct rng *r, struct heartbeat *out, struct buffer *version)
{
    *out = (struct heartbeat){
        .view = rng_uint(r),
        .height = rng_uint(r),
        .monotonic_ms = rng_uint(r),
        .wall_ms = rng_uint(r),
        .echo_ms = rng_uint(r),
        .echo_held_ms = rng_uint(r),
        .version = random_text(r, 32, false, version),
        .flags = (uint32_t)rng_next(r) & 31U,
    };
    rng_fill(r, out->tip_prefix, sizeof(out->tip_prefix));
    rng_fill(r, out->instance, sizeof(out->instance));
}

static void make_pre_prepare(struct rng *r, struct pre_prepare *out)
{
    out->block = make_block(r);
    out->signature = random_signature(r);
    if (out->block->header.executed_height > 0) {
        out->certificate = generate_certificate(r, CERTIFICATE_COMMIT);
    }
}

static struct vote random_vote(struct rng *r, enum phase phase)
{
    return (struct vote){.phase = phase,
                         .seat = random_seat(r),
                         .view = rng_uint(r),
                         .height = rng_uint(r),
                         .block = random_hash(r),
                         .signature = random_signature(r)};
}

static void make_view_change(struct rng *r, struct message *out)
{
    enum certificate_kind kind = random_certificate_kind(r);
    out->view_change.change = (struct view_change){.seat = random_seat(r),
                                                   .view = rng_uint(r),
                                                   .best = random_best(r, kind),
                                                   .signature = random_signature(r)};
    if (kind != CERTIFICATE_NONE) {
        out->view_change.certificate = generate_certificate(r, kind);
    }
}

static struct view_change random_change(struct rng *r, uint16_t seat)
{
    return (struct view_change){.seat = seat,
                                .view = rng_uint(r),
                                .best = random_best(r, random_certificate_kind(r)),
                                .signature = random_signature(r)};
}

static void make_report(struct rng *r, struct report *out)
{
    uint16_t seats[SEATS_MAX];
    enum certificate_kind kind = random_certificate_kind(r);
    out->seat = random_seat(r);
    out->view = rng_uint(r);
    out->certificate = kind != CERTIFICATE_NONE ? generate_certificate(r, kind) : NULL;
    out->change_count = random_seats(r, seats);
    out->changes = alloc_zero(out->change_count, sizeof(*out->changes));
    for (uint16_t i = 0; i < out->change_count; i++) {
        out->changes[i] = random_change(r, seats[i]);
    }
    for (int phase = PHASE_PREPARE; phase <= PHASE_COMMIT; phase++) {
        out->has_vote[phase] = rng_below(r, 2) == 0;
        if (out->has_vote[phase]) {
            out->votes[phase] = random_vote(r, (enum phase)phase);
            out->votes[phase].seat = out->seat;
        }
    }
    out->has_change = rng_below(r, 2) == 0;
    out->change = random_change(r, out->seat);
}

static void make_range(struct rng *r, struct range *out)
{
    out->from = rng_uint(r);
    out->block_count = (uint32_t)rng_below(r, 4);
    out->header_count = out->block_count > 0 ? (uint32_t)rng_below(r, 4) : 0;
    out->blocks = calloc(out->block_count + 1, sizeof(*out->blocks));
    out->headers = calloc(out->header_count + 1, sizeof(*out->headers));
    assert(out->blocks != NULL && out->headers != NULL);
    for (uint32_t i = 0; i < out->block_count; i++) {
        out->blocks[i] = make_block(r);
    }
    for (uint32_t i = 0; i < out->header_count; i++) {
        generate_header(r, &out->headers[i]);
    }
    if (out->block_count > 0) {
        out->certificate = generate_certificate(r, CERTIFICATE_COMMIT);
    }
}

void generate_message(struct rng *r, enum message_tag tag, struct buffer *out)
{
    struct message m;
    struct buffer version = {0};
    memset(&m, 0, sizeof(m));
    m.tag = tag;
    switch (tag) {
    case MESSAGE_HEARTBEAT:
        make_heartbeat(r, &m.heartbeat, &version);
        break;
    case MESSAGE_ENVELOPE:
        m.envelope = make_envelope(r);
        break;
    case MESSAGE_PRE_PREPARE:
        make_pre_prepare(r, &m.pre_prepare);
        break;
    case MESSAGE_PREPARE:
        m.vote = random_vote(r, PHASE_PREPARE);
        break;
    case MESSAGE_COMMIT:
        m.vote = random_vote(r, PHASE_COMMIT);
        break;
    case MESSAGE_VIEW_CHANGE:
        make_view_change(r, &m);
        break;
    case MESSAGE_NEW_VIEW:
        m.new_view = generate_new_view(r);
        break;
    case MESSAGE_FETCH_BLOCK:
        m.fetch_block.height = rng_uint(r);
        m.fetch_block.hash = random_hash(r);
        break;
    case MESSAGE_BLOCK:
        m.block = make_block(r);
        break;
    case MESSAGE_FETCH_RANGE:
        m.fetch_range.from = rng_uint(r);
        break;
    case MESSAGE_RANGE:
        make_range(r, &m.range);
        break;
    case MESSAGE_FETCH_NEW_VIEW:
        m.fetch_new_view.view = rng_uint(r);
        break;
    case MESSAGE_ASK:
        break;
    case MESSAGE_REPORT:
        make_report(r, &m.report);
        break;
    case MESSAGE_CHECKPOINT:
        m.checkpoint =
            (struct checkpoint_vote){rng_uint(r), random_hash(r), random_signature(r)};
        break;
    }
    codec_encode_message(out, &m);
    message_clear(&m);
    buffer_free(&version);
}
