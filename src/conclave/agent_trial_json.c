/* SPDX-License-Identifier: ISC */
#include "conclave/agent_trial.h"

#include "control/control.h"

static void put(json_t *object, const char *name, json_t *value)
{
    (void)json_object_set_new(object, name, value);
}

json_t *trial_choice_json(bool is_there, enum answer_choice c)
{
    return is_there ? json_string(answer_choice_name(c)) : json_null();
}

static json_t *reply_json(const struct reply *r)
{
    json_t *o = json_object();
    put(o, "choice", trial_choice_json(r->answered, r->answer.choice));
    put(o, "confidence",
        r->answered ? json_integer((json_int_t)r->answer.confidence) : json_null());
    put(o, "rationale", r->answered ? json_string(r->answer.rationale) : json_null());
    put(o, "failure",
        r->answered ? json_null() : control_text(slice_of_string(r->failure)));
    put(o, "ms", json_integer((json_int_t)r->took_ms));
    put(o, "output_bytes", json_integer((json_int_t)r->output_bytes));
    return o;
}

json_t *trial_answers_json(const struct trial *t)
{
    json_t *answers = json_array();
    for (unsigned i = 0; i < t->replied; i++) {
        (void)json_array_append_new(answers, reply_json(&t->replies[i]));
    }
    return answers;
}
