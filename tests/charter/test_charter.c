/* SPDX-License-Identifier: ISC */
#include "charter/charter.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "hash/hash.h"
#include "tap.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *make_seat(unsigned number)
{
    uint8_t seed[32] = {(uint8_t)number, (uint8_t)(number >> 8), 0xc0};
    struct secret_key *k = key_from_seed(seed);
    struct public_key public;
    key_public(k, &public);
    key_free(k);
    char hex[2 * PUBLIC_KEY_BYTES + 1];
    hex_encode(hex, slice_of(public.bytes, sizeof(public.bytes)));
    char *address = alloc_printf("127.0.0.1:%u", 20000 + number);
    char *name = alloc_printf("seat-%u", number);
    char *vendor = alloc_printf("vendor %u", number % 4);
    char *place = alloc_printf("place %u", number % 5);
    json_t *seat = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "key", hex, "address",
                             address, "name", name, "jurisdiction", place, "speciality",
                             "law", "vendor", vendor, "model_family", vendor);
    free(address);
    free(name);
    free(vendor);
    free(place);
    return seat;
}

static json_t *make_charter(unsigned n)
{
    json_t *seats = json_array();
    for (unsigned i = 1; i <= n; i++) {
        json_array_append_new(seats, make_seat(i));
    }
    return json_pack("{s:s, s:I, s:o, s:[{s:s, s:i, s:i, s:i}, {s:s, s:i, s:i, s:i, s:b}]}",
                     "name", "test", "created_ms", (json_int_t)1700000000000, "seats",
                     seats, "classes", "name", "reciprocity", "commit_ms", 60000,
                     "reveal_ms", 60000, "grace_ms", 1000, "name", "emergency", "commit_ms",
                     30000, "reveal_ms", 30000, "grace_ms", 0, "emergency", 1);
}

static int parse_tree(const json_t *tree, struct charter **out, struct complaint *why)
{
    char *text = json_dumps(tree, JSON_INDENT(1));
    int error = charter_parse(slice_of_string(text), out, why);
    free(text);
    return error;
}

/* Puts value (stolen; NULL removes) at a place like seats[3].key. */
static void put(json_t *tree, const char *place, json_t *value)
{
    json_t *at = tree;
    char name[64];
    for (;;) {
        size_t length = strcspn(place, ".[");
        snprintf(name, sizeof(name), "%.*s", (int)length, place);
        place += length;
        if (*place == '\0') {
            break;
        }
        json_t *next = json_object_get(at, name);
        if (next == NULL) {
            next = json_object();
            json_object_set_new(at, name, next);
        }
        at = next;
        if (*place == '[') {
            size_t index = strtoul(place + 1, NULL, 10);
            place = strchr(place, ']') + 1;
            if (*place == '\0') {
                json_array_set_new(at, index, value);
                return;
            }
            at = json_array_get(at, index);
        }
        place++;
    }
    if (value == NULL) {
        json_object_del(at, name);
    } else {
        json_object_set_new(at, name, value);
    }
}

/* A charter of 7 seats with one thing changed: the error, and words of the complaint. */
struct bad {
    const char *place;
    const char *value; /* JSON, or NULL to remove the field */
    int error;
    const char *says;
};

static const struct bad bads[] = {
    {"name", NULL, CONCLAVE_EFORMAT, "name: missing"},
    {"name", "7", CONCLAVE_EFORMAT, "name: is a whole number, must be a string"},
    {"name", "\"\"", CONCLAVE_ELIMIT, "name: has 0 bytes"},
    {"name", "\"a\\u0007b\"", CONCLAVE_ETEXT, "name: a control or direction"},
    {"name", "\"a\\u202eb\"", CONCLAVE_ETEXT, "name: a control or direction"},
    {"name", "\"two\\nlines\"", CONCLAVE_ETEXT, "name: a control or direction"},
    {"created_ms", NULL, CONCLAVE_EFORMAT, "created_ms: missing"},
    {"created_ms", "0", CONCLAVE_ELIMIT, "created_ms: is 0"},
    {"created_ms", "-5", CONCLAVE_EFORMAT, "created_ms: is negative"},
    {"created_ms", "1700000000000.5", CONCLAVE_EFORMAT, "created_ms: has a fraction"},
    {"created_ms", "1e12", CONCLAVE_EFORMAT, "created_ms: has a fraction"},
    {"created_ms", "null", CONCLAVE_EFORMAT, "created_ms: is null"},
    {"created_ms", "253402300800000", CONCLAVE_ELIMIT, "created_ms: is 2534"},
    {"colour", "\"red\"", CONCLAVE_EFORMAT, "colour: no such field"},
    {"co\x1blour", "1", CONCLAVE_ETEXT, "co\\x1blour: a control"},
    {"seats", "[]", CONCLAVE_ELIMIT, "seats: has 0 seats"},
    {"seats", "{}", CONCLAVE_EFORMAT, "seats: is an object, must be an array"},
    {"seats[2]", "7", CONCLAVE_EFORMAT, "seats[2] (seat 3): must be an object"},
    {"seats[2].rank", "1", CONCLAVE_EFORMAT, "seats[2].rank (seat 3): no such field"},
    {"seats[3].key", NULL, CONCLAVE_EFORMAT, "seats[3].key (seat 4): missing"},
    {"seats[3].key", "\"ab\"", CONCLAVE_EFORMAT, "seats[3].key (seat 4): must be 64"},
    /* The neutral point, and one of small order: on the curve, not of prime order. */
    {"seats[3].key", "\"0100000000000000000000000000000000000000000000000000000000000000\"",
     CONCLAVE_ESIG, "seats[3].key (seat 4): not a valid"},
    {"seats[3].key", "\"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a\"",
     CONCLAVE_ESIG, "seats[3].key (seat 4): not a valid"},
    {"seats[4].address", "\"127.0.0.1:20001\"", CONCLAVE_EEXIST,
     "seats[4].address (seat 5): the same as seats[0].address (seat 1)"},
    {"seats[4].address", "\"127.0.0.1\"", CONCLAVE_EFORMAT, "must be host:port"},
    {"seats[4].address", "\"127.0.0.1:0\"", CONCLAVE_EFORMAT, "the port must be"},
    {"seats[4].address", "\"127.0.0.1:65536\"", CONCLAVE_EFORMAT, "the port must be"},
    {"seats[4].address", "\"127.0.0.1:080\"", CONCLAVE_EFORMAT, "the port must be"},
    {"seats[4].address", "\"127.0.0:80\"", CONCLAVE_EFORMAT, "not a complete IPv4"},
    {"seats[4].address", "\"256.0.0.1:80\"", CONCLAVE_EFORMAT, "not a complete IPv4"},
    {"seats[4].address", "\":80\"", CONCLAVE_EFORMAT, "the host must have"},
    {"seats[4].address", "\"::1:80\"", CONCLAVE_EFORMAT, "the host must be a name"},
    {"seats[4].address", "\"[::g]:80\"", CONCLAVE_EFORMAT, "an IPv6 address"},
    {"seats[4].address", "\"[:80\"", CONCLAVE_EFORMAT, "an IPv6 address"},
    {"seats[4].address", "\"a..b:80\"", CONCLAVE_EFORMAT, "every part of the host"},
    {"seats[4].address", "\"-a.b:80\"", CONCLAVE_EFORMAT, "every part of the host"},
    {"seats[4].address", "\"a b:80\"", CONCLAVE_EFORMAT, "the host must be a name"},
    {"seats[5].name", "\"seat-2\"", CONCLAVE_EEXIST,
     "seats[5].name (seat 6): the same as seats[1].name (seat 2)"},
    {"seats[5].name", "\"seat-2 \"", CONCLAVE_ETEXT, "remove the space"},
    {"seats[5].name", "\"123456789012345678901234567890123\"", CONCLAVE_ELIMIT,
     "seats[5].name (seat 6): has 33 bytes"},
    {"seats[6].vendor", NULL, CONCLAVE_EFORMAT, "seats[6].vendor (seat 7): missing"},
    {"classes", "[]", CONCLAVE_ELIMIT, "classes: has 0"},
    {"classes[0].name", "\"Two Words\"", CONCLAVE_EFORMAT, "classes[0].name: use lower"},
    {"classes[1].name", "\"reciprocity\"", CONCLAVE_EEXIST,
     "classes[1].name: the same as classes[0].name"},
    {"classes[0].threshold", "2", CONCLAVE_ELIMIT, "must be f+1 to n-f = 3 to 5 with 7"},
    {"classes[0].threshold", "6", CONCLAVE_ELIMIT, "must be f+1 to n-f = 3 to 5 with 7"},
    {"classes[0].threshold", "4294967299", CONCLAVE_ELIMIT,
     "classes[0].threshold: is 4294"},
    {"classes[0].commit_ms", "1999", CONCLAVE_ELIMIT,
     "classes[0].commit_ms: is 1999, must be at least 4 x timing.max_drift_ms = 2000"},
    {"classes[1].reveal_ms", "1999", CONCLAVE_ELIMIT, "classes[1].reveal_ms: is 1999"},
    {"classes[1].reveal_ms", NULL, CONCLAVE_EFORMAT, "classes[1].reveal_ms: missing"},
    {"classes[1].grace_ms", "30001", CONCLAVE_ELIMIT, "longer than the commit window"},
    {"classes[1].emergency", "1", CONCLAVE_EFORMAT, "must be true or false"},
    {"timing", "[]", CONCLAVE_EFORMAT, "timing: is an array, must be an object"},
    {"timing.max_drift", "1", CONCLAVE_EFORMAT, "timing.max_drift: no such field"},
    {"timing.max_drift_ms", "0", CONCLAVE_ELIMIT, "timing.max_drift_ms: is 0"},
    {"timing.max_drift_ms", "7501", CONCLAVE_ELIMIT, "4 x timing.max_drift_ms = 30004"},
    {"timing.timer_ceiling_ms", "499", CONCLAVE_ELIMIT, "below timing.timer_floor_ms"},
    {"ordering.window", "0", CONCLAVE_ELIMIT, "ordering.window: is 0"},
    {"ordering.open_proposals", "\"8\"", CONCLAVE_EFORMAT, "must be a whole number"},
    {"epoch.decisions", "0", CONCLAVE_ELIMIT, "epoch.decisions: is 0"},
    {"publish.interval_ms", "999", CONCLAVE_ELIMIT, "publish.interval_ms: is 999"},
    {"watch.false_alarm_ppm", "1000001", CONCLAVE_ELIMIT, "watch.false_alarm_ppm: is 10"},
    {"watch.window_decisions", "4097", CONCLAVE_ELIMIT, "is 4097, must be 16 to 4096"},
    {"watch.recent_decisions", "129", CONCLAVE_ELIMIT, "is 129, must be 8 to 128"},
    {"watch.magic", "1", CONCLAVE_EFORMAT, "watch.magic: no such field"},
};

static void test_bad(void)
{
    for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
        const struct bad *b = &bads[i];
        json_t *tree = make_charter(7);
        put(tree, b->place,
            b->value != NULL ? json_loads(b->value, JSON_DECODE_ANY, NULL) : NULL);
        struct charter *c = NULL;
        struct complaint why = {""};
        int error = parse_tree(tree, &c, &why);
        bool said = strstr(why.text, b->says) != NULL;
        if (!ok(error == b->error && said && c == NULL, "refused: %.24s = %.40s", b->place,
                b->value != NULL ? b->value : "(removed)")) {
            printf("#   %d: %s\n", error, why.text);
            charter_free(c);
        }
        json_decref(tree);
    }
}

static void test_duplicates(void)
{
    json_t *tree = make_charter(7);
    json_t *first =
        json_object_get(json_array_get(json_object_get(tree, "seats"), 0), "key");
    put(tree, "seats[6].key", json_incref(first));
    struct charter *c = NULL;
    struct complaint why = {""};
    is(parse_tree(tree, &c, &why), CONCLAVE_EEXIST, "two seats with one key are refused");
    ok(strstr(why.text, "seats[6].key (seat 7): the same as seats[0].key (seat 1)") != NULL,
       "and both are named");
    json_decref(tree);

    tree = make_charter(7);
    put(tree, "seats[0].address", json_string("[0:0::1]:7000"));
    put(tree, "seats[1].address", json_string("[::1]:7000"));
    is(parse_tree(tree, &c, &why), CONCLAVE_EEXIST, "two spellings of one IPv6 address");
    put(tree, "seats[0].address", json_string("Node.example:7000"));
    put(tree, "seats[1].address", json_string("node.example:7000"));
    is(parse_tree(tree, &c, &why), CONCLAVE_EEXIST, "two spellings of one host name");
    put(tree, "seats[1].address", json_string("node.example:7001"));
    if (is(parse_tree(tree, &c, &why), 0, "another port is another address")) {
        charter_free(c);
    }
    json_decref(tree);
}

static int parse_text(const char *text, struct complaint *why)
{
    struct charter *c = NULL;
    int error = charter_parse(slice_of_string(text), &c, why);
    charter_free(c);
    return error;
}

static void test_syntax(void)
{
    struct complaint why = {""};
    is(parse_text("{\n \"name\": \"a\",\n \"name\": \"b\"}", &why), CONCLAVE_EFORMAT,
       "a duplicate key is refused");
    ok(strstr(why.text, "line 3") != NULL && strstr(why.text, "duplicate") != NULL,
       "with its line: %s", why.text);
    is(parse_text("{\"name\": \"a\"", &why), CONCLAVE_EFORMAT, "an unfinished text");
    is(parse_text("", &why), CONCLAVE_EFORMAT, "an empty text");
    is(parse_text("[]", &why), CONCLAVE_EFORMAT, "a text that is not an object");
    is(parse_text("{} {}", &why), CONCLAVE_EFORMAT, "more than one value");
    is(parse_text("{\"name\": \"a\\u0000b\"}", &why), CONCLAVE_EFORMAT, "a NUL character");
    is(parse_text("{\"name\": \"\xc3\x28\"}", &why), CONCLAVE_EFORMAT, "broken UTF-8");
    is(parse_text("{\"created_ms\": 99999999999999999999}", &why), CONCLAVE_EFORMAT,
       "a number beyond 63 bits");
    is(parse_text("{\"a\x1b[2J\": \x1b[2J}", &why), CONCLAVE_EFORMAT, "escape sequences");
    ok(strchr(why.text, 0x1b) == NULL, "do not come back in the complaint");

    struct buffer deep = {0};
    buffer_append(&deep, "{\"name\":", 8);
    for (int i = 0; i < 2000; i++) {
        buffer_append(&deep, "[", 1);
    }
    for (int i = 0; i < 2000; i++) {
        buffer_append(&deep, "]", 1);
    }
    buffer_append(&deep, "}", 2);
    is(parse_text((const char *)deep.data, &why), CONCLAVE_ELIMIT,
       "a deep text is refused");
    buffer_free(&deep);

    struct bytes *large = bytes_new(CHARTER_MAX + 1);
    memset(large->data, ' ', large->size);
    struct charter *c = NULL;
    is(charter_parse(bytes_slice(large), &c, &why), CONCLAVE_ELIMIT,
       "a long text is refused");
    bytes_unref(large);
    is(charter_load("/nonexistent/charter.json", &c, &why), CONCLAVE_ENOENT,
       "a missing file");
    ok(strstr(why.text, "/nonexistent/charter.json") != NULL, "is named");
}

/* Every size of council: the charter parses, with the default threshold in its range. */
static void test_sizes(void)
{
    bool good = true;
    for (unsigned n = SEATS_MIN; n <= SEATS_MAX; n++) {
        json_t *tree = make_charter(n);
        struct charter *c = NULL;
        struct complaint why = {""};
        int error = parse_tree(tree, &c, &why);
        if (error != 0) {
            printf("#   n = %u: %s\n", n, why.text);
        }
        good = good && error == 0 && c->seat_count == n &&
               c->classes[0].threshold == quorum_default_threshold(n);
        charter_free(c);
        json_decref(tree);
    }
    ok(good, "councils of 4 to 128 seats, threshold ceil(2n/3) by default");
    json_t *tree = make_charter(SEATS_MAX + 1);
    struct charter *c = NULL;
    struct complaint why;
    is(parse_tree(tree, &c, &why), CONCLAVE_ELIMIT, "129 seats are refused");
    json_decref(tree);
}

static void test_values(void)
{
    json_t *tree = make_charter(33);
    struct charter *c = NULL;
    struct complaint why = {""};
    if (!is(parse_tree(tree, &c, &why), 0, "a charter with nothing optional")) {
        printf("#   %s\n", why.text);
        json_decref(tree);
        return;
    }
    ok(strcmp(c->name, "test") == 0 && c->created_ms == 1700000000000, "name and time");
    ok(strcmp(c->seats[32].name, "seat-33") == 0 &&
           strcmp(c->seats[32].address, "127.0.0.1:20033") == 0 &&
           strcmp(c->seats[32].jurisdiction, "place 3") == 0 &&
           strcmp(c->seats[32].speciality, "law") == 0 &&
           strcmp(c->seats[32].vendor, "vendor 1") == 0,
       "the last seat");
    is(c->class_count, 2, "two classes");
    ok(!c->classes[0].emergency && c->classes[1].emergency, "one of them for emergencies");
    is(c->classes[0].threshold, 22, "T = 22 of 33");
    is(charter_class_index(c, "emergency"), 1, "a class by its name");
    is(charter_class_index(c, "emergenc"), -1, "no class by another");
    ok(c->max_drift_ms == 500 && c->timer_floor_ms == 500 && c->timer_ceiling_ms == 10000,
       "timing by default");
    ok(c->window == 8 && c->rotate_every == 256 && c->return_interval_ms == 60000 &&
           c->seat_window == 4 && c->open_proposals == 8,
       "ordering by default");
    ok(c->epoch_decisions == 16 && c->epoch_absences == 3 &&
           c->publish_interval_ms == 60000,
       "epoch and publish by default");
    struct header genesis = charter_genesis(c);
    ok(genesis.version == 1 && genesis.height == 0 && genesis.view == 0 &&
           genesis.time_ms == c->created_ms && genesis.executed_height == 0,
       "block 0");

    struct hash before = c->council_id;
    charter_free(c);
    put(tree, "ordering.window", json_integer(8));
    parse_tree(tree, &c, &why);
    ok(memcmp(&before, &c->council_id, sizeof(before)) != 0,
       "a default that is written down is another text, so another id");
    charter_free(c);
    put(tree, "ordering.window", json_integer(16));
    put(tree, "ordering.seat_window", json_integer(5));
    put(tree, "timing.timer_floor_ms", json_integer(100));
    put(tree, "epoch.absences", json_integer(0));
    put(tree, "classes[0].threshold", json_integer(11));
    parse_tree(tree, &c, &why);
    ok(c->window == 16 && c->seat_window == 5 && c->rotate_every == 256 &&
           c->timer_floor_ms == 100 && c->epoch_absences == 0 &&
           c->classes[0].threshold == 11,
       "what is written wins over the default");
    charter_free(c);
    json_decref(tree);
}

/* Key order and white space are not part of the tree. */
static void test_layout(void)
{
    json_t *tree = make_charter(4);
    char *sorted = json_dumps(tree, JSON_SORT_KEYS | JSON_COMPACT);
    char *spread = json_dumps(tree, JSON_INDENT(8));
    struct charter *a = NULL;
    struct charter *b = NULL;
    struct complaint why;
    charter_parse(slice_of_string(sorted), &a, &why);
    charter_parse(slice_of_string(spread), &b, &why);
    ok(memcmp(&a->council_id, &b->council_id, sizeof(a->council_id)) == 0,
       "the id does not depend on the layout of the file");
    struct buffer encoding = {0};
    charter_encode(slice_of_string(spread), &encoding, &why);
    struct hash id = hash_labelled(LABEL_CHARTER, buffer_slice(&encoding));
    ok(memcmp(&id, &a->council_id, sizeof(id)) == 0, "and is the hash of the encoding");
    buffer_free(&encoding);
    charter_free(a);
    charter_free(b);
    free(sorted);
    free(spread);
    json_decref(tree);
}

static void test_encoding(void)
{
    static const struct {
        const char *json, *cbor;
    } cases[] = {
        {"{}", "a0"},
        {"{\"b\":1,\"a\":2}", "a2616102616201"},
        /* shorter keys first: their encoding begins with the length */
        {"{\"aa\":1,\"b\":true,\"\":[]}", "a3608061"
                                          "62f56261"
                                          "6101"},
        {"{\"x\":[0,23,24,255,256,65535,65536,4294967296,false]}", "a161788900171818"
                                                                   "18ff19010019ffff"
                                                                   "1a00010000"
                                                                   "1b0000000100000000"
                                                                   "f4"},
        {"{\"x\":9223372036854775807}", "a161781b7fffffffffffffff"},
        {"{\"\\u00e9\":\"\\ud83d\\ude00\"}", "a162c3a964f09f9880"},
        /* 24 bytes take a longer head, and so come last */
        {"{\"abcdefghijklmnopqrstuvwx\":0,\"zzz\":0}",
         "a2637a7a7a00"
         "7818"
         "6162636465666768696a6b6c6d6e6f707172737475767778"
         "00"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buffer out = {0};
        struct complaint why = {""};
        int error = charter_encode(slice_of_string(cases[i].json), &out, &why);
        char hex[256] = "";
        if (out.size < 100) {
            hex_encode(hex, buffer_slice(&out));
        }
        if (!ok(error == 0 && strcmp(hex, cases[i].cbor) == 0, "encoded: %s",
                cases[i].json)) {
            printf("#   got %s %s\n", hex, why.text);
        }
        buffer_free(&out);
    }
    struct buffer out = {0};
    struct complaint why;
    is(charter_encode(slice_of_string("{\"a\":1,\"b\":null}"), &out, &why),
       CONCLAVE_EFORMAT, "null has no encoding");
    is((int64_t)out.size, 0, "and leaves nothing behind");
    buffer_free(&out);
}

/* council.json's id was computed by another program: Python's json, hashlib.blake2b and a
 * CBOR encoder written for it from RFC 8949. */
static void test_vector(void)
{
    const char *top = getenv("top_srcdir");
    char *path = alloc_printf("%s/tests/charter/council.json", top != NULL ? top : ".");
    struct charter *c = NULL;
    struct complaint why = {""};
    if (is(charter_load(path, &c, &why), 0, "the charter of the vector")) {
        char hex[2 * HASH_BYTES + 1];
        hex_encode(hex, slice_of(c->council_id.bytes, HASH_BYTES));
        ok(strcmp(hex,
                  "710c8122e3d5f898177f0a34ad9092dc2bd26a589d10d62b41fe4b16c3cb0cea") == 0,
           "its council_id: %s", hex);
    } else {
        printf("#   %s\n", why.text);
    }
    charter_free(c);
    free(path);
}

struct heard {
    unsigned count;
    char last[COMPLAINT_BYTES];
};

static void hear(void *context, const char *text)
{
    struct heard *h = context;
    h->count++;
    (void)snprintf(h->last, sizeof(h->last), "%s", text);
}

static void test_warnings(void)
{
    json_t *tree = make_charter(10); /* f = 3; three vendors have 2, 3, 3 and 2 seats */
    struct charter *c = NULL;
    struct complaint why;
    struct heard h = {0};
    parse_tree(tree, &c, &why);
    charter_warnings(c, hear, &h);
    is(h.count, 0, "nothing to warn of");
    charter_free(c);

    put(tree, "seats[3].vendor", json_string("VENDOR 1"));
    parse_tree(tree, &c, &why);
    charter_warnings(c, hear, &h);
    is(h.count, 1, "a vendor with f + 1 seats, one of them in capitals");
    ok(strstr(h.last, "vendor 'vendor 1' has 4 seats") != NULL, "is named: %s", h.last);
    charter_free(c);
    put(tree, "seats[3].vendor", json_string("vendor 0"));

    put(tree, "seats[3].model_family", json_string("vendor 1"));
    parse_tree(tree, &c, &why);
    h = (struct heard){0};
    charter_warnings(c, hear, &h);
    ok(h.count == 1 && strstr(h.last, "model family") != NULL, "a model family with f + 1");
    charter_free(c);
    put(tree, "seats[3].model_family", json_string("vendor 0"));

    for (unsigned i = 0; i < 10; i++) {
        char place[32];
        (void)snprintf(place, sizeof(place), "seats[%u].jurisdiction", i);
        put(tree, place, json_string(i % 2 == 0 ? "Unknown" : "Aland"));
    }
    put(tree, "seats[1].jurisdiction", json_string("Sealand"));
    put(tree, "seats[3].jurisdiction", json_string("Sealand"));
    parse_tree(tree, &c, &why);
    h = (struct heard){0};
    charter_warnings(c, hear, &h);
    ok(h.count == 1 && strstr(h.last, "does not state the jurisdiction of 5 seats") != NULL,
       "jurisdictions that nobody stated: %s", h.last);
    charter_free(c);
    for (unsigned i = 0; i < 10; i++) {
        char place[32];
        (void)snprintf(place, sizeof(place), "seats[%u].jurisdiction", i);
        put(tree, place, json_string(i < 7 ? "Aland" : "Sealand"));
    }
    parse_tree(tree, &c, &why);
    h = (struct heard){0};
    charter_warnings(c, hear, &h);
    ok(h.count == 1 && strstr(h.last, "the jurisdiction 'Aland' has 7 seats") != NULL &&
           strstr(h.last, "approve alone (T = 7)") != NULL &&
           strstr(h.last, "give 4 of them another") != NULL,
       "a jurisdiction that could approve alone, and the cure: %s", h.last);
    charter_free(c);
    for (unsigned i = 0; i < 10; i++) {
        char place[32], value[16];
        (void)snprintf(place, sizeof(place), "seats[%u].jurisdiction", i);
        (void)snprintf(value, sizeof(value), "place %u", i % 5);
        put(tree, place, json_string(value));
    }

    put(tree, "classes[1].reveal_ms", json_integer(20999));
    parse_tree(tree, &c, &why);
    h = (struct heard){0};
    charter_warnings(c, hear, &h);
    ok(h.count == 1 && strstr(h.last, "classes[1].reveal_ms: 20999") != NULL,
       "a window that a change of primary may use up: %s", h.last);
    charter_free(c);
    json_decref(tree);
}

int main(void)
{
    if (key_library_init() != 0) {
        return 1;
    }
    test_encoding();
    test_syntax();
    test_values();
    test_sizes();
    test_layout();
    test_vector();
    test_bad();
    test_duplicates();
    test_warnings();
    return tap_done();
}
