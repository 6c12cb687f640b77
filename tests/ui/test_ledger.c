/* SPDX-License-Identifier: ISC */
/* The view Ledger: blocks, what one holds, whether it verifies, and one operation. */
#include "details.h"
#include "golden.h"
#include "tap.h"

#include "ui/screen/paint.h"
#include "ui/view/ledger.h"

#include <stdio.h>
#include <string.h>

enum { HEIGHT = 48210 };

static void check(struct golden g)
{
    g.view = &view_ledger;
    g.seats = g.seats != 0 ? g.seats : 33;
    ok(golden_view(&g), "%s", g.name);
}

/* A block that this console has loaded only the neighbours of. */
static void lose_blocks(struct scene *s)
{
    for (size_t i = 5; i < s->block_count; i++) {
        s->blocks[i]->height -= 40;
    }
}

static void test_lists(void)
{
    check((struct golden){
        .name = "ledger-33-80", .state = FIXTURE_DECIDING, .rows = 24, .cols = 80});
    check((struct golden){.name = "ledger-33-60-ascii",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 60,
                          .ascii = true});
    check((struct golden){.name = "ledger-33-120-gap",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 120,
                          .change = lose_blocks});
    check((struct golden){.name = "ledger-100-200-bytes",
                          .seats = 100,
                          .state = FIXTURE_DECIDING,
                          .rows = 60,
                          .cols = 200,
                          .at = {.panes = {{.sort = 2}}}});
    check((struct golden){.name = "ledger-7-80-height",
                          .seats = 7,
                          .state = FIXTURE_IDLE,
                          .rows = 24,
                          .cols = 80,
                          .at = {.panes = {{.key = 48180}}}});
    check((struct golden){.name = "ledger-4-80-default",
                          .seats = 4,
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 80,
                          .theme = "default"});
    check((struct golden){.name = "ledger-33-80-hostile",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .hostile = true});
    check((struct golden){
        .name = "ledger-80-empty", .state = FIXTURE_EMPTY, .rows = 15, .cols = 80});
}

/* --- one block --- */

static const char good[] =
    "{\"height\":48210,\"ok\":true,\"checks\":["
    "{\"what\":\"header\",\"ok\":true,\"text\":\"its hash is the one recorded\"},"
    "{\"what\":\"operations\",\"ok\":true,\"text\":\"12 operations hash to ops_root\"},"
    "{\"what\":\"parent\",\"ok\":true,\"text\":\"prev_hash is the hash of block 48209\"},"
    "{\"what\":\"certificate\",\"ok\":true,\"text\":\"22 distinct valid signatures\"}]}";
static const char bad[] =
    "{\"height\":48210,\"ok\":false,\"checks\":["
    "{\"what\":\"header\",\"ok\":true,\"text\":\"its hash is the one recorded\"},"
    "{\"what\":\"certificate\",\"ok\":false,\"text\":\"the signature of seat 7 is not "
    "valid\"}]}";
static const char evil[] =
    "{\"ok\":\"yes\",\"checks\":[7,{\"what\":[],\"ok\":1,\"text\":\"\\u001b[2J\"},null]}";

static struct model *answers(const struct golden *g, const char *verified)
{
    struct scene s;
    struct model *m = details_new();
    fixture_scene(&s, g->seats != 0 ? g->seats : 33, g->state);
    details_put_block(m, &s, HEIGHT, 4, 3);
    if (verified != NULL) {
        details_put(m, DETAIL_VERIFY, "48210", verified);
    }
    fixture_free(&s);
    return m;
}

static void block(struct golden g, const char *verified, uint64_t third)
{
    g.state = FIXTURE_DECIDING;
    struct model *m = answers(&g, verified);
    g.model = m;
    g.at.depth = g.at.depth != 0 ? g.at.depth : 1;
    g.at.subject[1] = HEIGHT;
    g.at.subject[2] = third;
    check(g);
    details_free(m);
}

static void test_blocks(void)
{
    block((struct golden){.name = "ledger-block-33-80", .rows = 24, .cols = 80}, NULL, 0);
    block((struct golden){.name = "ledger-block-33-120-good", .rows = 40, .cols = 120},
          good, 0);
    block(
        (struct golden){
            .name = "ledger-block-33-80-bad", .rows = 24, .cols = 80, .theme = "default"},
        bad, 0);
    block((struct golden){.name = "ledger-block-7-60-ascii",
                          .seats = 7,
                          .rows = 15,
                          .cols = 60,
                          .ascii = true},
          bad, 0);
    block(
        (struct golden){
            .name = "ledger-block-100-200", .seats = 100, .rows = 60, .cols = 200},
        good, 0);
    block((struct golden){.name = "ledger-block-33-80-evil", .rows = 24, .cols = 80}, evil,
          0);
    block(
        (struct golden){
            .name = "ledger-operation-80", .rows = 24, .cols = 80, .at = {.depth = 2}},
        NULL, 2);
    block(
        (struct golden){
            .name = "ledger-evidence-80", .rows = 24, .cols = 80, .at = {.depth = 2}},
        NULL, 5);
    block(
        (struct golden){
            .name = "ledger-envelope-60", .rows = 15, .cols = 60, .at = {.depth = 2}},
        NULL, 4);
    check((struct golden){.name = "ledger-block-asked-80",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .at = {.depth = 1, .subject = {0, HEIGHT}}});
}

/* --- rows --- */

static void test_rows(void)
{
    struct scene s;
    struct view_state state = {.depth = 1, .subject = {0, HEIGHT, 0}};
    struct model *m = details_new();
    fixture_scene(&s, 7, FIXTURE_DECIDING);
    details_put_block(m, &s, HEIGHT, 40, 25);
    details_put(m, DETAIL_VERIFY, "48210", good);
    struct view_context ctx = {
        .scene = &s, .model = m, .now_ms = FIXTURE_NOW, .state = &state};
    size_t count = view_ledger.count(&ctx);
    is((int64_t)count, 4 + 40 * 26, "a row for each check, envelope and operation");
    bool whole = true, found = true, on = true;
    struct rows rows;
    rows_make(&view_ledger, &ctx, &rows);
    for (size_t i = 0; i < count; i++) {
        struct block_row next = block_row(&ctx, i);
        struct block_row same = block_find(&ctx, block_key(&ctx, i));
        on = on && next.check == same.check && next.envelope == same.envelope &&
             next.operation == same.operation && (i < 4 || rows.walk.item == (i - 4) / 26);
    }
    ok(on, "rows in their order are found from where the last one was");
    for (size_t i = 0; i < count; i++) {
        size_t from_end = count - 1 - i;
        struct block_row row = block_row(&ctx, from_end);
        struct block_row same = block_find(&ctx, block_key(&ctx, from_end));
        whole = whole && (row.check != NULL) == (from_end < 4) &&
                (row.envelope != NULL) == (from_end >= 4) &&
                (row.operation != NULL) == (from_end >= 4 && (from_end - 4) % 26 != 0);
        found = found && row.check == same.check && row.envelope == same.envelope &&
                row.operation == same.operation;
    }
    ok(whole, "rows are found in any order");
    ok(found, "and by their keys");
    ok(block_row(&ctx, count).envelope == NULL &&
           block_row(&ctx, SIZE_MAX).envelope == NULL,
       "there is none beyond the last");
    rows_free(&rows);
    ctx.walk = NULL;
    struct block_row last = block_row(&ctx, count - 1);
    ok(last.number == 39 && last.operation != NULL, "a context needs no walk");
    fixture_free(&s);
    details_free(m);
}

/* --- secrecy --- */

static bool shows_choice(struct scene *s, const struct model *m, unsigned depth,
                         uint64_t row)
{
    struct view_state state = {.depth = depth, .subject = {0, HEIGHT, row}};
    struct view_context ctx = {
        .scene = s, .model = m, .now_ms = FIXTURE_NOW, .state = &state};
    struct buffer out = {NULL, 0, 0};
    struct rows rows;
    struct cells c;
    struct drawn drawn;
    rows_make(&view_ledger, &ctx, &rows);
    for (size_t i = 0; i < rows.count; i++) {
        view_ledger.text(&ctx, i, &out);
    }
    if (depth == 2) {
        view_ledger.body(&ctx, &out);
    }
    cells_init(&c, 60, 200, false);
    view_ledger.draw(&ctx, &c, cells_area(&c), &drawn);
    paint_text(&out, &c);
    buffer_append(&out, "", 1);
    bool shown = strstr((char *)out.data, "nonsense") != NULL;
    buffer_free(&out);
    cells_free(&c);
    rows_free(&rows);
    return shown;
}

static void test_secrecy(void)
{
    char json[800];
    struct scene s;
    struct model *m = details_new();
    fixture_scene(&s, 7, FIXTURE_DECIDING);
    (void)snprintf(json, sizeof(json),
                   "{\"envelopes\":[{\"seat\":3,\"operations\":[{\"kind\":\"reveal\","
                   "\"proposal\":\"%s\",\"seat\":3,\"choice\":\"nonsense\","
                   "\"confidence\":93,\"rationale\":\"nonsense\"}]}]}",
                   s.open[1]->id);
    details_put(m, DETAIL_BLOCK, "48210", json);
    ok(!shows_choice(&s, m, 1, 0) && !shows_choice(&s, m, 2, 1),
       "a ballot that was opened too early is not shown");
    s.open[1]->phase = UI_OPENING;
    ok(shows_choice(&s, m, 1, 0) && shows_choice(&s, m, 2, 1),
       "and is, once its proposal is opening");
    fixture_free(&s);
    details_free(m);
}

int main(void)
{
    test_lists();
    test_blocks();
    test_rows();
    test_secrecy();
    return tap_done();
}
