/* SPDX-License-Identifier: ISC */
#include "evaluators/eval_llm_request.h"

#include "base/alloc.h"
#include "control/control.h"

#include <stdlib.h>
#include <string.h>

static const char *const form_names[] = {
    [LLM_FORM_SCHEMA] = "schema",
    [LLM_FORM_OBJECT] = "object",
    [LLM_FORM_TEXT] = "text",
};

const char *llm_form_name(enum llm_form f)
{
    return form_names[f];
}

int llm_form_parse(const char *word)
{
    for (int i = LLM_FORM_SCHEMA; i <= LLM_FORM_TEXT; i++) {
        if (strcmp(word, form_names[i]) == 0) {
            return i;
        }
    }
    return -1;
}

/* Reasons come before the choice, since a model writes in that order. Bounds of numbers are
 * left out: some endpoints refuse a schema that has them. */
static json_t *schema_format(void)
{
    return json_pack(
        "{s:s, s:{s:s, s:b, s:{s:s, s:{s:{s:s, s:s}, s:{s:s, s:[s,s,s]}, s:{s:s, s:s}}, "
        "s:[s,s,s], s:b}}}",
        "type", "json_schema", "json_schema", "name", "vote", "strict", 1, "schema", "type",
        "object", "properties", "rationale", "type", "string", "description",
        "reasons in plain text, at most 2000 characters", "choice", "type", "string",
        "enum", "approve", "reject", "abstain", "confidence", "type", "integer",
        "description", "from 0 to 100", "required", "rationale", "choice", "confidence",
        "additionalProperties", 0);
}

static json_t *message(const char *role, struct slice text)
{
    return json_pack("{s:s, s:s%}", "role", role, "content", (const char *)text.data,
                     text.size);
}

static json_t *messages(const struct llm_request *r, const struct llm_prompt *p)
{
    struct buffer user = {NULL, 0, 0};
    buffer_append_slice(&user, buffer_slice(&p->user));
    if (r->correction != NULL) {
        char *note = alloc_printf("\nYou answered this once, and the answer could not be "
                                  "used: %s. Answer again, in the form that your rules "
                                  "describe.\n",
                                  r->correction);
        buffer_append_slice(&user, slice_of_string(note));
        free(note);
    }
    json_t *list = json_pack("[o, o]", message("system", buffer_slice(&p->system)),
                             message("user", buffer_slice(&user)));
    buffer_free(&user);
    return list;
}

void llm_request_write(const struct llm_request *r, const struct llm_prompt *p,
                       struct buffer *out)
{
    json_t *all = json_object();
    (void)json_object_set_new(all, "model", json_string(r->model));
    (void)json_object_set_new(all, "messages", messages(r, p));
    (void)json_object_set_new(all, r->new_name ? "max_completion_tokens" : "max_tokens",
                              json_integer((json_int_t)r->tokens_max));
    if (r->has_temperature) {
        (void)json_object_set_new(all, "temperature", json_real(r->temperature));
    }
    if (r->has_seed) {
        (void)json_object_set_new(all, "seed", json_integer((json_int_t)r->seed));
    }
    switch (r->form) {
    case LLM_FORM_SCHEMA:
        (void)json_object_set_new(all, "response_format", schema_format());
        break;
    case LLM_FORM_OBJECT:
        (void)json_object_set_new(all, "response_format",
                                  json_pack("{s:s}", "type", "json_object"));
        break;
    case LLM_FORM_TEXT:
        break;
    }
    (void)json_object_set_new(all, "stream", json_false());
    control_format(out, all);
    json_decref(all);
}
