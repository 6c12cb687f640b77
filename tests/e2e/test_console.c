/* SPDX-License-Identifier: ISC */
/*
 * An operator's shift at the console: the real program in a real terminal, before a council
 * of real nodes. On a common terminal, on a vt100, without colours, and with 33 seats.
 */
#include "live.h"
#include "tap.h"
#include "tmux.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MS = 30000 };

/* --- agents that vote when they are let --- */

static struct live *live;
static unsigned may_vote; /* seats up to this one */

static bool decide(void *context, unsigned seat, const json_t *params,
                   struct live_ballot *out)
{
    (void)context, (void)params;
    /* Hostile enough for any terminal. */
    *out = (struct live_ballot){seat % 5 == 4 ? "reject" : "approve", 80,
                                "The evidence \xe2\x80\x9cholds\xe2\x80\x9d."};
    return seat <= may_vote;
}

static void pump(void *context)
{
    live_pump(context, 10);
}

/* Agents ask again who had no answer: a restart of their connection asks them anew. */
static void let_vote(unsigned seats)
{
    may_vote = seats;
    live_agent_set(live, 0, NULL, NULL);
    live_agent_set(live, 0, decide, NULL);
}

/* --- the operator --- */

static struct tmux *terminal;

static bool sees(const char *words, const char *what)
{
    return ok(tmux_shows(terminal, words, WAIT_MS), "%s", what);
}

static bool sees_no(const char *words, const char *what)
{
    return ok(tmux_hides(terminal, words, WAIT_MS), "%s", what);
}

static void press(const char *keys)
{
    tmux_keys(terminal, keys);
}

static void command(const char *words)
{
    press(":");
    tmux_type(terminal, words);
    press("Enter");
}

static void attach(const struct tmux_options *o, const char *arguments)
{
    char *program = live_program("conclave-console");
    char *line = alloc_printf("sh -c 'cd %s && exec %s --socket %s --config /dev/null %s'",
                              live->dir, program, live_seat(live, 1)->socket, arguments);
    terminal = tmux_open(o, line, pump, live);
    free(line);
    free(program);
}

static void open_council(unsigned seats)
{
    const struct live_class classes[] = {
        {.name = "test", .commit_ms = 120000, .reveal_ms = 120000, .grace_ms = 120000}};
    const struct live_options options = {.seats = seats,
                                         .classes = classes,
                                         .class_count = 1,
                                         .config =
                                             "heartbeat-ms = 250\ndead-peer-ms = 2500\n"};
    live = live_new(&options);
    may_vote = 0;
    ok(live_start_council(live), "a council of %u is up", seats);
}

static size_t count_files(const char *pattern)
{
    glob_t found;
    char *whole = alloc_printf("%s/%s", live->dir, pattern);
    size_t count = glob(whole, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
    if (count > 0) {
        globfree(&found);
    }
    free(whole);
    return count;
}

/* Whether the screen sets any colour but the terminal's own. */
static bool has_colour(const char *styled)
{
    for (const char *at = strstr(styled, "\033["); at != NULL; at = strstr(at, "\033[")) {
        for (at += 2; *at != '\0' && strchr("0123456789;:", *at) != NULL;) {
            char *end;
            unsigned long n = strtoul(at, &end, 10);
            if ((n >= 30 && n <= 38) || (n >= 40 && n <= 48) || (n >= 90 && n <= 107)) {
                return true;
            }
            at = end > at ? end : at + 1;
        }
    }
    return false;
}

/* --- the shift --- */

static void watch_a_decision(unsigned seats)
{
    char id[LIVE_ID_BYTES];
    char sealed[32];
    press("3");
    live_agent_set(live, 0, decide, NULL);
    is(live_propose(live, 2, "test", "Recognise the registry", NULL, id), 0,
       "a proposal is made");
    sees("Recognise the registry", "it appears");
    press("g Enter");
    sees("sealed", "it is sealed");
    let_vote(seats - 1);
    (void)snprintf(sealed, sizeof(sealed), "%u/%u", seats - 1, seats);
    sees(sealed, "all ballots but one are counted");
    ok(strstr(tmux_screen(terminal), "approve") == NULL &&
           strstr(tmux_screen(terminal), "reject") == NULL,
       "and no choice is to be seen");
    let_vote(seats);
    sees("approved", "with the last one it opens, and is decided");
    sees("holds", "the rationales can be read");
    press("Escape");
    sees("[3 Ballots]", "back to the list");
}

static void lose_a_seat(unsigned seats)
{
    char alive[32];
    press("1 g");
    live_kill(live, 3);
    (void)snprintf(alive, sizeof(alive), "alive %u/%u", seats - 1, seats);
    sees(alive, "a killed seat is missed");
    sees("Flags(1)", "its flag appears");
    press("e");
    sees("silent", "and is shown");
    press("a");
    sees("acknowledged flag", "it is acknowledged");
    sees_no("Flags(1)", "and new no more");
    press("5");
    sees("ACK", "as the list of flags has it");
    live_start(live, 3);
    ok(live_wait_ready(live, 3, WAIT_MS), "the seat comes back");
    press("1");
    (void)snprintf(alive, sizeof(alive), "alive %u/%u", seats, seats);
    sees(alive, "and is seen");
}

static void travel_in_time(void)
{
    char id[LIVE_ID_BYTES];
    press("3 z");
    sees("FROZEN", "frozen");
    is(live_propose(live, 2, "test", "Behind the ice", NULL, id), 0, "a second proposal");
    json_t *final = live_wait_final(live, 2, id, WAIT_MS);
    ok(final != NULL, "is decided");
    json_decref(final);
    ok(strstr(tmux_screen(terminal), "Behind the ice") == NULL, "unseen by the operator");
    press("z");
    sees("Behind the ice", "until the ice is broken");
    press("[");
    sees("REPLAY", "one decision back");
    press("[");
    sees_no("Behind the ice", "another");
    press("L");
    sees(" LIVE ", "and live again");
}

static void restart_the_node(void)
{
    press("1");
    ok(live_stop(live, 1, WAIT_MS) == 0, "the node is stopped");
    sees("RECONNECTING", "the console says so, and stays");
    ok(strstr(tmux_screen(terminal), "seat") != NULL ||
           strstr(tmux_screen(terminal), "01") != NULL,
       "with the last data");
    live_start(live, 1);
    ok(live_wait_ready(live, 1, WAIT_MS), "the node is started");
    sees(" LIVE ", "and found again");
}

static void arrange(void)
{
    press("1 \\\\");
    tmux_type(terminal, "02");
    sees("filter", "a filter");
    press("Escape");
    sees_no("filter:", "is left again");
    press("F6 j Enter");
    sees("sorted by", "sorted by another column");
    press("S");
    sees("conclave-", "a snapshot is written");
    is((int64_t)count_files("conclave-*.txt"), 1, "to a file");
    press("? ");
    sees("Moving", "help");
    press("Escape");
    command("set clock off");
    sees("clock off", "a command");
}

static void resize(void)
{
    tmux_resize(terminal, 60, 15);
    sees("LIVE", "at 60x15");
    tmux_resize(terminal, 200, 60);
    sees("[1 Council]", "at 200x60");
    tmux_resize(terminal, 20, 3);
    press("j k Tab Tab 1");
    tmux_resize(terminal, 80, 24);
    sees("[1 Council]", "and after a moment at 20x3");
}

static void leave(void)
{
    press("q Escape");
    ok(tmux_status(terminal, 300) < 0, "q and Esc do not end it");
    press("F10");
    ok(tmux_status(terminal, WAIT_MS) == 0, "F10 does");
    tmux_close(terminal);
}

static void whole_shift(unsigned seats, const struct tmux_options *o, const char *arguments)
{
    char alive[32];
    open_council(seats);
    attach(o, arguments);
    (void)snprintf(alive, sizeof(alive), "alive %u/%u", seats, seats);
    sees(" LIVE ", "the console is attached");
    sees(alive, "everybody is there");
    watch_a_decision(seats);
    lose_a_seat(seats);
    travel_in_time();
    restart_the_node();
    arrange();
    resize();
    bool plain = o->term != NULL || o->environment != NULL;
    ok(has_colour(tmux_styled(terminal)) != plain, "there is %s colour",
       plain ? "no" : "some");
    leave();
    live_free(live);
}

/* Two consoles: one acknowledges, the other sees it. What is typed blindly while a node
 * talks rubbish does no harm. */
static void test_terminal_goes(void)
{
    const struct tmux_options o = {.cols = 80, .rows = 24, .environment = "LANG=C.UTF-8"};
    open_council(4);
    attach(&o, "--no-mouse");
    sees(" LIVE ", "a console is attached");
    json_t *before = live_call(live, 1, "status", NULL);
    tmux_close(terminal);
    json_t *after = live_call(live, 1, "status", NULL);
    ok(before != NULL && after != NULL, "its terminal vanishes, and the node goes on");
    json_decref(before);
    json_decref(after);
    live_free(live);
}

int main(void)
{
    live_limit(600);
    if (!tmux_exists()) {
        skip("the console in a terminal", "there is no tmux");
        return tap_done();
    }
    whole_shift(4, &(struct tmux_options){.cols = 80, .rows = 24}, "");
    whole_shift(4, &(struct tmux_options){.cols = 80, .rows = 24, .term = "vt100"}, "");
    whole_shift(
        4, &(struct tmux_options){.cols = 80, .rows = 24, .environment = "NO_COLOR=1"}, "");
    whole_shift(33, &(struct tmux_options){.cols = 80, .rows = 24}, "");
    test_terminal_goes();
    return tap_done();
}
