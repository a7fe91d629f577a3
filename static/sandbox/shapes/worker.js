// Reads a file beside the page, so that the page stays usable.
import { read } from './reading.js'
import { Refused } from './refused.js'

const PAUSE = 80 // milliseconds between two words about progress
let last = 0

self.addEventListener('message', async ({ data }) => {
  try {
    self.postMessage({ done: await read(data, tell) })
  } catch (fault) {
    const words = fault instanceof Refused ? fault.message : 'This file cannot be read. Save it again as CSV, and choose that.'
    self.postMessage({ refused: words })
  }
})

function tell(share, rows) {
  if (Date.now() - last < PAUSE) return
  last = Date.now()
  self.postMessage({ share, rows })
}
