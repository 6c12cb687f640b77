/* SPDX-License-Identifier: ISC */
#include "ledger/values.h"

#include "wire/codec.h"

#include <string.h>

void value_key_number(uint8_t out[8], uint64_t number)
{
    for (int i = 7; i >= 0; i--) {
        out[i] = (uint8_t)number;
        number >>= 8;
    }
}

uint64_t value_key_read(const uint8_t key[8])
{
    uint64_t number = 0;
    for (int i = 0; i < 8; i++) {
        number = number << 8 | key[i];
    }
    return number;
}

void value_key_vote(uint8_t out[VOTE_KEY_BYTES], const struct vote *v)
{
    value_key_number(out, v->view);
    value_key_number(out + 8, v->height);
    out[16] = (uint8_t)v->phase;
}

void value_key_candidate(uint8_t out[CANDIDATE_KEY_BYTES], const struct block *b)
{
    value_key_number(out, b->header.height);
    value_key_number(out + 8, b->header.view);
    memcpy(out + 16, b->hash.bytes, HASH_BYTES);
}

static void put_hash(struct buffer *out, const struct hash *h)
{
    cbor_write_bytes(out, slice_of(h->bytes, sizeof(h->bytes)));
}

static void get_hash(struct cbor_reader *r, struct hash *h)
{
    cbor_read_bytes_into(r, h->bytes, sizeof(h->bytes));
}

static void put_signature(struct buffer *out, const struct signature *s)
{
    cbor_write_bytes(out, slice_of(s->bytes, sizeof(s->bytes)));
}

static void get_signature(struct cbor_reader *r, struct signature *s)
{
    cbor_read_bytes_into(r, s->bytes, sizeof(s->bytes));
}

static int end(struct cbor_reader *r)
{
    return cbor_read_end(r) == 0 ? 0 : CONCLAVE_ECORRUPT;
}

void value_put_identity(struct buffer *out, const struct ledger_identity *id)
{
    cbor_write_array(out, 3);
    put_hash(out, &id->council_id);
    cbor_write_uint(out, id->seat);
    cbor_write_uint(out, id->seats);
}

int value_get_identity(struct slice value, struct ledger_identity *id)
{
    struct cbor_reader r;
    cbor_read_begin(&r, value);
    cbor_read_array_of(&r, 3);
    get_hash(&r, &id->council_id);
    id->seat = (uint16_t)cbor_read_uint(&r, SEATS_MAX);
    id->seats = (uint16_t)cbor_read_uint(&r, SEATS_MAX);
    return end(&r);
}

static void put_file(struct buffer *out, const struct file_mark *file)
{
    cbor_write_uint(out, file->inode);
    cbor_write_uint(out, file->birth_ns);
}

static void get_file(struct cbor_reader *r, struct file_mark *file)
{
    file->inode = cbor_read_uint(r, UINT64_MAX);
    file->birth_ns = cbor_read_uint(r, UINT64_MAX);
}

void value_put_marks(struct buffer *out, const struct machine_id *machine,
                     const struct file_mark *file)
{
    cbor_write_array(out, 3);
    cbor_write_bytes(out, slice_of(machine->text, machine->size));
    put_file(out, file);
}

int value_get_marks(struct slice value, struct machine_id *machine, struct file_mark *file)
{
    struct cbor_reader r;
    cbor_read_begin(&r, value);
    cbor_read_array_of(&r, 3);
    struct slice text = cbor_read_bytes(&r, MACHINE_ID_BYTES);
    get_file(&r, file);
    memset(machine, 0, sizeof(*machine));
    if (r.error == 0 && text.size > 0) {
        memcpy(machine->text, text.data, text.size);
        machine->size = text.size;
    }
    return end(&r);
}

void value_put_incarnations(struct buffer *out, const struct incarnation *list,
                            size_t count)
{
    cbor_write_array(out, count);
    for (size_t i = 0; i < count; i++) {
        cbor_write_array(out, 3);
        cbor_write_bytes(out, slice_of(list[i].number, sizeof(list[i].number)));
        put_file(out, &list[i].file);
    }
}

int value_get_incarnations(struct slice value, struct incarnation list[2], size_t *count)
{
    struct cbor_reader r;
    cbor_read_begin(&r, value);
    *count = cbor_read_array(&r, 2);
    for (size_t i = 0; i < *count; i++) {
        cbor_read_array_of(&r, 3);
        cbor_read_bytes_into(&r, list[i].number, sizeof(list[i].number));
        get_file(&r, &list[i].file);
    }
    return end(&r);
}

void value_put_vote(struct buffer *out, const struct vote *v)
{
    cbor_write_array(out, 6);
    cbor_write_uint(out, v->phase);
    cbor_write_uint(out, v->seat);
    cbor_write_uint(out, v->view);
    cbor_write_uint(out, v->height);
    put_hash(out, &v->block);
    put_signature(out, &v->signature);
}

int value_get_vote(struct slice value, struct vote *v)
{
    struct cbor_reader r;
    cbor_read_begin(&r, value);
    cbor_read_array_of(&r, 6);
    v->phase = (enum phase)cbor_read_uint(&r, PHASE_COMMIT);
    v->seat = (uint16_t)cbor_read_uint(&r, SEATS_MAX);
    v->view = cbor_read_uint(&r, UINT64_MAX);
    v->height = cbor_read_uint(&r, UINT64_MAX);
    get_hash(&r, &v->block);
    get_signature(&r, &v->signature);
    return end(&r);
}

void value_put_view_change(struct buffer *out, const struct view_change *v)
{
    codec_encode_view_change(out, v);
}

int value_get_view_change(struct slice value, struct view_change *v)
{
    return codec_decode_view_change(value, v) == 0 ? 0 : CONCLAVE_ECORRUPT;
}

void value_put_standing(struct buffer *out, const struct standing *s)
{
    cbor_write_array(out, 5);
    cbor_write_uint(out, s->founded);
    cbor_write_uint(out, s->lost);
    cbor_write_uint(out, s->has_view);
    cbor_write_uint(out, s->view);
    cbor_write_uint(out, s->height);
}

int value_get_standing(struct slice value, struct standing *s)
{
    struct cbor_reader r;
    cbor_read_begin(&r, value);
    cbor_read_array_of(&r, 5);
    s->founded = cbor_read_uint(&r, 1) != 0;
    s->lost = cbor_read_uint(&r, 1) != 0;
    s->has_view = cbor_read_uint(&r, 1) != 0;
    s->view = cbor_read_uint(&r, UINT64_MAX);
    s->height = cbor_read_uint(&r, UINT64_MAX);
    return end(&r);
}

void value_put_own(struct buffer *out, uint64_t sequence, struct slice operation)
{
    cbor_write_array(out, 2);
    cbor_write_uint(out, sequence);
    cbor_write_bytes(out, operation);
}

int value_get_own(struct slice value, uint64_t *sequence, struct slice *operation)
{
    struct cbor_reader r;
    cbor_read_begin(&r, value);
    cbor_read_array_of(&r, 2);
    *sequence = cbor_read_uint(&r, UINT64_MAX);
    *operation = cbor_read_bytes(&r, OPERATION_MAX);
    return end(&r);
}

void value_put_ballot(struct buffer *out, const struct own_ballot *b)
{
    cbor_write_array(out, 2);
    codec_encode_ballot(out, &b->ballot);
    cbor_write_bytes(out, slice_of(b->nonce, sizeof(b->nonce)));
}

int value_get_ballot(struct slice value, struct own_ballot *b)
{
    struct cbor_reader r;
    cbor_read_begin(&r, value);
    cbor_read_array_of(&r, 2);
    cbor_read_array_of(&r, 3);
    b->ballot.choice = (enum choice)cbor_read_uint(&r, CHOICE_ABSTAIN);
    b->ballot.confidence = (uint8_t)cbor_read_uint(&r, CONFIDENCE_MAX);
    b->ballot.rationale = cbor_read_text(&r, RATIONALE_MAX, true);
    cbor_read_bytes_into(&r, b->nonce, sizeof(b->nonce));
    return end(&r);
}

void value_put_proposal(struct buffer *out, const struct ledger_proposal *p)
{
    cbor_write_array(out, 3);
    cbor_write_uint(out, p->propose_height);
    cbor_write_uint(out, p->final_height);
    cbor_write_uint(out, p->record_index);
}

int value_get_proposal(struct slice value, struct ledger_proposal *p)
{
    struct cbor_reader r;
    cbor_read_begin(&r, value);
    cbor_read_array_of(&r, 3);
    p->propose_height = cbor_read_uint(&r, UINT64_MAX);
    p->final_height = cbor_read_uint(&r, UINT64_MAX);
    p->record_index = cbor_read_uint(&r, UINT64_MAX);
    return end(&r);
}
