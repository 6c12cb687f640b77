/* SPDX-License-Identifier: ISC */
/* Lines of a file, which may be moved away by logrotate(8) while it is followed, and of the
 * journal, which journalctl(1) reads. */
#define _GNU_SOURCE
#include "conclave/log_source.h"

#include "conclave/node.h"
#include "conclave/output.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOK_MS = 200, ARGUMENTS = 12 };

/* --- a file --- */

struct file {
    FILE *f;
    char *line; /* what was read of it, without its end where that is not written yet */
    size_t size, room;
    uint64_t time_ms; /* of the last line that has one */
};

/* One part of a line, or a whole one; false at the end of the file. */
static bool read_more(struct file *f)
{
    char *part = NULL;
    size_t room = 0;
    ssize_t got = getline(&part, &room, f->f);
    if (got > 0) {
        f->room = f->size + (size_t)got + 1;
        f->line = alloc_resize(f->line, f->room, 1);
        memcpy(f->line + f->size, part, (size_t)got + 1);
        f->size += (size_t)got;
    }
    free(part);
    clearerr(f->f);
    return got > 0;
}

static void give_line(struct file *f, const struct log_source *s)
{
    struct log_entry e;
    f->line[f->size > 0 && f->line[f->size - 1] == '\n' ? f->size - 1 : f->size] = '\0';
    /* Lines without a time are of the time of those before. */
    log_entry_parse(&e, f->line, f->time_ms);
    f->time_ms = e.time_ms;
    f->size = 0;
    log_view_add(s->view, &e);
}

static void give_lines(struct file *f, const struct log_source *s, bool also_last)
{
    while (read_more(f)) {
        if (f->line[f->size - 1] == '\n') {
            give_line(f, s);
        }
    }
    if (also_last && f->size > 0) {
        give_line(f, s);
    }
}

/* Whether the name is of another file now, or this one was cut. */
static bool was_replaced(const struct file *f, const char *path)
{
    struct stat now, open;
    if (stat(path, &now) != 0 || fstat(fileno(f->f), &open) != 0) {
        return false; /* not there for a moment */
    }
    return now.st_ino != open.st_ino || now.st_dev != open.st_dev ||
           now.st_size < ftello(f->f);
}

static enum command_exit follow_file(struct file *f, const struct log_source *s,
                                     const char *path)
{
    while (output_flush()) {
        give_lines(f, s, false);
        if (was_replaced(f, path)) {
            FILE *next = fopen(path, "re");
            if (next != NULL) {
                give_lines(f, s, true);
                (void)fclose(f->f);
                f->f = next;
                continue;
            }
        }
        (void)poll(NULL, 0, LOOK_MS);
    }
    return COMMAND_DONE;
}

enum command_exit log_from_file(const struct log_source *s, const char *path)
{
    bool standard = strcmp(path, "-") == 0;
    struct file f = {.f = standard ? stdin : fopen(path, "re")};
    struct stat st;
    enum command_exit status = COMMAND_DONE;
    if (f.f == NULL || (fstat(fileno(f.f), &st) == 0 && S_ISDIR(st.st_mode))) {
        status = command_fail(s->line, "cannot read %s: %s", path,
                              strerror(f.f == NULL ? errno : EISDIR));
    } else {
        give_lines(&f, s, !s->follow);
        log_view_live(s->view);
        if (s->follow && !standard) {
            status = follow_file(&f, s, path);
        }
    }
    if (f.f != NULL && !standard) {
        (void)fclose(f.f);
    }
    free(f.line);
    return status;
}

/* --- the journal --- */

static void give_record(const struct log_source *s, const char *line)
{
    json_t *record = json_loads(line, 0, NULL);
    const char *message = json_string_value(json_object_get(record, "MESSAGE"));
    /* Bytes that are no text come as an array of numbers: nothing of ours. */
    if (message != NULL) {
        struct log_entry e;
        const char *us = member_text(record, "__REALTIME_TIMESTAMP");
        log_entry_parse(&e, message, strtoull(us, NULL, 10) / 1000);
        log_view_add(s->view, &e);
    }
    json_decref(record);
}

static pid_t start_journalctl(const struct log_source *s, const char *unit, bool follow,
                              int *out)
{
    char since[40];
    const char *argv[ARGUMENTS] = {"journalctl", "--output=json", "--no-pager",
                                   "--quiet",    "--unit",        unit};
    size_t count = 6;
    int ends[2];
    (void)snprintf(since, sizeof(since), "--since=@%llu",
                   (unsigned long long)(s->since_ms / 1000));
    if (follow) {
        argv[count++] = "--follow";
        argv[count++] = "--lines=0";
    } else if (s->since_ms > 0) {
        argv[count++] = since;
    }
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    (void)close(ends[1]);
    *out = ends[0];
    return pid;
}

/* Its exit status, or 127 where it is not there. */
static int read_journalctl(const struct log_source *s, const char *unit, bool follow)
{
    int fd = -1, status = 0;
    pid_t pid = start_journalctl(s, unit, follow, &fd);
    FILE *in = pid > 0 ? fdopen(fd, "re") : NULL;
    char *line = NULL;
    size_t room = 0;
    while (in != NULL && output_flush() && getline(&line, &room, in) > 0) {
        give_record(s, line);
    }
    free(line);
    if (in != NULL) {
        (void)fclose(in);
    }
    if (pid <= 0 || waitpid(pid, &status, 0) != pid) {
        return 127;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

enum command_exit log_from_journal(const struct log_source *s, const char *unit)
{
    int status = read_journalctl(s, unit, false);
    log_view_live(s->view);
    if (status == 0 && s->follow) {
        status = read_journalctl(s, unit, true);
    }
    if (status == 127) {
        return command_fail(s->line, "there is no journalctl here: read the log with "
                                     "--file, or from the node");
    }
    return status == 0 ? COMMAND_DONE
                       : command_fail(s->line,
                                      "journalctl ended with status %d; is there a unit %s, "
                                      "and may you read the journal?",
                                      status, unit);
}
