/* SPDX-License-Identifier: ISC */
/* bench.submit: a load of operations without a purpose, for measuring a council. */
#include "conclaved/methods.h"

#include "conclaved/json.h"

/* Nothing else happens in the node while so much text is encoded and hashed. */
enum { BYTES_MAX = 64 * 1024 * 1024 };

json_t *method_bench_submit(void *context, struct control_session *s, json_t *params)
{
    struct node *n = context;
    uint32_t waiting = 0;
    struct parameters p;
    parameters_begin(&p, s, params);
    uint64_t count =
        parameters_number(&p, "operations", 0, NODE_LOAD_MAX, PARAMETER_REQUIRED);
    uint64_t size = parameters_number(&p, "size", 0, TEXT_MAX, 0);
    if (!p.failed && count * size > BYTES_MAX) {
        parameters_fail(&p, "operations times size must be at most %d bytes", BYTES_MAX);
    }
    if (!parameters_end(&p)) {
        return NULL;
    }
    if (!n->config->allow_bench) {
        control_fail(s, CONTROL_REFUSED,
                     "this node takes no load: set allow-bench = yes in its configuration "
                     "and start it again, but not in a council that decides anything");
        return NULL;
    }
    if (node_load(n, (uint32_t)count, (size_t)size, &waiting) != 0) {
        control_fail(
            s, CONTROL_NOT_NOW,
            "%u operations of this seat wait to be ordered, at most %d may: submit "
            "more when blocks have been committed",
            (unsigned)waiting, NODE_LOAD_MAX);
        return NULL;
    }
    json_t *out = json_object();
    json_put(out, "waiting", json_number(waiting));
    return out;
}
