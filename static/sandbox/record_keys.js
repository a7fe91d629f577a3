// On the page of a lead: to the next and the previous one of the list, to the note, to the tags.
import { onAct } from './keys.js'

const PLACES = { note: '#note', tags: '#tag' }
const WAYS = { 'next-lead': '.trail a[rel=next]', 'previous-lead': '.trail a[rel=prev]' }

export function listenToRecordKeys() {
  for (const [name, place] of Object.entries(PLACES)) onAct(name, () => onPage(place, (field) => field.focus()))
  for (const [name, way] of Object.entries(WAYS)) onAct(name, () => onPage(way, (link) => link.click()))
}

function onPage(selector, act) {
  const found = document.querySelector('form[data-in-place]') && document.querySelector(selector)
  if (found) act(found)
  return Boolean(found)
}
