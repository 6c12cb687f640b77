/* SPDX-License-Identifier: ISC */
/* The console as its operator finds it: badges, moving, finding, freezing, acting. */
#include "desk.h"

#include <string.h>

static void pass(struct desk *s, uint64_t ms)
{
    story_pass(s->story, ms);
}

static void test_badges(void)
{
    struct desk s;
    desk_open(&s, 7, 3);
    desk_shows(&s, " LIVE ", "connected and heard: live");
    desk_shows(&s, "council-a", "the council's name is shown");
    desk_shows(&s, "alive 7/7", "and how many are alive");
    pass(&s, 3500);
    desk_shows(&s, "STALE 3s", "a node that says nothing is stale");
    ok(cells_at(&s.cells, 2, 0)->dim, "and what it said is dim");
    story_beat(s.story);
    desk_feed(&s);
    desk_shows(&s, " LIVE ", "until it says something");
    console_link(s.console, 0, (struct link_state){.up = false, .attempt = 4},
                 story_now(s.story));
    desk_shows(&s, "RECONNECTING #4", "a node that is gone is called again");
    desk_shows(&s, "alder", "its last data stay");
    ok(cells_at(&s.cells, 6, 0)->dim, "dimmed");
    desk_close(&s);
}

static void test_nothing_yet(void)
{
    static const char *const names[] = {"/nowhere.sock"};
    struct console_options options;
    struct desk s = {.story = story_new(4, 0)};
    console_options_defaults(&options);
    s.console = console_new(&options, 1, names);
    desk_size(&s, 24, 80);
    desk_shows(&s, "CONNECTING", "before the first connection it says so");
    desk_shows(&s, "/nowhere.sock", "and to where");
    console_link(s.console, 0,
                 (struct link_state){.attempt = 1, .why = "you may not open it"},
                 story_now(s.story));
    desk_shows(&s, "you may not open it", "and why not, when that is known");
    desk_press(&s, "1 j k G g Enter Esc 2 j Enter 3 j Enter Esc 4 5 6 7 F t v e a y Y");
    desk_shows(&s, "/nowhere.sock", "no key does harm");
    desk_close(&s);
}

static void test_views(void)
{
    static const char *const tabs[] = {"[1 Council]", "[2 Consensus]", "[3 Ballots]",
                                       "[4 Pattern]", "[5 Flags]",     "[6 Ledger]",
                                       "[7 Log]"};
    struct desk s;
    char key[2] = "1";
    desk_open(&s, 33, 5);
    for (unsigned i = 0; i < 7; i++) {
        key[0] = (char)('1' + i);
        desk_press(&s, key);
        desk_shows(&s, tabs[i], tabs[i]);
    }
    desk_press(&s, "Tab");
    desk_shows(&s, "[1 Council]", "Tab goes round");
    desk_press(&s, "S-Tab");
    desk_shows(&s, "[7 Log]", "and back");
    desk_close(&s);
}

/* A node says what is waited for once a second at most; votes and ballots come sooner. */
static void test_old_word(void)
{
    struct desk s;
    desk_open(&s, 4, 3);
    const struct scene *scene = model_scene(console_model(s.console, 0));
    ok(!scene->awaiting.old, "what is waited for is as the node says");
    story_block(s.story);
    desk_feed(&s);
    ok(scene->awaiting.old, "it is old when a block has come since");
    pass(&s, 1000);
    story_beat(s.story);
    desk_feed(&s);
    ok(!scene->awaiting.old, "and is asked for again");
    desk_close(&s);
}

/* Of a decision that nobody watched nothing is said of that moment but what is kept. */
static void test_unseen_past(void)
{
    struct desk s;
    desk_open(&s, 4, 3);
    desk_press(&s, "[");
    desk_shows(&s, "alive ?/4", "who was there is not known");
    desk_press(&s, "5");
    desk_shows(&s, "no flag of that time is known", "nor what was flagged");
    desk_press(&s, "L");
    (void)story_decide(s.story, "Watched", 4);
    desk_feed(&s);
    desk_size(&s, 40, 120);
    desk_press(&s, "[ 2");
    desk_shows(&s, "alive 4/4", "of one that was watched it is");
    desk_shows(&s, "failed views ?  waiting ?", "but not how many views had failed");
    desk_shows(&s, "timer ?", "nor the timer");
    desk_close(&s);
}

/* Where there is no row for the keys the header stays whole. */
static void test_low(void)
{
    struct desk s;
    desk_open(&s, 4, 3);
    desk_size(&s, 5, 40);
    desk_hides(&s, "F1Help", "no keys over the header");
    ok(desk_row_of(&s, " LIVE ") == 0, "the header is there");
    desk_press(&s, ":");
    ok(desk_row_of(&s, ":") == 0, "a prompt takes its place");
    desk_close(&s);
}

static void test_cursor(void)
{
    struct desk s;
    desk_open(&s, 7, 3);
    ok(strstr(desk_selected(&s), "alder") != NULL, "the first seat is selected");
    desk_press(&s, "j j");
    ok(strstr(desk_selected(&s), "aspen") != NULL, "two down");
    desk_press(&s, "G");
    ok(strstr(desk_selected(&s), "box") != NULL, "the last");
    desk_press(&s, "j");
    ok(strstr(desk_selected(&s), "box") != NULL, "no further");
    desk_press(&s, "g k");
    ok(strstr(desk_selected(&s), "alder") != NULL, "nor before the first");
    desk_press(&s, "j I");
    ok(strstr(desk_selected(&s), "ash") != NULL,
       "inverted, the cursor stays with its seat");
    desk_press(&s, "I F");
    desk_shows(&s, "following 2", "a followed seat is named");
    desk_press(&s, ">");
    ok(strstr(desk_selected(&s), "ash") != NULL, "and the cursor with it, however sorted");
    desk_press(&s, "F");
    desk_hides(&s, "following 2 ", "until it is let go");
    desk_close(&s);
}

static void test_find(void)
{
    struct desk s;
    desk_open(&s, 33, 3);
    desk_press(&s, "\\");
    desk_type(&s, "PINE");
    desk_shows(&s, "1 of 33", "a filter hides while it is typed, letters' case aside");
    desk_press(&s, "Esc");
    desk_hides(&s, "1 of 33", "Esc takes it back");
    desk_press(&s, "F4");
    desk_type(&s, "ho");
    desk_press(&s, "Enter");
    desk_shows(&s, "2 of 33", "Enter keeps it");
    desk_press(&s, "Esc");
    desk_hides(&s, "of 33", "and Esc ends it");
    desk_press(&s, "/");
    desk_type(&s, "plane");
    desk_press(&s, "Enter");
    ok(strstr(desk_selected(&s), "plane") != NULL, "a search goes there");
    desk_press(&s, "/");
    desk_type(&s, "ho");
    desk_press(&s, "Enter");
    ok(strstr(desk_selected(&s), "holly") != NULL, "from the cursor on, round about");
    desk_press(&s, "n");
    ok(strstr(desk_selected(&s), "hornbeam") != NULL, "n: the next");
    desk_press(&s, "N");
    ok(strstr(desk_selected(&s), "holly") != NULL, "N: the one before");
    desk_press(&s, "/");
    desk_type(&s, "zzz");
    desk_press(&s, "Enter");
    desk_shows(&s, "nothing here has \"zzz\"", "what is not there is said");
    desk_close(&s);
}

static void test_sort_menu(void)
{
    struct desk s;
    desk_open(&s, 7, 3);
    desk_press(&s, "F6");
    desk_shows(&s, "sort by", "F6 opens a menu");
    desk_press(&s, "j Enter");
    desk_shows(&s, "sorted by name", "Enter sorts");
    desk_press(&s, "F6 Esc");
    desk_hides(&s, "sort by", "Esc leaves it");
    desk_close(&s);
}

static void test_freeze(void)
{
    struct desk s;
    desk_open(&s, 7, 3);
    desk_press(&s, "z");
    desk_shows(&s, "FROZEN", "z freezes");
    char before[8192];
    (void)snprintf(before, sizeof(before), "%s", desk_screen(&s));
    uint64_t version = console_version(s.console);
    (void)story_decide(s.story, "Behind the ice", 7);
    pass(&s, 5000);
    desk_feed(&s);
    ok(strcmp(before, desk_screen(&s)) == 0, "what happens is not seen");
    is((int64_t)console_version(s.console), (int64_t)version, "nor is anything painted");
    desk_press(&s, "z 3");
    desk_shows(&s, "Behind the ice", "but it was taken in");
    desk_close(&s);
}

static void test_travel(void)
{
    struct desk s;
    desk_open(&s, 7, 4);
    for (unsigned i = 0; i < 3; i++) {
        pass(&s, 60000);
        (void)story_decide(s.story, "Watched", 7);
        desk_feed(&s);
    }
    desk_press(&s, "[");
    desk_shows(&s, "REPLAY -00:00:00", "one back: the newest decision");
    desk_press(&s, "[");
    desk_shows(&s, "REPLAY -00:01:00", "another: the one before");
    desk_press(&s, "]");
    desk_shows(&s, "REPLAY -00:00:00", "and forth");
    desk_press(&s, "{");
    desk_shows(&s, "REPLAY", "ten back: as far as it goes");
    desk_press(&s, "[");
    desk_shows(&s, "this is the oldest", "where there is no more, it says so");
    desk_press(&s, "3");
    desk_shows(&s, "Decision number 1", "that decision is there");
    desk_hides(&s, "Decision number 2", "and no newer one");
    desk_press(&s, "L");
    desk_shows(&s, " LIVE ", "L: back to now");
    desk_press(&s, "[ ]");
    desk_shows(&s, " LIVE ", "forth from the newest is now, too");
    desk_press(&s, "@");
    desk_type(&s, "-1m");
    desk_press(&s, "Enter");
    desk_shows(&s, "REPLAY -00:01:00", "to a time");
    desk_press(&s, "@");
    desk_type(&s, "48001");
    desk_press(&s, "Enter");
    desk_shows(&s, "no decision at height 48001", "a height before the first is none");
    desk_press(&s, "@");
    desk_type(&s, "now");
    desk_press(&s, "Enter");
    desk_shows(&s, " LIVE ", "now is now");
    desk_press(&s, "@");
    desk_type(&s, "tomorrow");
    desk_press(&s, "Enter");
    desk_shows(&s, "neither a height nor a time", "nonsense is refused in words");
    desk_close(&s);
}

static void test_flags(void)
{
    struct desk s;
    struct effect e;
    desk_open(&s, 7, 3);
    ok(!desk_effect(&s, EFFECT_BELL, &e), "no flag, no bell");
    story_flag(s.story, "silent", "warning", 3, "seat 3 is silent");
    desk_feed(&s);
    ok(desk_effect(&s, EFFECT_BELL, &e), "a new flag rings");
    effect_free(&e);
    story_beat(s.story);
    desk_feed(&s);
    ok(!desk_effect(&s, EFFECT_BELL, &e), "once");
    desk_shows(&s, "5 Flags(1)", "the tab counts it");
    desk_press(&s, "e");
    ok(strstr(desk_selected(&s), "aspen") != NULL, "e goes to its seat");
    desk_press(&s, "a");
    desk_feed(&s);
    desk_shows(&s, "acknowledged flag 1", "a acknowledges it");
    ok(strcmp(story_last_act(s.story), "flags.ack") == 0, "at the node");
    desk_hides(&s, "5 Flags(1)", "it is no longer new");
    desk_press(&s, "!");
    desk_shows(&s, "flagged", "! shows seats with flags alone");
    desk_hides(&s, "alder", "and hides the others");
    desk_press(&s, "Esc a");
    desk_shows(&s, "acknowledged already", "twice is once");
    desk_close(&s);
}

static void test_readonly(void)
{
    struct desk s;
    struct console_options options;
    console_options_defaults(&options);
    options.readonly = true;
    desk_open_with(&s, 4, 1, &options);
    story_flag(s.story, "silent", "warning", 3, "seat 3 is silent");
    desk_feed(&s);
    desk_press(&s, "e a");
    desk_shows(&s, "read only", "nothing is acknowledged");
    desk_press(&s, ":");
    desk_type(&s, "propose reciprocity A title");
    desk_press(&s, "Enter");
    desk_feed(&s);
    desk_shows(&s, "read only", "nor proposed");
    ok(story_last_act(s.story)[0] == '\0', "the node was asked nothing");
    desk_close(&s);
}

static void test_propose(void)
{
    struct desk s;
    desk_open(&s, 4, 1);
    desk_press(&s, ":");
    desk_type(&s, "propose reciprocity Share the data");
    desk_press(&s, "Enter");
    desk_shows(&s, "Propose to council-a, class reciprocity: \"Share the data\"? [y/N]",
               "a proposal asks first");
    desk_press(&s, "n");
    desk_feed(&s);
    desk_shows(&s, "nothing was done", "no is no");
    ok(story_last_act(s.story)[0] == '\0', "and the node was asked nothing");
    desk_press(&s, ":");
    desk_press(&s, "Up Enter y");
    desk_feed(&s);
    desk_shows(&s, "proposed \"Share the data\"", "the line again by Up, and yes");
    ok(strcmp(story_last_act(s.story), "propose") == 0, "the node was asked");
    desk_press(&s, "3");
    desk_shows(&s, "Share the data", "and it is there");
    desk_close(&s);
}

static void test_commands(void)
{
    struct desk s;
    struct effect e;
    desk_open(&s, 4, 1);
    desk_press(&s, ":");
    desk_type(&s, "theme mono");
    desk_press(&s, "Enter");
    ok(strcmp(console_theme(s.console)->name, "mono") == 0, ":theme");
    desk_press(&s, ":");
    desk_type(&s, "th");
    desk_press(&s, "Tab");
    desk_type(&s, "li");
    desk_press(&s, "Tab Enter");
    ok(strcmp(console_theme(s.console)->name, "light") == 0, "Tab completes both words");
    desk_press(&s, ":");
    desk_type(&s, "theme pink");
    desk_press(&s, "Enter");
    desk_shows(&s, "no theme \"pink\"", "an unknown theme is said");
    desk_press(&s, ":");
    desk_type(&s, "nonsense");
    desk_press(&s, "Enter");
    desk_shows(&s, "no command \"nonsense\"", "an unknown command is said");
    desk_press(&s, ":");
    desk_type(&s, "map freeze Z");
    desk_press(&s, "Enter Z");
    desk_shows(&s, "FROZEN", ":map gives a key");
    desk_press(&s, "Z :");
    desk_type(&s, "save");
    desk_press(&s, "Enter");
    ok(desk_effect(&s, EFFECT_SAVE, &e) && strstr(e.text, "theme = \"light\"") != NULL &&
           strstr(e.text, "key freeze { keys = \"Z\" }") != NULL,
       ":save tells what was set");
    effect_free(&e);
    desk_press(&s, ":");
    desk_type(&s, "write /tmp/screen.txt");
    desk_press(&s, "Enter");
    ok(desk_effect(&s, EFFECT_WRITE, &e) && strcmp(e.path, "/tmp/screen.txt") == 0,
       ":write names the file");
    effect_free(&e);
    desk_press(&s, ":");
    desk_type(&s, "connect /run/other.sock");
    desk_press(&s, "Enter");
    ok(desk_effect(&s, EFFECT_CONNECT, &e) && strcmp(e.path, "/run/other.sock") == 0,
       ":connect asks for one more council");
    effect_free(&e);
    desk_press(&s, ":");
    desk_type(&s, "view ledger");
    desk_press(&s, "Enter");
    desk_shows(&s, "[6 Ledger]", ":view");
    desk_press(&s, ": q Esc F10");
    ok(desk_effect(&s, EFFECT_QUIT, &e), "F10 quits");
    effect_free(&e);
    desk_press(&s, "q q Esc");
    ok(!desk_effect(&s, EFFECT_QUIT, &e), "q and Esc go back and never quit");
    desk_close(&s);
}

static void test_yank(void)
{
    struct desk s;
    struct effect e;
    desk_open(&s, 4, 2);
    desk_press(&s, "j y");
    ok(desk_effect(&s, EFFECT_CLIPBOARD, &e) && strstr(e.text, "ash") != NULL &&
           strstr(e.text, "alder") == NULL,
       "y copies the row");
    effect_free(&e);
    desk_press(&s, "Y");
    ok(desk_effect(&s, EFFECT_CLIPBOARD, &e) && strstr(e.text, "ash") != NULL &&
           strstr(e.text, "alder") != NULL,
       "Y all of them");
    effect_free(&e);
    desk_press(&s, "S");
    ok(desk_effect(&s, EFFECT_WRITE, &e) && e.path[0] == '\0', "S writes a snapshot");
    effect_free(&e);
    desk_close(&s);
}

static void test_mouse(void)
{
    struct desk s;
    struct input_event e = {.kind = INPUT_CLICK};
    desk_open(&s, 33, 2);
    e.row = (uint16_t)desk_row_of(&s, "aspen");
    e.col = 4;
    console_input(s.console, &e, story_now(s.story));
    ok(strstr(desk_selected(&s), "aspen") != NULL, "a click selects");
    e.row = (uint16_t)desk_row_of(&s, "[1 Council]");
    e.col = (uint16_t)(strlen("[1 Council] 2 Consensus ") + 1);
    console_input(s.console, &e, story_now(s.story));
    desk_shows(&s, "[3 Ballots]", "a click on a tab shows its view");
    e = (struct input_event){.kind = INPUT_WHEEL, .wheel = 1};
    desk_press(&s, "1 g");
    console_input(s.console, &e, story_now(s.story));
    ok(strstr(desk_selected(&s), "bay") != NULL, "the wheel moves three rows");
    for (uint16_t row = 0; row < 24; row++) {
        for (uint16_t col = 0; col < 80; col += 7) {
            e = (struct input_event){
                .kind = INPUT_CLICK, .row = row, .col = col, .twice = true};
            console_input(s.console, &e, story_now(s.story));
            (void)desk_screen(&s);
        }
    }
    ok(true, "a double click anywhere does no harm");
    desk_close(&s);
}

static void test_help(void)
{
    struct desk s;
    desk_open(&s, 7, 2);
    desk_press(&s, "?");
    desk_shows(&s, "Moving", "? shows help");
    desk_hides(&s, "transpose", "of this view alone");
    desk_shows(&s, "height 48", "while the values go on");
    desk_press(&s, "G");
    desk_shows(&s, "F10", "to its end");
    desk_press(&s, "Esc 4 ?");
    desk_press(&s, "G");
    desk_shows(&s, "transpose", "of the pattern with what is its own");
    desk_close(&s);
}

static void test_wakes(void)
{
    struct desk s;
    struct console_options options;
    console_options_defaults(&options);
    options.clock = false;
    desk_open_with(&s, 4, 1, &options);
    uint64_t now = story_now(s.story);
    (void)desk_screen(&s);
    ok(console_wake_ms(s.console, now) >= now + 3000,
       "without the clock nothing wakes it but silence");
    desk_press(&s, "z");
    is((int64_t)console_wake_ms(s.console, now), -1, "frozen, nothing at all");
    desk_close(&s);
    desk_open(&s, 4, 1);
    now = story_now(s.story);
    is((int64_t)(console_wake_ms(s.console, now) % 1000), 0, "with it, the next second");
    desk_close(&s);
}

static void test_councils(void)
{
    struct desk s;
    desk_open(&s, 4, 1);
    struct story *other = story_new(7, 1);
    size_t second = console_add_council(s.console, "/run/other.sock");
    console_link(s.console, second, (struct link_state){.up = true}, story_now(other));
    story_connect(other, console_model(s.console, second));
    console_news(s.console, second, story_now(other));
    desk_shows(&s, "1/2", "two councils are counted");
    desk_shows(&s, "alive 4/4", "the first is shown");
    desk_press(&s, ")");
    desk_shows(&s, "alive 7/7", "and the second");
    desk_press(&s, ":");
    desk_type(&s, "council 1");
    desk_press(&s, "Enter");
    desk_shows(&s, "alive 4/4", "by number");
    story_free(other);
    desk_close(&s);
}

/* A small generator of its own, so that a seed gives the same keys everywhere. */
static uint32_t draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

/* Any keys at any size while anything happens: it must only go on. */
static void test_monkey(uint64_t seed)
{
    struct desk s;
    uint64_t state = seed;
    desk_open(&s, draw(&state) % 2 == 0 ? 33 : 7, 12);
    for (unsigned i = 0; i < 3000; i++) {
        struct input_event e = {.kind = INPUT_KEY};
        uint32_t what = draw(&state) % 100;
        uint32_t other = draw(&state);
        e.key = what < 60   ? 0x20 + other % 0x5f
                : what < 75 ? KEYS_UP + other % (KEYS_F12 - KEYS_UP + 1)
                : what < 85 ? 1 + other % 31
                : what < 90 ? KEYS_ENTER
                            : KEYS_ESCAPE;
        if (i % 37 == 0) {
            desk_size(&s, (uint16_t)(1 + other % 70), (uint16_t)(1 + other / 70 % 210));
        }
        if (i % 53 == 0) {
            (void)story_decide(s.story, "Meanwhile", 5);
            story_flag(s.story, i % 2 == 0 ? "silent" : "equivocation", "critical", 2, "x");
            story_log(s.story, "info", "peer.up", "seat=2");
            desk_feed(&s);
        }
        console_input(s.console, &e, story_now(s.story));
        (void)desk_screen(&s);
        struct effect effect;
        while (console_next_effect(s.console, &effect)) {
            effect_free(&effect);
        }
    }
    ok(true, "3,000 random keys, seed %llu", (unsigned long long)seed);
    desk_close(&s);
}

int main(void)
{
    test_badges();
    test_nothing_yet();
    test_views();
    test_old_word();
    test_unseen_past();
    test_low();
    test_cursor();
    test_find();
    test_sort_menu();
    test_freeze();
    test_travel();
    test_flags();
    test_readonly();
    test_propose();
    test_commands();
    test_yank();
    test_mouse();
    test_help();
    test_wakes();
    test_councils();
    for (uint64_t seed = 1; seed <= 5; seed++) {
        test_monkey(seed);
    }
    return tap_done();
}
