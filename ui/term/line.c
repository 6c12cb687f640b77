/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "ui/term/line.h"

#include "base/clock.h"
#include "base/last_words.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { READ_BYTES = 4096, DRAIN_MS = 500, KEEP_BYTES = 64 * 1024 };
/* Ends whatever sequence the terminal is in the middle of. */
#define CANCEL "\030"

/* --- the last signal --- */

static const int deadly[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
enum { DEADLY = sizeof(deadly) / sizeof(deadly[0]) };

static struct {
    int fd;
    struct termios modes;
    uint8_t bytes[FAREWELL_BYTES];
    size_t size; /* 0: nothing to be done */
} farewell;

static void say_farewell(void)
{
    if (farewell.size > 0) {
        (void)tcflush(farewell.fd, TCOFLUSH); /* a full line would not take it */
        (void)!write(farewell.fd, farewell.bytes, farewell.size);
        (void)tcsetattr(farewell.fd, TCSANOW, &farewell.modes);
        farewell.size = 0;
    }
}

/* The handler is gone by now: the signal ends the process as it would have. */
static void on_deadly(int signal_number)
{
    say_farewell();
    (void)raise(signal_number);
}

void line_farewell(const struct line *l, struct slice bytes)
{
    struct sigaction action = {.sa_flags = (int)SA_RESETHAND};
    bool wanted = bytes.size > 0 && bytes.size + 1 <= sizeof(farewell.bytes);
    (void)sigemptyset(&action.sa_mask);
    action.sa_handler = wanted ? on_deadly : SIG_DFL;
    farewell.size = 0;
    if (wanted) {
        farewell.fd = l->out;
        farewell.modes = l->before;
        farewell.bytes[0] = (uint8_t)CANCEL[0];
        memcpy(farewell.bytes + 1, bytes.data, bytes.size);
        farewell.size = bytes.size + 1;
    }
    for (size_t i = 0; i < DEADLY; i++) {
        (void)sigaction(deadly[i], &action, NULL);
    }
    last_words_after(wanted ? say_farewell : NULL);
}

/* --- opening --- */

/* A description of our own of the same device: what we set on it, such as not to wait, must
 * not change that of the shell that started us. */
static int open_anew(void)
{
    char name[256];
    int fd = -1;
    if (ttyname_r(STDIN_FILENO, name, sizeof(name)) == 0) {
        fd = open(name, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    }
    return fd >= 0 ? fd : open("/dev/tty", O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static int stop_waiting(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    (void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    return flags;
}

int line_open(struct line *l, struct complaint *why)
{
    *l = (struct line){.flags_in = -1, .flags_out = -1};
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        return complain(why, CONCLAVE_EINVAL,
                        "standard input and output are not a terminal: use --once for one "
                        "screen, or --plain for a line per event");
    }
    if (tcgetattr(STDIN_FILENO, &l->before) != 0) {
        return complain(why, CONCLAVE_EIO, "cannot ask for the terminal's modes: %s",
                        strerror(errno));
    }
    l->in = l->out = open_anew();
    if (l->in < 0) {
        l->in = STDIN_FILENO;
        l->out = STDOUT_FILENO;
        l->flags_out = stop_waiting(l->out);
        l->flags_in = stop_waiting(l->in);
    }
    return 0;
}

void line_close(struct line *l)
{
    line_farewell(l, SLICE_NONE);
    if (l->flags_out < 0) {
        (void)close(l->in);
    } else {
        (void)fcntl(l->in, F_SETFL, l->flags_in);
        (void)fcntl(l->out, F_SETFL, l->flags_out);
    }
    buffer_free(&l->queue);
}

void line_raw(struct line *l)
{
    struct termios raw = l->before;
    raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | ISTRIP | IXON | BRKINT | PARMRK);
    raw.c_oflag &= ~(tcflag_t)OPOST;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | IEXTEN);
    raw.c_lflag |= ISIG; /* for ^Z alone */
    raw.c_cc[VINTR] = _POSIX_VDISABLE;
    raw.c_cc[VQUIT] = _POSIX_VDISABLE;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    (void)tcsetattr(l->in, TCSADRAIN, &raw);
}

void line_restore(struct line *l)
{
    (void)tcsetattr(l->in, TCSANOW, &l->before);
}

bool line_size(const struct line *l, uint16_t *rows, uint16_t *cols)
{
    struct winsize size;
    if (ioctl(l->out, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) {
        return false;
    }
    *rows = size.ws_row;
    *cols = size.ws_col;
    return true;
}

/* --- to and fro --- */

bool line_waits(const struct line *l)
{
    return l->sent < l->queue.size;
}

int line_flush(struct line *l)
{
    while (line_waits(l) && !l->gone) {
        ssize_t done = write(l->out, l->queue.data + l->sent, l->queue.size - l->sent);
        if (done >= 0) {
            l->sent += (size_t)done;
            l->written += (uint64_t)done;
        } else if (errno == EAGAIN) {
            return 0;
        } else if (errno != EINTR) {
            l->gone = true;
        }
    }
    l->sent = 0;
    l->queue.size = 0;
    if (l->queue.capacity > KEEP_BYTES) {
        buffer_free(&l->queue);
    }
    return l->gone ? CONCLAVE_ECLOSED : 0;
}

int line_read(struct line *l, struct buffer *out)
{
    uint8_t bytes[READ_BYTES];
    ssize_t got;
    do {
        got = read(l->in, bytes, sizeof(bytes));
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        buffer_append(out, bytes, (size_t)got);
        return 0;
    }
    if (got < 0 && errno == EAGAIN) {
        return CONCLAVE_EAGAIN;
    }
    l->gone = true;
    return CONCLAVE_ECLOSED;
}

void line_drain(struct line *l)
{
    uint64_t now = clock_monotonic_ms();
    uint64_t end = now + DRAIN_MS;
    while (line_flush(l) == 0 && line_waits(l) && now < end) {
        struct pollfd p = {.fd = l->out, .events = POLLOUT};
        (void)poll(&p, 1, (int)(end - now));
        now = clock_monotonic_ms();
    }
    if (line_waits(l)) {
        (void)tcflush(l->out, TCOFLUSH);
        l->queue.size = l->sent = 0;
        buffer_append(&l->queue, CANCEL, 1);
    }
}
