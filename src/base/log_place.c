/* SPDX-License-Identifier: ISC */
#include "base/log_place.h"

#include "base/alloc.h"
#include "base/last_words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

static struct {
    enum { TO_STDERR, TO_JOURNAL, TO_SYSLOG, TO_FILE } kind;
    int fd;
    char *path;       /* TO_FILE */
    bool is_cut;      /* a line was written in part: the next one begins a new one */
    int error;        /* of the last line that was lost; 0: a part of it was written */
    bool has_journal; /* standard error is the journal's */
} place = {.kind = TO_STDERR, .fd = STDERR_FILENO};

static const int priorities[] = {LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERR};

bool log_place_is_stream(const char *journal_stream, int fd)
{
    struct stat st;
    unsigned long long device, inode;
    int end = 0;
    if (journal_stream == NULL ||
        sscanf(journal_stream, "%llu:%llu%n", &device, &inode, &end) != 2 ||
        journal_stream[end] != '\0' || fstat(fd, &st) != 0) {
        return false;
    }
    return st.st_dev == (dev_t)device && st.st_ino == (ino_t)inode;
}

static int open_file(const char *path, struct complaint *why)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0) {
        return complain(why, CONCLAVE_EIO,
                        "cannot open the log file %s: %s; its directory must exist, and "
                        "the user that runs this must be able to write there",
                        path, strerror(errno));
    }
    return fd;
}

int log_place_open(const char *destination, struct complaint *why)
{
    bool is_journal = log_place_is_stream(getenv("JOURNAL_STREAM"), STDERR_FILENO);
    last_words_to_journal(is_journal);
    place.has_journal = is_journal;
    if (strcmp(destination, "stderr") == 0) {
        log_place_close();
        place.kind = is_journal ? TO_JOURNAL : TO_STDERR;
        return 0;
    }
    if (strcmp(destination, "syslog") == 0) {
        log_place_close();
        place.kind = TO_SYSLOG;
        openlog(NULL, LOG_PID, LOG_DAEMON); /* under the program's own name */
        return 0;
    }
    int fd = open_file(destination, why);
    if (fd < 0) {
        return fd;
    }
    log_place_close();
    place.kind = TO_FILE;
    place.fd = fd;
    place.path = alloc_string(destination);
    last_words_to(fd);
    return 0;
}

int log_place_reopen(struct complaint *why)
{
    if (place.kind != TO_FILE) {
        return 0;
    }
    int fd = open_file(place.path, why);
    if (fd < 0) {
        return fd;
    }
    last_words_to(fd);
    (void)close(place.fd);
    place.fd = fd;
    place.is_cut = false;
    return 0;
}

void log_place_close(void)
{
    last_words_to(-1);
    if (place.kind == TO_FILE) {
        (void)close(place.fd);
        free(place.path);
        place.path = NULL;
    }
    if (place.kind == TO_SYSLOG) {
        closelog();
    }
    place.kind = TO_STDERR;
    place.fd = STDERR_FILENO;
    place.is_cut = false;
}

bool log_place_wants_time(void)
{
    return place.kind == TO_STDERR || place.kind == TO_FILE;
}

bool log_place_is_journal(void)
{
    return place.kind == TO_JOURNAL;
}

bool log_place_is_file(void)
{
    return place.kind == TO_FILE;
}

/* One write a line, so that lines of several processes do not mix. As write(2). */
static ssize_t put(int fd, bool is_journal, bool is_cut, enum log_level level,
                   struct slice line, size_t *size)
{
    struct buffer whole = {NULL, 0, 0};
    char prefix[] = "<0>";
    if (is_cut) {
        buffer_append(&whole, "\n", 1);
    }
    if (is_journal) {
        prefix[1] = (char)('0' + priorities[level]); /* sd-daemon(3) */
        buffer_append(&whole, prefix, 3);
    }
    buffer_append_slice(&whole, line);
    buffer_append(&whole, "\n", 1);
    ssize_t written = write(fd, whole.data, whole.size);
    int error = errno;
    *size = whole.size;
    buffer_free(&whole);
    errno = error;
    return written;
}

static bool write_line(enum log_level level, struct slice line)
{
    size_t size;
    ssize_t written =
        put(place.fd, place.kind == TO_JOURNAL, place.is_cut, level, line, &size);
    if (written == (ssize_t)size) {
        place.is_cut = false;
        return true;
    }
    place.error = written < 0 ? errno : 0;
    if (written > 0) {
        /* Of a line that was cut already a first newline is no more than its end. */
        place.is_cut = !(place.is_cut && written == 1);
    }
    return false;
}

const char *log_place_trouble(void)
{
    return place.error != 0 ? strerror(place.error) : "a line was written in part";
}

bool log_place_has_aside(bool *wants_time)
{
    *wants_time = !place.has_journal;
    return place.kind == TO_FILE;
}

void log_place_write_aside(enum log_level level, struct slice line)
{
    size_t size;
    (void)put(STDERR_FILENO, place.has_journal, false, level, line, &size);
}

bool log_place_write(enum log_level level, struct slice line)
{
    if (place.kind == TO_SYSLOG) {
        syslog(priorities[level], "%.*s", (int)line.size, (const char *)line.data);
        return true;
    }
    return write_line(level, line);
}
