/* SPDX-License-Identifier: ISC */
/* A seat with checks and a journal: what they make of the ballot, and asking again. */
#include "fake_node.h"
#include "tap.h"

#include "agent/journal.h"
#include "base/alloc.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct fake_node node;

static void write_checks(const char *text)
{
    FILE *f = fopen(fake_node_file(&node, "checks"), "we");
    if (f != NULL) {
        (void)fputs(text, f);
        (void)fclose(f);
    }
}

/* A check of the file, run by tests/agent/verify.sh. */
static char *check(const char *name, const char *code, const char *on_failed)
{
    return alloc_printf(
        "{\"name\":\"%s\",\"command\":\"'%s/tests/agent/verify.sh' %s found %s\","
        "\"on_failed\":\"%s\"}",
        name, getenv("top_srcdir"), code, fake_node_file(&node, "marks"), on_failed);
}

static pid_t begin(const char *evaluator, const char *more)
{
    char *options =
        alloc_printf("--checks %s --journal %s %s", fake_node_file(&node, "checks"),
                     fake_node_file(&node, "journal"), more);
    pid_t agent = agent_start(&node, evaluator, options);
    free(options);
    if (!fake_node_attach(&node)) {
        ok(false, "%s: the agent attaches", evaluator);
        (void)agent_stop(agent, SIGKILL);
        exit(tap_done());
    }
    return agent;
}

static void end(pid_t agent)
{
    is(agent_stop(agent, SIGTERM), 0, "the agent stops cleanly");
    (void)unlink(fake_node_file(&node, "checks"));
    (void)unlink(fake_node_file(&node, "journal"));
    fake_node_close(&node);
}

static void next_is(const char *choice, const char *const parts[], const char *name)
{
    json_t *request = fake_node_next(&node, WAIT_MS);
    const json_t *params = json_object_get(request, "params");
    const char *got = json_string_value(json_object_get(params, "choice"));
    const char *text = json_string_value(json_object_get(params, "rationale"));
    bool good = got != NULL && text != NULL && strcmp(got, choice) == 0;
    for (size_t i = 0; good && parts[i] != NULL; i++) {
        good = strstr(text, parts[i]) != NULL;
    }
    if (!ok(good, "%s", name)) {
        printf("# %s: %s\n", got != NULL ? got : "no choice", text != NULL ? text : "");
    }
    fake_node_reply(&node, request, NULL);
    json_decref(request);
}

/* The one line of the journal. */
static struct record journal_line(void)
{
    char *line = NULL;
    size_t room = 0;
    struct record r = {.proposal = NULL};
    struct complaint why = {""};
    FILE *f = fopen(fake_node_file(&node, "journal"), "re");
    ssize_t size = f != NULL ? getline(&line, &room, f) : -1;
    if (size > 0 && journal_decode(slice_of(line, (size_t)size - 1), &r, &why) != 0) {
        printf("# %s\n", why.text);
    }
    ok(size > 0 && strstr(line, "CONCLAVE") == NULL && strstr(line, "s3cret") == NULL &&
           strstr(line, "told.sh") != NULL,
       "the journal names the evaluator without its arguments");
    free(line);
    if (f != NULL) {
        (void)fclose(f);
    }
    return r;
}

/* The exit status of conclave-agent --replay with told.sh, or another evaluator; its output
 * is in "log". */
static int replay_by(const char *script, const char *arguments, const char *more)
{
    char *command = alloc_printf(
        "'%s/conclave-agent' --evaluator \"'%s/tests/agent/%s' %s\" --replay '%s' %s "
        ">'%s' 2>&1",
        getenv("top_builddir"), getenv("top_srcdir"), script, arguments,
        fake_node_file(&node, "journal"), more, fake_node_file(&node, "log"));
    (void)unlink(fake_node_file(&node, "log"));
    int status = system(command);
    free(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int replay(const char *choice, const char *more)
{
    return replay_by("told.sh", choice, more);
}

/* Makes the question of the journal's first line longer than a pipe holds. */
static void lengthen_question(void)
{
    enum { LENGTH = 300000 };
    char *title = alloc_zero(1, LENGTH + 1);
    memset(title, 'x', LENGTH);
    json_t *line =
        json_load_file(fake_node_file(&node, "journal"), JSON_DISABLE_EOF_CHECK, NULL);
    json_t *question = json_object_get(line, "question");
    json_object_set_new(json_object_get(question, "proposal"), "title", json_string(title));
    ok(json_dump_file(line, fake_node_file(&node, "journal"), JSON_COMPACT) == 0,
       "a long question");
    json_decref(line);
    free(title);
}

static void test_replay(void)
{
    is(replay("approve", ""), 0, "an evaluator that answers as then");
    ok(agent_logged(&node, "approve 70") && agent_logged(&node, "1 asked again, 0 differ"),
       "is shown");
    is(replay("reject", ""), 1, "one that answers otherwise");
    ok(agent_logged(&node, "reject 70") && agent_logged(&node, "differs"), "too");
    is(replay("maybe", "--json"), 1, "one that no longer answers");
    ok(agent_logged(&node, "\"then\":{\"choice\":\"approve\",\"confidence\":70") &&
           agent_logged(&node, "\"now\":{\"reason\":\"wrong field: choice must be") &&
           agent_logged(&node, "\"asked\":1,\"differ\":1"),
       "says why, in JSON");
    is(replay("approve", "--proposal ab01"), 0, "one proposal");
    is(replay("approve", "--proposal other"), 2, "one that is not in the journal");
    FILE *f = fopen(fake_node_file(&node, "journal"), "ae");
    if (f != NULL) {
        (void)fputs("{}\n", f);
        (void)fclose(f);
    }
    is(replay("approve", ""), 2, "a broken line");
    ok(agent_logged(&node, "journal:2: proposal is"), "is named");
    lengthen_question();
    is(replay_by("fail.sh", "", ""), 1, "an evaluator that ends without reading it");
    ok(agent_logged(&node, "none: exit code 3"), "has failed, and nothing else");
}

static void test_checks(void)
{
    fake_node_open(&node);
    char *one = check("registry", "0", "abstain"), *two = check("licence", "1", "abstain");
    char *three = check("lost", "7", "abstain");
    char *text = alloc_printf("{\"*\":[%s,%s],\"emergency\":[%s]}", one, two, three);
    write_checks(text);
    pid_t agent = begin("told.sh approve s3cret", "");
    fake_node_ask(&node, "ab01", 60000);
    next_is(
        "abstain",
        (const char *const[]){
            "Abstains although the evaluator approved: the check licence failed: found.",
            "{'name':'registry','passed':true,'detail':'found','facts':{'code':0}}",
            "{'name':'licence','passed':false,'detail':'found','facts':{'code':1}}",
            "{'name':'lost','passed':null,'detail':'exit code 7','facts':null}",
            "Checks: registry passed; licence failed; lost gave no result.", NULL},
        "an approval against a failed check is an abstention");
    ok(agent_logged(&node, "event=check.passed proposal=ab01 check=registry") &&
           agent_logged(&node, "event=check.failed proposal=ab01 check=licence") &&
           agent_logged(&node, "event=check.broken proposal=ab01 check=lost") &&
           agent_logged(&node, "event=check.overridden proposal=ab01 check=licence"),
       "all of it is logged");
    struct record r = journal_line();
    ok(r.answered && r.answer.choice == ANSWER_APPROVE && r.answer.confidence == 70 &&
           strcmp(r.proposal, "ab01") == 0,
       "it holds what the evaluator answered itself");
    is((int64_t)json_array_size(json_object_get(r.question, "checks")), 3,
       "and the question with its checks");
    record_clear(&r);
    test_replay();
    end(agent);
    free(text);
    free(one);
    free(two);
    free(three);
}

static void test_order(void)
{
    fake_node_open(&node);
    char *one = check("a", "0", "tell"), *two = check("b", "1", "tell");
    char *text = alloc_printf("{\"emergency\":[%s,%s]}", one, two);
    write_checks(text);
    pid_t agent = begin("told.sh approve", "--jobs 2");
    fake_node_ask(&node, "ab02", 60000);
    next_is("approve", (const char *const[]){"Checks: a passed; b failed.", NULL},
            "a check that only tells does not override");
    char marks[16] = "";
    FILE *f = fopen(fake_node_file(&node, "marks"), "re");
    size_t size = f != NULL ? fread(marks, 1, sizeof(marks) - 1, f) : 0;
    ok(size == 8 && strncmp(marks, "+\n+\n-\n-\n", 8) == 0,
       "checks run beside each other, before the evaluator");
    if (f != NULL) {
        (void)fclose(f);
    }
    end(agent);

    fake_node_open(&node);
    write_checks(text);
    agent = begin("told.sh approve", "--jobs 1");
    fake_node_ask(&node, "ab03", 300);
    json_t *request = fake_node_next(&node, WAIT_MS);
    ok(request != NULL && agent_logged(&node, "event=check.broken proposal=ab03 check=b "
                                              "reason=\"the deadline passed"),
       "checks that come after the deadline are not run");
    json_decref(request);
    end(agent);
    free(text);
    free(one);
    free(two);
}

static void test_bad_file(void)
{
    fake_node_open(&node);
    write_checks("{\"routine\":[{\"name\":\"n\",\"command\":\"/none/such\"}]}");
    char *options = alloc_printf("--checks %s", fake_node_file(&node, "checks"));
    pid_t agent = agent_start(&node, "good.sh", options);
    is(agent_stop(agent, 0), 2, "checks that cannot run are told at the start");
    ok(agent_logged(&node, "/none/such does not exist"), "with the place");
    (void)unlink(fake_node_file(&node, "checks"));
    fake_node_close(&node);
    free(options);
}

int main(void)
{
    test_checks();
    test_order();
    test_bad_file();
    return tap_done();
}
