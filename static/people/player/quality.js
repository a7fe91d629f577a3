// Which size of the picture is played: what fits, one that was chosen, or the least, to save data. Kept for next time;
// a browser that is told to save data does so until something else is chosen.
import { keep, recall } from './memory.js'
import { openStream } from './stream.js'

export function offerQuality(player) {
  const { root, part, say } = player
  const choices = [...part('qualities').querySelectorAll('input')]
  const find = (name) => choices.find(({ value }) => value === name)
  const saves = root.hasAttribute('data-saves') || navigator.connection?.saveData
  const quality = find(recall('player.quality')) ? recall('player.quality') : saves ? 'save' : 'auto'
  find(quality).checked = true
  let opening = openStream(player, { quality, onQuality: show })
  root.toggleAttribute('data-saves', quality === 'save')
  part('qualities').addEventListener('change', ({ target }) => choose(target.value))
  player.reopen = async () => (await opening).reopen()
  return {}

  async function choose(name) {
    keep('player.quality', name)
    root.toggleAttribute('data-saves', name === 'save')
    say(name === 'save' ? 'Saving data' : name === 'auto' ? 'Quality as it fits' : `Quality ${name}p`)
    ;(await opening).choose(name)
  }

  function show(sizes, height) {
    part('quality').hidden = sizes.length === 0
    for (const choice of choices) {
      const isSize = !Number.isNaN(Number(choice.value))
      choice.parentElement.hidden = isSize && !sizes.includes(Number(choice.value))
    }
    if (height) part('height').textContent = `, now ${height}p`
  }
}
