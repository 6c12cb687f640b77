/* SPDX-License-Identifier: ISC */
/* The table of keys, and their names. */
#include "tap.h"
#include "ui/console/action.h"
#include "ui/screen/key.h"

#include <string.h>

static void test_table(void)
{
    struct keymap m;
    unsigned twice = 0, nameless = 0, missing = 0;
    bool seen[ACTION_COUNT] = {false};
    keymap_defaults(&m);
    for (const struct action_entry *e = action_table; e->action != ACTION_NONE; e++) {
        seen[e->action] = true;
        for (size_t i = 0; i < ACTION_KEYS_MAX && e->keys[i] != 0; i++) {
            twice += keymap_find(&m, e->keys[i]) != e->action;
            char name[32];
            key_name(e->keys[i], name, sizeof(name));
            nameless += key_parse(name) != e->keys[i];
        }
    }
    for (int a = ACTION_NONE + 1; a < ACTION_COUNT; a++) {
        missing += !seen[a];
    }
    is(twice, 0, "no key does two things");
    is(nameless, 0, "every key's name is read as that key");
    is(missing, 0, "every action is in the table");
}

static void test_names(void)
{
    static const struct {
        const char *name;
        uint32_t key;
    } cases[] = {
        {"j", 'j'},       {"^D", 4},
        {"Space", ' '},   {"F10", KEYS_F1 + 9},
        {"U+00E9", 0xe9}, {"\xc3\xa9", 0xe9},
        {"F13", 0},       {"F0", 0},
        {"", 0},          {"nokey", 0},
        {"^", '^'},       {"^1", 0},
        {"U+202E", 0},    {"PgUp", KEYS_PAGE_UP},
        {"F", 'F'},       {"\xff", 0},
        {"U+110000", 0},  {"F-1", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        is(key_parse(cases[i].name), cases[i].key, cases[i].name);
    }
}

static void test_remap(void)
{
    struct keymap m;
    struct complaint why = {""};
    keymap_defaults(&m);
    is(keymap_set(&m, "freeze", "Z F5", &why), 0, "an action gets other keys");
    is(keymap_find(&m, 'Z'), ACTION_FREEZE, "the first one works");
    is(keymap_find(&m, KEYS_F1 + 4), ACTION_FREEZE, "the second as well");
    is(keymap_find(&m, 'z'), ACTION_NONE, "the old one does nothing");
    is(keymap_set(&m, "live", "j", &why), 0, "a key can be taken from another");
    is(keymap_find(&m, 'j'), ACTION_LIVE, "and does what it was taken for");
    is(keymap_find(&m, KEYS_DOWN), ACTION_DOWN, "the other keeps its other keys");
    is(keymap_set(&m, "live", "", &why), 0, "an action may have no key");
    is(keymap_find(&m, 'j'), ACTION_NONE, "then it is free");
    ok(keymap_set(&m, "fly", "x", &why) < 0 && strstr(why.text, "fly") != NULL,
       "an action that there is not is named");
    ok(keymap_set(&m, "live", "xx", &why) < 0 && strstr(why.text, "xx") != NULL,
       "a key that there is not is named");
    ok(keymap_set(&m, "live", "a b c d e", &why) < 0, "too many keys are refused");
    is(keymap_find(&m, 'a'), ACTION_ACKNOWLEDGE, "and change nothing");
}

int main(void)
{
    test_table();
    test_names();
    test_remap();
    return tap_done();
}
