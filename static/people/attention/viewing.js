// What this browser keeps of one webinar: the viewer's own strip, and the viewing that may be reported, which begins with
// its ticket. Another version of the film begins anew; the tickets stay, so that all can be taken back.
import { forget, keep, recall } from '../player/memory.js'
import { count, cover, none, read, unite, write } from './covered.js'

const MOST_TICKETS = 20

export function viewingOf({ slug, film, seconds }) {
  const name = `attention.${slug}`
  let own, reported, ticket, closesOn, tickets, isReported
  load(recall(name))
  // Another tab deleted it: this one must not bring it back.
  addEventListener('storage', ({ key, newValue }) => key === name && newValue === null && load(null))
  return {
    add, begin, save, drop, end, keepOwn,
    get seconds() { return count(own) },
    get own() { return own },
    get reported() { return write(reported) },
    get hasNews() { return Boolean(ticket) && count(reported) > 0 && !isReported },
    get ticket() { return ticket },
    get isKept() { return recall(name)?.ticket === ticket },
    get tickets() { return tickets },
  }

  function load(kept) {
    const isSame = kept?.film === film
    tickets = Array.isArray(kept?.tickets) ? kept.tickets : []
    own = isSame ? read(kept.own, seconds) : none(seconds)
    ticket = isSame && kept.closesOn > today() ? kept.ticket : null
    reported = ticket ? read(kept.reported, seconds) : none(seconds)
    ticket ??= null
    isReported = Boolean(ticket && kept.isReported)
    closesOn = ticket ? kept.closesOn : ''
  }

  // Whether the second is new to the viewer's own strip.
  function add(second) {
    if (ticket && cover(reported, second)) isReported = false
    return cover(own, second)
  }

  function begin(made) {
    ticket = made.ticket
    closesOn = made.closes_on
    reported = none(seconds)
    isReported = false
  }

  // `told` is set once the server has what is reported; then the ticket is worth keeping to take it back by.
  function save({ told = false } = {}) {
    const kept = recall(name)
    if (kept?.film === film) unite(own, read(kept.own, seconds))
    if (told) isReported = true
    if (told && !tickets.includes(ticket)) tickets = [...tickets, ticket].slice(-MOST_TICKETS)
    keep(name, { film, own: write(own), reported: write(reported), ticket, closesOn, isReported, tickets })
  }

  // The ticket takes in nothing more; what was reported by it stands.
  function end() {
    ticket = null
    reported = none(seconds)
  }

  // What was reported was taken back; the strip stays the viewer's.
  function keepOwn() {
    end()
    tickets = []
    save()
  }

  // Nothing is known any more, here.
  function drop() {
    forget(name)
    load(null)
  }
}

// The tickets of every webinar that this browser reported, for who keeps all of it to themselves from now on.
export function everyTicket() {
  return entries().flatMap(([, kept]) => [...(Array.isArray(kept.tickets) ? kept.tickets : []), kept.ticket]).filter(Boolean)
}

// They were taken back; the strips stay.
export function letGoOfTickets() {
  for (const [name, kept] of entries()) keep(name, { ...kept, ticket: null, tickets: [], reported: '', isReported: false })
}

function entries() {
  return names().map((name) => [name, recall(name)]).filter(([, kept]) => kept?.film)
}

function names() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith('attention.'))
  } catch {
    return [] // it is forbidden: then nothing is kept, and nothing was sent
  }
}

function today() {
  return new Date().toISOString().slice(0, 10)
}
