/* SPDX-License-Identifier: ISC */
/*
 * Events of a live council: the past is the present byte for byte, at every node and by
 * replaying a store; nothing is missing or told twice over restarts of the node and of who
 * follows, moved files, full disks and small steps; and what they say is what the node says
 * otherwise.
 */
#define _GNU_SOURCE
#include "live.h"
#include "tap.h"

#include "../ledger/older.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEATS = 4, RUN_MS = 20000, WAIT_MS = 20000, WORDS_MAX = 24, KILLS = 6 };
enum { SETTLED_US = 500 * 1000 };

#define HOSTILE_TITLE                                                                      \
    "a \\ \"quote\", {\"event\":\"proposal.final\"} \xe2\x80\xa8 </script>"
#define HOSTILE_RATIONALE                                                                  \
    "yes\n{\"event\":\"ballot.opened\",\"id\":\"9.9\"}\n\t\"\\u001b[2J\" \xf0\x9f\x99\x82"

/* Seats in whose title's word "silent4" their number stands give no ballot. */
static bool vote(void *context, unsigned seat, const json_t *params,
                 struct live_ballot *out)
{
    const json_t *proposal = json_object_get(params, "proposal");
    const char *title = json_string_value(json_object_get(proposal, "title"));
    char silent[16];
    (void)context;
    (void)snprintf(silent, sizeof(silent), "silent%u", seat);
    out->choice = strstr(title, "bad") != NULL   ? "reject"
                  : strstr(title, "who") != NULL ? "abstain"
                                                 : "approve";
    out->confidence = (int)(10 * seat);
    out->rationale = strstr(title, "quote") != NULL ? HOSTILE_RATIONALE : "because";
    return strstr(title, silent) == NULL;
}

static void decide(struct live *l, unsigned seat, const char *title)
{
    char id[LIVE_ID_BYTES];
    bool good = live_propose(l, seat, "test", title, NULL, id) == 0;
    json_t *p = good ? live_wait_final(l, seat, id, WAIT_MS) : NULL;
    if (p == NULL) {
        ok(false, "not decided: %s", title);
    }
    json_decref(p);
}

/* --- running it --- */

/* What `conclave events WORD...` prints; the caller frees. */
static char *told(struct live *l, int status, const char *const *words)
{
    const char *argv[WORDS_MAX] = {"conclave", "events"};
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[2 + i] = words[i];
    }
    struct live_output o = live_run(l, RUN_MS, argv);
    if (o.status != status || o.out == NULL) {
        ok(false, "events ends with %d, not %d: %s", o.status, status, o.err);
    }
    char *out = alloc_string(o.out != NULL ? o.out : "");
    live_output_free(&o);
    return out;
}

static char *past(struct live *l, unsigned seat)
{
    return told(l, 0, (const char *[]){"--socket", live_seat(l, seat)->socket, NULL});
}

/* The same in the background, into a file; bytes: how large a file may become, 0: any. */
static pid_t follow(struct live *l, const char *out, rlim_t bytes, const char *const *words)
{
    char *program = live_program("conclave");
    const char *argv[WORDS_MAX] = {"conclave", "events", "--socket",
                                   live_seat(l, 1)->socket};
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[4 + i] = words[i];
    }
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit limit = {bytes, bytes};
        int fd = open(out, O_WRONLY | O_CREAT | O_APPEND, 0600);
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (bytes > 0) {
            (void)setrlimit(RLIMIT_FSIZE, &limit);
        }
        (void)dup2(fd, STDOUT_FILENO);
        (void)execv(program, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    free(program);
    return pid;
}

static int end(pid_t pid, int number)
{
    int status = -1;
    if (number != 0) {
        (void)kill(pid, number);
    }
    return waitpid(pid, &status, 0) == pid ? status : -1;
}

static char *in(const struct live *l, const char *name)
{
    return alloc_printf("%s/%s", l->dir, name);
}

/* --- comparing --- */

static bool same(const char *a, const char *b, const char *what)
{
    bool good = strcmp(a, b) == 0;
    size_t at = 0;
    while (a[at] != '\0' && a[at] == b[at]) {
        at++;
    }
    if (!ok(good && a[0] != '\0', "%s (%zu bytes)", what, strlen(a))) {
        printf("# from byte %zu of %zu and %zu: %.80s\n# and: %.80s\n", at, strlen(a),
               strlen(b), a + at, b + at);
    }
    return good;
}

/* The file has become what node 1 tells of the past. */
static void becomes_past(struct live *l, const char *path, const char *what)
{
    uint64_t until = clock_monotonic_ms() + WAIT_MS;
    char *all = past(l, 1), *have = live_read(path);
    while (strcmp(all, have) != 0 && clock_monotonic_ms() < until) {
        free(all);
        free(have);
        live_pump(l, 50);
        all = past(l, 1);
        have = live_read(path);
    }
    (void)same(have, all, what);
    free(all);
    free(have);
}

static json_t *lines_of(const char *text)
{
    json_t *lines = json_array();
    for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1) {
        json_t *line = json_loadb(text, (size_t)(end - text), JSON_REJECT_DUPLICATES, NULL);
        if (line == NULL) {
            ok(false, "a line that is no JSON: %.60s", text);
        }
        (void)json_array_append_new(lines, line != NULL ? line : json_null());
    }
    return lines;
}

static const char *text_of(const json_t *event, const char *name)
{
    const char *text = json_string_value(json_object_get(event, name));
    return text != NULL ? text : "";
}

static json_int_t number_of(const json_t *event, const char *name)
{
    json_int_t number = json_integer_value(json_object_get(event, name));
    return number;
}

/* --- the tests --- */

static void test_past(struct live *l)
{
    char *all = past(l, 1), *other = past(l, 3);
    (void)same(all, other, "two nodes tell the same");
    free(other);
    /* What the node has committed reaches other readers of its store a moment later. */
    (void)usleep(SETTLED_US);
    other = told(l, 0, (const char *[]){"--config", live_seat(l, 2)->config, NULL});
    (void)same(all, other, "and so does a replay of a third one's store");
    free(other);
    other = told(
        l, 0, (const char *[]){"--socket", live_seat(l, 1)->socket, "--since", "1h", NULL});
    (void)same(all, other, "and all since an hour ago");
    free(other);
    free(all);
}

/* What a seat did, by the method `proposal`. */
static bool fits_row(const json_t *event, const json_t *p, const json_t *row)
{
    const char *name = text_of(event, "event");
    json_int_t opened = number_of(json_object_get(p, "opened"), "height");
    json_int_t sealed = number_of(json_object_get(p, "sealed"), "height");
    json_int_t height = number_of(event, "height");
    if (strcmp(name, "ballot.sealed") == 0) {
        return height == number_of(row, "ballot_height") &&
               number_of(event, "latency_blocks") == height - opened &&
               strcmp(text_of(event, "commitment"), text_of(row, "commitment")) == 0;
    }
    if (strcmp(name, "ballot.opened") == 0) {
        return height == number_of(row, "reveal_height") && height > sealed &&
               number_of(event, "latency_blocks") == height - sealed &&
               strcmp(text_of(event, "choice"), text_of(row, "choice")) == 0 &&
               number_of(event, "confidence") == number_of(row, "confidence") &&
               strcmp(text_of(event, "rationale"), text_of(row, "rationale")) == 0;
    }
    return strncmp(name, "ballot.", 7) == 0 &&
           strcmp(name + 7, text_of(row, "status")) == 0 &&
           height == number_of(json_object_get(p, "final"), "height");
}

static void check_proposal(struct live *l, const char *id, const json_t *lines)
{
    json_t *p = live_call(l, 2, "proposal", json_pack("{s:s}", "id", id));
    unsigned good = 0, bad = 0, ends[SEATS + 1] = {0};
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *event = json_array_get(lines, i);
        json_int_t seat = number_of(event, "seat");
        bool ballot = strncmp(text_of(event, "event"), "ballot.", 7) == 0;
        if (strcmp(text_of(event, "proposal"), id) != 0 || !ballot || seat < 1 ||
            seat > SEATS) {
            continue;
        }
        const json_t *row = json_array_get(json_object_get(p, "seats"), (size_t)seat - 1);
        bool fits = fits_row(event, p, row);
        good += fits;
        bad += !fits;
        ends[seat] += strcmp(text_of(event, "event"), "ballot.sealed") != 0;
    }
    ok(good > 0 && bad == 0, "its %u events of ballots are what the node says", good);
    ok(ends[1] == 1 && ends[2] == 1 && ends[3] == 1 && ends[4] == 1,
       "each seat has one in the end");
    json_decref(p);
}

static void test_content(struct live *l)
{
    char *all = told(
        l, 0, (const char *[]){"--socket", live_seat(l, 1)->socket, "--rationales", NULL});
    json_t *lines = lines_of(all);
    bool leaks = false, hostile = false, titled = false;
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *event = json_array_get(lines, i);
        leaks = leaks || (json_object_get(event, "choice") != NULL &&
                          strcmp(text_of(event, "event"), "ballot.opened") != 0);
        hostile = hostile || strcmp(text_of(event, "rationale"), HOSTILE_RATIONALE) == 0;
        titled = titled || strcmp(text_of(event, "title"), HOSTILE_TITLE) == 0;
        if (strcmp(text_of(event, "event"), "proposal.final") == 0) {
            check_proposal(l, text_of(event, "proposal"), lines);
        }
    }
    ok(!leaks, "nothing has a choice but an open ballot");
    ok(hostile && titled, "hostile texts come as they are, each within its line");
    for (const char *c = all; *c != '\0'; c++) {
        if ((unsigned char)*c >= 0x7f || ((unsigned char)*c < ' ' && *c != '\n')) {
            ok(false, "byte %02x is not ASCII", (unsigned char)*c);
            break;
        }
    }
    json_decref(lines);
    free(all);
}

static void test_filters(struct live *l)
{
    const char *socket = live_seat(l, 1)->socket;
    char *some =
        told(l, 0,
             (const char *[]){"--socket", socket, "--seat", "2", "--kind", "ballot.,flag.",
                              "--exclude", "ballot.sealed", NULL});
    json_t *lines = lines_of(some);
    bool good = json_array_size(lines) > 0;
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *event = json_array_get(lines, i);
        good = good && number_of(event, "seat") == 2 &&
               strncmp(text_of(event, "event"), "ballot.", 7) == 0 &&
               strcmp(text_of(event, "event"), "ballot.sealed") != 0;
    }
    ok(good, "what one seat did, of some kinds");
    json_decref(lines);
    free(some);
    some = told(l, 0,
                (const char *[]){"--socket", socket, "--kind", "proposal.final", "--since",
                                 "1", NULL});
    lines = lines_of(some);
    ok(number_of(json_array_get(lines, 0), "record") == 1, "from a record on");
    char *id = alloc_string(text_of(json_array_get(lines, 0), "proposal"));
    json_decref(lines);
    free(some);
    id[10] = '\0';
    some = told(l, 0,
                (const char *[]){"--socket", socket, "--follow", "--proposal", id, NULL});
    lines = lines_of(some);
    size_t count = json_array_size(lines);
    good = count > 0;
    for (size_t i = 0; i < count; i++) {
        good = good && strncmp(text_of(json_array_get(lines, i), "proposal"), id, 10) == 0;
    }
    ok(good && strcmp(text_of(json_array_get(lines, 0), "event"), "proposal.opened") == 0 &&
           strcmp(text_of(json_array_get(lines, count - 1), "event"), "proposal.final") ==
               0,
       "one proposal, followed to its end");
    json_decref(lines);
    free(some);
    free(id);
    static const char *const wrong[][3] = {
        {"--kind", "ballots.", NULL},   {"--since", "yesterday", NULL},
        {"--seat", "0", NULL},          {"--proposal", "xyz", NULL},
        {"--facility", "local0", NULL}, {"--exclude", "ballot.,,peer.", NULL},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        free(told(l, 2, wrong[i]));
    }
    free(told(l, 1, (const char *[]){"--socket", socket, "--since", "999", NULL}));
    free(told(l, 1, (const char *[]){"--socket", socket, "--proposal", "abcdef", NULL}));
}

/* Small steps, each from where the one before it ended. */
static void test_cursor(struct live *l)
{
    char *cursor = in(l, "steps"), *all = past(l, 1);
    struct buffer steps = {NULL, 0, 0};
    for (unsigned i = 0; i < 500; i++) {
        char *step = told(l, 0,
                          (const char *[]){"--socket", live_seat(l, 1 + i % SEATS)->socket,
                                           "--cursor", cursor, "--limit", "7", NULL});
        size_t size = strlen(step);
        buffer_append(&steps, step, size);
        free(step);
        if (size == 0) {
            break;
        }
    }
    buffer_append(&steps, "", 1);
    (void)same((const char *)steps.data, all, "in steps of seven, from node to node");
    buffer_free(&steps);
    char *other = in(l, "other");
    FILE *f = fopen(other, "w");
    (void)fprintf(f, "{\"council_id\":\"%064d\",\"height\":3,\"index\":0}\n", 0);
    (void)fclose(f);
    free(told(
        l, 1,
        (const char *[]){"--socket", live_seat(l, 1)->socket, "--cursor", other, NULL}));
    f = fopen(other, "w");
    (void)fprintf(f, "{\"height\":3}\n");
    (void)fclose(f);
    free(told(
        l, 1,
        (const char *[]){"--socket", live_seat(l, 1)->socket, "--cursor", other, NULL}));
    free(other);
    free(all);
    free(cursor);
}

/* Its node goes and comes, and blocks are committed meanwhile. */
static void test_restart(struct live *l, const char *live_path)
{
    is(live_stop(l, 1, WAIT_MS), 0, "the node of who follows is stopped");
    decide(l, 2, "while one is away");
    decide(l, 3, "bad while one is away");
    live_start(l, 1);
    ok(live_wait_ready(l, 1, WAIT_MS) && live_wait_connected(l, WAIT_MS), "and comes back");
    decide(l, 1, "after that");
    becomes_past(l, live_path, "what was followed has no gap");
}

/* A file with a cursor; the process is killed again and again. */
static void test_kill(struct live *l)
{
    char *out = in(l, "killed.ndjson"), *cursor = in(l, "killed");
    const char *words[] = {"-f", "--since", "0",        "--exclude", "flag.",
                           "-o", out,       "--cursor", cursor,      NULL};
    for (unsigned i = 0; i < KILLS; i++) {
        pid_t pid = follow(l, "/dev/null", 0, words);
        decide(l, 1 + i % SEATS, "killed");
        live_pump(l, (int)(i * 37 % 200));
        (void)end(pid, SIGKILL);
        if (i == KILLS / 2) {
            FILE *f = fopen(out, "a");
            (void)fprintf(f, "{\"event\":\"ballot.se");
            (void)fclose(f);
        }
    }
    pid_t pid = follow(l, "/dev/null", 0, words);
    becomes_past(l, out, "killed many times, once within a line, it told each event once");
    int status = end(pid, SIGTERM);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "SIGTERM ends it as it would");
    free(out);
    free(cursor);
}

static void test_rotation(struct live *l)
{
    char *out = in(l, "rotated.ndjson"), *moved = in(l, "rotated.1"),
         *cursor = in(l, "rotated");
    char *both = in(l, "rotated.both");
    pid_t pid = follow(l, "/dev/null", 0,
                       (const char *[]){"-f", "--since", "0", "--exclude", "flag.",
                                        "--output", out, "--cursor", cursor, NULL});
    becomes_past(l, out, "a file has all of it");
    free(
        told(l, 1,
             (const char *[]){"--socket", live_seat(l, 1)->socket, "--output", out, NULL}));
    is(rename(out, moved), 0, "it is moved away");
    decide(l, 2, "into the old file");
    char *all = past(l, 1);
    becomes_past(l, moved, "which goes on in it");
    (void)kill(pid, SIGHUP);
    for (unsigned i = 0; i < 200 && access(out, F_OK) != 0; i++) {
        live_pump(l, 20);
    }
    ok(access(out, F_OK) == 0, "until SIGHUP");
    decide(l, 3, "into the new file");
    for (unsigned i = 0; i < 200; i++) {
        char *now = past(l, 1), *new = live_read(out);
        bool good = strcmp(now + strlen(all), new) == 0 && new[0] != '\0';
        free(now);
        free(new);
        if (good) {
            break;
        }
        live_pump(l, 50);
    }
    char *old = live_read(moved), *new = live_read(out), *now = past(l, 1);
    char *joined = alloc_printf("%s%s", old, new);
    (void)same(joined, now, "both together have all");
    (void)same(old, all, "and the old one ends there");
    free(joined);
    free(old);
    free(new);
    free(now);
    free(all);
    (void)end(pid, SIGTERM);
    free(out);
    free(moved);
    free(cursor);
    free(both);
}

/* Who reads is so slow that it waits while its node goes, comes, and goes on. */
static void test_slow(struct live *l)
{
    enum { PIPE_BYTES = 4096 };
    char *path = in(l, "slow.fifo"), part[PIPE_BYTES];
    struct buffer got = {NULL, 0, 0};
    int fd = mkfifo(path, 0600) == 0 ? open(path, O_RDONLY | O_NONBLOCK) : -1;
    ok(fd >= 0 && fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES) >= 0, "a narrow pipe");
    pid_t pid = follow(l, path, 0,
                       (const char *[]){"-f", "--since", "0", "--exclude", "flag.", NULL});
    live_pump(l, 300);
    is(live_stop(l, 1, WAIT_MS), 0, "nobody reads, and the node is stopped");
    decide(l, 2, "while nobody reads");
    live_start(l, 1);
    ok(live_wait_ready(l, 1, WAIT_MS) && live_wait_connected(l, WAIT_MS), "and comes back");
    decide(l, 1, "while still nobody reads");
    char *all = past(l, 1);
    uint64_t until = clock_monotonic_ms() + WAIT_MS;
    while (got.size < strlen(all) && clock_monotonic_ms() < until) {
        ssize_t size = read(fd, part, sizeof(part));
        if (size > 0) {
            buffer_append(&got, part, (size_t)size);
        } else {
            live_pump(l, 20);
        }
    }
    buffer_append(&got, "", 1);
    (void)same((const char *)got.data, all, "then all of it is read, once");
    (void)end(pid, SIGTERM);
    (void)close(fd);
    buffer_free(&got);
    free(all);
    free(path);
}

/* Who stops reading ends it quietly. */
static void test_closed(struct live *l)
{
    char *program = live_program("conclave");
    int ends[2];
    bool piped = pipe(ends) == 0;
    pid_t pid = piped ? fork() : -1;
    if (pid == 0) {
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)execl(program, "conclave", "events", "--socket", live_seat(l, 1)->socket,
                    (char *)NULL);
        _exit(127);
    }
    (void)close(ends[0]);
    (void)close(ends[1]);
    int status = end(pid, 0);
    ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "that nobody reads is no error");
    free(program);
}

/* No room: a clear error, whole lines, and nothing lost. */
static void test_full(struct live *l)
{
    enum { ROOM = 5000 };
    char *out = in(l, "full.ndjson"), *cursor = in(l, "full");
    const char *words[] = {"-o", out, "--cursor", cursor, NULL};
    int status = end(follow(l, "/dev/null", ROOM, words), 0);
    ok(WIFEXITED(status) && WEXITSTATUS(status) == 1,
       "a file that may not grow is an error");
    char *part = live_read(out);
    ok(strlen(part) < ROOM && (part[0] == '\0' || part[strlen(part) - 1] == '\n'),
       "the file ends with a whole line");
    free(part);
    status = end(follow(l, "/dev/null", 0, words), 0);
    ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "with room it goes on");
    becomes_past(l, out, "and nothing was lost");
    free(told(
        l, 1,
        (const char *[]){"--socket", live_seat(l, 1)->socket, "-o", "/dev/full", NULL}));
    free(out);
    free(cursor);
}

/* A store of a build that did not keep them is filled at the start. */
static void test_older(struct live *l)
{
    is(live_stop(l, 4, WAIT_MS), 0, "a node is stopped");
    is(older_make(live_seat(l, 4)->data, 2, OLDER_ALL & ~OLDER_DEEDS), 0,
       "and its store becomes one of an older build");
    char *all = past(l, 1);
    char *replayed =
        told(l, 0, (const char *[]){"--config", live_seat(l, 4)->config, NULL});
    (void)same(all, replayed, "which is replayed as any other");
    free(replayed);
    live_start(l, 4);
    ok(live_wait_ready(l, 4, WAIT_MS), "it starts");
    ok(live_wait_level(l, WAIT_MS), "and keeps up");
    char *now = past(l, 4);
    free(all);
    all = past(l, 1);
    (void)same(all, now, "it tells the past as the others do");
    free(all);
    free(now);
}

int main(void)
{
    struct live_options o = {.seats = SEATS,
                             .config = "heartbeat-ms = 200\ndead-peer-ms = 2000\n"};
    live_limit(170);
    struct live *l = live_new(&o);
    ok(live_start_council(l), "a council of %d", SEATS);
    live_agent_set(l, 0, vote, NULL);
    char *live_path = in(l, "live.ndjson");
    pid_t pid = follow(
        l, live_path, 0,
        (const char *[]){"--follow", "--since", "0", "--kind",
                         "proposal.,ballot.,operation.,epoch.,seat.convicted", NULL});
    decide(l, 1, "good");
    decide(l, 2, "bad");
    decide(l, 3, HOSTILE_TITLE);
    decide(l, 4, "silent4");
    decide(l, 1, "who silent3");
    becomes_past(l, live_path, "what was followed is what is past");
    test_past(l);
    test_content(l);
    test_filters(l);
    test_cursor(l);
    test_restart(l, live_path);
    test_kill(l);
    test_rotation(l);
    test_slow(l);
    test_closed(l);
    test_full(l);
    test_older(l);
    (void)end(pid, SIGTERM);
    free(live_path);
    ok(live_quiet(l), "no node complains");
    live_free(l);
    return tap_done();
}
