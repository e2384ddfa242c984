/** Words that make a secret of a variable wherever they stand in its name: `DB_PASSWORD_2`, `PGPASSWORD`, `authToken`. */
const anywhere = /(?:password|passwd|passphrase|secret|token|credential|apikey|privatekey|accesskey|secretkey)s?$/;
/** Words that do only at its end: `GH_PAT`, `SSH_KEY`, `NPM_AUTH`, but neither `SSH_AUTH_SOCK` nor `KEY_COUNT`. */
const atTheEnd = /^(?:pass|passw|pw|pwd|pat|keys?|auth|creds?|dsn|jwt|cookie|bearer|webhook|pgpass|dockerconfigjson)$/;
/** Words that do only together. */
const together =
  /(?:^|_)(?:private_key|api_key|access_key|auth_config|connection_string|webhook_url|netrc_file)(?:_|$)/;
/** Keys that nobody hides. */
const openKey = /(?:^|_)(?:public|cache|primary|foreign|sort|partition|group)_keys?$/;
/** Such a variable says something about a secret: where it is, what it is called, how long it is good for. */
const aboutOne =
  /_(?:file|path|dir|folder|name|user|username|machine|host|type|kind|length|size|count|ttl|expiry|expires|enabled|sock)$/;

/**
 * Whether a text is surely a variable's name, and no password in its place: capitals and digits with `_` between, or a word
 * in capitals. Anything else that stands where a name belongs is not shown.
 */
export function isPlainlyName(text: string): boolean {
  return /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(text) || /^[A-Z]+$/.test(text);
}

/**
 * Whether a variable is taken for a secret by its name alone. Names are compared word by word (`_`, `-`, `.` and capitals
 * divide them) and without the digits at a word's end, so that `TOKEN2` is a secret, and `KEYBOARD`, `AUTHOR`, `PASSAGE` and
 * `PWD` are none.
 */
export function isSecretName(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])(?=[A-Z])/g, "$1_")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/\d+$/, ""))
    .filter((word) => word !== "");
  const plain = words.join("_");
  if (together.test(plain)) return true;
  if (plain === "pwd" || openKey.test(plain) || aboutOne.test(plain)) return false;
  return words.some((word) => anywhere.test(word)) || atTheEnd.test(words.at(-1) ?? "");
}
