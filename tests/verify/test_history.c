/* SPDX-License-Identifier: ISC */
/* Whether trees are compared as they must be: by roots, leaves and proofs, and over others.
 */
#include "tap.h"

#include "verify/history.h"

#include <string.h>

enum { LEAVES = 64, FORK = 30 };

/* Of two histories that are one up to FORK, and of a third. */
struct line {
    struct hash leaves[LEAVES];
    struct tree_source source;
};
static struct line lines[3];

static int node(void *context, unsigned level, uint64_t index, struct hash *out)
{
    const struct line *l = context;
    *out = merkle_root(&l->leaves[index << level], (size_t)1 << level);
    return 0;
}

static void make_lines(void)
{
    for (uint8_t line = 0; line < 3; line++) {
        for (uint8_t i = 0; i < LEAVES; i++) {
            uint8_t leaf[2] = {i, line == 2 ? 2 : (uint8_t)(line == 1 && i >= FORK)};
            lines[line].leaves[i] = merkle_leaf(slice_of(leaf, 2));
        }
        lines[line].source = (struct tree_source){node, &lines[line]};
    }
}

static struct history h;
static struct tlog_proof proofs[4];
static size_t proof_count;

static void begin(bool has_remembered)
{
    history_free(&h);
    h.has_remembered = has_remembered;
    proof_count = 0;
}

static struct history_point *add(unsigned line, uint64_t size, bool is_checkpoint)
{
    struct hash root;
    (void)tree_root(&lines[line].source, size, &root);
    struct history_point *p = history_add(&h, "it", size, &root);
    p->is_checkpoint = is_checkpoint;
    return p;
}

static void add_site(unsigned line, uint64_t size)
{
    add(line, size, true)->tree = &lines[line].source;
}

static struct tlog_proof *add_growth(unsigned line, uint64_t from, uint64_t size)
{
    struct tlog_proof *p = &proofs[proof_count++];
    memset(p, 0, sizeof(*p));
    p->number = from;
    (void)tree_consistency(&lines[line].source, from, size, p->hashes, &p->length);
    add(line, size, true)->growth = p;
    return p;
}

/* Verdicts as letters, one a point: "." not compared, "=" agrees, "!" conflicts. */
static void judges(const char *verdicts, size_t newest, const char *name)
{
    static const char letters[] = {'.', '=', '!'};
    char got[16] = "";
    size_t best = history_judge(&h);
    for (size_t i = 0; i < h.count; i++) {
        got[i] = letters[h.points[i].verdict];
    }
    if (!ok(strcmp(got, verdicts) == 0 && best == newest, "%s", name)) {
        printf("#   %s, newest %lld\n", got, (long long)best);
    }
}

static void test_roots(void)
{
    begin(false);
    judges("", HISTORY_NONE, "nothing");
    add(0, 20, false);
    judges(".", HISTORY_NONE, "a bundle alone");
    add(0, 20, true);
    judges("==", 1, "a checkpoint of its tree");
    add(1, 20, true);
    judges("===", 1, "before a fork there is one history");
    add(2, 20, true);
    judges("!!!!", HISTORY_NONE, "another tree of that size");
    begin(true);
    add(0, 20, true);
    add(0, 40, true);
    judges("=.", 0, "a larger one that nothing links");
    begin(false);
    add(0, 20, true);
    add(0, 40, true);
    judges(".=", 1, "the largest counts where nothing was remembered");
    begin(true);
    add(0, 0, true);
    add(2, 40, true);
    judges("==", 1, "everything begins with nothing");
}

static void test_trees(void)
{
    begin(true);
    add(0, 20, true);
    add_site(0, 40);
    add(0, 7, false);
    add(0, 50, false);
    judges("===.", 1, "leaves, and what is smaller than they are");
    begin(true);
    add(0, 40, true);
    add_site(1, 50);
    judges("!!", HISTORY_NONE, "leaves of a fork");
    begin(true);
    add(0, 30, true);
    add_site(1, 50);
    judges("==", 1, "before it");
    add_site(0, 60);
    judges("=!!", HISTORY_NONE, "both of a fork");
}

static void test_growths(void)
{
    begin(true);
    add(0, 20, true);
    add_growth(0, 20, 40);
    judges("==", 1, "a proof");
    ok(h.points[1].is_grown && !h.points[1].is_broken, "is one");
    add_growth(0, 40, 60);
    judges("===", 2, "and the next");
    begin(true);
    add(0, 40, true);
    add_growth(1, 40, 60);
    judges("!!", HISTORY_NONE, "a proof of a fork");
    begin(true);
    add(0, 32, true);
    add_growth(1, 32, 60);
    judges("=.", 0, "of a power of two, which shows less");
    ok(h.points[1].is_broken && !h.points[1].is_grown, "proves nothing");
    begin(true);
    add(0, 20, true);
    add_growth(0, 20, 40)->hashes[1].bytes[3] ^= 1;
    judges("=.", 0, "one that was changed");
    ok(h.points[1].is_broken, "proves nothing");
    begin(true);
    add(0, 19, true);
    add_growth(0, 20, 40);
    judges("=.", 0, "from another size");
    ok(!h.points[1].is_grown && !h.points[1].is_broken, "is no proof of it");
    add_site(0, 45);
    judges("===", 2, "but leaves lead to both");
    ok(h.points[1].is_grown, "and show its beginning");
}

/* Two forks both extend what was remembered: neither is compared with the other. */
static void test_forks(void)
{
    begin(true);
    add(0, 20, true);
    add_growth(0, 20, 40);
    add_growth(1, 20, 50);
    judges("=.=", 2, "two proofs from one");
    add(1, 40, false);
    judges("=!=!", HISTORY_NONE, "and a bundle of the other");
}

static void test_signers(void)
{
    struct history_point a = {.size = 1}, b = {.size = 1};
    bool both[SEATS_MAX];
    for (unsigned i = 0; i < 3; i++) {
        a.is_signed[i] = b.is_signed[i + 1] = true;
    }
    is(history_signed_both(&a, &b, both), 2, "those who signed both");
    ok(!both[0] && both[1] && both[2] && !both[3], "are they");
}

int main(void)
{
    make_lines();
    test_roots();
    test_trees();
    test_growths();
    test_forks();
    test_signers();
    history_free(&h);
    return tap_done();
}
