/* SPDX-License-Identifier: ISC */
/*
 * The log lines about connections, conclave-log(7). What strangers can cause is counted by
 * event and seat when it repeats itself: one kind of noise does not hide another.
 */
#ifndef CONCLAVE_NET_REPORT_H
#define CONCLAVE_NET_REPORT_H

#include "base/log.h"
#include "net/address.h"

enum report_event {
    REPORT_CROWDED,       /* net.crowded: too many unfinished handshakes */
    REPORT_DESCRIPTORS,   /* net.descriptors: none left to accept with */
    REPORT_STRANGER,      /* peer.stranger: not our protocol, or a key not in the charter */
    REPORT_VERSION,       /* peer.version: another version of the protocol */
    REPORT_COUNCIL,       /* peer.council: another council */
    REPORT_BAD_HANDSHAKE, /* peer.bad-handshake */
    REPORT_OWN_KEY,       /* peer.own-key: someone else uses the key of this seat */
    REPORT_SLOW,          /* peer.slow: a handshake did not end in time */
    REPORT_TWIN,          /* peer.twin: refused, another instance of its seat is up */
    REPORT_REFUSED,       /* peer.refused: the peer says that of our own seat */
    REPORT_UP,            /* peer.up */
    REPORT_DOWN,          /* peer.down */
    REPORT_BAD_FRAME,     /* peer.bad-frame */
    REPORT_OVERFLOW,      /* peer.overflow: its send queue was full */
    REPORT_UNREACHABLE,   /* peer.unreachable: a new reason why no attempt succeeds */
    REPORT_UNRESOLVED,    /* peer.unresolved: its name has no address */
    REPORT_NONE,          /* writes no line */
};

/* seat 0: unknown. remote and detail may be NULL. */
void report(enum report_event event, uint16_t seat, const struct endpoint *remote,
            const char *detail);
/* Likewise, for the count-th time since it was reported last. */
void report_again(enum report_event event, uint16_t seat, const struct endpoint *remote,
                  const char *detail, uint64_t count);
/* It came after so long (0: for the first time), or went after so long. */
void report_up(uint16_t seat, const struct endpoint *remote, const char *detail,
               uint64_t away_ms);
void report_down(uint16_t seat, const struct endpoint *remote, const char *detail,
                 uint64_t up_ms);

#endif
