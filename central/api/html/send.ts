import type { FastifyReply } from 'fastify'
import { LANGUAGE_TAGS, type Language } from '../language.ts'
import { BILL_POLICY } from './bill-style.ts'

/** Answers with a bill's page. It is somebody's bill: no cache keeps it. */
export const sendPage = (reply: FastifyReply, language: Language, page: string): never =>
  reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', BILL_POLICY)
    .header('content-language', LANGUAGE_TAGS[language])
    .header('vary', 'Accept-Language')
    .header('cache-control', 'private, no-store')
    .serializer((text: unknown) => String(text))
    .send(page) as never
