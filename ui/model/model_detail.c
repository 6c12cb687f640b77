/* SPDX-License-Identifier: ISC */
/* Answers that are kept as they are, for who looks at one thing. */
#include "ui/model/inside.h"

#include "base/alloc.h"
#include "control/control.h"

#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_BYTES_MAX = 4 * 1024 * 1024, /* of the lines of one block */
    KEPT_BYTES_MAX = 512 * 1024,       /* of all that nobody looks at any more */
    LOOKED_AT_MS = 5000,
};

static enum detail_kind kind_of(enum ask ask)
{
    switch (ask) {
    case ASK_FLAG:
        return DETAIL_FLAG;
    case ASK_BLOCK:
        return DETAIL_BLOCK;
    case ASK_VERIFY:
        return DETAIL_VERIFY;
    case ASK_CHARTER:
        return DETAIL_CHARTER;
    case ASK_DIVERSITY:
        return DETAIL_DIVERSITY;
    case ASK_PROPOSAL:
    case ASK_SUBSCRIBE:
    case ASK_SEATS:
    case ASK_STATUS:
    case ASK_VOTES:
    case ASK_HEARTBEATS:
    case ASK_FLAGS:
    case ASK_RECORDS:
    case ASK_LOG:
    case ASK_BLOCKS:
    case ASK_BALLOTS:
    case ASK_PATTERNS:
    case ASK_ACT:
    case ASK_COUNT:
        break;
    }
    return DETAIL_PROPOSAL;
}

static enum ask ask_of(enum detail_kind kind)
{
    switch (kind) {
    case DETAIL_PROPOSAL:
        return ASK_PROPOSAL;
    case DETAIL_FLAG:
        return ASK_FLAG;
    case DETAIL_BLOCK:
        return ASK_BLOCK;
    case DETAIL_VERIFY:
        return ASK_VERIFY;
    case DETAIL_CHARTER:
        return ASK_CHARTER;
    case DETAIL_DIVERSITY:
        return ASK_DIVERSITY;
    }
    return ASK_CHARTER;
}

static bool key_is_good(enum detail_kind kind, const char *key)
{
    size_t digits = strspn(key, "0123456789");
    switch (kind) {
    case DETAIL_PROPOSAL:
        return id_is_good(key);
    case DETAIL_FLAG:
    case DETAIL_BLOCK:
    case DETAIL_VERIFY:
        return digits > 0 && digits < 19 && key[digits] == '\0';
    case DETAIL_CHARTER:
    case DETAIL_DIVERSITY:
        return key[0] == '\0';
    }
    return false;
}

static struct kept_detail *find(const struct model *m, enum detail_kind kind,
                                const char *key)
{
    for (size_t i = 0; i < m->detail_count; i++) {
        const struct kept_detail *d = &m->details[i];
        if (d->kind == kind && strcmp(d->key, key) == 0) {
            return (struct kept_detail *)d;
        }
    }
    return NULL;
}

/* --- which are kept --- */

static void empty(struct kept_detail *d)
{
    json_decref(d->value);
    free(d->refusal);
    d->value = NULL;
    d->refusal = NULL;
    d->bytes = 0;
    d->state = DETAIL_NONE;
}

static void give_up(struct model *m, struct kept_detail *d)
{
    empty(d);
    size_t index = (size_t)(d - m->details);
    m->detail_count--;
    memmove(d, d + 1, (m->detail_count - index) * sizeof(*d));
}

static struct kept_detail *least_used(struct model *m)
{
    struct kept_detail *least = &m->details[0];
    for (size_t i = 1; i < m->detail_count; i++) {
        least = m->details[i].used < least->used ? &m->details[i] : least;
    }
    return least;
}

static bool is_looked_at(const struct model *m, const struct kept_detail *d)
{
    return d->wanted_ms + LOOKED_AT_MS > m->now_ms;
}

static struct kept_detail *add(struct model *m, enum detail_kind kind, const char *key)
{
    if (m->detail_count == DETAILS_MAX) {
        give_up(m, least_used(m));
    }
    struct kept_detail *d = &m->details[m->detail_count++];
    *d = (struct kept_detail){.kind = kind, .used = ++m->detail_uses};
    memcpy(d->key, key, strlen(key) + 1);
    return d;
}

/* What is on the screen stays, however large it is: it would be asked for again at once. */
static void keep_within(struct model *m)
{
    for (;;) {
        size_t bytes = 0;
        for (size_t i = 0; i < m->detail_count; i++) {
            bytes += m->details[i].bytes;
        }
        struct kept_detail *least = least_used(m);
        if (bytes <= KEPT_BYTES_MAX || m->detail_count <= 1 || is_looked_at(m, least)) {
            return;
        }
        give_up(m, least);
    }
}

void details_lost(struct model *m, bool all)
{
    for (size_t i = m->detail_count; i-- > 0;) {
        struct kept_detail *d = &m->details[i];
        d->stale = true;
        if (all || d->state == DETAIL_ASKED || d->state == DETAIL_REFUSED) {
            give_up(m, d);
        }
    }
}

void details_touch(struct model *m, enum detail_kind kind, const char *key)
{
    struct kept_detail *d = find(m, kind, key);
    if (d != NULL) {
        d->stale = true;
    }
}

void details_certify(struct model *m)
{
    for (size_t i = 0; i < m->detail_count; i++) {
        struct kept_detail *d = &m->details[i];
        bool waits = d->kind == DETAIL_BLOCK &&
                     (d->state == DETAIL_REFUSED ||
                      json_is_null(json_object_get(d->value, "certificate")));
        d->stale =
            d->stale || waits || (d->kind == DETAIL_VERIFY && d->state == DETAIL_REFUSED);
    }
}

/* --- asking --- */

void model_want_detail(struct model *m, enum detail_kind kind, const char *key,
                       uint64_t now_ms)
{
    if (!key_is_good(kind, key)) {
        return;
    }
    struct kept_detail *d = find(m, kind, key);
    if (d != NULL) {
        d->used = ++m->detail_uses;
        d->wanted_ms = now_ms;
        bool soon = now_ms >= d->asked_ms && now_ms - d->asked_ms < REFRESH_MS;
        if (!d->stale || soon) {
            return;
        }
    }
    uint64_t from = kind == DETAIL_BLOCK ? 0 : UNKNOWN;
    if (request_add(m, ask_of(kind), key, from) == NULL) {
        return;
    }
    if (d == NULL) {
        d = add(m, kind, key);
        d->state = DETAIL_ASKED;
        d->wanted_ms = now_ms;
    }
    d->asked_ms = now_ms;
    d->stale = false;
}

struct detail model_detail(const struct model *m, enum detail_kind kind, const char *key)
{
    const struct kept_detail *d = find(m, kind, key);
    struct detail out = {DETAIL_NONE, NULL, NULL};
    if (d != NULL) {
        out.state = d->state;
        out.value = d->state == DETAIL_HERE ? d->value : NULL;
        out.refusal = d->state == DETAIL_REFUSED ? d->refusal : NULL;
    }
    return out;
}

/* --- answers --- */

/* Of what is sealed nothing is kept that tells a choice. */
static void seal(struct model *m, json_t *proposal)
{
    static const char *const choice[] = {"choice", "confidence", "rationale"};
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(proposal, "seats"), i, row)
    {
        bool told = false;
        for (size_t j = 0; j < sizeof(choice) / sizeof(choice[0]); j++) {
            const json_t *v = json_object_get(row, choice[j]);
            if (v != NULL && !json_is_null(v)) {
                told = true;
                (void)json_object_set_new(row, choice[j], json_null());
            }
        }
        m->nonsense += told;
    }
}

static bool is_sealed(const struct model *m, const json_t *proposal, const char *key)
{
    const char *phase = json_string_value(json_object_get(proposal, "phase"));
    bool opened =
        phase != NULL && (strcmp(phase, "opening") == 0 || strcmp(phase, "final") == 0);
    return !opened || open_is_sealed(m, key);
}

/* The envelopes of one more part of a block. Whether it follows what is here. */
static bool join(struct kept_detail *d, json_t *part, uint64_t from)
{
    const json_t *next = json_object_get(d->value, "next");
    json_t *envelopes = json_object_get(d->value, "envelopes");
    if (!json_is_integer(next) || (uint64_t)json_integer_value(next) != from ||
        !json_is_array(envelopes) ||
        json_array_extend(envelopes, json_object_get(part, "envelopes")) != 0) {
        return false;
    }
    json_t *further = json_object_get(part, "next");
    (void)json_object_set(d->value, "next", further);
    return true;
}

static void refuse(struct kept_detail *d, const char *words)
{
    empty(d);
    d->state = DETAIL_REFUSED;
    d->refusal = alloc_string(words);
}

/* The rest of a block, unless there is too much of it or it does not go on. */
static bool wants_more(struct model *m, const struct kept_detail *d, uint64_t from)
{
    const json_t *next = json_object_get(d->value, "next");
    return d->kind == DETAIL_BLOCK && json_is_integer(next) && d->bytes < BLOCK_BYTES_MAX &&
           json_integer_value(next) > (json_int_t)from &&
           request_add(m, ASK_BLOCK, d->key, (uint64_t)json_integer_value(next)) != NULL;
}

static void take_value(struct model *m, struct kept_detail *d, json_t *value, uint64_t from)
{
    if (d->kind == DETAIL_PROPOSAL && is_sealed(m, value, d->key)) {
        seal(m, value);
    }
    if (d->kind == DETAIL_BLOCK && from > 0) {
        if (!join(d, value, from)) {
            m->nonsense++;
            return;
        }
        d->bytes += m->line.size;
    } else {
        empty(d);
        d->value = json_incref(value);
        d->bytes = m->line.size;
    }
    d->state =
        d->kind == DETAIL_BLOCK && wants_more(m, d, from) ? DETAIL_ASKED : DETAIL_HERE;
    keep_within(m);
}

void detail_answered(struct model *m, enum ask ask, const char *key, uint64_t number,
                     const struct value *error)
{
    enum detail_kind kind = kind_of(ask);
    struct kept_detail *d = find(m, kind, key);
    char words[COMPLAINT_BYTES];
    if (!key_is_good(kind, key)) {
        m->nonsense++;
        return;
    }
    if (error != NULL) {
        value_copy_text(words, sizeof(words), error, "message");
        if (d != NULL) {
            refuse(d, words);
        }
        return;
    }
    if (d == NULL) {
        d = add(m, kind, key); /* of a recording */
    }
    json_t *message = control_parse(m->line, NULL);
    json_t *result = json_object_get(message, "result");
    if (json_is_object(result)) {
        take_value(m, d, result, number == UNKNOWN ? 0 : number);
    } else {
        m->nonsense++;
        refuse(d, "the node's answer makes no sense");
    }
    json_decref(message);
}
