/** A charge point's configuration keys (OCPP 1.6 section 9). */

type Kind = 'integer' | 'boolean' | 'text'

interface Key {
  value: string
  kind: Kind
  readonly: boolean
}

export type ChangeStatus = 'Accepted' | 'Rejected' | 'NotSupported'

export interface Configuration {
  number(key: string): number
  flag(key: string): boolean
  list(key: string): string[]
  get(keys: readonly string[] | undefined): {
    configurationKey: { key: string; readonly: boolean; value: string }[]
    unknownKey: string[]
  }
  change(key: string, value: string): ChangeStatus
}

const MEASURANDS = ['Energy.Active.Import.Register', 'Power.Active.Import', 'Current.Import', 'Voltage', 'SoC'] as const

const KEYS: [string, Kind, 'rw' | 'r', string][] = [
  ['AllowOfflineTxForUnknownId', 'boolean', 'rw', 'false'],
  ['AuthorizationCacheEnabled', 'boolean', 'rw', 'true'],
  ['AuthorizeRemoteTxRequests', 'boolean', 'r', 'false'],
  ['ClockAlignedDataInterval', 'integer', 'rw', '0'],
  ['ConnectionTimeOut', 'integer', 'rw', '120'],
  ['ConnectorPhaseRotation', 'text', 'rw', '1.RST'],
  ['GetConfigurationMaxKeys', 'integer', 'r', '50'],
  ['HeartbeatInterval', 'integer', 'rw', '300'],
  ['LocalAuthorizeOffline', 'boolean', 'rw', 'true'],
  ['LocalPreAuthorize', 'boolean', 'rw', 'false'],
  ['MeterValuesAlignedData', 'text', 'rw', ''],
  ['MeterValuesSampledData', 'text', 'rw', MEASURANDS.join(',')],
  ['MeterValueSampleInterval', 'integer', 'rw', '60'],
  ['NumberOfConnectors', 'integer', 'r', '1'],
  ['ReserveConnectorZeroSupported', 'boolean', 'r', 'false'],
  ['ResetRetries', 'integer', 'rw', '1'],
  ['StopTransactionOnEVSideDisconnect', 'boolean', 'rw', 'true'],
  ['StopTransactionOnInvalidId', 'boolean', 'rw', 'true'],
  ['StopTxnAlignedData', 'text', 'rw', ''],
  ['StopTxnSampledData', 'text', 'rw', 'Energy.Active.Import.Register'],
  ['SupportedFeatureProfiles', 'text', 'r', 'Core,Reservation,RemoteTrigger'],
  ['TransactionMessageAttempts', 'integer', 'rw', '3'],
  ['TransactionMessageRetryInterval', 'integer', 'rw', '60'],
  ['UnlockConnectorOnEVSideDisconnect', 'boolean', 'rw', 'true'],
  ['WebSocketPingInterval', 'integer', 'rw', '0'],
]

const fits = (kind: Kind, value: string): boolean =>
  kind === 'integer' ? /^\d{1,9}$/.test(value) : kind === 'boolean' ? /^(true|false)$/i.test(value) : true

/** `onChange` hears of every accepted change. */
export function createConfiguration(
  initial: Record<string, string>,
  onChange: (key: string, configuration: Configuration) => void,
): Configuration {
  const keys = new Map<string, Key>(
    KEYS.map(([key, kind, access, value]) => [key, { kind, readonly: access === 'r', value: initial[key] ?? value }]),
  )
  const spelled = new Map([...keys.keys()].map(key => [key.toLowerCase(), key]))
  const find = (key: string): [string, Key] | undefined => {
    const name = spelled.get(key.toLowerCase())
    return name === undefined ? undefined : [name, keys.get(name)!]
  }
  const value = (key: string): string => keys.get(key)?.value ?? ''

  const configuration: Configuration = {
    number: key => Number(value(key)),
    flag: key => value(key).toLowerCase() === 'true',
    list: key =>
      value(key)
        .split(',')
        .map(item => item.trim())
        .filter(Boolean),
    get(wanted) {
      const names = wanted?.length ? wanted : [...keys.keys()]
      const found = names.map(find)
      return {
        configurationKey: found
          .filter(entry => entry !== undefined)
          .map(([key, entry]) => ({ key, readonly: entry.readonly, value: entry.value })),
        unknownKey: names.filter((_, i) => found[i] === undefined),
      }
    },
    change(key, next) {
      const entry = find(key)
      if (!entry) return 'NotSupported'
      const [name, item] = entry
      if (item.readonly || !fits(item.kind, next)) return 'Rejected'
      if (name === 'MeterValuesSampledData' && !next.split(',').every(isMeasurand)) return 'Rejected'
      item.value = next
      onChange(name, configuration)
      return 'Accepted'
    },
  }
  return configuration
}

const isMeasurand = (name: string): boolean =>
  name.trim() === '' || (MEASURANDS as readonly string[]).includes(name.trim())
