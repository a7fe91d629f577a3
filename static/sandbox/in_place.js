// A fact is edited where it stands: what saves it comes when it is touched, and stays while it differs.
export function editInPlace() {
  const form = document.querySelector('form[data-in-place]')
  if (!form) return
  const acts = form.querySelector('template').content
  form.addEventListener('focusin', ({ target }) => {
    for (const fact of form.querySelectorAll('.fact:has(.fact-acts)')) {
      if (!fact.contains(target) && !isChanged(boxIn(fact))) close(fact)
    }
    const fact = target.closest('.fact')
    if (fact && boxIn(fact) === target && !fact.querySelector('.fact-acts')) fact.append(acts.cloneNode(true))
  })
  form.addEventListener('click', ({ target }) => target.closest('[data-keep]') && keep(target.closest('.fact')))
  form.addEventListener('keydown', (press) => {
    if (press.key !== 'Escape' || !press.target.closest('.fact')) return
    press.preventDefault()
    keep(press.target.closest('.fact'))
  })
}

const boxIn = (fact) => fact.querySelector('.fact-box')

function isChanged(box) {
  if (!box) return false
  return box.options ? !box.selectedOptions[0]?.defaultSelected : box.value !== box.defaultValue
}

function keep(fact) {
  const box = boxIn(fact)
  if (box.options) for (const option of box.options) option.selected = option.defaultSelected
  else box.value = box.defaultValue
  box.blur()
  close(fact)
}

function close(fact) {
  fact.querySelector('.fact-acts')?.remove()
}
