import { createHash } from 'node:crypto'

/** A4 on paper, one column on a screen. Fonts are those of the reader's machine: nothing is loaded. */
export const BILL_STYLE = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.5rem 3rem; max-width: 48rem; background: #fff; color: #1a1d21;
  font: 14px/1.5 system-ui, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Zen Hei", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
header { display: flex; justify-content: space-between; align-items: flex-end; gap: 2rem;
  padding-bottom: .8rem; border-bottom: 2px solid #1a1d21; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.2; }
h2 { margin: 0; font-size: 1.05rem; }
.site { margin: .2rem 0 0; color: #555e68; }
.number { text-align: right; white-space: nowrap; }
.number b { display: block; font-size: 1.2rem; }
.muted { color: #555e68; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .5rem 1.5rem; margin: 1rem 0 1.6rem; }
dt { color: #555e68; font-size: .86em; }
dd { margin: 0; }
section { margin: 0 0 1.6rem; }
.sums + section { margin-top: 1.6rem; }
section > dl { margin: .5rem 0 .6rem; }
.head { display: flex; justify-content: space-between; gap: 1rem; padding-top: .5rem; border-top: 1px solid #c4cad1; }
table { width: 100%; border-collapse: collapse; }
th { color: #555e68; font-weight: 400; font-size: .86em; text-align: left; border-bottom: 1px solid #c4cad1; }
th, td { padding: .22rem 0 .22rem .9rem; vertical-align: top; }
th:first-child, td:first-child { padding-left: 0; }
.amount { text-align: right; white-space: nowrap; }
tfoot td { border-top: 1px solid #c4cad1; font-weight: 600; }
.sums { margin-left: auto; width: min(100%, 24rem); break-inside: avoid; }
.sums tr.total td { border-top: 2px solid #1a1d21; font-size: 1.15rem; font-weight: 700; }
.sums tr.contained td { color: #555e68; font-size: .86em; }
footer { margin-top: 2rem; color: #555e68; font-size: .86em; }
@media print {
  @page { size: A4; margin: 16mm 16mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9pt system-ui, sans-serif; color: #555e68; } }
  body { max-width: none; padding: 0; font-size: 10pt; }
  section.detail, tr { break-inside: avoid; }
  h2, .head, thead { break-after: avoid; }
  thead { display: table-header-group; }
  tfoot { display: table-row-group; }
}
`

/** Nothing is loaded, run, framed or sent: the one style of the page is let in by its digest. */
export const BILL_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(BILL_STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
