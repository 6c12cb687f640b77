/* SPDX-License-Identifier: ISC */
/* What conclave-alert.conf(5) says. */
#ifndef CONCLAVE_ALERT_CONFIG_H
#define CONCLAVE_ALERT_CONFIG_H

#include "alert/filter.h"
#include "alert/queue.h"
#include "alert/signature.h"
#include "base/log.h"

enum { CONFIG_RECEIVERS_MAX = 64, CONFIG_SECRETS_MAX = 4 };

struct config_receiver {
    char name[QUEUE_NAME_BYTES];
    char *url;      /* of a webhook, or NULL, and */
    char **command; /* the words of a program, which words_free takes, or NULL */
    struct signing_key *keys[CONFIG_SECRETS_MAX];
    size_t key_count;
    char *ca_file; /* NULL: the system's */
    struct filter filter;
    uint64_t connect_ms, timeout_ms;
    uint64_t retry_most_ms;
};

struct config {
    char *socket; /* NULL: the usual places */
    char *state;  /* folder of the queue */
    enum log_level level;
    enum log_form form;
    struct queue_limits limits;
    bool history;            /* begin with what was before the first start */
    uint64_t unreachable_ms; /* after which the node counts as such; 0: never */
    struct config_receiver *receivers;
    size_t receiver_count;
};

/* Relative paths are taken from the folder of the file. Secrets are read where with_secrets
 * says so. 0, or an error with a complaint that names file, line and cure. */
int config_load(const char *path, bool with_secrets, struct config **out,
                struct complaint *why);
/* NULL is allowed. */
void config_free(struct config *c);
/* NULL: there is none. */
const struct config_receiver *config_find(const struct config *c, const char *name);

#endif
