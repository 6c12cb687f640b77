/* SPDX-License-Identifier: ISC */
#include "ui/model/inside.h"

#include "base/alloc.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* --- items, all of which begin with their count of references --- */

static void *share(void *item)
{
    ++*(size_t *)item;
    return item;
}

void item_unref(void *item)
{
    size_t *references = item;
    if (references != NULL && --*references == 0) {
        free(item);
    }
}

#define SHARE_ALL(to, from, count)                                                         \
    do {                                                                                   \
        (to) = (count) > 0 ? alloc((count) * sizeof(*(to))) : NULL;                        \
        for (size_t i_ = 0; i_ < (count); i_++) {                                          \
            (to)[i_] = share((from)[i_]);                                                  \
        }                                                                                  \
    } while (0)

#define RELEASE_ALL(items, count)                                                          \
    do {                                                                                   \
        for (size_t i_ = 0; i_ < (count); i_++) {                                          \
            item_unref((items)[i_]);                                                       \
        }                                                                                  \
        free(items);                                                                       \
        (items) = NULL;                                                                    \
        (count) = 0;                                                                       \
    } while (0)

void scene_share_patterns(struct scene *s, struct scene_tallies *t,
                          struct scene_likeness *l)
{
    s->tallies = t != NULL ? share(t) : NULL;
    s->likeness = l != NULL ? share(l) : NULL;
}

void scene_copy(struct scene *out, const struct scene *from)
{
    *out = *from;
    SHARE_ALL(out->open, from->open, out->open_count);
    SHARE_ALL(out->final, from->final, out->final_count);
    SHARE_ALL(out->flags, from->flags, out->flag_count);
    SHARE_ALL(out->blocks, from->blocks, out->block_count);
    SHARE_ALL(out->lines, from->lines, out->line_count);
    scene_share_patterns(out, from->tallies, from->likeness);
}

void scene_free(struct scene *s)
{
    RELEASE_ALL(s->open, s->open_count);
    RELEASE_ALL(s->final, s->final_count);
    RELEASE_ALL(s->flags, s->flag_count);
    RELEASE_ALL(s->blocks, s->block_count);
    RELEASE_ALL(s->lines, s->line_count);
    item_unref(s->tallies);
    item_unref(s->likeness);
    s->tallies = NULL;
    s->likeness = NULL;
}

/* --- proposals --- */

static size_t cut_size(const char *text, size_t room)
{
    size_t size = strnlen(text, room);
    return size < room ? size : text_whole(slice_of(text, room - 1));
}

static char *put_string(char *at, const char *text, size_t size)
{
    memcpy(at, text, size);
    at[size] = '\0';
    return at + size + 1;
}

struct scene_proposal *scene_proposal_new(uint16_t seats, const char *class_name,
                                          const char *title)
{
    size_t class_size = cut_size(class_name, UI_NAME_BYTES);
    size_t title_size = cut_size(title, UI_TITLE_BYTES);
    struct scene_proposal *p =
        alloc(sizeof(*p) + (size_t)seats * 5 + class_size + title_size + 2);
    *p = (struct scene_proposal){
        .references = 1,
        .record = UNKNOWN,
        .opened_height = UNKNOWN,
        .final_height = UNKNOWN,
        .opened_ms = UNKNOWN,
        .final_ms = UNKNOWN,
        .commit_deadline_ms = UNKNOWN,
        .reveal_deadline_ms = UNKNOWN,
        .seats = seats,
        .phase = UI_SEALED,
    };
    uint8_t *at = (uint8_t *)(p + 1);
    p->codes = memset(at, BALLOT_UNKNOWN, seats);
    p->confidence = memset(at + seats, CONFIDENCE_UNKNOWN, seats);
    p->ballot_blocks = memset(at + 2 * (size_t)seats, BLOCKS_UNKNOWN, seats);
    p->reveal_blocks = memset(at + 3 * (size_t)seats, BLOCKS_UNKNOWN, seats);
    p->equivocated = memset(at + 4 * (size_t)seats, 0, seats);
    char *text = (char *)at + 5 * (size_t)seats;
    p->class_name = text;
    p->title = put_string(text, class_name, class_size);
    (void)put_string((char *)p->title, title, title_size);
    return p;
}

void scene_proposal_unref(struct scene_proposal *p)
{
    item_unref(p);
}

/* --- what is asked of a scene --- */

bool scene_is_alive(const struct scene *s, uint16_t seat, uint64_t now_ms)
{
    if (seat < 1 || seat > s->seats) {
        return false;
    }
    const struct scene_seat *at = &s->seat[seat - 1];
    if (at->self || seat == s->own) {
        return true;
    }
    if (s->timeout_ms == UNKNOWN) {
        return at->connected; /* a node that does not tell of silence */
    }
    return at->life != LIFE_DOWN && at->heard_ms != UNKNOWN &&
           (now_ms <= at->heard_ms || now_ms - at->heard_ms <= s->timeout_ms);
}

unsigned scene_alive(const struct scene *s, uint64_t now_ms)
{
    unsigned alive = 0;
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        alive += scene_is_alive(s, seat, now_ms);
    }
    return alive;
}

const struct scene_flag *scene_worst_flag(const struct scene *s, uint16_t seat)
{
    const struct scene_flag *worst = NULL;
    for (size_t i = 0; i < s->flag_count; i++) {
        const struct scene_flag *f = s->flags[i];
        if (f->seat == seat && f->state != FLAG_CLEARED &&
            (worst == NULL || f->severity > worst->severity)) {
            worst = f;
        }
    }
    return worst;
}

char scene_pattern(const struct scene_proposal *p, uint16_t seat)
{
    if (seat < 1 || seat > p->seats) {
        return '?';
    }
    bool decided = p->phase == UI_DECIDED || p->phase == UI_FINAL;
    if (p->equivocated[seat - 1]) {
        return '!';
    }
    switch ((enum ballot_code)p->codes[seat - 1]) {
    case BALLOT_APPROVE:
        return !decided ? '?' : p->approved ? '#' : '-';
    case BALLOT_REJECT:
        return !decided ? '?' : p->approved ? '-' : '#';
    case BALLOT_ABSTAIN:
        return 'a';
    case BALLOT_MISMATCH:
    case BALLOT_WITHHELD:
        return 'w';
    case BALLOT_LATE:
        return 'l';
    case BALLOT_MISSED:
    case BALLOT_NOT_AWAITED:
        return '.';
    case BALLOT_EXPELLED:
        return '!';
    case BALLOT_NONE:
    case BALLOT_SEALED:
    case BALLOT_UNKNOWN:
        return '?';
    }
    return '?';
}
