/* SPDX-License-Identifier: ISC */
/*
 * The console's state, shared by the files of this folder and nobody else.
 *
 *   action.c   the table of keys
 *   console.c  beginning and end, councils, effects, messages
 *   scene.c    which scene is shown: live, frozen, past; and how old it is
 *   frame.c    the screen around the view
 *   header.c   its first line
 *   help.c     the table of keys as help
 *   keys.c     what an action does
 *   mouse.c    what is under the mouse, and where what is typed goes
 *   row.c      what is done with the cursor's row: yank, mark, follow, verify
 *   move.c     the cursor, search, sort, follow
 *   travel.c   freeze, decisions back and forth, times and heights
 *   flag.c     from flag to flag, acknowledging
 *   prompt.c   a line that the operator types
 *   command.c  the commands of such a line, palette.h their table
 *   complete.c what Tab makes of one
 *   save.c     the settings, to be saved
 */
#ifndef CONCLAVE_UI_CONSOLE_INSIDE_H
#define CONCLAVE_UI_CONSOLE_INSIDE_H

#include "ui/console/console.h"

enum { EFFECTS_MAX = 32, HISTORY_MAX = 32, SAY_MS = 6000 };

/* Where the screen comes from. */
enum shown_scene { SHOWN_LIVE, SHOWN_FROZEN, SHOWN_PAST };

struct council {
    char *name; /* the socket's path */
    struct model *model;
    struct link_state link;
    char why[256]; /* it could not be reached */
    uint64_t link_ms; /* when that was last told; 0: never */
    uint64_t news_ms; /* when the node last said something; 0: never */
    struct view_state states[VIEW_COUNT];
    bool marked[UI_SEATS_MAX];
    uint16_t followed;
    bool flagged_only;
    uint64_t flag; /* the one last gone to */

    enum shown_scene shown;
    struct scene held; /* where not live */
    uint64_t held_record;
};

enum prompt_kind {
    PROMPT_NONE,
    PROMPT_SEARCH,
    PROMPT_FILTER,
    PROMPT_GO_TO,
    PROMPT_COMMAND,
    PROMPT_CONFIRM,
};

/* A line being typed; text is UTF-8, at is a byte offset at a character. */
struct prompt {
    enum prompt_kind kind;
    char text[WORDS_MAX * 2];
    size_t at;
    char before[WORDS_MAX];     /* what a search or filter was, should Esc bring it back */
    char *history[HISTORY_MAX]; /* of commands, the newest first */
    size_t history_count, history_at; /* at 0: the line itself */
    char question[320];               /* CONFIRM */
};

/* What a confirmed question does. */
enum confirmed { CONFIRMED_NOTHING, CONFIRMED_QUIT, CONFIRMED_ACT };

struct tab_place {
    uint16_t col, cols;
};

struct console {
    struct console_options options;
    const struct theme *theme;
    struct council councils[COUNCILS_MAX];
    size_t count, here; /* councils; the one shown */
    enum view_id view;
    uint64_t version;

    bool help;
    size_t help_top;
    bool menu; /* of sorts */
    size_t menu_at;
    struct prompt prompt;
    enum confirmed confirmed;
    char *act_method, *act_what; /* CONFIRMED_ACT */
    json_t *act_params;

    char message[320];
    bool message_good;
    uint64_t message_until_ms; /* 0: none */

    struct effect effects[EFFECTS_MAX];
    size_t effect_count;

    /* where things were drawn last, for paging and the mouse */
    struct drawn drawn;
    struct tab_place tabs[VIEW_COUNT];
    uint16_t tabs_row;
};

/* --- console.c --- */
struct council *console_here(struct console *c);
const struct council *console_here_const(const struct console *c);
void console_changed(struct console *c);
/* Queues an effect; the strings are copied, NULL allowed. */
void console_effect(struct console *c, enum effect_kind kind, bool on, const char *path,
                    struct slice text, uint64_t time_ms);

/* --- scene.c --- */
const struct scene *console_scene(const struct console *c);
/* The clock of the scene shown: now, or the moment at which it was held. */
uint64_t console_clock(const struct console *c, uint64_t now_ms);
enum badge { BADGE_LIVE, BADGE_STALE, BADGE_RECONNECTING, BADGE_FROZEN, BADGE_REPLAY };
/* The badge and its words: "STALE 3s". */
enum badge console_badge(const struct console *c, uint64_t now_ms, char *words,
                         size_t size);
/* When the badge may change by itself; UINT64_MAX. */
uint64_t console_badge_wake_ms(const struct console *c, uint64_t now_ms);

/* --- move.c --- */
struct pane *console_pane(struct console *c);
struct view_state *console_state(struct console *c);
/* Fills context and rows for the view shown; rows_free(rows) after use. The cursor is
 * written back to the pane, so that it stays where it is seen. */
void console_rows(struct console *c, uint64_t now_ms, struct view_context *ctx,
                  struct rows *rows);
/* Whether a text is shown rather than rows. */
bool move_is_pager(const struct console *c, uint64_t now_ms);
void move_by(struct console *c, long rows, uint64_t now_ms);
void move_to(struct console *c, size_t row, uint64_t now_ms);
void move_side(struct console *c, int columns, uint64_t now_ms);
/* To the next row that has the pane's search; step 1 or -1; from: the cursor's own row
 * counts, too. */
void move_search(struct console *c, int step, bool from_here, uint64_t now_ms);
/* The seat that the cursor is on; 0: none. */
uint16_t move_seat(struct console *c, uint64_t now_ms);
void move_enter(struct console *c, uint64_t now_ms);
void sort_step(struct console *c, int step, uint64_t now_ms);
bool sort_by(struct console *c, const char *name, uint64_t now_ms);
/* Names of the sorts here, NULL-terminated; NULL: none. */
const char *const *sort_names(struct console *c, uint64_t now_ms);

/* --- keys.c --- */
void console_do(struct console *c, enum action a, uint64_t now_ms);
void console_quit(struct console *c);
/* Up and down, in help, in the menu or in the view. */
void console_go(struct console *c, long rows, uint64_t now_ms);

/* --- row.c --- */
void row_yank(struct console *c, bool all, uint64_t now_ms);
void row_mark(struct console *c, uint64_t now_ms);
void row_follow(struct console *c, uint64_t now_ms);
void row_verify(struct console *c, uint64_t now_ms);

/* --- header.c --- */
void header_draw(const struct console *c, struct cells *cells, struct area line,
                 uint64_t now_ms);

/* --- travel.c --- */
void travel_freeze(struct console *c, uint64_t now_ms);
void travel_live(struct console *c);
/* Decisions back (negative) and forth. */
void travel_by(struct console *c, int decisions, uint64_t now_ms);
/* "48213", "14:02", "2026-01-02 14:02:07", "-5m". */
void travel_to(struct console *c, const char *words, uint64_t now_ms);

/* --- flag.c --- */
void flag_step(struct console *c, int step, uint64_t now_ms);
void flag_acknowledge(struct console *c, uint64_t now_ms);

/* --- prompt.c --- */
void prompt_open(struct console *c, enum prompt_kind kind, const char *text);
/* Asks; the answer y does what confirmed says. */
void prompt_confirm(struct console *c, enum confirmed confirmed, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void prompt_key(struct console *c, uint32_t key, uint64_t now_ms);
void prompt_draw(const struct console *c, struct cells *cells, struct area line);

/* --- save.c --- */
/* Appends. */
void save_settings(const struct console *c, struct buffer *out);

/* --- command.c, complete.c --- */
void command_run(struct console *c, const char *line, uint64_t now_ms);
/* Completes the word before the cursor; choices, for the operator, go to out. */
void command_complete(struct console *c, char *text, size_t size, size_t *at,
                      uint64_t now_ms);

/* --- help.c --- */
void help_draw(const struct console *c, struct cells *cells, struct area a);
size_t help_lines(const struct console *c, unsigned cols);

#endif
