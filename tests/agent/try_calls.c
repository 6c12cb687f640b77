/* SPDX-License-Identifier: ISC */
/* Tries what reaches out of a process, and prints which of it the kernel lets. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CALL_IO_URING_SETUP = 425 };

static void tell(const char *name, int fd)
{
    printf("%s:%s ", name,
           fd >= 0           ? "open"
           : errno == EACCES ? "denied"
           : errno == ENOSYS ? "none"
           : errno == EPERM  ? "privileged"
                             : strerror(errno));
    if (fd >= 0) {
        (void)close(fd);
    }
}

/* They are no descriptors, and would stay. */
static void tell_ipc(void)
{
    int memory = shmget(IPC_PRIVATE, 4096, 0600);
    tell("memory", memory >= 0 ? dup(0) : -1);
    int messages = msgget(IPC_PRIVATE, 0600);
    tell("messages", messages >= 0 ? dup(0) : -1);
    int semaphores = semget(IPC_PRIVATE, 1, 0600);
    tell("semaphores", semaphores >= 0 ? dup(0) : -1);
    int queue = (int)syscall(SYS_mq_open, "conclave.try", O_RDONLY | O_CREAT, 0600, NULL);
    tell("queue", queue);
    (void)syscall(SYS_mq_unlink, "conclave.try");
    if (memory >= 0) {
        (void)shmctl(memory, IPC_RMID, NULL);
    }
    if (messages >= 0) {
        (void)msgctl(messages, IPC_RMID, NULL);
    }
    if (semaphores >= 0) {
        (void)semctl(semaphores, 0, IPC_RMID);
    }
}

int main(int argc, char **argv)
{
    unsigned char parameters[256] = {0};
    int pair[2];
    tell("tcp", socket(AF_INET, SOCK_STREAM, 0));
    tell("tcp6", socket(AF_INET6, SOCK_STREAM, 0));
    tell("udp", socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    tell("raw", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
    tell("packet", socket(AF_PACKET, SOCK_RAW, 0));
    tell("netlink", socket(AF_NETLINK, SOCK_RAW, 0));
    tell("unix", socket(AF_UNIX, SOCK_STREAM, 0));
    tell("wide", (int)syscall(SYS_socket, 0x100000000L | AF_UNIX, SOCK_STREAM, 0));
    int stream = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
    tell("pair", stream == 0 ? pair[0] : -1);
    int datagrams = socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair);
    tell("datagram-pair", datagrams == 0 ? pair[0] : -1);
    int raw = socketpair(AF_UNIX, SOCK_RAW, 0, pair);
    tell("raw-pair", raw == 0 ? pair[0] : -1);
    int sequence = socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
    tell("sequence-pair", sequence == 0 ? pair[0] : -1);
    tell("io-uring", (int)syscall(CALL_IO_URING_SETUP, 4, parameters));
    tell_ipc();
    if (argc > 1) {
        tell("truncate", truncate(argv[1], 10) == 0 ? dup(0) : -1);
    }
    printf("\n");
    return 0;
}
