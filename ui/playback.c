/* SPDX-License-Identifier: ISC */
#include "ui/playback.h"

#include "base/clock.h"

#include <stdio.h>

enum { LINES_PER_TURN = 2000 };

void playback_begin(struct playback *p, struct player *player, struct console *console,
                    double speed)
{
    *p = (struct playback){.player = player, .console = console, .speed = speed};
    p->from_ms = player_begin_ms(player);
    p->since_ms = clock_monotonic_ms();
}

uint64_t playback_now_ms(const struct playback *p)
{
    double passed = (double)(clock_monotonic_ms() - p->since_ms) * p->speed;
    uint64_t end = player_end_ms(p->player);
    return passed >= (double)(end - p->from_ms) ? end : p->from_ms + (uint64_t)passed;
}

static void feed(struct playback *p, const struct recorded *what)
{
    struct buffer unsent = {NULL, 0, 0};
    if (what->socket >= console_councils(p->console)) {
        return;
    }
    struct model *m = console_model(p->console, what->socket);
    char why[128];
    switch (what->kind) {
    case RECORD_UP:
        model_connected(m, what->time_ms);
        console_link(p->console, what->socket, (struct link_state){.up = true},
                     what->time_ms);
        break;
    case RECORD_LINE:
        (void)model_line(m, what->time_ms, what->text);
        break;
    case RECORD_DOWN:
        (void)snprintf(why, sizeof(why), "%.*s", (int)what->text.size,
                       what->text.size > 0 ? (const char *)what->text.data : "");
        model_disconnected(m, what->time_ms, why);
        console_link(p->console, what->socket,
                     (struct link_state){.up = false, .attempt = 1}, what->time_ms);
        break;
    }
    while (model_next_request(m, &unsent)) { /* nobody is there to answer */
    }
    buffer_free(&unsent);
    console_news(p->console, what->socket, what->time_ms);
}

/* Feeds up to limit things of up to a time; true when there are more. */
static bool feed_to(struct playback *p, uint64_t time_ms, unsigned limit)
{
    struct recorded next;
    while (player_peek(p->player, &next) && next.time_ms <= time_ms) {
        if (limit-- == 0) {
            return true;
        }
        p->fed_ms = next.time_ms;
        feed(p, &next);
        player_take(p->player);
    }
    return false;
}

bool playback_turn(struct playback *p)
{
    return feed_to(p, playback_now_ms(p), LINES_PER_TURN);
}

void playback_seek(struct playback *p, uint64_t time_ms)
{
    uint64_t begin = player_begin_ms(p->player), end = player_end_ms(p->player);
    time_ms = time_ms < begin ? begin : time_ms > end ? end : time_ms;
    if (time_ms < p->fed_ms) {
        for (size_t i = 0; i < console_councils(p->console); i++) {
            console_renew(p->console, i);
        }
        player_rewind(p->player);
        p->fed_ms = 0;
    }
    p->from_ms = time_ms;
    p->since_ms = clock_monotonic_ms();
}

void playback_all(struct playback *p)
{
    playback_seek(p, player_end_ms(p->player));
    while (playback_turn(p)) {
    }
}

uint64_t playback_wake_ms(const struct playback *p)
{
    struct recorded next;
    if (!player_peek(p->player, &next)) {
        return UINT64_MAX;
    }
    double wait =
        next.time_ms > p->from_ms ? (double)(next.time_ms - p->from_ms) / p->speed : 0;
    return p->since_ms + (uint64_t)wait + 1;
}
