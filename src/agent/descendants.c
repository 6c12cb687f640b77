/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "agent/descendants.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { FOUND_MAX = 4096 };

struct found {
    pid_t pids[FOUND_MAX];
    size_t count, threads;
};

static void add(struct found *f, pid_t pid)
{
    if (pid > 0 && f->count < FOUND_MAX) {
        f->pids[f->count++] = pid;
    }
}

static ssize_t read_file(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);
    if (fd >= 0) {
        (void)close(fd);
    }
    if (n >= 0) {
        text[n] = '\0';
    }
    return n;
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

static void look_at(struct found *f, pid_t process)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/task", (int)process);
    DIR *threads = opendir(path);
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
    look_at(&f, getpid());
    f.threads = 0;
    for (size_t i = 0; i < f.count && f.threads <= most; i++) {
        look_at(&f, f.pids[i]);
    }
    return &f;
}

size_t descendants_count(size_t most)
{
    return find(most)->threads;
}

size_t descendants_kill(void)
{
    const struct found *f = find(FOUND_MAX);
    for (size_t i = 0; i < f->count; i++) {
        (void)kill(f->pids[i], SIGKILL);
    }
    return f->count;
}
