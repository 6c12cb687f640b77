/* SPDX-License-Identifier: ISC */
/* The journal: what is written can be read, by its owner, and does not grow for ever. */
#define _GNU_SOURCE
#include "agent/confine.h"
#include "agent/journal.h"
#include "base/alloc.h"
#include "control/control.h"
#include "tap.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char place[64];
static char *path, *older;

static json_t *entry_of(const char *proposal, const struct answer *answer,
                        const char *reason)
{
    struct run_limits limits;
    json_t *question = json_pack("{s:{s:s}, s:[]}", "proposal", "id", proposal, "checks");
    const struct run_result result = {.end = RUN_EXITED, .code = 0, .took_ms = 12};
    run_limits_usual(&limits);
    const struct evaluation e = {.proposal = proposal,
                                 .program = "/bin/x",
                                 .question = question,
                                 .limits = &limits,
                                 .result = &result,
                                 .answer = answer,
                                 .reason = reason};
    json_t *entry = journal_entry(&e);
    json_decref(question);
    return entry;
}

/* What held is told, not what was wanted. */
static void test_confined(const char *program)
{
    const struct confine_paths paths = {NULL, NULL, NULL};
    struct run_limits limits;
    run_limits_usual(&limits);
    ok(!run_is_confined(&limits), "what is not confined is not called so");
    limits.confine = &paths;
    is(run_is_confined(&limits), confine_landlock() > 0, "nor where the kernel cannot");
    const char *build = getenv("top_builddir");
    char *command = alloc_printf("'%s/tests/agent/without_landlock' '%s' bare",
                                 build != NULL ? build : ".", program);
    int status = system(command);
    free(command);
    if (status == 125 << 8) {
        skip("nor where it has no Landlock", "this kernel filters no calls");
    } else {
        is(status, 0, "nor where it has no Landlock");
    }
}

static size_t size_of(const char *name)
{
    struct stat st;
    return stat(name, &st) == 0 ? (size_t)st.st_size : 0;
}

static void test_lines(void)
{
    struct answer answer = {ANSWER_ABSTAIN, 40, alloc_string("two\nlines \xc3\xa9")};
    json_t *entries[] = {entry_of("aa", &answer, NULL),
                         entry_of("bb", NULL, "exit code 3")};
    for (int i = 0; i < 2; i++) {
        struct buffer line = {NULL, 0, 0};
        struct record r;
        struct complaint why = {""};
        control_format(&line, entries[i]);
        int error = journal_decode(slice_of(line.data, line.size - 1), &r, &why);
        ok(error == 0 && strcmp(r.proposal, i == 0 ? "aa" : "bb") == 0 &&
               r.answered == (i == 0) && r.time_ms > 0 &&
               strcmp(r.reason, i == 0 ? "" : "exit code 3") == 0 &&
               json_object_size(r.question) == 2,
           "a line is read as it was written");
        ok(i == 1 || (r.answer.choice == ANSWER_ABSTAIN && r.answer.confidence == 40 &&
                      strcmp(r.answer.rationale, answer.rationale) == 0),
           "with its answer");
        record_clear(&r);
        buffer_free(&line);
        json_decref(entries[i]);
    }
    answer_clear(&answer);
}

static void refuses(const char *line, const char *says)
{
    struct record r;
    struct complaint why = {""};
    int error = journal_decode(slice_of_string(line), &r, &why);
    if (!ok(error < 0 && strstr(why.text, says) != NULL && r.proposal == NULL,
            "refused: %s", says)) {
        printf("# %s\n", why.text);
    }
    record_clear(&r);
}

static void test_bad_lines(void)
{
#define WITH(answer)                                                                       \
    "{\"proposal\":\"a\",\"time_ms\":1,\"question\":{},\"reason\":null," answer "}"
    refuses("", "not JSON");
    refuses("[]", "an object");
    refuses("{}", "proposal");
    refuses("{\"proposal\":\"a\\u0007\"}", "proposal");
    refuses("{\"proposal\":\"a\"}", "time_ms");
    refuses("{\"proposal\":\"a\",\"time_ms\":1}", "question");
    refuses("{\"proposal\":\"a\",\"time_ms\":1,\"question\":{},\"reason\":7}", "reason");
    refuses(WITH("\"answer\":7"), "answer");
    refuses(WITH("\"answer\":{\"choice\":\"yes\"}"), "choice must be");
    refuses(WITH("\"answer\":null,\"answer\":null"), "not JSON");
}

static void test_file(void)
{
    struct journal *j = NULL;
    struct complaint why = {""};
    struct stat st;
    json_t *entry = entry_of("aa", NULL, "none");
    (void)umask(0);
    is(journal_open(path, 1000, &j, &why), 0, "a journal is made");
    ok(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600, "for nobody else to read");
    int errors = 0;
    size_t longest = 0;
    for (int i = 0; i < 20; i++) {
        errors += journal_append(j, entry, &why) != 0;
        longest = size_of(path) > longest ? size_of(path) : longest;
    }
    journal_close(j);
    is(errors, 0, "it takes twenty lines");
    ok(longest > 300 && longest <= 1000 && size_of(older) > 300 && size_of(older) <= 1000,
       "neither file grows beyond the limit");
    ok(stat(older, &st) == 0 && (st.st_mode & 07777) == 0600,
       "nor is the older one for others");
    size_t before = size_of(path);
    is(journal_open(path, 1 << 20, &j, &why), 0, "it is opened again");
    (void)journal_append(j, entry, &why);
    journal_close(j);
    ok(size_of(path) > before, "and appended to");
    (void)chmod(path, 0640);
    ok(journal_open(path, 1000, &j, &why) == CONCLAVE_EPERM &&
           strstr(why.text, "chmod 600") != NULL,
       "one that others can read is refused");
    (void)unlink(path);
    ok(symlink(older, path) == 0 && journal_open(path, 1000, &j, &why) == CONCLAVE_EIO,
       "and so is a link");
    (void)unlink(path);
    json_decref(entry);
}

/* A write that breaks off in the middle, as on a disk that is full. */
static void test_half_line(void)
{
    struct journal *j = NULL;
    struct complaint why = {""};
    struct rlimit usual, little;
    json_t *entry = entry_of("aa", NULL, "none");
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)getrlimit(RLIMIT_FSIZE, &usual);
    is(journal_open(path, 1 << 20, &j, &why), 0, "a journal");
    is(journal_append(j, entry, &why), 0, "with a line");
    size_t before = size_of(path);
    little = usual;
    little.rlim_cur = before + 10;
    (void)setrlimit(RLIMIT_FSIZE, &little);
    is(journal_append(j, entry, &why), CONCLAVE_EIO, "for another there is no room");
    is((int64_t)size_of(path), (int64_t)before, "no half of it stays");
    (void)setrlimit(RLIMIT_FSIZE, &usual);
    is(journal_append(j, entry, &why), 0, "and there is, later");
    is((int64_t)size_of(path), (int64_t)(2 * before), "after what was whole");
    journal_close(j);
    (void)unlink(path);
    (void)unlink(older);
    is(journal_open(path, 2 * before, &j, &why), 0, "a journal for two lines");
    is(journal_append(j, entry, &why), 0, "with one");
    (void)setrlimit(RLIMIT_FSIZE, &little);
    is(journal_append(j, entry, &why), CONCLAVE_EIO, "and one that failed");
    (void)setrlimit(RLIMIT_FSIZE, &usual);
    is(journal_append(j, entry, &why), 0, "has room for one more");
    ok(access(older, F_OK) != 0, "in the same file");
    journal_close(j);
    json_decref(entry);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        const struct confine_paths paths = {NULL, NULL, NULL};
        const struct run_limits limits = {.confine = &paths};
        return run_is_confined(&limits) || confine_landlock() > 0;
    }
    (void)snprintf(place, sizeof(place), "%.40s/journal.XXXXXX",
                   getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
    if (mkdtemp(place) == NULL) {
        printf("Bail out! no directory\n");
        return 1;
    }
    path = alloc_printf("%s/j", place);
    older = alloc_printf("%s/j.1", place);
    test_confined(argv[0]);
    test_lines();
    test_bad_lines();
    test_file();
    test_half_line();
    (void)unlink(path);
    (void)unlink(older);
    (void)rmdir(place);
    free(path);
    free(older);
    return tap_done();
}
