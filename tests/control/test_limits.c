/* SPDX-License-Identifier: ISC */
/* What clients may take: places, requests, time; and who is on record for what. */
#define _GNU_SOURCE
#include "users.h"

#include "tap.h"

#include <fcntl.h>

enum { READERS = 41000, ALICE = 40001, BOB = 40002, AGENT = 40003, OPERATOR = 40004 };

#define RPC      "{\"jsonrpc\":\"2.0\","
#define ECHO_ONE RPC "\"id\":1,\"method\":\"echo\",\"params\":{\"a\":1}}\n"
#define ECHOED   RPC "\"id\":1,\"result\":{\"a\":1}}"
#define BUSY     RPC "\"id\":null,\"error\":{\"code\":-32005,"

static uid_t agents[] = {AGENT}, operators[] = {OPERATOR};
static struct seen seen;

static void begin(struct fixture *f)
{
    fixture_init(f);
    f->config.agents = (struct people){.users = agents, .user_count = 1};
    f->config.operators = (struct people){.users = operators, .user_count = 1};
    seen_clear(&seen);
}

/* Readers come by the group of the socket, which has no name. */
static void start(struct fixture *f)
{
    fixture_start(f);
    f->server->read_group = READERS;
    if (chown(f->path, 0, READERS) != 0) {
        abort();
    }
}

static int come(struct fixture *f, uid_t uid)
{
    int fd = raw_connect_as(f->path, uid, READERS);
    fixture_turn(f);
    return fd;
}

static bool said(struct fixture *f, int fd, const char *request, const char *beginning)
{
    bool sent = request[0] == '\0' || raw_send(f, fd, request, strlen(request));
    char *line = raw_line(f, fd);
    bool same =
        sent && beginning[0] != '\0' && strncmp(line, beginning, strlen(beginning)) == 0;
    if (!same) {
        printf("#   got %.200s\n", line);
    }
    free(line);
    return same;
}

static bool is_served(struct fixture *f, int fd)
{
    return said(f, fd, ECHO_ONE, ECHOED);
}

static void work(struct fixture *f, uint64_t ms)
{
    uint64_t until = clock_monotonic_ms() + ms;
    while (clock_monotonic_ms() < until) {
        ev_run(f->loop, EVRUN_NOWAIT);
        (void)usleep(1000);
    }
}

/* --- places --- */

static void test_places(void)
{
    struct fixture f;
    int of_alice[5], of_agent[9];
    begin(&f);
    f.config.clients_max = 16;
    start(&f);
    for (int i = 0; i < 5; i++) {
        of_alice[i] = come(&f, ALICE);
    }
    ok(said(&f, of_alice[4], "", BUSY), "a user that reads has a quarter of the places");
    ok(raw_is_closed(&f, of_alice[4]) && is_served(&f, of_alice[3]),
       "one more is closed, the others are served");
    ok(seen_count(&seen, "control.full of=user clients=4 uid=40001 pid=") == 1,
       "the log tells whose it was");
    int bob = come(&f, BOB);
    ok(is_served(&f, bob), "another user has places of its own");
    for (int i = 0; i < 9; i++) {
        of_agent[i] = come(&f, AGENT);
    }
    ok(is_served(&f, of_agent[7]) && said(&f, of_agent[8], "", BUSY),
       "an agent's user has half of them");
    int operator[2] = {come(&f, OPERATOR), come(&f, OPERATOR)};
    ok(is_served(&f, operator[0]) && said(&f, operator[1], "", BUSY),
       "all but two are for those who do more than read");
    ok(seen_count(&seen, "control.full of=all clients=14 uid=40004 pid=") == 1,
       "that it is full is in the log");
    int late = come(&f, BOB);
    ok(said(&f, late, "", BUSY), "a reader has no place any more");
    int own[3] = {come(&f, 0), come(&f, 0), come(&f, 0)};
    ok(is_served(&f, own[1]) && said(&f, own[2], "", BUSY),
       "two are left for who administers");
    closefrom(of_alice[0]);
    fixture_free(&f);
}

static void test_room(void)
{
    static const char subscribe[] = RPC "\"id\":1,\"method\":\"subscribe\"}\n";
    struct fixture f;
    begin(&f);
    f.config.clients_max = 4;
    f.config.idle_ms = 200;
    start(&f);
    int first = come(&f, ALICE);
    ok(is_served(&f, first), "a client is there");
    int second = come(&f, ALICE);
    ok(said(&f, second, "", BUSY), "who asked just now keeps its place");
    work(&f, 300);
    second = come(&f, ALICE);
    ok(is_served(&f, second) && raw_is_closed(&f, first),
       "who is idle makes room for the same user");
    ok(seen_count(&seen, "control.closed client=1 uid=40001 pid=") == 1 &&
           seen_count(&seen, "reason=made-room") == 1,
       "which is in the log");
    int others[2] = {come(&f, BOB), come(&f, BOB + 100)};
    ok(said(&f, second, subscribe, RPC "\"id\":1,\"result\"") && is_served(&f, others[0]),
       "two more users come, the places of readers are taken");
    work(&f, 300);
    ok(is_served(&f, others[1]), "one of the new ones is not idle");
    int third = come(&f, BOB + 200);
    ok(is_served(&f, third) && raw_is_closed(&f, others[0]),
       "the idle one makes room for any user");
    work(&f, 300);
    (void)raw_send(&f, third, "{\"half\":", 8);
    int fourth = come(&f, BOB + 300);
    ok(is_served(&f, fourth) && raw_is_closed(&f, others[1]), "so does the next");
    ok(said(&f, second, subscribe, RPC "\"id\":1,\"result\""),
       "but not who listens to events");
    closefrom(second);
    fixture_free(&f);
}

/* --- requests --- */

static void flood(struct fixture *f, int fd, int count)
{
    struct buffer lines = {NULL, 0, 0};
    for (int i = 0; i < count; i++) {
        buffer_append_slice(&lines, slice_of_string(ECHO_ONE));
    }
    (void)raw_send(f, fd, (const char *)lines.data, lines.size);
    buffer_free(&lines);
}

/* Lines that can be read now; the rest stays. */
static unsigned lines_of(int fd)
{
    char data[65536];
    unsigned lines = 0;
    ssize_t n;
    while ((n = recv(fd, data, sizeof(data), MSG_DONTWAIT)) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            lines += data[i] == '\n';
        }
    }
    return lines;
}

/* So many lines, unless they do not come in WAIT_MS. */
static unsigned take_lines(struct fixture *f, int fd, unsigned count)
{
    enum { WAIT_MS = 10000 };
    uint64_t end = clock_monotonic_ms() + WAIT_MS;
    unsigned lines = 0;
    while (lines < count && clock_monotonic_ms() < end) {
        work(f, 1);
        lines += lines_of(fd);
    }
    return lines;
}

static void test_rate(void)
{
    enum { RATE = 100, BURST = 4 * RATE, MORE = 150 };
    struct fixture f;
    begin(&f);
    f.config.user_us_per_s = RATE * REQUEST_US;
    start(&f);
    int fast = come(&f, ALICE), same = come(&f, ALICE), other = come(&f, BOB);
    uint64_t begun = clock_monotonic_ms();
    flood(&f, fast, BURST + MORE);
    unsigned answered = take_lines(&f, fast, BURST);
    uint64_t took = clock_monotonic_ms() - begun;
    ok(answered >= BURST && answered <= BURST + took * RATE / 1000 + 5,
       "a burst is answered (%u in %llu ms)", answered, (unsigned long long)took);
    bool served = is_served(&f, other);
    answered += lines_of(fast);
    ok(served && answered < BURST + MORE, "others are answered meanwhile");
    flood(&f, same, 20);
    unsigned of_same = take_lines(&f, same, 20), of_fast = lines_of(fast);
    ok(of_same == 20 && of_fast >= 10 && answered + of_fast < BURST + MORE,
       "the clients of a user come by turns (%u and %u)", of_same, of_fast);
    answered += of_fast;
    answered += take_lines(&f, fast, BURST + MORE - answered);
    is(answered, BURST + MORE, "whoever asks too much is slowed down, and loses nothing");
    (void)close(fast);
    fast = come(&f, ALICE);
    begun = clock_monotonic_ms();
    flood(&f, fast, 100);
    work(&f, 100);
    answered = lines_of(fast);
    took = clock_monotonic_ms() - begun;
    ok(answered <= took * RATE / 1000 + 40,
       "a new connection is no new burst (%u in %llu ms)", answered,
       (unsigned long long)took);
    (void)shutdown(fast, SHUT_WR);
    answered += take_lines(&f, fast, 100 - answered);
    is(answered, 100, "who ends while it waits is answered all the same");
    ok(raw_is_closed(&f, fast), "then it is closed");
    is(seen_count(&seen, "control.closed"), 0, "nobody was dropped");
    closefrom(fast < same ? fast : same);
    (void)close(other);
    fixture_free(&f);
}

/* How long the node takes for three requests of 50 ms each. */
static uint64_t take_three(struct fixture *f, int fd)
{
    static const char busy[] = RPC "\"id\":1,\"method\":\"busy\",\"params\":{\"ms\":50}}\n";
    uint64_t begun = clock_monotonic_ms();
    for (int i = 0; i < 3; i++) {
        (void)raw_send(f, fd, busy, sizeof(busy) - 1);
    }
    is(take_lines(f, fd, 3), 3, "three requests that take long are answered");
    return clock_monotonic_ms() - begun;
}

/* What costs the node more counts for more. */
static void test_weight(void)
{
    struct fixture f;
    begin(&f);
    f.config.user_us_per_s = 20000;
    start(&f);
    int fd = come(&f, ALICE), own = come(&f, 0);
    uint64_t took = take_three(&f, fd);
    /* 80 ms in a burst, 20 ms a second: the third waits for the debt of the second. */
    ok(took >= 900, "in time (%llu ms)", (unsigned long long)took);
    uint64_t own_took = take_three(&f, own);
    ok(own_took < took, "at once for who may administer (%llu ms)",
       (unsigned long long)own_took);
    (void)close(fd);
    (void)close(own);
    fixture_free(&f);
}

/* Sends a request of so many bytes in all. */
static void send_long(struct fixture *f, int fd, size_t size)
{
    char *line = malloc(size);
    memset(line, ' ', size);
    memcpy(line, ECHO_ONE, strlen(ECHO_ONE) - 1);
    line[size - 1] = '\n';
    (void)raw_send(f, fd, line, size);
    free(line);
}

static void test_line_size(void)
{
    enum { READER_MAX = CONTROL_READER_LINE_MAX };
    struct fixture f;
    begin(&f);
    start(&f);
    int reader = come(&f, ALICE), other = come(&f, ALICE), agent = come(&f, AGENT);
    send_long(&f, reader, READER_MAX + 1);
    ok(said(&f, reader, "", ECHOED), "a reader's line has 64 KiB");
    send_long(&f, reader, READER_MAX + 2);
    ok(said(&f, reader, "", RPC "\"id\":null,\"error\":{\"code\":-32700,"), "and no more");
    send_long(&f, agent, 1000000);
    ok(said(&f, agent, "", ECHOED), "an agent's has more");
    send_long(&f, other, 1000000);
    ok(said(&f, other, "", RPC "\"id\":null,\"error\":{\"code\":-32700,") &&
           raw_is_closed(&f, other),
       "far too long a line is the end of the reader's connection");
    is(seen_count(&seen, "reason=line-too-long"), 1, "which is in the log");
    closefrom(reader);
    fixture_free(&f);
}

/* --- time --- */

static void test_half_lines(void)
{
    struct fixture f;
    begin(&f);
    f.config.stall_ms = 1000;
    start(&f);
    int half = come(&f, ALICE), drip = come(&f, ALICE), whole = come(&f, BOB);
    (void)raw_send(&f, half, "{\"jsonrpc\":", 11);
    for (int i = 0; i < 12; i++) {
        (void)raw_send(&f, drip, " ", 1);
        work(&f, 250);
    }
    ok(said(&f, half, "", RPC "\"id\":null,\"error\":{\"code\":-32700,"),
       "a line that does not end is an error");
    ok(raw_is_closed(&f, half) && raw_is_closed(&f, drip),
       "after which the client is closed, however slowly it goes on");
    is(seen_count(&seen, "reason=half-line"), 2, "the log tells of it");
    ok(is_served(&f, whole), "who is only silent stays");
    closefrom(half);
    fixture_free(&f);
}

static void test_dripping_reader(void)
{
    struct fixture f;
    begin(&f);
    f.config.stall_ms = 1000;
    f.config.queue_bytes = 4 * 1024 * 1024;
    start(&f);
    int fd = come(&f, ALICE);
    static const char big[] =
        RPC "\"id\":1,\"method\":\"big\",\"params\":{\"size\":1000000}}\n";
    static char data[16 * 1024];
    for (int i = 0; i < 3; i++) {
        (void)raw_send(&f, fd, big, sizeof(big) - 1);
    }
    /* So fast that the node can always send on, and so slow that it takes six seconds. */
    for (int i = 0; i < 80 && f.closed == 0; i++) {
        (void)recv(fd, data, sizeof(data), MSG_DONTWAIT);
        work(&f, 50);
    }
    is(f.closed, 1, "who reads a little now and then is dropped as well");
    is(seen_count(&seen, "reason=does-not-read"), 1, "and the log tells of it");
    (void)close(fd);
    fixture_free(&f);
}

/* --- on record --- */

static void test_record(void)
{
    struct fixture f;
    char expected[128];
    begin(&f);
    start(&f);
    int fd = come(&f, OPERATOR), reader = come(&f, ALICE);
    ok(said(&f, fd, RPC "\"id\":1,\"method\":\"operate\"}\n", RPC "\"id\":1,\"result\""),
       "an operator operates");
    (void)snprintf(expected, sizeof(expected),
                   "control.request method=operate uid=%d pid=%d outcome=done\n", OPERATOR,
                   (int)getpid());
    is(seen_count(&seen, expected), 1, "and is on record, once");
    ok(said(&f, fd, RPC "\"id\":1,\"method\":\"operate\",\"params\":[]}\n",
            RPC "\"id\":1,\"error\""),
       "a request that fails");
    ok(seen_count(&seen, "outcome=refused code=-32602\n") == 1, "is on record, too");
    static const char notification[] = RPC "\"method\":\"operate\"}\n";
    (void)raw_send(&f, fd, notification, sizeof(notification) - 1);
    fixture_turn(&f);
    is(seen_count(&seen, expected), 2, "so is one that wants no answer");
    ok(is_served(&f, fd) && is_served(&f, reader), "reading");
    is(seen_count(&seen, "control.request"), 3, "is not");
    for (int i = 0; i < 3; i++) {
        (void)said(&f, reader, RPC "\"id\":1,\"method\":\"operate\"}\n",
                   RPC "\"id\":1,\"error\":{\"code\":-32001");
    }
    (void)snprintf(expected, sizeof(expected),
                   "control.denied method=operate needs=operate uid=%d pid=%d\n", ALICE,
                   (int)getpid());
    is(seen_count(&seen, expected), 3, "every refusal is");
    (void)close(fd);
    (void)close(reader);
    fixture_free(&f);
}

/* --- the directory --- */

static void try_directory(mode_t mode, uid_t uid, unsigned lines, const char *what)
{
    struct fixture f;
    begin(&f);
    (void)chmod(f.dir, mode);
    (void)!chown(f.dir, uid, (gid_t)-1);
    fixture_start(&f);
    is(seen_count(&seen, "control.directory"), lines, what);
    fixture_free(&f);
}

static void test_directory(void)
{
    struct fixture f;
    char dir[80], path[112];
    struct stat st;
    begin(&f);
    (void)snprintf(dir, sizeof(dir), "%s/new", f.dir);
    (void)snprintf(path, sizeof(path), "%s/control.sock", dir);
    f.config.path = path;
    f.config.read_group = "41000";
    mode_t before = umask(077);
    fixture_start(&f);
    (void)umask(before);
    ok(stat(dir, &st) == 0 && (st.st_mode & 07777) == 0750 && st.st_gid == READERS,
       "the directory of the socket is made, for the group alone");
    is(seen_count(&seen, "control.directory"), 0, "which is as it should be");
    control_server_free(f.server);
    f.server = NULL;
    (void)rmdir(dir);
    fixture_free(&f);
    try_directory(0777, 0, 1, "one that all can write to is told of");
    try_directory(01777, 0, 1, "in which others cannot remove, too");
    try_directory(0770, 0, 1, "so is one that the group can write to");
    try_directory(0750, ALICE, 1, "and one of another user");
    try_directory(0755, 0, 0, "others may look into it: the socket has its own mode");
}

/* --- coming and sending --- */

/* False: too many wait to be let in. */
static bool tries_to_come(struct fixture *f, uid_t uid, int *fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", f->path);
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (setegid(READERS) != 0 || seteuid(uid) != 0) {
        abort();
    }
    bool came = connect(*fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    if (seteuid(0) != 0 || setegid(0) != 0) {
        abort();
    }
    (void)fcntl(*fd, F_SETFL, 0);
    if (!came) {
        (void)close(*fd);
    }
    return came;
}

static int comes(struct fixture *f, uid_t uid)
{
    int fd = -1;
    while (!tries_to_come(f, uid, &fd)) {
        work(f, 1);
    }
    fixture_turn(f);
    return fd;
}

/* How often it came and went in so many milliseconds. */
static unsigned come_and_go(struct fixture *f, uid_t uid, uint64_t ms)
{
    unsigned count = 0;
    int fd;
    uint64_t until = clock_monotonic_ms() + ms;
    while (clock_monotonic_ms() < until) {
        if (tries_to_come(f, uid, &fd)) {
            count++;
            (void)close(fd);
        }
        ev_run(f->loop, EVRUN_NOWAIT);
    }
    return count;
}

static void test_coming(void)
{
    enum { BURST = 100, MS = 1000, A_SECOND = 16 * 100, WAITING = 65, PATIENCE_MS = 5000 };
    struct fixture f;
    begin(&f);
    f.config.user_us_per_s = BURST / 4 * COMING_US;
    start(&f);
    unsigned count = come_and_go(&f, ALICE, MS);
    ok(count <= BURST + BURST / 4 + A_SECOND + WAITING + 100,
       "who comes and goes again and again is let in now and then (%u times)", count);
    uint64_t begun = clock_monotonic_ms();
    int other = comes(&f, BOB);
    bool served = is_served(&f, other);
    uint64_t took = clock_monotonic_ms() - begun;
    ok(served && took < PATIENCE_MS, "others are let in meanwhile (%llu ms)",
       (unsigned long long)took);
    int same = -1;
    begun = clock_monotonic_ms();
    do {
        (void)close(same);
        work(&f, 100);
        same = comes(&f, ALICE);
        served = is_served(&f, same);
        took = clock_monotonic_ms() - begun;
    } while (!served && took < PATIENCE_MS);
    ok(served, "so is the same user a little later, however often it came (%llu ms)",
       (unsigned long long)took);
    count = come_and_go(&f, 0, MS);
    ok(count > 2 * A_SECOND, "who may administer is not held back (%u times)", count);
    (void)close(other);
    (void)close(same);
    fixture_free(&f);
}

/* A byte, and many descriptors. */
static bool pass(int fd)
{
    enum { COUNT = 200 };
    char byte = ' ';
    union {
        struct cmsghdr head;
        char space[CMSG_SPACE(COUNT * sizeof(int))];
    } control;
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control)};
    memset(&control, 0, sizeof(control));
    control.head = (struct cmsghdr){.cmsg_len = CMSG_LEN(COUNT * sizeof(int)),
                                    .cmsg_level = SOL_SOCKET,
                                    .cmsg_type = SCM_RIGHTS};
    for (size_t i = 0; i < COUNT; i++) {
        memcpy(CMSG_DATA(&control.head) + i * sizeof(int), &(int){0}, sizeof(int));
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

static void test_descriptors(void)
{
    enum { RATE = 100, MS = 500, BUFFERED = 300 };
    struct fixture f;
    unsigned passed = 0;
    begin(&f);
    f.config.user_us_per_s = RATE * READING_US;
    start(&f);
    int fd = come(&f, ALICE), other = come(&f, BOB);
    uint64_t until = clock_monotonic_ms() + MS;
    while (clock_monotonic_ms() < until) {
        passed += pass(fd);
        ev_run(f.loop, EVRUN_NOWAIT);
    }
    ok(passed > 10 && passed <= 4 * RATE + RATE + BUFFERED,
       "who passes descriptors is not read for long (%u times)", passed);
    ok(is_served(&f, other), "others are");
    (void)close(fd);
    (void)close(other);
    fixture_free(&f);
}

int main(void)
{
    if (geteuid() != 0) {
        skip("limits of other users", "only root can become them");
        return tap_done();
    }
    (void)log_open("/dev/null", LOG_LEVEL_INFO, NULL);
    log_tap_set(see, &seen);
    test_places();
    test_room();
    test_rate();
    test_weight();
    test_line_size();
    test_half_lines();
    test_dripping_reader();
    test_coming();
    test_descriptors();
    test_record();
    test_directory();
    seen_clear(&seen);
    return tap_done();
}
