/* SPDX-License-Identifier: ISC */
/*
 * The log lines about connections. What strangers or a misbehaving peer can cause is
 * limited: a burst of lines, then one a few seconds, which tells how many were left out.
 */
#ifndef CONCLAVE_NET_REPORT_H
#define CONCLAVE_NET_REPORT_H

#include "base/log.h"
#include "net/address.h"

struct report_limit {
    uint32_t lines;    /* that may still be written */
    uint64_t last_ms;  /* monotonic */
    uint64_t left_out; /* since the last line */
};

void report_limit_init(struct report_limit *l, uint64_t now_ms);

/* event is one of the names in conclave-log(7). seat 0: unknown. remote and detail may be
 * NULL. */
void report(struct report_limit *l, enum log_level level, const char *event, uint16_t seat,
            const struct endpoint *remote, const char *detail);

#endif
