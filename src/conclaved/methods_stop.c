/* SPDX-License-Identifier: ISC */
/* The method `stop`: what SIGTERM does, for who has the socket and not the process. */
#include "conclaved/methods.h"

#include "base/log.h"
#include "conclaved/json.h"

#include <unistd.h>

json_t *method_stop(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    struct parameters p;
    uid_t uid;
    pid_t pid;
    parameters_begin(&p, s, params);
    if (!parameters_end(&p)) {
        return NULL;
    }
    control_session_peer(s, &uid, &pid);
    LOG_EVENT(LOG_LEVEL_INFO, "node.stopping", LOG_N("uid", uid),
              LOG_N("pid", (uint64_t)pid));
    /* The loop ends after this turn; the answer is flushed with the last events. */
    ev_break(n->loop, EVBREAK_ALL);
    json_t *out = json_object();
    json_put(out, "pid", json_integer(getpid()));
    return out;
}
