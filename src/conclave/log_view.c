/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/log_entry.h"

#include "conclave/output.h"

#include "base/alloc.h"
#include "control/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct log_view {
    struct log_filter filter;
    bool json, live;
    size_t last, first, count; /* of the ring: entries[first], count of them */
    struct log_entry *entries;
};

struct log_view *log_view_new(const struct log_filter *filter, size_t last, bool json)
{
    struct log_view *v = alloc_zero(1, sizeof(*v));
    v->filter = *filter;
    v->json = json;
    v->last = last;
    v->entries = alloc_zero(last > 0 ? last : 1, sizeof(*v->entries));
    return v;
}

static enum colour colour_of(enum log_rank rank)
{
    switch (rank) {
    case LOG_RANK_DEBUG:
        return COLOUR_DIM;
    case LOG_RANK_INFO:
        return COLOUR_PLAIN;
    case LOG_RANK_WARN:
        return COLOUR_WARN;
    case LOG_RANK_ERROR:
        return COLOUR_BAD;
    }
    return COLOUR_PLAIN;
}

static void print_json(const struct log_entry *e)
{
    json_t *out = json_object();
    bool ours = e->event[0] != '\0';
    (void)json_object_set_new(out, "time_ms",
                              e->time_ms != 0 ? json_integer((json_int_t)e->time_ms)
                                              : json_null());
    (void)json_object_set_new(out, "level",
                              ours ? json_string(log_rank_name(e->rank)) : json_null());
    (void)json_object_set_new(out, "event",
                              ours ? control_text(slice_of_string(e->event)) : json_null());
    (void)json_object_set_new(out, "seat",
                              e->seat != 0 ? json_integer(e->seat) : json_null());
    (void)json_object_set_new(out, "text", control_text(slice_of_string(e->text)));
    output_json(out);
    json_decref(out);
}

/* As it stands in a file. */
static void print_text(const struct log_entry *e)
{
    time_t seconds = (time_t)(e->time_ms / 1000);
    struct tm tm;
    char time[32];
    if (e->time_ms != 0 && gmtime_r(&seconds, &tm) != NULL) {
        (void)strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%S", &tm);
        (void)printf("ts=%s.%03uZ ", time, (unsigned)(e->time_ms % 1000));
    }
    if (e->event[0] != '\0') {
        (void)printf("level=");
        output_text(colour_of(e->rank), log_rank_name(e->rank));
        (void)printf(" event=");
        output_text(COLOUR_BOLD, e->event);
        (void)printf("%s", e->text[0] != '\0' ? " " : "");
    }
    output_text(COLOUR_PLAIN, e->text);
    (void)printf("\n");
}

static void print_entry(const struct log_view *v, struct log_entry *e)
{
    if (v->json) {
        print_json(e);
    } else {
        print_text(e);
    }
    log_entry_clear(e);
}

static bool passes(const struct log_filter *f, const struct log_entry *e)
{
    return e->rank >= f->least && (f->seat == 0 || e->seat == f->seat) &&
           (f->event == NULL ||
            (e->event[0] != '\0' && strncmp(e->event, f->event, strlen(f->event)) == 0)) &&
           (f->since_ms == 0 || e->time_ms >= f->since_ms);
}

void log_view_add(struct log_view *v, struct log_entry *e)
{
    if (!passes(&v->filter, e) || (!v->live && v->last == 0)) {
        log_entry_clear(e);
    } else if (v->live) {
        print_entry(v, e);
        (void)output_flush();
    } else if (v->count < v->last) {
        v->entries[(v->first + v->count++) % v->last] = *e;
    } else {
        log_entry_clear(&v->entries[v->first]);
        v->entries[v->first] = *e;
        v->first = (v->first + 1) % v->last;
    }
}

void log_view_live(struct log_view *v)
{
    for (size_t i = 0; i < v->count; i++) {
        print_entry(v, &v->entries[(v->first + i) % v->last]);
    }
    v->count = 0;
    v->live = true;
    (void)output_flush();
}

void log_view_free(struct log_view *v)
{
    for (size_t i = 0; i < v->count; i++) {
        log_entry_clear(&v->entries[(v->first + i) % v->last]);
    }
    free(v->entries);
    free(v);
}
