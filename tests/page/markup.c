/* SPDX-License-Identifier: ISC */
#include "markup.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32, IDS_MAX = 1024, NAME_BYTES = 160, FAULTS_MAX = 5 };

static const char elements[] =
    " html head meta title style body svg symbol use path circle rect line text nav a "
    "header "
    "main section h1 h2 h3 p b span bdi time figure figcaption ul ol li dl dt dd details "
    "summary div pre code ";
static const char attributes[] =
    " lang charset http-equiv content name class id viewBox d cx cy r x y x1 x2 y1 y2 "
    "width "
    "height stroke-dasharray text-anchor role rel dir href download datetime aria-hidden "
    "aria-label aria-labelledby ";
/* After which a reader is on a new line. */
static const char blocks[] = " title p h1 h2 h3 li dt dd div pre summary svg nav ";

struct markup {
    struct slice page;
    size_t at;
    struct slice open[DEPTH_MAX];
    size_t depth;
    struct slice ids[IDS_MAX], links[IDS_MAX]; /* into the page */
    size_t id_count, link_count;
    unsigned faults;
    struct buffer *text; /* of the body; NULL: not wanted */
};

__attribute__((format(printf, 2, 3))) static void fault(struct markup *m,
                                                        const char *format, ...)
{
    va_list args;
    if (m->faults++ < FAULTS_MAX) {
        printf("# at byte %zu: ", m->at);
        va_start(args, format);
        vprintf(format, args);
        va_end(args);
        printf("\n");
    }
}

static bool is_listed(const char *list, struct slice word)
{
    char key[NAME_BYTES];
    int length =
        snprintf(key, sizeof(key), " %.*s ", (int)word.size, (const char *)word.data);
    return length < NAME_BYTES && memchr(word.data, ' ', word.size) == NULL &&
           strstr(list, key) != NULL;
}

static bool begins(const struct markup *m, const char *what)
{
    size_t length = strlen(what);
    return m->page.size - m->at >= length &&
           memcmp(m->page.data + m->at, what, length) == 0;
}

static bool skip(struct markup *m, const char *what)
{
    bool there = begins(m, what);
    m->at += there ? strlen(what) : 0;
    return there;
}

static struct slice until(struct markup *m, const char *ends)
{
    size_t from = m->at;
    while (m->at < m->page.size && strchr(ends, m->page.data[m->at]) == NULL) {
        m->at++;
    }
    return slice_of(m->page.data + from, m->at - from);
}

/* --- addresses --- */

/* Whether the address is of this form, # standing for hexadecimal digits. */
static bool is_like(struct slice address, const char *form)
{
    size_t at = 0;
    for (; *form != '\0'; form++) {
        if (*form == '#') {
            size_t from = at;
            while (at < address.size &&
                   strchr("0123456789abcdef", address.data[at]) != NULL) {
                at++;
            }
            if (at == from) {
                return false;
            }
        } else if (at == address.size || address.data[at++] != (uint8_t)*form) {
            return false;
        }
    }
    return at == address.size;
}

static void check_address(struct markup *m, struct slice address)
{
    static const char *const forms[] = {
        "../index.html", "../charter.json", "./#.proof",  "decisions/#.html", "index.html",
        "page-#.html",   "charter.json",    "checkpoint", "decisions.json",   "files.txt"};
    if (address.size > 1 && address.data[0] == '#' && m->link_count < IDS_MAX) {
        m->links[m->link_count++] = slice_of(address.data + 1, address.size - 1);
        return;
    }
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (is_like(address, forms[i])) {
            return;
        }
    }
    fault(m, "the address \"%.*s\"", (int)address.size, (const char *)address.data);
}

static void check_links(struct markup *m)
{
    for (size_t i = 0; i < m->id_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (slice_equal(m->ids[i], m->ids[j])) {
                fault(m, "two ids %.*s", (int)m->ids[i].size, (const char *)m->ids[i].data);
            }
        }
    }
    for (size_t i = 0; i < m->link_count; i++) {
        size_t j = 0;
        while (j < m->id_count && !slice_equal(m->links[i], m->ids[j])) {
            j++;
        }
        if (j == m->id_count) {
            fault(m, "no id %.*s", (int)m->links[i].size, (const char *)m->links[i].data);
        }
    }
}

/* --- text and tags --- */

static void show(struct markup *m, const void *data, size_t size)
{
    if (m->text != NULL) {
        buffer_append(m->text, data, size);
    }
}

static void new_line(struct markup *m)
{
    if (m->text != NULL && m->text->size > 0 && m->text->data[m->text->size - 1] != '\n') {
        show(m, "\n", 1);
    }
}

static void read_entity(struct markup *m)
{
    static const char *const entities[][2] = {{"&amp;", "&"}, {"&lt;", "<"},
                                              {"&gt;", ">"},  {"&quot;", "\""},
                                              {"&#39;", "'"}, {"&#x338;", "\xcc\xb8"}};
    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
        if (skip(m, entities[i][0])) {
            show(m, entities[i][1], strlen(entities[i][1]));
            return;
        }
    }
    fault(m, "an unknown entity");
    m->at++;
}

static void read_text(struct markup *m)
{
    while (m->at < m->page.size && m->page.data[m->at] != '<') {
        struct slice text = until(m, "<&>");
        size_t where;
        if (text_check(text, true, &where) != 0) {
            fault(m, "harmful text");
        }
        if (m->depth > 0 && !is_listed(" ol ul dl html head body main section svg figure "
                                       "header ",
                                       m->open[m->depth - 1])) {
            show(m, text.data, text.size);
        }
        if (m->at < m->page.size && m->page.data[m->at] == '&') {
            read_entity(m);
        } else if (m->at < m->page.size && m->page.data[m->at] == '>') {
            fault(m, "a > in text");
            m->at++;
        }
    }
}

static void read_attribute(struct markup *m)
{
    struct slice name = until(m, "= />");
    if (!is_listed(attributes, name) || !skip(m, "=\"")) {
        fault(m, "the attribute %.*s", (int)name.size, (const char *)name.data);
        (void)until(m, ">");
        return;
    }
    struct slice value = until(m, "\"<>");
    if (slice_equal(name, slice_of_string("href"))) {
        check_address(m, value);
    }
    if (slice_equal(name, slice_of_string("id")) && m->id_count < IDS_MAX) {
        m->ids[m->id_count++] = value;
    }
    if (!skip(m, "\"")) {
        fault(m, "an attribute does not end");
        (void)until(m, ">");
    }
}

static void close_element(struct markup *m, struct slice name)
{
    if (m->depth == 0 || !slice_equal(m->open[m->depth - 1], name)) {
        fault(m, "</%.*s> closes what is not open", (int)name.size,
              (const char *)name.data);
        return;
    }
    m->depth--;
    if (is_listed(blocks, name)) {
        new_line(m);
    }
    if (m->text != NULL && slice_equal(name, slice_of_string("head"))) {
        buffer_consume(m->text, m->text->size);
    }
}

static void read_tag(struct markup *m)
{
    bool ends = skip(m, "</") || !skip(m, "<");
    struct slice name = until(m, " />");
    if (!is_listed(elements, name)) {
        fault(m, "the element %.*s", (int)name.size, (const char *)name.data);
    }
    if (ends) {
        close_element(m, name);
    } else if (m->depth == DEPTH_MAX) {
        fault(m, "too deep");
        m->depth = 0;
    } else {
        m->open[m->depth++] = name;
    }
    while (!ends && skip(m, " ")) {
        read_attribute(m);
    }
    if (!ends && skip(m, "/>")) {
        close_element(m, name);
    } else if (!skip(m, ">")) {
        fault(m, "a tag does not end");
        m->at++;
    } else if (!ends && slice_equal(name, slice_of_string("style"))) {
        (void)until(m, "<&"); /* neither is in ours, which XML would see */
    }
}

static void read_page(struct markup *m)
{
    if (!skip(m, "<!DOCTYPE html>\n")) {
        fault(m, "another document type");
    }
    while (m->at < m->page.size) {
        read_text(m);
        if (m->at < m->page.size) {
            read_tag(m);
        }
    }
    if (m->depth != 0) {
        fault(m, "%zu elements are open at the end", m->depth);
    }
    check_links(m);
}

bool markup_check(struct slice page)
{
    struct markup m = {.page = page};
    read_page(&m);
    return m.faults == 0;
}

void markup_text(struct slice page, struct buffer *out)
{
    struct markup m = {.page = page, .text = out};
    read_page(&m);
}

size_t markup_count(struct slice page, const char *what)
{
    size_t count = 0, length = strlen(what);
    for (size_t i = 0; i + length <= page.size; i++) {
        count += memcmp(page.data + i, what, length) == 0;
    }
    return count;
}
