/* SPDX-License-Identifier: ISC */
#include "agent/confine.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
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
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, skip)
#define BELOW(value)        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)(value), 0, 1)
#define GIVE(what)          BPF_STMT(BPF_RET | BPF_K, (what))
#define REFUSE(error)       GIVE(SECCOMP_RET_ERRNO | (uint32_t)(error))

int confine_calls(bool no_network)
{
    struct sock_filter program[] = {
        LOAD(offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_MACHINE, 1, 0),
        GIVE(SECCOMP_RET_KILL_PROCESS), /* other machines' calls have other numbers */
        LOAD(offsetof(struct seccomp_data, nr)),
        BELOW(X32_CALLS),
        REFUSE(ENOSYS),
        UNLESS(CALL_IO_URING_SETUP, 1),
        REFUSE(ENOSYS),
        UNLESS(SYS_socket, 3),
        LOAD(low_word_of(0)),
        UNLESS(AF_UNIX, no_network ? 0 : 5),
        REFUSE(EACCES),
        /* A pair for datagrams can be connected to others later. */
        UNLESS(SYS_socketpair, 3),
        LOAD(low_word_of(1)),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, KIND_OF_SOCKET),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SOCK_DGRAM, 1, 0),
        GIVE(SECCOMP_RET_ALLOW),
        REFUSE(EACCES),
    };
    struct sock_fprog filter = {sizeof(program) / sizeof(program[0]), program};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 ? 0 : errno;
}

bool confine_filters(void)
{
    /* Refused for its address where it would be taken, and for its number where not. */
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) != 0 && errno == EFAULT;
}

#else

int confine_calls(bool no_network)
{
    (void)no_network;
    return ENOSYS;
}

bool confine_filters(void)
{
    return false;
}

#endif
