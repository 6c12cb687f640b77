/* SPDX-License-Identifier: ISC */
/*
 * Other users of a council's sockets: groups in the configuration, who is on record for
 * what, and crowds that hold every place while descriptors are scarce.
 */
#define _GNU_SOURCE
#include "history.h"
#include "live.h"
#include "tap.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SEATS = 4,
    WAIT_MS = 20000,
    NODE = 64200, /* user and group of the nodes */
    ALICE = 64210,
    BOB = 64211,
    AGENT = 64212,
    FILES = 100,      /* what a node may open while it is crowded, */
    FILES_LEAST = 88, /* and the least with which it starts */
    CROWD = 150,
};

static bool decides(struct live *l, unsigned seat)
{
    char id[LIVE_ID_BYTES];
    json_t *p = NULL;
    if (live_propose(l, seat, "test", "is it alive?", NULL, id) == 0) {
        p = live_wait_final(l, seat, id, WAIT_MS);
    }
    json_decref(p);
    return p != NULL;
}

/* --- who --- */

struct user {
    uid_t uid;
    gid_t gid;
    gid_t group; /* a supplementary one */
};

static void become(const struct user *u)
{
    if (setgroups(1, &u->group) != 0 || setgid(u->gid) != 0 || setuid(u->uid) != 0) {
        _exit(99);
    }
}

/* What a user gets: 0 done, 10 no connection, 20 - code; pid is who it was. */
static int ask_as(struct live *l, const struct user *u, const char *method, json_t *params,
                  pid_t *pid)
{
    int status = 0;
    (void)fflush(stdout);
    *pid = fork();
    if (*pid == 0) {
        struct control_client *c = NULL;
        json_t *result = NULL;
        become(u);
        if (control_connect(live_seat(l, 1)->socket, &c, NULL) != 0) {
            _exit(10);
        }
        int error = control_call(c, method, params, &result, LIVE_CALL_MS, NULL);
        _exit(error == 0 ? 0 : 20 - error);
    }
    json_decref(params);
    return waitpid(*pid, &status, 0) == *pid && WIFEXITED(status) ? WEXITSTATUS(status)
                                                                  : 98;
}

static json_t *proposal(void)
{
    return json_pack("{s:s,s:s}", "class", "test", "title", "theirs");
}

/* Whether the log has it of this process. */
static bool is_logged(struct live *l, const char *event, const char *method, uid_t uid,
                      pid_t pid, const char *rest)
{
    char *line =
        alloc_printf("event=%s method=%s %suid=%u pid=%d%s", event, method,
                     strcmp(event, "control.denied") == 0 ? rest : "", (unsigned)uid,
                     (int)pid, strcmp(event, "control.denied") == 0 ? "" : rest);
    bool found = live_wait_log(l, 1, line, 2000);
    if (!found) {
        printf("#   not logged: %s\n", line);
    }
    free(line);
    return found;
}

static void check_roles(struct live *l, gid_t operators)
{
    const struct user reader = {BOB, NODE, 64299}, stranger = {BOB, BOB, 64299};
    const struct user operator= {ALICE, NODE, operators},
                      primary = {ALICE, operators, NODE};
    const struct user agent = {AGENT, AGENT, NODE}, own = {NODE, NODE, NODE};
    pid_t pid;
    is(ask_as(l, &stranger, "ping", NULL, &pid), 10, "a stranger cannot connect");
    is(ask_as(l, &reader, "status", NULL, &pid), 0, "a member of the group reads");
    is(ask_as(l, &reader, "propose", proposal(), &pid), 20 - CONCLAVE_EPERM,
       "and cannot submit");
    ok(is_logged(l, "control.denied", "propose", BOB, pid, "needs=operate "),
       "which is on record with user and process");
    is(ask_as(l, &reader, "flags.ack", json_pack("{s:i}", "id", 1), &pid),
       20 - CONCLAVE_EPERM, "nor acknowledge");
    ok(is_logged(l, "control.denied", "flags.ack", BOB, pid, "needs=operate "),
       "which is, too");
    is(ask_as(l, &operator, "propose", proposal(), &pid), 0,
       "a member of a group of operators submits");
    ok(is_logged(l, "control.request", "propose", ALICE, pid, " outcome=done proposal="),
       "and is on record, with the proposal");
    is(ask_as(l, &primary, "propose", proposal(), &pid), 0,
       "also where it is the primary group");
    is(ask_as(l, &operator, "flags.ack", json_pack("{s:i}", "id", 99999), &pid),
       20 - CONCLAVE_ENOENT, "it may acknowledge, had there been such a flag");
    ok(is_logged(l, "control.request", "flags.ack", ALICE, pid,
                 " outcome=refused code=-32002"),
       "what was refused for another reason is on record, too");
    is(ask_as(l, &operator, "agent.attach", json_pack("{s:s}", "name", "x"), &pid),
       20 - CONCLAVE_EPERM, "it is no agent");
    is(ask_as(l, &operator, "stop", NULL, &pid), 20 - CONCLAVE_EPERM,
       "and does not administer");
    is(ask_as(l, &agent, "agent.attach", json_pack("{s:s}", "name", "x"), &pid), 0,
       "an agent attaches");
    ok(is_logged(l, "control.request", "agent.attach", AGENT, pid, " outcome=done"),
       "and is on record");
    is(ask_as(l, &own, "bench.submit", json_pack("{s:i}", "operations", 1), &pid),
       20 - CONCLAVE_ELIMIT, "the own user may administer, if not this");
    ok(is_logged(l, "control.request", "bench.submit", NODE, pid,
                 " outcome=refused code=-32004"),
       "which is on record");
    is((int)live_log_count(l, 1, "event=control.request method=status"), 0,
       "reading is on no record");
}

/* --- crowds --- */

static int dial(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    (void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* From an address of its own: of one address a node takes few. */
static int dial_seat(uint16_t port, unsigned number)
{
    struct sockaddr_in from = {.sin_family = AF_INET}, to = from;
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + number);
    (void)inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    to.sin_port = htons(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    (void)bind(fd, (struct sockaddr *)&from, sizeof(from));
    (void)connect(fd, (struct sockaddr *)&to, sizeof(to));
    return fd;
}

/* Takes as many places at every node as it gets, holds them, and takes those that become
 * free; with half a line, a subscription that it never reads, or nothing said. */
__attribute__((noreturn)) static void hold(struct live *l, uid_t uid)
{
    static const char half[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"met";
    static const char deaf[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"subscribe\"}\n";
    static int fds[SEATS][CROWD];
    const struct user u = {uid, NODE, NODE};
    struct rlimit many = {SEATS * CROWD * 2, SEATS * CROWD * 2};
    (void)setrlimit(RLIMIT_NOFILE, &many);
    if (uid != 0) {
        become(&u);
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (unsigned i = 0;; i = (i + 1) % (SEATS * CROWD)) {
        unsigned seat = i % SEATS, place = i / SEATS;
        int *fd = &fds[seat][place];
        char data[1];
        if (*fd > 0 && recv(*fd, data, 1, MSG_DONTWAIT | MSG_PEEK) == 0) {
            (void)close(*fd);
            *fd = -1;
        }
        if (*fd <= 0) {
            bool is_seat = place < CROWD / 2 && uid == 0;
            *fd = is_seat ? dial_seat(l->ports[seat], place)
                          : dial(live_seat(l, seat + 1)->socket);
            if (is_seat) {
                continue;
            }
            if (*fd >= 0 && place % 3 == 0) {
                (void)!send(*fd, half, sizeof(half) - 1, MSG_NOSIGNAL);
            } else if (*fd >= 0 && place % 3 == 1) {
                (void)!send(*fd, deaf, sizeof(deaf) - 1, MSG_NOSIGNAL);
            }
        }
        (void)usleep(i % SEATS == 0 ? 500 : 0);
    }
}

static pid_t begin(struct live *l, uid_t uid)
{
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        (void)alarm(0);
        hold(l, uid);
    }
    return pid;
}

static unsigned files_of(pid_t pid)
{
    char *path = alloc_printf("/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    unsigned count = 0;
    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
        count += e->d_name[0] != '.';
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    free(path);
    return count;
}

static unsigned most_files(struct live *l)
{
    unsigned most = 0;
    for (unsigned seat = 1; seat <= SEATS; seat++) {
        unsigned files = files_of(live_seat(l, seat)->pid);
        most = files > most ? files : most;
    }
    return most;
}

static void check_crowd(struct live *l)
{
    pid_t crowds[3];
    unsigned most = most_files(l), spent = 0;
    printf("# %u descriptors before\n", most);
    crowds[0] = begin(l, ALICE);
    crowds[1] = begin(l, BOB);
    crowds[2] = begin(l, 0);
    live_pump(l, 2000);
    for (int i = 0; i < 3; i++) {
        ok(decides(l, (unsigned)i + 1), "a council decides while every place is taken");
        unsigned files = most_files(l);
        most = files > most ? files : most;
    }
    live_kill(l, 4);
    live_start(l, 4);
    ok(live_wait_log(l, 4, "event=node.started", WAIT_MS), "a node starts amid the crowd");
    bool back = false;
    for (uint64_t until = clock_monotonic_ms() + WAIT_MS;
         !back && clock_monotonic_ms() < until;) {
        live_pump(l, 100);
        back = live_number(l, 1, "connected") == SEATS - 1;
    }
    ok(back, "and the others have room for it");
    ok(decides(l, 2), "they decide again");
    for (unsigned seat = 1; seat <= SEATS; seat++) {
        spent += live_log_count(l, seat, "descriptors uid=") +
                 live_log_count(l, seat, "event=net.descriptors");
    }
    is(spent, 0, "no node ran out of descriptors");
    printf("# %u descriptors of %d at most\n", most, FILES);
    ok(most > 50 && most <= FILES, "though they were taken");
    ok(live_log_count(l, 1, "event=control.full") > 0, "who found no place is in the log");
    for (int i = 0; i < 3; i++) {
        (void)kill(crowds[i], SIGKILL);
        (void)waitpid(crowds[i], NULL, 0);
    }
}

/* --- the limit --- */

/* Nodes that are started from now on may open so many. */
static void set_files(struct live *l, unsigned files)
{
    char *path = alloc_printf("%s/limited", l->dir), *program = live_program("conclaved");
    FILE *script = fopen(path, "w");
    if (script == NULL ||
        fprintf(script, "#!/bin/sh\nulimit -n %u && exec %s \"$@\"\n", files, program) <
            0 ||
        fclose(script) != 0 || chmod(path, 0755) != 0) {
        printf("Bail out! cannot write %s\n", path);
        exit(99);
    }
    free(l->program);
    free(program);
    l->program = path;
}

static void check_limit(struct live *l)
{
    (void)live_stop(l, 4, WAIT_MS);
    set_files(l, FILES_LEAST - 1);
    live_start(l, 4);
    ok(live_wait_log(l, 4, "event=node.refused", WAIT_MS) &&
           live_log_count(l, 4,
                          "may open 87 files, the node of a council of 4 needs 88 at least "
                          "and should have 216: raise the limit of open files") == 1,
       "with less than the council needs a node does not start, and says why");
    live_kill(l, 4);
}

int main(void)
{
    struct live_options o = {.seats = SEATS, .uid = NODE, .gid = NODE};
    const struct group *group = getgrnam("daemon");
    char config[256];
    if (geteuid() != 0 || group == NULL) {
        skip("other users of the socket", "needs root to become them, and a group daemon");
        return tap_done();
    }
    live_limit(180);
    gid_t operators = group->gr_gid;
    (void)snprintf(config, sizeof(config), "agents = {\"%d\"}\noperators = {\"%%daemon\"}",
                   AGENT);
    o.config = config;
    struct live *l = live_new(&o);
    (void)chmod(l->dir, 0755);
    for (unsigned seat = 1; seat <= SEATS; seat++) {
        (void)chmod(live_seat(l, seat)->dir, 0750);
    }
    set_files(l, FILES);
    ok(live_start_council(l), "a council of another user starts with few descriptors");
    is((int)live_log_count(l, 1, "event=node.descriptors files=100 needed=216 clients=14"),
       1, "which is in the log");
    is((int)live_log_count(l, 1, "event=control.directory"), 0,
       "and nothing is wrong with its directory");
    live_agent_set(l, 0, history_approve, NULL);
    ok(decides(l, 1), "it decides");
    check_roles(l, operators);
    check_crowd(l);
    check_limit(l);
    if (tap_failures > 0) {
        live_show_logs(l, 8);
    }
    live_free(l);
    return tap_done();
}
