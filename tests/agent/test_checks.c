/* SPDX-License-Identifier: ISC */
/* The file of checks, what a check says, and what becomes of that. */
#include "agent/verdict.h"
#include "base/alloc.h"
#include "base/text.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static char registry[] = "registry", licence[] = "licence";
static const struct check check_tells = {.name = registry};
static const struct check check_abstains = {.name = licence, .abstains = true};

static void refuses(const char *text, const char *says)
{
    struct checks *c = NULL;
    struct complaint why = {""};
    int error = checks_parse(slice_of_string(text), &c, &why);
    if (!ok(error < 0 && strstr(why.text, says) != NULL, "refused: %s", says)) {
        printf("# %d %s\n", error, why.text);
    }
    if (error == 0) {
        checks_free(c);
    }
}

static void test_file(void)
{
    const struct check *list[CHECKS_MAX];
    struct checks *c = NULL;
    struct complaint why = {""};
    int error = checks_parse(
        slice_of_string(
            "{\"routine\":[{\"name\":\"b\",\"command\":\"/b 'x y'\",\"timeout_ms\":7,"
            "\"on_failed\":\"abstain\",\"network\":false}],"
            "\"*\":[{\"name\":\"a\",\"command\":\"/a\",\"on_failed\":\"tell\"}],"
            "\"empty\":[]}"),
        &c, &why);
    if (!ok(error == 0, "a file of three classes")) {
        printf("# %s\n", why.text);
        return;
    }
    is((int64_t)checks_for(c, "routine", list), 2, "a class has its own and those of all");
    ok(strcmp(list[0]->name, "a") == 0 && !list[0]->abstains && list[0]->network &&
           list[0]->timeout_ms == 5000,
       "those of all come first; what is not said is usual");
    ok(strcmp(list[1]->words[1], "x y") == 0 && list[1]->abstains && !list[1]->network &&
           list[1]->timeout_ms == 7,
       "all that is said counts");
    is((int64_t)checks_for(c, "unheard-of", list), 1, "another class has those of all");
    is((int64_t)checks_for(c, "*", list), 1, "once");
    is((int64_t)checks_for(c, NULL, list), 1, "so has a proposal without a class");
    is((int64_t)checks_for(NULL, "routine", list), 0, "without a file there are none");
    checks_free(c);
}

static void put_checks(struct buffer *out, const char *class, int count)
{
    buffer_append(out, class, strlen(class));
    for (int i = 0; i < count; i++) {
        char *one = alloc_printf("%s{\"name\":\"%c%d\",\"command\":\"/x\"}",
                                 i == 0 ? "" : ",", class[0] == ']' ? 'm' : 'n', i);
        buffer_append(out, one, strlen(one));
        free(one);
    }
}

/* A file with so many checks of one class, and so many of all; the caller frees. */
static char *classes(int of_one, int of_all)
{
    struct buffer text = {NULL, 0, 0};
    put_checks(&text, "{\"a\":[", of_one);
    put_checks(&text, "],\"*\":[", of_all);
    buffer_append(&text, "]}", 3);
    return (char *)text.data;
}

static void test_bad_files(void)
{
#define ONE(fields) "{\"a\":[{" fields "}]}"
    refuses("", "not JSON");
    refuses("[]", "an object of at most 64 classes");
    refuses("{\"a\":{}}", "has a list of checks");
    refuses("{\"a\":[7]}", "a[0]: a check is an object");
    refuses(ONE("\"command\":\"/x\""), "name");
    refuses(ONE("\"name\":\"Big\",\"command\":\"/x\""), "small letters");
    refuses(ONE("\"name\":\"n\""), "command");
    refuses(ONE("\"name\":\"n\",\"command\":\"'\""), "left open");
    refuses(ONE("\"name\":\"n\",\"command\":\"/x\",\"timeout_ms\":0"), "timeout_ms");
    refuses(ONE("\"name\":\"n\",\"command\":\"/x\",\"on_failed\":\"die\""), "\"abstain\"");
    refuses(ONE("\"name\":\"n\",\"command\":\"/x\",\"on_failed\":null"), "\"abstain\"");
    refuses(ONE("\"name\":\"n\",\"command\":\"/x\",\"network\":1"), "network");
    refuses(ONE("\"name\":\"n\",\"command\":\"/x\",\"nmae\":1"),
            "a[0].nmae: no such field; conclave-checks(5) lists them");
    refuses(ONE("\"name\":\"n\",\"name\":\"n\",\"command\":\"/x\""), "duplicate");
    refuses(
        "{\"a\":[{\"name\":\"n\",\"command\":\"/x\"},{\"name\":\"n\",\"command\":\"/y\"}]}",
        "another check of that name");
    refuses("{\"a\":[{\"name\":\"n\",\"command\":\"/x\"}],\"*\":[{\"name\":\"n\","
            "\"command\":\"/y\"}]}",
            "\"*\" has a check named n");
    char *many = classes(CHECKS_MAX + 1, 0);
    refuses(many, "at most 16 checks");
    free(many);
    many = classes(CHECKS_MAX - 1, 2);
    refuses(many, "with those of \"*\" a class has at most 16 checks");
    free(many);
    many = classes(CHECKS_MAX - 1, 1);
    struct checks *c = NULL;
    struct complaint why = {""};
    ok(checks_parse(slice_of_string(many), &c, &why) == 0,
       "sixteen in all are none too many");
    checks_free(c);
    free(many);
}

static void concludes(int code, const char *output, int kind, const char *detail)
{
    struct run_limits limits;
    struct verdict v = {.check = &check_tells};
    run_limits_usual(&limits);
    const struct run_result result = {
        .end = RUN_EXITED, .code = code, .output = slice_of_string(output)};
    verdict_conclude(&v, &result, &limits);
    if (!ok((int)v.kind == kind && strcmp(v.detail, detail) == 0, "exit %d with %.60s",
            code, output)) {
        printf("# kind %d, %s\n", (int)v.kind, v.detail);
    }
    verdict_clear(&v);
}

static void test_verdicts(void)
{
    static const char bad_detail[] = "its detail is not one line of at most 300 bytes";
    concludes(0, "", VERDICT_PASSED, "");
    concludes(1, "{\"detail\":\"unknown number\"}", VERDICT_FAILED, "unknown number");
    concludes(0, "{\"detail\":\"found\",\"facts\":{\"n\":[1]},\"more\":1}\n",
              VERDICT_PASSED, "found");
    concludes(2, "{\"detail\":\"x\"}", VERDICT_BROKEN, "exit code 2");
    concludes(0, "passed", VERDICT_BROKEN, "its output is not one JSON object");
    concludes(0, "[]", VERDICT_BROKEN, "its output is not one JSON object");
    concludes(1, "{} {}", VERDICT_BROKEN, "its output is not one JSON object");
    concludes(0, "{\"detail\":7}", VERDICT_BROKEN, bad_detail);
    concludes(0, "{\"detail\":\"a\\nb\"}", VERDICT_BROKEN, bad_detail);
    concludes(0, "{\"detail\":\"\\u001b[2J\"}", VERDICT_BROKEN, bad_detail);
    concludes(0, "{\"detail\":\"\\u202e\"}", VERDICT_BROKEN, bad_detail);
    concludes(0, "{\"facts\":[]}", VERDICT_BROKEN, "its facts are no object");
    concludes(0, "{\"facts\":{\"a\":[[[[[[[7]]]]]]]}}", VERDICT_BROKEN,
              "its facts are nested deeper than 8 levels");
    char *line = alloc_printf("{\"detail\":\"%0301d\"}", 0);
    concludes(0, line, VERDICT_BROKEN, bad_detail);
    free(line);
}

static struct verdict verdict(const struct check *check, int kind, const char *detail)
{
    struct verdict v = {.check = check, .detail = alloc_string(detail)};
    v.kind = kind;
    return v;
}

static void test_question(void)
{
    struct verdict list[] = {verdict(&check_tells, VERDICT_PASSED, "found"),
                             verdict(&check_abstains, VERDICT_BROKEN, "exit code 9")};
    list[0].facts = json_pack("{s:i}", "number", 12);
    json_t *json = verdicts_json(list, 2);
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    ok(strcmp(text,
              "[{\"detail\":\"found\",\"facts\":{\"number\":12},\"name\":\"registry\","
              "\"passed\":true},{\"detail\":\"exit code 9\",\"facts\":null,"
              "\"name\":\"licence\",\"passed\":null}]") == 0,
       "the question has it all");
    free(text);
    json_decref(json);
    verdict_clear(&list[0]);
    verdict_clear(&list[1]);
}

/* The ballot of an answer with these verdicts. */
static void becomes(struct verdict *list, size_t count, enum answer_choice choice,
                    const char *rationale, enum answer_choice expected, const char *text,
                    const char *name)
{
    struct answer a = {choice, 80, alloc_string(rationale)};
    const struct verdict *overridden = verdicts_override(list, count, &a);
    verdicts_note(list, count, &a);
    bool good = a.choice == expected && strcmp(a.rationale, text) == 0 &&
                (overridden != NULL) == (choice != expected) &&
                a.confidence == (overridden != NULL ? 0 : 80);
    if (!ok(good, "%s", name)) {
        printf("# %s: %s\n", answer_choice_name(a.choice), a.rationale);
    }
    answer_clear(&a);
}

static void test_ballots(void)
{
    struct verdict list[] = {verdict(&check_tells, VERDICT_FAILED, "no such number"),
                             verdict(&check_abstains, VERDICT_FAILED, "expired"),
                             verdict(&check_abstains, VERDICT_PASSED, "")};
    struct verdict broken = verdict(&check_abstains, VERDICT_BROKEN, "exit code 9");
    becomes(list, 0, ANSWER_APPROVE, "Fine.", ANSWER_APPROVE, "Fine.",
            "without checks nothing is added");
    becomes(list, 1, ANSWER_APPROVE, "Fine.", ANSWER_APPROVE,
            "Fine.\n\nChecks: registry failed.", "a check that tells overrides nothing");
    becomes(list, 2, ANSWER_APPROVE, "Fine.", ANSWER_ABSTAIN,
            "Abstains although the evaluator approved: the check licence failed: expired."
            "\n\nFine.\n\nChecks: registry failed; licence failed.",
            "one that abstains overrides an approval");
    becomes(list, 2, ANSWER_REJECT, "", ANSWER_REJECT,
            "Checks: registry failed; licence failed.", "but no rejection");
    becomes(&list[2], 1, ANSWER_APPROVE, "Fine.", ANSWER_APPROVE,
            "Fine.\n\nChecks: licence passed.", "nor an approval where it passed");
    becomes(&broken, 1, ANSWER_APPROVE, "Fine.", ANSWER_APPROVE,
            "Fine.\n\nChecks: licence gave no result.", "nor where it has no result");
    for (size_t i = 0; i < 3; i++) {
        verdict_clear(&list[i]);
    }
    verdict_clear(&broken);
}

/* Rationales of every length near the limit, in characters of every length. */
static void test_room(void)
{
    static const char *const characters[] = {"x", "\xc3\xa9", "\xe2\x82\xac",
                                             "\xf0\x9f\x98\x80"};
    struct verdict list[] = {
        verdict(&check_abstains, VERDICT_FAILED, "\xe2\x82\xac\xe2\x82\xac")};
    bool within = true, whole = true, said = true;
    for (size_t size = ANSWER_RATIONALE_MAX - 220; size <= ANSWER_RATIONALE_MAX; size++) {
        for (size_t i = 0; i < 4; i++) {
            size_t width = strlen(characters[i]);
            char text[ANSWER_RATIONALE_MAX + 1] = "";
            size_t used = 0;
            for (; used + width <= size; used += width) {
                memcpy(&text[used], characters[i], width + 1);
            }
            for (int choice = ANSWER_REJECT; choice <= ANSWER_APPROVE; choice++) {
                struct answer a = {(enum answer_choice)choice, 1, alloc_string(text)};
                (void)verdicts_override(list, 1, &a);
                verdicts_note(list, 1, &a);
                struct slice result = slice_of_string(a.rationale);
                within &= result.size <= ANSWER_RATIONALE_MAX;
                whole &= text_check(result, true, NULL) == 0;
                said &= used > ANSWER_RATIONALE_MAX - 40 || choice == ANSWER_APPROVE ||
                        strstr(a.rationale, "\n\nChecks: licence failed.") != NULL;
                said &= choice != ANSWER_APPROVE ||
                        strncmp(a.rationale, "Abstains although", 17) == 0;
                answer_clear(&a);
            }
        }
    }
    ok(within, "never more than 4,096 bytes");
    ok(whole, "never a part of a character");
    ok(said, "what has room is said");
    verdict_clear(&list[0]);
}

int main(void)
{
    test_file();
    test_bad_files();
    test_verdicts();
    test_question();
    test_ballots();
    test_room();
    return tap_done();
}
