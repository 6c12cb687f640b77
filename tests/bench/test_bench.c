/* SPDX-License-Identifier: ISC */
/* The bench writes what tests/bench/README says, for whoever draws it. How much it measured
 * is nobody's affair here. */
#include "tap.h"

#include "base/alloc.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIMIT_S = 60 };

/* Runs it; the exit status. */
static int run(const char *program, const char *json)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        (void)dup2(null, STDOUT_FILENO);
        (void)execl(program, program, "--only", "load", "--seats", "4", "--seconds", "1",
                    "--json", json, (char *)NULL);
        _exit(127);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status)
               ? WEXITSTATUS(status)
               : -1;
}

static void are_numbers(const json_t *object, const char *where, const char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        const json_t *value = json_object_get(object, names[i]);
        ok(json_is_number(value) && json_number_value(value) >= 0, "%s.%s", where,
           names[i]);
    }
}

static void check_council(const json_t *council)
{
    static const char *const load[] = {"operations",
                                       "outstanding",
                                       "operations_per_s",
                                       "blocks_per_s",
                                       "operations_per_envelope",
                                       "cpu_s_per_operation",
                                       "cpu_s_per_operation_and_node",
                                       "own_cpu",
                                       NULL};
    static const char *const each[] = {"cpu_s", "checks", "sent_bytes", "block_bytes",
                                       NULL};
    static const char *const times[] = {"count", "p50", "p99", NULL};
    static const char *const share[] = {"mean", "max", NULL};
    const json_t *ordering = json_object_get(council, "ordering");
    is(json_integer_value(json_object_get(council, "seats")), 4, "the council asked for");
    are_numbers(ordering, "ordering", load);
    are_numbers(json_object_get(ordering, "each"), "each", each);
    are_numbers(json_object_get(ordering, "latency_s"), "latency_s", times);
    ok(json_is_null(json_object_get(ordering, "operations_per_verify")),
       "no ratio to what was not measured");
    const json_t *memory = json_object_get(council, "memory_loaded_bytes");
    are_numbers(json_object_get(memory, "resident"), "resident", share);
    are_numbers(json_object_get(memory, "anonymous"), "anonymous", share);
    are_numbers(json_object_get(memory, "file"), "file", share);
    ok(json_object_get(council, "alone") == NULL &&
           json_object_get(council, "decisions") == NULL,
       "nothing of the parts that were not asked for");
}

static void check(const char *json)
{
    json_error_t error;
    json_t *all = json_load_file(json, 0, &error);
    const json_t *councils = json_object_get(all, "councils");
    if (!ok(all != NULL, "it is JSON")) {
        printf("# %s:%d: %s\n", json, error.line, error.text);
    }
    ok(json_is_null(json_object_get(all, "machine")), "the machine was not measured");
    is((int64_t)json_array_size(councils), 1, "one council");
    check_council(json_array_get(councils, 0));
    ok(json_is_array(json_object_get(all, "goals")), "goals");
    json_decref(all);
}

int main(void)
{
    const char *top = getenv("top_builddir"), *tmp = getenv("TMPDIR");
    char *program = alloc_printf("%s/tests/bench/bench", top != NULL ? top : ".");
    char *json = alloc_printf("%s/bench-XXXXXX", tmp != NULL ? tmp : "/tmp");
    int fd = mkstemp(json);
    (void)alarm(LIMIT_S);
    ok(fd >= 0, "a file");
    (void)close(fd);
    if (is(run(program, json), 0, "the bench ends well, whatever it measured")) {
        check(json);
    }
    (void)unlink(json);
    free(json);
    free(program);
    return tap_done();
}
