/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/commands.h"
#include "conclave/node.h"
#include "conclave/output.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WAIT_MAX_S = 3600, WAIT_DEFAULT_S = 60, LOOK_MS = 50 };

/* A handle on the process at the other end, so that its number cannot come to mean another
 * one; -1 where the kernel has none. */
static int node_process(const struct control_client *c, pid_t *pid)
{
    struct ucred peer = {0};
    socklen_t size = sizeof(peer);
    if (getsockopt(control_client_fd(c), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        return -1;
    }
    *pid = peer.pid;
    return (int)syscall(SYS_pidfd_open, peer.pid, 0U);
}

/* Whether it ended in time. A process of another namespace is judged by its socket alone.
 */
static bool await_end(struct control_client *c, int process, uint64_t deadline)
{
    bool closed = false;
    for (;;) {
        uint64_t now = clock_monotonic_ms();
        int left = now < deadline ? (int)(deadline - now) : 0;
        if (!closed) {
            json_t *message = NULL;
            int error = control_next(c, &message, left);
            json_decref(message);
            closed = error != 0 && error != CONCLAVE_EAGAIN;
        } else if (process < 0) {
            return true;
        } else {
            struct pollfd p = {.fd = process, .events = POLLIN};
            if (poll(&p, 1, left < LOOK_MS ? left : LOOK_MS) > 0) {
                return true;
            }
        }
        if (left == 0) {
            return false;
        }
    }
}

static enum command_exit stop(const struct command_line *line, struct control_client *c,
                              uint64_t wait_s)
{
    pid_t pid = 0;
    uint64_t begun = clock_monotonic_ms();
    int process = node_process(c, &pid);
    json_t *answer = node_call(line, c, "stop", NULL);
    if (answer == NULL) {
        if (process >= 0) {
            (void)close(process);
        }
        return COMMAND_FAILED;
    }
    json_decref(answer);
    bool wait = !command_flag(line, "no-wait");
    bool ended = wait && await_end(c, process, begun + 1000 * wait_s);
    uint64_t took = clock_monotonic_ms() - begun;
    if (process >= 0) {
        (void)close(process);
    }
    if (wait && !ended) {
        return command_fail(line,
                            "the node, process %ld, was asked to stop and still runs after "
                            "%llu s; see its log, and stop it with: kill %ld",
                            (long)pid, (unsigned long long)wait_s, (long)pid);
    }
    if (line->json) {
        json_t *out = json_pack("{s:I, s:b, s:I}", "pid", (json_int_t)pid, "ended",
                                (int)ended, "took_ms", (json_int_t)took);
        output_json(out);
        json_decref(out);
    } else if (ended) {
        char text[32];
        output_duration(text, took);
        (void)printf("The node, process %ld, has stopped; %s.\n", (long)pid, text);
    } else {
        (void)printf("The node, process %ld, was asked to stop.\n", (long)pid);
    }
    return COMMAND_DONE;
}

static enum command_exit run(const struct command_line *line)
{
    uint64_t wait_s = WAIT_DEFAULT_S;
    struct control_client *c;
    if (!command_number(line, "timeout", 1, WAIT_MAX_S, &wait_s)) {
        return COMMAND_USAGE;
    }
    if (command_flag(line, "no-wait") && command_value(line, "timeout") != NULL) {
        return command_misuse(line, "give --no-wait or --timeout, not both");
    }
    if (!node_open(line, &c)) {
        return COMMAND_FAILED;
    }
    enum command_exit status = stop(line, c, wait_s);
    control_disconnect(c);
    return status;
}

static const struct command_option options[] = {
    {"timeout", ARGUMENT_NUMBER, "SECONDS", "wait no longer for its end (default 60)"},
    {"no-wait", ARGUMENT_NONE, NULL, "return when it was asked"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_stop = {
    .name = "stop",
    .summary = "Ask the node to end, and wait until it has",
    .operands = "",
    .socket = true,
    .options = options,
    .details =
        "It ends in good order, as at SIGTERM. A service manager may start it again:\n"
        "stop such a node with its own command, systemctl stop.\n",
    .run = run,
};
