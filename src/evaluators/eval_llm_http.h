/* SPDX-License-Identifier: ISC */
/*
 * One POST at a time by libcurl, waited for: over TLS that is verified, within a time, with
 * a limit on what is read. Redirects are not followed, and no proxy is used but the one
 * that is named.
 */
#ifndef CONCLAVE_EVALUATORS_EVAL_LLM_HTTP_H
#define CONCLAVE_EVALUATORS_EVAL_LLM_HTTP_H

#include "base/error.h"
#include "evaluators/eval_llm_key.h"

struct llm_place {
    const char *url;       /* as llm_http_url made it of the rest */
    const char *ca;        /* file of certificates; NULL: the system's */
    const char *proxy;     /* NULL: none */
    const char *socket;    /* a Unix socket instead of the host's address; NULL: none */
    uint64_t response_max; /* bytes of a response's body */
};

enum llm_end {
    LLM_END_ANSWERED, /* there is a status */
    LLM_END_LATE,
    LLM_END_FAILED,   /* no connection, or it broke */
    LLM_END_TOO_LONG, /* more than response_max, or a head beyond reason */
    LLM_END_UNUSABLE, /* the CA file or the URL is of no use */
};

struct llm_reply {
    enum llm_end end;
    bool is_sent; /* some of the request may have arrived */
    long status;
    uint64_t retry_after_ms; /* 0: it does not say */
    struct buffer body;
    char error[256]; /* libcurl's words, which may name the host */
};

struct llm_http;
/* place and key must live as long. NULL: libcurl does not start. */
struct llm_http *llm_http_new(const struct llm_place *place, const struct llm_key *key);
void llm_http_free(struct llm_http *h);

/* The caller frees with llm_reply_free. */
void llm_http_post(struct llm_http *h, struct slice body, uint64_t timeout_ms,
                   struct llm_reply *out);
void llm_reply_free(struct llm_reply *r);

/*
 * The URL of chat completions: what is given, with /chat/completions behind it where it is
 * missing. https, or http to this machine without a proxy, through a Unix socket, or where
 * it is allowed; no user, password, query or fragment. NULL with the complaint filled; the
 * caller frees.
 */
char *llm_http_url(const char *given, const struct llm_place *place, bool is_http_allowed,
                   struct complaint *why);

/* What llm_http_post sends but for the body, one line each; the key is left out. */
void llm_http_describe(const struct llm_place *place, const struct llm_key *key,
                       struct buffer *out);

#endif
