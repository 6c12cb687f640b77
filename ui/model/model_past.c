/* SPDX-License-Identifier: ISC */
/* Scenes of the past: what was observed then, and of the rest what was so by then. */
#include "ui/model/inside.h"

#include "base/alloc.h"

#include <string.h>

size_t model_decisions(const struct model *m)
{
    return m->scene.final_count;
}

/* The first item of those, newest first, for which passes is true; final_count: none. */
static size_t first_passing(const struct model *m, uint64_t limit,
                            bool (*passes)(const struct scene_proposal *, uint64_t))
{
    size_t low = 0, high = m->scene.final_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (passes(m->scene.final[middle], limit)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static bool by_record(const struct scene_proposal *p, uint64_t record)
{
    return p->record <= record;
}

static bool by_time(const struct scene_proposal *p, uint64_t time_ms)
{
    return p->final_ms <= time_ms;
}

static bool by_height(const struct scene_proposal *p, uint64_t height)
{
    return p->final_height <= height;
}

static uint64_t record_at(const struct model *m, size_t at)
{
    return at < m->scene.final_count ? m->scene.final[at]->record : UNKNOWN;
}

uint64_t model_record_at_time(const struct model *m, uint64_t time_ms)
{
    return record_at(m, first_passing(m, time_ms, by_time));
}

uint64_t model_record_at_height(const struct model *m, uint64_t height)
{
    return record_at(m, first_passing(m, height, by_height));
}

/* --- what was not observed, or is of another moment --- */

static void clear_seat(struct scene_seat *s)
{
    s->told = false;
    s->connected = s->suspended = s->primary = false;
    s->stages = 0;
    s->stages_known = false;
    s->view = s->height = s->heard_ms = s->round_trip_ms = s->asked_view = UNKNOWN;
    s->bytes_in = s->bytes_out = s->bad_frames = UNKNOWN;
    s->clock_offset_ms = s->lag_height = s->lag_view = INT64_MIN;
    s->phi_tenths = UNKNOWN;
    s->life = LIFE_UNKNOWN;
    memset(s->beats, BEAT_UNKNOWN, sizeof(s->beats));
    s->hints[0] = '\0';
}

static void clear_order(struct scene *s)
{
    struct scene_order *o = &s->order;
    o->view = o->height = o->epoch = o->epoch_left = o->open = UNKNOWN;
    o->timer_ms = o->failed_views = o->waiting_envelopes = UNKNOWN;
    o->store_bytes = o->free_disk_bytes = UNKNOWN;
    o->primary = 0;
    o->connected = o->agents = 0;
    o->changing = o->stalled = o->stopped = o->halted = false;
    o->standing[0] = o->state_root[0] = o->tip[0] = '\0';
    memset(&s->awaiting, 0, sizeof(s->awaiting));
    s->awaiting.next_ms = UNKNOWN;
    struct scene_votes votes = {.view = UNKNOWN,
                                .height = UNKNOWN,
                                .since_ms = UNKNOWN,
                                .prepared_ms = UNKNOWN,
                                .committed_ms = UNKNOWN};
    s->votes = votes;
}

static uint32_t minus(uint32_t a, bool b)
{
    return a - (b && a > 0);
}

/* Takes a decision that came later out of a seat's totals. */
static void take_back(struct scene_seat *s, const struct scene_proposal *p, uint16_t seat)
{
    uint8_t code = p->codes[seat - 1];
    bool approve = code == BALLOT_APPROVE, reject = code == BALLOT_REJECT;
    bool abstain = code == BALLOT_ABSTAIN, withheld = code == BALLOT_WITHHELD;
    bool with = p->approved ? approve : reject, against = p->approved ? reject : approve;
    s->ballots = minus(s->ballots, approve || reject || abstain || withheld);
    s->reveals = minus(s->reveals, approve || reject || abstain);
    s->with_outcome = minus(s->with_outcome, with);
    s->against_outcome = minus(s->against_outcome, against);
    s->abstained = minus(s->abstained, abstain);
    s->withheld = minus(s->withheld, withheld);
    s->late = minus(s->late, code == BALLOT_LATE);
    s->missed = minus(s->missed, code == BALLOT_MISSED);
}

/* Of decisions that were final by then; at is the newest of these. */
static void wind_back(const struct model *m, size_t at, struct scene *s)
{
    const struct scene *now = &m->scene;
    const struct scene_proposal *last = now->final[at];
    bool whole = now->final_total == last->record + 1 + at;
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        struct scene_seat *to = &s->seat[seat - 1];
        for (size_t i = 0; i < at && seat <= now->final[i]->seats; i++) {
            take_back(to, now->final[i], seat);
        }
        to->totals_known = to->totals_known && whole;
        to->streak = streak_of(now->final + at, now->final_count - at, seat);
        to->expelled = seat <= last->seats && last->equivocated[seat - 1];
        if (!to->expelled) {
            to->expelled_height = UNKNOWN;
            to->expelled_for[0] = '\0';
        }
    }
}

/* --- lists as they were --- */

static void *shared(void *item)
{
    ++*(size_t *)item;
    return item;
}

static struct scene_flag *flag_then(struct scene_flag *f, uint64_t at_ms)
{
    bool cleared = f->state == FLAG_CLEARED && f->cleared_ms <= at_ms;
    bool acknowledged = f->acknowledged_ms <= at_ms;
    enum flag_state state = cleared        ? FLAG_CLEARED
                            : acknowledged ? FLAG_ACKNOWLEDGED
                                           : FLAG_NEW;
    if (state == f->state) {
        return shared(f);
    }
    struct scene_flag *then = alloc(sizeof(*then));
    *then = *f;
    then->references = 1;
    then->state = state;
    return then;
}

static void put_flags(const struct scene *now, struct scene *s)
{
    s->flags = alloc_zero(now->flag_count, sizeof(struct scene_flag *));
    s->flags_new = s->flags_acknowledged = 0;
    for (size_t i = 0; i < now->flag_count; i++) {
        if (now->flags[i]->first_ms <= s->at_ms) {
            struct scene_flag *f = flag_then(now->flags[i], s->at_ms);
            s->flags[s->flag_count++] = f;
            s->flags_new += f->state == FLAG_NEW;
            s->flags_acknowledged += f->state == FLAG_ACKNOWLEDGED;
        }
    }
}

static void put_blocks(const struct scene *now, struct scene *s, uint64_t height)
{
    s->blocks = alloc_zero(now->block_count, sizeof(struct scene_block *));
    for (size_t i = 0; i < now->block_count; i++) {
        if (now->blocks[i]->height <= height) {
            s->blocks[s->block_count++] = shared(now->blocks[i]);
        }
    }
}

static void put_lines(const struct scene *now, struct scene *s)
{
    s->lines = alloc_zero(now->line_count, sizeof(struct scene_line *));
    for (size_t i = 0; i < now->line_count; i++) {
        if (now->lines[i]->time_ms <= s->at_ms) {
            s->lines[s->line_count++] = shared(now->lines[i]);
        }
    }
}

static void put_final(const struct scene *now, struct scene *s, size_t at)
{
    s->final = alloc_zero(now->final_count - at, sizeof(struct scene_proposal *));
    for (size_t i = at; i < now->final_count; i++) {
        s->final[s->final_count++] = shared(now->final[i]);
    }
}

static void put_latencies(const struct scene *now, struct scene *s, uint64_t height)
{
    for (size_t i = 0; i < now->votes.latency_count; i++) {
        if (now->votes.latencies[i].height <= height) {
            s->votes.latencies[s->votes.latency_count++] = now->votes.latencies[i];
        }
    }
}

bool model_past(const struct model *m, uint64_t record, struct scene *out)
{
    const struct scene *now = &m->scene;
    size_t at = first_passing(m, record, by_record);
    if (at == now->final_count || now->final[at]->record != record) {
        return false;
    }
    const struct scene_proposal *p = now->final[at];
    const struct observation *seen = deck_items(&m->observed)[at];
    *out = *now;
    out->open = out->final = NULL;
    out->open_count = out->final_count = out->flag_count = 0;
    out->block_count = out->line_count = 0;
    out->past = true;
    out->at_ms = p->final_ms;
    clear_order(out);
    for (uint16_t i = 0; i < out->seats; i++) {
        clear_seat(&out->seat[i]);
    }
    if (seen != NULL) {
        observation_show(seen, out);
    } else {
        out->order.height = p->final_height;
    }
    out->order.block_time_ms = p->final_ms;
    out->order.decisions = out->final_total = record + 1;
    wind_back(m, at, out);
    put_final(now, out, at);
    put_flags(now, out);
    put_blocks(now, out, p->final_height);
    put_lines(now, out);
    put_latencies(now, out, p->final_height);
    scene_share_patterns(out, patterns_at(m, PATTERNS_SEATS, record + 1),
                         patterns_at(m, PATTERNS_PAIRS, record + 1));
    return true;
}
