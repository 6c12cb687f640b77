/* SPDX-License-Identifier: ISC */
#include "conclave/whole_proposal.h"

#include "conclave/node.h"

static json_t *missing_seats(const json_t *proposal)
{
    const json_t *rows = json_object_get(proposal, "seats");
    json_t *missing = json_array();
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        if (json_is_string(json_object_get(row, "choice")) &&
            !json_is_string(json_object_get(row, "rationale"))) {
            (void)json_array_append(missing, json_object_get(row, "seat"));
        }
    }
    return missing;
}

/* Puts the rationales of another answer in their places. How many there were. */
static size_t take_rationales(json_t *proposal, const json_t *more)
{
    const json_t *rows = json_object_get(proposal, "seats");
    const json_t *new_rows = json_object_get(more, "seats");
    size_t got = 0;
    for (size_t i = 0; i < json_array_size(new_rows); i++) {
        json_t *text = json_object_get(json_array_get(new_rows, i), "rationale");
        json_t *row = json_array_get(rows, i);
        if (json_is_string(text) && json_is_object(row)) {
            (void)json_object_set(row, "rationale", text);
            got++;
        }
    }
    return got;
}

/* Asks for the rationales that a long answer left out. */
static int complete(struct control_client *c, json_t *proposal, struct complaint *why)
{
    bool more = member_true(proposal, "truncated");
    int error = 0;
    while (error == 0 && more) {
        json_t *missing = missing_seats(proposal), *answer = NULL;
        size_t count = json_array_size(missing), got = 0;
        json_t *params = json_pack("{s:s,s:o}", "id", member_text(proposal, "id"),
                                   "rationales_of", missing);
        if (count > 0) {
            error = control_call(c, "proposal", json_incref(params), &answer,
                                 NODE_TIMEOUT_MS, why);
        }
        if (answer != NULL) {
            got = take_rationales(proposal, answer);
        }
        more = got > 0 && got < count;
        (void)json_object_set_new(proposal, "truncated", json_boolean(got < count));
        json_decref(answer);
        json_decref(params);
    }
    return error;
}

int whole_proposal(struct control_client *c, const char *id, json_t **out,
                   struct complaint *why)
{
    json_t *p = NULL;
    int error =
        control_call(c, "proposal", json_pack("{s:s}", "id", id), &p, NODE_TIMEOUT_MS, why);
    if (error == 0) {
        error = complete(c, p, why);
    }
    if (error != 0) {
        json_decref(p);
        return error;
    }
    *out = p;
    return 0;
}
