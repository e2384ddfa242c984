import { isSecretName } from "./secret-name.ts";

/** `scheme://`, and what stands before the path. */
const authority = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)/i;

/**
 * An address without what somebody logs in with: neither `user:password@` nor a parameter such as `?access_token=…`. A
 * clone URL may hold a token, which must not end up in a label. `git@github.com:team/app` keeps its user: that is no login.
 */
export function withoutCredentials(url: string): string {
  const [whole, scheme = "", host = ""] = authority.exec(url) ?? [""];
  // A slash in a password that is not encoded ends the host too early: then there is no port behind its colon.
  const isCut = /:(?!\d*$)/.test(host.replace(/^\[[^\]]*\]/, "")) && !host.includes("@");
  const bare =
    whole === ""
      ? url.replace(/^[^\s/:@]+:[^\s/@]*@/, "")
      : isCut
        ? scheme + url.slice(scheme.length).replace(/^[^]*@/, "")
        : scheme + host.slice(host.lastIndexOf("@") + 1) + url.slice(whole.length);
  return bare.replaceAll(/([?&;#])([^=&;#]*)=[^&;#]*/g, (pair, before: string, name: string) =>
    isSecretName(name) ? before : pair,
  );
}

/** A text in which no URL shows a password. */
export function hidePasswords(text: string, by: string): string {
  return text.replaceAll(logins, (whole, scheme: string, login: string) => {
    if (isImage(scheme)) return whole;
    const found = passwordsIn(whole);
    const user = login.split(":")[0]!;
    return found.length === 0 ? whole : `${scheme}${isToken(user) || user === login ? "" : `${user}:`}${by}@`;
  });
}

/** A scheme is short; where any number of letters might be one, a long text would take the square of its length. */
const logins = /([a-z][a-z0-9+.-]{0,30}:\/\/)([^\s/?#"'<>]*)@(?!sha\d+:)/gi;

/** The passwords in the URLs of a text: what `scheme://user:password@host` or `scheme://token@host` logs in with. */
export function passwordsIn(text: string): string[] {
  return [...text.matchAll(logins)].flatMap(([, scheme = "", login = ""]) => {
    if (isImage(scheme)) return [];
    const colon = login.indexOf(":");
    if (colon === -1) return isToken(login) ? [login] : [];
    // GitHub's way: the token is the user, and the password is x-oauth-basic or empty.
    const [user, password] = [login.slice(0, colon), login.slice(colon + 1)];
    return [...(isToken(user) ? [user] : []), ...(password === "" ? [] : [password])];
  });
}

/** What stands before the `@` of an image is its tag. */
function isImage(scheme: string): boolean {
  return /docker-image:\/\/$/i.test(scheme);
}

/** A user's name is short or a word: this is long, and has digits. */
function isToken(user: string): boolean {
  return user.length >= 16 && /\d/.test(user) && /[a-z]/i.test(user);
}
