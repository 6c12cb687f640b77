/* SPDX-License-Identifier: ISC */
/*
 * The node as a service: tells the manager that started it, where there is one, when it is
 * ready, how it does, and again and again that its loop turns.
 */
#ifndef CONCLAVE_CONCLAVED_SERVICE_H
#define CONCLAVE_CONCLAVED_SERVICE_H

#include "base/notify.h"
#include "conclaved/node.h"

enum { SERVICE_STATUS_BYTES = 256 };

struct service {
    struct notify manager;
    uint64_t watchdog_ms; /* 0: nobody waits for signs of life */
    struct node *node;
    struct ev_timer timer;
    bool ready;
    char status[SERVICE_STATUS_BYTES]; /* as it was last told */
};

/* Takes the manager's words out of the environment, which no other process needs. */
void service_open(struct service *s);
/* The node has been started: ready with the first turn of the loop. */
void service_begin(struct service *s, struct node *n);
/* Around what SIGHUP does. */
void service_reloading(struct service *s);
void service_reloaded(struct service *s);
/* The node is about to stop. */
void service_stopping(struct service *s);
/* It does not start: why is what systemctl status shows from then on. */
void service_refused(struct service *s, const struct complaint *why);
void service_close(struct service *s);

/* One line for `systemctl status`. */
void service_status(const struct node *n, char out[SERVICE_STATUS_BYTES]);

#endif
