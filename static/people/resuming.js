// A code to go on by: this browser keeps the one it shows, brings its places along to a new one, and lets go of both.
// The page itself works without; then only the holder keeps the code.
import { forget, keep, recall } from './player/memory.js'

export function offerResumeCode() {
  const shown = document.querySelector('[data-resume-code]')
  if (shown) keep('resume.code', shown.dataset.resumeCode)
  document.querySelector('form[data-forgets-code]')?.addEventListener('submit', () => forget('resume.code'))
  document.querySelector('form[data-brings-places]')?.addEventListener('formdata', ({ formData }) => bring(formData))
}

function bring(said) {
  const names = Object.keys(localStorage).filter((one) => one.startsWith('webinar.'))
  const places = names.map((name) => [name.slice('webinar.'.length), Math.floor(Number(recall(name)))])
  const sound = places.filter(([, seconds]) => seconds > 0 && seconds < 1e6)
  said.set('places', sound.map((place) => place.join(':')).join(' '))
}
