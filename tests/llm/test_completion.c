/* SPDX-License-Identifier: ISC */
/* Responses of endpoints, and the votes in them; several votes as one; what they cost. */
#include "base/alloc.h"
#include "control/control.h"
#include "evaluators/eval_llm_budget.h"
#include "evaluators/eval_llm_key.h"
#include "evaluators/eval_llm_vote.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE(more)                                                                      \
    "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"x\"" more "}}]}"
#define CHOICE(more)                                                                       \
    "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"x\"}" more "}]}"

static const struct {
    const char *body;
    int error;
} bodies[] = {
    {MESSAGE(""), 0},
    {MESSAGE(",\"tool_calls\":[],\"refusal\":null,\"function_call\":null"), 0},
    {CHOICE(",\"finish_reason\":\"stop\""), 0},
    {CHOICE(",\"finish_reason\":null"), 0},
    {"{\"choices\":[{\"message\":{\"content\":\"x\"}}]}", 0},
    {CHOICE(",\"finish_reason\":\"length\""), CONCLAVE_ELIMIT},
    {CHOICE(",\"finish_reason\":\"content_filter\""), CONCLAVE_EPERM},
    {MESSAGE(",\"tool_calls\":[{\"id\":\"1\"}]"), CONCLAVE_EPERM},
    {MESSAGE(",\"tool_calls\":{}"), CONCLAVE_EPERM},
    {MESSAGE(",\"function_call\":{\"name\":\"x\"}"), CONCLAVE_EPERM},
    {MESSAGE(",\"refusal\":\"no\""), CONCLAVE_EPERM},
    {"{\"choices\":[{\"message\":{\"role\":\"assistant\"}}]}", CONCLAVE_EPERM},
    {"{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"\"}}]}",
     CONCLAVE_EPERM},
    {"{\"choices\":[{\"message\":{\"role\":\"user\",\"content\":\"x\"}}]}",
     CONCLAVE_EFORMAT},
    {"{\"choices\":[{\"message\":{\"role\":7,\"content\":\"x\"}}]}", CONCLAVE_EFORMAT},
    {"{\"choices\":[{\"message\":{\"content\":{\"text\":\"x\"}}}]}", CONCLAVE_EFORMAT},
    {"{\"choices\":[{\"message\":\"x\"}]}", CONCLAVE_EFORMAT},
    {"{\"choices\":[{}]}", CONCLAVE_EFORMAT},
    {"{\"choices\":[[]]}", CONCLAVE_EFORMAT},
    {"{\"choices\":[]}", CONCLAVE_EFORMAT},
    {"{\"choices\":[{},{}]}", CONCLAVE_EFORMAT},
    {"{\"choices\":{\"0\":{}}}", CONCLAVE_EFORMAT},
    {"{\"error\":{\"message\":\"no\"}}", CONCLAVE_EFORMAT},
    {"{\"choices\":[],\"choices\":[]}", CONCLAVE_EFORMAT},
    {"[]", CONCLAVE_EFORMAT},
    {"", CONCLAVE_EFORMAT},
    {"data: {}", CONCLAVE_EFORMAT},
};

static void test_bodies(void)
{
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct llm_completion c;
        struct complaint why = {""};
        int error = llm_completion_parse(slice_of_string(bodies[i].body), &c, &why);
        if (!ok(error == bodies[i].error && (error == 0) == (c.content != NULL) &&
                    (error == 0) == (why.text[0] == '\0'),
                "body %zu", i)) {
            printf("#   got %d: %s\n", error, why.text);
        }
        llm_completion_free(&c);
    }
}

#define VOTE "{\"choice\":\"reject\",\"confidence\":70,\"rationale\":\"Why.\"}"

static const struct {
    const char *text;
    bool good;
} votes[] = {
    {VOTE, true},
    {" \r\n\t" VOTE "\n\n", true},
    {"```json\n" VOTE "\n```", true},
    {"```\n\n" VOTE "\n\n```\n", true},
    {"<think>\nOr \"approve\"?\n</think>\n" VOTE, true},
    {"<think></think>```json\n" VOTE "\n```", true},
    {"```JSON\n" VOTE "\n```", false},
    {"```json\n" VOTE, false},
    {"```json\n```", false},
    {"```json\n" VOTE "\n```\nThat is all.", false},
    {"```json\n```json\n" VOTE "\n```\n```", false},
    {"<think>" VOTE, false},
    {"<think></think><think></think>" VOTE, false},
    {"Because. <think></think>" VOTE, false},
    {"Vote: " VOTE, false},
    {VOTE VOTE, false},
    {"[" VOTE "]", false},
    {"", false},
    {" ", false},
    {"```", false},
    {"{\"choice\":\"reject\",\"choice\":\"approve\",\"confidence\":70,\"rationale\":\"\"}",
     false},
    {"{\"choice\":\"Reject\",\"confidence\":70,\"rationale\":\"\"}", false},
    {"{\"choice\":\"reject\",\"confidence\":\"70\",\"rationale\":\"\"}", false},
    {"{\"choice\":\"reject\",\"confidence\":0.7,\"rationale\":\"\"}", false},
    {"{\"choice\":\"reject\",\"confidence\":70}", false},
    {"{\"choice\":\"reject\",\"confidence\":70,\"rationale\":\"\\u202ex\"}", false},
    {"{\"choice\":\"reject\",\"confidence\":70,\"rationale\":\"\\u001b[2J\"}", false},
};

static void test_votes(void)
{
    for (size_t i = 0; i < sizeof(votes) / sizeof(votes[0]); i++) {
        struct answer a;
        struct complaint why = {""};
        bool good = llm_vote_parse(votes[i].text, &a, &why) == 0;
        ok(good == votes[i].good &&
               (!good || (a.choice == ANSWER_REJECT && a.confidence == 70)),
           "vote %zu: %s", i, why.text);
        answer_clear(&a);
    }
}

/* --- several samples --- */

#define R ANSWER_REJECT
#define A ANSWER_APPROVE
#define N ANSWER_ABSTAIN

static const struct {
    size_t count, asked;
    struct answer answers[5];
    enum answer_choice choice;
    unsigned confidence;
    size_t chosen;
    bool is_majority;
} samples[] = {
    {1, 1, {{A, 80, NULL}}, A, 80, 0, true},
    {3, 3, {{A, 80, NULL}, {A, 90, NULL}, {R, 99, NULL}}, A, 56, 0, true},
    {5,
     5,
     {{R, 99, NULL}, {A, 60, NULL}, {A, 80, NULL}, {A, 70, NULL}, {N, 0, NULL}},
     A,
     42,
     3,
     true},
    {2, 2, {{A, 80, NULL}, {R, 80, NULL}}, N, 0, 0, false},
    {2, 3, {{A, 80, NULL}, {A, 80, NULL}}, A, 53, 0, true},
    {2, 4, {{A, 80, NULL}, {A, 80, NULL}}, N, 0, 0, false},
    {5,
     5,
     {{R, 9, NULL}, {R, 9, NULL}, {A, 99, NULL}, {A, 99, NULL}, {N, 50, NULL}},
     N,
     0,
     0,
     false},
    {3, 3, {{N, 10, NULL}, {N, 30, NULL}, {A, 99, NULL}}, N, 13, 0, true},
    {0, 1, {{R, 0, NULL}}, N, 0, 0, false},
};

static void test_samples(void)
{
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        struct llm_vote v;
        llm_vote(samples[i].answers, samples[i].count, samples[i].asked, &v);
        if (!ok(v.choice == samples[i].choice && v.confidence == samples[i].confidence &&
                    v.is_majority == samples[i].is_majority &&
                    v.chosen == samples[i].chosen,
                "samples %zu", i)) {
            printf("#   got %s %u %zu\n", answer_choice_name(v.choice), v.confidence,
                   v.chosen);
        }
    }
    const struct answer two[] = {{A, 1, NULL}, {R, 1, NULL}};
    ok(llm_vote_is_open(two, 2, 1, 3), "one of three may still decide");
    ok(!llm_vote_is_open(two, 2, 1, 4), "not one of four");
    ok(llm_vote_is_open(two, 0, 1, 1) && !llm_vote_is_open(two, 0, 1, 2), "from nothing");
}

/* --- cost --- */

static void test_cost(void)
{
    const struct llm_limits l = {.tokens = 100,
                                 .cost_micros = 1000,
                                 .input_price = 3000000,
                                 .output_price = 15000000};
    is((int64_t)llm_cost_micros(&l, (struct llm_usage){1000, 100}), 4500, "a cost");
    const struct llm_limits cheap = {.input_price = 1};
    is((int64_t)llm_cost_micros(&cheap, (struct llm_usage){1, 0}), 1, "is rounded up");
    const struct llm_limits dear = {.input_price = 1000000000, .output_price = 1000000000};
    ok(llm_cost_micros(&dear, (struct llm_usage){LLM_USAGE_MAX, LLM_USAGE_MAX}) ==
           2000000000000,
       "the most there is");
    struct llm_completion c = {NULL, true, {100, 5}};
    const struct llm_usage all = {4000, 50};
    is((int64_t)llm_usage_judged(&c, 400, all).input, 100, "usage is believed");
    is((int64_t)llm_usage_judged(&c, 4000, all).input, 4000, "but not too little of it");
    c.has_usage = false;
    is((int64_t)llm_usage_judged(&c, 400, all).output, 50,
       "the most is where none is told");

    struct llm_budget b;
    struct complaint why = {""};
    const struct llm_usage most = {40, 20}, used = {10, 10};
    is(llm_budget_open(&b, NULL, &l, &why), 0, "a budget of one evaluation");
    is(llm_budget_reserve(&b, most, 0, &why), 0, "has room");
    is(llm_budget_reserve(&b, most, 0, &why), CONCLAVE_EFULL, "for one at once");
    is(llm_budget_settle(&b, most, used, 0, &why), 0, "which needs less");
    is(llm_budget_reserve(&b, most, 0, &why), 0, "and another");
    is((int64_t)b.own.tokens, 80, "together");
    llm_budget_close(&b);
}

static void test_usage(void)
{
    struct llm_completion c;
    (void)llm_completion_parse(
        slice_of_string("{\"choices\":[],\"usage\":{\"prompt_tokens\":5,"
                        "\"completion_tokens\":4611686018427387904}}"),
        &c, NULL);
    ok(c.has_usage && c.usage.input == 5 && c.usage.output == LLM_USAGE_MAX,
       "usage beyond reason is bounded, also of what is no completion");
    (void)llm_completion_parse(
        slice_of_string("{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":-1}}"), &c,
        NULL);
    ok(!c.has_usage, "a negative one is none");
}

static void test_key(void)
{
    struct llm_key k = {"sk-secret-1", 11};
    char text[] = "key sk-secret-1, sk-secret-1sk-secret-1";
    ok(llm_key_is_in(&k, slice_of_string(text)), "a key is found");
    llm_key_hide(&k, text);
    ok(strcmp(text, "key ***********, **********************") == 0, "and hidden");
    ok(!llm_key_is_in(&k, slice_of_string("sk-secret-")), "a part is none");
    struct llm_key own = {"none", 4};
    ok(!llm_key_is_in(&own, slice_of_string("none of it")), "a short one is no secret");
    llm_key_wipe(&k);
    ok(k.size == 0 && k.text[0] == '\0', "wiped");
}

static void test_error_text(void)
{
    struct buffer b = {NULL, 0, 0};
    struct llm_key k = {"sk-secret-1", 11};
    llm_error_text(slice_of_string("{\"error\":{\"message\":\"a\\u001b[1mb\"}}"), &k, &b);
    ok(slice_equal(buffer_slice(&b), slice_of_string("a\\x1b[1mb")), "an error is escaped");
    buffer_free(&b);
    llm_error_text(slice_of_string("{\"error\":\"plain\"}"), &k, &b);
    ok(slice_equal(buffer_slice(&b), slice_of_string("plain")), "a plain one");
    buffer_free(&b);
    llm_error_text(slice_of_string("<html>"), &k, &b);
    ok(b.size == 0, "none");
    buffer_free(&b);
    char *long_one = alloc_printf("{\"error\":\"%0194d sk-secret-1\"}", 0);
    llm_error_text(slice_of_string(long_one), &k, &b);
    ok(b.size == 200 && b.data[198] == '*', "the key is blotted out before the cut");
    buffer_free(&b);
    free(long_one);
}

int main(void)
{
    control_library_init();
    test_bodies();
    test_votes();
    test_samples();
    test_usage();
    test_cost();
    test_key();
    test_error_text();
    return tap_done();
}
