/* SPDX-License-Identifier: ISC */
/* A stall in words for people. */
#include "conclaved/json.h"
#include "conclaved/stall.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { NAMES_SHOWN = 8, SMALL_BYTES = 640 };

/* Appends; what does not fit is left out. */
static void add(char *out, size_t room, size_t *size, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void add(char *out, size_t room, size_t *size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(out + *size, room - *size, format, args);
    va_end(args);
    assert(n >= 0);
    *size += (size_t)n;
    if (*size >= room) {
        *size = room - 1;
    }
}

void stall_names(const bool *in, const struct charter *c, char *out)
{
    unsigned shown = 0, more = 0;
    size_t size = 0;
    out[0] = '\0';
    for (uint16_t seat = 1; seat <= c->seat_count; seat++) {
        if (!in[seat - 1]) {
            continue;
        }
        if (shown == NAMES_SHOWN) {
            more++;
            continue;
        }
        add(out, STALL_TEXT_BYTES, &size, "%s%s (%u)", shown++ == 0 ? "" : ", ",
            seat_name(c, seat), (unsigned)seat);
    }
    if (more > 0) {
        add(out, STALL_TEXT_BYTES, &size, " and %u more", more);
    }
}

void stall_seats(const bool *in, uint16_t seats, char *out)
{
    size_t size = 0;
    out[0] = '\0';
    for (uint16_t seat = 1; seat <= seats; seat++) {
        if (in[seat - 1]) {
            add(out, STALL_TEXT_BYTES, &size, "%s%u", size == 0 ? "" : ",", (unsigned)seat);
        }
    }
}

static bool is_counted(const struct stall *s)
{
    switch (s->phase) {
    case STALL_PEERS:
    case STALL_VIEW_REPORTS:
    case STALL_REPORTS:
    case STALL_VIEW_CHANGES:
    case STALL_PREPARES:
    case STALL_COMMITS:
        return true;
    case STALL_OPERATOR:
    case STALL_RETURN:
    case STALL_BLOCKS:
    case STALL_APART:
    case STALL_NEW_VIEW:
    case STALL_OTHER_BLOCK:
    case STALL_PRE_PREPARE:
    case STALL_NOTHING:
        return false;
    }
    return false;
}

static void say_phase(const struct stall *s, const struct charter *c, char *out,
                      size_t *size)
{
    const char *primary = seat_name(c, s->primary);
    unsigned number = s->primary;
    switch (s->phase) {
    case STALL_OPERATOR:
        add(out, STALL_TEXT_BYTES, size,
            "an operator: this node stopped voting, because its state or its chain "
            "contradicts what the council certified; see its log");
        break;
    case STALL_PEERS:
        add(out, STALL_TEXT_BYTES, size,
            "connections to a quorum of seats, this one included");
        break;
    case STALL_VIEW_REPORTS:
        add(out, STALL_TEXT_BYTES, size,
            "REPORTs of the views that others stand in, for this seat lost its state");
        break;
    case STALL_RETURN:
        add(out, STALL_TEXT_BYTES, size,
            "a view in which this seat, which lost its state, cannot have voted");
        break;
    case STALL_REPORTS:
        add(out, STALL_TEXT_BYTES, size, "REPORTs of what this seat is known to have said");
        break;
    case STALL_BLOCKS:
        add(out, STALL_TEXT_BYTES, size, "blocks from %" PRIu64 " on that others have",
            s->height);
        break;
    case STALL_VIEW_CHANGES:
        add(out, STALL_TEXT_BYTES, size, "VIEW-CHANGEs for view %" PRIu64, s->view);
        break;
    case STALL_APART:
        add(out, STALL_TEXT_BYTES, size,
            "view %" PRIu64 ", which this seat asks for alone; the council goes on in view "
            "%" PRIu64 ", and this seat follows it, and votes again from its next view on",
            s->view, s->council_view);
        break;
    case STALL_NEW_VIEW:
        add(out, STALL_TEXT_BYTES, size,
            "the NEW-VIEW of view %" PRIu64 " from its primary %s (%u)", s->view, primary,
            number);
        break;
    case STALL_PREPARES:
    case STALL_COMMITS:
        add(out, STALL_TEXT_BYTES, size, "%s of block %" PRIu64,
            s->phase == STALL_PREPARES ? "PREPAREs" : "COMMITs", s->height);
        break;
    case STALL_OTHER_BLOCK:
        add(out, STALL_TEXT_BYTES, size,
            "another block than the one refused, from the primary %s (%u)", primary,
            number);
        break;
    case STALL_PRE_PREPARE:
        add(out, STALL_TEXT_BYTES, size, "a block from the primary %s (%u)%s", primary,
            number, (s->pending & STALL_HAS_ENVELOPES) != 0 ? " with what waits" : "");
        break;
    case STALL_NOTHING:
        add(out, STALL_TEXT_BYTES, size, "nothing");
        break;
    }
}

void stall_text(const struct stall *s, const struct charter *c, char *out)
{
    char names[STALL_TEXT_BYTES];
    size_t size = 0;
    out[0] = '\0';
    say_phase(s, c, out, &size);
    if (!is_counted(s)) {
        return;
    }
    stall_names(s->missing, c, names);
    add(out, STALL_TEXT_BYTES, &size, ", %u of %u%s%.*s", s->have, s->need,
        names[0] != '\0' ? "; missing: " : "", SMALL_BYTES, names);
}

static void add_time(const struct stall *s, char *out, size_t *size)
{
    if (s->in_ms != UINT64_MAX) {
        add(out, STALL_TEXT_BYTES, size, " in %" PRIu64 ".%" PRIu64 " s", s->in_ms / 1000,
            s->in_ms % 1000 / 100);
    }
}

void stall_next_text(const struct stall *s, const struct charter *c, char *out)
{
    char names[STALL_TEXT_BYTES];
    size_t size = 0;
    out[0] = '\0';
    switch (s->next) {
    case STALL_NEXT_NONE:
        add(out, STALL_TEXT_BYTES, &size, "whatever the other seats do");
        break;
    case STALL_NEXT_OPERATOR:
        add(out, STALL_TEXT_BYTES, &size, "nothing before somebody looks into it");
        break;
    case STALL_NEXT_SEATS:
        stall_names(s->unable, c, names);
        add(out, STALL_TEXT_BYTES, &size,
            "nothing, until %u more can take part; unable now: %.*s", s->quorum - s->able,
            SMALL_BYTES, names);
        break;
    case STALL_NEXT_ASK:
        add(out, STALL_TEXT_BYTES, &size, "this seat asks again");
        add_time(s, out, &size);
        break;
    case STALL_NEXT_RETURN:
        add(out, STALL_TEXT_BYTES, &size, "this seat asks the council for a view");
        add_time(s, out, &size);
        break;
    case STALL_NEXT_REPEAT:
        add(out, STALL_TEXT_BYTES, &size, "this seat sends its VIEW-CHANGE again");
        add_time(s, out, &size);
        break;
    case STALL_NEXT_VIEW:
        add(out, STALL_TEXT_BYTES, &size, "view %" PRIu64 ", primary %s (%u),",
            s->next_view, seat_name(c, s->next_primary), (unsigned)s->next_primary);
        add_time(s, out, &size);
        break;
    }
}
