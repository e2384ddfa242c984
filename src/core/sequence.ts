/** Whether a text fits; of a part of a pattern, whether a character does. */
export type Test = (text: string) => boolean;

/** What a pattern is a sequence of: a character, any number of them, or one of several sequences. */
export type Part = { one: Test } | { many: Test } | { either: Part[][] };

/** A place in a pattern: what it takes to get on from there, and where to. Without a test it takes nothing. */
interface Place {
  test: Test | null;
  next: number[];
}

/** All places that what has been read so far may have led to, and what each character makes of them. */
interface State {
  places: ReadonlySet<number>;
  next: Map<string, State>;
}

/** So many states are kept: texts that lead to more are all different. */
const mostStates = 1000;

/**
 * Compiles a pattern for whole texts. All places that a text may have led to are followed at once, so that no pattern takes
 * longer than its length times the text's. A regular expression would try them one after the other, for years where there
 * are many stars.
 */
export function compileSequence(parts: readonly Part[]): Test {
  const places: Place[] = [{ test: null, next: [] }];
  const first = build(parts, 0, places);
  let states = new Map<string, State>();
  const stateOf = (from: readonly number[]): State => {
    const reached = closure(from, places);
    const key = [...reached].join();
    if (states.size > mostStates) states = new Map();
    const state = states.get(key) ?? { places: reached, next: new Map<string, State>() };
    states.set(key, state);
    return state;
  };
  const start = stateOf([first]);
  return (text) => {
    let here = start;
    for (const char of text) {
      if (here.places.size === 0) return false;
      let after = here.next.get(char);
      if (after === undefined) {
        after = stateOf([...here.places].flatMap((at) => (places[at]?.test?.(char) === true ? places[at].next : [])));
        if (here.next.size < mostStates) here.next.set(char, after);
      }
      here = after;
    }
    return here.places.has(0);
  };
}

/** Those places and all that can be got to from there for nothing. */
function closure(from: readonly number[], places: readonly Place[]): Set<number> {
  const found = new Set(from);
  for (const at of found) if (places[at]?.test === null) for (const next of places[at].next) found.add(next);
  return found;
}

/** Makes the places of these parts, which lead to `end`; returns the first. */
function build(parts: readonly Part[], end: number, places: Place[]): number {
  const add = (place: Place) => places.push(place) - 1;
  return parts.reduceRight((after, part) => {
    if ("one" in part) return add({ test: part.one, next: [after] });
    if ("either" in part) return add({ test: null, next: part.either.map((one) => build(one, after, places)) });
    const place: Place = { test: null, next: [after] };
    const at = add(place);
    place.next.push(add({ test: part.many, next: [at] }));
    return at;
  }, end);
}
