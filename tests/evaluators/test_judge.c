/* SPDX-License-Identifier: ISC */
/* What rules make of a proposal, and that no evidence, however odd, upsets them. */
#include "base/clock.h"
#include "base/text.h"
#include "evaluators/judge.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#define HEAD "family f\ntitle \"T\"\napprove 60\n"
#define SEAT                                                                               \
    "{\"number\":7,\"name\":\"seven\",\"jurisdiction\":\"DE\",\"speciality\":\"law\"}"

static json_t *load(const char *text)
{
    return json_loads(text, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL,
                      NULL);
}

static struct verdict run(const char *rules, const char *class, const char *evidence)
{
    struct rules *r = NULL;
    struct complaint why = {""};
    struct verdict v = {.choice = CHOICE_ABSTAIN, .confidence = 999};
    if (rules_parse("x", slice_of_string(rules), &r, &why) != 0) {
        printf("# %s\n", why.text);
        return v;
    }
    json_t *proposal = json_pack("{s:s, s:s, s:s, s:o*}", "class", class, "title",
                                 "A title", "text", "Some text, not retroactive.",
                                 "evidence", evidence != NULL ? load(evidence) : NULL);
    json_t *seat = load(SEAT);
    judge(r, proposal, seat, &v);
    json_decref(proposal);
    json_decref(seat);
    rules_free(r);
    return v;
}

static bool gives(const char *rules, const char *class, const char *evidence,
                  enum choice choice, int confidence, const char *says, const char *name)
{
    struct verdict v = run(rules, class, evidence);
    bool passed = ok(v.choice == choice && (int)v.confidence == confidence &&
                         strstr(v.rationale, says) != NULL,
                     "%s", name);
    if (!passed) {
        printf("#   got %s %u \"%s\"\n", choice_name(v.choice), v.confidence, v.rationale);
    }
    return passed;
}

/* One condition on one evidence. */
static const struct {
    const char *condition;
    const char *evidence;
    enum truth expected;
} conditions[] = {
    {"evidence.x >= 3", "{\"x\":3}", YES},
    {"evidence.x >= 3", "{\"x\":2.999}", NO},
    {"evidence.x <= 3", "{\"x\":3}", YES},
    {"evidence.x > 3", "{\"x\":3}", NO},
    {"evidence.x < 3", "{\"x\":-1e300}", YES},
    {"evidence.x < 3", "{\"x\":\"2\"}", UNKNOWN},
    {"evidence.x < 3", "{\"x\":true}", UNKNOWN},
    {"evidence.x < 3", "{\"x\":null}", UNKNOWN},
    {"evidence.x < 3", "{\"x\":[1]}", UNKNOWN},
    {"evidence.x < 3", "{}", UNKNOWN},
    {"evidence.x < 3", "[]", UNKNOWN},
    {"evidence.x < 3", "\"text\"", UNKNOWN},
    {"evidence.x < 3", "7", UNKNOWN},
    {"evidence.x < 3", NULL, UNKNOWN},
    {"evidence.x > 3", "{\"x\":123456789012345678901234567890}", YES},
    {"evidence.x between 1 2", "{\"x\":1}", YES},
    {"evidence.x between 1 2", "{\"x\":2.5}", NO},
    {"evidence.x == red", "{\"x\":\"Red\"}", YES},
    {"evidence.x == red", "{\"x\":\"reddish\"}", NO},
    {"evidence.x == red", "{\"x\":\"red\\u0000\"}", NO},
    {"evidence.x == red", "{\"x\":1}", UNKNOWN},
    {"evidence.x != red", "{\"x\":\"blue\"}", YES},
    {"evidence.x != red", "{}", UNKNOWN},
    {"evidence.x == true", "{\"x\":true}", YES},
    {"evidence.x == true", "{\"x\":false}", NO},
    {"evidence.x == true", "{\"x\":1}", UNKNOWN},
    {"evidence.x == 1", "{\"x\":1.0}", YES},
    {"evidence.x in a, 2", "{\"x\":2}", YES},
    {"evidence.x in a, 2", "{\"x\":\"b\"}", NO},
    {"evidence.x in a, 2", "{\"x\":{}}", UNKNOWN},
    {"evidence.x has a, 2", "{\"x\":[[],{},null,\"A\"]}", YES},
    {"evidence.x has a, 2", "{\"x\":[]}", NO},
    {"evidence.x has \"dry run\"", "{\"x\":\"a Dry Run, only\"}", YES},
    {"evidence.x has run", "{\"x\":\"running\"}", NO},
    {"evidence.x has run", "{\"x\":\"\xc3\xa9run\"}", NO},
    {"evidence.x has run", "{\"x\":\"ru\"}", NO},
    {"evidence.x has run", "{\"x\":5}", UNKNOWN},
    {"evidence.x missing", "{\"x\":null}", YES},
    {"evidence.x missing", "{\"x\":false}", NO},
    {"evidence.x present", "{\"x\":[]}", YES},
    {"evidence.a.b.c == 1", "{\"a\":{\"b\":{\"c\":1}}}", YES},
    {"evidence.a.b.c == 1", "{\"a\":{\"b\":[1]}}", UNKNOWN},
    {"evidence.a.1.b == 1", "{\"a\":[0,{\"b\":1}]}", YES},
    {"evidence.a.9999999999999999999999 == 1", "{\"a\":[0]}", UNKNOWN},
    {"evidence.a.-1 == 1", "{\"a\":[1]}", UNKNOWN},
    {"count evidence.a >= 2", "{\"a\":[1,2]}", YES},
    {"count evidence.a >= 2", "{\"a\":{\"b\":1}}", NO},
    {"count evidence.a >= 2", "{\"a\":\"ab\"}", UNKNOWN},
    {"count evidence.a missing", "{\"a\":3}", YES},
    {"seat.number == 7", NULL, YES},
    {"seat.jurisdiction in FR, de", NULL, YES},
    {"seat.vendor missing", NULL, YES},
    {"seat.framework == \"AI Act\"", NULL, YES},
    {"proposal.class == c", NULL, YES},
    {"proposal.text has retroactive", NULL, YES},
    {"proposal.title has retroactive", NULL, NO},
    {"evidence.x == 1 and evidence.y == 1", "{\"x\":1}", UNKNOWN},
    {"evidence.x == 1 and evidence.y == 1", "{\"y\":2}", NO},
};

static void test_conditions(void)
{
    for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
        char text[512];
        (void)snprintf(text, sizeof(text),
                       HEAD "missing aside\nframework \"AI Act\" in EU, DE\n"
                            "weigh 1 \"n\" if %s\n",
                       conditions[i].condition);
        struct verdict v = run(text, "c", conditions[i].evidence);
        enum choice c = conditions[i].expected == YES  ? CHOICE_APPROVE
                        : conditions[i].expected == NO ? CHOICE_REJECT
                                                       : CHOICE_ABSTAIN;
        if (!ok(v.choice == c, "%s on %s", conditions[i].condition,
                conditions[i].evidence != NULL ? conditions[i].evidence : "none")) {
            printf("#   %s\n", v.rationale);
        }
    }
}

static void test_score(void)
{
    static const char even[] = HEAD "margin 5\n"
                                    "weigh 60 \"A\" if evidence.a == true\n"
                                    "weigh 40 \"B\" if evidence.b == true\n"
                                    "weigh -10 \"C\" if evidence.c == true\n";
    gives(even, "x", "{\"a\":true,\"b\":true}", CHOICE_APPROVE, 100, "For: A (60); B (40).",
          "everything is met");
    gives(even, "x", "{\"a\":true,\"b\":true,\"c\":true}", CHOICE_APPROVE, 86,
          "Against: C (-10).", "a penalty");
    gives(even, "x", "{\"a\":true,\"b\":false}", CHOICE_ABSTAIN, 0,
          "Score 60, 60 to approve", "on the threshold");
    gives(even, "x", "{\"a\":true,\"c\":true}", CHOICE_REJECT, 55,
          "for want of evidence: B", "missing counts against");
    gives(even, "x", "{}", CHOICE_REJECT, 100, "Score 0", "nothing is met");
    gives(HEAD
          "weigh 60 \"A\" if evidence.a == true\nweigh 40 \"B\" if evidence.b == true\n",
          "x", "{\"a\":true}", CHOICE_APPROVE, 50, "approve",
          "no margin: the threshold passes");
    gives(HEAD "margin 50\nweigh 1 \"A\" if evidence.a == true\n", "x", "{\"a\":true}",
          CHOICE_ABSTAIN, 40, "abstain", "a margin wider than the room above");
    gives("family f\ntitle \"T\"\napprove 100\nweigh 1 \"A\" if evidence.a == true\n", "x",
          "{\"a\":true}", CHOICE_APPROVE, 100, "approve", "nothing above the threshold");
    gives(HEAD "approve 30 for Y\nweigh 60 \"A\" if evidence.a == true\n"
               "weigh 40 \"B\" if evidence.b == true\n",
          "y", "{\"b\":true}", CHOICE_APPROVE, 57, "30 to approve",
          "a class's own threshold");
    gives(HEAD "weigh 1 \"A\" for y if evidence.a == true\n", "x", "{\"a\":true}",
          CHOICE_ABSTAIN, 0, "No criterion could be judged", "no criterion for this class");
}

static void test_decisive(void)
{
#define ONE "weigh 1 \"A\" if evidence.a == true\n"
    gives(HEAD ONE "veto \"V\" if evidence.v > 3\n", "x", "{\"a\":true,\"v\":4}",
          CHOICE_REJECT, 100, "Decided by: V.", "a veto");
    gives(HEAD ONE "veto \"V\" if evidence.v > 3\n", "x", "{\"a\":true}", CHOICE_APPROVE,
          100, "approve", "a veto without its evidence");
    gives(HEAD ONE "veto \"V\" if evidence.v > 3 unless seat.number == 7\n", "x",
          "{\"a\":true,\"v\":4}", CHOICE_APPROVE, 100, "approve", "unless");
    gives(HEAD ONE "veto \"V\" when seat.number == 8 if evidence.v > 3\n", "x",
          "{\"a\":true,\"v\":4}", CHOICE_APPROVE, 100, "approve", "when");
    gives(HEAD ONE "veto \"V\" for y if evidence.v > 3\n", "x", "{\"a\":true,\"v\":4}",
          CHOICE_APPROVE, 100, "approve", "a veto for another class");
    gives(HEAD ONE "require \"R\" if evidence.r == true\n", "x", "{\"a\":true}",
          CHOICE_REJECT, 100, "Decided by: R.", "a requirement without its evidence");
    gives(HEAD "missing abstain\n" ONE "require \"R\" if evidence.r == true\n", "x",
          "{\"a\":true}", CHOICE_ABSTAIN, 0, "Cannot be judged without: R.",
          "the same, abstaining");
    gives(HEAD "missing aside\n" ONE "require \"R\" if evidence.r == true\n", "x",
          "{\"a\":true}", CHOICE_APPROVE, 100, "approve", "the same, set aside");
    gives(HEAD "missing aside\n" ONE "require \"R\" if evidence.r == true\n", "x",
          "{\"a\":true,\"r\":false}", CHOICE_REJECT, 100, "Decided by: R.",
          "a requirement that is not met");
    gives(HEAD ONE "limit 30 \"L\" if evidence.l == true\n", "x", "{\"a\":true,\"l\":true}",
          CHOICE_REJECT, 75, "Limited by: L.", "a limit");
    gives(HEAD "missing abstain\nweigh 1 \"A\" if evidence.a == true\n"
               "weigh 2 \"B\" if evidence.b == true\n",
          "x", "{\"a\":true}", CHOICE_ABSTAIN, 0, "want of evidence: B (2).",
          "most of the evidence is missing");
    gives(HEAD ONE, "x", "\"{ not an object\"", CHOICE_REJECT, 100,
          "The evidence is not a JSON object.", "evidence that is a text");
}

static void test_long_rationale(void)
{
    struct buffer b = {NULL, 0, 0};
    buffer_append(&b, HEAD, strlen(HEAD));
    for (int i = 0; i < RULES_MAX; i++) {
        char line[160];
        int n = snprintf(line, sizeof(line),
                         "weigh 1 \"%070d\xc3\xa9\" if evidence.x > 1\n", i);
        buffer_append(&b, line, (size_t)n);
    }
    buffer_append(&b, "", 1);
    struct verdict v = run((const char *)b.data, "x", "{\"x\":2}");
    ok(v.choice == CHOICE_APPROVE && strlen(v.rationale) <= VERDICT_RATIONALE_MAX &&
           strlen(v.rationale) > VERDICT_RATIONALE_MAX - 100,
       "many names are cut at the rationale's limit");
    is(text_check(slice_of_string(v.rationale), false, NULL), 0, "between two names");
    buffer_free(&b);
}

/* Random JSON against rules that look everywhere. */
static uint64_t random_state;

static uint32_t draw(uint32_t below)
{
    random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(random_state >> 33) % below;
}

static json_t *random_json(int depth);

static json_t *random_object(int depth)
{
    static const char *const keys[] = {"a", "b", "c", "0", ""};
    json_t *v = json_object();
    for (uint32_t i = draw(8); i > 0; i--) {
        json_object_set_new(v, keys[draw(5)], random_json(depth - 1));
    }
    return v;
}

static json_t *random_json(int depth)
{
    json_t *v;
    switch (draw(depth > 0 ? 9 : 6)) {
    case 0:
        return json_null();
    case 1:
        return json_boolean(draw(2));
    case 2:
        return json_real((double)draw(5) - 2);
    case 3:
        return json_real(draw(2) ? 1.7e308 : -5e-324);
    case 4:
        return json_stringn("a\0b", draw(4));
    case 5:
        return json_string(draw(2) ? "a" : "\xf0\x9f\x98\x80 b c");
    case 6:
        v = json_array();
        for (uint32_t i = draw(4); i > 0; i--) {
            json_array_append_new(v, random_json(depth - 1));
        }
        return v;
    default:
        return random_object(depth);
    }
}

static void test_hostile(void)
{
    static const char text[] = HEAD
        "missing abstain\nmargin 3\nframework \"F\" in a\n"
        "weigh 30 \"1\" if evidence.a >= 1\nweigh 5 \"2\" if evidence.a.b has a, 1, true\n"
        "weigh 7 \"3\" if count evidence.b between 1 2\nveto \"4\" if evidence.c.0.a in a, "
        "b\n"
        "weigh -4 \"5\" if evidence.b.a != a\nlimit 70 \"6\" if evidence.a.a missing\n"
        "weigh 2 \"7\" when proposal.title has a if seat.name == a unless seat.number > 0\n"
        "require \"8\" if evidence.c != b unless evidence.c missing\n";
    struct rules *r = NULL;
    unsigned seen[3] = {0, 0, 0};
    bool sound = true;
    if (!ok(rules_parse("x", slice_of_string(text), &r, NULL) == 0,
            "rules that look around")) {
        return;
    }
    random_state = clock_wall_ms();
    printf("# seed %llu\n", (unsigned long long)random_state);
    for (int i = 0; i < 20000; i++) {
        struct verdict v;
        json_t *proposal =
            json_pack("{s:o, s:o}", "evidence", draw(8) ? random_object(4) : random_json(4),
                      "class", random_json(1));
        json_object_set_new(proposal, "title", random_json(1));
        json_t *seat = random_json(2);
        judge(r, proposal, seat, &v);
        sound = sound && v.confidence <= 100 && v.score >= 0 && v.score <= 100 &&
                text_check(slice_of_string(v.rationale), false, NULL) == 0;
        seen[v.choice]++;
        json_decref(proposal);
        json_decref(seat);
    }
    ok(sound, "20,000 random proposals are answered within bounds");
    printf("# reject %u, approve %u, abstain %u\n", seen[0], seen[1], seen[2]);
    ok(seen[0] > 0 && seen[1] > 0 && seen[2] > 0, "with every choice among the answers");
    struct verdict v;
    judge(r, NULL, NULL, &v);
    ok(v.choice == CHOICE_ABSTAIN, "no proposal at all is abstained from");
    rules_free(r);
}

int main(void)
{
    test_conditions();
    test_score();
    test_decisive();
    test_long_rationale();
    test_hostile();
    return tap_done();
}
