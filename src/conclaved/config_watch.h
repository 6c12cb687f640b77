/* SPDX-License-Identifier: ISC */
/* The settings of conclaved.conf(5) that say when a flag is raised: part of config.c. */
#ifndef CONCLAVE_CONCLAVED_CONFIG_WATCH_H
#define CONCLAVE_CONCLAVED_CONFIG_WATCH_H

#include "conclaved/config.h"

#include <confuse.h>

/* Has the parser refuse what is out of range. */
void config_watch_check(cfg_t *cfg);
/* After heartbeat_ms, dead_peer_ms and slow_store_ms are set. 0, or an error with its
 * complaint. */
int config_watch_fill(struct config *c, cfg_t *cfg, const char *path,
                      struct complaint *why);

#endif
