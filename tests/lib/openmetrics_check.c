/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "openmetrics_check.h"

#include "base/alloc.h"
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct exposition *e;
    const char *at;
    unsigned line;
    char *why;
    bool failed;
    /* the family begun last */
    char *family, *type;
    bool has_unit, has_help, has_samples;
    /* the histogram at work */
    char *histogram;
    double le, bucket;
    bool infinite, counted, summed;
};

static void fail(struct reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void fail(struct reader *r, const char *format, ...)
{
    if (!r->failed) {
        int size = snprintf(r->why, EXPOSITION_WHY_BYTES, "line %u: ", r->line);
        va_list args;
        va_start(args, format);
        (void)vsnprintf(r->why + size, EXPOSITION_WHY_BYTES - (size_t)size, format, args);
        va_end(args);
        r->failed = true;
    }
}

static bool take(struct reader *r, const char *text)
{
    bool is = strncmp(r->at, text, strlen(text)) == 0;
    r->at += is ? strlen(text) : 0;
    return is;
}

static void expect(struct reader *r, const char *text)
{
    if (!take(r, text)) {
        fail(r, "\"%s\" expected at \"%.20s\"", text, r->at);
    }
}

/* A name of letters, digits, '_' and, of metrics, ':'. */
static char *take_name(struct reader *r, bool metric)
{
    const char *from = r->at;
    while (isalnum((unsigned char)*r->at) || *r->at == '_' || (metric && *r->at == ':')) {
        r->at++;
    }
    if (from == r->at || isdigit((unsigned char)*from)) {
        fail(r, "a name expected at \"%.20s\"", from);
    }
    return strndup(from, (size_t)(r->at - from));
}

/* Up to end, which is not taken; escapes are of three kinds. */
static char *take_escaped(struct reader *r, char end)
{
    const char *from = r->at;
    for (; *r->at != end && *r->at != '\n' && *r->at != '\0'; r->at++) {
        if (*r->at == '\\' && strchr("n\"\\", *++r->at) == NULL) {
            fail(r, "an escape that is none: \\%c", *r->at);
        } else if (*r->at == '"' && r->at[-1] != '\\') {
            fail(r, "a quote that is not escaped");
        }
    }
    return strndup(from, (size_t)(r->at - from));
}

static size_t digits(struct reader *r)
{
    size_t count = strspn(r->at, "0123456789");
    r->at += count;
    return count;
}

/* realnumber; *integer: without point and exponent. */
static double take_number(struct reader *r, bool *integer)
{
    const char *from = r->at;
    (void)(take(r, "-") || take(r, "+"));
    size_t count = digits(r);
    *integer = true;
    if (take(r, ".")) {
        *integer = false;
        count += digits(r);
    }
    if (count > 0 && take(r, "e")) {
        *integer = false;
        (void)(take(r, "-") || take(r, "+"));
        count = digits(r);
    }
    if (count == 0) {
        fail(r, "a number expected at \"%.20s\"", from);
    }
    return strtod(from, NULL);
}

static bool ends_with(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);
    return a >= b && strcmp(text + a - b, end) == 0;
}

/* --- metadata --- */

static void end_histogram(struct reader *r)
{
    if (r->histogram != NULL && !(r->infinite && r->counted && r->summed)) {
        fail(r, "%s{%s} lacks its +Inf bucket, count or sum", r->family, r->histogram);
    }
    free(r->histogram);
    r->histogram = NULL;
}

static void begin_family(struct reader *r, char *name)
{
    end_histogram(r);
    for (size_t i = 0; i < r->e->family_count; i++) {
        if (strcmp(r->e->families[i], name) == 0) {
            fail(r, "the family %s comes again", name);
        }
    }
    r->e->families = alloc_resize(r->e->families, r->e->family_count + 1, sizeof(char *));
    r->e->families[r->e->family_count++] = name;
    free(r->type);
    r->type = NULL;
    r->family = name;
    r->has_unit = r->has_help = r->has_samples = false;
}

static void once(struct reader *r, bool *had, const char *what)
{
    if (*had || r->has_samples) {
        fail(r, "%s of %s is there already, or comes after its samples", what, r->family);
    }
    *had = true;
}

static void check_unit(struct reader *r, const char *unit)
{
    char *end = alloc_printf("_%s", unit);
    if (unit[0] == '\0' || !ends_with(r->family, end) ||
        (r->type != NULL && strcmp(r->type, "info") == 0)) {
        fail(r, "%s cannot have the unit %s", r->family, unit);
    }
    free(end);
}

/* After "# ". */
static void read_metadata(struct reader *r)
{
    static const char known[] =
        " counter gauge histogram gaugehistogram stateset info summary unknown ";
    bool is_type = take(r, "TYPE "), is_unit = !is_type && take(r, "UNIT ");
    if (!is_type && !is_unit) {
        expect(r, "HELP ");
    }
    char *name = take_name(r, true);
    if (r->family == NULL || strcmp(name, r->family) != 0) {
        begin_family(r, name);
    } else {
        free(name);
    }
    expect(r, " ");
    char *text = is_type || is_unit ? take_name(r, true) : take_escaped(r, '\n');
    if (is_type) {
        char *word = alloc_printf(" %s ", text);
        bool had = r->type != NULL || strstr(known, word) == NULL;
        once(r, &had, "TYPE");
        free(word);
        free(r->type);
        r->type = text;
        return;
    }
    once(r, is_unit ? &r->has_unit : &r->has_help, is_unit ? "UNIT" : "HELP");
    if (is_unit) {
        check_unit(r, text);
    }
    free(text);
}

/* --- samples --- */

/* The end of the sample's name after the family's, or NULL. */
static const char *end_of(const struct reader *r, const char *name)
{
    size_t length = r->family != NULL ? strlen(r->family) : 0;
    return length > 0 && strncmp(name, r->family, length) == 0 ? name + length : NULL;
}

static bool end_fits(const char *type, const char *end)
{
    if (strcmp(type, "gauge") == 0) {
        return end[0] == '\0';
    } else if (strcmp(type, "counter") == 0) {
        return strcmp(end, "_total") == 0;
    } else if (strcmp(type, "info") == 0) {
        return strcmp(end, "_info") == 0;
    }
    return strcmp(type, "histogram") == 0 &&
           (strcmp(end, "_bucket") == 0 || strcmp(end, "_count") == 0 ||
            strcmp(end, "_sum") == 0);
}

/* Labels between braces; *le gets that one, apart from the others. */
static char *take_labels(struct reader *r, char **le)
{
    struct buffer all = {NULL, 0, 0};
    char names[512] = " ";
    while (!r->failed && !take(r, "}")) {
        const char *from = r->at;
        char *name = take_name(r, false), *word = alloc_printf(" %s ", name);
        expect(r, "=\"");
        char *value = take_escaped(r, '"');
        expect(r, "\"");
        if (strstr(names, word) != NULL || strlen(names) + strlen(word) > sizeof(names)) {
            fail(r, "the label %s comes twice", name);
        } else {
            strcat(names, word);
        }
        if (strcmp(name, "le") == 0) {
            *le = value;
        } else {
            buffer_append(&all, ",", all.size > 0 ? 1 : 0);
            buffer_append(&all, from, (size_t)(r->at - from));
            free(value);
        }
        free(name);
        free(word);
        if (*r->at != '}') {
            expect(r, ",");
        }
    }
    buffer_append(&all, "", 1);
    return (char *)all.data;
}

/* A number as Go's %g writes it, or +Inf. */
static double read_le(struct reader *r, const char *le)
{
    struct reader inner = {.at = le, .why = r->why, .line = r->line};
    bool integer = false;
    if (strcmp(le, "+Inf") == 0) {
        return INFINITY;
    }
    double value = take_number(&inner, &integer);
    if (inner.failed || integer || *inner.at != '\0') {
        fail(r, "le=\"%s\" is not canonical", le);
    }
    return value;
}

static void read_histogram(struct reader *r, const char *end, const char *labels,
                           const char *le, double value, bool integer)
{
    if (r->histogram == NULL || strcmp(r->histogram, labels) != 0) {
        end_histogram(r);
        r->histogram = alloc_string(labels);
        r->le = -INFINITY;
        r->bucket = 0;
        r->infinite = r->counted = r->summed = false;
    }
    if (strcmp(end, "_bucket") == 0) {
        double bound = le != NULL ? read_le(r, le) : NAN;
        if (!(bound > r->le) || value < r->bucket || !integer || r->counted || r->summed) {
            fail(r, "bucket le=\"%s\" is out of order", le != NULL ? le : "");
        }
        r->le = bound;
        r->bucket = value;
        r->infinite = isinf(bound);
    } else if (strcmp(end, "_count") == 0) {
        if (!r->infinite || value != r->bucket || !integer || r->counted) {
            fail(r, "the count is not that of the +Inf bucket");
        }
        r->counted = true;
    } else {
        r->summed = true;
    }
}

static void keep(struct reader *r, char *name, char *labels, const char *le, double value)
{
    struct exposition *e = r->e;
    char *all = le == NULL ? labels
                           : alloc_printf("%s%sle=\"%s\"", labels,
                                          labels[0] != '\0' ? "," : "", le);
    double other;
    if (exposition_value(e, name, all, &other)) {
        fail(r, "%s{%s} comes twice", name, all);
    }
    e->samples = alloc_resize(e->samples, e->count + 1, sizeof(e->samples[0]));
    e->samples[e->count++] = (struct exposition_sample){name, all, value};
    if (all != labels) {
        free(labels);
    }
}

static void read_sample(struct reader *r)
{
    char *name = take_name(r, true), *le = NULL;
    char *labels = take(r, "{") ? take_labels(r, &le) : alloc_string("");
    bool integer = false;
    expect(r, " ");
    double value = take_number(r, &integer);
    const char *end = end_of(r, name);
    if (end == NULL || r->type == NULL || !end_fits(r->type, end)) {
        fail(r, "%s is no sample of the family before it", name);
    } else if (strcmp(r->type, "histogram") == 0) {
        read_histogram(r, end, labels, le, value, integer);
    } else if (le != NULL) {
        fail(r, "only buckets have the label le");
    } else if (strcmp(r->type, "info") == 0 && value != 1) {
        fail(r, "an info is 1");
    }
    if (value < 0 && r->type != NULL && strcmp(r->type, "gauge") != 0) {
        fail(r, "%s is negative", name);
    }
    r->has_samples = true;
    keep(r, name, labels, le, value);
    free(le);
}

struct exposition *exposition_read(const char *text, char why[EXPOSITION_WHY_BYTES])
{
    struct reader r = {.e = alloc_zero(1, sizeof(*r.e)), .at = text, .why = why};
    bool ended = false;
    why[0] = '\0';
    if (text_check(slice_of_string(text), true, NULL) != 0 || strchr(text, '\t') != NULL) {
        fail(&r, "not UTF-8, or with control characters");
    }
    while (!r.failed && !ended) {
        r.line++;
        if (take(&r, "# EOF\n")) {
            ended = true;
            end_histogram(&r);
        } else if (take(&r, "# ")) {
            read_metadata(&r);
            expect(&r, "\n");
        } else {
            read_sample(&r);
            expect(&r, "\n");
        }
    }
    if (*r.at != '\0') {
        fail(&r, "something follows the end");
    }
    free(r.type);
    free(r.histogram);
    if (r.failed) {
        exposition_free(r.e);
        return NULL;
    }
    return r.e;
}

void exposition_free(struct exposition *e)
{
    for (size_t i = 0; e != NULL && i < e->family_count; i++) {
        free(e->families[i]);
    }
    for (size_t i = 0; e != NULL && i < e->count; i++) {
        free(e->samples[i].name);
        free(e->samples[i].labels);
    }
    if (e != NULL) {
        free(e->families);
        free(e->samples);
        free(e);
    }
}

/* --- looking --- */

bool exposition_value(const struct exposition *e, const char *name, const char *labels,
                      double *out)
{
    for (size_t i = 0; i < e->count; i++) {
        if (strcmp(e->samples[i].name, name) == 0 &&
            strcmp(e->samples[i].labels, labels) == 0) {
            *out = e->samples[i].value;
            return true;
        }
    }
    return false;
}

bool exposition_has(const struct exposition *e, const char *name)
{
    for (size_t i = 0; i < e->count; i++) {
        if (strcmp(e->samples[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

double exposition_sum(const struct exposition *e, const char *name, const char *part)
{
    double sum = 0;
    for (size_t i = 0; i < e->count; i++) {
        if (strcmp(e->samples[i].name, name) == 0 &&
            strstr(e->samples[i].labels, part) != NULL) {
            sum += e->samples[i].value;
        }
    }
    return sum;
}
