// A button beside a password that shows what was typed, so that nobody has to type it twice.
export function offerReveals() {
  for (const input of document.querySelectorAll('input[data-reveal]')) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'button button-small reveal'
    button.textContent = 'Show'
    button.setAttribute('aria-label', 'Show the password')
    button.setAttribute('aria-pressed', 'false')
    button.addEventListener('click', () => toggle(input, button))
    input.after(button)
  }
}

function toggle(input, button) {
  const isShown = input.type === 'password'
  input.type = isShown ? 'text' : 'password'
  button.textContent = isShown ? 'Hide' : 'Show'
  button.setAttribute('aria-pressed', String(isShown))
}
