// A file that cannot be read; the message says why, and what to do.
export class Refused extends Error {}
