/* SPDX-License-Identifier: ISC */
/* The agent and its node: many proposals at once, restarts of either side, options. */
#include "agent/confine.h"
#include "fake_node.h"
#include "tap.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fake_node node;

static pid_t begin(const char *seconds, const char *options)
{
    char command[256];
    fake_node_open(&node);
    (void)snprintf(command, sizeof(command), "once.sh %s %s",
                   fake_node_file(&node, "marks"), seconds);
    pid_t agent = agent_start(&node, command, options);
    ok(fake_node_attach(&node), "the agent attaches");
    return agent;
}

static void end(pid_t agent)
{
    is(agent_stop(agent, SIGTERM), 0, "the agent stops cleanly");
    fake_node_close(&node);
}

/* The proposal of the next answer, copied to id; whether there was one. It is accepted. */
static bool next_answer(char id[8], int wait_ms)
{
    json_t *request = fake_node_next(&node, wait_ms);
    const char *method = json_string_value(json_object_get(request, "method"));
    const char *text =
        json_string_value(json_object_get(json_object_get(request, "params"), "proposal"));
    bool found = method != NULL && strcmp(method, "agent.answer") == 0 && text != NULL;
    (void)snprintf(id, 8, "%s", found ? text : "");
    if (found) {
        fake_node_reply(&node, request, NULL);
    }
    json_decref(request);
    return found;
}

static bool answered(const char *expected)
{
    char id[8];
    return next_answer(id, WAIT_MS) && strcmp(id, expected) == 0;
}

/* The most evaluators that ran at once, by the marks they left. */
static int most_at_once(const char *path)
{
    FILE *f = fopen(path, "re");
    int now = 0, most = 0, c;
    while (f != NULL && (c = getc(f)) != EOF) {
        now += c == '+' ? 1 : c == '-' ? -1 : 0;
        most = now > most ? now : most;
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    return most;
}

static void test_jobs(void)
{
    pid_t agent = begin("0.4", "--jobs 3");
    unsigned seen = 0;
    for (int i = 0; i < 9; i++) {
        char id[8];
        (void)snprintf(id, sizeof(id), "p%d", i);
        fake_node_ask(&node, id, 60000 + i);
    }
    for (int i = 0; i < 9; i++) {
        char id[8];
        if (next_answer(id, WAIT_MS)) {
            seen |= 1U << (id[1] - '0');
        }
    }
    is(seen, 0x1ff, "nine proposals at once are all answered");
    is(most_at_once(fake_node_file(&node, "marks")), 3, "three at a time");
    is(count_in_file(fake_node_file(&node, "marks"), '+'), 9, "each once");
    end(agent);
}

static void test_order(void)
{
    pid_t agent = begin("0.3", "--jobs 1");
    fake_node_ask(&node, "first", 60000);
    (void)wait_for_marks(fake_node_file(&node, "marks"), '+', 1);
    fake_node_ask(&node, "late", 50000);
    fake_node_ask(&node, "soon", 20000);
    ok(answered("first"), "what runs is not interrupted");
    ok(answered("soon"), "then the nearest deadline");
    ok(answered("late"), "then the others");
    end(agent);
}

static void test_node_restarts(void)
{
    char id[8];
    pid_t agent = begin("0.8", "");
    const char *marks = fake_node_file(&node, "marks");
    fake_node_ask(&node, "aa", 60000);
    fake_node_ask(&node, "aa", 60000);
    (void)wait_for_marks(marks, '+', 1);
    fake_node_hang_up(&node);
    sleep_ms(150);
    fake_node_listen(&node);
    ok(fake_node_attach(&node), "the agent comes back while an evaluator runs");
    fake_node_ask(&node, "aa", 60000);
    ok(answered("aa"), "and answers");
    ok(!next_answer(id, 1200), "once");
    is(count_in_file(fake_node_file(&node, "marks"), '+'), 1, "after one evaluation");
    ok(agent_logged(&node, "event=node.lost"), "the loss is logged");

    fake_node_ask(&node, "bb", 60000);
    (void)wait_for_marks(fake_node_file(&node, "marks"), '+', 2);
    fake_node_hang_up(&node);
    (void)wait_for_marks(fake_node_file(&node, "marks"), '-', 2);
    sleep_ms(300);
    fake_node_listen(&node);
    ok(fake_node_attach(&node), "the agent comes back after one has ended");
    fake_node_ask(&node, "bb", 60000);
    ok(answered("bb"), "and gives the answer that it kept");
    ok(!next_answer(id, 500), "once");
    fake_node_ask(&node, "bb", 60000);
    ok(answered("bb"), "and again to a node that asks again");
    is(count_in_file(fake_node_file(&node, "marks"), '+'), 2, "without another evaluation");
    end(agent);
}

/* The node breaks before it has read the answer: it is not lost. */
static void test_unread_answer(void)
{
    pid_t agent = begin("0", "");
    fake_node_ask(&node, "cc", 60000);
    json_t *request = fake_node_next(&node, WAIT_MS);
    ok(request != NULL, "an answer that the node has not confirmed");
    json_decref(request);
    fake_node_hang_up(&node);
    fake_node_listen(&node);
    ok(fake_node_attach(&node), "when the node comes back");
    ok(answered("cc"), "is sent again, unasked");
    end(agent);
}

static void test_refused(void)
{
    char id[8];
    pid_t agent = begin("0", "");
    fake_node_ask(&node, "dd", 60000);
    json_t *request = fake_node_next(&node, WAIT_MS);
    fake_node_reply(&node, request, "SEALED has ended\x1b[0m");
    json_decref(request);
    ok(!next_answer(id, 300), "an answer that the node refused is not sent again");
    ok(agent_logged(&node, "event=answer.refused proposal=dd code=-32001 "
                           "reason=\"SEALED has ended\\"),
       "the refusal is logged");
    end(agent);

    fake_node_open(&node);
    node.refuses_attach = true;
    agent = agent_start(&node, "good.sh", "");
    ok(fake_node_attach(&node), "an agent that is not allowed to attach");
    node.refuses_attach = false;
    (void)close(node.client);
    ok(fake_node_attach(&node), "tries again");
    ok(agent_logged(&node, "reason=\"not an agent of this seat\""),
       "with the reason logged");
    fake_node_ask(&node, "ee", 60000);
    ok(answered("ee"), "and works when it is allowed");
    end(agent);
}

static void test_odd_node(void)
{
    pid_t agent = begin("0", "");
    fake_node_send(&node,
                   "nonsense\n\n[]\n7\n{\"method\":\"agent.ask\"}\n"
                   "{\"method\":\"agent.ask\",\"params\":{\"proposal\":[]}}\n"
                   "{\"method\":\"agent.ask\",\"params\":{\"proposal\":{\"id\":\"\"}}}\n"
                   "{\"method\":\"agent.ask\",\"params\":{\"proposal\":{\"id\":7}}}\n"
                   "{\"method\":\"other\",\"params\":{}}\n{\"id\":0}\n{\"id\":999}\n"
                   "{\"id\":\"x\",\"error\":7}\n{\"id\":3,\"error\":{}}\n"
                   "{\"method\":\"agent.ask\",\"params\":{\"proposal\":{\"id\":\"f");
    sleep_ms(100);
    fake_node_send(&node, "f\"}}}\n");
    ok(answered("ff"),
       "the agent lives through odd lines, and reads one that comes in parts");
    ok(agent_logged(&node, "event=node.bad-line") &&
           agent_logged(&node, "event=node.bad-ask"),
       "and logs them");
    char *flood = malloc(2000001);
    memset(flood, 'x', 2000000);
    flood[2000000] = '\0';
    fake_node_send(&node, flood);
    free(flood);
    (void)close(node.client);
    ok(fake_node_attach(&node), "a line without end breaks the connection, not the agent");
    end(agent);
}

static void test_stop(void)
{
    char command[256];
    for (int signal = SIGTERM; signal != 0; signal = signal == SIGTERM ? SIGKILL : 0) {
        fake_node_open(&node);
        (void)snprintf(command, sizeof(command), "endless.sh %s",
                       fake_node_file(&node, "marks"));
        pid_t agent = agent_start(&node, command, "--timeout 60000");
        ok(fake_node_attach(&node), "the agent attaches");
        fake_node_ask(&node, "aa", 60000);
        fake_node_ask(&node, "bb", 60000);
        (void)wait_for_marks(fake_node_file(&node, "marks"), '\n', 2);
        is(agent_stop(agent, signal), signal == SIGTERM ? 0 : -2, strsignal(signal));
        ok(all_gone(fake_node_file(&node, "marks"), 2), "kills what runs");
        fake_node_close(&node);
    }
    fake_node_open(&node);
    fake_node_hang_up(&node);
    pid_t agent = agent_start(&node, "good.sh", "");
    sleep_ms(500);
    is(agent_stop(agent, SIGTERM), 0, "stops where there is no node");
    ok(agent_logged(&node, "event=node.unreachable"), "which it has logged");
    fake_node_close(&node);
}

/* What reach.sh says of the socket's directory. */
static void reaches_nothing(void)
{
    fake_node_ask(&node, "aa", 60000);
    json_t *request = fake_node_next(&node, WAIT_MS);
    const char *said =
        json_string_value(json_object_get(json_object_get(request, "params"), "rationale"));
    ok(said != NULL, "and answers");
    if (confine_landlock() == 0) {
        skip("its evaluators cannot read what is there", "this kernel has no Landlock");
    } else if (!ok(said != NULL && strstr(said, "listed no, read no, written no") != NULL,
                   "its evaluators cannot read what is there")) {
        printf("# %s\n", said);
    }
    json_decref(request);
}

/* Nobody named a socket, and the node begins after the agent. */
static void test_no_socket_yet(void)
{
    if (access("/run/conclave/control.sock", F_OK) == 0) {
        skip("an agent that begins before its node", "a node runs on this machine");
        return;
    }
    fake_node_open(&node);
    fake_node_hang_up(&node);
    node.unnamed = node.confined = true;
    char command[256];
    (void)snprintf(command, sizeof(command), "reach.sh %s", node.dir);
    pid_t agent = agent_start(&node, command, "");
    bool logged = false;
    for (int i = 0; i < WAIT_MS / 10 && !logged; i++) {
        sleep_ms(10);
        logged = count_in_file(fake_node_file(&node, "log"), '\n') >= 3;
    }
    ok(logged && agent_logged(&node, "reason=\"no control socket found; tried "),
       "an agent that begins before its node says where it looks");
    fake_node_listen(&node);
    ok(fake_node_attach(&node), "and finds it when it is there");
    reaches_nothing();
    end(agent);
}

/* The socket is named, but its directory is only made when the node begins. */
static void test_no_directory_yet(void)
{
    char above[sizeof(node.dir)], command[256], options[256];
    fake_node_open(&node);
    fake_node_hang_up(&node);
    node.confined = true;
    memcpy(above, node.dir, sizeof(above));
    (void)snprintf(command, sizeof(command), "reach.sh %s/node", above);
    (void)snprintf(options, sizeof(options), "--socket %s/node/conclave.sock", above);
    pid_t agent = agent_start(&node, command, options);
    (void)wait_for_marks(fake_node_file(&node, "log"), '\n', 3);
    ok(agent_logged(&node, "event=node.unreachable"),
       "an agent begins before there is the directory of its socket");
    (void)snprintf(node.dir, sizeof(node.dir), "%.*s/node", (int)sizeof(node.dir) - 6,
                   above);
    is(mkdir(node.dir, 0700), 0, "the node makes it");
    fake_node_listen(&node);
    ok(fake_node_attach(&node), "the agent attaches");
    reaches_nothing();
    is(agent_stop(agent, SIGTERM), 0, "the agent stops cleanly");
    fake_node_close(&node);
    memcpy(node.dir, above, sizeof(above));
    fake_node_close(&node);
}

static void test_once(void)
{
    pid_t agent = begin("0", "--once");
    fake_node_ask(&node, "aa", 60000);
    ok(answered("aa"), "--once answers");
    is(agent_stop(agent, 0), 0, "and ends by itself");
    fake_node_close(&node);
    agent = begin("0", "--once");
    fake_node_ask(&node, "bb", 60000);
    json_t *request = fake_node_next(&node, WAIT_MS);
    fake_node_reply(&node, request, "no");
    json_decref(request);
    is(agent_stop(agent, 0), 1, "with 1 when the node refused the answer");
    fake_node_close(&node);
}

static void refused_options(const char *evaluator, const char *options, const char *says)
{
    fake_node_open(&node);
    pid_t agent = agent_start(&node, evaluator, options);
    is(agent_stop(agent, 0), 2, options);
    ok(agent_logged(&node, says), "says: %s", says);
    fake_node_close(&node);
}

static void test_options(void)
{
    refused_options("good.sh", "--timeout 0", "--timeout is a number from 1 to");
    refused_options("good.sh", "--timeout -1", "--timeout is a number from 1 to");
    refused_options("good.sh", "--timeout 10x", "--timeout is a number from 1 to");
    refused_options("good.sh", "--jobs 65", "--jobs is a number from 1 to 64");
    refused_options("good.sh", "--max-output 99999999", "--max-output is a number");
    refused_options("good.sh", "--max-memory 99999999999999999999",
                    "--max-memory is a number");
    refused_options(
        "good.sh",
        "--name 12345678901234567890123456789012345678901234567890123456789012345",
        "1 to 64 bytes");
    refused_options("good.sh", "--log-level loud", "debug, info, warn or error");
    refused_options("good.sh", "--log-format xml", "logfmt or json");
    refused_options("good.sh", "--confine maybe", "--confine is on, require or off");
    refused_options("good.sh", "--max-processes x", "--max-processes is a number from 0");
    refused_options("good.sh", "--max-processes 4001", "is a number from 0 to 4000");
    refused_options("good.sh", "--frobnicate", "frobnicate");
    refused_options("good.sh", "more", "unexpected argument");
    refused_options("none.sh", "--once", "does not exist");
    refused_options("good.sh 'x", "--once", "left open");
    refused_options("/etc/passwd", "--once", "no executable file");
}

int main(void)
{
    test_jobs();
    test_order();
    test_node_restarts();
    test_unread_answer();
    test_refused();
    test_odd_node();
    test_stop();
    test_no_socket_yet();
    test_no_directory_yet();
    test_once();
    test_options();
    return tap_done();
}
