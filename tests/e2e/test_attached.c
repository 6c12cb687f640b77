/* SPDX-License-Identifier: ISC */
/*
 * conclave-control(7), agent.attach and agent.answer: who is asked about what, and that a
 * seat has one ballot whatever becomes of its agents and its node.
 */
#define _GNU_SOURCE
#include "attached.h"
#include "history.h"
#include "tap.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

enum { SEAT = 4, OPEN = 5, WAIT_MS = 20000, SILENCE_MS = 300, LONG_MANY = 60 };
enum { REFUSED = -32004, NOT_NOW = -32003, NOT_FOUND = -32002 };

static char ids[OPEN][LIVE_ID_BYTES];

/* The others answer at once, so that all wait for the seat. */
static bool open_several(struct live *l, const char *title)
{
    bool good = true;
    for (unsigned i = 0; i < OPEN; i++) {
        char *one = alloc_printf("%s %u", title, i);
        good = live_propose(l, 1 + i % 3, "test", one, NULL, ids[i]) == 0 && good;
        free(one);
    }
    live_pump(l, SILENCE_MS);
    return good;
}

static bool is_ballot(const json_t *held, const char *choice, int confidence)
{
    const char *got = json_string_value(json_object_get(held, "choice"));
    const char *rationale = json_string_value(json_object_get(held, "rationale"));
    return got != NULL && strcmp(got, choice) == 0 && rationale != NULL &&
           strcmp(rationale, "as \xc3\xa6ver\n") == 0 &&
           json_integer_value(json_object_get(held, "confidence")) == confidence;
}

/* The answer is refused, and what stands is told. */
static bool stands(struct attached *a, const char *id, const char *other, int confidence,
                   const char *choice)
{
    json_t *held = NULL;
    json_int_t code = attached_answer(a, id, other, confidence, &held);
    bool good = code == REFUSED && is_ballot(held, choice, 80);
    json_decref(held);
    return good;
}

static bool accepts(struct attached *a, const char *id, const char *choice, bool again)
{
    json_t *repeated = NULL;
    json_int_t code = attached_answer(a, id, choice, 80, &repeated);
    bool good = code == 0 && json_is_boolean(repeated) && json_is_true(repeated) == again;
    json_decref(repeated);
    return good;
}

/* The answer to agent.failed: whether it is noted, or the error's code. */
static json_int_t fails(struct attached *a, const char *id)
{
    json_t *message = attached_say(
        a, "agent.failed", json_pack("{s:s,s:s}", "proposal", id, "reason", "no idea"));
    const json_t *noted = json_object_get(json_object_get(message, "result"), "noted");
    json_int_t out = noted != NULL ? json_is_true(noted)
                                   : json_integer_value(json_object_get(
                                         json_object_get(message, "error"), "code"));
    json_decref(message);
    return out;
}

static void check_two(struct live *l)
{
    struct attached one, two;
    ok(attached_open(&one, l, SEAT) && attached_open(&two, l, SEAT),
       "two agents attach at once");
    ok(open_several(l, "two agents"), "several proposals are opened");
    ok(attached_wait(&one, OPEN, WAIT_MS) == OPEN &&
           attached_wait(&two, OPEN, WAIT_MS) == OPEN,
       "both are asked about each");
    is(fails(&two, ids[0]), 1, "the failure of one is noted");
    ok(accepts(&one, ids[4], "reject", false) && accepts(&one, ids[0], "approve", false),
       "one answers, in another order");
    ok(accepts(&one, ids[4], "reject", true), "and says it again");
    ok(accepts(&two, ids[0], "approve", true), "the other says the same");
    ok(stands(&two, ids[4], "approve", 80, "reject"),
       "another choice is refused, and it is told which ballot holds");
    ok(stands(&two, ids[0], "approve", 81, "approve"), "so is another confidence");
    unsigned failed = live_log_count(l, SEAT, "event=agent.failed");
    is(fails(&two, ids[4]), 0, "that it failed there is of no account");
    is(live_log_count(l, SEAT, "event=agent.failed"), failed, "and nobody is told");
    char none[LIVE_ID_BYTES];
    memset(none, '0', sizeof(none) - 1);
    none[sizeof(none) - 1] = '\0';
    is(fails(&two, none), NOT_FOUND, "no failure of a proposal that is not there");
    is(attached_answer(&two, none, "approve", 80, NULL), NOT_FOUND, "nor an answer to it");
    attached_close(&one);
    for (unsigned i = 1; i < OPEN - 1; i++) {
        ok(accepts(&two, ids[i], "abstain", false), "the other answers the rest");
    }
    ok(attached_voted(l, ids[0], SEAT, "approve") &&
           attached_voted(l, ids[4], SEAT, "reject") &&
           attached_voted(l, ids[1], SEAT, "abstain") &&
           attached_voted(l, ids[2], SEAT, "abstain") &&
           attached_voted(l, ids[3], SEAT, "abstain"),
       "one ballot for each, as it was answered first");
    ok(accepts(&two, ids[4], "reject", true), "the same again, of a final proposal");
    ok(stands(&two, ids[4], "approve", 80, "reject"), "and another, refused likewise");
    attached_close(&two);
}

/* Killed with some answered; then the node likewise, before and after an answer. */
static void check_restarts(struct live *l)
{
    struct attached a, b;
    ok(attached_open(&a, l, SEAT) && open_several(l, "restarts") &&
           attached_wait(&a, OPEN, WAIT_MS) == OPEN,
       "an agent is asked about several");
    ok(accepts(&a, ids[1], "reject", false) && accepts(&a, ids[3], "approve", false),
       "it answers some");
    attached_close(&a);
    ok(attached_open(&b, l, SEAT), "it is gone, and another comes");
    is(attached_wait(&b, OPEN, SILENCE_MS), OPEN - 2, "which is asked about the rest");
    ok(attached_was_asked(&b, ids[0]) && attached_was_asked(&b, ids[2]) &&
           attached_was_asked(&b, ids[4]),
       "once about each");
    ok(stands(&b, ids[1], "approve", 80, "reject"), "what was answered stands");
    live_kill(l, SEAT);
    attached_close(&b);
    live_start(l, SEAT);
    ok(live_wait_ready(l, SEAT, LIVE_START_MS) && attached_open(&b, l, SEAT),
       "the node is killed between question and answer, and comes back");
    is(attached_wait(&b, OPEN, SILENCE_MS), OPEN - 2, "it asks again about the rest");
    ok(stands(&b, ids[1], "approve", 80, "reject"), "it knows what was answered before");
    ok(accepts(&b, ids[3], "approve", true), "and takes the same again");
    ok(accepts(&b, ids[0], "approve", false) && accepts(&b, ids[2], "reject", false),
       "it takes other answers");
    live_kill(l, SEAT);
    attached_close(&b);
    live_start(l, SEAT);
    ok(live_wait_ready(l, SEAT, LIVE_START_MS) && attached_open(&b, l, SEAT),
       "it is killed right after them");
    is(attached_wait(&b, OPEN, SILENCE_MS), 1, "the last one is asked about");
    ok(accepts(&b, ids[0], "approve", true) && stands(&b, ids[2], "abstain", 80, "reject"),
       "both answers were kept");
    ok(accepts(&b, ids[4], "approve", false), "and it is answered");
    attached_close(&b);
    ok(attached_voted(l, ids[0], SEAT, "approve") &&
           attached_voted(l, ids[1], SEAT, "reject") &&
           attached_voted(l, ids[2], SEAT, "reject") &&
           attached_voted(l, ids[3], SEAT, "approve") &&
           attached_voted(l, ids[4], SEAT, "approve"),
       "one ballot for each, as it was answered first");
}

/* More than a client may leave unread. */
static void check_long(struct live *l)
{
    enum { TEXT_BYTES = 64000 };
    struct attached a;
    char *text = alloc_zero(1, TEXT_BYTES + 1);
    for (size_t i = 0; i < TEXT_BYTES; i += 4) {
        memcpy(text + i, "\xf0\x9f\xa6\x89", 4); /* 12 bytes in JSON */
    }
    unsigned opened = 0;
    for (unsigned i = 0; i < LONG_MANY; i++) {
        char *title = alloc_printf("long %u", i);
        json_t *params =
            json_pack("{s:s,s:s,s:s}", "class", "brief", "title", title, "text", text);
        json_t *done = live_call(l, 1 + i % 3, "propose", params);
        opened += done != NULL;
        json_decref(done);
        free(title);
    }
    is(opened, LONG_MANY, "proposals of 11 MB in JSON are opened");
    for (int i = 0; i < 100 && live_number(l, SEAT, "open") < LONG_MANY; i++) {
        live_pump(l, 100);
    }
    ok(attached_open(&a, l, SEAT), "an agent attaches");
    live_pump(l, SILENCE_MS); /* and does not read for a while */
    is(attached_wait(&a, LONG_MANY, WAIT_MS), LONG_MANY, "it is asked about all of them");
    is((json_int_t)a.bytes, (json_int_t)LONG_MANY * TEXT_BYTES, "with their whole texts");
    ok(accepts(&a, a.asked[LONG_MANY - 1], "approve", false), "and may answer the last");
    is(live_log_count(l, SEAT, "does-not-read"), 0, "it was never dropped");
    attached_close(&a);
    free(text);
}

int main(void)
{
    static const struct live_class classes[] = {{"test", 3, 120000, 60000, 120000, false},
                                                {"brief", 3, 60000, 60000, 60000, false}};
    struct live_options o = {.seats = SEAT,
                             .classes = classes,
                             .class_count = 2,
                             .charter = "{\"ordering\":{\"open_proposals\":64}}"};
    live_limit(150);
    struct live *l = live_new(&o);
    ok(live_start_council(l), "the council starts");
    for (unsigned seat = 1; seat < SEAT; seat++) {
        live_agent_set(l, seat, history_approve, NULL);
    }
    check_two(l);
    check_restarts(l);
    check_long(l);
    if (tap_failures > 0) {
        live_show_logs(l, 5);
    }
    ok(live_quiet(l), "no node wrote to standard error");
    live_free(l);
    return tap_done();
}
