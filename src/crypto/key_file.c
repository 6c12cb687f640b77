/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "base/alloc.h"
#include "base/write.h"
#include "crypto/key.h"
#include "crypto/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_FILE_KIND   "conclave-key-"
#define KEY_FILE_PREFIX KEY_FILE_KIND "1 "

enum {
    KEY_FILE_PREFIX_BYTES = sizeof(KEY_FILE_PREFIX) - 1,
    KEY_FILE_HEX_BYTES = 2 * crypto_sign_SEEDBYTES,
    KEY_FILE_BYTES = KEY_FILE_PREFIX_BYTES + KEY_FILE_HEX_BYTES + 1,
};

/* The whole buffer, or as much as there is; -1 on error. */
static ssize_t read_all(int fd, char *data, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(fd, data + done, size - done);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        done += (size_t)got;
    }
    return (ssize_t)done;
}

/* A new name is durable only when its directory is. */
static int sync_directory_of(const char *path)
{
    char *copy = alloc_string(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(copy);
    if (fd < 0) {
        return -1;
    }
    int failed = fsync(fd);
    int saved = errno;
    (void)close(fd);
    errno = saved;
    return failed;
}

static int write_file(int fd, const struct secret_key *k)
{
    char *text = secret_alloc(KEY_FILE_BYTES + 1);
    memcpy(text, KEY_FILE_PREFIX, KEY_FILE_PREFIX_BYTES);
    sodium_bin2hex(text + KEY_FILE_PREFIX_BYTES, KEY_FILE_HEX_BYTES + 1, k->sign,
                   crypto_sign_SEEDBYTES);
    text[KEY_FILE_BYTES - 1] = '\n';
    /* The mode again, since a strange umask may have left less than the owner needs. */
    int failed = fchmod(fd, 0600) != 0 ||
                 write_all(fd, slice_of(text, KEY_FILE_BYTES)) != 0 || fsync(fd) != 0;
    int saved = errno;
    secret_free(text);
    errno = saved;
    return failed ? -1 : 0;
}

int key_save(const struct secret_key *k, const char *path, struct complaint *why)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) {
        return complain(why, CONCLAVE_EEXIST,
                        "%s: exists already and is not overwritten; name another file or "
                        "move this one away",
                        path);
    }
    if (fd < 0) {
        return complain(why, CONCLAVE_EIO, "%s: cannot create the key file: %s", path,
                        strerror(errno));
    }
    int failed = write_file(fd, k);
    int saved = errno;
    if (close(fd) != 0 && failed == 0) {
        failed = -1;
        saved = errno;
    }
    if (failed == 0 && sync_directory_of(path) != 0) {
        failed = -1;
        saved = errno;
    }
    if (failed != 0) {
        (void)unlink(path);
        return complain(why, CONCLAVE_EIO, "%s: cannot write the key file: %s", path,
                        strerror(saved));
    }
    return 0;
}

/*
 * A credential of systemd, in the directory that it made for this service alone. It is
 * root's, and the mode that an access control list shows as the group's is what the service
 * itself may do.
 */
static bool is_credential(const char *path, const struct stat *st)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    size_t length = folder != NULL ? strlen(folder) : 0;
    return length > 0 && strncmp(path, folder, length) == 0 && path[length] == '/' &&
           strchr(path + length + 1, '/') == NULL && st->st_uid == 0 && st->st_gid == 0 &&
           (st->st_mode & 07777) == 0440;
}

/* Whoever can read the key is the seat, so access is checked before content. */
static int check_access(int fd, const char *path, struct complaint *why)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return complain(why, CONCLAVE_EIO, "%s: %s", path, strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return complain(why, CONCLAVE_EPERM,
                        "%s: is not a regular file; name the key file itself", path);
    }
    if (st.st_uid != geteuid() && st.st_uid != 0) {
        return complain(why, CONCLAVE_EPERM, "%s: belongs to user %lu; run: chown %lu '%s'",
                        path, (unsigned long)st.st_uid, (unsigned long)geteuid(), path);
    }
    if ((st.st_mode & 077) != 0 && !is_credential(path, &st)) {
        return complain(why, CONCLAVE_EPERM,
                        "%s: mode %04o lets others at the secret key; run: chmod 600 '%s'",
                        path, (unsigned)(st.st_mode & 07777), path);
    }
    return 0;
}

/* conclave-key-2 and so on. */
static bool is_later(const char *text, size_t size)
{
    size_t kind = sizeof(KEY_FILE_KIND) - 1, digits = 0;
    while (kind + digits < size && text[kind + digits] >= '0' &&
           text[kind + digits] <= '9') {
        digits++;
    }
    bool is_key = size > kind && memcmp(text, KEY_FILE_KIND, kind) == 0 && digits > 0 &&
                  text[kind] != '0' && kind + digits < size && text[kind + digits] == ' ';
    return is_key && (digits > 1 || text[kind] > '1');
}

static int read_file(int fd, const char *path, struct secret_key **out,
                     struct complaint *why)
{
    enum { SEED_AT = KEY_FILE_BYTES + 1 };
    /* One byte more than a key file has, so that a longer one shows. */
    char *text = secret_alloc(SEED_AT + crypto_sign_SEEDBYTES);
    uint8_t *seed = (uint8_t *)text + SEED_AT;
    int error = 0;
    ssize_t size = read_all(fd, text, KEY_FILE_BYTES + 1);
    if (size < 0) {
        error = complain(why, CONCLAVE_EIO, "%s: %s", path, strerror(errno));
    } else if (is_later(text, (size_t)size)) {
        error = complain(why, CONCLAVE_EVERSION,
                         "%s: is a key file of a later version, and this one reads "
                         "\"" KEY_FILE_PREFIX "\": upgrade to a version that has it",
                         path);
    } else if (size != KEY_FILE_BYTES || text[KEY_FILE_BYTES - 1] != '\n' ||
               memcmp(text, KEY_FILE_PREFIX, KEY_FILE_PREFIX_BYTES) != 0 ||
               hex_decode(seed, crypto_sign_SEEDBYTES, text + KEY_FILE_PREFIX_BYTES,
                          KEY_FILE_HEX_BYTES) != 0) {
        error =
            complain(why, CONCLAVE_EFORMAT,
                     "%s: is not a key file: expected one line, \"" KEY_FILE_PREFIX
                     "\" and %d hexadecimal digits; bring the seat's key back, or make one "
                     "for a new seat with: conclave keygen",
                     path, KEY_FILE_HEX_BYTES);
    } else {
        *out = key_from_seed(seed);
    }
    secret_free(text);
    return error;
}

int key_load(const char *path, struct secret_key **out, struct complaint *why)
{
    /* O_NONBLOCK, so that a FIFO in the key's place is refused and not waited for. */
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        switch (errno) {
        case ENOENT:
            return complain(why, CONCLAVE_ENOENT,
                            "%s: no such key file; bring the seat's key back, or make one "
                            "for a new seat with: conclave keygen",
                            path);
        case ELOOP:
            return complain(why, CONCLAVE_EPERM,
                            "%s: is a symbolic link; name the key file itself", path);
        case EACCES:
            return complain(why, CONCLAVE_EPERM,
                            "%s: this user may not read it; it must belong to the user "
                            "that runs the node, with mode 0600",
                            path);
        default:
            return complain(why, CONCLAVE_EIO, "%s: cannot open the key file: %s", path,
                            strerror(errno));
        }
    }
    int error = check_access(fd, path, why);
    if (error == 0) {
        error = read_file(fd, path, out, why);
    }
    (void)close(fd);
    return error;
}
