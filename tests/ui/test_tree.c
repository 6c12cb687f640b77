/* SPDX-License-Identifier: ISC */
/* JSON of any shape as lines of text. */
#include "tap.h"

#include "base/text.h"
#include "control/control.h"
#include "ui/view/tree.h"

#include <string.h>

static const char *tree(const char *json)
{
    static struct buffer out;
    json_t *value = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    out.size = 0;
    tree_text(&out, value);
    buffer_append(&out, "", 1);
    json_decref(value);
    return (const char *)out.data;
}

static bool comes_out(const char *json, const char *text)
{
    const char *got = tree(json);
    bool same = strcmp(got, text) == 0;
    if (!same) {
        printf("# got:\n%s# expected:\n%s", got, text);
    }
    return same;
}

static void test_shapes(void)
{
    ok(comes_out("{\"a\":1,\"longer\":\"x\",\"n\":null,\"t\":true,\"f\":false,\"r\":0.5}",
                 "a      1\nlonger x\nn      -\nt      yes\nf      no\nr      0.5\n"),
       "members stand above each other");
    ok(comes_out("{\"a\":{\"b\":{\"c\":[1,2]}},\"e\":[],\"o\":{}}",
                 "a\n  b\n    c 1, 2\ne none\no none\n"),
       "deeper ones are indented, what is empty is told");
    ok(comes_out("[1,[2,[3]],{\"a\":1,\"b\":2},{\"a\":{\"b\":2}}]",
                 "1. 1\n2.\n  1. 2\n  2. 3\n3. a 1, b 2\n4.\n  a\n    b 2\n"),
       "elements have numbers");
    ok(comes_out("{\"in_ms\":1500,\"at_ms\":1773496927000,\"x_ms\":-3,\"heard_ms_ago\":20}",
                 "in_ms        1500 (1.5s)\n"
                 "at_ms        1773496927000 (2026-03-14 14:02:07Z)\n"
                 "x_ms         -3\nheard_ms_ago 20 (20ms)\n"),
       "times and durations are told in words, too");
    ok(comes_out("7", "7\n") && comes_out("\"x\"", "x\n") && comes_out("null", "-\n") &&
           comes_out("{}", "") && comes_out("[]", ""),
       "what is no object");
    ok(comes_out(
           "{\"first\":{\"v\":1,\"b\":2},\"second\":{\"v\":1,\"b\":3,\"z\":[4]},\"s\":5}",
           "s      5\ntwo statements, alike in\n  v 1\nand different in\n"
           "  b\n    first  2\n    second 3\n  z\n    first  none\n    second 4\n"),
       "two statements: what they have in common, and where they differ");
    ok(comes_out("{\"first\":1,\"second\":{}}", "first  1\nsecond none\n"),
       "others that are called so");
}

static void test_hostile(void)
{
    ok(comes_out("{\"a\\nb\":\"x\\ny\\u001b[2J\\u202e\\u0000z\"}",
                 "a\\nb x\\ny\\x1b[2J\\u{202e}\\x00z\n"),
       "nothing breaks out of its line");
    struct buffer deep = {NULL, 0, 0};
    for (int i = 0; i < 200; i++) {
        buffer_append(&deep, "[1,", 3);
    }
    buffer_append(&deep, "1", 1);
    for (int i = 0; i < 200; i++) {
        buffer_append(&deep, "]", 1);
    }
    buffer_append(&deep, "", 1);
    ok(strstr(tree((char *)deep.data), "(deeper than is shown)\n") != NULL,
       "what is very deep ends");
    buffer_free(&deep);
    json_t *wide = json_array();
    for (int i = 0; i < 60000; i++) {
        (void)json_array_append_new(wide, json_pack("{s:[i]}", "n", i));
    }
    struct buffer out = {NULL, 0, 0};
    tree_text(&out, wide);
    buffer_append(&out, "", 1);
    ok(out.size < TREE_BYTES + 100 &&
           strstr((char *)out.data, "(there is more than is shown)\n") != NULL,
       "what is very long is cut");
    json_decref(wide);
    buffer_free(&out);
    tree_text(&out, NULL);
    is((int64_t)out.size, 0, "nothing comes of nothing");
}

static bool lies(const char *json, const char *text)
{
    struct buffer out = {NULL, 0, 0};
    tree_lay(&out, json);
    buffer_append(&out, "", 1);
    bool same = strcmp((char *)out.data, text) == 0;
    if (!same) {
        printf("# got:\n%s", (char *)out.data);
    }
    buffer_free(&out);
    return same;
}

static void test_lay(void)
{
    ok(lies("{\"a\":1.50,\"b\":[1,2],\"c\":{},\"d\":\"x,\\\"{y\"}",
            "{\n  \"a\": 1.50,\n  \"b\": [\n    1,\n    2\n  ],\n  \"c\": {},\n"
            "  \"d\": \"x,\\\"{y\"\n}\n"),
       "a text is laid out as it was written");
    ok(lies("no JSON", "noJSON\n") && lies("", "\n") && lies("}}]{\"", "}}]{\n  \"\n") &&
           lies("\"\\", "\"\\\n"),
       "what is no JSON does no harm");
}

int main(void)
{
    control_library_init();
    test_shapes();
    test_hostile();
    test_lay();
    return tap_done();
}
