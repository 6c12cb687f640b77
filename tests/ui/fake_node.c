/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "fake_node.h"

#include "control/control.h"
#include "model_lines.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t done = send(fd, bytes, size, MSG_NOSIGNAL);
        if (done <= 0) {
            return;
        }
        bytes += done;
        size -= (size_t)done;
    }
}

static void send_json(int fd, json_t *message)
{
    struct buffer out = {NULL, 0, 0};
    control_format(&out, message);
    write_all(fd, (const char *)out.data, out.size);
    buffer_free(&out);
    json_decref(message);
}

/* A text with single quotes for double ones. */
static json_t *parse(const char *text)
{
    char *copy = strdup(text);
    for (char *c = copy; c != NULL && *c != '\0'; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    json_t *value = json_loads(copy, 0, NULL);
    free(copy);
    return value;
}

static void answer(int fd, const json_t *request)
{
    const char *method = json_string_value(json_object_get(request, "method"));
    json_t *id = json_incref(json_object_get(request, "id"));
    if (method != NULL && strcmp(method, "subscribe") == 0) {
        json_t *result = json_object();
        (void)json_object_set_new(result, "seq", json_integer(1));
        (void)json_object_set_new(result, "status", parse(status_text(7, 1, 3)));
        send_json(fd, control_result(id, result));
    } else {
        send_json(fd, control_error(id, CONTROL_UNKNOWN_METHOD, "there is no such method"));
    }
}

static void flood(int fd)
{
    char lines[64 * 1024];
    for (unsigned n = 2;;) {
        size_t size = 0;
        while (size + 512 < sizeof(lines)) {
            size += (size_t)snprintf(
                lines + size, sizeof(lines) - size,
                "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"event\":"
                "\"block.committed\",\"seq\":%u,\"height\":%u,\"view\":4,\"hash\":\"%"
                "064u\","
                "\"time_ms\":1773496927000,\"operations\":1}}\n",
                n, n + 100, n);
            n++;
        }
        if (send(fd, lines, size, MSG_NOSIGNAL) <= 0) {
            return;
        }
    }
}

static void serve(int fd, enum fake_manner manner)
{
    static const char garbage[] = "\033]0;gotcha\a{\"\377\0[[[[[[\n\n{}\n";
    FILE *in = fdopen(fd, "r");
    char *line = NULL;
    size_t room = 0;
    if (manner == FAKE_GARBAGE) {
        write_all(fd, garbage, sizeof(garbage) - 1);
    }
    while (manner != FAKE_GARBAGE && in != NULL && getline(&line, &room, in) > 0) {
        json_t *request = json_loads(line, 0, NULL);
        bool first = strstr(line, "\"subscribe\"") != NULL;
        answer(fd, request);
        json_decref(request);
        if (first && manner == FAKE_FLOOD) {
            flood(fd);
        }
    }
    free(line);
    (void)(in != NULL ? fclose(in) : close(fd));
}

pid_t fake_node_start(const char *path, enum fake_manner manner)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    pid_t parent = getpid();
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    (void)unlink(path);
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listener, 16) != 0) {
        printf("Bail out! cannot listen at %s: %s\n", path, strerror(errno));
        exit(99);
    }
    pid_t node = fork();
    if (node == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (int fd; getppid() == parent && (fd = accept(listener, NULL, NULL)) >= 0;) {
            serve(fd, manner);
        }
        _exit(0);
    }
    (void)close(listener);
    return node;
}

void fake_node_stop(pid_t *node)
{
    if (*node > 0) {
        (void)kill(*node, SIGKILL);
        (void)waitpid(*node, NULL, 0);
        *node = 0;
    }
}
