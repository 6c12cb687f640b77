/* SPDX-License-Identifier: ISC */
#include "base/log_limit.h"

#include "base/alloc.h"
#include "base/log_text.h"

#include <stdlib.h>
#include <string.h>

struct kind {
    struct buffer key; /* empty: this place is free */
    uint64_t began_ms; /* its window, monotonic */
    unsigned room;     /* lines that may still be written in it */
    enum log_level level;
    uint64_t withheld;
    uint64_t since_ms; /* wall clock, of the first of them */
    /* A copy of the last one. */
    struct log_field *fields;
    size_t field_count;
    struct buffer bytes; /* what the fields point to */
};

struct log_limit {
    struct kind kinds[LOG_LIMIT_KINDS];
    struct buffer key; /* of the line that is looked at */
    char since[LOG_TIME_BYTES];
};

struct log_limit *log_limit_new(void)
{
    return alloc_zero(1, sizeof(struct log_limit));
}

void log_limit_free(struct log_limit *l)
{
    if (l == NULL) {
        return;
    }
    for (size_t i = 0; i < LOG_LIMIT_KINDS; i++) {
        buffer_free(&l->kinds[i].key);
        buffer_free(&l->kinds[i].bytes);
        free(l->kinds[i].fields);
    }
    buffer_free(&l->key);
    free(l);
}

static bool ends_in(const char *text, const char *end)
{
    size_t size = strlen(text), length = strlen(end);
    return size >= length && strcmp(text + size - length, end) == 0;
}

bool log_limit_is_measure(const char *key)
{
    static const char *const names[] = {"address", "bytes", "client", "count",
                                        "height",  "ms",    "pid"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(key, names[i]) == 0) {
            return true;
        }
    }
    return ends_in(key, "_ms") || ends_in(key, "_bytes");
}

/* --- which line it is --- */

static void write_key(struct log_limit *l, enum log_level level,
                      const struct log_field *fields, bool is_outside)
{
    uint8_t kind[] = {(uint8_t)level, is_outside};
    l->key.size = 0;
    buffer_append(&l->key, kind, sizeof(kind));
    for (const struct log_field *f = fields; f->kind != LOG_END; f++) {
        bool counts = is_outside ? f == fields || strcmp(f->key, "seat") == 0
                                 : !log_limit_is_measure(f->key);
        if (counts) {
            log_text_field(&l->key, f);
        }
    }
}

static struct kind *find(struct log_limit *l)
{
    for (size_t i = 0; i < LOG_LIMIT_KINDS; i++) {
        if (slice_equal(buffer_slice(&l->kinds[i].key), buffer_slice(&l->key))) {
            return &l->kinds[i];
        }
    }
    return NULL;
}

/* A place for one more: a free one, or that of the oldest window in which nothing is
 * withheld. NULL: there is none. */
static struct kind *make_room(struct log_limit *l)
{
    struct kind *best = NULL;
    for (size_t i = 0; i < LOG_LIMIT_KINDS; i++) {
        struct kind *k = &l->kinds[i];
        if (k->key.size == 0) {
            return k;
        }
        if (k->withheld == 0 && (best == NULL || k->began_ms < best->began_ms)) {
            best = k;
        }
    }
    return best;
}

/* --- withholding --- */

static size_t size_of(const struct log_field *f)
{
    switch (f->kind) {
    case LOG_STRING:
        return f->string != NULL ? strlen(f->string) + 1 : 0;
    case LOG_TEXT:
    case LOG_HEX:
        return f->bytes.size;
    case LOG_NUMBER:
    case LOG_SIGNED:
    case LOG_END:
        return 0;
    }
    return 0;
}

static void keep(struct kind *k, const struct log_field *fields)
{
    size_t count = 0, size = 0;
    for (const struct log_field *f = fields; f->kind != LOG_END; f++) {
        count++;
        size += size_of(f);
    }
    k->fields = alloc_resize(k->fields, count + 3, sizeof(*k->fields));
    k->field_count = count;
    k->bytes.size = 0;
    buffer_reserve(&k->bytes, size + 1); /* stays where it is while it is filled */
    for (size_t i = 0; i < count; i++) {
        struct log_field *to = &k->fields[i];
        uint8_t *at = k->bytes.data + k->bytes.size;
        size_t bytes = size_of(&fields[i]);
        *to = fields[i];
        if (bytes == 0) {
            continue;
        }
        if (to->kind == LOG_STRING) {
            buffer_append(&k->bytes, to->string, bytes);
            to->string = (const char *)at;
        } else {
            buffer_append_slice(&k->bytes, to->bytes);
            to->bytes.data = at;
        }
    }
}

bool log_limit_admit(struct log_limit *l, enum log_level level,
                     const struct log_field *fields, bool is_outside, struct log_moment now)
{
    write_key(l, level, fields, is_outside);
    struct kind *k = find(l);
    if (k == NULL) {
        k = make_room(l);
        if (k == NULL) {
            return true;
        }
        k->key.size = 0;
        buffer_append_slice(&k->key, buffer_slice(&l->key));
        k->level = level;
        k->began_ms = now.monotonic_ms;
        k->room = LOG_LIMIT_LINES;
    } else if (k->withheld == 0 && now.monotonic_ms - k->began_ms >= LOG_LIMIT_WINDOW_MS) {
        k->began_ms = now.monotonic_ms;
        k->room = LOG_LIMIT_LINES;
    }
    if (k->room > 0) {
        k->room--;
        return true;
    }
    if (k->withheld++ == 0) {
        k->since_ms = now.wall_ms;
    }
    keep(k, fields);
    return false;
}

bool log_limit_due(struct log_limit *l, struct log_moment now, bool all,
                   struct log_withheld *out)
{
    for (size_t i = 0; i < LOG_LIMIT_KINDS; i++) {
        struct kind *k = &l->kinds[i];
        bool is_over = now.monotonic_ms - k->began_ms >= LOG_LIMIT_WINDOW_MS;
        if (k->withheld == 0 || !(is_over || all)) {
            continue;
        }
        log_time(l->since, k->since_ms);
        k->fields[k->field_count] = LOG_N("repeated", k->withheld);
        k->fields[k->field_count + 1] = LOG_S("since", l->since);
        k->fields[k->field_count + 2] = (struct log_field){.kind = LOG_END};
        *out = (struct log_withheld){.level = k->level, .fields = k->fields};
        k->withheld = 0;
        k->began_ms = now.monotonic_ms;
        k->room = 1;
        return true;
    }
    return false;
}
