// Full screen, of the whole player, so that our controls come along; of the bare video on phones that know no other.
export function offerFullScreen({ root, video, part, say }) {
  const button = part('fill')
  button.hidden = !document.fullscreenEnabled && !video.webkitEnterFullscreen
  root.addEventListener('fullscreenchange', () => (button.dataset.is = isFull() ? 'full' : 'small'))
  video.addEventListener('dblclick', fill)
  return { fill }

  async function fill() {
    try {
      if (isFull()) await document.exitFullscreen()
      else if (document.fullscreenEnabled) await enter()
      else video.webkitEnterFullscreen()
    } catch {
      say('Full screen is not possible here')
    }
  }

  async function enter() {
    await root.requestFullscreen()
    if (!root.querySelector(':focus-visible')) root.focus() // else the clicked button holds the controls up
  }

  function isFull() {
    return document.fullscreenElement === root
  }
}
