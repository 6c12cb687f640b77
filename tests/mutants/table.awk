# SPDX-License-Identifier: ISC
# Reads the tables of mutants. -v mode=list: one line a mutant: its name, file, tests, rule
# and table, with tabs between. -v mode=check: complains of what does not apply; exit status 1.
# -v mode=apply -v wanted=NAME: the mutated file. -v top=FOLDER: where the source is.

function complain(text)
{
    print where ": " text | "cat 1>&2"
    bad = 1
}

function forget()
{
    name = file = rule = ""
    hunks = 0
    side = ""
}

# What the mutant says, joined to the parts that are looked for and put in.
function add(kind, text)
{
    if (kind == "-" && side != "-") {
        hunks++
        from[hunks] = text
        to[hunks] = ""
    } else if (kind == "-") {
        from[hunks] = from[hunks] "\n" text
    } else if (side == "-") {
        to[hunks] = text
    } else {
        to[hunks] = to[hunks] "\n" text
    }
    side = kind
}

function content_of(path,   line, all, status)
{
    if (path in contents) {
        return contents[path]
    }
    all = ""
    while ((status = (getline line < (top "/" path))) > 0) {
        all = all line "\n"
    }
    close(top "/" path)
    contents[path] = all
    return all
}

function replace(all, i,   at, rest)
{
    at = index(all, from[i])
    rest = substr(all, at + length(from[i]))
    return substr(all, 1, at - 1) to[i] rest
}

function finish(   i, all, at, fits)
{
    if (name == "") {
        return
    }
    if (file == "" || rule == "" || hunks == 0) {
        complain("mutant " name " lacks its file, its rule or what it changes")
    } else if (name in seen) {
        complain("there are two mutants " name)
    } else if (mode == "list") {
        print name "\t" file "\t" tests "\t" rule "\t" table
    } else if (mode == "check" || name == wanted) {
        all = content_of(file)
        fits = 1
        for (i = 1; i <= hunks && fits; i++) {
            at = index(all, from[i])
            fits = 0
            if (at == 0) {
                complain("mutant " name ": " file " does not have this: " from[i])
            } else if (index(substr(all, at + 1), from[i]) != 0) {
                complain("mutant " name ": " file " has this more than once: " from[i])
            } else if (from[i] == to[i]) {
                complain("mutant " name " changes nothing")
            } else {
                all = replace(all, i)
                fits = 1
            }
        }
        if (mode == "apply") {
            printf "%s", all
        }
    }
    seen[name] = 1
    count++
    forget()
}

FNR == 1 {
    finish()
    tests = ""
    table = FILENAME
    sub(/.*\//, "", table)
}
{
    where = table ":" FNR
}
/^#/ || /^$/ {
    finish()
    next
}
/^tests / {
    tests = substr($0, 7)
    next
}
/^mutant / {
    finish()
    name = substr($0, 8)
    next
}
/^file / {
    file = substr($0, 6)
    next
}
/^rule / {
    rule = substr($0, 6)
    next
}
/^[-+]/ {
    add(substr($0, 1, 1), substr($0, 2))
    next
}
{
    complain("what is this: " $0)
}
END {
    finish()
    if (mode == "check" && !bad) {
        print count " mutants"
    }
    exit bad
}
