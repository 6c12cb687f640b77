/* SPDX-License-Identifier: ISC */
/* The command line against a live council: texts, JSON, exit codes. */
#include "live.h"
#include "tap.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUN_MS = 20000, ARGUMENTS_MAX = 16 };

/* The title says what to vote; "silent" gets no ballot of seats 2 to 4. */
static bool vote(void *context, unsigned seat, const json_t *params,
                 struct live_ballot *out)
{
    const json_t *proposal = json_object_get(params, "proposal");
    const char *title = json_string_value(json_object_get(proposal, "title"));
    (void)context;
    out->choice = strncmp(title, "good", 4) == 0 ? "approve" : "reject";
    out->rationale = "because of the title";
    return strncmp(title, "silent", 6) != 0 || seat == 1;
}

/* Runs conclave with these words, separated by '|', at seat 1's node. */
static struct live_output run(struct live *l, const char *words)
{
    const char *argv[ARGUMENTS_MAX] = {"conclave"};
    char *copy = alloc_string(words), *rest = copy;
    size_t count = 1;
    for (char *word; (word = strsep(&rest, "|")) != NULL && count < ARGUMENTS_MAX - 3;) {
        argv[count++] = word;
    }
    argv[count++] = "--socket";
    argv[count++] = live_seat(l, 1)->socket;
    struct live_output o = live_run(l, RUN_MS, argv);
    free(copy);
    return o;
}

static bool fits(const char *text, const char *expected)
{
    return expected == NULL ||
           (*expected == '\0' ? *text == '\0' : strstr(text, expected) != NULL);
}

/* Exit status as expected; text on the right channel only. NULL: any text. */
static void check(struct live *l, const char *words, int status, const char *out,
                  const char *err)
{
    struct live_output o = run(l, words);
    bool good = o.status == status && fits(o.out, out) && fits(o.err, err);
    if (!ok(good, "conclave %s: %d", words, status)) {
        printf("#   status %d\n#   out: %s\n#   err: %s\n", o.status, o.out, o.err);
    }
    live_output_free(&o);
}

/* One JSON text, and nothing else. */
static json_t *read_json(struct live *l, const char *words, int status)
{
    struct live_output o = run(l, words);
    json_t *value = json_loads(o.out, 0, NULL);
    if (!ok(o.status == status && value != NULL && *o.err == '\0', "conclave %s: JSON",
            words)) {
        printf("#   status %d\n#   out: %.300s\n#   err: %s\n", o.status, o.out, o.err);
    }
    live_output_free(&o);
    return value;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

/* Every command that reads, twice. Texts must name what the JSON says. */
static void check_reading(struct live *l, const char *id)
{
    char words[160];
    check(l, "status", 0, "Seat 1", "");
    check(l, "seats", 0, "Seat 4", "");
    check(l, "proposals", 0, "good one", "");
    check(l, "proposals|--state|final|--limit|1", 0, "bad two", "");
    check(l, "ledger", 0, "Seat 1", "");
    (void)snprintf(words, sizeof(words), "show|%s", id);
    check(l, words, 0, "because of the title", "");
    (void)snprintf(words, sizeof(words), "show|%.8s", id);
    check(l, words, 0, "good one", "");

    json_t *v = read_json(l, "status|--json", 0);
    is(json_integer_value(json_object_get(v, "seats")), 4, "status: seats");
    is(json_integer_value(json_object_get(v, "connected")), 3, "status: connected");
    json_decref(v);
    v = read_json(l, "seats|--json", 0);
    is((int64_t)json_array_size(v), 4, "seats: one row each");
    json_decref(v);
    v = read_json(l, "proposals|--json", 0);
    ok(json_is_array(json_object_get(v, "proposals")) || json_is_array(v),
       "proposals: a list");
    json_decref(v);
    (void)snprintf(words, sizeof(words), "show|%s|--json", id);
    v = read_json(l, words, 0);
    ok(strcmp(text_of(v, "outcome"), "approved") == 0, "show: the outcome");
    is((int64_t)json_array_size(json_object_get(v, "seats")), 4,
       "show: the seats' ballots");
    json_int_t height = json_integer_value(json_object_get(v, "opened_height"));
    json_decref(v);
    json_decref(read_json(l, "ledger|--json", 0));
    (void)snprintf(words, sizeof(words), "ledger|%lld", (long long)height);
    check(l, words, 0, "good one", "");
    (void)snprintf(words, sizeof(words), "ledger|%lld|--json", (long long)height);
    v = read_json(l, words, 0);
    is(json_integer_value(json_object_get(v, "height")), height, "ledger: the block");
    json_decref(v);
}

static void check_proposing(struct live *l, char id[LIVE_ID_BYTES])
{
    json_t *v =
        read_json(l, "propose|--class|test|--title|good one|--nonce|aa01|--wait|--json", 0);
    (void)snprintf(id, LIVE_ID_BYTES, "%s", text_of(v, "id"));
    ok(strlen(id) == LIVE_ID_BYTES - 1, "the id");
    ok(strcmp(text_of(v, "outcome"), "approved") == 0, "and the outcome: approved");
    json_decref(v);
    check(l, "propose|--class|test|--title|good one|--nonce|aa01|--wait", 0, id, "");
    v = read_json(l, "propose|--class|test|--title|good one|--nonce|aa01|--json", 0);
    ok(strcmp(text_of(v, "id"), id) == 0, "the same nonce is the same proposal");
    json_decref(v);
    check(l, "propose|--class|test|--title|bad one|--wait", 3, "rejected", "");
    v = read_json(l, "propose|--class|test|--title|bad two|--wait|--json", 3);
    ok(strcmp(text_of(v, "outcome"), "rejected") == 0, "and the outcome: rejected");
    json_decref(v);
    check(l, "propose|--class|slow|--title|silent|--wait|--timeout|1", 1, NULL,
          "not decided yet");
}

static void check_refusals(struct live *l)
{
    check(l, "propose|--class|test", 2, "", "title");
    check(l, "propose|--title|x", 2, "", "class");
    check(l, "propose|--class|nonsense|--title|x", 1, "", "test");
    check(l, "propose|--class|test|--title|x|--nonce|xyz", 1, "", "nonce");
    check(l, "propose|--class|test|--title|x|--text|/does/not/exist", 1, "",
          "/does/not/exist");
    char words[256];
    (void)snprintf(words, sizeof(words), "propose|--class|test|--title|x|--evidence|%s",
                   live_seat(l, 1)->config);
    check(l, words, 1, "", "JSON");
    check(l, "show", 2, "", "ID is missing");
    check(l, "show|zz", 2, "", "hexadecimal");
    check(l, "show|00000000000000", 1, "", "no proposal");
    check(l, "ledger|99999999", 1, "", "99999999");
    check(l, "ledger|x", 2, "", "no height");
    check(l, "status|--nonsense", 2, "", "nonsense");
    check(l, "nonsense", 2, "", "nonsense");
    const char *argv[] = {"conclave", "status", "--socket", "/does/not/exist", NULL};
    struct live_output o = live_run(l, RUN_MS, argv);
    ok(o.status == 1 && strstr(o.err, "/does/not/exist") != NULL,
       "no node there: 1, and the socket is named");
    live_output_free(&o);
}

int main(void)
{
    const struct live_class classes[] = {{"test", 0, 30000, 30000, 500, false},
                                         {"slow", 0, 600000, 600000, 500, false}};
    struct live_options o = {.seats = 4, .classes = classes, .class_count = 2};
    char id[LIVE_ID_BYTES];
    live_limit(100);
    struct live *l = live_new(&o);
    ok(live_start_council(l), "the council starts");
    live_agent_set(l, 0, vote, NULL);
    check_proposing(l, id);
    check_reading(l, id);
    check_refusals(l);
    live_kill(l, 1);
    check(l, "status", 1, "", "listens");
    if (tap_failures > 0) {
        live_show_logs(l, 5);
    }
    ok(live_quiet(l), "no node wrote to standard error");
    live_free(l);
    return tap_done();
}
