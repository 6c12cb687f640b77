/* SPDX-License-Identifier: ISC */
/* write_pages DIRECTORY: writes the pages there, each to NAME.html. */
#include "fixture.h"

#include <stdio.h>

static int write_page(const char *directory, const struct fixture_page *p)
{
    char path[4096];
    struct buffer text = {0};
    (void)snprintf(path, sizeof(path), "%s/%s.html", directory, p->name);
    FILE *f = fopen(path, "wb");
    if (f == NULL) {
        perror(path);
        return 1;
    }
    p->write(&text);
    bool written = fwrite(text.data, 1, text.size, f) == text.size;
    buffer_free(&text);
    return fclose(f) != 0 || !written;
}

int main(int argc, char **argv)
{
    int failed = argc != 2;
    for (const struct fixture_page *p = fixture_pages; !failed && p->name != NULL; p++) {
        failed = write_page(argv[1], p);
    }
    return failed;
}
