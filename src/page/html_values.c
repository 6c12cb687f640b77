/* SPDX-License-Identifier: ISC */
#include "page/html.h"

#include <stdio.h>
#include <time.h>

void html_time(struct buffer *out, uint64_t ms)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    time_t seconds = (time_t)(ms / 1000);
    struct tm t;
    if (gmtime_r(&seconds, &t) == NULL || t.tm_year > 9999 - 1900) {
        html_format(out, "%llu ms after 1970", (unsigned long long)ms);
        return;
    }
    html_format(out,
                "<time datetime=\"%04d-%02d-%02dT%02d:%02d:%02d.%03uZ\">%d %s %d, "
                "<span>%02d:%02d:%02d UTC</span></time>",
                t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
                (unsigned)(ms % 1000), t.tm_mday, months[t.tm_mon], t.tm_year + 1900,
                t.tm_hour, t.tm_min, t.tm_sec);
}

void html_duration(struct buffer *out, uint64_t ms)
{
    enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };
    unsigned long long t = ms;
    if (t < SECOND) {
        html_format(out, "%llu ms", t);
    } else if (t < MINUTE) {
        html_format(out, "%llu.%llu s", t / SECOND, t % SECOND / 100);
    } else if (t < HOUR) {
        html_format(out, "%llu min %llu s", t / MINUTE, t % MINUTE / SECOND);
    } else if (t < DAY) {
        html_format(out, "%llu h %llu min", t / HOUR, t % HOUR / MINUTE);
    } else {
        html_format(out, "%llu %s %llu h", t / DAY, t < 2ULL * DAY ? "day" : "days",
                    t % DAY / HOUR);
    }
}

void html_seats(struct buffer *out, uint64_t count)
{
    html_format(out, "%llu %s", (unsigned long long)count, count == 1 ? "seat" : "seats");
}

void html_size(struct buffer *out, uint64_t bytes)
{
    unsigned long long b = bytes;
    if (b < 1000) {
        html_format(out, "%llu bytes", b);
    } else {
        html_format(out, "%llu.%llu kB", b / 1000, b % 1000 / 100);
    }
}

/* --- JSON on lines --- */

/* What nests deeper, or becomes longer than this, is left as it is. */
enum { JSON_DEPTH_MAX = 32, JSON_GROWTH_MAX = 4 };

struct layout {
    struct buffer text; /* set out, not escaped yet */
    size_t depth;
    bool in_string, after_backslash;
    bool is_fresh; /* just after an opening bracket */
};

static void new_line(struct layout *l)
{
    static const char spaces[2 * JSON_DEPTH_MAX + 1] =
        "                                                                ";
    buffer_append(&l->text, "\n", 1);
    buffer_append(&l->text, spaces, 2 * l->depth);
}

static void put_in_string(struct layout *l, uint8_t c)
{
    buffer_append(&l->text, &c, 1);
    l->in_string = c != '"' || l->after_backslash;
    l->after_backslash = c == '\\' && !l->after_backslash;
}

/* False where it nests too deep, or closes what is not open. */
static bool put_outside(struct layout *l, uint8_t c)
{
    bool opens = c == '{' || c == '[', closes = c == '}' || c == ']';
    if (c == ' ' || c == '\n' || c == '\t') {
        return true;
    }
    if ((closes && l->depth == 0) || (opens && l->depth == JSON_DEPTH_MAX)) {
        return false;
    }
    l->depth -= closes;
    if (closes != l->is_fresh) {
        new_line(l); /* before an end that is not an empty pair's, and after a beginning */
    }
    buffer_append(&l->text, &c, 1);
    l->depth += opens;
    l->is_fresh = opens;
    l->in_string = c == '"';
    if (c == ',') {
        new_line(l);
    } else if (c == ':') {
        buffer_append(&l->text, " ", 1);
    }
    return true;
}

void html_json(struct buffer *out, struct slice text)
{
    struct layout l = {.depth = 0};
    bool fits = text.size > 0 && (text.data[0] == '{' || text.data[0] == '[');
    for (size_t i = 0; i < text.size && fits; i++) {
        if (l.in_string) {
            put_in_string(&l, text.data[i]);
        } else {
            fits = put_outside(&l, text.data[i]) &&
                   l.text.size <= JSON_GROWTH_MAX * text.size + 1000;
        }
    }
    fits = fits && l.depth == 0 && !l.in_string;
    html_text(out, fits ? buffer_slice(&l.text) : text, true);
    buffer_free(&l.text);
}
