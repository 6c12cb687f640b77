/* SPDX-License-Identifier: ISC */
/* Signed notes and their keys: what is well formed, and what is signed. */
#include "tlog/lines.h"
#include "tlog/vkey.h"

#include "base/text.h"
#include "crypto/sign.h"
#include "tap.h"

#include <string.h>

#define DASH "\xe2\x80\x94"
#define LINE DASH " name AQIDBAU=\n" /* key id 01020304, signature 05 */

static int parse(const char *text)
{
    struct note n;
    struct complaint why = {""};
    int error = note_parse(slice_of_string(text), &n, &why);
    note_clear(&n);
    return error;
}

static void test_shape(void)
{
    static const char text[] = "one\n\nthree\n\n" LINE DASH " b/c AAAAAf8=\n";
    struct note n;
    struct complaint why = {""};
    is(note_parse(slice_of_string(text), &n, &why), 0, "a note with two lines");
    is((int64_t)n.count, 2, "both are there");
    ok(slice_equal(n.text, slice_of_string("one\n\nthree\n")),
       "text goes up to the last empty line");
    ok(slice_equal(n.lines[0].name, slice_of_string("name")) &&
           n.lines[0].key_id == 0x01020304 && n.lines[0].signature.size == 1 &&
           n.lines[0].signature.data[0] == 5,
       "name, key id and signature of the first");
    ok(slice_equal(n.lines[1].whole, slice_of_string(DASH " b/c AAAAAf8=\n")),
       "the second as it stands");
    struct buffer again = {0};
    buffer_append_slice(&again, n.text);
    note_write_separator(&again);
    for (size_t i = 0; i < n.count; i++) {
        note_write_line(&again, n.lines[i].name, n.lines[i].key_id, n.lines[i].signature);
    }
    ok(slice_equal(buffer_slice(&again), slice_of_string(text)), "written again, the same");
    buffer_free(&again);
    note_clear(&n);
}

static void test_accepted(void)
{
    static const char *const notes[] = {
        "text\n\n" LINE,
        "\n\n" LINE,              /* an empty line is text */
        "a\n\n\n" LINE,           /* the last empty line counts */
        "a\n" LINE "\n" LINE,     /* what looks like a signature, in the text */
        "\xc3\xa8 \x7f\n\n" LINE, /* UTF-8, and DEL is no control below U+0020 */
        "a\n\n" LINE LINE,
        "a\n\n" DASH " \xc3\xa9t\xc3\xa9 AQIDBAU=\n",
        "a\n\n" DASH " x AQIDBAUG\n",
    };
    for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
        is(parse(notes[i]), 0, "a note");
    }
}

static void test_refused(void)
{
    static const struct {
        const char *text;
        int error;
        const char *name;
    } notes[] = {
        {"", CONCLAVE_EFORMAT, "nothing"},
        {"\n", CONCLAVE_EFORMAT, "one line feed"},
        {"\n\n", CONCLAVE_EFORMAT, "nothing after the empty line"},
        {"a\n", CONCLAVE_EFORMAT, "text alone"},
        {"a\n\n", CONCLAVE_EFORMAT, "text and an empty line"},
        {"a\n" LINE, CONCLAVE_EFORMAT, "no empty line"},
        {"a\n\n" DASH " name AQIDBAU=", CONCLAVE_EFORMAT, "no end of the last line"},
        {"a\n\n" LINE "x", CONCLAVE_EFORMAT, "the beginning of a line"},
        {"a\n\n" LINE "\n", CONCLAVE_EFORMAT, "an empty line after the signatures"},
        {"a\n\n" LINE "\n\n", CONCLAVE_EFORMAT, "two of them"},
        {"a\n\n" LINE "more\n", CONCLAVE_EFORMAT, "text after the signatures"},
        {"a\n\nmore\n" LINE, CONCLAVE_EFORMAT, "text before them"},
        {"a\r\n\r\n" LINE, CONCLAVE_ETEXT, "carriage returns"},
        {"a\tb\n\n" LINE, CONCLAVE_ETEXT, "a tab"},
        {"a\x01\n\n" LINE, CONCLAVE_ETEXT, "a control character"},
        {"a\xff\n\n" LINE, CONCLAVE_ETEXT, "a byte that is not UTF-8"},
        {"a\xc0\x80\n\n" LINE, CONCLAVE_ETEXT, "an overlong zero"},
        {"a\xed\xa0\x80\n\n" LINE, CONCLAVE_ETEXT, "a surrogate"},
        {"a\n\n- name AQIDBAU=\n", CONCLAVE_EFORMAT, "a hyphen"},
        {"a\n\n" DASH "name AQIDBAU=\n", CONCLAVE_EFORMAT, "no space after the dash"},
        {"a\n\n" DASH "  AQIDBAU=\n", CONCLAVE_EFORMAT, "no name"},
        {"a\n\n" DASH " name  AQIDBAU=\n", CONCLAVE_EFORMAT, "two spaces"},
        {"a\n\n" DASH " name AQIDBAU= \n", CONCLAVE_EFORMAT, "a space at the end"},
        {"a\n\n" DASH " a+b AQIDBAU=\n", CONCLAVE_EFORMAT, "a plus in the name"},
        {"a\n\n" DASH " a\xc2\xa0"
         "b AQIDBAU=\n",
         CONCLAVE_EFORMAT, "U+00A0 in the name"},
        {"a\n\n" DASH " a\xe3\x80\x80"
         "b AQIDBAU=\n",
         CONCLAVE_EFORMAT, "U+3000 in it"},
        {"a\n\n" DASH " a\xe2\x80\xa9"
         "b AQIDBAU=\n",
         CONCLAVE_EFORMAT, "U+2029 in it"},
        {"a\n\n" DASH " name\n", CONCLAVE_EFORMAT, "no signature"},
        {"a\n\n" DASH " name \n", CONCLAVE_EFORMAT, "an empty signature"},
        {"a\n\n" DASH " name AQIDBA==\n", CONCLAVE_EFORMAT, "a key id alone"},
        {"a\n\n" DASH " name AQID\n", CONCLAVE_EFORMAT, "less than a key id"},
        {"a\n\n" DASH " name AQIDBAU\n", CONCLAVE_EFORMAT, "base64 without padding"},
        {"a\n\n" DASH " name AQIDBAU==\n", CONCLAVE_EFORMAT, "too much of it"},
        {"a\n\n" DASH " name AQIDBAV=\n", CONCLAVE_EFORMAT, "bits after the last byte"},
        {"a\n\n" DASH " name AQIDBA-_\n", CONCLAVE_EFORMAT, "the other alphabet"},
        {"a\n\n" DASH " name AQID=BAU\n", CONCLAVE_EFORMAT, "padding in the middle"},
        {"a\n\n" DASH " name AQID*AU=\n", CONCLAVE_EFORMAT, "no base64"},
    };
    for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
        is(parse(notes[i].text), notes[i].error, notes[i].name);
    }
}

static void test_limits(void)
{
    struct buffer b = {0};
    struct note n;
    struct complaint why = {""};
    lines_write_text(&b, "a\n\n");
    for (int i = 0; i < NOTE_LINES_MAX; i++) {
        lines_write_text(&b, LINE);
    }
    is(note_parse(buffer_slice(&b), &n, &why), 0, "as many lines as there may be");
    is((int64_t)n.count, NOTE_LINES_MAX, "all of them");
    note_clear(&n);
    lines_write_text(&b, LINE);
    is(note_parse(buffer_slice(&b), &n, &why), CONCLAVE_ELIMIT, "one more");
    note_clear(&n);
    b.size = 0;
    buffer_reserve(&b, NOTE_MAX);
    memset(b.data, 'a', NOTE_MAX);
    b.size = NOTE_MAX - (sizeof("\n\n" LINE) - 1);
    lines_write_text(&b, "\n\n" LINE);
    is(note_parse(buffer_slice(&b), &n, &why), 0, "as long as may be");
    note_clear(&n);
    lines_write_text(&b, LINE);
    is(note_parse(buffer_slice(&b), &n, &why), CONCLAVE_ELIMIT, "longer");
    note_clear(&n);
    uint8_t name[NOTE_NAME_MAX + 1];
    memset(name, 'n', sizeof(name));
    ok(note_name_is_valid(slice_of(name, NOTE_NAME_MAX)) &&
           !note_name_is_valid(slice_of(name, sizeof(name))) &&
           !note_name_is_valid(SLICE_NONE),
       "names of 1 to %d bytes", NOTE_NAME_MAX);
    buffer_free(&b);
}

/* --- keys --- */

static int vkey_error(const char *text)
{
    struct vkey v;
    struct complaint why = {""};
    return vkey_parse(slice_of_string(text), &v, &why);
}

/* The vkey of seed 0101.. by name "n", made by other means: Python's hashlib. */
#define ID_N  "8102ba7e"
#define KEY_1 "AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"

static void test_vkeys(void)
{
    struct vkey v;
    struct complaint why = {""};
    static const char text[] = "n+" ID_N "+" KEY_1;
    is(vkey_parse(slice_of_string(text), &v, &why), 0, "a vkey");
    struct buffer b = {0};
    vkey_encode(&b, &v);
    ok(slice_equal(buffer_slice(&b), slice_of_string(text)), "written again, the same");
    buffer_free(&b);
    is(vkey_error("m+" ID_N "+" KEY_1), CONCLAVE_EFORMAT, "the id of another name");
    is(vkey_error("n+8102BA7E+" KEY_1), CONCLAVE_EFORMAT, "an id in upper case");
    is(vkey_error("n+102ba7e+" KEY_1), CONCLAVE_EFORMAT, "an id of seven digits");
    is(vkey_error("n+" ID_N), CONCLAVE_EFORMAT, "no key");
    is(vkey_error("n+" ID_N "+"), CONCLAVE_EVERSION, "an empty key");
    is(vkey_error(""), CONCLAVE_EFORMAT, "nothing");
    is(vkey_error("+" ID_N "+" KEY_1), CONCLAVE_EFORMAT, "no name");
    is(vkey_error("a b+" ID_N "+" KEY_1), CONCLAVE_EFORMAT, "a space in the name");
    is(vkey_error("n+" ID_N "+" KEY_1 "\n"), CONCLAVE_EFORMAT, "a line feed");
    is(vkey_error("n+" ID_N "+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D28="),
       CONCLAVE_EFORMAT, "a key of 31 bytes");
    is(vkey_error("n+" ID_N "+AoqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"),
       CONCLAVE_EVERSION, "a type that is not known");
}

/* With the id that belongs to it, so that nothing else is wrong. */
static void test_bad_key(void)
{
    struct public_key key = {{1}};
    struct vkey v = vkey_of(slice_of_string("n"), VKEY_NOTE, &key);
    struct buffer b = {0};
    vkey_encode(&b, &v);
    buffer_append(&b, "", 1);
    is(vkey_error((const char *)b.data), CONCLAVE_EFORMAT, "a key of small order");
    buffer_free(&b);
}

/* White_Space of the Unicode character database, and what stands beside it. */
static void test_names(void)
{
    static const uint32_t spaces[] = {
        0x20,   0x85,   0xa0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005,
        0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000};
    enum { SPACES = sizeof(spaces) / sizeof(spaces[0]) };
    unsigned refused = 0, spaces_refused = 0;
    for (uint32_t c = 0x20; c < 0x4000; c++) {
        char name[TEXT_CHARACTER_MAX];
        refused += !note_name_is_valid(slice_of(name, text_encode(c, name)));
    }
    for (size_t i = 0; i < SPACES; i++) {
        char name[TEXT_CHARACTER_MAX];
        spaces_refused += !note_name_is_valid(slice_of(name, text_encode(spaces[i], name)));
    }
    is(spaces_refused, SPACES, "names have no spaces");
    is(refused, SPACES + 1, "nor a plus, and nothing else is refused");
}

struct signer {
    struct secret_key *secret;
    struct vkey plain, witness;
};

static void signer_init(struct signer *s, uint8_t number)
{
    struct public_key public;
    uint8_t seed[32];
    memset(seed, number, sizeof(seed));
    s->secret = key_from_seed(seed);
    key_public(s->secret, &public);
    s->plain = vkey_of(slice_of_string("signer"), VKEY_NOTE, &public);
    s->witness = vkey_of(slice_of_string("signer"), VKEY_COSIGNATURE, &public);
}

static struct note_line line_of(const struct vkey *v, const uint8_t *bytes, size_t size)
{
    return (struct note_line){
        .name = v->name, .key_id = v->id, .signature = slice_of(bytes, size)};
}

static void test_plain(const struct signer *a, const struct signer *b)
{
    struct slice text = slice_of_string("text\n");
    struct signature s;
    uint64_t seconds = 7;
    sign_note(a->secret, text, &s);
    struct note_line line = line_of(&a->plain, s.bytes, sizeof(s.bytes));
    is(vkey_verify(&a->plain, text, &line, &seconds), 0, "a signature of the text");
    is((int64_t)seconds, 0, "has no time");
    is(vkey_verify(&a->plain, slice_of_string("texT\n"), &line, NULL), CONCLAVE_ESIG,
       "of no other text");
    is(vkey_verify(&b->plain, text, &line, NULL), CONCLAVE_ENOENT, "another key's id");
    is(vkey_verify(&a->witness, text, &line, NULL), CONCLAVE_ENOENT, "another type's");
    line.name = slice_of_string("signe");
    is(vkey_verify(&a->plain, text, &line, NULL), CONCLAVE_ENOENT, "another name");
    line = line_of(&b->plain, s.bytes, sizeof(s.bytes));
    is(vkey_verify(&b->plain, text, &line, NULL), CONCLAVE_ESIG, "another key");
    line = line_of(&a->plain, s.bytes, sizeof(s.bytes) - 1);
    is(vkey_verify(&a->plain, text, &line, NULL), CONCLAVE_ESIG, "a byte too few");
}

static void test_cosignature(const struct signer *a)
{
    struct slice text = slice_of_string("text\n");
    struct signature s;
    uint8_t bytes[COSIGNATURE_BYTES];
    uint64_t seconds = 0;
    vkey_cosign(a->secret, text, 1679315147, bytes);
    struct note_line line = line_of(&a->witness, bytes, sizeof(bytes));
    is(vkey_verify(&a->witness, text, &line, &seconds), 0, "a cosignature of the text");
    is((int64_t)seconds, 1679315147, "has a time");
    static const uint8_t time[8] = {0, 0, 0, 0, 0x64, 0x18, 0x50, 0xcb};
    ok(memcmp(bytes, time, 8) == 0, "in eight bytes, big-endian");
    memcpy(s.bytes, bytes + 8, sizeof(s.bytes));
    is(sign_check_note(&a->witness.key,
                       slice_of_string("cosignature/v1\ntime 1679315147\ntext\n"), &s),
       0, "and signs two lines before the text");
    bytes[7]++;
    is(vkey_verify(&a->witness, text, &line, &seconds), CONCLAVE_ESIG, "another time");
    is((int64_t)seconds, 0, "is none");
    bytes[7]--;
    bytes[0] = 0x80;
    is(vkey_verify(&a->witness, text, &line, NULL), CONCLAVE_ESIG, "a time over 2^63");
    line = line_of(&a->witness, s.bytes, sizeof(s.bytes));
    is(vkey_verify(&a->witness, text, &line, NULL), CONCLAVE_ESIG, "no time at all");
}

/* What a label could begin with is never taken for a note. */
static void test_domains(const struct signer *a)
{
    struct hash council = {{0}};
    struct signature s;
    struct slice body = slice_of_string("x");
    struct buffer framed = {0};
    buffer_append(&framed, "\x05label", 6);
    buffer_append(&framed, council.bytes, HASH_BYTES);
    buffer_append_slice(&framed, body);
    sign_body(a->secret, "label", &council, body, &s);
    is(sign_verify(&a->plain.key, "label", &council, body, &s), 0, "signed with a label");
    is(sign_check_note(&a->plain.key, buffer_slice(&framed), &s), CONCLAVE_ESIG,
       "is no signature of a note");
    buffer_free(&framed);
}

static void test_lines(void)
{
    uint64_t number = 0;
    static const char *const wrong[] = {"",
                                        "00",
                                        "01",
                                        "+1",
                                        "-1",
                                        " 1",
                                        "1 ",
                                        "1a",
                                        "9223372036854775808",
                                        "18446744073709551616",
                                        "99999999999999999999"};
    is(lines_number(slice_of_string("0"), &number), 0, "nought");
    is(lines_number(slice_of_string("9223372036854775807"), &number), 0, "2^63 - 1");
    ok(number == LINES_NUMBER_MAX, "is read");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        is(lines_number(slice_of_string(wrong[i]), &number), CONCLAVE_EFORMAT, wrong[i]);
    }
}

/* Each byte in the place of the second letter of AAAA. */
static void test_base64(void)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789+/";
    unsigned right = 0;
    for (unsigned c = 0; c < 256; c++) {
        const uint8_t text[4] = {'A', (uint8_t)c, 'A', 'A'};
        struct buffer b = {0};
        bool is_letter = c != 0 && strchr(letters, (int)c) != NULL;
        right += (lines_base64(slice_of(text, 4), &b) == 0) == is_letter;
        buffer_free(&b);
    }
    is(right, 256, "the 64 letters of base64, and no other byte");
}

int main(void)
{
    struct signer a, b;
    if (key_library_init() != 0) {
        return 99;
    }
    signer_init(&a, 1);
    signer_init(&b, 2);
    test_shape();
    test_accepted();
    test_refused();
    test_limits();
    test_vkeys();
    test_bad_key();
    test_names();
    test_plain(&a, &b);
    test_cosignature(&a);
    test_domains(&a);
    test_lines();
    test_base64();
    key_free(a.secret);
    key_free(b.secret);
    return tap_done();
}
