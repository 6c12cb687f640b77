/* SPDX-License-Identifier: ISC */
#include "base/last_words.h"

#include <string.h>
#include <unistd.h>

static int log_fd = -1;

void last_words_to(int fd)
{
    log_fd = fd;
}

void last_words(const char *line)
{
    (void)!write(STDERR_FILENO, line, strlen(line));
    if (log_fd >= 0) {
        (void)!write(log_fd, line, strlen(line));
    }
}
