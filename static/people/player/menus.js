// The menus: the browser opens, closes and gives the focus back; here it goes in, moves along, and leaves by a choice.
export function easeMenus(root) {
  for (const menu of root.querySelectorAll('[popover]')) {
    menu.addEventListener('toggle', ({ newState }) => newState === 'open' && enter(menu))
    menu.addEventListener('keydown', (press) => move(menu, press))
    menu.addEventListener('click', ({ target }) => target.closest('a, button') && menu.hidePopover())
    menu.addEventListener('change', ({ target }) => target.matches(':focus-visible') || menu.hidePopover())
  }
}

function enter(menu) {
  const chosen = menu.querySelector('[aria-current], :checked') ?? menu.querySelector('a, input, button')
  chosen.focus()
}

function move(menu, press) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[press.key]
  if (!step || !press.target.matches('a')) return
  press.preventDefault()
  const links = [...menu.querySelectorAll('a')]
  links.at((links.indexOf(press.target) + step) % links.length).focus()
}
