/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "ui/model/recording.h"

#include "base/alloc.h"
#include "control/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    HEAD_MAX = 64, /* of a line, before its text */
    READ_BYTES = 64 * 1024,
    TIME_DIGITS = 14, /* until the year 5138 */
    LINE_BYTES = HEAD_MAX + CONTROL_LINE_MAX,
};

struct player {
    int fd;
    off_t begin; /* behind the first line */
    off_t end;   /* of the last whole line */
    off_t at;    /* of the file: what the window goes on with */
    struct buffer window;
    size_t taken; /* of the window */
    struct recorded now;
    bool has_now;
    unsigned sockets;
    uint64_t begin_ms, end_ms, last_ms;
};

/* --- lines of the file --- */

/* More of the file into the window; false at its end. */
static bool fill(struct player *p, off_t end)
{
    buffer_consume(&p->window, p->taken);
    p->taken = 0;
    buffer_reserve(&p->window, READ_BYTES);
    size_t room = end - p->at < READ_BYTES ? (size_t)(end - p->at) : READ_BYTES;
    ssize_t got;
    do {
        got = pread(p->fd, p->window.data + p->window.size, room, p->at);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) {
        return false;
    }
    p->window.size += (size_t)got;
    p->at += got;
    return true;
}

enum line_news { LINE_HERE, LINE_END, LINE_LONG };

/* The next line up to an offset of the file; one without its newline is none. */
static enum line_news next_line(struct player *p, off_t end, struct slice *out)
{
    size_t scanned = p->taken;
    for (;;) {
        const uint8_t *newline = NULL;
        if (p->window.size > scanned) {
            newline = memchr(p->window.data + scanned, '\n', p->window.size - scanned);
        }
        if (newline != NULL) {
            const uint8_t *begin = p->window.data + p->taken;
            *out = slice_of(begin, (size_t)(newline - begin));
            p->taken += out->size + 1;
            return out->size <= LINE_BYTES ? LINE_HERE : LINE_LONG;
        }
        if (p->window.size - p->taken > LINE_BYTES) {
            return LINE_LONG;
        }
        scanned = p->window.size - p->taken;
        if (!fill(p, end)) {
            return LINE_END;
        }
    }
}

static bool take_number(struct slice *line, unsigned digits, uint64_t *out)
{
    size_t i = 0;
    *out = 0;
    while (i < line->size && i < digits && line->data[i] >= '0' && line->data[i] <= '9') {
        *out = 10 * *out + (line->data[i++] - (uint64_t)'0');
    }
    if (i == 0 || i == line->size || line->data[i] != ' ') {
        return false;
    }
    *line = slice_of(line->data + i + 1, line->size - i - 1);
    return true;
}

static bool take_word(struct slice *line, const char *word)
{
    size_t size = strlen(word);
    if (line->size < size || memcmp(line->data, word, size) != 0) {
        return false;
    }
    *line = slice_of(line->data + size, line->size - size);
    return true;
}

static bool read_line(struct slice line, struct recorded *out)
{
    uint64_t socket;
    if (!take_number(&line, TIME_DIGITS, &out->time_ms) ||
        !take_number(&line, 2, &socket) || socket >= RECORDING_SOCKETS_MAX) {
        return false;
    }
    out->socket = (unsigned)socket;
    if (take_word(&line, "+ ")) {
        out->kind = RECORD_LINE;
    } else if (take_word(&line, "up ")) {
        out->kind = RECORD_UP;
    } else if (take_word(&line, "down ")) {
        out->kind = RECORD_DOWN;
    } else {
        return false;
    }
    out->text = line;
    return line.size <= CONTROL_LINE_MAX;
}

/* --- opening --- */

/* Looks at every line once, so that playing cannot fail. */
static int look(struct player *p, const char *path, off_t size, struct complaint *why)
{
    struct slice line;
    struct recorded what;
    uint64_t number = 1;
    if (next_line(p, size, &line) != LINE_HERE ||
        !slice_equal(line, slice_of(RECORDING_HEAD, sizeof(RECORDING_HEAD) - 2))) {
        return complain(why, CONCLAVE_EFORMAT,
                        "%s is not a recording: it does not begin with \"%.*s\"", path,
                        (int)sizeof(RECORDING_HEAD) - 2, RECORDING_HEAD);
    }
    p->begin = p->end = (off_t)line.size + 1;
    for (;;) {
        enum line_news news = next_line(p, size, &line);
        number++;
        if (news == LINE_END) {
            return 0;
        }
        if (news == LINE_LONG || !read_line(line, &what)) {
            return complain(why, CONCLAVE_EFORMAT, "line %llu of %s is wrong: it is %s",
                            (unsigned long long)number, path,
                            news == LINE_LONG
                                ? "too long"
                                : "not of the shape MILLISECONDS SOCKET +|up|down TEXT");
        }
        if (p->end == p->begin) {
            p->begin_ms = p->end_ms = what.time_ms;
        }
        p->end_ms = what.time_ms > p->end_ms ? what.time_ms : p->end_ms;
        p->sockets = what.socket >= p->sockets ? what.socket + 1 : p->sockets;
        p->end += (off_t)line.size + 1;
    }
}

int player_open(const char *path, struct player **out, struct complaint *why)
{
    struct stat st;
    /* Nothing waits for a pipe's other end. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return complain(why, errno == ENOENT ? CONCLAVE_ENOENT : CONCLAVE_EIO,
                        "cannot open %s: %s", path, strerror(errno));
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        (void)close(fd);
        return complain(why, CONCLAVE_EINVAL,
                        "%s is not a file: name one that --record made", path);
    }
    struct player *p = alloc_zero(1, sizeof(*p));
    p->fd = fd;
    int error = look(p, path, st.st_size, why);
    if (error != 0) {
        player_close(p);
        return error;
    }
    player_rewind(p);
    *out = p;
    return 0;
}

void player_close(struct player *p)
{
    if (p != NULL) {
        (void)close(p->fd);
        buffer_free(&p->window);
        free(p);
    }
}

/* --- playing --- */

void player_take(struct player *p)
{
    struct slice line;
    /* Should the file have changed since, it ends there. */
    p->has_now = next_line(p, p->end, &line) == LINE_HERE && read_line(line, &p->now);
    if (p->has_now) {
        /* The clock of who recorded may have been set back. */
        p->now.time_ms = p->now.time_ms > p->last_ms ? p->now.time_ms : p->last_ms;
        p->last_ms = p->now.time_ms;
    }
}

bool player_peek(const struct player *p, struct recorded *out)
{
    *out = p->now;
    return p->has_now;
}

void player_rewind(struct player *p)
{
    p->at = p->begin;
    p->window.size = p->taken = 0;
    p->last_ms = 0;
    player_take(p);
}

unsigned player_sockets(const struct player *p)
{
    return p->sockets;
}

uint64_t player_begin_ms(const struct player *p)
{
    return p->begin_ms;
}

uint64_t player_end_ms(const struct player *p)
{
    return p->end_ms;
}
