/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "alert/post.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "http/http.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct poster {
    struct ev_loop *loop;
    CURLM *multi;
    ev_timer timer;
};

/* One of libcurl's sockets. */
struct wait {
    ev_io io;
    struct poster *poster;
};

struct post {
    struct poster *poster;
    CURL *easy;
    struct curl_slist *headers;
    struct buffer body;
    outcome_done *done;
    void *context;
    uint64_t begun_ms, head_bytes, body_bytes;
    char error[CURL_ERROR_SIZE];
};

/* --- the end of one --- */

static void free_post(struct post *t)
{
    (void)curl_multi_remove_handle(t->poster->multi, t->easy);
    curl_easy_cleanup(t->easy);
    curl_slist_free_all(t->headers);
    buffer_free(&t->body);
    free(t);
}

static void judge(const struct post *t, CURLcode code, struct outcome *o)
{
    long status = 0;
    (void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    *o = (struct outcome){.kind = OUTCOME_FAILED,
                          .took_ms = clock_monotonic_ms() - t->begun_ms};
    if (t->head_bytes > POST_HEAD_MAX) {
        (void)snprintf(o->text, sizeof(o->text),
                       "its answer's head is longer than %d bytes", POST_HEAD_MAX);
        return;
    }
    /* The status line is the answer, whatever becomes of the text behind it. */
    if (status >= 100) {
        bool taken = status >= 200 && status < 300;
        enum { STATUS_GONE = 410 };
        o->kind = taken                   ? OUTCOME_DELIVERED
                  : status == STATUS_GONE ? OUTCOME_GONE
                                          : OUTCOME_FAILED;
        o->status = (unsigned)status;
        o->asked_ms = http_retry_after_ms(t->easy);
        (void)snprintf(o->text, sizeof(o->text), "it answered %ld%s", status,
                       status / 100 == 3 ? ", and redirects are not followed" : "");
        return;
    }
    (void)snprintf(o->text, sizeof(o->text), "%s",
                   t->error[0] != '\0' ? t->error : curl_easy_strerror(code));
}

/* What ended since; another one may be started meanwhile. */
static void conclude(struct poster *p)
{
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(p->multi, &left)) != NULL;) {
        struct outcome o;
        char *private = NULL;
        if (m->msg != CURLMSG_DONE) {
            continue;
        }
        CURLcode code = m->data.result;
        (void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &private);
        struct post *t = (struct post *)(void *)private;
        judge(t, code, &o);
        outcome_done *done = t->done;
        void *context = t->context;
        free_post(t);
        done(context, &o);
    }
}

/* --- libcurl in the loop --- */

static void act(struct poster *p, curl_socket_t fd, int events)
{
    int running;
    (void)curl_multi_socket_action(p->multi, fd, events, &running);
    conclude(p);
}

static void on_timer(struct ev_loop *loop, ev_timer *w, int events)
{
    (void)loop, (void)events;
    act(w->data, CURL_SOCKET_TIMEOUT, 0);
}

static void on_io(struct ev_loop *loop, ev_io *w, int events)
{
    const struct wait *wait = w->data;
    (void)loop;
    act(wait->poster, w->fd,
        ((events & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
            ((events & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0));
}

static int set_timer(CURLM *multi, long ms, void *context)
{
    struct poster *p = context;
    (void)multi;
    ev_timer_stop(p->loop, &p->timer);
    if (ms >= 0) {
        ev_now_update(p->loop);
        ev_timer_set(&p->timer, (double)ms / 1e3, 0);
        ev_timer_start(p->loop, &p->timer);
    }
    return 0;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *known)
{
    struct poster *p = context;
    struct wait *w = known;
    (void)easy;
    if (w != NULL) {
        ev_io_stop(p->loop, &w->io);
    }
    if (what == CURL_POLL_REMOVE) {
        (void)curl_multi_assign(p->multi, fd, NULL);
        free(w);
        return 0;
    }
    if (w == NULL) {
        w = alloc_zero(1, sizeof(*w));
        w->poster = p;
        ev_init(&w->io, on_io);
        w->io.data = w;
        (void)curl_multi_assign(p->multi, fd, w);
    }
    ev_io_set(&w->io, fd,
              ((what & CURL_POLL_IN) != 0 ? EV_READ : 0) |
                  ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0));
    ev_io_start(p->loop, &w->io);
    return 0;
}

struct poster *poster_new(struct ev_loop *loop)
{
    struct poster *p = alloc_zero(1, sizeof(*p));
    p->loop = loop;
    if (!http_begin() || (p->multi = curl_multi_init()) == NULL) {
        alloc_exhausted();
    }
    ev_init(&p->timer, on_timer);
    p->timer.data = p;
    (void)curl_multi_setopt(p->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
    (void)curl_multi_setopt(p->multi, CURLMOPT_SOCKETDATA, p);
    (void)curl_multi_setopt(p->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    (void)curl_multi_setopt(p->multi, CURLMOPT_TIMERDATA, p);
    (void)curl_multi_setopt(p->multi, CURLMOPT_MAXCONNECTS, (long)CONFIG_RECEIVERS_MAX);
    return p;
}

void poster_free(struct poster *p)
{
    (void)curl_multi_cleanup(p->multi);
    ev_timer_stop(p->loop, &p->timer);
    free(p);
    curl_global_cleanup();
}

/* --- one request --- */

static size_t take_head(char *data, size_t size, size_t count, void *context)
{
    struct post *t = context;
    (void)data;
    t->head_bytes += size * count;
    return t->head_bytes > POST_HEAD_MAX ? 0 : size * count;
}

/* What it says is not of interest, only that it ends. */
static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    struct post *t = context;
    (void)data;
    t->body_bytes += size * count;
    return t->body_bytes > POST_BODY_MAX ? 0 : size * count;
}

static void add_header(struct post *t, char *line)
{
    http_add_header(&t->headers, line);
    free(line);
}

static void add_headers(struct post *t, const struct config_receiver *r,
                        const struct parcel *parcel)
{
    uint64_t seconds = clock_wall_ms() / 1000;
    struct buffer signatures = {NULL, 0, 0};
    for (size_t i = 0; i < r->key_count; i++) {
        signature_append(&signatures, r->keys[i], parcel->id, seconds,
                         buffer_slice(&parcel->body));
    }
    add_header(t, alloc_string("Content-Type: application/json"));
    add_header(t, alloc_string("Expect:"));
    add_header(t, alloc_printf("webhook-id: %s", parcel->id));
    add_header(t, alloc_printf("webhook-timestamp: %" PRIu64, seconds));
    add_header(t, alloc_printf("webhook-signature: %.*s", (int)signatures.size,
                               (const char *)signatures.data));
    buffer_free(&signatures);
}

struct post *post_start(struct poster *p, const struct config_receiver *r,
                        const struct parcel *parcel, outcome_done *done, void *context)
{
    struct post *t = alloc_zero(1, sizeof(*t));
    t->poster = p;
    t->done = done;
    t->context = context;
    t->begun_ms = clock_monotonic_ms();
    t->easy = curl_easy_init();
    if (t->easy == NULL) {
        alloc_exhausted();
    }
    buffer_append_slice(&t->body, buffer_slice(&parcel->body));
    add_headers(t, r, parcel);
    http_set_rules(t->easy, r->ca_file);
    (void)curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)r->connect_ms);
    (void)curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms);
    (void)curl_easy_setopt(t->easy, CURLOPT_URL, r->url);
    (void)curl_easy_setopt(t->easy, CURLOPT_USERAGENT, "conclave-alert/" PACKAGE_VERSION);
    (void)curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, (char *)t->body.data);
    (void)curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body.size);
    (void)curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
    (void)curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, take_head);
    (void)curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
    (void)curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
    (void)curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->error);
    (void)curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
    (void)curl_multi_add_handle(p->multi, t->easy);
    return t;
}

void post_cancel(struct post *t)
{
    free_post(t);
}
