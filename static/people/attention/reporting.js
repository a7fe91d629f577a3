// What leaves the browser: the seconds that were played, under a ticket that links them to nobody; and what takes them
// back. No cookie goes with it.
const BELOW = '/webinars/attention'
const AT_ONCE = 50 // tickets that the server takes back by one request

export function asksNotToBeMeasured() {
  return navigator.globalPrivacyControl === true || navigator.doNotTrack === '1'
}

// A ticket and the day on which it closes, or null.
export async function fetchTicket(slug, film) {
  const answer = await fetch(`${BELOW}/${slug}/ticket.json?film=${film}`, { credentials: 'omit' }).catch(() => null)
  return answer?.ok ? await answer.json() : null
}

// 'kept'; 'refused', where the ticket is good for nothing more; 'lost', where the report did not come through.
export async function report(ticket, covered) {
  const status = await post(`${BELOW}/viewings`, new URLSearchParams({ ticket, covered }))
  if (status === 204) return 'kept'
  return status === 0 || status === 429 || status >= 500 ? 'lost' : 'refused'
}

// Whether all of them are out of what is counted.
export async function takeBack(tickets) {
  for (let from = 0; from < tickets.length; from += AT_ONCE) {
    const body = new URLSearchParams({ tickets: tickets.slice(from, from + AT_ONCE).join(' ') })
    if ((await post(`${BELOW}/viewings/taken-back`, body)) !== 204) return false
  }
  return true
}

async function post(address, body) {
  const sent = fetch(address, { method: 'POST', body, keepalive: true, credentials: 'omit' })
  return (await sent.catch(() => null))?.status ?? 0
}
