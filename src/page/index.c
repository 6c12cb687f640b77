/* SPDX-License-Identifier: ISC */
#include "page/parts.h"

static void write_row(struct buffer *out, const struct page_index *x,
                      const struct page_row *row)
{
    const struct tally t = {row->approve, row->reject, row->abstain, row->threshold,
                            x->charter->seat_count};
    const char *tone = part_choice_tone(row->outcome);
    html_format(out, "<li class=\"%s\"><p class=\"did\">", tone);
    part_icon(out, tone);
    html_format(out, "%s</p><div class=\"what\"><h3 dir=\"auto\"><a href=\"decisions/",
                part_outcome(row->outcome));
    html_hash(out, &row->id);
    html_put(out, ".html\">");
    html_text(out, row->title, false);
    html_format(out, "</a></h3><p class=\"dim\">Decision %llu \xc2\xb7 class ",
                (unsigned long long)row->index + 1);
    part_class(out, x->charter, row->class_index);
    html_put(out, " \xc2\xb7 ");
    html_time(out, row->final_ms);
    html_put(out, "</p></div><div class=\"tally\">");
    part_bar(out, &t, false);
    html_format(out, "<p class=\"dim\">%u of %u approved, %u needed</p></div></li>\n",
                (unsigned)row->approve, (unsigned)t.seats, (unsigned)row->threshold);
}

static void write_rows(struct buffer *out, const struct page_index *x)
{
    html_put(out, "<section aria-labelledby=\"decisions\">\n<h2 id=\"decisions\">");
    if (x->row_count == 0) {
        html_put(out, "Decisions</h2>\n<p>The council has decided nothing yet.</p>\n");
    } else {
        html_format(out, "Decisions %llu to %llu, newest first</h2>\n<ol class=\"rows\">\n",
                    (unsigned long long)x->rows[x->row_count - 1].index + 1,
                    (unsigned long long)x->rows[0].index + 1);
        for (size_t i = 0; i < x->row_count; i++) {
            write_row(out, x, &x->rows[i]);
        }
        html_put(out, "</ol>\n");
    }
    html_put(out, "</section>\n");
}

static void write_links(struct buffer *out, const struct page_index *x)
{
    unsigned long long page = x->page;
    if (x->pages < 2) {
        return;
    }
    html_put(out, "<nav class=\"pages\" aria-label=\"Pages\">");
    if (x->page + 2 < x->pages) {
        html_format(out, "<a rel=\"prev\" href=\"page-%llu.html\">Newer decisions</a>",
                    page + 1);
    } else if (x->page + 1 < x->pages) {
        html_put(out, "<a rel=\"prev\" href=\"index.html\">Newest decisions</a>");
    } else {
        html_put(out, "<span></span>");
    }
    if (x->page > 0) {
        html_format(out, "<a rel=\"next\" href=\"page-%llu.html\">Older decisions</a>",
                    page - 1);
    }
    html_put(out, "</nav>\n");
}

/* What the council is, and what each class of decision takes. */
static void write_council(struct buffer *out, const struct page_index *x)
{
    const struct charter *c = x->charter;
    html_put(out,
             "<section aria-labelledby=\"council\">\n<h2 id=\"council\">What this is</h2>"
             "\n<p>");
    html_name(out, c->name);
    html_format(
        out,
        " is a council of %u AI agents. A proposal is put to all of them; each casts "
        "a sealed ballot, and no ballot is opened before all are in or the time is "
        "up. What they decide stands here with the proof of it.</p>\n"
        "<dl class=\"facts\">\n",
        (unsigned)c->seat_count);
    for (uint32_t i = 0; i < c->class_count; i++) {
        html_put(out, "<dt>Class ");
        html_name(out, c->classes[i].name);
        html_format(out, "</dt><dd>takes the approval of %u of %u seats</dd>\n",
                    (unsigned)c->classes[i].threshold, (unsigned)c->seat_count);
    }
    html_put(out, "</dl>\n</section>\n");
}

static void write_checkpoint(struct buffer *out, const struct page_index *x)
{
    html_put(out,
             "<section aria-labelledby=\"log\">\n<h2 id=\"log\">The public log</h2>\n"
             "<p>All decisions stand in one log, to which the council can only add. Its "
             "<a href=\"checkpoint\">checkpoint</a> sums it up: a short text that says how "
             "many decisions there are and what their root is, and that seats signed with "
             "their keys. The root is a number computed from all decisions; had any of "
             "them been changed, it would be another. Who has seen one checkpoint can tell "
             "whether anything was changed since.</p>\n<dl class=\"facts\">\n");
    html_format(out,
                "<dt>Decisions</dt><dd>%llu</dd>\n<dt>Signed by</dt><dd>%u of %u seats"
                "</dd>\n<dt>Root</dt><dd class=\"hash\">",
                (unsigned long long)x->log_size, (unsigned)x->log_signatures,
                (unsigned)x->charter->seat_count);
    html_hash(out, &x->root);
    html_put(out, "</dd>\n<dt>Identity of the council</dt><dd class=\"hash\">");
    html_hash(out, &x->charter->council_id);
    html_put(out, "</dd>\n</dl>\n<p>For programs: <a href=\"decisions.json\">the list of "
                  "decisions</a>, <a href=\"charter.json\">the charter</a> (the rules and "
                  "the seats\xe2\x80\x99 keys), <a href=\"files.txt\">the names of all "
                  "files</a>, and the log in tiles: files of fixed size in which programs "
                  "that watch public logs read it, as the C2SP specifications have "
                  "them.</p>\n</section>\n");
}

/* The pattern has no name of a file that would lead out of the folder. */
static void write_check(struct buffer *out)
{
    html_put(out,
             "<section aria-labelledby=\"check\">\n<h2 id=\"check\">Check it yourself"
             "</h2>\n<p>You need to trust neither this page nor who published it. In "
             "these commands SITE is the address of this page, up to the slash before "
             "index.html, and without that slash.</p>\n<ol class=\"steps\">\n<li>In an "
             "empty folder, get the list of all files, and then the files. grep leaves "
             "out any name that leads out of the folder."
             "<pre>curl -fsSO SITE/files.txt\n"
             "grep -Ex '([a-z0-9]+[-./]?)+' files.txt |\n"
             "xargs -I{} curl -fsS --create-dirs -o {} SITE/{}</pre></li>\n<li>See that "
             "the charter is the one you know. This prints its identity, which a council "
             "makes public.<pre>conclave charter id charter.json</pre></li>\n<li>Check "
             "every decision, every ballot and every signature, and that nothing is "
             "missing.<pre>conclave verify --charter charter.json --remember seen ."
             "</pre></li>\n</ol>\n<p>The file seen keeps what you saw. Do the same again "
             "some day, and the last command tells whether anything was changed since. "
             "Where a file is missing because the council decided something meanwhile, "
             "get the list and the files again.</p>\n");
    part_program(out);
    html_put(out, "</section>\n");
}

void page_write_index(struct buffer *out, const struct page_index *x)
{
    bool newest = x->page + 1 == x->pages;
    html_begin(out, newest ? SLICE_NONE : slice_of_string("Earlier decisions"),
               x->charter->name);
    html_put(out, "<header>\n<p class=\"council\">Public log of decisions</p>\n<h1>");
    html_name(out, x->charter->name);
    html_put(out, "</h1>\n</header>\n<main>\n");
    if (newest) {
        write_council(out, x);
    }
    write_rows(out, x);
    write_links(out, x);
    if (newest) {
        write_checkpoint(out, x);
        write_check(out);
    }
    html_put(out, "</main>\n");
    html_end(out);
}
