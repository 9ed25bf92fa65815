import t from 'tap'
import { settings } from '../../config/schema.ts'
import { committed, documents } from '../../docs/generate.ts'
import { ERRORS } from '../../protocol/errors.ts'
import { TOPICS } from '../../protocol/mqtt/topics.ts'

for (const document of documents()) {
  t.equal(committed(document), document.text, `docs/${document.path} says what the code says (npm run docs writes it)`)
}

const textOf = (path: string): string => documents().find(document => document.path === path)!.text

t.test('the references name every setting, error and topic', async t => {
  const configuration = textOf('reference/configuration.md')
  t.same(
    settings.filter(({ env }) => !configuration.includes(`\`${env}\``)),
    [],
  )
  const errors = textOf('reference/errors.md')
  t.same(
    Object.keys(ERRORS).filter(code => !errors.includes(`\`${code}\``)),
    [],
  )
  const topics = textOf('reference/mqtt-topics.md')
  t.same(
    Object.values(TOPICS).filter(({ address }) => !topics.includes(`\`${address}\``)),
    [],
  )
})
