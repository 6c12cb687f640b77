/* SPDX-License-Identifier: ISC */
/* The connection to a node, at whose end this test sits itself. */
#define _GNU_SOURCE
#include "tap.h"

#include "control/control.h"
#include "ui/model/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char dir[] = "/tmp/conclave-XXXXXX";
static char path[64];

static int listen_there(int backlog)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    (void)unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(fd, backlog) != 0) {
        abort();
    }
    return fd;
}

static void stop_listening(int fd)
{
    (void)close(fd);
    (void)unlink(path);
}

static struct slice line;
static struct complaint why;

static enum connection_news turn(struct connection *c, uint64_t now_ms)
{
    line = SLICE_NONE;
    why.text[0] = '\0';
    return connection_turn(c, now_ms, &line, &why);
}

/* Brings it up; the node's end. */
static int meet(struct connection *c, int listener, uint64_t now_ms)
{
    if (turn(c, now_ms) != NEWS_UP) {
        return -1;
    }
    return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static bool line_is(const char *text)
{
    return slice_equal(line, slice_of_string(text));
}

static bool tell(int fd, const char *text)
{
    return send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

static void test_retries(void)
{
    static const uint64_t waits[] = {100, 200, 400, 800, 1600, 3200, 5000, 5000};
    struct connection *c = connection_new(path);
    uint64_t now = 1000;
    ok(connection_state(c) == CONNECTION_WAITING && connection_fd(c) == -1 &&
           connection_wake_ms(c) == 0,
       "a new one wants its first turn");
    ok(turn(c, now) == NEWS_DOWN && strstr(why.text, "no socket at") != NULL,
       "there is no socket: %s", why.text);
    bool right = true, quiet = true;
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        right = right && connection_wake_ms(c) == now + waits[i];
        quiet = quiet && turn(c, now + waits[i] - 1) == NEWS_NONE;
        now += waits[i];
        quiet = quiet && turn(c, now) == NEWS_NONE;
    }
    ok(right, "tries again after 0.1 to 5 seconds");
    ok(quiet, "and does not repeat why not");
    is(connection_attempt(c), 9, "counting");
    int listener = listen_there(1);
    (void)close(listener);
    ok(turn(c, now + 5000) == NEWS_DOWN && strstr(why.text, "no node listens") != NULL,
       "another reason is told: %s", why.text);
    listener = listen_there(8);
    int node = meet(c, listener, now + 10000);
    ok(node >= 0 && connection_state(c) == CONNECTION_UP && connection_fd(c) >= 0 &&
           connection_wake_ms(c) == UINT64_MAX,
       "up as soon as there is a node");
    (void)close(node);
    ok(turn(c, now + 10001) == NEWS_DOWN && strstr(why.text, "closed") != NULL,
       "gone at once: %s", why.text);
    is((int64_t)(connection_wake_ms(c) - now - 10001), 5000,
       "one that is not up for long is not tried more often");
    node = meet(c, listener, now + 15001);
    ok(tell(node, "{}\n") && turn(c, now + 15002) == NEWS_LINE &&
           connection_attempt(c) == 0,
       "a line ends the counting");
    (void)close(node);
    (void)turn(c, now + 30000);
    is((int64_t)(connection_wake_ms(c) - now - 30000), 100, "one that was is, soon");
    connection_free(c);
    stop_listening(listener);

    char *longer = malloc(300);
    memset(longer, 'x', 299);
    longer[299] = '\0';
    c = connection_new(longer);
    ok(turn(c, now) == NEWS_DOWN && strstr(why.text, "shorter") != NULL, "a path too long");
    ok(strcmp(connection_path(c), longer) == 0, "which it has copied");
    connection_free(c);
    free(longer);
}

static void test_full_backlog(void)
{
    int listener = listen_there(0);
    struct connection *c[4];
    bool refused = false;
    for (size_t i = 0; i < 4; i++) {
        c[i] = connection_new(path);
        enum connection_news news = turn(c[i], 0);
        refused = refused || (news == NEWS_DOWN && strstr(why.text, "not let") != NULL);
    }
    ok(refused, "a node that accepts nobody is not waited for");
    for (size_t i = 0; i < 4; i++) {
        connection_free(c[i]);
    }
    stop_listening(listener);
}

static void test_lines(void)
{
    int listener = listen_there(8);
    struct connection *c = connection_new(path);
    int node = meet(c, listener, 0);
    ok(turn(c, 1) == NEWS_NONE, "nothing has come");
    ok(tell(node, "one\n\n\ntw") && turn(c, 1) == NEWS_LINE && line_is("one"), "a line");
    ok(turn(c, 1) == NEWS_NONE, "not half a one, nor an empty one");
    ok(tell(node, "o\nthree\nfour\n") && turn(c, 1) == NEWS_LINE && line_is("two"),
       "the rest of it");
    is((int64_t)connection_wake_ms(c), 0, "there is more");
    ok(turn(c, 1) == NEWS_LINE && line_is("three") && turn(c, 1) == NEWS_LINE &&
           line_is("four") && turn(c, 1) == NEWS_NONE,
       "one at a time");
    connection_send(c, slice_of_string("ask\n"));
    char got[16] = "";
    ok(recv(node, got, sizeof(got), 0) == 4 && strcmp(got, "ask\n") == 0, "lines out");
    ok(tell(node, "last\n"), "the node says something");
    (void)close(node);
    connection_send(c, slice_of_string("ask\n"));
    connection_send(c, slice_of_string("ask\n"));
    ok(turn(c, 2) == NEWS_LINE && line_is("last"), "what it said before it went is heard");
    ok(turn(c, 2) == NEWS_DOWN && connection_fd(c) == -1, "then that it went");
    connection_send(c, slice_of_string("ask\n"));
    ok(!connection_wants_write(c), "what is sent to nobody is dropped");
    connection_free(c);
    stop_listening(listener);
}

static void test_resets(void)
{
    int listener = listen_there(8);
    struct connection *c = connection_new(path);
    int node = meet(c, listener, 1000);
    connection_reset(c, 9000, "it makes no sense");
    is((int64_t)connection_wake_ms(c), 0, "a reset wants a turn");
    ok(turn(c, 9000) == NEWS_DOWN && strcmp(why.text, "it makes no sense") == 0,
       "which says why");
    ok(turn(c, 9000) == NEWS_UP, "and begins again at once");
    connection_reset(c, 9001, "it makes no sense");
    ok(turn(c, 9001) == NEWS_DOWN && turn(c, 9001) == NEWS_NONE &&
           connection_wake_ms(c) > 9001,
       "but not without end");
    (void)close(node);
    connection_free(c);
    stop_listening(listener);
}

/* A node that takes nothing, and one that says too much. */
static void test_bounds(void)
{
    int listener = listen_there(8);
    struct connection *c = connection_new(path);
    int node = meet(c, listener, 0);
    static char much[64 * 1024];
    memset(much, 'x', sizeof(much));
    unsigned sent = 0;
    while (sent < 200 && connection_wake_ms(c) != 0) {
        connection_send(c, slice_of(much, sizeof(much)));
        sent++;
    }
    ok(sent > 16 && sent < 200 && turn(c, 1) == NEWS_DOWN &&
           strstr(why.text, "read") != NULL,
       "one that does not read is left: %s", why.text);
    (void)close(node);

    node = meet(c, listener, 10000);
    ok(connection_state(c) == CONNECTION_UP && turn(c, 60000) == NEWS_NONE,
       "one that never answers is up");
    for (size_t left = CONTROL_LINE_MAX; left > 0;) {
        ssize_t n =
            send(node, much, left < sizeof(much) ? left : sizeof(much), MSG_NOSIGNAL);
        left -= n > 0 ? (size_t)n : 0;
        if (turn(c, 60000) != NEWS_NONE) {
            break;
        }
    }
    (void)tell(node, "\n");
    ok(turn(c, 60000) == NEWS_LINE && line.size == CONTROL_LINE_MAX,
       "a line as long as they may be");
    enum connection_news news = NEWS_NONE;
    for (size_t i = 0; i < 64 && news == NEWS_NONE; i++) {
        (void)!send(node, much, sizeof(much), MSG_NOSIGNAL);
        news = turn(c, 60001);
    }
    ok(news == NEWS_DOWN && strstr(why.text, "longer") != NULL, "no longer one: %s",
       why.text);
    (void)close(node);
    connection_free(c);
    connection_free(NULL);
    stop_listening(listener);
}

int main(void)
{
    if (mkdtemp(dir) == NULL) {
        abort();
    }
    (void)snprintf(path, sizeof(path), "%s/control.sock", dir);
    test_retries();
    test_full_backlog();
    test_lines();
    test_resets();
    test_bounds();
    (void)unlink(path);
    (void)rmdir(dir);
    return tap_done();
}
