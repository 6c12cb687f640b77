/* SPDX-License-Identifier: ISC */
#include "agent/answer.h"

#include "base/alloc.h"
#include "base/text.h"
#include "control/control.h"

#include <stdlib.h>
#include <string.h>

const char *answer_choice_name(enum answer_choice c)
{
    switch (c) {
    case ANSWER_REJECT:
        return "reject";
    case ANSWER_APPROVE:
        return "approve";
    case ANSWER_ABSTAIN:
        break;
    }
    return "abstain";
}

static int parse_choice(const json_t *object, enum answer_choice *out,
                        struct complaint *why)
{
    const char *word = json_string_value(json_object_get(object, "choice"));
    for (int i = ANSWER_REJECT; word != NULL && i <= ANSWER_ABSTAIN; i++) {
        if (strcmp(word, answer_choice_name((enum answer_choice)i)) == 0) {
            *out = (enum answer_choice)i;
            return 0;
        }
    }
    return complain(why, CONCLAVE_EFORMAT,
                    "wrong field: choice must be \"approve\", \"reject\" or \"abstain\"");
}

static int parse_confidence(const json_t *object, unsigned *out, struct complaint *why)
{
    const json_t *v = json_object_get(object, "confidence");
    json_int_t number = json_integer_value(v);
    if (!json_is_integer(v) || number < 0 || number > ANSWER_CONFIDENCE_MAX) {
        return complain(why, CONCLAVE_EFORMAT,
                        "wrong field: confidence must be an integer from 0 to %d",
                        ANSWER_CONFIDENCE_MAX);
    }
    *out = (unsigned)number;
    return 0;
}

static int parse_rationale(const json_t *object, char **out, struct complaint *why)
{
    const json_t *v = json_object_get(object, "rationale");
    struct slice text = slice_of(json_string_value(v), json_string_length(v));
    size_t where = 0;
    if (!json_is_string(v)) {
        return complain(why, CONCLAVE_EFORMAT, "wrong field: rationale must be a text");
    }
    if (text.size > ANSWER_RATIONALE_MAX) {
        return complain(why, CONCLAVE_ELIMIT,
                        "wrong field: rationale has %zu bytes, at most %d are allowed",
                        text.size, ANSWER_RATIONALE_MAX);
    }
    if (text_check(text, true, &where) != 0) {
        return complain(why, CONCLAVE_ETEXT,
                        "wrong field: rationale has a forbidden character (a control or a "
                        "bidirectional one) at byte %zu",
                        where);
    }
    *out = alloc_string((const char *)text.data);
    return 0;
}

int answer_parse(struct slice output, struct answer *out, struct complaint *why)
{
    struct complaint inner = {""};
    *out = (struct answer){ANSWER_REJECT, 0, NULL};
    if (output.size == 0) {
        return complain(why, CONCLAVE_EFORMAT, "no output");
    }
    json_t *object = control_parse(output, &inner);
    if (object == NULL) {
        /* The node tells whoever watches: without the quotation, it may be of the ballot.
         */
        const char *quotation = strstr(inner.text, " near ");
        int size = quotation != NULL ? (int)(quotation - inner.text) : 300;
        return complain(why, CONCLAVE_EFORMAT, "not one JSON text: %.*s", size, inner.text);
    }
    int error = 0;
    if (!json_is_object(object)) {
        error =
            complain(why, CONCLAVE_EFORMAT, "wrong shape: the output is no JSON object");
    }
    if (error == 0) {
        error = parse_choice(object, &out->choice, why);
    }
    if (error == 0) {
        error = parse_confidence(object, &out->confidence, why);
    }
    if (error == 0) {
        error = parse_rationale(object, &out->rationale, why);
    }
    json_decref(object);
    return error;
}

void answer_clear(struct answer *a)
{
    free(a->rationale);
    a->rationale = NULL;
}

json_t *answer_params(const struct answer *a, const char *proposal)
{
    return json_pack("{s:s, s:s, s:i, s:s}", "proposal", proposal, "choice",
                     answer_choice_name(a->choice), "confidence", (int)a->confidence,
                     "rationale", a->rationale);
}
