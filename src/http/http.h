/* SPDX-License-Identifier: ISC */
/*
 * What every program that POSTs by libcurl holds to: http and https alone, TLS that is
 * verified, no redirects, no passwords of the user's, nothing that outlasts its time
 * limits. The limits, and whether there is a proxy, are the program's own.
 */
#ifndef CONCLAVE_HTTP_HTTP_H
#define CONCLAVE_HTTP_HTTP_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

/* Before all else; curl_global_cleanup ends it. False: libcurl does not start. */
bool http_begin(void);
/* For each handle. ca: a file of certificates; NULL: the system's. */
void http_set_rules(CURL *easy, const char *ca);
/* A copy of the line, to a list that begins as NULL. */
void http_add_header(struct curl_slist **headers, const char *line);
/* How long the answer asks to be left alone; 0: it does not say. */
uint64_t http_retry_after_ms(CURL *easy);

#endif
