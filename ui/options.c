/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "ui/options.h"

#include "base/text.h"

#include <config.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage_text[] =
    "usage: conclave-console [options]\n"
    "\n"
    "The operator's console: what a council does, as its nodes tell.\n"
    "\n"
    "      --socket PATH   a node's control socket; once for each council\n"
    "      --view NAME     begin with council, consensus, ballots, pattern, alike,\n"
    "                      flags, ledger or log\n"
    "      --theme NAME    default, light, contrast, mono or custom\n"
    "      --mono          no colour, as with NO_COLOR in the environment\n"
    "      --ascii         nothing but ASCII\n"
    "      --no-mouse      leave the mouse to the terminal\n"
    "      --no-clock      no clock, no wake-ups while nothing happens\n"
    "      --readonly      do nothing to the council\n"
    "      --config FILE   settings, instead of ~/.config/conclave/console.conf\n"
    "\n"
    "      --once          print one screen and exit\n"
    "      --format FORMAT of --once: text or json\n"
    "      --size COLSxROWS of --once; 80x24 where there is no terminal\n"
    "      --plain         a line for each event, for pipes and screen readers\n"
    "      --record FILE   keep what comes in a new file\n"
    "      --replay FILE   show what was kept, without any node\n"
    "      --speed N       of the replay, 0.01 to 1000\n"
    "  -h, --help          this text\n"
    "  -V, --version       version\n";

void options_complain(const char *format, ...)
{
    char text[2 * COMPLAINT_BYTES];
    struct buffer safe = {NULL, 0, 0};
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    text_escape(&safe, slice_of_string(text), "");
    (void)fprintf(stderr, "conclave-console: %.*s\n", (int)safe.size,
                  safe.data != NULL ? (const char *)safe.data : "");
    buffer_free(&safe);
}

/* --- arguments --- */

static bool parse_view(struct options *o, const char *word)
{
    o->has_view = console_view_named(word, &o->view, &o->alike);
    return o->has_view;
}

static bool parse_size(struct options *o, const char *word)
{
    char *end;
    unsigned long cols = strtoul(word, &end, 10), rows = 0;
    bool good =
        word[0] >= '0' && word[0] <= '9' && *end == 'x' && end[1] >= '0' && end[1] <= '9';
    if (good) {
        rows = strtoul(end + 1, &end, 10);
    }
    good = good && *end == '\0' && cols > 0 && rows > 0 && cols <= CELLS_SIDE_MAX &&
           rows <= CELLS_SIDE_MAX;
    o->cols = good ? (uint16_t)cols : 0;
    o->rows = good ? (uint16_t)rows : 0;
    return good;
}

static bool parse_speed(struct options *o, const char *word)
{
    char *end;
    o->speed = strtod(word, &end);
    return end != word && *end == '\0' && o->speed >= 0.01 && o->speed <= 1000;
}

static bool parse_format(struct options *o, const char *word)
{
    o->format = strcmp(word, "json") == 0 ? FORMAT_JSON : FORMAT_TEXT;
    return o->format == FORMAT_JSON || strcmp(word, "text") == 0;
}

static bool parse_socket(struct options *o, const char *word)
{
    if (o->socket_count == COUNCILS_MAX || word[0] == '\0') {
        return false;
    }
    o->sockets[o->socket_count++] = word;
    return true;
}

/* --- the table --- */

typedef bool parse_word(struct options *o, const char *word);

enum { OPTION_FIRST = 256 };

static const struct entry {
    const char *name;
    parse_word *parse; /* one of these three says what it is */
    size_t word;       /* the offset of a string's pointer */
    size_t flag;       /* the offset of a bool */
    const char *wants; /* NULL: no argument */
} entries[] = {
    {"socket", parse_socket, 0, 0, "a path; at most 16 of them"},
    {"view", parse_view, 0, 0,
     "council, consensus, ballots, pattern, alike, flags, ledger or log"},
    {"format", parse_format, 0, 0, "text or json"},
    {"size", parse_size, 0, 0, "columns and rows like 80x24, each from 1 to 1000"},
    {"speed", parse_speed, 0, 0, "a number from 0.01 to 1000"},
    {"record", NULL, offsetof(struct options, record), 0, "a file"},
    {"replay", NULL, offsetof(struct options, replay), 0, "a file"},
    {"theme", NULL, offsetof(struct options, theme), 0, "a name"},
    {"config", NULL, offsetof(struct options, config), 0, "a file"},
    {"once", NULL, 0, offsetof(struct options, once), NULL},
    {"plain", NULL, 0, offsetof(struct options, plain), NULL},
    {"ascii", NULL, 0, offsetof(struct options, ascii), NULL},
    {"mono", NULL, 0, offsetof(struct options, mono), NULL},
    {"no-mouse", NULL, 0, offsetof(struct options, no_mouse), NULL},
    {"no-clock", NULL, 0, offsetof(struct options, no_clock), NULL},
    {"readonly", NULL, 0, offsetof(struct options, readonly), NULL},
};
enum { ENTRIES = sizeof(entries) / sizeof(entries[0]) };

static bool take(struct options *o, const struct entry *e, const char *word)
{
    if (e->parse != NULL) {
        return e->parse(o, word);
    }
    if (e->wants != NULL) {
        memcpy((char *)o + e->word, &word, sizeof(word));
        return word[0] != '\0';
    }
    *(bool *)((char *)o + e->flag) = true;
    return true;
}

static enum exit_status misuse(const char *format, const char *word)
{
    char text[256];
    /* The formats are this file's own and have one %s. */
    (void)snprintf(text, sizeof(text), format, word);
    options_complain("%s", text);
    (void)fputs("Try: conclave-console --help\n", stderr);
    return EXIT_MISUSE;
}

/* What makes no sense together. */
static enum exit_status check(const struct options *o)
{
    if (o->once && o->plain) {
        return misuse("%s: --once prints a screen, --plain lines: choose one", "--plain");
    }
    if (o->replay != NULL && o->socket_count > 0) {
        return misuse("%s is shown without any node: leave --socket away", "--replay");
    }
    if (o->replay != NULL && o->record != NULL) {
        return misuse("%s cannot keep what is replayed", "--record");
    }
    if (o->plain && o->record != NULL) {
        return misuse("%s keeps what a screen needs: leave --plain away", "--record");
    }
    return EXIT_GO_ON;
}

enum exit_status options_parse(struct options *o, int argc, char **argv)
{
    struct option list[ENTRIES + 3] = {{0}};
    for (size_t i = 0; i < ENTRIES; i++) {
        list[i].name = entries[i].name;
        list[i].has_arg = entries[i].wants != NULL ? required_argument : no_argument;
        list[i].val = OPTION_FIRST + (int)i;
    }
    list[ENTRIES] = (struct option){"help", no_argument, NULL, 'h'};
    list[ENTRIES + 1] = (struct option){"version", no_argument, NULL, 'V'};
    *o = (struct options){.speed = 1};
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":hV", list, NULL)) != -1;) {
        if (c == 'h') {
            (void)fputs(usage_text, stdout);
            return EXIT_DONE;
        }
        if (c == 'V') {
            printf("conclave-console %s\n", PACKAGE_VERSION);
            return EXIT_DONE;
        }
        if (c < OPTION_FIRST) {
            return misuse(c == ':' ? "%s wants an argument"
                                   : "there is no option %s, or it takes no argument",
                          argv[optind - 1]);
        }
        const struct entry *e = &entries[c - OPTION_FIRST];
        if (!take(o, e, optarg)) {
            char what[160];
            (void)snprintf(what, sizeof(what), "--%s wants %s, not \"%%s\"", e->name,
                           e->wants);
            return misuse(what, optarg);
        }
    }
    return optind < argc ? misuse("\"%s\" is one argument too many", argv[optind])
                         : check(o);
}
