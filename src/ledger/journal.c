/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "ledger/journal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static const char new_name[] = "journal.new";

/* The number in hexadecimal and a newline. */
enum { LINE_BYTES = 2 * INCARNATION_BYTES + 1 };

bool incarnation_equal(const struct incarnation *a, const struct incarnation *b)
{
    return memcmp(a->number, b->number, sizeof(a->number)) == 0 &&
           file_mark_equal(&a->file, &b->file);
}

int journal_read(int dir_fd, struct incarnation *out)
{
    if (fsync(dir_fd) != 0) {
        return CONCLAVE_EIO;
    }
    int error = file_mark_read(dir_fd, JOURNAL_NAME, &out->file);
    if (error != 0) {
        return error;
    }
    int fd = openat(dir_fd, JOURNAL_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return errno == ENOENT ? CONCLAVE_ENOENT : CONCLAVE_EIO;
    }
    char line[LINE_BYTES + 1];
    ssize_t size = read(fd, line, sizeof(line));
    close(fd);
    if (size < 0) {
        return CONCLAVE_EIO;
    }
    if (size != LINE_BYTES || line[LINE_BYTES - 1] != '\n') {
        return CONCLAVE_EFORMAT;
    }
    return hex_decode(out->number, sizeof(out->number), line, LINE_BYTES - 1);
}

static int system_error(void)
{
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? CONCLAVE_EFULL
                                                                : CONCLAVE_EIO;
}

static int write_new(int dir_fd, const uint8_t number[INCARNATION_BYTES])
{
    char line[LINE_BYTES + 1];
    hex_encode(line, slice_of(number, INCARNATION_BYTES));
    line[LINE_BYTES - 1] = '\n';
    if (unlinkat(dir_fd, new_name, 0) != 0 && errno != ENOENT) {
        return system_error();
    }
    int fd = openat(dir_fd, new_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return system_error();
    }
    errno = ENOSPC; /* what a short write means */
    bool written = write(fd, line, LINE_BYTES) == LINE_BYTES && fsync(fd) == 0;
    int error = written ? 0 : system_error();
    if (close(fd) != 0 && error == 0) {
        error = system_error();
    }
    return error;
}

int journal_draw(struct journal *j, int dir_fd)
{
    assert(j->step == JOURNAL_SETTLED);
    memset(&j->next, 0, sizeof(j->next));
    if (getentropy(j->next.number, sizeof(j->next.number)) != 0) {
        return CONCLAVE_EIO;
    }
    int error = write_new(dir_fd, j->next.number);
    if (error == 0) {
        error = file_mark_read(dir_fd, new_name, &j->next.file);
    }
    if (error == 0) {
        j->step = JOURNAL_DRAWN;
    }
    return error;
}

int journal_switch(struct journal *j, int dir_fd)
{
    assert(j->step == JOURNAL_DRAWN);
    if (renameat(dir_fd, new_name, dir_fd, JOURNAL_NAME) != 0 || fsync(dir_fd) != 0) {
        j->step = JOURNAL_STOPPED;
        return system_error();
    }
    j->step = JOURNAL_SWITCHED;
    return 0;
}

void journal_settle(struct journal *j)
{
    assert(j->step == JOURNAL_SWITCHED);
    j->now = j->next;
    j->commits = 0;
    j->step = JOURNAL_SETTLED;
}
