import type { Dialect, TagVerdict } from '../../simulator/pile-types.ts'

/** Writes down what a pile says, one short line each. */
export function recordingDialect(verdict: TagVerdict = 'accepted') {
  const said: string[] = []
  const dialect: Dialect = {
    status: ({ status, errorCode }) => void said.push(errorCode === 'NoError' ? status : `${status}/${errorCode}`),
    plug: plugged => void said.push(plugged ? 'plugged' : 'unplugged'),
    authorize: async idTag => {
      said.push(`authorize ${idTag}`)
      return verdict
    },
    started: session =>
      void said.push(`start ${session.idTag}${session.reservationId ? ` #${session.reservationId}` : ''}`),
    sampled: (_, sample) => void said.push(`${sample.context} ${sample.powerW} W`),
    ended: (session, last) =>
      void said.push(`stop ${session.reason} ${(last.registerMilliWh - session.startMilliWh) / 1000} Wh`),
  }
  return { dialect, said, take: () => said.splice(0) }
}
