/* SPDX-License-Identifier: ISC */
/* What the operator does to the council, and asking for more to look at. */
#include "ui/model/inside.h"

#include "base/alloc.h"
#include "control/control.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void act_outcome(struct model *m, bool good, const char *text)
{
    if (m->outcome_count == OUTCOMES_MAX) {
        m->outcome_count--;
        memmove(m->outcomes, m->outcomes + 1, m->outcome_count * sizeof(m->outcomes[0]));
    }
    struct outcome *o = &m->outcomes[m->outcome_count++];
    o->good = good;
    (void)snprintf(o->text, sizeof(o->text), "%s", text);
    m->version++;
}

bool model_next_outcome(struct model *m, bool *good, char *text, size_t size)
{
    if (m->outcome_count == 0) {
        return false;
    }
    *good = m->outcomes[0].good;
    (void)snprintf(text, size, "%s", m->outcomes[0].text);
    m->outcome_count--;
    memmove(m->outcomes, m->outcomes + 1, m->outcome_count * sizeof(m->outcomes[0]));
    return true;
}

void act_answered(struct model *m, const struct request *r, const struct value *error)
{
    char words[200], text[320];
    if (error == NULL) {
        act_outcome(m, true, r->what);
        return;
    }
    value_copy_text(words, sizeof(words), error, "message");
    (void)snprintf(text, sizeof(text), "%s: %s", r->what, words);
    act_outcome(m, false, text);
}

static char *act_line(const char *id, const char *method, json_t *params)
{
    struct buffer line = {NULL, 0, 0};
    json_t *request = control_request(0, method, params);
    (void)json_object_set_new(request, "id", json_string(id));
    control_format(&line, request);
    buffer_append(&line, "", 1);
    json_decref(request);
    return (char *)line.data;
}

void model_act(struct model *m, const char *method, json_t *params, const char *what)
{
    char key[24], id[32], text[320];
    (void)snprintf(key, sizeof(key), "%" PRIu64, ++m->acts);
    (void)snprintf(id, sizeof(id), "act.%s", key);
    struct request *r = request_add(m, ASK_ACT, key, UNKNOWN);
    if (r == NULL) {
        json_decref(params);
        (void)snprintf(text, sizeof(text), "%s: %s", what,
                       m->connected ? "too much is asked of the node already"
                                    : "there is no connection");
        act_outcome(m, false, text);
        return;
    }
    r->what = alloc_string(what);
    r->line = act_line(id, method, params);
}

/* --- more to look at --- */

void model_want_height(struct model *m, uint64_t height)
{
    const struct scene *s = &m->scene;
    for (size_t i = 0; i < s->block_count; i++) {
        if (s->blocks[i]->height == height) {
            return;
        }
    }
    if (height <= INT64_MAX - BLOCKS_PAGE) {
        /* Under a name of its own: a page that is on its way must not stand in for it. */
        (void)request_add(m, ASK_BLOCKS, "at", height + BLOCKS_PAGE / 2);
    }
}

/* A page of blocks below the lowest; the middle ones make room for them. */
static void want_blocks(struct model *m)
{
    const struct scene *s = &m->scene;
    uint64_t lowest = s->block_count > 0 ? s->blocks[s->block_count - 1]->height : UNKNOWN;
    if (lowest != UNKNOWN && lowest > 0) {
        (void)request_add(m, ASK_BLOCKS, "", lowest - 1);
    }
}

/* The oldest line of the node's present run. */
static uint64_t oldest_line(const struct model *m)
{
    const struct scene *s = &m->scene;
    uint64_t newest = 0, oldest = UNKNOWN;
    for (size_t i = 0; i < s->line_count; i++) {
        uint64_t n = s->lines[i]->n;
        if (n != 0 && newest != 0 && n > newest) {
            break;
        }
        if (n != 0) {
            newest = oldest = n;
        }
    }
    return oldest;
}

void model_want_page(struct model *m, enum page_kind kind)
{
    const struct scene *s = &m->scene;
    if (m->pages_end[kind]) {
        return;
    }
    uint64_t line;
    switch (kind) {
    case PAGE_DECISIONS:
        if (s->final_count > 0 && s->final_count < DECISIONS_MAX &&
            s->final[s->final_count - 1]->record > 0) {
            (void)request_add(m, ASK_RECORDS, "", s->final[s->final_count - 1]->record);
        }
        break;
    case PAGE_BLOCKS:
        want_blocks(m);
        break;
    case PAGE_FLAGS:
        if (s->flag_count < FLAGS_MAX) {
            (void)request_add(m, ASK_FLAGS, "all", m->flags_before);
        }
        break;
    case PAGE_LOG:
        line = oldest_line(m);
        if (line != UNKNOWN && line > 1 && s->line_count < LINES_MAX) {
            (void)request_add(m, ASK_LOG, "", line);
        }
        break;
    }
}
