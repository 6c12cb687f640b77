/* SPDX-License-Identifier: ISC */
#include "ui/screen/cells.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct cell blank = {.ch = ' ', .role = ROLE_TEXT};

void cells_init(struct cells *c, uint16_t rows, uint16_t cols, bool ascii)
{
    assert(rows <= CELLS_SIDE_MAX && cols <= CELLS_SIDE_MAX);
    c->rows = rows;
    c->cols = cols;
    c->ascii = ascii;
    c->at = alloc_zero((size_t)rows * cols + 1, sizeof(*c->at));
    cells_clear(c);
}

void cells_free(struct cells *c)
{
    free(c->at);
    memset(c, 0, sizeof(*c));
}

void cells_clear(struct cells *c)
{
    for (size_t i = 0; i < (size_t)c->rows * c->cols; i++) {
        c->at[i] = blank;
    }
}

struct area cells_area(const struct cells *c)
{
    return (struct area){0, 0, c->rows, c->cols};
}

struct cell *cells_at(const struct cells *c, unsigned row, unsigned col)
{
    assert(row < c->rows && col < c->cols);
    return &c->at[(size_t)row * c->cols + col];
}

struct area area_rows(struct area a, unsigned row, unsigned rows)
{
    unsigned from = row < a.rows ? row : a.rows;
    unsigned left = a.rows - from;
    return (struct area){(uint16_t)(a.row + from), a.col,
                         (uint16_t)(rows < left ? rows : left), a.cols};
}

struct area area_cols(struct area a, unsigned col, unsigned cols)
{
    unsigned from = col < a.cols ? col : a.cols;
    unsigned left = a.cols - from;
    return (struct area){a.row, (uint16_t)(a.col + from), a.rows,
                         (uint16_t)(cols < left ? cols : left)};
}

void cells_select(struct cells *c, struct area a, unsigned row, unsigned col, unsigned cols)
{
    struct area line = area_cols(area_rows(a, row, 1), col, cols);
    for (unsigned i = 0; line.rows == 1 && i < line.cols; i++) {
        cells_at(c, line.row, line.col + i)->selected = true;
    }
}

void cells_dim(struct cells *c, struct area a)
{
    for (unsigned row = 0; row < a.rows; row++) {
        for (unsigned col = 0; col < a.cols; col++) {
            cells_at(c, a.row + row, a.col + col)->dim = true;
        }
    }
}
