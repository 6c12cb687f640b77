/* SPDX-License-Identifier: ISC */
#include "page.h"

#include "base/alloc.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 512, EXAMPLES_MAX = 128, BYTES_A_LINE = 32 };

struct example {
    char *name;
    struct buffer bytes;
    bool used;
};

struct page {
    struct example examples[EXAMPLES_MAX];
    size_t count;
    struct buffer json;
};

__attribute__((noreturn)) static void bail_out(const char *what, const char *name)
{
    printf("Bail out! %s %s\n", what, name);
    exit(99);
}

static struct example *find(struct page *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++) {
        if (strcmp(p->examples[i].name, name) == 0) {
            return &p->examples[i];
        }
    }
    return NULL;
}

/* "name:" alone on its line; the colon is cut off. */
static bool is_name(char *line)
{
    size_t length = strlen(line);
    if (length < 2 || line[length - 1] != ':' || !islower((unsigned char)line[0])) {
        return false;
    }
    line[length - 1] = '\0';
    return true;
}

static void add_hex(struct example *e, const char *line)
{
    uint8_t bytes[LINE_MAX_BYTES];
    const char *digits = line + strspn(line, " ");
    size_t length = strlen(digits);
    if (hex_decode(bytes, length / 2, digits, length) != 0) {
        bail_out("these are no whole bytes:", line);
    }
    buffer_append(&e->bytes, bytes, length / 2);
}

static void add_line(struct page *p, struct example **current, char *line)
{
    bool in_json = p->json.size > 0 && p->json.data[p->json.size - 1] != '}';
    if (line[0] == '{' || in_json) {
        buffer_append(&p->json, line, strlen(line));
        if (strcmp(line, "}") != 0) {
            buffer_append(&p->json, "\n", 1);
        }
    } else if (is_name(line)) {
        if (p->count == EXAMPLES_MAX || find(p, line) != NULL) {
            bail_out("too many examples, or a second one called", line);
        }
        *current = &p->examples[p->count++];
        (*current)->name = alloc_string(line);
    } else if (*current != NULL && line[0] == ' ') {
        add_hex(*current, line);
    } else {
        *current = NULL;
    }
}

struct page *page_load(const char *name)
{
    const char *top = getenv("top_srcdir");
    char *path = alloc_printf("%s/man/%s", top != NULL ? top : ".", name);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        bail_out("cannot read", path);
    }
    struct page *p = alloc_zero(1, sizeof(*p));
    struct example *current = NULL;
    bool displayed = false;
    char line[LINE_MAX_BYTES];
    while (fgets(line, sizeof(line), file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, ".Bd", 3) == 0 || strncmp(line, ".Ed", 3) == 0) {
            displayed = line[1] == 'B';
            current = NULL;
        } else if (displayed) {
            add_line(p, &current, line);
        }
    }
    (void)fclose(file);
    free(path);
    return p;
}

void page_free(struct page *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->examples[i].name);
        buffer_free(&p->examples[i].bytes);
    }
    buffer_free(&p->json);
    free(p);
}

struct slice page_input(struct page *p, const char *name)
{
    struct example *e = find(p, name);
    if (e == NULL) {
        bail_out("the page has no example", name);
    }
    e->used = true;
    return buffer_slice(&e->bytes);
}

struct slice page_json(const struct page *p)
{
    return buffer_slice(&p->json);
}

/* As it stands in the page, so that it can be put there. */
static void print_expected(const char *name, struct slice bytes)
{
    char hex[2 * BYTES_A_LINE + 1];
    printf("# %s:\n", name);
    for (size_t at = 0; at < bytes.size; at += BYTES_A_LINE) {
        size_t left = bytes.size - at;
        hex_encode(hex,
                   slice_of(bytes.data + at, left < BYTES_A_LINE ? left : BYTES_A_LINE));
        printf("#     %s\n", hex);
    }
}

bool page_shows(struct page *p, const char *name, struct slice bytes)
{
    struct example *e = find(p, name);
    bool same = e != NULL && slice_equal(buffer_slice(&e->bytes), bytes);
    if (e != NULL) {
        e->used = true;
    }
    if (!same) {
        print_expected(name, bytes);
    }
    return same;
}

bool page_is_covered(const struct page *p)
{
    size_t unused = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (!p->examples[i].used) {
            printf("# nothing computes %s\n", p->examples[i].name);
            unused++;
        }
    }
    return unused == 0;
}
