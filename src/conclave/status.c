/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/node.h"

static void print_timer(const json_t *s)
{
    char length[32], left[32];
    output_duration(length, (uint64_t)member_number(s, "request_timer_ms"));
    if (!member_is_number(s, "timer_expires_in_ms")) {
        describe_line("timer", "not running (%s)", length);
        return;
    }
    output_duration(left, (uint64_t)member_number(s, "timer_expires_in_ms"));
    describe_line("timer", "expires in %s (of %s)", left, length);
}

static void print_status(const json_t *s)
{
    char text[96], time[32];
    bool stopped = member_true(s, "stopped");
    describe_line("council", "%s", member_text(s, "council"));
    describe_line("council id", "%s", member_text(s, "council_id"));
    describe_seat(text, s, "seat");
    describe_line("this seat", "%s of %lld", text, (long long)member_number(s, "seats"));
    describe_line("software", "%s, protocol %lld", member_text(s, "version"),
                  (long long)member_number(s, "protocol"));
    describe_line("peers", "%lld connected; a quorum is %lld seats with this one%s",
                  (long long)member_number(s, "connected"),
                  (long long)member_number(s, "quorum"),
                  member_true(s, "halted") ? ": too few, nothing can be decided" : "");
    describe_seat(text, s, "primary");
    describe_line("view", "%lld%s, primary %s", (long long)member_number(s, "view"),
                  member_true(s, "changing") ? " (asked for)" : "", text);
    output_time(time, (uint64_t)member_number(s, "time_ms"));
    describe_line("height", "%lld, %s", (long long)member_number(s, "height"), time);
    describe_line("tip", "%s", member_text(s, "tip"));
    describe_line("decisions", "%lld final, %lld open, epoch %lld",
                  (long long)member_number(s, "decisions"),
                  (long long)member_number(s, "open"),
                  (long long)member_number(s, "epoch"));
    describe_line("pool", "%lld envelopes, %lld bytes",
                  (long long)member_number(s, "waiting_envelopes"),
                  (long long)member_number(s, "waiting_bytes"));
    describe_line("agents", "%lld attached", (long long)member_number(s, "agents"));
    print_timer(s);
    describe_coloured("waits for",
                      stopped || member_true(s, "halted") ? COLOUR_BAD : COLOUR_PLAIN,
                      member_text(json_object_get(s, "awaiting"), "text"));
}

static enum command_exit run(const struct command_line *line)
{
    json_t *status = node_ask(line, "status", NULL);
    if (status == NULL) {
        return COMMAND_FAILED;
    }
    if (line->json) {
        output_json(status);
    } else {
        print_status(status);
    }
    json_decref(status);
    return COMMAND_DONE;
}

const struct command command_status = {
    .name = "status",
    .summary = "Show the node's view, primary, height and peers, and what it waits for",
    .operands = "",
    .socket = true,
    .run = run,
};
