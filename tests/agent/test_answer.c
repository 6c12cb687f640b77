/* SPDX-License-Identifier: ISC */
#include "agent/answer.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static void accepts(const char *text, enum answer_choice choice, unsigned confidence,
                    const char *rationale)
{
    struct answer a;
    struct complaint why = {""};
    int error = answer_parse(slice_of_string(text), &a, &why);
    if (!ok(error == 0 && a.choice == choice && a.confidence == confidence &&
                strcmp(a.rationale, rationale) == 0,
            "accepted: %.70s", text)) {
        printf("# %s\n", why.text);
    }
    answer_clear(&a);
}

static void refuses_bytes(struct slice text, const char *says, const char *name)
{
    struct answer a;
    struct complaint why = {""};
    int error = answer_parse(text, &a, &why);
    if (!ok(error < 0 && a.rationale == NULL && strstr(why.text, says) != NULL,
            "refused: %s", name)) {
        printf("# %d %s\n", error, why.text);
    }
    answer_clear(&a);
}

static void refuses(const char *text, const char *says)
{
    char name[80];
    (void)snprintf(name, sizeof(name), "%.75s", text);
    for (char *c = name; *c != '\0'; c++) {
        *c = *c < ' ' || *c > '~' || *c == '#' ? '?' : *c;
    }
    refuses_bytes(slice_of_string(text), says, name);
}

static void test_rationale_length(void)
{
    static char text[ANSWER_RATIONALE_MAX + 100];
    int head = snprintf(text, sizeof(text),
                        "{\"choice\":\"reject\",\"confidence\":3,\"rationale\":\"");
    memset(text + head, 'x', ANSWER_RATIONALE_MAX);
    strcpy(text + head + ANSWER_RATIONALE_MAX, "\"}");
    struct answer a;
    is(answer_parse(slice_of_string(text), &a, NULL), 0, "a rationale of 4,096 bytes");
    answer_clear(&a);
    strcpy(text + head + ANSWER_RATIONALE_MAX, "x\"}");
    refuses_bytes(slice_of_string(text), "4097 bytes, at most 4096", "one of 4,097");
    /* 2 bytes a character: 2,049 of them are over the limit. */
    for (int i = 0; i < 2049; i++) {
        memcpy(text + head + 2 * i, "\xc3\xa9", 2);
    }
    strcpy(text + head + 2 * 2049, "\"}");
    refuses_bytes(slice_of_string(text), "4098 bytes", "the limit counts bytes");
}

/* Why an evaluator failed is told to all who watch, the ballot may follow. */
static void test_secrecy(void)
{
    static const char *const outputs[] = {
        "{\"choice\":approve",
        "{\"choice\":\"reject\",\"rationale\":\"a \"secret\" b\"}",
        "secret",
        "{\"choice\":\"abstain",
        "{\"rationale\":\"secret\",\"rationale\":\"x\"}",
        "{\"rationale\":\"secret\\q\"}"};
    for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
        struct answer a;
        struct complaint why = {""};
        (void)answer_parse(slice_of_string(outputs[i]), &a, &why);
        ok(why.text[0] != '\0' && strstr(why.text, "approve") == NULL &&
               strstr(why.text, "reject") == NULL && strstr(why.text, "abstain") == NULL &&
               strstr(why.text, "secret") == NULL,
           "quotes nothing: %s", why.text);
        answer_clear(&a);
    }
}

int main(void)
{
    test_secrecy();
#define REST ",\"rationale\":\"r\"}"
    accepts("{\"choice\":\"approve\",\"confidence\":0" REST, ANSWER_APPROVE, 0, "r");
    accepts("\n {\"rationale\":\"\",\"confidence\":100,\"choice\":\"reject\"} \n\n",
            ANSWER_REJECT, 100, "");
    accepts("{\"choice\":\"abstain\",\"confidence\":50,\"model\":{\"x\":[1]},\"rationale\":"
            "\"a\\n\\tb \xc3\xa9\"}",
            ANSWER_ABSTAIN, 50, "a\n\tb \xc3\xa9");
    refuses("", "no output");
    refuses("\n", "not one JSON text");
    refuses("I approve.", "not one JSON text");
    refuses("{\"choice\":\"approve\",\"confidence\":1" REST " {}", "end of file expected");
    refuses("{\"choice\":\"approve\",\"confidence\":1" REST "x", "end of file expected");
    refuses("{\"choice\":\"approve\",\"choice\":\"reject\",\"confidence\":1" REST,
            "duplicate");
    refuses("{\"choice\":\"approve\",\"confidence\":1,\"rationale\":\"r\"",
            "not one JSON text");
    refuses("[\"approve\"]", "no JSON object");
    refuses("\"approve\"", "not");
    refuses("null", "not");
    refuses("{}", "choice");
    refuses("{\"choice\":\"Approve\",\"confidence\":1" REST, "choice must be");
    refuses("{\"choice\":\"yes\",\"confidence\":1" REST, "choice must be");
    refuses("{\"choice\":1,\"confidence\":1" REST, "choice must be");
    refuses("{\"choice\":null,\"confidence\":1" REST, "choice must be");
    refuses("{\"choice\":\"approve\"" REST, "confidence must be");
    refuses("{\"choice\":\"approve\",\"confidence\":101" REST, "confidence must be");
    refuses("{\"choice\":\"approve\",\"confidence\":-1" REST, "confidence must be");
    refuses("{\"choice\":\"approve\",\"confidence\":50.0" REST, "confidence must be");
    refuses("{\"choice\":\"approve\",\"confidence\":\"50\"" REST, "confidence must be");
    refuses("{\"choice\":\"approve\",\"confidence\":true" REST, "confidence must be");
    refuses("{\"choice\":\"approve\",\"confidence\":99999999999999999999" REST, "too big");
    refuses("{\"choice\":\"approve\",\"confidence\":1}", "rationale must be");
    refuses("{\"choice\":\"approve\",\"confidence\":1,\"rationale\":[\"r\"]}",
            "rationale must be");
    refuses("{\"choice\":\"approve\",\"confidence\":1,\"rationale\":\"a\\u0007\"}",
            "forbidden character (a control or a bidirectional one) at byte 1");
    refuses("{\"choice\":\"approve\",\"confidence\":1,\"rationale\":\"a\\u001b[31m\"}",
            "forbidden");
    refuses("{\"choice\":\"approve\",\"confidence\":1,\"rationale\":\"a\r\"}",
            "not one JSON text");
    refuses("{\"choice\":\"approve\",\"confidence\":1,\"rationale\":\"a\\u0000b\"}",
            "not one JSON text");
    refuses("{\"choice\":\"approve\",\"confidence\":1,\"rationale\":\"a\xe2\x80\xae\"}",
            "forbidden");
    refuses("{\"choice\":\"approve\",\"confidence\":1,\"rationale\":\"a\\u2067\"}",
            "forbidden");
    refuses("{\"choice\":\"approve\",\"confidence\":1,\"rationale\":\"a\xff\"}",
            "not one JSON text");
    refuses("{\"choice\":\"approve\",\"confidence\":1" REST "\x1b", "not one JSON text");
    refuses("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", "deeper");
    refuses_bytes(slice_of("{}\0", 3), "not one JSON text", "a NUL byte after the object");
    test_rationale_length();
    return tap_done();
}
