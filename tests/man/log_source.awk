# SPDX-License-Identifier: ISC
# What C files say of the events of the log: for each event "EVENT level LEVEL" and "EVENT
# field KEY", "may" before that where it depends: on which of several names a level belongs
# to, and on the kind where names and fields are put together from tables.

function add(what)
{
    if (!(what in seen)) {
        seen[what] = 1
        print what
    }
}

# The text up to the parenthesis that closes the one before it.
function enclosed(text,    depth, i, c, quoted)
{
    depth = 1
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        if (quoted) {
            if (c == "\\") {
                i++
            } else if (c == "\"") {
                quoted = 0
            }
        } else if (c == "\"") {
            quoted = 1
        } else if (c == "(") {
            depth++
        } else if (c == ")" && --depth == 0) {
            return substr(text, 1, i - 1)
        }
    }
    return text
}

function is_name(word)
{
    return word ~ /^[a-z]+(\.[a-z-]+)+$/
}

# Fields within a call: in keys, by name.
function find_keys(text, keys,    at)
{
    while (match(text, /LOG_[STNIX]\("[a-z_]+"/)) {
        at = substr(text, RSTART, RLENGTH)
        sub(/.*\("/, "", at)
        sub(/"/, "", at)
        keys[at] = 1
        text = substr(text, RSTART + RLENGTH)
    }
}

# Fields that stand in variables: "struct log_field seat = LOG_N("seat", ...)", the last one
# above the call. They may be left out.
function find_variables(before, text, may,    name, rest, at)
{
    gsub(/"([^"\\]|\\.)*"/, "", text)
    while (match(text, /, *[a-z_]+ *(,|$)/)) {
        name = substr(text, RSTART, RLENGTH)
        gsub(/[^a-z_]/, "", name)
        text = substr(text, RSTART + RLENGTH - 1)
        rest = before
        at = ""
        while (match(rest, "[^a-z_]" name " = LOG_[STNIX]\\(\"[a-z_]+\"")) {
            at = substr(rest, RSTART, RLENGTH)
            rest = substr(rest, RSTART + RLENGTH)
        }
        if (at != "") {
            sub(/.*\("/, "", at)
            sub(/"/, "", at)
            may[at] = 1
        }
    }
}

function level_of(word)
{
    sub(/.*LOG_LEVEL_/, "", word)
    return tolower(word)
}

# The names of a table by kind, with their levels, for calls that say names[...].
function of_table(text, keys, may,    rest, kind, name, level, key)
{
    rest = text
    while (match(rest, /\[[A-Z_]+\] = "[a-z.-]+"/)) {
        kind = name = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        sub(/\].*/, "", kind)
        sub(/.*\[/, "", kind)
        sub(/.*= "/, "", name)
        sub(/"/, "", name)
        if (is_name(name) && match(text, "\\[" kind "\\] = LOG_LEVEL_[A-Z]+")) {
            level = level_of(substr(text, RSTART, RLENGTH))
            add(name " level " level)
            for (key in keys) {
                add(name " field " key)
            }
            for (key in may) {
                add("may " name " field " key)
            }
        }
    }
}

# Lines of reports, whose names and levels stand in one table and whose fields are put
# together: each may have each.
function of_reports(text, keys,    name, level, key)
{
    while (match(text, /\[REPORT_[A-Z_]+\] = \{LOG_LEVEL_[A-Z]+, "[a-z.-]+"/)) {
        name = level = substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
        sub(/,.*/, "", level)
        sub(/.*, "/, "", name)
        sub(/"/, "", name)
        add(name " level " level_of(level))
        for (key in keys) {
            add("may " name " field " key)
        }
    }
}

function of_call(text, before, whole,    words, count, i, names, name_count, levels, keys,
                 may, key, rest)
{
    split("", keys)
    split("", may)
    find_keys(text, keys)
    find_variables(before, text, may)
    if (text ~ /names\[/) {
        of_table(whole, keys, may)
        return
    }
    rest = text
    gsub(/LOG_[STNIX]\("[a-z_]+"/, "", rest)
    count = split(rest, words, "\"")
    for (i = 2; i <= count; i += 2) {
        if (is_name(words[i])) {
            names[++name_count] = words[i]
        }
    }
    for (i = 1; i <= name_count; i++) {
        for (key in keys) {
            add(names[i] " field " key)
        }
        for (key in may) {
            add(names[i] " field " key)
        }
        rest = text
        while (match(rest, /LOG_LEVEL_[A-Z]+/)) {
            add((name_count == 1 ? "" : "may ") names[i] " level " \
                level_of(substr(rest, RSTART, RLENGTH)))
            rest = substr(rest, RSTART + RLENGTH)
        }
    }
}

# The last words: last_words("event", "key", value, ..., NULL).
function of_last_words(text,    words, event)
{
    if (text !~ /^"/) {
        return
    }
    split(text, words, "\"")
    event = words[2]
    add(event " level error")
    text = substr(text, length(event) + 3)
    gsub(/" "/, "", text)
    while (match(text, /^, "[a-z_]+", */)) {
        split(text, words, "\"")
        add(event " field " words[2])
        text = value_dropped(substr(text, RLENGTH + 1))
    }
}

# What follows the value that the text begins with: up to the comma that is in no quotes and
# no parentheses.
function value_dropped(text,    i, c, quoted, depth)
{
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        if (quoted) {
            i += c == "\\"
            quoted = c != "\""
        } else if (c == "\"") {
            quoted = 1
        } else if (c == "(" || c == "[") {
            depth++
        } else if (c == ")" || c == "]") {
            depth--
        } else if (c == "," && depth == 0) {
            return substr(text, i)
        }
    }
    return ""
}

function of_file(text,    rest, before, call, start, end)
{
    gsub(/[ \t\n]+/, " ", text)
    rest = text
    before = ""
    while (match(rest, /(LOG_EVENT|LOG_OUTSIDE|LOG_NAMED|last_words)\(/)) {
        start = RSTART
        end = RSTART + RLENGTH
        call = enclosed(substr(rest, end))
        before = before substr(rest, 1, start - 1)
        if (substr(rest, start, 1) == "l") {
            of_last_words(call)
        } else {
            of_call(call, before, text)
        }
        before = before substr(rest, start, end - start)
        rest = substr(rest, end)
    }
    if (text ~ /\[REPORT_/) {
        split("", reported)
        find_keys(text, reported)
        delete reported["event"]
        of_reports(text, reported)
    }
}

FNR == 1 && NR > 1 {
    of_file(whole)
    whole = ""
}

{
    whole = whole $0 "\n"
}

END {
    of_file(whole)
}
