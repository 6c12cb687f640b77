/* SPDX-License-Identifier: ISC */
/* What the operator did: a key, with its names for settings and help, or the mouse. */
#ifndef CONCLAVE_UI_SCREEN_KEY_H
#define CONCLAVE_UI_SCREEN_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters are their code points; control characters as typed: ^D is 4, Enter 13, Tab 9,
 * Esc 27, Backspace 127. Others begin here. */
enum key_special {
    KEYS_SPECIAL = 0x110000,
    KEYS_UP,
    KEYS_DOWN,
    KEYS_LEFT,
    KEYS_RIGHT,
    KEYS_HOME,
    KEYS_END,
    KEYS_PAGE_UP,
    KEYS_PAGE_DOWN,
    KEYS_INSERT,
    KEYS_DELETE,
    KEYS_BACK_TAB,
    KEYS_F1, /* to F12, in their order */
    KEYS_F12 = KEYS_F1 + 11,
};
enum { KEYS_ENTER = 13, KEYS_TAB = 9, KEYS_ESCAPE = 27, KEYS_BACKSPACE = 127 };

enum input_kind { INPUT_KEY, INPUT_CLICK, INPUT_WHEEL, INPUT_PASTE };

struct input_event {
    enum input_kind kind;
    uint32_t key;      /* INPUT_KEY; INPUT_PASTE: one pasted character */
    uint16_t row, col; /* from 0, of the mouse */
    int8_t wheel;      /* -1 up, 1 down */
    bool twice;        /* a double click */
};

/* "j", "^D", "F10", "Space", "Enter", "PgUp", ...: what help shows and settings take. */
void key_name(uint32_t key, char *out, size_t size);
/* 0 for words that name no key. */
uint32_t key_parse(const char *name);

#endif
