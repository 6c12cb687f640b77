/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/events_sink.h"

#include "conclave/events_signals.h"

#include "control/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

enum { MODE = 0640 };

static int refuse(const char *path, const char *what, struct complaint *why)
{
    return complain(why, errno == ENOSPC || errno == EDQUOT ? CONCLAVE_EFULL : CONCLAVE_EIO,
                    "cannot %s %s: %s%s", what, path, strerror(errno),
                    errno == ENOSPC || errno == EDQUOT
                        ? "; what was not written is told again once there is space"
                        : "");
}

/* --- opening --- */

static int open_file(const char *path, int *fd, bool *is_file, off_t *size,
                     struct complaint *why)
{
    struct stat st;
    *fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, MODE);
    if (*fd < 0 || fstat(*fd, &st) != 0) {
        int error = refuse(path, "write", why);
        if (*fd >= 0) {
            (void)close(*fd);
            *fd = -1;
        }
        return error;
    }
    *is_file = S_ISREG(st.st_mode);
    *size = st.st_size;
    if (*is_file && flock(*fd, LOCK_EX | LOCK_NB) != 0) {
        (void)close(*fd);
        *fd = -1;
        return complain(why, CONCLAVE_EEXIST,
                        "another process writes to %s: end it, or name another file", path);
    }
    return 0;
}

int events_sink_open(struct events_sink *s, const char *path, bool syslog, int facility,
                     struct complaint *why)
{
    *s = (struct events_sink){.path = path, .fd = -1, .syslog = syslog};
    if (syslog) {
        openlog("conclave-events", LOG_PID | LOG_NDELAY, facility);
    }
    if (path != NULL) {
        return open_file(path, &s->fd, &s->is_file, &s->size, why);
    }
    s->fd = syslog ? -1 : STDOUT_FILENO;
    return 0;
}

int events_sink_reopen(struct events_sink *s, struct complaint *why)
{
    struct events_sink next = *s;
    if (s->path == NULL) {
        return 0;
    }
    int error = events_sink_sync(s, why);
    if (error == 0) {
        /* The lock is of the open file: the same one again would be refused. */
        (void)flock(s->fd, LOCK_UN);
        error = open_file(s->path, &next.fd, &next.is_file, &next.size, why);
    }
    if (error == 0) {
        (void)close(s->fd);
        *s = next;
    } else {
        (void)flock(s->fd, LOCK_EX | LOCK_NB);
    }
    return error;
}

void events_sink_close(struct events_sink *s)
{
    if (s->path != NULL && s->fd >= 0) {
        (void)close(s->fd);
    }
    if (s->syslog) {
        closelog();
    }
    buffer_free(&s->out);
}

/* --- writing --- */

void events_sink_put(struct events_sink *s, const json_t *event)
{
    if (s->syslog) {
        struct buffer line = {NULL, 0, 0};
        events_syslog_line(&line, event);
        syslog(events_severity(event), "%.*s", (int)line.size, (const char *)line.data);
        buffer_free(&line);
    }
    if (s->fd >= 0) {
        control_format(&s->out, event);
    }
}

/* A file ends with a whole line again. */
static int give_up(struct events_sink *s, struct complaint *why)
{
    int error = refuse(s->path != NULL ? s->path : "the output", "write to", why);
    if (s->is_file && ftruncate(s->fd, s->size) != 0) {
        return error; /* whoever reads it finds half a line, the last one */
    }
    return error;
}

int events_sink_flush(struct events_sink *s, struct complaint *why)
{
    size_t done = 0;
    while (done < s->out.size) {
        ssize_t put = write(s->fd, s->out.data + done, s->out.size - done);
        if (put >= 0) {
            done += (size_t)put;
            continue;
        }
        if (errno == EPIPE) {
            return CONCLAVE_ECLOSED;
        }
        if (errno != EINTR) {
            return give_up(s, why);
        }
        if (events_signals_end() != 0 && !s->is_file) {
            return CONCLAVE_EAGAIN; /* who reads it may never go on */
        }
    }
    s->size += (off_t)done;
    s->unsynced = s->unsynced || done > 0;
    s->out.size = 0;
    return 0;
}

int events_sink_sync(struct events_sink *s, struct complaint *why)
{
    if (!s->is_file || !s->unsynced) {
        return 0;
    }
    if (fdatasync(s->fd) != 0) {
        return refuse(s->path, "sync", why);
    }
    s->unsynced = false;
    return 0;
}
