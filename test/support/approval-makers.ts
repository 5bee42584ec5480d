import ts from 'typescript';

/** Where a program says of something that it is an approval, or holds one. */
export interface ApprovalMaker {
  /** Its path beneath the working directory. */
  readonly file: string;
  /** The whole assertion, as it is written. */
  readonly text: string;
}

/**
 * Every assertion that makes an approval of something that is none: by `as` and by `<…>`, whatever the type is called
 * there, also one that has an approval somewhere inside; by `as never` and `as any` where an approval is expected; and
 * by a function whose answer is believed to tell one (`x is …`). Whatever takes no assertion the type checker refuses.
 * @param files paths beneath the working directory, looked at with all that they import
 * @param madeUp texts of files that are on no disk, by path
 */
export function approvalMakers(
  files: readonly string[],
  madeUp: Readonly<Record<string, string>> = {},
): ApprovalMaker[] {
  const program = programOf(files, madeUp);
  const checker = program.getTypeChecker();
  const bears = bearerTest(checker);
  return [...files, ...Object.keys(madeUp)].flatMap((file) => {
    const source = program.getSourceFile(file);
    if (source === undefined) throw new Error(`${file} is no part of the program.`);
    return nodesOf(source)
      .filter((node) => isMaker(node))
      .map((node) => ({ file, text: node.getText(source) }));
  });

  function isMaker(node: ts.Node): boolean {
    if (ts.isTypePredicateNode(node)) return node.type !== undefined && bears(typeOf(node.type));
    if (!ts.isAsExpression(node) && !ts.isTypeAssertionExpression(node)) return false;
    if (ts.isConstTypeReference(node.type)) return false;
    const asserted = typeOf(node.type);
    const fits = asserted.flags & (ts.TypeFlags.Never | ts.TypeFlags.Any);
    const meant = fits === 0 ? asserted : checker.getContextualType(node);
    return meant !== undefined && bears(meant) && !bears(checker.getTypeAtLocation(node.expression));
  }

  function typeOf(node: ts.TypeNode): ts.Type {
    return checker.getTypeFromTypeNode(node);
  }
}

function programOf(files: readonly string[], madeUp: Readonly<Record<string, string>>): ts.Program {
  const { config } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, '.');
  const host = ts.createCompilerHost(options, true);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const text = madeUp[path];
    return text === undefined
      ? getSourceFile(path, languageVersion, ...rest)
      : ts.createSourceFile(path, text, languageVersion, true);
  };
  return ts.createProgram([...files, ...Object.keys(madeUp)], options, host);
}

function nodesOf(node: ts.Node): ts.Node[] {
  const found: ts.Node[] = [node];
  ts.forEachChild(node, (child) => {
    found.push(...nodesOf(child));
  });
  return found;
}

/** Tells whether a value of a type is an approval, has one in it, or gives one back. */
function bearerTest(checker: ts.TypeChecker): (type: ts.Type) => boolean {
  const known = new Map<ts.Type, boolean>();
  return bears;

  function bears(type: ts.Type): boolean {
    const answer = known.get(type);
    if (answer !== undefined) return answer;
    // A type that is met again while it is being looked into adds nothing of its own.
    known.set(type, false);
    const found = isMarked(type) || partsOf(type).some(bears);
    known.set(type, found);
    return found;
  }

  function isMarked(type: ts.Type): boolean {
    return checker
      .getPropertiesOfType(type)
      .some(({ escapedName }) => String(escapedName).startsWith('__@approved@'));
  }

  function partsOf(type: ts.Type): readonly ts.Type[] {
    if (type.isUnionOrIntersection()) return type.types;
    if ((type.flags & ts.TypeFlags.Object) === 0) return [];
    const isReference = ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0;
    return [
      ...(isReference ? checker.getTypeArguments(type as ts.TypeReference) : []),
      ...(type.aliasTypeArguments ?? []),
      ...type.getCallSignatures().map((signature) => signature.getReturnType()),
      ...type
        .getProperties()
        .filter(isOurs)
        .map((property) => checker.getTypeOfSymbol(property)),
    ];
  }

  /** What libraries have in their types are no approvals; what they are given is told by the arguments. */
  function isOurs({ declarations = [] }: ts.Symbol): boolean {
    return declarations.some((node) => !/\/node_modules\//.test(node.getSourceFile().fileName));
  }
}
