/* SPDX-License-Identifier: ISC */
/* The layout of conclave-charter(5), with the limits and defaults of every field. */
#include "base/alloc.h"
#include "base/quorum.h"
#include "charter/address.h"
#include "charter/charter.h"
#include "charter/check.h"
#include "charter/tree.h"
#include "hash/hash.h"

#include <stdlib.h>
#include <string.h>

enum {
    COUNCIL_NAME_MAX = 64,
    CLASS_NAME_MAX = 32,
    LABEL_MAX = 64, /* jurisdiction, speciality, vendor, model family */
    DRIFT_MAX_MS = 60 * 1000,
    TIMER_MIN_MS = 10,
    TIMER_MAX_MS = 60 * 60 * 1000,
    WINDOW_MAX = 256, /* of blocks */
    SEAT_WINDOW_MAX = 256,
    OPEN_PROPOSALS_MAX = 1024,
    COUNT_MAX = 1000 * 1000, /* blocks of a view, decisions of an epoch */
    MILLION = 1000 * 1000,
};

static const uint64_t period_max_ms = UINT64_C(366) * 24 * 60 * 60 * 1000; /* a year */
static const uint64_t time_max_ms = UINT64_C(253402300799999); /* the end of year 9999 */

static void read_key(struct fields *f, const struct place *at, json_t *seat,
                     struct public_key *out)
{
    char *hex = fields_text(f, at, seat, "key", 1024);
    if (hex == NULL) {
        return;
    }
    /* Capitals would give one council two ids. */
    bool lower = strspn(hex, "0123456789abcdef") == strlen(hex);
    if (!lower || hex_decode(out->bytes, sizeof(out->bytes), hex, strlen(hex)) != 0) {
        struct place here = {at, "key", 0};
        fields_refuse(f, &here, CONCLAVE_EFORMAT,
                      "must be 64 hexadecimal digits, letters in lower case: copy it from "
                      "'conclave keygen'");
    }
    free(hex);
}

static void read_seats(struct fields *f, const struct place *root, json_t *tree,
                       struct charter *c)
{
    static const char *const known[] = {"key",          "address",    "name",
                                        "jurisdiction", "speciality", "vendor",
                                        "model_family", NULL};
    json_t *array = fields_array(f, root, tree, "seats");
    struct place seats = {root, "seats", 0};
    size_t count = json_array_size(array);
    if (f->error == 0 && (count < SEATS_MIN || count > SEATS_MAX)) {
        fields_refuse(f, &seats, CONCLAVE_ELIMIT,
                      "has %zu seats, a council must have %d to %d", count, SEATS_MIN,
                      SEATS_MAX);
    }
    if (f->error != 0) {
        return;
    }
    c->seats = alloc_zero(count, sizeof(*c->seats));
    c->seat_count = (uint16_t)count;
    for (size_t i = 0; i < count && f->error == 0; i++) {
        json_t *seat = json_array_get(array, i);
        struct place here = {&seats, NULL, i};
        struct charter_seat *out = &c->seats[i];
        if (!json_is_object(seat)) {
            fields_refuse(f, &here, CONCLAVE_EFORMAT, "must be an object");
            return;
        }
        fields_known(f, &here, seat, known);
        read_key(f, &here, seat, &out->key);
        out->address = fields_text(f, &here, seat, "address", ADDRESS_MAX);
        out->name = fields_text(f, &here, seat, "name", SEAT_NAME_MAX);
        out->jurisdiction = fields_text(f, &here, seat, "jurisdiction", LABEL_MAX);
        out->speciality = fields_text(f, &here, seat, "speciality", LABEL_MAX);
        out->vendor = fields_text(f, &here, seat, "vendor", LABEL_MAX);
        out->model_family = fields_text(f, &here, seat, "model_family", LABEL_MAX);
    }
}

static void read_classes(struct fields *f, const struct place *root, json_t *tree,
                         struct charter *c)
{
    static const char *const known[] = {"name",     "threshold", "commit_ms", "reveal_ms",
                                        "grace_ms", "emergency", NULL};
    json_t *array = fields_array(f, root, tree, "classes");
    struct place classes = {root, "classes", 0};
    size_t count = json_array_size(array);
    if (f->error == 0 && (count < 1 || count > CLASSES_MAX)) {
        fields_refuse(f, &classes, CONCLAVE_ELIMIT,
                      "has %zu decision classes, must have 1 to %d", count, CLASSES_MAX);
    }
    if (f->error != 0) {
        return;
    }
    c->classes = alloc_zero(count, sizeof(*c->classes));
    c->class_count = (uint32_t)count;
    for (size_t i = 0; i < count && f->error == 0; i++) {
        json_t *class = json_array_get(array, i);
        struct place here = {&classes, NULL, i};
        struct charter_class *out = &c->classes[i];
        if (!json_is_object(class)) {
            fields_refuse(f, &here, CONCLAVE_EFORMAT, "must be an object");
            return;
        }
        fields_known(f, &here, class, known);
        out->name = fields_text(f, &here, class, "name", CLASS_NAME_MAX);
        out->threshold =
            (uint32_t)fields_uint_or(f, &here, class, "threshold", 1, SEATS_MAX,
                                     quorum_default_threshold(c->seat_count));
        out->commit_ms = fields_uint(f, &here, class, "commit_ms", 1, period_max_ms);
        out->reveal_ms = fields_uint(f, &here, class, "reveal_ms", 1, period_max_ms);
        out->grace_ms = fields_uint(f, &here, class, "grace_ms", 0, period_max_ms);
        out->emergency = fields_bool_or(f, &here, class, "emergency", false);
    }
}

static void read_watch(struct fields *f, const struct place *root, json_t *tree,
                       struct charter_watch *w)
{
    static const char *const known[] = {
        "window_decisions", "recent_decisions", "false_alarm_ppm",
        "dissent_percent",  "bloc_percent",     "drift_limit",
        "likeness_percent", "copied_decisions", NULL};
    struct place at = {root, "watch", 0};
    json_t *o = fields_object(f, root, tree, "watch", true);
    fields_known(f, &at, o, known);
    w->window = (uint32_t)fields_uint_or(f, &at, o, "window_decisions", 16,
                                         CHARTER_WINDOW_MAX, 256);
    w->recent = (uint32_t)fields_uint_or(f, &at, o, "recent_decisions", 8, w->window / 2,
                                         w->window / 8 > 8 ? w->window / 8 : 8);
    w->false_alarm_ppm =
        (uint32_t)fields_uint_or(f, &at, o, "false_alarm_ppm", 1, MILLION, 1000);
    w->dissent_percent = (uint32_t)fields_uint_or(f, &at, o, "dissent_percent", 0, 100, 5);
    w->bloc_percent = (uint32_t)fields_uint_or(f, &at, o, "bloc_percent", 1, 100, 45);
    w->drift_limit = (uint32_t)fields_uint_or(f, &at, o, "drift_limit", 1, 1000, 12);
    w->likeness_percent =
        (uint32_t)fields_uint_or(f, &at, o, "likeness_percent", 50, 100, 80);
    w->copied_decisions =
        (uint32_t)fields_uint_or(f, &at, o, "copied_decisions", 1, CHARTER_WINDOW_MAX, 3);
}

/* The sections that may be left out, whole or field by field. */
static void read_sections(struct fields *f, const struct place *root, json_t *tree,
                          struct charter *c)
{
    static const char *const timing[] = {"max_drift_ms", "timer_floor_ms",
                                         "timer_ceiling_ms", NULL};
    static const char *const ordering[] = {
        "window",      "rotate_every",   "return_interval_ms",
        "seat_window", "open_proposals", NULL};
    static const char *const epoch[] = {"decisions", "absences", NULL};
    static const char *const publish[] = {"interval_ms", NULL};

    struct place at = {root, "timing", 0};
    json_t *o = fields_object(f, root, tree, "timing", true);
    fields_known(f, &at, o, timing);
    c->max_drift_ms = fields_uint_or(f, &at, o, "max_drift_ms", 1, DRIFT_MAX_MS, 500);
    c->timer_floor_ms =
        fields_uint_or(f, &at, o, "timer_floor_ms", TIMER_MIN_MS, TIMER_MAX_MS, 500);
    c->timer_ceiling_ms =
        fields_uint_or(f, &at, o, "timer_ceiling_ms", TIMER_MIN_MS, TIMER_MAX_MS, 10000);

    at.name = "ordering";
    o = fields_object(f, root, tree, "ordering", true);
    fields_known(f, &at, o, ordering);
    c->window = (uint32_t)fields_uint_or(f, &at, o, "window", 1, WINDOW_MAX, 8);
    c->rotate_every =
        (uint32_t)fields_uint_or(f, &at, o, "rotate_every", 1, COUNT_MAX, 256);
    c->return_interval_ms =
        fields_uint_or(f, &at, o, "return_interval_ms", 1, period_max_ms, 60000);
    c->seat_window =
        (uint32_t)fields_uint_or(f, &at, o, "seat_window", 1, SEAT_WINDOW_MAX, 4);
    c->open_proposals =
        (uint32_t)fields_uint_or(f, &at, o, "open_proposals", 1, OPEN_PROPOSALS_MAX, 8);

    at.name = "epoch";
    o = fields_object(f, root, tree, "epoch", true);
    fields_known(f, &at, o, epoch);
    c->epoch_decisions = (uint32_t)fields_uint_or(f, &at, o, "decisions", 1, COUNT_MAX, 16);
    c->epoch_absences = (uint32_t)fields_uint_or(f, &at, o, "absences", 0, COUNT_MAX, 3);

    at.name = "publish";
    o = fields_object(f, root, tree, "publish", true);
    fields_known(f, &at, o, publish);
    c->publish_interval_ms =
        fields_uint_or(f, &at, o, "interval_ms", 1000, period_max_ms, 60000);

    read_watch(f, root, tree, &c->watch);
}

static int read_charter(json_t *tree, struct charter *c, struct complaint *why)
{
    static const char *const known[] = {"name",   "created_ms", "seats", "classes",
                                        "timing", "ordering",   "epoch", "publish",
                                        "watch",  NULL};
    struct fields f = {0, why};
    struct place root = {NULL, NULL, 0};
    fields_known(&f, &root, tree, known);
    c->name = fields_text(&f, &root, tree, "name", COUNCIL_NAME_MAX);
    c->created_ms = fields_uint(&f, &root, tree, "created_ms", 1, time_max_ms);
    read_seats(&f, &root, tree, c);
    read_classes(&f, &root, tree, c);
    read_sections(&f, &root, tree, c);
    if (f.error == 0) {
        check_charter(&f, c);
    }
    return f.error;
}

int charter_parse(struct slice json, struct charter **out, struct complaint *why)
{
    int error;
    json_t *tree = tree_load(json, &error, why);
    if (tree == NULL) {
        return error;
    }
    struct charter *c = alloc_zero(1, sizeof(*c));
    struct buffer encoding = {0};
    error = tree_encode(tree, &encoding, why);
    if (error == 0) {
        error = read_charter(tree, c, why);
    }
    if (error == 0) {
        c->council_id = hash_labelled(LABEL_CHARTER, buffer_slice(&encoding));
        c->json = bytes_copy(json);
        *out = c;
    } else {
        charter_free(c);
    }
    buffer_free(&encoding);
    json_decref(tree);
    return error;
}
