// A page of ours, fetched: to take from it what is shown, or to put in place what is no longer true.
const PARTS = ['#views', '#filters .chips', '#filters .tools', '#list']
const SPOKEN = '#count' // stays, so that what it says now is spoken

export async function fetchPage(address, options) {
  const headers = { Accept: 'text/html', ...options?.headers }
  const answer = await fetch(address, { credentials: 'same-origin', ...options, headers })
  return { answer, page: new DOMParser().parseFromString(await answer.text(), 'text/html') }
}

// The parts of the list as the page has them; false where it has no list, so that the page itself should be shown.
export function takeOver(page) {
  if (!page.querySelector('#list')) return false
  for (const part of PARTS) {
    const [here, there] = [document, page].map((one) => one.querySelector(part))
    if (here && there) here.replaceWith(document.adoptNode(there))
  }
  const [here, there] = [document, page].map((one) => one.querySelector(SPOKEN))
  if (here && there && here.textContent !== there.textContent) here.replaceChildren(...there.childNodes)
  return true
}
