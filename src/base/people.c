/* SPDX-License-Identifier: ISC */
#include "base/people.h"

#include "base/alloc.h"
#include "base/error.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

/* All digits, and below the number that means nobody at all. */
static bool is_number(const char *word, unsigned long *out)
{
    char *end = NULL;
    if (word[0] == '\0' || strspn(word, "0123456789") != strlen(word)) {
        return false;
    }
    errno = 0;
    *out = strtoul(word, &end, 10);
    return errno == 0 && *out < (unsigned long)(uid_t)-1;
}

int people_user_id(const char *word, uid_t *out)
{
    unsigned long number;
    if (is_number(word, &number)) {
        *out = (uid_t)number;
        return 0;
    }
    const struct passwd *entry = getpwnam(word);
    if (entry == NULL) {
        return CONCLAVE_ENOENT;
    }
    *out = entry->pw_uid;
    return 0;
}

int people_group_id(const char *word, gid_t *out)
{
    unsigned long number;
    if (is_number(word, &number)) {
        *out = (gid_t)number;
        return 0;
    }
    const struct group *entry = getgrnam(word);
    if (entry == NULL) {
        return CONCLAVE_ENOENT;
    }
    *out = entry->gr_gid;
    return 0;
}

int people_add(struct people *p, const char *word)
{
    uid_t user = 0;
    gid_t group = 0;
    bool is_group = word[0] == PEOPLE_GROUP_MARK;
    int error = is_group ? people_group_id(word + 1, &group) : people_user_id(word, &user);
    if (error != 0) {
        return error;
    }
    if (is_group) {
        p->groups = alloc_resize(p->groups, p->group_count + 1, sizeof(*p->groups));
        p->groups[p->group_count++] = group;
    } else {
        p->users = alloc_resize(p->users, p->user_count + 1, sizeof(*p->users));
        p->users[p->user_count++] = user;
    }
    return 0;
}

bool people_include(const struct people *p, uid_t user, const gid_t *groups, size_t count)
{
    for (size_t i = 0; i < p->user_count; i++) {
        if (p->users[i] == user) {
            return true;
        }
    }
    for (size_t i = 0; i < p->group_count; i++) {
        for (size_t k = 0; k < count; k++) {
            if (p->groups[i] == groups[k]) {
                return true;
            }
        }
    }
    return false;
}

void people_copy(struct people *to, const struct people *from)
{
    *to = (struct people){.user_count = from->user_count, .group_count = from->group_count};
    to->users = alloc_zero(from->user_count, sizeof(*to->users));
    to->groups = alloc_zero(from->group_count, sizeof(*to->groups));
    for (size_t i = 0; i < from->user_count; i++) {
        to->users[i] = from->users[i];
    }
    for (size_t i = 0; i < from->group_count; i++) {
        to->groups[i] = from->groups[i];
    }
}

void people_free(struct people *p)
{
    free(p->users);
    free(p->groups);
    *p = (struct people){0};
}
