/* SPDX-License-Identifier: ISC */
#include "conclave/events_run.h"

#include "conclave/events_signals.h"
#include "conclave/members.h"

#include "base/clock.h"

#include <string.h>

enum { NOTE_MS = 1000 };

bool events_take(struct events *e, const json_t *event)
{
    const char *id = member_text(event, "proposal");
    (void)events_place_after(event, &e->cursor.place);
    e->cursor.behind = true;
    if (events_filter_lets(&e->filter, event)) {
        events_sink_put(&e->sink, event);
        e->left--;
    }
    bool is_last = e->filter.proposal[0] != '\0' && strcmp(id, e->filter.proposal) == 0 &&
                   strcmp(member_text(event, "event"), "proposal.final") == 0;
    e->ended = e->ended || e->left == 0 || is_last;
    return !e->ended;
}

static enum events_course fail(const struct events *e, const struct complaint *why)
{
    (void)command_fail(e->line, "%s", why->text);
    return EVENTS_FAILED;
}

static void reopen(struct events *e)
{
    struct complaint why = {""};
    if (events_sink_reopen(&e->sink, &why) != 0) {
        (void)command_fail(e->line, "%s; it goes on with the file that it has", why.text);
    }
    e->cursor.behind = true;
    e->cursor.noted_ms = 0; /* in which file it goes on is noted at once */
}

enum events_course events_flush(struct events *e)
{
    struct complaint why = {""};
    int error = events_sink_flush(&e->sink, &why);
    if (error == CONCLAVE_ECLOSED || error == CONCLAVE_EAGAIN) {
        e->cursor.path = NULL; /* what was not read was not told */
        return EVENTS_DONE;
    }
    if (error == 0 && events_signals_reopen()) {
        reopen(e);
    }
    if (error == 0 && events_patience(e) == 0) {
        error = events_cursor_note(&e->cursor, &e->sink, &why);
    }
    if (error != 0) {
        return fail(e, &why);
    }
    return events_signals_end() != 0 || e->ended ? EVENTS_DONE : EVENTS_ON;
}

int events_patience(const struct events *e)
{
    uint64_t now = clock_monotonic_ms(), due = e->cursor.noted_ms + NOTE_MS;
    if (e->cursor.path == NULL || !e->cursor.behind) {
        return -1;
    }
    return e->cursor.noted_ms == 0 || due <= now ? 0 : (int)(due - now);
}

bool events_start(struct events *e, const char *council_id, uint64_t height)
{
    struct events_cursor *c = &e->cursor;
    if (c->found || c->council[0] != '\0') {
        if (strcmp(c->council, council_id) == 0) {
            return true;
        }
        (void)command_fail(e->line,
                           "%s is of another council: give each council a cursor of its "
                           "own",
                           c->path != NULL ? c->path : "what was told");
        return false;
    }
    if (strlen(council_id) >= sizeof(c->council)) {
        (void)command_fail(e->line, "the node's answer cannot be read");
        return false;
    }
    memcpy(c->council, council_id, strlen(council_id) + 1);
    c->place = (struct events_place){height, 0};
    c->behind = true;
    return true;
}
