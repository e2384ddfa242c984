import path from "node:path";
import ts from "typescript";

/** As much of a JSON schema as a type of ours comes to. https://json-schema.org/draft-07 */
export interface Schema {
  $schema?: string;
  title?: string;
  description?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
}

/** A type that a file of ours exports, and what knows about it. */
export function exportedType(file: string, name: string): { type: ts.Type; checker: ts.TypeChecker } {
  const root = import.meta.dirname;
  const { config } = ts.readConfigFile(path.join(root, "tsconfig.json"), (from) => ts.sys.readFile(from)) as {
    config: object;
  };
  const source = path.join(root, file);
  const program = ts.createProgram([source], ts.parseJsonConfigFileContent(config, ts.sys, root).options);
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(source)!)!;
  const symbol = checker.getExportsOfModule(module).find((one) => one.name === name)!;
  return { type: checker.getDeclaredTypeOfSymbol(symbol), checker };
}

/** The JSON schema of what `plan --json` prints, from its very type and the comments there. */
export function planSchema(): Schema {
  const { type, checker } = exportedType("src/plan/document.ts", "PlanDocument");
  const $schema = "http://json-schema.org/draft-07/schema#";
  return { $schema, title: "multistage-build plan", ...described(type.symbol, checker), ...schemaOf(type, checker) };
}

const primitives: [ts.TypeFlags, string][] = [
  [ts.TypeFlags.String, "string"],
  [ts.TypeFlags.Number, "number"],
  [ts.TypeFlags.Boolean, "boolean"],
  [ts.TypeFlags.Null, "null"],
];

function schemaOf(type: ts.Type, checker: ts.TypeChecker): Schema {
  const primitive = primitives.find(([flag]) => (type.flags & flag) !== 0);
  if (primitive !== undefined) return { type: primitive[1] };
  if (type.isLiteral()) return { const: type.value };
  if (type.isUnion()) return unionOf(type.types.map((one) => schemaOf(one, checker)));
  if (checker.isArrayType(type)) {
    return { type: "array", items: schemaOf(checker.getTypeArguments(type as ts.TypeReference)[0]!, checker) };
  }
  const values = type.getStringIndexType();
  if (values !== undefined) return { type: "object", additionalProperties: schemaOf(values, checker) };
  if ((type.flags & ts.TypeFlags.Object) === 0) throw new Error(`no schema for ${checker.typeToString(type)}`);
  return objectOf(checker.getPropertiesOfType(type), checker);
}

function unionOf(parts: Schema[]): Schema {
  if (parts.every((part) => "const" in part)) return { enum: parts.map((part) => part.const) };
  const types = parts.map(({ type, ...rest }) => (Object.keys(rest).length === 0 ? type : undefined));
  return types.every((type) => typeof type === "string") ? { type: types } : { anyOf: parts };
}

/** An object has exactly its properties: a plan that has others is of another version. */
function objectOf(properties: readonly ts.Symbol[], checker: ts.TypeChecker): Schema {
  const schemas = properties.map((property) => [
    property.name,
    { ...described(property, checker), ...schemaOf(checker.getTypeOfSymbol(property), checker) },
  ]);
  const required = properties.filter(({ flags }) => (flags & ts.SymbolFlags.Optional) === 0).map(({ name }) => name);
  return { type: "object", properties: Object.fromEntries(schemas), required, additionalProperties: false };
}

function described(symbol: ts.Symbol, checker: ts.TypeChecker): Schema {
  const description = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  return description === "" ? {} : { description };
}
