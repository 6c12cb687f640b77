/* SPDX-License-Identifier: ISC */
/* Text from outside on a terminal of 80 columns: it stays in its place, whatever it is. */
#define _GNU_SOURCE
#include "tap.h"

#include "conclave/lines.h"

#include "base/alloc.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char shown[1 << 16];

/* What show prints. */
static void capture(void (*show)(const char *text), const char *text)
{
    int screen = memfd_create("screen", MFD_CLOEXEC), own = dup(STDOUT_FILENO);
    (void)fflush(stdout);
    (void)dup2(screen, STDOUT_FILENO);
    show(text);
    (void)fflush(stdout);
    (void)dup2(own, STDOUT_FILENO);
    ssize_t got = pread(screen, shown, sizeof(shown) - 1, 0);
    shown[got > 0 ? got : 0] = '\0';
    (void)close(own);
    (void)close(screen);
}

static void paragraph(const char *text)
{
    output_paragraph(4, text);
}

static void title(const char *text)
{
    describe_foreign("title", COLOUR_PLAIN, text);
}

/* Each line begins with so many spaces, the first one where it is not a label's, and none
 * is wider than the terminal. */
static bool stays(size_t indent, bool labelled)
{
    bool good = shown[0] != '\0';
    char *copy = alloc_string(shown), *rest = copy, *line;
    while (good && (line = strsep(&rest, "\n")) != NULL) {
        bool first = line == copy;
        good = line[0] == '\0' || (output_width(line) <= PAGE_WIDTH &&
                                   ((labelled && first) || strspn(line, " ") >= indent));
    }
    free(copy);
    return good;
}

/* A line that the terminal would begin by itself, after so many of a filler. */
static char *imitation(const char *filler, unsigned count, const char *line)
{
    char *text = alloc_string("A harmless beginning.");
    for (unsigned i = 0; i < count; i++) {
        char *more = alloc_printf("%s%s", text, filler);
        free(text);
        text = more;
    }
    char *whole = alloc_printf("%s%s", text, line);
    free(text);
    return whole;
}

static void test_imitations(void)
{
    static const char heading[] = "Rationale of seat 5, Elm (approve)";
    static const char outcome[] = "outcome\u00a0\u00a0approved:\u00a033\u00a0of\u00a033";
    static const char *const fillers[] = {" ", "\u00a0", "\u3000", "\u2800", "x", "\u0378"};
    for (size_t i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++) {
        char *text = imitation(fillers[i], 55, heading);
        capture(paragraph, text);
        ok(stays(4, false) && strstr(shown, "\nRationale") == NULL,
           "a rationale with the heading of another");
        free(text);
        text = imitation(fillers[i], 45, outcome);
        capture(title, text);
        ok(stays(LABEL_WIDTH + 4, true), "a title with an outcome in it");
        free(text);
    }
}

static void ok_shown(const char *expected, const char *name)
{
    ok(strcmp(shown, expected) == 0, "%s", name);
}

static void test_plain(void)
{
    capture(paragraph, "One.\n\n  - two\n");
    ok_shown("    One.\n\n      - two\n", "lines that fit stay as they are");
    capture(paragraph, "");
    ok_shown("", "and nothing is nothing");
    capture(title, "Admit the new member");
    ok_shown("  title         Admit the new member\n", "a title that fits, too");
}

int main(void)
{
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) {
        skip("widths", "there is no locale of UTF-8");
        return tap_done();
    }
    test_imitations();
    test_plain();
    return tap_done();
}
