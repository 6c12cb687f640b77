/* SPDX-License-Identifier: ISC */
#include "agent/confine.h"

#include <assert.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define THIS_MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define THIS_MACHINE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define THIS_MACHINE AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define THIS_MACHINE AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define THIS_MACHINE AUDIT_ARCH_S390X
#endif

#ifdef THIS_MACHINE

enum { CALL_IO_URING_SETUP = 425, KIND_OF_SOCKET = 0xf, X32_CALLS = 0x40000000 };
enum { WORD_BYTES = 4 };

/* The half of an argument that the kernel looks at where it takes an int. */
static uint32_t low_word_of(int argument)
{
    const union {
        uint16_t number;
        uint8_t bytes[2];
    } order = {1};
    uint32_t at = (uint32_t)(offsetof(struct seccomp_data, args) +
                             (size_t)argument * sizeof(uint64_t));
    return at + (order.bytes[0] == 1 ? 0 : WORD_BYTES);
}

#define LOAD(offset)        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offset))
#define IF(value, skip)     BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), skip, 0)
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, skip)
#define BELOW(value)        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)(value), 0, 1)
#define GIVE(what)          BPF_STMT(BPF_RET | BPF_K, (what))
#define REFUSE(error)       GIVE(SECCOMP_RET_ERRNO | (uint32_t)(error))

/* Each part but the last finds the number of the call loaded, and leaves it so or ends. */
struct program {
    struct sock_filter steps[96];
    unsigned short count;
};

static void add(struct program *p, const struct sock_filter *steps, size_t count)
{
    assert(p->count + count <= sizeof(p->steps) / sizeof(p->steps[0]));
    memcpy(p->steps + p->count, steps, count * sizeof(*steps));
    p->count = (unsigned short)(p->count + count);
}

#define ADD(program, steps) add(program, steps, sizeof(steps) / sizeof((steps)[0]))

static void refuse(struct program *p, long call, int error)
{
    const struct sock_filter steps[] = {UNLESS(call, 1), REFUSE(error)};
    ADD(p, steps);
}

static void begin(struct program *p)
{
    const struct sock_filter steps[] = {
        LOAD(offsetof(struct seccomp_data, arch)),
        IF(THIS_MACHINE, 1),
        GIVE(SECCOMP_RET_KILL_PROCESS), /* other machines' calls have other numbers */
        LOAD(offsetof(struct seccomp_data, nr)),
        BELOW(X32_CALLS),
        REFUSE(ENOSYS),
    };
    ADD(p, steps);
    refuse(p, CALL_IO_URING_SETUP, ENOSYS);
}

static void refuse_unix_sockets(struct program *p)
{
    const struct sock_filter steps[] = {
        UNLESS(SYS_socket, 4), LOAD(low_word_of(0)),    UNLESS(AF_UNIX, 1),
        REFUSE(EACCES),        GIVE(SECCOMP_RET_ALLOW),
    };
    ADD(p, steps);
}

/* Only what is connected for ever: a pair for datagrams, which the kernel makes of
 * SOCK_RAW, too, can be connected to others later. */
static void refuse_other_pairs(struct program *p)
{
    const struct sock_filter steps[] = {
        UNLESS(SYS_socketpair, 6),
        LOAD(low_word_of(1)),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, KIND_OF_SOCKET),
        IF(SOCK_STREAM, 2),
        IF(SOCK_SEQPACKET, 1),
        REFUSE(EACCES),
        GIVE(SECCOMP_RET_ALLOW),
    };
    ADD(p, steps);
}

/* What these make belongs to no process, and would outlive the run. */
static void refuse_ipc(struct program *p)
{
    static const long calls[] = {
#ifdef SYS_ipc
        SYS_ipc,
#endif
#ifdef SYS_semop
        SYS_semop,
#endif
#ifdef SYS_semtimedop
        SYS_semtimedop,
#endif
        SYS_semget,     SYS_semctl, SYS_shmget, SYS_shmat,  SYS_shmctl,
        SYS_msgget,     SYS_msgsnd, SYS_msgrcv, SYS_msgctl, SYS_mq_open,
    };
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        refuse(p, calls[i], ENOSYS);
    }
}

int confine_calls(unsigned kept)
{
    const struct sock_filter end[] = {GIVE(SECCOMP_RET_ALLOW)};
    struct program p = {.count = 0};
    begin(&p);
    if ((kept & CONFINE_IPC) != 0) {
        refuse_ipc(&p);
    }
    if ((kept & (CONFINE_UNIX_SOCKETS | CONFINE_NETWORK)) != 0) {
#ifdef SYS_socketcall
        /* The same calls by another number, with arguments that no filter sees. */
        refuse(&p, SYS_socketcall, ENOSYS);
#endif
        if ((kept & CONFINE_NETWORK) != 0) {
            refuse(&p, SYS_socket, EACCES);
        }
        refuse_unix_sockets(&p);
        refuse_other_pairs(&p);
    }
    ADD(&p, end);
    struct sock_fprog filter = {p.count, p.steps};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 ? 0 : errno;
}

bool confine_filters(void)
{
    /* Refused for its address where it would be taken, and for its number where not. */
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) != 0 && errno == EFAULT;
}

#else

int confine_calls(unsigned kept)
{
    (void)kept;
    return ENOSYS;
}

bool confine_filters(void)
{
    return false;
}

#endif
