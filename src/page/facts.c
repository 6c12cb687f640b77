/* SPDX-License-Identifier: ISC */
/* When it happened, what was proposed, who vouches for it, and how to check that. */
#include "page/parts.h"

#include "base/quorum.h"

static void write_moment(struct buffer *out, const struct moment *m, const char *name,
                         const char *meaning, uint64_t since_ms)
{
    html_format(out, "<li><h3>%s</h3><p>", name);
    html_time(out, m->time_ms);
    html_put(out, "</p><p class=\"dim\">");
    if (m->time_ms > since_ms) {
        html_put(out, "after ");
        html_duration(out, m->time_ms - since_ms);
        html_put(out, ", ");
    }
    html_format(out, "block %llu</p><p class=\"dim\">%s</p></li>\n",
                (unsigned long long)m->height, meaning);
}

static void write_sealed(struct buffer *out, const struct record *r, uint64_t since_ms)
{
    write_moment(
        out, &r->sealed, "Voting ended",
        "Until here every ballot was sealed, so that nobody could read it; from here "
        "on seats open theirs.",
        since_ms);
}

static void write_decided(struct buffer *out, const struct record *r, uint64_t since_ms)
{
    write_moment(out, &r->decided, part_outcome(r->outcome),
                 "From here on nothing could change the outcome.", since_ms);
}

void part_timeline(struct buffer *out, const struct page_decision *d)
{
    const struct record *r = &d->proof->record;
    html_put(out, "<section aria-labelledby=\"when\">\n<h2 id=\"when\">How it went</h2>\n"
                  "<p class=\"dim\">A block is a numbered page of the council\xe2\x80\x99s "
                  "ledger, on which the seats agree.</p>\n"
                  "<ol class=\"time\">\n");
    write_moment(out, &r->opened, "Opened", "The proposal came before the council.",
                 r->opened.time_ms);
    if (r->decided.height < r->sealed.height) { /* as where seats were expelled meanwhile */
        write_decided(out, r, r->opened.time_ms);
        write_sealed(out, r, r->decided.time_ms);
    } else {
        write_sealed(out, r, r->opened.time_ms);
        write_decided(out, r, r->sealed.time_ms);
    }
    uint64_t before =
        r->decided.time_ms > r->sealed.time_ms ? r->decided.time_ms : r->sealed.time_ms;
    write_moment(out, &r->final, "On record",
                 "All ballots are open or the time for it is over; the record, which "
                 "says what each seat did and what came of it, is final.",
                 before);
    html_put(out, "</ol>\n</section>\n");
}

void part_proposal(struct buffer *out, const struct page_decision *d)
{
    const struct operation *o = &d->proof->propose;
    const struct propose *p = &o->propose;
    char digest[2 * HASH_BYTES + 1];
    html_put(out, "<section aria-labelledby=\"what\">\n<h2 id=\"what\">The proposal</h2>\n"
                  "<div class=\"text\" dir=\"auto\">");
    html_text(out, p->text, true);
    html_put(out, "</div>\n");
    if (p->evidence.size > 0) {
        html_put(out,
                 "<details><summary><b>Evidence given with it</b> <span class=\"dim\">");
        html_size(out, p->evidence.size);
        html_put(out, "</span></summary><pre dir=\"auto\">");
        html_json(out, p->evidence);
        html_put(out, "</pre></details>\n");
    }
    html_put(out, "<h3>Particulars</h3>\n<dl class=\"facts\">\n<dt>Proposed by</dt><dd>");
    html_format(out, "seat %u, ", (unsigned)o->seat);
    html_name(out, d->charter->seats[o->seat - 1].name);
    html_put(out, "</dd>\n<dt>Class</dt><dd>");
    part_class(out, d->charter, d->proof->record.class_index);
    html_format(out, ", which takes %u approvals of ",
                (unsigned)d->proof->record.threshold);
    html_seats(out, d->charter->seat_count);
    if (p->payload.size == HASH_BYTES) {
        hex_encode(digest, p->payload);
        html_format(out, "</dd>\n<dt>Digest of what it is about</dt><dd class=\"hash\">%s",
                    digest);
    }
    html_put(out, "</dd>\n<dt>Identity</dt><dd class=\"hash\">");
    html_hash(out, &d->proof->record.proposal);
    html_put(out, "</dd>\n</dl>\n</section>\n");
}

void part_vouchers(struct buffer *out, const struct page_decision *d)
{
    const struct proof *p = d->proof;
    unsigned n = d->charter->seat_count;
    html_put(out,
             "<section aria-labelledby=\"who\">\n<h2 id=\"who\">Who vouches for this "
             "record</h2>\n<p>To vouch is to sign, with a key that only the seat has. ");
    html_format(out,
                "%u of %u seats signed block %llu, which covers this record; %u are "
                "needed. They are ",
                (unsigned)p->certificate->count, n, (unsigned long long)p->header.height,
                quorum_size(n));
    for (uint16_t i = 0; i < p->certificate->count; i++) {
        uint16_t seat = p->certificate->entries[i].seat;
        html_format(out, "%s%u\xc2\xa0", i > 0 ? ", " : "", (unsigned)seat);
        html_name(out, d->charter->seats[seat - 1].name);
    }
    html_put(out, ".</p>\n");
    if (p->is_full) {
        html_put(out, "<p>The proof also holds the signatures with which the proposer "
                      "proposed this and each seat cast its sealed ballot.</p>\n");
    }
    html_format(
        out,
        "<p>When this page was made the public log had %llu records, of which this is "
        "number %llu, and %u of %u seats had signed its checkpoint, the "
        "short text that sums it up.</p>\n</section>\n",
        (unsigned long long)d->log_size, (unsigned long long)p->index + 1,
        (unsigned)d->log_signatures, n);
}

void part_verify(struct buffer *out, const struct page_decision *d)
{
    struct slice name = slice_of_string(d->bundle_name);
    html_put(out, "<section aria-labelledby=\"check\">\n<h2 id=\"check\">Check it yourself"
                  "</h2>\n<p>You need to trust neither this page nor who published it. <a "
                  "href=\"./");
    html_text(out, name, false);
    html_put(out, "\" download=\"\">The proof</a> (");
    html_size(out, d->bundle_bytes);
    html_put(out,
             ") and <a href=\"../charter.json\" download=\"\">the charter</a> are "
             "enough; no network is. In these commands SITE is the address of this log, "
             "which your browser shows up to /decisions.</p>\n<ol class=\"steps\">\n"
             "<li>Get the charter, which says who sits in the council and by which rules "
             "it decides.<pre>curl -fO SITE/charter.json</pre></li>\n"
             "<li>Get the proof of this decision.<pre>curl -fO SITE/decisions/");
    html_text(out, name, false);
    html_put(out,
             "</pre></li>\n<li>Check every signature, open every ballot and count again."
             "<pre>conclave verify --charter charter.json ");
    html_text(out, name, false);
    html_put(out,
             "</pre></li>\n</ol>\n<p>Whoever gave you the charter could have given you "
             "another council\xe2\x80\x99s. <code>conclave charter id charter.json</code> "
             "must print what this council goes by in public:</p>\n<p class=\"hash\">");
    html_hash(out, &d->charter->council_id);
    html_put(out, "</p>\n");
    part_program(out);
    html_put(out, "</section>\n");
}
