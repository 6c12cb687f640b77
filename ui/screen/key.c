/* SPDX-License-Identifier: ISC */
#include "ui/screen/key.h"

#include "base/bytes.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    uint32_t key;
    const char *name;
} names[] = {
    {' ', "Space"},
    {KEYS_ENTER, "Enter"},
    {KEYS_TAB, "Tab"},
    {KEYS_ESCAPE, "Esc"},
    {KEYS_BACKSPACE, "Backspace"},
    {KEYS_UP, "Up"},
    {KEYS_DOWN, "Down"},
    {KEYS_LEFT, "Left"},
    {KEYS_RIGHT, "Right"},
    {KEYS_HOME, "Home"},
    {KEYS_END, "End"},
    {KEYS_PAGE_UP, "PgUp"},
    {KEYS_PAGE_DOWN, "PgDn"},
    {KEYS_INSERT, "Ins"},
    {KEYS_DELETE, "Del"},
    {KEYS_BACK_TAB, "S-Tab"},
};

void key_name(uint32_t key, char *out, size_t size)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].key == key) {
            (void)snprintf(out, size, "%s", names[i].name);
            return;
        }
    }
    if (key >= KEYS_F1 && key <= KEYS_F12) {
        (void)snprintf(out, size, "F%u", (unsigned)(key - KEYS_F1 + 1));
    } else if (key < 0x20) {
        (void)snprintf(out, size, "^%c", (char)(key + 0x40));
    } else if (key < 0x7f) {
        (void)snprintf(out, size, "%c", (char)key);
    } else {
        (void)snprintf(out, size, "U+%04X", (unsigned)key);
    }
}

/* A whole number in the base given, at most max; 0: it is none. */
static uint32_t number_of(const char *digits, int base, unsigned long max)
{
    char *end;
    unsigned long n = strtoul(digits, &end, base);
    bool whole = digits[0] != '\0' && digits[0] != '-' && digits[0] != '+' && *end == '\0';
    return whole && n <= max ? (uint32_t)n : 0;
}

uint32_t key_parse(const char *name)
{
    uint32_t c = 0;
    size_t size = strlen(name);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i].name, name) == 0) {
            return names[i].key;
        }
    }
    if (size > 0 && text_decode(slice_of_string(name), 0, &c) == size) {
        return text_is_harmful(c) ? 0 : c;
    }
    if (size == 2 && name[0] == '^') {
        return name[1] > '@' && name[1] <= '_' ? (uint32_t)name[1] - 0x40 : 0;
    }
    if (name[0] == 'F') {
        uint32_t n = number_of(name + 1, 10, 12);
        return n > 0 ? KEYS_F1 + n - 1 : 0;
    }
    if (strncmp(name, "U+", 2) == 0) {
        uint32_t n = number_of(name + 2, 16, 0x10ffff);
        return n >= 0x20 && !text_is_harmful(n) ? n : 0;
    }
    return 0;
}
