/* SPDX-License-Identifier: ISC */
/*
 * libFuzzer's mutator for inputs that are one CBOR item, after a few other bytes perhaps:
 * it changes a number, a string, or the members of an array and keeps the lengths around
 * them right, so that most inputs get past the shape of what is decoded. Every fourth time
 * libFuzzer does as it likes.
 */
#include "base/bytes.h"
#include "fuzz.h"

#include <stdbool.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t size_max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed);

enum { ITEMS_MAX = 2048, DEPTH_MAX = 12, PREFIX_MAX = 3, STRING_ROOM = 256 };
enum { UINT = 0, BYTES = 2, TEXT = 3, ARRAY = 4 };

struct item {
    size_t begin, head, end; /* the head is so long */
    uint64_t argument;
    unsigned major;
};

static struct item items[ITEMS_MAX];
static size_t item_count;
static uint64_t state;

static uint64_t draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

static bool read_head(struct slice in, size_t at, struct item *out)
{
    if (at >= in.size) {
        return false;
    }
    unsigned info = in.data[at] & 0x1fU;
    size_t more = info < 24 ? 0 : info < 28 ? (size_t)1 << (info - 24) : SIZE_MAX;
    if (more == SIZE_MAX || in.size - at - 1 < more) {
        return false;
    }
    *out = (struct item){.begin = at, .head = 1 + more, .major = in.data[at] >> 5};
    out->argument = more == 0 ? info : 0;
    for (size_t i = 0; i < more; i++) {
        out->argument = out->argument << 8 | in.data[at + 1 + i];
    }
    return true;
}

/* Enters the item at `at`, and those within it; its end, or 0 where there is none. */
static size_t scan(struct slice in, size_t at, int depth)
{
    struct item it;
    size_t index = item_count;
    if (depth > DEPTH_MAX || item_count == ITEMS_MAX || !read_head(in, at, &it)) {
        return 0;
    }
    item_count++;
    it.end = at + it.head;
    if (it.major == BYTES || it.major == TEXT) {
        if (it.argument > in.size - it.end) {
            return 0;
        }
        it.end += (size_t)it.argument;
    } else if (it.major == ARRAY) {
        for (uint64_t i = 0; i < it.argument; i++) {
            it.end = scan(in, it.end, depth + 1);
            if (it.end == 0) {
                return 0;
            }
        }
    }
    items[index] = it;
    return it.end;
}

static void put_head(struct buffer *out, unsigned major, uint64_t argument)
{
    unsigned bytes = argument < 24            ? 0
                     : argument <= UINT8_MAX  ? 1
                     : argument <= UINT16_MAX ? 2
                     : argument <= UINT32_MAX ? 4
                                              : 8;
    static const uint8_t infos[] = {0, 24, 25, 0, 26, 0, 0, 0, 27};
    uint8_t byte = (uint8_t)(major << 5 | (bytes == 0 ? argument : infos[bytes]));
    buffer_append(out, &byte, 1);
    for (unsigned i = bytes; i > 0; i--) {
        byte = (uint8_t)(argument >> (8 * (i - 1)));
        buffer_append(out, &byte, 1);
    }
}

static struct slice item_slice(struct slice in, const struct item *it)
{
    return slice_of(in.data + it->begin, it->end - it->begin);
}

static void change_number(struct buffer *out, uint64_t old)
{
    static const uint64_t numbers[] = {128, 1024, (uint64_t)1 << 63, UINT64_MAX};
    switch (draw(4)) {
    case 0:
        put_head(out, UINT, old + 1);
        break;
    case 1:
        put_head(out, UINT, old - 1);
        break;
    case 2:
        put_head(out, UINT, draw(8));
        break;
    default:
        put_head(out, UINT, numbers[draw(sizeof(numbers) / sizeof(numbers[0]))]);
        break;
    }
}

static void change_string(struct buffer *out, struct slice in, const struct item *it)
{
    struct buffer content = {0};
    size_t size = it->end - it->begin - it->head;
    buffer_reserve(&content, size + STRING_ROOM);
    memcpy(content.data, in.data + it->begin + it->head, size);
    if (draw(2) == 0) {
        memset(content.data, draw(2) == 0 ? 0 : (int)draw(256), size);
    } else {
        size_t room = draw(2) == 0 ? size : size + STRING_ROOM;
        size = room > 0 ? LLVMFuzzerMutate(content.data, size, room) : 0;
    }
    put_head(out, it->major, size);
    buffer_append(out, content.data, size);
    buffer_free(&content);
}

/* Leaves out a member, or has one twice, next to itself or in place of another. */
static void change_members(struct buffer *out, struct slice in, const struct item *it)
{
    enum { LEAVE_OUT, DOUBLE, COPY, ACTS };
    uint64_t act = draw(ACTS), count = it->argument;
    uint64_t chosen = count > 0 ? draw(count) : 0;
    struct slice before = SLICE_NONE;
    size_t at = it->begin + it->head;
    put_head(out, ARRAY, count + (act == DOUBLE) - (act == LEAVE_OUT && count > 0));
    for (uint64_t i = 0; i < count; i++) {
        size_t end = at;
        for (size_t k = 0; k < item_count && end == at; k++) {
            end = items[k].begin == at ? items[k].end : at;
        }
        struct slice member = slice_of(in.data + at, end - at);
        if (i != chosen || act == DOUBLE || (act == COPY && before.size == 0)) {
            buffer_append_slice(out, member);
        }
        if (i == chosen && act != LEAVE_OUT) {
            buffer_append_slice(out, act == DOUBLE ? member : before);
        }
        before = member;
        at = end;
    }
    if (count == 0 && act == DOUBLE) {
        put_head(out, ARRAY, 0);
    }
}

static void change(struct buffer *out, struct slice in, const struct item *it)
{
    if (draw(8) == 0) {
        buffer_append_slice(out, item_slice(in, &items[draw(item_count)]));
    } else if (it->major == UINT) {
        change_number(out, it->argument);
    } else if (it->major == BYTES || it->major == TEXT) {
        change_string(out, in, it);
    } else if (it->major == ARRAY) {
        change_members(out, in, it);
    } else {
        buffer_append_slice(out, item_slice(in, it));
    }
}

/* The bytes before the item, which must take all the rest. */
static bool find_items(struct slice in, size_t *prefix)
{
    for (*prefix = 0; *prefix <= PREFIX_MAX; ++*prefix) {
        item_count = 0;
        if (scan(in, *prefix, 0) == in.size && items[0].major == ARRAY) {
            return true;
        }
    }
    return false;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
    struct slice in = slice_of(data, size);
    struct buffer out = {0};
    size_t prefix;
    state = ((uint64_t)seed << 1 | 1) * 0x9e3779b97f4a7c15ULL;
    (void)draw(2);
    if (draw(4) == 0 || !find_items(in, &prefix)) {
        return LLVMFuzzerMutate(data, size, size_max);
    }
    if (prefix > 0 && draw(8) == 0) {
        (void)LLVMFuzzerMutate(data, prefix, prefix);
        return size;
    }
    const struct item *it = &items[draw(item_count)];
    buffer_append(&out, data, it->begin);
    change(&out, in, it);
    buffer_append(&out, data + it->end, size - it->end);
    if (out.size <= size_max) {
        memcpy(data, out.data, out.size);
        size = out.size;
    }
    buffer_free(&out);
    return size;
}
