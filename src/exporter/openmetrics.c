/* SPDX-License-Identifier: ISC */
#include "exporter/openmetrics.h"

#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 100, NUMBER_BYTES = 40, LABELS_MAX = 16, FAMILIES_MAX = 256 };

enum type { TYPE_GAUGE, TYPE_COUNTER, TYPE_HISTOGRAM, TYPE_INFO };
static const char *const types[] = {"gauge", "counter", "histogram", "info"};
enum { TYPES = 4 };

struct family {
    const char *name, *unit;
    const json_t *help;
    enum type type;
    const json_t *samples;
};

static void add(struct buffer *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add(struct buffer *out, const char *format, ...)
{
    char text[2 * NAME_BYTES + NUMBER_BYTES];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    assert(size >= 0 && (size_t)size < sizeof(text));
    buffer_append(out, text, (size_t)size);
}

/* --- what may be shown --- */

static bool is_name(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz_0123456789";
    return text != NULL && text[0] >= 'a' && text[0] <= 'z' && strlen(text) <= NAME_BYTES &&
           text[strspn(text, allowed)] == '\0';
}

static bool ends_with(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);
    return a > b && strcmp(text + a - b, end) == 0;
}

/* With one of the ends that types give their samples, it could be another family's. */
static bool is_family_name(const char *name)
{
    static const char *const ends[] = {"_total", "_created", "_bucket", "_count",
                                       "_sum",   "_info",    "_gcount", "_gsum"};
    if (!is_name(name) || strncmp(name, "conclave_", 9) != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (ends_with(name, ends[i])) {
            return false;
        }
    }
    return true;
}

static bool is_unit_of(const char *unit, const char *name)
{
    size_t length = strlen(unit);
    return length == 0 || (is_name(unit) && ends_with(name, unit) &&
                           name[strlen(name) - length - 1] == '_');
}

static const char *text_of(const json_t *object, const char *member)
{
    const char *text = json_string_value(json_object_get(object, member));
    return text != NULL ? text : "";
}

static bool read_family(const json_t *value, struct family *out)
{
    const char *type = text_of(value, "type");
    out->name = text_of(value, "name");
    out->unit = text_of(value, "unit");
    out->help = json_object_get(value, "help");
    out->samples = json_object_get(value, "samples");
    for (int t = 0; t < TYPES; t++) {
        if (strcmp(type, types[t]) == 0) {
            out->type = (enum type)t;
            return json_is_array(out->samples) && is_family_name(out->name) &&
                   is_unit_of(out->unit, out->name) &&
                   (out->type != TYPE_INFO || out->unit[0] == '\0');
        }
    }
    return false;
}

/* --- numbers and labels --- */

/* As few digits as it takes, with a point or an exponent: 1.0, 0.001, 1e+06. */
static void print_real(char out[NUMBER_BYTES], double value)
{
    for (int digits = 6; digits <= 17; digits++) {
        (void)snprintf(out, NUMBER_BYTES, "%.*g", digits, value);
        if (strtod(out, NULL) == value) {
            break;
        }
    }
    if (out[strcspn(out, ".e")] == '\0') {
        strcat(out, ".0");
    }
}

/* False for what a family of the type cannot have. */
static bool print_value(char out[NUMBER_BYTES], const json_t *value, bool negative)
{
    double number = json_number_value(value);
    if (!json_is_number(value) || !isfinite(number) || (number < 0 && !negative)) {
        return false;
    }
    if (json_is_integer(value)) {
        (void)snprintf(out, NUMBER_BYTES, "%lld", (long long)json_integer_value(value));
    } else {
        print_real(out, number);
    }
    return true;
}

static void add_escaped(struct buffer *out, struct slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\') {
            buffer_append(out, "\\", 1);
        }
        buffer_append(out, &text.data[i], 1);
    }
}

/* Text of a node: it may end at a terminal. */
static void add_text(struct buffer *out, const json_t *string)
{
    struct slice text = slice_of(json_string_value(string), json_string_length(string));
    struct buffer safe = {NULL, 0, 0};
    text_escape(&safe, text, "");
    add_escaped(out, buffer_slice(&safe));
    buffer_free(&safe);
}

/* Without the braces. le is for buckets alone. */
static bool format_labels(struct buffer *out, const json_t *labels, const char *node)
{
    const char *name;
    json_t *value;
    if (node != NULL) {
        add(out, "node=\"");
        add_escaped(out, slice_of_string(node));
        add(out, "\"");
    }
    if (json_object_size(labels) > LABELS_MAX) {
        return false;
    }
    json_object_foreach((json_t *)labels, name, value)
    {
        if (!is_name(name) || strcmp(name, "le") == 0 || !json_is_string(value) ||
            (node != NULL && strcmp(name, "node") == 0)) {
            return false;
        }
        add(out, "%s%s=\"", out->size > 0 ? "," : "", name);
        add_text(out, value);
        add(out, "\"");
    }
    return true;
}

/* --- samples --- */

static void add_sample(struct buffer *out, const char *name, const char *end,
                       struct slice labels, const char *le, const char *number)
{
    add(out, "%s%s", name, end);
    if (labels.size > 0 || le != NULL) {
        buffer_append(out, "{", 1);
        buffer_append(out, labels.data, labels.size);
        if (le != NULL) {
            add(out, "%sle=\"%s\"", labels.size > 0 ? "," : "", le);
        }
        buffer_append(out, "}", 1);
    }
    add(out, " %s\n", number);
}

/* Appends the buckets; false where they are no histogram of so many. */
static bool add_buckets(struct buffer *out, const struct family *f, const json_t *buckets,
                        struct slice labels, json_int_t count)
{
    double last_le = -INFINITY;
    json_int_t last = 0;
    char number[NUMBER_BYTES], le[NUMBER_BYTES];
    size_t i;
    json_t *bucket;
    json_array_foreach((json_t *)buckets, i, bucket)
    {
        const json_t *bound = json_object_get(bucket, "le"),
                     *in = json_object_get(bucket, "count");
        if (!json_is_number(bound) || !json_is_integer(in) ||
            !isfinite(json_number_value(bound)) || json_number_value(bound) <= last_le ||
            json_integer_value(in) < last || json_integer_value(in) > count) {
            return false;
        }
        last_le = json_number_value(bound);
        last = json_integer_value(in);
        print_real(le, last_le);
        (void)print_value(number, in, false);
        add_sample(out, f->name, "_bucket", labels, le, number);
    }
    return true;
}

static void add_histogram(struct buffer *out, const struct family *f, const json_t *sample,
                          struct slice labels)
{
    const json_t *count = json_object_get(sample, "count");
    char total[NUMBER_BYTES], sum[NUMBER_BYTES];
    size_t before = out->size;
    if (!json_is_integer(count) || !print_value(total, count, false) ||
        !print_value(sum, json_object_get(sample, "sum"), false)) {
        return;
    }
    if (!add_buckets(out, f, json_object_get(sample, "buckets"), labels,
                     json_integer_value(count))) {
        out->size = before;
        return;
    }
    add_sample(out, f->name, "_bucket", labels, "+Inf", total);
    add_sample(out, f->name, "_count", labels, NULL, total);
    add_sample(out, f->name, "_sum", labels, NULL, sum);
}

static void add_one(struct buffer *out, const struct family *f, const json_t *sample,
                    struct slice labels)
{
    char number[NUMBER_BYTES];
    const json_t *value = json_object_get(sample, "value");
    switch (f->type) {
    case TYPE_GAUGE:
        if (print_value(number, value, true)) {
            add_sample(out, f->name, "", labels, NULL, number);
        }
        break;
    case TYPE_COUNTER:
        if (print_value(number, value, false)) {
            add_sample(out, f->name, "_total", labels, NULL, number);
        }
        break;
    case TYPE_INFO:
        add_sample(out, f->name, "_info", labels, NULL, "1");
        break;
    case TYPE_HISTOGRAM:
        add_histogram(out, f, sample, labels);
        break;
    }
}

/* Whether the family had a sample with these labels, in whatever order: the same twice
 * would be a contradiction. */
static bool is_told(json_t *told, const json_t *labels, const char *node)
{
    json_t *key = json_array();
    (void)json_array_append_new(key, node != NULL ? json_string(node) : json_null());
    (void)json_array_append(key, (json_t *)labels);
    char *text = json_dumps(key, JSON_SORT_KEYS | JSON_COMPACT);
    bool is = text == NULL || json_object_get(told, text) != NULL;
    if (!is) {
        (void)json_object_set_new(told, text, json_true());
    }
    free(text);
    json_decref(key);
    return is;
}

static void add_samples(struct buffer *out, const struct family *f, const char *node,
                        json_t *told)
{
    size_t i;
    json_t *sample;
    json_array_foreach((json_t *)f->samples, i, sample)
    {
        struct buffer text = {NULL, 0, 0};
        const json_t *labels = json_object_get(sample, "labels");
        if (json_is_object(labels) && format_labels(&text, labels, node) &&
            !is_told(told, labels, node)) {
            add_one(out, f, sample, buffer_slice(&text));
        }
        buffer_free(&text);
    }
}

static void begin(struct buffer *out, const struct family *f)
{
    add(out, "# TYPE %s %s\n", f->name, types[f->type]);
    if (f->unit[0] != '\0') {
        add(out, "# UNIT %s %s\n", f->name, f->unit);
    }
    if (json_string_length(f->help) > 0) {
        add(out, "# HELP %s ", f->name);
        add_text(out, f->help);
        add(out, "\n");
    }
}

/* The family of the same name and type, if it is among those of another source. */
static bool find_alike(const json_t *families, const struct family *f, struct family *out)
{
    for (size_t i = 0; i < json_array_size(families) && i < FAMILIES_MAX; i++) {
        const json_t *value = json_array_get(families, i);
        if (strcmp(text_of(value, "name"), f->name) == 0) {
            return read_family(value, out) && out->type == f->type;
        }
    }
    return false;
}

static void write_family(struct buffer *out, const struct family *f,
                         const struct openmetrics_source *sources, size_t count)
{
    json_t *told = json_object();
    struct family other;
    begin(out, f);
    add_samples(out, f, sources[0].node, told);
    for (size_t s = 1; s < count; s++) {
        if (find_alike(sources[s].families, f, &other)) {
            add_samples(out, &other, sources[s].node, told);
        }
    }
    json_decref(told);
}

void openmetrics_write(struct buffer *out, const struct openmetrics_source *sources,
                       size_t count)
{
    json_t *written = json_object();
    for (size_t s = 0; s < count; s++) {
        const json_t *list = sources[s].families;
        for (size_t i = 0; i < json_array_size(list) && i < FAMILIES_MAX; i++) {
            struct family f;
            if (read_family(json_array_get(list, i), &f) &&
                json_object_get(written, f.name) == NULL) {
                (void)json_object_set_new(written, f.name, json_true());
                write_family(out, &f, &sources[s], count - s);
            }
        }
    }
    json_decref(written);
    add(out, "# EOF\n");
}
