/* SPDX-License-Identifier: ISC */
#include "conclaved/flagging.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "conclaved/flag_json.h"
#include "conclaved/publish.h"
#include "ledger/damage.h"

#include <stdlib.h>

enum { CHANGED_EVERY_MS = 1000 };

/* --- opening --- */

struct loading {
    uint16_t seats;
    struct flags *book;
    unsigned unreadable;
};

static void load(void *context, uint64_t id, struct slice encoding)
{
    struct loading *l = context;
    struct flag f;
    if (flag_decode(encoding, &f) == 0 && f.seat <= l->seats) {
        f.id = id;
        flags_load(l->book, &f);
    } else {
        flags_skip(l->book, id);
        l->unreadable++;
    }
}

int flagging_open(struct node *n, struct complaint *why)
{
    struct loading l = {.seats = n->charter->seat_count, .book = flags_new()};
    int error = ledger_each_flag(n->ledger, load, &l);
    n->flagging = alloc_zero(1, sizeof(*n->flagging));
    n->flagging->book = l.book;
    n->flagging->primaries = primaries_new(n->charter->seat_count);
    if (error != 0) {
        return complain(why, error,
                        "%s/data.mdb: the flags in it cannot be read: %s; where it is "
                        "damaged " CURE_OF_DAMAGE,
                        n->config->data, error_text(error));
    }
    if (l.unreadable > 0) {
        /* Of a later version of the daemon, most likely: nothing depends on them. */
        LOG_EVENT(LOG_LEVEL_WARN, "flag.unreadable", LOG_N("count", l.unreadable));
    }
    return 0;
}

void flagging_free(struct flagging *f)
{
    if (f != NULL) {
        flags_free(f->book);
        primaries_free(f->primaries);
        free(f->news);
        free(f);
    }
}

/* --- telling --- */

struct flag_news {
    enum { NEWS_RAISED, NEWS_CLEARED, NEWS_ACKNOWLEDGED } what;
    struct flag flag;
    pid_t pid; /* who acknowledged it */
};

static void add_news(struct node *n, const struct flag_news *news)
{
    struct flagging *f = n->flagging;
    if (f->news_count == f->news_capacity) {
        f->news_capacity = f->news_capacity > 0 ? 2 * f->news_capacity : 16;
        f->news = alloc_resize(f->news, f->news_capacity, sizeof(*f->news));
    }
    f->news[f->news_count++] = *news;
}

static void log_change(const struct flag *f, bool raised)
{
    bool notable = raised && flag_kind_severity(f->kind) != FLAG_NOTICE;
    struct log_field seat = LOG_N("seat", f->seat);
    if (f->seat == 0) {
        seat.kind = LOG_END;
    }
    LOG_EVENT(notable ? LOG_LEVEL_WARN : LOG_LEVEL_INFO,
              raised ? "flag.raised" : "flag.cleared", LOG_N("flag", f->id),
              LOG_S("kind", flag_kind_name(f->kind)),
              LOG_S("severity", flag_severity_name(flag_kind_severity(f->kind))),
              LOG_N("count", f->count), LOG_S("text", f->text), seat);
}

void flagging_log(struct node *n)
{
    struct flagging *f = n->flagging;
    for (size_t i = 0; i < f->news_count; i++) {
        const struct flag_news *news = &f->news[i];
        switch (news->what) {
        case NEWS_RAISED:
        case NEWS_CLEARED:
            log_change(&news->flag, news->what == NEWS_RAISED);
            break;
        case NEWS_ACKNOWLEDGED:
            LOG_EVENT(LOG_LEVEL_INFO, "flag.acknowledged", LOG_N("flag", news->flag.id),
                      LOG_S("kind", flag_kind_name(news->flag.kind)),
                      LOG_N("uid", news->flag.acknowledged_by), LOG_I("pid", news->pid));
            break;
        }
    }
    f->news_count = 0;
}

static void tell_raised(struct node *n, const struct flag *f)
{
    add_news(n, &(struct flag_news){.what = NEWS_RAISED, .flag = *f});
    publish(n, "flag.raised", flag_json(n->charter, f));
}

void flagging_raise(struct node *n, const struct sighting *s)
{
    bool is_new;
    const struct flag *f = flags_raise(n->flagging->book, s, clock_wall_ms(), &is_new);
    if (is_new) {
        tell_raised(n, f);
    }
}

void flagging_state(struct node *n, const struct flag *found)
{
    bool is_new;
    const struct flag *f = flags_state(n->flagging->book, found, &is_new);
    if (f != NULL && is_new) {
        tell_raised(n, f);
    }
}

void flagging_clear(struct node *n, enum flag_kind kind, uint16_t seat)
{
    flagging_clear_at(n, kind, seat, clock_wall_ms());
}

void flagging_clear_at(struct node *n, enum flag_kind kind, uint16_t seat, uint64_t time_ms)
{
    const struct flag *f = flags_clear(n->flagging->book, kind, seat, time_ms);
    if (f != NULL) {
        add_news(n, &(struct flag_news){.what = NEWS_CLEARED, .flag = *f});
        publish(n, "flag.cleared", flag_json(n->charter, f));
    }
}

static void tell_changed(void *context, const struct flag *f)
{
    struct node *n = context;
    publish(n, "flag.changed", flag_json(n->charter, f));
}

bool flagging_acknowledge(struct node *n, uint64_t id, uid_t uid, pid_t pid)
{
    bool is_first;
    const struct flag *f =
        flags_acknowledge(n->flagging->book, id, uid, clock_wall_ms(), &is_first);
    if (is_first) {
        add_news(n, &(struct flag_news){NEWS_ACKNOWLEDGED, *f, pid});
        publish(n, "flag.acknowledged", flag_json(n->charter, f));
    }
    return f != NULL;
}

void flagging_tell_changed(struct node *n)
{
    uint64_t now = clock_monotonic_ms();
    if (now - n->flagging->changed_told_ms >= CHANGED_EVERY_MS) {
        n->flagging->changed_told_ms = now;
        flags_each_changed(n->flagging->book, tell_changed, n);
    }
}

/* --- saving --- */

static void put(void *context, uint64_t id, struct slice encoding)
{
    ledger_put_flag(context, id, encoding);
}

static void drop(void *context, uint64_t id)
{
    ledger_drop_flag(context, id);
}

void flagging_save(struct node *n)
{
    struct flags *book = n->flagging->book;
    /* That a flag was seen again goes along when something is written anyway. */
    if (flags_must_save(book) ||
        (flags_may_save(book) && (n->stopping || ledger_is_dirty(n->ledger)))) {
        flags_save(book, &(struct flags_store){put, drop, n->ledger});
    }
}
