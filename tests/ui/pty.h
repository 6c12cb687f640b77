/* SPDX-License-Identifier: ISC */
/* A process on a terminal of its own, and what it shows there. */
#ifndef CONCLAVE_TESTS_UI_PTY_H
#define CONCLAVE_TESTS_UI_PTY_H

#include "vt.h"

#include <sys/types.h>
#include <termios.h>

struct pty {
    int master; /* -1: hung up */
    pid_t child;
    bool deaf; /* what it writes is left on the line */
    struct vt screen;
    uint64_t bytes;        /* that came */
    struct termios before; /* the modes that the child found */
};

/* Starts run(context) in a child with this $TERM (NULL: none); its result is the exit
 * status. */
bool pty_start(struct pty *p, const char *term, unsigned rows, unsigned cols,
               int (*run)(void *context), void *context);
/* Takes what there is, at most timeout_ms after now, or until fd (-1: none) can be read. */
void pty_turn(struct pty *p, int fd, int timeout_ms);
void pty_type(struct pty *p, const char *keys);
void pty_resize(struct pty *p, unsigned rows, unsigned cols);
void pty_hang_up(struct pty *p);
struct termios pty_modes(const struct pty *p);
/* Until the child has ended, at most so long, then it is killed: as waitpid. */
int pty_wait(struct pty *p, int timeout_ms);
void pty_end(struct pty *p);

#endif
