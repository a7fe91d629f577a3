// All that a recording's page does by itself: one file, so that it is asked for once.
import { offerAttention } from './attention/own.js'
import { offerMoments, offerPolls } from './moments.js'
import { equip } from './player/controls.js'
import { followMaking } from './player/making.js'
import { showLatePictures } from './player/pictures.js'
import { offerResumeCode } from './resuming.js'
import { followRecording } from './transcript.js'
import { offerFinding } from './transcript/finding.js'
import { offerLanguage } from './transcript/language.js'
import { offerQuotes } from './transcript/quoting.js'

export function begin() {
  const making = document.querySelector('[data-making]')
  offerResumeCode()
  offerPolls()
  if (document.querySelector('.transcript')) offerTranscript()
  if (!making) return play()
  showLatePictures()
  followMaking(making, play)
}

function play() {
  const root = document.querySelector('.player')
  if (!root) return
  showLatePictures(root)
  followRecording()
  offerMoments(root)
  offerLanguage(root, offerTranscript)
  offerAttention(root)
  if ('popover' in root) equip(root)
}

function offerTranscript() {
  const transcript = document.querySelector('.transcript')
  offerFinding(transcript)
  offerQuotes(transcript)
}
