/* SPDX-License-Identifier: ISC */
/*
 * Webhooks by libcurl in a libev loop: one POST an attempt, signed, over TLS that is
 * verified, with limits on time and on what is read. Redirects are not followed.
 */
#ifndef CONCLAVE_ALERT_POST_H
#define CONCLAVE_ALERT_POST_H

#include "alert/config.h"
#include "alert/outcome.h"

#include <ev.h>

enum { POST_HEAD_MAX = 64 * 1024, POST_BODY_MAX = 64 * 1024 }; /* of an answer */

struct poster;
struct poster *poster_new(struct ev_loop *loop);
/* No post is under way. */
void poster_free(struct poster *p);

struct post;
/* done is called once, from the loop, and the post is freed after that. r and what is in it
 * must live as long; of the parcel a copy is made. */
struct post *post_start(struct poster *p, const struct config_receiver *r,
                        const struct parcel *parcel, outcome_done *done, void *context);
/* done is not called. */
void post_cancel(struct post *t);

#endif
