/* SPDX-License-Identifier: ISC */
#include "summary.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct summary {
    struct run_result total; /* its marks too */
    uint64_t runs, failed, longest_rest_ms;
};

struct summary *summary_new(void)
{
    return alloc_zero(1, sizeof(struct summary));
}

void summary_free(struct summary *s)
{
    free(s);
}

static void add_mark(struct run_result *t, const struct cluster_mark *m)
{
    for (size_t i = 0; i < t->mark_count; i++) {
        if (strcmp(t->marks[i].name, m->name) == 0) {
            t->marks[i].count += m->count;
            return;
        }
    }
    if (t->mark_count < RUN_MARKS) {
        t->marks[t->mark_count++] = *m;
    }
}

void summary_add(struct summary *s, const struct run_result *r)
{
    struct run_result *t = &s->total;
    s->runs++;
    s->failed += !r->good;
    if (r->rest_ms > s->longest_rest_ms) {
        s->longest_rest_ms = r->rest_ms;
    }
    t->simulated_ms += r->simulated_ms;
    t->blocks += r->blocks;
    t->decisions += r->decisions;
    t->view_changes += r->view_changes;
    t->messages += r->messages;
    t->bytes += r->bytes;
    t->byzantine += r->byzantine;
    t->forgetful += r->forgetful;
    t->expelled += r->expelled;
    t->recounted += r->recounted;
    for (int i = 0; i < ITEM_KINDS; i++) {
        t->injected[i] += r->injected[i];
    }
    for (int i = 0; i < ATTACKS; i++) {
        t->attacks[i] += r->attacks[i];
    }
    for (size_t i = 0; i < r->mark_count; i++) {
        add_mark(t, &r->marks[i]);
    }
}

void summary_print(const struct summary *s)
{
    const struct run_result *t = &s->total;
    double cpu = (double)clock() / CLOCKS_PER_SEC;
    printf("# %llu runs, %llu failed; %.1f h simulated in %.1f s of CPU\n",
           (unsigned long long)s->runs, (unsigned long long)s->failed,
           (double)t->simulated_ms / 3600000, cpu);
    printf("# %llu blocks, %llu decisions (%.0f per CPU hour; %llu counted again), %llu "
           "views entered, %llu messages\n",
           (unsigned long long)t->blocks, (unsigned long long)t->decisions,
           cpu > 0 ? (double)t->decisions * 3600 / cpu : 0,
           (unsigned long long)t->recounted, (unsigned long long)t->view_changes,
           (unsigned long long)t->messages);
    printf("# longest way to rest after healing %llu ms; %llu Byzantine seats, %llu "
           "expelled; %llu whose disk or machine was not the last one\n",
           (unsigned long long)s->longest_rest_ms, (unsigned long long)t->byzantine,
           (unsigned long long)t->expelled, (unsigned long long)t->forgetful);
    printf("# faults:");
    for (int i = ITEM_LOSS; i < ITEM_KINDS; i++) {
        printf("%s %s %llu", i > ITEM_LOSS ? "," : "", item_name((enum item_kind)i),
               (unsigned long long)t->injected[i]);
    }
    printf("\n# attacks carried out:");
    for (int i = 0; i < ATTACKS; i++) {
        printf("%s %s %llu", i > 0 ? "," : "", attack_name((enum attack)i),
               (unsigned long long)t->attacks[i]);
    }
    printf("\n# marks:\n");
    for (size_t i = 0; i < t->mark_count; i++) {
        printf("#   %-40s %llu\n", t->marks[i].name, (unsigned long long)t->marks[i].count);
    }
}
