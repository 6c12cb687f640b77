/* SPDX-License-Identifier: ISC */
/* The rule file's grammar: what is read, and what a person is told where it is not. */
#include "evaluators/rules.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#define HEAD  "family f\ntitle \"T\"\napprove 60\n"
#define WEIGH "weigh 1 \"n\" if evidence.x > 1\n"

static int parse(const char *text, struct rules **out, struct complaint *why)
{
    why->text[0] = '\0';
    return rules_parse("x.rules", slice_of_string(text), out, why);
}

static void test_good(void)
{
    struct rules *r = NULL;
    struct complaint why;
    int error =
        parse("# a comment\n"
              "family prudence # another\n"
              "title \"A \\\"view\\\" \\\\\"\n"
              "missing aside\n"
              "approve 60\n"
              "approve 70.5 for charter-amendment, emergency\n"
              "margin 4\n"
              "\n"
              "framework \"AI Act\" in EU, \"the Netherlands\"\n"
              "\tveto \"V\" if evidence.a == true and seat.number != 3\n"
              "require \"R\" for emergency if count evidence.a.b >= 2 "
              "unless proposal.title has test, \"dry run\"\n"
              "limit 40 \"L\" when seat.framework == \"AI Act\" if evidence.c between "
              "-1.5 2e3\n"
              "weigh -20 \"W#1\" if evidence.d missing\n"
              "weigh 20 \"W2\" if evidence.d in red,2,false",
              &r, &why);
    is(error, 0, "a file with every statement is read");
    if (error != 0) {
        printf("# %s\n", why.text);
        return;
    }
    ok(strcmp(r->title, "A \"view\" \\") == 0, "escapes in quoted texts");
    is((int64_t)r->count, 5, "five rules");
    is((int64_t)r->threshold_count, 2, "two thresholds");
    is((int64_t)r->thresholds[1].classes.count, 2, "a threshold for two classes");
    is(r->missing, MISSING_ASIDE, "missing aside");
    is((int64_t)r->list[0].test.count, 2, "two conditions with and");
    ok(r->list[1].test.list[0].count, "count");
    is((int64_t)r->list[1].unless.list[0].value_count, 2, "two keywords");
    ok(strcmp(r->list[1].unless.list[0].values[1].text, "dry run") == 0,
       "a quoted keyword");
    is(r->list[2].test.list[0].op, OP_BETWEEN, "between");
    ok(r->list[2].test.list[0].values[0].number == -1.5, "a negative bound");
    ok(r->list[2].test.list[0].values[1].number == 2000, "a bound with an exponent");
    ok(strcmp(r->list[3].name, "W#1") == 0, "# within quotes is no comment");
    ok(r->list[3].points == -20, "a penalty");
    is(r->list[4].test.list[0].values[0].kind, VALUE_TEXT, "a word");
    is(r->list[4].test.list[0].values[1].kind, VALUE_NUMBER, "a number");
    is(r->list[4].test.list[0].values[2].kind, VALUE_BOOLEAN, "a boolean");
    rules_free(r);
}

struct bad {
    const char *text;
    const char *says; /* part of the complaint */
};

static const struct bad bad[] = {
    {"", "no family"},
    {"family f\n", "no title"},
    {"family f\ntitle \"T\"\n" WEIGH, "no score to approve"},
    {"family f\ntitle \"T\"\napprove 5 for x\n" WEIGH, "no score to approve"},
    {HEAD, "no criterion has a positive weight"},
    {HEAD "weigh -1 \"n\" if evidence.x > 1\n", "no criterion has a positive weight"},
    {"family two words\n", "x.rules:1: unexpected \"words\""},
    {"family \"f\"\n", "one bare word"},
    {"family f\nfamily g\n", "x.rules:2: a second family"},
    {HEAD "title \"U\"\n", "x.rules:4: a second title"},
    {HEAD "title\n", "second title"},
    {"title T\n", "quoted text"},
    {"title \"\"\n", "quoted text"},
    {HEAD "approve 61\n", "second score"},
    {HEAD "approve 61 for a\napprove 62 for b, A\n", "second score to approve for A"},
    {HEAD "approve 101 for a\n", "from 0 to 100"},
    {HEAD "approve nan for a\n", "from 0 to 100"},
    {HEAD "approve 0x10 for a\n", "from 0 to 100"},
    {HEAD "approve 6 for\n", "name of a decision class is missing"},
    {HEAD "approve 6 for a,\n", "name of a decision class is missing"},
    {HEAD "margin 51\n", "from 0 to 50"},
    {HEAD "margin 1\nmargin 1\n", "x.rules:5: a second margin"},
    {HEAD "missing maybe\n", "against, aside or abstain"},
    {HEAD "missing aside\nmissing aside\n", "x.rules:5: a second"},
    {HEAD "framework AI in EU\n", "quoted text"},
    {HEAD "framework \"AI\" EU\n", "expected \"in\""},
    {HEAD "framework \"AI\" in\n", "a jurisdiction is missing"},
    {HEAD "wiegh 1 \"n\" if evidence.x > 1\n", "no statement begins with \"wiegh\""},
    {HEAD "\"weigh\" 1\n", "no statement begins"},
    {HEAD "weigh \"n\" if evidence.x > 1\n", "a weight is a number"},
    {HEAD "weigh 0 \"n\" if evidence.x > 1\n", "weight of 0"},
    {HEAD "weigh 1e308 \"n\" if evidence.x > 1\n", "from -1000 to 1000"},
    {HEAD "weigh 1e999 \"n\" if evidence.x > 1\n", "from -1000 to 1000"},
    {HEAD "weigh 1 n if evidence.x > 1\n", "quoted text"},
    {HEAD WEIGH WEIGH, "x.rules:5: the name \"n\" is taken"},
    {HEAD "weigh 1 \"n\"\n", "the rule says nothing"},
    {HEAD "weigh 1 \"n\" for a\n", "the rule says nothing"},
    {HEAD "weigh 1 \"n\" evidence.x > 1\n", "expected for, when, if or unless"},
    {HEAD "weigh 1 \"n\" if evidence.x > 1 if evidence.y > 1\n", "each once"},
    {HEAD "weigh 1 \"n\" if evidence.x > 1 or evidence.y > 1\n", "expected for, when"},
    {HEAD "weigh 1 \"n\" if\n", "expected a path"},
    {HEAD "weigh 1 \"n\" if x > 1\n", "expected a path"},
    {HEAD "weigh 1 \"n\" if evidence. > 1\n", "expected a path"},
    {HEAD "weigh 1 \"n\" if evidence.a..b > 1\n", "expected a path"},
    {HEAD "weigh 1 \"n\" if evidence.a. > 1\n", "expected a path"},
    {HEAD "weigh 1 \"n\" if seat.nmae == x\n", "expected a path"},
    {HEAD "weigh 1 \"n\" if evidence.x => 1\n", "expected a comparison instead of \"=>\""},
    {HEAD "weigh 1 \"n\" if evidence.x>1\n", "expected a comparison"},
    {HEAD "weigh 1 \"n\" if evidence.x >=\n", "needs a number"},
    {HEAD "weigh 1 \"n\" if evidence.x >= red\n", "needs a number"},
    {HEAD "weigh 1 \"n\" if evidence.x ==\n", "a value is missing"},
    {HEAD "weigh 1 \"n\" if evidence.x in\n", "a value is missing"},
    {HEAD "weigh 1 \"n\" if evidence.x in a,\n", "a value is missing"},
    {HEAD "weigh 1 \"n\" if evidence.x in ,a\n", "a value is missing"},
    {HEAD "weigh 1 \"n\" if evidence.x between 2 1\n", "wrong way round"},
    {HEAD "weigh 1 \"n\" if evidence.x between 2\n", "needs a number"},
    {HEAD "weigh 1 \"n\" if evidence.x missing 3\n", "expected for, when"},
    {HEAD "weigh 1 \"n if evidence.x > 1\n", "does not end on its line"},
    {HEAD "weigh 1 \"n\\t\" if evidence.x > 1\n", "a backslash"},
    {HEAD "weigh 1 a\"n\" if evidence.x > 1\n", "put other text into"},
    {HEAD "veto \"v\xff\" if evidence.x > 1\n", "not plain UTF-8"},
    {HEAD "veto \"v\x1b[31m\" if evidence.x > 1\n", "not plain UTF-8"},
    {HEAD "veto \"v\xe2\x80\xae\" if evidence.x > 1\n", "not plain UTF-8"},
    {"family f\r\n", "line feeds alone"},
    {HEAD "limit 101 \"l\" if evidence.x > 1\n", "from 0 to 100"},
};

static void test_bad(void)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct rules *r = NULL;
        struct complaint why;
        int error = parse(bad[i].text, &r, &why);
        if (!ok(error < 0 && r == NULL && strstr(why.text, bad[i].says) != NULL &&
                    strncmp(why.text, "x.rules:", 8) == 0,
                "refused: %s", bad[i].says)) {
            printf("#   got %d, \"%s\"\n", error, why.text);
        }
    }
}

static void test_limits(void)
{
    struct rules *r = NULL;
    struct complaint why;
    struct buffer b = {NULL, 0, 0};
    buffer_append(&b, HEAD, strlen(HEAD));
    for (int i = 0; i < RULES_MAX; i++) {
        char line[64];
        int n = snprintf(line, sizeof(line), "weigh 1 \"n%d\" if evidence.x > 1\n", i);
        buffer_append(&b, line, (size_t)n);
    }
    is(rules_parse("x", buffer_slice(&b), &r, &why), 0, "as many rules as a file may have");
    rules_free(r);
    buffer_append(&b, WEIGH, strlen(WEIGH));
    ok(rules_parse("x", buffer_slice(&b), &r, &why) < 0 && strstr(why.text, "128 rules"),
       "one more is refused");
    b.size = 0;
    for (int i = 0; i < RULES_LINE_MAX; i++) {
        buffer_append(&b, ",", 1);
    }
    ok(rules_parse("x", buffer_slice(&b), &r, &why) < 0 &&
           strstr(why.text, "too many words"),
       "a line of commas is refused");
    buffer_append(&b, " ", 1);
    is(rules_parse("x", buffer_slice(&b), &r, &why), CONCLAVE_ELIMIT,
       "a line that is too long is refused");
    while (b.size <= RULES_FILE_MAX) {
        buffer_append(&b, "\n", 1);
    }
    is(rules_parse("x", buffer_slice(&b), &r, &why), CONCLAVE_ELIMIT,
       "a file that is too long is refused");
    buffer_free(&b);
    is(rules_load("/nonexistent/x.rules", &r, &why), CONCLAVE_EIO, "no such file");
    ok(strstr(why.text, "No such file") != NULL, "says why");
    is(rules_load("/", &r, &why), CONCLAVE_EIO, "a directory is no file");
}

int main(void)
{
    test_good();
    test_bad();
    test_limits();
    return tap_done();
}
