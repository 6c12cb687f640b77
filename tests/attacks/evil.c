/* SPDX-License-Identifier: ISC */
/* The evil seat's channel. */
#define _GNU_SOURCE
#include "evil.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/quorum.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LENGTH_BYTES = 2,
    HELLO_BYTES = 17,
    ANSWER_BYTES = NOISE_HANDSHAKE_2_BYTES + INSTANCE_BYTES,
    FIRST_BYTES = NOISE_HANDSHAKE_1_BYTES + INSTANCE_BYTES,
    HANDSHAKE_MS = 5000,
    POLL_MS = 5,
    READ_BYTES = 256 * 1024,
};

static struct evil_link *link_of(struct evil *e, uint16_t victim)
{
    return &e->links[victim - 1];
}

struct evil *evil_new(struct live *l, uint16_t seat)
{
    struct evil *e = alloc_zero(1, sizeof(*e));
    e->l = l;
    e->seat = seat;
    e->seats = l->charter->seat_count;
    randombytes_buf(e->instance, sizeof(e->instance));
    e->signers.seats = e->seats;
    e->signers.quorum = (uint16_t)quorum_size(e->seats);
    e->signers.council_id = l->charter->council_id;
    for (uint16_t i = 0; i < e->seats; i++) {
        struct complaint why = {""};
        e->links[i].fd = -1;
        e->signers.keys[i] = l->charter->seats[i].key;
        if (key_load(l->seats[i].key, &e->signers.secrets[i], &why) != 0) {
            printf("Bail out! %s\n", why.text);
            exit(99);
        }
    }
    return e;
}

static void close_link(struct evil_link *k)
{
    if (k->fd >= 0) {
        (void)close(k->fd);
    }
    noise_free(k->noise);
    buffer_free(&k->in);
    buffer_free(&k->plain);
    buffer_free(&k->out);
    *k = (struct evil_link){.fd = -1, .messages = k->messages};
}

void evil_free(struct evil *e)
{
    evil_drop(e, 0);
    signers_free(&e->signers);
    free(e);
}

void evil_drop(struct evil *e, uint16_t victim)
{
    for (uint16_t i = 1; i <= e->seats; i++) {
        if (victim == 0 || victim == i) {
            close_link(link_of(e, i));
        }
    }
}

bool evil_is_up(const struct evil *e, uint16_t victim)
{
    return e->links[victim - 1].fd >= 0;
}

/* --- the handshake --- */

int evil_socket(struct evil *e, uint16_t victim, uint8_t host)
{
    struct sockaddr_in from = {.sin_family = AF_INET};
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(e->l->ports[victim - 1])};
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + host);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0 ||
        connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

void evil_first_bytes(struct evil *e, uint16_t victim, struct noise **noise,
                      struct buffer *out)
{
    uint8_t prologue[10 + HASH_BYTES] = "conclave/1";
    uint8_t remote[32], version = PROTOCOL_VERSION;
    uint8_t length[LENGTH_BYTES] = {FIRST_BYTES >> 8, FIRST_BYTES & 0xff};
    memcpy(prologue + 10, e->signers.council_id.bytes, HASH_BYTES);
    (void)key_channel_public(&e->signers.keys[victim - 1], remote);
    *noise = noise_initiator(e->signers.secrets[e->seat - 1], remote,
                             slice_of(prologue, sizeof(prologue)));
    buffer_append(out, "conclave", 8);
    buffer_append(out, &version, 1);
    buffer_append(out, e->signers.council_id.bytes, 8);
    buffer_append(out, length, sizeof(length));
    (void)noise_handshake_write(*noise, slice_of(e->instance, INSTANCE_BYTES), out);
}

static bool receive_exactly(int fd, uint8_t *out, size_t size)
{
    uint64_t until = clock_monotonic_ms() + HANDSHAKE_MS;
    size_t got = 0;
    while (got < size && clock_monotonic_ms() < until) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, POLL_MS) > 0) {
            ssize_t n = recv(fd, out + got, size - got, MSG_DONTWAIT);
            if (n == 0 || (n < 0 && errno != EAGAIN)) {
                return false;
            }
            got += n > 0 ? (size_t)n : 0;
        }
    }
    return got == size;
}

bool evil_connect(struct evil *e, uint16_t victim)
{
    struct evil_link *k = link_of(e, victim);
    uint8_t answer[HELLO_BYTES + LENGTH_BYTES + ANSWER_BYTES];
    uint8_t confirm[LENGTH_BYTES] = {0, NOISE_TAG_BYTES};
    struct buffer out = {0}, payload = {0};
    close_link(k);
    k->fd = evil_socket(e, victim, 1);
    if (k->fd < 0) {
        return false;
    }
    evil_first_bytes(e, victim, &k->noise, &out);
    bool good = send(k->fd, out.data, out.size, MSG_NOSIGNAL) == (ssize_t)out.size &&
                receive_exactly(k->fd, answer, sizeof(answer)) &&
                noise_handshake_read(
                    k->noise, slice_of(answer + HELLO_BYTES + LENGTH_BYTES, ANSWER_BYTES),
                    &payload) == 0;
    buffer_free(&payload);
    if (good) {
        out.size = 0;
        buffer_append(&out, confirm, sizeof(confirm));
        (void)noise_encrypt(k->noise, SLICE_NONE, &out);
        good = send(k->fd, out.data, out.size, MSG_NOSIGNAL) == (ssize_t)out.size;
    }
    buffer_free(&out);
    if (!good) {
        close_link(k);
    }
    return good;
}

bool evil_insist(struct evil *e, uint16_t victim)
{
    uint64_t until = clock_monotonic_ms() + HANDSHAKE_MS;
    while (!evil_connect(e, victim)) {
        if (clock_monotonic_ms() > until) {
            return false;
        }
        evil_pump(e, 20);
    }
    return true;
}

unsigned evil_connect_all(struct evil *e)
{
    unsigned count = 0;
    for (uint16_t i = 1; i <= e->seats; i++) {
        count += i != e->seat && live_running(e->l, i) && evil_insist(e, i);
    }
    return count;
}

/* --- sending --- */

static void encrypt(struct evil_link *k, struct slice data)
{
    while (data.size > 0) {
        size_t part = data.size < NOISE_PAYLOAD_MAX ? data.size : NOISE_PAYLOAD_MAX;
        size_t length = part + NOISE_TAG_BYTES;
        uint8_t head[LENGTH_BYTES] = {(uint8_t)(length >> 8), (uint8_t)length};
        buffer_append(&k->out, head, sizeof(head));
        (void)noise_encrypt(k->noise, slice_of(data.data, part), &k->out);
        data = slice_of(data.data + part, data.size - part);
    }
}

void evil_bytes(struct evil *e, uint16_t victim, struct slice data)
{
    for (uint16_t i = 1; i <= e->seats; i++) {
        if ((victim == 0 || victim == i) && evil_is_up(e, i)) {
            encrypt(link_of(e, i), data);
        }
    }
}

void evil_frame(struct evil *e, uint16_t victim, struct slice content)
{
    struct buffer frame = {0};
    uint8_t head[] = {(uint8_t)(content.size >> 24), (uint8_t)(content.size >> 16),
                      (uint8_t)(content.size >> 8), (uint8_t)content.size};
    buffer_append(&frame, head, sizeof(head));
    buffer_append_slice(&frame, content);
    evil_bytes(e, victim, buffer_slice(&frame));
    buffer_free(&frame);
}

void evil_send(struct evil *e, uint16_t victim, const struct message *m)
{
    struct buffer content = {0};
    codec_encode_message(&content, m);
    evil_frame(e, victim, buffer_slice(&content));
    buffer_free(&content);
}

size_t evil_unsent(const struct evil *e, uint16_t victim)
{
    size_t most = 0;
    for (uint16_t i = 1; i <= e->seats; i++) {
        const struct evil_link *k = &e->links[i - 1];
        if ((victim == 0 || victim == i) && k->out.size - k->sent > most) {
            most = k->out.size - k->sent;
        }
    }
    return most;
}

/* --- the pump --- */

static bool push(struct evil_link *k)
{
    while (k->sent < k->out.size) {
        ssize_t n = send(k->fd, k->out.data + k->sent, k->out.size - k->sent,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0) {
            return errno == EAGAIN;
        }
        k->sent += (size_t)n;
    }
    k->out.size = k->sent = 0;
    return true;
}

static void deliver(struct evil *e, uint16_t victim)
{
    struct evil_link *k = link_of(e, victim);
    size_t at = 0;
    while (k->plain.size - at >= 4) {
        const uint8_t *d = k->plain.data + at;
        size_t size = (size_t)d[0] << 24 | (size_t)d[1] << 16 | (size_t)d[2] << 8 | d[3];
        if (k->plain.size - at < 4 + size) {
            break;
        }
        k->messages++;
        if (e->on_message != NULL) {
            struct bytes *owner = bytes_copy(slice_of(d + 4, size));
            struct message m;
            if (codec_decode_message(owner, bytes_slice(owner), &m) == 0) {
                e->on_message(e->context, e, victim, &m);
                message_clear(&m);
            }
            bytes_unref(owner);
        }
        at += 4 + size;
    }
    buffer_consume(&k->plain, at);
}

static bool pull(struct evil *e, uint16_t victim)
{
    struct evil_link *k = link_of(e, victim);
    buffer_reserve(&k->in, READ_BYTES);
    ssize_t n = recv(k->fd, k->in.data + k->in.size, READ_BYTES, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        return false;
    }
    k->in.size += n > 0 ? (size_t)n : 0;
    size_t at = 0;
    while (k->in.size - at >= LENGTH_BYTES) {
        const uint8_t *d = k->in.data + at;
        size_t length = (size_t)d[0] << 8 | d[1];
        if (k->in.size - at < LENGTH_BYTES + length) {
            break;
        }
        if (noise_decrypt(k->noise, slice_of(d + LENGTH_BYTES, length), &k->plain) != 0) {
            return false;
        }
        at += LENGTH_BYTES + length;
    }
    buffer_consume(&k->in, at);
    deliver(e, victim);
    return true;
}

static void pump_once(struct evil *e, int ms)
{
    struct pollfd fds[SEATS_MAX];
    uint16_t victims[SEATS_MAX];
    nfds_t count = 0;
    for (uint16_t i = 1; i <= e->seats; i++) {
        struct evil_link *k = link_of(e, i);
        if (k->fd >= 0) {
            short events =
                (short)((e->deaf ? 0 : POLLIN) | (k->sent < k->out.size ? POLLOUT : 0));
            fds[count] = (struct pollfd){.fd = k->fd, .events = events};
            victims[count++] = i;
        }
    }
    if (poll(fds, count, ms) <= 0) {
        return;
    }
    for (nfds_t i = 0; i < count; i++) {
        struct evil_link *k = link_of(e, victims[i]);
        bool alive = (fds[i].revents & (POLLERR | POLLNVAL)) == 0;
        if (alive && (fds[i].revents & POLLOUT) != 0) {
            alive = push(k);
        }
        if (alive && !e->deaf && (fds[i].revents & (POLLIN | POLLHUP)) != 0) {
            alive = pull(e, victims[i]);
        }
        if (!alive || (e->deaf && (fds[i].revents & POLLHUP) != 0)) {
            close_link(k);
        }
    }
}

void evil_pump(struct evil *e, int ms)
{
    uint64_t until = clock_monotonic_ms() + (uint64_t)(ms > 0 ? ms : 0);
    do {
        pump_once(e, ms > 0 ? POLL_MS : 0);
        live_pump(e->l, 0);
    } while (clock_monotonic_ms() < until);
}

bool evil_flush(struct evil *e, int timeout_ms)
{
    uint64_t until = clock_monotonic_ms() + (uint64_t)timeout_ms;
    while (evil_unsent(e, 0) > 0 && clock_monotonic_ms() < until) {
        evil_pump(e, 1);
    }
    return evil_unsent(e, 0) == 0;
}

bool evil_wait_closed(struct evil *e, uint16_t victim, int timeout_ms)
{
    uint64_t until = clock_monotonic_ms() + (uint64_t)timeout_ms;
    while (evil_is_up(e, victim) && clock_monotonic_ms() < until) {
        evil_pump(e, 1);
    }
    return !evil_is_up(e, victim);
}

/* --- a process of its own --- */

pid_t evil_fork(struct evil *e, evil_step *step, void *context)
{
    pid_t parent = getpid();
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)alarm(0);
        if (getppid() != parent) {
            _exit(0);
        }
        (void)!nice(10); /* it attacks over the network, not by taking the processor */
        for (uint64_t round = 0;; round++) {
            step(e, context, round);
            pump_once(e, 1);
        }
    }
    for (uint16_t i = 1; i <= e->seats; i++) {
        close_link(link_of(e, i));
    }
    return pid;
}

void evil_stop(struct evil *e, pid_t pid)
{
    (void)e;
    if (pid > 0) {
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
    }
}
