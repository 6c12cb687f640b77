/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/node.h"

#include <string.h>

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

/* "3,7" */
static void list_seats(char *out, size_t room, const json_t *seats)
{
    size_t size = 0;
    out[0] = '\0';
    for (size_t i = 0; i < json_array_size(seats) && size < room; i++) {
        size += (size_t)snprintf(out + size, room - size, "%s%d", i > 0 ? "," : "",
                                 (int)json_integer_value(json_array_get(seats, i)));
    }
}

static void print_standing(const json_t *standing)
{
    const char *state = member_text(standing, "state");
    char seats[256];
    if (strcmp(state, "asking") != 0 && strcmp(state, "lost") != 0) {
        return;
    }
    if (member_is_number(standing, "above_view")) {
        describe_line("standing", "lost its state; votes again above view %lld",
                      (long long)member_number(standing, "above_view"));
        return;
    }
    list_seats(seats, sizeof(seats), json_object_get(standing, "missing"));
    describe_line("standing", "%s; %lld of %lld reports, missing: %s",
                  state[0] == 'l' ? "lost its state" : "asks what it said before",
                  (long long)member_number(standing, "have"),
                  (long long)member_number(standing, "need"), seats);
}

/* What the ordering waits for, whether that can come, and what happens then. */
static void print_waiting(const json_t *s)
{
    const json_t *awaiting = json_object_get(s, "awaiting");
    const json_t *next = json_object_get(awaiting, "next");
    bool bad =
        member_true(s, "stopped") || member_true(s, "halted") || member_true(s, "stalled");
    if (member_true(s, "stalled")) {
        char time[32], pending[256] = "";
        const json_t *list = json_object_get(s, "pending");
        for (size_t i = 0, size = 0; i < json_array_size(list) && size < sizeof(pending);
             i++) {
            const char *name = json_string_value(json_array_get(list, i));
            size += (size_t)snprintf(pending + size, sizeof(pending) - size, "%s%s",
                                     i > 0 ? ", " : "", name != NULL ? name : "");
        }
        output_duration(time, (uint64_t)member_number(s, "waiting_ms"));
        char text[320];
        (void)snprintf(text, sizeof(text), "nothing commits for %s; pending: %s", time,
                       pending);
        describe_wrapped("stalled", COLOUR_BAD, text);
    }
    describe_wrapped("waits for", bad ? COLOUR_BAD : COLOUR_PLAIN,
                     member_text(awaiting, "text"));
    if (json_is_object(awaiting) && json_object_get(awaiting, "reachable") != NULL) {
        bool reachable = member_true(awaiting, "reachable");
        char text[96];
        (void)snprintf(text, sizeof(text), "%lld seats can take part; a quorum is %lld%s",
                       (long long)member_number(awaiting, "able"),
                       (long long)member_number(s, "quorum"), reachable ? "" : ": too few");
        describe_coloured("quorum", reachable ? COLOUR_PLAIN : COLOUR_BAD, text);
    }
    if (json_is_object(next)) {
        describe_wrapped("next", COLOUR_PLAIN, member_text(next, "text"));
    }
}

static void print_flags(const json_t *flags)
{
    char text[160];
    json_int_t fresh = member_number(flags, "new"),
               seen = member_number(flags, "acknowledged");
    const char *worst = member_text(flags, "worst");
    if (fresh + seen > 0) {
        (void)snprintf(text, sizeof(text),
                       "%lld new, %lld acknowledged%s%.16s: conclave flags",
                       (long long)fresh, (long long)seen,
                       worst[0] != '\0' ? "; the worst is " : "", worst);
        describe_coloured("flags", fresh > 0 ? COLOUR_WARN : COLOUR_PLAIN, text);
    }
}

static void print_log(const json_t *s)
{
    char text[96];
    json_int_t lost = member_number(s, "log_lost");
    if (lost > 0) {
        (void)snprintf(text, sizeof(text),
                       "%lld lines lost: its disk takes none; free space there",
                       (long long)lost);
        describe_coloured("log", COLOUR_BAD, text);
    }
}

static void print_status(const json_t *s)
{
    char text[96], time[32];
    describe_line("council", "%s", member_text(s, "council"));
    describe_line("council id", "%s", member_text(s, "council_id"));
    describe_seat(text, s, "seat");
    describe_line("this seat", "%s of %lld", text, (long long)member_number(s, "seats"));
    describe_line("software", "%s, protocol %lld, store of format %lld",
                  member_text(s, "version"), (long long)member_number(s, "protocol"),
                  (long long)member_number(s, "store_format"));
    describe_line("peers", "%lld of %lld connected%s",
                  (long long)member_number(s, "connected"),
                  (long long)member_number(s, "seats") - 1,
                  member_true(s, "halted") ? ": too few, nothing can be decided" : "");
    describe_seat(text, s, "primary");
    describe_line("view", "%lld%s, primary %s", (long long)member_number(s, "view"),
                  member_true(s, "changing") ? " (asked for)" : "", text);
    output_time(time, (uint64_t)member_number(s, "time_ms"));
    describe_line("height", "%lld, %s", (long long)member_number(s, "height"), time);
    describe_line("tip", "%s", member_text(s, "tip"));
    describe_line("decisions", "%lld final, %lld open, epoch %lld, %lld until the next",
                  (long long)member_number(s, "decisions"),
                  (long long)member_number(s, "open"), (long long)member_number(s, "epoch"),
                  (long long)member_number(s, "epoch_left"));
    describe_line("pool", "%lld envelopes, %lld bytes",
                  (long long)member_number(s, "waiting_envelopes"),
                  (long long)member_number(s, "waiting_bytes"));
    describe_line("agents", "%lld attached", (long long)member_number(s, "agents"));
    print_log(s);
    print_flags(json_object_get(s, "flags"));
    print_timer(s);
    print_standing(json_object_get(s, "standing"));
    print_waiting(s);
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
