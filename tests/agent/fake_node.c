/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "fake_node.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "control/control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void sleep_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    (void)nanosleep(&t, NULL);
}

/* One of the usual names, for an agent that looks for it. */
#define SOCKET "conclave.sock"

static _Noreturn void give_up(const char *what)
{
    printf("Bail out! %s: %s\n", what, strerror(errno));
    exit(1);
}

const char *fake_node_file(const struct fake_node *n, const char *name)
{
    static char paths[4][128];
    static unsigned next;
    next = (next + 1) % 4;
    (void)snprintf(paths[next], sizeof(paths[next]), "%s/%s", n->dir, name);
    return paths[next];
}

void fake_node_listen(struct fake_node *n)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, fake_node_file(n, SOCKET));
    (void)unlink(address.sun_path);
    n->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (n->listener < 0 ||
        bind(n->listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(n->listener, 4) != 0) {
        give_up("listen");
    }
}

void fake_node_open(struct fake_node *n)
{
    const char *tmp = getenv("TMPDIR");
    *n = (struct fake_node){.listener = -1, .client = -1};
    (void)snprintf(n->dir, sizeof(n->dir), "%.40s/agent.XXXXXX",
                   tmp != NULL && strlen(tmp) <= 40 ? tmp : "/tmp");
    if (mkdtemp(n->dir) == NULL) {
        give_up("mkdtemp");
    }
    fake_node_listen(n);
}

void fake_node_hang_up(struct fake_node *n)
{
    (void)close(n->listener);
    (void)close(n->client);
    (void)unlink(fake_node_file(n, SOCKET));
    n->listener = n->client = -1;
    buffer_free(&n->in);
}

void fake_node_close(struct fake_node *n)
{
    fake_node_hang_up(n);
    (void)unlink(fake_node_file(n, "log"));
    (void)unlink(fake_node_file(n, "marks"));
    (void)unlink(fake_node_file(n, "more"));
    (void)rmdir(n->dir);
}

void fake_node_send(struct fake_node *n, const char *text)
{
    for (size_t size = strlen(text); size > 0;) {
        ssize_t sent = send(n->client, text, size, MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        text += sent;
        size -= (size_t)sent;
    }
}

static void send_json(struct fake_node *n, json_t *message)
{
    struct buffer line = {NULL, 0, 0};
    control_format(&line, message);
    buffer_append(&line, "", 1);
    fake_node_send(n, (const char *)line.data);
    buffer_free(&line);
    json_decref(message);
}

void fake_node_ask(struct fake_node *n, const char *id, long in_ms)
{
    json_t *proposal =
        json_pack("{s:s, s:s, s:s, s:s, s:{s:{s:b}}, s:n, s:i}", "id", id, "class",
                  "emergency", "title", "A title", "text", "Some text", "evidence",
                  "emergency", "active_harm", 1, "payload", "proposer", 2);
    json_t *seat =
        json_pack("{s:i, s:s, s:s}", "number", 1, "name", "one", "jurisdiction", "EU");
    json_int_t deadline = (json_int_t)clock_wall_ms() + in_ms;
    send_json(n, control_notification("agent.ask",
                                      json_pack("{s:o, s:o, s:I}", "proposal", proposal,
                                                "seat", seat, "deadline_ms", deadline)));
}

json_t *fake_node_next(struct fake_node *n, int wait_ms)
{
    uint64_t end = clock_monotonic_ms() + (uint64_t)wait_ms;
    for (;;) {
        const uint8_t *newline =
            n->in.size > 0 ? memchr(n->in.data, '\n', n->in.size) : NULL;
        if (newline != NULL) {
            size_t length = (size_t)(newline - n->in.data);
            json_t *message = control_parse(slice_of(n->in.data, length), NULL);
            buffer_consume(&n->in, length + 1);
            return message;
        }
        uint64_t now = clock_monotonic_ms();
        struct pollfd p = {n->client, POLLIN, 0};
        uint8_t data[65536];
        ssize_t got = -1;
        if (now < end && poll(&p, 1, (int)(end - now)) == 1) {
            got = recv(n->client, data, sizeof(data), 0);
        }
        if (got <= 0) {
            return NULL;
        }
        buffer_append(&n->in, data, (size_t)got);
    }
}

void fake_node_reply(struct fake_node *n, const json_t *request, const char *error)
{
    json_t *id = json_incref(json_object_get(request, "id"));
    send_json(n, error != NULL ? control_error(id, CONTROL_DENIED, error)
                               : control_result(id, json_object()));
}

bool fake_node_attach(struct fake_node *n)
{
    struct pollfd p = {n->listener, POLLIN, 0};
    if (poll(&p, 1, WAIT_MS) != 1) {
        return false;
    }
    n->client = accept4(n->listener, NULL, NULL, SOCK_CLOEXEC);
    json_t *request = fake_node_next(n, WAIT_MS);
    const char *method = json_string_value(json_object_get(request, "method"));
    bool good = method != NULL && strcmp(method, "agent.attach") == 0;
    if (good) {
        fake_node_reply(n, request, n->refuses_attach ? "not an agent of this seat" : NULL);
    }
    json_decref(request);
    return good;
}

pid_t agent_start(const struct fake_node *n, const char *evaluator, const char *options)
{
    const char *top = getenv("top_srcdir"), *build = getenv("top_builddir");
    char *command = evaluator[0] == '/' || top == NULL
                        ? alloc_string(evaluator)
                        : alloc_printf("'%s'/tests/agent/%s", top, evaluator);
    char *program = alloc_printf("%s/conclave-agent", build != NULL ? build : ".");
    char *words = alloc_string(options);
    /* Evaluators leave marks in the test's directory, which is also the socket's. */
    const char *arguments[32] = {program, "--evaluator", command, "--log-level",
                                 "debug", "--write",     n->dir};
    size_t count = 7;
    if (n->confined) {
        count = 5;
        arguments[5] = arguments[6] = NULL;
    }
    if (!n->unnamed) {
        arguments[count++] = "--socket";
        arguments[count++] = fake_node_file(n, SOCKET);
    }
    for (char *w = strtok(words, " "); w != NULL && count < 31; w = strtok(NULL, " ")) {
        arguments[count++] = w;
    }
    const char *log = fake_node_file(n, "log");
    pid_t pid = fork();
    if (pid == 0) {
        int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        (void)dup2(fd, STDERR_FILENO);
        (void)setenv("CONCLAVE_TEST_SECRET", "spilled", 1);
        if (n->unnamed && (unsetenv("CONCLAVE_SOCKET") != 0 ||
                           unsetenv("XDG_RUNTIME_DIR") != 0 || chdir(n->dir) != 0)) {
            _exit(125);
        }
        (void)execv(program, (char *const *)arguments);
        _exit(126);
    }
    free(command);
    free(program);
    free(words);
    return pid;
}

int agent_stop(pid_t agent, int signal)
{
    if (signal != 0) {
        (void)kill(agent, signal);
    }
    for (int i = 0; i < WAIT_MS / 10; i++) {
        int status;
        if (waitpid(agent, &status, WNOHANG) == agent) {
            return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
        }
        sleep_ms(10);
    }
    (void)kill(agent, SIGKILL);
    (void)waitpid(agent, NULL, 0);
    return -1;
}

static struct buffer read_file(const char *path)
{
    struct buffer b = {NULL, 0, 0};
    FILE *f = fopen(path, "re");
    uint8_t data[65536];
    size_t n;
    while (f != NULL && (n = fread(data, 1, sizeof(data), f)) > 0) {
        buffer_append(&b, data, n);
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    buffer_append(&b, "", 1);
    return b;
}

bool agent_logged(const struct fake_node *n, const char *text)
{
    struct buffer log = read_file(fake_node_file(n, "log"));
    bool found = strstr((const char *)log.data, text) != NULL;
    if (!found) {
        printf("# not in the log: %s\n", text);
    }
    buffer_free(&log);
    return found;
}

unsigned count_in_file(const char *path, char byte)
{
    struct buffer b = read_file(path);
    unsigned count = 0;
    for (size_t i = 0; i + 1 < b.size; i++) {
        count += b.data[i] == (uint8_t)byte;
    }
    buffer_free(&b);
    return count;
}

bool wait_for_marks(const char *path, char byte, unsigned count)
{
    for (int i = 0; i < WAIT_MS / 10; i++) {
        if (count_in_file(path, byte) >= count) {
            return true;
        }
        sleep_ms(10);
    }
    return false;
}

static bool is_alive(pid_t pid)
{
    char path[64], state = '?';
    (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        return false;
    }
    /* Where nobody reaps the orphans of this system, zombies are dead enough. */
    bool known = fscanf(f, "%*d (%*[^)]) %c", &state) == 1;
    (void)fclose(f);
    return known && state != 'Z' && state != 'X';
}

bool all_gone(const char *path, unsigned expected)
{
    struct buffer b = read_file(path);
    unsigned count = 0;
    bool gone = true;
    for (char *at = (char *)b.data, *end; gone && *at >= '0' && *at <= '9'; at = end + 1) {
        pid_t pid = (pid_t)strtol(at, &end, 10);
        count++;
        for (int i = 0; i < 300 && is_alive(pid); i++) {
            sleep_ms(10);
        }
        gone = !is_alive(pid);
        if (!gone) {
            printf("# process %d is still there\n", (int)pid);
            (void)kill(pid, SIGKILL);
        }
        if (*end == '\0') {
            break;
        }
    }
    buffer_free(&b);
    return gone && count == expected;
}
