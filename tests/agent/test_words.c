/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "agent/words.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void splits(const char *command, const char *expected)
{
    char **words = NULL;
    char got[512] = "";
    struct complaint why = {""};
    int error = words_split(command, &words, &why);
    for (size_t i = 0; error == 0 && words[i] != NULL; i++) {
        strcat(strcat(strcat(got, "["), words[i]), "]");
    }
    if (!ok(error == 0 && strcmp(got, expected) == 0, "%s", command)) {
        printf("# %s %s\n", got, why.text);
    }
    if (error == 0) {
        words_free(words);
    }
}

static void refuses(const char *command, const char *says)
{
    char **words = NULL;
    struct complaint why = {""};
    int error = words_split(command, &words, &why);
    ok(error == CONCLAVE_EFORMAT && strstr(why.text, says) != NULL, "refused: <%s>",
       command);
}

static void test_resolve(void)
{
    char **words = NULL;
    struct complaint why = {""};
    if (words_split("sh -c true", &words, &why) == 0) {
        is(words_resolve(words, &why), 0, "a program of $PATH");
        ok(words[0][0] == '/' && access(words[0], X_OK) == 0, "found as %s", words[0]);
        words_free(words);
    }
    if (words_split("no-such-program-anywhere", &words, &why) == 0) {
        is(words_resolve(words, &why), CONCLAVE_ENOENT, "a program not in $PATH");
        ok(strstr(why.text, "whole path") != NULL, "with the cure");
        words_free(words);
    }
    if (words_split("/etc/passwd", &words, &why) == 0) {
        is(words_resolve(words, &why), CONCLAVE_EPERM, "a file that is no program");
        words_free(words);
    }
    if (words_split("/", &words, &why) == 0) {
        is(words_resolve(words, &why), CONCLAVE_EPERM, "a directory");
        words_free(words);
    }
    if (words_split("./none/such", &words, &why) == 0) {
        is(words_resolve(words, &why), CONCLAVE_ENOENT, "a path to nothing");
        words_free(words);
    }
}

/* In a directory with the files a, b.c and d/e. */
static void test_anchor(void)
{
    char place[64], before[4096], expected[512];
    (void)snprintf(place, sizeof(place), "%.40s/words.XXXXXX",
                   getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
    char **words = NULL;
    if (getcwd(before, sizeof(before)) == NULL || mkdtemp(place) == NULL ||
        chdir(place) != 0 || mkdir("d", 0700) != 0 || mknod("a", S_IFREG | 0600, 0) != 0 ||
        mknod("b.c", S_IFREG | 0600, 0) != 0 || mknod("d/e", S_IFREG | 0600, 0) != 0 ||
        words_split("./a a b.c d d/e d/ none.c --x=b.c -b.c /a", &words, NULL) != 0) {
        ok(false, "a directory for words");
        return;
    }
    char here[4096], got[8192] = "";
    ok(getcwd(here, sizeof(here)) != NULL, "a directory for words");
    words_anchor(words);
    for (char **w = words; *w != NULL; w++) {
        size_t length = strlen(here);
        bool inside = strncmp(*w, here, length) == 0;
        strcat(strcat(strcat(got, inside ? "HERE" : ""), inside ? *w + length : *w), " ");
    }
    (void)snprintf(expected, sizeof(expected),
                   "HERE/./a a HERE/b.c d HERE/d/e HERE/d/ none.c --x=b.c -b.c /a ");
    if (!ok(strcmp(got, expected) == 0, "paths become whole, and other words stay")) {
        printf("# %s\n", got);
    }
    words_free(words);
    (void)unlink("a");
    (void)unlink("b.c");
    (void)unlink("d/e");
    (void)rmdir("d");
    ok(chdir(before) == 0 && rmdir(place) == 0, "the directory is left as it was");
}

int main(void)
{
    test_anchor();
    splits("a", "[a]");
    splits("  a\tb  c\n", "[a][b][c]");
    splits("a 'b c' \"d e\"", "[a][b c][d e]");
    splits("a '' \"\"", "[a][][]");
    splits("a'b 'c\" d\"", "[ab c d]");
    splits("a 'b\\c\"' \"d\\\"e\\\\f\\g'\"", "[a][b\\c\"][d\"e\\f\\g']");
    splits("a\\ b \\'c\\\\", "[a b]['c\\]");
    splits("a $HOME *.c ; b | c > d `e`", "[a][$HOME][*.c][;][b][|][c][>][d][`e`]");
    refuses("", "no program");
    refuses("   ", "no program");
    refuses("'' a", "no program");
    refuses("a 'b", "left open");
    refuses("a \"b\\\"", "left open");
    refuses("a \\", "left open");
    char many[2 * WORDS_MAX + 3] = "";
    for (int i = 0; i < WORDS_MAX; i++) {
        strcat(many, "x ");
    }
    char **words = NULL;
    ok(words_split(many, &words, NULL) == 0, "as many words as may be");
    words_free(words);
    strcat(many, "x");
    refuses(many, "128 words");
    test_resolve();
    return tap_done();
}
