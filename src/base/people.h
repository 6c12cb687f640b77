/* SPDX-License-Identifier: ISC */
/*
 * Users and groups of the system, as an administrator lists them: a word is a user, or a
 * group behind a percent sign, by name or by number: alice, 1007, %wheel, %27. The notation
 * is that of sudoers(5).
 */
#ifndef CONCLAVE_BASE_PEOPLE_H
#define CONCLAVE_BASE_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { PEOPLE_GROUP_MARK = '%' };

struct people {
    uid_t *users;
    size_t user_count;
    gid_t *groups;
    size_t group_count;
};

/* A name of the system's tables, or digits. 0, or CONCLAVE_ENOENT. */
int people_user_id(const char *word, uid_t *out);
int people_group_id(const char *word, gid_t *out);

/* Adds what the word names. 0, or CONCLAVE_ENOENT: there is no such user or group. */
int people_add(struct people *p, const char *word);
/* Whether the user, or one of these groups, is among them. */
bool people_include(const struct people *p, uid_t user, const gid_t *groups, size_t count);
void people_copy(struct people *to, const struct people *from);
void people_free(struct people *p);

#endif
