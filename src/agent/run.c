/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "agent/run.h"

#include "agent/confine.h"
#include "agent/scratch.h"
#include "agent/supervise.h"
#include "base/alloc.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The address space of a program with this sanitizer is beyond any limit, and the
 * evaluators that ship were built like this. */
#ifdef __SANITIZE_ADDRESS__
enum { MEMORY_USUAL = 0 };
#else
enum { MEMORY_USUAL = 1 << 30 };
#endif

enum { PIPE_MAX = 1 << 20 }; /* bytes that a pipe holds at most, pipe(7) */

struct run {
    struct ev_loop *loop;
    struct run_limits limits;
    run_done *done;
    void *context;
    uint64_t started_ms;
    bool killed; /* its leash is let go */
    enum run_end end;

    ev_io in, out, err; /* fd is -1 when closed */
    ev_child supervisor;
    ev_timer timer;
    int status, leash;
    char *directory; /* NULL: none of its own */

    struct buffer input;
    size_t written;
    struct buffer output;
    struct buffer said;
    uint64_t said_more;
};

void run_limits_usual(struct run_limits *limits)
{
    *limits = (struct run_limits){
        .time_ms = 30000,
        .output_bytes = 65536,
        .memory_bytes = MEMORY_USUAL,
        .file_bytes = 16 << 20,
        .files = RUN_FILES_USUAL,
        .processes = 128,
        .own_directory = true,
    };
}

bool run_is_confined(const struct run_limits *limits)
{
    return limits->confine != NULL && confine_landlock() > 0;
}

/* The pipes of a run, by the end that the agent keeps and the one that goes to the child.
 */
enum { PIPE_IN, PIPE_OUT, PIPE_ERR, PIPE_STATUS, PIPE_LEASH, PIPES };

static bool agent_writes(int which)
{
    return which == PIPE_IN || which == PIPE_LEASH;
}

static int open_pipes(int ours[PIPES], int theirs[PIPES], struct complaint *why)
{
    for (int i = 0; i < PIPES; i++) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) {
            int error = errno;
            for (; i > 0; i--) {
                (void)close(ours[i - 1]);
                (void)close(theirs[i - 1]);
            }
            return complain(why, CONCLAVE_EIO, "no pipe to the program: %s",
                            strerror(error));
        }
        ours[i] = ends[agent_writes(i)];
        theirs[i] = ends[!agent_writes(i)];
        (void)fcntl(ours[i], F_SETFL, O_NONBLOCK);
    }
    return 0;
}

static void close_io(struct run *r, ev_io *w)
{
    if (w->fd >= 0) {
        ev_io_stop(r->loop, w);
        (void)close(w->fd);
        ev_io_set(w, -1, 0);
    }
}

/* Lets the leash go; the supervisor kills everything and ends. The first reason counts. A
 * program that can signal the supervisor may have stopped it. */
static void kill_run(struct run *r, enum run_end end)
{
    if (!r->killed) {
        r->killed = true;
        r->end = end;
        (void)close(r->leash);
        r->leash = -1;
        (void)kill(r->supervisor.pid, SIGCONT);
    }
}

static void on_time(struct ev_loop *loop, ev_timer *w, int events)
{
    (void)loop, (void)events;
    kill_run(w->data, RUN_LATE);
}

static void on_in(struct ev_loop *loop, ev_io *w, int events)
{
    struct run *r = w->data;
    (void)loop, (void)events;
    ssize_t n = write(w->fd, r->input.data + r->written, r->input.size - r->written);
    if (n > 0) {
        r->written += (size_t)n;
    }
    bool again = n < 0 && (errno == EAGAIN || errno == EINTR);
    /* An evaluator may answer without reading to the end. */
    if (r->written == r->input.size || (n <= 0 && !again)) {
        close_io(r, w);
    }
}

/* Reads once. Returns the size, 0 when there is nothing more now, closing w at the end. */
static size_t read_some(struct run *r, ev_io *w, uint8_t *data, size_t size)
{
    ssize_t n = w->fd < 0 ? 0 : read(w->fd, data, size);
    if (n > 0) {
        return (size_t)n;
    }
    if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        close_io(r, w);
    }
    return 0;
}

static size_t read_output(struct run *r)
{
    uint8_t data[16384];
    size_t n = read_some(r, &r->out, data, sizeof(data));
    if (r->output.size + n > r->limits.output_bytes) {
        kill_run(r, RUN_TOO_LONG);
        close_io(r, &r->out);
        return 0;
    }
    buffer_append(&r->output, data, n);
    return n;
}

static size_t read_said(struct run *r)
{
    uint8_t data[16384];
    size_t n = read_some(r, &r->err, data, sizeof(data));
    size_t room = RUN_SAID_MAX - r->said.size;
    size_t kept = n < room ? n : room;
    buffer_append(&r->said, data, kept);
    r->said_more += n - kept;
    return n;
}

static void on_out(struct ev_loop *loop, ev_io *w, int events)
{
    (void)loop, (void)events;
    (void)read_output(w->data);
}

static void on_err(struct ev_loop *loop, ev_io *w, int events)
{
    (void)loop, (void)events;
    (void)read_said(w->data);
}

/* The supervisor removes it, unless somebody killed it. */
static void discard(char *directory)
{
    if (directory != NULL) {
        scratch_remove(directory);
        free(directory);
    }
}

static void conclude(struct run *r, struct run_result *result)
{
    struct supervise_status s;
    *result = (struct run_result){.end = RUN_LOST};
    if (read(r->status, &s, sizeof(s)) == sizeof(s)) {
        static const enum run_end ends[] = {RUN_EXITED, RUN_SIGNALED, RUN_NOT_STARTED,
                                            RUN_TOO_MANY};
        if ((size_t)s.kind < sizeof(ends) / sizeof(ends[0])) {
            result->end = ends[s.kind];
            result->code = s.value;
        }
    }
    if (r->killed) {
        result->end = r->end;
    }
    result->output = buffer_slice(&r->output);
    result->said = buffer_slice(&r->said);
    result->said_more = r->said_more;
    result->took_ms = clock_monotonic_ms() - r->started_ms;
}

/* What lies in the pipe, and no more: where the supervisor was killed, somebody may still
 * write. */
static void read_rest_of_said(struct run *r)
{
    size_t total = 0, n;
    while (total < PIPE_MAX && (n = read_said(r)) > 0) {
        total += n;
    }
}

/* The supervisor ended, and with it every process that could still write, unless somebody
 * killed it: what lies in the pipes is all there is. */
static void on_end(struct ev_loop *loop, ev_child *w, int events)
{
    struct run *r = w->data;
    struct run_result result;
    (void)events;
    ev_child_stop(loop, w);
    ev_timer_stop(loop, &r->timer);
    while (read_output(r) > 0) {
    }
    read_rest_of_said(r);
    conclude(r, &result);
    r->done(r->context, &result);
    close_io(r, &r->in);
    close_io(r, &r->out);
    close_io(r, &r->err);
    (void)close(r->status);
    if (r->leash >= 0) {
        (void)close(r->leash);
    }
    discard(r->directory);
    buffer_free(&r->input);
    buffer_free(&r->output);
    buffer_free(&r->said);
    free(r);
}

/* Forks the supervisor with all signals blocked, so that none reaches the agent's handlers
 * in the child. Returns its number or -1. */
static pid_t fork_supervisor(const struct supervise_request *request)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0) {
        supervise(request);
    }
    int error = errno;
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return pid;
}

static void start_watching(struct run *r, const int ours[PIPES], pid_t pid)
{
    ev_io_init(&r->in, on_in, ours[PIPE_IN], EV_WRITE);
    ev_io_init(&r->out, on_out, ours[PIPE_OUT], EV_READ);
    ev_io_init(&r->err, on_err, ours[PIPE_ERR], EV_READ);
    ev_child_init(&r->supervisor, on_end, pid, 0);
    ev_timer_init(&r->timer, on_time, (double)r->limits.time_ms / 1000, 0);
    r->in.data = r->out.data = r->err.data = r->supervisor.data = r->timer.data = r;
    r->status = ours[PIPE_STATUS];
    r->leash = ours[PIPE_LEASH];
    ev_io_start(r->loop, &r->in);
    ev_io_start(r->loop, &r->out);
    ev_io_start(r->loop, &r->err);
    ev_child_start(r->loop, &r->supervisor);
    ev_now_update(r->loop);
    ev_timer_start(r->loop, &r->timer);
}

int run_start(struct ev_loop *loop, char *const *words, struct slice input,
              const struct run_limits *limits, run_done *done, void *context,
              struct run **out, struct complaint *why)
{
    int ours[PIPES], theirs[PIPES];
    char *directory = NULL;
    if (limits->own_directory && (directory = scratch_make(why)) == NULL) {
        return CONCLAVE_EIO;
    }
    int error = open_pipes(ours, theirs, why);
    if (error != 0) {
        discard(directory);
        return error;
    }
    struct supervise_request request = {
        .words = words,
        .environment = limits->environment,
        .directory = directory,
        .confine = limits->confine,
        .no_network = limits->no_network,
        .unix_sockets = limits->unix_sockets,
        .processes = limits->processes,
        .memory_bytes = limits->memory_bytes,
        .file_bytes = limits->file_bytes,
        .files = limits->files,
        .cpu_seconds = (unsigned)((limits->time_ms + 999) / 1000 + 1),
        .in = theirs[PIPE_IN],
        .out = theirs[PIPE_OUT],
        .err = theirs[PIPE_ERR],
        .status = theirs[PIPE_STATUS],
        .leash = theirs[PIPE_LEASH],
    };
    pid_t pid = fork_supervisor(&request);
    int fork_error = errno;
    for (int i = 0; i < PIPES; i++) {
        (void)close(theirs[i]);
        if (pid < 0) {
            (void)close(ours[i]);
        }
    }
    if (pid < 0) {
        discard(directory);
        return complain(why, CONCLAVE_EIO, "no process for the program: %s",
                        strerror(fork_error));
    }
    struct run *r = alloc_zero(1, sizeof(*r));
    r->loop = loop;
    r->limits = *limits;
    r->done = done;
    r->context = context;
    r->directory = directory;
    r->started_ms = clock_monotonic_ms();
    buffer_append_slice(&r->input, input);
    start_watching(r, ours, pid);
    *out = r;
    return 0;
}

void run_stop(struct run *r)
{
    kill_run(r, RUN_STOPPED);
}
