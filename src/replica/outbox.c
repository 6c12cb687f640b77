/* SPDX-License-Identifier: ISC */
/* Own operations on their way into the ledger: gathered into envelopes, at most
 * `seat-window` unordered of each sort, sent to all peers, repeated every request timer. */
#include "replica/inside.h"

#include "base/alloc.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

struct item {
    struct item *next, *previous; /* in the order added */
    struct item *next_in_bucket;  /* of its id */
    struct hash id;
    enum operation_kind kind;
    enum envelope_sort sort;
    bool durable;
    const struct envelope *envelope; /* that carries it; NULL: not sealed yet */
    size_t size;
    uint8_t encoding[];
};

struct sealed {
    struct envelope *envelope;
    uint32_t left; /* operations not executed yet */
};

enum { BUCKETS = 1024 };

struct outbox {
    struct item *first, *last;
    struct item *buckets[BUCKETS];
    struct item *unsealed_from; /* no item before this one waits for an envelope */
    struct sealed *sealed;      /* unordered envelopes of both sorts, in the order sealed */
    size_t sealed_count, sealed_capacity;
    uint32_t unsealed;         /* items without an envelope */
    uint32_t items, proposals; /* all of them, and the PROPOSEs */
};

struct outbox *outbox_new(void)
{
    return alloc_zero(1, sizeof(struct outbox));
}

void outbox_free(struct outbox *o)
{
    if (o == NULL) {
        return;
    }
    while (o->first != NULL) {
        struct item *next = o->first->next;
        free(o->first);
        o->first = next;
    }
    for (size_t i = 0; i < o->sealed_count; i++) {
        envelope_unref(o->sealed[i].envelope);
    }
    free(o->sealed);
    free(o);
}

static struct item **bucket_of(struct outbox *o, const struct hash *id)
{
    return &o->buckets[(id->bytes[0] | id->bytes[1] << 8) % BUCKETS];
}

static struct item *find(struct outbox *o, const struct hash *id)
{
    struct item *i = *bucket_of(o, id);
    while (i != NULL && !hash_equal(&i->id, id)) {
        i = i->next_in_bucket;
    }
    return i;
}

bool outbox_holds(const struct replica *r, const struct hash *op_id)
{
    return find(r->outbox, op_id) != NULL;
}

enum operation_kind outbox_kind_of(struct slice operation)
{
    struct cbor_reader reader;
    cbor_read_begin(&reader, operation);
    (void)cbor_read_array(&reader, 3);
    return (enum operation_kind)cbor_read_uint(&reader, OPERATION_RETURN);
}

void outbox_add(struct replica *r, struct slice operation, bool durable)
{
    struct outbox *o = r->outbox;
    struct hash id = hash_operation(operation);
    if (outbox_holds(r, &id)) {
        return;
    }
    struct item *i = alloc_zero(1, sizeof(*i) + operation.size);
    i->id = id;
    i->kind = outbox_kind_of(operation);
    i->sort = codec_sort_of(i->kind);
    i->durable = durable;
    i->size = operation.size;
    memcpy(i->encoding, operation.data, operation.size);
    i->previous = o->last;
    *(o->last != NULL ? &o->last->next : &o->first) = i;
    o->last = i;
    i->next_in_bucket = *bucket_of(o, &id);
    *bucket_of(o, &id) = i;
    o->unsealed_from = o->unsealed_from != NULL ? o->unsealed_from : i;
    o->unsealed++;
    o->items++;
    o->proposals += i->kind == OPERATION_PROPOSE;
    if (durable) {
        ledger_put_own(r->ledger, &id, operation);
    }
}

void outbox_add_operation(struct replica *r, const struct operation *op, bool durable)
{
    struct buffer encoding = {NULL, 0, 0};
    codec_encode_operation(&encoding, op);
    outbox_add(r, buffer_slice(&encoding), durable);
    buffer_free(&encoding);
}

static void restore_one(void *context, const struct hash *op_id, struct slice operation)
{
    struct buffer *all = context;
    (void)op_id;
    cbor_write_bytes(all, operation);
}

int outbox_restore(struct replica *r)
{
    /* Copied first: adding writes to the store that is being read. */
    struct buffer all = {NULL, 0, 0};
    int error = ledger_each_own(r->ledger, restore_one, &all);
    struct cbor_reader reader;
    cbor_read_begin(&reader, buffer_slice(&all));
    while (error == 0 && cbor_peek(&reader) == CBOR_BYTES) {
        outbox_add(r, cbor_read_bytes(&reader, OPERATION_MAX), true);
    }
    buffer_free(&all);
    return error;
}

/* --- sealing --- */

/* What was given up must not keep a RETURN from leaving. */
static uint32_t outstanding(const struct replica *r, enum envelope_sort sort)
{
    const struct outbox *o = r->outbox;
    uint32_t count = 0;
    for (size_t i = 0; i < o->sealed_count; i++) {
        const struct envelope *e = o->sealed[i].envelope;
        count += e->sort == sort && !recover_gives_up(r, e);
    }
    return count;
}

/* One envelope of what waits of this sort; false when nothing does. */
static bool seal(struct replica *r, enum envelope_sort sort)
{
    enum { OVERHEAD = 128 }; /* array heads, seat and signature of an envelope */
    struct outbox *o = r->outbox;
    struct slice operations[ENVELOPE_OPERATIONS_MAX];
    struct item *members[ENVELOPE_OPERATIONS_MAX];
    size_t count = 0, bytes = OVERHEAD;
    while (o->unsealed_from != NULL && o->unsealed_from->envelope != NULL) {
        o->unsealed_from = o->unsealed_from->next;
    }
    for (struct item *i = o->unsealed_from;
         i != NULL && count < r->config.envelope_operations; i = i->next) {
        if (i->envelope == NULL && i->sort == sort && bytes + i->size <= ENVELOPE_MAX &&
            !recover_withholds(r, slice_of(i->encoding, i->size))) {
            operations[count] = slice_of(i->encoding, i->size);
            members[count++] = i;
            bytes += i->size;
        }
    }
    if (count == 0) {
        return false;
    }
    struct envelope *e =
        authenticate_seal_envelope(&r->auth, r->config.key, r->seat, operations, count);
    for (size_t i = 0; i < count; i++) {
        members[i]->envelope = e;
    }
    o->unsealed -= (uint32_t)count;
    if (o->sealed_count == o->sealed_capacity) {
        o->sealed_capacity = o->sealed_capacity > 0 ? 2 * o->sealed_capacity : 8;
        o->sealed = alloc_resize(o->sealed, o->sealed_capacity, sizeof(*o->sealed));
    }
    o->sealed[o->sealed_count++] = (struct sealed){e, (uint32_t)count};
    struct message m = {.tag = MESSAGE_ENVELOPE, .envelope = e};
    turn_send(r, 0, &m);
    (void)turn_feed_envelope(r, e, r->seat);
    return true;
}

void outbox_progress(struct replica *r)
{
    struct outbox *o = r->outbox;
    for (int sort = 0; sort < ENVELOPE_SORTS && o->unsealed > 0; sort++) {
        while (outstanding(r, (enum envelope_sort)sort) < r->config.seat_window &&
               seal(r, (enum envelope_sort)sort)) {
        }
    }
}

/* --- done --- */

static void settle(struct outbox *o, const struct envelope *e)
{
    for (size_t i = 0; i < o->sealed_count; i++) {
        if (o->sealed[i].envelope == e && --o->sealed[i].left == 0) {
            envelope_unref(o->sealed[i].envelope);
            o->sealed_count--;
            memmove(&o->sealed[i], &o->sealed[i + 1],
                    (o->sealed_count - i) * sizeof(*o->sealed));
            return;
        }
    }
}

static void done(struct replica *r, const struct hash *id)
{
    struct outbox *o = r->outbox;
    struct item *i = find(o, id);
    if (i == NULL) {
        return;
    }
    struct item **at = bucket_of(o, id);
    while (*at != i) {
        at = &(*at)->next_in_bucket;
    }
    *at = i->next_in_bucket;
    *(i->previous != NULL ? &i->previous->next : &o->first) = i->next;
    *(i->next != NULL ? &i->next->previous : &o->last) = i->previous;
    if (o->unsealed_from == i) {
        o->unsealed_from = i->next;
    }
    o->items--;
    o->proposals -= i->kind == OPERATION_PROPOSE;
    if (i->durable) {
        ledger_drop_own(r->ledger, id);
    }
    if (i->envelope != NULL) {
        settle(o, i->envelope);
    } else {
        o->unsealed--;
    }
    free(i);
}

void outbox_on_block(struct replica *r, const struct block *b)
{
    for (uint32_t i = 0; i < b->count && r->outbox->first != NULL; i++) {
        const struct envelope *e = b->envelopes[i];
        for (uint32_t k = 0; e->seat == r->seat && k < e->count; k++) {
            struct hash id = hash_operation(e->operations[k]);
            done(r, &id);
        }
    }
}

void outbox_repeat(struct replica *r, uint16_t seat)
{
    struct outbox *o = r->outbox;
    for (size_t i = 0; i < o->sealed_count;) {
        struct envelope *e = o->sealed[i].envelope;
        struct judgement j = turn_feed_envelope(r, e, r->seat);
        if (j.kind == JUDGEMENT_REFUSE) {
            /* Events overtook it, it can have no effect any more: nobody will order it. */
            envelope_ref(e);
            for (uint32_t k = 0; k < e->count; k++) {
                struct hash id = hash_operation(e->operations[k]);
                done(r, &id);
            }
            envelope_unref(e);
            continue;
        }
        struct message m = {.tag = MESSAGE_ENVELOPE, .envelope = e};
        if (!recover_holds_back(r, e)) {
            turn_send(r, seat, &m);
        }
        i++;
    }
}

void outbox_load(const struct replica *r, struct replica_load *out)
{
    const struct outbox *o = r->outbox;
    out->operations = o->items;
    out->proposals = o->proposals;
    for (int sort = 0; sort < ENVELOPE_SORTS; sort++) {
        out->outstanding[sort] = outstanding(r, (enum envelope_sort)sort);
    }
}
