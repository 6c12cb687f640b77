/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "agent/descendants.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FOUND_MAX = 4096 };
_Static_assert((int)FOUND_MAX > (int)DESCENDANTS_MAX, "one too many is found");

struct found {
    pid_t pids[FOUND_MAX];
    size_t count, threads;
    bool unseen; /* one of them cannot be looked at */
};

static void add(struct found *f, pid_t pid)
{
    if (pid > 0 && f->count < FOUND_MAX) {
        f->pids[f->count++] = pid;
    }
}

/* As much as there is room for: the kernel gives a long list in pieces. */
static ssize_t read_file(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t total = 0;
    ssize_t n = -1;
    while (fd >= 0 && total < size - 1 &&
           (n = read(fd, text + total, size - 1 - total)) > 0) {
        total += (size_t)n;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    text[total] = '\0';
    return n < 0 && total == 0 ? -1 : (ssize_t)total;
}

/* The parent of a process, 0 where it has gone. */
static pid_t parent_of(const char *process)
{
    char path[64], line[512];
    int parent = 0;
    (void)snprintf(path, sizeof(path), "/proc/%.20s/stat", process);
    if (read_file(path, line, sizeof(line)) > 0) {
        /* The name, in parentheses, may hold anything; what follows its end does not. */
        const char *end = strrchr(line, ')');
        if (end == NULL || sscanf(end, ") %*c %d", &parent) != 1) {
            parent = 0;
        }
    }
    return parent;
}

/* Looks at every process of the system, for kernels without the list of a thread's. */
static void add_children_slowly(struct found *f, pid_t parent)
{
    DIR *processes = opendir("/proc");
    const struct dirent *entry;
    while (processes != NULL && (entry = readdir(processes)) != NULL) {
        if (isdigit((unsigned char)entry->d_name[0]) &&
            parent_of(entry->d_name) == parent) {
            add(f, (pid_t)atoi(entry->d_name));
        }
    }
    if (processes != NULL) {
        (void)closedir(processes);
    }
}

/* Adds the children of one thread. -1 where the kernel keeps no list of them. */
static int add_children(struct found *f, pid_t process, const char *thread)
{
    char path[96], list[32768];
    (void)snprintf(path, sizeof(path), "/proc/%d/task/%.20s/children", (int)process,
                   thread);
    if (read_file(path, list, sizeof(list)) < 0) {
        return -1;
    }
    for (char *at = list, *end; isdigit((unsigned char)*at); at = end + (*end == ' ')) {
        add(f, (pid_t)strtol(at, &end, 10));
    }
    return 0;
}

static bool exists(pid_t process)
{
    return kill(process, 0) == 0 || errno == EPERM;
}

static void look_at(struct found *f, pid_t process)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/task", (int)process);
    DIR *threads = opendir(path);
    f->unseen = f->unseen || (threads == NULL && exists(process));
    const struct dirent *entry;
    int known = 0;
    while (threads != NULL && (entry = readdir(threads)) != NULL) {
        if (isdigit((unsigned char)entry->d_name[0])) {
            f->threads++;
            known |= add_children(f, process, entry->d_name);
        }
    }
    if (threads != NULL) {
        (void)closedir(threads);
    }
    /* A thread that has just ended has no list, either; then this only costs time. */
    if (known != 0) {
        add_children_slowly(f, process);
    }
}

static const struct found *find(size_t most)
{
    static struct found f;
    f.count = f.threads = 0;
    f.unseen = false;
    look_at(&f, getpid());
    f.threads = 0;
    for (size_t i = 0; i < f.count && f.threads <= most; i++) {
        look_at(&f, f.pids[i]);
    }
    return &f;
}

size_t descendants_count(size_t most)
{
    const struct found *f = find(most);
    return f->unseen ? SIZE_MAX : f->threads;
}

size_t descendants_kill(void)
{
    const struct found *f = find(SIZE_MAX);
    for (size_t i = 0; i < f->count; i++) {
        (void)kill(f->pids[i], SIGKILL);
    }
    return f->count;
}

bool descendants_visible(void)
{
    char path[64];
    int before = prctl(PR_GET_DUMPABLE);
    if (before != 1) {
        return true; /* who is not dumpable itself cannot try it and go back */
    }
    (void)prctl(PR_SET_DUMPABLE, 0);
    pid_t child = fork();
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) {
            (void)pause();
        }
    }
    (void)prctl(PR_SET_DUMPABLE, before);
    if (child < 0) {
        return true;
    }
    (void)snprintf(path, sizeof(path), "/proc/%d/task", (int)child);
    DIR *threads = opendir(path);
    if (threads != NULL) {
        (void)closedir(threads);
    }
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    return threads != NULL;
}
