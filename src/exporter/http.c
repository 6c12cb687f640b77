/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "exporter/http.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "net/address.h"

#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 16,
    CONNECTION_BYTES = 16 * 1024, /* of a request's head */
    CONNECTION_S = 20,            /* from its beginning to its end */
    IDLE_S = 3,
    FRESH_MS = 1000, /* a text so young is given again: who asks costs the nodes little */
    TURN_MS = 1000,
};

struct guest {
    int fd; /* -1: none */
    uint64_t since_ms;
};

struct http {
    struct MHD_Daemon *daemon;
    const char *type;
    void (*write)(void *context, struct buffer *out);
    void *context;
    struct buffer text;
    uint64_t written_ms; /* 0: never */
    char address[ENDPOINT_TEXT_BYTES];
    struct guest guests[CONNECTIONS_MAX];
};

/* --- answers --- */

static const char page[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><title>conclave-exporter</title></head>\n"
    "<body><h1>conclave-exporter</h1><p><a "
    "href=\"/metrics\">Metrics</a></p></body></html>\n";

static enum MHD_Result answer(struct MHD_Connection *c, unsigned status, const char *type,
                              struct slice body)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(
        body.size, (void *)(uintptr_t)body.data, MHD_RESPMEM_MUST_COPY);
    if (r == NULL) {
        return MHD_NO;
    }
    (void)MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    (void)MHD_add_response_header(r, MHD_HTTP_HEADER_CONNECTION, "close");
    (void)MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        (void)MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, MHD_HTTP_METHOD_GET);
    }
    enum MHD_Result result = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return result;
}

static enum MHD_Result answer_metrics(struct http *h, struct MHD_Connection *c)
{
    uint64_t now = clock_monotonic_ms();
    if (h->written_ms == 0 || now - h->written_ms >= FRESH_MS) {
        h->text.size = 0;
        h->write(h->context, &h->text);
        h->written_ms = clock_monotonic_ms();
    }
    return answer(c, MHD_HTTP_OK, h->type, buffer_slice(&h->text));
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version,
                                  const char *upload, size_t *upload_size, void **state)
{
    static const char plain[] = "text/plain; charset=utf-8";
    static int begun;
    struct http *h = context;
    (void)version, (void)upload;
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0) {
        return answer(c, MHD_HTTP_METHOD_NOT_ALLOWED, plain,
                      slice_of_string("only GET is answered here\n"));
    }
    if (*state == NULL) {
        *state = &begun; /* only its head has come */
        return MHD_YES;
    }
    if (*upload_size != 0) {
        return MHD_NO;
    }
    if (strcmp(url, "/metrics") == 0) {
        return answer_metrics(h, c);
    }
    if (strcmp(url, "/") == 0) {
        return answer(c, MHD_HTTP_OK, "text/html; charset=utf-8", slice_of_string(page));
    }
    return answer(c, MHD_HTTP_NOT_FOUND, plain,
                  slice_of_string("there is only /metrics\n"));
}

/* --- connections --- */

static void on_connection(void *context, struct MHD_Connection *c, void **state,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http *h = context;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    bool begins = code == MHD_CONNECTION_NOTIFY_STARTED;
    (void)state;
    for (size_t i = 0; info != NULL && i < CONNECTIONS_MAX; i++) {
        struct guest *g = &h->guests[i];
        if (g->fd == (begins ? -1 : info->connect_fd)) {
            *g = (struct guest){begins ? info->connect_fd : -1, clock_monotonic_ms()};
            return;
        }
    }
}

/* One that sends a byte now and then would stay for ever: idle it is not. */
static void end_guests(struct http *h)
{
    uint64_t now = clock_monotonic_ms();
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct guest *g = &h->guests[i];
        if (g->fd >= 0 && now - g->since_ms >= 1000 * CONNECTION_S) {
            (void)shutdown(g->fd, SHUT_RDWR); /* the library closes it */
        }
    }
}

/* --- listening --- */

static int parse(const char *text, struct endpoint *out, struct complaint *why)
{
    struct address a;
    /* Any port, which no peer's address can be, is for tests. */
    size_t length = strlen(text);
    bool any = length > 2 && strcmp(text + length - 2, ":0") == 0;
    char *spelt = alloc_string(text);
    if (any) {
        spelt[length - 1] = '1';
    }
    int error = address_parse(spelt, &a, why);
    free(spelt);
    if (error == 0 && !address_is_numeric(&a, out)) {
        error = complain(why, CONCLAVE_EFORMAT,
                         "cannot listen at \"%.64s\": write a numeric address of this "
                         "machine, as 127.0.0.1:9733, [::1]:9733 or 0.0.0.0:9733",
                         text);
    }
    if (error == 0 && any) {
        *(out->any.sa_family == AF_INET ? &out->v4.sin_port : &out->v6.sin6_port) = 0;
    }
    return error;
}

static int listen_at(const char *text, char address[ENDPOINT_TEXT_BYTES], int *out,
                     struct complaint *why)
{
    struct endpoint e;
    int yes = 1, error = parse(text, &e, why);
    if (error != 0) {
        return error;
    }
    int fd = socket(e.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
        bind(fd, &e.any, e.size) != 0 || listen(fd, CONNECTIONS_MAX) != 0 ||
        getsockname(fd, &e.any, &e.size) != 0) {
        error = complain(why, CONCLAVE_EIO,
                         "cannot listen at %s: %s; --listen takes another address", text,
                         strerror(errno));
        if (fd >= 0) {
            (void)close(fd);
        }
        return error;
    }
    endpoint_text(&e, address);
    *out = fd;
    return 0;
}

int http_start(const char *address, const char *type,
               void (*write)(void *context, struct buffer *out), void *context,
               struct http **out, struct complaint *why)
{
    struct http *h = alloc_zero(1, sizeof(*h));
    int fd = -1, error = listen_at(address, h->address, &fd, why);
    if (error != 0) {
        free(h);
        return error;
    }
    h->type = type;
    h->write = write;
    h->context = context;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        h->guests[i].fd = -1;
    }
    h->daemon = MHD_start_daemon(
        MHD_USE_EPOLL, 0, NULL, NULL, on_request, h, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, h, MHD_OPTION_END);
    if (h->daemon == NULL) {
        (void)close(fd);
        free(h);
        return complain(why, CONCLAVE_EIO, "libmicrohttpd does not start: %s",
                        strerror(errno));
    }
    *out = h;
    return 0;
}

void http_free(struct http *h)
{
    if (h != NULL) {
        MHD_stop_daemon(h->daemon);
        buffer_free(&h->text);
        free(h);
    }
}

const char *http_address(const struct http *h)
{
    return h->address;
}

void http_turn(struct http *h, const sigset_t *mask)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    MHD_UNSIGNED_LONG_LONG wait;
    int ms = TURN_MS;
    if (MHD_get_timeout(h->daemon, &wait) == MHD_YES && wait < TURN_MS) {
        ms = (int)wait;
    }
    struct pollfd p = {.fd = info->epoll_fd, .events = POLLIN};
    struct timespec limit = {ms / 1000, ms % 1000 * 1000000L};
    (void)ppoll(&p, 1, &limit, mask);
    (void)MHD_run(h->daemon);
    end_guests(h);
}
