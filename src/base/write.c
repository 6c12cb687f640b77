/* SPDX-License-Identifier: ISC */
#include "base/write.h"

#include <errno.h>
#include <unistd.h>

int write_all(int fd, struct slice content)
{
    while (content.size > 0) {
        ssize_t put = write(fd, content.data, content.size);
        if (put < 0 && errno != EINTR) {
            return -1;
        }
        size_t done = put > 0 ? (size_t)put : 0;
        content = slice_of(content.data + done, content.size - done);
    }
    return 0;
}
