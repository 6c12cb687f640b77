/* SPDX-License-Identifier: ISC */
#include "base/last_words.h"

#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static int log_fd = -1;
static bool to_journal, in_json;
static void (*before)(void);

void last_words_to(int fd)
{
    log_fd = fd;
}

void last_words_to_journal(bool is_journal)
{
    to_journal = is_journal;
}

void last_words_in_json(bool json)
{
    in_json = json;
}

void last_words_after(void (*restore)(void))
{
    before = restore;
}

struct line {
    char text[512];
    size_t size;
};

static void add(struct line *l, const char *text)
{
    size_t size = strlen(text), room = sizeof(l->text) - l->size;
    size = size < room ? size : room;
    memcpy(l->text + l->size, text, size);
    l->size += size;
}

/* What of a value has no other sense than itself. */
static bool is_all_of(const char *value, bool digits)
{
    size_t i = 0;
    for (; value[i] != '\0'; i++) {
        bool is_digit = value[i] >= '0' && value[i] <= '9';
        if (digits ? !is_digit : value[i] == ' ' || value[i] == '=') {
            return false;
        }
    }
    return i > 0;
}

static void add_field(struct line *l, const char *key, const char *value)
{
    bool is_first = l->size == 0;
    const char *quote = is_all_of(value, in_json) ? "" : "\"";
    add(l, in_json ? is_first ? "{\"" : ",\"" : is_first ? "" : " ");
    add(l, key);
    add(l, in_json ? "\":" : "=");
    add(l, quote);
    add(l, value);
    add(l, quote);
}

void last_words(const char *event, ...)
{
    struct line l = {.size = 0};
    va_list fields;
    if (before != NULL) {
        before();
    }
    add_field(&l, "level", "error");
    add_field(&l, "event", event);
    va_start(fields, event);
    for (const char *key; (key = va_arg(fields, const char *)) != NULL;) {
        add_field(&l, key, va_arg(fields, const char *));
    }
    va_end(fields);
    add(&l, in_json ? "}\n" : "\n");
    if (to_journal) {
        (void)!write(STDERR_FILENO, "<3>", 3); /* sd-daemon(3): an error */
    }
    (void)!write(STDERR_FILENO, l.text, l.size);
    if (log_fd >= 0) {
        (void)!write(log_fd, l.text, l.size);
    }
}
