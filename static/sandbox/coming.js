// A business that is still being prepared says how far it is, without a reload.
const EVERY = 5000

export function followPreparing() {
  if (document.querySelector('[data-coming]')) setTimeout(look, EVERY)
}

async function look() {
  const answer = await fetch(location.href).catch(() => null) // whoever is offline is told at the next click
  if (answer?.ok) show(new DOMParser().parseFromString(await answer.text(), 'text/html'))
  followPreparing()
}

function show(page) {
  for (const old of document.querySelectorAll('[data-coming]')) {
    const name = old.querySelector('progress').id
    const now = page.getElementById(name)
    const whole = page.querySelector(`.pick:has(#dots-${old.dataset.coming})`)
    if (now) old.querySelector('.pick-coming').replaceWith(now.closest('.pick-coming'))
    else if (whole) old.replaceWith(whole)
  }
}
