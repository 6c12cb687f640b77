/* SPDX-License-Identifier: ISC */
/* A program that takes an alert: its JSON on standard input, exit status 0 when it has it.
 */
#ifndef CONCLAVE_ALERT_HOOK_H
#define CONCLAVE_ALERT_HOOK_H

#include "alert/config.h"
#include "alert/outcome.h"

#include <ev.h>

enum { HOOK_OUTPUT_MAX = 64 * 1024 };

struct hook;
/* The default loop. done is called once, from the loop, when no process of the program is
 * left; the hook is freed after that. */
void hook_start(struct ev_loop *loop, const struct config_receiver *r,
                const struct parcel *parcel, outcome_done *done, void *context,
                struct hook **out);
/* Kills it; done is not called. */
void hook_cancel(struct hook *h);

#endif
