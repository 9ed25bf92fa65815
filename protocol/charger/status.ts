/** What a connector says of itself: the words of OCPP 1.6 section 7.7, which MQTT piles use too. */
export const CONNECTOR_STATUSES = [
  'Available',
  'Preparing',
  'Charging',
  'SuspendedEV',
  'SuspendedEVSE',
  'Finishing',
  'Reserved',
  'Unavailable',
  'Faulted',
] as const
export type ConnectorStatus = (typeof CONNECTOR_STATUSES)[number]

export type Protocol = 'ocpp1.6' | 'mqtt' | 'http'
