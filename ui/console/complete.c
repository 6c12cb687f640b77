/* SPDX-License-Identifier: ISC */
/* Tab in the line of commands: the beginning that all choices share. */
#include "ui/console/palette.h"

#include <stdio.h>
#include <string.h>

static const char *command_name(struct console *c, size_t i)
{
    (void)c;
    return palette[i].name;
}

/* The longest beginning that all choices have which begin with word; how many they are. A
 * list of them for the operator. */
static size_t common(struct console *c, command_choice *choices, const char *word,
                     char *out, size_t size, char *list, size_t list_size)
{
    size_t count = 0, used = 0;
    const char *choice;
    for (size_t i = 0; (choice = choices(c, i)) != NULL; i++) {
        if (strncasecmp(choice, word, strlen(word)) != 0) {
            continue;
        }
        size_t same = 0;
        if (count++ == 0) {
            (void)snprintf(out, size, "%s", choice);
        }
        while (out[same] != '\0' && out[same] == choice[same]) {
            same++;
        }
        out[same] = '\0';
        if (used < list_size) {
            used += (size_t)snprintf(list + used, list_size - used, "%s%s",
                                     count > 1 ? " " : "", choice);
        }
    }
    return count;
}

void command_complete(struct console *c, char *text, size_t size, size_t *at,
                      uint64_t now_ms)
{
    char found[WORDS_MAX], list[256] = "", word[WORDS_MAX];
    size_t name = strcspn(text, " ");
    bool first = *at <= name;
    const struct palette_entry *e = first ? NULL : palette_find(text, name);
    command_choice *choices = first ? command_name : e != NULL ? e->choices : NULL;
    size_t start = first ? 0 : name + strspn(text + name, " ");
    if (choices == NULL || start > *at || *at - start >= sizeof(word) ||
        text[*at] != '\0' || strchr(text + start, ' ') != NULL) {
        return;
    }
    memcpy(word, text + start, *at - start);
    word[*at - start] = '\0';
    size_t count = common(c, choices, word, found, sizeof(found), list, sizeof(list));
    if (count == 0 || start + strlen(found) + 2 > size) {
        return;
    }
    (void)snprintf(text + start, size - start, "%s%s", found, count == 1 ? " " : "");
    *at = strlen(text);
    if (count > 1) {
        console_say(c, true, now_ms, "%s", list);
    }
}
