/* SPDX-License-Identifier: ISC */
/* The model's reader of JSON, beside jansson: the same texts are taken and refused, and
 * what is taken is the same. */
#include "tap.h"

#include "base/alloc.h"
#include "control/control.h"
#include "ui/model/value.h"

#include <stdlib.h>
#include <string.h>

static struct value_reader reader;

/* What value_read takes as jansson has it. */
static bool same(const struct value *v, const json_t *j)
{
    switch (v->kind) {
    case VALUE_NULL:
        return json_is_null(j);
    case VALUE_FALSE:
        return json_is_false(j);
    case VALUE_TRUE:
        return json_is_true(j);
    case VALUE_INTEGER:
        return json_is_integer(j) && json_integer_value(j) == v->number;
    case VALUE_OTHER_NUMBER:
        return json_is_real(j);
    case VALUE_STRING:
        return json_is_string(j) && json_string_length(j) == v->size &&
               memcmp(json_string_value(j), v->text, v->size + 1) == 0;
    case VALUE_ARRAY:
    case VALUE_OBJECT:
        break;
    }
    bool object = v->kind == VALUE_OBJECT,
         all = object ? json_is_object(j) : json_is_array(j);
    size_t count = 0;
    VALUE_EACH(member, v)
    {
        const json_t *other =
            object ? json_object_get(j, member->key) : json_array_get(j, count);
        count++;
        all =
            all && other != NULL && (member->key != NULL) == object && same(member, other);
    }
    return all && count == (object ? json_object_size(j) : json_array_size(j));
}

/* Both take it and find the same, or neither does. Numbers of any size are taken here. */
static bool agree(struct slice text)
{
    struct slice copy = {NULL, 0};
    uint8_t *exact = alloc(text.size); /* so that a sanitizer sees what is behind it */
    memcpy(exact, text.data, text.size);
    copy = slice_of(exact, text.size);
    json_error_t error;
    json_t *j = control_depth(copy) > CONTROL_DEPTH_MAX
                    ? NULL
                    : json_loadb((const char *)exact, copy.size, 0, &error);
    const struct value *v = value_read(&reader, copy);
    bool refused_number =
        j == NULL && v != NULL && json_error_code(&error) == json_error_numeric_overflow;
    bool good = refused_number || ((j != NULL) == (v != NULL) && (v == NULL || same(v, j)));
    if (!good) {
        printf("# %.*s: %s here, %s there\n", (int)text.size, (const char *)exact,
               v != NULL ? "taken" : "refused", j != NULL ? "taken" : "refused");
    }
    json_decref(j);
    free(exact);
    return good;
}

static const char *const texts[] = {
    "",
    " ",
    "{}",
    "[]",
    " [ ] \r\n\t",
    "[]x",
    "[] []",
    "\"top\"",
    "1",
    "null",
    "[null,true,false]",
    "[nul]",
    "[nulll]",
    "[True]",
    "[1,]",
    "[,1]",
    "[1 2]",
    "{\"a\":1,\"b\":[{}],\"\":{\"c\":null}}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{a:1}",
    "{1:1}",
    "{\"a\" : 1 , \"b\" : 2}",
    "[0,-0,1,-1,12,9223372036854775807,-9223372036854775808]",
    "[00]",
    "[01]",
    "[-]",
    "[+1]",
    "[-01]",
    "[1.5,1e3,1E+3,1e-3,-0.0,0.1]",
    "[1.]",
    "[.5]",
    "[1e]",
    "[1e+]",
    "[1.e1]",
    "[1.5.5]",
    "[123456789012345678,1234567890123456789,12345678901234567]",
    "[999999999999999999,0,1000000000000000000]",
    "[1a]",
    "[\"\"]",
    "[\"abcdefgh\",\"abcdefghijklmnopqrstuvwxyz0123456789\"]",
    "[\"a\\\"b\\\\c\\/d\\be\\ff\\ng\\rh\\ti\"]",
    "[\"\\x\"]",
    "[\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\\uFFFF\"]",
    "[\"\\ud83d\"]",
    "[\"\\ud83dx\"]",
    "[\"\\ud83d\\u0041\"]",
    "[\"\\ude00\"]",
    "[\"\\u12\"]",
    "[\"\\u12g4\"]",
    "[\"\\u0000\"]",
    "{\"\\u0000\":1}",
    "[\"\\u0001\"]",
    "[\"\x01\"]",
    "[\"\n\"]",
    "[\"abcdefg\x1f\"]",
    "[\"abcdefgh\x7f\"]",
    "[\"abcdefg\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"]",
    "[\"\xc3\"]",
    "[\"\xc0\x80\"]",
    "[\"\xed\xa0\x80\"]",
    "[\"\xf4\x90\x80\x80\"]",
    "[\"\xff\"]",
    "[\xc3\xa9]",
    "\xef\xbb\xbf[]",
    "[\"unfinished",
    "[\"unfinished\\",
    "[\"unfinished\\u",
    "[\"unfinished\\ud83d\\",
    "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
    "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]",
    "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]",
    "[\"[[[[[[[[[[[[[[[[[[[[[[[[\"]",
    "[18446744073709551615,99999999999999999999999,-9223372036854775809]",
    "[1e999]",
};

static void test_texts(void)
{
    unsigned wrong = 0, wrong_cut = 0, count = sizeof(texts) / sizeof(texts[0]);
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(texts[i]);
        wrong += !agree(slice_of(texts[i], size));
        for (size_t cut = 0; cut < size; cut++) {
            wrong_cut += !agree(slice_of(texts[i], cut));
        }
    }
    is(wrong, 0, "what is JSON and what is not");
    is(wrong_cut, 0, "cut anywhere");
    ok(!value_read(&reader, slice_of("[\"a\0b\"]", 7)) &&
           !value_read(&reader, slice_of("[1\0]", 4)) && !value_read(&reader, SLICE_NONE),
       "a NUL, and nothing at all");
}

/* Every byte of some texts changed to every other. */
static void test_bytes(void)
{
    static const char *const from[] = {
        "{\"abc\":[1,-20,true,null,\"xy\\u20ac\\\"z\"],\"d\":{}}",
        "[12345678901234567,\"\xc3\xa9\xe2\x82\xac\",1.5e3,false]"};
    unsigned wrong = 0;
    for (size_t i = 0; i < 2; i++) {
        size_t size = strlen(from[i]);
        uint8_t *copy = alloc(size);
        for (size_t at = 0; at < size; at++) {
            /* jansson overlooks a NUL behind a number */
            for (unsigned byte = 1; byte < 256; byte++) {
                memcpy(copy, from[i], size);
                copy[at] = (uint8_t)byte;
                wrong += !agree(slice_of(copy, size));
            }
        }
        free(copy);
    }
    is(wrong, 0, "any byte changed");
}

static void test_looking(void)
{
    const char *text = "{\"n\":7,\"m\":-7,\"t\":true,\"s\":\"a\\u001b[2J\xc3\xa9\xc3\xa9\","
                       "\"a\":[1,[2,3],4],\"n\":8,\"big\":1e5}";
    const struct value *v = value_read(&reader, slice_of_string(text));
    ok(value_number(v, "n") == 7, "a number, the first of two of the same name");
    ok(value_number(v, "m") == UINT64_MAX && value_number(v, "big") == UINT64_MAX &&
           value_number(v, "s") == UINT64_MAX && value_number(v, "none") == UINT64_MAX &&
           value_number(NULL, "n") == UINT64_MAX,
       "and what is none");
    ok(value_true(v, "t") && !value_true(v, "n") && !value_true(NULL, "t"), "true");
    ok(strcmp(value_text(v, "n"), "") == 0 && value_text(v, "s")[1] == '\x1b', "text");
    unsigned count = 0;
    VALUE_EACH(item, value_get(v, "a"))
    {
        count++;
    }
    VALUE_EACH(item, value_get(v, "n"))
    {
        count += 100;
    }
    is(count, 3, "members of an array, and of what is none");
    char out[16];
    value_copy_text(out, sizeof(out), v, "s");
    ok(strcmp(out, "a\\x1b[2J\xc3\xa9\xc3\xa9") == 0, "harmful text is escaped");
    value_copy_text(out, 12, v, "s");
    ok(strcmp(out, "a\\x1b[2J\xc3\xa9") == 0, "and cut between characters");
    value_copy_text(out, sizeof(out), v, "n");
    ok(out[0] == '\0', "no text is empty");
    is((int64_t)value_reader_bytes(&reader) > 0, 1, "it holds memory");

    size_t size = CONTROL_LINE_MAX;
    char *much = alloc(size + 2);
    memset(much, '0', size + 2);
    for (size_t i = 2; i < size - 2; i += 2) {
        much[i] = ',';
    }
    much[0] = '[';
    much[size - 2] = ']';
    much[size - 1] = ' ';
    ok(value_read(&reader, slice_of(much, size)) != NULL, "a line full of numbers");
    size_t most = value_reader_bytes(&reader);
    (void)value_read(&reader, slice_of_string("{}"));
    ok(value_reader_bytes(&reader) < most / 100, "whose memory is not kept");
    much[size] = ' ';
    ok(value_read(&reader, slice_of(much, size + 1)) == NULL, "one byte more is too long");
    free(much);
}

int main(void)
{
    control_library_init();
    test_texts();
    test_bytes();
    test_looking();
    value_reader_free(&reader);
    return tap_done();
}
