import { expect, it } from "vitest";
import { cleanLine } from "../../../src/core/printable.ts";
import { secretsOf } from "../../../src/secrets/secrets.ts";

const units = [
  ..."a A_ a. -a : :// @ u:p@ \\ \\' ' \" $ ${ % %2 & &# &amp; + = a= a:\" ## :: é 1 hunter2!Q".split(" "),
  "password ",
  " ",
  "\n",
  " \n ",
  "\t ",
  "\r\n",
  "\u001B]",
  "\u001B[",
  "\u200B",
  String.raw`\u0061`,
];

it.each(units)("a long text of %j is cleaned, and hidden as a secret, before the test's time is over", (unit) => {
  const text = unit.repeat(Math.ceil(60_000 / unit.length));
  const { hide, hideOdd, variableIn } = secretsOf({ A_TOKEN: "hunter2!Qx}{", B_PASSWORD: "a.a-a+aaa!" }, new Set());
  expect(hide(`${text}hunter2!Qx}{`)).not.toContain("Qx}{");
  expect(hideOdd(text)).toBe(text);
  expect(variableIn(text)).toBeNull();
  expect(secretsOf({ A_TOKEN: text }, new Set()).hide("short")).toBe("short");
  expect(cleanLine(text).length).toBeLessThanOrEqual(text.length + 1);
});
