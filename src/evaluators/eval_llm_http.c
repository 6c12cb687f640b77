/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include <config.h>

#include "evaluators/eval_llm_http.h"

#include "base/alloc.h"
#include "http/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_MAX = 64 * 1024, CONNECT_MS = 10000 };

#define PATH_SUFFIX "/chat/completions"
#define AGENT_NAME  "conclave-eval-llm/" PACKAGE_VERSION

static const char *const own_headers[] = {"Content-Type: application/json",
                                          "Accept: application/json"};

struct llm_http {
    const struct llm_place *place;
    CURL *easy;
    struct curl_slist *headers;
};

/* One exchange. */
struct exchange {
    struct llm_reply *reply;
    uint64_t head_bytes, body_max;
    bool is_too_long;
};

static size_t take_head(char *data, size_t size, size_t count, void *context)
{
    struct exchange *x = context;
    (void)data;
    x->head_bytes += size * count;
    x->is_too_long = x->is_too_long || x->head_bytes > HEAD_MAX;
    return x->is_too_long ? 0 : size * count;
}

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    struct exchange *x = context;
    size_t bytes = size * count;
    if (bytes > x->body_max - x->reply->body.size) {
        x->is_too_long = true;
        return 0;
    }
    buffer_append(&x->reply->body, data, bytes);
    return bytes;
}

/* --- the handle --- */

static void add_headers(struct llm_http *h, const struct llm_key *key)
{
    for (size_t i = 0; i < sizeof(own_headers) / sizeof(own_headers[0]); i++) {
        http_add_header(&h->headers, own_headers[i]);
    }
    http_add_header(&h->headers, "Expect:");
    if (key->size > 0) {
        char *line = alloc_printf("Authorization: Bearer %s", key->text);
        http_add_header(&h->headers, line);
        explicit_bzero(line, strlen(line));
        free(line);
    }
}

static void set_place(CURL *easy, const struct llm_place *p)
{
    (void)curl_easy_setopt(easy, CURLOPT_URL, p->url);
    (void)curl_easy_setopt(easy, CURLOPT_PROXY, p->proxy != NULL ? p->proxy : "");
    (void)curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    if (p->socket != NULL) {
        (void)curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, p->socket);
    }
}

struct llm_http *llm_http_new(const struct llm_place *place, const struct llm_key *key)
{
    if (!http_begin()) {
        return NULL;
    }
    struct llm_http *h = alloc_zero(1, sizeof(*h));
    h->place = place;
    h->easy = curl_easy_init();
    if (h->easy == NULL) {
        alloc_exhausted();
    }
    add_headers(h, key);
    http_set_rules(h->easy, place->ca);
    set_place(h->easy, place);
    (void)curl_easy_setopt(h->easy, CURLOPT_USERAGENT, AGENT_NAME);
    (void)curl_easy_setopt(h->easy, CURLOPT_HEADERFUNCTION, take_head);
    (void)curl_easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, h->headers);
    return h;
}

void llm_http_free(struct llm_http *h)
{
    if (h == NULL) {
        return;
    }
    curl_easy_cleanup(h->easy);
    for (struct curl_slist *line = h->headers; line != NULL; line = line->next) {
        explicit_bzero(line->data, strlen(line->data));
    }
    curl_slist_free_all(h->headers);
    free(h);
    curl_global_cleanup();
}

/* --- one request --- */

static enum llm_end end_of(CURLcode code, const struct exchange *x)
{
    if (x->is_too_long) {
        return LLM_END_TOO_LONG;
    }
    if (code == CURLE_OK) {
        return LLM_END_ANSWERED;
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        return LLM_END_LATE;
    }
    return code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR ||
                   code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL
               ? LLM_END_UNUSABLE
               : LLM_END_FAILED;
}

void llm_http_post(struct llm_http *h, struct slice body, uint64_t timeout_ms,
                   struct llm_reply *out)
{
    char error[CURL_ERROR_SIZE] = "";
    curl_off_t sent = 0;
    *out = (struct llm_reply){.end = LLM_END_FAILED};
    struct exchange x = {out, 0, h->place->response_max, false};
    (void)curl_easy_setopt(h->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.size);
    (void)curl_easy_setopt(h->easy, CURLOPT_POSTFIELDS, (const char *)body.data);
    (void)curl_easy_setopt(h->easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    (void)curl_easy_setopt(h->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    (void)curl_easy_setopt(h->easy, CURLOPT_HEADERDATA, &x);
    (void)curl_easy_setopt(h->easy, CURLOPT_WRITEDATA, &x);
    (void)curl_easy_setopt(h->easy, CURLOPT_ERRORBUFFER, error);
    CURLcode code = curl_easy_perform(h->easy);
    (void)curl_easy_setopt(h->easy, CURLOPT_ERRORBUFFER, NULL);
    out->end = end_of(code, &x);
    (void)curl_easy_getinfo(h->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    out->is_sent = sent > 0;
    if (out->end == LLM_END_ANSWERED) {
        (void)curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &out->status);
        out->retry_after_ms = http_retry_after_ms(h->easy);
    }
    (void)snprintf(out->error, sizeof(out->error), "%s",
                   error[0] != '\0' ? error : curl_easy_strerror(code));
}

void llm_reply_free(struct llm_reply *r)
{
    buffer_free(&r->body);
}

/* --- the URL --- */

static bool is_near(const char *host)
{
    return strcmp(host, "127.0.0.1") == 0 || strcmp(host, "[::1]") == 0 ||
           strcmp(host, "localhost") == 0;
}

static bool has(CURLU *u, CURLUPart part)
{
    char *text = NULL;
    bool there = curl_url_get(u, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return there;
}

/* To this machine, and not by way of a proxy, which would get it all. */
static bool stays_here(const struct llm_place *place, const char *host)
{
    return place->socket != NULL || (place->proxy == NULL && is_near(host));
}

static bool is_allowed(CURLU *u, const struct llm_place *place, bool is_http_allowed)
{
    char *scheme = NULL, *host = NULL;
    bool allowed = false;
    if (curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
        allowed =
            strcmp(scheme, "https") == 0 ||
            (strcmp(scheme, "http") == 0 && (is_http_allowed || stays_here(place, host)));
    }
    curl_free(scheme);
    curl_free(host);
    return allowed;
}

static char *with_path(const char *given)
{
    size_t length = strlen(given), suffix = strlen(PATH_SUFFIX);
    while (length > 0 && given[length - 1] == '/') {
        length--;
    }
    bool there =
        length >= suffix && memcmp(given + length - suffix, PATH_SUFFIX, suffix) == 0;
    return alloc_printf("%.*s%s", (int)length, given, there ? "" : PATH_SUFFIX);
}

char *llm_http_url(const char *given, const struct llm_place *place, bool is_http_allowed,
                   struct complaint *why)
{
    /* Its words may hold what should not be repeated, a password for one. */
    char *url = NULL;
    CURLU *u = curl_url();
    if (u == NULL) {
        alloc_exhausted();
    }
    if (strstr(given, "://") == NULL ||
        curl_url_set(u, CURLUPART_URL, given, 0) != CURLUE_OK) {
        (void)complain(why, CONCLAVE_EFORMAT,
                       "--endpoint: is no URL; write it like https://api.example.org/v1");
    } else if (has(u, CURLUPART_USER) || has(u, CURLUPART_PASSWORD) ||
               strpbrk(given, "?#") != NULL) {
        (void)complain(why, CONCLAVE_EFORMAT,
                       "--endpoint: a URL here has no user, password, query or fragment; "
                       "a key is named with --key-file");
    } else if (!is_allowed(u, place, is_http_allowed)) {
        (void)complain(why, CONCLAVE_EFORMAT,
                       "--endpoint: must begin with https://; http:// is for this machine "
                       "alone (127.0.0.1, [::1] or localhost, and no --proxy) without "
                       "--allow-http");
    } else {
        url = with_path(given);
    }
    curl_url_cleanup(u);
    return url;
}

void llm_http_describe(const struct llm_place *place, const struct llm_key *key,
                       struct buffer *out)
{
    char *line = alloc_printf("POST %s\nUser-Agent: " AGENT_NAME "\n", place->url);
    buffer_append(out, line, strlen(line));
    free(line);
    for (size_t i = 0; i < sizeof(own_headers) / sizeof(own_headers[0]); i++) {
        buffer_append(out, own_headers[i], strlen(own_headers[i]));
        buffer_append(out, "\n", 1);
    }
    static const char left_out[] = "Authorization: Bearer (the key is left out)\n";
    buffer_append(out, left_out, key->size > 0 ? sizeof(left_out) - 1 : 0);
}
