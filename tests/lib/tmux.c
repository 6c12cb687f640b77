/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "tmux.h"

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOK_EVERY_MS = 30, ARGUMENTS_MAX = 24 };

extern char **environ;

struct tmux {
    char *socket, *status; /* paths in a folder of its own */
    char *folder;
    char *screen;
    void (*pump)(void *);
    void *context;
};

/* Runs tmux with these arguments; what it wrote goes to out, when not NULL. The exit
 * status, -1 when it could not be run. */
static int run(const char *const *arguments, struct buffer *out)
{
    int ends[2] = {-1, -1};
    posix_spawn_file_actions_t actions;
    pid_t pid = -1;
    int status = -1;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    (void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY,
                                           0);
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY,
                                           0);
    int error = posix_spawnp(&pid, "tmux", &actions, NULL,
                             (char *const *)(uintptr_t)arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(ends[1]);
    while (error == 0) {
        uint8_t bytes[4096];
        ssize_t got = read(ends[0], bytes, sizeof(bytes));
        if (got > 0 && out != NULL) {
            buffer_append(out, bytes, (size_t)got);
        }
        if (got == 0 || (got < 0 && errno != EINTR)) {
            break;
        }
    }
    (void)close(ends[0]);
    if (error == 0) {
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        }
    }
    return error == 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* tmux -S SOCKET and so on. */
static int tell(const struct tmux *t, struct buffer *out, const char *const *words)
{
    const char *arguments[ARGUMENTS_MAX] = {"tmux", "-S", t->socket, "-f", "/dev/null"};
    size_t count = 5;
    for (; *words != NULL && count < ARGUMENTS_MAX - 1; words++) {
        arguments[count++] = *words;
    }
    return run(arguments, out);
}

bool tmux_exists(void)
{
    return run((const char *const[]){"tmux", "-V", NULL}, NULL) == 0;
}

struct tmux *tmux_open(const struct tmux_options *o, const char *command,
                       void (*pump)(void *context), void *context)
{
    struct tmux *t = alloc_zero(1, sizeof(*t));
    char cols[16], rows[16];
    const char *parent = getenv("TMPDIR");
    t->folder = alloc_printf("%s/tmux-test.XXXXXX", parent != NULL ? parent : "/tmp");
    t->screen = alloc_string("");
    t->pump = pump;
    t->context = context;
    if (mkdtemp(t->folder) == NULL) {
        printf("Bail out! no folder for tmux: %s\n", strerror(errno));
        exit(99);
    }
    t->socket = alloc_printf("%s/socket", t->folder);
    t->status = alloc_printf("%s/status", t->folder);
    (void)snprintf(cols, sizeof(cols), "%u", o->cols);
    (void)snprintf(rows, sizeof(rows), "%u", o->rows);
    char *whole = alloc_printf("env %s %s%s %s; echo $? >'%s'; sleep 600",
                               o->environment != NULL ? o->environment : "",
                               o->term != NULL ? "TERM=" : "",
                               o->term != NULL ? o->term : "", command, t->status);
    /* Options need a server: a first session is made, and its pane given the program. */
    (void)tell(t, NULL,
               (const char *const[]){"new-session", "-d", "-s", "test", "-x", cols, "-y",
                                     rows, "sleep 600", NULL});
    (void)tell(
        t, NULL,
        (const char *const[]){"set-option", "-g",  "remain-on-exit", "on",     ";",
                              "set-option", "-g",  "status",         "off",    ";",
                              "set-option", "-g",  "window-size",    "manual", ";",
                              "set-option", "-sg", "escape-time",    "0",      NULL});
    (void)tell(
        t, NULL,
        (const char *const[]){"resize-window", "-t", "test", "-x", cols, "-y", rows, NULL});
    if (tell(t, NULL,
             (const char *const[]){"respawn-pane", "-k", "-t", "test", whole, NULL}) != 0) {
        printf("# tmux does not run %s\n", whole);
    }
    free(whole);
    return t;
}

void tmux_close(struct tmux *t)
{
    (void)tell(t, NULL, (const char *const[]){"kill-server", NULL});
    (void)unlink(t->socket);
    (void)unlink(t->status);
    (void)rmdir(t->folder);
    free(t->socket);
    free(t->status);
    free(t->folder);
    free(t->screen);
    free(t);
}

void tmux_keys(struct tmux *t, const char *keys)
{
    char *copy = alloc_string(keys), *rest = NULL;
    for (char *w = strtok_r(copy, " ", &rest); w != NULL; w = strtok_r(NULL, " ", &rest)) {
        (void)tell(t, NULL, (const char *const[]){"send-keys", "-t", "test", w, NULL});
    }
    free(copy);
}

void tmux_type(struct tmux *t, const char *text)
{
    (void)tell(t, NULL, (const char *const[]){"send-keys", "-t", "test", "-l", text, NULL});
}

void tmux_resize(struct tmux *t, unsigned cols, unsigned rows)
{
    char x[16], y[16];
    (void)snprintf(x, sizeof(x), "%u", cols);
    (void)snprintf(y, sizeof(y), "%u", rows);
    (void)tell(
        t, NULL,
        (const char *const[]){"resize-window", "-t", "test", "-x", x, "-y", y, NULL});
}

static const char *capture(struct tmux *t, const char *flag)
{
    struct buffer out = {NULL, 0, 0};
    (void)tell(t, &out,
               (const char *const[]){"capture-pane", "-p", flag, "-t", "test", NULL});
    buffer_append(&out, "", 1);
    free(t->screen);
    t->screen = (char *)out.data;
    return t->screen;
}

const char *tmux_screen(struct tmux *t)
{
    return capture(t, "-N");
}

const char *tmux_styled(struct tmux *t)
{
    return capture(t, "-e");
}

void tmux_show(struct tmux *t)
{
    for (const char *line = tmux_screen(t); *line != '\0';) {
        size_t length = strcspn(line, "\n");
        printf("#   |%.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

/* Waits until the screen has the words, or has them no more. */
static bool wait_for(struct tmux *t, const char *words, bool there, int timeout_ms)
{
    uint64_t end = clock_monotonic_ms() + (uint64_t)timeout_ms;
    do {
        if ((strstr(tmux_screen(t), words) != NULL) == there) {
            return true;
        }
        if (t->pump != NULL) {
            t->pump(t->context);
        }
        (void)poll(NULL, 0, LOOK_EVERY_MS);
    } while (clock_monotonic_ms() < end);
    printf("# the screen %s \"%s\":\n", there ? "lacks" : "still has", words);
    tmux_show(t);
    return false;
}

bool tmux_shows(struct tmux *t, const char *words, int timeout_ms)
{
    return wait_for(t, words, true, timeout_ms);
}

bool tmux_hides(struct tmux *t, const char *words, int timeout_ms)
{
    return wait_for(t, words, false, timeout_ms);
}

/* From the file that the shell around the program writes, which then stays: of a pane whose
 * program is gone, tmux 3.3 loses the status at times, and the last lines. */
static int exit_status(const struct tmux *t)
{
    int status = -1;
    FILE *file = fopen(t->status, "r");
    if (file != NULL) {
        if (fscanf(file, "%d", &status) != 1) {
            status = -1;
        }
        (void)fclose(file);
    }
    return status;
}

int tmux_status(struct tmux *t, int timeout_ms)
{
    uint64_t end = clock_monotonic_ms() + (uint64_t)timeout_ms;
    int status = exit_status(t);
    while (status < 0 && clock_monotonic_ms() < end) {
        if (t->pump != NULL) {
            t->pump(t->context);
        }
        (void)poll(NULL, 0, LOOK_EVERY_MS);
        status = exit_status(t);
    }
    return status;
}
