/* SPDX-License-Identifier: ISC */
#include "ledger/store_log.h"

#include "ledger/little.h"
#include "ledger/store_private.h"

#include <assert.h>

enum { TABLE_AT, DELETION_AT, KEY_SIZE_AT, ZERO_AT, VALUE_SIZE_AT, HEAD_BYTES = 8 };

void log_put(struct buffer *log, enum store_table table, struct slice key,
             const uint8_t *sum, struct slice value)
{
    assert(key.size > 0 && key.size <= STORE_KEY_MAX);
    assert(value.size <= UINT32_MAX - STORE_SUM_BYTES);
    uint8_t head[HEAD_BYTES] = {(uint8_t)table, sum == NULL, (uint8_t)key.size};
    uint32_t size = sum == NULL ? 0 : (uint32_t)(STORE_SUM_BYTES + value.size);
    little_put(head + VALUE_SIZE_AT, size, HEAD_BYTES - VALUE_SIZE_AT);
    buffer_append(log, head, sizeof(head));
    buffer_append_slice(log, key);
    if (sum != NULL) {
        buffer_append(log, sum, STORE_SUM_BYTES);
        buffer_append_slice(log, value);
    }
}

int log_get(struct slice log, struct log_entry *out)
{
    if (log.size < HEAD_BYTES) {
        return CONCLAVE_ECORRUPT;
    }
    const uint8_t *head = log.data;
    size_t key_size = head[KEY_SIZE_AT];
    size_t value_size = little_get(head + VALUE_SIZE_AT, HEAD_BYTES - VALUE_SIZE_AT);
    bool is_deletion = head[DELETION_AT] == 1;
    bool sound = head[TABLE_AT] < STORE_TABLES && head[DELETION_AT] <= 1 &&
                 head[ZERO_AT] == 0 && key_size > 0 && key_size <= STORE_KEY_MAX &&
                 (is_deletion ? value_size == 0 : value_size >= STORE_SUM_BYTES);
    if (!sound || log.size - HEAD_BYTES < key_size ||
        log.size - HEAD_BYTES - key_size < value_size) {
        return CONCLAVE_ECORRUPT;
    }
    *out = (struct log_entry){
        .table = (enum store_table)head[TABLE_AT],
        .is_deletion = is_deletion,
        .key = slice_of(head + HEAD_BYTES, key_size),
        .value = slice_of(head + HEAD_BYTES + key_size, value_size),
        .size = HEAD_BYTES + key_size + value_size,
    };
    return 0;
}

int log_check(struct slice log)
{
    int error = 0;
    while (error == 0 && log.size > 0) {
        struct log_entry e;
        error = log_get(log, &e);
        if (error == 0) {
            log = slice_of(log.data + e.size, log.size - e.size);
        }
    }
    return error;
}
