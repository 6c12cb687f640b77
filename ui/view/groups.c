/* SPDX-License-Identifier: ISC */
#include "ui/view/groups.h"
#include "ui/view/draw.h"
#include "ui/view/list.h"
#include "ui/view/tree.h"

#include <inttypes.h>
#include <string.h>

void groups_want(struct model *m, uint64_t now_ms)
{
    model_want_detail(m, DETAIL_DIVERSITY, "", now_ms);
}

static const json_t *told(const struct view_context *ctx)
{
    struct detail d = list_detail(ctx, DETAIL_DIVERSITY, "");
    return d.state == DETAIL_HERE && json_is_object(d.value) ? d.value : NULL;
}

static bool is_kind(const json_t *object, const char *kind)
{
    return strcmp(member_string(object, "kind"), kind) == 0;
}

/* Text of the node on a line of ours. */
static void put_name(struct buffer *out, const json_t *group)
{
    const json_t *name = json_object_get(group, "name");
    if (json_is_string(name)) {
        tree_scalar(out, "name", name);
    } else {
        words_put(out, "(not stated)");
    }
}

unsigned groups_size(const struct view_context *ctx, const char *kind, uint16_t seat)
{
    const json_t *groups = json_object_get(told(ctx), "groups");
    for (size_t i = 0; i < json_array_size(groups); i++) {
        const json_t *group = json_array_get(groups, i);
        const json_t *seats = json_object_get(group, "seats");
        size_t count = json_array_size(seats);
        for (size_t k = 0; is_kind(group, kind) && k < count; k++) {
            if (json_integer_value(json_array_get(seats, k)) == seat) {
                return count <= UI_SEATS_MAX ? (unsigned)count : 0;
            }
        }
    }
    return 0;
}

/* --- the page --- */

static void put_number(struct buffer *out, const json_t *object, const char *member)
{
    char words[24];
    words_number(words, sizeof(words), member_number(object, member));
    words_put(out, words);
}

/* "exceed f 10   4 groups, 12 seats: Northwind, Tessera, Orchard, Basalt" */
static void put_set(struct buffer *out, const json_t *set, const struct scene *s)
{
    const json_t *groups = json_object_get(set, "groups");
    size_t count = json_array_size(groups);
    bool mixed = is_kind(set, "any");
    if (strcmp(member_string(set, "reaches"), "T") == 0) {
        words_format(out, "  reach T %-4" PRIu64, member_number(set, "need"));
    } else {
        words_format(out, "  exceed f %-3u", (unsigned)s->faulty);
    }
    words_format(out, " %s%zu %s, ", member_true(set, "exact") ? "" : "at most ", count,
                 count == 1 ? "group" : "groups");
    put_number(out, set, "seats");
    words_put(out, " seats: ");
    for (size_t i = 0; i < count; i++) {
        const json_t *group = json_array_get(groups, i);
        words_put(out, i > 0 ? ", " : "");
        if (mixed) {
            words_put(out, is_kind(group, "vendor")         ? "vendor "
                           : is_kind(group, "model_family") ? "model "
                                                            : "jurisdiction ");
        }
        put_name(out, group);
    }
    words_put(out, "\n");
}

static void put_group(struct buffer *out, const json_t *group, const struct scene *s)
{
    const json_t *seats = json_object_get(group, "seats");
    words_format(out, "  %3zu  ", json_array_size(seats));
    put_name(out, group);
    if (member_true(group, "exceeds_f")) {
        words_format(out, " exceeds f %u", (unsigned)s->faulty);
    }
    words_put(out, ":");
    for (size_t i = 0; i < json_array_size(seats); i++) {
        char number[8];
        json_int_t seat = json_integer_value(json_array_get(seats, i));
        words_seat(number, sizeof(number), s,
                   (uint16_t)(seat > 0 && seat <= UI_SEATS_MAX ? seat : 0));
        words_format(out, " %s", number);
    }
    words_put(out, "\n");
}

static void put_kind(struct buffer *out, const json_t *d, const char *kind,
                     const char *title, const struct scene *s)
{
    const json_t *sets = json_object_get(d, "smallest"),
                 *groups = json_object_get(d, "groups");
    words_format(out, "\n%s\n", title);
    for (size_t i = 0; i < json_array_size(sets); i++) {
        if (is_kind(json_array_get(sets, i), kind)) {
            put_set(out, json_array_get(sets, i), s);
        }
    }
    for (size_t i = 0; i < json_array_size(groups); i++) {
        if (is_kind(json_array_get(groups, i), kind)) {
            put_group(out, json_array_get(groups, i), s);
        }
    }
}

static void put_numbers(struct buffer *out, const json_t *d, const struct scene *s)
{
    words_format(out,
                 "Who may fail together, by the charter. More than f %u of %u seats, "
                 "that is w ",
                 (unsigned)s->faulty, (unsigned)s->seats);
    put_number(out, d, "w");
    words_put(out, ", and nothing is guaranteed; ");
    put_number(out, d, "fork");
    words_put(out, " that lie can certify two blocks of one height, ");
    put_number(out, d, "stop");
    words_put(out, " that are silent stop the council, T approve alone, and q ");
    put_number(out, d, "q");
    words_put(out, " make blocks alone.\n");
}

void groups_body(const struct view_context *ctx, struct buffer *out)
{
    struct detail detail = list_detail(ctx, DETAIL_DIVERSITY, "");
    const json_t *d = told(ctx);
    if (d == NULL) {
        words_put(out, detail.state == DETAIL_REFUSED ? "the node does not tell: "
                       : detail.state == DETAIL_NONE
                           ? "who may fail together is not known: no node has told it"
                           : "asking the node who may fail together ...");
        words_put(out, detail.state == DETAIL_REFUSED ? detail.refusal : "");
        words_put(out, "\n");
        return;
    }
    put_numbers(out, d, ctx->scene);
    put_kind(out, d, "any", "The fewest groups, of any kind", ctx->scene);
    put_kind(out, d, "vendor", "Vendors", ctx->scene);
    put_kind(out, d, "model_family", "Model families", ctx->scene);
    put_kind(out, d, "jurisdiction", "Jurisdictions", ctx->scene);
}
