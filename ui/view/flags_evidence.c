/* SPDX-License-Identifier: ISC */
#include "ui/view/flags.h"
#include "ui/view/list.h"
#include "ui/view/table.h"
#include "ui/view/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct scene_flag *subject(const struct view_context *ctx)
{
    for (size_t i = 0; i < ctx->scene->flag_count; i++) {
        if (ctx->scene->flags[i]->id == ctx->state->subject[1]) {
            return ctx->scene->flags[i];
        }
    }
    return NULL;
}

static void put_time(struct buffer *out, const char *name, uint64_t ms, uint64_t now_ms)
{
    char date[32], ago[16];
    words_date(date, sizeof(date), ms);
    words_age(ago, sizeof(ago), ms < now_ms ? now_ms - ms : 0);
    words_format(out, "%-15s%s", name, date);
    if (ms != UNKNOWN) {
        words_format(out, ", %s ago", ago);
    }
    words_put(out, "\n");
}

/* What the scene has of it. */
static void put_flag(struct buffer *out, const struct view_context *ctx,
                     const struct scene_flag *f)
{
    words_put(out, f->text);
    words_put(out, "\n\n");
    if (f->seat > 0) {
        words_format(out, "%-15s", "seat");
        words_put_seat(out, ctx->scene, f->seat);
        words_put(out, "\n");
    }
    put_time(out, "first seen", f->first_ms, ctx->now_ms);
    put_time(out, "last seen", f->last_ms, ctx->now_ms);
    words_format(out, "%-15s%" PRIu64 "\n", "times", f->count);
    if (f->acknowledged_ms != UNKNOWN) {
        put_time(out, "acknowledged", f->acknowledged_ms, ctx->now_ms);
        words_format(out, "%-15suser %" PRId64 "\n", "by", f->acknowledged_by);
    }
    if (f->cleared_ms != UNKNOWN) {
        put_time(out, "cleared", f->cleared_ms, ctx->now_ms);
    }
    if (f->height != UNKNOWN) {
        words_format(out, "%-15s%" PRIu64 "\n", "height", f->height);
    }
    if (f->proposal[0] != '\0') {
        words_format(out, "%-15s%.64s\n", "proposal", f->proposal);
    }
    words_format(out, "%-15s%s\n", "seen",
                 f->local ? "by this node; others may see other things"
                          : "in the ledger, by every node");
}

static void put_evidence(struct buffer *out, const struct view_context *ctx)
{
    char id[24];
    (void)snprintf(id, sizeof(id), "%" PRIu64, ctx->state->subject[1]);
    struct detail d = list_detail(ctx, DETAIL_FLAG, id);
    const json_t *evidence = json_object_get(d.value, "evidence");
    switch (d.state) {
    case DETAIL_NONE:
    case DETAIL_ASKED:
        words_put(out, "asking the node for the evidence ...\n");
        return;
    case DETAIL_REFUSED:
        words_format(out, "no evidence: %s\n", d.refusal != NULL ? d.refusal : "refused");
        return;
    case DETAIL_HERE:
        break;
    }
    if (json_object_size(evidence) > 0 || json_array_size(evidence) > 0) {
        words_put(out, "evidence\n");
        tree_text(out, evidence);
    } else {
        words_put(out, "There is no more to see behind it.\n");
    }
}

void flags_body(const struct view_context *ctx, struct buffer *out)
{
    const struct scene_flag *f = subject(ctx);
    if (f != NULL) {
        put_flag(out, ctx, f);
        words_put(out, "\n");
    }
    put_evidence(out, ctx);
}

void flags_draw_evidence(const struct view_context *ctx, struct cells *c, struct area a,
                         struct drawn *out)
{
    const struct scene_flag *f = subject(ctx);
    struct buffer body = {NULL, 0, 0};
    unsigned head = a.rows > 2 ? 1 : 0;
    if (head > 0 && f != NULL) {
        char title[96];
        (void)snprintf(title, sizeof(title), "%c %s %s  %s  flag %" PRIu64, f->letter,
                       flags_severity(f->severity), f->kind, flags_state(f->state), f->id);
        draw_fit(c, a, 0, 0, a.cols, role_of_severity(f->severity), slice_of_string(title));
    } else if (head > 0) {
        draw_format(c, a, 0, 0, ROLE_TITLE, "flag %" PRIu64, ctx->state->subject[1]);
    }
    flags_body(ctx, &body);
    draw_pager(ctx, c, area_rows(a, head, a.rows), buffer_slice(&body), out);
    buffer_free(&body);
}
