/* SPDX-License-Identifier: ISC */
/* The filter of system calls: a child for each thing that it may or may not do. */
#define _GNU_SOURCE
#include "conclaved/sandbox.h"
#include "tap.h"

#include "base/last_words.h"
#include "base/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SAID_BYTES = 1024, NO_FILTER = 77 };

typedef bool deed(void);

static char said[SAID_BYTES];

/* Does it in a child with the filter on; what the child says is in said. The status of
 * waitpid. */
static int run(enum sandbox_mode mode, deed *does)
{
    int ends[2], status = -1;
    size_t size = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit none = {0, 0};
        struct complaint why = {""};
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)dup2(ends[1], STDERR_FILENO);
        (void)log_open("stderr", LOG_LEVEL_ERROR, NULL);
        sandbox_prepare(mode);
        if (sandbox_enter(&why) != 0) {
            last_words("node.refused", "error", why.text, NULL);
            _exit(NO_FILTER);
        }
        _exit(does() ? 0 : 1);
    }
    (void)close(ends[1]);
    for (ssize_t n; size < sizeof(said) - 1 &&
                    (n = read(ends[0], said + size, sizeof(said) - 1 - size)) > 0;) {
        size += (size_t)n;
    }
    said[size] = '\0';
    (void)close(ends[0]);
    (void)waitpid(pid, &status, 0);
    return status;
}

static void may(const char *name, deed *does)
{
    int status = run(SANDBOX_ON, does);
    if (!ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "it may %s", name)) {
        printf("#   status %#x, %s\n", (unsigned)status, said);
    }
}

/* It ends by SIGSYS, after a line with the call's name. */
static void must_not(const char *name, const char *call, deed *does)
{
    char line[SAID_BYTES];
    int status = run(SANDBOX_ON, does);
    (void)snprintf(line, sizeof(line), "event=sandbox.violated syscall=%s number=", call);
    if (!ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS && strstr(said, line) != NULL,
            "it must not %s", name)) {
        printf("#   status %#x, %s\n", (unsigned)status, said);
    }
}

/* --- what a node does --- */

static bool opens_a_file(void)
{
    char text[16];
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    return fd >= 0 && write(fd, "x", 1) == 1 && read(fd, text, 1) == 0 && close(fd) == 0;
}

static bool dials(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(1)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0 &&
           errno == ECONNREFUSED;
}

static bool reads_stdio(void)
{
    char line[64];
    FILE *f = fopen("/proc/self/status", "r");
    return f != NULL && fgets(line, sizeof(line), f) != NULL && fclose(f) == 0;
}

static bool takes_memory(void)
{
    enum { SIZE = 1 << 22 };
    char *p = malloc(SIZE);
    if (p == NULL) {
        return false;
    }
    memset(p, 1, SIZE);
    p = realloc(p, 2 * (size_t)SIZE);
    bool good = p != NULL && p[SIZE - 1] == 1;
    free(p);
    return good;
}

static bool draws(void)
{
    char text[16];
    struct timespec now;
    return getrandom(text, sizeof(text), 0) == (ssize_t)sizeof(text) &&
           clock_gettime(CLOCK_REALTIME, &now) == 0;
}

static bool runs_no_memory(void)
{
    errno = 0;
    void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p != MAP_FAILED || errno != EPERM) {
        return false;
    }
    p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p != MAP_FAILED && mprotect(p, 4096, PROT_READ | PROT_EXEC) != 0 &&
           errno == EPERM && mprotect(p, 4096, PROT_READ) == 0;
}

static bool ignores_a_signal(void)
{
    return signal(SIGTERM, SIG_IGN) != SIG_ERR && raise(SIGTERM) == 0;
}

/* --- what an intruder does --- */

static bool executes(void)
{
    char name[] = "true", *argv[] = {name, NULL};
    (void)execv("/bin/true", argv);
    return true;
}

static bool forks(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    return pid > 0 && waitpid(pid, NULL, 0) == pid;
}

static bool traces(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool kills(void)
{
    return kill(1, 0) == 0;
}

static bool opens_netlink(void)
{
    return socket(AF_NETLINK, SOCK_RAW, 0) >= 0;
}

static bool changes_modes(void)
{
    return chmod("/dev/null", 0666) == 0;
}

static bool raises_limits(void)
{
    struct rlimit limit = {1, 1};
    return setrlimit(RLIMIT_CORE, &limit) == 0;
}

static bool catches_violations(void)
{
    return signal(SIGSYS, SIG_IGN) != SIG_ERR;
}

static bool becomes_another(void)
{
    return setuid(1) == 0;
}

static void filter(void)
{
    may("use files", opens_a_file);
    may("read streams", reads_stdio);
    may("connect", dials);
    may("take memory", takes_memory);
    may("draw random bytes and read clocks", draws);
    may("be refused memory that can be run", runs_no_memory);
    may("ignore a signal", ignores_a_signal);
    must_not("run a program", "execve", executes);
    must_not("make a process", "clone", forks);
    must_not("trace one", "ptrace", traces);
    must_not("kill another", "kill", kills);
    must_not("speak to the kernel", "socket", opens_netlink);
    must_not("change modes", "chmod", changes_modes);
    must_not("change its limits", "prlimit64", raises_limits);
    must_not("hide a violation", "rt_sigaction", catches_violations);
    must_not("become another user", "setuid", becomes_another);
    is(run(SANDBOX_LOG, forks), 0, "with log it may do anything");
    is(run(SANDBOX_DEFAULT, opens_a_file), 0, "by default it may use files");
    ok(WIFSIGNALED(run(SANDBOX_DEFAULT, forks)), "but not make a process");
}

static void no_filter(void)
{
    struct complaint why = {""};
    sandbox_prepare(SANDBOX_ON);
    is(sandbox_enter(&why), CONCLAVE_ESTATE, "what is not built is refused");
    ok(strstr(why.text, "built without libseccomp") != NULL, "with the reason");
    sandbox_prepare(SANDBOX_DEFAULT);
    is(sandbox_enter(&why), 0, "unless nobody asked for it");
}

int main(void)
{
    is(run(SANDBOX_OFF, forks), 0, "without the filter it may do anything");
    int status = run(SANDBOX_ON, opens_a_file);
    if (!sandbox_is_built()) {
        no_filter();
        skip("the filter", "built without libseccomp");
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == NO_FILTER) {
        skip("the filter", said);
    } else {
        filter();
    }
    return tap_done();
}
