#!/bin/sh
# SPDX-License-Identifier: ISC
# The pages in a browser: on a phone nothing is wider than the screen, no policy is broken,
# nothing is loaded. Needs chromium; what it may not have is left out.

. "${top_srcdir:?}/tests/lib/tap.sh"
write=${top_builddir:?}/tests/page/write_pages
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

browser=$(command -v chromium || command -v chromium-browser)
if [ -z "$browser" ]; then
    echo '1..0 # SKIP no chromium'
    exit 0
fi

# Each page in a frame as wide as a phone, beside what measures it. A page has no script, so
# the frame's document is looked into from outside.
frame()
{
    printf '<iframe title="%s" width="%s" height="740" srcdoc="' "$1" "$2"
    sed 's/&/\&amp;/g; s/"/\&quot;/g' "$3"
    printf '"></iframe>\n'
}

measure()
{
    cat <<'EOF'
<pre id="result"></pre>
<script>
onload = () => {
  const lines = [];
  for (const f of document.querySelectorAll('iframe')) {
    const d = f.contentDocument, w = f.contentWindow;
    for (const e of d.querySelectorAll('details')) e.open = true;
    const wide = d.documentElement.scrollWidth > f.clientWidth;
    const cut = [...d.querySelectorAll('section, li, p, h1, h2, h3, dd, pre, div')].filter(
      e => e.scrollWidth > e.clientWidth + 1 && w.getComputedStyle(e).display != 'inline');
    const ragged = [...d.querySelectorAll('.did, .sure')].some(
      e => e.clientHeight > 2 * parseFloat(w.getComputedStyle(e).fontSize));
    const box = d.querySelector('section');
    lines.push(f.title + (wide ? ' wide ' + d.documentElement.scrollWidth : ' fits') +
      (cut.length ? ' cut ' + cut[0].tagName + '.' + cut[0].className : ' whole') +
      (w.performance.getEntriesByType('resource').length ? ' loads' : ' alone') +
      (box && w.getComputedStyle(box).borderTopWidth == '1px' ? ' styled' : ' bare') +
      (d.querySelector('script, img') ? ' script' : ' still') +
      (ragged ? ' ragged' : ' even'));
  }
  document.getElementById('result').textContent = lines.join('\n');
};
</script>
EOF
}

browse()
{
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --no-first-run \
        --user-data-dir="$folder/profile" --host-resolver-rules='MAP * ~NOTFOUND' \
        --virtual-time-budget=10000 "$@" 2>err
}

mkdir pages
"$write" pages || exit 1
# What must be noticed: a page that is too wide, loads something and has no policy.
cat >bad.html <<'EOF'
<!DOCTYPE html><html lang="en"><body><section><p style="width:900px;font-size:90px">wide</p></section>
<img src="http://conclave.invalid/a.png" alt="none"/></body></html>
EOF
{
    echo '<!DOCTYPE html><meta charset="utf-8"><body>'
    frame bad 360 bad.html
    for page in pages/*.html; do
        name=$(basename "$page" .html)
        frame "$name-360" 360 "$page"
        frame "$name-1400" 1400 "$page"
    done
    measure
} >all.html
browse --dump-dom "file://$folder/all.html" >dom
sed -n '/<pre id="result">/,/<\/pre>/p' dom | sed 's/<pre id="result">//; s/<\/pre>//' >out

if ! [ -s out ]; then
    echo '1..0 # SKIP chromium does not start here'
    exit 0
fi
ok 'a page that is too wide, loads and has no sheet is noticed' \
    grep -q '^bad wide .* loads bare script .*$' out
for page in pages/*.html; do
    what=$(basename "$page" .html)
    ok "$what: fits a phone, is styled, and loads nothing" \
        grep -qx "$what-360 fits whole alone styled still even" out
    ok "$what: the same on a desk" grep -qx "$what-1400 fits whole alone styled still even" out
done
echo "1..$count"
