/* SPDX-License-Identifier: ISC */
/* Who voted for the height that is being ordered. */
#include "ui/model/inside.h"

#include <string.h>

static uint32_t count_of(const struct value *v, const char *name)
{
    uint64_t n = value_number(v, name);
    return n > UINT32_MAX ? 0 : (uint32_t)n;
}

/* Marks the stage of each seat in the array. Returns how many there are. */
static uint32_t take_stage(struct model *m, const struct value *v, const char *name,
                           enum stage stage)
{
    uint32_t count = 0;
    VALUE_EACH(item, value_get(v, name))
    {
        uint64_t seat = value_as_number(item);
        if (seat < 1 || seat > m->scene.seats) {
            m->nonsense++;
            continue;
        }
        struct scene_seat *s = &m->scene.seat[seat - 1];
        count += (s->stages & stage) == 0;
        s->stages |= (uint8_t)stage;
    }
    return count;
}

static void take_pipeline(struct scene_votes *votes, const struct value *array)
{
    votes->pipeline_count = 0;
    VALUE_EACH(row, array)
    {
        uint64_t height = value_number(row, "height");
        if (height == UNKNOWN || votes->pipeline_count == PIPELINE_MAX) {
            continue;
        }
        votes->pipeline[votes->pipeline_count++] = (struct pipeline_height){
            .height = height,
            .pre_prepared =
                value_true(row, "pre_prepared") || count_of(row, "pre_prepared") > 0,
            .prepares = count_of(row, "prepares"),
            .commits = count_of(row, "commits"),
        };
    }
}

void votes_add_latency(struct model *m, uint64_t height, uint64_t prepared_ms,
                       uint64_t committed_ms)
{
    struct scene_votes *v = &m->scene.votes;
    if (height == UNKNOWN ||
        (v->latency_count > 0 && v->latencies[v->latency_count - 1].height >= height)) {
        return; /* told already */
    }
    if (v->latency_count == LATENCIES_MAX) {
        memmove(v->latencies, v->latencies + 1,
                (LATENCIES_MAX - 1) * sizeof(v->latencies[0]));
        v->latency_count--;
    }
    v->latencies[v->latency_count].height = height;
    v->latencies[v->latency_count].prepared_ms = prepared_ms;
    v->latencies[v->latency_count].committed_ms = committed_ms;
    v->latency_count++;
}

static void take_latencies(struct model *m, const struct value *array)
{
    m->scene.votes.latency_count = 0;
    VALUE_EACH(row, array)
    {
        uint64_t numbers[3] = {UNKNOWN, UNKNOWN, UNKNOWN};
        size_t count = 0;
        VALUE_EACH(item, row)
        {
            if (count < 3) {
                numbers[count++] = value_as_number(item);
            }
        }
        votes_add_latency(m, numbers[0], numbers[1], numbers[2]);
    }
}

static void take_view_changes(struct model *m, const struct value *array)
{
    for (uint16_t i = 0; i < m->scene.seats; i++) {
        m->scene.seat[i].asked_view = UNKNOWN;
    }
    VALUE_EACH(row, array)
    {
        struct scene_seat *s = seat_named(m, row, "seat");
        if (s != NULL) {
            s->asked_view = value_number(row, "view");
        }
    }
}

/* Whether another height, phase or count came than was there before. */
static bool moved(const struct scene_votes *was, const struct scene_votes *is)
{
    return was->known && (was->height != is->height || was->view != is->view ||
                          was->idle != is->idle || was->pre_prepares != is->pre_prepares ||
                          was->prepares != is->prepares || was->commits != is->commits);
}

void votes_apply(struct model *m, const struct value *v)
{
    struct scene_votes *votes = &m->scene.votes;
    uint64_t since = value_number(v, "since_ms");
    const struct value *latencies = value_get(v, "latencies");
    if (!value_is(v, VALUE_OBJECT) || value_number(v, "height") == UNKNOWN) {
        m->nonsense++;
        return;
    }
    const struct scene_votes was = {.known = votes->known,
                                    .view = votes->view,
                                    .height = votes->height,
                                    .idle = votes->idle,
                                    .pre_prepares = votes->pre_prepares,
                                    .prepares = votes->prepares,
                                    .commits = votes->commits};
    votes->known = true;
    votes->view = value_number(v, "view");
    votes->height = value_number(v, "height");
    votes->idle = strcmp(value_text(v, "phase"), "idle") == 0;
    votes->committed = value_true(v, "committed");
    votes->since_ms = since == UNKNOWN    ? UNKNOWN
                      : since > m->now_ms ? 0
                                          : m->now_ms - since;
    votes->prepared_ms = value_number(v, "prepared_ms");
    votes->committed_ms = value_number(v, "committed_ms");
    for (uint16_t i = 0; i < m->scene.seats; i++) {
        m->scene.seat[i].stages = 0;
        m->scene.seat[i].stages_known = true;
    }
    votes->pre_prepares = take_stage(m, v, "pre_prepares", STAGE_PRE_PREPARE);
    votes->prepares = take_stage(m, v, "prepares", STAGE_PREPARE);
    votes->commits = take_stage(m, v, "commits", STAGE_COMMIT);
    if (moved(&was, votes)) {
        m->scene.awaiting.old = m->want_status = true;
    }
    take_pipeline(votes, value_get(v, "pipeline"));
    take_view_changes(m, value_get(v, "view_changes"));
    if (value_is(latencies, VALUE_ARRAY)) {
        take_latencies(m, latencies);
    }
}
