/* SPDX-License-Identifier: ISC */
#include "patterns/fold.h"

#include "base/text.h"

enum { REPLACEMENT = 0xfffd };

struct range {
    uint32_t first, last;
    enum fold_kind kind;
};

/* What is neither ASCII nor a letter, in order. */
static const struct range ranges[] = {
    {0x0080, 0x00a9, FOLD_BREAK},    {0x00ab, 0x00ac, FOLD_BREAK},
    {0x00ad, 0x00ad, FOLD_HIDDEN},   {0x00ae, 0x00b4, FOLD_BREAK},
    {0x00b6, 0x00b9, FOLD_BREAK},    {0x00bb, 0x00bf, FOLD_BREAK},
    {0x00d7, 0x00d7, FOLD_BREAK},    {0x00f7, 0x00f7, FOLD_BREAK},
    {0x02b0, 0x02ff, FOLD_MARK},     {0x0300, 0x034e, FOLD_MARK},
    {0x034f, 0x034f, FOLD_HIDDEN},   {0x0350, 0x036f, FOLD_MARK},
    {0x037e, 0x037e, FOLD_BREAK},    {0x0387, 0x0387, FOLD_BREAK},
    {0x0483, 0x0489, FOLD_MARK},     {0x055a, 0x055f, FOLD_BREAK},
    {0x0589, 0x058a, FOLD_BREAK},    {0x0591, 0x05bd, FOLD_MARK},
    {0x05be, 0x05be, FOLD_BREAK},    {0x05bf, 0x05c7, FOLD_MARK},
    {0x05f3, 0x05f4, FOLD_BREAK},    {0x0600, 0x061f, FOLD_BREAK},
    {0x0640, 0x0640, FOLD_MARK},     {0x064b, 0x065f, FOLD_MARK},
    {0x066a, 0x066d, FOLD_BREAK},    {0x0670, 0x0670, FOLD_MARK},
    {0x06d4, 0x06d4, FOLD_BREAK},    {0x0964, 0x0965, FOLD_BREAK},
    {0x0e00, 0x0eff, FOLD_SIGN},     {0x1000, 0x109f, FOLD_SIGN},
    {0x115f, 0x1160, FOLD_HIDDEN},   {0x1680, 0x1680, FOLD_BREAK},
    {0x1780, 0x17ff, FOLD_SIGN},     {0x180b, 0x180f, FOLD_HIDDEN},
    {0x1ab0, 0x1aff, FOLD_MARK},     {0x1dc0, 0x1dff, FOLD_MARK},
    {0x2000, 0x200a, FOLD_BREAK},    {0x200b, 0x200f, FOLD_HIDDEN},
    {0x2010, 0x2029, FOLD_BREAK},    {0x202a, 0x202e, FOLD_HIDDEN},
    {0x202f, 0x205f, FOLD_BREAK},    {0x2060, 0x206f, FOLD_HIDDEN},
    {0x20a0, 0x20cf, FOLD_BREAK},    {0x20d0, 0x20ff, FOLD_MARK},
    {0x2190, 0x245f, FOLD_BREAK},    {0x2500, 0x2bff, FOLD_BREAK},
    {0x2e00, 0x2e7f, FOLD_BREAK},    {0x2e80, 0x2fdf, FOLD_SIGN},
    {0x2ff0, 0x3004, FOLD_BREAK},    {0x3005, 0x3007, FOLD_SIGN},
    {0x3008, 0x3020, FOLD_BREAK},    {0x3021, 0x30fa, FOLD_SIGN},
    {0x30fb, 0x30fb, FOLD_BREAK},    {0x30fc, 0x312f, FOLD_SIGN},
    {0x3164, 0x3164, FOLD_HIDDEN},   {0x3190, 0x9fff, FOLD_SIGN},
    {0xe000, 0xf8ff, FOLD_HIDDEN},   {0xf900, 0xfaff, FOLD_SIGN},
    {0xfe00, 0xfe0f, FOLD_HIDDEN},   {0xfe10, 0xfe19, FOLD_BREAK},
    {0xfe20, 0xfe2f, FOLD_MARK},     {0xfe30, 0xfe6f, FOLD_BREAK},
    {0xfeff, 0xfeff, FOLD_HIDDEN},   {0xff00, 0xff0f, FOLD_BREAK},
    {0xff1a, 0xff20, FOLD_BREAK},    {0xff3b, 0xff40, FOLD_BREAK},
    {0xff5b, 0xff65, FOLD_BREAK},    {0xff66, 0xff9f, FOLD_SIGN},
    {0xffa0, 0xffa0, FOLD_HIDDEN},   {0xffe0, 0xffef, FOLD_BREAK},
    {0xfff0, 0xfffb, FOLD_HIDDEN},   {0xfffc, 0xfffd, FOLD_BREAK},
    {0xfffe, 0xffff, FOLD_HIDDEN},   {0x1f000, 0x1f0ff, FOLD_BREAK},
    {0x1f1e6, 0x1faff, FOLD_BREAK},  {0x20000, 0x3fffd, FOLD_SIGN},
    {0xe0000, 0x10ffff, FOLD_HIDDEN}};
enum { RANGES = sizeof(ranges) / sizeof(ranges[0]) };

static enum fold_kind kind_of(uint32_t c)
{
    size_t low = 0, high = RANGES;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c > ranges[middle].last) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < RANGES && c >= ranges[low].first ? ranges[low].kind : FOLD_LETTER;
}

/* The letters under U+00C0 to U+017F without their accents; 0: it stays. */
static uint32_t plain_latin(uint32_t c)
{
    static const char plain[] =
        "aaaaaaaceeeeiiiidnooooo\0ouuuuyts" /* U+00C0, the multiplication sign left out */
        "aaaaaaaceeeeiiiidnooooo\0ouuuuyty"
        "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnn"
        "oooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
    return (uint32_t)(unsigned char)plain[c - 0xc0];
}

static uint32_t plain_greek(uint32_t c)
{
    static const struct {
        uint16_t from, to;
    } accents[] = {{0x386, 0x3b1}, {0x388, 0x3b5}, {0x389, 0x3b7}, {0x38a, 0x3b9},
                   {0x38c, 0x3bf}, {0x38e, 0x3c5}, {0x38f, 0x3c9}, {0x390, 0x3b9},
                   {0x3aa, 0x3b9}, {0x3ab, 0x3c5}, {0x3ac, 0x3b1}, {0x3ad, 0x3b5},
                   {0x3ae, 0x3b7}, {0x3af, 0x3b9}, {0x3b0, 0x3c5}, {0x3c2, 0x3c3},
                   {0x3ca, 0x3b9}, {0x3cb, 0x3c5}, {0x3cc, 0x3bf}, {0x3cd, 0x3c5},
                   {0x3ce, 0x3c9}};
    for (size_t i = 0; i < sizeof(accents) / sizeof(accents[0]); i++) {
        if (c == accents[i].from) {
            return accents[i].to;
        }
    }
    return c >= 0x391 && c <= 0x3a9 ? c + 0x20 : c;
}

static uint32_t plain_cyrillic(uint32_t c)
{
    c = c >= 0x410 && c <= 0x42f ? c + 0x20 : c;
    c = c >= 0x400 && c <= 0x40f ? c + 0x50 : c;
    c = c >= 0x460 && c % 2 == 0 ? c + 1 : c;
    return c == 0x451 ? 0x435 : c; /* yo is often written as ye */
}

/* The alphabets that stand in for Latin letters: full width, circled, mathematical. */
static uint32_t dressed(uint32_t c)
{
    if (c >= 0x1d400 && c <= 0x1d6a3) {
        return 'a' + (c - 0x1d400) % 26;
    }
    if (c >= 0x1d7ce && c <= 0x1d7ff) {
        return '0' + (c - 0x1d7ce) % 10;
    }
    if (c >= 0x24b6 && c <= 0x24e9) {
        return 'a' + (c - 0x24b6) % 26;
    }
    if (c >= 0x249c && c <= 0x24b5) {
        return 'a' + (c - 0x249c);
    }
    static const uint32_t boxed[] = {0x1f110, 0x1f130, 0x1f150, 0x1f170};
    for (size_t i = 0; i < sizeof(boxed) / sizeof(boxed[0]); i++) {
        if (c >= boxed[i] && c < boxed[i] + 26) {
            return 'a' + (c - boxed[i]);
        }
    }
    return c;
}

static uint32_t letter_of(uint32_t c)
{
    if (c >= 0xff10 && c <= 0xff5a) {
        c -= 0xfee0;
    }
    if (c < 0x80) {
        return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
    }
    if (c >= 0xc0 && c <= 0x17f) {
        return plain_latin(c);
    }
    if (c >= 0x370 && c <= 0x3ff) {
        return plain_greek(c);
    }
    if (c >= 0x400 && c <= 0x52f) {
        return plain_cyrillic(c);
    }
    return dressed(c);
}

static bool is_word_ascii(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

struct folded fold_at(struct slice text, size_t at)
{
    struct folded f = {.kind = FOLD_BREAK, .character = REPLACEMENT, .size = 1};
    uint32_t c = text.data[at];
    if (c < 0x80) {
        f.kind = is_word_ascii(c) ? FOLD_LETTER : FOLD_BREAK;
        f.character = c;
        f.letter = c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
        return f;
    }
    size_t size = text_decode(text, at, &c);
    if (size == 0) {
        return f;
    }
    f.character = c;
    f.size = size;
    f.kind = kind_of(c);
    if (f.kind == FOLD_LETTER || f.kind == FOLD_SIGN) {
        f.letter = letter_of(c);
    }
    return f;
}
