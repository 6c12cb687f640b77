/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "story_server.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool story_server_open(struct story_server *s, struct story *story, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memset(s, 0, sizeof(*s));
    s->story = story;
    s->client = -1;
    s->path = alloc_string(path);
    s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (strlen(path) >= sizeof(address.sun_path)) {
        return false;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    return bind(s->listener, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
           listen(s->listener, 4) == 0;
}

void story_server_drop(struct story_server *s)
{
    if (s->client >= 0) {
        (void)close(s->client);
    }
    s->client = -1;
    s->in.size = s->out.size = 0;
}

void story_server_close(struct story_server *s)
{
    story_server_drop(s);
    (void)close(s->listener);
    (void)unlink(s->path);
    free(s->path);
    buffer_free(&s->in);
    buffer_free(&s->out);
}

size_t story_server_pending(const struct story_server *s)
{
    return s->out.size;
}

void story_server_say(struct story_server *s, struct slice bytes)
{
    buffer_append_slice(&s->out, bytes);
}

static void answer_lines(struct story_server *s)
{
    uint8_t *end;
    while (s->in.size > 0 && (end = memchr(s->in.data, '\n', s->in.size)) != NULL) {
        size_t size = (size_t)(end - s->in.data);
        story_answer(s->story, slice_of(s->in.data, size), &s->out);
        buffer_consume(&s->in, size + 1);
    }
}

void story_server_turn(struct story_server *s)
{
    if (s->client < 0) {
        struct buffer unheard = {NULL, 0, 0};
        s->client = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        s->connections += s->client >= 0;
        story_events(s->story, &unheard);
        buffer_free(&unheard);
    }
    if (s->client < 0) {
        return;
    }
    buffer_reserve(&s->in, 65536);
    ssize_t got = recv(s->client, s->in.data + s->in.size, 65536, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
        story_server_drop(s);
        return;
    }
    s->in.size += got > 0 ? (size_t)got : 0;
    answer_lines(s);
    story_events(s->story, &s->out);
    ssize_t sent =
        s->out.size > 0 ? send(s->client, s->out.data, s->out.size, MSG_NOSIGNAL) : 0;
    if (sent > 0) {
        buffer_consume(&s->out, (size_t)sent);
    } else if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        story_server_drop(s);
    }
}
