/* SPDX-License-Identifier: ISC */
#include "charter/check.h"

#include "base/quorum.h"
#include "base/text.h"
#include "charter/address.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

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

/* --- what is allowed but unwise --- */

struct listener {
    void (*say)(void *context, const char *text);
    void *context;
};

__attribute__((format(printf, 2, 3))) static void warn(const struct listener *l,
                                                       const char *format, ...)
{
    char text[COMPLAINT_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    text[text_whole(slice_of_string(text))] = '\0';
    l->say(l->context, text);
}

static void warn_window(const struct listener *l, size_t class, const char *field,
                        uint64_t window, uint64_t wise)
{
    if (window < wise) {
        warn(l,
             "classes[%zu].%s: %" PRIu64 " is below 2 x (timing.max_drift_ms + "
             "timing.timer_ceiling_ms) = %" PRIu64
             ": a slow change of primary may use it up",
             class, field, window, wise);
    }
}

/* Makers that differ in capitals only are one maker. */
static void warn_share(const struct charter *c, const struct listener *l, const char *what,
                       const char *(*value)(const struct charter_seat *))
{
    unsigned f = quorum_faulty(c->seat_count);
    for (size_t i = 0; i < c->seat_count; i++) {
        const char *name = value(&c->seats[i]);
        unsigned share = 0;
        bool counted = false;
        for (size_t j = 0; j < c->seat_count; j++) {
            bool same = strcasecmp(name, value(&c->seats[j])) == 0;
            share += same;
            counted = counted || (same && j < i);
        }
        if (share > f && !counted) {
            warn(l,
                 "seats: the %s '%s' has %u seats, more than the f = %u that may fail "
                 "together",
                 what, name, share, f);
        }
    }
}

static const char *vendor_of(const struct charter_seat *s)
{
    return s->vendor;
}

static const char *family_of(const struct charter_seat *s)
{
    return s->model_family;
}

void charter_warnings(const struct charter *c, void (*say)(void *context, const char *text),
                      void *context)
{
    struct listener l = {say, context};
    uint64_t wise = 2 * (c->max_drift_ms + c->timer_ceiling_ms);
    for (size_t i = 0; i < c->class_count; i++) {
        warn_window(&l, i, "commit_ms", c->classes[i].commit_ms, wise);
        warn_window(&l, i, "reveal_ms", c->classes[i].reveal_ms, wise);
    }
    warn_share(c, &l, "vendor", vendor_of);
    warn_share(c, &l, "model family", family_of);
}
