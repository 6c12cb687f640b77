/* SPDX-License-Identifier: ISC */
/*
 * What the clients of one user share: the places that one user may take, and the time that
 * the node takes for their coming, for what they send and for their requests. It is the
 * user that counts, so that neither more connections nor new ones give more than others
 * have, and the time, so that it does not matter what is asked for. Whoever has had too
 * much is not read for a while. Who may administer could as well stop the node, and is not
 * held back.
 */
#include "control/session.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdlib.h>

struct control_user *user_of(struct control_server *s, uid_t uid)
{
    struct control_user *u = s->users;
    while (u != NULL && u->uid != uid) {
        u = u->next;
    }
    if (u == NULL) {
        u = alloc_zero(1, sizeof(*u));
        u->uid = uid;
        bucket_init(&u->time, s->config.user_us_per_s, clock_monotonic_ms());
        u->next = s->users;
        s->users = u;
    }
    return u;
}

bool user_may_spend(struct control_user *u, unsigned roles)
{
    return control_roles_allow(roles, ROLE_ADMINISTER) ||
           !bucket_is_empty(&u->time, clock_monotonic_ms());
}

bool session_may_ask(const struct control_session *c)
{
    return user_may_spend(c->user, c->roles);
}

void user_spend(struct control_user *u, uint64_t since_us, unsigned least_us)
{
    uint64_t us = clock_processor_us() - since_us;
    bucket_charge(&u->time, us > least_us ? us : least_us, clock_monotonic_ms());
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
        if (u->clients == 0 && bucket_is_full(&u->time, now)) {
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
