// The list follows what is typed and picked. htmx is fetched only where a page asks for it; the form works without.
export async function followFilters() {
  const form = document.querySelector('form[data-hx-get]')
  if (!form) return
  form.addEventListener('formdata', (event) => dropEmpty(event.formData))
  form.addEventListener('htmx:response:error', () => form.submit()) // the page itself says what is wrong
  await import('htmx.org')
}

function dropEmpty(data) {
  for (const [name, value] of [...data]) if (value === '') data.delete(name)
}
