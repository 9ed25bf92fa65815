/** Text in columns as wide as their widest cell; those named in `right` (indexes) end in line. */
export function columns(head: string[], rows: string[][], right: ReadonlySet<number> = new Set()): string {
  const widths = head.map((name, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]!.length), name.length),
  )
  return [head, ...rows]
    .map(row =>
      row
        .map((cell, column) => (right.has(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
