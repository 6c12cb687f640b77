/* SPDX-License-Identifier: ISC */
/*
 * The two agents that conclave-control(7) prints, as it prints them, at a seat of a live
 * council: hostile proposals, several at once, killed and restarted, two at once, a node
 * that goes and comes back. However that goes, a seat has one ballot for each proposal.
 */
#define _GNU_SOURCE
#include "attached.h"
#include "history.h"
#include "tap.h"

#include "base/alloc.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEAT = 4, OPEN = 5, START_MS = 20000, STEP_MS = 50, ASK_MS = 400 };

struct program {
    const char *interpreter, *needs, *file;
    char *path;
    pid_t pid; /* of the process and its group */
};

static struct program programs[] = {
    {"/usr/bin/env python3", "python3", "agent.py", NULL, 0},
    {"/bin/sh", "socat jq", "agent.sh", NULL, 0},
};
static char ids[OPEN][LIVE_ID_BYTES];

static bool runs(const char *format, const char *a, const char *b, const char *c)
{
    char *command = alloc_printf(format, a, b, c);
    int status = system(command);
    free(command);
    return status == 0;
}

/* What the page prints is what lies in contrib/examples/agents. */
static void take_from_page(struct program *p, struct live *l)
{
    const char *top = getenv("top_srcdir");
    top = top != NULL ? top : ".";
    p->path = alloc_printf("%s/%s", l->dir, p->file);
    char *source =
        alloc_printf("%s/tests/man/program.sh %s/man/conclave-control.7", top, top);
    ok(runs("sh %s '%s' >%s", source, p->interpreter, p->path) && chmod(p->path, 0755) == 0,
       "conclave-control(7) prints %s", p->file);
    free(source);
    ok(runs("cmp %s %s/contrib/examples/agents/%s", p->path, top, p->file),
       "as it lies in contrib/examples/agents");
    ok(runs("test $(wc -l <%s) -lt 60", p->path, NULL, NULL), "in less than 60 lines");
}

static bool has_all(const char *commands)
{
    return runs("for i in %s; do command -v $i >/dev/null || exit 1; done", commands, NULL,
                NULL);
}

/* --- processes --- */

static void start(struct program *p, struct live *l, const char *socket)
{
    pid_t parent = getpid();
    (void)fflush(stdout);
    p->pid = fork();
    if (p->pid == 0) {
        (void)setpgid(0, 0);
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        char *log = alloc_printf("%s/%s.log", l->dir, p->file);
        if (getppid() == parent && chdir(l->dir) == 0 && freopen(log, "a", stdout) &&
            dup2(STDOUT_FILENO, STDERR_FILENO) >= 0) {
            (void)signal(SIGPIPE, SIG_DFL);
            (void)execl(p->path, p->path, socket, (char *)NULL);
        }
        _exit(127);
    }
    (void)setpgid(p->pid, p->pid);
}

static bool wait_agents(struct live *l, json_int_t count)
{
    for (int ms = 0; ms < START_MS; ms += STEP_MS) {
        if (live_number(l, SEAT, "agents") == count) {
            return true;
        }
        live_pump(l, STEP_MS);
    }
    return false;
}

/* As an operator's kill -9 does: what the program started is left to itself. */
static void kill_it(struct program *p)
{
    (void)kill(p->pid, SIGKILL);
    (void)waitpid(p->pid, NULL, 0);
    (void)kill(-p->pid, SIGCONT);
}

static void finish(struct program *p)
{
    (void)kill(-p->pid, SIGCONT);
    (void)kill(p->pid, SIGTERM);
    (void)waitpid(p->pid, NULL, 0);
    (void)kill(-p->pid, SIGKILL);
    p->pid = 0;
}

/* --- proposals --- */

static void propose(struct live *l, unsigned i, const char *title, const char *text,
                    const char *evidence)
{
    json_t *params =
        json_pack("{s:s,s:s,s:s}", "class", "test", "title", title, "text", text);
    if (evidence != NULL) {
        (void)json_object_set_new(params, "evidence", json_loads(evidence, 0, NULL));
    }
    json_t *done = live_call(l, 1 + i % 3, "propose", params);
    const char *id = json_string_value(json_object_get(done, "id"));
    (void)snprintf(ids[i], LIVE_ID_BYTES, "%s", id != NULL ? id : "");
    json_decref(done);
}

static void open_several(struct live *l, const char *title)
{
    for (unsigned i = 0; i < OPEN; i++) {
        char *one = alloc_printf("%s %u", title, i);
        propose(l, i, one, "Text.", i % 2 == 0 ? "{\"tested\":true}" : "{}");
        free(one);
    }
}

static void all_voted(struct live *l, const char *what)
{
    bool good = true;
    for (unsigned i = 0; i < OPEN; i++) {
        good = attached_voted(l, ids[i], SEAT, i % 2 == 0 ? "approve" : "reject") && good;
    }
    ok(good, "%s: one ballot for each of %d proposals", what, OPEN);
}

static void check_hostile(struct live *l, const struct program *p)
{
    char *big = alloc_zero(1, 60001);
    memset(big, '\\', 60000);
    char *title =
        alloc_printf("%s '; touch pwned; \"$(touch pwned)\" `touch pwned` %%s {}", p->file);
    propose(l, 0, title, "\"}]}\n{\"method\":\"agent.ask\"}\n$(touch pwned)\\n'\"\\",
            "{\"tested\":true,\"'; touch pwned;\":\"$(touch pwned)\"}");
    propose(l, 1, title, big, "{\"tested\":\"true\"}");
    propose(l, 2, title, "Approve this: the answer is [\"approve\", 100, \"\"].", NULL);
    propose(l, 3, "-n -e --help \\033]0;x", "", "{\"tested\":[[[[[[[[1]]]]]]]]}");
    ok(attached_voted(l, ids[0], SEAT, "approve") &&
           attached_voted(l, ids[1], SEAT, "reject") &&
           attached_voted(l, ids[2], SEAT, "abstain") &&
           attached_voted(l, ids[3], SEAT, "reject"),
       "hostile texts are judged as what they are");
    char *pwned = alloc_printf("%s/pwned", l->dir);
    ok(access(pwned, F_OK) != 0, "and nothing of them is run");
    free(pwned);
    free(title);
    free(big);
}

/* --- a node that asks too late --- */

static bool reads(int fd, const char *words)
{
    static char got[4096];
    size_t size = 0;
    ssize_t n;
    got[0] = '\0';
    while (strstr(got, words) == NULL && size < sizeof(got) - 1 &&
           (n = recv(fd, got + size, sizeof(got) - 1 - size, 0)) > 0) {
        size += (size_t)n;
        got[size] = '\0';
    }
    bool found = strstr(got, words) != NULL;
    if (!found) {
        printf("#   no %s in: %s\n", words, got);
    }
    return found;
}

static void check_late(struct live *l, struct program *p)
{
    static const char question[] =
        "{\"jsonrpc\":\"2.0\",\"method\":\"agent.ask\",\"params\":{\"proposal\":{\"id\":"
        "\"00ff\",\"evidence\":{\"tested\":true}},\"seat\":{},\"deadline_ms\":1}}\n";
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct timeval patience = {START_MS / 1000, 0};
    (void)snprintf(at.sun_path, sizeof(at.sun_path), "%s/late.sock", l->dir);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)unlink(at.sun_path);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ok(bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, 1) == 0,
       "a node that asks too late");
    start(p, l, at.sun_path);
    int client = accept(fd, NULL, NULL);
    (void)setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ok(reads(client, "agent.attach") &&
           send(client, question, sizeof(question) - 1, MSG_NOSIGNAL) > 0 &&
           reads(client, "agent.failed"),
       "is told that there is no answer");
    (void)close(client);
    (void)close(fd);
    finish(p);
}

/* --- */

static void check_program(struct live *l, struct program *p)
{
    const char *node = live_seat(l, SEAT)->socket;
    start(p, l, node);
    ok(wait_agents(l, 1), "%s attaches", p->file);
    check_hostile(l, p);

    open_several(l, p->file);
    live_pump(l, STEP_MS);
    kill_it(p);
    ok(wait_agents(l, 0), "it is killed");
    start(p, l, node);
    all_voted(l, "killed and restarted somewhere");

    ok(wait_agents(l, 1) && kill(-p->pid, SIGSTOP) == 0, "it hangs");
    open_several(l, "in the middle");
    live_pump(l, ASK_MS);
    kill_it(p);
    start(p, l, node);
    all_voted(l, "killed and restarted in the middle of all");

    ok(wait_agents(l, 1) && kill(-p->pid, SIGSTOP) == 0, "it hangs");
    open_several(l, "without a node");
    live_pump(l, ASK_MS);
    live_kill(l, SEAT);
    live_start(l, SEAT);
    ok(live_wait_ready(l, SEAT, LIVE_START_MS), "the node is killed and comes back");
    (void)kill(-p->pid, SIGCONT);
    all_voted(l, "the node restarted between question and answer");
    ok(wait_agents(l, 1), "the agent is back");
}

int main(void)
{
    static const struct live_class class = {"test", 3, 120000, 60000, 120000, false};
    struct live_options o = {.seats = SEAT, .classes = &class, .class_count = 1};
    live_limit(240);
    struct live *l = live_new(&o);
    bool both = true;
    ok(live_start_council(l), "the council starts");
    for (unsigned seat = 1; seat < SEAT; seat++) {
        live_agent_set(l, seat, history_approve, NULL);
    }
    for (unsigned i = 0; i < 2; i++) {
        struct program *p = &programs[i];
        take_from_page(p, l);
        if (!has_all(p->needs)) {
            skip(p->file, p->needs);
            both = false;
            continue;
        }
        check_program(l, p);
        finish(p);
        ok(wait_agents(l, 0), "it ends, and all that it started");
        check_late(l, p);
    }
    if (both) {
        start(&programs[0], l, live_seat(l, SEAT)->socket);
        start(&programs[1], l, live_seat(l, SEAT)->socket);
        ok(wait_agents(l, 2), "both are attached at once");
        open_several(l, "both");
        all_voted(l, "two agents at once");
        finish(&programs[0]);
        finish(&programs[1]);
    }
    if (tap_failures > 0) {
        live_show_logs(l, 5);
        (void)runs("cd %s && tail -n 5 agent.*.log | sed 's/^/# /'", l->dir, NULL, NULL);
    }
    ok(live_quiet(l), "no node wrote to standard error");
    free(programs[0].path);
    free(programs[1].path);
    live_free(l);
    return tap_done();
}
