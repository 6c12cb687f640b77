/* SPDX-License-Identifier: ISC */
/* The method `records`: what the seats did about each final proposal, in short. */
#include "conclaved/methods.h"

#include "conclaved/finals.h"
#include "conclaved/json.h"

enum {
    LIMIT_MAX = 200,
    ROW_BYTES = 1024, /* of JSON, at most, without the title and what is for each seat */
    SEAT_BYTES = 40,
    CHARACTER_BYTES = 6, /* of a title's, escaped */
};

char choice_letter(enum choice choice)
{
    return choice == CHOICE_APPROVE ? 'Y' : choice == CHOICE_REJECT ? 'N' : 'A';
}

/* One character for each seat. */
static char seat_letter(const struct seat_record *s)
{
    switch (s->status) {
    case STATUS_REVEALED:
        return choice_letter(s->choice);
    case STATUS_EXPELLED:
        return 'x';
    case STATUS_WITHHELD:
        return 'w';
    case STATUS_LATE:
        return 'l';
    case STATUS_MISSED:
        return 'm';
    case STATUS_NOT_AWAITED:
        return '-';
    }
    return '?';
}

/* How many blocks later; null where it did not come. */
static json_t *blocks_after(bool came, uint64_t height, uint64_t from)
{
    return came && height >= from ? json_number(height - from) : json_null();
}

static void put_seats(json_t *out, const struct record *r)
{
    char choices[SEATS_MAX + 1];
    json_t *confidence = json_array(), *ballots = json_array(), *reveals = json_array();
    for (uint16_t i = 0; i < r->seat_count; i++) {
        const struct seat_record *s = &r->seats[i];
        choices[i] = seat_letter(s);
        (void)json_array_append_new(confidence, s->has_reveal ? json_integer(s->confidence)
                                                              : json_null());
        (void)json_array_append_new(
            ballots, blocks_after(s->has_ballot, s->ballot_height, r->opened.height));
        (void)json_array_append_new(
            reveals, blocks_after(s->has_reveal, s->reveal_height, r->sealed.height));
    }
    json_put(out, "choices", json_stringn(choices, r->seat_count));
    json_put(out, "confidence", confidence);
    json_put(out, "ballot_blocks", ballots);
    json_put(out, "reveal_blocks", reveals);
}

void put_short_record(json_t *out, const struct charter *charter, const struct record *r,
                      uint64_t number, struct slice title, uint16_t proposer)
{
    json_put(out, "record", json_number(number));
    json_put(out, "id", json_hash(&r->proposal));
    json_put(out, "class", json_string(class_name(charter, r->class_index)));
    json_put(out, "title", control_text(title));
    json_put(out, "outcome", json_string(outcome_name(r->outcome)));
    json_put(out, "reason", json_reason(r->reason));
    json_put(out, "threshold", json_integer(r->threshold));
    json_put(out, "approve", json_integer(r->approve));
    json_put(out, "reject", json_integer(r->reject));
    json_put(out, "abstain", json_integer(r->abstain));
    json_put_seat(out, "proposer", charter, proposer);
    json_put(out, "opened_height", json_number(r->opened.height));
    json_put(out, "opened_ms", json_number(r->opened.time_ms));
    json_put(out, "final_height", json_number(r->final.height));
    json_put(out, "final_ms", json_number(r->final.time_ms));
    put_seats(out, r);
}

/* Appends rows until there are limit, or as many as an answer has room for. */
static int append_records(const struct node *n, struct finals *f, json_t *rows,
                          size_t limit)
{
    int error = 0;
    size_t size = 0;
    while (error == 0 && finals_more(f) && json_array_size(rows) < limit &&
           size < METHOD_ANSWER_BYTES) {
        error = finals_next(f);
        if (error == 0) {
            json_t *row = json_object();
            put_short_record(row, n->charter, &f->record, f->before,
                             f->propose.propose.title, f->propose.seat);
            size += ROW_BYTES + SEAT_BYTES * (size_t)f->record.seat_count +
                    CHARACTER_BYTES * f->propose.propose.title.size;
            (void)json_array_append_new(rows, row);
        }
    }
    return error;
}

json_t *method_records(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    struct parameters p;
    parameters_begin(&p, s, params);
    uint64_t count = ledger_record_count(n->ledger);
    uint64_t before = parameters_number(&p, "before", 0, INT64_MAX, count);
    size_t limit =
        (size_t)parameters_number(&p, "limit", 1, LIMIT_MAX, METHOD_LIMIT_DEFAULT);
    if (!parameters_end(&p)) {
        return NULL;
    }
    struct finals f;
    json_t *rows = json_array();
    finals_begin(&f, n->ledger, before < count ? before : count);
    int error = append_records(n, &f, rows, limit);
    uint64_t next = f.before;
    finals_end(&f);
    if (error != 0) {
        json_decref(rows);
        return fail_store(s, error);
    }
    json_t *out = json_object();
    json_put(out, "records", rows);
    json_put(out, "final", json_number(count));
    json_put(out, "next", next > 0 ? json_number(next) : json_null());
    return out;
}
