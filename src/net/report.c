/* SPDX-License-Identifier: ISC */
#include "net/report.h"

#include "base/clock.h"

enum { REPORT_BURST = 20, REPORT_EVERY_MS = 5000 };

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

void report_limits_init(struct report_limits *l, uint64_t now_ms)
{
    for (size_t i = 0; i < REPORT_NONE; i++) {
        l->of[i] = (struct report_limit){REPORT_BURST, now_ms, 0};
    }
}

static bool may_write(struct report_limit *l)
{
    uint64_t now_ms = clock_monotonic_ms();
    uint64_t gained = (now_ms - l->last_ms) / REPORT_EVERY_MS;
    l->last_ms += gained * REPORT_EVERY_MS;
    l->lines =
        gained < REPORT_BURST - l->lines ? l->lines + (uint32_t)gained : REPORT_BURST;
    if (l->lines == 0) {
        l->left_out++;
        return false;
    }
    l->lines--;
    return true;
}

void report(struct report_limits *limits, enum report_event event, uint16_t seat,
            const struct endpoint *remote, const char *detail)
{
    if (event == REPORT_NONE) {
        return;
    }
    struct report_limit *l = &limits->of[event];
    char text[ENDPOINT_TEXT_BYTES];
    struct log_field fields[6];
    size_t count = 0;
    if (!may_write(l)) {
        return;
    }
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
    if (l->left_out > 0) {
        fields[count++] = LOG_N("left_out", l->left_out);
        l->left_out = 0;
    }
    fields[count] = (struct log_field){.kind = LOG_END};
    log_event(events[event].level, fields);
}
