/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/output.h"

#include "base/alloc.h"
#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

static bool has_colours(void)
{
    static int answer = -1;
    if (answer < 0) {
        const char *no = getenv("NO_COLOR");
        const char *terminal = getenv("TERM");
        answer = isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0') &&
                 terminal != NULL && strcmp(terminal, "dumb") != 0;
    }
    return answer > 0;
}

static const char *colour_code(enum colour c)
{
    switch (c) {
    case COLOUR_PLAIN:
        return "";
    case COLOUR_BOLD:
        return "\033[1m";
    case COLOUR_DIM:
        return "\033[2m";
    case COLOUR_GOOD:
        return "\033[32m";
    case COLOUR_BAD:
        return "\033[31m";
    case COLOUR_WARN:
        return "\033[33m";
    }
    return "";
}

char *output_safe(const char *text)
{
    struct buffer safe = {NULL, 0, 0};
    text_escape(&safe, slice_of_string(text), "");
    buffer_append(&safe, "", 1);
    return (char *)safe.data;
}

static void write_coloured(enum colour colour, const char *safe)
{
    bool coloured = colour != COLOUR_PLAIN && has_colours();
    (void)printf("%s%s%s", coloured ? colour_code(colour) : "", safe,
                 coloured ? "\033[0m" : "");
}

unsigned output_width(const char *text)
{
    mbstate_t state;
    memset(&state, 0, sizeof(state));
    unsigned width = 0;
    while (*text != '\0') {
        wchar_t c;
        size_t length = mbrtowc(&c, text, strlen(text), &state);
        if (length == (size_t)-1 || length == (size_t)-2) {
            memset(&state, 0, sizeof(state));
            length = 1;
            width++;
        } else {
            int columns = wcwidth(c);
            width += columns > 0 ? (unsigned)columns : 0;
        }
        text += length;
    }
    return width;
}

void output_text(enum colour colour, const char *text)
{
    char *safe = output_safe(text);
    write_coloured(colour, safe);
    free(safe);
}

/* What nobody knows the width of may be wide. */
static unsigned columns_of(wchar_t c)
{
    int columns = wcwidth(c);
    return columns >= 0 ? (unsigned)columns : 2;
}

static bool is_within_character(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The end of a character that is not after at, or of the first one: a locale without UTF-8
 * takes each byte for one. */
static size_t whole_characters(const char *text, size_t at)
{
    size_t whole = at;
    while (whole > 0 && is_within_character(text[whole])) {
        whole--;
    }
    while (whole == 0 && is_within_character(text[at])) {
        at++;
    }
    return whole > 0 ? whole : at;
}

size_t output_fit(const char *text, unsigned columns)
{
    mbstate_t state;
    memset(&state, 0, sizeof(state));
    size_t at = 0, space = 0;
    unsigned used = 0;
    while (text[at] != '\0') {
        wchar_t c;
        size_t length = mbrtowc(&c, text + at, strlen(text + at), &state);
        bool invalid = length == (size_t)-1 || length == (size_t)-2;
        if (invalid) {
            memset(&state, 0, sizeof(state));
            length = 1;
        }
        used += invalid ? 1 : columns_of(c);
        /* The space at which a line ends may be the one that does not fit any more. */
        space = text[at] == ' ' && at > 0 ? at : space;
        if (used > columns) {
            return space > 0 ? space : whole_characters(text, at > 0 ? at : length);
        }
        at += length;
    }
    return at;
}

static void print_broken(unsigned indent, const char *safe)
{
    do {
        size_t length = output_fit(safe, PAGE_WIDTH - indent);
        (void)printf("%*s%.*s\n", length > 0 ? (int)indent : 0, "", (int)length, safe);
        safe += length;
        safe += *safe == ' ';
    } while (*safe != '\0');
}

void output_paragraph(unsigned indent, const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        char *line = alloc(length + 1);
        memcpy(line, text, length);
        line[length] = '\0';
        char *safe = output_safe(line);
        print_broken(indent, safe);
        free(safe);
        free(line);
        text += length + (text[length] == '\n');
    }
}

void output_time(char *out, uint64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    if (ms == 0 || gmtime_r(&seconds, &tm) == NULL) {
        (void)snprintf(out, 32, "-");
        return;
    }
    char day[24];
    if (strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", &tm) == 0) {
        (void)snprintf(out, 32, "-"); /* a year of too many digits */
        return;
    }
    (void)snprintf(out, 32, "%s.%03u UTC", day, (unsigned)(ms % 1000));
}

void output_duration(char *out, uint64_t ms)
{
    if (ms < 1000) {
        (void)snprintf(out, 32, "%u ms", (unsigned)ms);
    } else if (ms < 60000) {
        (void)snprintf(out, 32, "%.1f s", (double)ms / 1000);
    } else if (ms < 3600000) {
        (void)snprintf(out, 32, "%u min %u s", (unsigned)(ms / 60000),
                       (unsigned)(ms / 1000 % 60));
    } else {
        (void)snprintf(out, 32, "%llu h %u min", (unsigned long long)(ms / 3600000),
                       (unsigned)(ms / 60000 % 60));
    }
}

void output_bytes(char *out, uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = (double)bytes;
    size_t unit = 0;
    if (bytes < 1024) {
        (void)snprintf(out, 32, "%u B", (unsigned)bytes);
        return;
    }
    for (value /= 1024; value >= 1024 && unit < 5; value /= 1024) {
        unit++;
    }
    (void)snprintf(out, 32, "%.1f %s", value, units[unit]);
}

/* --- tables --- */

enum { COLUMNS_MAX = 16 };

struct cell {
    char *text;
    enum colour colour;
};

struct table {
    unsigned columns;
    unsigned width[COLUMNS_MAX];
    enum align align[COLUMNS_MAX];
    struct cell *cells;
    size_t count, capacity;
};

static void add_cell(struct table *t, enum colour colour, char *safe)
{
    if (t->count == t->capacity) {
        t->capacity = t->capacity > 0 ? 2 * t->capacity : 64;
        t->cells = alloc_resize(t->cells, t->capacity, sizeof(*t->cells));
    }
    unsigned column = (unsigned)(t->count % t->columns);
    unsigned width = output_width(safe);
    t->width[column] = width > t->width[column] ? width : t->width[column];
    t->cells[t->count++] = (struct cell){safe, colour};
}

struct table *table_new(unsigned count, const char *const *headings,
                        const enum align *align)
{
    assert(count > 0 && count <= COLUMNS_MAX);
    struct table *t = alloc_zero(1, sizeof(*t));
    t->columns = count;
    for (unsigned i = 0; i < count; i++) {
        t->align[i] = align != NULL ? align[i] : ALIGN_LEFT;
    }
    for (unsigned i = 0; i < count && headings != NULL; i++) {
        add_cell(t, COLOUR_BOLD, alloc_string(headings[i]));
    }
    return t;
}

void table_cell(struct table *t, enum colour colour, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    assert(length >= 0);
    add_cell(t, colour, output_safe(text));
    free(text);
}

void table_print(struct table *t)
{
    assert(t->count % t->columns == 0);
    int gap = 0; /* owed before the next text, so that no line ends in spaces */
    for (size_t i = 0; i < t->count; i++) {
        unsigned column = (unsigned)(i % t->columns);
        bool last = column + 1 == t->columns;
        int space = (int)(t->width[column] - output_width(t->cells[i].text));
        bool right = t->align[column] == ALIGN_RIGHT;
        if (t->cells[i].text[0] != '\0') {
            (void)printf("%*s", gap + (right ? space : 0), "");
            write_coloured(t->cells[i].colour, t->cells[i].text);
            gap = (right ? 0 : space) + 2;
        } else {
            gap += space + 2;
        }
        if (last) {
            (void)printf("\n");
            gap = 0;
        }
        free(t->cells[i].text);
    }
    free(t->cells);
    free(t);
}

bool output_flush(void)
{
    return fflush(stdout) == 0 && !ferror(stdout);
}
