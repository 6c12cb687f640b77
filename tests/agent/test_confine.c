/* SPDX-License-Identifier: ISC */
/* What a program that the agent runs can reach, use up and leave behind. */
#define _GNU_SOURCE
#include "agent/confine.h"
#include "agent/descendants.h"
#include "base/alloc.h"
#include "runs.h"
#include "tap.h"

#include <dirent.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SOMEBODY = 65534 };

static char place[64];

static const char *in(const char *name)
{
    static char paths[64][128]; /* more than the test has at a time */
    static unsigned next;
    next = (next + 1) % 64;
    (void)snprintf(paths[next], sizeof(paths[next]), "%s/%s", place, name);
    return paths[next];
}

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(in(name), "we");
    if (f != NULL) {
        (void)fputs(text, f);
        (void)fclose(f);
    }
}

/* One that can be run, not read. */
static bool copy_shell(const char *to)
{
    char *command = alloc_printf("cp /bin/sh '%s' && chmod 0111 '%s'", to, to);
    int status = system(command);
    free(command);
    return status == 0;
}

static void make_place(void)
{
    (void)snprintf(place, sizeof(place), "%.40s/confine.XXXXXX",
                   getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
    if (mkdtemp(place) == NULL || mkdir(in("node"), 0700) != 0 ||
        mkdir(in("node/deeper"), 0700) != 0 || mkdir(in("open"), 0700) != 0) {
        printf("Bail out! no directory\n");
        exit(1);
    }
    (void)setenv("TMPDIR", place, 1);
    write_file("node/key", "the key");
    write_file("node/deeper/data", "the data");
    write_file("beside", "not hidden");
    if (!copy_shell(in("unreadable"))) {
        printf("Bail out! no shell to copy\n");
        exit(1);
    }
}

static void remove_place(void)
{
    static const char *const files[] = {"node/deeper/data", "node/key", "beside",
                                        "open/new", "unreadable"};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        (void)unlink(in(files[i]));
    }
    (void)rmdir(in("node/deeper"));
    (void)rmdir(in("node"));
    (void)rmdir(in("open"));
    is(rmdir(place), 0, "no run left anything in the place");
}

/* Whether the script, with $1 the place, prints what is expected, under these limits. */
static void prints(const struct run_limits *limits, const char *script, const char *two,
                   const char *expected, const char *name)
{
    struct outcome o = run_script(script, place, two, limits);
    if (!ok(o.end == RUN_EXITED && strcmp(o.output, expected) == 0, "%s", name)) {
        printf("# end %d code %d, said %s# printed %s\n", (int)o.end, o.code, o.said,
               o.output);
    }
}

static void like(const char *text, const char *part, const char *name)
{
    if (!ok(strstr(text, part) != NULL, "%s", name)) {
        printf("# got %s\n", text);
    }
}

static void test_files(void)
{
    char *hide[] = {(char *)in("node"), NULL}, *more[] = {(char *)in("node/deeper"), NULL};
    char *writable[] = {(char *)in("open"), NULL};
    struct confine_paths paths = {.hide = hide};
    struct run_limits limits;
    run_limits_usual(&limits);
    prints(&limits, "cat $1/node/key", NULL, "the key",
           "unconfined, a program reads the node's files");
    if (confine_landlock() == 0) {
        skip("files are kept from evaluators", "this kernel has no Landlock");
        return;
    }
    limits.confine = &paths;
    prints(&limits, "cat $1/node/key || echo no", NULL, "no\n", "a hidden file");
    prints(&limits, "ls $1/node || echo no", NULL, "no\n", "a hidden directory");
    prints(&limits, "cat $1/node/deeper/data || echo no", NULL, "no\n", "what is below it");
    prints(&limits, "cat $1/open/../node/./key || echo no", NULL, "no\n", "by a detour");
    prints(&limits, "ln -s $1/node link; cat link/key || echo no", NULL, "no\n",
           "by a link of its own");
    prints(&limits, "ln $1/node/key key && cat key || echo no", NULL, "no\n",
           "by a hard link");
    prints(&limits, "cat /proc/self/root$1/node/key || echo no", NULL, "no\n",
           "by /proc/self/root");
    prints(&limits, "cat $1/beside /etc/passwd | head -c 10", NULL, "not hidden",
           "what lies beside it is read");
    prints(&limits, "cat \"$2\"", in("node/key"), "the key",
           "a file that its command line names is read");
    prints(&limits, "(echo x >$1/open/new) || echo no", NULL, "no\n", "a new file outside");
    prints(&limits, "(: >$1/beside) || echo no; cat $1/beside", NULL, "no\nnot hidden",
           "a file outside is not emptied");
    prints(&limits, "(echo x >>$1/beside) || echo no", NULL, "no\n", "nor appended to");
    prints(&limits, "rm $1/beside || echo no", NULL, "no\n", "nor removed");
    prints(&limits, "mv $1/beside moved || echo no", NULL, "no\n", "nor moved");
    prints(&limits, "mkdir $1/open/d || echo no", NULL, "no\n", "no directory outside");
    prints(&limits, "echo in >f && mkdir d && mv f d/g && echo >/dev/null && cat d/g", NULL,
           "in\n", "its own directory is writable");
    prints(&limits, "cp /bin/true p && ./p && echo ran", NULL, "ran\n",
           "and programs in it run");
    paths.read = more;
    prints(&limits, "cat $1/node/deeper/data; cat $1/node/key || echo no", NULL,
           "the datano\n", "a path below the hidden can be read again");
    paths.write = writable;
    prints(&limits, "echo x >$1/open/new && cat $1/open/new", NULL, "x\n",
           "a path can be written");
    (void)unlink(in("open/new"));
    hide[0] = (char *)in("none");
    prints(&limits, "cat $1/node/key", NULL, "the key",
           "what does not exist hides nothing else");
}

static void test_signals(void)
{
    char number[24];
    struct confine_paths paths = {NULL, NULL, NULL};
    struct run_limits limits;
    run_limits_usual(&limits);
    limits.confine = &paths;
    (void)snprintf(number, sizeof(number), "%d", (int)getpid());
    if (confine_landlock() < 6) {
        skip("nobody outside is signalled", "this kernel's Landlock does not keep signals");
        return;
    }
    prints(&limits, "kill -0 $2 || echo no", number, "no\n", "nobody outside is signalled");
    prints(&limits, "sleep 9 & kill $! && wait $!; echo $?", NULL, "143\n",
           "its own children are");
}

static char *try_calls(void)
{
    const char *build = getenv("top_builddir");
    return alloc_printf("%s/tests/agent/try_calls", build != NULL ? build : ".");
}

/* Without opening it. */
static void test_truncate(void)
{
    char *program = try_calls(), *kept = alloc_string(in("beside"));
    char *words[] = {program, kept, NULL};
    struct confine_paths paths = {NULL, NULL, NULL};
    struct run_limits limits;
    run_limits_usual(&limits);
    limits.confine = &paths;
    if (confine_landlock() < 3) {
        skip("no file is truncated", "this kernel's Landlock does not keep that");
    } else {
        struct outcome o = run_once(words, &limits);
        like(o.output, "truncate:denied", "no file is truncated");
    }
    free(program);
    free(kept);
}

/* Those that stay, and those that could be connected to others. */
#define PAIRS                                                                              \
    "pair:open datagram-pair:denied raw-pair:denied sequence-pair:open io-uring:none"
#define IPC_REFUSED "memory:none messages:none semaphores:none queue:none"

static void test_sockets(void)
{
    char *program = try_calls();
    char *words[] = {program, NULL};
    struct confine_paths paths = {NULL, NULL, NULL};
    struct run_limits limits;
    run_limits_usual(&limits);
    struct outcome o = run_once(words, &limits);
    like(o.output, "tcp:open", "with the network there are sockets");
    if (!confine_filters()) {
        skip("sockets are kept from evaluators", "this kernel filters no calls");
        free(program);
        return;
    }
    limits.confine = &paths;
    o = run_once(words, &limits);
    like(o.output, "tcp:open", "a confined program has the network");
    like(o.output, "unix:denied wide:denied " PAIRS,
         "and no Unix socket but pairs of its own");
    like(o.output, IPC_REFUSED, "and nothing that would outlive it");
    limits.unix_sockets = true;
    o = run_once(words, &limits);
    like(o.output, "unix:open", "but where it is allowed to");
    like(o.output, IPC_REFUSED, "which changes nothing else");
    limits.confine = NULL;
    limits.no_network = true;
    o = run_once(words, &limits);
    like(o.output,
         "tcp:denied tcp6:denied udp:denied raw:denied packet:denied netlink:denied "
         "unix:denied wide:denied " PAIRS,
         "without the network there is no other socket");
    free(program);
}

static void test_limits(void)
{
    struct run_limits limits;
    run_limits_usual(&limits);
    prints(&limits, "ulimit -n; env | grep -c =; [ \"$HOME\" = \"$PWD\" ] && ls -a | wc -l",
           NULL, "256\n5\n2\n", "256 descriptors, a clean environment, an empty directory");
    limits.file_bytes = 4096;
    prints(&limits, "head -c 9000 /dev/zero >f; wc -c <f", NULL, "4096\n",
           "long files are cut");
    limits.processes = 20;
    prints(&limits, "for i in 1 2 3 4 5 6 7 8 9; do sleep 0.1 & done; wait; echo done",
           NULL, "done\n", "few processes are no harm");
    struct outcome o = run_script(
        "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do (setsid sleep 30 & sleep 30) & done; wait",
        NULL, NULL, &limits);
    ok(o.end == RUN_TOO_MANY && o.took_ms < 10000, "too many processes are killed");
    limits.processes = 0;
    limits.time_ms = 500;
    o = run_script("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 30 & done; wait", NULL,
                   NULL, &limits);
    is(o.end, RUN_LATE, "without a limit only the time ends them");
}

/* A program that can signal its supervisor neither outlives its time nor holds up whoever
 * waits for it. */
static void test_supervisor(void)
{
    struct run_limits limits;
    run_limits_usual(&limits);
    limits.time_ms = 500;
    struct outcome o =
        run_script("kill -STOP $PPID; while :; do sleep 0.1; done", NULL, NULL, &limits);
    ok(o.end == RUN_LATE && o.took_ms < 10000,
       "a supervisor that was stopped still ends it");
    limits.time_ms = 30000;
    o = run_script("setsid yes >&2 & sleep 0.2; kill -KILL $PPID; sleep 9", NULL, NULL,
                   &limits);
    ok(o.end == RUN_LOST && o.took_ms < 10000,
       "one that was killed leaves nothing that is read for ever");
}

/* Modes forbid nothing to root: as root, the rest is done by somebody else. Whether it is.
 */
static bool become_somebody(void)
{
    if (geteuid() != 0) {
        return true;
    }
    bool given = chown(place, SOMEBODY, SOMEBODY) == 0 &&
                 chown(in("node"), SOMEBODY, SOMEBODY) == 0 &&
                 chown(in("node/key"), SOMEBODY, SOMEBODY) == 0 &&
                 chown(in("beside"), SOMEBODY, SOMEBODY) == 0 &&
                 setresuid(SOMEBODY, SOMEBODY, 0) == 0;
    return given && access(in("beside"), R_OK) == 0;
}

static void become_root_again(void)
{
    uid_t real, effective, saved;
    if (getresuid(&real, &effective, &saved) == 0 && saved == 0 && real != 0 &&
        setresuid(0, 0, 0) != 0) {
        printf("# cannot be root again\n");
    }
}

/* What is hard to remove is removed: the end of the test finds the place empty. */
static void test_removal(void)
{
    struct run_limits limits;
    struct stat st;
    run_limits_usual(&limits);
    if (!become_somebody()) {
        printf("# as root, modes are not tried\n");
        become_root_again();
    }
    (void)chmod(in("node"), 0750);
    prints(&limits,
           "mkdir a a/b a/b/c; echo x >a/b/c/f; mkfifo p; ln -s $1/beside l; "
           "ln -s $1/node n; ln -s $1/node a/n; mkdir 0 1 0/2; chmod 0 a/b/c a/b a 0; "
           "echo made",
           NULL, "made\n", "a tree with modes that forbid");
    prints(&limits,
           "i=0; while [ $i -lt 600 ]; do mkdir -p d/d && cd -P d/d || exit; "
           "i=$((i+1)); done; echo deep",
           NULL, "deep\n", "a tree deeper than paths and descriptors go");
    prints(&limits, "chmod 0 .; echo shut", NULL, "shut\n",
           "a directory that forbids itself");
    limits.time_ms = 300;
    struct outcome o =
        run_script("while :; do mkdir d; echo x >d/f; mv d/f g; done", NULL, NULL, &limits);
    is(o.end, RUN_LATE, "a directory that is written to until the end");
    limits.time_ms = 30000;
    prints(&limits, "cat $1/beside $1/node/key", NULL, "not hiddenthe key",
           "what links pointed to is still there");
    ok(stat(in("node"), &st) == 0 && (st.st_mode & 07777) == 0750, "with its mode");
    become_root_again();
}

/* A process that is not dumpable, for its file cannot be read, and what it starts. */
static bool ends_unseen(void)
{
    struct run_limits limits;
    run_limits_usual(&limits);
    limits.processes = 20;
    struct outcome o =
        run_script("exec $1/unreadable -c 'sleep 30 & sleep 30'", place, NULL, &limits);
    return o.end == RUN_TOO_MANY && o.took_ms < 10000;
}

/* From everybody but root and its group. */
static bool hide_processes(void)
{
    return geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
           mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("proc", "/proc", "proc", 0, "hidepid=2") == 0 && setgroups(0, NULL) == 0 &&
           setresgid(SOMEBODY, SOMEBODY, SOMEBODY) == 0;
}

static void test_unseen(void)
{
    enum { SEEN, UNSEEN_LIVES, NOT_TRIED };
    int status;
    if (!descendants_visible()) {
        skip("what cannot be looked at is too many", "/proc has hidepid= here already");
        return;
    }
    pid_t child = fork();
    if (child == 0) {
        /* Who becomes somebody else is not dumpable itself. */
        bool tried = hide_processes() && become_somebody() &&
                     prctl(PR_SET_DUMPABLE, 1) == 0 && !descendants_visible();
        _exit(!tried ? NOT_TRIED : ends_unseen() ? SEEN : UNSEEN_LIVES);
    }
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
        WEXITSTATUS(status) == NOT_TRIED) {
        skip("what cannot be looked at is too many", "no /proc with hidepid= here");
        return;
    }
    is(WEXITSTATUS(status), SEEN, "what cannot be looked at is too many");
}

/* What the user owns, which is all that an evaluator makes; as root it can make more. */
static void test_removal_of_others(void)
{
    struct run_limits limits;
    run_limits_usual(&limits);
    if (geteuid() != 0) {
        skip("what is somebody else's is not entered", "only root can make it");
        return;
    }
    struct outcome o = run_script("mkdir own theirs; echo x >own/f; echo x >theirs/f; "
                                  "chown 65534 theirs || exit; pwd",
                                  NULL, NULL, &limits);
    char *own = alloc_printf("%.*s/own", (int)strcspn(o.output, "\n"), o.output);
    char *theirs = alloc_printf("%.*s/theirs/f", (int)strcspn(o.output, "\n"), o.output);
    ok(access(own, F_OK) != 0 && unlink(theirs) == 0,
       "what is somebody else's is not entered");
    for (int i = 0; i < 2; i++) {
        *strrchr(theirs, '/') = '\0';
        (void)rmdir(theirs);
    }
    free(own);
    free(theirs);
}

int main(void)
{
    make_place();
    test_files();
    test_signals();
    test_truncate();
    test_sockets();
    test_limits();
    test_supervisor();
    test_unseen();
    test_removal();
    test_removal_of_others();
    remove_place();
    return tap_done();
}
