/* SPDX-License-Identifier: ISC */
/* What each seat did, and why it said so. */
#include "page/parts.h"

#include <string.h>

static const struct proof_opening *opening_of(const struct proof *p, uint16_t seat)
{
    for (uint16_t i = 0; i < p->opening_count; i++) {
        if (p->openings[i].seat == seat) {
            return &p->openings[i];
        }
    }
    return NULL;
}

static bool has_rationale(const struct proof *p, uint16_t seat)
{
    const struct proof_opening *o = opening_of(p, seat);
    return o != NULL && o->ballot.rationale.size > 0;
}

/* How sure it said to be, and where its reasons are. */
static void write_sure(struct buffer *out, const struct page_decision *d, uint16_t seat)
{
    const struct seat_record *s = &d->proof->record.seats[seat - 1];
    bool is_sure = s->choice != CHOICE_ABSTAIN || s->confidence > 0;
    if (!is_sure && !has_rationale(d->proof, seat)) {
        return;
    }
    html_put(out, "<p class=\"sure\">");
    if (is_sure) {
        html_format(out, "%u\xc2\xa0%% sure", (unsigned)s->confidence);
    }
    if (has_rationale(d->proof, seat)) {
        html_format(out, " <a href=\"#why-%u\">why</a>", (unsigned)seat);
    }
    html_put(out, "</p>");
}

/* What the charter says of a seat, unless it says nothing. */
static void write_particular(struct buffer *out, const char *label, const char *value)
{
    if (value[0] == '\0' || strcmp(value, "unspecified") == 0) {
        return;
    }
    html_format(out, "<p>%s: ", label);
    html_name(out, value);
    html_put(out, "</p>");
}

static void write_seat(struct buffer *out, const struct page_decision *d, uint16_t seat)
{
    const struct seat_record *s = &d->proof->record.seats[seat - 1];
    const struct charter_seat *who = &d->charter->seats[seat - 1];
    html_format(out, "<li class=\"seat %s\" id=\"seat-%u\"><h3><span>%u</span> ",
                part_tone_of(s), (unsigned)seat, (unsigned)seat);
    html_name(out, who->name);
    html_put(out, "</h3><p class=\"did\">");
    part_icon(out, part_icon_of(s));
    html_format(out, "%s</p>", part_word_of(s));
    if (s->status == STATUS_REVEALED) {
        write_sure(out, d, seat);
    }
    write_particular(out, "Jurisdiction", who->jurisdiction);
    write_particular(out, "Speciality", who->speciality);
    write_particular(out, "Vendor", who->vendor);
    write_particular(out, "Model", who->model_family);
    html_put(out, "</li>\n");
}

void part_seats(struct buffer *out, const struct page_decision *d)
{
    html_put(out, "<section aria-labelledby=\"seats\">\n<h2 id=\"seats\">What each seat "
                  "did</h2>\n<ol class=\"seats\">\n");
    for (uint16_t seat = 1; seat <= d->proof->record.seat_count; seat++) {
        write_seat(out, d, seat);
    }
    html_put(out, "</ol>\n</section>\n");
}

void part_rationales(struct buffer *out, const struct page_decision *d)
{
    const struct proof *p = d->proof;
    unsigned count = 0;
    html_put(out, "<section aria-labelledby=\"why\">\n<h2 id=\"why\">The reasons they gave"
                  "</h2>\n");
    for (uint16_t i = 0; i < p->opening_count; i++) {
        const struct proof_opening *o = &p->openings[i];
        const struct seat_record *s = &p->record.seats[o->seat - 1];
        if (o->ballot.rationale.size == 0) {
            continue;
        }
        count++;
        html_format(out, "<details><summary class=\"%s\">", part_tone_of(s));
        part_icon(out, part_icon_of(s));
        html_format(out, " %u ", (unsigned)o->seat);
        html_name(out, d->charter->seats[o->seat - 1].name);
        html_format(
            out,
            " <span class=\"dim\">%s</span></summary><div class=\"text\" id=\"why-%u\" "
            "dir=\"auto\">",
            part_word_of(s), (unsigned)o->seat);
        html_text(out, o->ballot.rationale, true);
        html_put(out, "</div></details>\n");
    }
    if (count == 0) {
        html_put(out, "<p>No seat gave reasons with its ballot.</p>\n");
    }
    html_put(out, "</section>\n");
}

/* --- those without an open ballot --- */

static void write_absent(struct buffer *out, const struct page_decision *d,
                         enum seat_status status, const char *meaning)
{
    const struct record *r = &d->proof->record;
    unsigned count = 0;
    for (uint16_t seat = 1; seat <= r->seat_count; seat++) {
        const struct seat_record *s = &r->seats[seat - 1];
        if (s->status != status) {
            continue;
        }
        if (count++ == 0) {
            html_put(out, "<li class=\"none\">");
            part_icon(out, part_icon_of(s));
            html_format(out, " <b>%s:</b> ", part_word_of(s));
        } else {
            html_put(out, ", ");
        }
        html_format(out, "%u\xc2\xa0", (unsigned)seat);
        html_name(out, d->charter->seats[seat - 1].name);
    }
    if (count > 0) {
        html_format(out, ". <span class=\"dim\">%s</span></li>\n", meaning);
    }
}

void part_absent(struct buffer *out, const struct page_decision *d)
{
    const struct record *r = &d->proof->record;
    html_put(out,
             "<section aria-labelledby=\"absent\">\n<h2 id=\"absent\">Ballots that are "
             "not counted</h2>\n");
    if (r->approve + r->reject + r->abstain == r->seat_count) {
        html_put(out, "<p>None: every seat cast a ballot and opened it.</p>\n</section>\n");
        return;
    }
    html_put(out, "<ul class=\"list\">\n");
    write_absent(out, d, STATUS_WITHHELD,
                 "A sealed ballot came in time, and was not opened. Nobody can say what it "
                 "was.");
    write_absent(out, d, STATUS_LATE,
                 "The ballot came after voting had ended. That is never held against a "
                 "seat.");
    write_absent(out, d, STATUS_MISSED, "No ballot came, though it was waited for.");
    write_absent(
        out, d, STATUS_NOT_AWAITED,
        "No ballot came, and none was waited for: whoever missed too many sits out "
        "for a while.");
    write_absent(out, d, STATUS_EXPELLED,
                 "Proved to have signed two statements that contradict each other. The "
                 "proof is in the council\xe2\x80\x99s ledger, and such a seat has no "
                 "vote any more.");
    html_put(out,
             "</ul>\n<p class=\"dim\">All seats stay in the count: the approvals needed "
             "do not become fewer when seats are absent.</p>\n</section>\n");
}
