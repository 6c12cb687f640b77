/* SPDX-License-Identifier: ISC */
#include "evaluators/eval_llm_completion.h"

#include "base/alloc.h"
#include "base/text.h"
#include "control/control.h"

#include <stdlib.h>
#include <string.h>

enum { ERROR_TEXT_MAX = 200 };

/* --- the response --- */

static bool take_count(const json_t *usage, const char *name, uint64_t *out)
{
    const json_t *v = json_object_get(usage, name);
    json_int_t n = json_integer_value(v);
    *out = n < 0 ? 0 : n > LLM_USAGE_MAX ? LLM_USAGE_MAX : (uint64_t)n;
    return json_is_integer(v) && n >= 0;
}

static void take_usage(const json_t *response, struct llm_completion *out)
{
    const json_t *usage = json_object_get(response, "usage");
    bool input = take_count(usage, "prompt_tokens", &out->usage.input);
    bool output = take_count(usage, "completion_tokens", &out->usage.output);
    out->has_usage = input && output;
}

/* Absent, null or empty. */
static bool is_nothing(const json_t *v)
{
    return v == NULL || json_is_null(v) ||
           (json_is_string(v) && json_string_length(v) == 0) ||
           (json_is_array(v) && json_array_size(v) == 0);
}

static int check_finish(const json_t *choice, struct complaint *why)
{
    const char *reason = json_string_value(json_object_get(choice, "finish_reason"));
    if (reason != NULL && strcmp(reason, "length") == 0) {
        return complain(why, CONCLAVE_ELIMIT,
                        "it was cut, being longer than the tokens allowed");
    }
    if (reason != NULL && strcmp(reason, "content_filter") == 0) {
        return complain(why, CONCLAVE_EPERM, "the endpoint's filter held it back");
    }
    return 0;
}

static int take_message(const json_t *message, char **out, struct complaint *why)
{
    const json_t *role = json_object_get(message, "role");
    const json_t *content = json_object_get(message, "content");
    if (!json_is_object(message) ||
        (role != NULL &&
         (!json_is_string(role) || strcmp(json_string_value(role), "assistant") != 0))) {
        return complain(why, CONCLAVE_EFORMAT,
                        "the response's choice has no message of the assistant");
    }
    if (!is_nothing(json_object_get(message, "tool_calls")) ||
        !is_nothing(json_object_get(message, "function_call"))) {
        return complain(why, CONCLAVE_EPERM, "it calls a tool, and there is none");
    }
    if (!is_nothing(json_object_get(message, "refusal"))) {
        return complain(why, CONCLAVE_EPERM, "the model refused to answer");
    }
    if (is_nothing(content)) {
        return complain(why, CONCLAVE_EPERM, "it is empty");
    }
    if (!json_is_string(content)) {
        return complain(why, CONCLAVE_EFORMAT, "the message's content is no text");
    }
    *out = alloc_string(json_string_value(content));
    return 0;
}

int llm_completion_parse(struct slice body, struct llm_completion *out,
                         struct complaint *why)
{
    *out = (struct llm_completion){NULL, false, {0, 0}};
    json_t *response = control_parse(body, NULL);
    const json_t *choices = json_object_get(response, "choices");
    const json_t *choice = json_array_get(choices, 0);
    int error = 0;
    take_usage(response, out);
    if (response == NULL) {
        error = complain(why, CONCLAVE_EFORMAT, "the response is not one JSON text");
    } else if (json_array_size(choices) != 1 || !json_is_object(choice)) {
        error = complain(why, CONCLAVE_EFORMAT,
                         "the response has no list \"choices\" of one object");
    } else {
        error = check_finish(choice, why);
    }
    if (error == 0) {
        error = take_message(json_object_get(choice, "message"), &out->content, why);
    }
    json_decref(response);
    return error;
}

void llm_completion_free(struct llm_completion *c)
{
    free(c->content);
    c->content = NULL;
}

/* --- the vote --- */

static struct slice trim(struct slice s)
{
    while (s.size > 0 && strchr(" \t\r\n", s.data[0]) != NULL) {
        s = slice_of(s.data + 1, s.size - 1);
    }
    while (s.size > 0 && strchr(" \t\r\n", s.data[s.size - 1]) != NULL) {
        s.size--;
    }
    return s;
}

static bool begins(struct slice s, const char *with)
{
    return s.size >= strlen(with) && memcmp(s.data, with, strlen(with)) == 0;
}

/* Models that reason aloud do it first, and some servers leave it in. */
static struct slice without_thought(struct slice s)
{
    static const char end[] = "</think>";
    if (!begins(s, "<think>")) {
        return s;
    }
    const char *text = (const char *)s.data, *at = strstr(text, end);
    size_t skip = at != NULL ? (size_t)(at - text) + strlen(end) : 0;
    return at != NULL && skip <= s.size ? trim(slice_of(s.data + skip, s.size - skip)) : s;
}

static struct slice without_fence(struct slice s)
{
    static const char *const opening[] = {"```json\n", "```\n"};
    static const char closing[] = "\n```";
    for (size_t i = 0; i < 2; i++) {
        size_t skip = strlen(opening[i]), end = strlen(closing);
        if (begins(s, opening[i]) && s.size >= skip + end &&
            memcmp(s.data + s.size - end, closing, end) == 0) {
            return trim(slice_of(s.data + skip, s.size - skip - end));
        }
    }
    return s;
}

int llm_vote_parse(const char *content, struct answer *out, struct complaint *why)
{
    struct slice s = trim(slice_of_string(content));
    int error = answer_parse(without_fence(without_thought(s)), out, why);
    if (error != 0) {
        answer_clear(out);
    }
    return error;
}

/* --- errors --- */

void llm_error_text(struct slice body, const struct llm_key *key, struct buffer *out)
{
    json_t *response = control_parse(body, NULL);
    const json_t *error = json_object_get(response, "error");
    const json_t *message =
        json_is_string(error) ? error : json_object_get(error, "message");
    char *words = alloc_string(json_is_string(message) ? json_string_value(message) : "");
    llm_key_hide(key, words); /* before the cut, which would leave a part of it */
    struct slice text = slice_of_string(words);
    text.size = text.size > ERROR_TEXT_MAX ? ERROR_TEXT_MAX : text.size;
    text_escape(out, slice_of(text.data, text_whole(text)), "");
    free(words);
    json_decref(response);
}
