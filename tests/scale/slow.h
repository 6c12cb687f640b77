/* SPDX-License-Identifier: ISC */
/* Long lines between processes of this machine: a process of its own accepts connections on
 * some ports and passes what comes to others, and back, so much later. */
#ifndef CONCLAVE_TESTS_SCALE_SLOW_H
#define CONCLAVE_TESTS_SCALE_SLOW_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* From ports[i] to targets[i], on 127.0.0.1; -1 when that is not possible. It ends with the
 * caller, or with slow_end. */
pid_t slow_start(const uint16_t *ports, const uint16_t *targets, size_t count,
                 unsigned delay_ms);
void slow_end(pid_t pid);

#endif
