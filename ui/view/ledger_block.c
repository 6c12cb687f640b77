/* SPDX-License-Identifier: ISC */
/* One block on the screen. */
#include "ui/view/ledger.h"

#include "base/text.h"
#include "ui/view/list.h"
#include "ui/view/table.h"
#include "ui/view/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- operations --- */

bool operation_is_hidden(const struct view_context *ctx, const json_t *operation)
{
    const char *id = member_string(operation, "proposal");
    if (json_object_get(operation, "choice") == NULL) {
        return false;
    }
    for (size_t i = 0; i < ctx->scene->open_count; i++) {
        const struct scene_proposal *p = ctx->scene->open[i];
        if (strcmp(p->id, id) == 0) {
            return p->phase == UI_WAITING || p->phase == UI_SEALED;
        }
    }
    return false;
}

void operation_words(const struct view_context *ctx, const json_t *operation, char *out,
                     size_t size)
{
    const char *kind = member_string(operation, "kind");
    const char *proposal = member_string(operation, "proposal");
    char number[24];
    if (strcmp(kind, "propose") == 0) {
        (void)snprintf(out, size, "%.8s %.40s: %.200s", member_string(operation, "id"),
                       member_string(operation, "class"),
                       member_string(operation, "title"));
    } else if (strcmp(kind, "ballot") == 0) {
        (void)snprintf(out, size, "for %.8s, sealed as %.8s", proposal,
                       member_string(operation, "commitment"));
    } else if (operation_is_hidden(ctx, operation)) {
        (void)snprintf(out, size, "for %.8s, which is not opening yet", proposal);
    } else if (strcmp(kind, "reveal") == 0) {
        words_number(number, sizeof(number), member_number(operation, "confidence"));
        (void)snprintf(out, size, "for %.8s: %.16s, confidence %s: %.200s", proposal,
                       member_string(operation, "choice"), number,
                       member_string(operation, "rationale"));
    } else if (strcmp(kind, "evidence") == 0) {
        (void)snprintf(out, size, "two statements: %.32s",
                       member_string(operation, "evidence"));
    } else if (strcmp(kind, "return") == 0) {
        words_number(number, sizeof(number), member_number(operation, "view"));
        (void)snprintf(out, size, "asks to take part again; its view is %s", number);
    } else {
        (void)snprintf(out, size, "%.64s", member_string(operation, "id"));
    }
    out[text_whole(slice_of_string(out))] = '\0';
}

/* --- rows --- */

enum { KIND, SEAT, WHAT };
static const struct column columns[] = {
    [KIND] = {"what", 12, 0, NO_SORT, false, 0},
    [SEAT] = {"seat", 12, 40, NO_SORT, false, 18},
    [WHAT] = {"", 0, 0, NO_SORT, false, 0},
};

static void draw_check(struct cells *c, struct area line, const struct table *t,
                       const json_t *check)
{
    bool good = member_true(check, "ok");
    char words[200];
    (void)snprintf(words, sizeof(words), "%s %.180s", good ? "ok" : "NOT",
                   member_string(check, "what"));
    unsigned width = t->width[KIND] + 1U + t->width[SEAT];
    draw_fit(c, line, 0, 0, width, good ? ROLE_GOOD : ROLE_BAD, slice_of_string(words));
    table_put(t, c, line, WHAT, good ? ROLE_TEXT : ROLE_BAD, member_string(check, "text"));
}

static void draw_one(const struct view_context *ctx, struct cells *c, struct area line,
                     size_t i)
{
    struct block_row row = block_row(ctx, i);
    struct table t;
    char words[512];
    table_lay(&t, columns, sizeof(columns) / sizeof(columns[0]), line.cols);
    if (row.check != NULL) {
        draw_check(c, line, &t, row.check);
        return;
    }
    uint16_t seat = block_seat(ctx, i);
    if (t.width[SEAT] > 0) {
        (void)draw_seat(ctx, c, line, 0, t.at[SEAT], t.width[SEAT], seat);
    }
    if (row.operation != NULL) {
        (void)snprintf(words, sizeof(words), "  %.40s",
                       member_string(row.operation, "kind"));
        table_put(&t, c, line, KIND, ROLE_STRONG, words);
        operation_words(ctx, row.operation, words, sizeof(words));
        table_put(&t, c, line, WHAT, ROLE_TEXT, words);
    } else {
        (void)snprintf(words, sizeof(words), "envelope %zu", row.number + 1);
        table_put(&t, c, line, KIND, ROLE_QUIET, words);
        (void)snprintf(words, sizeof(words), "%.16s, %.16s",
                       member_string(row.envelope, "sort"),
                       member_string(row.envelope, "id"));
        table_put(&t, c, line, WHAT, ROLE_QUIET, words);
    }
}

static const char *nothing(const struct view_context *ctx)
{
    struct detail d = ledger_detail(ctx, DETAIL_BLOCK);
    switch (d.state) {
    case DETAIL_NONE:
    case DETAIL_ASKED:
        return "asking the node for what is in it ...";
    case DETAIL_REFUSED:
        return d.refusal != NULL ? d.refusal : "refused";
    case DETAIL_HERE:
        break;
    }
    return "an empty block: it only carries on";
}

void block_draw(const struct view_context *ctx, struct cells *c, struct area a,
                struct drawn *out)
{
    unsigned head = block_head(ctx, c, a);
    table_draw(ctx, c, area_rows(a, head, a.rows), columns,
               sizeof(columns) / sizeof(columns[0]), draw_one, nothing(ctx), out);
}

/* --- a row in full --- */

static void put_without(struct buffer *out, const json_t *object, const char *const *names)
{
    json_t *rest = json_copy((json_t *)(uintptr_t)object);
    for (; *names != NULL; names++) {
        (void)json_object_del(rest, *names);
    }
    tree_text(out, rest);
    json_decref(rest);
}

/* An operation with its long texts as they were written, below all the rest. */
static void put_operation(struct buffer *out, const json_t *operation)
{
    static const char *const texts[] = {"text", "rationale", NULL};
    put_without(out, operation, texts);
    for (const char *const *name = texts; *name != NULL; name++) {
        const char *text = member_string(operation, *name);
        if (text[0] != '\0') {
            words_format(out, "\n%s\n", *name);
            words_put(out, text);
            words_put(out, "\n");
        }
    }
}

void block_body(const struct view_context *ctx, struct buffer *out)
{
    static const char *const operations[] = {"operations", NULL};
    static const char *const content[] = {"choice", "confidence", "rationale", "nonce",
                                          NULL};
    struct block_row row = block_find(ctx, ctx->state->subject[2]);
    if (row.check != NULL) {
        tree_text(out, row.check);
    } else if (row.operation != NULL && operation_is_hidden(ctx, row.operation)) {
        put_without(out, row.operation, content);
        words_put(out, "\nWhat it says is not shown before its proposal is opening.\n");
    } else if (row.operation != NULL) {
        put_operation(out, row.operation);
    } else if (row.envelope != NULL) {
        put_without(out, row.envelope, operations);
    } else {
        words_put(out, nothing(ctx));
        words_put(out, "\n");
    }
}
