import type { Language } from '../language.ts'

/** The words of a printed bill (docs/glossary.md). */
export const BILL_WORDS = {
  en: {
    bill: 'Charging bill',
    number: 'Bill number',
    issued: 'Issued',
    request: 'Queue number',
    vehicle: 'Vehicle',
    driver: 'Account',
    payment: 'Payment',
    charge: 'Charge at pile',
    placeHeld: 'Place held',
    pile: 'Pile',
    started: 'Start',
    ended: 'Stop',
    chargingTime: 'Charging time',
    parkingTime: 'Parking time',
    energy: 'Energy',
    stopReason: 'Ended by',
    item: 'Item',
    price: 'Price',
    quantity: 'Quantity',
    amount: 'Amount',
    energyFee: 'Energy fee',
    serviceFee: 'Service fee',
    otherFee: 'Other fees',
    vat: 'VAT contained',
    subtotal: 'Sum',
    total: 'Total',
    corrections: 'Corrections',
    correction: 'Correction',
    date: 'Date',
    reason: 'Reason',
    balance: 'Total after corrections',
    detail: 'Detail',
    exclVat: 'excl. VAT',
    rate: 'VAT',
    billedAs: 'billed in steps as',
    perHour: '/h',
    perKwh: '/kWh',
    localTimes: 'Times are local times of the site: ',
    fullStop: '.',
    paidAt: 'on',
  },
  zh: {
    bill: '充电账单',
    number: '账单号',
    issued: '出账时间',
    request: '排队号',
    vehicle: '车牌号',
    driver: '账户',
    payment: '支付状态',
    charge: '充电桩',
    placeHeld: '预留车位',
    pile: '充电桩',
    started: '开始时间',
    ended: '结束时间',
    chargingTime: '充电时长',
    parkingTime: '占位时长',
    energy: '电量',
    stopReason: '结束原因',
    item: '项目',
    price: '单价',
    quantity: '数量',
    amount: '金额',
    energyFee: '电费',
    serviceFee: '服务费',
    otherFee: '其他费用',
    vat: '其中增值税',
    subtotal: '小计',
    total: '合计',
    corrections: '更正',
    correction: '更正',
    date: '时间',
    reason: '原因',
    balance: '更正后合计',
    detail: '详单',
    exclVat: '不含税',
    rate: '增值税',
    billedAs: '按计费步长计为',
    perHour: '/小时',
    perKwh: '/kWh',
    localTimes: '所列时间均为站点当地时间：',
    fullStop: '。',
    paidAt: '',
  },
} as const satisfies Record<Language, Record<string, string>>

/** What is priced, by the names of OCPI 2.2.1 and ours. */
export const DIMENSION_WORDS: Record<Language, Record<string, string>> = {
  en: {
    ENERGY: 'Energy fee',
    SERVICE: 'Service fee',
    TIME: 'Charging time',
    PARKING_TIME: 'Parking time',
    FLAT: 'Fee per session',
    RESERVATION_TIME: 'Time the place was held',
    RESERVATION_FLAT: 'Fee for holding the place',
    MIN_PRICE: 'Up to the minimum price',
    MAX_PRICE: 'Down to the maximum price',
  },
  zh: {
    ENERGY: '电费',
    SERVICE: '服务费',
    TIME: '充电时长费',
    PARKING_TIME: '占位费',
    FLAT: '按次费用',
    RESERVATION_TIME: '预约时长费',
    RESERVATION_FLAT: '预约费',
    MIN_PRICE: '补足最低消费',
    MAX_PRICE: '最高限价减免',
  },
}

/** Kinds that are no names: outside of all windows, of the service fee for all hours, of an element for all hours. */
export const UNNAMED: ReadonlySet<string> = new Set(['none', 'service', 'standard'])

export type BillWords = (typeof BILL_WORDS)[Language]

/** What every part of the page needs to speak. */
export interface Voice {
  language: Language
  words: BillWords
  timeZone: string
}
