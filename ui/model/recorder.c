/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "ui/model/recording.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FLUSH_BYTES = 64 * 1024 };

struct recorder {
    int fd;
    int error; /* the first one */
    struct buffer out;
};

int recorder_open(const char *path, struct recorder **out, struct complaint *why)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) {
        return complain(why, CONCLAVE_EEXIST,
                        "%s is there already: name another file, or remove it", path);
    }
    if (fd < 0) {
        return complain(why, CONCLAVE_EIO, "cannot make %s: %s", path, strerror(errno));
    }
    struct recorder *r = alloc_zero(1, sizeof(*r));
    r->fd = fd;
    buffer_append(&r->out, RECORDING_HEAD, strlen(RECORDING_HEAD));
    if (recorder_flush(r) != 0) {
        int error = r->error;
        (void)recorder_close(r);
        return complain(why, error, "cannot write to %s: %s", path, error_text(error));
    }
    *out = r;
    return 0;
}

int recorder_flush(struct recorder *r)
{
    size_t written = 0;
    while (r->error == 0 && written < r->out.size) {
        ssize_t n = write(r->fd, r->out.data + written, r->out.size - written);
        if (n > 0) {
            written += (size_t)n;
        } else if (n < 0 && errno != EINTR) {
            r->error = errno == ENOSPC || errno == EDQUOT ? CONCLAVE_EFULL : CONCLAVE_EIO;
        }
    }
    r->out.size = 0;
    return r->error;
}

/* Without what would end the line. */
static void put_text(struct buffer *out, struct slice text)
{
    size_t begin = out->size;
    buffer_append_slice(out, text);
    for (size_t i = begin; i < out->size; i++) {
        if (out->data[i] == '\n') {
            out->data[i] = ' ';
        }
    }
}

int recorder_write(struct recorder *r, const struct recorded *what)
{
    static const char *const kinds[] = {
        [RECORD_LINE] = "+", [RECORD_UP] = "up", [RECORD_DOWN] = "down"};
    char head[64];
    if (r->error != 0) {
        return r->error;
    }
    int size = snprintf(head, sizeof(head), "%" PRIu64 " %u %s ", what->time_ms,
                        what->socket, kinds[what->kind]);
    buffer_append(&r->out, head, (size_t)size);
    put_text(&r->out, what->text);
    buffer_append(&r->out, "\n", 1);
    return r->out.size >= FLUSH_BYTES ? recorder_flush(r) : 0;
}

int recorder_close(struct recorder *r)
{
    if (r == NULL) {
        return 0;
    }
    int error = recorder_flush(r);
    if (close(r->fd) != 0 && error == 0) {
        error = CONCLAVE_EIO;
    }
    buffer_free(&r->out);
    free(r);
    return error;
}
