// What a mail is held to beside: mail programs of the last twenty years want tables, old attributes, inline styles.
import pages from './html-validate.mjs'

export default {
  ...pages,
  rules: {
    ...pages.rules,
    'no-conditional-comment': 'off',
    'no-deprecated-attr': 'off',
    'no-inline-style': 'off',
    'prefer-native-element': 'off',
    'void-style': 'off',
  },
}
