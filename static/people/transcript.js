// The transcript and the chapters follow the recording, and a press on either seeks it. Their links work without this.
export function followRecording(within = document) {
  const video = document.querySelector('.player video')
  if (!video) return
  for (const link of within.querySelectorAll('a[data-at]')) {
    link.addEventListener('click', (press) => seek(press, video, link))
  }
  for (const group of within.querySelectorAll('[data-follow]')) {
    const lines = [...group.querySelectorAll('a[data-at]')]
    const asked = group.querySelector('[aria-current]')
    if (asked) bringIntoView(group, asked)
    video.addEventListener('timeupdate', () => waitsAsAsked(video) || mark(group, lines, video.currentTime))
  }
}

// Addresses say whole seconds, so what one leads to begins up to a second later. Until it plays, what the server marked is
// what was asked for.
function waitsAsAsked(video) {
  const { start } = video.closest('.player').dataset
  return video.paused && start !== undefined && Math.abs(video.currentTime - Number(start)) < 0.5
}

function seek(press, video, link) {
  if (press.metaKey || press.ctrlKey || press.shiftKey) return
  press.preventDefault()
  video.currentTime = Number(link.dataset.at)
  video.play().catch(() => {}) // a browser may refuse sound before a press on the video itself
}

function mark(group, lines, now) {
  const current = lines.findLast((line) => Number(line.dataset.at) <= now + 0.05)
  const before = group.querySelector('[aria-current]')
  if (current === before) return
  before?.removeAttribute('aria-current')
  current?.setAttribute('aria-current', 'true')
  if (current && !group.matches(':hover, :focus-within, [data-finding]')) bringIntoView(group, current)
}

function bringIntoView(group, line) {
  const top = line.getBoundingClientRect().top - group.getBoundingClientRect().top + group.scrollTop
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
  group.scrollTo({ top: top - group.clientHeight / 3, behavior: isCalm ? 'instant' : 'smooth' })
}
