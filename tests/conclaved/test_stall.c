/* SPDX-License-Identifier: ISC */
/* Why nothing commits, and when that is told, from made-up facts of a council of 4. */
#include "conclaved/stall.h"
#include "tap.h"

#include <string.h>

enum { SEATS = 4 };
static struct stall s;

/* A sound council at height 9 in view 5, whose primary is seat 2; this is seat 1. */
static struct stall_facts at_rest(void)
{
    struct stall_facts f = {.seat = 1, .seats = SEATS, .now_ms = 1000};
    f.return_ms = UINT64_MAX;
    f.connected[1] = f.connected[2] = f.connected[3] = true;
    f.order.view = 5;
    f.order.primary = 2;
    f.order.committed_height = f.order.tip_height = f.order.executed_height = 9;
    f.order.phase_height = 10;
    f.order.request_timer_ms = 500;
    f.order.timer_expires_ms = f.order.repeat_ms = UINT64_MAX;
    f.order.reports = 3;
    return f;
}

static struct stall_facts busy(void)
{
    struct stall_facts f = at_rest();
    f.order.waiting = 2;
    f.order.timer_expires_ms = 1300;
    return f;
}

/* missing as "1,4" */
static void judges(const struct stall_facts *f, enum stall_phase phase, unsigned have,
                   unsigned need, const char *missing, const char *what)
{
    char seats[STALL_TEXT_BYTES];
    stall_judge(f, &s);
    stall_seats(s.missing, SEATS, seats);
    ok(s.phase == phase && s.have == have && s.need == need && strcmp(seats, missing) == 0,
       "%s: %s, %u of %u, missing %s", what, stall_phase_name(s.phase), s.have, s.need,
       seats);
}

static void next_is(enum stall_next next, uint64_t in_ms, const char *what)
{
    ok(s.next == next && s.in_ms == in_ms, "%s: %s in %lld ms", what,
       stall_next_name(s.next), (long long)s.in_ms);
}

static void test_votes(void)
{
    struct stall_facts f = at_rest();
    judges(&f, STALL_NOTHING, 0, 0, "", "at rest");
    is(s.pending, 0, "and nothing is pending");
    f = busy();
    judges(&f, STALL_PRE_PREPARE, 0, 1, "2", "envelopes wait for the primary");
    is(s.pending, STALL_HAS_ENVELOPES, "they are what is pending");
    ok(s.reachable && s.able == 4, "a quorum can be reached");
    next_is(STALL_NEXT_VIEW, 300, "and the timer runs");
    ok(s.next_view == 6 && s.next_primary == 3, "towards view 6 and its primary");
    f.now_ms = 1301;
    stall_judge(&f, &s);
    next_is(STALL_NEXT_VIEW, 0, "a timer that has run out");

    f = busy();
    f.order.has_block = true;
    f.order.tip_height = 10;
    f.order.prepares = 2;
    f.order.prepared_by[1] = f.order.prepared_by[3] = true;
    judges(&f, STALL_PREPARES, 2, 3, "1,3", "a block without enough PREPAREs");
    is(s.pending, STALL_HAS_ENVELOPES | STALL_HAS_BLOCK, "is pending, too");
    f.order.prepares = 3;
    f.order.commits = 1;
    f.order.committed_by[0] = true;
    judges(&f, STALL_COMMITS, 1, 3, "2,3,4", "and without enough COMMITs");

    f = at_rest();
    f.order.refused = true;
    judges(&f, STALL_OTHER_BLOCK, 0, 1, "2", "a refused block");
    f = at_rest();
    f.order.overdue = true;
    judges(&f, STALL_PRE_PREPARE, 0, 1, "2", "a deadline that has passed");
    is(s.pending, STALL_HAS_DEADLINE, "is pending without any envelope");
    f = at_rest();
    f.order.owed = true;
    judges(&f, STALL_PRE_PREPARE, 0, 1, "2", "a cover that is owed");
    f = at_rest();
    f.order.unproven = true;
    judges(&f, STALL_PRE_PREPARE, 0, 1, "2", "a view without a block");
    f = at_rest();
    f.order.excluded = true;
    judges(&f, STALL_PRE_PREPARE, 0, 1, "2", "a primary that is expelled");
}

static void watch_apart(struct stall_watch *w, struct stall_facts *f, enum apart_news news,
                        const char *what)
{
    stall_judge(f, &s);
    ok(stall_watch(w, &s, f) == STALL_QUIET && stall_watch_apart(w, &s, f) == news, "%s",
       what);
}

/* This seat alone asks for view 6 while the others are in view 5. */
static void test_apart(void)
{
    struct stall_facts f = at_rest();
    struct stall_watch w = {0};
    char text[STALL_TEXT_BYTES];
    static char names[SEATS][8] = {"ash", "birch", "cedar", "elm"};
    struct charter_seat seats[SEATS] = {0};
    struct charter c = {.seat_count = SEATS, .seats = seats};
    for (unsigned i = 0; i < SEATS; i++) {
        seats[i].name = names[i];
    }
    f.order.view = 6;
    f.order.changing = true;
    f.order.view_changes = 1;
    f.order.view_changed_by[0] = true;
    f.order.repeat_ms = 1250;
    f.views[1] = f.views[2] = 5;
    f.views[3] = UINT64_MAX;
    judges(&f, STALL_VIEW_CHANGES, 1, 3, "2,3,4", "it may be that others ask, too");
    f.views[3] = 6;
    judges(&f, STALL_VIEW_CHANGES, 1, 3, "2,3,4", "of the others no quorum is below");
    f.views[3] = 5;
    judges(&f, STALL_APART, 1, 3, "", "all others go on below");
    next_is(STALL_NEXT_REPEAT, 250, "it asks again");
    stall_text(&s, &c, text);
    ok(strstr(text, "view 6, which this seat asks for alone") != NULL &&
           strstr(text, "goes on in view 5") != NULL && strstr(text, "missing") == NULL,
       "says so: %s", text);
    watch_apart(&w, &f, APART_QUIET, "told at once it is not");
    f.now_ms += 750;
    watch_apart(&w, &f, APART_QUIET, "nor before a view would be given up");
    f.now_ms += 1;
    watch_apart(&w, &f, APART_BEGINS, "then it is, and the council is not stalled");
    f.now_ms += 1000000;
    f.order.overdue = true;
    watch_apart(&w, &f, APART_QUIET,
                "once, however long it lasts, whatever its clock says");
    f.connected[2] = false;
    stall_judge(&f, &s);
    is(stall_watch_apart(&w, &s, &f), APART_QUIET, "a lost connection does not end it");
    f.connected[2] = true;
    f.order.overdue = false;
    f.order.waiting = 1;
    stall_judge(&f, &s);
    (void)stall_watch(&w, &s, &f);
    f.now_ms += 751;
    is(stall_watch(&w, &s, &f), STALL_STALLED, "what waits and does not commit is a stall");
    f.order.waiting = 0;
    f.order.view_changes = 2;
    f.order.view_changed_by[2] = true;
    judges(&f, STALL_VIEW_CHANGES, 2, 3, "2,4", "w ask: others will join");
    f.order.changing = false;
    stall_judge(&f, &s);
    is(stall_watch_apart(&w, &s, &f), APART_ENDS, "it ends with the council's next view");
    is(stall_watch_apart(&w, &s, &f), APART_QUIET, "once");
}

static void test_views(void)
{
    struct stall_facts f = at_rest();
    f.order.changing = true;
    f.order.view_changes = 2;
    f.order.view_changed_by[0] = f.order.view_changed_by[2] = true;
    f.order.repeat_ms = 1250;
    judges(&f, STALL_VIEW_CHANGES, 2, 3, "2,4", "two seats ask for a view");
    next_is(STALL_NEXT_REPEAT, 250, "the third may not have heard");
    f.order.view_changes = 3;
    f.order.view_changed_by[3] = true;
    f.order.timer_expires_ms = 1500;
    judges(&f, STALL_NEW_VIEW, 0, 1, "2", "three of them wait for its primary");
    next_is(STALL_NEXT_VIEW, 500, "but not for ever");
    f.order.following = true;
    f.order.view_changes = 0;
    judges(&f, STALL_NEW_VIEW, 0, 1, "2", "a view that exists needs no VIEW-CHANGEs");
    f.order.lacks_blocks = true;
    judges(&f, STALL_BLOCKS, 0, 0, "", "but the blocks it begins with");
    f.order.repeat_ms = 1100;
    stall_judge(&f, &s);
    next_is(STALL_NEXT_ASK, 100, "which are asked for");
}

static void test_reach(void)
{
    struct stall_facts f = busy();
    f.connected[2] = f.connected[3] = false;
    judges(&f, STALL_PEERS, 2, 3, "3,4", "two seats are away");
    ok(!s.reachable && s.able == 2 && s.unable[2] && s.unable[3], "out of reach");
    next_is(STALL_NEXT_SEATS, UINT64_MAX, "until one comes, whatever the timer says");
    f.connected[2] = true;
    judges(&f, STALL_PRE_PREPARE, 0, 1, "2", "with one of them");
    ok(s.reachable && s.able == 3 && s.unable[3], "it is in reach");
    f.lost[2] = true;
    stall_judge(&f, &s);
    ok(!s.reachable && s.able == 2 && s.unable[2], "unless that one has lost its state");
    next_is(STALL_NEXT_SEATS, UINT64_MAX, "when only more seats help");
    f.lost[2] = false;
    f.lost[3] = true;
    stall_judge(&f, &s);
    ok(s.reachable && s.able == 3, "a seat that is away counts once");
    f.order.stopped = true;
    judges(&f, STALL_OPERATOR, 0, 0, "", "this node has stopped voting");
    ok(!s.reachable && s.unable[0], "and does not count itself");
    next_is(STALL_NEXT_OPERATOR, UINT64_MAX, "no clock helps");
}

static void test_standing(void)
{
    struct stall_facts f = busy();
    f.order.asking = true;
    f.order.reports = 1;
    f.order.reported_by[3] = true;
    f.order.repeat_ms = 1400;
    judges(&f, STALL_REPORTS, 1, 2, "2,3", "this seat asks");
    next_is(STALL_NEXT_ASK, 400, "and asks again");
    ok(s.reachable, "it will take part");
    f.order.standing.lost = true;
    f.order.proven_by[1] = f.order.proven_by[3] = true;
    judges(&f, STALL_VIEW_REPORTS, 2, 3, "3", "it has lost its state");
    ok(s.able == 3 && s.unable[0], "and cannot take part");
    f.order.standing.has_view = true;
    f.return_ms = 61000;
    judges(&f, STALL_RETURN, 0, 0, "", "it knows where it may return");
    next_is(STALL_NEXT_RETURN, 60000, "and asks for a view");
    f.lost[1] = true;
    stall_judge(&f, &s);
    next_is(STALL_NEXT_SEATS, UINT64_MAX, "which two that lost it cannot get");
}

static enum stall_news look(struct stall_watch *w, struct stall_facts *f, uint64_t now_ms)
{
    f->now_ms = now_ms;
    stall_judge(f, &s);
    return stall_watch(w, &s, f);
}

static void test_watch(void)
{
    struct stall_watch w = {.waiting = false};
    struct stall_facts f = at_rest();
    is(look(&w, &f, 1000), STALL_QUIET, "at rest nothing is told");
    is(look(&w, &f, 100000), STALL_QUIET, "however long");
    f = busy();
    is(look(&w, &f, 100000), STALL_QUIET, "nor when something waits");
    is(look(&w, &f, 100500), STALL_QUIET, "for a request timer");
    f.order.committed_height++;
    is(look(&w, &f, 100600), STALL_QUIET, "a commit begins it anew");
    is(look(&w, &f, 101350), STALL_QUIET, "and time for a change of views passes");
    is(look(&w, &f, 101351), STALL_STALLED, "then it is a stall");
    is((int64_t)w.since_ms, 100600, "since the last commit");
    uint64_t at = 101351, wait = STALL_REPEAT_MS;
    for (int i = 0; i < 9; i++) {
        enum stall_news before = look(&w, &f, at + wait - 1);
        enum stall_news after = look(&w, &f, at + wait);
        ok(before == STALL_QUIET && after == STALL_STALLED, "told again after %llu ms",
           (unsigned long long)wait);
        at += wait;
        wait = 2 * wait < STALL_REPEAT_MAX_MS ? 2 * wait : STALL_REPEAT_MAX_MS;
    }
    f.order.committed_height++;
    is(look(&w, &f, at + 1), STALL_MOVING, "a commit ends it, once");
    is(look(&w, &f, at + 2), STALL_QUIET, "and not twice");
    is(look(&w, &f, at + 752), STALL_STALLED, "the next stall is told at once");
    is(look(&w, &f, at + 752 + STALL_REPEAT_MS), STALL_STALLED, "with a new back-off");
    f = at_rest();
    f.order.committed_height = w.height;
    is(look(&w, &f, at + 20000), STALL_MOVING, "nothing pending ends it, too");

    f = busy();
    w = (struct stall_watch){.waiting = false};
    (void)look(&w, &f, 1000);
    f.order.request_timer_ms = 1000; /* a view failed */
    is(look(&w, &f, 2500), STALL_QUIET, "one failed view is no stall");
    is(look(&w, &f, 2501), STALL_STALLED, "if the next one works");
}

int main(void)
{
    test_votes();
    test_views();
    test_apart();
    test_reach();
    test_standing();
    test_watch();
    return tap_done();
}
