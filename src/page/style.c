/* SPDX-License-Identifier: ISC */
#include "page/style.h"

/* Ink on paper has at least the contrast of WCAG AA, 4.5 to 1, in both schemes. */
#define COLOURS_LIGHT                                                                      \
    "--paper:#faf9f6;--card:#fff;--ink:#1d1d1b;--dim:#5b5953;--line:#dcd8cf;"              \
    "--link:#1a4f8b;--approve:#0a6a4c;--reject:#b0281f;--abstain:#765600;--none:#66635c;"  \
    "--approve-bg:#e7f3ee;--reject-bg:#fbeae7;--abstain-bg:#f8f0da;--rest:#e6e2d9;"
#define COLOURS_DARK                                                                       \
    "--paper:#141413;--card:#1e1e1c;--ink:#edece7;--dim:#aaa79e;--line:#3a3833;"           \
    "--link:#8fbcf2;--approve:#5fd0a4;--reject:#ff9a8d;--abstain:#e3be57;--none:#a5a299;"  \
    "--approve-bg:#16302a;--reject-bg:#3b1f1c;--abstain-bg:#332b14;--rest:#34322d;"

const char page_style[] =
    ":root{color-scheme:light dark;" COLOURS_LIGHT "}\n"
    "@media (prefers-color-scheme:dark){:root{" COLOURS_DARK "}}\n"
    /* The page. Text from outside never makes it wider than the screen. */
    "*{box-sizing:border-box}\n"
    "html{-webkit-text-size-adjust:100%;text-size-adjust:100%}\n"
    "body{margin:0 auto;padding:1rem;max-width:72rem;background:var(--paper);"
    "color:var(--ink);font:1rem/1.55 system-ui,-apple-system,\"Segoe UI\",Roboto,"
    "\"Noto Sans\",\"Liberation Sans\",sans-serif;overflow-wrap:anywhere;"
    "font-variant-numeric:tabular-nums}\n"
    "h1,h2,h3,p,ul,ol,dl,dd,figure{margin:0;padding:0}\n"
    "h1,.council{font-family:Charter,\"Iowan Old Style\",\"Source Serif 4\",Georgia,"
    "\"Noto Serif\",\"Liberation Serif\",serif}\n"
    "h1{font-size:clamp(1.6rem,1.2rem + 2vw,2.4rem);line-height:1.2;font-weight:600;"
    "text-wrap:balance;margin:.3rem 0 .6rem}\n"
    /* Marks that stack, or hang out of the line, stay with the text that they come in. */
    "h1,.council,.seat h3,.seat p,.rows h3,summary,.facts dd{overflow:clip}\n"
    "h2{font-size:1.2rem;line-height:1.3;margin:0 0 .75rem}\n"
    "h3{font-size:1rem;line-height:1.4}\n"
    "a{color:var(--link)}\n"
    "a:focus-visible,summary:focus-visible{outline:3px solid var(--link);"
    "outline-offset:2px;border-radius:2px}\n"
    "li{list-style:none}\n"
    "code,pre,.hash{font-family:ui-monospace,\"SF Mono\",Menlo,Consolas,\"Noto Sans Mono\","
    "\"Liberation Mono\",monospace;font-size:.86em}\n"
    "pre,.text{white-space:pre-wrap;overflow:clip;margin:0}\n"
    "pre{padding:.75rem .9rem;background:var(--paper);border:1px solid var(--line);"
    "border-radius:6px;line-height:1.5}\n"
    "svg.i{width:1.25em;height:1.25em;flex:none;fill:currentColor;vertical-align:-.25em}\n"
    "svg.defs{position:absolute;width:0;height:0}\n"
    ".k{fill:none;stroke:var(--card);stroke-width:2.2;stroke-linecap:round;"
    "stroke-linejoin:round}\n"
    ".o{fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round}\n"
    ".approve{--tone:var(--approve);--tone-bg:var(--approve-bg)}\n"
    ".reject{--tone:var(--reject);--tone-bg:var(--reject-bg)}\n"
    ".abstain{--tone:var(--abstain);--tone-bg:var(--abstain-bg)}\n"
    ".none{--tone:var(--none);--tone-bg:transparent}\n"
    ".dim,figcaption{color:var(--dim)}\n"
    "header{padding:.25rem 0 1rem}\n"
    ".council{font-size:1.1rem}\n"
    "section{margin:0 0 1rem;padding:1.1rem;background:var(--card);"
    "border:1px solid var(--line);border-radius:10px;overflow:clip}\n"
    "section h3{margin:.2rem 0}\n"
    ".text+h3,details+h3,p+h3{margin-top:1.2rem}\n"
    "section p+p,.list li+li,pre+p,ol+p,ul+p,p+dl,dl+p{margin-top:.7rem}\n"
    /* The verdict, and the tally under it. */
    ".verdict{background:var(--tone-bg);border-color:var(--tone)}\n"
    ".verdict h2{display:flex;gap:.6rem;align-items:center;color:var(--tone);"
    "font-size:1.7rem;margin:0 0 .3rem}\n"
    ".verdict .say{font-size:1.1rem}\n"
    ".bar{display:block;width:100%;height:4.1rem;margin-top:.9rem;overflow:visible}\n"
    ".bar text{font-size:.86rem;fill:var(--ink)}\n"
    ".bar .approve,.bar .reject,.bar .abstain{fill:var(--tone)}\n"
    ".bar .rest{fill:var(--rest)}\n"
    ".bar .in{fill:var(--card);font-weight:600}\n"
    ".bar rect{stroke:var(--card);stroke-width:1}\n"
    ".bar .halo{stroke:var(--card);stroke-width:6}\n"
    ".bar .mark{stroke:var(--ink);stroke-width:2}\n"
    ".on-page{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;margin:0 .2rem 1rem}\n"
    ".key{display:flex;flex-wrap:wrap;gap:.35rem 1.2rem;margin-top:.6rem}\n"
    ".key li{display:flex;gap:.4rem;align-items:center}\n"
    ".key .i{color:var(--tone)}\n"
    /* The seats. */
    ".seats{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.4rem,1fr));"
    "gap:.55rem}\n"
    ".seat{border:1px solid var(--line);border-top:4px solid "
    "var(--tone);background:var(--tone-bg);border-radius:6px;"
    "padding:.5rem .6rem;font-size:.8rem;line-height:1.4;overflow:clip}\n"
    ".seat h3{font-size:.92rem}\n"
    ".seat h3 span{color:var(--dim);font-weight:400}\n"
    ".seat .did{display:flex;gap:.35rem;align-items:center;color:var(--tone);"
    "font-weight:600;font-size:.92rem;margin:.1rem 0 .2rem}\n"
    ".seat .sure{display:flex;flex-wrap:wrap;gap:0 .5rem;"
    "justify-content:space-between;white-space:nowrap}\n"
    ".seat .did+p,.seat p+p{margin:0}\n"
    ".seat p{color:var(--dim)}\n"
    ".seat p bdi{color:var(--ink)}\n"
    /* The timeline. */
    ".time{border-left:3px solid var(--line);margin-left:.5rem}\n"
    ".time li{position:relative;padding:0 0 1rem 1.3rem}\n"
    ".time li:last-child{padding-bottom:0}\n"
    ".time li::before{content:\"\";position:absolute;left:-.52rem;top:.3rem;width:.85rem;"
    "height:.85rem;border-radius:50%;background:var(--card);border:3px solid var(--dim)}\n"
    ".time time span{white-space:nowrap}\n"
    ".time li p+p{margin-top:.2rem}\n"
    ".facts dt{color:var(--dim)}\n"
    ".facts dd+dt{margin-top:.5rem}\n"
    ".facts+h3{margin-top:1rem}\n"
    /* The rationales. */
    "details{border-top:1px solid var(--line)}\n"
    "details:last-of-type{border-bottom:1px solid var(--line)}\n"
    "summary{cursor:pointer;padding:.55rem .1rem}\n"
    ".text+details{margin-top:1rem}\n"
    "details pre{margin-bottom:.9rem}\n"
    "summary .i{color:var(--tone)}\n"
    "details .text{padding:.1rem .1rem .9rem 1.5rem;max-width:46rem}\n"
    ".text{max-width:46rem;scroll-margin-top:4rem}\n"
    ".text:target{background:var(--paper)}\n"
    ".steps{counter-reset:s}\n"
    ".steps "
    "li{counter-increment:s;padding-left:2.1rem;position:relative;margin-top:.8rem}\n"
    ".steps li::before{content:counter(s);position:absolute;left:0;top:0;width:1.5rem;"
    "height:1.5rem;line-height:1.5rem;text-align:center;border-radius:50%;"
    "background:var(--ink);color:var(--card);font-size:.85rem;font-weight:600}\n"
    ".steps pre{margin-top:.3rem}\n"
    /* The index. */
    ".rows>li{display:grid;gap:.15rem 1rem;padding:.8rem 0;border-top:1px solid "
    "var(--line);"
    "overflow:clip}\n"
    ".rows>li:first-child{border-top:0;padding-top:0}\n"
    ".rows .did{display:flex;gap:.4rem;align-items:center;color:var(--tone);"
    "font-weight:600}\n"
    ".rows .bar{height:.7rem;margin:.25rem 0 .1rem}\n"
    ".rows p{margin:0;font-size:.9rem}\n"
    ".rows h3{margin:0}\n"
    ".rows .did{font-size:1rem;align-self:start}\n"
    ".pages{display:flex;justify-content:space-between;gap:1rem;margin:0 0 1rem}\n"
    "@media (min-width:44rem){\n"
    "body{padding:2rem}\n"
    "section{padding:1.5rem}\n"
    ".time{display:grid;grid-template-columns:repeat(4,1fr);border-left:0;margin:.45rem 0 "
    "0;"
    "border-top:3px solid var(--line)}\n"
    ".time li{padding:1.1rem 1rem 0 0}\n"
    ".time li::before{left:0;top:-.52rem}\n"
    ".facts{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1.5rem}\n"
    ".facts dd+dt{margin:0}\n"
    ".rows>li{grid-template-columns:7.5rem 1fr 15rem}\n"
    ".rows>li>.what{grid-row:span 2}\n"
    "}\n"
    "@media print{\n"
    ":root{" COLOURS_LIGHT "--paper:#fff}\n"
    "body{padding:0;font-size:10pt;max-width:none}\n"
    "section{padding:.6rem 0;border-width:1px 0 0;border-radius:0}\n"
    ".verdict{padding:.6rem}\n"
    ".seat,.time li,details{break-inside:avoid}\n"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
    "details::details-content{content-visibility:visible;display:block}\n"
    "nav.pages,nav.on-page{display:none}\n"
    "}\n";

#define SYMBOL(name, drawing)                                                              \
    "<symbol id=\"i-" name "\" viewBox=\"0 0 20 20\">" drawing "</symbol>\n"
#define MARK(path) "<path class=\"k\" d=\"" path "\"/>"
#define LINE(path) "<path class=\"o\" d=\"" path "\"/>"

const char page_symbols[] = "<svg class=\"defs\" aria-hidden=\"true\">\n" SYMBOL(
    "approve", "<circle cx=\"10\" cy=\"10\" r=\"9\"/>" MARK("M5.7 10.4l3 3 5.8-6.4"))
    SYMBOL("reject", "<path d=\"M2 2h16v16H2z\"/>" MARK("M6.2 6.2l7.6 7.6m0-7.6l-7.6 7.6"))
        SYMBOL("abstain", "<path d=\"M10 .5l9.5 9.5-9.5 9.5L.5 10z\"/>" MARK("M6 10h8"))
            SYMBOL("expelled",
                   "<path d=\"M6.3 1h7.4L19 6.3v7.4L13.7 19H6.3L1 13.7V6.3z\"/>" MARK(
                       "M5.5 10h9")) SYMBOL("withheld",
                                            "<path d=\"M3.5 9h13v9.5h-13z\"/>" LINE(
                                                "M6 9V6a4 4 0 0 1 8 0v3"))
                SYMBOL("late", LINE("M10 1.8a8.2 8.2 0 1 0 .01 0zM10 5.5V10l3.2 2.4"))
                    SYMBOL("missed", "<circle class=\"o\" cx=\"10\" cy=\"10\" r=\"8.2\" "
                                     "stroke-dasharray=\"3 3.4\"/>")
                        SYMBOL(
                            "suspended",
                            LINE("M10 1.8a8.2 8.2 0 1 0 .01 0zM8 7v6M12 7v6")) "</svg>\n";
