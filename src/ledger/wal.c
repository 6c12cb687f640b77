/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "ledger/wal.h"

#include "base/alloc.h"
#include "hash/hash.h"
#include "ledger/little.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[16] = "conclave wal 1\n";

enum {
    ROUND_AT = WAL_NUMBER_BYTES,
    INDEX_AT = ROUND_AT + 8,
    SIZE_AT = INDEX_AT + 4,
    HEAD_BYTES = SIZE_AT + 4,
    RECORDS_AT = WAL_ALIGN,
    RECORD_MAX = WAL_BYTES - RECORDS_AT - HEAD_BYTES - HASH_BYTES,
};

struct wal {
    int fd;
    struct wal_round now;
    uint32_t index; /* of the next record of this round */
    size_t end;     /* where it goes */
};

static size_t aligned(size_t size)
{
    return (size + WAL_ALIGN - 1) / WAL_ALIGN * WAL_ALIGN;
}

static struct hash record_hash(struct slice head_and_content)
{
    return hash_labelled("conclave/wal", head_and_content);
}

/* A limit on the size of files that is set on the process, and no multiple of WAL_ALIGN, is
 * none of these. */
static int system_error(void)
{
    bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    bool denied = errno == EACCES || errno == EPERM;
    return full ? CONCLAVE_EFULL : denied ? CONCLAVE_EPERM : CONCLAVE_EIO;
}

/* --- writing --- */

static int write_at(int fd, const uint8_t *data, size_t size, size_t at)
{
    while (size > 0) {
        errno = ENOSPC; /* what a short write means */
        ssize_t put = pwrite(fd, data, size, (off_t)at);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return system_error();
        }
        data += put;
        size -= (size_t)put;
        at += (size_t)put;
    }
    return 0;
}

/* Zeros in whole pages of memory, as a write past the kernel's own wants them; the caller
 * frees them. */
static uint8_t *pages(size_t size)
{
    return memset(alloc_aligned(WAL_ALIGN, size), 0, size);
}

/*
 * With all its room written, so that a record changes no length and no map of blocks, which
 * would cost a second flush. Page by page: what a system keeps of a file in memory, and
 * writes again as a whole when a byte of it has changed, is as large as what was written.
 */
static int write_empty(int fd, const uint8_t head[WAL_ALIGN])
{
    static const uint8_t none[WAL_ALIGN] = {0};
    int error = write_at(fd, head, WAL_ALIGN, 0);
    for (size_t at = WAL_ALIGN; error == 0 && at < WAL_BYTES; at += WAL_ALIGN) {
        error = write_at(fd, none, WAL_ALIGN, at);
    }
    return error != 0 || fsync(fd) == 0 ? error : system_error();
}

/*
 * For records: a write is durable when it returns, and goes past the kernel's pages, which
 * takes less of the processor and of the time. Where the file system cannot do that, or not
 * with pages of this size, it goes through them; the head tries it out. -1 with errno.
 */
static int open_for_records(const char *path, const uint8_t head[WAL_ALIGN])
{
    const int flags = O_WRONLY | O_DSYNC | O_CLOEXEC | O_NOFOLLOW;
    int fd = open(path, flags | O_DIRECT);
    if (fd >= 0 && write_at(fd, head, WAL_ALIGN, 0) == 0) {
        return fd;
    }
    int cause = errno;
    if (fd >= 0) {
        close(fd);
    }
    errno = cause;
    return cause == EINVAL ? open(path, flags) : -1;
}

/* The file with this head, and all of it durable. */
static int make_file(const char *path, const uint8_t head[WAL_ALIGN], int *out)
{
    bool free_name = unlink(path) == 0 || errno == ENOENT;
    int fd = free_name ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    int error = fd >= 0 ? write_empty(fd, head) : system_error();
    if (fd >= 0) {
        int cause = errno;
        close(fd);
        errno = cause;
    }
    if (error == 0) {
        *out = open_for_records(path, head);
        error = *out >= 0 ? 0 : system_error();
    }
    return error;
}

static int sync_directory(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = fd >= 0 && fsync(fd) == 0 ? 0 : system_error();
    if (fd >= 0) {
        close(fd);
    }
    return error;
}

int wal_make(const char *dir, struct wal **out)
{
    struct wal *w = alloc_zero(1, sizeof(*w));
    *w = (struct wal){.fd = -1, .end = RECORDS_AT};
    char *path = alloc_printf("%s/%s", dir, WAL_NAME);
    uint8_t *head = pages(WAL_ALIGN);
    int error = getentropy(w->now.number, sizeof(w->now.number)) == 0 ? 0 : CONCLAVE_EIO;
    memcpy(head, magic, sizeof(magic));
    memcpy(head + sizeof(magic), w->now.number, sizeof(w->now.number));
    error = error != 0 ? error : make_file(path, head, &w->fd);
    error = error != 0 ? error : sync_directory(dir);
    int cause = errno;
    free(head);
    free(path);
    if (error == 0) {
        *out = w;
    } else {
        wal_close(w);
        errno = cause;
    }
    return error;
}

void wal_close(struct wal *w)
{
    if (w != NULL && w->fd >= 0) {
        close(w->fd);
    }
    free(w);
}

const struct wal_round *wal_now(const struct wal *w)
{
    return &w->now;
}

int wal_append(struct wal *w, struct slice record)
{
    size_t size = HEAD_BYTES + record.size + HASH_BYTES;
    if (record.size > RECORD_MAX || w->end + size > WAL_BYTES) {
        return CONCLAVE_ELIMIT;
    }
    uint8_t *bytes = pages(aligned(size));
    memcpy(bytes, w->now.number, sizeof(w->now.number));
    little_put(bytes + ROUND_AT, w->now.round, 8);
    little_put(bytes + INDEX_AT, w->index, 4);
    little_put(bytes + SIZE_AT, record.size, 4);
    memcpy(bytes + HEAD_BYTES, record.data, record.size);
    struct hash h = record_hash(slice_of(bytes, HEAD_BYTES + record.size));
    memcpy(bytes + HEAD_BYTES + record.size, h.bytes, HASH_BYTES);
    int error = write_at(w->fd, bytes, aligned(size), w->end);
    int cause = errno;
    free(bytes);
    errno = cause;
    if (error == 0) {
        w->end += aligned(size);
        w->index++;
    }
    return error;
}

void wal_next_round(struct wal *w)
{
    w->now.round++;
    w->index = 0;
    w->end = RECORDS_AT;
}

/* --- reading --- */

struct record {
    uint64_t round;
    uint32_t index;
    struct slice content;
    size_t size; /* of all of it, to where the next one begins */
};

/* Whether a whole record of this log lies there. */
static bool find_record(struct slice file, size_t at, const uint8_t *number,
                        struct record *out)
{
    if (file.size - at < HEAD_BYTES + HASH_BYTES ||
        memcmp(file.data + at, number, WAL_NUMBER_BYTES) != 0) {
        return false;
    }
    const uint8_t *head = file.data + at;
    size_t size = little_get(head + SIZE_AT, 4);
    if (size > RECORD_MAX || size > file.size - at - HEAD_BYTES - HASH_BYTES) {
        return false;
    }
    struct hash h = record_hash(slice_of(head, HEAD_BYTES + size));
    out->round = little_get(head + ROUND_AT, 8);
    out->index = (uint32_t)little_get(head + INDEX_AT, 4);
    out->content = slice_of(head + HEAD_BYTES, size);
    out->size = aligned(HEAD_BYTES + size + HASH_BYTES);
    return memcmp(head + HEAD_BYTES + size, h.bytes, HASH_BYTES) == 0;
}

/* Whether a record of the round lies behind `at`, where none should. */
static bool goes_on(struct slice file, size_t at, const struct wal_round *round)
{
    struct record r;
    for (at += WAL_ALIGN; at < file.size; at += WAL_ALIGN) {
        if (find_record(file, at, round->number, &r) && r.round == round->round) {
            return true;
        }
    }
    return false;
}

/* Whether the head of the first record, which may not be whole, is of this round or the one
 * before it. */
static bool belongs(struct slice file, const struct wal_round *round)
{
    static const uint8_t none[HEAD_BYTES] = {0};
    const uint8_t *head = file.data + RECORDS_AT;
    if (memcmp(head, none, sizeof(none)) == 0) {
        return round->round == 0;
    }
    uint64_t first = little_get(head + ROUND_AT, 8);
    return memcmp(head, round->number, WAL_NUMBER_BYTES) == 0 &&
           little_get(head + INDEX_AT, 4) == 0 &&
           (first == round->round || first + 1 == round->round);
}

int wal_scan(struct slice file, const struct wal_round *round, wal_play *play,
             void *context)
{
    struct record r;
    size_t at = RECORDS_AT;
    if (file.size != WAL_BYTES || memcmp(file.data, magic, sizeof(magic)) != 0 ||
        memcmp(file.data + sizeof(magic), round->number, WAL_NUMBER_BYTES) != 0) {
        return CONCLAVE_ENOENT;
    }
    if (!belongs(file, round)) {
        bool is_damaged =
            !find_record(file, at, round->number, &r) && goes_on(file, at, round);
        return is_damaged ? CONCLAVE_ECORRUPT : CONCLAVE_ENOENT;
    }
    int error = 0;
    for (uint32_t index = 0;
         error == 0 && at < file.size && find_record(file, at, round->number, &r) &&
         r.round == round->round && r.index == index;
         index++) {
        error = play(context, r.content);
        at += r.size;
    }
    if (error == 0 && at < file.size && goes_on(file, at, round)) {
        error = CONCLAVE_ECORRUPT;
    }
    return error;
}

int wal_read(const char *dir, const struct wal_round *round, wal_play *play, void *context)
{
    char *path = alloc_printf("%s/%s", dir, WAL_NAME);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    free(path);
    if (fd < 0) {
        return errno == ENOENT ? CONCLAVE_ENOENT : system_error();
    }
    uint8_t *bytes = alloc(WAL_BYTES + 1); /* one more than there may be */
    size_t size = 0;
    ssize_t got;
    do {
        got = read(fd, bytes + size, WAL_BYTES + 1 - size);
        size += got > 0 ? (size_t)got : 0;
    } while (got > 0 || (got < 0 && errno == EINTR));
    int error =
        got < 0 ? system_error() : wal_scan(slice_of(bytes, size), round, play, context);
    int cause = errno;
    free(bytes);
    close(fd);
    errno = cause;
    return error;
}
