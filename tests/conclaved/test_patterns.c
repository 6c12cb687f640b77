/* SPDX-License-Identifier: ISC */
/* The method `patterns`, of a node that replayed a short history: seat 1 approved twice,
 * seats 2 and 3 once, as the outcome was, and seat 4 never. */
#include "ask.h"

#include "patterns/patterns_json.h"

#include <string.h>

static void test_all(void)
{
    json_t *a = ask("patterns", NULL);
    json_t *whole = patterns_json(hand.node.patterns, hand.node.charter);
    ok(is_null(a, "result.next"), "all of it is one answer");
    (void)json_object_del(json_object_get(a, "result"), "next");
    char *got = json_dumps(json_object_get(a, "result"), JSON_COMPACT);
    char *expected = json_dumps(whole, JSON_COMPACT);
    ok(got != NULL && strcmp(got, expected) == 0, "the same bytes as anybody computes");
    ok(is_number(a, "result.height", HAND_HEIGHT) && is_number(a, "result.decisions", 2) &&
           is_json(a, "result.window", "{\"size\":100,\"decisions\":2}") &&
           is_number(a, "result.recent.decisions", 2),
       "of the decisions that there were before the start");
    ok(is_json(a, "result.findings", "[]") && is_json(a, "result.totals", "[]"),
       "nothing is odd about them");
    const json_t *seats = json_object_get(json_object_get(a, "result"), "seats");
    const json_t *first = json_object_get(json_array_get(seats, 0), "window");
    const json_t *fourth = json_object_get(json_array_get(seats, 3), "all");
    ok(json_array_size(seats) == 4 &&
           json_integer_value(json_object_get(first, "agreement_permille")) == 500 &&
           json_integer_value(json_object_get(first, "approval_permille")) == 1000 &&
           json_integer_value(json_object_get(first, "participation_permille")) == 1000 &&
           json_integer_value(json_object_get(fourth, "approval_permille")) == 0,
       "seats by what they did");
    free(got);
    free(expected);
    json_decref(whole);
    json_decref(a);
}

static void test_parts(void)
{
    json_t *a = ask("patterns", "{\"parts\":[\"pairs\"],\"from\":2}");
    const json_t *result = json_object_get(a, "result");
    ok(json_object_get(result, "seats") == NULL &&
           json_object_get(result, "clusters") == NULL &&
           json_object_get(result, "findings") == NULL,
       "a part of it");
    /* 2 and 3 always agreed, so do they by kappa; nothing can be said beside seat 4. */
    ok(is_json(a, "result.pairs.rows",
               "[[2,3,2,2,1000,-348,1000,1000,-235,1000,2,2,1000,-348,1000],"
               "[2,4,2,1,0,-980,980,null,null,null,2,1,0,-980,980],"
               "[3,4,2,1,0,-980,980,null,null,null,2,1,0,-980,980]]"),
       "from a seat on");
    json_decref(a);
    a = ask("patterns", "{\"parts\":[]}");
    ok(is_number(a, "result.height", HAND_HEIGHT) &&
           json_object_size(json_object_get(a, "result")) == 7,
       "none of it: how far it is");
    json_decref(a);
    refuses("patterns", "{\"parts\":[\"all\"]}", -32602, "parts[0] must be");
    refuses("patterns", "{\"parts\":\"seats\"}", -32602, "must be an array");
    refuses("patterns", "{\"from\":5}", -32602, "from");
}

int main(void)
{
    ask_begin();
    test_all();
    test_parts();
    ask_end();
    return tap_done();
}
