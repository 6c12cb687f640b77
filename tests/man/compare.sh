# SPDX-License-Identifier: ISC
# For tests that hold pages against the code: sourced by them, in POSIX sh. They work in a
# folder of their own, with the files out, code and page.

count=0
# result NAME: not ok when the file out holds complaints.
result()
{
    count=$((count + 1))
    if [ -s out ]; then
        echo "not ok $count - $1"
        sed 's/^/# /' out
    else
        echo "ok $count - $1"
    fi
}

# same NAME: the files code and page hold the same lines, in any order.
same()
{
    sort -u code >code.sorted
    sort -u page >page.sorted
    {
        [ -s code.sorted ] || echo 'nothing found in the code'
        comm -23 code.sorted page.sorted | sed 's/^/not in the page: /'
        comm -13 code.sorted page.sorted | sed 's/^/only in the page: /'
    } >out
    result "$1"
}
