/* SPDX-License-Identifier: ISC */
/* Clients of other users, for a test that is root; and what the log says of clients. */
#ifndef CONCLAVE_TESTS_CONTROL_USERS_H
#define CONCLAVE_TESTS_CONTROL_USERS_H

#include "fixture.h"

#include "base/log.h"

#include <grp.h>

/* Connects as a user with one group. The kernel takes who it is from this moment. */
static int raw_connect_as(const char *path, uid_t uid, gid_t gid)
{
    gid_t before[64];
    int count = getgroups(64, before);
    if (count < 0 || setgroups(0, NULL) != 0 || setegid(gid) != 0 || seteuid(uid) != 0) {
        abort();
    }
    int fd = raw_connect(path);
    if (seteuid(0) != 0 || setegid(0) != 0 || setgroups((size_t)count, before) != 0) {
        abort();
    }
    return fd;
}

struct seen {
    struct buffer text; /* "event field=value ...\n", ends in NUL when it is looked at */
};

static void see(void *context, const struct log_line *line)
{
    struct seen *s = context;
    buffer_append(&s->text, line->event, strlen(line->event));
    buffer_append(&s->text, " ", 1);
    buffer_append_slice(&s->text, line->text);
    buffer_append(&s->text, "\n", 1);
}

static void seen_clear(struct seen *s)
{
    buffer_free(&s->text);
}

/* How many lines have it. */
static unsigned seen_count(struct seen *s, const char *part)
{
    unsigned count = 0;
    buffer_append(&s->text, "", 1);
    s->text.size--;
    for (const char *at = (const char *)s->text.data; (at = strstr(at, part)) != NULL;
         at++) {
        count++;
    }
    return count;
}

#endif
