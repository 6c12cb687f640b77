/* SPDX-License-Identifier: ISC */
/*
 * Feeds a corpus to a fuzz target where there is no libFuzzer: every file, every beginning
 * of it, and the file with each byte changed. replay_NAME takes tests/fuzz/corpus/NAME, or
 * the files named on the command line, as they are.
 */
#define _GNU_SOURCE
#include "fuzz.h"
#include "tap.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_MAX = 8 * 1024 * 1024, THOROUGH_MAX = 4096 };

/* The whole file in memory of its exact size; NULL where it cannot be read. */
static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        return NULL;
    }
    uint8_t *data = malloc(INPUT_MAX);
    *size = data != NULL ? fread(data, 1, INPUT_MAX, f) : 0;
    (void)fclose(f);
    return data != NULL ? realloc(data, *size + 1) : NULL;
}

static void vary(uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t kept = data[i];
        (void)LLVMFuzzerTestOneInput(data, i);
        data[i] = (uint8_t)(kept + 1 + 37 * i % 255);
        (void)LLVMFuzzerTestOneInput(data, size);
        data[i] = kept;
    }
}

static void replay(const char *path, bool thoroughly)
{
    size_t size = 0;
    uint8_t *data = read_file(path, &size);
    if (data != NULL) {
        (void)LLVMFuzzerTestOneInput(data, size);
        if (thoroughly && size <= THOROUGH_MAX) {
            vary(data, size);
        }
    }
    const char *name = strrchr(path, '/');
    ok(data != NULL, "%s", name != NULL ? name + 1 : path);
    free(data);
}

static void replay_corpus(const char *directory)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, NULL, alphasort);
    int files = 0;
    for (int i = 0; i < count; i++) {
        char path[4096];
        (void)snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.') {
            replay(path, true);
            files++;
        }
        free(entries[i]);
    }
    free(entries);
    ok(files > 0, "%d files in the corpus", files);
}

int main(int argc, char **argv)
{
    const char *top = getenv("top_srcdir");
    const char *name = strchr(program_invocation_short_name, '_');
    char directory[2048];
    for (int i = 1; i < argc; i++) {
        replay(argv[i], false);
    }
    if (argc == 1) {
        (void)snprintf(directory, sizeof(directory), "%s/tests/fuzz/corpus/%s",
                       top != NULL ? top : ".", name != NULL ? name + 1 : "");
        replay_corpus(directory);
    }
    return tap_done();
}
