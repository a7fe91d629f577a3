// The search itself, by ALTCHA's own code, away from the page.
import 'altcha/workers/pbkdf2'
