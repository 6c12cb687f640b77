/* SPDX-License-Identifier: ISC */
/* The cursor's and the writer's own rules: what each refuses, with which error. */
#include "base/error.h"
#include "reencode.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

/* Bytes from hexadecimal digits, in a buffer of their exact size. */
static struct bytes *from_hex(const char *hex)
{
    struct bytes *b = bytes_new(strlen(hex) / 2);
    int error = hex_decode(b->data, b->size, hex, strlen(hex));
    if (error != 0) {
        abort();
    }
    return b;
}

static int read_item(const char *hex)
{
    struct bytes *b = from_hex(hex);
    int error = reencode_item(bytes_slice(b));
    bytes_unref(b);
    return error;
}

static void items(void)
{
    static const struct {
        const char *hex;
        int error;
        const char *name;
    } cases[] = {
        {"", CONCLAVE_EFORMAT, "nothing at all"},
        {"1817", CONCLAVE_ECANON, "23 in two bytes"},
        {"1818", 0, "24 in two bytes"},
        {"1900ff", CONCLAVE_ECANON, "255 in three bytes"},
        {"190100", 0, "256 in three bytes"},
        {"1a0000ffff", CONCLAVE_ECANON, "65535 in five bytes"},
        {"1a00010000", 0, "65536 in five bytes"},
        {"1b00000000ffffffff", CONCLAVE_ECANON, "2^32-1 in nine bytes"},
        {"1b0000000100000000", 0, "2^32 in nine bytes"},
        {"18", CONCLAVE_EFORMAT, "a head cut after its first byte"},
        {"1b00000001000000", CONCLAVE_EFORMAT, "a head cut before its last byte"},
        {"1c", CONCLAVE_EFORMAT, "reserved argument 28"},
        {"1d", CONCLAVE_EFORMAT, "reserved argument 29"},
        {"1e", CONCLAVE_EFORMAT, "reserved argument 30"},
        {"1f", CONCLAVE_EFORMAT, "an integer of indefinite length"},
        {"5f4100ff", CONCLAVE_ECANON, "bytes of indefinite length"},
        {"9fff", CONCLAVE_ECANON, "an array of indefinite length"},
        {"ff", CONCLAVE_EFORMAT, "a break alone"},
        {"580100", CONCLAVE_ECANON, "the length of bytes not shortest"},
        {"4200", CONCLAVE_EFORMAT, "bytes cut short"},
        {"5bffffffffffffffff", CONCLAVE_EFORMAT, "bytes of length 2^64-1"},
        {"7bffffffffffffffff", CONCLAVE_EFORMAT, "text of length 2^64-1"},
        {"9bffffffffffffffff", CONCLAVE_EFORMAT, "2^64-1 elements"},
        {"bb8000000000000000", CONCLAVE_EFORMAT, "2^63 pairs"},
        {"9a0001000000", CONCLAVE_EFORMAT, "more elements than bytes"},
        {"8200", CONCLAVE_EFORMAT, "an array cut short"},
        {"a1", CONCLAVE_EFORMAT, "a map cut before its key"},
        {"a16161", CONCLAVE_EFORMAT, "a map cut before its value"},
        {"a2610100", CONCLAVE_EFORMAT, "two pairs in three bytes"},
        {"a2616101616202", 0, "ascending keys"},
        {"a2616201616102", CONCLAVE_ECANON, "descending keys"},
        {"a2616101616102", CONCLAVE_ECANON, "a key twice"},
        {"a2617a0162616102", 0, "the shorter key first"},
        {"a2626161016"
         "17a02",
         CONCLAVE_ECANON, "the longer key first"},
        {"a26001616101", 0, "an empty key first"},
        {"a26161016001", CONCLAVE_ECANON, "an empty key last"},
        {"a2600160"
         "02",
         CONCLAVE_ECANON, "the empty key twice"},
        {"a1410000", CONCLAVE_EFORMAT, "a key of bytes"},
        {"a1610a00", CONCLAVE_ETEXT, "a line feed in a key"},
        {"610a", 0, "a line feed in text"},
        {"6100", CONCLAVE_ETEXT, "NUL in text"},
        {"61ff", CONCLAVE_ETEXT, "text that is not UTF-8"},
        {"63e280ae", CONCLAVE_ETEXT, "a right-to-left override in text"},
        {"20", CONCLAVE_EFORMAT, "a negative integer"},
        {"c000", CONCLAVE_EFORMAT, "a tag"},
        {"f6", CONCLAVE_EFORMAT, "null"},
        {"f7", CONCLAVE_EFORMAT, "undefined"},
        {"f814", CONCLAVE_EFORMAT, "false in two bytes"},
        {"f90000", CONCLAVE_EFORMAT, "a half float"},
        {"8181f6", CONCLAVE_EFORMAT, "null within arrays"},
        {"0000", CONCLAVE_ETRAILING, "two items"},
        {"8000", CONCLAVE_ETRAILING, "a byte after an empty array"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        is(read_item(cases[i].hex), cases[i].error, cases[i].name);
    }
}

/* levels arrays (or maps) within each other around one integer. */
static int nested(size_t levels, bool maps)
{
    struct buffer b = {0};
    for (size_t i = 0; i < levels; i++) {
        if (maps) {
            cbor_write_map(&b, 1);
            cbor_write_text(&b, slice_of_string("k"));
        } else {
            cbor_write_array(&b, 1);
        }
    }
    cbor_write_uint(&b, 1);
    int error = reencode_item(buffer_slice(&b));
    buffer_free(&b);
    return error;
}

static void nesting(void)
{
    struct buffer b = {0};
    is(nested(16, false), 0, "16 arrays deep");
    is(nested(17, false), CONCLAVE_ELIMIT, "17 arrays deep");
    is(nested(16, true), 0, "16 maps deep");
    is(nested(17, true), CONCLAVE_ELIMIT, "17 maps deep");
    is(nested(1000000, false), CONCLAVE_ELIMIT, "a million arrays deep");
    for (int i = 0; i < 17; i++) {
        cbor_write_array(&b, i < 16);
    }
    is(reencode_item(buffer_slice(&b)), CONCLAVE_ELIMIT, "an empty array 17 deep");
    buffer_free(&b);
    /* Every level ends at once: the way back up is taken in one go. */
    is(read_item("8281818101820203"), 0, "an array after a deep one");
}

static void limits(void)
{
    struct bytes *b = from_hex("1903e8"
                               "4401020304"
                               "6449455446"
                               "83010203");
    struct cbor_reader r;
    cbor_read_begin(&r, bytes_slice(b));
    is((int64_t)cbor_read_uint(&r, 1000), 1000, "an integer at its limit");
    is((int64_t)cbor_read_bytes(&r, 4).size, 4, "bytes at their limit");
    is((int64_t)cbor_read_text(&r, 4, false).size, 4, "text at its limit");
    is((int64_t)cbor_read_array(&r, 3), 3, "an array at its limit");
    is(r.error, 0, "no error so far");

    cbor_read_begin(&r, bytes_slice(b));
    is((int64_t)cbor_read_uint(&r, 999), 0, "an integer over its limit is 0");
    is(r.error, CONCLAVE_ELIMIT, "and an error");
    cbor_read_begin(&r, slice_of(b->data + 3, b->size - 3));
    ok(cbor_read_bytes(&r, 3).data == NULL, "bytes over their limit are none");
    is(r.error, CONCLAVE_ELIMIT, "and an error");
    cbor_read_begin(&r, slice_of(b->data + 8, b->size - 8));
    ok(cbor_read_text(&r, 3, false).data == NULL, "text over its limit is none");
    is(r.error, CONCLAVE_ELIMIT, "and an error");
    cbor_read_begin(&r, slice_of(b->data + 13, b->size - 13));
    is((int64_t)cbor_read_array(&r, 2), 0, "an array over its limit has no elements");
    is(r.error, CONCLAVE_ELIMIT, "and an error");
    cbor_read_begin(&r, slice_of(b->data + 13, b->size - 13));
    cbor_read_array_of(&r, 2);
    is(r.error, CONCLAVE_EFORMAT, "an array of another size than the one expected");
    bytes_unref(b);

    b = from_hex("a2616101616202");
    cbor_read_begin(&r, bytes_slice(b));
    is((int64_t)cbor_read_map(&r, 1), 0, "a map over its limit");
    is(r.error, CONCLAVE_ELIMIT, "and an error");
    cbor_read_begin(&r, bytes_slice(b));
    is((int64_t)cbor_read_map(&r, 2), 2, "a map at its limit");
    bytes_unref(b);
}

static void sticky(void)
{
    struct bytes *b = from_hex("f6"
                               "01");
    struct cbor_reader r;
    uint8_t out[4] = {1, 2, 3, 4};
    static const uint8_t zero[4];
    cbor_read_begin(&r, bytes_slice(b));
    is(cbor_peek(&r), -1, "nothing known comes next");
    is(cbor_read_bool(&r), 0, "null is no boolean");
    is(r.error, CONCLAVE_EFORMAT, "which is an error");
    r.at = 1;
    is((int64_t)cbor_read_uint(&r, 9), 0, "after it an integer is 0");
    is((int64_t)cbor_read_array(&r, 9), 0, "an array empty");
    ok(cbor_read_bytes(&r, 9).data == NULL, "a string none");
    ok(cbor_read_item(&r).data == NULL, "an item none");
    cbor_read_bytes_into(&r, out, sizeof(out));
    ok(memcmp(out, zero, sizeof(out)) == 0, "bytes of fixed size zero");
    is(cbor_peek(&r), -1, "and nothing comes next");
    is((int64_t)r.at, 1, "the cursor stays");
    cbor_read_fail(&r, CONCLAVE_ESIG);
    is(cbor_read_end(&r), CONCLAVE_EFORMAT, "the first error wins");
    bytes_unref(b);
}

static void fixed_size(void)
{
    struct bytes *b = from_hex("43010203");
    struct cbor_reader r;
    uint8_t out[4];
    cbor_read_begin(&r, bytes_slice(b));
    cbor_read_bytes_into(&r, out, 3);
    ok(cbor_read_end(&r) == 0 && memcmp(out, "\1\2\3", 3) == 0, "three bytes of three");
    cbor_read_begin(&r, bytes_slice(b));
    cbor_read_bytes_into(&r, out, 4);
    is(cbor_read_end(&r), CONCLAVE_EFORMAT, "three bytes where four are due");
    cbor_read_begin(&r, bytes_slice(b));
    cbor_read_bytes_into(&r, out, 2);
    is(cbor_read_end(&r), CONCLAVE_EFORMAT, "three bytes where two are due");
    bytes_unref(b);
}

static void types(void)
{
    static const struct {
        const char *hex;
        int type;
    } cases[] = {
        {"00", CBOR_UINT}, {"40", CBOR_BYTES}, {"60", CBOR_TEXT}, {"80", CBOR_ARRAY},
        {"a0", CBOR_MAP},  {"f4", CBOR_BOOL},  {"f5", CBOR_BOOL}, {"f6", -1},
        {"20", -1},        {"c0", -1},         {"", -1}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes *b = from_hex(cases[i].hex);
        struct cbor_reader r;
        cbor_read_begin(&r, bytes_slice(b));
        ok(cbor_peek(&r) == cases[i].type, "the type of \"%s\"", cases[i].hex);
        bytes_unref(b);
    }
}

int main(void)
{
    items();
    nesting();
    limits();
    sticky();
    fixed_size();
    types();
    return tap_done();
}
