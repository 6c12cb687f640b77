/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "agent/verdict.h"

#include "base/alloc.h"
#include "base/text.h"
#include "control/control.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST_NEWS = 16 }; /* bytes that are worth to begin with */

void explain_end(const struct run_result *r, const struct run_limits *limits,
                 struct complaint *why)
{
    why->text[0] = '\0';
    switch (r->end) {
    case RUN_EXITED:
        if (r->code != 0) {
            (void)complain(why, 0, "exit code %d", r->code);
        }
        break;
    case RUN_SIGNALED:
        (void)complain(why, 0, "crashed: signal %d (%s)", r->code, strsignal(r->code));
        break;
    case RUN_NOT_STARTED:
        (void)complain(why, 0, "cannot be started: %s", strerror(r->code));
        break;
    case RUN_LATE:
        (void)complain(why, 0, "too late: killed after %llu ms",
                       (unsigned long long)r->took_ms);
        break;
    case RUN_TOO_LONG:
        (void)complain(why, 0, "too long: more than %zu bytes of output",
                       limits->output_bytes);
        break;
    case RUN_TOO_MANY:
        (void)complain(why, 0, "too many: more than %u processes and threads at once",
                       limits->processes);
        break;
    case RUN_STOPPED:
        (void)complain(why, 0, "the agent was stopped");
        break;
    case RUN_LOST:
        (void)complain(why, 0, "its supervisor was killed");
        break;
    }
}

static void parse_output(struct verdict *v, struct slice output, struct complaint *why)
{
    struct complaint inner = {""};
    json_t *object = output.size > 0 ? control_parse(output, &inner) : json_object();
    const json_t *detail = json_object_get(object, "detail");
    json_t *facts = json_object_get(object, "facts");
    struct slice text = slice_of(json_string_value(detail), json_string_length(detail));
    if (!json_is_object(object)) {
        (void)complain(why, CONCLAVE_EFORMAT, "its output is not one JSON object");
    } else if (detail != NULL &&
               (!json_is_string(detail) || text.size > VERDICT_DETAIL_MAX ||
                text_check(text, false, NULL) != 0)) {
        (void)complain(why, CONCLAVE_EFORMAT,
                       "its detail is not one line of at most %d bytes",
                       VERDICT_DETAIL_MAX);
    } else if (facts != NULL && !json_is_null(facts) && !json_is_object(facts)) {
        (void)complain(why, CONCLAVE_EFORMAT, "its facts are no object");
    } else if (control_depth(output) > VERDICT_FACTS_DEPTH) {
        (void)complain(why, CONCLAVE_ELIMIT, "its facts are nested deeper than %d levels",
                       VERDICT_FACTS_DEPTH);
    } else {
        v->detail = alloc_string(detail != NULL ? json_string_value(detail) : "");
        v->facts = json_is_object(facts) ? json_incref(facts) : NULL;
    }
    json_decref(object);
}

void verdict_conclude(struct verdict *v, const struct run_result *r,
                      const struct run_limits *limits)
{
    struct complaint why = {""};
    bool decided = r->end == RUN_EXITED && (r->code == 0 || r->code == 1);
    if (decided) {
        parse_output(v, r->output, &why);
    } else {
        explain_end(r, limits, &why);
    }
    if (why.text[0] != '\0') {
        verdict_break(v, why.text);
    } else {
        v->kind = r->code == 0 ? VERDICT_PASSED : VERDICT_FAILED;
    }
}

void verdict_break(struct verdict *v, const char *why)
{
    v->kind = VERDICT_BROKEN;
    v->detail = alloc_string(why);
}

void verdict_clear(struct verdict *v)
{
    free(v->detail);
    json_decref(v->facts);
    v->detail = NULL;
    v->facts = NULL;
}

const char *verdict_word(const struct verdict *v)
{
    switch (v->kind) {
    case VERDICT_BROKEN:
        break;
    case VERDICT_PASSED:
        return "passed";
    case VERDICT_FAILED:
        return "failed";
    }
    return "gave no result";
}

json_t *verdicts_json(const struct verdict *v, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *passed = v[i].kind == VERDICT_BROKEN
                             ? json_null()
                             : json_boolean(v[i].kind == VERDICT_PASSED);
        json_t *facts = v[i].facts != NULL ? json_incref(v[i].facts) : json_null();
        (void)json_array_append_new(list, json_pack("{s:s, s:o, s:s, s:o}", "name",
                                                    v[i].check->name, "passed", passed,
                                                    "detail", v[i].detail, "facts", facts));
    }
    return list;
}

/* text and then more, with a gap where both are something; what does not fit of the second
 * is left out, between two characters. */
static char *join(const char *text, const char *gap, const char *more, size_t most)
{
    char *all = text[0] != '\0' && more[0] != '\0' ? alloc_printf("%s%s%s", text, gap, more)
                                                   : alloc_printf("%s%s", text, more);
    if (strlen(text) + LEAST_NEWS > most) {
        all[strlen(text)] = '\0';
    }
    if (strlen(all) > most) {
        all[text_whole(slice_of(all, most))] = '\0';
    }
    return all;
}

const struct verdict *verdicts_override(const struct verdict *v, size_t count,
                                        struct answer *a)
{
    const struct verdict *first = NULL;
    for (size_t i = 0; i < count && first == NULL; i++) {
        if (v[i].kind == VERDICT_FAILED && v[i].check->abstains) {
            first = &v[i];
        }
    }
    if (first == NULL || a->choice != ANSWER_APPROVE) {
        return NULL;
    }
    char *reason = alloc_printf("Abstains although the evaluator approved: the check %s "
                                "failed%s%s.",
                                first->check->name, first->detail[0] != '\0' ? ": " : "",
                                first->detail);
    char *all = join(reason, "\n\n", a->rationale, ANSWER_RATIONALE_MAX);
    free(reason);
    free(a->rationale);
    a->choice = ANSWER_ABSTAIN;
    a->confidence = 0;
    a->rationale = all;
    return first;
}

void verdicts_note(const struct verdict *v, size_t count, struct answer *a)
{
    struct buffer line = {NULL, 0, 0};
    for (size_t i = 0; i < count; i++) {
        char *item = alloc_printf("%s%s %s", i == 0 ? "Checks: " : "; ", v[i].check->name,
                                  verdict_word(&v[i]));
        buffer_append(&line, item, strlen(item));
        free(item);
    }
    if (line.size > 0) {
        buffer_append(&line, ".", 2);
        char *all =
            join(a->rationale, "\n\n", (const char *)line.data, ANSWER_RATIONALE_MAX);
        free(a->rationale);
        a->rationale = all;
    }
    buffer_free(&line);
}
