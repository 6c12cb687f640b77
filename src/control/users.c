/* SPDX-License-Identifier: ISC */
/*
 * What the clients of one user share: the places that one user may take, and the requests
 * that it may make. It is the user that counts, so that neither more connections nor new
 * ones give more than others have. A request counts as one, and as one more for each 32 KiB
 * of it and of its answer; whoever has made too many is not read for a while.
 */
#include "control/session.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdlib.h>

enum { UNIT_BYTES = 32 * 1024 };

struct control_user *user_of(const struct control_server *s, uid_t uid)
{
    struct control_user *u = s->users;
    while (u != NULL && u->uid != uid) {
        u = u->next;
    }
    return u;
}

struct control_user *user_join(struct control_server *s, uid_t uid)
{
    struct control_user *u = user_of(s, uid);
    if (u == NULL) {
        u = alloc_zero(1, sizeof(*u));
        u->uid = uid;
        bucket_init(&u->requests, s->config.requests_per_s, clock_monotonic_ms());
        u->next = s->users;
        s->users = u;
    }
    u->clients++;
    return u;
}

void user_leave(struct control_user *u)
{
    u->clients--;
}

bool user_may_ask(struct control_user *u)
{
    return !bucket_is_empty(&u->requests, clock_monotonic_ms());
}

void user_asked(struct control_user *u, size_t line_bytes)
{
    bucket_charge(&u->requests, 1 + line_bytes / UNIT_BYTES, clock_monotonic_ms());
}

void user_answered(struct control_user *u, size_t line_bytes)
{
    bucket_charge(&u->requests, line_bytes / UNIT_BYTES, clock_monotonic_ms());
}

bool user_takes_turns(const struct control_user *u)
{
    return u->clients > 1;
}

void users_sweep(struct control_server *s)
{
    uint64_t now = clock_monotonic_ms();
    for (struct control_user **at = &s->users; *at != NULL;) {
        struct control_user *u = *at;
        if (u->clients == 0 && bucket_is_full(&u->requests, now)) {
            *at = u->next;
            free(u);
        } else {
            at = &u->next;
        }
    }
}

void users_free(struct control_server *s)
{
    for (struct control_user *u = s->users, *next; u != NULL; u = next) {
        next = u->next;
        free(u);
    }
    s->users = NULL;
}
