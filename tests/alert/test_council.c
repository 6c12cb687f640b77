/* SPDX-License-Identifier: ISC */
/*
 * conclave-alert beside a real council: helper and node are killed, the receiver refuses,
 * seats die and come back. At the end the receiver has each decision and each turn of each
 * flag, in order, signed, and what it has twice has one id.
 */
#define _GNU_SOURCE
#include "live.h"
#include "tap.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEATS = 4, FOLLOWED = 1, WAIT_MS = 60000, ROUNDS = 6, ROUNDS_LONG = 60 };

static const struct live_class classes[] = {{"test", 0, 4000, 4000, 300, false}};

struct alerts {
    struct live *live;
    char *config, *log, *port_file, *secret, *errors;
    pid_t helper, receiver;
    unsigned kills, proposed;
};

static bool approve(void *context, unsigned seat, const json_t *params,
                    struct live_ballot *out)
{
    (void)context, (void)seat, (void)params;
    *out = (struct live_ballot){"approve", 90, "so be it"};
    return true;
}

static pid_t spawn(const char *errors, char *const *words)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        int fd = open(errors, O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (getppid() != parent || fd < 0 || dup2(fd, STDERR_FILENO) < 0) {
            _exit(127);
        }
        (void)execvp(words[0], words);
        _exit(127);
    }
    return pid;
}

static void end(pid_t *pid, int number)
{
    if (*pid > 0) {
        (void)kill(*pid, number);
        (void)waitpid(*pid, NULL, 0);
    }
    *pid = 0;
}

static void start_helper(struct alerts *a)
{
    char *program = live_program("conclave-alert");
    char option[] = "--config";
    char *words[] = {program, option, a->config, NULL};
    a->helper = spawn(a->errors, words);
    free(program);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        printf("Bail out! cannot write %s\n", path);
        exit(1);
    }
}

/* What the receiver answers from now on. */
static void answer(struct alerts *a, const char *status)
{
    char *path = alloc_printf("%s.answer", a->log);
    write_file(path, status);
    free(path);
}

static bool start_receiver(struct alerts *a)
{
    char python[] = "python3",
         *script = alloc_printf("%s/tests/alert/receiver.py", getenv("top_srcdir"));
    char *words[] = {python, script, a->port_file, a->log, a->secret, NULL};
    a->receiver = spawn(a->errors, words);
    uint64_t late = clock_monotonic_ms() + WAIT_MS;
    while (access(a->port_file, R_OK) != 0 && clock_monotonic_ms() < late) {
        live_pump(a->live, 10);
    }
    free(script);
    return access(a->port_file, R_OK) == 0;
}

static bool set_up(struct alerts *a, struct live *l)
{
    *a = (struct alerts){.live = l,
                         .config = alloc_printf("%s/alert.conf", l->dir),
                         .log = alloc_printf("%s/received", l->dir),
                         .port_file = alloc_printf("%s/port", l->dir),
                         .secret = alloc_printf("%s/alert.secret", l->dir),
                         .errors = alloc_printf("%s/alert.log", l->dir)};
    const char *const keygen[] = {"conclave", "alert", "keygen", a->secret, NULL};
    struct live_output made = live_run(l, WAIT_MS, keygen);
    bool good = ok(made.status == 0, "a secret is made");
    live_output_free(&made);
    if (!good || !ok(start_receiver(a), "a receiver waits")) {
        return false;
    }
    char *port = live_read(a->port_file);
    char *text = alloc_printf("socket = \"%s\"\nstate = \"alert-queue\"\nhistory = yes\n"
                              "receiver \"one\" {\n  url = \"http://127.0.0.1:%s/\"\n"
                              "  secrets = {\"alert.secret\"}\n  retry-at-most = 1\n}\n",
                              live_seat(l, FOLLOWED)->socket, port);
    write_file(a->config, text);
    free(text);
    free(port);
    start_helper(a);
    return true;
}

static void propose(struct alerts *a, unsigned seat)
{
    char id[LIVE_ID_BYTES];
    char *title = alloc_printf("Proposal %u", a->proposed++);
    (void)live_propose(a->live, seat, "test", title, NULL, id);
    free(title);
}

static void wait_ms(struct alerts *a, unsigned ms)
{
    live_pump(a->live, (int)ms);
}

/* One round of trouble. The followed node, a seat whose death is flagged, the receiver and
 * the helper have theirs in turn; decisions go on. */
static void trouble(struct alerts *a, unsigned round)
{
    unsigned victim = round % 3 == 2 ? FOLLOWED : 3;
    answer(a, round % 2 == 0 ? "204" : "503");
    propose(a, 2);
    if (round % 3 != 0) {
        live_kill(a->live, victim);
    }
    propose(a, 4);
    wait_ms(a, 100 + 130 * (round % 5));
    end(&a->helper, SIGKILL);
    a->kills++;
    propose(a, 2);
    wait_ms(a, 400);
    start_helper(a);
    wait_ms(a, 20 + 90 * (round % 4));
    end(&a->helper, SIGKILL);
    a->kills++;
    if (round % 3 != 0) {
        live_start(a->live, victim);
        (void)live_wait_ready(a->live, victim, WAIT_MS);
    }
    start_helper(a);
    wait_ms(a, 500);
}

/* --- what came --- */

struct received {
    json_t *records; /* numbers as they came, each once */
    json_t *turns;   /* "7 flag.raised": true */
    json_t *ids;     /* by what was told */
    unsigned all, wrong, again, renamed, disordered;
};

static void take(struct received *r, const json_t *line)
{
    const json_t *payload = json_object_get(line, "payload");
    const json_t *data = json_object_get(payload, "data");
    const json_t *record = json_object_get(json_object_get(data, "decision"), "record");
    const json_t *flag = json_object_get(json_object_get(data, "flag"), "id");
    const char *type = json_string_value(json_object_get(payload, "type"));
    const char *id = json_string_value(json_object_get(line, "id"));
    if (payload == NULL || type == NULL || id == NULL) {
        r->wrong++;
        printf("# %s\n", json_string_value(json_object_get(line, "wrong")));
        return;
    }
    if (record == NULL && flag == NULL) {
        return;
    }
    char *what =
        alloc_printf("%lld %s", json_integer_value(record != NULL ? record : flag), type);
    const char *before = json_string_value(json_object_get(r->ids, what));
    r->renamed += before != NULL && strcmp(before, id) != 0;
    (void)json_object_set_new(r->ids, what, json_string(id));
    if (json_integer_value(json_object_get(line, "status")) == 204) {
        bool is_new = json_object_get(r->turns, what) == NULL;
        r->all++;
        r->again += !is_new;
        (void)json_object_set_new(r->turns, what, json_true());
        if (record != NULL && is_new) {
            json_int_t n = json_integer_value(record);
            r->disordered += (size_t)n != json_array_size(r->records);
            (void)json_array_append_new(r->records, json_integer(n));
        }
    }
    free(what);
}

static void read_received(const struct alerts *a, struct received *r)
{
    char *text = live_read(a->log), *place = NULL;
    *r = (struct received){json_array(), json_object(), json_object(), 0, 0, 0, 0, 0};
    for (char *line = strtok_r(text, "\n", &place); line != NULL;
         line = strtok_r(NULL, "\n", &place)) {
        json_t *value = json_loads(line, 0, NULL);
        if (value != NULL) {
            take(r, value);
        }
        json_decref(value);
    }
    free(text);
}

static void free_received(struct received *r)
{
    json_decref(r->records);
    json_decref(r->turns);
    json_decref(r->ids);
}

/* How many turns of flags the node knows that did not come. */
static unsigned missing_turns(struct live *l, const struct received *r, unsigned *all)
{
    json_t *result = live_call(l, FOLLOWED, "flags",
                               json_pack("{s:s,s:i}", "state", "all", "limit", 200));
    const json_t *flags = json_object_get(result, "flags");
    unsigned missing = 0;
    *all = 0;
    for (size_t i = 0; i < json_array_size(flags); i++) {
        const json_t *f = json_array_get(flags, i);
        const char *state = json_string_value(json_object_get(f, "state"));
        const struct {
            const char *type;
            bool there;
        } turns[] = {
            {"flag.raised", true},
            {"flag.acknowledged", json_is_integer(json_object_get(f, "acknowledged_ms"))},
            {"flag.cleared", state != NULL && strcmp(state, "cleared") == 0},
        };
        for (size_t t = 0; t < 3; t++) {
            char *what = alloc_printf(
                "%lld %s", json_integer_value(json_object_get(f, "id")), turns[t].type);
            *all += turns[t].there;
            missing += turns[t].there && json_object_get(r->turns, what) == NULL;
            free(what);
        }
    }
    json_decref(result);
    return missing;
}

static void check(struct alerts *a)
{
    struct received r;
    unsigned turns = 0, missing = 1;
    json_int_t decisions = live_number(a->live, FOLLOWED, "decisions");
    uint64_t late = clock_monotonic_ms() + WAIT_MS;
    read_received(a, &r);
    while (clock_monotonic_ms() < late &&
           ((missing = missing_turns(a->live, &r, &turns)) > 0 ||
            json_array_size(r.records) < (size_t)decisions)) {
        free_received(&r);
        live_pump(a->live, 100);
        read_received(a, &r);
    }
    ok(decisions >= (json_int_t)a->proposed, "the council decided all: %lld of %u",
       (long long)decisions, a->proposed);
    is((int64_t)json_array_size(r.records), decisions, "each decision came");
    is(r.disordered, 0, "in its order");
    ok(turns > 0 && missing == 0, "each turn of a flag came: %u", turns);
    is(r.wrong, 0, "all was signed");
    is(r.renamed, 0, "what came again had its id");
    printf("# %u kills of the helper: 0 lost of %lld decisions and %u turns of flags, %u "
           "came again\n",
           a->kills, (long long)decisions, turns, r.again);
    free_received(&r);
}

static bool decided(struct live *l, json_int_t all)
{
    uint64_t late = clock_monotonic_ms() + WAIT_MS;
    while (live_number(l, FOLLOWED, "decisions") < all && clock_monotonic_ms() < late) {
        live_pump(l, 50);
    }
    return live_number(l, FOLLOWED, "decisions") >= all;
}

int main(void)
{
    struct alerts a;
    int status = -1;
    const char *lengthy = getenv("CONCLAVE_LONG");
    unsigned rounds = lengthy != NULL && strcmp(lengthy, "1") == 0 ? ROUNDS_LONG : ROUNDS;
    if (!live_has_program("conclave-alert") ||
        system("python3 -c 'import http.server' 2>/dev/null") != 0) {
        skip("alerts of a council", "conclave-alert was not built, or there is no python3");
        return tap_done();
    }
    live_limit(rounds == ROUNDS ? 240 : 1200);
    struct live_options options = {.seats = SEATS,
                                   .classes = classes,
                                   .class_count = 1,
                                   .config = "heartbeat-ms = 100\ndead-peer-ms = 400\n"};
    struct live *l = live_new(&options);
    if (ok(live_start_council(l), "a council") && set_up(&a, l)) {
        live_agent_set(l, 0, approve, NULL);
        for (unsigned i = 0; i < rounds; i++) {
            trouble(&a, i);
        }
        answer(&a, "204");
        ok(decided(l, (json_int_t)a.proposed), "it goes on deciding");
        check(&a);
        ok(kill(a.helper, SIGTERM) == 0 && waitpid(a.helper, &status, 0) == a.helper &&
               status == 0,
           "SIGTERM ends the helper in good order");
        end(&a.receiver, SIGTERM);
        free(a.config);
        free(a.log);
        free(a.port_file);
        free(a.secret);
        free(a.errors);
    }
    live_free(l);
    return tap_done();
}
