/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "alert/queue_private.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NUMBER_BYTES = 8,
    FLAG_BYTES = NUMBER_BYTES + 1,
    KEY_BYTES = QUEUE_NAME_BYTES + NUMBER_BYTES,
};

static void put_number(uint8_t out[NUMBER_BYTES], uint64_t n)
{
    for (int i = NUMBER_BYTES - 1; i >= 0; i--) {
        out[i] = (uint8_t)n;
        n >>= 8;
    }
}

static uint64_t get_number(const uint8_t *in)
{
    uint64_t n = 0;
    for (int i = 0; i < NUMBER_BYTES; i++) {
        n = n << 8 | in[i];
    }
    return n;
}

/* --- transactions --- */

static MDB_txn *begin_write(struct queue *q)
{
    if (q->txn == NULL && q->rc == 0) {
        q->rc = mdb_txn_begin(q->env, NULL, 0, &q->txn);
        if (q->rc != 0) {
            q->txn = NULL;
        }
    }
    return q->txn;
}

static void put(struct queue *q, enum table t, struct slice key, struct slice value)
{
    MDB_val k = {key.size, (void *)(uintptr_t)key.data};
    MDB_val v = {value.size, (void *)(uintptr_t)value.data};
    if (begin_write(q) != NULL && q->rc == 0) {
        q->rc = mdb_put(q->txn, q->tables[t], &k, &v, 0);
    }
}

/* One that reads, or the one that writes. NULL: nothing can be read. */
static MDB_txn *begin_read(struct queue *q)
{
    MDB_txn *txn = q->txn;
    if (txn == NULL && mdb_txn_begin(q->env, NULL, MDB_RDONLY, &txn) != 0) {
        return NULL;
    }
    return txn;
}

static void end_read(const struct queue *q, MDB_txn *txn)
{
    if (txn != NULL && txn != q->txn) {
        mdb_txn_abort(txn);
    }
}

int queue_commit(struct queue *q, struct complaint *why)
{
    if (q->txn == NULL && q->rc == 0) {
        return 0;
    }
    int rc = q->rc;
    if (rc == 0) {
        rc = mdb_txn_commit(q->txn);
    } else if (q->txn != NULL) {
        mdb_txn_abort(q->txn);
    }
    q->txn = NULL;
    q->rc = 0;
    if (rc == 0) {
        return 0;
    }
    bool full = rc == MDB_MAP_FULL || rc == ENOSPC || rc == EDQUOT || rc == EFBIG;
    return complain(why, full ? CONCLAVE_EFULL : CONCLAVE_EIO,
                    "the queue cannot be written: %s%s", mdb_strerror(rc),
                    full ? "; make room on its disk" : "");
}

/* --- small values --- */

void queue_set_text(struct queue *q, const char *name, const char *value)
{
    put(q, TABLE_META, slice_of_string(name), slice_of_string(value));
}

void queue_set_number(struct queue *q, const char *name, uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%" PRIu64, value);
    queue_set_text(q, name, text);
}

char *queue_text(struct queue *q, const char *name)
{
    MDB_val k = {strlen(name), (void *)(uintptr_t)name}, v;
    MDB_txn *txn = begin_read(q);
    char *out = NULL;
    if (txn != NULL && mdb_get(txn, q->tables[TABLE_META], &k, &v) == 0) {
        out = alloc_printf("%.*s", (int)v.mv_size, (const char *)v.mv_data);
    }
    end_read(q, txn);
    return out;
}

uint64_t queue_number(struct queue *q, const char *name)
{
    char *text = queue_text(q, name);
    uint64_t n = text != NULL ? strtoull(text, NULL, 10) : 0;
    free(text);
    return n;
}

/* --- flags --- */

void queue_put_flag(struct queue *q, const struct queue_flag *f)
{
    uint8_t key[NUMBER_BYTES], value[FLAG_BYTES];
    put_number(key, f->id);
    put_number(value, f->first_ms);
    value[NUMBER_BYTES] = (uint8_t)f->turns;
    put(q, TABLE_FLAGS, slice_of(key, sizeof(key)), slice_of(value, sizeof(value)));
}

bool queue_flag(struct queue *q, uint64_t id, struct queue_flag *out)
{
    uint8_t key[NUMBER_BYTES];
    put_number(key, id);
    MDB_val k = {sizeof(key), key}, v;
    MDB_txn *txn = begin_read(q);
    bool found = txn != NULL && mdb_get(txn, q->tables[TABLE_FLAGS], &k, &v) == 0 &&
                 v.mv_size == FLAG_BYTES;
    if (found) {
        const uint8_t *value = v.mv_data;
        *out = (struct queue_flag){id, get_number(value), value[NUMBER_BYTES]};
    }
    end_read(q, txn);
    return found;
}

void queue_keep_flags(struct queue *q, bool (*keep)(void *context, uint64_t id),
                      void *context)
{
    MDB_cursor *c = NULL;
    MDB_val k, v;
    if (begin_write(q) == NULL || q->rc != 0) {
        return;
    }
    q->rc = mdb_cursor_open(q->txn, q->tables[TABLE_FLAGS], &c);
    while (q->rc == 0 && (q->rc = mdb_cursor_get(c, &k, &v, MDB_NEXT)) == 0) {
        if (k.mv_size != NUMBER_BYTES || !keep(context, get_number(k.mv_data))) {
            q->rc = mdb_cursor_del(c, 0);
        }
    }
    q->rc = q->rc == MDB_NOTFOUND ? 0 : q->rc;
    mdb_cursor_close(c);
}

/* --- what waits --- */

/* Names are padded with zeros, so that each receiver's stand together in their order. */
static void make_key(uint8_t out[KEY_BYTES], const char *receiver, uint64_t number)
{
    size_t length = strlen(receiver);
    assert(length < QUEUE_NAME_BYTES);
    memset(out, 0, QUEUE_NAME_BYTES);
    memcpy(out, receiver, length);
    put_number(out + QUEUE_NAME_BYTES, number);
}

void queue_add(struct queue *q, const char *receiver, const struct alert *a)
{
    uint8_t key[KEY_BYTES], time[NUMBER_BYTES];
    uint64_t number = queue_number(q, "number") + 1;
    struct buffer value = {NULL, 0, 0};
    make_key(key, receiver, number);
    put_number(time, clock_wall_ms());
    buffer_append(&value, time, sizeof(time));
    buffer_append(&value, a->id, strlen(a->id) + 1);
    buffer_append(&value, a->type, strlen(a->type) + 1);
    buffer_append_slice(&value, buffer_slice(&a->body));
    put(q, TABLE_QUEUE, slice_of(key, sizeof(key)), buffer_slice(&value));
    queue_set_number(q, "number", number);
    q->count++;
    q->bytes += value.size;
    buffer_free(&value);
}

/* Whether the cursor's entry is one of this receiver. */
static bool is_of(const MDB_val *k, const uint8_t key[KEY_BYTES])
{
    return k->mv_size == KEY_BYTES && memcmp(k->mv_data, key, QUEUE_NAME_BYTES) == 0;
}

size_t queue_remove(struct queue *q, const char *receiver, uint64_t up_to)
{
    uint8_t key[KEY_BYTES];
    size_t removed = 0;
    MDB_cursor *c = NULL;
    if (begin_write(q) == NULL || q->rc != 0) {
        return 0;
    }
    make_key(key, receiver, 0);
    MDB_val k = {sizeof(key), key}, v;
    q->rc = mdb_cursor_open(q->txn, q->tables[TABLE_QUEUE], &c);
    int found = q->rc == 0 ? mdb_cursor_get(c, &k, &v, MDB_SET_RANGE) : q->rc;
    while (found == 0 && is_of(&k, key) &&
           get_number((const uint8_t *)k.mv_data + QUEUE_NAME_BYTES) <= up_to) {
        q->count--;
        q->bytes -= v.mv_size;
        removed++;
        found = mdb_cursor_del(c, 0);
        found = found == 0 ? mdb_cursor_get(c, &k, &v, MDB_NEXT) : found;
    }
    q->rc = found == MDB_NOTFOUND ? 0 : found;
    mdb_cursor_close(c);
    return removed;
}

void parcel_free(struct parcel *p)
{
    buffer_free(&p->body);
}

/* A string of the value, cut where it is too long; what follows it stays in v. */
static void take_string(MDB_val *v, char *out, size_t size)
{
    const char *s = v->mv_data;
    size_t length = strnlen(s, v->mv_size);
    (void)snprintf(out, size, "%.*s", (int)length, s);
    length += length < v->mv_size;
    *v = (MDB_val){v->mv_size - length, (char *)(uintptr_t)s + length};
}

bool queue_next(struct queue *q, const char *receiver, uint64_t above, struct parcel *out)
{
    uint8_t key[KEY_BYTES];
    make_key(key, receiver, above + 1);
    MDB_val k = {sizeof(key), key}, v;
    MDB_cursor *c = NULL;
    MDB_txn *txn = begin_read(q);
    bool found = txn != NULL && mdb_cursor_open(txn, q->tables[TABLE_QUEUE], &c) == 0 &&
                 mdb_cursor_get(c, &k, &v, MDB_SET_RANGE) == 0 && is_of(&k, key) &&
                 v.mv_size > NUMBER_BYTES;
    if (found) {
        *out = (struct parcel){
            .number = get_number((const uint8_t *)k.mv_data + QUEUE_NAME_BYTES),
            .queued_ms = get_number(v.mv_data)};
        v = (MDB_val){v.mv_size - NUMBER_BYTES, (uint8_t *)v.mv_data + NUMBER_BYTES};
        take_string(&v, out->id, sizeof(out->id));
        take_string(&v, out->type, sizeof(out->type));
        buffer_append(&out->body, v.mv_data, v.mv_size);
    }
    if (c != NULL) {
        mdb_cursor_close(c);
    }
    end_read(q, txn);
    return found;
}

size_t queue_count(const struct queue *q)
{
    return q->count;
}

size_t queue_bytes(const struct queue *q)
{
    return q->bytes;
}

bool queue_is_full(const struct queue *q)
{
    return q->count >= q->limits.alerts || q->bytes >= q->limits.bytes;
}

bool queue_waiting(struct queue *q, const char *above, struct queue_waiting *out)
{
    uint8_t key[KEY_BYTES];
    make_key(key, above, UINT64_MAX);
    MDB_val k = {sizeof(key), key}, v;
    MDB_cursor *c = NULL;
    MDB_txn *txn = begin_read(q);
    int rc = txn != NULL ? mdb_cursor_open(txn, q->tables[TABLE_QUEUE], &c) : EIO;
    rc = rc == 0 ? mdb_cursor_get(c, &k, &v, MDB_SET_RANGE) : rc;
    *out = (struct queue_waiting){"", 0, 0, 0};
    if (rc == 0 && k.mv_size == KEY_BYTES && v.mv_size >= NUMBER_BYTES) {
        memcpy(key, k.mv_data, KEY_BYTES);
        (void)snprintf(out->receiver, sizeof(out->receiver), "%.*s", QUEUE_NAME_BYTES - 1,
                       (const char *)key);
        out->oldest_ms = get_number(v.mv_data);
    }
    while (rc == 0 && out->receiver[0] != '\0' && is_of(&k, key)) {
        out->alerts++;
        out->bytes += v.mv_size;
        rc = mdb_cursor_get(c, &k, &v, MDB_NEXT);
    }
    if (c != NULL) {
        mdb_cursor_close(c);
    }
    end_read(q, txn);
    return out->alerts > 0;
}

void queue_recount(struct queue *q)
{
    struct queue_waiting w = {"", 0, 0, 0};
    char above[QUEUE_NAME_BYTES] = "";
    q->count = q->bytes = 0;
    while (queue_waiting(q, above, &w)) {
        q->count += w.alerts;
        q->bytes += w.bytes;
        memcpy(above, w.receiver, sizeof(above));
    }
}
