import { z } from 'zod'

export type Language = 'en' | 'zh'

/** The tag that goes into `Content-Language`. */
export const LANGUAGE_TAGS = { en: 'en', zh: 'zh-CN' } as const satisfies Record<Language, string>

/** The better of our two languages for an `Accept-Language` header (RFC 9110 section 12.5.4); English when neither is asked for. */
export function preferredLanguage(header: string | undefined): Language {
  let best: { language: Language; quality: number } = { language: 'en', quality: 0 }
  for (const range of (header ?? '').slice(0, 1000).split(',')) {
    const [tag = '', ...parameters] = range
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/)
    const primary = tag.split('-')[0]
    if (primary !== 'en' && primary !== 'zh') continue
    const weight = parameters.find(parameter => parameter.startsWith('q='))
    const quality = weight === undefined ? 1 : Number(weight.slice(2))
    if (quality > best.quality) best = { language: primary, quality }
  }
  return best.language
}

/** `?lang=` of pages and files for people: it comes before `Accept-Language`, because a browser's link carries no header. */
export const langQuery = z.enum(['en', 'zh-CN']).optional().describe('Instead of Accept-Language')

/** The language of an answer that is for people. */
export const languageFor = (request: {
  query: { lang?: 'en' | 'zh-CN' | undefined }
  headers: { 'accept-language'?: string | undefined }
}): Language => {
  const { lang } = request.query
  if (lang !== undefined) return lang === 'en' ? 'en' : 'zh'
  return preferredLanguage(request.headers['accept-language'])
}
