// The player put together: every module offers acts by name, and a button's `data-act` or a key does one of them.
import { offerCaptions } from './captions.js'
import { offerChapters } from './chapters.js'
import { offerFloating } from './floating.js'
import { offerFullScreen } from './fullscreen.js'
import { hideWhenIdle } from './idle.js'
import { listenToKeys } from './keys.js'
import { easeMenus } from './menus.js'
import { showPeek } from './peek.js'
import { offerPictures } from './pictures.js'
import { offerPlaying } from './playing.js'
import { previewer } from './previews.js'
import { offerQuality } from './quality.js'
import { offerResuming } from './resume.js'
import { speaker } from './said.js'
import { offerSeeking } from './seeking.js'
import { offerSpeed } from './speed.js'
import { showTimeline } from './timeline.js'
import { offerRetry } from './trouble.js'
import { offerVolume } from './volume.js'

const OFFERS = [offerPlaying, offerSeeking, offerChapters, offerSpeed, offerVolume, offerCaptions, offerFloating]
OFFERS.push(offerFullScreen, offerResuming, offerRetry, offerQuality)

export function equip(root) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`)
  const player = { root, part, video: root.querySelector('video'), say: speaker(part('said')) }
  player.paint = previewer(player)
  hideWhenIdle(player) // first, since it may keep a press from the others
  const acts = Object.assign({}, ...OFFERS.map((offer) => offer(player)))
  acts.keys = listenToKeys(player, acts)
  root.addEventListener('click', ({ target }) => doAct(acts, target.closest('[data-act]')))
  showTimeline(player)
  showPeek(player)
  offerPictures(player)
  easeMenus(root)
  takeOver(player)
}

function doAct(acts, button) {
  if (button) acts[button.dataset.act](Number(button.dataset.by))
}

function takeOver({ root, video }) {
  video.controls = false
  root.tabIndex = -1 // a press on the picture leaves the focus here, where the keys are heard
  root.querySelector('.player-bar').inert = false
}
