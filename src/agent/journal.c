/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "agent/journal.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/write.h"
#include "control/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct journal {
    char *path;
    uint64_t max_bytes;
    int fd; /* -1: to be opened */
    uint64_t size;
};

static void close_file(struct journal *j)
{
    if (j->fd >= 0) {
        (void)close(j->fd);
        j->fd = -1;
    }
}

static int open_file(struct journal *j, struct complaint *why)
{
    struct stat st;
    j->fd = open(j->path,
                 O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (j->fd < 0 || fstat(j->fd, &st) != 0) {
        int problem = errno;
        close_file(j);
        return complain(why, CONCLAVE_EIO, "the journal %s cannot be opened: %s", j->path,
                        strerror(problem));
    }
    if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0) {
        close_file(j);
        return complain(why, CONCLAVE_EPERM,
                        "the journal %s must be a file that nobody else may read; chmod "
                        "600 it",
                        j->path);
    }
    j->size = (uint64_t)st.st_size;
    return 0;
}

int journal_open(const char *path, uint64_t max_bytes, struct journal **out,
                 struct complaint *why)
{
    struct journal *j = alloc_zero(1, sizeof(*j));
    j->path = alloc_string(path);
    j->max_bytes = max_bytes;
    int error = open_file(j, why);
    if (error != 0) {
        journal_close(j);
        return error;
    }
    *out = j;
    return 0;
}

void journal_close(struct journal *j)
{
    if (j != NULL) {
        close_file(j);
        free(j->path);
        free(j);
    }
}

static int rotate(struct journal *j, struct complaint *why)
{
    char *older = alloc_printf("%s.1", j->path);
    int error = 0;
    if (rename(j->path, older) != 0 && errno != ENOENT) {
        error = complain(why, CONCLAVE_EIO, "the journal %s cannot be renamed: %s", j->path,
                         strerror(errno));
    }
    free(older);
    if (error == 0) {
        close_file(j);
    }
    return error;
}

/* All of it or nothing: half a line would spoil the next one, too. */
static int write_line(struct journal *j, struct slice line, struct complaint *why)
{
    if (write_all(j->fd, line) == 0) {
        j->size += line.size;
        return 0;
    }
    int problem = errno;
    if (ftruncate(j->fd, (off_t)j->size) != 0) {
        close_file(j); /* its size is unknown then, until it is opened again */
    }
    return complain(why, CONCLAVE_EIO, "the journal %s cannot be written: %s", j->path,
                    strerror(problem));
}

int journal_append(struct journal *j, const json_t *entry, struct complaint *why)
{
    struct buffer line = {NULL, 0, 0};
    int error = 0;
    control_format(&line, entry);
    if (line.size > JOURNAL_LINE_MAX) {
        error =
            complain(why, CONCLAVE_ELIMIT, "an entry of %zu bytes is too long", line.size);
    }
    if (error == 0 && j->fd >= 0 && j->size > 0 && j->size + line.size > j->max_bytes) {
        error = rotate(j, why);
    }
    if (error == 0 && j->fd < 0) {
        error = open_file(j, why);
    }
    if (error == 0) {
        error = write_line(j, buffer_slice(&line), why);
    }
    buffer_free(&line);
    return error;
}

static json_t *text_or_null(const char *text)
{
    return text != NULL ? control_text(slice_of_string(text)) : json_null();
}

static json_t *answer_json(const struct answer *a)
{
    return a == NULL
               ? json_null()
               : json_pack("{s:s, s:i, s:s}", "choice", answer_choice_name(a->choice),
                           "confidence", (int)a->confidence, "rationale", a->rationale);
}

json_t *journal_entry(const struct evaluation *e)
{
    const struct run_limits *l = e->limits;
    bool exited = e->result != NULL && e->result->end == RUN_EXITED;
    json_t *limits = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:b}", "time_ms", (json_int_t)l->time_ms,
        "output_bytes", (json_int_t)l->output_bytes, "memory_bytes",
        (json_int_t)l->memory_bytes, "file_bytes", (json_int_t)l->file_bytes, "files",
        (json_int_t)l->files, "processes", (json_int_t)l->processes, "network",
        !l->no_network, "confined", run_is_confined(l));
    return json_pack("{s:I, s:s, s:o, s:O, s:o, s:o, s:o, s:o, s:I, s:o}", "time_ms",
                     (json_int_t)clock_wall_ms(), "proposal", e->proposal, "program",
                     text_or_null(e->program), "question", e->question, "limits", limits,
                     "answer", answer_json(e->answer), "reason", text_or_null(e->reason),
                     "exit_code", exited ? json_integer(e->result->code) : json_null(),
                     "ms", (json_int_t)(e->result != NULL ? e->result->took_ms : 0),
                     "overridden_by", text_or_null(e->overridden_by));
}
