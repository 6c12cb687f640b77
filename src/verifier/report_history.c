/* SPDX-License-Identifier: ISC */
/* Whether all that was judged is of one history, for people. */
#include "verifier/report_parts.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- what is wrong --- */

static bool is_grown(const struct history_point *p)
{
    return p->growth == NULL || p->is_grown || p->growth->number == 0 ||
           p->growth->number == p->size;
}

static bool is_remembered(const struct together *t, const struct history_point *p)
{
    return t->history->has_remembered && p == t->history->points;
}

char *together_fault(const struct together *t, const struct history_point *p)
{
    const struct history_point *newest =
        t->newest != HISTORY_NONE ? &t->history->points[t->newest] : NULL;
    if (p->verdict == HISTORY_CONFLICTS) {
        return NULL;
    }
    if (p->is_broken) {
        return alloc_printf("%s: it does not lead from the tree of %" PRIu64
                            " decisions that is known here: it was damaged, or the "
                            "history was rewritten; ask another one for such a proof, or "
                            "check the published directory",
                            p->name, p->growth->number);
    }
    if (!is_grown(p)) {
        return alloc_printf("%s: nothing here has a tree of %" PRIu64
                            " decisions from which it could lead: give the checkpoint of "
                            "that size, too, or --remember the file that has it",
                            p->name, p->growth->number);
    }
    if (t->remember != NULL && p->is_checkpoint && p->verdict == HISTORY_UNCOMPARED &&
        newest != NULL) {
        return alloc_printf("%s: it cannot be compared: ask for conclave prove --since "
                            "%" PRIu64 ", and give that here, too",
                            p->name, p->size < newest->size ? p->size : newest->size);
    }
    return NULL;
}

bool together_matters(const struct together *t)
{
    bool matters = t->remember != NULL || t->conflict_count > 0;
    for (size_t i = 0; i < t->history->count && !matters; i++) {
        matters = t->history->points[i].growth != NULL;
    }
    return matters;
}

bool together_holds(const struct together *t)
{
    bool holds = t->conflict_count == 0 && t->error == NULL;
    for (size_t i = 0; i < t->history->count && holds; i++) {
        char *fault = together_fault(t, &t->history->points[i]);
        holds = fault == NULL;
        free(fault);
    }
    return holds;
}

static char *conflict_text(const struct conflict *c)
{
    const struct history_point *a = c->first, *b = c->second;
    return a->size == b->size
               ? alloc_printf("CONFLICT: %s and %s are two different trees of %" PRIu64
                              " decisions",
                              a->name, b->name, a->size)
               : alloc_printf("CONFLICT: the first %" PRIu64
                              " decisions of %s are not those of %s",
                              a->size, b->name, a->name);
}

void report_history_faults(const struct together *t, void (*say)(const char *text))
{
    for (size_t i = 0; i < t->conflict_count; i++) {
        char *text = conflict_text(&t->conflicts[i]);
        say(text);
        free(text);
    }
    for (size_t i = 0; i < t->history->count; i++) {
        char *text = together_fault(t, &t->history->points[i]);
        if (text != NULL) {
            say(text);
        }
        free(text);
    }
    if (t->error != NULL) {
        say(t->error);
    }
}

/* --- in full --- */

static void say_point(const char *label, const struct history_point *p)
{
    describe_line(label, "%" PRIu64 " decisions, %s", p->size, p->name);
    say_hash("", &p->root);
}

/* The list of those who lied. */
static void say_liars(const struct together *t, const struct conflict *c)
{
    bool both[SEATS_MAX];
    unsigned count = history_signed_both(c->first, c->second, both);
    struct buffer text = {NULL, 0, 0};
    for (uint16_t seat = 1; seat <= t->charter->seat_count; seat++) {
        if (both[seat - 1]) {
            char *word = alloc_printf("%s%u %s", text.size > 0 ? ", " : "", (unsigned)seat,
                                      seat_name(t->charter, seat));
            buffer_append(&text, word, strlen(word));
            free(word);
        }
    }
    buffer_append(&text, "", 1);
    describe_line("signed both", "%u of %u seats, none of which can be honest:", count,
                  (unsigned)t->charter->seat_count);
    describe_wrapped("", COLOUR_BAD, (const char *)text.data);
    buffer_free(&text);
}

static void say_conflict(const struct together *t, const struct conflict *c)
{
    char *text = conflict_text(c);
    (void)printf("\n");
    output_text(COLOUR_BAD, text);
    (void)printf("\nThe council's history was rewritten, or two were made. This is the "
                 "evidence:\n");
    say_point("first", c->first);
    say_point("second", c->second);
    say_liars(t, c);
    for (unsigned i = 0; i < 2; i++) {
        if (c->files[i] != NULL) {
            describe_line(i == 0 ? "saved as" : "", "%s", c->files[i]);
        }
    }
    free(text);
    if (c->first->size != c->second->size) {
        text = alloc_printf("Keep %s, too: it shows what the two alone do not, since they "
                            "are of different sizes.",
                            c->second->name);
        describe_wrapped("", COLOUR_PLAIN, text);
        free(text);
    }
}

static const char *verdict_text(const struct history_point *p)
{
    switch (p->verdict) {
    case HISTORY_AGREES:
        return "the same history";
    case HISTORY_CONFLICTS:
        return "conflicts";
    case HISTORY_UNCOMPARED:
        return "not compared";
    }
    return "";
}

static void say_points(const struct together *t)
{
    static const char *const headings[] = {"DECISIONS", "HISTORY", "WHAT"};
    static const enum align align[] = {ALIGN_RIGHT, ALIGN_LEFT, ALIGN_LEFT};
    struct table *table = table_new(3, headings, align);
    for (size_t i = 0; i < t->history->count; i++) {
        const struct history_point *p = &t->history->points[i];
        enum colour colour = p->verdict == HISTORY_AGREES      ? COLOUR_GOOD
                             : p->verdict == HISTORY_CONFLICTS ? COLOUR_BAD
                                                               : COLOUR_WARN;
        table_cell(table, COLOUR_PLAIN, "%" PRIu64, p->size);
        table_cell(table, colour, "%s", verdict_text(p));
        table_cell(table, COLOUR_PLAIN, "%s%s", p->name,
                   is_remembered(t, p) ? " (remembered)" : "");
    }
    table_print(table);
}

static void say_line(const char *text)
{
    describe_wrapped("", COLOUR_BAD, text);
}

static void say_memory(const struct together *t)
{
    if (t->remember == NULL) {
        return;
    }
    if (t->newest == HISTORY_NONE) {
        describe_line("remembered", "%s",
                      t->conflict_count > 0 ? "what it was before"
                                            : "nothing: there is no checkpoint yet");
    } else {
        describe_line("remembered", "%" PRIu64 " decisions, %s",
                      t->history->points[t->newest].size,
                      t->updated ? "from now on" : "as before");
    }
    describe_line("", "in %s", t->remember);
}

void report_history_text(const struct together *t)
{
    bool holds = together_holds(t);
    output_text(COLOUR_BOLD, "History");
    (void)printf(": ");
    output_text(holds ? COLOUR_GOOD : COLOUR_BAD, holds ? "holds" : "does not hold");
    (void)printf("\n\n");
    say_points(t);
    for (size_t i = 0; i < t->conflict_count; i++) {
        say_conflict(t, &t->conflicts[i]);
    }
    (void)printf("\n");
    say_memory(t);
    struct together rest = *t;
    rest.conflict_count = 0;
    report_history_faults(&rest, say_line);
}
