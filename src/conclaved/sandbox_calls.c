/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclaved/sandbox_calls.h"

#include "base/last_words.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NAMED_CALLS = 512, CALL_NAME_BYTES = 32 };
enum { PROGRAM_MAX = 4096 /* the kernel's limit */, TREE = 2 };

/* Whatever their arguments. Several are the C library's second choice, or what it calls on
 * other machines and in other versions. What is new in the node and not here shows in the
 * tests of real nodes, as sandbox.violated. */
static const int allowed[] = {
    /* the loop, its signals and its clocks */
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_pwait2),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(eventfd2),
    SCMP_SYS(pipe2),
    SCMP_SYS(signalfd4),
    SCMP_SYS(timerfd_create),
    SCMP_SYS(timerfd_settime),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(sched_yield),
    /* descriptors and files: the store, its marks, the log, resolv.conf and hosts */
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(close),
    SCMP_SYS(fcntl),
    SCMP_SYS(fcntl64),
    SCMP_SYS(flock),
    SCMP_SYS(lseek),
    SCMP_SYS(_llseek),
    SCMP_SYS(fstat),
    SCMP_SYS(fstat64),
    SCMP_SYS(stat),
    SCMP_SYS(stat64),
    SCMP_SYS(lstat),
    SCMP_SYS(lstat64),
    SCMP_SYS(newfstatat),
    SCMP_SYS(fstatat64),
    SCMP_SYS(statx),
    SCMP_SYS(fstatfs),
    SCMP_SYS(fstatfs64),
    SCMP_SYS(statfs),
    SCMP_SYS(statfs64),
    SCMP_SYS(ftruncate),
    SCMP_SYS(ftruncate64),
    SCMP_SYS(fallocate),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(msync),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(faccessat), /* realpath of a path with ".." in it */
    SCMP_SYS(faccessat2),
    SCMP_SYS(getcwd),
    SCMP_SYS(getdents),
    SCMP_SYS(getdents64),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    /* peers, clients, name servers, the system's log */
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(shutdown),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),
    SCMP_SYS(send),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(recv),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(recvmmsg),
    /* memory, also that which is kept off the disk, and what the C library does with it */
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(mlock),
    SCMP_SYS(munlock),
    SCMP_SYS(futex),
    SCMP_SYS(futex_time64),
    SCMP_SYS(getrandom),
    SCMP_SYS(rseq),
    SCMP_SYS(set_robust_list),
    /* who and where it is */
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(uname),
    SCMP_SYS(sysinfo),
    SCMP_SYS(getrusage),
    SCMP_SYS(umask),
    /* the end */
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

static const int families[] = {AF_UNIX, AF_INET, AF_INET6};
static const unsigned long controls[] = {FIONREAD, FIONBIO, TCGETS};
static const int maps[] = {SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect)};

static void add(scmp_filter_ctx filter, int *error, uint32_t action, int call,
                struct scmp_arg_cmp argument)
{
    int failed = seccomp_rule_add_array(filter, action, call, 1, &argument);
    if (failed != 0 && *error == 0) {
        *error = failed;
    }
}

/* Calls of which some are harmless. */
static int add_by_argument(scmp_filter_ctx filter)
{
    int error = 0;
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        add(filter, &error, SCMP_ACT_ALLOW, SCMP_SYS(socket),
            SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i]));
    }
    for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++) {
        add(filter, &error, SCMP_ACT_ALLOW, SCMP_SYS(ioctl),
            SCMP_A1(SCMP_CMP_EQ, controls[i]));
    }
    /* Memory that can be run is refused rather than deadly: a library that wants to load
     * another one can do without. */
    for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
        add(filter, &error, SCMP_ACT_ALLOW, maps[i],
            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        add(filter, &error, SCMP_ACT_ERRNO(EPERM), maps[i],
            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    }
    add(filter, &error, SCMP_ACT_ALLOW, SCMP_SYS(tgkill),
        SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
    add(filter, &error, SCMP_ACT_ALLOW, SCMP_SYS(rt_sigaction),
        SCMP_A0(SCMP_CMP_NE, SIGSYS)); /* the handler below stays */
    add(filter, &error, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), SCMP_A2(SCMP_CMP_EQ, 0));
    return error;
}

/* --- a call that is not allowed --- */

static char names[NAMED_CALLS][CALL_NAME_BYTES];

/* In advance, since a signal handler must not allocate. */
static void learn_names(void)
{
    for (int i = 0; i < NAMED_CALLS; i++) {
        char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, i);
        (void)snprintf(names[i], sizeof(names[i]), "%s", name != NULL ? name : "");
        free(name);
    }
}

static char *put_number(char *at, unsigned number)
{
    char digits[16];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0) {
        *at++ = digits[--count];
    }
    return at;
}

/* The signal's own action is back, so it comes once more and ends the process. */
static void on_violation(int number, siginfo_t *info, void *context)
{
    char digits[16];
    unsigned call = (unsigned)info->si_syscall;
    (void)context;
    *put_number(digits, call) = '\0';
    last_words("sandbox.violated", "syscall",
               call < NAMED_CALLS && names[call][0] != '\0' ? names[call] : "-", "number",
               digits, "cure",
               "a fault of conclaved or a break-in: report it; with seccomp = log it is "
               "only logged",
               NULL);
    (void)raise(number);
    _exit(EXIT_FAILURE);
}

static void catch_violations(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_sigaction = on_violation;
    action.sa_flags = SA_SIGINFO | (int)SA_RESETHAND | SA_NODEFER;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGSYS, &action, NULL);
}

/* --- the filter --- */

static struct sock_filter program[PROGRAM_MAX];
static struct sock_fprog filter_program;

/* libseccomp writes programs to descriptors only; a pipe holds one of this size. */
static int compile(scmp_filter_ctx filter)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return -errno;
    }
    int error = seccomp_export_bpf(filter, ends[1]);
    ssize_t size = error == 0 ? read(ends[0], program, sizeof(program)) : 0;
    (void)close(ends[0]);
    (void)close(ends[1]);
    if (error == 0 && (size <= 0 || size == (ssize_t)sizeof(program))) {
        error = -E2BIG;
    }
    filter_program.filter = program;
    filter_program.len = (unsigned short)((size_t)size / sizeof(program[0]));
    return error;
}

int sandbox_calls_prepare(bool only_log)
{
    scmp_filter_ctx filter = seccomp_init(only_log ? SCMP_ACT_LOG : SCMP_ACT_TRAP);
    if (filter == NULL) {
        return -ENOMEM;
    }
    /* Without it a call costs a comparison for each rule before its own. */
    (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, TREE);
    int error = 0;
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]) && error == 0; i++) {
        error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    }
    if (error == 0) {
        error = add_by_argument(filter);
    }
    if (error == 0) {
        error = compile(filter);
    }
    seccomp_release(filter);
    learn_names();
    return error;
}

int sandbox_calls_load(void)
{
    catch_violations();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter_program) != 0) {
        return -errno;
    }
    return 0;
}
