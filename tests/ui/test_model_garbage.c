/* SPDX-License-Identifier: ISC */
/*
 * A node that says anything. Each line of a story is changed in each of its members to each
 * kind of value; what must hold of a model holds, and it takes the whole story afterwards.
 */
#include "model_check.h"
#include "model_lines.h"
#include "tap.h"

#include "base/alloc.h"
#include "control/control.h"

#include <stdlib.h>
#include <string.h>

static const char *const values[] = {
    NULL, /* none at all */
    "null",
    "true",
    "false",
    "0",
    "-1",
    "2",
    "9223372036854775807",
    "-9223372036854775808",
    "1e300",
    "123456789012345678901234567890",
    "\"\"",
    "\"approve\"",
    "\"opening\"",
    "\"\\u001b]0;x\\u0007\\u202e\\n\\u0300\"",
    "\"YYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYY"
    "\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac"
    "\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac"
    "\"",
    "[]",
    "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]",
    "[null,\"x\",[[]],{\"a\":1}]",
    "{}",
    "{\"1\":[\"lost-state\"],\"seat\":1,\"text\":\"t\",\"height\":5}",
};
enum { VALUES = sizeof(values) / sizeof(values[0]), STORY_MAX = 200 };

static char *story[STORY_MAX];
static size_t story_count;

static void read_story(void)
{
    const char *top = getenv("top_srcdir");
    char *path = alloc_printf("%s/tests/fuzz/corpus/model/story", top != NULL ? top : ".");
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    FILE *f = fopen(path, "r");
    while (f != NULL && story_count < STORY_MAX &&
           (length = getline(&line, &size, f)) > 0) {
        line[length - 1] = '\0';
        story[story_count++] = alloc_string(line);
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    free(line);
    free(path);
}

static struct model *tell(size_t lines)
{
    struct model *m = model_new();
    model_connected(m, LINES_NOW);
    for (size_t i = 0; i < lines; i++) {
        (void)model_line(m, LINES_NOW + i, slice_of_string(story[i]));
    }
    return m;
}

static void put(struct buffer *out, const char *text)
{
    buffer_append(out, text, strlen(text));
}

/* The value as text, with the one that is number *left among all in it changed to another
 * (NULL: left out). *left counts down. */
static void write_changed(struct buffer *out, const json_t *v, long *left, const char *to)
{
    const char *key;
    json_t *member;
    size_t i, count = 0;
    if (json_is_object(v) || json_is_array(v)) {
        bool object = json_is_object(v);
        put(out, object ? "{" : "[");
        void *at = object ? json_object_iter((json_t *)v) : NULL;
        size_t size = object ? json_object_size(v) : json_array_size(v);
        for (i = 0; i < size; i++) {
            key = object ? json_object_iter_key(at) : NULL;
            member = object ? json_object_iter_value(at) : json_array_get(v, i);
            bool this_one = (*left)-- == 0;
            if (this_one && to == NULL) {
                at = object ? json_object_iter_next((json_t *)v, at) : NULL;
                continue;
            }
            put(out, count++ > 0 ? "," : "");
            if (object) {
                put(out, "\"");
                put(out, key);
                put(out, "\":");
            }
            if (this_one) {
                put(out, to);
            } else {
                write_changed(out, member, left, to);
            }
            at = object ? json_object_iter_next((json_t *)v, at) : NULL;
        }
        put(out, object ? "}" : "]");
        return;
    }
    char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT | JSON_ENSURE_ASCII);
    put(out, text);
    free(text);
}

static bool changes_one_line(size_t number, unsigned *lines)
{
    struct model *m = tell(number);
    struct scene frozen;
    json_t *v = control_parse(slice_of_string(story[number]), NULL);
    const char *wrong = NULL;
    struct buffer out = {NULL, 0, 0};
    scene_copy(&frozen, model_scene(m));
    for (long member = 0; wrong == NULL; member++) {
        long left = member;
        for (size_t i = 0; i < VALUES && wrong == NULL; i++) {
            left = member;
            out.size = 0;
            write_changed(&out, v, &left, values[i]);
            if (left >= 0) {
                break; /* it has no more members */
            }
            (void)model_line(m, LINES_NOW + 100 + *lines, buffer_slice(&out));
            ++*lines;
            wrong = model_check(m);
        }
        if (left >= 0) {
            break;
        }
    }
    if (wrong != NULL) {
        printf("# %s after %.*s\n", wrong, (int)out.size, (const char *)out.data);
    }
    for (size_t i = 0; i < story_count && wrong == NULL; i++) {
        (void)model_line(m, LINES_NOW + 900000 + i, slice_of_string(story[i]));
        wrong = model_check(m);
    }
    wrong = wrong != NULL ? wrong : scene_check(&frozen);
    if (wrong != NULL) {
        printf("# line %zu: %s\n", number, wrong);
    }
    scene_free(&frozen);
    buffer_free(&out);
    json_decref(v);
    model_free(m);
    return wrong == NULL;
}

static void test_story(void)
{
    struct model *m = model_new();
    unsigned wrong = 0;
    model_connected(m, LINES_NOW);
    for (size_t i = 0; i < story_count; i++) {
        int error = model_line(m, LINES_NOW + i, slice_of_string(story[i]));
        const char *what = model_check(m);
        if (error != 0 || what != NULL) {
            printf("# line %zu: %d %s\n", i + 1, error, what != NULL ? what : "");
            wrong++;
        }
    }
    is(wrong, 0, "the story itself is told");
    is((int64_t)model_nonsense(m), 0, "and makes sense");
    ok(model_scene(m)->final_count == 5 && model_scene(m)->open_count == 0 &&
           model_scene(m)->flag_count == 4 && model_scene(m)->block_count == 5,
       "to its end");
    model_free(m);
}

static void test_changes(void)
{
    unsigned lines = 0, wrong = 0;
    for (size_t i = 0; i < story_count; i++) {
        wrong += !changes_one_line(i, &lines);
    }
    is(wrong, 0, "each member of each line may be anything");
    printf("# %u lines\n", lines);
}

static void test_no_json_rpc(void)
{
    static const char *const lines[] = {
        "",
        "x",
        "[]",
        "{}",
        "null",
        "{\"jsonrpc\":\"2.0\"}",
        "{\"jsonrpc\":\"1.0\",\"id\":\"seats\",\"result\":[]}",
        "{\"jsonrpc\":\"2.0\",\"id\":\"seats\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":[]}",
        "{\"jsonrpc\":\"2.0\",\"id\":\"seats\",\"result\":[],\"error\":{}}",
        "{\"jsonrpc\":\"2.0\",\"id\":\"seats\",\"error\":7}",
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":[]}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"event\"}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":[]}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"seq\":1,\"event\":"
        "\"votes\"}",
    };
    struct model *m = model_at_rest(4);
    uint64_t version = model_version(m);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        is(model_line(m, LINES_NOW, slice_of_string(lines[i])), CONCLAVE_EFORMAT, lines[i]);
    }
    ok(model_version(m) == version && model_nonsense(m) == sizeof(lines) / sizeof(lines[0]),
       "none of that changed anything");
    ok(model_line(m, LINES_NOW,
                  slice_of_string(
                      "{\"jsonrpc\":\"2.0\",\"method\":\"agent.ask\",\"params\":7}")) ==
               0 &&
           say_event(m, LINES_NOW, "of.a-newer-node", "'x':1") == 0,
       "what is not for the console is left alone");
    static const char *const ids[] = {
        "nothing",   "act.1",   "blocks..x",    "blocks..",  "block",
        "block.x.0", "flag.-1", "proposal.xyz", "charter.7", "blocks..1234567890123456789"};
    uint64_t nonsense = model_nonsense(m);
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        (void)say_result(m, LINES_NOW, ids[i], "{}");
    }
    is((int64_t)(model_nonsense(m) - nonsense), sizeof(ids) / sizeof(ids[0]),
       "answers that nothing asked for");
    model_free(m);
}

int main(void)
{
    read_story();
    ok(story_count > 50, "the story");
    test_story();
    test_changes();
    test_no_json_rpc();
    for (size_t i = 0; i < story_count; i++) {
        free(story[i]);
    }
    return tap_done();
}
