import type { BilledDetail } from './checks.ts'
import { billReply, billsReply } from './replies.ts'
import { type Rest, read } from './rest.ts'

/** Every line of every bill that a driver can see. */
export async function billsOf(driver: string, rest: Rest): Promise<BilledDetail[]> {
  const details: BilledDetail[] = []
  let cursor: string | null | undefined
  do {
    const query = cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''
    const page = read(billsReply, await rest.get(`/billing/bills?limit=100${query}`))
    for (const bill of page.items) {
      const lines = bill.details ?? read(billReply, await rest.get(`/billing/bills/${bill.id}`)).details
      for (const { sessionId, pileId, energyWh, total } of lines)
        details.push({
          driver,
          billId: bill.id,
          sessionId,
          pileId,
          energyWh,
          amount: total.amount,
          currency: total.currency,
        })
    }
    cursor = page.next
  } while (cursor)
  return details
}
