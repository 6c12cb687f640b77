/* SPDX-License-Identifier: ISC */
/* The pieces that run a council on one machine: files, ports, children, the tally. */
#define _GNU_SOURCE
#include "conclave/charter_draft.h"
#include "conclave/children.h"
#include "conclave/demo_follow.h"
#include "conclave/files.h"
#include "conclave/ports.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "tap.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/conclave-test.XXXXXX";

static char *in_folder(const char *name)
{
    return file_join(folder, name);
}

static void test_relative(void)
{
    static const struct {
        const char *dir, *file, *way;
    } cases[] = {
        {"a", "a/key", "key"},          {"a", "key", "../key"},
        {"a/b", "a/key", "../key"},     {"a", "ab/key", "../ab/key"},
        {"ab", "a/key", "../a/key"},    {"a/b", "ab/key", "../../ab/key"},
        {"a/b/../b", "a/b/key", "key"},
    };
    static const char *const folders[] = {"a", "a/b", "ab"};
    static const char *const files[] = {"key", "a/key", "a/b/key", "ab/key"};
    struct complaint why;
    for (size_t i = 0; i < 3; i++) {
        char *path = in_folder(folders[i]);
        is(file_make_dir(path, 0700, &why), 0, "a folder");
        free(path);
    }
    for (size_t i = 0; i < 4; i++) {
        char *path = in_folder(files[i]);
        is(file_write_new(path, slice_of_string("x"), 0600, &why), 0, "a file");
        free(path);
    }
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *dir = in_folder(cases[i].dir);
        char *file = in_folder(cases[i].file);
        char *way = NULL;
        is(file_relative(dir, file, &way, &why), 0, "a way");
        ok(way != NULL && strcmp(way, cases[i].way) == 0, "from %s to %s: %s", cases[i].dir,
           cases[i].file, way);
        free(way);
        free(dir);
        free(file);
    }
}

static void test_files(void)
{
    struct complaint why = {""};
    struct bytes *content = NULL;
    char *path = in_folder("key");
    is(file_write_new(path, slice_of_string("y"), 0600, &why), CONCLAVE_EEXIST,
       "a file is not overwritten");
    is(file_read(path, 1, &content, &why), 0, "it is read");
    ok(content->size == 1 && content->data[0] == 'x', "as it was");
    bytes_unref(content);
    is(file_read(path, 0, &content, &why), CONCLAVE_ELIMIT, "a file that is too long");
    free(path);
    path = in_folder("none");
    is(file_read(path, 1, &content, &why), CONCLAVE_ENOENT, "a file that is not there");
    is(file_write_new("/nonexistent/file", SLICE_NONE, 0600, &why), CONCLAVE_ENOENT,
       "a file nowhere");
    json_t *value = NULL;
    file_write_new(path, slice_of_string("{\"a\":1,\"a\":2}"), 0600, &why);
    is(file_read_json(path, 100, &value, &why), CONCLAVE_EFORMAT, "a duplicate key");
    free(path);
    path = in_folder("a/b");
    ok(!file_dir_is_empty(path), "a folder with a file in it is not empty");
    free(path);
    path = in_folder("empty");
    is(file_make_dir(path, 0700, &why), 0, "a new folder");
    ok(file_dir_is_empty(path), "is");
    is(file_make_dir(path, 0700, &why), 0, "and may be taken again");
    free(path);
    path = in_folder("key");
    ok(!file_dir_is_empty(path), "a file is no empty folder");
    is(file_make_dir(path, 0700, &why), CONCLAVE_EIO, "no folder where a file is");
    free(path);
}

static void test_ports(void)
{
    enum { COUNT = 128 };
    uint16_t ports[COUNT];
    struct complaint why = {""};
    is(ports_find(ports, COUNT, &why), 0, "128 ports");
    bool distinct = true;
    bool bindable = true;
    for (int i = 0; i < COUNT; i++) {
        for (int j = 0; j < i; j++) {
            distinct = distinct && ports[i] != ports[j];
        }
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_port = htons(ports[i]),
                                      .sin_addr = {htonl(INADDR_LOOPBACK)}};
        bindable = bindable && ports[i] >= 1024 &&
                   bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
        (void)close(fd);
    }
    ok(distinct, "are all different");
    ok(bindable, "and free");
}

static struct child *reap_within(struct children *c, int ms)
{
    uint64_t until = clock_monotonic_ms() + (uint64_t)ms;
    struct child *child;
    while ((child = children_reap(c)) == NULL && clock_monotonic_ms() < until) {
        (void)poll(NULL, 0, 5);
    }
    return child;
}

static pid_t read_pid(const char *path)
{
    struct bytes *text;
    for (int i = 0; i < 1000; i++) {
        if (file_read(path, 20, &text, NULL) == 0) {
            char number[24] = "";
            memcpy(number, text->data, text->size);
            bool whole = text->size > 0 && text->data[text->size - 1] == '\n';
            bytes_unref(text);
            if (whole) {
                return (pid_t)atoi(number);
            }
        }
        (void)poll(NULL, 0, 5);
    }
    return 0;
}

static bool is_gone(pid_t pid)
{
    for (int i = 0; i < 1000; i++) {
        /* A zombie whose new parent is slow is gone as well. */
        char *path = alloc_printf("/proc/%d/stat", (int)pid);
        char state = 'Z';
        FILE *file = fopen(path, "re");
        free(path);
        if (file != NULL) {
            if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1) {
                state = 'Z';
            }
            (void)fclose(file);
        }
        if (state == 'Z') {
            return true;
        }
        (void)poll(NULL, 0, 5);
    }
    return false;
}

static void test_children(void)
{
    struct children c = {NULL, 0};
    struct complaint why = {""};
    char *log = in_folder("log");
    char how[64];
    const char *fails[] = {"/bin/sh", "-c", "echo out; echo err >&2; exit 3", NULL};
    is(child_start(&c, "one", log, fails, &why), 0, "a child starts");
    struct child *child = reap_within(&c, 5000);
    ok(child != NULL && strcmp(child->name, "one") == 0, "and its end is seen");
    child_describe_end(child, how);
    ok(strcmp(how, "exit status 3") == 0, "with its status: %s", how);
    struct bytes *text;
    file_read(log, 100, &text, &why);
    ok(text->size == 8 && memcmp(text->data, "out\nerr\n", 8) == 0,
       "what it said is in its log");
    bytes_unref(text);

    const char *nothing[] = {"/nonexistent/program", NULL};
    is(child_start(&c, "two", log, nothing, &why), 0, "a program that is not there");
    child = reap_within(&c, 5000);
    child_describe_end(child, how);
    ok(strcmp(how, "exit status 127") == 0, "ends at once");

    /* One that ends at SIGTERM, one that does not, one that is stopped, and a grandchild.
     */
    char *pid_file = in_folder("pid");
    char *script =
        alloc_printf("trap '' TERM; sleep 100 & echo $! >%s; wait; wait", pid_file);
    const char *polite[] = {"/bin/sleep", "100", NULL};
    const char *deaf[] = {"/bin/sh", "-c", script, NULL};
    child_start(&c, "polite", log, polite, &why);
    child_start(&c, "deaf", log, deaf, &why);
    child_start(&c, "stopped", log, polite, &why);
    pid_t grandchild = read_pid(pid_file);
    ok(grandchild > 0 && kill(grandchild, 0) == 0, "a grandchild runs");
    (void)kill(c.list[4].pid, SIGSTOP);
    children_stop(&c, 300);
    bool all = true;
    for (size_t i = 0; i < c.count; i++) {
        all = all && c.list[i].pid == 0;
    }
    ok(all, "all children have ended");
    ok(WIFSIGNALED(c.list[2].status) && WTERMSIG(c.list[2].status) == SIGTERM, "politely");
    ok(WIFSIGNALED(c.list[3].status) && WTERMSIG(c.list[3].status) == SIGKILL, "or not");
    ok(WIFSIGNALED(c.list[4].status) && WTERMSIG(c.list[4].status) == SIGTERM,
       "the stopped one too");
    ok(is_gone(grandchild), "and the grandchild with them");
    children_free(&c);
    free(script);
    free(pid_file);
    free(log);
}

/* A parent that is killed takes its children along. */
static void test_orphan(void)
{
    char *pid_file = in_folder("orphan");
    char *log = in_folder("log");
    pid_t parent = fork();
    if (parent == 0) {
        struct children c = {NULL, 0};
        char *script = alloc_printf("echo $$ >%s; exec sleep 100", pid_file);
        const char *argv[] = {"/bin/sh", "-c", script, NULL};
        (void)child_start(&c, "orphan", log, argv, NULL);
        (void)pause();
        _exit(0);
    }
    pid_t orphan = read_pid(pid_file);
    ok(orphan > 0, "a child of a process that will be killed");
    (void)kill(parent, SIGKILL);
    (void)waitpid(parent, NULL, 0);
    ok(is_gone(orphan), "does not outlive it");
    free(pid_file);
    free(log);
}

static void take(struct demo_follow *f, const char *event, const char *json, uint64_t now)
{
    json_t *params = json_loads(json, 0, NULL);
    demo_follow_event(f, event, params, now);
    json_decref(params);
}

static void test_follow(void)
{
    struct charter_class class = {.name = (char *)"reciprocity", .threshold = 22};
    struct charter charter = {.class_count = 1, .classes = &class};
    struct demo_follow f = {.charter = &charter};
    demo_follow_add(&f, "aa", "reciprocity", "ours", 3, 1000);
    take(&f, "proposal.opened",
         "{\"id\":\"aa\",\"class\":\"reciprocity\",\"title\":\"ours\",\"proposer\":3}",
         1100);
    is((int64_t)f.count, 1, "the own proposal is listed once");
    take(&f, "proposal.opened",
         "{\"id\":\"bb\",\"class\":\"reciprocity\",\"title\":\"theirs\",\"proposer\":4}",
         1200);
    is((int64_t)f.count, 2, "and those of others");
    take(&f, "ballot.recorded", "{\"proposal\":\"aa\",\"seat\":1}", 1300);
    take(&f, "ballot.recorded", "{\"proposal\":\"aa\",\"seat\":2}", 1300);
    take(&f, "ballot.recorded", "{\"proposal\":\"cc\",\"seat\":2}", 1300);
    take(&f, "ballot.revealed", "{\"proposal\":\"aa\",\"seat\":2}", 1400);
    struct demo_outcome *o = demo_follow_find(&f, "aa");
    ok(o->sealed == 2 && o->opened == 1 && !o->decided && o->threshold == 22,
       "ballots are counted");
    take(&f, "proposal.decided",
         "{\"proposal\":\"aa\",\"outcome\":\"approved\",\"reason\":null,\"approve\":22}",
         1500);
    ok(o->decided && o->approved && !o->final && o->reason == NULL, "decided");
    is((int64_t)(o->decided_ms - o->proposed_ms), 500,
       "half a second after it was proposed");
    is((int64_t)demo_follow_final(&f), 0, "but not final");
    take(&f, "proposal.final",
         "{\"proposal\":\"aa\",\"outcome\":\"approved\",\"reason\":null,\"approve\":30,"
         "\"reject\":2,\"abstain\":1}",
         1600);
    ok(o->final && o->approve == 30 && o->reject == 2 && o->abstain == 1, "final");
    take(&f, "proposal.final",
         "{\"proposal\":\"bb\",\"outcome\":\"rejected\",\"reason\":\"deadline\"}", 1700);
    o = demo_follow_find(&f, "bb");
    ok(o->final && o->decided && !o->approved && strcmp(o->reason, "deadline") == 0,
       "final without a word of its decision before");
    is((int64_t)demo_follow_final(&f), 2, "both");
    demo_follow_free(&f);
}

static void test_draft(void)
{
    json_t *seats = json_pack("[{}, {}, {}, {}, {}, {}, {}]");
    json_t *charter = charter_draft("x", 5, seats, PACE_COUNCIL);
    json_t *classes = json_object_get(charter, "classes");
    is((int64_t)json_array_size(classes), 4, "a draft has four classes");
    is(json_integer_value(json_object_get(json_array_get(classes, 0), "threshold")), 5,
       "with the default threshold of its seats");
    ok(json_is_true(json_object_get(json_array_get(classes, 3), "emergency")),
       "the last for emergencies");
    json_decref(charter);
}

int main(void)
{
    if (mkdtemp(folder) == NULL) {
        printf("Bail out! no temporary folder: %s\n", strerror(errno));
        return 1;
    }
    test_relative();
    test_files();
    test_ports();
    test_children();
    test_orphan();
    test_follow();
    test_draft();
    struct complaint why = {""};
    is(file_remove_tree(folder, &why), 0, "the folder is removed");
    ok(!file_exists(folder), "whole");
    return tap_done();
}
