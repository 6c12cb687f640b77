/* SPDX-License-Identifier: ISC */
/* The public log, conclave-protocol(7) section 12: the methods `checkpoint`, `log.prove`
 * and `log.consistency`. */
#include "conclaved/methods.h"

#include "conclaved/json.h"
#include "crypto/checkpoint.h"
#include "hash/tree.h"
#include "tlog/checkpoint.h"

#include <inttypes.h>

/* --- the newest checkpoint --- */

/* The signed note, as clients of such logs read it. */
static json_t *note_json(const struct node *n, const struct checkpoint_signed *signed_by)
{
    struct checkpoint_council council;
    struct buffer note = {NULL, 0, 0};
    const struct charter *c = n->charter;
    checkpoint_council_init(&council, &c->council_id, n->keys, c->seat_count);
    checkpoint_text(&note, &c->council_id, signed_by->size, &signed_by->root);
    note_write_separator(&note);
    uint16_t left = checkpoint_room(&council, signed_by->count, 0);
    for (uint16_t seat = 1; seat <= c->seat_count && left > 0; seat++) {
        if (signed_by->has[seat - 1]) {
            left--;
            checkpoint_write_line(&note, &council, seat, &signed_by->signatures[seat - 1]);
        }
    }
    json_t *out = json_stringn((const char *)note.data, note.size);
    buffer_free(&note);
    return out;
}

json_t *method_checkpoint(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    const struct checkpoint_signed *council = &n->checkpoints.council;
    const struct checkpoint_vote *own = &n->checkpoints.votes[n->seat - 1];
    struct parameters p;
    char origin[CHECKPOINT_ORIGIN_BYTES];
    parameters_begin(&p, s, params);
    if (!parameters_end(&p)) {
        return NULL;
    }
    checkpoint_origin(&n->charter->council_id, origin);
    json_t *out = json_object();
    bool is_there = council->size > 0;
    json_put(out, "origin", json_string(origin));
    json_put(out, "decisions", json_number(ledger_record_count(n->ledger)));
    json_put(out, "own_size", json_number(own->size));
    json_put(out, "size", json_number(council->size));
    json_put(out, "root", is_there ? json_hash(&council->root) : json_null());
    json_put(out, "seats", json_seats(council->has, n->charter->seat_count));
    json_put(out, "note", is_there ? note_json(n, council) : json_null());
    return out;
}

/* --- proofs --- */

static json_t *hashes_json(const struct hash *list, size_t count)
{
    json_t *out = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(out, json_hash(&list[i]));
    }
    return out;
}

/* The size of a tree, at most that of the present one; which it is when it is absent. */
static uint64_t size_parameter(struct parameters *p, const struct node *n, const char *name)
{
    uint64_t count = ledger_record_count(n->ledger);
    uint64_t size = parameters_number(p, name, 1, INT64_MAX, count);
    if (size > count) {
        parameters_fail(
            p, "the parameter %s is %" PRIu64 ", the ledger has %" PRIu64 " decisions",
            name, size, count);
    }
    return size;
}

/* The decision by its number or its proposal. */
static bool find_index(const struct node *n, struct control_session *s,
                       const json_t *params, struct parameters *p, uint64_t *index)
{
    struct found w = {.open = NULL};
    bool by_number = json_object_get(params, "index") != NULL;
    struct slice prefix = SLICE_NONE;
    if (by_number) {
        *index = parameters_number(p, "index", 0, INT64_MAX, PARAMETER_REQUIRED);
    } else {
        prefix = find_parameter(p);
    }
    if (!parameters_end(p) || (!by_number && !find_proposal(n, s, prefix, &w))) {
        return false;
    }
    bytes_unref(w.waiting);
    if (!by_number && w.index.final_height == 0) {
        control_fail(s, CONTROL_NOT_NOW,
                     "the proposal is not final yet: wait until it is, conclave watch "
                     "tells");
        return false;
    }
    *index = by_number ? *index : w.index.record_index;
    return true;
}

json_t *method_log_prove(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    struct tree_source tree = {ledger_tree_node, n->ledger};
    struct hash path[MERKLE_PATH_MAX], root;
    struct parameters p;
    uint64_t index = 0;
    size_t length = 0;
    parameters_begin(&p, s, params);
    uint64_t size = size_parameter(&p, n, "size");
    if (!find_index(n, s, params, &p, &index)) {
        return NULL;
    }
    if (index >= size) {
        control_fail(s, CONTROL_NOT_NOW,
                     "decision %" PRIu64 " is not among the first %" PRIu64
                     ": wait for the next checkpoint",
                     index, size);
        return NULL;
    }
    int error = tree_root(&tree, size, &root);
    error = error == 0 ? tree_path(&tree, index, size, path, &length) : error;
    if (error != 0) {
        return fail_store(s, error);
    }
    json_t *out = json_object();
    json_put(out, "index", json_number(index));
    json_put(out, "size", json_number(size));
    json_put(out, "root", json_hash(&root));
    json_put(out, "hashes", hashes_json(path, length));
    return out;
}

json_t *method_log_consistency(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    struct tree_source tree = {ledger_tree_node, n->ledger};
    struct hash proof[MERKLE_PATH_MAX], roots[2];
    struct parameters p;
    size_t length = 0;
    parameters_begin(&p, s, params);
    uint64_t first = parameters_number(&p, "first", 1, INT64_MAX, PARAMETER_REQUIRED);
    uint64_t second = size_parameter(&p, n, "second");
    if (first > second) {
        parameters_fail(&p,
                        "first is %" PRIu64 ", but the log of second has %" PRIu64
                        " decisions: give a size from 1 to %" PRIu64,
                        first, second, second);
    }
    if (!parameters_end(&p)) {
        return NULL;
    }
    int error = tree_root(&tree, first, &roots[0]);
    error = error == 0 ? tree_root(&tree, second, &roots[1]) : error;
    error = error == 0 ? tree_consistency(&tree, first, second, proof, &length) : error;
    if (error != 0) {
        return fail_store(s, error);
    }
    json_t *out = json_object();
    json_put(out, "first", json_number(first));
    json_put(out, "first_root", json_hash(&roots[0]));
    json_put(out, "second", json_number(second));
    json_put(out, "second_root", json_hash(&roots[1]));
    json_put(out, "hashes", hashes_json(proof, length));
    return out;
}
