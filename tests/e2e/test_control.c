/* SPDX-License-Identifier: ISC */
/*
 * The control socket of a live node: who may do what, the snapshot and the numbered
 * changes, requests that make no sense, agents that answer rubbish.
 */
#define _GNU_SOURCE
#include "history.h"
#include "live.h"
#include "tap.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <grp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAIT_MS = 20000, SILENCE_MS = 250, STRANGER_UID = 64123, STRANGER_GID = 64124 };

static bool decides(struct live *l, unsigned seat, char *id)
{
    json_t *p = NULL;
    if (live_propose(l, seat, "test", "is it alive?", NULL, id) == 0) {
        p = live_wait_final(l, seat, id, WAIT_MS);
    }
    json_decref(p);
    return p != NULL;
}

/* --- changes --- */

struct seen {
    json_int_t last; /* seq */
    unsigned gaps;   /* numbers that are not one above the last */
    unsigned blocks;
    json_int_t height; /* of block.committed */
    unsigned backwards;
    char names[32][40];
    unsigned name_count;
};

static void on_event(void *context, unsigned seat, const json_t *message)
{
    struct seen *s = context;
    const json_t *params = json_object_get(message, "params");
    const char *event = json_string_value(json_object_get(params, "event"));
    json_int_t seq = json_integer_value(json_object_get(params, "seq"));
    (void)seat;
    s->gaps += seq != s->last + 1;
    s->last = seq;
    if (event == NULL) {
        s->gaps++;
        return;
    }
    if (strcmp(event, "block.committed") == 0) {
        json_int_t height = json_integer_value(json_object_get(params, "height"));
        s->backwards += height != s->height + 1;
        s->height = height;
        s->blocks++;
    }
    for (unsigned i = 0; i < s->name_count; i++) {
        if (strcmp(s->names[i], event) == 0) {
            return;
        }
    }
    if (s->name_count < 32) {
        (void)snprintf(s->names[s->name_count++], sizeof(s->names[0]), "%s", event);
    }
}

static bool saw(const struct seen *s, const char *name)
{
    for (unsigned i = 0; i < s->name_count; i++) {
        if (strcmp(s->names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void check_changes(struct live *l)
{
    static const char *const expected[] = {
        "proposal.opened",  "ballot.recorded", "proposal.opening", "ballot.revealed",
        "proposal.decided", "proposal.final",  "block.committed",  "heartbeat"};
    struct seen seen = {.last = 0};
    char id[LIVE_ID_BYTES];
    json_t *snapshot = live_watch(l, 2, on_event, &seen);
    const json_t *status = json_object_get(snapshot, "status");
    ok(json_is_integer(json_object_get(snapshot, "seq")),
       "subscribe: the number to go on from");
    ok(json_is_object(status) && json_is_array(json_object_get(snapshot, "open")),
       "and a snapshot");
    seen.last = json_integer_value(json_object_get(snapshot, "seq"));
    seen.height = json_integer_value(json_object_get(status, "height"));
    json_decref(snapshot);
    for (int i = 0; i < 5; i++) {
        (void)decides(l, (unsigned)i % 4 + 1, id);
    }
    live_pump(l, 1500);
    is(seen.gaps, 0, "changes are numbered without a gap");
    ok(seen.blocks > 10, "blocks were told of");
    is(seen.backwards, 0, "each once and in their order, from the snapshot on");
    is(seen.height, live_number(l, 2, "height"), "to the newest");
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        ok(saw(&seen, expected[i]), "%s came", expected[i]);
    }
    ok(!saw(&seen, "ballots"), "what must be named did not");
    live_kill(l, 4);
    live_pump(l, 300);
    ok(saw(&seen, "peer.down"), "peer.down came when a node was killed");
    live_start(l, 4);
    ok(live_wait_ready(l, 4, WAIT_MS) && live_wait_connected(l, WAIT_MS), "it comes back");
    live_pump(l, 100);
    ok(saw(&seen, "peer.up"), "peer.up came");
    is(seen.gaps, 0, "still no gap");
    (void)live_watch(l, 2, NULL, NULL);
}

/* --- roles --- */

/* What a user of these ids gets: exit status 0 done, 10 no connection, 20 - code. */
static int as_user(const char *socket, uid_t uid, gid_t gid, const char *method)
{
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        struct control_client *c = NULL;
        json_t *result = NULL;
        if (setgroups(0, NULL) != 0 || setgid(gid) != 0 || setuid(uid) != 0) {
            _exit(99);
        }
        if (control_connect(socket, &c, NULL) != 0) {
            _exit(10);
        }
        json_t *params = strcmp(method, "propose") == 0
                             ? json_pack("{s:s,s:s}", "class", "test", "title", "theirs")
                         : strcmp(method, "agent.attach") == 0
                             ? json_pack("{s:s}", "name", "theirs")
                             : NULL;
        int error = control_call(c, method, params, &result, LIVE_CALL_MS, NULL);
        _exit(error == 0 ? 0 : 20 - error);
    }
    int status = 0;
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status)
               ? WEXITSTATUS(status)
               : 98;
}

static void check_roles(void)
{
    static const char name[] = "other users of the socket";
    struct live_options o = {.seats = 4};
    char config[256];
    const struct group *group = getgrnam("nogroup");
    if (geteuid() != 0 || group == NULL || group->gr_gid == 0) {
        skip(name, "needs root to become other users, and a group nogroup");
        return;
    }
    gid_t member = group->gr_gid;
    (void)snprintf(config, sizeof(config),
                   "read-group = \"nogroup\"\nagents = {\"%d\"}\noperators = {\"%d\"}",
                   STRANGER_UID + 1, STRANGER_UID + 2);
    o.config = config;
    struct live *l = live_new(&o);
    (void)chmod(l->dir, 0755);
    const char *socket = live_seat(l, 1)->socket;
    (void)chmod(live_seat(l, 1)->dir, 0755);
    ok(live_start_council(l), "a council with roles starts");
    struct stat st;
    ok(stat(socket, &st) == 0 && (st.st_mode & S_IWOTH) == 0,
       "others may not open its socket");
    is(as_user(socket, STRANGER_UID, STRANGER_GID, "status"), 10,
       "a stranger cannot connect");
    is(as_user(socket, STRANGER_UID, member, "ping"), 0, "one of the group may ping");
    is(as_user(socket, STRANGER_UID, member, "status"), 0, "and read");
    is(as_user(socket, STRANGER_UID, member, "propose"), 20 - CONCLAVE_EPERM,
       "but not propose");
    is(as_user(socket, STRANGER_UID, member, "agent.attach"), 20 - CONCLAVE_EPERM,
       "nor be an agent");
    is(as_user(socket, STRANGER_UID + 1, member, "agent.attach"), 0,
       "a user listed as agent may be one");
    is(as_user(socket, STRANGER_UID + 1, member, "propose"), 20 - CONCLAVE_EPERM,
       "but not propose");
    is(as_user(socket, STRANGER_UID + 2, member, "propose"), 0,
       "a user listed as operator may propose");
    is(as_user(socket, STRANGER_UID + 2, member, "agent.attach"), 20 - CONCLAVE_EPERM,
       "but not be an agent");
    ok(live_log_count(l, 1, "event=control.denied") >= 3, "what was denied is in the log");
    ok(live_quiet(l), "no node wrote to standard error");
    live_free(l);
}

/* --- rubbish --- */

static int open_socket(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    (void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&a, sizeof(a)) != 0) {
        printf("Bail out! no connection to %s\n", path);
        exit(99);
    }
    return fd;
}

/* Sends all of it as far as the node takes it, and returns what it said by the time it
 * closed, or was silent for long enough. */
static char *say(const char *path, const char *data, size_t size, bool *closed)
{
    int fd = open_socket(path);
    struct buffer got = {NULL, 0, 0};
    uint64_t until = clock_monotonic_ms() + SILENCE_MS;
    size_t sent = 0;
    *closed = false;
    while (!*closed && clock_monotonic_ms() < until) {
        struct pollfd p = {fd, (short)(POLLIN | (sent < size ? POLLOUT : 0)), 0};
        char chunk[4096];
        (void)poll(&p, 1, 20);
        if ((p.revents & POLLOUT) != 0) {
            ssize_t n = send(fd, data + sent, size - sent, MSG_NOSIGNAL);
            sent += n > 0 ? (size_t)n : 0;
            until = n > 0 ? clock_monotonic_ms() + SILENCE_MS : until;
        }
        if ((p.revents & (POLLIN | POLLHUP)) != 0) {
            ssize_t n = recv(fd, chunk, sizeof(chunk), 0);
            *closed = n == 0 || (n < 0 && (p.revents & POLLHUP) != 0);
            if (n > 0) {
                buffer_append(&got, chunk, (size_t)n);
            }
        }
    }
    (void)close(fd);
    buffer_append(&got, "", 1);
    return (char *)got.data;
}

static void expect(struct live *l, const char *data, size_t size, const char *answer,
                   bool closes, const char *name)
{
    bool closed;
    char *got = say(live_seat(l, 1)->socket, data, size, &closed);
    if (!ok(strstr(got, answer) != NULL && closed == closes, "%s", name)) {
        printf("#   %s: %.200s\n", closed ? "closed" : "open", got);
    }
    free(got);
}

static void expect_text(struct live *l, const char *text, const char *answer,
                        const char *name)
{
    expect(l, text, strlen(text), answer, false, name);
}

static void check_rubbish(struct live *l)
{
    enum { HUGE = 3 * 1024 * 1024, DEEP = 200000 };
    char *big = alloc(HUGE);
    expect_text(l, "garbage\n", "-32700", "garbage is a parse error");
    expect_text(l, "\x01\x02\xff\xfe\n", "-32700", "and so are bytes that are no text");
    expect_text(l, "[]\n", "-32600", "an array is no request");
    expect_text(l, "{}\n", "-32600", "an empty object is none");
    expect_text(l, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"nonsense\"}\n", "-32601",
                "a method that is not there");
    expect_text(l, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\",\"params\":[1]}\n",
                "-32602", "params that are no object");
    expect_text(
        l,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"block\",\"params\":{\"height\":-1}}\n",
        "-32602", "a height below 0");
    expect_text(l,
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"block\","
                "\"params\":{\"height\":99999999999999999999}}\n",
                "-32700", "a number that is too large for JSON's integers here");
    expect_text(
        l, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\",\"params\":{\"x\":1}}\n",
        "-32602", "a parameter that is not there");
    expect_text(
        l, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"method\":\"status\"}\n",
        "-32700", "a member twice");
    memset(big, '[', DEEP);
    big[DEEP] = '\n';
    expect(l, big, DEEP + 1, "-32700", false, "deep nesting");
    memset(big, 'x', HUGE);
    expect(l, big, HUGE, "-32700", true, "a line without an end: told, and closed");
    memset(big, '\n', HUGE);
    expect(l, big, HUGE, "", false, "nothing but line ends");
    free(big);
    json_t *params = json_pack("{s:s,s:s}", "class", "test", "title", "\x1b[31mred");
    ok(live_call(l, 1, "propose", params) == NULL && l->error == CONCLAVE_EINVAL,
       "an escape sequence in a title is refused");
    params = json_pack("{s:s,s:s}", "class", "test", "title", "\xe2\x80\xaegnp.exe");
    ok(live_call(l, 1, "propose", params) == NULL && l->error == CONCLAVE_EINVAL,
       "and so is a change of direction");
    char *long_text = alloc_zero(1, 70000);
    memset(long_text, 'x', 69999);
    params =
        json_pack("{s:s,s:s,s:s}", "class", "test", "title", "long", "text", long_text);
    ok(live_call(l, 1, "propose", params) == NULL && l->error == CONCLAVE_EINVAL,
       "and so is a text that is too long");
    free(long_text);
}

/* --- agents --- */

static json_t *ask(struct control_client *c)
{
    uint64_t until = clock_monotonic_ms() + WAIT_MS;
    json_t *message = NULL;
    while (clock_monotonic_ms() < until && control_next(c, &message, 1000) == 0) {
        const char *method = json_string_value(json_object_get(message, "method"));
        if (method != NULL && strcmp(method, "agent.ask") == 0) {
            return message;
        }
        json_decref(message);
    }
    return NULL;
}

static int reply(struct control_client *c, json_t *params)
{
    json_t *result = NULL;
    int error = control_call(c, "agent.answer", params, &result, LIVE_CALL_MS, NULL);
    json_decref(result);
    return error;
}

/* Seat 4's agent answers rubbish; the others decide, and its ballot is not there. */
static void check_agents(struct live *l)
{
    struct control_client *c = NULL;
    json_t *result = NULL;
    char id[LIVE_ID_BYTES], other[LIVE_ID_BYTES];
    live_agent_set(l, 4, NULL, NULL);
    (void)control_connect(live_seat(l, 4)->socket, &c, NULL);
    is(control_call(c, "agent.attach", json_pack("{s:s}", "name", "bad"), &result,
                    LIVE_CALL_MS, NULL),
       0, "a bad agent attaches");
    json_decref(result);
    is(live_propose(l, 1, "test", "asked of a bad agent", NULL, id), 0, "a proposal");
    json_t *message = ask(c);
    ok(message != NULL, "it is asked");
    memset(other, '0', LIVE_ID_BYTES - 1);
    other[LIVE_ID_BYTES - 1] = '\0';
    char *long_text = alloc_zero(1, 5001);
    memset(long_text, 'x', 5000);
    is(reply(c, json_pack("{s:s,s:s,s:i}", "proposal", id, "choice", "maybe", "confidence",
                          1)),
       CONCLAVE_EINVAL, "a choice that is none");
    is(reply(c, json_pack("{s:s,s:s,s:i}", "proposal", id, "choice", "approve",
                          "confidence", 101)),
       CONCLAVE_EINVAL, "a confidence of 101");
    is(reply(c, json_pack("{s:s,s:s}", "proposal", id, "choice", "approve")),
       CONCLAVE_EINVAL, "no confidence");
    is(reply(c, json_pack("{s:s,s:s,s:i,s:s}", "proposal", id, "choice", "approve",
                          "confidence", 1, "rationale", long_text)),
       CONCLAVE_EINVAL, "a rationale that is too long");
    is(reply(c, json_pack("{s:s,s:s,s:i,s:s}", "proposal", id, "choice", "approve",
                          "confidence", 1, "rationale", "\x1b]0;pwned\x07")),
       CONCLAVE_EINVAL, "one with an escape sequence");
    is(reply(c, json_pack("{s:s,s:s,s:i}", "proposal", other, "choice", "approve",
                          "confidence", 1)),
       CONCLAVE_ENOENT, "a proposal that is not there");
    is(reply(c, json_pack("{s:s}", "nonsense", "x")), CONCLAVE_EINVAL,
       "none of the fields");
    json_t *failed = NULL;
    is(control_call(c, "agent.failed",
                    json_pack("{s:s,s:s}", "proposal", id, "reason", "bad"), &failed,
                    LIVE_CALL_MS, NULL),
       0, "agent.failed is noted");
    json_decref(failed);
    json_t *p = live_wait_final(l, 1, id, WAIT_MS);
    ok(p != NULL, "the council decides without it");
    const json_t *row = json_array_get(json_object_get(p, "seats"), 3);
    const char *status = json_string_value(json_object_get(row, "status"));
    ok(status != NULL && strcmp(status, "missed") == 0, "and its seat has missed it");
    json_decref(p);
    is(reply(c, json_pack("{s:s,s:s,s:i}", "proposal", id, "choice", "approve",
                          "confidence", 1)),
       CONCLAVE_ESTATE, "an answer after the end is too late");
    ok(live_running(l, 4) && live_log_count(l, 4, "event=agent.failed") == 1,
       "its node is up, and the log tells of the failure");
    json_decref(message);
    control_disconnect(c);
    free(long_text);
    live_agent_set(l, 4, history_approve, NULL);
}

int main(void)
{
    struct live_options o = {.seats = 4};
    char id[LIVE_ID_BYTES];
    live_limit(120);
    struct live *l = live_new(&o);
    ok(live_start_council(l), "the council starts");
    live_agent_set(l, 0, history_approve, NULL);
    ok(decides(l, 1, id), "and decides");
    check_changes(l);
    check_rubbish(l);
    check_agents(l);
    ok(decides(l, 1, id) && live_wait_level(l, WAIT_MS), "after all that it decides");
    if (tap_failures > 0) {
        live_show_logs(l, 5);
    }
    ok(live_quiet(l), "no node wrote to standard error");
    live_free(l);
    check_roles();
    return tap_done();
}
