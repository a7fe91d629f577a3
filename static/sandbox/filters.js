// The list follows what is typed and picked. htmx is fetched only where a page asks for it; the form works without.
export async function followFilters() {
  const form = document.querySelector('form[data-hx-get]')
  if (!form) return
  form.addEventListener('formdata', (event) => dropEmpty(event.formData))
  form.addEventListener('htmx:response:error', () => form.submit()) // the page itself says what is wrong
  document.addEventListener('htmx:after:history:replace', comeBackHere)
  await import('htmx.org')
  setTimeout(() => catchUp(form)) // htmx, too, begins one turn later
}

// What was typed before htmx listened counts as well.
function catchUp(form) {
  for (const field of form.elements) {
    if (field.type !== 'search' || field.value === field.defaultValue) continue
    field.dispatchEvent(new Event('input', { bubbles: true }))
  }
}

function dropEmpty(data) {
  for (const [name, value] of [...data]) if (value === '') data.delete(name)
}

// Forms that return to the list return to the list as it is shown now.
function comeBackHere() {
  for (const back of document.querySelectorAll('input[name=back]')) back.value = location.pathname + location.search
}
