// The tour: Escape leaves it, unless something else is open to be closed first.
export function followTour() {
  const leave = document.querySelector('[data-tour-leave]')
  if (!leave) return
  document.addEventListener('keydown', (press) => {
    if (press.key !== 'Escape' || press.defaultPrevented || document.querySelector('dialog[open]')) return
    if (press.target.matches('input, select, textarea')) return
    leave.requestSubmit()
  })
}
