// Play, pause, play again: by the button, by a press on the picture, by a key.
export function offerPlaying({ root, video, part, say }) {
  for (const event of ['play', 'pause', 'ended', 'seeked']) video.addEventListener(event, show)
  video.addEventListener('click', play)
  show()
  return { play }

  function play() {
    if (video.paused) video.play().catch(() => {}) // what went wrong is told by trouble.js
    else video.pause()
    say(video.paused ? 'Paused' : 'Playing')
  }

  function show() {
    part('play').dataset.is = stateOf(video)
    root.toggleAttribute('data-fresh', video.paused && video.played.length === 0)
  }
}

function stateOf(video) {
  if (video.ended) return 'ended'
  return video.paused ? 'paused' : 'playing'
}
