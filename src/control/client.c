/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "control/client.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    READ_BYTES = 64 * 1024,
    CONNECT_RETRY_MS = 20, /* a full backlog refuses at once rather than waits */
    CONNECT_RETRIES = 100,
};

struct control_client {
    int fd;
    json_int_t last_id;
    struct buffer in;
    size_t scanned;  /* bytes of in that hold no newline */
    json_t *waiting; /* an array: messages read before an answer */
};

static int connect_to(int fd, const struct sockaddr_un *address)
{
    for (int i = 0;; i++) {
        if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0) {
            return 0;
        }
        if ((errno != EAGAIN && errno != EINTR) || i >= CONNECT_RETRIES) {
            return errno;
        }
        (void)poll(NULL, 0, CONNECT_RETRY_MS);
    }
}

/* Whose group may read: that of the socket, or of its directory where nobody else may look
 * into that. */
static int complain_rights(const char *path, struct complaint *why)
{
    struct stat st;
    char *copy = alloc_string(path);
    bool found = stat(path, &st) == 0 || stat(dirname(copy), &st) == 0;
    const struct group *group = found ? getgrgid(st.st_gid) : NULL;
    const char *name = group != NULL ? group->gr_name : "GROUP";
    free(copy);
    return complain(why, CONCLAVE_EPERM,
                    "you may not open %s: the role read is for the socket's group; have "
                    "yourself added to it (usermod -aG %s USER) and log in again, or run "
                    "this as the daemon's user",
                    path, name);
}

int control_complain_connect(const char *path, int error, struct complaint *why)
{
    if (error == ENOENT) {
        return complain(why, CONCLAVE_ENOENT,
                        "there is no socket at %s. Start the node with: conclaved --config "
                        "FILE, or name its socket with --socket PATH",
                        path);
    }
    if (error == ECONNREFUSED) {
        return complain(why, CONCLAVE_ECLOSED,
                        "no node listens at %s any more. Start it with: conclaved --config "
                        "FILE",
                        path);
    }
    if (error == EACCES || error == EPERM) {
        return complain_rights(path, why);
    }
    return complain(why, CONCLAVE_EIO, "cannot connect to %s: %s", path, strerror(error));
}

int control_connect(const char *path, struct control_client **out, struct complaint *why)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        return complain(why, CONCLAVE_ELIMIT,
                        "the socket's path has %zu bytes, a Unix socket allows %zu; name a "
                        "shorter one than %s",
                        strlen(path), sizeof(address.sun_path) - 1, path);
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return complain(why, CONCLAVE_EIO, "cannot make a socket: %s", strerror(errno));
    }
    int error = connect_to(fd, &address);
    if (error == 0) {
        control_library_init();
        struct control_client *c = alloc_zero(1, sizeof(*c));
        c->fd = fd;
        c->waiting = json_array();
        *out = c;
        return 0;
    }
    (void)close(fd);
    return control_complain_connect(path, error, why);
}

void control_disconnect(struct control_client *c)
{
    if (c != NULL) {
        (void)close(c->fd);
        buffer_free(&c->in);
        json_decref(c->waiting);
        free(c);
    }
}

int control_client_fd(const struct control_client *c)
{
    return c->fd;
}

/* Waits for the events. 0, CONCLAVE_EAGAIN at the deadline (monotonic; UINT64_MAX: none),
 * CONCLAVE_EIO. */
static int wait_for(int fd, short events, uint64_t deadline)
{
    for (;;) {
        struct pollfd p = {.fd = fd, .events = events};
        int left = -1;
        if (deadline != UINT64_MAX) {
            uint64_t now = clock_monotonic_ms();
            uint64_t ms = deadline > now ? deadline - now : 0;
            left = ms > 1000000 ? 1000000 : (int)ms;
        }
        int ready = poll(&p, 1, left);
        if (ready > 0) {
            return 0;
        }
        if (ready < 0 && errno != EINTR) {
            return CONCLAVE_EIO;
        }
        if (deadline != UINT64_MAX && clock_monotonic_ms() >= deadline) {
            return CONCLAVE_EAGAIN;
        }
    }
}

static int fill(struct control_client *c, uint64_t deadline)
{
    int error = wait_for(c->fd, POLLIN, deadline);
    if (error != 0) {
        return error;
    }
    buffer_reserve(&c->in, READ_BYTES);
    ssize_t got = recv(c->fd, c->in.data + c->in.size, READ_BYTES, 0);
    if (got > 0) {
        c->in.size += (size_t)got;
        return 0;
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return 0;
    }
    return CONCLAVE_ECLOSED;
}

/* The next message from the socket. */
static int read_message(struct control_client *c, json_t **out, uint64_t deadline)
{
    for (;;) {
        uint8_t *end = c->scanned < c->in.size
                           ? memchr(c->in.data + c->scanned, '\n', c->in.size - c->scanned)
                           : NULL;
        if (end != NULL) {
            struct slice line = {c->in.data, (size_t)(end - c->in.data)};
            json_t *value = control_parse(line, NULL);
            buffer_consume(&c->in, line.size + 1);
            c->scanned = 0;
            if (!json_is_object(value)) {
                json_decref(value);
                return CONCLAVE_EFORMAT;
            }
            *out = value;
            return 0;
        }
        c->scanned = c->in.size;
        if (c->in.size > CONTROL_LINE_MAX) {
            return CONCLAVE_EFORMAT;
        }
        int error = fill(c, deadline);
        if (error != 0) {
            return error;
        }
    }
}

static uint64_t deadline_of(int timeout_ms)
{
    return timeout_ms < 0 ? UINT64_MAX : clock_monotonic_ms() + (uint64_t)timeout_ms;
}

int control_next(struct control_client *c, json_t **message, int timeout_ms)
{
    json_t *first = json_array_get(c->waiting, 0);
    if (first != NULL) {
        *message = json_incref(first);
        (void)json_array_remove(c->waiting, 0);
        return 0;
    }
    return read_message(c, message, deadline_of(timeout_ms));
}

/* Sends a request. While the server makes us wait it may be waiting for us to read. */
static int send_request(struct control_client *c, const char *method, json_t *params,
                        uint64_t deadline)
{
    struct buffer line = {NULL, 0, 0};
    json_t *request = control_request(c->last_id + 1, method, params);
    control_format(&line, request);
    json_decref(request);
    int error = line.size > CONTROL_LINE_MAX ? CONCLAVE_ELIMIT : 0;
    size_t sent = 0;
    while (error == 0 && sent < line.size) {
        ssize_t n = send(c->fd, line.data + sent, line.size - sent, MSG_NOSIGNAL);
        if (n >= 0) {
            sent += (size_t)n;
        } else if (errno == EAGAIN) {
            error = wait_for(c->fd, POLLIN | POLLOUT, deadline);
            struct pollfd p = {.fd = c->fd, .events = POLLIN};
            if (error == 0 && poll(&p, 1, 0) > 0) {
                error = fill(c, deadline);
            }
        } else if (errno != EINTR) {
            error = CONCLAVE_ECLOSED;
        }
    }
    buffer_free(&line);
    if (error == 0) {
        c->last_id++;
    } else if (sent > 0) {
        (void)shutdown(c->fd, SHUT_WR); /* nothing can follow half a line */
    }
    return error;
}

json_int_t control_send(struct control_client *c, const char *method, json_t *params)
{
    int error = send_request(c, method, params, UINT64_MAX);
    return error != 0 ? error : c->last_id;
}

static int error_of_code(json_int_t code)
{
    switch ((enum control_code)code) {
    case CONTROL_PARSE_ERROR:
    case CONTROL_INVALID_REQUEST:
    case CONTROL_UNKNOWN_METHOD:
    case CONTROL_INVALID_PARAMS:
        return CONCLAVE_EINVAL;
    case CONTROL_INTERNAL:
        return CONCLAVE_EIO;
    case CONTROL_DENIED:
        return CONCLAVE_EPERM;
    case CONTROL_NOT_FOUND:
        return CONCLAVE_ENOENT;
    case CONTROL_NOT_NOW:
        return CONCLAVE_ESTATE;
    case CONTROL_REFUSED:
        return CONCLAVE_ELIMIT;
    case CONTROL_BUSY:
        return CONCLAVE_EFULL;
    }
    return CONCLAVE_EIO;
}

/* What an answer says: its result, or its error in words. */
static int take_answer(const json_t *answer, json_t **result, struct complaint *why)
{
    const json_t *error = json_object_get(answer, "error");
    if (error == NULL) {
        json_t *value = json_object_get(answer, "result");
        *result = value != NULL ? json_incref(value) : json_null();
        return 0;
    }
    const char *text = json_string_value(json_object_get(error, "message"));
    json_int_t code = json_integer_value(json_object_get(error, "code"));
    return complain(why, error_of_code(code), "%s",
                    text != NULL && text[0] != '\0' ? text : "the node gave no reason");
}

/* An answer to the request, or an error that belongs to no request: a line that the node
 * could not read, or a connection that it does not take. */
static bool is_answer(const json_t *message, json_int_t id)
{
    const json_t *its = json_object_get(message, "id");
    return (json_is_integer(its) && json_integer_value(its) == id) ||
           (json_is_null(its) && json_object_get(message, "error") != NULL);
}

int control_call(struct control_client *c, const char *method, json_t *params,
                 json_t **result, int timeout_ms, struct complaint *why)
{
    uint64_t deadline = deadline_of(timeout_ms);
    int error = send_request(c, method, params, deadline);
    json_int_t id = c->last_id;
    if (error == CONCLAVE_ELIMIT) {
        return complain(why, error, "the request is longer than %d bytes",
                        CONTROL_LINE_MAX);
    }
    /* A node that closed the connection may have said why before. */
    while (error == 0 || error == CONCLAVE_ECLOSED) {
        json_t *message = NULL;
        int got = read_message(c, &message, deadline);
        if (got != 0) {
            error = got;
            break;
        }
        if (is_answer(message, id)) {
            error = take_answer(message, result, why);
            json_decref(message);
            return error;
        }
        (void)json_array_append_new(c->waiting, message);
    }
    if (error == CONCLAVE_EAGAIN) {
        return complain(why, error, "the node did not answer %s within %d ms", method,
                        timeout_ms);
    }
    return complain(why, error, "%s",
                    error == CONCLAVE_ECLOSED ? "the node closed the connection"
                    : error == CONCLAVE_EFORMAT
                        ? "what answers on this socket does not speak conclave-control(7)"
                        : error_text(error));
}
