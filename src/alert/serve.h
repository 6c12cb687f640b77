/* SPDX-License-Identifier: ISC */
/* The helper itself: follows the node and delivers, until it is told to stop. */
#ifndef CONCLAVE_ALERT_SERVE_H
#define CONCLAVE_ALERT_SERVE_H

/* Returns the exit status. */
int serve(const char *config_path);

#endif
