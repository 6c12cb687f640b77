/* SPDX-License-Identifier: ISC */
/* The control methods of a node made by hand, asked through a real socket. */
#ifndef CONCLAVE_TESTS_CONCLAVED_ASK_H
#define CONCLAVE_TESTS_CONCLAVED_ASK_H

#include "../control/fixture.h"
#include "hand_node.h"

#include "base/alloc.h"
#include "base/log.h"
#include "conclaved/methods.h"
#include "tap.h"

static struct fixture f;
static struct hand_node hand;
static int client;
static char ids[HAND_PROPOSALS][65];

/* The whole answer: its member result, or error. params is JSON text or NULL. */
__attribute__((unused)) static json_t *ask(const char *method, const char *params)
{
    char *request =
        alloc_printf("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\"%s%s}\n", method,
                     params != NULL ? ",\"params\":" : "", params != NULL ? params : "");
    (void)raw_send(&f, client, request, strlen(request));
    free(request);
    char *line = raw_line(&f, client);
    json_t *answer = json_loads(line, 0, NULL);
    if (answer == NULL) {
        printf("# not JSON: %s\n", line);
    }
    free(line);
    return answer;
}

/* Follows a path such as "result.seats.1.name". Borrowed. */
__attribute__((unused)) static const json_t *at(const json_t *value, const char *path)
{
    char *copy = alloc_string(path), *rest = copy, *word;
    while (value != NULL && (word = strsep(&rest, ".")) != NULL) {
        value = json_is_array(value) ? json_array_get(value, strtoul(word, NULL, 10))
                                     : json_object_get(value, word);
    }
    free(copy);
    return value;
}

__attribute__((unused)) static bool is_text(const json_t *answer, const char *path,
                                            const char *expected)
{
    const char *got = json_string_value(at(answer, path));
    bool same = got != NULL && strcmp(got, expected) == 0;
    if (!same) {
        printf("#   %s is %s, expected %s\n", path, got != NULL ? got : "absent", expected);
    }
    return same;
}

__attribute__((unused)) static bool is_number(const json_t *answer, const char *path,
                                              json_int_t expected)
{
    const json_t *got = at(answer, path);
    bool same = json_is_integer(got) && json_integer_value(got) == expected;
    if (!same) {
        printf("#   %s is %lld, expected %lld\n", path, (long long)json_integer_value(got),
               (long long)expected);
    }
    return same;
}

__attribute__((unused)) static bool is_null(const json_t *answer, const char *path)
{
    return json_is_null(at(answer, path));
}

__attribute__((unused)) static bool is_json(const json_t *answer, const char *path,
                                            const char *expected)
{
    const json_t *got = at(answer, path);
    char *text = got != NULL ? json_dumps(got, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    bool same = text != NULL && strcmp(text, expected) == 0;
    if (!same) {
        printf("#   %s is %s, expected %s\n", path, text != NULL ? text : "absent",
               expected);
    }
    free(text);
    return same;
}

/* The method answers with this error code and these words in its message. */
__attribute__((unused)) static void refuses(const char *method, const char *params,
                                            int code, const char *words)
{
    json_t *answer = ask(method, params);
    const char *message = json_string_value(at(answer, "error.message"));
    ok(is_number(answer, "error.code", code) && message != NULL &&
           strstr(message, words) != NULL,
       "%s refuses: %s", method, message != NULL ? message : "?");
    json_decref(answer);
}

static void ask_begin(void)
{
    const char *top = getenv("top_srcdir");
    char *charter = alloc_printf("%s/tests/charter/council.json", top != NULL ? top : ".");
    (void)log_open("stderr", LOG_LEVEL_ERROR, NULL);
    hand_node_make(&hand, charter);
    free(charter);
    for (size_t i = 0; i < HAND_PROPOSALS; i++) {
        hex_encode(ids[i], slice_of(hand.ids[i].bytes, HASH_BYTES));
    }
    fixture_init(&f);
    f.config.methods = node_methods;
    f.config.quiet = node_quiet_events;
    f.config.context = &hand.node;
    f.config.closed = NULL;
    fixture_start(&f);
    hand.node.control = f.server;
    client = raw_connect(f.path);
}

static void ask_end(void)
{
    (void)close(client);
    fixture_free(&f);
    hand_node_free(&hand);
}

#endif
