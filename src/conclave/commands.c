/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"

#include <stddef.h>

/* In the order in which help lists them. */
const struct command *const commands[] = {
    &command_propose,
    &command_proposals,
    &command_show,
    &command_watch,
    &command_status,
    &command_seats,
    &command_peers,
    &command_metrics,
    &command_flags,
    &command_flags_show,
    &command_flags_ack,
    &command_patterns,
    &command_evidence,
    &command_export,
    &command_verify,
    &command_prove,
    &command_publish,
    &command_ledger,
    &command_log,
    &command_events,
    &command_console,
    &command_bench,
    &command_stop,
    &command_demo,
    &command_keygen,
    &command_charter_new,
    &command_charter_check,
    &command_charter_id,
    &command_init,
    &command_config_check,
    &command_fsck,
    &command_audit,
    &command_backup,
    &command_restore,
    &command_completion,
    NULL,
};
