// A page of ours, fetched: to take from it what is shown, or to put in place what is no longer true.
export const PARTS = ['views', 'filters', 'list']

export async function fetchPage(address, options) {
  const answer = await fetch(address, { credentials: 'same-origin', ...options, headers: { Accept: 'text/html', ...options?.headers } })
  return { answer, page: new DOMParser().parseFromString(await answer.text(), 'text/html') }
}

// The parts of the list as the page has them; false where it has no list, so that the page itself should be shown.
export function takeOver(page, parts = PARTS) {
  if (!page.getElementById('list')) return false
  for (const id of parts) {
    const [here, there] = [document.getElementById(id), page.getElementById(id)]
    if (here && there) here.replaceWith(document.adoptNode(there))
  }
  document.dispatchEvent(new CustomEvent('list:changed'))
  return true
}

export async function refreshList(address = location.href, options = undefined) {
  const { page } = await fetchPage(address, options)
  if (!takeOver(page)) location.assign(address)
}
