/* SPDX-License-Identifier: ISC */
#include "base/alloc.h"
#include "base/error.h"
#include "wire/codec_parts.h"
#include "wire/shared.h"

#include <assert.h>
#include <string.h>

/* Of a message that only a later build knows. */
enum { LATER_FIELDS_MAX = 23, LATER_TAG_MAX = 255 };

static void read_heartbeat(struct cbor_reader *r, struct heartbeat *out)
{
    out->view = cbor_read_uint(r, UINT64_MAX);
    out->height = cbor_read_uint(r, UINT64_MAX);
    cbor_read_bytes_into(r, out->tip_prefix, sizeof(out->tip_prefix));
    out->monotonic_ms = cbor_read_uint(r, UINT64_MAX);
    out->wall_ms = cbor_read_uint(r, UINT64_MAX);
    out->echo_ms = cbor_read_uint(r, UINT64_MAX);
    out->echo_held_ms = cbor_read_uint(r, UINT64_MAX);
    cbor_read_bytes_into(r, out->instance, INSTANCE_BYTES);
    out->version = cbor_read_text(r, HEARTBEAT_VERSION_MAX, false);
    out->flags = (uint32_t)cbor_read_uint(r, UINT32_MAX);
}

static void write_heartbeat(struct buffer *out, const struct heartbeat *h)
{
    cbor_write_uint(out, h->view);
    cbor_write_uint(out, h->height);
    write_blob(out, h->tip_prefix, sizeof(h->tip_prefix));
    cbor_write_uint(out, h->monotonic_ms);
    cbor_write_uint(out, h->wall_ms);
    cbor_write_uint(out, h->echo_ms);
    cbor_write_uint(out, h->echo_held_ms);
    write_blob(out, h->instance, INSTANCE_BYTES);
    cbor_write_text(out, h->version);
    cbor_write_uint(out, h->flags);
}

/* A certificate is there exactly where it is called for, and of the kind called for. */
static void check_certificate(struct cbor_reader *r, const struct certificate *c,
                              enum certificate_kind expected)
{
    enum certificate_kind kind = c != NULL ? c->what.kind : CERTIFICATE_NONE;
    if (r->error == 0 && kind != expected) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
}

static void read_pre_prepare(struct cbor_reader *r, const struct origin *from,
                             struct pre_prepare *out)
{
    out->block = read_block(r, from);
    read_signature(r, &out->signature);
    out->certificate = read_certificate_or_none(r);
    bool executed = out->block != NULL && out->block->header.executed_height > 0;
    check_certificate(r, out->certificate,
                      executed ? CERTIFICATE_COMMIT : CERTIFICATE_NONE);
}

static void write_pre_prepare(struct buffer *out, const struct pre_prepare *p)
{
    buffer_append_slice(out, p->block->encoding);
    write_signature(out, &p->signature);
    write_certificate_or_none(out, p->certificate);
}

static void read_vote(struct cbor_reader *r, enum phase phase, struct vote *out)
{
    out->phase = phase;
    out->seat = read_seat(r);
    out->view = cbor_read_uint(r, UINT64_MAX);
    out->height = cbor_read_uint(r, UINT64_MAX);
    read_hash(r, &out->block);
    read_signature(r, &out->signature);
}

static void write_vote(struct buffer *out, const struct vote *v)
{
    cbor_write_uint(out, v->seat);
    cbor_write_uint(out, v->view);
    cbor_write_uint(out, v->height);
    write_hash(out, &v->block);
    write_signature(out, &v->signature);
}

static void read_change_message(struct cbor_reader *r, struct message *out)
{
    struct view_change *change = &out->view_change.change;
    change->seat = read_seat(r);
    change->view = cbor_read_uint(r, UINT64_MAX);
    read_best(r, &change->best);
    read_signature(r, &change->signature);
    out->view_change.certificate = read_certificate_or_none(r);
    check_certificate(r, out->view_change.certificate, change->best.kind);
}

static void write_change_message(struct buffer *out, const struct message *m)
{
    const struct view_change *change = &m->view_change.change;
    cbor_write_uint(out, change->seat);
    cbor_write_uint(out, change->view);
    codec_encode_best(out, &change->best);
    write_signature(out, &change->signature);
    write_certificate_or_none(out, m->view_change.certificate);
}

static void read_range(struct cbor_reader *r, const struct origin *from, struct range *out)
{
    out->from = cbor_read_uint(r, UINT64_MAX);
    size_t blocks = read_list(r, SIZE_MAX, BLOCK_BYTES_MIN);
    out->blocks = alloc_zero(blocks, sizeof(*out->blocks));
    while (out->block_count < blocks && r->error == 0) {
        out->blocks[out->block_count++] = read_block(r, from);
    }
    size_t headers = read_list(r, SIZE_MAX, HEADER_BYTES_MIN);
    out->headers = alloc_zero(headers, sizeof(*out->headers));
    while (out->header_count < headers && r->error == 0) {
        read_header(r, &out->headers[out->header_count++]);
    }
    out->certificate = read_certificate_or_none(r);
    check_certificate(r, out->certificate,
                      blocks > 0 ? CERTIFICATE_COMMIT : CERTIFICATE_NONE);
    if (blocks == 0 && headers > 0) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
}

static void write_range(struct buffer *out, const struct range *range)
{
    cbor_write_uint(out, range->from);
    cbor_write_array(out, range->block_count);
    for (uint32_t i = 0; i < range->block_count; i++) {
        buffer_append_slice(out, range->blocks[i]->encoding);
    }
    cbor_write_array(out, range->header_count);
    for (uint32_t i = 0; i < range->header_count; i++) {
        codec_encode_header(out, &range->headers[i]);
    }
    write_certificate_or_none(out, range->certificate);
}

/* The seat is the report's, and the phase that of its place. */
static void read_own_vote(struct cbor_reader *r, uint16_t seat, enum phase phase,
                          struct report *out)
{
    if (read_absent(r)) {
        return;
    }
    struct vote *v = &out->votes[phase];
    cbor_read_array_of(r, 4);
    v->phase = phase;
    v->seat = seat;
    v->view = cbor_read_uint(r, UINT64_MAX);
    v->height = cbor_read_uint(r, UINT64_MAX);
    read_hash(r, &v->block);
    read_signature(r, &v->signature);
    out->has_vote[phase] = true;
}

static void write_own_vote(struct buffer *out, const struct report *p, enum phase phase)
{
    const struct vote *v = &p->votes[phase];
    if (!p->has_vote[phase]) {
        cbor_write_array(out, 0);
        return;
    }
    cbor_write_array(out, 4);
    cbor_write_uint(out, v->view);
    cbor_write_uint(out, v->height);
    write_hash(out, &v->block);
    write_signature(out, &v->signature);
}

static void read_report(struct cbor_reader *r, struct report *out)
{
    out->seat = read_seat(r);
    out->view = cbor_read_uint(r, UINT64_MAX);
    out->certificate = read_certificate_or_none(r);
    size_t count = read_list(r, SEATS_MAX, VIEW_CHANGE_BYTES_MIN);
    out->changes = alloc_zero(count, sizeof(*out->changes));
    while (out->change_count < count && r->error == 0) {
        read_view_change(r, &out->changes[out->change_count++]);
    }
    read_own_vote(r, out->seat, PHASE_PREPARE, out);
    read_own_vote(r, out->seat, PHASE_COMMIT, out);
    out->has_change = !read_absent(r);
    if (out->has_change) {
        read_view_change(r, &out->change);
    }
}

static void write_report(struct buffer *out, const struct report *p)
{
    cbor_write_uint(out, p->seat);
    cbor_write_uint(out, p->view);
    write_certificate_or_none(out, p->certificate);
    codec_view_changes(out, p->changes, p->change_count);
    write_own_vote(out, p, PHASE_PREPARE);
    write_own_vote(out, p, PHASE_COMMIT);
    if (p->has_change) {
        codec_encode_view_change(out, &p->change);
    } else {
        cbor_write_array(out, 0);
    }
}

/* Number of elements of each message's array, the tag included. */
static const uint8_t elements[] = {
    [MESSAGE_HEARTBEAT] = 11,  [MESSAGE_ENVELOPE] = 2,    [MESSAGE_PRE_PREPARE] = 4,
    [MESSAGE_PREPARE] = 6,     [MESSAGE_COMMIT] = 6,      [MESSAGE_VIEW_CHANGE] = 6,
    [MESSAGE_NEW_VIEW] = 6,    [MESSAGE_FETCH_BLOCK] = 3, [MESSAGE_BLOCK] = 2,
    [MESSAGE_FETCH_RANGE] = 2, [MESSAGE_RANGE] = 5,       [MESSAGE_FETCH_NEW_VIEW] = 2,
    [MESSAGE_ASK] = 1,         [MESSAGE_REPORT] = 8,      [MESSAGE_CHECKPOINT] = 4,
};

static void read_message(struct cbor_reader *r, const struct origin *from,
                         struct message *out)
{
    size_t count = cbor_read_array(r, SIZE_MAX);
    out->tag = (enum message_tag)read_kind(r, MESSAGE_HEARTBEAT, MESSAGE_CHECKPOINT);
    if (count != elements[out->tag]) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
    switch (out->tag) {
    case MESSAGE_HEARTBEAT:
        read_heartbeat(r, &out->heartbeat);
        break;
    case MESSAGE_ENVELOPE:
        out->envelope = read_envelope(r, from);
        break;
    case MESSAGE_PRE_PREPARE:
        read_pre_prepare(r, from, &out->pre_prepare);
        break;
    case MESSAGE_PREPARE:
        read_vote(r, PHASE_PREPARE, &out->vote);
        break;
    case MESSAGE_COMMIT:
        read_vote(r, PHASE_COMMIT, &out->vote);
        break;
    case MESSAGE_VIEW_CHANGE:
        read_change_message(r, out);
        break;
    case MESSAGE_NEW_VIEW:
        out->new_view = read_new_view_fields(r);
        break;
    case MESSAGE_FETCH_BLOCK:
        out->fetch_block.height = cbor_read_uint(r, UINT64_MAX);
        read_hash(r, &out->fetch_block.hash);
        break;
    case MESSAGE_BLOCK:
        out->block = read_block(r, from);
        break;
    case MESSAGE_FETCH_RANGE:
        out->fetch_range.from = cbor_read_uint(r, UINT64_MAX);
        break;
    case MESSAGE_RANGE:
        read_range(r, from, &out->range);
        break;
    case MESSAGE_FETCH_NEW_VIEW:
        out->fetch_new_view.view = cbor_read_uint(r, UINT64_MAX);
        break;
    case MESSAGE_ASK:
        break;
    case MESSAGE_REPORT:
        read_report(r, &out->report);
        break;
    case MESSAGE_CHECKPOINT:
        out->checkpoint.size = cbor_read_uint(r, UINT64_MAX);
        read_hash(r, &out->checkpoint.root);
        read_signature(r, &out->checkpoint.signature);
        break;
    }
}

bool codec_is_later_message(struct slice input)
{
    struct cbor_reader r;
    cbor_read_begin(&r, input);
    size_t count = cbor_read_array(&r, LATER_FIELDS_MAX);
    uint64_t tag = cbor_read_uint(&r, LATER_TAG_MAX);
    return r.error == 0 && count > 0 && tag > MESSAGE_CHECKPOINT;
}

int codec_decode_message(struct bytes *owner, struct slice input, struct message *out)
{
    return codec_decode_message_with(owner, input, NULL, out);
}

int codec_decode_message_with(struct bytes *owner, struct slice input,
                              const struct known_envelopes *known, struct message *out)
{
    struct cbor_reader r;
    struct message m;
    if (input.size > FRAME_MAX) {
        return CONCLAVE_ELIMIT;
    }
    memset(&m, 0, sizeof(m));
    cbor_read_begin(&r, input);
    read_message(&r, &(struct origin){owner, known}, &m);
    int error = cbor_read_end(&r);
    if (error != 0) {
        message_clear(&m);
        return error;
    }
    *out = m;
    return 0;
}

void codec_encode_message(struct buffer *out, const struct message *m)
{
    cbor_write_array(out, elements[m->tag]);
    cbor_write_uint(out, m->tag);
    switch (m->tag) {
    case MESSAGE_HEARTBEAT:
        write_heartbeat(out, &m->heartbeat);
        break;
    case MESSAGE_ENVELOPE:
        buffer_append_slice(out, m->envelope->encoding);
        break;
    case MESSAGE_PRE_PREPARE:
        write_pre_prepare(out, &m->pre_prepare);
        break;
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        assert((m->tag == MESSAGE_PREPARE) == (m->vote.phase == PHASE_PREPARE));
        write_vote(out, &m->vote);
        break;
    case MESSAGE_VIEW_CHANGE:
        write_change_message(out, m);
        break;
    case MESSAGE_NEW_VIEW:
        write_new_view_fields(out, m->new_view);
        break;
    case MESSAGE_FETCH_BLOCK:
        cbor_write_uint(out, m->fetch_block.height);
        write_hash(out, &m->fetch_block.hash);
        break;
    case MESSAGE_BLOCK:
        buffer_append_slice(out, m->block->encoding);
        break;
    case MESSAGE_FETCH_RANGE:
        cbor_write_uint(out, m->fetch_range.from);
        break;
    case MESSAGE_RANGE:
        write_range(out, &m->range);
        break;
    case MESSAGE_FETCH_NEW_VIEW:
        cbor_write_uint(out, m->fetch_new_view.view);
        break;
    case MESSAGE_ASK:
        break;
    case MESSAGE_REPORT:
        write_report(out, &m->report);
        break;
    case MESSAGE_CHECKPOINT:
        cbor_write_uint(out, m->checkpoint.size);
        write_hash(out, &m->checkpoint.root);
        write_signature(out, &m->checkpoint.signature);
        break;
    }
}
