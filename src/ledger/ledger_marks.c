/* SPDX-License-Identifier: ISC */
/* Whether a store is where it was: what its marks say, and new ones. */
#include "ledger/damage.h"
#include "ledger/ledger_private.h"
#include "ledger/values.h"

#include <assert.h>

static const char data_name[] = "data.mdb";
/* A node beside this process changes file and store one after the other. */
enum { LOOKS = 8 };

static int check_machine(struct ledger *l, struct complaint *why)
{
    struct bytes *value = NULL;
    struct machine_id kept_machine, machine;
    struct file_mark kept_file, file;
    int error = ledger_get_meta(l, "marks", &value);
    if (error == 0) {
        error = value_get_marks(bytes_slice(value), &kept_machine, &kept_file);
    }
    bytes_unref(value);
    if (error == 0) {
        error = file_mark_read(l->dir_fd, data_name, &file);
    }
    if (error == 0) {
        error = machine_id_read(l->options.machine_id_path, &machine);
    }
    if (error != 0) {
        return ledger_complain_disk(l, error, why);
    }
    if (!slice_equal(slice_of(kept_machine.text, kept_machine.size),
                     slice_of(machine.text, machine.size))) {
        l->lost = "made on another machine";
    } else if (!file_mark_equal(&kept_file, &file)) {
        l->lost = "data.mdb is not the file that the store was made in";
    }
    return 0;
}

static int check_journal(struct ledger *l, struct complaint *why)
{
    struct bytes *value = NULL;
    struct incarnation kept[2], found;
    size_t count = 0;
    int error = ledger_get_meta(l, "journal", &value);
    if (error == 0) {
        error = value_get_incarnations(bytes_slice(value), kept, &count);
    }
    bytes_unref(value);
    if (error != 0) {
        return ledger_complain_disk(l, error, why);
    }
    error = journal_read(l->dir_fd, &found);
    if (error == CONCLAVE_EIO) {
        return ledger_complain_disk(l, error, why);
    }
    for (size_t i = 0; error == 0 && i < count; i++) {
        if (incarnation_equal(&kept[i], &found)) {
            l->journal = (struct journal){.step = JOURNAL_SETTLED, .now = found};
            return 0;
        }
    }
    l->lost = l->lost != NULL ? l->lost : "data.mdb and journal are not of the same time";
    return 0;
}

int ledger_check_marks(struct ledger *l, struct complaint *why)
{
    int error = check_machine(l, why);
    error = error == 0 ? check_journal(l, why) : error;
    if (error == 0 && l->lost == NULL && store_log_lost(l->store)) {
        l->lost = LOG_LOST;
    }
    return error;
}

const char *ledger_marks(struct ledger *l)
{
    const char *found = "";
    for (int i = 0; i < LOOKS && found != NULL; i++) {
        l->lost = NULL;
        found = ledger_check_marks(l, NULL) == 0 ? l->lost : "its marks cannot be read";
    }
    l->lost = NULL;
    return found;
}

int ledger_check_log(struct ledger *l, uint64_t *unsettled, struct complaint *why)
{
    assert(l->mode == LEDGER_READ);
    return store_check_log(l->store, l->dir, unsettled, why);
}

int ledger_put_marks(struct ledger *l)
{
    struct machine_id machine;
    struct file_mark file;
    int error = machine_id_read(l->options.machine_id_path, &machine);
    if (error == 0) {
        error = file_mark_read(l->dir_fd, data_name, &file);
    }
    if (error == 0) {
        error = journal_draw(&l->journal, l->dir_fd);
    }
    if (error == 0) {
        error = journal_switch(&l->journal, l->dir_fd);
    }
    if (error == 0) {
        journal_settle(&l->journal);
        struct buffer value = {0};
        value_put_marks(&value, &machine, &file);
        ledger_put(l, STORE_META, slice_of_string("marks"), &value);
        value_put_incarnations(&value, &l->journal.now, 1);
        ledger_put(l, STORE_META, slice_of_string("journal"), &value);
    }
    return error;
}
