import ts from "typescript";

/** A source file: its path below `src`, with `/`, and its text. */
export interface SourceFile {
  path: string;
  text: string;
}

/** Something from outside itself that a file uses. */
interface Use {
  /**
   * A path below `src`; or a module, `node:path`; or a name of a module, `createHash from node:crypto`; or a global, such
   * as `process` or `new Date()`.
   */
  name: string;
  kind: "file" | "module" | "global";
  /** An import of types leaves nothing in the program. */
  typesOnly: boolean;
  line: number;
}

/** What one room of the house may use. A room is a folder below `src`, or a file that lies there by itself. */
interface Room {
  /** The rooms that it may import; `below`: every room that comes after it in the table. */
  imports: "below" | readonly string[];
  /** Rooms and files of which it may import types, and nothing else. */
  types?: readonly string[];
  /** Modules, `node:path`, or names of them, `createHash from node:crypto`. */
  modules?: readonly string[];
  /** Globals besides those that are {@link pure}. */
  globals?: readonly string[];
}

/** What a file may use although its room may not. One that no file needs is a violation itself. */
interface Exception {
  /** A file, or a room. */
  who: string;
  /** The name of a use, as in {@link Use}. */
  may: string;
  why: string;
}

/** The rules for all of `src`. */
export interface House {
  /** From top to bottom. A folder that is not there yet, or not there any more, may have its row. */
  rooms: Readonly<Record<string, Room>>;
  exceptions: readonly Exception[];
  /** Files that only these files or rooms may import. */
  doors: Readonly<Record<string, readonly string[]>>;
  /** The way to the outside world: files that may use any module and any global, but not end the process. */
  outside: readonly string[];
}

/** Globals that are functions of their arguments, in every room. `Date` and `Math` are looked at more closely. */
const pure = new Set(
  `AbortController Array ArrayBuffer Boolean Buffer DataView Error Float64Array Infinity Int32Array Intl Iterator JSON Map
  NaN Number Object Promise RangeError RegExp Set String Symbol SyntaxError TextDecoder TextEncoder TypeError URIError URL
  URLSearchParams Uint8Array WeakMap WeakSet BigInt decodeURIComponent encodeURIComponent isNaN parseFloat parseInt
  structuredClone undefined`.split(/\s+/),
);

/** Lists what each file uses. Files are told apart by path; none of them needs to exist. */
function usesOf(files: readonly SourceFile[]): Map<string, Use[]> {
  const texts = new Map(files.map(({ path, text }) => [`/src/${path}`, text]));
  const options = { noLib: true, noResolve: true, types: [], allowImportingTsExtensions: true, noEmit: true };
  const target = ts.ScriptTarget.ES2022;
  const program = ts.createProgram(
    [...texts.keys()],
    { ...options, target },
    {
      ...ts.createCompilerHost({}),
      getSourceFile: (name) => {
        const text = texts.get(name);
        return text === undefined ? undefined : ts.createSourceFile(name, text, target, true);
      },
      fileExists: (name) => texts.has(name),
      readFile: (name) => texts.get(name),
      getCurrentDirectory: () => "/",
    },
  );
  const checker = program.getTypeChecker();
  return new Map(
    files.map(({ path }) => [path, usesIn(program.getSourceFile(`/src/${path}`)!, path, checker)] as const),
  );
}

function usesIn(source: ts.SourceFile, path: string, checker: ts.TypeChecker): Use[] {
  const uses: Use[] = [];
  const add = (node: ts.Node, kind: Use["kind"], name: string, typesOnly = false) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    uses.push({ name, kind, typesOnly, line: line + 1 });
  };
  const addImport = (node: ts.Node, specifier: ts.Node | undefined, names: readonly string[], typesOnly: boolean) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return add(node, "module", "import(…)");
    const written = specifier.text;
    const file = written.startsWith(".") ? new URL(written, `file:///src/${path}`).pathname : null;
    if (file?.startsWith("/src/") === true) return add(node, "file", file.slice("/src/".length), typesOnly);
    if (file !== null) return add(node, "module", file.slice(1), typesOnly);
    if (names.length === 0) return add(node, "module", written, typesOnly);
    for (const name of names) add(node, "module", `${name} from ${written}`, typesOnly);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const clause = node.importClause;
      const named = clause?.namedBindings;
      const elements = named !== undefined && ts.isNamedImports(named) ? named.elements : [];
      const typesOnly = clause?.isTypeOnly === true;
      const names =
        clause?.name === undefined ? elements.map(({ name, propertyName }) => (propertyName ?? name).text) : [];
      addImport(node, node.moduleSpecifier, names, typesOnly);
      return;
    }
    if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      addImport(node, node.moduleSpecifier, [], node.isTypeOnly);
    } else if (ts.isExternalModuleReference(node)) {
      addImport(node, node.expression, [], false);
    } else if (ts.isImportTypeNode(node)) {
      addImport(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, [], true);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      addImport(node, node.arguments[0], [], false);
    } else if (ts.isMetaProperty(node)) {
      add(node, "global", "import.meta");
    } else if (isExit(node)) {
      add(node, "global", "exit");
    } else if (ts.isIdentifier(node) && isFree(node, checker)) {
      const name = globalName(node);
      if (name !== null) add(node, "global", name);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return uses;
}

/** Ends the process, or says how it will end, whatever the process is called: `self.exit(1)`, `process["exitCode"] = 1`. */
function isExit(node: ts.Node): boolean {
  const property = propertyOf(node);
  if (property === "exit" || property === "reallyExit") return true;
  const { parent } = node;
  return property === "exitCode" && ts.isBinaryExpression(parent) && parent.left === node && isAssignment(parent);
}

function isAssignment({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** The name of the property that is read, by `.name`, `["name"]` or `{ name } =`. */
function propertyOf(node: ts.Node): string | null {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isElementAccessExpression(node)) {
    return ts.isStringLiteralLike(node.argumentExpression) ? node.argumentExpression.text : null;
  }
  if (!ts.isBindingElement(node) || !ts.isObjectBindingPattern(node.parent)) return null;
  const name = node.propertyName ?? node.name;
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : null;
}

/** Whether nothing in the file declares the name. There are no libraries in the program, so it is then a global. */
function isFree(node: ts.Identifier, checker: ts.TypeChecker): boolean {
  const { parent } = node;
  if (ts.isShorthandPropertyAssignment(parent)) {
    return isUndeclared(checker.getShorthandAssignmentValueSymbol(parent));
  }
  const isName = ["name", "propertyName", "label"].some(
    (key) => (parent as unknown as Record<string, unknown>)[key] === node,
  );
  return !isName && !isInType(node) && isUndeclared(checker.getSymbolAtLocation(node));
}

function isUndeclared(symbol: ts.Symbol | undefined): boolean {
  return (symbol?.declarations ?? []).length === 0;
}

/** In `class A extends B` the syntax tree has B in a type, although it is a value. */
function isInType(node: ts.Node): boolean {
  const type = ts.findAncestor(node, ts.isTypeNode);
  if (type === undefined || !ts.isExpressionWithTypeArguments(type)) return type !== undefined;
  return (
    !ts.isClassLike(type.parent.parent) || (type.parent as ts.HeritageClause).token !== ts.SyntaxKind.ExtendsKeyword
  );
}

/** What a use of a global is called in the table; null for what is pure. */
function globalName(node: ts.Identifier): string | null {
  const { text, parent } = node;
  const owned = parent !== undefined && "expression" in parent && parent.expression === node ? parent : null;
  const property = owned === null ? null : propertyOf(owned);
  if (text === "Date") {
    if (owned !== null && ts.isNewExpression(owned)) return (owned.arguments ?? []).length > 0 ? null : "new Date()";
    if (property === "parse" || property === "UTC") return null;
    return property === null ? "Date" : `Date.${property}`;
  }
  if (text === "Math") {
    if (property === null) return "Math";
    return property === "random" ? "Math.random" : null;
  }
  // Constants of the process say what Node this is, and nothing else.
  if (text === "process" && (property === "version" || property === "platform")) return `process.${property}`;
  return pure.has(text) ? null : text;
}

/** Everything in which `files` break the rules of the house, as `file:line: what`. */
export function violations({ rooms, exceptions, doors, outside }: House, files: readonly SourceFile[]): string[] {
  const names = Object.keys(rooms);
  const found: string[] = [];
  const needed = new Set<Exception>();
  for (const [path, uses] of usesOf(files)) {
    const room = roomOf(path);
    const rules = rooms[room];
    if (rules === undefined) {
      found.push(`${path}: the table has no room ${room}`);
      continue;
    }
    const imports = rules.imports === "below" ? names.slice(names.indexOf(room) + 1) : rules.imports;
    for (const use of uses) {
      if (outside.includes(path) && use.kind !== "file" && use.name !== "exit") continue;
      if (!isAllowed(use, room, rules, imports) || isShut(doors, path, use)) {
        const exception = exceptions.find(({ who, may }) => (who === path || who === room) && may === use.name);
        if (exception === undefined) found.push(`${path}:${use.line}: may not ${told(use)}`);
        else needed.add(exception);
      }
    }
  }
  for (const exception of exceptions) {
    if (!needed.has(exception)) found.push(`${exception.who}: needs no exception for ${exception.may}`);
  }
  return found;
}

function roomOf(path: string): string {
  return path.split("/", 1)[0] ?? path;
}

function isAllowed(use: Use, room: string, rules: Room, imports: readonly string[]): boolean {
  if (use.kind === "global") return (rules.globals ?? []).includes(use.name);
  if (use.kind === "module") {
    const module = use.name.replace(/^\S+ from /, "");
    return (rules.modules ?? []).some((allowed) => allowed === use.name || allowed === module);
  }
  const other = roomOf(use.name);
  if (other === room || imports.includes(other)) return true;
  return use.typesOnly && (rules.types ?? []).some((allowed) => allowed === other || allowed === use.name);
}

function isShut(doors: House["doors"], importer: string, use: Use): boolean {
  const open = use.kind === "file" ? doors[use.name] : undefined;
  return open !== undefined && !open.some((who) => who === importer || who === roomOf(importer));
}

function told({ kind, name, typesOnly }: Use): string {
  if (kind === "global") return `touch ${name}`;
  return `import ${typesOnly ? "types of " : ""}${name}`;
}

/**
 * Files of the same name in different rooms, as `name: path, path`.
 *
 * @param mayShare folders, files and names of files that do not count
 */
export function twins(paths: readonly string[], mayShare: readonly string[]): string[] {
  const byName = new Map<string, string[]>();
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (mayShare.some((free) => free === name || free === path || path.startsWith(`${free}/`))) continue;
    byName.set(name, [...(byName.get(name) ?? []), path]);
  }
  return [...byName].flatMap(([name, all]) =>
    new Set(all.map(roomOf)).size > 1 ? [`${name}: ${all.join(", ")}`] : [],
  );
}
