/* SPDX-License-Identifier: ISC */
/* What the machine takes for messages over the channels that ship, by two nets in one loop,
 * and for what is written to its disk. */
#define _GNU_SOURCE
#include "scale.h"

#include "base/alloc.h"
#include "base/log.h"
#include "ledger/wal.h"
#include "net/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct end {
    struct net *net;
    struct secret_key *key;
    uint64_t frames;
};

static void on_connected(void *context, uint16_t seat, const uint8_t instance[])
{
    (void)context, (void)seat, (void)instance;
}

static void on_disconnected(void *context, uint16_t seat, enum net_down_reason reason)
{
    (void)context, (void)seat, (void)reason;
}

static void on_frame(void *context, uint16_t seat, struct bytes *owner,
                     struct slice content)
{
    struct end *e = context;
    (void)seat, (void)owner, (void)content;
    e->frames++;
}

static uint16_t free_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t size = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &size) != 0) {
        scale_fail("no port on the loopback interface");
    }
    (void)close(fd);
    return ntohs(a.sin_port);
}

enum { ENDS = 4 }; /* a council has four seats; two of them take part */

static void start_ends(struct ev_loop *loop, struct end *ends)
{
    char addresses[ENDS][32];
    struct net_seat seats[ENDS];
    struct net_config config;
    struct complaint why = {""};
    for (uint16_t i = 0; i < ENDS; i++) {
        uint8_t seed[32] = {(uint8_t)(i + 1)};
        ends[i].key = key_from_seed(seed);
        key_public(ends[i].key, &seats[i].key);
        (void)snprintf(addresses[i], sizeof(addresses[i]), "127.0.0.1:%u", free_port());
        seats[i].address = addresses[i];
    }
    net_config_defaults(&config);
    config.seats = ENDS;
    config.others = seats;
    config.bytes_per_second = UINT64_C(1) << 36;
    memset(config.council_id.bytes, 0x5a, HASH_BYTES);
    for (uint16_t i = 0; i < 2; i++) {
        struct net_handler handler = {on_connected, on_disconnected, NULL, on_frame,
                                      &ends[i]};
        config.seat = (uint16_t)(i + 1);
        config.key = ends[i].key;
        randombytes_buf(config.instance, sizeof(config.instance));
        if (net_start(loop, &config, &handler, &ends[i].net, &why) != 0) {
            scale_fail("%s", why.text);
        }
    }
}

/* Processor time of a mailing of so many frames of so many bytes, both ends together. */
static double mailing_ns(struct ev_loop *loop, struct end *ends, unsigned frames,
                         size_t bytes)
{
    enum { ROUNDS = 400 };
    struct bytes *content = bytes_new(bytes);
    memset(content->data, 1, bytes);
    double from = scale_cpu_s();
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t wanted = ends[1].frames + frames;
        for (unsigned i = 0; i < frames; i++) {
            net_send(ends[0].net, 2, content);
        }
        net_flush(ends[0].net);
        while (ends[1].frames < wanted) {
            ev_run(loop, EVRUN_ONCE);
        }
    }
    bytes_unref(content);
    return (scale_cpu_s() - from) * 1e9 / ROUNDS;
}

void scale_measure_channel(struct scale_machine *out)
{
    enum { SMALL = 120, LARGE = 32768, SEVERAL = 17, TIMEOUT_S = 10 };
    struct end ends[ENDS] = {{NULL, NULL, 0}};
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    log_open("/dev/null", LOG_LEVEL_INFO, NULL);
    start_ends(loop, ends);
    ev_tstamp until = ev_time() + TIMEOUT_S;
    while (!net_is_connected(ends[0].net, 2) || !net_is_connected(ends[1].net, 1)) {
        ev_run(loop, EVRUN_ONCE);
        if (ev_time() > until) {
            scale_fail("two nodes on the loopback interface do not connect");
        }
    }
    (void)mailing_ns(loop, ends, 1, SMALL); /* warm */
    double one = mailing_ns(loop, ends, 1, SMALL);
    double several = mailing_ns(loop, ends, SEVERAL, SMALL);
    double large = mailing_ns(loop, ends, 1, LARGE);
    out->byte_ns = (large - one) / (LARGE - SMALL);
    out->frame_ns = (several - one) / (SEVERAL - 1) - out->byte_ns * SMALL;
    out->frame_ns = out->frame_ns > 0 ? out->frame_ns : 0;
    out->flush_ns = one - out->frame_ns - out->byte_ns * SMALL;
    for (unsigned i = 0; i < ENDS; i++) {
        net_free(ends[i].net);
        key_free(ends[i].key);
    }
    ev_loop_destroy(loop);
    log_close();
}

/* --- the disk --- */

/* Seconds of a synced write of so many bytes, the median of several: past the kernel's
 * pages, as the log does it, where the file system lets it. */
static double write_s(int fd, size_t bytes)
{
    enum { ROUNDS = 31 };
    double took[ROUNDS];
    uint8_t *data = alloc_aligned(WAL_ALIGN, bytes);
    for (unsigned i = 0; i < ROUNDS; i++) {
        ev_tstamp from = ev_time();
        memset(data, (int)i, bytes);
        if (pwrite(fd, data, bytes, 0) != (ssize_t)bytes || fdatasync(fd) != 0) {
            scale_fail("a disk cannot be written: %s", strerror(errno));
        }
        took[i] = ev_time() - from;
        for (unsigned k = i; k > 0 && took[k] < took[k - 1]; k--) {
            double later = took[k - 1];
            took[k - 1] = took[k];
            took[k] = later;
        }
    }
    free(data);
    return took[ROUNDS / 2];
}

void scale_measure_disk(struct scale_machine *out, const char *dir)
{
    enum { SMALL = 4096, LARGE = 1024 * 1024 };
    char *path = alloc_printf("%s/conclave-scale-XXXXXX", dir);
    int fd = mkstemp(path);
    if (fd < 0 || unlink(path) != 0) {
        scale_fail("cannot make a file like %s: name another folder in TMPDIR", path);
    }
    (void)write_s(fd, LARGE); /* its blocks are there from now on */
    (void)fcntl(fd, F_SETFL, O_DIRECT);
    double more = write_s(fd, LARGE) - write_s(fd, SMALL);
    out->disk_byte_ns = more > 0 ? more * 1e9 / (LARGE - SMALL) : 0;
    (void)close(fd);
    free(path);
}

/* --- the own code, until it was measured --- */

void scale_own_guess(struct scale_own *out)
{
    *out = (struct scale_own){.end_ns = {2000, 60000}, .tick_ns = 5000, .submit_ns = 2000};
    for (unsigned tag = 0; tag < SCALE_TAGS; tag++) {
        out->receive_ns[tag] = 5000;
    }
}
