// A recording that is late says so, and one that cannot come says what to do.
const LATE = 1000 // milliseconds

export function offerRetry(player) {
  const { root, video, part, say } = player
  let timer
  video.addEventListener('error', complain, true) // a source's error does not bubble
  video.addEventListener('waiting', wait)
  for (const event of ['playing', 'canplay', 'pause', 'error']) video.addEventListener(event, stopWaiting)
  if (video.error || video.networkState === HTMLMediaElement.NETWORK_NO_SOURCE) complain({ target: video })
  return { retry }

  function complain({ target }) {
    if (target.localName === 'track') return
    part('trouble').hidden = false
  }

  async function retry() {
    const moment = video.currentTime
    part('trouble').hidden = true
    await player.reopen()
    if (moment && !video.currentTime) video.currentTime = moment
    video.play().catch(() => {})
  }

  function wait() {
    root.setAttribute('data-busy', '')
    clearTimeout(timer)
    timer = setTimeout(() => say('Loading'), LATE)
  }

  function stopWaiting() {
    root.removeAttribute('data-busy')
    clearTimeout(timer)
  }
}
