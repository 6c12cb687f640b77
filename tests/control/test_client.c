/* SPDX-License-Identifier: ISC */
/* The blocking client against a server in another process, and roles by real uids. */
#define _GNU_SOURCE
#include "fixture.h"

#include "base/log.h"
#include "control/client.h"
#include "tap.h"

#include <grp.h>
#include <signal.h>
#include <sys/wait.h>

static pid_t serve(struct fixture *f)
{
    fixture_start(f);
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        (void)alarm(60);
        ev_loop_fork(f->loop);
        ev_run(f->loop, 0);
        _exit(0);
    }
    return pid;
}

static void stop(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}

static void test_calls(void)
{
    struct fixture f;
    struct complaint why = {""};
    struct control_client *c = NULL;
    fixture_init(&f);
    is(control_connect(f.path, &c, &why), CONCLAVE_ENOENT, "no socket");
    ok(strstr(why.text, "conclaved --config") != NULL, "says what to do: %s", why.text);
    pid_t pid = serve(&f);
    is(control_connect(f.path, &c, &why), 0, "connects");
    json_t *result = NULL;
    is(control_call(c, "echo", json_pack("{s:s}", "k", "v"), &result, 5000, &why), 0,
       "a call");
    ok(strcmp(json_string_value(json_object_get(result, "k")), "v") == 0, "its result");
    json_decref(result);
    is(control_call(c, "fail", NULL, &result, 5000, &why), CONCLAVE_ENOENT, "not found");
    ok(strcmp(why.text, "nothing by that name") == 0, "in the node's words");
    is(control_call(c, "nothing", NULL, &result, 5000, &why), CONCLAVE_EINVAL,
       "an unknown method");
    is(control_call(c, "mute", NULL, &result, 5000, &why), CONCLAVE_EIO, "internal");
    json_t *big = NULL;
    is(control_call(c, "big", json_pack("{s:i}", "size", 1000000), &big, 5000, &why), 0,
       "an answer of a million bytes");
    is((int64_t)json_string_length(big), 1000000, "has them all");
    is(control_call(c, "echo", json_pack("{s:O,s:O}", "a", big, "b", big), &result, 5000,
                    &why),
       CONCLAVE_ELIMIT, "a request longer than a line is not sent");
    json_decref(big);

    is(control_call(c, "subscribe", NULL, &result, 5000, &why), 0, "subscribes");
    json_decref(result);
    for (int i = 0; i < 3; i++) {
        is(control_call(c, "publish", json_pack("{s:s}", "name", "x"), &result, 5000, &why),
           0, "publishes: the event comes before the answer");
        json_decref(result);
    }
    for (int i = 1; i <= 3; i++) {
        json_t *event = NULL;
        is(control_next(c, &event, 5000), 0, "the event was kept");
        json_t *params = json_object_get(event, "params");
        is(json_integer_value(json_object_get(params, "seq")), i, "in its order");
        json_decref(event);
    }
    json_t *none = NULL;
    is(control_next(c, &none, 50), CONCLAVE_EAGAIN, "no more");
    json_int_t id = control_send(c, "echo", NULL);
    ok(id > 0, "sends without waiting");
    is(control_next(c, &result, 5000), 0, "the answer comes later");
    is(json_integer_value(json_object_get(result, "id")), id, "to that request");
    json_decref(result);

    (void)kill(pid, SIGSTOP);
    is(control_call(c, "echo", NULL, &result, 100, &why), CONCLAVE_EAGAIN,
       "a node that hangs");
    stop(pid);
    is(control_call(c, "echo", NULL, &result, 5000, &why), CONCLAVE_ECLOSED,
       "a node that died");
    control_disconnect(c);
    /* Our copy of the listening socket was the last. */
    (void)close(f.server->listener.fd);
    is(control_connect(f.path, &c, &why), CONCLAVE_ECLOSED, "its socket is stale");
    fixture_free(&f);
}

/* What a client of these identities is answered; in another process, since becoming
 * another user is for good. */
static void ask_as(const struct fixture *f, uid_t uid, gid_t gid, gid_t extra,
                   const char *method, char *out, size_t size)
{
    int pipes[2];
    out[0] = '\0';
    if (pipe(pipes) != 0) {
        return;
    }
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        struct control_client *c = NULL;
        struct complaint why = {""};
        json_t *result = NULL;
        bool became = setgroups(extra != 0, &extra) == 0 && setresgid(gid, gid, gid) == 0 &&
                      setresuid(uid, uid, uid) == 0;
        int error = became ? control_connect(f->path, &c, &why) : CONCLAVE_EINVAL;
        if (error == 0) {
            error = control_call(c, method, NULL, &result, 5000, &why);
        }
        char *text = error == 0 ? json_dumps(result, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
        const char *said = text != NULL ? text : why.text;
        (void)!write(pipes[1], said, strlen(said));
        _exit(0);
    }
    (void)close(pipes[1]);
    size_t got = 0;
    ssize_t n;
    while ((n = read(pipes[0], out + got, size - 1 - got)) > 0) {
        got += (size_t)n;
    }
    out[got] = '\0';
    (void)close(pipes[0]);
    (void)waitpid(pid, NULL, 0);
}

enum { OWN_UID = 40000, READERS = 41000, COUNCILLORS = 42000 };

static unsigned roles_of(uid_t uid, gid_t group, const struct control_server_config *c)
{
    gid_t list[] = {50000, group};
    struct control_peer peer = {uid, list[0], 1};
    struct control_groups groups = {list, 2};
    return control_roles_of(&peer, &groups, OWN_UID, READERS, c);
}

static void test_roles(void)
{
    static uid_t agents[] = {40001}, operators[] = {40002, 40003};
    static gid_t councillors[] = {COUNCILLORS};
    struct control_server_config c = {.agents = {.users = agents, .user_count = 1},
                                      .operators = {operators, 2, councillors, 1}};
    unsigned roles = roles_of(50000, 50000, &c);
    ok(!control_roles_allow(roles, ROLE_READ) && !control_roles_allow(roles, ROLE_AGENT) &&
           !control_roles_allow(roles, ROLE_OPERATE) &&
           !control_roles_allow(roles, ROLE_ADMINISTER),
       "a stranger may do nothing");
    roles = roles_of(50000, READERS, &c);
    ok(control_roles_allow(roles, ROLE_READ) && !control_roles_allow(roles, ROLE_AGENT) &&
           !control_roles_allow(roles, ROLE_OPERATE),
       "the group may read");
    roles = roles_of(40001, 50000, &c);
    ok(control_roles_allow(roles, ROLE_READ) && control_roles_allow(roles, ROLE_AGENT) &&
           !control_roles_allow(roles, ROLE_OPERATE) &&
           !control_roles_allow(roles, ROLE_ADMINISTER),
       "an agent may read and answer, and does not operate");
    roles = roles_of(40003, 50000, &c);
    ok(control_roles_allow(roles, ROLE_READ) && control_roles_allow(roles, ROLE_OPERATE) &&
           !control_roles_allow(roles, ROLE_AGENT) &&
           !control_roles_allow(roles, ROLE_ADMINISTER),
       "an operator may read and operate, and is no agent");
    roles = roles_of(50000, COUNCILLORS, &c);
    ok(control_roles_allow(roles, ROLE_READ) && control_roles_allow(roles, ROLE_OPERATE) &&
           !control_roles_allow(roles, ROLE_AGENT) &&
           !control_roles_allow(roles, ROLE_ADMINISTER),
       "so is whoever is in a group of operators");
    roles = roles_of(COUNCILLORS, 50000, &c);
    ok(!control_roles_allow(roles, ROLE_READ), "a group's number is no user's");
    roles = roles_of(50000, 40002, &c);
    ok(!control_roles_allow(roles, ROLE_READ), "nor a user's number a group's");
    roles = roles_of(OWN_UID, 50000, &c);
    ok(control_roles_allow(roles, ROLE_READ) && control_roles_allow(roles, ROLE_AGENT) &&
           control_roles_allow(roles, ROLE_OPERATE) &&
           control_roles_allow(roles, ROLE_ADMINISTER),
       "the daemon's own user may do all");
}

static void test_peers(void)
{
    if (geteuid() != 0) {
        skip("roles of other users", "only root can become them");
        return;
    }
    static uid_t agents[] = {40001}, operators[] = {40002};
    static gid_t councillors[] = {COUNCILLORS};
    struct fixture f;
    char said[1024];
    fixture_init(&f);
    f.config.agents = (struct people){.users = agents, .user_count = 1};
    f.config.operators = (struct people){operators, 1, councillors, 1};
    struct group *group = getgrnam("daemon");
    if (group == NULL) {
        skip("roles of other users", "there is no group daemon");
        fixture_free(&f);
        return;
    }
    f.config.read_group = "daemon";
    pid_t pid = serve(&f);
    ask_as(&f, 50000, 50000, 0, "role", said, sizeof(said));
    ok(strstr(said, "you may not open") != NULL, "a stranger cannot connect: %s", said);
    (void)chmod(f.path, 0666);
    ask_as(&f, 50000, 50000, 0, "echo", said, sizeof(said));
    ok(strstr(said, "echo needs the role read; you (uid 50000) have the role none"),
       "and if it could, it would be denied: %s", said);
    ask_as(&f, 50000, group->gr_gid, 0, "role", said, sizeof(said));
    ok(strstr(said, "\"role\":\"read\",\"uid\":50000") != NULL, "the group reads: %s",
       said);
    ask_as(&f, 50000, 50000, group->gr_gid, "echo", said, sizeof(said));
    ok(strcmp(said, "{}") == 0, "by a supplementary group too");
    ask_as(&f, 50000, group->gr_gid, 0, "operate", said, sizeof(said));
    ok(strstr(said, "operate needs the role operate; you (uid 50000) have the role read"),
       "and does not operate");
    ask_as(&f, 40001, 50000, 0, "answer", said, sizeof(said));
    ok(strcmp(said, "{}") == 0, "the agent answers");
    ask_as(&f, 40001, 50000, 0, "operate", said, sizeof(said));
    ok(strstr(said, "have the role agent") != NULL, "and does not operate");
    ask_as(&f, 40002, 50000, 0, "operate", said, sizeof(said));
    ok(strcmp(said, "{}") == 0, "the operator operates");
    ask_as(&f, 50001, 50000, COUNCILLORS, "operate", said, sizeof(said));
    ok(strcmp(said, "{}") == 0, "so does one of a group of operators: %s", said);
    ask_as(&f, 50001, COUNCILLORS, 50000, "operate", said, sizeof(said));
    ok(strcmp(said, "{}") == 0, "also when it is the primary one");
    ask_as(&f, 40002, 50000, 0, "answer", said, sizeof(said));
    ok(strstr(said, "answer needs the role agent") != NULL, "and does not answer");
    ask_as(&f, 40002, 50000, 0, "administer", said, sizeof(said));
    ok(strstr(said, "needs the role administer") != NULL, "nor administer");
    ask_as(&f, 0, 50000, 0, "role", said, sizeof(said));
    ok(strstr(said, "\"role\":\"administer\"") != NULL, "the own user does all: %s", said);
    stop(pid);
    fixture_free(&f);
}

int main(void)
{
    (void)log_open("stderr", LOG_LEVEL_ERROR, NULL);
    test_calls();
    test_roles();
    test_peers();
    return tap_done();
}
