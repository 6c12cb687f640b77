/* SPDX-License-Identifier: ISC */
/* The commands, each defined in the file of its name. */
#ifndef CONCLAVE_CONCLAVE_COMMANDS_H
#define CONCLAVE_CONCLAVE_COMMANDS_H

#include "conclave/command.h"

extern const struct command command_agent_check;
extern const struct command command_agent_profile;
extern const struct command command_alert_drop;
extern const struct command command_alert_keygen;
extern const struct command command_alert_queue;
extern const struct command command_alert_retry;
extern const struct command command_alert_test;
extern const struct command command_audit;
extern const struct command command_backup;
extern const struct command command_bench;
extern const struct command command_charter_check;
extern const struct command command_charter_id;
extern const struct command command_charter_new;
extern const struct command command_completion;
extern const struct command command_config_check;
extern const struct command command_console;
extern const struct command command_demo;
extern const struct command command_events;
extern const struct command command_evidence;
extern const struct command command_export;
extern const struct command command_flags;
extern const struct command command_flags_ack;
extern const struct command command_flags_show;
extern const struct command command_fsck;
extern const struct command command_init;
extern const struct command command_keygen;
extern const struct command command_ledger;
extern const struct command command_log;
extern const struct command command_patterns;
extern const struct command command_peers;
extern const struct command command_metrics;
extern const struct command command_proposals;
extern const struct command command_propose;
extern const struct command command_prove;
extern const struct command command_publish;
extern const struct command command_restore;
extern const struct command command_seats;
extern const struct command command_show;
extern const struct command command_status;
extern const struct command command_stop;
extern const struct command command_verify;
extern const struct command command_watch;

#endif
