import t from 'tap'
import { choosePiles } from '../../simulator/options.ts'

const power = { fastW: 7000, trickleW: 3500 }
const short = (piles: string, protocol: string) =>
  choosePiles(piles, protocol, power).map(({ id, protocol, powerW }) => `${id}:${protocol}:${powerW}`)

t.test('piles are named or counted', async t => {
  t.same(short('F1, T1', 'ocpp'), ['F1:ocpp:7000', 'T1:ocpp:3500'])
  t.same(short('5', 'mqtt'), ['F1:mqtt:7000', 'F2:mqtt:7000', 'T1:mqtt:3500', 'T2:mqtt:3500', 'T3:mqtt:3500'])
  t.same(short('1', 'http'), ['F1:http:7000'])
})

t.test('protocols are for all, mixed, or for single piles', async t => {
  t.same(short('F1,F2,T1', 'mixed'), ['F1:ocpp:7000', 'F2:ocpp:7000', 'T1:mqtt:3500'])
  t.same(short('F1,T3', 'F1:ocpp,T3:mqtt'), ['F1:ocpp:7000', 'T3:mqtt:3500'])
  t.same(short('F1,T3', 'T3:http'), ['F1:ocpp:7000', 'T3:http:3500'])
})

t.test('what is wrong is named', async t => {
  t.throws(() => short('F1', 'smoke'), /smoke/)
  t.throws(() => short('F1', 'T9:mqtt'), /T9/)
  t.throws(() => short('F1,f1', 'ocpp'), /twice/)
  t.throws(() => short('0', 'ocpp'), /0/)
  t.throws(() => short(' , ', 'ocpp'), /no pile/)
})
