/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "exporter/nodes.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "control/client.h"
#include "exporter/openmetrics.h"

#include <stdlib.h>

static const double ms_per_s = 1e3;

enum state { STATE_UNKNOWN, STATE_UP, STATE_DOWN };

struct node {
    const struct options_node *options;
    struct control_client *client; /* NULL: not connected */
    json_int_t asked;              /* the request that is not answered; 0: none */
    json_t *families;              /* of this scrape, or NULL */
    enum state told;               /* to the log */
};

struct nodes {
    unsigned count, timeout_ms;
    struct node list[];
};

struct nodes *nodes_new(const struct options *o)
{
    struct nodes *n =
        alloc_zero(1, sizeof(struct nodes) + o->node_count * sizeof(struct node));
    n->count = o->node_count;
    n->timeout_ms = o->timeout_ms;
    for (unsigned i = 0; i < n->count; i++) {
        n->list[i].options = &o->nodes[i];
    }
    control_library_init();
    return n;
}

static void hang_up(struct node *n)
{
    control_disconnect(n->client);
    n->client = NULL;
    n->asked = 0;
}

void nodes_free(struct nodes *n)
{
    for (unsigned i = 0; i < n->count; i++) {
        hang_up(&n->list[i]);
    }
    free(n);
}

/* --- one node --- */

/* What changed, once. */
static void tell(struct node *n, enum state now, const char *why)
{
    if (n->told != now) {
        n->told = now;
        LOG_EVENT(now == STATE_UP ? LOG_LEVEL_INFO : LOG_LEVEL_WARN,
                  now == STATE_UP ? "exporter.node-up" : "exporter.node-down",
                  LOG_S("node", n->options->label != NULL ? n->options->label : "-"),
                  LOG_S("reason", why));
    }
}

static bool connect_to(struct node *n)
{
    struct complaint why = {""};
    char *path = control_find_socket(n->options->path, &why);
    if (path == NULL || control_connect(path, &n->client, &why) != 0) {
        n->client = NULL;
        tell(n, STATE_DOWN, why.text);
    }
    free(path);
    return n->client != NULL;
}

/* A request that an earlier scrape did not wait for is not asked again: a node that is
 * stopped would find a thousand when it goes on. */
static void ask(struct node *n)
{
    if (n->asked != 0) {
        return;
    }
    for (int attempt = 0; attempt < 2; attempt++) {
        if (n->client == NULL && !connect_to(n)) {
            return;
        }
        n->asked = control_send(n->client, "metrics", NULL);
        if (n->asked > 0) {
            return;
        }
        hang_up(n); /* the node was started again since, perhaps */
    }
}

static const char *reason_of(const json_t *message)
{
    const char *text =
        json_string_value(json_object_get(json_object_get(message, "error"), "message"));
    return text != NULL ? text : "it answered with something else";
}

static void take_answer(struct node *n, const json_t *message)
{
    json_t *families = json_object_get(json_object_get(message, "result"), "families");
    if (!json_is_array(families)) {
        tell(n, STATE_DOWN, reason_of(message));
        return;
    }
    n->families = json_incref(families);
    tell(n, STATE_UP, "it answered");
}

/* stale: what is asked was asked by an earlier scrape. */
static void take(struct node *n, const json_t *message, bool stale)
{
    if (json_integer_value(json_object_get(message, "id")) == n->asked) {
        n->asked = 0;
        if (stale) {
            ask(n);
        } else {
            take_answer(n, message);
        }
    } else if (json_object_get(message, "error") != NULL) {
        tell(n, STATE_DOWN, reason_of(message)); /* it takes no more clients */
        hang_up(n);
    }
}

static void await(struct node *n, bool stale, uint64_t deadline)
{
    for (bool late = false; n->asked != 0;) {
        uint64_t now = clock_monotonic_ms();
        json_t *message = NULL;
        int error = late ? CONCLAVE_EAGAIN
                         : control_next(n->client, &message,
                                        now < deadline ? (int)(deadline - now) : 0);
        late = now >= deadline; /* however much it says */
        if (error == CONCLAVE_EAGAIN) {
            tell(n, STATE_DOWN, "it does not answer in time");
            return;
        }
        if (error != 0) {
            tell(n, STATE_DOWN, "it closed the connection");
            hang_up(n);
            return;
        }
        take(n, message, stale);
        stale = false;
        json_decref(message);
    }
}

/* --- all of them --- */

static json_t *family(const char *name, const char *type, const char *unit,
                      const char *help)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:[]}", "name", name, "type", type, "unit", unit,
                     "help", help, "samples");
}

static void add_sample(json_t *to, json_t *labels, json_t *value)
{
    json_t *sample = json_object();
    (void)json_object_set_new(sample, "labels", labels);
    (void)json_object_set_new(sample, "value", value);
    (void)json_array_append_new(json_object_get(to, "samples"), sample);
}

/* What this program says itself. */
static json_t *own_families(const struct nodes *n, uint64_t took_ms)
{
    json_t *up = family("conclave_up", "gauge", "", "1 for a node that answered.");
    json_t *took = family("conclave_exporter_scrape_seconds", "gauge", "seconds",
                          "How long the nodes took to answer.");
    json_t *build =
        family("conclave_exporter_build", "info", "", "The exporter that runs.");
    for (unsigned i = 0; i < n->count; i++) {
        const struct node *node = &n->list[i];
        json_t *labels = json_object();
        if (node->options->label != NULL) {
            (void)json_object_set_new(labels, "node", json_string(node->options->label));
        }
        add_sample(up, labels, json_integer(node->families != NULL));
    }
    add_sample(took, json_object(), json_real((double)took_ms / ms_per_s));
    add_sample(build, json_pack("{s:s}", "version", PACKAGE_VERSION), json_integer(1));
    return json_pack("[o,o,o]", up, took, build);
}

void nodes_scrape(struct nodes *n, struct buffer *out)
{
    struct openmetrics_source sources[OPTIONS_NODES_MAX + 1];
    bool stale[OPTIONS_NODES_MAX];
    uint64_t begun = clock_monotonic_ms();
    for (unsigned i = 0; i < n->count; i++) {
        stale[i] = n->list[i].asked != 0;
        ask(&n->list[i]);
    }
    for (unsigned i = 0; i < n->count; i++) {
        await(&n->list[i], stale[i], begun + n->timeout_ms);
        sources[i + 1] =
            (struct openmetrics_source){n->list[i].families, n->list[i].options->label};
    }
    json_t *own = own_families(n, clock_monotonic_ms() - begun);
    sources[0] = (struct openmetrics_source){own, NULL};
    openmetrics_write(out, sources, n->count + 1);
    json_decref(own);
    for (unsigned i = 0; i < n->count; i++) {
        json_decref(n->list[i].families);
        n->list[i].families = NULL;
    }
}
