// Buttons that copy the line beside them; without scripts the line can be selected.
export function offerCopies() {
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.addEventListener('click', () => copy(button))
  }
}

async function copy(button) {
  const line = button.parentElement.querySelector('code')
  const said = button.querySelector('[role=status]')
  try {
    await navigator.clipboard.writeText(line.textContent)
    said.textContent = 'Copied'
  } catch {
    getSelection().selectAllChildren(line)
    said.textContent = 'Selected'
  }
  setTimeout(() => (said.textContent = said.dataset.word), 2000)
}
