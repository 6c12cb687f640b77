#!/bin/sh
# SPDX-License-Identifier: ISC
# conclave-log(7) has every event that the source of the node writes, with its levels and
# fields, and no other; the same from lines that nodes have written.

src=${top_srcdir:?}/src
here=$top_srcdir/tests/man
page=$top_srcdir/man/conclave-log.7
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

count=0
# result NAME: not ok when the file out holds complaints.
result()
{
    count=$((count + 1))
    if [ -s "$folder/out" ]; then
        echo "not ok $count - $1"
        sed 's/^/# /' "$folder/out"
    else
        echo "ok $count - $1"
    fi
}

# compare SOURCE PAGE: complaints of what one has and the other has not.
compare()
{
    awk '
        FNR == 1 { file++ }
        file == 1 && $1 == "may" { may[$2 " " $3 " " $4] = 1; kinds[$2 " " $3] = 1; next }
        file == 1 { must[$0] = 1; kinds[$1 " " $2] = 1; events[$1] = 1; next }
        { page[$0] = 1; known[$1] = 1; if ($2 == "field") key[$3] = 1 }
        END {
            for (x in must) {
                if (!(x in page)) print "not in the page: " x
            }
            for (x in may) {
                split(x, word, " ")
                if (!(word[1] in known)) print "not in the page: " word[1]
                if (word[2] == "field" && !(word[3] in key)) print "nowhere in the page: " x
            }
            for (x in page) {
                split(x, word, " ")
                if (!((word[1] " " word[2]) in kinds) && word[2] == "level" && word[1] in events)
                    continue
                if (!(x in must) && !(x in may)) print "only in the page: " x
            }
        }' "$1" "$2" | sort
}

awk -f "$here/log_source.awk" "$src"/base/*.c "$src"/control/*.c "$src"/net/*.c \
    "$src"/ledger/*.c "$src"/conclaved/*.c >"$folder/source"
awk -f "$here/log_page.awk" "$page" >"$folder/page"
[ "$(wc -l <"$folder/source")" -gt 200 ] || echo 'few events found in the source' >"$folder/few"
{
    cat "$folder/few" 2>/dev/null
    compare "$folder/source" "$folder/page"
} >"$folder/out"
result 'conclave-log(7) and the source agree'

# The reader of the source sees what it must.
cat >"$folder/sample.c" <<'END'
static void one(void)
{
    struct log_field in = LOG_N("in_ms", 3);
    LOG_EVENT(LOG_LEVEL_WARN, "a.one", LOG_S("x", "say \\"b.none\\" (") , LOG_N("y", f(1)), in);
    LOG_EVENT(off ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, off ? "a.two" : "a.three",
              LOG_X("z", id));
    last_words("a.last", "error", "a text, " "and more", "number", f(1, digits), NULL);
}
END
awk -f "$here/log_source.awk" "$folder/sample.c" | sort >"$folder/seen"
sort >"$folder/expected" <<'END'
a.one field in_ms
a.one field x
a.one field y
a.one level warn
a.two field z
a.three field z
may a.two level warn
may a.two level info
may a.three level warn
may a.three level info
a.last level error
a.last field error
a.last field number
END
diff "$folder/seen" "$folder/expected" >"$folder/out"
result 'the source is read right'

for change in 's/^a.one field y$//' 's/^a.one level warn$/a.one level info/' \
    's/^a.last field error$/a.last field cure/' 's/a.three/a.four/'; do
    sed "$change; s/^may //" "$folder/expected" | grep . >"$folder/wrong"
    compare "$folder/seen" "$folder/wrong" >"$folder/complaints"
    [ -s "$folder/complaints" ] || echo 'nothing was said' >"$folder/out"
    result "a page that is wrong is found: $change"
    : >"$folder/out"
done
echo "1..$count"
