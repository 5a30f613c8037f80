/** Edits of a TypeScript file that keep everything else in it as it is: found by its syntax tree, written as text. */
import ts from 'typescript';

/** What is to be edited is not there, or not in a form that can be edited. */
export class CannotEdit extends Error {
  override readonly name = 'CannotEdit';
}

/** Adds `import { symbol } from 'from'` after the last import, or the symbol to the import that is there. */
export function withImport(text: string, symbol: string, from: string): string {
  const source = parse(text);
  const imports = source.statements.filter(ts.isImportDeclaration);
  const same = imports.filter(
    ({ moduleSpecifier, importClause }) =>
      ts.isStringLiteral(moduleSpecifier) &&
      moduleSpecifier.text === from &&
      importClause?.getText(source).startsWith('type ') !== true,
  );
  for (const { importClause } of same) {
    const named = importClause?.namedBindings;
    if (named === undefined || !ts.isNamedImports(named)) continue;
    if (named.elements.some((each) => each.getText(source) === symbol)) return text;
    return withElement(text, source, named, named.elements, symbol, ' ');
  }
  const line = `import { ${symbol} } from '${from}';\n`;
  const last = imports.at(-1);
  return last === undefined
    ? insert(text, afterComment(text), line)
    : insert(text, last.getEnd(), `\n${line.trimEnd()}`);
}

/** Adds a declaration before that of `variable`. */
export function withDeclarationBefore(text: string, variable: string, declaration: string): string {
  const statement = statementOf(parse(text), variable);
  if (statement === undefined) throw new CannotEdit(`has no ${variable}`);
  return insert(text, statement.getStart(), `${declaration}\n`);
}

/** Whether the file declares this variable. */
export const declares = (text: string, variable: string): boolean =>
  statementOf(parse(text), variable) !== undefined;

/** Adds an element to the array that `export const <variable> = […]` is. */
export function withArrayElement(text: string, variable: string, element: string): string {
  const source = parse(text);
  const array = arrayIn(initializerOf(source, variable));
  if (array === undefined) throw new CannotEdit(`has no array ${variable}`);
  return withElementOnce(text, source, array, element);
}

/** The names in that array, in their order. */
export function arrayElements(text: string, variable: string): readonly string[] {
  const source = parse(text);
  return arrayIn(initializerOf(source, variable))?.elements.map((each) => each.getText(source)) ?? [];
}

/** Whether there is a `LeftfoldModule.forFeature` in the file. */
export const hasFeature = (text: string): boolean =>
  first(parse(text), (node): node is ts.CallExpression => isCallOf(node, 'forFeature')) !== undefined;

/** The types of the events that a file defines, by the name of the variable. */
export function eventTypes(text: string): ReadonlyMap<string, string> {
  const source = parse(text);
  const types = new Map<string, string>();
  for (const { name, initializer } of variablesOf(source)) {
    if (!ts.isIdentifier(name) || initializer === undefined) continue;
    const call = first(initializer, (node): node is ts.CallExpression => isCallOf(node, 'defineEvent'));
    const [definition] = call?.arguments ?? [];
    if (definition === undefined || !ts.isObjectLiteralExpression(definition)) continue;
    const type = propertyOf(definition, 'type');
    if (type !== undefined && ts.isStringLiteral(type)) types.set(name.text, type.text);
  }
  return types;
}

/** Adds a symbol to a member of the options of `LeftfoldModule.forFeature({ … })`. */
export function withFeature(text: string, member: string, symbol: string): string {
  const source = parse(text);
  const call = first(source, (node): node is ts.CallExpression => isCallOf(node, 'forFeature'));
  const [options] = call?.arguments ?? [];
  if (options === undefined || !ts.isObjectLiteralExpression(options))
    throw new CannotEdit('has no LeftfoldModule.forFeature({ … })');
  return withMember(text, source, options, member, symbol);
}

/** Adds a symbol to the `imports` of the first `@Module({ … })`. */
export function withModuleImport(text: string, symbol: string): string {
  const source = parse(text);
  const decorator = first(
    source,
    (node): node is ts.Decorator => ts.isDecorator(node) && isCallOf(node.expression, 'Module'),
  );
  const [options] =
    decorator !== undefined && ts.isCallExpression(decorator.expression)
      ? decorator.expression.arguments
      : [];
  if (options === undefined || !ts.isObjectLiteralExpression(options))
    throw new CannotEdit('has no @Module({ … })');
  return withMember(text, source, options, 'imports', symbol);
}

function withMember(
  text: string,
  source: ts.SourceFile,
  object: ts.ObjectLiteralExpression,
  member: string,
  symbol: string,
): string {
  const value = propertyOf(object, member);
  if (value === undefined && hasMember(object, member))
    throw new CannotEdit(`has ${member} in a form that cannot be edited`);
  if (value === undefined)
    return withElement(text, source, object, object.properties, `${member}: [${symbol}]`, ' ');
  const array = arrayIn(value);
  if (array === undefined) throw new CannotEdit(`has ${member} that are not an array`);
  return withElementOnce(text, source, array, symbol);
}

function withElementOnce(
  text: string,
  source: ts.SourceFile,
  array: ts.ArrayLiteralExpression,
  element: string,
): string {
  if (array.elements.some((each) => each.getText(source) === element)) return text;
  return withElement(text, source, array, array.elements, element, '');
}

/** As the elements before: on a line of its own where they are. */
function withElement(
  text: string,
  source: ts.SourceFile,
  list: ts.Node,
  elements: ts.NodeArray<ts.Node>,
  element: string,
  padding: string,
): string {
  const last = elements.at(-1);
  if (last === undefined) return insert(text, list.getStart(source) + 1, `${padding}${element}${padding}`);
  const leading = /^\s*/.exec(text.slice(last.getFullStart()))?.[0] ?? '';
  const indent = leading.includes('\n') ? leading.slice(leading.lastIndexOf('\n')) : ' ';
  return insert(text, last.getEnd(), `,${indent}${element}`);
}

const insert = (text: string, at: number, inserted: string): string =>
  text.slice(0, at) + inserted + text.slice(at);

function parse(text: string): ts.SourceFile {
  return ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);
}

/** Behind the comment that a file opens with. */
function afterComment(text: string): number {
  return /^\s*\/\*[\s\S]*?\*\/\n?/.exec(text)?.[0].length ?? 0;
}

function statementOf(source: ts.SourceFile, variable: string): ts.VariableStatement | undefined {
  return source.statements
    .filter(ts.isVariableStatement)
    .find(({ declarationList }) =>
      declarationList.declarations.some(({ name }) => ts.isIdentifier(name) && name.text === variable),
    );
}

const variablesOf = (source: ts.SourceFile): readonly ts.VariableDeclaration[] =>
  source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations]);

function initializerOf(source: ts.SourceFile, variable: string): ts.Expression | undefined {
  return variablesOf(source).find(({ name }) => ts.isIdentifier(name) && name.text === variable)?.initializer;
}

/** The array itself, or one with `as const` or `satisfies`. */
function arrayIn(value: ts.Expression | undefined): ts.ArrayLiteralExpression | undefined {
  if (value === undefined) return undefined;
  if (ts.isAsExpression(value) || ts.isSatisfiesExpression(value)) return arrayIn(value.expression);
  return ts.isArrayLiteralExpression(value) ? value : undefined;
}

function propertyOf(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  return object.properties
    .filter(ts.isPropertyAssignment)
    .find((each) => (ts.isIdentifier(each.name) || ts.isStringLiteral(each.name)) && each.name.text === name)
    ?.initializer;
}

/** In any form, such as `{ deciders }`. */
const hasMember = ({ properties }: ts.ObjectLiteralExpression, name: string): boolean =>
  properties.some((each) => each.name !== undefined && 'text' in each.name && each.name.text === name);

/** Where a variable is imported from. */
export function importedFrom(text: string, symbol: string): string | undefined {
  const found = parse(text)
    .statements.filter(ts.isImportDeclaration)
    .find(({ importClause }) => {
      const named = importClause?.namedBindings;
      return (
        named !== undefined &&
        ts.isNamedImports(named) &&
        named.elements.some(({ name }) => name.text === symbol)
      );
    });
  const from = found?.moduleSpecifier;
  return from !== undefined && ts.isStringLiteral(from) ? from.text : undefined;
}

/** A call of a function, or of a method of `LeftfoldModule`. */
function isCallOf(node: ts.Node, name: string): node is ts.CallExpression {
  if (!ts.isCallExpression(node)) return false;
  const called = node.expression;
  if (ts.isPropertyAccessExpression(called))
    return called.name.text === name && called.expression.getText() === 'LeftfoldModule';
  return ts.isIdentifier(called) && called.text === name;
}

function first<Found extends ts.Node>(
  node: ts.Node,
  is: (node: ts.Node) => node is Found,
): Found | undefined {
  if (is(node)) return node;
  return ts.forEachChild(node, (child) => first(child, is));
}
