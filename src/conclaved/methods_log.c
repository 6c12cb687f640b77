/* SPDX-License-Identifier: ISC */
/* The method `log`, and the event log.line. */
#include "conclaved/methods.h"

#include "conclaved/events.h"
#include "conclaved/json.h"
#include "conclaved/log_ring.h"

enum { LIMIT_MAX = 500, LIMIT_DEFAULT = 100 };

static json_t *line_json(const struct log_ring_line *l)
{
    json_t *out = json_object();
    json_put(out, "n", json_number(l->n));
    json_put(out, "time_ms", json_number(l->time_ms));
    json_put(out, "level", json_string(log_level_name(l->level)));
    json_put(out, "event", control_text(l->event));
    json_put(out, "seat", l->seat != 0 ? json_integer(l->seat) : json_null());
    json_put(out, "text", control_text(l->text));
    return out;
}

/* An object within the event's, whose member event is its own name. */
json_t *event_log_line(const struct log_ring_line *l)
{
    json_t *out = json_object();
    json_put(out, "line", line_json(l));
    return out;
}

/* Lines of at least this level below a number, the newest first, as many as are wanted and
 * an answer has room for. The number to go on from; 0: there are no more. */
static uint64_t append_lines(json_t *rows, const struct log_ring *r, uint64_t before,
                             enum log_level least, size_t limit)
{
    uint64_t at = before, oldest = log_ring_oldest(r);
    size_t size = 0;
    while (at > oldest && json_array_size(rows) < limit && size < METHOD_ANSWER_BYTES) {
        struct log_ring_line line = log_ring_get(r, --at);
        if (line.level >= least) {
            json_t *row = line_json(&line);
            size += json_size(row) + 1;
            (void)json_array_append_new(rows, row);
        }
    }
    return at > oldest ? at : 0;
}

json_t *method_log(void *context, struct control_session *s, json_t *params)
{
    static const char *const levels[] = {"debug", "info", "warn", "error", NULL};
    const struct node *n = context;
    uint64_t end = log_ring_newest(n->log) + 1;
    struct parameters p;
    parameters_begin(&p, s, params);
    uint64_t before = parameters_number(&p, "before", 0, INT64_MAX, end);
    size_t limit = (size_t)parameters_number(&p, "limit", 1, LIMIT_MAX, LIMIT_DEFAULT);
    enum log_level least =
        (enum log_level)parameters_word(&p, "level", levels, LOG_LEVEL_DEBUG);
    if (!parameters_end(&p)) {
        return NULL;
    }
    json_t *rows = json_array();
    uint64_t next = append_lines(rows, n->log, before < end ? before : end, least, limit);
    json_t *out = json_object();
    json_put(out, "lines", rows);
    json_put(out, "next", next > 0 ? json_number(next) : json_null());
    return out;
}
