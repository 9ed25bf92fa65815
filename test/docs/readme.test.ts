import { readFileSync } from 'node:fs'
import t from 'tap'

const root = new URL('../../', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, root), 'utf8')
const blocks = (text: string): string[] => [...text.matchAll(/^```.*\n[\s\S]*?^```$/gm)].map(([block]) => block)
const settings = (text: string): string[] => [...text.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, name]) => name!)

const [english, chinese] = [read('README.md'), read('README.zh-CN.md')]

t.test('both READMEs give the same commands with the same answers, in the same order', async t => {
  // the picture of the architecture is written in each language
  const commands = (text: string) => blocks(text).filter(block => !block.includes('+---'))
  t.ok(commands(english).length > 20)
  t.same(commands(chinese), commands(english))
})

t.test('both READMEs name the same settings', async t => t.same(settings(chinese), settings(english)))

t.test('links of the READMEs lead to files', async t => {
  for (const [name, text] of [
    ['README.md', english],
    ['README.zh-CN.md', chinese],
  ] as const) {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link]) => link!)
    t.ok(links.length > 10)
    for (const link of links) t.doesNotThrow(() => readFileSync(new URL(link, root)), `${name} -> ${link}`)
  }
})

t.test('no later command is in a README', async t => {
  const later = /npm run console/
  t.notMatch(english, later)
  t.notMatch(chinese, later)
})
