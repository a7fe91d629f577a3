// On the page of a lead: j and k go to the next and the previous one of the list, n to the note, t to the tags.
const TO = { n: '#note', t: '#tag' }
const ALONG = { j: '.trail a[rel=next]', k: '.trail a[rel=prev]' }

export function listenToRecordKeys() {
  if (!document.querySelector('form[data-in-place]')) return
  document.addEventListener('keydown', (press) => {
    if (press.defaultPrevented || press.ctrlKey || press.metaKey || press.altKey) return
    if (press.target.matches('input, textarea, select') || document.querySelector('dialog[open]')) return
    const field = document.querySelector(TO[press.key] ?? '#none')
    const link = document.querySelector(ALONG[press.key] ?? '#none')
    if (!field && !link) return
    press.preventDefault()
    field?.focus()
    link?.click()
  })
}
