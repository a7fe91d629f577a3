// While one types in the search of the library: titles, chapters and words that go on like that.
const PAUSE = 120

export function suggestWhileTyping() {
  const field = document.querySelector('[data-suggest]')
  if (!field?.list) return
  let waiting, asked
  field.addEventListener('input', () => {
    clearTimeout(waiting)
    asked?.abort()
    waiting = setTimeout(async () => {
      asked = new AbortController()
      const found = await suggestions(field, asked.signal)
      if (found) field.list.replaceChildren(...found.map(({ words }) => new Option('', words)))
    }, PAUSE)
  })
}

// None where the network is away: the form works without.
async function suggestions(field, signal) {
  if (!field.value.trim()) return null
  const address = `${field.dataset.suggest}?q=${encodeURIComponent(field.value)}`
  try {
    const answer = await fetch(address, { signal, headers: { Accept: 'application/json' } })
    return answer.ok ? (await answer.json()).suggestions : null
  } catch {
    return null
  }
}
