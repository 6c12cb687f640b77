/* SPDX-License-Identifier: ISC */
/*
 * The node's log. A line's key has the count of the node's starts, the line's number and,
 * for the console's own words, their place behind it, so that lines that come twice, late
 * or in pages find their place by it.
 */
#include "ui/model/inside.h"

#include "base/alloc.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OWN_BITS = 8, NUMBER_BITS = 36, TEXT_MAX = 2048 };

static uint64_t key_of(const struct model *m, uint64_t n)
{
    return m->log_run << (NUMBER_BITS + OWN_BITS) | n << OWN_BITS;
}

static size_t place_of(const struct model *m, uint64_t key)
{
    size_t low = 0, high = m->scene.line_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (m->scene.lines[middle]->key > key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct scene_line *line_new(struct slice text)
{
    struct buffer safe = {NULL, 0, 0};
    if (text_check(text, false, NULL) != 0) {
        text.size = text.size < TEXT_MAX ? text.size : TEXT_MAX;
        text_escape(&safe, slice_of(text.data, text_whole(text)), "");
        text = buffer_slice(&safe);
    }
    if (text.size > TEXT_MAX) {
        text.size = text_whole(slice_of(text.data, TEXT_MAX));
    }
    struct scene_line *l = alloc(sizeof(*l) + text.size + 1);
    *l = (struct scene_line){.references = 1};
    if (text.size > 0) {
        memcpy(l->text, text.data, text.size);
    }
    l->text[text.size] = '\0';
    buffer_free(&safe);
    return l;
}

/* Takes the line; false when it is there already, or too old. */
static bool put_line(struct model *m, struct scene_line *l)
{
    size_t at = place_of(m, l->key);
    bool there = at < m->lines.count && m->scene.lines[at]->key == l->key;
    if (there || at == LINES_MAX) {
        item_unref(l);
        return false;
    }
    deck_insert(&m->lines, at, l);
    if (m->lines.count > LINES_MAX) {
        item_unref(deck_remove(&m->lines, m->lines.count - 1));
    }
    model_sync(m);
    return true;
}

/* --- the node's lines --- */

static enum line_level level_of(const char *name)
{
    return strcmp(name, "error") == 0   ? LINE_ERROR
           : strcmp(name, "warn") == 0  ? LINE_WARN
           : strcmp(name, "debug") == 0 ? LINE_DEBUG
                                        : LINE_INFO;
}

static void take_line(struct model *m, const struct value *v)
{
    uint64_t n = value_number(v, "n"), seat = value_number(v, "seat");
    const struct value *text = value_get(v, "text");
    if (n == 0 || n >> NUMBER_BITS != 0) {
        m->nonsense++;
        return;
    }
    struct scene_line *l = line_new(
        value_is(text, VALUE_STRING) ? slice_of(text->text, text->size) : slice_of("", 0));
    l->n = n;
    l->key = key_of(m, n);
    l->time_ms = value_number(v, "time_ms");
    l->level = level_of(value_text(v, "level"));
    l->seat = seat >= 1 && seat <= m->scene.seats ? (uint16_t)seat : 0;
    value_copy_text(l->event, sizeof(l->event), v, "event");
    (void)put_line(m, l);
}

void log_event_line(struct model *m, const struct value *v)
{
    take_line(m, value_get(v, "line"));
}

void log_apply(struct model *m, const struct value *v)
{
    const struct value *lines = value_get(v, "lines");
    if (!value_is(lines, VALUE_ARRAY)) {
        m->nonsense++;
        return;
    }
    VALUE_EACH(line, lines)
    {
        take_line(m, line);
    }
    m->pages_end[PAGE_LOG] = value_number(v, "next") == UNKNOWN;
}

/* --- the console's own --- */

static void put_own(struct model *m, enum line_level level, uint64_t time_ms,
                    const char *event, const char *text)
{
    uint64_t key = m->lines.count > 0 ? m->scene.lines[0]->key : 0;
    struct scene_line *l = line_new(slice_of_string(text));
    key = key > key_of(m, 0) ? key : key_of(m, 0);
    l->key = key + 1;
    l->time_ms = time_ms;
    l->level = level;
    (void)snprintf(l->event, sizeof(l->event), "%s", event);
    if ((l->key & ((1U << OWN_BITS) - 1)) == 0) {
        item_unref(l); /* there are hundreds already and no line of the node's */
        return;
    }
    (void)put_line(m, l);
}

void log_add_words(struct model *m, const char *event, const char *text)
{
    const struct scene_line *newest = m->lines.count > 0 ? m->scene.lines[0] : NULL;
    /* A node that turns us away again and again says it once. */
    if (newest == NULL || newest->n != 0 || strcmp(newest->text, text) != 0) {
        put_own(m, LINE_WARN, m->now_ms, event, text);
    }
}

static void put_clock(char *out, size_t size, uint64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    if (gmtime_r(&seconds, &tm) == NULL || strftime(out, size, "%H:%M:%SZ", &tm) == 0) {
        out[0] = '\0';
    }
}

void log_add_gap(struct model *m)
{
    char text[320], from[32], to[32];
    uint64_t ms = m->now_ms > m->lost_ms ? m->now_ms - m->lost_ms : 0;
    put_clock(from, sizeof(from), m->lost_ms);
    put_clock(to, sizeof(to), m->now_ms);
    (void)snprintf(text, sizeof(text),
                   "nothing was heard from %s to %s, %" PRIu64 ".%" PRIu64 " s: %s", from,
                   to, ms / 1000, ms % 1000 / 100, m->lost_why);
    m->scene.gaps++;
    put_own(m, LINE_GAP, m->lost_ms, "gap", text);
}
