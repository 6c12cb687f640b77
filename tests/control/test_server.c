/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "fixture.h"

#include "base/log.h"
#include "tap.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <time.h>

static bool answers(struct fixture *f, int fd, const char *request, const char *expected)
{
    bool sent = raw_send(f, fd, request, strlen(request));
    char *line = raw_line(f, fd);
    bool same = sent && strcmp(line, expected) == 0;
    if (!same) {
        printf("#   got      %s\n#   expected %s\n", line, expected);
    }
    free(line);
    return same;
}

/* The answer begins as expected; for messages whose words do not matter. */
static bool answers_code(struct fixture *f, int fd, const char *request, const char *id,
                         int code)
{
    char expected[128];
    (void)snprintf(expected, sizeof(expected),
                   "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":%d,", id, code);
    bool sent = raw_send(f, fd, request, strlen(request));
    char *line = raw_line(f, fd);
    bool same = sent && strncmp(line, expected, strlen(expected)) == 0;
    if (!same) {
        printf("#   got %s, expected %s\n", line, expected);
    }
    free(line);
    return same;
}

#define RPC      "{\"jsonrpc\":\"2.0\","
#define ECHO_ONE RPC "\"id\":1,\"method\":\"echo\",\"params\":{\"a\":1}}\n"
#define ECHOED   RPC "\"id\":1,\"result\":{\"a\":1}}"

static void test_requests(void)
{
    struct fixture f;
    fixture_init(&f);
    fixture_start(&f);
    int fd = raw_connect(f.path);
    ok(answers(&f, fd, ECHO_ONE, ECHOED), "a request is answered");
    ok(answers(&f, fd, RPC "\"id\":\"x\",\"method\":\"echo\"}\r\n",
               RPC "\"id\":\"x\",\"result\":{}}"),
       "an id may be a string, params may be absent, a line may end in CR LF");
    ok(raw_send(&f, fd, "{\"jsonrpc\":\"2.0\",\"id\":1,", 24), "half a line is sent");
    fixture_turn(&f);
    ok(answers(&f, fd, "\"method\":\"echo\",\"params\":{\"a\":1}}\n", ECHOED),
       "and answered when the rest has come");
    ok(answers(&f, fd, ECHO_ONE RPC "\"id\":2,\"method\":\"echo\"}\n\n  \n" ECHO_ONE,
               ECHOED),
       "of several in one write the first is answered");
    ok(answers(&f, fd, "", RPC "\"id\":2,\"result\":{}}"), "then the second");
    ok(answers(&f, fd, "", ECHOED), "then the third; blank lines are nothing");
    ok(answers(&f, fd, RPC "\"method\":\"echo\"}\n" RPC "\"method\":\"fail\"}\n" ECHO_ONE,
               ECHOED),
       "notifications get no answer, not even an error");
    ok(answers(&f, fd, RPC "\"id\":null,\"method\":\"echo\"}\n",
               RPC "\"id\":null,\"result\":{}}"),
       "an id that is null is an id");

    ok(answers_code(&f, fd, "[" RPC "\"id\":1,\"method\":\"echo\"}]\n", "null", -32600),
       "a batch is refused");
    ok(answers_code(&f, fd, "{\"id\":1,\"method\":\"echo\"}\n", "1", -32600),
       "without jsonrpc it is no request");
    ok(answers_code(&f, fd, RPC "\"id\":1}\n", "1", -32600), "nor without method");
    ok(answers_code(&f, fd, RPC "\"id\":1,\"method\":7}\n", "1", -32600),
       "a method is a string");
    ok(answers_code(&f, fd, RPC "\"id\":1.5,\"method\":\"echo\"}\n", "null", -32600),
       "an id is no fraction");
    ok(answers_code(&f, fd, RPC "\"id\":{},\"method\":\"echo\"}\n", "null", -32600),
       "nor an object");
    ok(answers_code(&f, fd, RPC "\"id\":1,\"method\":\"nothing\"}\n", "1", -32601),
       "an unknown method");
    ok(answers_code(&f, fd, RPC "\"id\":1,\"method\":\"echo\",\"params\":[1]}\n", "1",
                    -32602),
       "params by position are refused");
    ok(answers(&f, fd, RPC "\"id\":1,\"method\":\"fail\"}\n",
               RPC "\"id\":1,\"error\":{\"code\":-32002,\"message\":\"nothing by that "
                   "name\"}}"),
       "a handler's error");
    ok(answers_code(&f, fd, RPC "\"id\":1,\"method\":\"mute\"}\n", "1", -32603),
       "a handler that says nothing is an internal error");
    ok(answers_code(&f, fd, "{\"a\":1,\"a\":2}\n", "null", -32700), "a duplicate key");
    ok(answers_code(&f, fd, "\xff\xfe\n", "null", -32700), "bytes that are no text");
    ok(answers_code(&f, fd,
                    RPC "\"id\":1,\"method\":\"big\",\"params\":{\"size\":1048577}}\n", "1",
                    -32004),
       "an answer longer than a line is refused");
    ok(answers(&f, fd, ECHO_ONE, ECHOED), "after all this the client is still served");
    (void)close(fd);
    fixture_turn(&f);
    is(f.closed, 1, "and its going is told");

    fd = raw_connect(f.path);
    (void)raw_send(&f, fd, ECHO_ONE, strlen(ECHO_ONE) - 1);
    (void)shutdown(fd, SHUT_WR);
    ok(answers(&f, fd, "", ECHOED), "a last line may lack its newline");
    ok(raw_is_closed(&f, fd), "then the connection ends");
    (void)close(fd);
    fixture_free(&f);
}

static void test_flood(void)
{
    struct fixture f;
    fixture_init(&f);
    fixture_start(&f);
    int fd = raw_connect(f.path);
    struct buffer flood = {NULL, 0, 0};
    enum { REQUESTS = 1000 };
    for (int i = 0; i < REQUESTS; i++) {
        buffer_append_slice(&flood, slice_of_string(ECHO_ONE));
    }
    (void)raw_send(&f, fd, (const char *)flood.data, flood.size);
    int answered = 0;
    for (int i = 0; i < REQUESTS; i++) {
        char *line = raw_line(&f, fd);
        answered += strcmp(line, ECHOED) == 0;
        free(line);
    }
    is(answered, REQUESTS, "a thousand requests in a row are all answered");
    buffer_free(&flood);

    char *line = malloc(CONTROL_LINE_MAX + 2);
    memset(line, 'x', CONTROL_LINE_MAX + 2);
    (void)raw_send(&f, fd, line, CONTROL_LINE_MAX + 2);
    free(line);
    ok(answers_code(&f, fd, "", "null", -32700), "a line without end is an error");
    ok(raw_is_closed(&f, fd), "after which the client is closed");
    (void)close(fd);
    fixture_free(&f);
}

static void test_garbage(void)
{
    struct fixture f;
    fixture_init(&f);
    fixture_start(&f);
    unsigned seed = (unsigned)time(NULL);
    const char *given = getenv("SEED");
    seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : seed;
    printf("# seed %u\n", seed);
    srandom(seed);
    static const char *const pieces[] = {
        "{",        "}",  "[",    "]",           "\"",     "\n",       "\\",
        ",",        ":",  "null", "1e999",       "\xff",   "\"id\":1", "\"method\"",
        "\"echo\"", "\0", RPC,    "\"params\":", ECHO_ONE,
    };
    for (int client = 0; client < 50; client++) {
        int fd = raw_connect(f.path);
        for (int i = 0; i < 200; i++) {
            const char *piece =
                pieces[(size_t)random() % (sizeof(pieces) / sizeof(*pieces))];
            if (!raw_send(&f, fd, piece, piece[0] != '\0' ? strlen(piece) : 1)) {
                break;
            }
        }
        if (client % 2 == 0) {
            (void)shutdown(fd, SHUT_WR);
            (void)raw_is_closed(&f, fd);
        }
        (void)close(fd);
    }
    fixture_turn(&f);
    is(f.closed, 50, "fifty clients that talk garbage come and go");
    int fd = raw_connect(f.path);
    ok(answers(&f, fd, ECHO_ONE, ECHOED), "and the next one is served");
    (void)close(fd);
    fixture_free(&f);
}

static void test_events(void)
{
    struct fixture f;
    static const char *const quiet[] = {"quiet.one", NULL};
    fixture_init(&f);
    f.config.quiet = quiet;
    fixture_start(&f);
    ok(!control_has_subscribers(f.server), "at first nobody listens");
    control_publish(f.server, "before.it", NULL);
    int fd = raw_connect(f.path), some = raw_connect(f.path), other = raw_connect(f.path);
    ok(answers(&f, fd, RPC "\"id\":1,\"method\":\"subscribe\"}\n",
               RPC "\"id\":1,\"result\":{\"seq\":1,\"state\":\"snapshot\"}}"),
       "subscribing gives the snapshot and its number");
    ok(answers(&f, some,
               RPC
               "\"id\":1,\"method\":\"subscribe\",\"params\":{\"events\":[\"view.\"]}}\n",
               RPC "\"id\":1,\"result\":{\"seq\":1,\"state\":\"snapshot\"}}"),
       "another takes some events only");
    ok(control_has_subscribers(f.server), "now somebody listens");
    control_publish(f.server, "block.committed", json_pack("{s:i}", "height", 5));
    control_publish(f.server, "view.changed", NULL);
    ok(answers(&f, fd, "",
               RPC "\"method\":\"event\",\"params\":{\"seq\":2,\"event\":"
                   "\"block.committed\",\"height\":5}}"),
       "changes follow, numbered");
    ok(answers(&f, fd, "",
               RPC "\"method\":\"event\",\"params\":{\"seq\":3,\"event\":"
                   "\"view.changed\"}}"),
       "without a gap");
    ok(answers(&f, some, "",
               RPC "\"method\":\"event\",\"params\":{\"seq\":3,\"event\":"
                   "\"view.changed\"}}"),
       "of some events the numbers are those of all");
    ok(answers(&f, other,
               RPC "\"id\":1,\"method\":\"publish\",\"params\":{\"name\":\"a\"}}\n",
               RPC "\"id\":1,\"result\":true}"),
       "who did not subscribe gets no event");
    ok(answers(&f, fd, ECHO_ONE,
               RPC "\"method\":\"event\",\"params\":{\"seq\":4,\"event\":\"a\",\"from\":"
                   "\"publish\"}}"),
       "an event of before comes before the answer");
    ok(answers(&f, fd, "", ECHOED), "and then the answer");

    control_publish(f.server, "quiet.one", NULL);
    ok(!control_wants(f.server, "quiet.one") && answers(&f, fd, ECHO_ONE, ECHOED),
       "a quiet event is for those alone who name it");
    ok(answers(&f, other,
               RPC "\"id\":1,\"method\":\"subscribe\",\"params\":{\"events\":[\"view\","
                   "\"quiet\"]}}\n",
               RPC "\"id\":1,\"result\":{\"seq\":4,\"state\":\"snapshot\"}}"),
       "and it has no number of its own");
    control_publish(f.server, "quiet.one", json_pack("{s:i}", "x", 1));
    ok(answers(&f, other, "",
               RPC "\"method\":\"event\",\"params\":{\"seq\":4,\"event\":\"quiet.one\","
                   "\"x\":1}}"),
       "but that of the event before it");
    ok(answers(&f, other, RPC "\"id\":1,\"method\":\"subscribe\"}\n",
               RPC "\"id\":1,\"result\":{\"seq\":4,\"state\":\"snapshot\"}}"),
       "who then takes all events");
    ok(!control_wants(f.server, "quiet.one"), "no longer gets it");
    (void)shutdown(some, SHUT_WR);
    fixture_turn(&f);
    control_publish(f.server, "view.again", NULL);
    ok(answers(&f, some, "",
               RPC "\"method\":\"event\",\"params\":{\"seq\":5,\"event\":\"view.again\"}}"),
       "a subscriber that has sent all it had to say still listens");
    (void)close(some);
    (void)close(fd);
    (void)close(other);
    for (int i = 0; i < 300 && control_has_subscribers(f.server); i++) {
        ev_run(f.loop, EVRUN_NOWAIT);
        (void)usleep(10000);
    }
    ok(!control_has_subscribers(f.server) && !control_wants(f.server, "view.changed"),
       "until it goes");
    fixture_turn(&f);
    is(f.closed, 3, "all three went");
    some = raw_connect(f.path);
    ok(answers(&f, some,
               RPC
               "\"id\":1,\"method\":\"subscribe\",\"params\":{\"events\":[\"view.\"]}}\n",
               RPC "\"id\":1,\"result\":{\"seq\":5,\"state\":\"snapshot\"}}"),
       "one with a prefix is left");
    ok(control_wants(f.server, "view.changed") &&
           !control_wants(f.server, "block.committed"),
       "who wants what it names, and nothing else");
    (void)close(some);
    fixture_free(&f);
}

/* What can be read without letting the server work; how many lines. */
static unsigned lines_there(int fd)
{
    char data[4096];
    unsigned lines = 0;
    ssize_t n = recv(fd, data, sizeof(data), MSG_DONTWAIT);
    for (ssize_t i = 0; i < n; i++) {
        lines += data[i] == '\n';
    }
    return lines;
}

/* The node makes durable what it acknowledges before the loop sleeps. */
static void test_answers_wait(void)
{
    struct fixture f;
    fixture_init(&f);
    fixture_start(&f);
    int fd = raw_connect(f.path);
    fixture_turn(&f);
    (void)!send(fd, ECHO_ONE, strlen(ECHO_ONE), MSG_NOSIGNAL);
    ev_run(f.loop, EVRUN_NOWAIT);
    is(lines_there(fd), 0, "an answer does not leave in the turn that made it");
    (void)!send(fd, ECHO_ONE, strlen(ECHO_ONE), MSG_NOSIGNAL);
    ev_run(f.loop, EVRUN_NOWAIT);
    is(lines_there(fd), 1, "nor along with one of the turn before");
    ev_run(f.loop, EVRUN_NOWAIT);
    is(lines_there(fd), 1, "but in the next");
    (void)close(fd);
    fixture_turn(&f);
    fixture_free(&f);
}

static void test_slow_readers(void)
{
    struct fixture f;
    fixture_init(&f);
    f.config.queue_bytes = 256 * 1024;
    f.config.stall_ms = 1000;
    fixture_start(&f);
    int deaf = raw_connect(f.path), well = raw_connect(f.path);
    const char *subscribe = RPC "\"id\":1,\"method\":\"subscribe\"}\n";
    ok(answers(&f, deaf, subscribe,
               RPC "\"id\":1,\"result\":{\"seq\":0,\"state\":\"snapshot\"}}"),
       "one subscribes and then does not read");
    char text[4097];
    memset(text, 'x', 4096);
    text[4096] = '\0';
    for (int i = 0; i < 1000 && f.closed == 0; i++) {
        control_publish(f.server, "much", json_pack("{s:s}", "text", text));
        fixture_turn(&f);
    }
    is(f.closed, 1, "it is dropped when its queue is full");
    ok(answers(&f, well, ECHO_ONE, ECHOED), "others do not notice");
    ok(raw_is_closed(&f, deaf), "it finds its connection closed");
    (void)close(deaf);

    /* Much that was asked for is no offence: the server waits with the next request. */
    const char *big = RPC "\"id\":1,\"method\":\"big\",\"params\":{\"size\":200000}}\n";
    for (int i = 0; i < 20; i++) {
        (void)raw_send(&f, well, big, strlen(big));
    }
    int whole = 0;
    for (int i = 0; i < 20; i++) {
        char *line = raw_line(&f, well);
        whole += strlen(line) == strlen(RPC "\"id\":1,\"result\":\"\"}") + 200000;
        free(line);
    }
    is(whole, 20, "one that asks for more than its queue holds gets all of it");

    for (int i = 0; i < 10; i++) {
        (void)raw_send(&f, well, big, strlen(big));
    }
    for (int i = 0; i < 500 && f.closed == 1; i++) {
        ev_run(f.loop, EVRUN_NOWAIT);
        (void)usleep(10000);
    }
    is(f.closed, 2, "but it is dropped when it stops taking them");
    (void)close(well);
    fixture_free(&f);
}

static void test_crowd(void)
{
    struct fixture f;
    fixture_init(&f);
    f.config.clients_max = 4;
    fixture_start(&f);
    int fds[5];
    for (int i = 0; i < 5; i++) {
        fds[i] = raw_connect(f.path);
        fixture_turn(&f);
    }
    ok(answers_code(&f, fds[4], "", "null", -32005), "one client too many is told so");
    ok(raw_is_closed(&f, fds[4]), "and closed");
    ok(answers(&f, fds[3], ECHO_ONE, ECHOED), "the others are served");
    (void)close(fds[0]);
    (void)close(fds[4]);
    fixture_turn(&f);
    fds[0] = raw_connect(f.path);
    ok(answers(&f, fds[0], ECHO_ONE, ECHOED), "and a new one when one has gone");
    for (int i = 0; i < 4; i++) {
        (void)close(fds[i]);
    }
    fixture_free(&f);
}

static void test_descriptors(void)
{
    struct fixture f;
    fixture_init(&f);
    fixture_start(&f);
    int first = raw_connect(f.path);
    ok(answers(&f, first, ECHO_ONE, ECHOED), "a client is there");
    int late = raw_connect(f.path); /* in the backlog */
    struct rlimit before, few;
    (void)getrlimit(RLIMIT_NOFILE, &before);
    few = before;
    few.rlim_cur = (rlim_t)late + 1;
    (void)setrlimit(RLIMIT_NOFILE, &few);
    int hole;
    do {
        hole = open("/dev/null", O_RDONLY);
    } while (hole >= 0);
    ok(answers_code(&f, late, "", "null", -32005),
       "a client for whom no descriptor is left is told so");
    ok(answers(&f, first, ECHO_ONE, ECHOED), "the one before is served");
    (void)setrlimit(RLIMIT_NOFILE, &before);
    int next = raw_connect(f.path);
    char *line = NULL;
    (void)raw_send(&f, next, ECHO_ONE, strlen(ECHO_ONE));
    line = raw_line(&f, next);
    ok(strcmp(line, ECHOED) == 0, "when there are some again, so is the next");
    free(line);
    (void)close(first);
    (void)close(next);
    closefrom(late);
    fixture_free(&f);
}

static void test_socket(void)
{
    struct fixture f, g;
    struct complaint why = {""};
    fixture_init(&f);
    fixture_start(&f);
    struct stat st;
    ok(lstat(f.path, &st) == 0 && (st.st_mode & 07777) == 0660, "the socket has mode 0660");
    struct control_server *second = NULL;
    is(control_server_start(f.loop, &f.config, &second, &why), CONCLAVE_EEXIST,
       "a live socket is not taken over");
    ok(strstr(why.text, f.path) != NULL && strstr(why.text, "another process") != NULL,
       "the complaint says so: %s", why.text);
    int fd = raw_connect(f.path);
    ok(answers(&f, fd, ECHO_ONE, ECHOED), "whose owner serves on");
    (void)close(fd);
    control_server_free(f.server);
    ok(lstat(f.path, &st) != 0, "the socket goes with the server");

    /* What a killed daemon leaves behind. */
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", f.path);
    int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    ok(bind(dead, (struct sockaddr *)&address, sizeof(address)) == 0, "a socket is left");
    (void)close(dead);
    fixture_start(&f);
    fd = raw_connect(f.path);
    ok(answers(&f, fd, ECHO_ONE, ECHOED), "a stale socket is replaced");
    (void)close(fd);
    fixture_free(&f);

    fixture_init(&g);
    fclose(fopen(g.path, "w"));
    is(control_server_start(g.loop, &g.config, &g.server, &why), CONCLAVE_EEXIST,
       "a file is not replaced");
    ok(lstat(g.path, &st) == 0 && S_ISREG(st.st_mode), "it is still there");
    g.config.path = "/nonexistent/folder/control.sock";
    is(control_server_start(g.loop, &g.config, &g.server, &why), CONCLAVE_EIO,
       "a directory that cannot be made");
    char longest[200];
    memset(longest, 'a', sizeof(longest) - 1);
    longest[199] = '\0';
    g.config.path = longest;
    is(control_server_start(g.loop, &g.config, &g.server, &why), CONCLAVE_ELIMIT,
       "a path longer than a socket's");
    g.config.path = g.path;
    g.config.read_group = "no such group here";
    is(control_server_start(g.loop, &g.config, &g.server, &why), CONCLAVE_ENOENT,
       "a group that is not there");
    g.server = NULL;
    fixture_free(&g);
}

int main(void)
{
    (void)log_open("stderr", LOG_LEVEL_ERROR, NULL);
    test_requests();
    test_flood();
    test_garbage();
    test_events();
    test_answers_wait();
    test_slow_readers();
    test_crowd();
    test_descriptors();
    test_socket();
    return tap_done();
}
