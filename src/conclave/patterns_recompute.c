/* SPDX-License-Identifier: ISC */
/* `patterns --recompute`: for whoever has a charter and a copy of a ledger. */
#include "conclave/patterns.h"

#include "audit/retrace.h"
#include "conclave/audit_progress.h"
#include "conclave/node_files.h"
#include "patterns/patterns_json.h"

#include <stdlib.h>

struct recomputing {
    struct charter *charter;
    struct ledger *ledger;
    struct patterns *patterns;
    struct audit_progress progress;
};

static void take_block(void *context, const struct block *b, const struct council_result *r)
{
    struct recomputing *x = context;
    patterns_apply(x->patterns, b->header.height, b->header.time_ms, r->events,
                   r->event_count);
}

static bool show_progress(void *context, uint64_t height, uint64_t target)
{
    struct recomputing *x = context;
    return audit_progress_show(&x->progress, height, target);
}

static int open_copy(const struct command_line *line, struct recomputing *x,
                     struct complaint *why)
{
    const char *path = line->operands[0], *charter = command_value(line, "charter");
    bool in_use;
    int error = charter_load(charter, &x->charter, why);
    if (error != 0) {
        return error;
    }
    audit_progress_guard(path);
    char *dir = node_files_directory(path);
    error = node_files_open_copy(path, dir, &in_use, &x->ledger, why);
    free(dir);
    return error == 0 ? node_files_match(x->charter, x->ledger, path, charter, why) : error;
}

/* Up to the height that is asked for; without one, to the end. */
static bool take_target(const struct command_line *line, const struct recomputing *x,
                        uint64_t *target, enum command_exit *status)
{
    uint64_t end = ledger_height(x->ledger);
    *target = end;
    if (!command_number(line, "at", 0, INT64_MAX, target)) {
        *status = COMMAND_USAGE;
        return false;
    }
    if (*target > end) {
        *status = command_fail(line,
                               "%s has blocks up to height %llu, not %llu: give a "
                               "lower --at, or a newer copy",
                               line->operands[0], (unsigned long long)end,
                               (unsigned long long)*target);
        return false;
    }
    return true;
}

static json_t *recompute(const struct command_line *line, struct recomputing *x,
                         uint64_t target, enum command_exit *status)
{
    const struct retrace told = {take_block, show_progress, x};
    struct pattern_rules rules;
    struct complaint why = {""};
    pattern_rules_of(x->charter, &rules);
    x->patterns = patterns_new(&rules);
    audit_progress_begin(&x->progress, NULL);
    int error = retrace(x->charter, x->ledger, target, &told, &why);
    audit_progress_clear(&x->progress);
    if (error != 0) {
        *status = command_fail(line, "%s: %s; conclave audit says more", line->operands[0],
                               why.text);
        return NULL;
    }
    return patterns_json(x->patterns, x->charter);
}

json_t *patterns_recompute(const struct command_line *line, enum command_exit *status)
{
    struct recomputing x = {0};
    struct complaint why = {""};
    json_t *out = NULL;
    uint64_t target;
    if (key_library_init() != 0) {
        *status = command_fail(line, "the cryptographic library does not start");
        return NULL;
    }
    if (open_copy(line, &x, &why) != 0) {
        *status = command_fail(line, "%s", why.text);
    } else if (take_target(line, &x, &target, status)) {
        out = recompute(line, &x, target, status);
    }
    patterns_free(x.patterns);
    ledger_close(x.ledger);
    charter_free(x.charter);
    return out;
}
