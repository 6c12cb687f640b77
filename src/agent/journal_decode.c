/* SPDX-License-Identifier: ISC */
#include "agent/journal.h"

#include "base/alloc.h"
#include "base/text.h"
#include "control/control.h"

#include <stdlib.h>
#include <string.h>

enum { PROPOSAL_MAX = 128, REASON_MAX = 2048, DEPTH_MAX = CONTROL_DEPTH_MAX + 2 };

/* A copy of a text of one line, NULL where it is none. */
static char *one_line(const json_t *value, size_t most)
{
    struct slice text = slice_of(json_string_value(value), json_string_length(value));
    bool good =
        json_is_string(value) && text.size <= most && text_check(text, false, NULL) == 0;
    return good ? alloc_string((const char *)text.data) : NULL;
}

static int decode_answer(const json_t *value, struct record *out, struct complaint *why)
{
    struct buffer text = {NULL, 0, 0};
    out->answered = json_is_object(value);
    if (!out->answered && !json_is_null(value)) {
        return complain(why, CONCLAVE_EFORMAT, "answer is an object or null");
    }
    if (!out->answered) {
        out->answer.rationale = alloc_string("");
        return 0;
    }
    control_format(&text, value);
    int error = answer_parse(buffer_slice(&text), &out->answer, why);
    buffer_free(&text);
    return error;
}

static int decode(const json_t *object, struct record *out, struct complaint *why)
{
    const json_t *time = json_object_get(object, "time_ms");
    const json_t *reason = json_object_get(object, "reason");
    json_t *question = json_object_get(object, "question");
    if (!json_is_object(object)) {
        return complain(why, CONCLAVE_EFORMAT, "a line of a journal is an object");
    }
    out->proposal = one_line(json_object_get(object, "proposal"), PROPOSAL_MAX);
    if (out->proposal == NULL || out->proposal[0] == '\0') {
        return complain(why, CONCLAVE_EFORMAT, "proposal is a text of 1 to %d bytes",
                        PROPOSAL_MAX);
    }
    if (!json_is_integer(time) || json_integer_value(time) < 0) {
        return complain(why, CONCLAVE_EFORMAT, "time_ms is a number from 0");
    }
    out->time_ms = (uint64_t)json_integer_value(time);
    if (!json_is_object(question)) {
        return complain(why, CONCLAVE_EFORMAT, "question is an object");
    }
    out->question = json_incref(question);
    out->reason = json_is_null(reason) ? alloc_string("") : one_line(reason, REASON_MAX);
    if (out->reason == NULL) {
        return complain(why, CONCLAVE_EFORMAT, "reason is one line of text or null");
    }
    return decode_answer(json_object_get(object, "answer"), out, why);
}

int journal_decode(struct slice line, struct record *out, struct complaint *why)
{
    json_error_t mistake;
    *out = (struct record){.proposal = NULL};
    if (line.size > JOURNAL_LINE_MAX || control_depth(line) > DEPTH_MAX) {
        return complain(why, CONCLAVE_ELIMIT, "longer than %d bytes, or nested too deep",
                        JOURNAL_LINE_MAX);
    }
    json_t *object =
        json_loadb((const char *)line.data, line.size, JSON_REJECT_DUPLICATES, &mistake);
    if (object == NULL) {
        return complain(why, CONCLAVE_EFORMAT, "not JSON at byte %d", mistake.position);
    }
    int error = decode(object, out, why);
    json_decref(object);
    if (error != 0) {
        record_clear(out);
    }
    return error;
}

void record_clear(struct record *r)
{
    free(r->proposal);
    free(r->reason);
    json_decref(r->question);
    answer_clear(&r->answer);
    *r = (struct record){.proposal = NULL};
}
