/* SPDX-License-Identifier: ISC */
#include "ui/model/inside.h"

#include "base/alloc.h"
#include "control/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const enum ask first_asks[] = {ASK_SUBSCRIBE, ASK_SEATS,   ASK_VOTES, ASK_HEARTBEATS,
                                      ASK_FLAGS,     ASK_RECORDS, ASK_LOG,   ASK_BLOCKS};

static void unref_all(struct deck *d)
{
    for (size_t i = 0; i < d->count; i++) {
        item_unref(deck_items(d)[i]);
    }
    deck_free(d);
}

static void begin_scene(struct model *m)
{
    struct scene *s = &m->scene;
    uint64_t events = s->events, gaps = s->gaps;
    memset(s, 0, sizeof(*s));
    s->events = events;
    s->gaps = gaps;
    s->cards = m->cards;
    s->heartbeat_ms = s->timeout_ms = s->usual_height = UNKNOWN;
    s->order.view = s->order.height = s->order.epoch = s->order.epoch_left = UNKNOWN;
    s->order.decisions = s->order.open = s->order.timer_ms = UNKNOWN;
    s->order.block_time_ms = s->order.started_ms = s->order.failed_views = UNKNOWN;
    s->order.waiting_envelopes = s->order.store_bytes = s->order.free_disk_bytes = UNKNOWN;
    s->votes.view = s->votes.height = s->votes.since_ms = UNKNOWN;
    s->votes.prepared_ms = s->votes.committed_ms = s->awaiting.next_ms = UNKNOWN;
    for (size_t i = 0; i < UI_SEATS_MAX; i++) {
        struct scene_seat *seat = &s->seat[i];
        seat->view = seat->height = seat->heard_ms = seat->round_trip_ms = UNKNOWN;
        seat->clock_offset_ms = seat->lag_height = seat->lag_view = INT64_MIN;
        seat->phi_tenths = UNKNOWN;
        seat->asked_view = seat->expelled_height = UNKNOWN;
        seat->bytes_in = seat->bytes_out = seat->bad_frames = UNKNOWN;
        memset(seat->beats, BEAT_UNKNOWN, sizeof(seat->beats));
    }
}

void model_forget_council(struct model *m)
{
    unref_all(&m->open);
    unref_all(&m->final);
    unref_all(&m->flags);
    unref_all(&m->blocks);
    unref_all(&m->lines);
    for (size_t i = 0; i < m->observed.count; i++) {
        free(deck_items(&m->observed)[i]);
    }
    deck_free(&m->observed);
    details_lost(m, true);
    patterns_forget(m);
    /* Pages of seats that there are not are never touched. */
    memset(m->cards, 0, m->scene.seats * sizeof(m->cards[0]));
    memset(m->streak_ended, 0, sizeof(m->streak_ended));
    memset(m->pages_end, 0, sizeof(m->pages_end));
    m->browsed_low = m->browsed_high = UNKNOWN;
    m->slot = m->slot_height = m->flags_before = m->flag_newest = UNKNOWN;
    m->class_count = 0;
    begin_scene(m);
    model_sync(m);
}

struct model *model_new(void)
{
    control_library_init();
    struct model *m = alloc_zero(1, sizeof(*m));
    m->lost_ms = UNKNOWN;
    m->log_run = 1;
    model_forget_council(m);
    return m;
}

void model_free(struct model *m)
{
    if (m != NULL) {
        requests_drop(m);
        model_forget_council(m);
        value_reader_free(&m->reader);
        free(m);
    }
}

void model_sync(struct model *m)
{
    struct scene *s = &m->scene;
    s->open = (struct scene_proposal **)deck_items(&m->open);
    s->open_count = m->open.count;
    s->final = (struct scene_proposal **)deck_items(&m->final);
    s->final_count = m->final.count;
    s->flags = (struct scene_flag **)deck_items(&m->flags);
    s->flag_count = m->flags.count;
    s->blocks = (struct scene_block **)deck_items(&m->blocks);
    s->block_count = m->blocks.count;
    s->lines = (struct scene_line **)deck_items(&m->lines);
    s->line_count = m->lines.count;
    m->version++;
}

void model_connected(struct model *m, uint64_t now_ms)
{
    requests_drop(m);
    details_lost(m, false);
    patterns_reconnected(m);
    m->now_ms = now_ms;
    m->connected = true;
    m->subscribed = m->want_status = m->want_seats = false;
    m->status_ms = m->seats_ms = now_ms;
    memset(m->pages_end, 0, sizeof(m->pages_end));
    m->flags_before = UNKNOWN;
    for (size_t i = 0; i < sizeof(first_asks) / sizeof(first_asks[0]); i++) {
        (void)request_add(m, first_asks[i], "", UNKNOWN);
    }
    m->version++;
}

void model_disconnected(struct model *m, uint64_t now_ms, const char *why)
{
    m->now_ms = now_ms;
    if (m->subscribed && m->lost_ms == UNKNOWN) {
        m->lost_ms = now_ms;
        (void)snprintf(m->lost_why, sizeof(m->lost_why), "%s", why);
    }
    m->connected = m->subscribed = false;
    requests_drop(m);
    details_lost(m, false);
    m->version++;
}

/* --- lines --- */

static bool take_answer(struct model *m, const struct value *message)
{
    const struct value *id = value_get(message, "id");
    const struct value *result = value_get(message, "result");
    const struct value *error = value_get(message, "error");
    if ((result == NULL) == (error == NULL) ||
        (error != NULL && error->kind != VALUE_OBJECT)) {
        return false;
    }
    if (value_is(id, VALUE_STRING)) {
        request_answered(m, id->text, result, error);
        return true;
    }
    if (value_is(id, VALUE_NULL) && error != NULL) {
        char words[200];
        value_copy_text(words, sizeof(words), error, "message");
        log_add_words(m, "control.refused", words);
        return true;
    }
    return false;
}

int model_line(struct model *m, uint64_t now_ms, struct slice line)
{
    m->now_ms = now_ms;
    if (event_is_idle(line)) {
        m->scene.events++;
        m->scene.at_ms = now_ms;
        return 0;
    }
    const struct value *message = value_read(&m->reader, line);
    const struct value *method = value_get(message, "method");
    const struct value *params = value_get(message, "params");
    bool good = strcmp(value_text(message, "jsonrpc"), "2.0") == 0;
    m->line = line;
    if (good && value_is(method, VALUE_STRING)) {
        if (strcmp(method->text, "event") == 0) {
            good = value_is(params, VALUE_OBJECT);
            event_apply(m, params);
        }
    } else {
        good = good && take_answer(m, message);
    }
    m->line = SLICE_NONE;
    if (!good) {
        m->nonsense++;
        return CONCLAVE_EFORMAT;
    }
    m->scene.at_ms = now_ms;
    model_sync(m);
    return 0;
}

/* --- looking --- */

const struct scene *model_scene(const struct model *m)
{
    return &m->scene;
}

uint64_t model_version(const struct model *m)
{
    return m->version;
}

uint64_t model_nonsense(const struct model *m)
{
    return m->nonsense;
}

bool model_take_bell(struct model *m)
{
    bool bell = m->bell;
    m->bell = false;
    return bell;
}

bool id_is_good(const char *id)
{
    size_t size = strspn(id, "0123456789abcdef");
    return size > 0 && size < UI_ID_BYTES && id[size] == '\0';
}

static size_t deck_bytes(const struct deck *d, size_t each)
{
    return d->capacity * sizeof(void *) + d->count * each;
}

size_t model_bytes(const struct model *m)
{
    const struct scene *s = &m->scene;
    size_t bytes = sizeof(*m) + value_reader_bytes(&m->reader);
    bytes += deck_bytes(&m->open, 0) + deck_bytes(&m->final, 0);
    bytes += deck_bytes(&m->flags, sizeof(struct scene_flag));
    bytes += deck_bytes(&m->blocks, sizeof(struct scene_block));
    bytes += deck_bytes(&m->lines, sizeof(struct scene_line));
    bytes += deck_bytes(&m->observed, 0);
    for (size_t i = 0; i < s->open_count + s->final_count; i++) {
        const struct scene_proposal *p =
            i < s->open_count ? s->open[i] : s->final[i - s->open_count];
        bytes += sizeof(*p) + p->seats * 5U + strlen(p->title) + strlen(p->class_name) + 2;
    }
    for (size_t i = 0; i < m->observed.count; i++) {
        const struct observation *o = deck_items(&m->observed)[i];
        bytes += o != NULL ? sizeof(*o) + o->seats * sizeof(o->seat[0]) : 0;
    }
    for (size_t i = 0; i < s->line_count; i++) {
        bytes += strlen(s->lines[i]->text) + 1;
    }
    for (size_t i = 0; i < m->detail_count; i++) {
        bytes += m->details[i].bytes;
    }
    return bytes + patterns_bytes(m);
}
