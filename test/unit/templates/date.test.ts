import { describe, expect, test } from "vitest";
import { formatDate, zoneFault } from "../../../src/templates/date.ts";

// The expected texts are moment-timezone's own.
const time = Date.UTC(2021, 1, 3, 16, 5, 9, 78);

describe("each of Moment's tokens", () => {
  test.each([
    ["M Mo MM MMM MMMM", "2 2nd 02 Feb February"],
    ["Q Qo", "1 1st"],
    ["D Do DD", "3 3rd 03"],
    ["DDD DDDo DDDD", "34 34th 034"],
    ["d do dd ddd dddd", "3 3rd We Wed Wednesday"],
    ["e E", "3 3"],
    ["w wo ww W Wo WW", "6 6th 06 5 5th 05"],
    ["YY YYYY YYYYY YYYYYY Y", "21 2021 02021 +002021 2021"],
    ["y yy yyy yyyy yo", "2021 2021 2021 2021 2021st"],
    ["N NN NNN NNNN NNNNN", "AD AD AD Anno Domini AD"],
    ["gg gggg ggggg GG GGGG GGGGG", "21 2021 02021 21 2021 02021"],
    ["A a H HH h hh k kk", "PM pm 16 16 4 04 16 16"],
    ["m mm s ss", "5 05 9 09"],
    ["S SS SSS SSSS SSSSSSSSS", "0 07 078 0780 078000000"],
    ["hmm hmmss Hmm Hmmss", "405 40509 1605 160509"],
    ["Z ZZ z zz", "+00:00 +0000 UTC UTC"],
    ["X x", "1612368309 1612368309078"],
    ["LT|LTS|L|LL", "4:05 PM|4:05:09 PM|02/03/2021|February 3, 2021"],
    ["l|ll|lll", "2/3/2021|Feb 3, 2021|Feb 3, 2021 4:05 PM"],
    ["[YYYY] [at] HH[h]", "YYYY at 16h"],
    [String.raw`\YYYY\T\d YYYY`, "YYYYTd 2021"],
    ["YYYY-MM-DDTHH:mm:ssZ", "2021-02-03T16:05:09+00:00"],
    ["é _.-", "é _.-"],
  ])("%s is %s", (format, expected) => expect(formatDate(time, format, null)).toBe(expected));
});

test.each([
  [1, "1st"],
  [2, "2nd"],
  [3, "3rd"],
  [4, "4th"],
  [10, "10th"],
  [11, "11th"],
  [12, "12th"],
  [13, "13th"],
  [14, "14th"],
  [21, "21st"],
  [22, "22nd"],
  [31, "31st"],
])("day %i of the year is the %s", (day, expected) =>
  expect(formatDate(Date.UTC(2020, 0, day), "DDDo", null)).toBe(expected),
);

test.each([
  // Sunday is Moment's first day of the week, and ISO's last; the turn of the year tells their years apart.
  [Date.UTC(2021, 0, 3), "gggg-ww e GGGG-WW E d", "2021-02 0 2020-53 7 0"],
  [Date.UTC(2018, 11, 31), "gg-ww GG-WW Q DDDD", "19-01 19-01 4 365"],
  [Date.UTC(2020, 4, 1), "Qo Mo", "2nd 5th"],
])("at the edge of a year", (at, format, expected) => expect(formatDate(at, format, null)).toBe(expected));

describe("time zones", () => {
  test.each([
    [null, "2021-02-03 16:05 +00:00"],
    ["UTC", "2021-02-03 16:05 +00:00"],
    ["Asia/Tokyo", "2021-02-04 01:05 +09:00"],
    ["America/New_York", "2021-02-03 11:05 -05:00"],
    ["America/St_Johns", "2021-02-03 12:35 -03:30"],
    ["Asia/Kathmandu", "2021-02-03 21:50 +05:45"],
    ["asia/tokyo", "2021-02-04 01:05 +09:00"],
  ])("%s", (zone, expected) => expect(formatDate(time, "YYYY-MM-DD HH:mm Z", zone)).toBe(expected));

  test("summer time", () => {
    const summer = Date.UTC(2021, 6, 1, 12);
    expect(formatDate(summer, "HH Z z", "America/New_York")).toBe("08 -04:00 EDT");
    expect(formatDate(time, "HH Z z", "America/New_York")).toBe("11 -05:00 EST");
  });

  test("the timestamp is the same in every zone", () => {
    expect(formatDate(time, "X x", "Asia/Tokyo")).toBe("1612368309 1612368309078");
  });

  test.each([
    ["Asia/Dubai", "+04"],
    ["Asia/Kolkata", "+0530"],
  ])("%s has no letters of its own: %s", (zone, expected) => expect(formatDate(time, "z", zone)).toBe(expected));

  test("without a format ISO 8601", () => {
    expect(formatDate(time, null, null)).toBe("2021-02-03T16:05:09Z");
    expect(formatDate(time, null, "Etc/UTC")).toBe("2021-02-03T16:05:09Z");
    expect(formatDate(time, null, "Europe/London")).toBe("2021-02-03T16:05:09+00:00");
  });

  test("an unknown zone is reported", () => {
    expect(zoneFault("Europe/Berlin")).toBeNull();
    expect(zoneFault("Europe/Brlin")).toEqual({ message: "unknown time zone", hint: 'did you mean "Europe/Berlin"?' });
    expect(zoneFault("")).toEqual({ message: "unknown time zone", hint: "use a name like Europe/Berlin" });
  });
});
