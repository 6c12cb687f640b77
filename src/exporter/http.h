/* SPDX-License-Identifier: ISC */
/*
 * A web server that gives one text to GET /metrics. Bounded: so many connections, each with
 * so many bytes and for so long, one answer each.
 */
#ifndef CONCLAVE_EXPORTER_HTTP_H
#define CONCLAVE_EXPORTER_HTTP_H

#include "base/bytes.h"
#include "base/error.h"

#include <signal.h>

struct http;
/* Binds. address is ADDRESS:PORT, [ADDRESS]:PORT; port 0 takes any. write appends the text.
 * 0, or an error with a complaint. */
int http_start(const char *address, const char *type,
               void (*write)(void *context, struct buffer *out), void *context,
               struct http **out, struct complaint *why);
/* NULL is allowed. */
void http_free(struct http *h);
/* Where it listens, as text. */
const char *http_address(const struct http *h);
/* Serves for a while, or until a signal that mask lets in. */
void http_turn(struct http *h, const sigset_t *mask);

#endif
