/* SPDX-License-Identifier: ISC */
#include "scene.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* AddressSanitizer keeps what was freed for a while, and its own notes. */
#ifdef __SANITIZE_ADDRESS__
enum { SANITIZER_MIB = 512 };
#else
enum { SANITIZER_MIB = 0 };
#endif

static bool approve(void *context, unsigned seat, const json_t *params,
                    struct live_ballot *out)
{
    (void)context, (void)seat, (void)params, (void)out;
    return true;
}

bool scene_is_long(void)
{
    const char *wanted = getenv("CONCLAVE_LONG");
    return wanted != NULL && strcmp(wanted, "1") == 0;
}

bool scene_is_correct(const struct scene *s, unsigned seat)
{
    return seat != s->e->seat && (s->second == NULL || seat != s->second->seat);
}

unsigned scene_friend(const struct scene *s)
{
    unsigned seat = s->seats;
    while (!scene_is_correct(s, seat)) {
        seat--;
    }
    return seat;
}

struct scene *scene_new(unsigned seats, uint16_t evil, const char *charter,
                        const char *config)
{
    return scene_new_pair(seats, evil, 0, charter, config);
}

struct scene *scene_new_pair(unsigned seats, uint16_t evil, uint16_t second,
                             const char *charter, const char *config)
{
    /* The evil seat's ballot is waited for only where it matters. */
    static const struct live_class classes[] = {{"test", 0, 30000, 30000, 500, false},
                                                {"quick", 0, 30000, 30000, 50, false}};
    struct live_options o = {.seats = seats,
                             .charter = charter,
                             .config = config,
                             .classes = classes,
                             .class_count = 2};
    struct scene *s = alloc_zero(1, sizeof(*s));
    s->seats = seats;
    s->l = live_new(&o);
    s->e = evil_new(s->l, evil);
    s->second = second != 0 ? evil_new(s->l, second) : NULL;
    s->witness = witness_new();
    for (unsigned seat = 1; seat <= seats; seat++) {
        if (scene_is_correct(s, seat)) {
            live_start(s->l, seat);
        }
    }
    if (!live_wait_ready(s->l, 0, LIVE_START_MS) ||
        !live_wait_connected(s->l, LIVE_START_MS)) {
        live_show_logs(s->l, 10);
        printf("Bail out! the council does not start\n");
        exit(99);
    }
    for (unsigned seat = 1; seat <= seats; seat++) {
        if (scene_is_correct(s, seat)) {
            live_agent_set(s->l, seat, approve, NULL);
        }
    }
    return s;
}

void scene_free(struct scene *s)
{
    witness_free(s->witness);
    evil_free(s->e);
    if (s->second != NULL) {
        evil_free(s->second);
    }
    live_free(s->l);
    free(s);
}

/* --- what it costs --- */

static unsigned long status_kib(pid_t pid, const char *name)
{
    char path[64], line[256];
    unsigned long kib = 0;
    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            kib = strtoul(line + strlen(name), NULL, 10);
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return kib;
}

static uint64_t cpu_of(pid_t pid)
{
    char path[64], line[1024] = "";
    unsigned long user = 0, kernel = 0;
    (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        (void)!fgets(line, sizeof(line), file);
        (void)fclose(file);
    }
    const char *rest = strrchr(line, ')');
    if (rest != NULL) {
        (void)sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                     &user, &kernel);
    }
    return 1000 * (uint64_t)(user + kernel) / (uint64_t)sysconf(_SC_CLK_TCK);
}

uint64_t scene_cpu_ms(const struct scene *s, unsigned seat)
{
    return cpu_of(live_seat(s->l, seat)->pid) - s->cpu_ms[seat];
}

bool scene_memory(struct scene *s, unsigned mib)
{
    unsigned long most = 0;
    uint64_t cpu = 0;
    for (unsigned seat = 1; seat <= s->seats; seat++) {
        pid_t pid = live_seat(s->l, seat)->pid;
        if (pid > 0) {
            unsigned long kib = status_kib(pid, "VmHWM:");
            most = kib > most ? kib : most;
            cpu = scene_cpu_ms(s, seat) > cpu ? scene_cpu_ms(s, seat) : cpu;
        }
    }
    printf("# peak of memory %lu MiB; most CPU %llu ms in %llu ms\n", most / 1024,
           (unsigned long long)cpu,
           (unsigned long long)(clock_monotonic_ms() - s->begun_ms));
    return most / 1024 < mib + SANITIZER_MIB;
}

void scene_begin(struct scene *s, const char *attack)
{
    printf("# --- %s\n", attack);
    (void)fflush(stdout);
    s->begun_ms = clock_monotonic_ms();
    for (unsigned seat = 1; seat <= s->seats; seat++) {
        pid_t pid = live_seat(s->l, seat)->pid;
        if (pid > 0) {
            char path[64];
            (void)snprintf(path, sizeof(path), "/proc/%d/clear_refs", (int)pid);
            FILE *file = fopen(path, "we");
            if (file != NULL) {
                (void)fputs("5\n", file); /* the peak begins anew */
                (void)fclose(file);
            }
            s->cpu_ms[seat] = cpu_of(pid);
        }
    }
}

/* --- what every attack must leave whole --- */

int64_t scene_decide(struct scene *s, int timeout_ms)
{
    char id[LIVE_ID_BYTES], title[64];
    unsigned at = scene_friend(s);
    uint64_t start = clock_monotonic_ms();
    (void)snprintf(title, sizeof(title), "after attack %u", ++s->attacks);
    if (live_propose(s->l, at, "quick", title, NULL, id) != 0) {
        printf("# propose: %s\n", s->l->why.text);
        return -1;
    }
    for (unsigned seat = 1; seat <= s->seats; seat++) {
        json_t *p = NULL;
        if (scene_is_correct(s, seat) && live_running(s->l, seat)) {
            p = live_wait_final(s->l, seat, id, timeout_ms);
            const char *outcome = json_string_value(json_object_get(p, "outcome"));
            if (outcome == NULL || strcmp(outcome, "approved") != 0) {
                printf("# seat %u: %s\n", seat, outcome != NULL ? outcome : "not final");
                json_decref(p);
                return -1;
            }
            json_decref(p);
        }
    }
    return (int64_t)(clock_monotonic_ms() - start);
}

struct scene_verdict scene_judge(struct scene *s)
{
    struct scene_verdict v = {.took_ms = scene_decide(s, DECIDE_MS), .up = true};
    v.agree = live_wait_level(s->l, DECIDE_MS);
    for (unsigned seat = 1; seat <= s->seats; seat++) {
        if (scene_is_correct(s, seat)) {
            v.up = live_running(s->l, seat) && v.up;
            witness_look(s->witness, s->l, seat);
        }
    }
    v.agree = v.agree && witness_contradictions(s->witness) == 0;
    return v;
}

/* --- looking --- */

json_int_t scene_peer_number(struct scene *s, unsigned at, unsigned about,
                             const char *member)
{
    json_t *rows = live_call(s->l, at, "seats", NULL);
    json_int_t value =
        json_integer_value(json_object_get(json_array_get(rows, about - 1), member));
    json_decref(rows);
    return value;
}

struct hash scene_hash(struct scene *s, unsigned at, const char *member)
{
    struct hash h = {{0}};
    json_t *status = live_call(s->l, at, "status", NULL);
    const char *hex = json_string_value(json_object_get(status, member));
    if (hex != NULL) {
        (void)hex_decode(h.bytes, HASH_BYTES, hex, strlen(hex));
    }
    json_decref(status);
    return h;
}
