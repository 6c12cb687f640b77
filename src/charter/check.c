/* SPDX-License-Identifier: ISC */
#include "charter/check.h"

#include "base/quorum.h"
#include "charter/address.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct place root = {NULL, NULL, 0};
static const struct place seats = {&root, "seats", 0};
static const struct place classes = {&root, "classes", 0};

static void refuse_seat(struct fields *f, size_t index, const char *field, int error,
                        const char *words)
{
    struct place seat = {&seats, NULL, index};
    struct place here = {&seat, field, 0};
    fields_refuse(f, &here, error, "%s", words);
}

static void refuse_same(struct fields *f, size_t first, size_t second, const char *field,
                        const char *cure)
{
    char words[160];
    (void)snprintf(words, sizeof(words), "the same as seats[%zu].%s (seat %zu): %s", first,
                   field, first + 1, cure);
    refuse_seat(f, second, field, CONCLAVE_EEXIST, words);
}

static void check_seats(struct fields *f, const struct charter *c)
{
    char addresses[SEATS_MAX][ADDRESS_MAX + 1];
    for (size_t i = 0; i < c->seat_count && f->error == 0; i++) {
        const struct charter_seat *s = &c->seats[i];
        if (!key_is_valid(&s->key)) {
            refuse_seat(f, i, "key", CONCLAVE_ESIG,
                        "not a valid Ed25519 public key: copy it from 'conclave keygen'");
        }
        const char *fault = address_normal(s->address, addresses[i]);
        if (fault != NULL) {
            refuse_seat(f, i, "address", CONCLAVE_EFORMAT, fault);
        }
        for (size_t j = 0; j < i && f->error == 0; j++) {
            const struct charter_seat *other = &c->seats[j];
            if (memcmp(&s->key, &other->key, sizeof(s->key)) == 0) {
                refuse_same(f, j, i, "key", "each seat needs a key of its own");
            }
            if (strcmp(addresses[i], addresses[j]) == 0) {
                refuse_same(f, j, i, "address", "each seat needs an address of its own");
            }
            if (strcmp(s->name, other->name) == 0) {
                refuse_same(f, j, i, "name", "each seat needs a name of its own");
            }
        }
    }
}

static void check_window(struct fields *f, const struct place *class, const char *field,
                         uint64_t window, uint64_t max_drift)
{
    if (window < 4 * max_drift) {
        struct place here = {class, field, 0};
        fields_refuse(f, &here, CONCLAVE_ELIMIT,
                      "is %" PRIu64 ", must be at least 4 x timing.max_drift_ms = %" PRIu64,
                      window, 4 * max_drift);
    }
}

static void check_name(struct fields *f, const struct place *class, const char *name)
{
    if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(name)) {
        struct place here = {class, "name", 0};
        fields_refuse(f, &here, CONCLAVE_EFORMAT,
                      "use lower-case letters, digits and '-' only");
    }
}

static void check_classes(struct fields *f, const struct charter *c)
{
    unsigned low = quorum_weak(c->seat_count);
    unsigned high = c->seat_count - quorum_faulty(c->seat_count);
    for (size_t i = 0; i < c->class_count && f->error == 0; i++) {
        const struct charter_class *k = &c->classes[i];
        struct place class = {&classes, NULL, i};
        check_name(f, &class, k->name);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(k->name, c->classes[j].name) == 0) {
                struct place here = {&class, "name", 0};
                fields_refuse(
                    f, &here, CONCLAVE_EEXIST,
                    "the same as classes[%zu].name: each class needs a name of its "
                    "own",
                    j);
            }
        }
        if (k->threshold < low || k->threshold > high) {
            struct place here = {&class, "threshold", 0};
            fields_refuse(f, &here, CONCLAVE_ELIMIT,
                          "is %" PRIu32 ", must be f+1 to n-f = %u to %u with %u seats",
                          k->threshold, low, high, (unsigned)c->seat_count);
        }
        check_window(f, &class, "commit_ms", k->commit_ms, c->max_drift_ms);
        check_window(f, &class, "reveal_ms", k->reveal_ms, c->max_drift_ms);
        if (k->grace_ms > k->commit_ms) {
            struct place here = {&class, "grace_ms", 0};
            fields_refuse(f, &here, CONCLAVE_ELIMIT,
                          "is %" PRIu64 ", longer than the commit window of %" PRIu64,
                          k->grace_ms, k->commit_ms);
        }
    }
}

void check_charter(struct fields *f, const struct charter *c)
{
    if (f->error == 0 && c->timer_ceiling_ms < c->timer_floor_ms) {
        struct place timing = {&root, "timing", 0};
        struct place here = {&timing, "timer_ceiling_ms", 0};
        fields_refuse(f, &here, CONCLAVE_ELIMIT,
                      "is %" PRIu64 ", below timing.timer_floor_ms = %" PRIu64,
                      c->timer_ceiling_ms, c->timer_floor_ms);
    }
    check_seats(f, c);
    check_classes(f, c);
}
