/* SPDX-License-Identifier: ISC */
#include "fixture.h"

#include "base/alloc.h"
#include "base/quorum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPENED_MS = 1000 };
static const uint64_t noon_ms = 1777636800000; /* 1 May 2026, 12:00:00 UTC */

static struct charter_class classes[] = {
    {.name = (char *)"standard", .threshold = 22, .commit_ms = 300000, .reveal_ms = 60000},
    {.name = (char *)"emergency", .threshold = 22, .commit_ms = 20000, .reveal_ms = 10000},
};

static struct slice words(const char *text)
{
    return slice_of_string(text);
}

/* Deals one of so many of each, as evenly as that goes. */
static enum seat_status deal(struct fixture_seats *left, enum choice *choice)
{
    uint16_t *const piles[] = {&left->approve,  &left->reject,   &left->abstain,
                               &left->expelled, &left->withheld, &left->late,
                               &left->missed,   &left->suspended};
    static const enum seat_status statuses[] = {
        STATUS_REVEALED, STATUS_REVEALED, STATUS_REVEALED, STATUS_EXPELLED,
        STATUS_WITHHELD, STATUS_LATE,     STATUS_MISSED,   STATUS_NOT_AWAITED};
    static const enum choice choices[] = {CHOICE_APPROVE, CHOICE_REJECT, CHOICE_ABSTAIN};
    size_t pile = 0;
    for (size_t i = 1; i < sizeof(piles) / sizeof(piles[0]); i++) {
        pile = *piles[i] > *piles[pile] / 3 ? i : pile;
    }
    if (*piles[pile] == 0) {
        abort();
    }
    *piles[pile] -= 1;
    *choice = choices[pile < 3 ? pile : 0];
    return statuses[pile];
}

static void make_charter(struct fixture *f, uint16_t seats)
{
    static const char *const names[] = {
        "Alder", "Bj\xc3\xb6rk", "Cedar",   "Dogwood", "Elm",    "Fir",   "Ginkgo",
        "Hazel", "Ivy",          "Juniper", "Kauri",   "Larch",  "Maple", "Nutmeg",
        "Oak",   "Poplar",       "Quince",  "Rowan",   "Spruce", "Teak"};
    static const char *const places[] = {"Finland", "Kenya", "Brazil", "Japan", "Canada"};
    static const char *const fields[] = {"constitutional law", "public health", "economics",
                                         "security of networks"};
    static const char *const vendors[] = {"Northwind", "Tessera", "Orchard"};
    static const char *const models[] = {"nw-large", "tess-7", "pome"};
    f->charter = (struct charter){.name = (char *)"Council of the Northern Lakes",
                                  .created_ms = noon_ms,
                                  .seat_count = seats,
                                  .class_count = 2,
                                  .classes = classes};
    memset(f->charter.council_id.bytes, 0xc0, HASH_BYTES);
    f->charter.seats = alloc_zero(seats, sizeof(*f->charter.seats));
    for (uint16_t i = 0; i < seats; i++) {
        (void)snprintf(f->names[i], sizeof(f->names[i]), i < 20 ? "%s" : "%s %u",
                       names[i % 20], 1U + i / 20U);
        f->charter.seats[i] = (struct charter_seat){.name = f->names[i],
                                                    .jurisdiction = (char *)places[i % 5],
                                                    .speciality = (char *)fields[i % 4],
                                                    .vendor = (char *)vendors[i % 3],
                                                    .model_family = (char *)models[i % 3]};
    }
    f->charter.seats[3].speciality = f->charter.seats[3].vendor = (char *)"unspecified";
}

static void make_seat(struct fixture *f, uint16_t seat, struct fixture_seats *left)
{
    struct record *r = &f->proof.record;
    struct seat_record *s = &r->seats[seat - 1];
    s->status = deal(left, &s->choice);
    s->has_reveal = s->status == STATUS_REVEALED;
    s->has_ballot =
        s->has_reveal || s->status == STATUS_WITHHELD || s->status == STATUS_EXPELLED;
    r->active[seat - 1] = s->status != STATUS_EXPELLED && s->status != STATUS_NOT_AWAITED;
    if (s->has_reveal) {
        s->confidence = s->choice == CHOICE_ABSTAIN ? 0 : (uint8_t)(60 + seat * 7 % 41);
        r->approve += s->choice == CHOICE_APPROVE;
        r->reject += s->choice == CHOICE_REJECT;
        r->abstain += s->choice == CHOICE_ABSTAIN;
        f->proof.openings[f->proof.opening_count++] = (struct proof_opening){
            .seat = seat, .ballot = {.choice = s->choice, .confidence = s->confidence}};
    }
}

static void make_certificate(struct fixture *f)
{
    struct proof *p = &f->proof;
    uint16_t q = (uint16_t)quorum_size(p->record.seat_count);
    p->certificate =
        alloc_zero(1, sizeof(*p->certificate) + q * sizeof(*p->certificate->entries));
    p->certificate->count = q;
    for (uint16_t i = 0; i < q; i++) {
        p->certificate->entries[i].seat = i + 1;
    }
    p->header.height = p->record.final.height + 1;
}

static void make_proposal(struct proof *p)
{
    static const uint8_t digest[HASH_BYTES] = {0xd1, 0x9e, 0x57};
    p->propose.kind = OPERATION_PROPOSE;
    p->propose.seat = 3;
    p->propose.propose = (struct propose){
        .title = words("Raise the outflow of the upper lake during the flood"),
        .text = words(
            "The upper lake stands 42 cm above its mean and rises by 3 cm an hour. We "
            "propose to open the sluices to 180 cubic metres per second until it is 20 cm "
            "above the mean again, or for 48 hours.\n\nThe villages below have been "
            "warned. The lower lake takes the water without harm, by the model of March."),
        .evidence =
            words("{\"level_cm\":142,\"forecast\":[145,148,151],\"model\":{\"name\":"
                  "\"hydro-9\",\"run\":\"2026-05-01T09:00Z\"},\"open\":{},\"gates\":[]}"),
        .payload = slice_of(digest, HASH_BYTES)};
}

void fixture_begin(struct fixture *f, struct fixture_seats did)
{
    uint16_t seats = (uint16_t)(did.approve + did.reject + did.abstain + did.expelled +
                                did.withheld + did.late + did.missed + did.suspended);
    struct record *r = &f->proof.record;
    memset(f, 0, sizeof(*f));
    make_charter(f, seats);
    memset(r->proposal.bytes, 0x1d, HASH_BYTES);
    r->seat_count = seats;
    r->threshold = quorum_default_threshold(seats);
    r->opened = (struct moment){1041, noon_ms + OPENED_MS};
    r->sealed = (struct moment){1060, noon_ms + 72500};
    r->decided = (struct moment){1063, noon_ms + 75120};
    r->final = (struct moment){1064, noon_ms + 75480};
    for (uint16_t seat = 1; seat <= seats; seat++) {
        make_seat(f, seat, &did);
    }
    r->outcome = r->approve >= r->threshold ? OUTCOME_APPROVED : OUTCOME_REJECTED;
    r->reason = r->outcome == OUTCOME_APPROVED ? REASON_NONE : REASON_THRESHOLD_UNREACHABLE;
    f->proof.index = 16;
    f->proof.count = 17;
    f->proof.is_full = true;
    make_proposal(&f->proof);
    make_certificate(f);
    f->decision = (struct page_decision){.charter = &f->charter,
                                         .proof = &f->proof,
                                         .bundle_bytes = 23456,
                                         .bundle_name = "1d1d.proof",
                                         .log_size = 24,
                                         .log_signatures = seats};
}

void fixture_explain(struct fixture *f, const char *rationale)
{
    for (uint16_t i = 0; i < f->proof.opening_count; i++) {
        f->proof.openings[i].ballot.rationale = words(rationale);
    }
}

void fixture_say(struct fixture *f, const char *text)
{
    struct propose *p = &f->proof.propose.propose;
    f->charter.name = (char *)text;
    for (uint16_t i = 0; i < f->charter.seat_count; i++) {
        struct charter_seat *s = &f->charter.seats[i];
        s->name = s->jurisdiction = s->speciality = s->vendor = s->model_family =
            (char *)text;
    }
    p->title = p->text = p->evidence = words(text);
    fixture_explain(f, text);
}

void fixture_end(struct fixture *f)
{
    free(f->proof.certificate);
    free(f->charter.seats);
    memset(f, 0, sizeof(*f));
}
