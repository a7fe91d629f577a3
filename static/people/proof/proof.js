// Does the little work that a sign-up may bring along (ALTCHA), while somebody types. Without it the form works too.
export function workAhead() {
  for (const form of document.querySelectorAll('form[data-proof]')) {
    form.addEventListener('focusin', () => work(form), { once: true })
  }
}

async function work(form) {
  const answer = await fetch(form.dataset.proof, { credentials: 'omit' }).catch(() => null)
  if (!answer?.ok) return
  const challenge = await answer.json()
  const worker = new Worker(form.dataset.worker)
  worker.onmessage = ({ data: solution }) => {
    worker.terminate()
    if (solution?.derivedKey) form.elements.altcha.value = btoa(JSON.stringify({ challenge, solution }))
  }
  worker.onerror = () => worker.terminate()
  worker.postMessage({ type: 'work', challenge, counterStart: 0, counterStep: 1 })
}
