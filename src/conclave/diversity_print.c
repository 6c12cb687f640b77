/* SPDX-License-Identifier: ISC */
#include "conclave/diversity_print.h"

#include "conclave/describe.h"
#include "conclave/members.h"

#include "base/alloc.h"
#include "base/bytes.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_SHOWN = 12 };

__attribute__((format(printf, 2, 3))) static void add(struct buffer *out,
                                                      const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char text[512];
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    buffer_append(out, text, strlen(text));
}

/* Prints it, and empties it. */
static void print(const char *label, enum colour colour, struct buffer *words)
{
    buffer_append(words, "", 1);
    describe_wrapped(label, colour, (const char *)words->data);
    words->size = 0;
}

static const char *words_of(const char *kind)
{
    return strcmp(kind, "model_family") == 0 ? "model family" : kind;
}

static const char *name_of(const json_t *group)
{
    const char *name = json_string_value(json_object_get(group, "name"));
    return name != NULL ? name : "(not stated)";
}

/* --- what the numbers mean --- */

static void print_number(long long number, struct buffer *words)
{
    char label[32];
    (void)snprintf(label, sizeof(label), "%lld seats", number);
    print(label, COLOUR_PLAIN, words);
}

/* The classes with this threshold. */
static void add_classes(struct buffer *out, const json_t *classes, long long threshold)
{
    bool first = true;
    for (size_t i = 0; i < json_array_size(classes); i++) {
        const json_t *class = json_array_get(classes, i);
        if (member_number(class, "threshold") == threshold) {
            add(out, "%s%s", first ? "" : ", ", member_text(class, "name"));
            first = false;
        }
    }
}

static void print_thresholds(const json_t *d, struct buffer *words)
{
    const json_t *sets = json_object_get(d, "smallest"),
                 *classes = json_object_get(d, "classes");
    for (size_t i = 0; i < json_array_size(sets); i++) {
        const json_t *set = json_array_get(sets, i);
        long long threshold = member_number(set, "need");
        if (strcmp(member_text(set, "kind"), "any") != 0 ||
            strcmp(member_text(set, "reaches"), "T") != 0) {
            continue;
        }
        add(words,
            "that do not approve keep from approval what needs T = %lld: ", threshold);
        add_classes(words, classes, threshold);
        print_number(member_number(d, "seats") - threshold + 1, words);
        add(words, "are T = %lld, and approve on their own: ", threshold);
        add_classes(words, classes, threshold);
        print_number(threshold, words);
    }
}

static void print_numbers(const json_t *d, struct buffer *words)
{
    long long n = member_number(d, "seats"), f = member_number(d, "f");
    long long w = member_number(d, "w"), q = member_number(d, "q");
    long long stop = member_number(d, "stop"), fork = member_number(d, "fork");
    (void)printf("What seats can do that fail together: by a fault that they share, or "
                 "an\norder, or whoever breaks into one and then all of them\n");
    add(words,
        "exceed f = %lld: from there on nothing is guaranteed. They are w = f+1, whose "
        "word the others take, as for a change of primary",
        f);
    print_number(w, words);
    add(words,
        "that lie can have two different blocks certified at one height, as two quorums "
        "may have no others in common (2q - n)");
    print_number(fork, words);
    add(words,
        "that are silent stop the council: the other %lld are fewer than the q = %lld "
        "that order blocks",
        n - stop, q);
    print_number(stop, words);
    print_thresholds(d, words);
    add(words, "are q, and make blocks and the proofs of them on their own");
    print_number(q, words);
}

/* --- the groups --- */

/* "3 seats each: A, B; 1 seat: C": groups of one size stand together. */
static void add_group(struct buffer *out, const json_t *group, size_t seats, size_t before)
{
    if (seats == before) {
        add(out, ", %s", name_of(group));
    } else {
        add(out, "%s%zu seat%s%s: %s", before > 0 ? "; " : "", seats, seats == 1 ? "" : "s",
            member_true(group, "exceeds_f") ? ", exceeding f" : "", name_of(group));
    }
}

static void print_groups(const json_t *d, const char *kind, struct buffer *words)
{
    const json_t *groups = json_object_get(d, "groups");
    size_t count = 0, before = 0;
    for (size_t i = 0; i < json_array_size(groups); i++) {
        const json_t *group = json_array_get(groups, i);
        size_t seats = json_array_size(json_object_get(group, "seats"));
        if (strcmp(member_text(group, "kind"), kind) != 0) {
            continue;
        }
        if (count++ < NAMES_SHOWN) {
            add_group(words, group, seats, before);
            before = seats;
        }
    }
    if (count > NAMES_SHOWN) {
        add(words, " and %zu more", count - NAMES_SHOWN);
    }
    char label[32];
    (void)snprintf(label, sizeof(label), "%zu group%s", count, count == 1 ? "" : "s");
    print(label, COLOUR_PLAIN, words);
}

static void print_set(const json_t *set, struct buffer *words)
{
    const json_t *groups = json_object_get(set, "groups");
    bool mixed = strcmp(member_text(set, "kind"), "any") == 0;
    bool weak = strcmp(member_text(set, "reaches"), "w") == 0;
    size_t count = json_array_size(groups);
    char label[32];
    (void)snprintf(label, sizeof(label), weak ? "exceed f" : "reach T %lld",
                   (long long)member_number(set, "need"));
    add(words, "%s%zu group%s, %lld seats: ", member_true(set, "exact") ? "" : "at most ",
        count, count == 1 ? "" : "s", (long long)member_number(set, "seats"));
    for (size_t i = 0; i < count && i < NAMES_SHOWN; i++) {
        const json_t *group = json_array_get(groups, i);
        add(words, "%s%s%s%s", i > 0 ? ", " : "",
            mixed ? words_of(member_text(group, "kind")) : "", mixed ? " " : "",
            name_of(group));
    }
    if (count > NAMES_SHOWN) {
        add(words, " and %zu more", count - NAMES_SHOWN);
    }
    if (!member_true(set, "exact")) {
        add(words,
            "; there are too many sets to look at all of them: fewer groups may do, but "
            "not fewer than %lld",
            (long long)member_number(set, "at_least"));
    }
    print(label, weak && count == 1 ? COLOUR_WARN : COLOUR_PLAIN, words);
}

static void print_kind(const json_t *d, const char *kind, struct buffer *words)
{
    const json_t *sets = json_object_get(d, "smallest");
    bool mixed = strcmp(kind, "any") == 0;
    (void)printf(mixed ? "\nThe fewest groups, whether %s\n" : "\nGroups of one %s\n",
                 mixed ? "vendors, model families or jurisdictions" : words_of(kind));
    if (!mixed) {
        print_groups(d, kind, words);
    }
    for (size_t i = 0; i < json_array_size(sets); i++) {
        const json_t *set = json_array_get(sets, i);
        if (strcmp(member_text(set, "kind"), kind) == 0) {
            print_set(set, words);
        }
    }
}

void diversity_print(const json_t *d)
{
    static const char *const kinds[] = {"vendor", "model_family", "jurisdiction", "any"};
    struct buffer words = {NULL, 0, 0};
    print_numbers(d, &words);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        print_kind(d, kinds[i], &words);
    }
    buffer_free(&words);
}
