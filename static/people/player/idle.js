// In full screen the controls lie over the picture, so they go while it plays and nobody moves. In the page they cover
// nothing and stay.
const CALM = 3000 // milliseconds

export function hideWhenIdle({ root, video }) {
  let timer
  let isWaking = false
  for (const event of ['pointermove', 'focusin', 'focusout', 'fullscreenchange']) root.addEventListener(event, wake)
  for (const event of ['play', 'pause']) video.addEventListener(event, wake)
  document.addEventListener('keydown', wake)
  root.addEventListener('pointerdown', touch, true)
  root.addEventListener('click', swallow, true)

  function wake() {
    root.removeAttribute('data-idle')
    clearTimeout(timer)
    timer = setTimeout(() => root.toggleAttribute('data-idle', mayRest(root, video)), CALM)
  }

  // A finger that only calls the controls back must not press what it cannot see.
  function touch(press) {
    isWaking = root.hasAttribute('data-idle') && press.pointerType !== 'mouse'
    wake()
  }

  function swallow(press) {
    if (isWaking) press.stopPropagation()
    isWaking = false
  }
}

function mayRest(root, video) {
  const isNeeded = root.querySelector(':focus-visible, :popover-open, dialog[open]')
  const isAimedAt = matchMedia('(hover: hover)').matches && root.querySelector('.player-bar:hover')
  return document.fullscreenElement === root && !video.paused && !isNeeded && !isAimedAt
}
