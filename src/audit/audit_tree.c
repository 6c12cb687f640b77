/* SPDX-License-Identifier: ISC */
/* The tree of decisions as it is stored: every node of it, and the root that it gives. */
#include "audit/audit_private.h"

#include "hash/tree.h"
#include "wire/shared.h"

#include <inttypes.h>

/* Whether the node is there as it should be. */
static bool check_node(struct audit *a, uint64_t height, unsigned level, uint64_t index,
                       const struct hash *node)
{
    struct hash kept;
    int error = ledger_tree_node(a->ledger, level, index, &kept);
    if (error == 0 && hash_equal(&kept, node)) {
        return true;
    }
    return audit_differs(
        a, AUDIT_TREE, height,
        "the tree of decisions is not the one of the records: node %" PRIu64
        " of level %u%s%s",
        index, level, error != 0 ? ": " : " is another",
        error != 0 ? error_text(error) : "");
}

bool audit_leaf(struct audit *a, uint64_t height, uint64_t number, struct slice record)
{
    struct hash node = merkle_leaf(record), left;
    uint64_t index = number;
    unsigned level = 0;
    bool good = !a->keeps_tree || check_node(a, height, level, index, &node);
    while (good && a->keeps_tree && (index & 1) != 0) {
        int error = ledger_tree_node(a->ledger, level, index - 1, &left);
        if (error != 0) {
            return audit_differs(a, AUDIT_TREE, height,
                                 "the tree of decisions cannot be read: %s",
                                 error_text(error));
        }
        node = merkle_node(&left, &node);
        index >>= 1;
        good = check_node(a, height, ++level, index, &node);
    }
    return good;
}

bool audit_tree(struct audit *a)
{
    struct audit_report *r = a->report;
    struct tree_source source = {.node = ledger_tree_node, .context = a->ledger};
    struct hash root;
    if (!a->keeps_tree) {
        return true;
    }
    int error = tree_root(&source, r->records, &root);
    if (error == 0 && hash_equal(&root, &r->decisions_root)) {
        return true;
    }
    return audit_differs(a, AUDIT_TREE, r->target,
                         "the stored tree of %" PRIu64 " decisions has another root than "
                         "the council%s%s",
                         r->records, error != 0 ? ": " : "",
                         error != 0 ? error_text(error) : "");
}
