/* SPDX-License-Identifier: ISC */
/* What the node tells of a proposal beside its ballots: texts, for rows and the pager. */
#include "ui/view/ballots.h"
#include "ui/view/draw.h"
#include "ui/view/list.h"
#include "ui/view/table.h"
#include "ui/view/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Where an answer had no room for a rationale. */
#define LEFT_OUT "(left out of the answer)"

/* What asks for it: the whole id, or what is known of it where the scene has lost it. */
static void id_of(const struct view_context *ctx, uint64_t key, char out[UI_ID_BYTES])
{
    const struct scene_proposal *p = ballots_find(ctx->scene, key);
    if (p != NULL) {
        (void)snprintf(out, UI_ID_BYTES, "%s", p->id);
    } else {
        (void)snprintf(out, UI_ID_BYTES, "%016" PRIx64, key);
    }
}

void content_want(const struct view_context *ctx, struct model *m, uint64_t key,
                  uint64_t now_ms)
{
    char id[UI_ID_BYTES];
    id_of(ctx, key, id);
    model_want_detail(m, DETAIL_PROPOSAL, id, now_ms);
}

static struct detail content(const struct view_context *ctx, uint64_t key)
{
    char id[UI_ID_BYTES];
    id_of(ctx, key, id);
    return list_detail(ctx, DETAIL_PROPOSAL, id);
}

/* The answer's row of a seat; NULL. */
static const json_t *seat_row(const json_t *answer, uint64_t seat)
{
    const json_t *rows = json_object_get(answer, "seats");
    size_t count = json_array_size(rows);
    const json_t *likely =
        seat > 0 && seat <= count ? json_array_get(rows, (size_t)seat - 1) : NULL;
    if (member_number(likely, "seat") == seat) {
        return likely;
    }
    for (size_t i = 0; i < count && i < UI_SEATS_MAX; i++) {
        if (member_number(json_array_get(rows, i), "seat") == seat) {
            return json_array_get(rows, i);
        }
    }
    return NULL;
}

/* Whether a seat's rationale may be shown: by the scene, not by the answer, which may be
 * of a later moment. */
static bool may_show(const struct view_context *ctx, uint64_t key, uint64_t row)
{
    const struct scene_proposal *p = ballots_find(ctx->scene, key);
    return p != NULL && row <= UI_SEATS_MAX &&
           ballots_is_open(ballots_code(p, (uint16_t)row));
}

const char *content_words(const struct view_context *ctx, uint64_t key, uint64_t row,
                          bool *known)
{
    struct detail d = content(ctx, key);
    const char *text;
    *known = false;
    if (row <= UI_SEATS_MAX && !may_show(ctx, key, row)) {
        return "";
    }
    switch (d.state) {
    case DETAIL_NONE:
        return "";
    case DETAIL_ASKED:
        return "...";
    case DETAIL_REFUSED:
        return row == ROW_CONTENT && d.refusal != NULL ? d.refusal : "";
    case DETAIL_HERE:
        break;
    }
    if (row > UI_SEATS_MAX) {
        text = member_string(d.value, row == ROW_CONTENT ? "text" : "evidence");
    } else {
        const json_t *value = json_object_get(seat_row(d.value, row), "rationale");
        text = json_is_string(value) ? json_string_value(value) : NULL;
    }
    *known = text != NULL && text[0] != '\0';
    if (!*known) {
        text = row > UI_SEATS_MAX ? "(none)" : text != NULL ? "(empty)" : LEFT_OUT;
    }
    return text;
}

uint64_t content_grace(const struct view_context *ctx, const struct scene_proposal *p)
{
    struct detail d = content(ctx, ballots_key(p));
    return p->phase == UI_SEALED ? member_number(d.value, "grace_deadline_ms") : UNKNOWN;
}

static void put_moment(struct buffer *out, const json_t *answer, const char *name)
{
    const json_t *at = json_object_get(answer, name);
    char clock[32];
    if (json_is_object(at)) {
        words_date(clock, sizeof(clock), member_number(at, "time_ms"));
        words_format(out, "%-8s height %" JSON_INTEGER_FORMAT ", %s\n", name,
                     json_integer_value(json_object_get(at, "height")), clock);
    }
}

static void put_content(struct buffer *out, const json_t *answer)
{
    static const char *const moments[] = {"opened", "sealed", "decided", "final"};
    words_put(out, member_string(answer, "title"));
    words_put(out, "\n\n");
    words_put(out, member_string(answer, "text"));
    words_format(out, "\n\nid       %.64s\n", member_string(answer, "id"));
    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
        put_moment(out, answer, moments[i]);
    }
    if (json_is_string(json_object_get(answer, "payload"))) {
        words_format(out, "payload  %.64s\n", member_string(answer, "payload"));
    }
}

static void put_blocks(struct buffer *out, const char *name, uint8_t blocks)
{
    if (blocks != BLOCKS_UNKNOWN) {
        words_format(out, ", %s after %u block%s", name, (unsigned)blocks,
                     blocks == 1 ? "" : "s");
    }
}

static void put_seat(struct buffer *out, const struct view_context *ctx, uint64_t key,
                     uint16_t seat)
{
    const struct scene_proposal *p = ballots_find(ctx->scene, key);
    uint8_t code = p != NULL ? ballots_code(p, seat) : BALLOT_UNKNOWN;
    words_put_seat(out, ctx->scene, seat);
    words_format(out, ": %s", ballots_words(code));
    if (p != NULL && seat >= 1 && seat <= p->seats) {
        bool open = ballots_is_open(code);
        if (open && p->confidence[seat - 1] != CONFIDENCE_UNKNOWN) {
            words_format(out, ", confidence %u", (unsigned)p->confidence[seat - 1]);
        }
        put_blocks(out, "given", p->ballot_blocks[seat - 1]);
        put_blocks(out, "opened", open ? p->reveal_blocks[seat - 1] : BLOCKS_UNKNOWN);
    }
    words_put(out, "\n\n");
    if (!ballots_is_open(code)) {
        words_put(out, code == BALLOT_SEALED
                           ? "What it says is not known before it is opened.\n"
                           : "There is no open ballot of this seat.\n");
    }
}

void content_body(const struct view_context *ctx, uint64_t key, uint64_t row,
                  struct buffer *out)
{
    struct detail d = content(ctx, key);
    bool known = false;
    if (row <= UI_SEATS_MAX) {
        put_seat(out, ctx, key, (uint16_t)row);
    }
    if (d.state != DETAIL_HERE) {
        words_put(out, d.state == DETAIL_REFUSED && d.refusal != NULL
                           ? d.refusal
                           : "asking the node ...");
    } else if (row == ROW_CONTENT) {
        put_content(out, d.value);
    } else if (row == ROW_EVIDENCE && member_string(d.value, "evidence")[0] != '\0') {
        tree_lay(out, member_string(d.value, "evidence"));
    } else {
        words_put(out, content_words(ctx, key, row, &known));
        words_put(out, "\n");
    }
}
