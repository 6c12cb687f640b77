/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "control/control.h"

#include "tap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool parses(const char *data, size_t size, struct complaint *why)
{
    json_t *value = control_parse(slice_of(data, size), why);
    bool parsed = value != NULL;
    json_decref(value);
    return parsed;
}

static bool parses_text(const char *text, struct complaint *why)
{
    return parses(text, strlen(text), why);
}

static void test_parse(void)
{
    struct complaint why = {""};
    ok(parses_text("{\"a\":[1,2,{\"b\":null}]}", &why), "an object parses");
    ok(!parses_text("{\"a\":1,\"a\":2}", &why) && strstr(why.text, "duplicate") != NULL,
       "a duplicate key is refused: %s", why.text);
    ok(!parses_text("{\"a\":1", &why), "half an object is refused");
    ok(!parses_text("{} {}", &why), "two values in a line are refused");
    ok(!parses_text("", &why), "an empty line is no value");
    ok(!parses_text("17", &why), "a bare number is refused");
    ok(!parses_text("{\"a\":99999999999999999999999}", &why), "an integer over 64 bits");
    ok(!parses_text("{\"a\":\"\\u0000\"}", &why), "a NUL in a string is refused");
    ok(!parses_text("{\"a\":\"\\ud800\"}", &why), "a lone surrogate is refused");
    const char bad[] = "{\"a\":\"\xff\xfe\"}";
    ok(!parses(bad, sizeof(bad) - 1, &why), "invalid UTF-8 is refused");
    const char overlong[] = "{\"a\":\"\xc0\xaf\"}";
    ok(!parses(overlong, sizeof(overlong) - 1, &why), "overlong UTF-8 is refused");
    const char raw[] = "{\"a\":\"\x1b[2J\"}";
    ok(!parses(raw, sizeof(raw) - 1, &why) && strchr(why.text, '\x1b') == NULL,
       "a raw escape character is refused and not echoed");
    const char nul[] = "{\"a\":1}\0{}";
    ok(!parses(nul, sizeof(nul) - 1, &why), "a NUL between values is refused");
}

static void test_depth(void)
{
    struct complaint why = {""};
    char deep[64] = "";
    memset(deep, '[', CONTROL_DEPTH_MAX);
    memset(deep + CONTROL_DEPTH_MAX, ']', CONTROL_DEPTH_MAX);
    ok(parses(deep, 2 * CONTROL_DEPTH_MAX, &why), "the greatest depth parses");
    memset(deep, '[', CONTROL_DEPTH_MAX + 1);
    memset(deep + CONTROL_DEPTH_MAX + 1, ']', CONTROL_DEPTH_MAX + 1);
    ok(!parses(deep, 2 * CONTROL_DEPTH_MAX + 2, &why) && strstr(why.text, "deeper"),
       "one level more does not: %s", why.text);
    ok(parses_text("[\"[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[\"]", &why),
       "brackets in a string are no depth");
    ok(!parses_text("]]]]]]", &why), "brackets that close nothing are refused");

    char *flood = malloc(CONTROL_LINE_MAX);
    memset(flood, '[', CONTROL_LINE_MAX);
    ok(!parses(flood, CONTROL_LINE_MAX, &why), "a mebibyte of brackets is refused");
    memset(flood, ' ', CONTROL_LINE_MAX);
    memcpy(flood, "{}", 2);
    ok(parses(flood, CONTROL_LINE_MAX, &why), "the longest line parses");
    flood = realloc(flood, CONTROL_LINE_MAX + 1);
    flood[CONTROL_LINE_MAX] = ' ';
    ok(!parses(flood, CONTROL_LINE_MAX + 1, &why) && strstr(why.text, "longer"),
       "one byte more does not: %s", why.text);
    free(flood);
}

static bool formats_as(json_t *value, const char *expected)
{
    struct buffer out = {NULL, 0, 0};
    control_format(&out, value);
    bool same = slice_equal(buffer_slice(&out), slice_of_string(expected));
    if (!same) {
        printf("#   got %.*s", (int)out.size, (const char *)out.data);
    }
    buffer_free(&out);
    json_decref(value);
    return same;
}

static void test_messages(void)
{
    ok(formats_as(control_request(7, "status", NULL),
                  "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"status\"}\n"),
       "a request");
    ok(formats_as(control_result(json_string("x"), json_true()),
                  "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":true}\n"),
       "a result");
    ok(formats_as(control_result(NULL, NULL),
                  "{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":null}\n"),
       "a result of nothing");
    ok(formats_as(control_error(json_integer(1), CONTROL_DENIED, "no"),
                  "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32001,"
                  "\"message\":\"no\"}}\n"),
       "an error");
    ok(formats_as(control_notification("event", json_pack("{s:i}", "seq", 1)),
                  "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"seq\":1}}\n"),
       "a notification");
    ok(formats_as(control_error(NULL, CONTROL_INTERNAL, "cut \xe2\x82"),
                  "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32603,"
                  "\"message\":\"cut \\\\xe2\\\\x82\"}}\n"),
       "a message that was cut within a character");
    ok(formats_as(json_string("a\xe2\x80\xae"
                              "b\xc2\x9b\xc3\xa9"),
                  "\"a\\u202Eb\\u009B\\u00E9\"\n"),
       "a line is ASCII, so it cannot drive a terminal");
    ok(formats_as(control_text(slice_of("a\0b\n\x1b", 5)), "\"a\\\\x00b\\\\n\\\\x1b\"\n"),
       "text of any bytes becomes a string");
    ok(formats_as(json_pack("[f, {s:f}, f]", 2.4, "a", -1.3e-7, 2.0),
                  "[2.4,{\"a\":-1.3e-7},2.0]\n"),
       "numbers are written as people write them");
    ok(formats_as(json_pack("{s:[f], s:f}", "a", 0.1 + 0.2, "b", 0x1.fffffffffffffp+1023),
                  "{\"a\":[0.30000000000000004],\"b\":1.7976931348623157e308}\n"),
       "and never lose a digit that counts");
    ok(formats_as(control_text(SLICE_NONE), "\"\"\n"), "no text is the empty string");
}

static bool finds(const char *given, const char *expected, struct complaint *why)
{
    char *path = control_find_socket(given, why);
    bool same = expected == NULL ? path == NULL : path && strcmp(path, expected) == 0;
    free(path);
    return same;
}

static void test_find(void)
{
    struct complaint why = {""};
    char dir[] = "/tmp/conclave-XXXXXX";
    if (mkdtemp(dir) == NULL || chdir(dir) != 0) {
        ok(false, "a directory of our own");
        return;
    }
    unsetenv("CONCLAVE_SOCKET");
    setenv("XDG_RUNTIME_DIR", dir, 1);
    bool system_wide = access("/run/conclave/control.sock", F_OK) == 0;
    if (system_wide) {
        skip("nothing is found", "a node runs on this machine");
    } else {
        ok(finds(NULL, NULL, &why) && strstr(why.text, "./conclave.sock") &&
               strstr(why.text, dir) && strstr(why.text, "/run/conclave/control.sock") &&
               strstr(why.text, "conclaved --config"),
           "nothing is found, and the complaint lists the places");
    }
    char sub[64], runtime[96];
    (void)snprintf(sub, sizeof(sub), "%s/conclave", dir);
    (void)snprintf(runtime, sizeof(runtime), "%s/control.sock", sub);
    (void)mkdir(sub, 0700);
    fclose(fopen(runtime, "w"));
    ok(finds(NULL, runtime, &why), "the socket of the session");
    fclose(fopen("conclave.sock", "w"));
    ok(finds(NULL, "./conclave.sock", &why), "the one here comes before it");
    setenv("CONCLAVE_SOCKET", "/nowhere/at/all", 1);
    ok(finds(NULL, "/nowhere/at/all", &why), "the environment's is taken at its word");
    ok(finds("/given", "/given", &why), "the one given comes first");
    setenv("CONCLAVE_SOCKET", "", 1);
    ok(finds(NULL, "./conclave.sock", &why), "an empty variable names nothing");
    unlink("conclave.sock");
    unlink(runtime);
    rmdir(sub);
    (void)!chdir("/");
    rmdir(dir);
}

int main(void)
{
    test_parse();
    test_depth();
    test_messages();
    test_find();
    return tap_done();
}
