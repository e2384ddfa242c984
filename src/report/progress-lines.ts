import type { Paint } from "./paint.ts";
import type { FailedStep } from "../core/failure.ts";
import type { ProgressEntry } from "../progress/progress.ts";
import { cleanLine, indented } from "../core/printable.ts";
import { shorten } from "../progress/shorten.ts";

/**
 * One line of a CI log: `base │ RUN pip install 12.3s`. Log lines are never cut.
 *
 * @param width of the column with the names
 */
export function formatEntry(entry: ProgressEntry, width: number, paint: Paint): string {
  const time = entry.seconds === undefined ? "" : ` ${paint.dim(formatSeconds(entry.seconds))}`;
  const text = looks[entry.kind](entry, paint);
  return `${paint.cyan(entry.target.padEnd(width))} ${paint.dim("│")} ${text}${time}`;
}

const looks: Record<ProgressEntry["kind"], (entry: ProgressEntry, paint: Paint) => string> = {
  step: ({ text }, paint) => paint.bold(shorten(text)),
  joined: ({ text }, paint) => `${shorten(text)} ${paint.dim("is at work for another run; waiting for it")}`,
  cached: ({ text }, paint) => `${shorten(text)} ${paint.dim("cached")}`,
  done: ({ text }) => shorten(text),
  log: ({ text }) => `  ${text}`,
  push: ({ text }, paint) => paint.green(text),
  warning: ({ text }, paint) => `${paint.yellow("warning")} ${text}`,
  error: ({ text, step }, paint) => `${paint.red("error")} ${step === undefined ? "" : `${shorten(step)}: `}${text}`,
};

/** `0.4s`, `12.3s`, `2m05s`. */
export function formatSeconds(seconds: number): string {
  const tenths = Math.round(seconds * 10) / 10;
  if (tenths < 60) return `${tenths.toFixed(1)}s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, "0")}s`;
}

/** What failed, why and where, and its last lines: several lines, without an end. */
export function formatFailure(failure: FailedStep, paint: Paint): string {
  const { target, step, message, log, dockerfile, line, excerpt } = failure;
  const what = [target, step === null ? null : shorten(cleanLine(step)), indented(message)].filter(
    (part) => part !== null,
  );
  const place = dockerfile === null ? [] : [line === null ? dockerfile : `${dockerfile}:${line}`];
  return [
    `${paint.red("error")} ${what.join(": ")}`,
    ...place.map((text) => `  ${paint.bold(text)}`),
    ...excerpt.map(cleanLine).map((text) => `  ${/^\s*\d+ \| >>>/.test(text) ? paint.red(text) : text}`),
    ...(log.length === 0 ? [] : [`  ${paint.bold("last lines")}`]),
    ...log.map((text) => `    ${cleanLine(text)}`),
  ].join("\n");
}
