/* SPDX-License-Identifier: ISC */
/* Flags, blocks and the log. */
#include "fixture.h"

#include "base/alloc.h"
#include "base/quorum.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FLAGS_ROOM = 160, BLOCKS = 64, LINES = 60 };

/* --- flags, the oldest first --- */

static struct scene_flag *add_flag(struct scene *s, const char *kind, char letter,
                                   enum flag_severity severity, enum flag_state state,
                                   uint16_t seat, const char *text)
{
    uint64_t age = 14200 + 60000 * (uint64_t)fixture_random(s->flag_count, 77, 50);
    struct scene_flag *f = alloc_zero(1, sizeof(*f));
    f->references = 1;
    f->id = 31 + s->flag_count;
    (void)snprintf(f->kind, sizeof(f->kind), "%s", kind);
    (void)snprintf(f->text, sizeof(f->text), "%s", text);
    f->letter = letter;
    f->severity = severity;
    f->state = state;
    f->seat = seat;
    f->height = UNKNOWN;
    f->first_ms = s->at_ms - age;
    f->last_ms = s->at_ms - 200;
    f->count = 1 + fixture_random(s->flag_count, 78, 4);
    f->acknowledged_ms = state == FLAG_NEW ? UNKNOWN : f->first_ms + 5000;
    f->acknowledged_by = state == FLAG_NEW ? -1 : 1000;
    f->cleared_ms = state == FLAG_CLEARED ? f->first_ms + 9000 : UNKNOWN;
    f->local = true;
    s->flags_new += state == FLAG_NEW;
    s->flags_acknowledged += state == FLAG_ACKNOWLEDGED;
    s->flags[s->flag_count++] = f;
    return f;
}

static void newest_first(struct scene *s)
{
    for (size_t i = 0; i < s->flag_count / 2; i++) {
        struct scene_flag *f = s->flags[i];
        s->flags[i] = s->flags[s->flag_count - 1 - i];
        s->flags[s->flag_count - 1 - i] = f;
    }
}

void fixture_flags(struct scene *s, enum fixture_state state)
{
    s->flags = alloc(FLAGS_ROOM * sizeof(struct scene_flag *));
    if (state == FIXTURE_PAST) {
        return;
    }
    (void)add_flag(s, "lagging", 'L', FLAG_NOTICE, FLAG_CLEARED, 2,
                   "15 blocks behind for 4 heartbeats");
    struct scene_flag *f =
        add_flag(s, "withheld", 'W', FLAG_WARNING, FLAG_ACKNOWLEDGED,
                 (uint16_t)(s->seats > 7 ? 24 : 3), "sealed a ballot and did not open it");
    f->local = false;
    f->height = s->order.height - 400;
    if (state == FIXTURE_IDLE) {
        newest_first(s);
        return;
    }
    (void)add_flag(s, "evaluator-failed", 'V', FLAG_WARNING, FLAG_NEW,
                   (uint16_t)(s->seats > 7 ? 8 : 4), "its evaluator is down");
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        if (fixture_is_dead(s, state, seat)) {
            (void)add_flag(s, "silent", 'D', FLAG_WARNING,
                           seat % 2 == 1 ? FLAG_ACKNOWLEDGED : FLAG_NEW, seat,
                           "nothing heard for 14.2 s");
        }
    }
    if (state == FIXTURE_EQUIVOCATION) {
        f = add_flag(s, "equivocation", 'E', FLAG_CRITICAL, FLAG_NEW, fixture_liar(s),
                     "signed two PREPAREs for view 12, height 48201");
        f->local = false;
        f->height = 48201;
    }
    if (state == FIXTURE_STALLED) {
        (void)add_flag(s, "stalled", 'S', FLAG_CRITICAL, FLAG_NEW, 0,
                       "nothing was committed for 41.0 s");
    }
    newest_first(s);
}

/* --- the ledger --- */

void fixture_ledger(struct scene *s)
{
    static const char digits[] = "0123456789abcdef";
    s->blocks = alloc(BLOCKS * sizeof(struct scene_block *));
    for (unsigned i = 0; i < BLOCKS; i++) {
        struct scene_block *b = alloc_zero(1, sizeof(*b));
        b->references = 1;
        b->height = s->order.height - i;
        b->view = i > 40 ? 11 : 12;
        b->time_ms = s->at_ms - 900 - 6000 * (uint64_t)i;
        for (unsigned k = 0; k < UI_ID_BYTES - 1; k++) {
            b->hash[k] = digits[fixture_random(b->height, k + 200, 16)];
        }
        b->operations = 1 + fixture_random(b->height, 1, s->seats);
        b->envelopes = i % 9 == 8 ? UNKNOWN : b->operations;
        b->bytes = i % 9 == 8 ? UNKNOWN : 300 + 412 * b->operations;
        b->primary = quorum_primary(s->seats, b->view);
        b->prepared_ms = i % 29 == 4 ? UNKNOWN : 28 + fixture_random(i, 11, 30);
        b->committed_ms =
            i % 29 == 4 ? UNKNOWN : b->prepared_ms + 14 + fixture_random(i, 12, 25);
        s->blocks[s->block_count++] = b;
    }
}

/* --- the log --- */

static void add_line(struct scene *s, enum line_level level, uint16_t seat,
                     const char *event, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static void add_line(struct scene *s, enum line_level level, uint16_t seat,
                     const char *event, const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    struct scene_line *l = alloc_zero(1, sizeof(*l) + (size_t)size + 1);
    l->references = 1;
    l->key = 900 - s->line_count;
    l->n = level == LINE_GAP ? 0 : 70000 - s->line_count;
    l->time_ms = s->at_ms - 300 - 1700 * (uint64_t)s->line_count;
    l->level = level;
    l->seat = seat;
    (void)snprintf(l->event, sizeof(l->event), "%s", event);
    memcpy(l->text, text, (size_t)size + 1);
    s->lines[s->line_count++] = l;
}

void fixture_log(struct scene *s, enum fixture_state state)
{
    s->lines = alloc((LINES + 8) * sizeof(struct scene_line *));
    if (state == FIXTURE_PAST) {
        return;
    }
    if (state == FIXTURE_STALLED) {
        add_line(s, LINE_ERROR, 0, "council.stalled", "pending=commits since_ms=41000");
    }
    if (state == FIXTURE_EQUIVOCATION) {
        add_line(s, LINE_ERROR, fixture_liar(s), "seat.equivocated",
                 "seat=%u statement=prepare view=12 height=48201",
                 (unsigned)fixture_liar(s));
    }
    for (unsigned i = 0; i < LINES; i++) {
        uint64_t height = s->order.height - i / 3;
        uint16_t seat = (uint16_t)(1 + fixture_random(i, 31, s->seats));
        switch (i % 7) {
        case 0:
            add_line(s, LINE_INFO, 0, "block.committed",
                     "view=12 height=%" PRIu64 " operations=4", height);
            break;
        case 2:
            add_line(s, LINE_WARN, seat, "peer.down", "seat=%u reason=timeout",
                     (unsigned)seat);
            break;
        case 3:
            add_line(s, LINE_INFO, seat, "peer.up", "seat=%u address=10.0.0.%u:7000",
                     (unsigned)seat, (unsigned)seat);
            break;
        case 5:
            if (i == 33) {
                add_line(s, LINE_GAP, 0, "", "41 lines were missed");
                break;
            }
            add_line(s, LINE_DEBUG, 0, "timer.started", "ms=5000");
            break;
        default:
            add_line(s, LINE_INFO, seat, "ballot.recorded", "proposal=81f1c0de%02x seat=%u",
                     i, (unsigned)seat);
            break;
        }
    }
}
