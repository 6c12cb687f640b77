/* SPDX-License-Identifier: ISC */
/* The replicas, each on a store of its own, and what they need from outside. */
#include "inside.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "conclave/files.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define GENESIS_MS UINT64_C(1735689540000)
#define WALL_EPOCH UINT64_C(1735689600000)

enum {
    WINDOW_MS = 3600000, /* of ballots and reveals: no deadline falls into a run */
    GRACE_MS = 2000,
    SEAT_WINDOW = 4, /* the charter's defaults */
    OPEN_PROPOSALS = 8,
    VERIFIED = 16384, /* conclaved's */
    FILES_PER_STORE = 8,
};

void scale_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("scale: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    exit(EXIT_FAILURE);
}

/* --- what is left when the program ends early --- */

static const char *left_over;
static volatile sig_atomic_t interrupted;

static void remove_left_over(void)
{
    struct complaint why;
    if (left_over != NULL) {
        (void)file_remove_tree(left_over, &why);
    }
}

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

bool world_is_interrupted(void)
{
    return interrupted != 0;
}

/* A disk in memory is never tidied up by anybody else. */
static void clean_up_at_exit(const char *dir)
{
    static bool ready;
    if (!ready) {
        ready = true;
        (void)atexit(remove_left_over);
        (void)signal(SIGINT, on_signal);
        (void)signal(SIGTERM, on_signal);
    }
    left_over = dir;
}

/* --- ports --- */

static uint64_t port_monotonic(void *context)
{
    const struct node *n = context;
    return MONOTONIC_START_MS + n->s->now / SCALE_MS;
}

static uint64_t port_wall(void *context)
{
    const struct node *n = context;
    return WALL_EPOCH + n->s->now / SCALE_MS;
}

static uint64_t next_random(struct scale *s)
{
    uint64_t z = s->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void port_random(void *context, void *out, size_t size)
{
    struct node *n = context;
    uint8_t *bytes = out;
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)next_random(n->s);
    }
}

static void port_send(void *context, uint16_t seat, const struct message *m,
                      struct bytes *content)
{
    struct node *n = context;
    if (n->sending == NULL) {
        n->sending = alloc_zero(1, sizeof(*n->sending));
        n->sending->references = 1;
        n->sending->from = n->seat;
    }
    struct mailing *out = n->sending;
    GROW(out->items, out->count, out->capacity);
    out->items[out->count++] = (struct item){seat, (uint8_t)m->tag, bytes_ref(content)};
}

static size_t port_queued(void *context, uint16_t seat)
{
    (void)context, (void)seat;
    return 0;
}

static bool port_charge(void *context, uint16_t seat, uint32_t operations)
{
    (void)context, (void)seat, (void)operations;
    return true;
}

static void port_reject(void *context, uint16_t seat, size_t bytes, int error)
{
    const struct node *n = context;
    scale_fail("seat %u rejects %zu bytes of seat %u: %s", n->seat, bytes, seat,
               error_text(error));
}

static void on_executed(void *context, struct block *b, const struct council_result *r)
{
    client_executed(context, b, r);
}

static void on_action(void *context, const struct pbft_action *a)
{
    struct node *n = context;
    bool entered = a->kind == PBFT_NOTICE && a->notice.kind == PBFT_NOTICE_NEW_VIEW;
    n->s->out->views += n->seat == 1 && entered;
}

static void on_closing(void *context)
{
    struct node *n = context;
    n->dirty = ledger_is_dirty(n->ledger);
}

/* --- opening --- */

static struct council_rules rules_of(const struct scale *s)
{
    struct council_rules r = {.council_id = s->genesis,
                              .seats = s->plan->seats,
                              .class_count = 1,
                              .open_proposals = OPEN_PROPOSALS,
                              .return_interval_ms = 10000,
                              .epoch_decisions = 100,
                              .epoch_absences = 100,
                              .created_ms = GENESIS_MS};
    r.classes[0] = (struct council_class){quorum_default_threshold(s->plan->seats),
                                          WINDOW_MS, WINDOW_MS, GRACE_MS, false};
    return r;
}

static void open_replica(struct scale *s, struct node *n)
{
    struct complaint why = {""};
    struct ledger_identity id = {s->genesis, n->seat, s->plan->seats};
    struct replica_config config = {.council = rules_of(s),
                                    .keys = s->keys,
                                    .key = s->secrets[n->seat - 1],
                                    .seat_window = SEAT_WINDOW,
                                    .envelope_operations = ENVELOPE_OPERATIONS_MAX,
                                    .replay_jobs = 1,
                                    .verified = VERIFIED,
                                    .order_load = true};
    struct replica_ports ports = {.context = n,
                                  .monotonic_ms = port_monotonic,
                                  .wall_ms = port_wall,
                                  .random_bytes = port_random,
                                  .send = port_send,
                                  .queued_bytes = port_queued,
                                  .charge_operations = port_charge,
                                  .reject = port_reject};
    struct replica_observer observer = {
        .context = n, .action = on_action, .executed = on_executed, .closing = on_closing};
    pbft_config_defaults(&config.core);
    config.core.seat = n->seat;
    config.core.seats = s->plan->seats;
    config.core.quorum = (uint16_t)quorum_size(s->plan->seats);
    config.core.genesis = s->genesis;
    config.core.genesis_time_ms = GENESIS_MS;
    config.core.timer_floor_ms = s->plan->timer_floor_ms;
    port_random(n, config.instance, sizeof(config.instance));
    char *dir = alloc_printf("%s/%u", s->dir, n->seat);
    if (ledger_open(dir, LEDGER_CREATE, &id, &n->ledger, &why) != 0 ||
        replica_new(&config, n->ledger, &ports, &observer, &n->replica, &why) != 0) {
        scale_fail("seat %u: %s", n->seat, why.text);
    }
    free(dir);
}

static void raise_file_limit(unsigned seats)
{
    const rlim_t files = (rlim_t)seats * FILES_PER_STORE + 64;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < files) {
        limit.rlim_cur = files;
        limit.rlim_max = limit.rlim_max < files ? files : limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
            scale_fail("%u stores need %lu open files: raise the limit (ulimit -n)", seats,
                       (unsigned long)files);
        }
    }
}

void world_open(struct scale *s)
{
    uint16_t seats = s->plan->seats;
    s->dir = alloc_printf("%s/conclave-scale-XXXXXX", s->plan->dir);
    if (mkdtemp(s->dir) == NULL) {
        scale_fail("cannot make a folder like %s: name another with --dir", s->dir);
    }
    clean_up_at_exit(s->dir);
    raise_file_limit(seats);
    s->random = 1;
    s->io = open("/proc/self/io", O_RDONLY | O_CLOEXEC);
    memset(s->genesis.bytes, 0x5a, HASH_BYTES);
    s->keys = alloc_zero(seats, sizeof(*s->keys));
    s->secrets = alloc_zero(seats, sizeof(struct secret_key *));
    s->nodes = alloc_zero(seats, sizeof(*s->nodes));
    s->ready = alloc_zero(seats, sizeof(struct node *));
    for (uint16_t i = 0; i < seats; i++) {
        uint8_t seed[32] = {(uint8_t)(i + 1)};
        s->secrets[i] = key_from_seed(seed);
        key_public(s->secrets[i], &s->keys[i]);
    }
    for (uint16_t i = 0; i < seats; i++) {
        s->nodes[i] = (struct node){.s = s, .seat = (uint16_t)(i + 1)};
        s->nodes[i].armed_at = UINT64_MAX;
        open_replica(s, &s->nodes[i]);
    }
}

void world_close(struct scale *s)
{
    struct complaint why = {""};
    for (uint16_t i = 0; i < s->plan->seats; i++) {
        struct node *n = &s->nodes[i];
        for (size_t k = 0; k < n->inbox_count; k++) {
            mailing_unref(n->inbox[k]);
        }
        mailing_unref(n->sending);
        replica_free(n->replica);
        ledger_close(n->ledger);
        key_free(s->secrets[i]);
        free(n->inbox);
        free(n->tasks);
        free(n->reached);
    }
    for (size_t i = 0; i < s->heap_count; i++) {
        mailing_unref(s->heap[i].mailing);
    }
    if (s->io >= 0) {
        (void)close(s->io);
    }
    if (file_remove_tree(s->dir, &why) != 0) {
        scale_fail("%s", why.text);
    }
    left_over = NULL;
    free(s->dir);
    free(s->keys);
    free(s->secrets);
    free(s->nodes);
    free(s->ready);
    free(s->heap);
}

uint64_t world_disk_bytes(const struct scale *s)
{
    char text[512];
    unsigned long long bytes = 0;
    ssize_t size = s->io >= 0 ? pread(s->io, text, sizeof(text) - 1, 0) : 0;
    text[size > 0 ? size : 0] = '\0';
    const char *line = strstr(text, "wchar: ");
    return line != NULL && sscanf(line, "wchar: %llu", &bytes) == 1 ? bytes : 0;
}
