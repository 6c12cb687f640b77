/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/demo_view.h"

#include "conclave/node.h"
#include "conclave/output.h"

#include "base/alloc.h"
#include "base/text.h"

#include <assert.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    ID_SHOWN = 8, /* digits of a proposal's id */
    TITLE_MIN = 16,
    OTHER_COLUMNS = 98,  /* what a row takes beside its title, at most, */
    NARROW_COLUMNS = 53, /* and without class and reason */
    WIDTH_DEFAULT = 146,
    LATER_BYTES = 8192,
};

/* --- the terminal --- */

static unsigned terminal_width(unsigned otherwise)
{
    struct winsize size;
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    return known ? size.ws_col : otherwise;
}

void demo_view_cover(struct demo_view *v)
{
    v->covered = true;
}

void demo_view_uncover(struct demo_view *v)
{
    if (v->covered) {
        (void)fwrite(v->later.data, 1, v->later.size, stdout);
        (void)fflush(stdout);
        buffer_free(&v->later);
        v->covered = false;
    }
}

/* --- lines --- */

static char *safe_text(const char *format, va_list args)
{
    char *text = NULL;
    int length = vasprintf(&text, format, args);
    assert(length >= 0);
    struct buffer safe = {NULL, 0, 0};
    text_escape(&safe, slice_of(text, (size_t)length), "");
    buffer_append(&safe, "", 1);
    free(text);
    return (char *)safe.data;
}

void demo_view_say(struct demo_view *v, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = safe_text(format, args);
    va_end(args);
    if (!v->covered) {
        (void)fprintf(v->live ? stdout : stderr, "%s\n", text);
        (void)fflush(stdout);
    } else if (v->later.size + strlen(text) < LATER_BYTES) {
        buffer_append(&v->later, text, strlen(text));
        buffer_append(&v->later, "\n", 1);
    }
    free(text);
}

static double seconds_of(const struct demo_outcome *o)
{
    return o->decided ? (double)(o->decided_ms - o->proposed_ms) / 1000 : 0;
}

static void say_proposal(struct demo_view *v, const struct demo_outcome *o,
                         const char *event, const json_t *params)
{
    if (strcmp(event, "proposal.opened") == 0) {
        demo_view_say(v, "%.*s  opened    %s by seat %u: %s", ID_SHOWN, o->id,
                      o->class_name, o->proposer, o->title);
    } else if (strcmp(event, "proposal.opening") == 0) {
        demo_view_say(v, "%.*s  sealed    %d ballots, now they are opened", ID_SHOWN, o->id,
                      (int)member_number(params, "committed"));
    } else if (strcmp(event, "proposal.decided") == 0) {
        demo_view_say(v, "%.*s  %-8s  after %.1f s%s%s", ID_SHOWN, o->id,
                      o->approved ? "APPROVED" : "REJECTED", seconds_of(o),
                      o->reason != NULL ? ": " : "", o->reason != NULL ? o->reason : "");
    } else if (strcmp(event, "proposal.final") == 0) {
        demo_view_say(v, "%.*s  final     %u approve (of %u needed), %u reject, %u abstain",
                      ID_SHOWN, o->id, o->approve, o->threshold, o->reject, o->abstain);
    }
}

void demo_view_event(struct demo_view *v, const struct demo_follow *f, const char *event,
                     const json_t *params)
{
    if (v->covered) {
        return; /* the console shows it */
    }
    const char *id = member_text(params, "proposal");
    const struct demo_outcome *o =
        demo_follow_find(f, id[0] != '\0' ? id : member_text(params, "id"));
    if (strncmp(event, "proposal.", 9) == 0 && o != NULL) {
        say_proposal(v, o, event, params);
    } else if (strcmp(event, "view.changed") == 0) {
        demo_view_say(v,
                      "view %" JSON_INTEGER_FORMAT ", seat %" JSON_INTEGER_FORMAT
                      " (%s) is primary",
                      member_number(params, "view"), member_number(params, "primary"),
                      member_text(params, "primary_name"));
    } else if (strcmp(event, "peer.up") == 0 || strcmp(event, "peer.down") == 0) {
        demo_view_say(v, "seat %" JSON_INTEGER_FORMAT " (%s) is %s",
                      member_number(params, "seat"), member_text(params, "name"),
                      strcmp(event, "peer.up") == 0 ? "connected" : "gone");
    } else if (strcmp(event, "seat.convicted") == 0) {
        demo_view_say(v, "seat %" JSON_INTEGER_FORMAT " (%s) is convicted and expelled",
                      member_number(params, "seat"), member_text(params, "name"));
    } else if (strcmp(event, "epoch.changed") == 0) {
        demo_view_say(v, "epoch %" JSON_INTEGER_FORMAT " begins",
                      member_number(params, "epoch"));
    } else if (strcmp(event, "node.stopped") == 0) {
        demo_view_say(v, "the node stopped voting: %s", member_text(params, "why"));
    }
}

/* --- results --- */

/* The beginning of a title that fits into width columns. */
static char *cut_title(const char *title, unsigned width)
{
    char *cut = alloc_string(title);
    size_t length = strlen(cut);
    if (output_width(cut) <= width) {
        return cut;
    }
    while (output_width(cut) > width - 3) {
        do {
            length--;
        } while (((unsigned char)cut[length] & 0xc0) == 0x80);
        cut[length] = '\0';
    }
    char *dotted = alloc_printf("%s...", cut);
    free(cut);
    return dotted;
}

static void add_row(struct table *t, const struct demo_outcome *o, bool narrow,
                    unsigned title_width)
{
    char *title = cut_title(o->title, title_width);
    table_cell(t, COLOUR_PLAIN, "%.*s", ID_SHOWN, o->id);
    if (!narrow) {
        table_cell(t, COLOUR_PLAIN, "%s", o->class_name);
    }
    table_cell(t, COLOUR_PLAIN, "%s", title);
    free(title);
    if (!o->final) {
        table_cell(t, COLOUR_WARN, "%s", "open");
        for (int i = 0; i < (narrow ? 4 : 5); i++) {
            table_cell(t, COLOUR_DIM, "-");
        }
        return;
    }
    table_cell(t, o->approved ? COLOUR_GOOD : COLOUR_BAD, "%s",
               o->approved ? "approved" : "rejected");
    table_cell(t, COLOUR_PLAIN, "%u/%u", o->approve, o->threshold);
    table_cell(t, COLOUR_PLAIN, "%u", o->reject);
    table_cell(t, COLOUR_PLAIN, "%u", o->abstain);
    table_cell(t, COLOUR_PLAIN, "%.1f", seconds_of(o));
    if (!narrow) {
        table_cell(t, COLOUR_PLAIN, "%s", o->reason != NULL ? o->reason : "-");
    }
}

/* A terminal of 80 columns has no room for class and reason. */
void demo_view_table(const struct demo_follow *f)
{
    static const char *const headings[] = {"id", "class", "title",   "outcome", "approve",
                                           "no", "abst.", "seconds", "reason"};
    static const enum align align[] = {ALIGN_LEFT,  ALIGN_LEFT,  ALIGN_LEFT,
                                       ALIGN_LEFT,  ALIGN_RIGHT, ALIGN_RIGHT,
                                       ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_LEFT};
    static const char *const few[] = {"id", "title", "outcome", "approve",
                                      "no", "abst.", "seconds"};
    static const enum align few_align[] = {ALIGN_LEFT,  ALIGN_LEFT,  ALIGN_LEFT,
                                           ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT,
                                           ALIGN_RIGHT};
    unsigned width = terminal_width(WIDTH_DEFAULT);
    bool narrow = width < OTHER_COLUMNS + TITLE_MIN;
    unsigned others = narrow ? NARROW_COLUMNS : OTHER_COLUMNS;
    unsigned title_width = width > others + TITLE_MIN ? width - others : TITLE_MIN;
    struct table *t = narrow ? table_new(7, few, few_align) : table_new(9, headings, align);
    for (size_t i = 0; i < f->count; i++) {
        add_row(t, &f->list[i], narrow, title_width);
    }
    table_print(t);
    (void)fflush(stdout);
}

json_t *demo_view_json(const struct demo_follow *f)
{
    json_t *list = json_array();
    for (size_t i = 0; i < f->count; i++) {
        const struct demo_outcome *o = &f->list[i];
        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:s, s:i, s:b, s:s?, s:s?, s:i, s:i, s:i, s:i, s:f}",
                      "id", o->id, "class", o->class_name, "title", o->title, "proposer",
                      (int)o->proposer, "final", (int)o->final, "outcome",
                      !o->decided   ? NULL
                      : o->approved ? "approved"
                                    : "rejected",
                      "reason", o->reason, "threshold", (int)o->threshold, "approve",
                      (int)o->approve, "reject", (int)o->reject, "abstain", (int)o->abstain,
                      "seconds", seconds_of(o)));
    }
    return list;
}
