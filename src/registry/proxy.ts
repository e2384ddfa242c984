import { BlockList, isIP } from "node:net";
import { type Environment, value } from "../ci/environment.ts";

/**
 * The proxy for a URL as docker, and all that is written in Go, reads it from the environment; null where there is none.
 * https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 */
export function proxyFor(env: Environment, url: string): string | null {
  const { protocol, hostname, port } = new URL(url);
  const isEncrypted = protocol === "https:";
  const name = isEncrypted ? "HTTPS_PROXY" : "HTTP_PROXY";
  const proxy = value(env, name) ?? value(env, name.toLowerCase());
  if (proxy === undefined) return null;
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (host === "localhost" || isLoopback(host)) return null;
  const exceptions = (value(env, "NO_PROXY") ?? value(env, "no_proxy") ?? "").split(",");
  const asked = { host, port: port === "" ? (isEncrypted ? "443" : "80") : port };
  if (exceptions.some((exception) => excepts(exception.trim().toLowerCase(), asked))) return null;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

function isLoopback(host: string): boolean {
  return host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** `example.com` is that and what is below it, `.example.com` only what is below it. */
function excepts(exception: string, { host, port }: { host: string; port: string }): boolean {
  if (exception === "") return false;
  if (exception === "*") return true;
  if (exception.includes("/")) return isIn(host, exception);
  if (isIP(exception) !== 0) return exception === host;
  const [, named = "", onPort] = /^(.*?)(?::(\d+))?$/.exec(exception) ?? [];
  if (onPort !== undefined && onPort !== port) return false;
  const plain = named.replace(/^\[|\]$/g, "").replace(/^\*\./, ".");
  if (isIP(plain) !== 0) return plain === host;
  return plain.startsWith(".") ? host.endsWith(plain) : host === plain || host.endsWith(`.${plain}`);
}

/** Whether an address is in a network such as `10.0.0.0/8`. */
function isIn(host: string, network: string): boolean {
  const [address = "", bits = ""] = network.split("/");
  const [version, own] = [isIP(address), isIP(host)];
  if (version === 0 || own !== version || !/^\d+$/.test(bits) || Number(bits) > (version === 4 ? 32 : 128))
    return false;
  const family = version === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family);
  return list.check(host, family);
}
