/* SPDX-License-Identifier: ISC */
/* Whatever an evaluator does, it gives a ballot or a reason, and leaves no process. */
#include "agent/confine.h"
#include "fake_node.h"
#include "tap.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct fake_node node;

/* One request, which is accepted: its method and whether its texts are as expected. */
static bool next_is(const char *method, const char *proposal, const char *field,
                    const char *says)
{
    json_t *request = fake_node_next(&node, WAIT_MS);
    const json_t *params = json_object_get(request, "params");
    const char *got_method = json_string_value(json_object_get(request, "method"));
    const char *got_id = json_string_value(json_object_get(params, "proposal"));
    const char *text = json_string_value(json_object_get(params, field));
    bool good = got_method != NULL && strcmp(got_method, method) == 0 && got_id != NULL &&
                strcmp(got_id, proposal) == 0 && text != NULL && strstr(text, says) != NULL;
    if (!good) {
        char *shown = json_dumps(request, JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
        printf("# got %s\n", shown != NULL ? shown : "nothing");
        free(shown);
    }
    fake_node_reply(&node, request, NULL);
    json_decref(request);
    return good;
}

static pid_t begin(const char *evaluator, const char *options)
{
    fake_node_open(&node);
    pid_t agent = agent_start(&node, evaluator, options);
    if (!fake_node_attach(&node)) {
        ok(false, "%s: the agent attaches", evaluator);
        (void)agent_stop(agent, SIGKILL);
        exit(tap_done());
    }
    return agent;
}

static void end(pid_t agent, const char *evaluator)
{
    int status = agent_stop(agent, SIGTERM);
    if (!ok(status == 0, "%s: the agent stays up, and stops cleanly", evaluator)) {
        printf("# status %d\n", status);
    }
    fake_node_close(&node);
}

static void answers(const char *evaluator, const char *options, const char *rationale)
{
    pid_t agent = begin(evaluator, options);
    fake_node_ask(&node, "aa01", 60000);
    ok(next_is("agent.answer", "aa01", "rationale", rationale), "%s: answered", evaluator);
    end(agent, evaluator);
}

static void fails(const char *evaluator, const char *options, const char *reason,
                  const char *logged)
{
    pid_t agent = begin(evaluator, options);
    fake_node_ask(&node, "bb02", 60000);
    ok(next_is("agent.failed", "bb02", "reason", reason), "%.50s: fails: %s", evaluator,
       reason);
    ok(agent_logged(&node, logged), "logged");
    end(agent, evaluator);
}

static void test_good(void)
{
    answers("good.sh 'a b' c", "", "read aa01, 2 words");
    answers("good.sh", "", "secret none");
    answers("good.sh", "", "other files none");
    pid_t agent = begin("good.sh", "--name tester");
    fake_node_ask(&node, "aa01", 60000);
    json_t *request = fake_node_next(&node, WAIT_MS);
    const json_t *params = json_object_get(request, "params");
    ok(json_integer_value(json_object_get(params, "confidence")) == 90, "the confidence");
    is((int64_t)json_object_size(params), 4, "four fields");
    json_decref(request);
    end(agent, "good.sh");
}

static void test_rule_file(void)
{
    const char *build = getenv("top_builddir"), *top = getenv("top_srcdir");
    char command[512];
    (void)snprintf(command, sizeof(command),
                   "%s/conclave-eval-rules '%s/contrib/demo/rules/emergency.rules'",
                   build != NULL ? build : "", top != NULL ? top : ".");
    answers(command, "", "Harm is happening now");
}

static void test_output(void)
{
    fails("print.sh nonsense", "", "not one JSON text",
          "event=evaluator.failed proposal=bb02");
    fails("print.sh ''", "", "no output", "reason=\"no output\"");
    fails("print.sh '{} {}'", "", "not one JSON text", "end of file expected");
    fails("print.sh '{}'", "", "wrong field: choice", "wrong field: choice");
    fails("print.sh '[]'", "", "no JSON object", "no JSON object");
    fails("print.sh '{\"choice\":\"approve\",\"confidence\":101,\"rationale\":\"\"}'", "",
          "confidence must be an integer from 0 to 100", "wrong field: confidence");
    fails("print.sh '{\"choice\":\"approve\",\"confidence\":\"9\",\"rationale\":\"\"}'", "",
          "confidence must be an integer", "wrong field: confidence");
    fails("print.sh '{\"choice\":7,\"confidence\":9,\"rationale\":\"\"}'", "",
          "choice must be", "wrong field: choice");
    fails("print.sh "
          "'{\"choice\":\"approve\",\"confidence\":9,\"rationale\":\"\\\\u001b[2J\"}'",
          "", "forbidden character", "forbidden character");
    fails("print.sh "
          "'{\"choice\":\"approve\",\"confidence\":9,\"rationale\":\"\\342\\200\\256\"}'",
          "", "forbidden character", "forbidden character");
    fails("print.sh '\\033[31m{}'", "", "not one JSON text", "reason=");
    fails("flood.sh out", "--max-output 5000", "too long: more than 5000 bytes",
          "too long");
    fails("print.sh '{\"choice\":\"approve\",\"confidence\":9,\"rationale\":\"%04097d\"}'",
          "", "4097 bytes, at most 4096", "rationale has 4097 bytes");
    answers(
        "print.sh '{\"choice\":\"approve\",\"confidence\":9,\"rationale\":\"%04096d\"}'",
        "", "0000");
}

static void test_ends(void)
{
    fails("crash.sh", "", "crashed: signal 11", "crashed: signal 11");
    fails("fail.sh", "", "exit code 3", "stderr=\"cannot reach the model\\x1b[31m\\n\"");
    fails("flood.sh err", "--timeout 400", "too late: killed after", "stderr_dropped=");
    answers("flood.sh err-then-answer", "", "said much");
    answers("close.sh yes", "", "early");
    fails("close.sh no", "", "no output", "no output");
    fails("memory.sh", "--max-memory 100000000", "exit code 9", "exit code 9");
    fails("print.sh '{\"choice\":\"approve\",\"confidence\":9,\"rationale\":\"\"}'",
          "--max-memory 4096", "", "event=evaluator.failed");
}

static void test_never_ends(void)
{
    pid_t agent = begin("endless.sh /dev/null", "--timeout 300");
    fake_node_ask(&node, "cc03", 60000);
    ok(next_is("agent.failed", "cc03", "reason", "its time limit"), "the time limit");
    end(agent, "endless.sh");
    agent = begin("endless.sh /dev/null", "--timeout 60000");
    fake_node_ask(&node, "cc04", 300);
    ok(next_is("agent.failed", "cc04", "reason", "at the proposal's deadline"),
       "the proposal's deadline");
    fake_node_ask(&node, "cc05", -1);
    ok(next_is("agent.failed", "cc05", "reason", "deadline passed"),
       "a deadline that passed is not evaluated at all");
    end(agent, "endless.sh");
}

static void test_processes(void)
{
    char command[256];
    fake_node_open(&node);
    (void)snprintf(command, sizeof(command), "grandchild.sh %s no",
                   fake_node_file(&node, "marks"));
    pid_t agent = agent_start(&node, command, "--timeout 1500");
    ok(fake_node_attach(&node), "grandchildren: the agent attaches");
    fake_node_ask(&node, "dd01", 60000);
    ok(next_is("agent.failed", "dd01", "reason", "too late"),
       "grandchildren that never end");
    ok(all_gone(fake_node_file(&node, "marks"), 3),
       "are killed at the limit, other sessions and orphans included");
    end(agent, "grandchild.sh no");

    fake_node_open(&node);
    (void)snprintf(command, sizeof(command), "grandchild.sh %s yes",
                   fake_node_file(&node, "marks"));
    agent = agent_start(&node, command, "--timeout 30000");
    ok(fake_node_attach(&node), "left behind: the agent attaches");
    fake_node_ask(&node, "dd02", 60000);
    ok(next_is("agent.answer", "dd02", "rationale", "left some behind"),
       "an answer that leaves grandchildren behind counts at once");
    ok(all_gone(fake_node_file(&node, "marks"), 3), "and they are killed");
    end(agent, "grandchild.sh yes");
}

/* What an evaluator reaches of the socket's directory. */
static void reaches(const char *options, bool granted, const char *rationale)
{
    char command[256];
    fake_node_open(&node);
    node.confined = !granted;
    (void)snprintf(command, sizeof(command), "reach.sh %s", node.dir);
    pid_t agent = agent_start(&node, command, options);
    ok(fake_node_attach(&node), "%s: the agent attaches", options);
    fake_node_ask(&node, "ee01", 60000);
    ok(next_is("agent.answer", "ee01", "rationale", rationale), "%s: %s", options,
       rationale);
    end(agent, options);
}

static void test_confinement(void)
{
    struct complaint why;
    reaches("--confine off", false, "listed yes, read yes, written yes, in 0 files");
    if (confine_check(&why) != 0) {
        skip("an evaluator is kept from the node's files", why.text);
        return;
    }
    reaches("--confine on", false, "listed no, read no, written no, in 0 files");
    reaches("--confine require", false, "listed no, read no, written no, in 0 files");
    reaches("--confine on", true, "listed yes, read yes, written yes, in 0 files");
}

int main(void)
{
    test_good();
    test_confinement();
    test_rule_file();
    test_output();
    test_ends();
    test_never_ends();
    test_processes();
    return tap_done();
}
