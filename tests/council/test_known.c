/* SPDX-License-Identifier: ISC */
/* The table of PROPOSE ids as it grows. */
#include "random.h"
#include "tap.h"

#include "council/known.h"

#include <string.h>

enum { IDS = 5000 };

/* Ids that all want the same few places, and ids that do not. */
static struct hash make_id(unsigned number, bool crowded)
{
    struct hash id = {{0}};
    struct rng rng = {number};
    rng_fill(&rng, id.bytes, HASH_BYTES);
    if (crowded) {
        memset(id.bytes, 0xff, 8);
    }
    return id;
}

/* Never looked into: any address that tells one from another. */
static struct live *proposal(unsigned number)
{
    static char places[IDS];
    return (struct live *)(void *)&places[number];
}

static void test_growth(unsigned count, bool crowded, const char *name)
{
    struct known k = {0};
    unsigned wrong = 0;
    for (unsigned i = 0; i < count; i++) {
        struct hash id = make_id(i, crowded);
        wrong += known_find(&k, &id) != NULL;
        known_add(&k, &id, proposal(i));
    }
    for (unsigned i = 0; i < 2 * count; i++) {
        struct hash id = make_id(i, crowded);
        const struct known_entry *e = known_find(&k, &id);
        wrong += (e != NULL) != (i < count);
        wrong += e != NULL && e->live != proposal(i);
    }
    is(wrong, 0, name);
    is((int64_t)k.count, count, "all are counted");
    known_free(&k);
}

int main(void)
{
    test_growth(IDS, false, "5,000 ids are known and no other");
    test_growth(500, true, "500 ids that want one place");
    return tap_done();
}
