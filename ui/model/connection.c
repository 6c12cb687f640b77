/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "ui/model/connection.h"

#include "base/alloc.h"
#include "control/control.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    RETRY_LEAST_MS = 100,
    RETRY_MOST_MS = 5000,
    PROVEN_MS = 5000, /* who was up for so long is tried again soon */
    READ_BYTES = 64 * 1024,
    KEPT_BYTES = 128 * 1024, /* of a buffer that is empty */
    OUT_MAX = 1024 * 1024,   /* unsent: a node that does not read */
};

struct connection {
    char *path;
    int fd;
    enum connection_state state;
    unsigned attempt;
    uint64_t wake_ms, retry_ms, up_ms;
    struct buffer in, out;
    size_t taken;   /* bytes of in that were given away as lines */
    size_t scanned; /* bytes of in that hold no newline */
    bool ended;     /* NEWS_DOWN is to be said */
    bool at_once;   /* and it is to begin again without waiting */
    struct complaint why;
    struct complaint told; /* why it last could not be reached */
};

struct connection *connection_new(const char *path)
{
    struct connection *c = alloc_zero(1, sizeof(*c));
    c->path = alloc_string(path);
    c->fd = -1;
    c->state = CONNECTION_WAITING;
    c->retry_ms = RETRY_LEAST_MS;
    return c;
}

static void close_socket(struct connection *c)
{
    if (c->fd >= 0) {
        (void)close(c->fd);
        c->fd = -1;
    }
    buffer_free(&c->in);
    buffer_free(&c->out);
    c->taken = c->scanned = 0;
}

void connection_free(struct connection *c)
{
    if (c != NULL) {
        close_socket(c);
        free(c->path);
        free(c);
    }
}

/* --- coming and going --- */

static void wait_to_retry(struct connection *c, uint64_t now_ms)
{
    c->state = CONNECTION_WAITING;
    c->wake_ms = now_ms + c->retry_ms;
    c->retry_ms = 2 * c->retry_ms < RETRY_MOST_MS ? 2 * c->retry_ms : RETRY_MOST_MS;
}

/* The next turn tells of it. */
static void end(struct connection *c, bool at_once, const char *why)
{
    if (!c->ended) {
        c->ended = true;
        c->at_once = at_once;
        (void)complain(&c->why, CONCLAVE_ECLOSED, "%s", why);
    }
}

static enum connection_news go_down(struct connection *c, uint64_t now_ms,
                                    struct complaint *why)
{
    bool proven = now_ms >= c->up_ms && now_ms - c->up_ms >= PROVEN_MS;
    if (proven) {
        c->retry_ms = RETRY_LEAST_MS;
    }
    close_socket(c);
    *why = c->why;
    c->ended = false;
    wait_to_retry(c, now_ms);
    if (c->at_once && proven) {
        c->wake_ms = now_ms;
    }
    return NEWS_DOWN;
}

static enum connection_news go_up(struct connection *c, uint64_t now_ms)
{
    c->state = CONNECTION_UP;
    c->up_ms = now_ms;
    c->told.text[0] = '\0';
    return NEWS_UP;
}

static void explain(const struct connection *c, int error, struct complaint *why)
{
    if (error == ENOENT) {
        (void)complain(why, CONCLAVE_ENOENT,
                       "there is no socket at %s: start the node with conclaved --config "
                       "FILE, or name its socket with --socket PATH",
                       c->path);
    } else if (error == ECONNREFUSED) {
        (void)complain(why, CONCLAVE_ECLOSED,
                       "no node listens at %s any more: start it with conclaved --config "
                       "FILE",
                       c->path);
    } else if (error == EACCES || error == EPERM) {
        (void)complain(why, CONCLAVE_EPERM,
                       "you may not open %s: the role read is for the socket's group; have "
                       "yourself added to it, or run this as the daemon's user",
                       c->path);
    } else if (error == ENAMETOOLONG) {
        (void)complain(
            why, CONCLAVE_ELIMIT,
            "the path %s is longer than a Unix socket's may be: name a shorter one",
            c->path);
    } else if (error == EAGAIN) {
        (void)complain(why, CONCLAVE_EAGAIN, "the node at %s has not let others in yet",
                       c->path);
    } else {
        (void)complain(why, CONCLAVE_EIO, "cannot connect to %s: %s", c->path,
                       strerror(error));
    }
}

/* Says why once, until that changes. */
static enum connection_news fail_to_connect(struct connection *c, uint64_t now_ms,
                                            int error, struct complaint *why)
{
    struct complaint words = {""};
    close_socket(c);
    wait_to_retry(c, now_ms);
    explain(c, error, &words);
    if (strcmp(words.text, c->told.text) == 0) {
        return NEWS_NONE;
    }
    c->told = words;
    *why = words;
    return NEWS_DOWN;
}

static enum connection_news try_to_connect(struct connection *c, uint64_t now_ms,
                                           struct complaint *why)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t size = strlen(c->path);
    c->attempt += c->attempt < UINT32_MAX;
    if (size >= sizeof(address.sun_path)) {
        return fail_to_connect(c, now_ms, ENAMETOOLONG, why);
    }
    memcpy(address.sun_path, c->path, size + 1);
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (c->fd < 0) {
        return fail_to_connect(c, now_ms, errno, why);
    }
    if (connect(c->fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
        return go_up(c, now_ms);
    }
    if (errno != EINPROGRESS) {
        return fail_to_connect(c, now_ms, errno, why);
    }
    c->state = CONNECTION_CONNECTING;
    return NEWS_NONE;
}

static enum connection_news finish_connecting(struct connection *c, uint64_t now_ms,
                                              struct complaint *why)
{
    struct pollfd p = {.fd = c->fd, .events = POLLOUT};
    int error = 0;
    socklen_t size = sizeof(error);
    if (poll(&p, 1, 0) <= 0) {
        return NEWS_NONE;
    }
    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        return fail_to_connect(c, now_ms, error != 0 ? error : errno, why);
    }
    return go_up(c, now_ms);
}

/* --- lines --- */

static void flush(struct connection *c)
{
    while (c->out.size > 0) {
        ssize_t sent = send(c->fd, c->out.data, c->out.size, MSG_NOSIGNAL);
        if (sent <= 0) {
            if (sent < 0 && errno != EAGAIN && errno != EINTR) {
                c->out.size = 0; /* what it said before it went is still to be read */
            }
            return;
        }
        buffer_consume(&c->out, (size_t)sent);
    }
}

/* Makes room behind what was read; a line that was given away is gone by now. */
static void forget_taken(struct connection *c)
{
    if (c->taken == c->in.size && c->in.capacity > KEPT_BYTES) {
        buffer_free(&c->in);
    } else if (c->taken > 0) {
        buffer_consume(&c->in, c->taken);
    }
    c->scanned -= c->taken;
    c->taken = 0;
}

static bool fill(struct connection *c)
{
    forget_taken(c);
    buffer_reserve(&c->in, READ_BYTES);
    ssize_t got = recv(c->fd, c->in.data + c->in.size, READ_BYTES, 0);
    if (got > 0) {
        c->in.size += (size_t)got;
        return true;
    }
    if (got == 0 || errno == ECONNRESET) {
        end(c, false, "the node closed the connection");
    } else if (errno != EAGAIN && errno != EINTR) {
        end(c, false, "the connection broke");
    }
    return false;
}

static bool next_line(struct connection *c, struct slice *line)
{
    while (c->scanned < c->in.size) {
        const uint8_t *from = c->in.data + c->scanned;
        const uint8_t *newline = memchr(from, '\n', c->in.size - c->scanned);
        if (newline == NULL) {
            c->scanned = c->in.size;
            return false;
        }
        *line = slice_of(c->in.data + c->taken, (size_t)(newline - c->in.data) - c->taken);
        c->scanned = c->taken = (size_t)(newline - c->in.data) + 1;
        if (line->size > 0) {
            return true;
        }
    }
    return false;
}

static enum connection_news read_line(struct connection *c, struct slice *line)
{
    bool fits = true;
    do {
        if (next_line(c, line)) {
            fits = line->size <= CONTROL_LINE_MAX;
            c->attempt = 0;
            if (fits) {
                return NEWS_LINE;
            }
        }
        fits = fits && c->in.size - c->taken <= CONTROL_LINE_MAX;
    } while (fits && fill(c));
    if (!fits) {
        end(c, false, "the node sent a line that is longer than the protocol allows");
    }
    return NEWS_NONE;
}

enum connection_news connection_turn(struct connection *c, uint64_t now_ms,
                                     struct slice *line, struct complaint *why)
{
    switch (c->state) {
    case CONNECTION_WAITING:
        return now_ms < c->wake_ms ? NEWS_NONE : try_to_connect(c, now_ms, why);
    case CONNECTION_CONNECTING:
        return finish_connecting(c, now_ms, why);
    case CONNECTION_UP:
        break;
    }
    if (!c->ended && read_line(c, line) == NEWS_LINE) {
        return NEWS_LINE;
    }
    if (!c->ended) {
        flush(c);
    }
    return c->ended ? go_down(c, now_ms, why) : NEWS_NONE;
}

void connection_send(struct connection *c, struct slice lines)
{
    if (c->state != CONNECTION_UP || c->ended) {
        return;
    }
    if (c->out.size + lines.size > OUT_MAX) {
        end(c, false, "the node does not read what it is asked");
        return;
    }
    buffer_append_slice(&c->out, lines);
    flush(c);
}

void connection_reset(struct connection *c, uint64_t now_ms, const char *why)
{
    (void)now_ms;
    if (c->state == CONNECTION_UP) {
        end(c, true, why);
    }
}

/* --- for who polls --- */

int connection_fd(const struct connection *c)
{
    return c->fd;
}

bool connection_wants_write(const struct connection *c)
{
    return c->state == CONNECTION_CONNECTING ||
           (c->state == CONNECTION_UP && c->out.size > 0);
}

uint64_t connection_wake_ms(const struct connection *c)
{
    if (c->ended || c->scanned < c->in.size) {
        return 0;
    }
    return c->state == CONNECTION_WAITING ? c->wake_ms : UINT64_MAX;
}

enum connection_state connection_state(const struct connection *c)
{
    return c->state;
}

unsigned connection_attempt(const struct connection *c)
{
    return c->attempt;
}

const char *connection_path(const struct connection *c)
{
    return c->path;
}
