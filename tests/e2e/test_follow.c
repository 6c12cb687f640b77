/* SPDX-License-Identifier: ISC */
/* Commands that follow a live council: watch, as lines, as JSON and as bars on a real
 * terminal, and log; and stop, which ends what they follow. */
#include "live.h"
#include "tap.h"
#include "tmux.h"

#include "base/alloc.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUN_MS = 30000, SEATS = 4 };

/* Titles that begin with "wait" get ballots of seats 1 and 2 only, until this is set. */
static bool all_vote;

static bool vote(void *context, unsigned seat, const json_t *params,
                 struct live_ballot *out)
{
    const json_t *proposal = json_object_get(params, "proposal");
    const char *title = json_string_value(json_object_get(proposal, "title"));
    (void)context;
    out->choice = strstr(title, "bad") == NULL ? "approve" : "reject";
    return seat <= 2 || all_vote || strncmp(title, "wait", 4) != 0;
}

static void propose(struct live *l, const char *title, char id[LIVE_ID_BYTES])
{
    ok(live_propose(l, 1, "slow", title, NULL, id) == 0, "proposed: %s", title);
}

static const char *socket_of(struct live *l)
{
    return live_seat(l, 1)->socket;
}

static void pump(void *l)
{
    live_pump(l, 20);
}

/* Runs conclave watch, which must end with this status. The output is the caller's. */
static struct live_output watch(struct live *l, int status, const char *const *words)
{
    const char *argv[12] = {"conclave", "watch", "--socket", socket_of(l)};
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[4 + i] = words[i];
    }
    struct live_output o = live_run(l, RUN_MS, argv);
    if (!ok(o.status == status, "watch ends with %d", status)) {
        printf("# %d: %s\n# %s\n", o.status, o.out, o.err);
    }
    return o;
}

static unsigned lines_with(const char *text, const char *words)
{
    unsigned count = 0;
    for (const char *at = text; (at = strstr(at, words)) != NULL; at++) {
        count++;
    }
    return count;
}

static void test_lines(struct live *l)
{
    char id[LIVE_ID_BYTES], other[LIVE_ID_BYTES];
    all_vote = true;
    propose(l, "good", id);
    struct live_output o = watch(l, 0, (const char *[]){id, "--final", NULL});
    if (!ok(strstr(o.out, "  approved  ") != NULL &&
                strstr(o.out, " of 3, reject 0") != NULL,
            "an approved one, to its record")) {
        printf("# %s\n", o.out);
    }
    /* Unless it was sealed before the watch began. */
    ok(lines_with(o.out, "sealed ballot of") <= SEATS && lines_with(o.out, "\n") >= 2 &&
           lines_with(o.out, "\033") == 0,
       "in lines, none of them twice");
    live_output_free(&o);
    propose(l, "bad", id);
    propose(l, "good again", other);
    o = watch(l, 3, (const char *[]){id, other, "--json", "--final", NULL});
    const char *last = o.out;
    for (const char *end; (end = strchr(last, '\n')) != NULL && end[1] != '\0';) {
        json_t *line = json_loadb(last, (size_t)(end - last), 0, NULL);
        ok(json_is_string(json_object_get(line, "change")), "a line is JSON");
        json_decref(line);
        last = end + 1;
    }
    json_t *line = json_loads(last, 0, NULL);
    const char *outcome = json_string_value(json_object_get(line, "outcome"));
    ok(outcome != NULL, "and the last one has the outcome: %s", outcome);
    json_decref(line);
    live_output_free(&o);
    o = watch(l, 0, (const char *[]){NULL});
    ok(strstr(o.out, "Nothing is open") != NULL, "then nothing is open");
    live_output_free(&o);
}

/* Without a quorum no block opens it, so the node knows neither seats nor threshold. */
static void test_waiting(struct live *l)
{
    char id[LIVE_ID_BYTES];
    if (!tmux_exists()) {
        ok(true, "waiting # SKIP there is no tmux");
        return;
    }
    struct tmux_options o = {.cols = 150, .rows = 20, .environment = "NO_COLOR=1"};
    char *program = live_program("conclave");
    all_vote = true;
    live_signal(l, 3, SIGSTOP);
    live_signal(l, 4, SIGSTOP);
    propose(l, "good later", id);
    char *command =
        alloc_printf("'%s' watch --lines %s --socket '%s'", program, id, socket_of(l));
    struct tmux *t = tmux_open(&o, command, pump, l);
    ok(tmux_shows(t, "  waiting  ", RUN_MS), "one that no block has waits");
    live_signal(l, 3, SIGCONT);
    live_signal(l, 4, SIGCONT);
    ok(tmux_shows(t, "a block has it", RUN_MS) && tmux_status(t, RUN_MS) == 0,
       "then it opens, and is decided");
    ok(lines_with(tmux_screen(t), " of 4, opened") > 1 &&
           strstr(tmux_screen(t), "approved  sealed 0 of 0") == NULL,
       "with the seats and the threshold that it has by then");
    tmux_close(t);
    free(command);
    free(program);
}

static void test_bars(struct live *l)
{
    char id[LIVE_ID_BYTES];
    struct tmux_options o = {.cols = 120, .rows = 20, .environment = "NO_COLOR=1"};
    if (!tmux_exists()) {
        ok(true, "bars # SKIP there is no tmux");
        return;
    }
    all_vote = false;
    propose(l, "wait for it", id);
    char *program = live_program("conclave");
    char *command = alloc_printf("'%s' watch --socket '%s'", program, socket_of(l));
    struct tmux *t = tmux_open(&o, command, pump, l);
    ok(tmux_shows(t, "sealed 2/4 [", RUN_MS), "a bar grows by ballots");
    ok(tmux_shows(t, "wait for it", RUN_MS) &&
           tmux_shows(t, "approve 0 of 3, reject 0 [", RUN_MS),
       "beside title and tally");
    all_vote = true;
    live_agent_set(l, 0, NULL, NULL);
    live_agent_set(l, 0, vote, NULL);
    ok(tmux_status(t, RUN_MS) == 0 && tmux_shows(t, "approved", RUN_MS), "and ends");
    const char *screen = tmux_screen(t);
    ok(strstr(screen, "sealed 2/4") == NULL && lines_with(screen, "wait for it") == 1,
       "with a line in place of the bars");
    if (tap_failures > 0) {
        tmux_show(t);
    }
    tmux_close(t);
    free(command);
    free(program);
}

/* --all and log -f in a terminal each, until the node is stopped beside them. */
static void test_until_stopped(struct live *l)
{
    struct tmux_options o = {.cols = 150, .rows = 40, .environment = "NO_COLOR=1"};
    char id[LIVE_ID_BYTES];
    const char *argv[] = {"conclave", "stop", "--socket", socket_of(l), NULL};
    if (!tmux_exists()) {
        ok(true, "following # SKIP there is no tmux");
        return;
    }
    char *program = live_program("conclave");
    char *all =
        alloc_printf("'%s' watch --all --lines --socket '%s'", program, socket_of(l));
    char *log = alloc_printf("'%s' log -f --lines 3 --level info --socket '%s'", program,
                             socket_of(l));
    struct tmux *watching = tmux_open(&o, all, pump, l);
    struct tmux *reading = tmux_open(&o, log, pump, l);
    ok(tmux_shows(reading, "event=", RUN_MS), "log shows the last lines");
    propose(l, "bad of all", id);
    ok(tmux_shows(watching, "bad of all", RUN_MS) &&
           tmux_shows(watching, "rejected", RUN_MS),
       "--all shows what opens");
    ok(tmux_shows(reading, "event=proposal.final", RUN_MS), "log shows what comes");
    struct live_output end = live_run(l, RUN_MS, argv);
    ok(end.status == 0 && strstr(end.out, "has stopped") != NULL, "stop: %s%s", end.out,
       end.err);
    live_output_free(&end);
    ok(!live_running(l, 1), "the process is gone when stop returns");
    is(live_log_count(l, 1, "event=node.stopping uid="), 1, "the log says who asked");
    is(live_log_count(l, 1, "event=node.stopped"), 1, "and that it stopped in good order");
    ok(tmux_shows(watching, "the node stopped", RUN_MS) &&
           tmux_status(watching, RUN_MS) == 1 && tmux_status(reading, RUN_MS) == 1,
       "who followed it is told");
    tmux_close(watching);
    tmux_close(reading);
    free(log);
    free(all);
    free(program);
}

int main(void)
{
    const struct live_class classes[] = {{"slow", 0, 600000, 600000, 100, false}};
    struct live_options o = {.seats = SEATS, .classes = classes, .class_count = 1};
    live_limit(120);
    struct live *l = live_new(&o);
    ok(live_start_council(l), "the council starts");
    live_agent_set(l, 0, vote, NULL);
    test_lines(l);
    test_waiting(l);
    test_bars(l);
    test_until_stopped(l);
    if (tap_failures > 0) {
        live_show_logs(l, 5);
    }
    ok(live_quiet(l), "no node wrote to standard error");
    live_free(l);
    return tap_done();
}
