/* SPDX-License-Identifier: ISC */
/* What lists and pagers show of what there is: where they begin, what they mark. */
#include "tap.h"

#include "ui/screen/paint.h"
#include "ui/view/draw.h"

#include <stdio.h>
#include <string.h>

/* --- a list of numbers --- */

struct trial {
    struct scene scene;
    struct view_state state;
    struct rows rows;
    size_t at[100];
    struct view_context ctx;
    struct drawn drawn;
    struct buffer text;
    struct cells cells;
};

static void begin(struct trial *t, size_t count, uint16_t rows, uint16_t cols)
{
    memset(t, 0, sizeof(*t));
    for (size_t i = 0; i < count; i++) {
        t->at[i] = i;
    }
    t->rows = (struct rows){.at = t->at, .count = count};
    t->ctx =
        (struct view_context){.scene = &t->scene, .state = &t->state, .rows = &t->rows};
    cells_init(&t->cells, rows, cols, true);
}

static void end(struct trial *t)
{
    cells_free(&t->cells);
    buffer_free(&t->text);
}

static void draw_number(const struct view_context *ctx, struct cells *c, struct area line,
                        size_t i)
{
    (void)ctx;
    (void)draw_format(c, line, 0, 0, ROLE_TEXT, "row %zu", i);
}

static bool shows(struct trial *t, const char *expected)
{
    t->text.size = 0;
    paint_text(&t->text, &t->cells);
    bool same = slice_equal(buffer_slice(&t->text), slice_of_string(expected));
    if (!same) {
        printf("# got\n# %.*s\n", (int)t->text.size, (const char *)t->text.data);
    }
    cells_clear(&t->cells);
    return same;
}

static void list(struct trial *t, unsigned columns)
{
    draw_list(&t->ctx, &t->cells, cells_area(&t->cells), columns, draw_number, &t->drawn);
}

static void test_scrolling(void)
{
    struct trial t;
    begin(&t, 9, 3, 8);
    list(&t, 1);
    ok(shows(&t, "row 0\nrow 1\nrow 2  v\n"), "a list begins at its first row");
    t.rows.cursor = 4;
    list(&t, 1);
    ok(shows(&t, "row 2  ^\nrow 3\nrow 4  v\n"), "it goes on with the cursor");
    t.state.panes[0].top = 5;
    t.rows.cursor = 6;
    list(&t, 1);
    ok(shows(&t, "row 5  ^\nrow 6\nrow 7  v\n"), "it stays where the operator left it");
    t.rows.cursor = 1;
    list(&t, 1);
    ok(shows(&t, "row 1  ^\nrow 2\nrow 3  v\n"), "and goes back with the cursor");
    t.state.panes[0].top = 8;
    t.rows.cursor = 8;
    list(&t, 1);
    ok(shows(&t, "row 6  ^\nrow 7\nrow 8\n"), "no place is left empty at the end");
    is((int64_t)t.drawn.top, 6, "where it begins is told");
    end(&t);
}

static void test_columns(void)
{
    struct trial t;
    begin(&t, 7, 3, 16);
    t.rows.count = 5;
    list(&t, 2);
    ok(shows(&t, "row 0   row 3\nrow 1   row 4\nrow 2\n"), "columns are filled downwards");
    ok(t.drawn.lines == 3 && t.drawn.columns == 2, "and told");
    t.rows.count = 4;
    list(&t, 2);
    ok(shows(&t, "row 0   row 2\nrow 1   row 3\n\n"), "evenly");
    t.rows.count = 7;
    t.rows.cursor = 6;
    list(&t, 2);
    ok(shows(&t, "row 1  row 4   ^\nrow 2  row 5\nrow 3  row 6\n"), "and scrolled");
    end(&t);
}

static unsigned marked(const struct trial *t, bool selected, enum role role)
{
    unsigned count = 0;
    for (size_t i = 0; i < (size_t)t->cells.rows * t->cells.cols; i++) {
        count += selected ? t->cells.at[i].selected : t->cells.at[i].role == role;
    }
    return count;
}

static void test_marks(void)
{
    struct trial t;
    begin(&t, 3, 3, 8);
    t.rows.cursor = 1;
    list(&t, 1);
    is(marked(&t, true, ROLE_TEXT), 8, "the cursor's row is selected");
    ok(cells_at(&t.cells, 1, 0)->selected, "and no other");
    cells_clear(&t.cells);
    strcpy(t.state.panes[0].search, "ROW");
    list(&t, 1);
    is(marked(&t, false, ROLE_FOUND), 9, "what the search matches is marked");
    cells_clear(&t.cells);
    strcpy(t.state.panes[0].search, "rows");
    list(&t, 1);
    is(marked(&t, false, ROLE_FOUND), 0, "what it does not match is not");
    cells_clear(&t.cells);
    t.rows.count = 0;
    strcpy(t.state.panes[0].filter, "x");
    list(&t, 1);
    ok(shows(&t, "nothing\n\n\n"), "an empty list says why");
    end(&t);
}

static void test_heads(void)
{
    struct trial t;
    begin(&t, 0, 1, 16);
    t.state.panes[0].sort = 1;
    draw_head(&t.ctx, &t.cells, cells_area(&t.cells), 0, 0, 6, 0, false, "name");
    draw_head(&t.ctx, &t.cells, cells_area(&t.cells), 0, 6, 8, 1, true, "view");
    ok(shows(&t, "name     view^\n"), "the sorted column has an arrow");
    t.state.panes[0].inverted = true;
    draw_head(&t.ctx, &t.cells, cells_area(&t.cells), 0, 0, 6, 1, false, "name");
    ok(shows(&t, "name v\n"), "and another one when the order is inverted");
    draw_head(&t.ctx, &t.cells, cells_area(&t.cells), 0, 0, 6, NO_SORT, false, "name");
    ok(shows(&t, "name\n"), "what nothing is sorted by has none");
    end(&t);
}

/* --- the pager --- */

static void page(struct trial *t, const char *text)
{
    draw_pager(&t->ctx, &t->cells, cells_area(&t->cells), slice_of_string(text), &t->drawn);
}

static void test_pager(void)
{
    struct trial t;
    begin(&t, 0, 3, 10);
    page(&t, "one two three\nfour");
    ok(shows(&t, "one two\nthree\nfour\n"), "a text is wrapped at words");
    page(&t, "abcdefghijklm\n\nx");
    ok(shows(&t, "abcdefghi\njklm\n         v\n"), "a word that is too long is cut");
    page(&t, "a\nb\nc\nd\ne");
    ok(shows(&t, "a\nb\nc        v\n"), "an arrow says that there is more");
    t.state.panes[0].top = 99;
    page(&t, "a\nb\nc\nd\ne");
    ok(shows(&t, "c        ^\nd\ne\n"), "it is not scrolled beyond its end");
    is((int64_t)t.drawn.top, 2, "and says where it is");
    t.state.panes[0].top = 0;
    page(&t, "\x1b[2J\tx");
    ok(shows(&t, "\\u{1b}[2J\n\\tx\n\n"), "no escape sequence comes through");
    page(&t, "");
    ok(shows(&t, "\n\n\n"), "a text may be empty");
    strcpy(t.state.panes[0].search, "wo");
    page(&t, "one two");
    is(marked(&t, false, ROLE_FOUND), 2, "the search is marked");
    end(&t);
}

static void test_wrapped(void)
{
    struct trial t;
    begin(&t, 0, 3, 6);
    cells_free(&t.cells);
    cells_init(&t.cells, 3, 6, false);
    is(draw_wrapped(&t.cells, cells_area(&t.cells), ROLE_TEXT,
                    slice_of_string("ab\xcc\x81\xcc\x82"
                                    "cdefgh")),
       2, "marks go with what they are upon");
    ok(shows(&t, "ab\xcc\x81\xcc\x82"
                 "cdef\ngh\n\n"),
       "and take no room");
    is(draw_wrapped(&t.cells, cells_area(&t.cells), ROLE_TEXT,
                    slice_of_string("a b c d e f g h i j")),
       3, "a text takes no more rows than there are");
    ok(shows(&t, "a b c\nd e f\ng h i\xe2\x80\xa6\n"), "and shows that it is cut");
    is(draw_wrapped(&t.cells, area_cols(cells_area(&t.cells), 0, 5), ROLE_TEXT,
                    slice_of_string("\xe6\x9d\x89\xe6\x9c\xa8\xe6\x9d\x89\xe6\x9c\xa8")),
       2, "wide characters are not halved");
    end(&t);
}

int main(void)
{
    test_scrolling();
    test_columns();
    test_marks();
    test_heads();
    test_pager();
    test_wrapped();
    return tap_done();
}
