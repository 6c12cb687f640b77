/* SPDX-License-Identifier: ISC */
/* Keys, mouse and paste from a terminal's bytes, however they are cut into packets. */
#include "tap.h"
#include "ui/term/input.h"

#include <string.h>

/* What came, as words: keys by their names, "click 3,4", "wheel up 3,4", "paste x". */
struct heard {
    char words[512];
};

static void hear(void *context, const struct input_event *e)
{
    struct heard *h = context;
    size_t used = strlen(h->words);
    char *at = h->words + used;
    size_t left = sizeof(h->words) - used;
    char name[16];
    const char *space = used > 0 ? " " : "";
    switch (e->kind) {
    case INPUT_KEY:
        key_name(e->key, name, sizeof(name));
        (void)snprintf(at, left, "%s%s", space, name);
        break;
    case INPUT_PASTE:
        key_name(e->key, name, sizeof(name));
        (void)snprintf(at, left, "%spaste %s", space, name);
        break;
    case INPUT_CLICK:
        (void)snprintf(at, left, "%s%sclick %u,%u", space, e->twice ? "double " : "",
                       (unsigned)e->row, (unsigned)e->col);
        break;
    case INPUT_WHEEL:
        (void)snprintf(at, left, "%swheel %s %u,%u", space, e->wheel < 0 ? "up" : "down",
                       (unsigned)e->row, (unsigned)e->col);
        break;
    }
}

static void begin(struct input *in)
{
    input_init(in);
    /* As vt100 and rxvt have them. */
    input_add(in, "\b", KEYS_BACKSPACE);
    input_add(in, "\033Ot", KEYS_F1 + 4);
    input_add(in, "\033[11^", KEYS_F1 + 10);
}

/* All that comes of these bytes, cut at a place, and of the time after them. */
static void decode(struct heard *h, const char *bytes, size_t size, size_t cut)
{
    struct input in;
    begin(&in);
    h->words[0] = '\0';
    input_bytes(&in, 1000, slice_of(bytes, cut), hear, h);
    input_time(&in, 1000 + ESCAPE_MS - 1, hear, h);
    input_bytes(&in, 1000 + ESCAPE_MS - 1, slice_of(bytes + cut, size - cut), hear, h);
    uint64_t wake = input_wake_ms(&in);
    if (wake != UINT64_MAX) {
        input_time(&in, wake - 1, hear, h);
        input_time(&in, wake, hear, h);
    }
}

static void check_size(const char *bytes, size_t size, const char *expected,
                       const char *name)
{
    struct heard h = {""};
    bool good = true;
    for (size_t cut = 0; cut <= size && good; cut++) {
        decode(&h, bytes, size, cut);
        good = strcmp(h.words, expected) == 0;
        if (!good) {
            printf("# cut at %zu: \"%s\"\n", cut, h.words);
        }
    }
    struct input in;
    begin(&in);
    h.words[0] = '\0';
    for (size_t i = 0; i < size && good; i++) {
        input_bytes(&in, 1000, slice_of(bytes + i, 1), hear, &h);
    }
    if (good && input_wake_ms(&in) != UINT64_MAX) {
        input_time(&in, input_wake_ms(&in), hear, &h);
    }
    ok(good && strcmp(h.words, expected) == 0, "%s", name);
}

static void check(const char *bytes, const char *expected, const char *name)
{
    check_size(bytes, strlen(bytes), expected, name);
}

static void test_characters(void)
{
    check("jG /", "j G Space /", "plain characters");
    check("\004\r\t\177\b", "^D Enter Tab Backspace Backspace",
          "control characters, and what terminfo says of them");
    check("\303\251\342\202\254\360\237\230\200", "U+00E9 U+20AC U+1F600", "UTF-8");
    check("\303j\377k\342\202l", "j k l", "what is no UTF-8 is left out");
    check("\355\240\200m\300\200n\364\220\200\200o", "m n o",
          "nor are surrogates, overlong forms, what is too high");
    check("\302\233m\342\200\256n", "m n", "no C1 and no bidirectional controls");
    check_size("\0a", 2, "a", "no NUL");
}

static void test_keys(void)
{
    check("\033[A\033[B\033[C\033[D", "Up Down Right Left", "arrows");
    check("\033OA\033OB\033OC\033OD", "Up Down Right Left", "arrows of the other mode");
    check("\033[H\033[F\033OH\033OF\033[1~\033[4~\033[7~\033[8~",
          "Home End Home End Home End Home End", "Home and End in all their forms");
    check("\033[2~\033[3~\033[5~\033[6~\033[Z", "Ins Del PgUp PgDn S-Tab", "the others");
    check("\033OP\033OQ\033OR\033OS", "F1 F2 F3 F4", "F1 to F4");
    check("\033[P\033[Q\033[R\033[S", "F1 F2 F3 F4", "in another form");
    check("\033[[A\033[[E", "F1 F5", "of Linux' terminal");
    check("\033[11~\033[15~\033[17~\033[18~\033[19~\033[20~\033[21~\033[23~\033[24~",
          "F1 F5 F6 F7 F8 F9 F10 F11 F12", "F1 to F12 by number");
    check("\033[1;5A\033[5;2~\033O5C", "Up PgUp Right", "Control and Shift with arrows");
    check("\033[21;2~\033[1;2Pj", "j", "a function key with Shift is another key");
    check("\033Ot", "F5", "a sequence of terminfo comes before the keypad's 4");
    check("\033[11^", "F11", "and one like no other");
    check("\033Op\033Oy\033OM\033Ok", "0 9 Enter +", "the keypad");
}

static void test_escape(void)
{
    check("\033", "Esc", "Esc alone");
    check("\033\033", "Esc Esc", "twice");
    check("\033j", "Esc j", "Esc and a key that came at once");
    check("\033\033[A", "Esc Up", "Esc and an arrow");
    struct input in;
    struct heard h = {""};
    begin(&in);
    is((int64_t)input_wake_ms(&in), -1, "nothing held, no wake-up");
    input_bytes(&in, 5000, slice_of("\033", 1), hear, &h);
    is((int64_t)input_wake_ms(&in), 5000 + ESCAPE_MS, "Esc is waited for");
    input_time(&in, 5000 + ESCAPE_MS - 1, hear, &h);
    ok(h.words[0] == '\0', "not sooner");
    input_time(&in, 5000 + ESCAPE_MS, hear, &h);
    ok(strcmp(h.words, "Esc") == 0, "then it is one");
    is((int64_t)input_wake_ms(&in), -1, "and nothing is held");
    input_bytes(&in, 6000, slice_of("\303", 1), hear, &h);
    is((int64_t)input_wake_ms(&in), -1, "half a character needs no wake-up");
}

static void test_swallowed(void)
{
    check("\033[I\033[Oj", "j", "focus reports");
    check("\033[?1;2c\033[>41;354;0c\033[24;80R\033[0nj", "j", "answers");
    check("\033]11;rgb:0000/0000/0000\033\\j\033]52;c;YQ==\ak", "j k", "strings");
    check("\033P1+r436f=323536\033\\j\033_x\033\\k\033^x\033\\l\033Xx\033\\m", "j k l m",
          "and their kin");
    check("\033[27;5;65~\033[99z\033[38 qj", "j", "unknown sequences");
    check("\033[1\030j\033]x\032k", "j k", "cancelled ones");
    check("\033[1\033[A", "Up", "one cut short by another");
    check("\033[1;\303\251", "U+00E9", "or by a character");
    check("\033[12", "", "one that never ends goes when time has passed");
    check("\033]0;never", "", "a string, too");
    char many[300] = "\033[";
    memset(many + 2, '1', 200);
    strcpy(many + 202, ";5Aj");
    check(many, "j", "a control sequence longer than any");
    many[1] = ']';
    strcpy(many + 202, "\033\\j");
    check(many, "j", "a string longer than any");
}

static void test_mouse(void)
{
    check("\033[<0;5;4M\033[<0;5;4m", "click 3,4", "a press is a click, its end nothing");
    check("\033[<64;1;1M\033[<65;80;24M", "wheel up 0,0 wheel down 23,79", "the wheel");
    check("\033[<16;200;60M\033[<80;5;4M", "click 59,199 wheel up 3,4",
          "Control does not matter");
    check("\033[<2;5;4M\033[<1;5;4M\033[<35;5;4M\033[<66;5;4Mj", "j",
          "other buttons, motion");
    check("\033[<0;0;4M\033[<0;5M\033[<0;99999999999999999999;1Mj", "click 0,9998 j",
          "numbers that make no sense");
    check("\033[M !!\033[M`\"!\033[M#!!j", "click 0,0 wheel up 0,1 j", "the old form");
    check("\033[<0;5;4M\033[<0;5;4m\033[<0;5;4M\033[<0;5;4M",
          "click 3,4 double click 3,4 click 3,4", "a double click, and a third one");
    struct input in;
    struct heard h = {""};
    begin(&in);
    input_bytes(&in, 1000, slice_of_string("\033[<0;5;4M"), hear, &h);
    input_bytes(&in, 3000, slice_of_string("\033[<0;5;4M"), hear, &h);
    input_bytes(&in, 3001, slice_of_string("\033[<0;6;4M"), hear, &h);
    ok(strcmp(h.words, "click 3,4 click 3,4 click 3,5") == 0,
       "not when too late or elsewhere");
}

static void test_paste(void)
{
    check("\033[200~a\303\251\rq\033[201~q", "paste a paste U+00E9 paste Enter paste q q",
          "pasted text is no keys");
    check("\033[200~a\033[Ab\033OPc\001\177\033[201~j",
          "paste a paste [ paste A paste b paste O paste P paste c j",
          "nor are sequences and controls in it");
    check("\033[200~\033[20\033[201~j", "paste [ paste 2 paste 0 j",
          "what looks like its end");
    check("\033[201~j", "j", "an end without a beginning");
    struct input in;
    struct heard h = {""};
    begin(&in);
    input_bytes(&in, 1000, slice_of_string("\033[200~a"), hear, &h);
    is((int64_t)input_wake_ms(&in), 3000, "a paste may pause");
    input_time(&in, 3000, hear, &h);
    input_bytes(&in, 3001, slice_of_string("q"), hear, &h);
    ok(strcmp(h.words, "paste a q") == 0, "but not for ever");
}

int main(void)
{
    test_characters();
    test_keys();
    test_escape();
    test_swallowed();
    test_mouse();
    test_paste();
    return tap_done();
}
