// Ctrl or Cmd with Enter sends what is being written.
export function sendWithEnter() {
  document.addEventListener('keydown', (press) => {
    if (press.key !== 'Enter' || !(press.ctrlKey || press.metaKey) || !press.target.matches('textarea')) return
    press.preventDefault()
    press.target.form?.requestSubmit()
  })
}
