/* SPDX-License-Identifier: ISC */
/* Checks, envelopes and operations of a block as rows of one list. */
#include "ui/view/draw.h"
#include "ui/view/ledger.h"
#include "ui/view/tree.h"

#include <string.h>

/* Keys of checks; others are where they are in the block, which never changes. */
#define CHECK_KEY (UINT64_C(1) << 40)

static const json_t *checks(const struct view_context *ctx)
{
    return json_object_get(ledger_detail(ctx, DETAIL_VERIFY).value, "checks");
}

static const json_t *envelopes(const struct view_context *ctx)
{
    return json_object_get(ledger_detail(ctx, DETAIL_BLOCK).value, "envelopes");
}

/* An envelope has a row of its own, above those of its operations. */
static size_t rows_of(const json_t *envelope)
{
    return 1 + json_array_size(json_object_get(envelope, "operations"));
}

size_t block_count(const struct view_context *ctx)
{
    const json_t *list = envelopes(ctx);
    size_t count = json_array_size(checks(ctx));
    for (size_t i = 0; i < json_array_size(list); i++) {
        count += rows_of(json_array_get(list, i));
    }
    return count;
}

uint64_t block_key(const struct view_context *ctx, size_t i)
{
    size_t before = json_array_size(checks(ctx));
    return i < before ? CHECK_KEY + i : i - before;
}

/* A row by its number among those of the block: from where the walk is, or the first. */
static struct block_row content_row(const json_t *list, struct view_walk *walk, size_t i)
{
    struct block_row out = {NULL, NULL, NULL, 0};
    struct view_walk at = {list, 0, 0};
    if (walk != NULL && walk->list == list && i >= walk->row) {
        at = *walk;
    }
    for (; at.item < json_array_size(list); at.item++) {
        const json_t *envelope = json_array_get(list, at.item);
        size_t rows = rows_of(envelope);
        if (i - at.row < rows) {
            out.envelope = envelope;
            out.number = at.item;
            out.operation = i > at.row
                                ? json_array_get(json_object_get(envelope, "operations"),
                                                 i - at.row - 1)
                                : NULL;
            break;
        }
        at.row += rows;
    }
    if (walk != NULL) {
        *walk = at;
    }
    return out;
}

struct block_row block_row(const struct view_context *ctx, size_t i)
{
    const json_t *list = checks(ctx);
    size_t before = json_array_size(list);
    if (i < before) {
        return (struct block_row){json_array_get(list, i), NULL, NULL, 0};
    }
    return content_row(envelopes(ctx), ctx->walk, i - before);
}

struct block_row block_find(const struct view_context *ctx, uint64_t key)
{
    if (key >= CHECK_KEY) {
        const json_t *check = json_array_get(checks(ctx), (size_t)(key - CHECK_KEY));
        return (struct block_row){check, NULL, NULL, 0};
    }
    return content_row(envelopes(ctx), NULL, (size_t)key);
}

uint16_t block_seat(const struct view_context *ctx, size_t i)
{
    struct block_row row = block_row(ctx, i);
    uint64_t seat =
        member_number(row.operation != NULL ? row.operation : row.envelope, "seat");
    return seat <= UI_SEATS_MAX ? (uint16_t)seat : 0;
}

void block_text(const struct view_context *ctx, size_t i, struct buffer *out)
{
    struct block_row row = block_row(ctx, i);
    char words[512];
    if (row.check != NULL) {
        words_put(out, member_string(row.check, "what"));
        words_put(out, " ");
        words_put(out, member_string(row.check, "text"));
    } else if (row.operation != NULL) {
        operation_words(ctx, row.operation, words, sizeof(words));
        words_put(out, words);
    } else {
        words_format(out, "envelope %zu %s %.64s", row.number + 1,
                     member_string(row.envelope, "sort"),
                     member_string(row.envelope, "id"));
    }
    words_put(out, " ");
    buffer_append_slice(out, seat_name(ctx->scene, block_seat(ctx, i)));
}
