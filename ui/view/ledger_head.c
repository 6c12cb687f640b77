/* SPDX-License-Identifier: ISC */
/* What stands above a block's content: header, certificate, verification. */
#include "ui/view/ledger.h"
#include "ui/view/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LABEL = 12, RANGES_BYTES = 256 };

static void draw_title(const struct view_context *ctx, struct cells *c, struct area line)
{
    const struct scene_block *b = ledger_find(ctx->scene, ctx->state->subject[1]);
    char date[32], latency[16];
    unsigned at =
        draw_format(c, line, 0, 0, ROLE_STRONG, "block %" PRIu64, ctx->state->subject[1]);
    if (b == NULL) {
        return;
    }
    words_date(date, sizeof(date), b->time_ms);
    at += draw_format(c, line, 0, at, ROLE_TEXT, "  view %" PRIu64 "  %s  ", b->view, date);
    if (b->committed_ms != UNKNOWN) {
        words_duration(latency, sizeof(latency), b->committed_ms);
        at += draw_format(c, line, 0, at, ROLE_QUIET, "committed +%s  ", latency);
    }
    if (b->primary > 0 && at < line.cols) {
        at += draw_string(c, line, 0, at, ROLE_QUIET, "primary ");
        (void)draw_seat(ctx, c, line, 0, at, line.cols > at ? line.cols - at : 0,
                        b->primary);
    }
}

static void draw_field(struct cells *c, struct area line, const char *label, enum role role,
                       const char *text)
{
    draw_string(c, line, 0, 0, ROLE_TITLE, label);
    draw_fit(c, line, 0, LABEL, line.cols > LABEL ? line.cols - LABEL : 0, role,
             slice_of_string(text));
}

/* Seats as they come, neighbours together: "01-04 06". */
static void ranges(const json_t *seats, char *out, size_t size)
{
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < json_array_size(seats) && at + 16 < size;) {
        json_int_t first = json_integer_value(json_array_get(seats, i)), last = first;
        for (i++; i < json_array_size(seats) &&
                  json_integer_value(json_array_get(seats, i)) == last + 1;
             i++) {
            last++;
        }
        int more = first == last
                       ? snprintf(out + at, size - at, "%02u ", (unsigned)(first & 0xffff))
                       : snprintf(out + at, size - at, "%02u-%02u ",
                                  (unsigned)(first & 0xffff), (unsigned)(last & 0xffff));
        at += (size_t)more;
    }
}

static void draw_certificate(const struct view_context *ctx, struct cells *c,
                             struct area line, const json_t *block)
{
    const json_t *certificate = json_object_get(block, "certificate");
    const json_t *seats = json_object_get(certificate, "seats");
    size_t count = json_array_size(seats);
    if (!json_is_object(certificate)) {
        draw_field(c, line, "certificate", ROLE_UNKNOWN,
                   block == NULL ? "?" : "none yet: it was committed a moment ago");
        return;
    }
    char height[24], view[24];
    words_number(height, sizeof(height), member_number(certificate, "height"));
    words_number(view, sizeof(view), member_number(certificate, "view"));
    char numbers[RANGES_BYTES];
    draw_string(c, line, 0, 0, ROLE_TITLE, "certificate");
    unsigned at = LABEL;
    at += draw_format(c, line, 0, at, count >= ctx->scene->quorum ? ROLE_GOOD : ROLE_BAD,
                      "%zu signatures (q %u)", count, (unsigned)ctx->scene->quorum);
    at += draw_format(c, line, 0, at, ROLE_TEXT, " for height %s view %s: ", height, view);
    ranges(seats, numbers, sizeof(numbers));
    draw_fit(c, area_cols(line, at, line.cols), 0, 0, line.cols > at ? line.cols - at : 0,
             ROLE_QUIET, slice_of_string(numbers));
}

static void draw_verified(const struct view_context *ctx, struct cells *c, struct area line)
{
    struct detail d = ledger_detail(ctx, DETAIL_VERIFY);
    const json_t *checks = json_object_get(d.value, "checks");
    char words[400];
    size_t bad = 0;
    switch (d.state) {
    case DETAIL_NONE:
        draw_field(c, line, "verified", ROLE_UNKNOWN, "not asked for");
        return;
    case DETAIL_ASKED:
        draw_field(c, line, "verified", ROLE_UNKNOWN, "asking the node ...");
        return;
    case DETAIL_REFUSED:
        draw_field(c, line, "verified", ROLE_BAD,
                   d.refusal != NULL ? d.refusal : "refused");
        return;
    case DETAIL_HERE:
        break;
    }
    for (size_t i = 0; i < json_array_size(checks); i++) {
        const json_t *check = json_array_get(checks, i);
        if (!member_true(check, "ok") && bad++ == 0) {
            const char *what = member_string(check, "what");
            (void)snprintf(words, sizeof(words), "NO: %.60s: %.300s",
                           what[0] != '\0' ? what : "a check without a name",
                           member_string(check, "text"));
        }
    }
    if (bad == 0 && member_true(d.value, "ok")) {
        (void)snprintf(words, sizeof(words), "yes, here and now: %zu check%s",
                       json_array_size(checks),
                       json_array_size(checks) == 1 ? " holds" : "s hold");
    } else if (bad == 0) {
        (void)snprintf(words, sizeof(words), "NO");
    }
    draw_field(c, line, "verified",
               bad == 0 && member_true(d.value, "ok") ? ROLE_GOOD : ROLE_BAD, words);
}

unsigned block_head(const struct view_context *ctx, struct cells *c, struct area a)
{
    static const struct {
        const char *label, *member;
    } hashes[] = {{"hash", "hash"},
                  {"parent", "prev_hash"},
                  {"operations", "ops_root"},
                  {"state", "state_root"}};
    const json_t *block = ledger_detail(ctx, DETAIL_BLOCK).value;
    unsigned row = 0;
    if (a.rows < 4) {
        return 0;
    }
    draw_title(ctx, c, area_rows(a, row++, 1));
    for (size_t i = 0; a.rows >= 14 && i < sizeof(hashes) / sizeof(hashes[0]); i++) {
        draw_field(c, area_rows(a, row++, 1), hashes[i].label, ROLE_QUIET,
                   block != NULL ? member_string(block, hashes[i].member) : "?");
    }
    if (a.rows >= 8) {
        draw_certificate(ctx, c, area_rows(a, row++, 1), block);
    }
    if (a.rows >= 6) {
        draw_verified(ctx, c, area_rows(a, row++, 1));
    }
    return a.rows >= 18 ? row + 1 : row;
}
