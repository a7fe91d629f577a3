// Passkeys: the form asks the server what to sign, the browser signs, and the form carries the answer as any other does.
export function offerPasskeys() {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.hidden = false
    form.addEventListener('submit', (press) => {
      press.preventDefault()
      ask(form)
    })
  }
}

async function ask(form) {
  const said = form.querySelector('[role=status]')
  said.textContent = ''
  try {
    const options = await optionsFor(form)
    const key = form.dataset.passkey === 'add' ? await make(options) : await sign(options)
    form.elements.credential.value = JSON.stringify(key.toJSON())
    form.submit()
  } catch (fault) {
    said.textContent = wordsFor(fault)
  }
}

async function optionsFor(form) {
  const answer = await fetch(form.dataset.options, { method: 'POST', body: new URLSearchParams(new FormData(form)) })
  if (!answer.ok || answer.redirected) throw new Error('Reload the page and try again.')
  return answer.json()
}

function make(options) {
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
}

function sign(options) {
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })
}

function wordsFor(fault) {
  if (fault.name === 'InvalidStateError') return 'This device has a passkey here already.'
  if (fault.name === 'NotAllowedError') return 'Nothing was done. Try again when you are ready.'
  return fault.name === 'Error' ? fault.message : 'This browser could not do it. Take another way.'
}
