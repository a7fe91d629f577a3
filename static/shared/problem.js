// A form that came back with a problem: the summary takes the focus, so that it is read first and seen at once.
export function focusProblem() {
  document.querySelector('.problem')?.focus()
}
