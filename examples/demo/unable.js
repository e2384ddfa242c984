/** The demo cannot go on, for a reason that lies outside it; the message says which, for people. */
export class Unable extends Error {
  /** @override */
  name = "Unable";
}
