/**
 * A program and all that it imports by relative paths, as one TypeScript file with its comments: what a reader downloads
 * and runs with plain `node`. Declarations that nothing reaches are left out; names that two modules share are told apart.
 */
import { posix } from "node:path";
import { type ParseResult, parse } from "@babel/parser";
import traverseModule, { type NodePath } from "@babel/traverse";
import MagicString from "magic-string";
import { byCodePoint } from "./report.ts";

// Its types describe the default export of an ES module; in some loaders the function stands one level deeper.
const traverse = traverseModule;

type Statement = ParseResult["program"]["body"][number];
/** A name as its module knows it; `from` is a path of the book, or `node:fs` and the like. */
type Target = { readonly from: string; readonly name: string; readonly isType?: boolean };
/** A place where a name is meant: the characters to replace, and what they stand for. */
type Mention = {
  readonly start: number;
  readonly end: number;
  readonly target: Target;
  /** `{ name }` must become `{ name: other }`. */
  readonly isShorthand: boolean;
};
type Unit = {
  readonly start: number;
  readonly end: number;
  readonly declares: readonly string[];
  readonly mentions: readonly Mention[];
  /** Done only by the program itself: `if (import.meta.main)`. */
  readonly isMain: boolean;
};
type Module = {
  readonly path: string;
  readonly text: string;
  readonly head: string;
  readonly units: readonly Unit[];
  readonly exported: ReadonlyMap<string, Target>;
  readonly dependencies: readonly string[];
  /** Every identifier that occurs, bound or not: a new name must be none of them. */
  readonly identifiers: ReadonlySet<string>;
  /** Identifiers that are bound somewhere below the top of the module. */
  readonly inner: ReadonlySet<string>;
  /** Names of the language and the platform that the module uses. */
  readonly free: ReadonlySet<string>;
};

/**
 * @param entry  path of the program, of the repository
 * @param read  text of a file by its path, of the repository
 * @param preface  stands at the top of the result
 * @param parsed  what earlier calls have read of the same files
 * @throws Error where a module uses a form that cannot be joined (default exports, a namespace handed on)
 */
export function oneFile(
  entry: string,
  read: (path: string) => string,
  preface: string,
  parsed: ParsedModules = new Map(),
): string {
  const modules = modulesOf(entry, read, parsed);
  const kept = reachable(entry, modules);
  const names = nameAll(entry, modules, kept);
  const parts = [...modules.values()].flatMap((module) => {
    const units = module.units.filter((unit) => kept.has(unit));
    if (units.length === 0) return [];
    const code = units.map((unit) => textOf(module, unit, names)).join("\n\n");
    return [`// ${"-".repeat(8)} ${module.path} ${"-".repeat(8)}`, module.head, code].filter(
      Boolean,
    );
  });
  const imports = importsOf(names, kept);
  const all = [preface, imports, ...parts].filter((part) => part !== "").join("\n\n");
  return `${all.replace(/\n{3,}/g, "\n\n").trim()}\n`;
}

/** Modules that are read, by path: many programs share the kernel. */
export type ParsedModules = Map<string, Module>;

/** Each module once, what it imports before it. */
function modulesOf(
  entry: string,
  read: (path: string) => string,
  parsed: ParsedModules,
): ReadonlyMap<string, Module> {
  const done = new Map<string, Module>();
  const begun = new Set<string>();
  const visit = (path: string): void => {
    if (begun.has(path)) return;
    begun.add(path);
    const whole = parsed.get(path) ?? moduleFrom(path, read(path));
    parsed.set(path, whole);
    // What a module does when it is run itself is the program's to do.
    const units = whole.units.filter(({ isMain }) => path === entry || !isMain);
    const module = { ...whole, units };
    for (const dependency of module.dependencies) visit(dependency);
    done.set(path, module);
  };
  visit(entry);
  return done;
}

function moduleFrom(path: string, text: string): Module {
  const ast = parse(text, { sourceType: "module", plugins: ["typescript"] });
  const { body } = ast.program;
  const own = new Map<string, Target>();
  const namespaces = new Map<string, string>();
  const exported = new Map<string, Target>();
  const dependencies: string[] = [];
  const placeOf = (specifier: string): string =>
    specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : specifier;
  for (const statement of body) {
    for (const name of declaredBy(statement)) own.set(name, { from: path, name });
    if (statement.type === "ImportDeclaration") {
      const from = placeOf(statement.source.value);
      if (statement.source.value.startsWith(".")) dependencies.push(from);
      for (const specifier of statement.specifiers) {
        const local = specifier.local.name;
        if (specifier.type === "ImportNamespaceSpecifier" && from.endsWith(".ts"))
          namespaces.set(local, from);
        else if (specifier.type === "ImportSpecifier")
          own.set(local, {
            from,
            name: nameIn(specifier.imported),
            isType: statement.importKind === "type" || specifier.importKind === "type",
          });
        else
          own.set(local, {
            from,
            name: specifier.type === "ImportNamespaceSpecifier" ? "*" : "default",
          });
      }
    } else if (statement.type === "ExportNamedDeclaration") {
      if (statement.source?.value.startsWith("."))
        dependencies.push(placeOf(statement.source.value));
    } else if (
      statement.type === "ExportAllDeclaration" ||
      statement.type === "ExportDefaultDeclaration"
    )
      throw new Error(
        `${path}: a program in one file can have no \`${text.slice(statement.start ?? 0, (statement.start ?? 0) + 16)}…\``,
      );
  }
  for (const statement of body)
    if (statement.type === "ExportNamedDeclaration") {
      for (const name of declaredBy(statement)) exported.set(name, { from: path, name });
      for (const specifier of statement.specifiers) {
        if (specifier.type !== "ExportSpecifier") continue;
        const name = nameIn(specifier.local);
        const target = statement.source
          ? { from: placeOf(statement.source.value), name }
          : (own.get(name) ?? { from: path, name });
        exported.set(nameIn(specifier.exported), target);
      }
    }
  const found = mentionsIn(ast, path, own, namespaces);
  const units = unitsOf(text, body, ast.comments ?? []).map(({ start, end, statement }) => ({
    start,
    end,
    declares: declaredBy(statement),
    isMain: asksForMain(text, statement),
    mentions: found.mentions.filter((mention) => mention.start >= start && mention.end <= end),
  }));
  const head = headOf(text, body, ast.comments ?? []);
  return { path, text, head, units, exported, dependencies, ...found };
}

function nameIn(node: { type: string; name?: string; value?: unknown }): string {
  return node.name ?? String(node.value);
}

/** What a statement adds to the names of its module, types included. */
function declaredBy(statement: Statement): readonly string[] {
  const node = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  if (!node) return [];
  switch (node.type) {
    case "VariableDeclaration":
      return node.declarations.flatMap(({ id }) => boundIn(id));
    case "FunctionDeclaration":
    case "ClassDeclaration":
    case "TSTypeAliasDeclaration":
    case "TSInterfaceDeclaration":
      return node.id ? [node.id.name] : [];
    default:
      return [];
  }
}

function boundIn(pattern: { type: string }): readonly string[] {
  const node = pattern as {
    type: string;
    name?: string;
    properties?: { type: string; value?: { type: string }; argument?: { type: string } }[];
    elements?: ({ type: string } | null)[];
    left?: { type: string };
    argument?: { type: string };
  };
  switch (node.type) {
    case "Identifier":
      return [node.name ?? ""];
    case "ObjectPattern":
      return (node.properties ?? []).flatMap((property) =>
        boundIn(property.value ?? property.argument ?? { type: "" }),
      );
    case "ArrayPattern":
      return (node.elements ?? []).flatMap((element) => (element ? boundIn(element) : []));
    case "AssignmentPattern":
      return boundIn(node.left ?? { type: "" });
    case "RestElement":
      return boundIn(node.argument ?? { type: "" });
    default:
      return [];
  }
}

type Span = { readonly start?: number | null; readonly end?: number | null };

/** The statements that stay, each with the comments before it. */
function unitsOf(
  text: string,
  body: readonly Statement[],
  comments: readonly Span[],
): { start: number; end: number; statement: Statement }[] {
  const units: { start: number; end: number; statement: Statement }[] = [];
  let from = 0;
  for (const statement of body) {
    // A remark at the end of the line belongs to the statement before it.
    const rest = /^[ \t]*(\/\/[^\n]*)?/.exec(text.slice(statement.end ?? 0))?.[0].length ?? 0;
    const end = (statement.end ?? 0) + rest;
    const isGone =
      statement.type === "ImportDeclaration" ||
      (statement.type === "ExportNamedDeclaration" && !statement.declaration);
    if (!isGone) units.push({ start: startOf(text, from, statement, comments), end, statement });
    from = end;
  }
  return units;
}

function startOf(
  text: string,
  from: number,
  statement: Statement,
  comments: readonly Span[],
): number {
  const first = comments.find(
    ({ start, end }) =>
      (start ?? 0) >= from &&
      (end ?? 0) <= (statement.start ?? 0) &&
      !isHead(text, start ?? 0, end ?? 0),
  );
  return first?.start ?? statement.start ?? 0;
}

/** The comment that opens a file tells what it is for. */
function isHead(text: string, start: number, end: number): boolean {
  return text.slice(0, start).trim() === "" && /^\s*\n\s*\n|^\s*import/.test(text.slice(end));
}

function headOf(text: string, body: readonly Statement[], comments: readonly Span[]): string {
  const [first] = comments;
  const start = first?.start ?? 0;
  const end = first?.end ?? 0;
  const isBeforeAll = first !== undefined && end <= (body[0]?.start ?? text.length);
  return isBeforeAll && isHead(text, start, end) ? text.slice(start, end) : "";
}

function asksForMain(text: string, statement: Statement): boolean {
  return (
    statement.type === "IfStatement" &&
    text.slice(statement.test.start ?? 0, statement.test.end ?? 0) === "import.meta.main"
  );
}

/** Where the names of the module's top are meant, and which other names occur. */
function mentionsIn(
  ast: ParseResult,
  path: string,
  own: ReadonlyMap<string, Target>,
  namespaces: ReadonlyMap<string, string>,
): Pick<Module, "identifiers" | "inner" | "free"> & { readonly mentions: Mention[] } {
  const mentions: Mention[] = [];
  const identifiers = new Set<string>();
  const inner = new Set<string>();
  const free = new Set<string>();
  traverse(ast, {
    Identifier(at: NodePath) {
      const { node, parent } = at;
      if (node.type !== "Identifier") return;
      const { name } = node;
      identifiers.add(name);
      if (isOnlyALabel(at)) return;
      const binding = at.scope.getBinding(name);
      const isInner = binding !== undefined && binding.scope.block.type !== "Program";
      if (isInner || isBoundByType(at, name)) {
        inner.add(name);
        return;
      }
      const namespace = namespaces.get(name);
      const start = node.start ?? 0;
      if (namespace !== undefined) {
        const member =
          parent.type === "MemberExpression" && !parent.computed
            ? parent.property
            : parent.type === "TSQualifiedName"
              ? parent.right
              : null;
        if (member?.type !== "Identifier")
          throw new Error(`${path}: a program in one file cannot hand on the namespace ${name}`);
        const target = { from: namespace, name: member.name };
        mentions.push({ start, end: parent.end ?? start, target, isShorthand: false });
        return;
      }
      const target = own.get(name);
      if (target === undefined) free.add(name);
      else
        mentions.push({
          start,
          // The range of a name with a type annotation covers both.
          end: start + name.length,
          target,
          isShorthand: parent.type === "ObjectProperty" && parent.shorthand,
        });
    },
  });
  // A shorthand property is visited as key and as value.
  const once = new Map(mentions.map((mention) => [mention.start, mention]));
  return { mentions: [...once.values()], identifiers, inner, free };
}

/** A key, a property, a parameter of a function type: a word, and no mention of what bears that name. */
function isOnlyALabel({ node, parent }: NodePath): boolean {
  switch (parent.type) {
    case "MemberExpression":
    case "OptionalMemberExpression":
      return parent.property === node && !parent.computed;
    case "ObjectProperty":
      return parent.key === node && !parent.computed && !parent.shorthand;
    case "ObjectMethod":
    case "ClassMethod":
    case "ClassProperty":
    case "TSPropertySignature":
      return parent.key === node && !parent.computed;
    case "TSQualifiedName":
      return parent.right === node;
    case "TSFunctionType":
    case "TSMethodSignature":
    case "TSTypeParameter":
    case "TSIndexSignature":
    case "TSNamedTupleMember":
    case "TSTypePredicate":
    case "TSMappedType":
      return true;
    case "ImportSpecifier":
    case "ImportNamespaceSpecifier":
    case "ImportDefaultSpecifier":
    case "ExportSpecifier":
    case "MetaProperty":
      return true;
    default:
      return false;
  }
}

/** Whether a type parameter of some node around it has this name. */
function isBoundByType(at: NodePath, name: string): boolean {
  return (
    at.findParent(({ node }) => {
      const { typeParameters } = node as {
        typeParameters?: { type: string; params?: readonly { name?: unknown }[] } | null;
      };
      const isBound =
        typeParameters?.type === "TSTypeParameterDeclaration" &&
        (typeParameters.params ?? []).some(
          (parameter) =>
            parameter.name === name ||
            (parameter.name as { name?: string } | undefined)?.name === name,
        );
      return isBound || (node.type === "TSMappedType" && mappedKey(node) === name);
    }) !== null
  );
}

function mappedKey(node: object): string | null {
  const { key } = node as { key?: string | { name?: string } };
  return typeof key === "string" ? key : (key?.name ?? null);
}

/** Follow re-exports to where a name is declared. */
function declarationOf(target: Target, modules: ReadonlyMap<string, Module>): Target {
  const exported = modules.get(target.from)?.exported.get(target.name);
  if (!exported || (exported.from === target.from && exported.name === target.name)) return target;
  return declarationOf(exported, modules);
}

const keyOf = ({ from, name }: Target): string => `${from} ${name}`;

/** The statements of the program, and each declaration that one of them needs. */
function reachable(entry: string, modules: ReadonlyMap<string, Module>): ReadonlySet<Unit> {
  const home = new Map<string, { unit: Unit; module: Module }>();
  for (const module of modules.values())
    for (const unit of module.units)
      for (const name of unit.declares)
        home.set(keyOf({ from: module.path, name }), { unit, module });
  const kept = new Set<Unit>();
  const live = new Set<string>();
  const keep = (unit: Unit, module: Module): void => {
    if (kept.has(unit)) return;
    kept.add(unit);
    if (!live.has(module.path)) {
      live.add(module.path);
      // What a module does when it is loaded happens whatever is used of it.
      for (const other of module.units) if (other.declares.length === 0) keep(other, module);
    }
    for (const { target } of unit.mentions) {
      const found = home.get(keyOf(declarationOf(target, modules)));
      if (found) keep(found.unit, found.module);
    }
  };
  const program = modules.get(entry);
  for (const unit of program?.units ?? []) if (program) keep(unit, program);
  return kept;
}

type Names = {
  readonly of: (target: Target) => string;
  /** What is imported from outside the book, by its place and name there. */
  readonly outside: ReadonlyMap<string, Target>;
};

/** One name for each declaration that stays; the program keeps its own, and a newcomer gives way. */
function nameAll(
  entry: string,
  modules: ReadonlyMap<string, Module>,
  kept: ReadonlySet<Unit>,
): Names {
  const all = [...modules.values()];
  const program = modules.get(entry);
  const inOrder = [...(program ? [program] : []), ...all.filter((module) => module !== program)];
  const taken = new Map<string, Target>();
  const given = new Map<string, string>();
  const outside = new Map<string, Target>();
  const everywhere = new Set(all.flatMap((module) => [...module.identifiers]));
  const platform = new Set(all.flatMap((module) => [...module.free]));
  const capturing = capturedNames(all, modules);
  const give = (target: Target, near: string): void => {
    const key = keyOf(target);
    if (given.has(key)) return;
    const wanted =
      target.name === "*" || target.name === "default" ? pascal(target.from) : target.name;
    const isFree = !taken.has(wanted) && !capturing.has(key) && !platform.has(wanted);
    let name = wanted;
    for (let turn = 0; !isFree && (turn === 0 || taken.has(name) || everywhere.has(name)); turn++)
      name = `${wanted}Of${pascal(near)}${turn === 0 ? "" : turn + 1}`;
    taken.set(name, target);
    given.set(key, name);
  };
  for (const module of inOrder)
    for (const unit of module.units) {
      if (!kept.has(unit)) continue;
      for (const name of unit.declares) give({ from: module.path, name }, module.path);
    }
  for (const module of inOrder)
    for (const unit of module.units.filter((each) => kept.has(each)))
      for (const mention of unit.mentions) {
        const target = declarationOf(mention.target, modules);
        if (modules.has(target.from)) continue;
        const known = outside.get(keyOf(target));
        if (known === undefined || target.isType !== true) outside.set(keyOf(target), target);
        give(target, target.from);
      }
  return {
    of: (target) => {
      const found = declarationOf(target, modules);
      const name = given.get(keyOf(found));
      if (name === undefined) throw new Error(`${found.from} exports no ${found.name}`);
      return name;
    },
    outside,
  };
}

/** Declarations whose own name means something else inside a module that uses them under another. */
function capturedNames(
  all: readonly Module[],
  modules: ReadonlyMap<string, Module>,
): ReadonlySet<string> {
  const captured = new Set<string>();
  for (const module of all)
    for (const { mentions } of module.units)
      for (const { target, start, end } of mentions) {
        const found = declarationOf(target, modules);
        const isRenamed = module.text.slice(start, end) !== found.name;
        if (isRenamed && module.inner.has(found.name)) captured.add(keyOf(found));
      }
  return captured;
}

/** `code/raft-kv/store.ts` -> `Store`, `node:fs` -> `NodeFs`. */
function pascal(path: string): string {
  const base = posix.basename(path).replace(/(\.scenario|\.example)?\.ts$/, "");
  return base
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("");
}

function textOf(module: Module, unit: Unit, names: Names): string {
  const text = new MagicString(module.text);
  for (const { start, end, target, isShorthand } of unit.mentions) {
    const name = names.of(target);
    const before = module.text.slice(start, end);
    if (name !== before) text.overwrite(start, end, isShorthand ? `${before}: ${name}` : name);
  }
  return text
    .slice(unit.start, unit.end)
    .replace(/^export (?=(?:const|let|function|class|type|interface|abstract)\b)/m, "")
    .replace(/^if \(import\.meta\.main\)\s+/m, "")
    .replace(/^[ \t]*\/\/ #(?:end)?region\b.*\n?/gm, "")
    .replace(/^\/\/ unprinted:.*\n?/gm, "")
    .trim();
}

function importsOf(names: Names, kept: ReadonlySet<Unit>): string {
  const used = new Set(
    [...kept].flatMap((unit) => unit.mentions.map(({ target }) => keyOf(target))),
  );
  const targets = [...names.outside].filter(([key]) => used.has(key)).map(([, target]) => target);
  const places = [...new Set(targets.map(({ from }) => from))].sort(byCodePoint);
  return places
    .map((place) => {
      const here = targets.filter(({ from }) => from === place);
      const whole = here
        .filter(({ name }) => name === "*")
        .map((target) => `import * as ${names.of(target)} from "${place}";`);
      const named = here
        .filter(({ name }) => name !== "*")
        .map((target) => {
          const name = names.of(target);
          const alias = name === target.name ? name : `${target.name} as ${name}`;
          return target.isType === true ? `type ${alias}` : alias;
        })
        .sort(byCodePoint);
      return [
        ...whole,
        ...(named.length > 0 ? [`import { ${named.join(", ")} } from "${place}";`] : []),
      ].join("\n");
    })
    .join("\n");
}
