/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "conclave/help.h"

#include <string.h>

enum { NAME_MAX_BYTES = 32, INDENT = 24 };

const char *help_version(void)
{
    return PACKAGE_VERSION;
}

static void list_commands(FILE *out, const char *first_word)
{
    size_t length = first_word != NULL ? strlen(first_word) : 0;
    for (int i = 0; commands[i] != NULL; i++) {
        const struct command *c = commands[i];
        if (first_word == NULL ||
            (strncmp(c->name, first_word, length) == 0 && c->name[length] == ' ')) {
            (void)fprintf(out, "  %-*s  %s\n", INDENT - 4, c->name, c->summary);
        }
    }
}

void help_overview(FILE *out)
{
    (void)fprintf(out, "usage: conclave COMMAND [OPTION]... [ARGUMENT]...\n"
                       "       conclave help [COMMAND]\n"
                       "       conclave --version\n\n"
                       "Commands:\n");
    list_commands(out, NULL);
    (void)fprintf(out, "\nExit status: 0 done or approved, 1 refused or failed, 2 usage, "
                       "3 rejected.\nThe manual is in conclave(1).\n");
}

bool help_is_family(const char *word)
{
    size_t length = strlen(word);
    for (int i = 0; commands[i] != NULL; i++) {
        if (strncmp(commands[i]->name, word, length) == 0 &&
            commands[i]->name[length] == ' ') {
            return true;
        }
    }
    return false;
}

void help_family(const char *word, FILE *out)
{
    (void)fprintf(out, "usage: conclave %s COMMAND [OPTION]...\n\nCommands:\n", word);
    list_commands(out, word);
}

static void print_option(const char *name, const char *value, const char *help)
{
    char spelt[64];
    bool is_short = strcmp(name, "output") == 0 || strcmp(name, "follow") == 0;
    (void)snprintf(spelt, sizeof(spelt), "%s%.*s%s--%s%s%s", is_short ? "-" : "",
                   is_short ? 1 : 0, name, is_short ? ", " : "", name,
                   value != NULL ? " " : "", value != NULL ? value : "");
    if (strlen(spelt) > INDENT - 4) {
        (void)printf("  %s\n%*s%s\n", spelt, INDENT, "", help);
    } else {
        (void)printf("  %-*s  %s\n", INDENT - 4, spelt, help);
    }
}

void help_command(const struct command *c)
{
    (void)printf("usage: conclave %s [OPTION]...%s%s\n\n%s.\n", c->name,
                 c->operands[0] != '\0' ? " " : "", c->operands, c->summary);
    if (c->raw) {
        (void)printf("\n%s", c->details);
        return;
    }
    (void)printf("\nOptions:\n");
    for (int i = 0; c->options != NULL && c->options[i].name != NULL; i++) {
        print_option(c->options[i].name, c->options[i].value, c->options[i].help);
    }
    if (c->socket) {
        print_option("socket", "PATH",
                     "the node's control socket (default $CONCLAVE_SOCKET, "
                     "then the usual places)");
    }
    print_option("json", NULL, "one JSON text on standard output, for programs");
    print_option("help", NULL, "this text");
    if (c->details != NULL) {
        (void)printf("\n%s", c->details);
    }
}

/* --- likely meanings --- */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Letters to insert, drop, change or swap with the next to get from one to the other. */
static unsigned distance(const char *a, const char *b)
{
    size_t m = strlen(a), n = strlen(b);
    if (m > NAME_MAX_BYTES || n > NAME_MAX_BYTES) {
        return NAME_MAX_BYTES;
    }
    unsigned d[NAME_MAX_BYTES + 1][NAME_MAX_BYTES + 1];
    for (size_t i = 0; i <= m; i++) {
        d[i][0] = (unsigned)i;
    }
    for (size_t j = 0; j <= n; j++) {
        d[0][j] = (unsigned)j;
    }
    for (size_t i = 1; i <= m; i++) {
        for (size_t j = 1; j <= n; j++) {
            unsigned change = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            d[i][j] = least(change, least(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
            }
        }
    }
    return d[m][n];
}

/* Keeps the candidate when it is nearer than the nearest so far, and near enough. */
static void consider(const char *typed, const char *name, const char **nearest,
                     unsigned *best)
{
    unsigned d = distance(typed, name);
    size_t length = strlen(typed);
    if (length >= 3 && strncmp(name, typed, length) == 0) {
        d = 1;
    }
    if (d < *best && d <= 1 + length / 3) {
        *best = d;
        *nearest = name;
    }
}

/* A command of two words, of which the first or both were typed. */
static void consider_two(int argc, char *const *argv, const struct command *c,
                         const char **nearest, unsigned *best)
{
    char first[NAME_MAX_BYTES + 1], both[2 * NAME_MAX_BYTES + 2];
    size_t length = strcspn(c->name, " ");
    const char *near = NULL;
    bool second = argc > 1 && argv[1][0] != '-';
    (void)snprintf(first, sizeof(first), "%.*s", (int)length, c->name);
    if (second && strcmp(argv[0], first) == 0) {
        consider(argv[1], c->name + length + 1, &near, best);
    } else if (second && strlen(argv[0]) + strlen(argv[1]) < NAME_MAX_BYTES) {
        (void)snprintf(both, sizeof(both), "%s %s", argv[0], argv[1]);
        consider(both, c->name, &near, best);
    } else if (strcmp(argv[0], first) != 0) {
        consider(argv[0], first, &near, best);
    }
    *nearest = near != NULL ? c->name : *nearest;
}

const char *help_nearest_word(const char *typed, const char *const *names)
{
    const char *nearest = NULL;
    unsigned best = NAME_MAX_BYTES;
    for (size_t i = 0; names[i] != NULL; i++) {
        consider(typed, names[i], &nearest, &best);
    }
    return nearest;
}

const char *help_nearest_command(int argc, char *const *argv)
{
    const char *nearest = NULL;
    unsigned best = NAME_MAX_BYTES;
    bool family = help_is_family(argv[0]);
    for (int i = 0; commands[i] != NULL; i++) {
        if (strchr(commands[i]->name, ' ') != NULL) {
            consider_two(argc, argv, commands[i], &nearest, &best);
        } else if (!family) {
            consider(argv[0], commands[i]->name, &nearest, &best);
        }
    }
    if (!family) {
        consider(argv[0], "help", &nearest, &best);
    }
    return nearest;
}

const char *help_nearest_option(const struct command *c, const char *typed)
{
    const char *nearest = NULL;
    unsigned best = NAME_MAX_BYTES;
    char word[NAME_MAX_BYTES + 1];
    typed += strspn(typed, "-");
    (void)snprintf(word, sizeof(word), "%.*s", (int)strcspn(typed, "="), typed);
    for (int i = 0; c->options != NULL && c->options[i].name != NULL; i++) {
        consider(word, c->options[i].name, &nearest, &best);
    }
    consider(word, "json", &nearest, &best);
    consider(word, "help", &nearest, &best);
    if (c->socket) {
        consider(word, "socket", &nearest, &best);
    }
    return nearest;
}
