/* SPDX-License-Identifier: ISC */
/* A server in this process, and raw clients that are read and written step by step. */
#ifndef CONCLAVE_TESTS_CONTROL_FIXTURE_H
#define CONCLAVE_TESTS_CONTROL_FIXTURE_H

#include "control/session.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct fixture {
    char dir[64];
    char path[96];
    struct ev_loop *loop;
    struct control_server_config config;
    struct control_server *server;
    unsigned closed; /* clients that went */
};

static json_t *handle_echo(void *context, struct control_session *s, json_t *params)
{
    (void)context;
    (void)s;
    return json_incref(params);
}

static json_t *handle_fail(void *context, struct control_session *s, json_t *params)
{
    (void)context;
    (void)params;
    control_fail(s, CONTROL_NOT_FOUND, "nothing by that name");
    return NULL;
}

static json_t *handle_mute(void *context, struct control_session *s, json_t *params)
{
    (void)context;
    (void)s;
    (void)params;
    return NULL;
}

static json_t *handle_subscribe(void *context, struct control_session *s, json_t *params)
{
    (void)context;
    uint64_t seq = control_subscribe(s, json_object_get(params, "events"));
    return json_pack("{s:I,s:s}", "seq", (json_int_t)seq, "state", "snapshot");
}

static json_t *handle_publish(void *context, struct control_session *s, json_t *params)
{
    struct fixture *f = context;
    (void)s;
    control_publish(f->server, json_string_value(json_object_get(params, "name")),
                    json_pack("{s:s}", "from", "publish"));
    return json_true();
}

static json_t *handle_big(void *context, struct control_session *s, json_t *params)
{
    (void)context;
    (void)s;
    size_t size = (size_t)json_integer_value(json_object_get(params, "size"));
    char *text = malloc(size);
    memset(text, 'x', size);
    json_t *result = json_stringn(text, size);
    free(text);
    return result;
}

/* Takes so many milliseconds of the processor. */
static json_t *handle_busy(void *context, struct control_session *s, json_t *params)
{
    (void)context;
    (void)s;
    uint64_t ms = (uint64_t)json_integer_value(json_object_get(params, "ms"));
    for (uint64_t until = clock_processor_us() + ms * 1000; clock_processor_us() < until;) {
    }
    return json_true();
}

static json_t *handle_role(void *context, struct control_session *s, json_t *params)
{
    (void)context;
    (void)params;
    uid_t uid;
    pid_t pid;
    control_session_peer(s, &uid, &pid);
    return json_pack("{s:s,s:I,s:I,s:b}", "role",
                     control_role_name(control_session_role(s)), "uid", (json_int_t)uid,
                     "pid", (json_int_t)pid, "agent", control_session_may(s, ROLE_AGENT));
}

static const struct control_method fixture_methods[] = {
    {"echo", ROLE_READ, handle_echo},
    {"fail", ROLE_READ, handle_fail},
    {"mute", ROLE_READ, handle_mute},
    {"subscribe", ROLE_READ, handle_subscribe},
    {"publish", ROLE_OPERATE, handle_publish},
    {"big", ROLE_READ, handle_big},
    {"busy", ROLE_READ, handle_busy},
    {"role", ROLE_NONE, handle_role},
    {"answer", ROLE_AGENT, handle_echo},
    {"operate", ROLE_OPERATE, handle_echo},
    {"administer", ROLE_ADMINISTER, handle_echo},
    {NULL, ROLE_NONE, NULL},
};

static void fixture_closed(void *context, struct control_session *s)
{
    struct fixture *f = context;
    (void)s;
    f->closed++;
}

static void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.dir = "/tmp/conclave-XXXXXX"};
    if (mkdtemp(f->dir) == NULL) {
        abort();
    }
    (void)chmod(f->dir, 0755); /* clients of other users look in */
    (void)snprintf(f->path, sizeof(f->path), "%s/control.sock", f->dir);
    f->loop = ev_loop_new(EVFLAG_AUTO);
    control_server_config_defaults(&f->config);
    f->config.path = f->path;
    f->config.methods = fixture_methods;
    f->config.context = f;
    f->config.closed = fixture_closed;
}

__attribute__((unused)) static void fixture_start(struct fixture *f)
{
    struct complaint why = {""};
    if (control_server_start(f->loop, &f->config, &f->server, &why) != 0) {
        printf("# %s\n", why.text);
        abort();
    }
}

static void fixture_free(struct fixture *f)
{
    control_server_free(f->server);
    ev_loop_destroy(f->loop);
    (void)unlink(f->path);
    (void)rmdir(f->dir);
}

/* Lets the server work for a few turns, in which it never blocks. */
__attribute__((unused)) static void fixture_turn(struct fixture *f)
{
    for (int i = 0; i < 10; i++) {
        ev_run(f->loop, EVRUN_NOWAIT);
    }
}

__attribute__((unused)) static int raw_connect(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}

/* Sends all of it, letting the server read meanwhile. False when the server closed. */
__attribute__((unused)) static bool raw_send(struct fixture *f, int fd, const char *data,
                                             size_t size)
{
    while (size > 0) {
        ssize_t n = send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) {
            data += n;
            size -= (size_t)n;
        } else if (errno != EAGAIN) {
            return false;
        }
        ev_run(f->loop, EVRUN_NOWAIT);
    }
    return true;
}

/* The next line without its newline, or "" at the end or after two seconds. */
__attribute__((unused)) static char *raw_line(struct fixture *f, int fd)
{
    struct buffer line = {NULL, 0, 0};
    uint64_t deadline = clock_monotonic_ms() + 2000;
    while (clock_monotonic_ms() < deadline) {
        char data[16384];
        ssize_t n = recv(fd, data, sizeof(data), MSG_DONTWAIT | MSG_PEEK);
        if (n == 0 || (n < 0 && errno != EAGAIN)) {
            line.size = 0;
            break;
        }
        if (n < 0) {
            ev_run(f->loop, EVRUN_NOWAIT);
            continue;
        }
        const char *end = memchr(data, '\n', (size_t)n);
        size_t take = end != NULL ? (size_t)(end - data) : (size_t)n;
        buffer_append(&line, data, take);
        (void)!recv(fd, data, take + (end != NULL), MSG_DONTWAIT);
        if (end != NULL) {
            break;
        }
    }
    buffer_append(&line, "", 1);
    return (char *)line.data;
}

/* Whether the server closes within two seconds; reads and forgets what still comes. */
__attribute__((unused)) static bool raw_is_closed(struct fixture *f, int fd)
{
    uint64_t deadline = clock_monotonic_ms() + 2000;
    while (clock_monotonic_ms() < deadline) {
        char data[65536];
        ssize_t n = recv(fd, data, sizeof(data), MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN)) {
            return true;
        }
        ev_run(f->loop, EVRUN_NOWAIT);
    }
    return false;
}

#endif
