/** Markup that is ours, or text that has been escaped. */
export class Html {
  readonly markup: string
  constructor(markup: string) {
    this.markup = markup
  }
}

type Part = Html | string | number | null | readonly Part[]

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text as HTML text or as the value of a quoted attribute. Controls that no HTML may hold, and those that turn text around, become visible. */
export const escaped = (text: string): string =>
  text
    .replace(/[&<>"']/g, sign => ESCAPES[sign]!)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')

const markupOf = (part: Part): string => {
  if (part instanceof Html) return part.markup
  if (Array.isArray(part)) return part.map(markupOf).join('')
  return part === null ? '' : escaped(String(part))
}

/** A template whose every value is escaped, unless it is itself the outcome of such a template; null is nothing. */
export const html = (literals: TemplateStringsArray, ...parts: Part[]): Html =>
  new Html(literals.map((literal, index) => literal + (index < parts.length ? markupOf(parts[index]!) : '')).join(''))
