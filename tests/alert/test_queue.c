/* SPDX-License-Identifier: ISC */
/* The queue: order, bounds, and a process that ends between any two of its steps. */
#define _GNU_SOURCE
#include "alert/queue.h"

#include "base/alloc.h"
#include "tap.h"

#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct queue_limits limits = {100, 1024 * 1024};
static char dir[] = "/tmp/queue-XXXXXX";

static struct queue *open_queue(enum queue_mode mode)
{
    struct queue *q = NULL;
    struct complaint why = {""};
    if (queue_open(dir, mode, &limits, &q, &why) != 0) {
        printf("# %s\n", why.text);
        return NULL;
    }
    return q;
}

static void clean(void)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "lock"};
    for (size_t i = 0; i < 3; i++) {
        char *path = alloc_printf("%s/%s", dir, names[i]);
        (void)unlink(path);
        free(path);
    }
}

static void add(struct queue *q, const char *receiver, unsigned n)
{
    struct alert a = {.type = "flag.raised"};
    (void)snprintf(a.id, sizeof(a.id), "msg_%u", n);
    char *body = alloc_printf("{\"n\":%u}", n);
    buffer_append_slice(&a.body, slice_of_string(body));
    queue_add(q, receiver, &a);
    alert_free(&a);
    free(body);
}

/* The numbers that wait for a receiver, as text: "1 2 3". */
static char *waiting(struct queue *q, const char *receiver)
{
    char *out = alloc_string("");
    struct parcel p;
    uint64_t above = 0;
    while (queue_next(q, receiver, above, &p)) {
        char *more = alloc_printf("%s%s%s", out, out[0] != '\0' ? " " : "", p.id + 4);
        free(out);
        out = more;
        above = p.number;
        parcel_free(&p);
    }
    return out;
}

static void is_waiting(struct queue *q, const char *receiver, const char *expected)
{
    char *got = waiting(q, receiver);
    ok(strcmp(got, expected) == 0, "%s waits for: %s", receiver, got);
    free(got);
}

static void order(void)
{
    struct complaint why = {""};
    struct queue_waiting w;
    struct parcel p;
    struct queue *q = open_queue(QUEUE_SERVE);
    add(q, "b", 1);
    add(q, "a", 2);
    add(q, "b", 3);
    add(q, "ab", 4);
    is_waiting(q, "b", "1 3");
    ok(queue_commit(q, &why) == 0, "a commit");
    ok(queue_commit(q, &why) == 0, "one of nothing");
    is_waiting(q, "a", "2");
    is_waiting(q, "ab", "4");
    is_waiting(q, "", "");
    if (ok(queue_next(q, "b", 0, &p), "the first")) {
        ok(strcmp(p.type, "flag.raised") == 0 && p.queued_ms > 0 &&
               slice_equal(buffer_slice(&p.body), slice_of_string("{\"n\":1}")),
           "as it was put in");
        is((int64_t)queue_remove(q, "b", p.number), 1, "it is removed");
        parcel_free(&p);
    }
    is_waiting(q, "b", "3");
    is((int64_t)queue_count(q), 3, "what is left is counted");
    ok(queue_waiting(q, "", &w) && strcmp(w.receiver, "a") == 0 && w.alerts == 1,
       "receivers, one after the other");
    ok(queue_waiting(q, "a", &w) && strcmp(w.receiver, "ab") == 0, "the next");
    ok(queue_waiting(q, "ab", &w) && strcmp(w.receiver, "b") == 0, "the last");
    ok(!queue_waiting(q, "b", &w) && w.alerts == 0, "no more");
    queue_close(q); /* without a commit */
    q = open_queue(QUEUE_SERVE);
    is_waiting(q, "b", "1 3");
    size_t bytes = queue_bytes(q);
    is((int64_t)queue_remove(q, "b", UINT64_MAX), 2, "all of one receiver");
    is_waiting(q, "a", "2");
    is_waiting(q, "b", "");
    ok(queue_commit(q, &why) == 0 && queue_bytes(q) < bytes, "less is left");
    bytes = queue_bytes(q);
    queue_recount(q);
    ok(queue_bytes(q) == bytes && queue_count(q) == 2, "counted again it is the same");
    queue_close(q);
}

static void full(void)
{
    struct complaint why = {""};
    struct queue *q = open_queue(QUEUE_SERVE);
    unsigned added = (unsigned)queue_count(q);
    while (!queue_is_full(q) && added < 1000) {
        add(q, "full", added++);
    }
    is(added, (int64_t)limits.alerts, "there is room for so many, and then it is full");
    (void)queue_remove(q, "full", UINT64_MAX);
    ok(!queue_is_full(q), "until something is removed");
    struct alert a = {.type = "flag.raised"};
    char *large = alloc_zero(limits.bytes, 1);
    memset(large, 'x', limits.bytes);
    buffer_append(&a.body, large, limits.bytes);
    queue_add(q, "full", &a);
    ok(queue_is_full(q), "one that is large fills it, too");
    ok(queue_commit(q, &why) == 0, "and is written");
    (void)queue_remove(q, "full", UINT64_MAX);
    ok(queue_commit(q, &why) == 0 && !queue_is_full(q), "and removed");
    alert_free(&a);
    free(large);
    queue_close(q);
}

static bool is_even(void *context, uint64_t id)
{
    (void)context;
    return id % 2 == 0;
}

static void flags(void)
{
    struct complaint why = {""};
    struct queue_flag f = {0, 0, 0};
    struct queue *q = open_queue(QUEUE_SERVE);
    ok(!queue_flag(q, 7, &f), "nothing is known of a flag");
    for (uint64_t id = 1; id <= 1000; id++) {
        queue_put_flag(q, &(struct queue_flag){id, 10 * id, TURN_RAISED});
    }
    queue_put_flag(q, &(struct queue_flag){8, 80, TURN_RAISED | TURN_CLEARED});
    ok(queue_commit(q, &why) == 0 && queue_flag(q, 8, &f) && f.first_ms == 80 &&
           f.turns == (TURN_RAISED | TURN_CLEARED),
       "then it is");
    queue_keep_flags(q, is_even, NULL);
    ok(queue_commit(q, &why) == 0, "some are forgotten");
    bool right = true;
    for (uint64_t id = 1; id <= 1000; id++) {
        right = right && queue_flag(q, id, &f) == (id % 2 == 0);
    }
    ok(right, "and no others");
    queue_close(q);
}

static void others(void)
{
    struct complaint why = {""};
    struct queue *q = open_queue(QUEUE_SERVE), *second = NULL;
    ok(queue_open(dir, QUEUE_SERVE, &limits, &second, &why) == CONCLAVE_ESTATE &&
           strstr(why.text, "another conclave-alert") != NULL,
       "a second helper is kept out: %s", why.text);
    pid_t child = fork();
    if (child == 0) {
        struct queue *edit = open_queue(QUEUE_EDIT);
        size_t removed = edit != NULL ? queue_remove(edit, "ab", UINT64_MAX) : 0;
        bool good = removed == 1 && queue_commit(edit, &why) == 0;
        queue_close(edit);
        _exit(good ? 0 : 1);
    }
    int status = 1;
    (void)waitpid(child, &status, 0);
    ok(status == 0, "another process may drop");
    queue_recount(q);
    is_waiting(q, "ab", "");
    queue_set_number(q, "format", 99);
    (void)queue_commit(q, &why);
    queue_close(q);
    ok(queue_open(dir, QUEUE_SERVE, &limits, &q, &why) == CONCLAVE_EVERSION &&
           strstr(why.text, "upgrade") != NULL,
       "a later format: %s", why.text);
    clean();
    char *lock = alloc_printf("%s/lock.mdb", dir);
    ok(queue_open(dir, QUEUE_READ, &limits, &q, &why) == CONCLAVE_ENOENT,
       "a queue that was never there: %s", why.text);
    ok(access(lock, F_OK) != 0, "of which looking leaves nothing");
    free(lock);
}

/* --- ends --- */

static int steps_left;

static void step(void)
{
    if (steps_left-- == 0) {
        (void)raise(SIGKILL);
    }
}

/* As the helper works: what is queued and how far it came in one transaction, and removals
 * of what was delivered in another. */
static void work(void)
{
    struct complaint why = {""};
    struct queue *q = open_queue(QUEUE_SERVE);
    for (uint64_t n = queue_number(q, "next"); n < 6; n = queue_number(q, "next")) {
        struct parcel p;
        step();
        add(q, "r", (unsigned)n);
        step();
        queue_set_number(q, "next", n + 1);
        queue_put_flag(q, &(struct queue_flag){n, n, TURN_RAISED});
        step();
        (void)queue_commit(q, &why);
        step();
        if (n % 2 == 1 && queue_next(q, "r", 0, &p)) {
            (void)queue_remove(q, "r", p.number);
            queue_set_text(q, "taken", p.id);
            parcel_free(&p);
            step();
            (void)queue_commit(q, &why);
            step();
        }
    }
    queue_close(q);
}

/* What is queued, what was removed and what is known fit together. */
static bool is_sound(void)
{
    struct queue *q = open_queue(QUEUE_SERVE);
    struct queue_flag f;
    if (q == NULL) {
        return false;
    }
    uint64_t next = queue_number(q, "next");
    char *taken = queue_text(q, "taken");
    unsigned first = taken != NULL ? (unsigned)atoi(taken + 4) + 1 : 0;
    char *expected = alloc_string("");
    for (unsigned n = first; n < next; n++) {
        char *more = alloc_printf("%s%s%u", expected, n > first ? " " : "", n);
        free(expected);
        expected = more;
    }
    char *got = waiting(q, "r");
    bool sound = strcmp(got, expected) == 0 && queue_count(q) == next - first;
    for (uint64_t n = 0; n < 8; n++) {
        sound = sound && queue_flag(q, n, &f) == (n < next);
    }
    if (!sound) {
        printf("# next %u, taken %s, waiting: %s\n", (unsigned)next,
               taken != NULL ? taken : "-", got);
    }
    free(got);
    free(expected);
    free(taken);
    queue_close(q);
    return sound;
}

static void killed(void)
{
    int deaths = 0;
    bool sound = true, ended = false;
    for (int at = 0; !ended && at < 200; at++) {
        clean();
        int status = 0;
        /* Each run goes on from where the one before was killed. */
        for (int run = 0; run < 3; run++) {
            (void)fflush(stdout);
            pid_t child = fork();
            if (child == 0) {
                steps_left = run == 2 ? 1000 : at;
                work();
                _exit(0);
            }
            (void)waitpid(child, &status, 0);
            deaths += WIFSIGNALED(status);
            ended = ended || (run == 0 && !WIFSIGNALED(status));
            sound = sound && is_sound();
        }
        sound = sound && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    ok(ended && sound, "killed at each step, nothing is lost and nothing is half done");
    printf("# %d deaths\n", deaths);
}

int main(void)
{
    if (sodium_init() < 0 || mkdtemp(dir) == NULL) {
        return 1;
    }
    order();
    full();
    flags();
    others();
    killed();
    clean();
    (void)rmdir(dir);
    return tap_done();
}
