/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/node.h"

#include "base/clock.h"

#include <string.h>

static void duration_cell(struct table *t, const json_t *peer, const char *name,
                          const char *unknown)
{
    char text[32];
    uint64_t now = clock_wall_ms();
    if (!member_is_number(peer, name)) {
        table_cell(t, COLOUR_DIM, "%s", unknown);
        return;
    }
    uint64_t then = (uint64_t)member_number(peer, name);
    output_duration(text, now > then ? now - then : 0);
    table_cell(t, COLOUR_PLAIN, "%s", text);
}

static void ms_cell(struct table *t, const json_t *peer, const char *name)
{
    if (member_is_number(peer, name)) {
        table_cell(t, COLOUR_PLAIN, "%lld ms", (long long)member_number(peer, name));
    } else {
        table_cell(t, COLOUR_DIM, "-");
    }
}

/* Red where it is taken for dead, yellow where it is suspected. */
static void phi_cell(struct table *t, const json_t *peer)
{
    const char *state = member_text(peer, "state");
    enum colour colour = strcmp(state, "down") == 0        ? COLOUR_BAD
                         : strcmp(state, "suspected") == 0 ? COLOUR_WARN
                                                           : COLOUR_PLAIN;
    if (!member_is_number(peer, "phi")) {
        table_cell(t, COLOUR_DIM, "-");
        return;
    }
    json_int_t tenths = member_number(peer, "phi");
    table_cell(t, colour, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10));
}

static void bytes_cell(struct table *t, const json_t *peer, const char *name)
{
    char text[32];
    output_bytes(text, (uint64_t)member_number(peer, name));
    table_cell(t, COLOUR_PLAIN, "%s", text);
}

/* Why the last connection ended, and how long ago that is. */
static void down_cell(struct table *t, const json_t *peer)
{
    char ago[32];
    uint64_t now = clock_wall_ms();
    uint64_t then = (uint64_t)member_number(peer, "down_ms");
    if (!member_is_number(peer, "down_ms")) {
        table_cell(t, COLOUR_DIM, "-");
        return;
    }
    output_duration(ago, now > then ? now - then : 0);
    table_cell(t, COLOUR_PLAIN, "%s, %s ago", member_text(peer, "down_reason"), ago);
}

static void print_peers(const json_t *peers)
{
    static const char *const headings[] = {"SEAT",  "NAME",    "ADDRESS",  "STATE", "PHI",
                                           "SINCE", "TRIP",    "OFFSET",   "IN",    "OUT",
                                           "BAD",   "VERSION", "LAST DOWN"};
    static const enum align align[] = {ALIGN_RIGHT, ALIGN_LEFT,  ALIGN_LEFT,  ALIGN_LEFT,
                                       ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT,
                                       ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_LEFT,
                                       ALIGN_LEFT};
    struct table *t = table_new(13, headings, align);
    for (size_t i = 0; i < json_array_size(peers); i++) {
        const json_t *peer = json_array_get(peers, i);
        bool up = member_true(peer, "connected");
        json_int_t bad = member_number(peer, "bad_frames");
        table_cell(t, COLOUR_PLAIN, "%lld", (long long)member_number(peer, "seat"));
        table_cell(t, COLOUR_PLAIN, "%s", member_text(peer, "name"));
        table_cell(t, COLOUR_PLAIN, "%s", member_text(peer, "address"));
        table_cell(t, up ? COLOUR_GOOD : COLOUR_BAD, "%s", up ? "up" : "down");
        phi_cell(t, peer);
        duration_cell(t, peer, "since_ms", up ? "-" : "start");
        ms_cell(t, peer, "round_trip_ms");
        ms_cell(t, peer, "clock_offset_ms");
        bytes_cell(t, peer, "bytes_in");
        bytes_cell(t, peer, "bytes_out");
        table_cell(t, bad > 0 ? COLOUR_WARN : COLOUR_PLAIN, "%lld", (long long)bad);
        table_cell(t, COLOUR_PLAIN, "%s",
                   member_text(peer, "version")[0] != '\0' ? member_text(peer, "version")
                                                           : "-");
        down_cell(t, peer);
    }
    table_print(t);
}

/* Of the seats' rows what concerns the channels, without this node. */
static json_t *peers_of(const json_t *seats, bool only_down)
{
    static const char *const names[] = {
        "seat",          "name",         "address",         "connected",   "since_ms",
        "round_trip_ms", "heard_ms_ago", "clock_offset_ms", "bytes_in",    "bytes_out",
        "bad_frames",    "version",      "down_ms",         "down_reason", "phi",
        "state",         "lag_height",   "lag_view"};
    json_t *peers = json_array();
    for (size_t i = 0; i < json_array_size(seats); i++) {
        const json_t *seat = json_array_get(seats, i);
        if (member_true(seat, "self") || (only_down && member_true(seat, "connected"))) {
            continue;
        }
        json_t *peer = json_object();
        for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
            json_t *value = json_object_get(seat, names[k]);
            (void)json_object_set_new(peer, names[k],
                                      value != NULL ? json_incref(value) : json_null());
        }
        (void)json_array_append_new(peers, peer);
    }
    return peers;
}

static enum command_exit run(const struct command_line *line)
{
    json_t *seats = node_ask(line, "seats", NULL);
    if (seats == NULL) {
        return COMMAND_FAILED;
    }
    json_t *peers = peers_of(seats, command_flag(line, "down"));
    if (line->json) {
        output_json(peers);
    } else if (json_array_size(peers) > 0) {
        print_peers(peers);
    } else {
        (void)printf("All seats are connected.\n");
    }
    json_decref(peers);
    json_decref(seats);
    return COMMAND_DONE;
}

static const struct command_option options[] = {
    {"down", ARGUMENT_NONE, NULL, "only seats that are not connected"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_peers = {
    .name = "peers",
    .summary = "List the connections to the other seats' nodes",
    .operands = "",
    .socket = true,
    .options = options,
    .details =
        "SINCE is how long the connection has been up or down; start: it has not been up\n"
        "since this node started. OFFSET is the peer's clock less this one's.\n"
        "PHI says how unlikely its silence is, as -log10 of the probability.\n",
    .run = run,
};
