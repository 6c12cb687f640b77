/* SPDX-License-Identifier: ISC */
#include "shrink.h"

#include "base/alloc.h"
#include "run.h"

#include <stdlib.h>
#include <string.h>

static bool fails(const struct plan *p, unsigned *runs)
{
    struct run_result *r = alloc_zero(1, sizeof(*r));
    run_plan(p, false, false, r);
    bool failed = !r->good;
    free(r);
    ++*runs;
    return failed;
}

/* Tries without each group of so many items that are on. */
static bool without_groups(struct plan *p, size_t size, unsigned *runs)
{
    bool smaller = false;
    size_t at = 0;
    while (at < p->count) {
        size_t *off = alloc_zero(size, sizeof(*off));
        size_t count = 0;
        for (; at < p->count && count < size; at++) {
            if (!p->items[at].off) {
                p->items[at].off = true;
                off[count++] = at;
            }
        }
        if (count > 0 && fails(p, runs)) {
            smaller = true;
        } else {
            for (size_t i = 0; i < count; i++) {
                p->items[off[i]].off = false;
            }
        }
        free(off);
    }
    return smaller;
}

static void shorten(struct plan *p, unsigned *runs)
{
    uint64_t step = p->trouble_ms / 2;
    while (step >= 100) {
        p->trouble_ms -= step;
        if (!fails(p, runs)) {
            p->trouble_ms += step;
            step /= 2;
        } else if (step > p->trouble_ms / 2) {
            step = p->trouble_ms / 2;
        }
    }
}

unsigned shrink_plan(struct plan *p)
{
    unsigned runs = 0;
    size_t size = (p->count + 1) / 2;
    shorten(p, &runs);
    while (size > 0) {
        bool smaller = without_groups(p, size, &runs);
        if (!smaller || size > 1) {
            size /= 2;
        }
    }
    shorten(p, &runs);
    return runs;
}

void shrink_report(const struct plan *p, uint16_t seats_option)
{
    struct buffer off = {0};
    char words[160];
    plan_list_off(p, &off);
    for (size_t i = 0; i < p->count; i++) {
        if (!p->items[i].off && p->items[i].at_ms < p->trouble_ms) {
            plan_describe(&p->items[i], words, sizeof(words));
            printf("#   %zu: %s\n", i, words);
        }
    }
    printf("# conclave-sim --replay %llu --until %llu", (unsigned long long)p->seed,
           (unsigned long long)p->trouble_ms);
    if (seats_option != 0) {
        printf(" --seats %u", seats_option);
    }
    if (off.size > 0) {
        printf(" --without %s", (const char *)off.data);
    }
    printf("\n");
    buffer_free(&off);
}
