/* SPDX-License-Identifier: ISC */
/*
 * Events from a node. The past and what comes are read in the same way, by the method
 * history: a block that is committed only says that there is more. So nothing is told twice
 * or left out, however long the node or the reader is away.
 */
#include "conclave/events_run.h"
#include "conclave/events_signals.h"
#include "conclave/node.h"

#include "base/clock.h"
#include "base/log_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_MS = 200, RETRY_MAX_MS = 5000 };

struct source {
    struct events *e;
    struct control_client *c;
    char *council; /* its name */
    bool news;     /* there may be more to read */
    bool started;
};

/* --- asking --- */

/* params is stolen. NULL with EVENTS_LOST or, after saying why, EVENTS_FAILED. */
static json_t *ask(struct source *s, const char *method, json_t *params,
                   enum events_course *course)
{
    struct complaint why = {""};
    json_t *result = NULL;
    int error = control_call(s->c, method, params, &result, NODE_TIMEOUT_MS, &why);
    bool lost = error == CONCLAVE_ECLOSED || error == CONCLAVE_EAGAIN;
    if (error != 0 && lost && s->e->follow && s->started) {
        *course = EVENTS_LOST;
    } else if (error != 0) {
        (void)command_fail(s->e->line, "%s", why.text);
        *course = EVENTS_FAILED;
    }
    return result;
}

/* What the node only says of itself, in the same form. */
static json_t *local_event(const struct source *s, const json_t *params)
{
    static const char *const common[] = {"height", "proposal", "class", "seat", "name"};
    char time[LOG_TIME_BYTES];
    uint64_t now = clock_wall_ms();
    json_t *detail = json_copy((json_t *)(uintptr_t)params);
    log_time(time, now);
    json_t *event =
        json_pack("{s:O,s:n,s:s,s:I,s:s}", "event", json_object_get(params, "event"), "id",
                  "time", time, "time_ms", (json_int_t)now, "council", s->council);
    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
        json_t *value = json_object_get(params, common[i]);
        (void)json_object_set_new(event, common[i],
                                  value != NULL ? json_incref(value) : json_null());
    }
    (void)json_object_del(detail, "event");
    (void)json_object_del(detail, "seq");
    (void)json_object_set_new(event, "detail", detail);
    return event;
}

/* Takes what the node told by itself meanwhile, so that none of it gathers. */
static enum events_course drain(struct source *s)
{
    for (;;) {
        json_t *message = NULL;
        int error = control_next(s->c, &message, 0);
        if (error != 0) {
            return error == CONCLAVE_EAGAIN ? EVENTS_ON : EVENTS_LOST;
        }
        const json_t *params = json_object_get(message, "params");
        const char *name = member_text(params, "event");
        s->news = s->news || strcmp(name, "block.committed") == 0;
        if (events_is_local(name) && !s->e->ended) {
            json_t *event = local_event(s, params);
            (void)events_take(s->e, event);
            json_decref(event);
        }
        json_decref(message);
    }
}

/* --- the ledger --- */

static enum events_course take_page(struct source *s, const json_t *page)
{
    const json_t *events = json_object_get(page, "events");
    for (size_t i = 0; i < json_array_size(events); i++) {
        if (!events_take(s->e, json_array_get(events, i))) {
            return events_flush(s->e);
        }
    }
    s->e->cursor.place = (struct events_place){(uint64_t)member_number(page, "next_height"),
                                               (uint64_t)member_number(page, "next_index")};
    s->e->cursor.behind = true;
    s->news = member_true(page, "more");
    return events_flush(s->e);
}

static enum events_course read_all(struct source *s)
{
    enum events_course course = EVENTS_ON;
    while (course == EVENTS_ON && s->news) {
        struct events_place place = s->e->cursor.place;
        json_t *page =
            ask(s, "history",
                json_pack("{s:I,s:I,s:b}", "from", (json_int_t)place.height, "index",
                          (json_int_t)place.index, "rationales", (int)s->e->rationales),
                &course);
        if (page != NULL) {
            course = take_page(s, page);
        }
        json_decref(page);
        if (course == EVENTS_ON && s->e->follow) {
            bool more = s->news;
            course = drain(s);
            s->news = s->news || more;
        }
    }
    return course;
}

/* --- where to begin --- */

/* The block of a moment that an answer has; 0 where it has none. */
static uint64_t height_of(const json_t *answer, const char *name)
{
    json_int_t height = member_number(answer, name);
    return height > 0 ? (uint64_t)height : 0;
}

static uint64_t of_record(struct source *s, enum events_course *course)
{
    uint64_t number = s->e->record;
    json_t *answer =
        ask(s, "records",
            json_pack("{s:I,s:i}", "before", (json_int_t)number + 1, "limit", 1), course);
    const json_t *row = json_array_get(json_object_get(answer, "records"), 0);
    uint64_t height = height_of(row, "opened_height");
    if (answer != NULL && (row == NULL || height_of(row, "record") != number)) {
        (void)command_fail(s->e->line, "there is no record %" PRIu64 " yet", number);
        *course = EVENTS_FAILED;
    }
    json_decref(answer);
    return height;
}

/* 0 where no block has it yet. */
static uint64_t of_proposal(struct source *s, enum events_course *course)
{
    struct events_filter *f = &s->e->filter;
    json_t *answer = ask(
        s, "proposal", json_pack("{s:s,s:[]}", "id", f->proposal, "rationales_of"), course);
    const char *id = member_text(answer, "id");
    uint64_t height = height_of(json_object_get(answer, "opened"), "height");
    if (answer != NULL && strlen(id) < sizeof(f->proposal)) {
        memcpy(f->proposal, id, strlen(id) + 1);
    }
    json_decref(answer);
    return height;
}

/* The place of a time, or of now, and in any case which council it is. */
static json_t *look(struct source *s, enum events_course *course)
{
    json_t *params = json_pack("{s:i}", "limit", 0);
    if (s->e->since_ms > 0) {
        (void)json_object_set_new(params, "since_ms",
                                  json_integer((json_int_t)s->e->since_ms));
    }
    return ask(s, "history", params, course);
}

static enum events_course start(struct source *s)
{
    struct events *e = s->e;
    enum events_course course = EVENTS_ON;
    json_t *now = look(s, &course);
    uint64_t height = height_of(now, "next_height");
    if (course == EVENTS_ON && (e->since_first || (!e->follow && e->since_ms == 0))) {
        height = 1;
    }
    if (course == EVENTS_ON && !s->started && e->filter.proposal[0] != '\0') {
        uint64_t opened = of_proposal(s, &course);
        bool later = e->since_ms > 0 && height > opened;
        height = opened > 0 && !later ? opened : height;
    }
    if (course == EVENTS_ON && !s->started && e->since_record) {
        height = of_record(s, &course);
    }
    if (course == EVENTS_ON && !events_start(e, member_text(now, "council_id"), height)) {
        course = EVENTS_FAILED;
    }
    json_decref(now);
    s->started = s->started || course == EVENTS_ON;
    return course;
}

static enum events_course subscribe(struct source *s)
{
    enum events_course course = EVENTS_ON;
    json_t *names = events_filter_local(&s->e->filter);
    (void)json_array_append_new(names, json_string("block.committed"));
    json_t *snapshot = ask(s, "subscribe", json_pack("{s:o}", "events", names), &course);
    if (snapshot != NULL && s->council == NULL) {
        s->council = strdup(member_text(json_object_get(snapshot, "status"), "council"));
    }
    json_decref(snapshot);
    return course;
}

/* --- one connection after the other --- */

static enum events_course follow(struct source *s)
{
    enum events_course course = EVENTS_ON;
    while (course == EVENTS_ON) {
        events_signals_wait(control_client_fd(s->c), events_patience(s->e));
        course = drain(s);
        enum events_course written = events_flush(s->e);
        course = written != EVENTS_ON ? written : course;
        if (course == EVENTS_ON) {
            course = read_all(s);
        }
    }
    return course;
}

static enum events_course converse(struct source *s)
{
    /* Before reading, so that no block is missed. */
    enum events_course course = s->e->follow ? subscribe(s) : EVENTS_ON;
    if (course == EVENTS_ON) {
        course = start(s);
    }
    s->news = true;
    if (course == EVENTS_ON) {
        course = read_all(s);
    }
    return course == EVENTS_ON && s->e->follow ? follow(s) : course;
}

static bool reconnect(struct source *s)
{
    struct complaint why = {""};
    int wait_ms = RETRY_MS;
    (void)command_fail(s->e->line, "the node is gone; waiting for it");
    while (events_flush(s->e) == EVENTS_ON) {
        char *path = control_find_socket(s->e->line->socket, &why);
        int error = path != NULL ? control_connect(path, &s->c, &why) : CONCLAVE_ENOENT;
        free(path);
        if (error == 0) {
            return true;
        }
        events_signals_wait(-1, wait_ms);
        wait_ms = 2 * wait_ms < RETRY_MAX_MS ? 2 * wait_ms : RETRY_MAX_MS;
    }
    return false;
}

enum events_course events_from_node(struct events *e)
{
    struct source s = {.e = e};
    if (!node_open(e->line, &s.c)) {
        return EVENTS_FAILED;
    }
    enum events_course course = converse(&s);
    while (course == EVENTS_LOST) {
        control_disconnect(s.c);
        s.c = NULL;
        course = reconnect(&s) ? converse(&s) : EVENTS_DONE;
    }
    control_disconnect(s.c);
    free(s.council);
    return course == EVENTS_ON ? EVENTS_DONE : course;
}
