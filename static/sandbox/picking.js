// Ticks in a list are kept as they are made, so that any link may be followed; the bar counts along, keys press its buttons.
import { onAct } from './keys.js'

let kept = Promise.resolve()
let waiting = 0

export function keepTicks() {
  document.addEventListener('change', (event) => {
    if (event.target.matches('[data-pick-page]')) tickAll(event.target.checked)
    if (event.target.matches('[data-pick-page], [form=picked]')) keep()
  })
  document.addEventListener('click', waitUntilKept)
  for (const then of ['tag', 'stage', 'owner', 'clear']) onAct(`picked-${then}`, () => press(then))
}

// One of the bar's buttons, while the bar shows.
function press(then) {
  const button = document.querySelector(`#picked [value=${then}]`)
  if (!button?.offsetParent) return false
  button.click()
  return true
}

function tickAll(isTicked) {
  for (const box of document.querySelectorAll('tbody [form=picked]')) box.checked = isTicked
}

function keep() {
  const form = document.querySelector('#picked')
  const count = Number(form.dataset.elsewhere) + document.querySelectorAll('tbody [form=picked]:checked').length
  form.querySelector('[data-picked-count]').value = count.toLocaleString('en')
  form.classList.toggle('picked-some', count > 0)
  const sent = new URLSearchParams(new FormData(form))
  waiting += 1
  const send = () => fetch(form.action, { method: 'POST', body: sent, redirect: 'manual', keepalive: true })
  kept = kept.then(send).finally(() => waiting--)
}

// A link that is followed at once would show the selection as it was.
async function waitUntilKept(press) {
  const link = press.target.closest('a[href]')
  if (!link || !waiting || press.defaultPrevented || press.ctrlKey || press.metaKey || press.shiftKey) return
  press.preventDefault()
  await kept.catch(() => {})
  location.assign(link.href)
}
