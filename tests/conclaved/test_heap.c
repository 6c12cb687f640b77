/* SPDX-License-Identifier: ISC */
/* What stays resident of memory that a process has used, and of tables that are empty. */
#include "conclaved/heap.h"

#include "base/alloc.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    KIB = 1024,
    BLOCKS = 512,
    BLOCK_BYTES = 16 * KIB,
    TABLES = 64,
    TABLE_BYTES = 32 * KIB
};

#ifdef __SANITIZE_ADDRESS__
static const bool is_glibc = false;
#else
static const bool is_glibc = true;
#endif

/* KiB of it; 0 where the kernel does not tell. */
static long resident(void)
{
    long pages = 0, all;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL || fscanf(file, "%ld %ld", &all, &pages) != 2) {
        pages = 0;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return pages * (sysconf(_SC_PAGESIZE) / KIB);
}

static void *blocks[BLOCKS], *tables[TABLES];

/* A burst of blocks, of which the last stays: the heap's end. */
static void *burst(void)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i] = alloc_zero(1, BLOCK_BYTES);
        memset(blocks[i], 1, BLOCK_BYTES);
    }
    for (size_t i = 0; i + 1 < BLOCKS; i++) {
        free(blocks[i]);
    }
    return blocks[BLOCKS - 1];
}

static void test_tables(void)
{
    const long all_kib = TABLES * TABLE_BYTES / KIB;
    free(burst());
    long before = resident();
    heap_tables_begin();
    for (size_t i = 0; i < TABLES; i++) {
        tables[i] = alloc_zero(1, TABLE_BYTES);
        memset(tables[i], 1, 16);
    }
    heap_tables_end();
    long taken = resident() - before;
    ok(taken < all_kib / 2, "%ld KiB of tables, hardly used, take %ld", all_kib, taken);
    for (size_t i = 0; i < TABLES; i++) {
        free(tables[i]);
    }
}

static void test_look(void)
{
    const long most_kib = BLOCKS * BLOCK_BYTES / KIB / 2;
    uint64_t last_ms = 0;
    void *last = burst();
    long before = resident();
    heap_look(&last_ms, 1000);
    ok(before - resident() < most_kib && last_ms == 0, "after a second nothing happens");
    heap_look(&last_ms, 100000);
    long given = before - resident();
    ok(given > most_kib && last_ms == 100000, "later what is unused goes back: %ld KiB",
       given);
    free(last);
}

static void test_rush(void)
{
    enum { TIMES = 50, LARGE_BYTES = 1024 * KIB };
    long before = resident();
    struct rusage begun, ended;
    heap_rush_begin();
    (void)getrusage(RUSAGE_SELF, &begun);
    for (size_t i = 0; i < TIMES; i++) {
        void *large = alloc(LARGE_BYTES);
        memset(large, 1, LARGE_BYTES);
        free(large);
    }
    (void)getrusage(RUSAGE_SELF, &ended);
    heap_rush_end();
    long faults = ended.ru_minflt - begun.ru_minflt, pages = LARGE_BYTES / KIB / 4;
    ok(faults < 2 * pages, "%d buffers of %ld pages take the same ones: %ld faults", TIMES,
       pages, faults);
    long kept = resident() - before;
    ok(kept < LARGE_BYTES / KIB / 2, "and none afterwards: %ld KiB", kept);
}

int main(void)
{
    if (!is_glibc || resident() == 0) {
        skip("what is resident", "the heap is another one, or the kernel does not tell");
        return tap_done();
    }
    heap_begin();
    test_tables();
    test_look();
    test_rush();
    return tap_done();
}
