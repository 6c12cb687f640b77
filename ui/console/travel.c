/* SPDX-License-Identifier: ISC */
/* Freezing the screen, and going through decisions that are over. What comes from the nodes
 * is taken in meanwhile, so that `live` shows all of it. */
#define _GNU_SOURCE
#include "ui/console/inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void let_go(struct council *at)
{
    if (at->shown != SHOWN_LIVE) {
        scene_free(&at->held);
        at->shown = SHOWN_LIVE;
    }
}

void travel_live(struct console *c)
{
    let_go(console_here(c));
    console_changed(c);
}

void travel_freeze(struct console *c, uint64_t now_ms)
{
    struct council *at = console_here(c);
    if (at->shown != SHOWN_LIVE) {
        travel_live(c);
        return;
    }
    scene_copy(&at->held, model_scene(at->model));
    at->held.at_ms = now_ms;
    at->shown = SHOWN_FROZEN;
    console_changed(c);
}

static bool show_record(struct console *c, uint64_t record)
{
    struct council *at = console_here(c);
    struct scene past;
    if (!model_past(at->model, record, &past)) {
        return false;
    }
    let_go(at);
    at->held = past;
    at->held_record = record;
    at->shown = SHOWN_PAST;
    console_changed(c);
    return true;
}

/* Where a record stands among the loaded ones, the newest first; count: it is newer. */
static size_t place_of(const struct scene *live, uint64_t record)
{
    size_t i = 0;
    while (i < live->final_count && live->final[i]->record > record) {
        i++;
    }
    return i;
}

void travel_by(struct console *c, int decisions, uint64_t now_ms)
{
    struct council *at = console_here(c);
    const struct scene *live = model_scene(at->model);
    bool past = at->shown == SHOWN_PAST;
    /* Places count from 1, the newest; 0 is live. */
    long place = past ? (long)place_of(live, at->held_record) + 1 : 0;
    long to = place - decisions;
    if (live->final_count == 0) {
        console_say(c, false, now_ms, "no decision is known yet");
        return;
    }
    if (to <= 0) {
        travel_live(c);
        return;
    }
    if ((size_t)to > live->final_count) {
        model_want_page(at->model, PAGE_DECISIONS);
        to = (long)live->final_count;
        if (to == place) {
            bool more =
                live->final_count < live->final_total && live->final_count < DECISIONS_MAX;
            console_say(c, more, now_ms,
                        more ? "older decisions are on their way" : "this is the oldest");
            return;
        }
    }
    (void)show_record(c, live->final[to - 1]->record);
}

/* --- to a time or a height --- */

/* "-90s", "-5m", "-2h", "-1d". */
static bool parse_ago(const char *words, uint64_t now_ms, uint64_t *out)
{
    char *end;
    if (words[0] != '-' || words[1] < '0' || words[1] > '9') {
        return false;
    }
    unsigned long long n = strtoull(words + 1, &end, 10);
    uint64_t unit = strcmp(end, "s") == 0 || *end == '\0' ? 1000
                    : strcmp(end, "m") == 0               ? 60 * 1000
                    : strcmp(end, "h") == 0               ? 3600 * 1000
                    : strcmp(end, "d") == 0               ? 24 * 3600 * 1000
                                                          : 0;
    if (unit == 0 || n > now_ms / unit) {
        return false;
    }
    *out = now_ms - n * unit;
    return true;
}

/* A clock time of today, or the whole of a date and one; UTC, as all the console shows. */
static bool parse_time(const char *words, uint64_t now_ms, uint64_t *out)
{
    static const char *const formats[] = {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M",
                                          "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"};
    static const char *const clocks[] = {"%H:%M:%S", "%H:%M"};
    time_t now = (time_t)(now_ms / 1000);
    struct tm t;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        memset(&t, 0, sizeof(t));
        const char *end = strptime(words, formats[i], &t);
        if (end != NULL && (*end == '\0' || strcmp(end, "Z") == 0)) {
            time_t at = timegm(&t);
            *out = at > 0 ? (uint64_t)at * 1000 + 999 : 0;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
        (void)gmtime_r(&now, &t);
        t.tm_sec = 0;
        const char *end = strptime(words, clocks[i], &t);
        if (end != NULL && (*end == '\0' || strcmp(end, "Z") == 0)) {
            time_t at = timegm(&t);
            at -= at > now ? 24 * 3600 : 0; /* not yet today: yesterday */
            *out = (uint64_t)at * 1000 + 999;
            return true;
        }
    }
    return false;
}

static bool parse_height(const char *words, uint64_t *out)
{
    char *end;
    if (words[0] < '0' || words[0] > '9' || strlen(words) > 18) {
        return false;
    }
    *out = strtoull(words, &end, 10);
    return *end == '\0';
}

static void go_to_height(struct console *c, uint64_t height, uint64_t now_ms)
{
    struct council *at = console_here(c);
    if (c->view == VIEW_LEDGER) {
        struct pane *pane = &at->states[VIEW_LEDGER].panes[0];
        at->states[VIEW_LEDGER].depth = 0;
        model_want_height(at->model, height);
        pane->key = height;
        pane->waits = true;
        console_changed(c);
        return;
    }
    uint64_t record = model_record_at_height(at->model, height);
    if (record == UNKNOWN || !show_record(c, record)) {
        console_say(c, false, now_ms,
                    "no decision at height %" PRIu64 " or below is loaded", height);
        model_want_page(at->model, PAGE_DECISIONS);
    }
}

void travel_to(struct console *c, const char *words, uint64_t now_ms)
{
    struct council *at = console_here(c);
    uint64_t height, time_ms;
    if (words[0] == '\0' || strcmp(words, "now") == 0) {
        travel_live(c);
        return;
    }
    if (parse_height(words, &height)) {
        go_to_height(c, height, now_ms);
        return;
    }
    if (!parse_ago(words, now_ms, &time_ms) && !parse_time(words, now_ms, &time_ms)) {
        console_say(c, false, now_ms,
                    "\"%s\" is neither a height nor a time: write 48213, 14:02, "
                    "2026-01-02 14:02:07, -5m or now",
                    words);
        return;
    }
    if (c->options.replay) {
        travel_live(c);
        console_effect(c, EFFECT_REPLAY, true, NULL, SLICE_NONE, time_ms);
        return;
    }
    uint64_t record = model_record_at_time(at->model, time_ms);
    if (record == UNKNOWN || !show_record(c, record)) {
        console_say(c, false, now_ms, "no decision of %s or before is loaded", words);
        model_want_page(at->model, PAGE_DECISIONS);
    }
}
