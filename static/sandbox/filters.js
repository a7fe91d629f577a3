// The list follows what is typed into its search, and a filter's form says how many it would find.
import { fetchPage, takeOver } from './page.js'

const PAUSE = 200 // milliseconds without a key, after which one counts as done

export function followFilters() {
  const search = document.querySelector('form#search')
  if (search) followSearch(search)
  const count = whenQuiet(showCount)
  document.addEventListener('input', (event) => {
    const form = event.target.closest('form[data-counted]')
    if (form) count(form)
  })
  document.addEventListener('toggle', (event) => event.target.open && countIn(event.target, count), true)
  document.addEventListener('click', openAsk)
}

function followSearch(form) {
  const follow = whenQuiet(showFound)
  form.addEventListener('input', () => follow(form))
  const input = form.elements.q
  if (input.value !== input.defaultValue) follow(form) // typed before scripts ran
}

async function showFound(form, signal) {
  const address = soughtIn(form.elements.q.value.trim())
  const { answer, page } = await fetchPage(address, { signal })
  if (!answer.ok || !takeOver(page)) return form.submit() // the page itself says what is wrong
  history.replaceState(null, '', address)
  for (const back of document.querySelectorAll('input[name=back]')) back.value = address
}

async function showCount(form, signal) {
  const sent = new URLSearchParams(new FormData(form))
  const answer = await fetch(`/leads/count?${sent}`, { signal, headers: { Accept: 'application/json' } })
  const found = await answer.json()
  const said = form.querySelector('[data-count]')
  said.textContent = answer.ok ? `${found.total.toLocaleString('en-US')} of ${found.of.toLocaleString('en-US')}` : ''
}

function countIn(menu, count) {
  const form = menu.querySelector('form[data-counted]')
  if (form) count(form)
}

// The fields under “Filter” lead to a page with a form; here the form comes into the sheet.
async function openAsk(press) {
  const link = press.target.closest('[data-ask] a')
  if (!link || press.ctrlKey || press.metaKey || press.shiftKey) return
  press.preventDefault()
  const { page } = await fetchPage(link.href)
  const form = page.querySelector('form.ask')
  if (!form) return location.assign(link.href)
  const sheet = link.closest('.menu-sheet')
  sheet.replaceChildren(document.adoptNode(form))
  sheet.querySelector('select, input:not([type=hidden])')?.focus()
}

// The address of the list that is shown, with these words.
function soughtIn(words) {
  const query = new URLSearchParams(location.search)
  for (const name of ['q', 'page', 'started']) query.delete(name)
  if (words) query.set('q', words)
  return location.pathname + (query.size ? `?${query}` : '')
}

// `act` once nothing was typed for a while; what an earlier one is still waiting for is dropped.
function whenQuiet(act) {
  let timer
  let waiting
  return (form) => {
    clearTimeout(timer)
    waiting?.abort()
    timer = setTimeout(async () => {
      waiting = new AbortController()
      try {
        await act(form, waiting.signal)
      } catch (fault) {
        if (fault.name !== 'AbortError') throw fault
      }
    }, PAUSE)
  }
}
