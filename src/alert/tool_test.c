/* SPDX-License-Identifier: ISC */
#include "alert/tools.h"

#include "alert/hook.h"
#include "alert/post.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "control/client.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODE_MS = 2000 };

/* What the node says of itself; NULL: it does not answer, and the test does without. */
static json_t *ask_node(const struct config *c)
{
    struct complaint why = {""};
    struct control_client *client = NULL;
    json_t *status = NULL;
    char *path = control_find_socket(c->socket, &why);
    if (path != NULL && control_connect(path, &client, &why) == 0) {
        (void)control_call(client, "status", NULL, &status, NODE_MS, &why);
        control_disconnect(client);
    }
    free(path);
    return status;
}

struct waiting {
    struct ev_loop *loop;
    struct outcome outcome;
};

static void on_outcome(void *context, const struct outcome *o)
{
    struct waiting *w = context;
    w->outcome = *o;
    ev_break(w->loop, EVBREAK_ALL);
}

static void deliver(struct poster *p, const struct config_receiver *r,
                    const struct parcel *parcel, struct waiting *w)
{
    struct hook *hook;
    if (r->url != NULL) {
        (void)post_start(p, r, parcel, on_outcome, w);
    } else {
        hook_start(w->loop, r, parcel, on_outcome, w, &hook);
    }
    (void)ev_run(w->loop, 0);
}

static json_t *tell(const struct config_receiver *r, const struct parcel *p,
                    const struct outcome *o, bool json)
{
    static const char *const words[] = {[OUTCOME_DELIVERED] = "delivered",
                                        [OUTCOME_FAILED] = "failed",
                                        [OUTCOME_GONE] = "gone"};
    struct buffer text = {NULL, 0, 0};
    text_escape(&text, slice_of_string(o->text), "");
    if (!json) {
        (void)printf("%s: %s in %" PRIu64 " ms: %.*s\n", r->name, words[o->kind],
                     o->took_ms, (int)text.size, (const char *)text.data);
        (void)fflush(stdout);
    }
    json_t *row = json_pack(
        "{s:s,s:s,s:s,s:o,s:I,s:o}", "receiver", r->name, "id", p->id, "outcome",
        words[o->kind], "status", o->status != 0 ? json_integer(o->status) : json_null(),
        "ms", (json_int_t)o->took_ms, "text", control_text(buffer_slice(&text)));
    buffer_free(&text);
    return row;
}

int tool_test(const struct config *c, const char *receiver, bool json)
{
    struct waiting w = {.loop = ev_default_loop(0)};
    int status = EXIT_SUCCESS;
    if (receiver != NULL && config_find(c, receiver) == NULL) {
        char *text =
            alloc_printf("there is no receiver \"%s\" in the configuration", receiver);
        status = tool_fail(text);
        free(text);
        return status;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    json_t *node = ask_node(c), *rows = json_array();
    struct alert_source source = {
        json_string_value(json_object_get(node, "council")),
        json_string_value(json_object_get(node, "council_id")),
        (unsigned)json_integer_value(json_object_get(node, "seat")),
        json_string_value(json_object_get(node, "name")),
    };
    struct poster *poster = poster_new(w.loop);
    for (size_t i = 0; i < c->receiver_count; i++) {
        const struct config_receiver *r = &c->receivers[i];
        struct alert a;
        struct parcel p = {.queued_ms = clock_wall_ms()};
        if (receiver != NULL && strcmp(receiver, r->name) != 0) {
            continue;
        }
        alert_of_test(&source, p.queued_ms, &a);
        memcpy(p.id, a.id, sizeof(p.id));
        (void)snprintf(p.type, sizeof(p.type), "%s", a.type);
        p.body = a.body;
        deliver(poster, r, &p, &w);
        (void)json_array_append_new(rows, tell(r, &p, &w.outcome, json));
        status = w.outcome.kind == OUTCOME_DELIVERED ? status : EXIT_FAILURE;
        alert_free(&a);
    }
    poster_free(poster);
    json_decref(node);
    if (json) {
        tool_print(json_pack("{s:o}", "results", rows));
    } else {
        json_decref(rows);
    }
    return status;
}
