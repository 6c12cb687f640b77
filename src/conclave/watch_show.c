/* SPDX-License-Identifier: ISC */
#include "conclave/watch_show.h"

#include "conclave/describe.h"
#include "conclave/node.h"

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR_MIN = 4, BAR_MAX = 33, COLUMNS = 80, LINES = 24, LINE_BYTES = 512 };

/* --- one line a change --- */

static void describe_change(char *out, size_t size, const struct watched *w,
                            enum watch_change change, const json_t *params)
{
    char seat[96] = "", took[32];
    if (member_is_number(params, "seat")) {
        describe_seat(seat, params, "seat");
    }
    switch (change) {
    case WATCH_NOTHING:
    case WATCH_BEGUN:
        (void)snprintf(out, size, "%s", w->title);
        break;
    case WATCH_OPENED:
        (void)snprintf(out, size, "a block has it");
        break;
    case WATCH_BALLOT:
        (void)snprintf(out, size, "sealed ballot of %s", seat);
        break;
    case WATCH_OPENS:
        (void)snprintf(out, size, "the ballots are opened");
        break;
    case WATCH_REVEAL:
        (void)snprintf(out, size, "%s: %s", seat, member_text(params, "choice"));
        break;
    case WATCH_OUTCOME:
    case WATCH_RECORD:
        output_duration(took, clock_monotonic_ms() - w->begun_ms);
        (void)snprintf(out, size, "%s%s%safter %s; %s",
                       change == WATCH_RECORD ? "final, " : "", w->reason,
                       w->reason[0] != '\0' ? ", " : "", took, w->title);
        break;
    }
}

static void tell_line(const struct watched *w, enum watch_change change,
                      const json_t *params)
{
    char what[LINE_BYTES], counts[LINE_BYTES];
    const char *state = watched_state(w);
    describe_change(what, sizeof(what), w, change, params);
    (void)snprintf(counts, sizeof(counts),
                   "sealed %u of %u, opened %u, approve %u of %u, reject %u, abstain %u",
                   w->committed, w->seats, w->revealed, w->approve, w->threshold, w->reject,
                   w->abstain);
    (void)printf("%.*s  ", SHORT_ID, w->id);
    output_text(describe_state_colour(state), state);
    (void)printf("%*s  %s: ", (int)(8 - (strlen(state) < 8 ? strlen(state) : 8)), "",
                 counts);
    output_text(COLOUR_PLAIN, what);
    (void)printf("\n");
}

static json_t *text_or_null(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *member_or_null(const json_t *params, const char *name)
{
    json_t *value = json_object_get(params, name);
    return value != NULL ? json_incref(value) : json_null();
}

static void tell_json(const struct watched *w, enum watch_change change,
                      const json_t *params)
{
    json_t *out = json_pack(
        "{s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "proposal", w->id,
        "title", w->title, "change", watch_change_name(change), "state", watched_state(w),
        "seats", (int)w->seats, "committed", (int)w->committed, "revealed",
        (int)w->revealed, "approve", (int)w->approve, "reject", (int)w->reject, "abstain",
        (int)w->abstain, "threshold", (int)w->threshold);
    (void)json_object_set_new(out, "outcome", text_or_null(w->outcome));
    (void)json_object_set_new(out, "reason", text_or_null(w->reason));
    (void)json_object_set_new(out, "seat", member_or_null(params, "seat"));
    (void)json_object_set_new(out, "name", member_or_null(params, "name"));
    (void)json_object_set_new(out, "choice", member_or_null(params, "choice"));
    output_json(out);
    json_decref(out);
}

void watch_tell(struct watch_show *s, const struct watched *w, enum watch_change change,
                const json_t *params)
{
    switch (s->style) {
    case WATCH_JSON:
        tell_json(w, change, params);
        break;
    case WATCH_LINES:
        tell_line(w, change, params);
        break;
    case WATCH_BARS:
        if (change == WATCH_OUTCOME || change == WATCH_RECORD ||
            ((change == WATCH_BEGUN || change == WATCH_OPENED) &&
             w->phase >= WATCH_DECIDED)) {
            watch_lift(s);
            tell_line(w, change, params);
        }
        break;
    }
}

/* --- bars --- */

static struct winsize terminal_size(void)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        size.ws_col = COLUMNS;
    }
    size.ws_row = size.ws_row == 0 ? LINES : size.ws_row;
    return size;
}

void watch_lift(struct watch_show *s)
{
    if (s->drawn > 0) {
        /* Up, and away with all that is below. */
        (void)printf("\033[%uA\r\033[J", s->drawn);
        s->drawn = 0;
    }
}

/* So many cells of a bar that is as wide as there are seats. */
static unsigned cells(unsigned count, unsigned seats, unsigned width)
{
    unsigned of = seats > 0 ? seats : 1;
    return count >= of ? width : count * width / of;
}

static void add_bar(char *out, const char *marks, const unsigned *counts, unsigned seats,
                    unsigned threshold, unsigned width)
{
    unsigned at = 0, sum = 0, end = 0;
    char *cell = out + strlen(out);
    *cell++ = '[';
    for (unsigned i = 0; marks[i] != '\0'; i++) {
        sum += counts[i];
        end = cells(sum, seats, width);
        for (; at < end; at++) {
            cell[at] = marks[i];
        }
    }
    for (; at < width; at++) {
        cell[at] = '.';
    }
    if (threshold > 0 && threshold <= seats && width > 0) {
        unsigned mark = cells(threshold, seats, width);
        cell[mark > 0 ? mark - 1 : 0] = counts[0] >= threshold ? '+' : '|';
    }
    cell[width] = ']';
    cell[width + 1] = '\0';
}

static void add(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(char *out, size_t size, const char *format, ...)
{
    size_t used = strlen(out);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(out + used, size - used, format, args);
    va_end(args);
}

/* With bars of this width, 0 for none; what it took. */
static size_t bar_line(char *out, size_t size, const struct watched *w, unsigned width)
{
    const unsigned sealed[] = {w->committed}, opened[] = {w->revealed};
    const unsigned tally[] = {w->approve, w->abstain, w->reject};
    out[0] = '\0';
    add(out, size, "  sealed %u/%u ", w->committed, w->seats);
    if (width > 0) {
        add_bar(out, "#", sealed, w->seats, 0, width);
    }
    add(out, size, " opened %u/%u ", w->revealed, w->committed);
    if (width > 0) {
        add_bar(out, "#", opened, w->committed, 0, width);
    }
    add(out, size, " approve %u of %u, reject %u ", w->approve, w->threshold, w->reject);
    if (width > 0) {
        add_bar(out, "+~-", tally, w->seats, w->threshold, width);
    }
    return strlen(out);
}

/* As much of a text as fits. */
static void print_cut(const char *text, unsigned columns)
{
    struct buffer safe = {NULL, 0, 0};
    text_escape(&safe, slice_of_string(text), "");
    buffer_append(&safe, "", 1);
    char *cut = (char *)safe.data;
    size_t length = strlen(cut);
    while (length > 0 && output_width(cut) > columns) {
        length = text_whole(slice_of(cut, length - 1));
        cut[length] = '\0';
    }
    (void)printf("%s", cut);
    buffer_free(&safe);
}

static void draw_one(const struct watched *w, unsigned columns)
{
    char text[LINE_BYTES];
    size_t bare = bar_line(text, sizeof(text), w, 0);
    /* Three bars in brackets, and the last column free. */
    unsigned room = columns > bare + 7 ? (unsigned)(columns - bare - 7) / 3 : 0;
    unsigned width = room < BAR_MIN ? 0 : room > BAR_MAX ? BAR_MAX : room;
    (void)bar_line(text, sizeof(text), w, width);
    (void)printf("%.*s  ", SHORT_ID, w->id);
    print_cut(w->title, columns > SHORT_ID + 3 ? columns - SHORT_ID - 3 : 1);
    (void)printf("\n");
    print_cut(text, columns - 1);
    (void)printf("\n");
}

void watch_draw(struct watch_show *s, struct watched *const *list, size_t count)
{
    if (s->style != WATCH_BARS) {
        return;
    }
    struct winsize size = terminal_size();
    /* Two lines each, one that says how many more there are, one for the cursor. */
    size_t most = size.ws_row > 4 ? (size_t)(size.ws_row - 2) / 2 : 1;
    size_t shown = count < most ? count : most;
    watch_lift(s);
    for (size_t i = 0; i < shown; i++) {
        draw_one(list[i], size.ws_col);
    }
    if (shown < count) {
        (void)printf("and %zu more\n", count - shown);
    }
    s->drawn = (unsigned)(2 * shown + (shown < count));
}
