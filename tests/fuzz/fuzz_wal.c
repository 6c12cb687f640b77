/* SPDX-License-Identifier: ISC */
/* A write-ahead log with changed bytes gives the records of before the change, or says what
 * is wrong; a list of writes that is read encodes to the same bytes again. */
#include "place.h"

#include "fuzz.h"
#include "ledger/store_log.h"
#include "ledger/store_private.h"
#include "script.h"

#include <assert.h>
#include <string.h>

enum { RECORDS = 4, SPAN = 8 * WAL_ALIGN };

static uint8_t image[WAL_BYTES];
static struct wal_round made;

static struct slice record_of(size_t i)
{
    static uint8_t bytes[RECORDS * 200 + 1];
    memset(bytes, (int)i + 1, sizeof(bytes));
    return slice_of(bytes, i * 200 + 1);
}

/* Once: what a log with some records holds. */
static void make_image(void)
{
    const char *dir = place();
    struct wal *w = NULL;
    bool good = wal_make(dir, &w) == 0;
    for (size_t i = 0; i < RECORDS; i++) {
        good = good && wal_append(w, record_of(i)) == 0;
    }
    made = *wal_now(w);
    wal_close(w);
    char *path = alloc_printf("%s/" WAL_NAME, dir);
    int fd = open(path, O_RDONLY);
    good = good && read(fd, image, sizeof(image)) == (ssize_t)sizeof(image);
    assert(good);
    close(fd);
    free(path);
}

static int play(void *context, struct slice record)
{
    size_t *count = context;
    assert(*count < RECORDS && slice_equal(record, record_of(*count)));
    ++*count;
    return 0;
}

static void change_and_scan(struct slice script)
{
    static uint8_t changed[WAL_BYTES];
    struct wal_round round = made;
    size_t count = 0;
    memcpy(changed, image, sizeof(image));
    round.round += script_byte(&script) % 4 == 1;
    while (script.size > 0) {
        size_t at = script_short(&script) % SPAN;
        changed[at] ^= script_byte(&script);
    }
    int error = wal_scan(slice_of(changed, sizeof(changed)), &round, play, &count);
    assert(error == 0 || error == CONCLAVE_ENOENT || error == CONCLAVE_ECORRUPT);
}

static void read_entries(struct slice log)
{
    struct log_entry e;
    bool whole = log_check(log) == 0;
    while (log_get(log, &e) == 0) {
        struct buffer again = {0};
        struct slice value = e.value;
        const uint8_t *sum = NULL;
        if (!e.is_deletion) {
            sum = value.data;
            value = slice_of(value.data + STORE_SUM_BYTES, value.size - STORE_SUM_BYTES);
        }
        log_put(&again, e.table, e.key, sum, value);
        assert(slice_equal(buffer_slice(&again), slice_of(log.data, e.size)));
        buffer_free(&again);
        log = slice_of(log.data + e.size, log.size - e.size);
    }
    assert(whole == (log.size == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (image[0] == 0) {
        make_image();
    }
    change_and_scan(slice_of(data, size));
    read_entries(slice_of(data, size));
    return 0;
}
