/* SPDX-License-Identifier: ISC */
/*
 * Metrics of a live council: by the command line, and over HTTP by the exporter, which
 * nodes that stop, hang and come back do not trouble.
 */
#define _GNU_SOURCE
#include "live.h"
#include "openmetrics_check.h"
#include "tap.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEATS = 4, WAIT_MS = 30000, TIMEOUT_MS = 500, ANSWER_MAX = 1 << 20 };

/* Seat 4 misses the first decision. */
static bool approve(void *context, unsigned seat, const json_t *params,
                    struct live_ballot *out)
{
    const json_t *title = json_object_get(json_object_get(params, "proposal"), "title");
    (void)context;
    out->choice = "approve";
    out->rationale = "so be it";
    return seat != 4 || strcmp(json_string_value(title), "measured") != 0;
}

static struct exposition *read_all(const char *text)
{
    char why[EXPOSITION_WHY_BYTES];
    struct exposition *e = exposition_read(text, why);
    if (!ok(e != NULL, "strict OpenMetrics")) {
        printf("#   %s\n# %.300s\nBail out!\n", why, text);
        exit(99);
    }
    return e;
}

static void above(const struct exposition *e, const char *name, const char *part,
                  double least)
{
    double sum = exposition_sum(e, name, part);
    if (!ok(sum > least, "%s{%s} is above %g", name, part, least)) {
        printf("#   it is %g\n", sum);
    }
}

/* --- by the command line --- */

/* Seat 4 has no ballot, so what its agent says of it counts. */
static void check_failure(struct live *l, const char *id)
{
    const char *const argv[] = {"conclave", "metrics", "--socket", live_seat(l, 4)->socket,
                                NULL};
    json_decref(
        live_call(l, 4, "agent.failed",
                  json_pack("{s:s,s:s}", "proposal", id, "reason", "the test says so")));
    struct live_output o = live_run(l, WAIT_MS, argv);
    struct exposition *e = read_all(o.out);
    above(e, "conclave_evaluator_answers_total", "result=\"failed\"", 0);
    exposition_free(e);
    live_output_free(&o);
}

static void check_command(struct live *l)
{
    const char *const argv[] = {"conclave", "metrics", "--socket", live_seat(l, 1)->socket,
                                NULL};
    const char *const json[] = {
        "conclave", "metrics", "--json", "--socket", live_seat(l, 1)->socket, NULL};
    struct live_output o = live_run(l, WAIT_MS, argv);
    struct exposition *e = read_all(o.out);
    is(o.status, 0, "conclave metrics");
    above(e, "conclave_height", "", 0);
    above(e, "conclave_decisions_total", "class=\"test\",outcome=\"approved\"", 0);
    above(e, "conclave_decision_seconds_count", "", 0);
    above(e, "conclave_prepared_seconds_count", "", 0);
    above(e, "conclave_committed_seconds_count", "", 0);
    above(e, "conclave_operations_total", "verdict=\"effect\"", 6);
    above(e, "conclave_ballots_total", "seat=\"2\",kind=\"revealed\"", 0);
    above(e, "conclave_ballots_total", "seat=\"4\",kind=\"missed\"", 0);
    above(e, "conclave_evaluator_questions_total", "", 0);
    above(e, "conclave_evaluator_answers_total", "result=\"accepted\"", 0);
    above(e, "conclave_evaluator_seconds_count", "", 0);
    above(e, "conclave_store_sync_seconds_count", "", 0);
    above(e, "conclave_store_settlings_total", "", 0);
    above(e, "conclave_store_pages", "table=\"blocks\"", 0);
    above(e, "conclave_signatures_total", "result=\"good\"", 0);
    above(e, "conclave_peer_received_bytes_total", "seat=\"3\"", 100);
    above(e, "conclave_peer_sent_frames_total", "seat=\"3\"", 0);
    above(e, "conclave_flags", "kind=\"missed\",state=\"new\"", 0);
    above(e, "conclave_process_start_time_seconds", "", 1.5e9);
    is((int64_t)exposition_sum(e, "conclave_signatures_total", "result=\"bad\""), 0,
       "no signature is bad");
    is((int64_t)exposition_sum(e, "conclave_peer_connected", ""), SEATS - 1,
       "all others are connected");
    exposition_free(e);
    live_output_free(&o);
    o = live_run(l, WAIT_MS, json);
    json_t *v = json_loads(o.out, 0, NULL);
    ok(json_is_array(json_object_get(v, "families")), "conclave metrics --json");
    json_decref(v);
    live_output_free(&o);
}

/* --- the exporter --- */

struct exporter {
    pid_t pid;
    uint16_t port;
    char *log;
};

static void run_exporter(struct live *l, const char *log, const char *timeout)
{
    char *program = live_program("conclave-exporter");
    char *a = alloc_printf("a=%s", live_seat(l, 1)->socket);
    char *b = alloc_printf("b=%s", live_seat(l, 2)->socket);
    int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)dup2(fd, STDERR_FILENO);
    (void)execl(program, program, "--listen", "127.0.0.1:0", "--timeout", timeout,
                "--socket", a, "--socket", b, NULL);
    _exit(127);
}

static bool start_exporter(struct live *l, struct exporter *x)
{
    char timeout[16];
    (void)snprintf(timeout, sizeof(timeout), "%d", TIMEOUT_MS);
    x->log = alloc_printf("%s/exporter.log", l->dir);
    x->pid = fork();
    if (x->pid == 0) {
        run_exporter(l, x->log, timeout);
    }
    for (uint64_t end = clock_monotonic_ms() + WAIT_MS; clock_monotonic_ms() < end;) {
        char *text = live_read(x->log);
        const char *at = strstr(text, "address=127.0.0.1:");
        x->port = at != NULL ? (uint16_t)atoi(at + strlen("address=127.0.0.1:")) : 0;
        free(text);
        if (x->port != 0) {
            return true;
        }
        live_pump(l, 20);
    }
    return false;
}

static int dial(const struct exporter *x)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(x->port)};
    struct timeval limit = {WAIT_MS / 1000, 0};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* Sends these bytes; the whole answer, until the other end closes. The caller frees. */
static char *talk(const struct exporter *x, const char *request, size_t size)
{
    char *answer = alloc(ANSWER_MAX);
    size_t got = 0;
    int fd = dial(x);
    for (size_t sent = 0; sent < size;) {
        ssize_t n = send(fd, request + sent, size - sent, MSG_NOSIGNAL);
        if (n <= 0) {
            break; /* it has heard enough */
        }
        sent += (size_t)n;
    }
    for (ssize_t n; (n = recv(fd, answer + got, ANSWER_MAX - got - 1, 0)) > 0;) {
        got += (size_t)n;
    }
    (void)close(fd);
    answer[got] = '\0';
    return answer;
}

static char *get(const struct exporter *x, const char *line)
{
    char *request = alloc_printf("%s HTTP/1.1\r\nHost: localhost\r\n\r\n", line);
    char *answer = talk(x, request, strlen(request));
    free(request);
    return answer;
}

static void answers(const struct exporter *x, const char *line, const char *status,
                    const char *part)
{
    char *answer = get(x, line);
    bool good = strncmp(answer, "HTTP/1.1 ", 9) == 0 &&
                strncmp(answer + 9, status, strlen(status)) == 0 &&
                strstr(answer, part) != NULL;
    if (!ok(good, "%s: %s", line, status)) {
        printf("#   %.200s\n", answer);
    }
    free(answer);
}

static struct exposition *scrape(const struct exporter *x)
{
    char *answer = get(x, "GET /metrics");
    const char *body = strstr(answer, "\r\n\r\n");
    char why[EXPOSITION_WHY_BYTES];
    struct exposition *e = body != NULL ? exposition_read(body + 4, why) : NULL;
    free(answer);
    return e;
}

/* What is told when conclave_up of that node has the value, or NULL: not within the limit.
 */
static struct exposition *await_up(struct live *l, const struct exporter *x,
                                   const char *label, double expected)
{
    for (uint64_t end = clock_monotonic_ms() + WAIT_MS; clock_monotonic_ms() < end;) {
        struct exposition *e = scrape(x);
        double up = -1;
        if (e != NULL && exposition_value(e, "conclave_up", label, &up) && up == expected) {
            return e;
        }
        exposition_free(e);
        live_pump(l, 50);
    }
    return NULL;
}

static bool wait_up(struct live *l, const struct exporter *x, const char *label,
                    double expected)
{
    struct exposition *e = await_up(l, x, label, expected);
    exposition_free(e);
    return e != NULL;
}

static void check_http(const struct exporter *x)
{
    static const char junk[] = "\x16\x03\x01\x02\0\x01\xff\xfe nonsense\r\n\r\n";
    char *answer = get(x, "GET /metrics");
    const char *body = strstr(answer, "\r\n\r\n");
    ok(strstr(answer, "Content-Type: application/openmetrics-text; version=1.0.0; "
                      "charset=utf-8\r\n") != NULL,
       "its type");
    exposition_free(read_all(body != NULL ? body + 4 : ""));
    free(answer);
    answers(x, "GET /", "200", "/metrics");
    answers(x, "GET /metrics?x=1", "200", "# EOF\n");
    answers(x, "GET /other", "404", "/metrics");
    answers(x, "GET /../../etc/passwd", "404", "/metrics");
    answers(x, "POST /metrics", "405", "Allow: GET\r\n");
    answers(x, "HEAD /metrics", "405", "");
    answers(x, "DELETE /", "405", "");
    size_t size = 200 * 1024;
    char *big = alloc(size);
    memset(big, 'x', size);
    memcpy(big, "GET /metrics HTTP/1.1\r\nX: ", 26);
    answer = talk(x, big, size);
    ok(strstr(answer, "# EOF") == NULL, "a head without end is not read to its end");
    free(answer);
    free(big);
    free(talk(x, junk, sizeof(junk)));
    answers(x, "GET /", "200", "/metrics");
}

/* More connections than it serves, which say nothing, hold it up for a while at most. */
static void check_silent_clients(struct live *l, const struct exporter *x)
{
    int fds[20];
    for (size_t i = 0; i < 20; i++) {
        fds[i] = dial(x);
    }
    ok(wait_up(l, x, "node=\"a\"", 1), "silent clients do not keep others out");
    for (size_t i = 0; i < 20; i++) {
        (void)close(fds[i]);
    }
}

/* --- what the alert rules name --- */

/* With what heartbeats have to come and go for. */
static struct exposition *await_offsets(struct live *l, const struct exporter *x)
{
    enum { TRIES = 100, PAUSE_US = 100 * 1000 };
    struct exposition *e = await_up(l, x, "node=\"a\"", 1);
    for (int i = 0;
         i < TRIES && e != NULL && !exposition_has(e, "conclave_clock_offset_seconds");
         i++) {
        exposition_free(e);
        (void)usleep(PAUSE_US);
        e = await_up(l, x, "node=\"a\"", 1);
    }
    return e;
}

static void check_rules(struct live *l, const struct exporter *x)
{
    const char *top = getenv("top_srcdir");
    char *path =
        alloc_printf("%s/contrib/prometheus/conclave.rules.yml", top != NULL ? top : ".");
    char *text = live_read(path), *rest = text, *line;
    struct exposition *e = await_offsets(l, x);
    unsigned names = 0, unknown = 0;
    while ((line = strsep(&rest, "\n")) != NULL) {
        for (char *at = strstr(line, "expr:"); at != NULL;) {
            at = strstr(at, "conclave_");
            size_t length =
                at != NULL ? strspn(at, "abcdefghijklmnopqrstuvwxyz_0123456789") : 0;
            char *name = at != NULL ? alloc_printf("%.*s", (int)length, at) : NULL;
            if (name != NULL && ++names > 0 && (e == NULL || !exposition_has(e, name))) {
                unknown++;
                printf("#   %s is nowhere\n", name);
            }
            free(name);
            at = at != NULL ? at + length : NULL;
        }
    }
    ok(names > 20 && unknown == 0, "all %u metrics that the alerts name are there", names);
    exposition_free(e);
    free(text);
    free(path);
}

/* --- nodes come and go --- */

static void check_nodes(struct live *l, const struct exporter *x)
{
    ok(wait_up(l, x, "node=\"a\"", 1) && wait_up(l, x, "node=\"b\"", 1), "both are up");
    live_signal(l, 2, SIGSTOP);
    ok(wait_up(l, x, "node=\"b\"", 0), "one that hangs is down");
    struct exposition *e = await_up(l, x, "node=\"a\"", 1);
    ok(e != NULL && exposition_sum(e, "conclave_height", "node=\"a\"") > 0 &&
           exposition_sum(e, "conclave_seats", "node=\"b\"") == 0,
       "and has no samples of an earlier time, but the other has");
    exposition_free(e);
    live_signal(l, 2, SIGCONT);
    ok(wait_up(l, x, "node=\"b\"", 1), "until it goes on");
    live_kill(l, 2);
    ok(wait_up(l, x, "node=\"b\"", 0) && wait_up(l, x, "node=\"a\"", 1),
       "one that was killed is down, the other is not");
    live_start(l, 2);
    ok(live_wait_ready(l, 2, WAIT_MS) && wait_up(l, x, "node=\"b\"", 1),
       "and up again when it was started");
}

static void check_views(struct live *l)
{
    char id[LIVE_ID_BYTES];
    unsigned primary = (unsigned)live_number(l, 1, "primary");
    unsigned seat = primary == 1 ? 3 : 1;
    live_kill(l, primary);
    json_t *final = live_propose(l, seat, "test", "without it", NULL, id) == 0
                        ? live_wait_final(l, seat, id, WAIT_MS)
                        : NULL;
    const char *const argv[] = {"conclave", "metrics", "--socket",
                                live_seat(l, seat)->socket, NULL};
    struct live_output o = live_run(l, WAIT_MS, argv);
    struct exposition *e = read_all(o.out);
    ok(final != NULL, "decided without the primary");
    above(e, "conclave_view_changes_total", "cause=\"", 0);
    above(e, "conclave_views_entered_total", "", 0);
    exposition_free(e);
    live_output_free(&o);
    json_decref(final);
}

static void check_exporter(struct live *l)
{
    struct exporter x = {0, 0, NULL};
    int status = -1;
    if (!live_has_program("conclave-exporter")) {
        skip("the exporter", "it was not built: libmicrohttpd is missing");
        return;
    }
    ok(start_exporter(l, &x), "conclave-exporter");
    check_http(&x);
    check_rules(l, &x);
    check_nodes(l, &x);
    check_silent_clients(l, &x);
    char *address = alloc_printf("127.0.0.1:%u", (unsigned)x.port);
    const char *const taken[] = {"conclave-exporter", "--listen", address, NULL};
    const char *const name[] = {"conclave-exporter", "--listen", "localhost:9733", NULL};
    const char *const two[] = {"conclave-exporter", "--socket", "x",
                               "--socket",          "y=z",      NULL};
    struct live_output o = live_run(l, WAIT_MS, taken);
    ok(o.status == 1 && strstr(o.err, address) != NULL,
       "an address that is taken is named");
    live_output_free(&o);
    o = live_run(l, WAIT_MS, name);
    ok(o.status == 1 && strstr(o.err, "numeric") != NULL, "a name is no address");
    live_output_free(&o);
    o = live_run(l, WAIT_MS, two);
    ok(o.status == 2 && strstr(o.err, "label") != NULL, "two nodes need labels");
    live_output_free(&o);
    (void)kill(x.pid, SIGTERM);
    ok(waitpid(x.pid, &status, 0) == x.pid && status == 0, "SIGTERM ends it");
    char *log = live_read(x.log);
    ok(strstr(log, "event=exporter.node-down node=b") != NULL &&
           strstr(log, "event=exporter.node-up node=b") != NULL &&
           strstr(log, "event=exporter.stopped") != NULL,
       "its log says who came and went");
    free(log);
    free(address);
    free(x.log);
}

int main(void)
{
    static const struct live_class class = {"test", 3, 3000, 2000, 200, false};
    static const struct live_options options = {
        .seats = SEATS, .classes = &class, .class_count = 1};
    char id[LIVE_ID_BYTES];
    live_limit(240);
    struct live *l = live_new(&options);
    if (!live_start_council(l)) {
        printf("Bail out! no council\n");
        return 99;
    }
    live_agent_set(l, 0, approve, NULL);
    ok(live_propose(l, 1, "test", "measured", NULL, id) == 0, "a proposal");
    json_t *final = live_wait_final(l, 1, id, WAIT_MS);
    ok(final != NULL, "and its decision");
    json_decref(final);
    check_failure(l, id);
    check_command(l);
    check_exporter(l);
    check_views(l);
    ok(live_quiet(l), "no node complained");
    live_free(l);
    return tap_done();
}
