/* SPDX-License-Identifier: ISC */
#include "ui/console/inside.h"

#include <inttypes.h>
#include <stdio.h>

/* A node that says nothing for so many of its heartbeats is not heard any more. */
enum { STALE_BEATS = 3, STALE_MS_LEAST = 3000 };

const struct scene *console_scene(const struct console *c)
{
    const struct council *at = console_here_const(c);
    return at->shown == SHOWN_LIVE ? model_scene(at->model) : &at->held;
}

uint64_t console_clock(const struct console *c, uint64_t now_ms)
{
    const struct council *at = console_here_const(c);
    return at->shown == SHOWN_LIVE ? now_ms : at->held.at_ms;
}

static uint64_t stale_after(const struct council *at)
{
    uint64_t beat = model_scene(at->model)->heartbeat_ms;
    uint64_t silence = beat < UINT32_MAX ? STALE_BEATS * beat : 0;
    return silence > STALE_MS_LEAST ? silence : STALE_MS_LEAST;
}

/* "-00:03:12" */
static void words_ago(char *out, size_t size, uint64_t ms)
{
    uint64_t s = ms / 1000;
    (void)snprintf(out, size, "-%02" PRIu64 ":%02" PRIu64 ":%02" PRIu64, s / 3600,
                   s / 60 % 60, s % 60);
}

enum badge console_badge(const struct console *c, uint64_t now_ms, char *words, size_t size)
{
    const struct council *at = console_here_const(c);
    char ago[32];
    if (at->shown == SHOWN_PAST || (c->options.replay && at->shown == SHOWN_LIVE)) {
        uint64_t then = at->shown == SHOWN_PAST ? at->held.at_ms : now_ms;
        words_ago(ago, sizeof(ago), now_ms > then ? now_ms - then : 0);
        (void)snprintf(words, size, "REPLAY%s%s", at->shown == SHOWN_PAST ? " " : "",
                       at->shown == SHOWN_PAST ? ago : "");
        return BADGE_REPLAY;
    }
    if (at->shown == SHOWN_FROZEN) {
        (void)snprintf(words, size, "FROZEN");
        return BADGE_FROZEN;
    }
    if (!at->link.up) {
        if (at->link.attempt <= 1 && at->news_ms == 0) {
            (void)snprintf(words, size, "CONNECTING");
        } else {
            (void)snprintf(words, size, "RECONNECTING #%u", at->link.attempt);
        }
        return BADGE_RECONNECTING;
    }
    uint64_t heard = at->news_ms > at->link_ms ? at->news_ms : at->link_ms;
    uint64_t silence = now_ms > heard ? now_ms - heard : 0;
    if (silence >= stale_after(at)) {
        (void)snprintf(words, size, "STALE %" PRIu64 "s", silence / 1000);
        return BADGE_STALE;
    }
    (void)snprintf(words, size, "LIVE");
    return BADGE_LIVE;
}

uint64_t console_badge_wake_ms(const struct console *c, uint64_t now_ms)
{
    const struct council *at = console_here_const(c);
    if (at->shown != SHOWN_LIVE || !at->link.up || c->options.replay) {
        return UINT64_MAX;
    }
    uint64_t heard = at->news_ms > at->link_ms ? at->news_ms : at->link_ms;
    uint64_t stale = heard + stale_after(at);
    return now_ms < stale ? stale : now_ms - (now_ms - heard) % 1000 + 1000;
}
