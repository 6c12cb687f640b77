/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "pty.h"

#include "base/clock.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void resize(int fd, unsigned rows, unsigned cols)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    (void)ioctl(fd, TIOCSWINSZ, &size);
}

static void be_child(const char *slave, const char *term, unsigned rows, unsigned cols)
{
    (void)setsid();
    int fd = open(slave, O_RDWR); /* the controlling terminal of the new session */
    (void)dup2(fd, STDIN_FILENO);
    (void)dup2(fd, STDOUT_FILENO);
    if (fd > STDERR_FILENO) {
        (void)close(fd);
    }
    resize(STDIN_FILENO, rows, cols);
    (void)unsetenv("LINES");
    (void)unsetenv("COLUMNS");
    (void)(term != NULL ? setenv("TERM", term, 1) : unsetenv("TERM"));
}

bool pty_start(struct pty *p, const char *term, unsigned rows, unsigned cols,
               int (*run)(void *context), void *context)
{
    p->deaf = false;
    p->bytes = 0;
    vt_init(&p->screen, rows, cols);
    p->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (p->master < 0 || grantpt(p->master) != 0 || unlockpt(p->master) != 0) {
        return false;
    }
    const char *slave = ptsname(p->master);
    resize(p->master, rows, cols);
    p->before = pty_modes(p);
    p->child = fork();
    if (p->child == 0) {
        (void)close(p->master);
        be_child(slave, term, rows, cols);
        _exit(run(context));
    }
    return p->child > 0;
}

void pty_turn(struct pty *p, int fd, int timeout_ms)
{
    struct pollfd ready[2] = {{.fd = p->deaf ? -1 : p->master, .events = POLLIN},
                              {.fd = fd, .events = POLLIN}};
    uint8_t bytes[65536];
    if (poll(ready, 2, timeout_ms) <= 0 || (ready[0].revents & (POLLIN | POLLHUP)) == 0) {
        return;
    }
    ssize_t got = read(p->master, bytes, sizeof(bytes));
    if (got > 0) {
        p->bytes += (uint64_t)got;
        vt_feed(&p->screen, slice_of(bytes, (size_t)got));
    } else if (fd < 0) {
        (void)poll(NULL, 0, 1); /* nobody has it open */
    }
}

void pty_type(struct pty *p, const char *keys)
{
    (void)!write(p->master, keys, strlen(keys));
}

void pty_resize(struct pty *p, unsigned rows, unsigned cols)
{
    vt_resize(&p->screen, rows, cols);
    resize(p->master, rows, cols);
}

void pty_hang_up(struct pty *p)
{
    (void)close(p->master);
    p->master = -1;
}

struct termios pty_modes(const struct pty *p)
{
    struct termios modes;
    memset(&modes, 0, sizeof(modes));
    (void)tcgetattr(p->master, &modes);
    return modes;
}

int pty_wait(struct pty *p, int timeout_ms)
{
    uint64_t end = clock_monotonic_ms() + (uint64_t)timeout_ms;
    int status = 0;
    while (waitpid(p->child, &status, WNOHANG) == 0) {
        if (clock_monotonic_ms() >= end) {
            (void)kill(p->child, SIGKILL);
        }
        pty_turn(p, -1, 5);
    }
    p->child = 0;
    uint64_t before;
    do {
        before = p->bytes;
        pty_turn(p, -1, 20);
    } while (p->bytes != before);
    return status;
}

void pty_end(struct pty *p)
{
    if (p->child > 0) {
        (void)kill(p->child, SIGKILL);
        (void)waitpid(p->child, NULL, 0);
    }
    if (p->master >= 0) {
        (void)close(p->master);
    }
    vt_free(&p->screen);
}
