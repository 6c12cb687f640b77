/* SPDX-License-Identifier: ISC */
#include "ui/term/sequence.h"

#include "ui/screen/key.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ESC = 27, BELL = 7, CANCEL = 24, SUBSTITUTE = 26 };
enum { NUMBERS_MAX = 4, NUMBER_LIMIT = 1000 };

static struct sequence part(void)
{
    return (struct sequence){.meaning = SEQUENCE_PART};
}

static struct sequence nothing(size_t bytes)
{
    return (struct sequence){.meaning = SEQUENCE_NOTHING, .bytes = bytes};
}

static struct sequence key(size_t bytes, uint32_t which)
{
    return which == 0
               ? nothing(bytes)
               : (struct sequence){.meaning = SEQUENCE_KEY, .bytes = bytes, .key = which};
}

/* The parameters of a control sequence; what is left out is 0. */
struct numbers {
    unsigned count, at[NUMBERS_MAX];
};

static struct numbers numbers_of(struct slice s)
{
    struct numbers n = {.count = s.size > 0};
    unsigned i = 0;
    for (size_t k = 0; k < s.size; k++) {
        uint8_t c = s.data[k];
        if (c == ';' || c == ':') {
            i++;
            n.count = i + 1;
        } else if (c >= '0' && c <= '9' && i < NUMBERS_MAX && n.at[i] < NUMBER_LIMIT) {
            n.at[i] = n.at[i] * 10 + (c - '0');
        }
    }
    return n;
}

/* --- keys --- */

/* Arrows and their like, after ESC [ and ESC O. */
static uint32_t key_of_letter(uint8_t final)
{
    static const struct {
        char final;
        uint32_t key;
    } letters[] = {{'A', KEYS_UP},      {'B', KEYS_DOWN}, {'C', KEYS_RIGHT},
                   {'D', KEYS_LEFT},    {'H', KEYS_HOME}, {'F', KEYS_END},
                   {'Z', KEYS_BACK_TAB}};
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
        if (letters[i].final == (char) final) {
            return letters[i].key;
        }
    }
    return 0;
}

static uint32_t function_key(unsigned n)
{
    return KEYS_F1 + n - 1;
}

/* ESC [ n ~ */
static uint32_t key_of_number(unsigned n)
{
    switch (n) {
    case 1:
    case 7:
        return KEYS_HOME;
    case 2:
        return KEYS_INSERT;
    case 3:
        return KEYS_DELETE;
    case 4:
    case 8:
        return KEYS_END;
    case 5:
        return KEYS_PAGE_UP;
    case 6:
        return KEYS_PAGE_DOWN;
    default:
        break;
    }
    if (n >= 11 && n <= 15) {
        return function_key(n - 10);
    }
    if (n >= 17 && n <= 21) {
        return function_key(n - 11);
    }
    return n == 23 || n == 24 ? function_key(n - 12) : 0;
}

/* The keypad when it does not send plain characters, after ESC O. */
static uint32_t key_of_keypad(uint8_t final)
{
    if (final >= 'p' && final <= 'y') {
        return '0' + (uint32_t)(final - 'p');
    }
    if (final >= 'j' && final <= 'o') {
        return '*' + (uint32_t)(final - 'j');
    }
    return final == 'M' ? KEYS_ENTER : final == 'I' ? KEYS_TAB : final == 'X' ? '=' : 0;
}

/* --- the mouse --- */

static struct sequence mouse(size_t bytes, unsigned button, unsigned col, unsigned row,
                             bool pressed)
{
    enum { MODIFIERS = 4 | 8 | 16, MOTION = 32, WHEEL = 64 };
    struct sequence s = {.meaning = SEQUENCE_MOUSE, .bytes = bytes};
    button &= ~(unsigned)MODIFIERS;
    bool wheel = button == WHEEL || button == WHEEL + 1;
    if (!pressed || row == 0 || col == 0 || (button != 0 && !wheel)) {
        return nothing(bytes);
    }
    s.mouse.row = (uint16_t)(row - 1);
    s.mouse.col = (uint16_t)(col - 1);
    s.mouse.wheel = !wheel ? 0 : button == WHEEL ? -1 : 1;
    return s;
}

/* ESC [ M and three bytes: of terminals that do not know the newer form. */
static struct sequence old_mouse(struct slice s)
{
    if (s.size < 6) {
        return part();
    }
    const uint8_t *b = s.data + 3;
    bool good = b[0] >= 32 && b[1] > 32 && b[2] > 32;
    return good ? mouse(6, b[0] - 32u, b[1] - 32u, b[2] - 32u, true) : nothing(6);
}

/* --- control sequences --- */

static struct sequence control(struct slice whole)
{
    uint8_t final = whole.data[whole.size - 1];
    struct slice parameters = {whole.data + 2, whole.size - 3};
    bool private = parameters.size > 0 && parameters.data[0] >= '<';
    struct numbers n = numbers_of(parameters);
    if (private) {
        bool report =
            parameters.data[0] == '<' && n.count == 3 && (final == 'M' || final == 'm');
        return report ? mouse(whole.size, n.at[0], n.at[1], n.at[2], final == 'M')
                      : nothing(whole.size);
    }
    if (final == '~' && n.at[0] == 200) {
        return (struct sequence){.meaning = SEQUENCE_PASTE_BEGIN, .bytes = whole.size};
    }
    if (final == '~' && n.at[0] == 201) {
        return (struct sequence){.meaning = SEQUENCE_PASTE_END, .bytes = whole.size};
    }
    /* A second number is Shift and the like: arrows are arrows with it, too. */
    if (final == '~') {
        bool modified = n.count > 1 && n.at[0] > 10;
        return key(whole.size, modified ? 0 : key_of_number(n.at[0]));
    }
    if (final >= 'P' && final <= 'S' && n.count == 0) {
        return key(whole.size, function_key(final - 'P' + 1u));
    }
    return key(whole.size, n.at[0] <= 1 ? key_of_letter(final) : 0);
}

/* ESC [ ... */
static struct sequence parse_control(struct slice s)
{
    if (s.size > 2 && s.data[2] == '[') { /* the function keys of Linux' own terminal */
        bool known = s.size > 3 && s.data[3] >= 'A' && s.data[3] <= 'E';
        return s.size == 3 ? part()
               : known     ? key(4, function_key(s.data[3] - 'A' + 1u))
                           : nothing(4);
    }
    for (size_t i = 2; i < s.size; i++) {
        uint8_t c = s.data[i];
        if (c == 'M' && i == 2) {
            return old_mouse(s);
        }
        if (c >= 0x40 && c <= 0x7e) {
            return control(slice_of(s.data, i + 1));
        }
        if (c < 0x20 || c > 0x7e) { /* cut short by something else */
            return nothing(c == CANCEL || c == SUBSTITUTE ? i + 1 : i);
        }
    }
    return part();
}

/* ESC O ... */
static struct sequence parse_shifted(struct slice s)
{
    for (size_t i = 2; i < s.size; i++) {
        uint8_t c = s.data[i];
        if (c >= '0' && c <= '9') {
            continue;
        }
        if (c < 0x20 || c > 0x7e) {
            return nothing(i);
        }
        if (c >= 'P' && c <= 'S') {
            return key(i + 1, i == 2 ? function_key(c - 'P' + 1u) : 0);
        }
        uint32_t found = key_of_letter(c);
        return key(i + 1, found != 0 ? found : key_of_keypad(c));
    }
    return part();
}

/* A string for the terminal's eyes, to BEL or ESC \: what it answers to questions. */
static struct sequence parse_string(struct slice s)
{
    for (size_t i = 2; i < s.size; i++) {
        uint8_t c = s.data[i];
        if (c == BELL || c == CANCEL || c == SUBSTITUTE) {
            return nothing(i + 1);
        }
        if (c == ESC) {
            bool ended = i + 1 < s.size && s.data[i + 1] == '\\';
            return i + 1 == s.size ? part() : nothing(ended ? i + 2 : i);
        }
    }
    return part();
}

struct sequence sequence_parse(struct slice bytes)
{
    if (bytes.size < 2) {
        return part();
    }
    switch (bytes.data[1]) {
    case '[':
        return parse_control(bytes);
    case 'O':
        return parse_shifted(bytes);
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_':
        return parse_string(bytes);
    default:
        return key(1, KEYS_ESCAPE);
    }
}
