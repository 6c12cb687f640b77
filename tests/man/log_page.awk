# SPDX-License-Identifier: ISC
# What conclave-log(7) says of the events: "EVENT level LEVEL" and "EVENT field KEY". An item
# is ".It Sy name , name Pq level, or level; Cm key , key".

/^\.It Sy / {
    names = keys = ""
    levels = $0
    sub(/^\.It Sy /, "", levels)
    if (levels !~ / Pq /) {
        next
    }
    names = keys = levels
    sub(/ Pq .*/, "", names)
    sub(/.* Pq /, "", levels)
    keys = levels ~ /; Cm / ? levels : ""
    sub(/;.*/, "", levels)
    sub(/.*; Cm /, "", keys)
    gsub(/ or /, " ", levels)
    count = split(names, name, /[ ,]+/)
    level_count = split(levels, level, /[ ,]+/)
    key_count = split(keys, key, /[ ,]+/)
    for (i = 1; i <= count; i++) {
        for (k = 1; k <= level_count; k++) {
            print name[i] " level " level[k]
        }
        for (k = 1; k <= key_count; k++) {
            print name[i] " field " key[k]
        }
    }
}
