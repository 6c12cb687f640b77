/* SPDX-License-Identifier: ISC */
#include "conclave/charter_draft.h"

#include "base/quorum.h"

#include <stdbool.h>
#include <stddef.h>

struct windows {
    uint32_t commit_ms, reveal_ms, grace_ms;
};

/* The windows of a demo outlast a busy machine; its grace is what anyone waits for. */
static const struct {
    const char *name;
    bool emergency;
    struct windows windows[2]; /* by pace */
} classes[] = {
    {"charter-amendment", false, {{3600000, 900000, 60000}, {180000, 120000, 10000}}},
    {"certification-appeal", false, {{900000, 300000, 30000}, {120000, 90000, 10000}}},
    {"reciprocity", false, {{900000, 300000, 30000}, {120000, 90000, 10000}}},
    {"emergency", true, {{60000, 45000, 5000}, {60000, 45000, 10000}}},
};

json_t *charter_draft(const char *name, uint64_t created_ms, json_t *seats,
                      enum charter_pace pace)
{
    json_t *list = json_array();
    unsigned threshold = quorum_default_threshold((unsigned)json_array_size(seats));
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        const struct windows *w = &classes[i].windows[pace];
        json_array_append_new(
            list, json_pack("{s:s, s:i, s:i, s:i, s:i, s:b}", "name", classes[i].name,
                            "threshold", (int)threshold, "commit_ms", (int)w->commit_ms,
                            "reveal_ms", (int)w->reveal_ms, "grace_ms", (int)w->grace_ms,
                            "emergency", (int)classes[i].emergency));
    }
    return json_pack("{s:s, s:I, s:o, s:o}", "name", name, "created_ms",
                     (json_int_t)created_ms, "classes", list, "seats", seats);
}
