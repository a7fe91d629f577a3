// What every page and every mail is held to: html-validate's recommended rules, and what differs from them.
export default {
  root: true,
  extends: ['html-validate:recommended'],
  rules: {
    'doctype-style': ['error', { style: 'lowercase' }],
    // Jinja leaves it where a block or a condition stood; compression takes it away again.
    'no-trailing-whitespace': 'off',
    // The title of a page is the title of a recording or an offer, and those are as long as their authors make them.
    'long-title': 'off',
    // A filter takes several values.
    'form-dup-name': ['error', { shared: ['radio', 'button', 'reset', 'submit', 'checkbox'] }],
    // A box that scrolls needs a name and a focus, hence the role; it is no section of the page.
    'prefer-native-element': ['error', { exclude: ['region'] }],
  },
}
