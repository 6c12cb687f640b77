/* SPDX-License-Identifier: ISC */
#include "conclaved/methods.h"

#include "base/clock.h"
#include "conclaved/json.h"
#include "conclaved/votes_tell.h"

enum { PREFIXES_MAX = 32, PREFIX_BYTES = 64 };

static json_t *method_ping(void *context, struct control_session *s, json_t *params)
{
    struct parameters p;
    (void)context;
    parameters_begin(&p, s, params);
    if (!parameters_end(&p)) {
        return NULL;
    }
    json_t *out = json_object();
    json_put(out, "time_ms", json_number(clock_wall_ms()));
    json_put(out, "role", json_string(control_role_name(control_session_role(s))));
    return out;
}

static json_t *method_subscribe(void *context, struct control_session *s, json_t *params)
{
    struct node *n = context;
    struct parameters p;
    parameters_begin(&p, s, params);
    const json_t *events = parameters_get(&p, "events");
    if (events != NULL &&
        (!json_is_array(events) || json_array_size(events) > PREFIXES_MAX)) {
        parameters_fail(&p, "the parameter events must be an array of at most %d strings",
                        PREFIXES_MAX);
    }
    for (size_t i = 0; i < json_array_size(events); i++) {
        const json_t *prefix = json_array_get(events, i);
        if (!json_is_string(prefix) || json_string_length(prefix) > PREFIX_BYTES) {
            parameters_fail(&p, "events[%zu] must be a string of at most %d bytes", i,
                            PREFIX_BYTES);
        }
    }
    if (!parameters_end(&p)) {
        return NULL;
    }
    json_t *out = json_object();
    json_put(out, "seq", json_number(control_subscribe(s, events)));
    votes_tell_anew(n);
    json_put(out, "status", status_json(n, s));
    json_put(out, "open", open_summaries(n, METHOD_LIMIT_DEFAULT));
    return out;
}

static json_t *method_unsubscribe(void *context, struct control_session *s, json_t *params)
{
    struct parameters p;
    (void)context;
    parameters_begin(&p, s, params);
    if (!parameters_end(&p)) {
        return NULL;
    }
    control_unsubscribe(s);
    return json_object();
}

const struct control_method node_methods[] = {
    {"ping", ROLE_NONE, method_ping},
    {"status", ROLE_READ, method_status},
    {"seats", ROLE_READ, method_seats},
    {"charter", ROLE_READ, method_charter},
    {"diversity", ROLE_READ, method_diversity},
    {"proposals", ROLE_READ, method_proposals},
    {"proposal", ROLE_READ, method_proposal},
    {"blocks", ROLE_READ, method_blocks},
    {"block", ROLE_READ, method_block},
    {"votes", ROLE_READ, method_votes},
    {"heartbeats", ROLE_READ, method_heartbeats},
    {"records", ROLE_READ, method_records},
    {"patterns", ROLE_READ, method_patterns},
    {"history", ROLE_READ, method_history},
    {"log", ROLE_READ, method_log},
    {"verify", ROLE_READ, method_verify},
    {"evidence", ROLE_READ, method_evidence},
    {"proof", ROLE_READ, method_proof},
    {"log.entries", ROLE_READ, method_log_entries},
    {"checkpoint", ROLE_READ, method_checkpoint},
    {"log.prove", ROLE_READ, method_log_prove},
    {"log.consistency", ROLE_READ, method_log_consistency},
    {"metrics", ROLE_READ, method_metrics},
    {"subscribe", ROLE_READ, method_subscribe},
    {"unsubscribe", ROLE_READ, method_unsubscribe},
    {"flags", ROLE_READ, method_flags},
    {"flag", ROLE_READ, method_flag},
    {"flags.ack", ROLE_OPERATE, method_flags_ack},
    {"propose", ROLE_OPERATE, method_propose},
    {"agent.attach", ROLE_AGENT, method_agent_attach},
    {"agent.answer", ROLE_AGENT, method_agent_answer},
    {"agent.failed", ROLE_AGENT, method_agent_failed},
    {"bench.submit", ROLE_ADMINISTER, method_bench_submit},
    {"stop", ROLE_ADMINISTER, method_stop},
    {NULL, ROLE_NONE, NULL},
};

const char *const node_quiet_events[] = {"votes", "heartbeats", "log.line", "ballots",
                                         NULL};

/* --- what the methods share --- */

size_t json_size(const json_t *value)
{
    return json_dumpb(value, NULL, 0, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
}

json_t *fail_store(struct control_session *s, int error)
{
    control_fail(s, CONTROL_INTERNAL,
                 "the store cannot be read: %s; the log of conclaved says more",
                 error_text(error));
    return NULL;
}
