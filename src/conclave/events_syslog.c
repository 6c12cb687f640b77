/* SPDX-License-Identifier: ISC */
/* Events as lines of syslog. */
#define _GNU_SOURCE
#include "conclave/events_sink.h"

#include "conclave/logfmt.h"
#include "conclave/members.h"

#include <string.h>
#include <syslog.h>

enum { ID_SHOWN = 12 };

int events_facility(const char *name)
{
    static const struct {
        const char *name;
        int facility;
    } facilities[] = {
        {"daemon", LOG_DAEMON}, {"user", LOG_USER},     {"auth", LOG_AUTH},
        {"local0", LOG_LOCAL0}, {"local1", LOG_LOCAL1}, {"local2", LOG_LOCAL2},
        {"local3", LOG_LOCAL3}, {"local4", LOG_LOCAL4}, {"local5", LOG_LOCAL5},
        {"local6", LOG_LOCAL6}, {"local7", LOG_LOCAL7},
    };
    for (size_t i = 0; i < sizeof(facilities) / sizeof(facilities[0]); i++) {
        if (strcmp(facilities[i].name, name) == 0) {
            return facilities[i].facility;
        }
    }
    return -1;
}

static int severity_of_flag(const json_t *event)
{
    const char *name = member_text(json_object_get(event, "detail"), "severity");
    return strcmp(name, "critical") == 0  ? LOG_CRIT
           : strcmp(name, "warning") == 0 ? LOG_WARNING
                                          : LOG_NOTICE;
}

int events_severity(const json_t *event)
{
    static const struct {
        const char *name;
        int severity;
    } severities[] = {
        {"seat.convicted", LOG_CRIT},      {"seat.equivocated", LOG_CRIT},
        {"council.stalled", LOG_ERR},      {"state.lost", LOG_ERR},
        {"node.stopped", LOG_ERR},         {"ballot.withheld", LOG_WARNING},
        {"ballot.missed", LOG_WARNING},    {"ballot.late", LOG_WARNING},
        {"ballot.expelled", LOG_WARNING},  {"operation.void", LOG_WARNING},
        {"seat.suspended", LOG_WARNING},   {"agent.failed", LOG_WARNING},
        {"peer.down", LOG_WARNING},        {"proposal.opened", LOG_NOTICE},
        {"proposal.decided", LOG_NOTICE},  {"proposal.final", LOG_NOTICE},
        {"epoch.changed", LOG_NOTICE},     {"seat.reinstated", LOG_NOTICE},
        {"flag.acknowledged", LOG_NOTICE}, {"flag.cleared", LOG_NOTICE},
        {"heartbeat", LOG_DEBUG},          {"block.committed", LOG_DEBUG},
    };
    const char *name = member_text(event, "event");
    if (strcmp(name, "flag.raised") == 0 || strcmp(name, "flag.changed") == 0) {
        return severity_of_flag(event);
    }
    for (size_t i = 0; i < sizeof(severities) / sizeof(severities[0]); i++) {
        if (strcmp(severities[i].name, name) == 0) {
            return severities[i].severity;
        }
    }
    return LOG_INFO;
}

/* Members that say nothing there: syslog has the time, and null is no value. */
static bool is_left_out(const char *name, const json_t *value)
{
    return json_is_null(value) || strcmp(name, "time") == 0;
}

void events_syslog_line(struct buffer *out, const json_t *event)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)event, name, value)
    {
        if (is_left_out(name, value)) {
            continue;
        }
        if (strcmp(name, "proposal") == 0 && json_string_length(value) > ID_SHOWN) {
            json_t *id = json_stringn(json_string_value(value), ID_SHOWN);
            logfmt_add(out, name, id);
            json_decref(id);
        } else {
            logfmt_add(out, name, value);
        }
    }
}
