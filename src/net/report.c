/* SPDX-License-Identifier: ISC */
#include "net/report.h"

static const struct {
    enum log_level level;
    const char *name;
} events[REPORT_NONE] = {
    [REPORT_CROWDED] = {LOG_LEVEL_WARN, "net.crowded"},
    [REPORT_DESCRIPTORS] = {LOG_LEVEL_ERROR, "net.descriptors"},
    [REPORT_STRANGER] = {LOG_LEVEL_WARN, "peer.stranger"},
    [REPORT_VERSION] = {LOG_LEVEL_WARN, "peer.version"},
    [REPORT_COUNCIL] = {LOG_LEVEL_WARN, "peer.council"},
    [REPORT_BAD_HANDSHAKE] = {LOG_LEVEL_WARN, "peer.bad-handshake"},
    [REPORT_OWN_KEY] = {LOG_LEVEL_ERROR, "peer.own-key"},
    [REPORT_SLOW] = {LOG_LEVEL_WARN, "peer.slow"},
    [REPORT_TWIN] = {LOG_LEVEL_WARN, "peer.twin"},
    [REPORT_REFUSED] = {LOG_LEVEL_ERROR, "peer.refused"},
    [REPORT_UP] = {LOG_LEVEL_INFO, "peer.up"},
    [REPORT_DOWN] = {LOG_LEVEL_INFO, "peer.down"},
    [REPORT_BAD_FRAME] = {LOG_LEVEL_WARN, "peer.bad-frame"},
    [REPORT_OVERFLOW] = {LOG_LEVEL_WARN, "peer.overflow"},
    [REPORT_UNREACHABLE] = {LOG_LEVEL_INFO, "peer.unreachable"},
    [REPORT_UNRESOLVED] = {LOG_LEVEL_INFO, "peer.unresolved"},
};

/* Of a peer that comes and goes each reason counts for itself; strangers may say anything.
 */
static bool is_of_strangers(enum report_event event)
{
    switch (event) {
    case REPORT_CROWDED:
    case REPORT_DESCRIPTORS:
    case REPORT_STRANGER:
    case REPORT_VERSION:
    case REPORT_COUNCIL:
    case REPORT_BAD_HANDSHAKE:
    case REPORT_OWN_KEY:
    case REPORT_SLOW:
    case REPORT_TWIN:
    case REPORT_REFUSED:
        return true;
    case REPORT_UP:
    case REPORT_DOWN:
    case REPORT_BAD_FRAME:
    case REPORT_OVERFLOW:
    case REPORT_UNREACHABLE:
    case REPORT_UNRESOLVED:
    case REPORT_NONE:
        return false;
    }
    return false;
}

/* measure: LOG_END where there is none. */
static void write_report(enum report_event event, uint16_t seat,
                         const struct endpoint *remote, const char *detail,
                         struct log_field measure)
{
    char text[ENDPOINT_TEXT_BYTES];
    struct log_field fields[6];
    size_t count = 0;
    fields[count++] = LOG_S("event", events[event].name);
    if (seat != 0) {
        fields[count++] = LOG_N("seat", seat);
    }
    if (remote != NULL) {
        endpoint_text(remote, text);
        fields[count++] = LOG_S("address", text);
    }
    if (detail != NULL) {
        fields[count++] = LOG_S("detail", detail);
    }
    fields[count++] = measure;
    fields[count] = (struct log_field){.kind = LOG_END};
    if (is_of_strangers(event)) {
        log_event_outside(events[event].level, fields);
    } else {
        log_event(events[event].level, fields);
    }
}

void report(enum report_event event, uint16_t seat, const struct endpoint *remote,
            const char *detail)
{
    if (event != REPORT_NONE) {
        write_report(event, seat, remote, detail, (struct log_field){.kind = LOG_END});
    }
}

void report_again(enum report_event event, uint16_t seat, const struct endpoint *remote,
                  const char *detail, uint64_t count)
{
    struct log_field times = LOG_N("times", count);
    if (count <= 1) {
        times.kind = LOG_END;
    }
    write_report(event, seat, remote, detail, times);
}

void report_up(uint16_t seat, const struct endpoint *remote, const char *detail,
               uint64_t away_ms)
{
    struct log_field away = LOG_N("away_ms", away_ms);
    if (away_ms == 0) {
        away.kind = LOG_END;
    }
    write_report(REPORT_UP, seat, remote, detail, away);
}

void report_down(uint16_t seat, const struct endpoint *remote, const char *detail,
                 uint64_t up_ms)
{
    write_report(REPORT_DOWN, seat, remote, detail, LOG_N("up_ms", up_ms));
}
