import type { HttpResponse } from "../host/host.ts";
import { firstText, parseObject } from "./json.ts";

/** Why a registry refused: its own codes, and its words in one line, fit to be shown. */
export interface Reason {
  codes: readonly string[];
  text: string;
}

const longest = 300;

/**
 * Reads what came with a refusal. Registries answer with a list of errors, token servers and proxies with whatever they like.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
 */
export function reasonOf({ body }: Pick<HttpResponse, "body">, outside: (text: string) => string): Reason {
  const value = parseObject(body);
  if (value === null) return { codes: [], text: oneLine(outside(title(body) ?? body)) };
  const errors = (Array.isArray(value["errors"]) ? value["errors"] : [value]).map(parts);
  const codes = errors.flatMap(({ code }) => (code === "" ? [] : [code.toUpperCase()]));
  const texts = errors.map(({ code, message }) => said(code, message)).filter((text) => text !== "");
  return { codes, text: oneLine(outside([...new Set(texts)].join("; "))) };
}

function parts(error: unknown): { code: string; message: string } {
  if (typeof error === "string") return { code: "", message: error };
  const {
    code,
    message,
    details,
    detail,
    error: name,
    error_description: description,
  } = (error ?? {}) as Record<string, unknown>;
  return { code: firstText(code), message: firstText(message, description, details, detail, name) };
}

/** `DENIED` and its explanation as docker prints them: `denied: requested access to the resource is denied`. */
function said(code: string, message: string): string {
  const words = code.toLowerCase().replaceAll("_", " ");
  if (words === "" || message.toLowerCase().startsWith(words)) return message;
  return message === "" ? words : `${words}: ${message}`;
}

/** A web page is known by its title. */
function title(body: string): string | null {
  if (!/^\s*</.test(body)) return null;
  return /<title[^>]*>([^<]*)/i.exec(body)?.[1] ?? "a web page";
}

function oneLine(text: string): string {
  // Only now is it cut: half of a secret would not be known any more.
  const clean = text.replaceAll(/[\p{C}\p{Z}]+/gu, " ").trim();
  const letters = [...clean];
  return letters.length > longest ? `${letters.slice(0, longest - 1).join("")}…` : clean;
}
