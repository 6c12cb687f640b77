/* SPDX-License-Identifier: ISC */
#include "net/report.h"

#include "base/clock.h"

enum { REPORT_BURST = 20, REPORT_EVERY_MS = 5000 };

void report_limit_init(struct report_limit *l, uint64_t now_ms)
{
    l->lines = REPORT_BURST;
    l->last_ms = now_ms;
    l->left_out = 0;
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

void report(struct report_limit *l, enum log_level level, const char *event, uint16_t seat,
            const struct endpoint *remote, const char *detail)
{
    char text[ENDPOINT_TEXT_BYTES];
    struct log_field fields[6];
    size_t count = 0;
    if (!may_write(l)) {
        return;
    }
    fields[count++] = LOG_S("event", event);
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
    log_event(level, fields);
}
