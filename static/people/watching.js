// All that a recording's page does by itself: one file, so that it is asked for once.
import { equip } from './player/controls.js'
import { offerFinding } from './transcript/finding.js'
import { offerQuotes } from './transcript/quoting.js'

export function begin(root) {
  const transcript = document.querySelector('.transcript')
  if (transcript) {
    offerFinding(transcript)
    offerQuotes(transcript)
  }
  if ('popover' in root) equip(root)
}
