// A film that is still being made: how far it is, asked for now and then, and the player in its place once it plays.
const EVERY = 3000 // milliseconds

export function followMaking(place, begin) {
  const timer = setInterval(ask, EVERY)

  async function ask() {
    if (document.hidden) return
    const answer = await fetch(place.dataset.making).catch(() => null)
    const film = answer?.ok ? await answer.json() : null
    if (!film) return
    place.querySelector('progress').value = film.percent
    place.querySelector('[role=status]').textContent = film.words
    if (film.is_playable) await show()
  }

  async function show() {
    clearInterval(timer)
    const answer = await fetch(location.href)
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const player = page.querySelector('.player')
    if (!player) return
    const beside = [...page.querySelectorAll('.player, [data-now]')]
    place.replaceWith(...beside.map((one) => document.adoptNode(one)))
    begin(player)
  }
}
