import t from 'tap'
import { digestPassword, verifyPassword } from '../../central/use-cases/admin/password.ts'

const KEY = '00ff8081fe0a0d3a20c3a9112233445566778899'
const bytes = Buffer.from(KEY, 'hex')

t.test('a password is itself and nothing else', async t => {
  for (const password of ['', 'a:b', 'pässwörd', 'a'.repeat(300), Buffer.from([0, 0xff, 0x3a, 0xc3])]) {
    t.ok(verifyPassword(password, digestPassword(password)))
    t.notOk(verifyPassword('other', digestPassword(password)))
  }
  t.notOk(verifyPassword('Secret', digestPassword('secret')), 'case counts')
  t.notOk(verifyPassword(KEY, new Uint8Array()), 'nothing kept is no password')
  t.not(digestPassword('x').toString('hex'), digestPassword('x').toString('hex'), 'salted')
})

t.test('a key in hexadecimal is sent as text, in either case, or as the bytes it means (quirk 7)', async t => {
  for (const kept of [KEY, KEY.toUpperCase()]) {
    const digest = digestPassword(kept)
    for (const sent of [KEY, KEY.toUpperCase(), bytes]) t.ok(verifyPassword(sent, digest), String(sent))
    t.notOk(verifyPassword(Buffer.from(bytes).fill(1, 3, 4), digest))
    t.notOk(verifyPassword(bytes.subarray(1), digest))
  }
  const short = 'deadbeef'
  t.notOk(verifyPassword(Buffer.from(short, 'hex'), digestPassword(short)), 'a short word in hexadecimal is a word')
})
