/* SPDX-License-Identifier: ISC */
#include "ui/console/action.h"

#include "ui/screen/key.h"
#include "ui/view/view.h"

#include <string.h>

#define IN(view) (1U << (view))
#define CTRL(c)  ((uint32_t)(c)-0x40)
#define KEY_F(n) (KEYS_F1 + (n)-1)

const struct action_entry action_table[] = {
    {ACTION_DOWN, "down", "Moving", "down", {'j', KEYS_DOWN}, 0},
    {ACTION_UP, "up", NULL, "up", {'k', KEYS_UP}, 0},
    {ACTION_LEFT,
     "left",
     NULL,
     "left, or back across what is too wide",
     {'h', KEYS_LEFT},
     0},
    {ACTION_RIGHT, "right", NULL, "right", {'l', KEYS_RIGHT}, 0},
    {ACTION_TOP, "top", NULL, "to the first", {'g', KEYS_HOME}, 0},
    {ACTION_BOTTOM, "bottom", NULL, "to the last", {'G', KEYS_END}, 0},
    {ACTION_HALF_DOWN, "half-down", NULL, "half a page down", {CTRL('D')}, 0},
    {ACTION_HALF_UP, "half-up", NULL, "half a page up", {CTRL('U')}, 0},
    {ACTION_PAGE_DOWN, "page-down", NULL, "a page down", {KEYS_PAGE_DOWN, CTRL('F')}, 0},
    {ACTION_PAGE_UP, "page-up", NULL, "a page up", {KEYS_PAGE_UP, CTRL('B')}, 0},
    {ACTION_ENTER, "enter", NULL, "open what the cursor is on", {KEYS_ENTER}, 0},
    {ACTION_BACK, "back", NULL, "back, or no filter", {KEYS_ESCAPE, 'q'}, 0},

    {ACTION_VIEW_1, "council", "Views", "Council: every seat", {'1'}, 0},
    {ACTION_VIEW_2, "consensus", NULL, "Consensus: phases, views, latency", {'2'}, 0},
    {ACTION_VIEW_3, "ballots", NULL, "Ballots: proposals and who voted what", {'3'}, 0},
    {ACTION_VIEW_4, "pattern", NULL, "Pattern: decisions by seats", {'4'}, 0},
    {ACTION_VIEW_5, "flags", NULL, "Flags and their evidence", {'5'}, 0},
    {ACTION_VIEW_6, "ledger", NULL, "Ledger: blocks and certificates", {'6'}, 0},
    {ACTION_VIEW_7, "log", NULL, "Log of the node", {'7'}, 0},
    {ACTION_NEXT_VIEW, "next-view", NULL, "the next view", {KEYS_TAB}, 0},
    {ACTION_PREVIOUS_VIEW, "previous-view", NULL, "the one before", {KEYS_BACK_TAB}, 0},
    {ACTION_NEXT_COUNCIL, "next-council", NULL, "the next council", {')'}, 0},
    {ACTION_PREVIOUS_COUNCIL, "previous-council", NULL, "the one before", {'('}, 0},

    {ACTION_SEARCH, "search", "Finding", "search", {'/', KEY_F(3)}, 0},
    {ACTION_SEARCH_NEXT, "search-next", NULL, "the next match", {'n'}, 0},
    {ACTION_SEARCH_PREVIOUS, "search-previous", NULL, "the one before", {'N'}, 0},
    {ACTION_FILTER, "filter", NULL, "show matching rows alone", {'\\', KEY_F(4)}, 0},
    {ACTION_SORT, "sort", NULL, "choose what to sort by", {KEY_F(6)}, 0},
    {ACTION_SORT_LEFT, "sort-left", NULL, "sort by the column before", {'<'}, 0},
    {ACTION_SORT_RIGHT, "sort-right", NULL, "sort by the next column", {'>'}, 0},
    {ACTION_INVERT, "invert", NULL, "invert the order", {'I'}, 0},
    {ACTION_FOLLOW, "follow", NULL, "follow this seat everywhere", {'F'}, 0},
    {ACTION_FLAGGED, "flagged", NULL, "seats with flags alone", {'!'}, 0},
    {ACTION_MARK, "mark", NULL, "mark this seat, to compare", {' '}, 0},
    {ACTION_LEVEL,
     "level",
     NULL,
     "more or fewer: levels of the log, states of flags",
     {'o'},
     IN(VIEW_LOG) | IN(VIEW_FLAGS)},

    {ACTION_FREEZE, "freeze", "Time", "freeze the screen, or let it go on", {'z'}, 0},
    {ACTION_BACK_ONE, "decision-back", NULL, "one decision back", {'['}, 0},
    {ACTION_FORTH_ONE, "decision-forth", NULL, "one decision forth", {']'}, 0},
    {ACTION_BACK_TEN, "decisions-back", NULL, "ten back", {'{'}, 0},
    {ACTION_FORTH_TEN, "decisions-forth", NULL, "ten forth", {'}'}, 0},
    {ACTION_GO_TO, "go-to", NULL, "go to a time or a height", {'@'}, 0},
    {ACTION_LIVE, "live", NULL, "back to what is now", {'L'}, 0},

    {ACTION_NEXT_FLAG, "next-flag", "Flags", "the next flag", {'e', KEY_F(8)}, 0},
    {ACTION_PREVIOUS_FLAG, "previous-flag", NULL, "the one before", {'E', KEY_F(7)}, 0},
    {ACTION_ACKNOWLEDGE, "acknowledge", NULL, "acknowledge the flag", {'a', KEY_F(9)}, 0},

    {ACTION_TRANSPOSE, "transpose", "This view", "transpose", {'t'}, IN(VIEW_PATTERN)},
    {ACTION_CYCLE,
     "cycle",
     NULL,
     "the next layer, or measure of likeness",
     {'v'},
     IN(VIEW_PATTERN)},
    {ACTION_ALIKE,
     "alike",
     NULL,
     "which seats vote alike, or may fail together; back",
     {'p'},
     IN(VIEW_PATTERN) | IN(VIEW_COUNCIL)},
    {ACTION_VERIFY, "verify", NULL, "verify this block now", {'V'}, IN(VIEW_LEDGER)},

    {ACTION_YANK, "yank", "Beside", "copy the row to the clipboard", {'y'}, 0},
    {ACTION_YANK_ALL, "yank-all", NULL, "copy all rows", {'Y'}, 0},
    {ACTION_SNAPSHOT, "snapshot", NULL, "write the screen to a file", {'S'}, 0},
    {ACTION_MOUSE, "mouse", NULL, "mouse on or off", {'m'}, 0},
    {ACTION_COMMAND, "command", NULL, "commands", {':'}, 0},
    {ACTION_HELP, "help", NULL, "help", {'?', KEY_F(1)}, 0},
    {ACTION_REDRAW, "redraw", NULL, "paint the screen anew", {CTRL('L')}, 0},
    {ACTION_QUIT, "quit", NULL, "quit", {KEY_F(10), CTRL('C')}, 0},
    {ACTION_NONE, NULL, NULL, NULL, {0}, 0},
};

void keymap_defaults(struct keymap *m)
{
    memset(m, 0, sizeof(*m));
    for (const struct action_entry *e = action_table; e->action != ACTION_NONE; e++) {
        memcpy(m->keys[e->action], e->keys, sizeof(e->keys));
    }
}

enum action keymap_find(const struct keymap *m, uint32_t key)
{
    for (int a = ACTION_NONE + 1; a < ACTION_COUNT; a++) {
        for (size_t i = 0; i < ACTION_KEYS_MAX && m->keys[a][i] != 0; i++) {
            if (m->keys[a][i] == key) {
                return (enum action)a;
            }
        }
    }
    return ACTION_NONE;
}

/* Takes a key from whatever has it; the others move up. */
static void release(struct keymap *m, uint32_t key)
{
    for (int a = 0; a < ACTION_COUNT; a++) {
        size_t kept = 0;
        for (size_t i = 0; i < ACTION_KEYS_MAX; i++) {
            if (m->keys[a][i] != key) {
                m->keys[a][kept++] = m->keys[a][i];
            }
        }
        while (kept < ACTION_KEYS_MAX) {
            m->keys[a][kept++] = 0;
        }
    }
}

int keymap_set(struct keymap *m, const char *action, const char *keys,
               struct complaint *why)
{
    uint32_t parsed[ACTION_KEYS_MAX] = {0};
    size_t count = 0;
    char copy[128], *rest = NULL;
    const struct action_entry *e = action_table;
    while (e->action != ACTION_NONE && strcmp(e->name, action) != 0) {
        e++;
    }
    if (e->action == ACTION_NONE) {
        return complain(why, CONCLAVE_ENOENT,
                        "there is no action \"%s\": help names them all", action);
    }
    if (strlen(keys) >= sizeof(copy)) {
        return complain(why, CONCLAVE_ELIMIT, "too many keys for %s", action);
    }
    memcpy(copy, keys, strlen(keys) + 1);
    for (char *w = strtok_r(copy, " ", &rest); w != NULL; w = strtok_r(NULL, " ", &rest)) {
        if (count == ACTION_KEYS_MAX) {
            return complain(why, CONCLAVE_ELIMIT, "at most %d keys for %s", ACTION_KEYS_MAX,
                            action);
        }
        parsed[count] = key_parse(w);
        if (parsed[count++] == 0) {
            return complain(why, CONCLAVE_EINVAL,
                            "\"%s\" is no key: write a character, ^D, F5, Space, Enter, "
                            "PgUp or the like",
                            w);
        }
    }
    for (size_t i = 0; i < count; i++) {
        release(m, parsed[i]);
    }
    memcpy(m->keys[e->action], parsed, sizeof(parsed));
    return 0;
}
