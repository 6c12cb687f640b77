/* SPDX-License-Identifier: ISC */
/* The line on top: badge, council, and as much of where it stands as there is room for. */
#include "ui/console/inside.h"

#include "ui/view/draw.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum role role_of_badge(enum badge b)
{
    switch (b) {
    case BADGE_LIVE:
        return ROLE_LIVE;
    case BADGE_STALE:
    case BADGE_RECONNECTING:
        return ROLE_STALE;
    case BADGE_FROZEN:
        return ROLE_FROZEN;
    case BADGE_REPLAY:
        return ROLE_REPLAY;
    }
    return ROLE_TEXT;
}

/* A piece of the header; those of the highest rank go first when there is no room. */
struct piece_words {
    char text[64];
    enum role role;
    unsigned rank;
};
enum { PIECES_MAX = 12 };

struct header {
    struct piece_words pieces[PIECES_MAX];
    size_t count;
};

static void add(struct header *h, enum role role, unsigned rank, const char *label,
                const char *value)
{
    struct piece_words *p = &h->pieces[h->count++];
    (void)snprintf(p->text, sizeof(p->text), "%s%s%s", label, value[0] != '\0' ? " " : "",
                   value);
    p->role = role;
    p->rank = rank;
}

static void add_number(struct header *h, enum role role, unsigned rank, const char *label,
                       uint64_t value)
{
    char words[24];
    words_number(words, sizeof(words), value);
    add(h, role, rank, label, words);
}

/* What must not be overlooked, in a word. */
static const char *alarm_of(const struct scene *s)
{
    return s->order.stopped                         ? "STOPPED"
           : strcmp(s->order.standing, "lost") == 0 ? "STATE LOST"
           : s->order.halted                        ? "HALTED"
           : s->order.stalled                       ? "STALLED"
                                                    : NULL;
}

static void fill_header(struct header *h, const struct scene *s, uint64_t now_ms)
{
    char words[32];
    const char *alarm = alarm_of(s);
    unsigned alive = scene_alive(s, now_ms);
    if (!s->known) {
        return;
    }
    if (alarm != NULL) {
        add(h, ROLE_CRITICAL, 0, alarm, "");
    }
    words_number(words, sizeof(words), s->order.view);
    if (s->order.changing) {
        (void)snprintf(words + strlen(words), sizeof(words) - strlen(words), "?");
    }
    add(h, s->order.changing ? ROLE_BAD : ROLE_HEADER, 2, "view", words);
    add_number(h, ROLE_HEADER, 1, "height", s->order.height);
    add_number(h, ROLE_HEADER, 4, "primary",
               s->order.primary > 0 ? s->order.primary : UNKNOWN);
    add_number(h, ROLE_HEADER, 6, "f", s->faulty);
    add_number(h, ROLE_HEADER, 5, "q", s->quorum);
    /* Of a moment that nobody watched it is not known who was there. */
    bool unseen = s->past && s->order.view == UNKNOWN;
    (void)snprintf(words, sizeof(words), "%u/%u", alive, s->seats);
    if (unseen) {
        (void)snprintf(words, sizeof(words), "?/%u", s->seats);
    }
    add(h,
        unseen              ? ROLE_HEADER
        : alive < s->quorum ? ROLE_CRITICAL
        : alive < s->seats  ? ROLE_BAD
                            : ROLE_HEADER,
        0, "alive", words);
}

static unsigned columns_of(const struct header *h, unsigned rank, bool ascii)
{
    unsigned columns = 0;
    for (size_t i = 0; i < h->count; i++) {
        if (h->pieces[i].rank <= rank) {
            columns += 1 + text_columns(slice_of_string(h->pieces[i].text), ascii);
        }
    }
    return columns;
}

void header_draw(const struct console *c, struct cells *cells, struct area line,
                 uint64_t now_ms)
{
    const struct scene *s = console_scene(c);
    struct header h = {.count = 0};
    char badge[48], clock[32], many[24] = "";
    enum badge kind = console_badge(c, now_ms, badge, sizeof(badge));
    uint64_t time_ms = console_clock(c, now_ms);
    fill_header(&h, s, time_ms);
    if (console_here_const(c)->shown == SHOWN_PAST) {
        words_date(clock, sizeof(clock), time_ms);
    } else {
        words_clock(clock, sizeof(clock), time_ms);
    }
    bool clocked = c->options.clock || console_here_const(c)->shown != SHOWN_LIVE;
    unsigned right = clocked ? (unsigned)strlen(clock) + 1 : 0;
    if (c->count > 1) {
        (void)snprintf(many, sizeof(many), "%zu/%zu ", c->here + 1, c->count);
    }
    unsigned at = draw_format(cells, line, 0, 0, role_of_badge(kind), " %s ", badge);
    at += 1 + draw_string(cells, line, 0, at + 1, ROLE_QUIET, many);
    const char *name = s->known ? s->council : console_here_const(c)->name;
    unsigned width = text_columns(slice_of_string(name), cells->ascii);
    unsigned most = line.cols / 4 + 1;
    width = s->known && width > most ? most : width;
    draw_fit(cells, line, 0, at, width, ROLE_STRONG, slice_of_string(name));
    at += width;
    unsigned rank = 9;
    while (rank > 0 && at + columns_of(&h, rank, cells->ascii) + right > line.cols) {
        rank--;
    }
    for (size_t i = 0; i < h.count; i++) {
        if (h.pieces[i].rank <= rank) {
            at +=
                1 + draw_string(cells, line, 0, at + 1, h.pieces[i].role, h.pieces[i].text);
        }
    }
    if (clocked && at + right <= line.cols) {
        draw_right(cells, line, 0, line.cols - right, right, ROLE_HEADER, clock);
    }
}
