/* SPDX-License-Identifier: ISC */
/* Prints the table of keys as conclave-console(1) has it. */
#include "ui/console/action.h"
#include "ui/screen/key.h"
#include "ui/view/view.h"

#include <stdio.h>
#include <string.h>

/* A key as mdoc takes it for a word and nothing else. */
static void print_key(uint32_t key)
{
    char name[16];
    key_name(key, name, sizeof(name));
    if (strlen(name) == 1 && strchr(".,:;()[]?!|'\"-", name[0]) != NULL) {
        printf("\\&");
    }
    for (const char *c = name; *c != '\0'; c++) {
        switch (*c) {
        case '\\':
            printf("\\e");
            break;
        case '^':
            printf("\\(ha");
            break;
        case '-':
            printf("\\-");
            break;
        default:
            putchar(*c);
            break;
        }
    }
}

static void print_entry(const struct action_entry *e)
{
    printf(".It Ic");
    for (size_t i = 0; i < ACTION_KEYS_MAX && e->keys[i] != 0; i++) {
        printf("%s ", i > 0 ? " ," : "");
        print_key(e->keys[i]);
    }
    printf(" Pq Cm %s\n%s", e->name, e->help);
    const char *before = "; in ";
    for (int v = 0; v < VIEW_COUNT; v++) {
        if ((e->views & 1U << v) != 0) {
            printf("%s%s", before, views[v]->name);
            before = " and ";
        }
    }
    printf("\n");
}

int main(void)
{
    const char *group = NULL;
    for (const struct action_entry *e = action_table; e->action != ACTION_NONE; e++) {
        if (e->group != NULL && (group == NULL || strcmp(group, e->group) != 0)) {
            printf("%s.Ss %s\n.Bl -tag -width Ds -compact\n", group != NULL ? ".El\n" : "",
                   e->group);
            group = e->group;
        }
        print_entry(e);
    }
    printf(".El\n");
    return 0;
}
