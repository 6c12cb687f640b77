/* SPDX-License-Identifier: ISC */
#include "base/last_words.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

static int log_fd = -1;
static void (*before)(void);

void last_words_to(int fd)
{
    log_fd = fd;
}

void last_words_after(void (*restore)(void))
{
    before = restore;
}

void last_words(const char *line)
{
    if (before != NULL) {
        before();
    }
    (void)!write(STDERR_FILENO, line, strlen(line));
    if (log_fd >= 0) {
        (void)!write(log_fd, line, strlen(line));
    }
}
