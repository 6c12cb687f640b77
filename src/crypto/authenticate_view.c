/* SPDX-License-Identifier: ISC */
#include "base/quorum.h"
#include "crypto/authenticate_parts.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

/* --- certificates: exactly q entries of distinct seats, ascending --- */

int auth_certificate_shape(const struct authenticator *a, const struct certificate *c)
{
    if (c->what.kind == CERTIFICATE_NONE || c->what.kind > CERTIFICATE_COMMIT ||
        c->what.height == 0 || c->count != quorum_size(a->seats)) {
        return CONCLAVE_EFORMAT;
    }
    for (uint16_t i = 0; i < c->count; i++) {
        if (auth_seat(a, c->entries[i].seat) != 0) {
            return CONCLAVE_ESEAT;
        }
        if (i > 0 && c->entries[i].seat <= c->entries[i - 1].seat) {
            return CONCLAVE_EFORMAT;
        }
    }
    return 0;
}

static int check_entries(struct authenticator *a, const struct certificate *c)
{
    const enum phase phase =
        c->what.kind == CERTIFICATE_PREPARED ? PHASE_PREPARE : PHASE_COMMIT;
    int error = 0;
    for (uint16_t i = 0; i < c->count && error == 0; i++) {
        error = auth_vote(a, phase, c->entries[i].seat, c->what.view, c->what.height,
                          &c->what.block, &c->entries[i].signature);
    }
    return error;
}

int auth_certificate_signatures(struct authenticator *a, struct certificate *c)
{
    int error = c->authentic ? 0 : check_entries(a, c);
    c->authentic = error == 0;
    return error;
}

int authenticate_certificate(struct authenticator *a, const struct certificate *c)
{
    int error = auth_certificate_shape(a, c);
    return error != 0 ? error : check_entries(a, c);
}

/* --- VIEW-CHANGE --- */

static bool same_best(const struct best *a, const struct best *b)
{
    return a->kind == b->kind && best_compare(a, b) == 0 &&
           hash_equal(&a->block, &b->block);
}

/* A view is asked for that is above the one of best; nothing certified is the charter. */
static int check_change_shape(const struct authenticator *a, const struct view_change *c)
{
    if (auth_seat(a, c->seat) != 0) {
        return CONCLAVE_ESEAT;
    }
    const struct best start = {.kind = CERTIFICATE_NONE, .block = a->council_id};
    const bool fits =
        c->best.kind == CERTIFICATE_NONE ? same_best(&c->best, &start) : c->best.height > 0;
    return fits && c->view > c->best.view ? 0 : CONCLAVE_EFORMAT;
}

static int check_change_signature(struct authenticator *a, const struct view_change *c)
{
    struct buffer body = {0};
    codec_body_view_change(&body, c->view, &c->best);
    int error =
        auth_signature(a, c->seat, LABEL_VIEW_CHANGE, buffer_slice(&body), &c->signature);
    buffer_free(&body);
    return error;
}

int auth_view_change(struct authenticator *a, const struct view_change *change,
                     struct certificate *certificate)
{
    int error = check_change_shape(a, change);
    if (error != 0) {
        return error;
    }
    if (change->best.kind == CERTIFICATE_NONE) {
        return certificate == NULL ? check_change_signature(a, change) : CONCLAVE_EFORMAT;
    }
    if (certificate == NULL || !same_best(&certificate->what, &change->best)) {
        return CONCLAVE_EFORMAT;
    }
    error = auth_certificate_shape(a, certificate);
    if (error == 0) {
        error = check_change_signature(a, change);
    }
    return error != 0 ? error : auth_certificate_signatures(a, certificate);
}

/* --- NEW-VIEW --- */

static int check_changes_shape(const struct authenticator *a, const struct new_view *v)
{
    if (v->count != quorum_size(a->seats)) {
        return CONCLAVE_EFORMAT;
    }
    for (uint16_t i = 0; i < v->count; i++) {
        const struct view_change *c = &v->changes[i];
        int error = check_change_shape(a, c);
        if (error != 0) {
            return error;
        }
        if (c->view != v->view || (i > 0 && c->seat <= v->changes[i - 1].seat)) {
            return CONCLAVE_EFORMAT;
        }
    }
    return 0;
}

/* The tip follows from the highest (view, height) among the changes. All that claim it
 * name one block, since (view, height) has one certified block; whether it was seen
 * prepared or committed may differ, and the certificate proves one of the claims. */
static int check_tip(const struct authenticator *a, const struct new_view *v)
{
    const struct best *highest = &v->changes[0].best;
    for (uint16_t i = 1; i < v->count; i++) {
        if (best_compare(&v->changes[i].best, highest) > 0) {
            highest = &v->changes[i].best;
        }
    }
    bool proved = false;
    for (uint16_t i = 0; i < v->count; i++) {
        const struct best *b = &v->changes[i].best;
        if (best_compare(b, highest) == 0) {
            if (!hash_equal(&b->block, &highest->block)) {
                return CONCLAVE_EFORMAT;
            }
            proved =
                proved || (v->certificate != NULL && same_best(b, &v->certificate->what));
        }
    }
    if (highest->kind == CERTIFICATE_NONE ? v->certificate != NULL : !proved) {
        return CONCLAVE_EFORMAT;
    }
    if (!hash_equal(&v->tip, &highest->block)) {
        return CONCLAVE_EFORMAT;
    }
    return v->certificate != NULL ? auth_certificate_shape(a, v->certificate) : 0;
}

int auth_new_view(struct authenticator *a, struct new_view *v)
{
    int error = check_changes_shape(a, v);
    if (error == 0) {
        error = check_tip(a, v);
    }
    if (error != 0) {
        return error;
    }
    v->changes_hash = hash_view_changes(v->changes, v->count);
    struct buffer body = {0};
    codec_body_new_view(&body, v->view, &v->tip, &v->changes_hash);
    error = auth_signature(a, auth_primary(a, v->view), LABEL_NEW_VIEW, buffer_slice(&body),
                           &v->signature);
    buffer_free(&body);
    for (uint16_t i = 0; i < v->count && error == 0; i++) {
        error = check_change_signature(a, &v->changes[i]);
    }
    if (error == 0 && v->certificate != NULL) {
        error = auth_certificate_signatures(a, v->certificate);
    }
    return error;
}

/* --- REPORT --- */

static int check_report_shape(const struct authenticator *a, const struct report *r)
{
    if (auth_seat(a, r->seat) != 0) {
        return CONCLAVE_ESEAT;
    }
    if (r->change_count > quorum_weak(a->seats)) {
        return CONCLAVE_EFORMAT;
    }
    int error = 0;
    for (uint16_t i = 0; i < r->change_count && error == 0; i++) {
        error = check_change_shape(a, &r->changes[i]);
        if (error == 0 && i > 0 && r->changes[i].seat <= r->changes[i - 1].seat) {
            error = CONCLAVE_EFORMAT;
        }
    }
    if (error == 0 && r->has_change) {
        error =
            r->change.seat == r->seat ? check_change_shape(a, &r->change) : CONCLAVE_ESEAT;
    }
    for (int phase = PHASE_PREPARE; phase <= PHASE_COMMIT && error == 0; phase++) {
        bool fits = !r->has_vote[phase] || r->votes[phase].height > 0;
        error = fits ? 0 : CONCLAVE_EFORMAT;
    }
    if (error == 0 && r->certificate != NULL) {
        error = auth_certificate_shape(a, r->certificate);
    }
    return error;
}

int auth_report(struct authenticator *a, struct report *r)
{
    int error = check_report_shape(a, r);
    /* Who shows a vote need not have checked it: a bad one is none. */
    for (int phase = PHASE_PREPARE; phase <= PHASE_COMMIT && error == 0; phase++) {
        const struct vote *v = &r->votes[phase];
        r->has_vote[phase] =
            r->has_vote[phase] && auth_vote(a, v->phase, v->seat, v->view, v->height,
                                            &v->block, &v->signature) == 0;
    }
    if (error == 0 && r->has_change) {
        error = check_change_signature(a, &r->change);
    }
    for (uint16_t i = 0; i < r->change_count && error == 0; i++) {
        error = check_change_signature(a, &r->changes[i]);
    }
    if (error == 0 && r->certificate != NULL) {
        error = auth_certificate_signatures(a, r->certificate);
    }
    return error;
}
