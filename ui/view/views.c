/* SPDX-License-Identifier: ISC */
#include "ui/view/view.h"

const struct view *const views[VIEW_COUNT] = {
    [VIEW_COUNCIL] = &view_council, [VIEW_CONSENSUS] = &view_consensus,
    [VIEW_BALLOTS] = &view_ballots, [VIEW_PATTERN] = &view_pattern,
    [VIEW_FLAGS] = &view_flags,     [VIEW_LEDGER] = &view_ledger,
    [VIEW_LOG] = &view_log,
};
